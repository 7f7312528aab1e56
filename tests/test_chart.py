"""Charts: the specification has every number of its answer; drawn, it is one image with words, the same each time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import real
from loops import some

from statereport.project import find_project
from statereport.questions import chart, picture, plots
from statereport.questions.saved import SavedQueries, SavedQuery
from statereport.rdf import writers
from statereport.sparql.answers import Answer, Column

SVG = "{http://www.w3.org/2000/svg}"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"
COLUMNS = ("year", "who", "value", "bound", "unit")
TITLES = {"year": "Year", "who": "Who", "value": "Number", "bound": "Bound", "unit": "Unit"}
BOTH = {"y": "value", "bound": "bound", "unit": "unit"}


def question(**keys: str) -> SavedQuery:
    text = f"SELECT {' '.join(f'?{c}' for c in COLUMNS)} {{}}"
    return SavedQuery(
        name="topic/slug",
        path=Path("slug.rq"),
        source="slug.rq",
        text=text,
        summary="How many <are> there?",
        heads={name: Column(title) for name, title in TITLES.items()},
        chart={**BOTH, **keys},
    )


def answer(*rows: tuple) -> Answer:
    def term(value):
        if value is None:
            return None
        return (
            writers.literal(value)
            if isinstance(value, str)
            else writers.literal(str(value), DECIMAL if "." in str(value) else INTEGER)
        )

    return Answer("select", COLUMNS, tuple(tuple(map(term, row)) for row in rows))


def picture_of(rows: Answer, **keys: str) -> picture.Picture:
    return picture.Picture.of(question(**keys), rows)


YEARS = answer(
    ("2019", "all", 1200000, "about", "person"),
    ("2020", "all", 900000, "exact", "person"),
    ("2019", "Kazakhs & others", 12, "exact", "person"),
    ("2020", "Kazakhs & others", 0, "exact", "person"),
    (None, "all", 2100000, "exact", "person"),
)
NAMES = answer(("", "a long name of a group", 200, "more than", "case"), ("", "another group", 50, "exact", "case"))
# Every kind of plot: bars apart and together, columns apart and together, one line and two, and numbers.
PLOTS = {
    "bars": (NAMES, {"type": "bar", "x": "who"}),
    "bars together": (YEARS, {"type": "bar", "x": "who", "series": "year"}),
    "columns": (
        answer(("2019", "", 3, "exact", "case"), ("2020", "", 1, "exact", "case")),
        {"type": "bar", "x": "year"},
    ),
    "columns together": (YEARS, {"type": "bar", "x": "year", "series": "who"}),
    "a line": (
        answer(("2019", "", 3, "exact", "case"), ("2020", "", 1, "exact", "case")),
        {"type": "line", "x": "year"},
    ),
    "lines": (YEARS, {"type": "line", "x": "year", "series": "who"}),
    "numbers": (NAMES, {"type": "numbers", "x": "who"}),
}
every_plot = pytest.mark.parametrize("plot", PLOTS)


def drawn(plot: str) -> tuple[picture.Picture, Answer, ElementTree.Element]:
    rows, keys = PLOTS[plot]
    made = picture_of(rows, **keys)
    return made, rows, ElementTree.fromstring(made.svg)


def texts(root: ElementTree.Element) -> str:
    """All texts that are drawn, lines of one text with a blank between."""
    found = []
    for parent in root.iter():
        lines = ["".join(node.itertext()) for node in parent.findall(f"{SVG}text")]
        # A group of nothing else has the lines of one text.
        found += [" ".join(lines)] if lines and not parent.attrib else lines
    return "\n".join(found)


# --- what is drawn ---------------------------------------------------------------------------------------------------


@every_plot
def test_every_number_is_drawn_as_the_table_has_it_with_its_bound(plot):
    made, rows, root = drawn(plot)
    keys = PLOTS[plot][1]
    shown = [row for row in rows if row[keys["x"]]]
    for row in some(shown):
        said = f"{row['value']:,}" if row["bound"] == "exact" else f"{row['bound']} {row['value']:,}"
        assert said in texts(root).replace("\n", "; "), said
        assert f": {said}" in root.find(f"{SVG}desc").text, said
    assert sorted(value["number"] for value in made.spec["data"]["values"]) == sorted(row["value"] for row in shown)


@every_plot
def test_it_is_one_image_with_a_title_and_a_description(plot):
    _, _, root = drawn(plot)
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img" and root.get("aria-labelledby").split() == [title.get("id"), desc.get("id")] == [
        "topic-slug-title",
        "topic-slug-desc",
    ]
    assert title.text == "How many <are> there?"
    inside = [key for node in list(root.iter())[1:] for key in node.attrib if key == "role" or key.startswith("aria-")]
    assert not inside, "a screen reader would hear of the marks one by one"


@every_plot
def test_nothing_in_it_runs_or_is_fetched(plot):
    made, _, root = drawn(plot)
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "style",
        "rect",
        "g",
        "path",
        "text",
        "tspan",
        "line",
    }
    assert not [key for node in root.iter() for key in node.attrib if key.startswith("on") or key.endswith("href")]
    assert "url(" not in made.svg and "@import" not in made.svg


@every_plot
def test_title_axes_and_address_are_drawn(plot):
    _, _, root = drawn(plot)
    said = texts(root)
    assert "How many <are> there?" in said and "https://w3id.org/statereport/query/topic/slug" in said
    if plot != "numbers":
        unit = "person" if PLOTS[plot][0] is YEARS else "case"
        assert f"Number (unit: {unit})" in said and TITLES[PLOTS[plot][1]["x"]] in said.split("\n")


@every_plot
def test_no_text_leaves_the_picture_and_its_size_is_what_the_specification_says(plot):
    made, _, root = drawn(plot)
    assert (root.get("width"), root.get("height")) == (str(made.spec["width"]), str(made.spec["height"]))
    assert not outside(made.svg)


def outside(svg: str) -> list[str]:
    """The lines of text that do not stand wholly in the picture, whatever the reader's fonts."""
    root, found = ElementTree.fromstring(svg), []

    def walk(node: ElementTree.Element, x: float, y: float) -> None:
        moved = re.fullmatch(r"translate\(([-\d.e]+),([-\d.e]+)\)", node.get("transform", "translate(0,0)"))
        x, y = x + float(moved[1]), y + float(moved[2])
        if node.tag == f"{SVG}text":
            size = float(node.get("font-size").removesuffix("px"))
            wide = float(node.get("textLength"))
            start = x - wide * {"start": 0, "middle": 0.5, "end": 1}[node.get("text-anchor", "start")]
            high = y + float(node.get("y", 0))
            inside = start >= 0 and start + wide <= float(root.get("width"))
            if not inside or not size / 2 < high < float(root.get("height")):
                found.append(node.text)
        for child in node:
            walk(child, x, y)

    walk(root, 0, 0)
    return found


def test_long_names_are_broken_into_lines_within_the_picture():
    long = "a very long label that goes on and on for longer than any label of the report would, and then some more"
    for keys in (
        {"type": "bar", "x": "who", "series": "year"},
        {"type": "numbers", "x": "who"},
        {"type": "line", "x": "year", "series": "who"},
    ):
        made = picture_of(
            answer(*[(str(2010 + y), f"{long} {y % 4}", 1000000 + y, "more than", "person") for y in range(8)]), **keys
        )
        assert not outside(made.svg), keys


def test_a_long_list_is_drawn_to_its_first_places_and_says_so():
    rows = answer(*[("", f"body {n}", 200 - n, "exact", "person") for n in range(100)])
    made = picture_of(rows, type="bar", x="who")
    assert len(made.spec["data"]["values"]) == chart.MOST and f"{TITLES['who']} (the first 40 of 100)" in made.svg
    assert "body 39" in made.svg and "body 40" not in made.svg


def test_a_row_without_a_place_is_in_the_table_only():
    for rows, keys in (PLOTS["lines"], PLOTS["columns together"]):
        assert "2,100,000" not in picture_of(rows, **keys).svg


def test_bars_are_as_long_as_their_numbers():
    for plot, axis in (("bars", "h"), ("columns", "v")):
        made, _, root = drawn(plot)
        (marks,) = (group for group in root.iter(f"{SVG}g") if "mark-rect role-mark" in group.get("class", ""))
        lengths = [abs(float(re.search(rf"{axis}(-?[\d.]+)", bar.get("d"))[1])) for bar in marks]
        first, second = (value["number"] for value in made.spec["data"]["values"])
        assert lengths[0] / lengths[1] == pytest.approx(first / second, rel=0.01), plot


def test_a_percentage_says_so_and_keeps_its_decimals():
    made = picture_of(answer(("", "Uighur group", 0.15, "exact", "percent")), type="bar", x="who")
    assert "0.15%" in made.svg and made.spec["data"]["values"][0]["number"] == 0.15


def test_nothing_but_zeros_and_nothing_at_all_can_be_drawn():
    assert ": 0." in picture_of(answer(("", "none of the groups", 0, "exact", "case")), type="bar", x="who").svg
    for kind in some(chart.TYPES):
        assert picture_of(answer(), type=kind, x="who").svg


# --- colours ---------------------------------------------------------------------------------------------------------


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        return sum(
            w * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
            for w, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
        )

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@every_plot
def test_every_colour_is_readable_on_light_and_dark_paper(plot):
    _, _, root = drawn(plot)
    dark = dict(re.findall(r'\[fill="(#\w+)"\]\{fill:(#\w+)\}', root.find(f"{SVG}style").text))
    papers = plots.PAPER, dark[plots.PAPER]
    used = {
        node.get(key)
        for node in root.iter()
        for key in ("fill", "stroke")
        if node.get(key, "none") not in ("none", "transparent")
    }
    assert used <= set(dark), "a colour that stays as it is on dark paper"
    for colour in some(used - {plots.PAPER, plots.GRID}):
        least = 4.5 if colour in (plots.INK, plots.SOFT) else 3
        assert contrast(colour, papers[0]) >= least and contrast(dark[colour], papers[1]) >= least, colour
    for node in some(root.iter(f"{SVG}text")):
        assert contrast(node.get("fill"), papers[0]) >= 3.8 and contrast(dark[node.get("fill")], papers[1]) >= 4.5


def test_lines_are_told_apart_by_shape_too():
    made, _, _ = drawn("lines")
    shapes = [layer["encoding"]["shape"] for layer in made.spec["layer"] if layer["mark"]["type"] == "point"]
    assert (
        shapes
        and len(set(plots.SHAPES)) == len(plots.SHAPES) >= len(plots.COLOURS)
        and all(s["scale"]["range"] == list(plots.SHAPES) for s in shapes)
    )


# --- the specification -----------------------------------------------------------------------------------------------


@every_plot
def test_no_word_of_the_answer_stands_in_an_expression(plot):
    """Expressions are run by Vega: they are ours alone, and look the words up."""
    rows, keys = PLOTS[plot]
    marked = Answer(
        "select",
        COLUMNS,
        tuple(
            tuple(writers.literal(f"{t.value}'+x") if i < 2 and t is not None else t for i, t in enumerate(row))
            for row in rows.rows
        ),
    )

    def expressions(node):
        if isinstance(node, dict):
            for key, value in node.items():
                if key in ("expr", "calculate", "labelExpr", "filter", "signal"):
                    yield json.dumps(value)
                yield from expressions(value)
        elif isinstance(node, list):
            for value in node:
                yield from expressions(value)

    found = list(expressions(picture_of(marked, **keys).spec))
    assert found and not [text for text in found if "+x" in text]
    assert "'+x" in picture_of(marked, **keys).svg


def test_data_are_fetched_from_nowhere(tmp_path):
    (tmp_path / "data.json").write_text('[{"a": "secret"}]', encoding="utf-8")
    spec = picture_of(NAMES, type="bar", x="who").spec

    def fetching(address: str) -> picture.Picture:
        return picture.Picture(
            {**spec, "layer": [{"data": {"url": address}, "mark": "text", "encoding": {"text": {"field": "a"}}}]}
        )

    for address in ("http://127.0.0.1:9/data.json", str(tmp_path / "data.json")):
        with pytest.raises(ValueError, match="not allowed"):
            fetching(address).png()
    assert "secret" not in fetching((tmp_path / "data.json").as_uri()).svg


def test_the_same_rows_give_the_same_bytes_in_every_process_and_other_rows_others(tmp_path):
    script = (
        "import test_chart, hashlib; p = [test_chart.drawn(plot)[0] for plot in test_chart.PLOTS]; "
        "print([hashlib.sha256(x).hexdigest() for it in p for x in (it.svg.encode(), it.png())])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            cwd=Path(__file__).parent,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert (
        picture_of(NAMES, type="bar", x="who").svg
        != picture_of(answer(("", "a long name of a group", 201, "exact", "case")), type="bar", x="who").svg
    )


def test_the_font_is_one_that_is_the_same_on_every_machine():
    """Liberation Sans is part of vl-convert, so that texts are measured alike where no fonts are."""
    _, _, root = drawn("bars")
    assert {node.get("font-family").partition(",")[0] for node in root.iter(f"{SVG}text")} == {"Liberation Sans"}


def test_a_picture_gives_its_specification_svg_and_pixels():
    made, _, _ = drawn("columns")
    data = made.png()
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and data == made.png() and made._repr_svg_() == made.svg
    assert int.from_bytes(data[16:20], "big") == 2 * made.spec["width"]
    assert (
        made.spec["$schema"].endswith(f"v{picture.VERSION[0]}.json")
        and json.loads(chart.written(made.spec)) == made.spec
    )
    assert f"application/vnd.vegalite.v{picture.VERSION[0]}+json" == chart.MEDIA_TYPE


# --- the project -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def charted(project):
    return [query for query in SavedQueries.of(project) if query.chart]


def test_every_chart_of_statistics_has_a_unit(charted):
    """A column for it, or a title that says what is counted."""
    for query in some(charted):
        title = query.columns[query.chart["y"]]
        assert "unit" in query.chart or title not in ("Number", "Value", "Count"), query.name


def test_every_chart_of_the_project_is_of_a_known_type_over_its_own_columns(charted):
    for query in some(charted):
        assert query.chart.get("type") in chart.TYPES, query.name
        assert set(query.chart) <= {"type", "x", "y", "series", "bound", "unit", "order"}, query.name
        assert {query.chart[key] for key in set(query.chart) - {"type", "order"}} <= set(query.columns), query.name


@pytest.mark.slow
def test_every_chart_of_the_project_tells_its_numbers_apart_and_keeps_its_texts_inside(charted):
    for query in some(charted):
        it = chart.of(query, real.graph().ask(query.name))
        apart = {(point.place, point.series) for point in it.points}
        assert len(apart) == len(it.points) > 0, f"{query.name}: two numbers with the same words"
        assert len({point.series for point in it.points}) <= len(plots.COLOURS), query.name
        assert not outside(picture.Picture(chart.specification(it)).svg), query.name


def test_every_cube_has_a_question_with_a_chart(project):
    saved = {query.slug: query for query in SavedQueries.of(find_project()) if query.topic == "statistics"}
    cubes = (project.graphs / "reports/kaz-cerd-8-10-addendum/cubes.ttl").read_text(encoding="utf-8")
    slugs = [line.removeprefix("dataset:") for line in cubes.splitlines() if line.startswith("dataset:")]
    assert len(slugs) > 20
    assert not [slug for slug in slugs if slug not in saved or not saved[slug].chart]


# --- totals, sources and what is left out ----------------------------------------------------------------------------

COUNTED = answer(
    ("all groups", "", 300, "exact", "case"),
    ("one", "", 200, "exact", "case"),
    ("other", "", 90, "exact", "case"),
)
BACKGROUND = chart.Background({"x": "Republic of X"}, frozenset({"all groups"}))


def test_a_total_stands_in_words_above_the_bars_of_its_parts():
    made = picture.Picture.of(question(type="bar", x="year"), COUNTED, BACKGROUND)
    assert [row["place"] for row in made.spec["data"]["values"]] == ["one", "other"]
    assert made.spec["title"]["subtitle"] == ["all groups: 300"] and "all groups: 300" in made.spec["description"]
    assert "all groups: 300" in texts(ElementTree.fromstring(made.svg)) and outside(made.svg) == []


def test_a_total_stays_a_bar_where_there_is_one_part_only_and_where_a_line_has_it():
    for rows, keys in ((COUNTED.rows[:2], {"type": "bar"}), (COUNTED.rows, {"type": "line"})):
        found = chart.of(question(x="year", **keys), Answer("select", COLUMNS, rows), BACKGROUND)
        assert not found.totals and len(found.points) == len(rows)


def test_numbers_of_several_reports_name_their_state_where_the_chart_does_not():
    rows = answer(("", "law", 3, "exact", "x-1"), ("", "law", 2, "exact", "y-1"), ("", "plan", 1, "exact", "y-1"))
    both = replace(rows, columns=(*COLUMNS[:-1], "report"))
    states = chart.Background({"x-1": "X", "y-1": "Republic of Y"})
    found = chart.of(question(x="who"), both, states)
    assert [point.place for point in found.points] == ["law (X)", "law (Republic of Y)", "plan (Republic of Y)"]
    one = chart.of(question(x="who"), replace(both, rows=both.rows[1:]), states)
    assert [point.place for point in one.points] == ["law", "plan"]


def test_the_small_print_names_the_report_and_its_paragraphs():
    assert chart.ranges(["8.2", "8.3", "8.4", "8.12", "9", "10", "theme 3"]) == ["8.2–8.4", "8.12", "9–10", "theme 3"]
    assert (
        chart.source({"x": ["8.2", "8.3"]}, {"x": "Republic of X"}) == "Report of the Republic of X, paragraphs 8.2–8.3"
    )
    assert chart.source({"x": ["3"]}, {}) == "The report, paragraph 3" and chart.source({"x": []}, {}) == ""
    both = chart.source({"x": ["1"], "y": ["2"]}, {"x": "X", "y": "Y"})
    assert both == "Report of the X, paragraph 1; Report of the Y, paragraph 2"


def test_the_series_stand_in_the_order_that_the_header_gives():
    rows = answer(
        ("a", "done", 1, "exact", "case"), ("b", "planned", 2, "exact", "case"), ("b", "done", 3, "exact", "case")
    )
    made = picture_of(rows, type="bar", x="year", series="who", order="planned; done")
    assert [row["series"] for row in made.spec["data"]["values"]] == ["done", "planned", "done"]
    legend = texts(ElementTree.fromstring(made.svg)).split("\n")
    assert legend.index("planned") < legend.index("done")


def test_what_a_picture_leaves_out_is_said_in_it():
    left = replace(chart.of(question(type="bar", x="year"), COUNTED), missing="Not drawn: 2 figures")
    made = picture.Picture(chart.specification(left))
    assert "Not drawn: 2 figures" in texts(ElementTree.fromstring(made.svg)) and outside(made.svg) == []
