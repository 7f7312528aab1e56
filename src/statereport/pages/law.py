"""The map of the law: a line for each instrument, arcs for relations, and dots for the sections that cite it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from statereport.pages import cells, portrait
from statereport.pages.context import Context
from statereport.pages.names import OPENING, Unit
from statereport.pages.page import Address, Page, render
from statereport.rdf import namespaces

# The relations that are drawn, in the order of their colours: property → words from the first instrument to the second.
RELATIONS = {
    "amends": "amends",
    "approves": "approves",
    "ratifies": "ratifies",
    "isBasedOn": "is based on",
    "appliesTreaty": "applies",
    "repeals": "repeals",
}
_KINDS = (
    "constitution",
    "treaty",
    "code",
    "law",
    "presidential-decree",
    "government-act",
    "ministerial-order",
    "rules-and-standards",
    "policy-document",
)
_LINE, _HEAD, _ARCS, _NAMES, _DOT = 20, 98, 170, 420, 21
# Sections of several reports stand closer together, so that a screen shows them all.
_MANY, _CLOSE = 22, 17
# The same on phones: the name of an instrument above the numbers of its sections, without arcs; the width of all, and
# of a number.
_NARROW_LINE, _NARROW, _NUMBER = 46, 356, 34


@dataclass(frozen=True)
class Instrument:
    """An instrument on the map.

    thing       its label and link
    kind        the label and link of its kind
    relations   pairs of a property in RELATIONS and the IRI of the other instrument
    themes      path of a section in the reader → how many of its text units cite the instrument
    """

    thing: cells.Thing
    iri: str
    kind: cells.Thing
    relations: tuple[tuple[str, str], ...]
    themes: dict[str, int]

    @property
    def name(self) -> str:
        """The last part of its IRI, by which links to the map name it."""
        return self.iri.rpartition("/")[2]


def law_page(context: Context, address: Address) -> Page:
    """The map and, below it, the same as a table; with ?report=, the instruments that one report cites."""
    every = instruments(context)
    known = all_sections(context)
    states = {iri.rpartition("/")[2]: state for iri, (state,) in portrait.states(context).items()}
    chosen = address.value("report")
    listed = [it for it in every if not chosen or any(path.startswith(f"/report/{chosen}") for path in it.themes)]
    columns = sections(context, listed)
    columns = [it for it in columns if not chosen or it.path.startswith(f"/report/{chosen}/")]
    groups: dict[str, list[Instrument]] = {}
    for it in listed:
        groups.setdefault(it.kind.text, []).append(it)
    drawn = {name for it in listed for name, _ in it.relations}
    return render(
        context,
        address,
        "law.html",
        instruments=listed,
        map=layout(listed, columns),
        narrow=layout(listed, columns, narrow=True),
        sections={column.path: column for column in known},
        reports=[(name, state.text, name == chosen) for name, state in states.items()],
        chosen=chosen,
        groups=groups,
        by_iri={it.iri: it for it in every},
        words=RELATIONS,
        colours=[(words, i) for i, (name, words) in enumerate(RELATIONS.items()) if name in drawn],
        total=len(listed),
        related=sum(len(it.relations) for it in listed),
        several=len(states) > 1,
    )


@dataclass(frozen=True)
class Section:
    """A section of a report: its path in the reader, a short name, its title, and its State where there are several."""

    path: str
    number: str
    title: str
    state: str = ""

    @property
    def mark(self) -> str:
        """Its number where there is little room."""
        return "–" if self.number == "opening" else self.number


def all_sections(context: Context) -> list[Section]:
    """The sections and parts of every report, in the order of the text."""
    found: dict[str, Section] = {}
    states = {iri: state.text for iri, (state,) in portrait.states(context).items()}
    for unit in context.names.units:
        path, state = _section_path(unit), states.get(unit.report, "")
        of = f" of the report of the {state}" if state else ""
        if unit.kind == "Part":
            found[path] = Section(path, unit.reference, f"{unit.reference}{of}: {unit.label}", state)
        elif unit.kind != "Passage":
            found[path] = Section(path, unit.number, f"{unit.kind.lower()} {unit.number}{of}: {unit.label}", state)
        elif unit.section == OPENING:
            found.setdefault(path, Section(path, "opening", f"the opening paragraphs{of}", state))
    return list(found.values())


def sections(context: Context, listed: list[Instrument]) -> list[Section]:
    """The sections that cite one of the instruments, without the headings of parts."""
    return [it for it in all_sections(context) if "#" not in it.path and any(it.path in one.themes for one in listed)]


def _section_path(unit: Unit) -> str:
    return unit.path if unit.kind != "Passage" else unit.path.partition("#")[0]


def instruments(context: Context) -> list[Instrument]:
    """Every instrument, by kind and then by name."""
    citing: dict[str, set[str]] = {}
    for row in context.graph.ask("pages/law-citations"):
        citing.setdefault(row["instrument"], set()).add(row["unit"])
    places = {
        instrument: Counter(_section_path(unit) for unit in context.names.units if unit.iri in units)
        for instrument, units in citing.items()
    }
    kinds = {row["instrument"]: row["kind"] or "" for row in context.graph.ask("pages/instruments")}
    relations: dict[str, dict[tuple[str, str], None]] = {iri: {} for iri in kinds}
    whole = {row["part"]: row["instrument"] for row in context.graph.ask("pages/law-parts")}
    for row in context.graph.ask("pages/law-relations"):
        # A relation of or to a provision counts for its instrument.
        one, other = (whole.get(row[end], row[end]) for end in ("act", "other"))
        if one != other and one in relations and other in relations:
            relations[one][row["tie"].removeprefix(namespaces.SR), other] = None
    found = [
        Instrument(
            cells.thing(iri, context.names),
            iri,
            cells.thing(kinds[iri], context.names) if kinds[iri] else cells.Thing("other"),
            tuple(relations[iri]),
            dict(places.get(iri, {})),
        )
        for iri in kinds
    ]
    return sorted(found, key=lambda it: (_rank(kinds[it.iri]), it.kind.text, it.thing.text, it.iri))


def layout(listed: list[Instrument], columns: list[Section], narrow: bool = False) -> dict[str, Any]:
    """The places of everything on the map, in pixels: arcs, names, and a dot for each section that cites an instrument.

    A dot is larger for more text units. `narrow` is for phones, with the numbers of the sections in place of dots.
    """
    line, left = (_NARROW_LINE, 0) if narrow else (_LINE, _ARCS + _NAMES)
    lines: dict[str, int] = {}
    kinds: list[tuple[int, str]] = []
    y, kind = _HEAD - (54 if narrow else 0), None
    for it in listed:
        if it.kind.text != kind:
            kind, y = it.kind.text, y + _LINE + (26 if narrow else 6)
            kinds.append((y, kind))
        y += _LINE + 6 if narrow and (not lines or kinds[-1][0] == y) else line
        lines[it.iri] = y
    step = _DOT if len(columns) <= _MANY else _CLOSE
    places = {column.path: left + step * i for i, column in enumerate(columns)}
    down = 20 if narrow else -4
    return {
        "wide": _NARROW if narrow else _ARCS + _NAMES + step * len(columns) + 20,
        "tall": y + (40 if narrow else 24),
        "head": _HEAD,
        "names": 0 if narrow else _ARCS,
        "narrow": narrow,
        "characters": 46 if narrow else 58,
        "kinds": kinds,
        "lines": lines,
        "columns": [(places[column.path], column) for column in columns],
        "states": [
            (places[one.path] - 4, one.state)
            for before, one in zip([None, *columns], columns, strict=False)
            if one.state and (before is None or before.state != one.state)
        ],
        "dots": {
            it.iri: [
                (
                    min(_NUMBER * i, _NARROW - _NUMBER) if narrow else places[column.path],
                    lines[it.iri] + down,
                    min(8.5, 2.4 + 1.5 * it.themes[column.path] ** 0.5),
                    column,
                )
                for i, column in enumerate(column for column in columns if column.path in it.themes)
            ]
            for it in listed
        },
        "arcs": []
        if narrow
        else [
            (it, other, _arc(lines[it.iri] - 4, lines[other] - 4, list(RELATIONS).index(name)))
            for it in listed
            for name, other in it.relations
            if other in lines and it.iri in lines
        ],
    }


def _arc(start: float, end: float, colour: int) -> dict[str, Any]:
    """An arc at the left of the names, from the line of one instrument to that of the other, which has the dot."""
    x = _ARCS - 12
    bend = x - 1.3 * min(x - 6, 14 + abs(end - start) * 0.16)
    return {
        "path": f"M{x} {start:g}C{bend:.1f} {start:g} {bend:.1f} {end:g} {x} {end:g}",
        "x": x,
        "end": end,
        "colour": colour,
    }


def _rank(kind: str) -> int:
    name = kind.rpartition("/")[2]
    return _KINDS.index(name) if name in _KINDS else len(_KINDS)
