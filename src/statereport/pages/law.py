"""The map of the law: instruments line by line, the ties between them as arcs, and the themes that cite them as dots."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from statereport.pages import cells
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, html
from statereport.rdf import namespaces

# The ties that are drawn, with the word that reads from the first instrument to the second, in the order of the colours.
TIES = {
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
    """An instrument: its thing, name for places on the page, kind, ties (word, other), and how many text units cite it.

    The counts are by theme number ("0" before the first theme); what stands in the heading of a part counts for that part
    ("part 1").
    """

    thing: cells.Thing
    iri: str
    kind: cells.Thing
    ties: tuple[tuple[str, str], ...]
    themes: dict[str, int]

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.iri.rpartition("/")[2]


def page(context: Context, address: Address) -> Page:
    """The map and, below it, the same as a table."""
    found = instruments(context)
    themes = ["0", *(unit.number for unit in context.names.units if unit.kind == "Theme")]
    themes = [theme for theme in themes if any(theme in it.themes for it in found)]
    by_iri = {it.iri: it for it in found}
    groups: dict[str, list[Instrument]] = {}
    for it in found:
        groups.setdefault(it.kind.text, []).append(it)
    return html(
        context,
        address,
        "law.html",
        found=found,
        map=laid_out(found, themes),
        groups=groups,
        by_iri=by_iri,
        words=TIES,
        colours=[
            (TIES[name], i) for i, name in enumerate(TIES) if any(name == tie for it in found for tie, _ in it.ties)
        ],
        total=len(found),
        tied=sum(len(it.ties) for it in found),
    )


def instruments(context: Context) -> list[Instrument]:
    """Every instrument, by kind and then by name."""
    citing: dict[str, set[str]] = {}
    for row in context.graph.ask("pages/law-citations"):
        citing.setdefault(row["instrument"], set()).add(row["unit"])
    places = {
        instrument: Counter(unit.theme or unit.reference for unit in context.names.units if unit.iri in units)
        for instrument, units in citing.items()
    }
    kinds = {row["instrument"]: row["kind"] or "" for row in context.graph.ask("pages/instruments")}
    ties: dict[str, dict[tuple[str, str], None]] = {iri: {} for iri in kinds}
    whole = {row["part"]: row["instrument"] for row in context.graph.ask("pages/law-parts")}
    for row in context.graph.ask("pages/law-relations"):
        # A tie of or to a provision counts for its instrument.
        one, other = (whole.get(row[end], row[end]) for end in ("act", "other"))
        if one != other and one in ties and other in ties:
            ties[one][row["tie"].removeprefix(namespaces.SR), other] = None
    found = [
        Instrument(
            cells.thing(iri, context.names),
            iri,
            cells.thing(kinds[iri], context.names) if kinds[iri] else cells.Thing("other"),
            tuple(ties[iri]),
            dict(places.get(iri, {})),
        )
        for iri in kinds
    ]
    return sorted(found, key=lambda it: (_rank(kinds[it.iri]), it.kind.text, it.thing.text, it.iri))


def laid_out(found: list[Instrument], themes: list[str]) -> dict:
    """Where all stands on the map: arcs at the left, names, and a dot for each theme that cites the instrument, larger for more."""
    lines: dict[str, int] = {}
    kinds: list[tuple[int, str]] = []
    y, kind = _HEAD, None
    for it in found:
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
                 for it in found for theme, count in it.themes.items() if theme in columns],
        "arcs": [_arc(lines[it.iri] - 4, lines[other] - 4, list(TIES).index(tie)) for it in found for tie, other in it.ties if other in lines],
    }  # fmt: skip


def _arc(start: float, end: float, colour: int) -> dict:
    """An arc at the left of the names, from the instrument that does something to the one that it is done to, which has the dot."""
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
