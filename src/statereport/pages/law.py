"""The map of the law: a line for each instrument, arcs for their relations, and dots for the themes that cite them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from statereport.pages import cells
from statereport.pages.context import Context
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
_LINE, _HEAD, _ARCS, _NAMES, _DOT = 20, 84, 170, 420, 21


@dataclass(frozen=True)
class Instrument:
    """An instrument on the map.

    thing       its label and link
    kind        the label and link of its kind
    relations   pairs of a property in RELATIONS and the IRI of the other instrument
    themes      theme number → how many of its text units cite the instrument; "0" is before the first theme, "part 1"
                the heading of a part
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
    """The map and, below it, the same as a table."""
    listed = instruments(context)
    themes = ["0", *(unit.number for unit in context.names.units if unit.kind == "Theme")]
    themes = [theme for theme in themes if any(theme in it.themes for it in listed)]
    groups: dict[str, list[Instrument]] = {}
    for it in listed:
        groups.setdefault(it.kind.text, []).append(it)
    drawn = {name for it in listed for name, _ in it.relations}
    return render(
        context,
        address,
        "law.html",
        instruments=listed,
        map=layout(listed, themes),
        groups=groups,
        by_iri={it.iri: it for it in listed},
        words=RELATIONS,
        colours=[(words, i) for i, (name, words) in enumerate(RELATIONS.items()) if name in drawn],
        total=len(listed),
        related=sum(len(it.relations) for it in listed),
    )


def instruments(context: Context) -> list[Instrument]:
    """Every instrument, by kind and then by name."""
    citing: dict[str, set[str]] = {}
    for row in context.graph.ask("pages/law-citations"):
        citing.setdefault(row["instrument"], set()).add(row["unit"])
    places = {
        instrument: Counter(unit.section or unit.reference for unit in context.names.units if unit.iri in units)
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


def layout(listed: list[Instrument], themes: list[str]) -> dict[str, Any]:
    """The places of everything on the map, in pixels: arcs, names, and a dot for each theme that cites an instrument.

    A dot is larger for more text units.
    """
    lines: dict[str, int] = {}
    kinds: list[tuple[int, str]] = []
    y, kind = _HEAD, None
    for it in listed:
        if it.kind.text != kind:
            kind, y = it.kind.text, y + _LINE + 6
            kinds.append((y, kind))
        y += _LINE
        lines[it.iri] = y
    columns = {theme: _ARCS + _NAMES + _DOT * i for i, theme in enumerate(themes)}
    return {
        "wide": _ARCS + _NAMES + _DOT * len(themes) + 20,
        "tall": y + 24,
        "head": _HEAD,
        "names": _ARCS,
        "kinds": kinds,
        "lines": lines,
        "columns": columns,
        "dots": [(columns[theme], lines[it.iri], min(8.5, 2.4 + 1.5 * count**0.5), it, theme, count)
                 for it in listed for theme, count in it.themes.items() if theme in columns],
        "arcs": [_arc(lines[it.iri] - 4, lines[other] - 4, list(RELATIONS).index(name))
                 for it in listed for name, other in it.relations if other in lines],
    }  # fmt: skip


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
