"""The passages of a theme for reading: what each says, statement by statement, with the words where the text is at hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from statereport.pages import cells
from statereport.pages.context import Context
from statereport.pages.names import Unit
from statereport.rdf import namespaces
from statereport.sparql.answers import plain

# Statements by kind, with the word that stands beside each, and the properties told of it, in their order.
KINDS = {
    "Figure": "figure",
    "LegalQuantity": "quantity in law",
    "Measure": "measure",
    "Norm": "norm",
    "Claim": "claim",
    "Event": "event",
    "Citation": "citation",
}
_HEAD = ("hasKind", "hasStatus")
_LEFT_OUT = ("value", "hasBound", "hasUnit")


@dataclass(frozen=True)
class Mark:
    """A statement in a passage: its number there, kind, place and fragment, and what is known of it."""

    number: int
    thing: cells.Thing
    kind: str
    start: int
    end: int
    fragment: str
    facts: tuple[tuple[str, tuple[cells.Thing, ...]], ...]

    @property
    def word(self) -> str:
        """Its kind in a word."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class Stretch:
    """Some words of a passage that the same statements cover: whose they are, innermost first, and who ends after them."""

    words: str
    marks: tuple[Mark, ...]
    ends: tuple[Mark, ...]


@dataclass(frozen=True)
class Passage:
    """A text unit for reading. `words` is None where the text is not at hand."""

    unit: Unit
    marks: tuple[Mark, ...]
    words: tuple[Stretch, ...] | None
    named: tuple[cells.Thing, ...]
    refers: tuple[cells.Thing, ...]
    notes: tuple[tuple[cells.Thing, str], ...]


def articles(context: Context) -> dict[str, tuple[cells.Thing, ...]]:
    """The articles of the Convention that each part of the report is under."""
    found: dict[str, list[cells.Thing]] = {}
    for row in context.graph.ask("pages/articles-of-parts"):
        found.setdefault(row["part"], []).append(cells.thing(row["article"], context.names))
    return {part: tuple(things) for part, things in found.items()}


def of_theme(context: Context, number: str) -> tuple[Passage, ...]:
    """The heading of a theme, where something is said in it, and its passages, in the order of the text."""
    marks = _marks(context, number)
    around: dict[str, list[dict[str, Any]]] = {}
    for row in context.graph.ask("pages/around-theme", theme=number):
        around.setdefault(row["reference"], []).append(row)
    units = [unit for unit in context.names.units if unit.theme == number and unit.kind in ("Theme", "Passage")]
    return tuple(
        _passage(context, unit, marks.get(unit.reference, ()), around.get(unit.reference, [])) for unit in units
    )


def words(context: Context, unit: Unit) -> str | None:
    """The words of a unit, where the text is at hand."""
    return context.text.words[unit.start : unit.end] if context.text else None


def _passage(context: Context, unit: Unit, marks: tuple[Mark, ...], around: list[dict[str, Any]]) -> Passage:
    def things(name: str) -> tuple[cells.Thing, ...]:
        return tuple(
            cells.thing(row["thing"], context.names) for row in around if row["property"] == namespaces.SR + name
        )

    notes = tuple((cells.thing(row["thing"], context.names), row["message"]) for row in around if row["message"])
    said = stretches(context.text.words, unit.start, unit.end, marks) if context.text else None
    return Passage(unit, marks, said, things("names"), things("refersTo"), notes)


def _marks(context: Context, number: str) -> dict[str, tuple[Mark, ...]]:
    facts: dict[str, list[tuple[str, Any]]] = {}
    for row in context.graph.ask("pages/facts-of-theme", theme=number).rows:
        facts.setdefault(row[0].value, []).append((row[1].value, row[2]))
    found: dict[str, list[Mark]] = {}
    for row in context.graph.ask("pages/statements-of-theme", theme=number):
        here = found.setdefault(row["reference"], [])
        kind = row["class"].rpartition("/")[2]
        told = _facts(context, kind, facts.get(row["statement"], []))
        here.append(
            Mark(
                len(here) + 1,
                cells.thing(row["statement"], context.names),
                kind,
                row["start"],
                row["end"],
                row["fragment"],
                told,
            )
        )
    return {reference: tuple(marks) for reference, marks in found.items()}


def _facts(
    context: Context, kind: str, facts: list[tuple[str, Any]]
) -> tuple[tuple[str, tuple[cells.Thing, ...]], ...]:
    """What is told of a statement: a number with its bound and unit first, then kind and status, then the rest by property."""
    by_name: dict[str, list[Any]] = {}
    for iri, value in facts:
        by_name.setdefault(iri.removeprefix(namespaces.SR), []).append(value)
    told = [("", (cells.Thing(said),))] if (said := _quantity(context, by_name)) else []
    order = sorted((name for name in by_name if name not in _LEFT_OUT), key=lambda name: (name not in _HEAD, name))
    for name in order:
        label = context.names.label(namespaces.SR + name).text
        told.append((label, tuple(cells.term(value, context.names) for value in by_name[name])))
    return tuple(told)


def _quantity(context: Context, facts: dict[str, list[Any]]) -> str:
    """A number in words: bound, number and unit."""
    if "value" not in facts:
        return ""
    bound, unit = (
        context.names.label(facts[name][0].value).text if name in facts else "" for name in ("hasBound", "hasUnit")
    )
    number = cells.number(plain(facts["value"][0]))
    return " ".join(
        filter(
            None, ("" if bound == "exact" else bound, number, "%" if unit == "percent" else f"({unit})" if unit else "")
        )
    )


def stretches(text: str, start: int, end: int, marks: Iterable[Mark]) -> tuple[Stretch, ...]:
    """A range of the text cut wherever a mark begins or ends, so that marks may overlap in any way."""
    marks = [mark for mark in marks if start <= mark.start < mark.end <= end]
    cuts = sorted({start, end, *(mark.start for mark in marks), *(mark.end for mark in marks)})
    found = []
    for left, right in zip(cuts, cuts[1:], strict=False):
        over = sorted(
            (m for m in marks if m.start <= left and right <= m.end), key=lambda m: (m.end - m.start, m.number)
        )
        done = sorted((m for m in marks if m.end == right), key=lambda m: m.number)
        found.append(Stretch(text[left:right], tuple(over), tuple(done)))
    return tuple(found)
