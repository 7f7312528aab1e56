"""Draw docs/path-of-a-figure.svg: how one number goes from the report's text to an answer. Run: make diagram.

Every word and number in the picture is read from the graph, so the picture changes with it. The report's text itself is
not shown: its lines are drawn as bars, but for the characters that the figure is printed with.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from statereport.graph import examine
from statereport.project import find_project
from statereport.questions.saved import SavedQueries
from statereport.rdf import prefixes as names
from statereport.sparql.engine import Store

FIGURE = "figure:13-schools-kazakh"
TARGET = Path(__file__).with_name("path-of-a-figure.svg")
WIDTH, HEIGHT = 1200, 610
INK, SOFT, LINE, PAPER = "#1b2733", "#5b6b7b", "#c9d3dc", "#ffffff"
STATED, INFERRED, NOTED = "#1f5fa8", "#2b7a4b", "#a05a00"
TINTS = {STATED: "#eef4fb", INFERRED: "#eef7f1", NOTED: "#fdf4e7", LINE: "#f7f9fb"}
DASHES = {INFERRED: "7 4", NOTED: "2 4"}

FACTS = """
SELECT ?passage ?number ?start ?end ?printed ?value ?unit ?language ?indicator ?period ?area ?total ?totalLabel ?gist ?theme
WHERE {
    VALUES ?figure { %(figure)s }
    ?figure sr:isStatedIn ?passage ; sr:asPrinted ?printed ; sr:value ?value ; sr:isPartIn/sr:breaksDown ?total .
    ?figure sr:hasUnit/skos:prefLabel ?unit ; sr:measures/skos:prefLabel ?indicator .
    ?figure sr:hasLanguageOfInstruction/skos:prefLabel ?language ; sr:isForPeriod/skos:prefLabel ?period .
    ?figure sr:isForArea/skos:prefLabel ?area .
    ?total skos:prefLabel ?totalLabel .
    ?passage sr:number ?number ; sr:gist ?gist ; sr:isPartOf/sr:number ?theme .
    ?anchor sr:anchors ?figure ; oa:hasSelector ?position .
    ?position oa:start ?start ; oa:end ?end .
    FILTER (LANG(?unit) = "en" && LANG(?language) = "en" && LANG(?indicator) = "en" && LANG(?period) = "en" && LANG(?area) = "en")
}
ORDER BY ?figure
"""
FOLLOWS = (
    "SELECT ?article ?label WHERE { %(figure)s sr:bearsOn ?article . ?article skos:prefLabel ?label } ORDER BY ?article"
)
REMARK = """
SELECT ?message ?shape WHERE {
    %(figure)s sr:isPartIn ?breakdown .
    ?note sr:isAbout ?breakdown ; sr:message ?message ; sr:isFoundBy ?shape .
}
ORDER BY ?note
"""


def main() -> None:
    """Ask the graph and write the picture."""
    project = find_project()
    engine = Store.memory(examine.examine(project).quads())
    prefixes = "".join(f"PREFIX {name}: <{space}>\n" for name, space in names.read(project).items())

    def ask(text: str) -> dict:
        return next(iter(engine.query(prefixes + text % {"figure": FIGURE})), {})

    table = SavedQueries.of(project).get("tables/figures")
    rows = list(engine.query(table.text))
    row = next(row for row in rows if row["figure"] == names.read(project).expand(FIGURE))
    TARGET.write_text(picture(ask(FACTS), ask(FOLLOWS), ask(REMARK), row), encoding="utf-8", newline="\n")


def picture(facts: dict, follows: dict, remark: dict, row: dict) -> str:
    """The SVG, from what the graph answers."""
    parts = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="14" fill="{PAPER}"/>',
        text(40, 50, f"The path of a figure: {facts['printed']} schools", 24, INK, "600"),
        text(40, 76, "from a place in the report's text to a row of an answer, and back", 15, SOFT),
        *legend(),
        *page(40, 110, facts),
        arrow(250, 245, 296, 245),
        *card(
            300,
            160,
            190,
            170,
            STATED,
            "anchor",
            [
                ("in passage", facts["number"]),
                ("characters", f"{facts['start']:,} to {facts['end']:,}"),
                ("exact", f"“{facts['printed']}”"),
            ],
        ),
        arrow(490, 245, 536, 245),
        *card(
            540,
            110,
            300,
            270,
            STATED,
            FIGURE,
            [
                ("value", f"{facts['value']:,}"),
                ("as printed", f"“{facts['printed']}”"),
                ("measures", facts["indicator"]),
                ("language of instruction", facts["language"]),
                ("period", facts["period"]),
                ("area", facts["area"]),
            ],
        ),
        arrow(840, 170, 886, 170),
        *card(890, 110, 270, 118, INFERRED, "what follows", [("bears on", shortly(follows.get("label", "")))]),
        text(906, 214, "stated in → within → under article", 12, SOFT),
        arrow(840, 320, 886, 320),
        *card(890, 248, 270, 132, NOTED, "what does not agree", []),
        *paragraph(906, 300, remark.get("message", "Nothing."), 33, 13.5, INK),
        text(906, 366, f"found by {vocab_name(remark.get('shape', ''))}", 12, SOFT),
        arrow(690, 380, 690, 426),
        *answer(40, 430, row),
    ]
    body = "\n".join(part for part in parts if part)
    title = "The path of a figure from the report's text through anchor, statement, inference and shapes to an answer"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}" '
        f'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif">\n<title>{title}</title>\n'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0 L8 4 L0 8 Z" fill="{SOFT}"/></marker></defs>\n{body}\n</svg>\n'
    )


def legend() -> list[str]:
    """The three ways in which something is known, at the top right."""
    parts = []
    for x, colour, word in ((820, STATED, "the report says"), (968, INFERRED, "it follows"), (1080, NOTED, "we note")):
        dash = f' stroke-dasharray="{DASHES[colour]}"' if colour in DASHES else ""
        parts.append(f'<line x1="{x}" y1="46" x2="{x + 24}" y2="46" stroke="{colour}" stroke-width="2.5"{dash}/>')
        parts.append(text(x + 30, 50, word, 13, SOFT))
    return parts


def page(x: int, y: int, facts: dict) -> list[str]:
    """A page of the report: bars for its lines, and the characters that are anchored."""
    parts = [box(x, y, 210, 270, LINE), text(x + 16, y + 28, "the report's text", 14, SOFT, "600")]
    widths = [178, 160, 172, 120, 0, 168, 178, 140]
    for i, width in enumerate(widths):
        line = y + 50 + 23 * i
        if width:
            parts.append(f'<rect x="{x + 16}" y="{line}" width="{width}" height="9" rx="4" fill="#dfe6ec"/>')
        else:
            parts.append(f'<rect x="{x + 14}" y="{line - 7}" width="62" height="24" rx="5" fill="#ffe9a8"/>')
            parts.append(text(x + 21, line + 10, facts["printed"], 16, INK, "600"))
            parts.append(f'<rect x="{x + 84}" y="{line}" width="96" height="9" rx="4" fill="#dfe6ec"/>')
    parts.append(text(x + 16, y + 254, f"theme {facts['theme']}, passage {facts['number']}", 13, SOFT))
    return parts


def card(x: int, y: int, width: int, height: int, colour: str, title: str, rows: list[tuple[str, str]]) -> list[str]:
    """A box with a title and rows of name and value."""
    parts = [box(x, y, width, height, colour), text(x + 16, y + 28, title, 15, colour, "600")]
    for i, (name, value) in enumerate(rows):
        top = y + 52 + 37 * i
        parts += [text(x + 16, top, name, 12, SOFT), text(x + 16, top + 17, value, 14.5, INK)]
    return parts


def answer(x: int, y: int, row: dict) -> list[str]:
    """The row of the table in which the figure comes back."""
    columns = [
        ("passages", 90),
        ("start", 90),
        ("end", 90),
        ("printed", 100),
        ("value", 100),
        ("bound", 100),
        ("unit", 110),
        ("indicator", 120),
        ("period", 290),
    ]
    parts = [box(x, y, WIDTH - 80, 150, STATED), text(x + 16, y + 28, "an answer:", 15, STATED, "600")]
    parts.append(
        text(
            x + 112,
            y + 28,
            "statereport query tables/figures",
            14,
            INK,
            family="ui-monospace, Menlo, Consolas, monospace",
        )
    )
    left = x + 16
    parts.append(
        f'<line x1="{x + 16}" y1="{y + 72}" x2="{WIDTH - 56}" y2="{y + 72}" stroke="{LINE}" stroke-width="1.5"/>'
    )
    for name, width in columns:
        parts += [text(left, y + 62, name, 12.5, SOFT), text(left, y + 96, shown(row.get(name)), 14.5, INK)]
        left += width
    parts.append(
        text(
            x + 16,
            y + 130,
            "Each row leads back to its passage and its characters, so that anyone who has the text can open the place.",
            13,
            SOFT,
        )
    )
    return parts


def shown(value: object) -> str:
    """A cell as a reader sees it: the name at the end of an IRI, everything else as it is."""
    return "" if value is None else str(value).rpartition("/")[2] if str(value).startswith("http") else str(value)


def vocab_name(iri: str) -> str:
    """The prefixed name of an IRI."""
    return names.read(find_project()).shorten(iri) if iri else "shapes"


def shortly(label: str) -> str:
    """The label of an article without the Convention's long name."""
    return label.partition(" of the ")[0] + " of the Convention" if " of the " in label else label


def paragraph(x: float, y: float, words: str, width: int, size: float, colour: str) -> list[str]:
    """Text in lines of at most `width` characters."""
    lines: list[str] = [""]
    for word in words.split():
        fits = len(lines[-1]) + len(word) < width
        lines = [*lines[:-1], f"{lines[-1]} {word}".strip()] if fits else [*lines, word]
    return [text(x, y + 19 * i, line, size, colour) for i, line in enumerate(lines)]


def box(x: int, y: int, width: int, height: int, colour: str) -> str:
    """A rounded box in the colour, and with the line, of its way of knowing."""
    dash = f' stroke-dasharray="{DASHES[colour]}"' if colour in DASHES else ""
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="10" fill="{TINTS[colour]}" stroke="{colour}" stroke-width="1.6"{dash}/>'


def text(x: float, y: float, words: str, size: float, colour: str, weight: str = "400", family: str = "") -> str:
    """A line of text."""
    font = f' font-family="{family}"' if family else ""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}"{font}>{escape(words)}</text>'
    )


def arrow(x1: int, y1: int, x2: int, y2: int) -> str:
    """An arrow between two boxes."""
    return f'<line x1="{x1 + 4 * (x2 > x1)}" y1="{y1 + 4 * (y2 > y1)}" x2="{x2}" y2="{y2}" stroke="{SOFT}" stroke-width="2" marker-end="url(#tip)"/>'


if __name__ == "__main__":
    main()
