"""Passages for the report reader: the statements of each, and its text where that is at hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from statereport.pages import cells, portrait
from statereport.pages.context import Context
from statereport.pages.names import Unit
from statereport.rdf import namespaces

# The classes of statements, with the word beside each statement.
KINDS = {
    "Figure": "figure",
    "LegalQuantity": "quantity in law",
    "Measure": "measure",
    "Norm": "norm",
    "Claim": "claim",
    "Event": "event",
    "Citation": "citation",
}
# Properties that are shown first, and those that are shown as one number.
_FIRST = ("hasKind", "hasStatus")
_QUANTITY = ("value", "hasBound", "hasUnit")


@dataclass(frozen=True)
class Mark:
    """A statement where it stands in a passage.

    number       its number in the passage, from one
    thing        its label and link
    kind         its class, one of KINDS
    start, end   its place in the text, in code points, the end exclusive
    fragment     the characters there
    quantity     its value with bound and unit, or ""
    facts        label of a property → the values that the statement has for it
    """

    number: int
    thing: cells.Thing
    kind: str
    start: int
    end: int
    fragment: str
    quantity: str
    facts: tuple[tuple[str, tuple[cells.Thing, ...]], ...]

    @property
    def word(self) -> str:
        """Its kind in a word."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class Segment:
    """A piece of a passage's text that the same statements cover: `marks`, shortest first. `ends` end after it."""

    text: str
    marks: tuple[Mark, ...]
    ends: tuple[Mark, ...]


@dataclass(frozen=True)
class Passage:
    """A passage, or the heading of a section, for reading.

    marks      its statements
    segments   its text, or None where the text is not at hand
    named      the things that it names
    refers     what it refers to (inferred)
    readings   how it was read where it leaves something open, each with its message
    notes      the discrepancies seen in it, each with its message
    """

    unit: Unit
    marks: tuple[Mark, ...]
    segments: tuple[Segment, ...] | None
    named: tuple[cells.Thing, ...]
    refers: tuple[cells.Thing, ...]
    readings: tuple[tuple[cells.Thing, str], ...]
    notes: tuple[tuple[cells.Thing, str], ...]

    def only(self, kinds: Collection[str]) -> Passage:
        """The same with the statements of these kinds, which keep their numbers; with all where there are no kinds."""
        if not kinds:
            return self
        marks = tuple(mark for mark in self.marks if mark.kind in kinds)
        unit, text = self.unit, self.segments
        if text is not None:
            text = segments("".join(part.text for part in text), unit.start, unit.end, marks, unit.start)
        return replace(self, marks=marks, segments=text)


def articles_of_parts(context: Context) -> dict[str, tuple[cells.Thing, ...]]:
    """IRI of a part of the report → the articles of the treaty that it is under."""
    found: dict[str, list[cells.Thing]] = {}
    for row in context.graph.ask("pages/articles-of-parts"):
        found.setdefault(row["part"], []).append(cells.thing(row["article"], context.names))
    return {part: tuple(things) for part, things in found.items()}


def passages_of(context: Context, wanted: str) -> tuple[Passage, ...]:
    """The heading of a section and its passages in the order of the text, or one passage alone.

    wanted   the IRI of a section or passage, or of a report for its passages before the first section
    """
    marks = _marks(context, wanted)
    around: dict[str, list[dict[str, Any]]] = {}
    for row in context.graph.ask("pages/around-unit", wanted=wanted):
        around.setdefault(row["unit"], []).append(row)
    units = [
        unit for unit in context.names.units if unit.iri == wanted or (unit.whole == wanted and unit.kind == "Passage")
    ]
    return tuple(_passage(context, unit, marks.get(unit.iri, ()), around.get(unit.iri, [])) for unit in units)


def text_of(context: Context, unit: Unit) -> str | None:
    """The text of a unit, or None where the report's text is not at hand."""
    text = context.texts.get(unit.report)
    return text.content[unit.start : unit.end] if text else None


def segments(text: str, start: int, end: int, marks: Iterable[Mark], shift: int = 0) -> tuple[Segment, ...]:
    """A range of the text, cut wherever a mark begins or ends; marks may overlap in any way.

    `shift` is the place at which `text` begins.
    """
    marks = [mark for mark in marks if start <= mark.start < mark.end <= end]
    cuts = sorted({start, end, *(mark.start for mark in marks), *(mark.end for mark in marks)})
    found = []
    for left, right in zip(cuts, cuts[1:], strict=False):
        over = sorted(
            (m for m in marks if m.start <= left and right <= m.end), key=lambda m: (m.end - m.start, m.number)
        )
        done = sorted((m for m in marks if m.end == right), key=lambda m: m.number)
        found.append(Segment(text[left - shift : right - shift], tuple(over), tuple(done)))
    return tuple(found)


def _passage(context: Context, unit: Unit, marks: tuple[Mark, ...], around: list[dict[str, Any]]) -> Passage:
    def things(name: str) -> tuple[cells.Thing, ...]:
        wanted = namespaces.SR + name
        return tuple(cells.thing(row["thing"], context.names) for row in around if row["kind"] == wanted)

    said = [(row["kind"], cells.thing(row["thing"], context.names), row["message"]) for row in around if row["message"]]
    readings = tuple((thing, message) for kind, thing, message in said if kind == f"{namespaces.SR}Reading")
    notes = tuple((thing, message) for kind, thing, message in said if kind != f"{namespaces.SR}Reading")
    text = context.texts.get(unit.report)
    shown = segments(text.content, unit.start, unit.end, marks) if text else None
    return Passage(unit, marks, shown, things("names"), things("refersTo"), readings, notes)


def _marks(context: Context, wanted: str) -> dict[str, tuple[Mark, ...]]:
    """IRI of a text unit → its statements in the order of the text."""
    facts: dict[str, dict[str, list[Any]]] = {}
    for statement, name, value in context.graph.ask("pages/facts-of-unit", wanted=wanted).rows:
        values = facts.setdefault(statement.value, {})
        values.setdefault(name.value.removeprefix(namespaces.SR), []).append(value)
    found: dict[str, list[Mark]] = {}
    for row in context.graph.ask("pages/statements-of-unit", wanted=wanted):
        here = found.setdefault(row["unit"], [])
        values = facts.get(row["statement"], {})
        here.append(
            Mark(
                number=len(here) + 1,
                thing=cells.thing(row["statement"], context.names),
                kind=row["class"].rpartition("/")[2],
                start=row["start"],
                end=row["end"],
                fragment=row["fragment"],
                quantity=portrait.quantity(context.names, values),
                facts=_facts(context, values),
            )
        )
    return {unit: tuple(marks) for unit, marks in found.items()}


def _facts(context: Context, values: dict[str, list[Any]]) -> tuple[tuple[str, tuple[cells.Thing, ...]], ...]:
    """The properties of a statement by their labels: kind and status first, the others by name."""
    names = sorted((name for name in values if name not in _QUANTITY), key=lambda name: (name not in _FIRST, name))
    return tuple(
        (
            context.names.label(namespaces.SR + name).text,
            tuple(cells.term(value, context.names) for value in values[name]),
        )
        for name in names
    )
