"""The discrepancies of the reports: for each, what stands here and there side by side, and how it was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from statereport.graph import discrepancies
from statereport.graph.discrepancies import Entry
from statereport.pages import cells, passages, portrait
from statereport.pages.context import Context
from statereport.pages.names import Unit
from statereport.pages.page import Address, Page, render

# The kinds by weight: numbers that cannot both be right, then rules and claims, then what is open or a matter of names.
WEIGHTS = (
    "figures differ",
    "parts and total disagree",
    "trend does not hold",
    "limits do not meet",
    "claims differ",
    "rules differ",
    "units differ",
    "periods differ",
    "request unanswered",
    "theme missing",
    "names differ",
    "doubtful identity",
)
# Kinds lighter than these have their places folded.
_WEIGHTY = 8
# How it was found: value of the parameter → words.
FOUND = {"computation": "by computation", "reading": "by reading"}
# How many places of an entry are shown before the others are folded.
FEW = 4


@dataclass(frozen=True)
class Mark:
    """A statement in a quotation: its number there, its place, and its fragment."""

    number: int
    start: int
    end: int
    fragment: str


@dataclass(frozen=True)
class Quotation:
    """What stands at one place.

    unit        the passage
    passage     a link to it
    segments    its text with the statements marked, or None where the text is not at hand
    fragments   the fragments of the statements
    statements  the statements that stand there: in words, and the number as printed or ""
    """

    unit: Unit | None
    passage: cells.Thing
    segments: tuple[passages.Segment, ...] | None
    fragments: tuple[str, ...]
    statements: tuple[discrepancies.Statement, ...]


def discrepancies_page(context: Context, address: Address) -> Page:
    """Every discrepancy and doubt by weight; ?kind=, ?found=, ?report= and ?section= choose among them."""
    every = sorted(discrepancies.entries(context.graph), key=lambda entry: (_weight(entry.kind), not entry.rule))
    chosen = {name: address.value(name) for name in ("kind", "found", "report", "section")}
    places = _places(context)
    sections = {entry.iri: _sections(context, entry) for entry in every}
    counted = Counter(slug for found in sections.values() for slug in found)
    states = portrait.states(context)
    reports = {entry.iri: context.names.report_of(entry.iri) for entry in every}
    shown = [
        entry
        for entry in every
        if chosen["kind"] in ("", entry.kind)
        and chosen["found"] in ("", "computation" if entry.rule else "reading")
        and chosen["report"] in ("", reports[entry.iri].rpartition("/")[2])
        and chosen["section"] in ("", *sections[entry.iri])
    ]
    kinds = dict.fromkeys(entry.kind for entry in shown)
    return render(
        context,
        address,
        "discrepancies.html",
        kinds=[(kind, sum(entry.kind == kind for entry in every)) for kind in dict.fromkeys(it.kind for it in every)],
        ways=[
            (way, words, sum(bool(it.rule) == (way == "computation") for it in every)) for way, words in FOUND.items()
        ],
        reports=[
            (iri.rpartition("/")[2], states[iri][0].text, count)
            for iri, count in sorted(Counter(reports.values()).items())
            if iri in states
        ],
        states={entry.iri: states.get(reports[entry.iri], ()) for entry in every},
        sections=[(path, _title(context, path, states), counted[path]) for path in _in_order(context, counted)],
        chosen=chosen,
        total=len(every),
        computed=sum(bool(entry.rule) for entry in every),
        about=discrepancies.ABOUT,
        few=FEW,
        weighty=lambda kind: _weight(kind) < _WEIGHTY or bool(chosen["kind"]),
        groups=[
            (
                kind,
                [
                    (entry, _heading(entry), _quotations(context, entry, places.get(entry.iri, {})))
                    for entry in shown
                    if entry.kind == kind
                ],
            )
            for kind in kinds
        ],
    )


def _weight(kind: str) -> int:
    return WEIGHTS.index(kind) if kind in WEIGHTS else len(WEIGHTS)


def _heading(entry: Entry) -> str:
    return entry.label.removesuffix(f": {entry.kind}")


def _places(context: Context) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """IRI of a discrepancy → IRI of a text unit → the places of its statements there."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in context.graph.ask("pages/quotations"):
        found.setdefault(row["discrepancy"], {}).setdefault(row["unit"], []).append(row)
    return found


def _quotations(context: Context, entry: Entry, places: dict[str, list[dict[str, Any]]]) -> list[Quotation]:
    """What stands at each place of a discrepancy; the places with statements first."""
    report = context.names.report_of(entry.iri)
    units = [(reference, context.names.unit(reference, report)) for reference in entry.units]
    found = []
    for reference, unit in units:
        here = places.get(unit.iri, []) if unit else []
        spans = dict.fromkeys((row["start"], row["end"], row["fragment"]) for row in here)
        marks = [Mark(number, *span) for number, span in enumerate(spans, 1)]
        text = context.texts.get(unit.report) if unit and unit.kind == "Passage" else None
        found.append(
            Quotation(
                unit=unit,
                passage=cells.passages([reference], context.names, report)[0],
                segments=passages.segments(text.content, unit.start, unit.end, marks) if text and unit else None,
                fragments=tuple(dict.fromkeys(mark.fragment for mark in marks)),
                statements=tuple(it for it in entry.statements if reference in it.passages),
            )
        )
    return sorted(found, key=lambda it: not it.statements)


def _sections(context: Context, entry: Entry) -> list[str]:
    """The paths of the sections in which a discrepancy is seen."""
    report = context.names.report_of(entry.iri)
    units = (context.names.unit(reference, report) for reference in entry.units)
    return list(dict.fromkeys(unit.path.partition("#")[0].removeprefix("/report/") for unit in units if unit))


def _in_order(context: Context, paths: Iterable[str]) -> list[str]:
    """Paths of sections in the order of the text."""
    wanted = set(paths)
    known = dict.fromkeys(unit.path.partition("#")[0].removeprefix("/report/") for unit in context.names.units)
    return [path for path in known if path in wanted]


def _title(context: Context, path: str, states: Mapping[str, tuple[cells.Thing, ...]]) -> str:
    """The title of the section at a path, with its State where there are several."""
    found = (it for it in context.names.units if it.kind != "Passage" and it.own_path == f"/report/{path}")
    unit = next(found, None)
    name, _, _ = path.partition("/")
    document = next((it.report for it in context.names.units if it.short == name), "")
    title = f"{unit.number}: {unit.label}" if unit else "opening paragraphs"
    if not unit and document not in context.names.reports.values():
        return context.names.label(document).text
    return f"{states[document][0].text}, {title}" if document in states else title
