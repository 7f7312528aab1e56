"""The map of the law: instruments line by line, the ties between them as arcs, and the themes that cite them as dots."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from statereport import svg, vocab
from statereport.web import page as pages
from statereport.web import shown
from statereport.web.http import Request, Response
from statereport.web.site import Site

# The ties that are drawn, with the word that reads from the first instrument to the second, in the order of the colours.
TIES = {
    "amends": "amends",
    "approves": "approves",
    "ratifies": "ratifies",
    "isBasedOn": "is based on",
    "appliesTreaty": "applies",
    "repeals": "repeals",
}
_KINDS = ("constitution", "treaty", "code", "law", "presidential-decree", "government-act", "ministerial-order", "rules-and-standards", "policy-document")
_LINE, _HEAD, _ARCS, _NAMES, _DOT = 20, 84, 170, 420, 21


@dataclass(frozen=True)
class Instrument:
    """An instrument: its thing, name for places on the page, kind, ties (word, other) and passages by theme."""

    thing: shown.Thing
    iri: str
    kind: shown.Thing
    ties: tuple[tuple[str, str], ...]
    themes: dict[str, int]

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.iri.rpartition("/")[2]


def page(site: Site, request: Request) -> Response:
    """The picture and, beside it, the same as a table."""
    found = instruments(site)
    themes = ["0", *(unit.number for unit in site.names.units if unit.kind == "Theme")]
    themes = [theme for theme in themes if any(theme in it.themes for it in found)]
    by_iri = {it.iri: it for it in found}
    groups: dict[str, list[Instrument]] = {}
    for it in found:
        groups.setdefault(it.kind.text, []).append(it)
    return pages.html(
        site, request, "law.html",
        picture=Markup(draw(found, themes)),
        groups=groups,
        by_iri=by_iri,
        words=TIES,
        colours=[(TIES[name], i) for i, name in enumerate(TIES) if any(name == tie for it in found for tie, _ in it.ties)],
        total=len(found),
        tied=sum(len(it.ties) for it in found),
    )


def instruments(site: Site) -> list[Instrument]:
    """Every instrument, by kind and then by name."""
    cited: dict[str, dict[str, int]] = {}
    for row in site.graph.ask("pages/law-themes"):
        cited.setdefault(row["instrument"], {})[row["theme"]] = row["passages"]
    kinds = {row["instrument"]: row["kind"] or "" for row in site.graph.ask("pages/instruments")}
    ties: dict[str, dict[tuple[str, str], None]] = {iri: {} for iri in kinds}
    whole = {row["part"]: row["instrument"] for row in site.graph.ask("pages/law-parts")}
    for row in site.graph.ask("pages/law-relations"):
        # A tie of or to a provision counts for its instrument.
        one, other = (whole.get(row[end], row[end]) for end in ("act", "other"))
        if one != other and one in ties and other in ties:
            ties[one][row["tie"].removeprefix(vocab.SR), other] = None
    found = [Instrument(shown.thing(iri, site.names), iri, shown.thing(kinds[iri], site.names) if kinds[iri] else shown.Thing("other"),
                        tuple(ties[iri]), cited.get(iri, {})) for iri in kinds]
    return sorted(found, key=lambda it: (_rank(kinds[it.iri]), it.kind.text, it.thing.text, it.iri))


def draw(found: list[Instrument], themes: list[str]) -> str:
    """The picture: arcs at the left, names, and a dot for each theme whose passages cite the instrument, larger for more."""
    lines: dict[str, int] = {}
    body: list[str] = []
    y, kind = _HEAD, None
    for it in found:
        if it.kind.text != kind:
            kind, y = it.kind.text, y + _LINE + 6
            body.append(svg.text(_ARCS, y, kind[:1].upper() + kind[1:], "heading"))
        y += _LINE
        lines[it.iri] = y
    wide, tall = _ARCS + _NAMES + _DOT * len(themes) + 20, y + 24
    for i, theme in enumerate(themes):
        x = _ARCS + _NAMES + _DOT * i
        label = svg.text(x, _HEAD - 8, "–" if theme == "0" else theme, "small", "middle")
        body.append(f'<a href="/report/{theme}"><title>{"Opening" if theme == "0" else f"Theme {theme}"}</title>{label}</a>')
        body.append(svg.line(x, _HEAD, x, tall - 16, "#ddd"))
    for it in found:
        y = lines[it.iri]
        name = it.thing.text if len(it.thing.text) <= 58 else it.thing.text[:57] + "…"
        body.append(f'<a href="{escape(it.thing.path)}" id="{escape(it.name)}"><title>{escape(it.thing.text)}</title>{svg.text(_ARCS, y, name)}</a>')
        for theme, count in it.themes.items():
            if theme in themes:
                x = _ARCS + _NAMES + _DOT * themes.index(theme)
                said = f"{it.thing.text}: {count} {'passage' if count == 1 else 'passages'} of {'the opening' if theme == '0' else f'theme {theme}'}"
                body.append(svg.dot(x, y - 4, min(8.5, 2.4 + 1.5 * count**0.5), 0, said))
        for tie, other in it.ties:
            if other in lines:
                body.append(_arc(lines[it.iri] - 4, lines[other] - 4, list(TIES).index(tie)))
    title = "Instruments of law in the report, their ties, and the themes that cite them"
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" width="{wide}" height="{tall}" role="group" '
        f'aria-labelledby="law-title law-desc" font-family="{svg.FONT}" font-size="13" fill="#222">',
        f'<title id="law-title">{title}</title>',
        '<desc id="law-desc">The table below says the same in words.</desc>',
        f'<rect class="paper" width="{wide}" height="{tall}" fill="#fff"/>',
        svg.text(_ARCS + _NAMES - 8, _HEAD - 30, "cited under theme", "small"),
        svg.text(_ARCS - 12, _HEAD - 30, "ties", "small", "end"),
        *body,
        "</svg>",
    ])


def _arc(start: float, end: float, colour: int) -> str:
    """An arc at the left of the names, from the instrument that does something to the one that it is done to, which has the dot."""
    x = _ARCS - 12
    reach = min(x - 6, 14 + abs(end - start) * 0.16)
    path = f"M{svg.number(x)} {svg.number(start)}C{svg.number(x - reach * 1.3)} {svg.number(start)} {svg.number(x - reach * 1.3)} {svg.number(end)} {svg.number(x)} {svg.number(end)}"
    stroke = svg.COLOURS[colour]
    return (f'<path d="{path}" class="line c{colour}" fill="none" stroke="{stroke}" stroke-width="1.5" stroke-opacity="0.8"/>'
            + svg.dot(x, end, 3, colour))


def _rank(kind: str) -> int:
    name = kind.rpartition("/")[2]
    return _KINDS.index(name) if name in _KINDS else len(_KINDS)
