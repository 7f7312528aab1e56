"""Charts: the picture of an answer has every number of it, the same bytes each time, and nothing that runs."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from statereport import chart, formats, picture, queries
from statereport import svg as elements
from statereport.answers import Answer
from statereport.paths import find_house

SVG = "{http://www.w3.org/2000/svg}"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"
COLUMNS = ("year", "who", "value", "bound", "unit")
TITLES = {"year": "Year", "who": "Who", "value": "Number", "bound": "Bound", "unit": "Unit"}
BOTH = {"y": "value", "bound": "bound", "unit": "unit"}


def question(**keys: str) -> queries.SavedQuery:
    text = f"SELECT {' '.join(f'?{c}' for c in COLUMNS)} {{}}"
    return queries.SavedQuery(
        name="topic/slug", path=Path("slug.rq"), source="slug.rq", text=text, summary="How many <are> there?", titles=TITLES, chart={**BOTH, **keys}
    )


def answer(*rows: tuple) -> Answer:
    def term(value):
        if value is None:
            return None
        return formats.literal(value) if isinstance(value, str) else formats.literal(str(value), DECIMAL if "." in str(value) else INTEGER)

    return Answer("select", COLUMNS, tuple(tuple(map(term, row)) for row in rows))


YEARS = answer(
    ("2019", "all", 1200000, "about", "person"),
    ("2020", "all", 900000, "exact", "person"),
    ("2019", "Kazakhs & others", 12, "exact", "person"),
    ("2020", "Kazakhs & others", 0, "exact", "person"),
    (None, "all", 2100000, "exact", "person"),
)


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("kind", chart.TYPES)
def test_a_picture_is_xml_without_scripts_and_says_every_number(kind):
    svg = chart.draw(question(type=kind, x="year", series="who"), YEARS)
    root = ElementTree.fromstring(svg)
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {"svg", "title", "desc", "rect", "text", "line", "polyline", "circle"}
    assert not [node for node in root.iter() if "style" in node.keys()], "a strict page lets no style in"  # noqa: SIM118
    assert root.get("role") == "img" and set(root.get("aria-labelledby").split()) == {root[0].get("id"), root[1].get("id")}
    assert root[0].text == "How many <are> there?"
    for said in ("about 1,200,000", "900,000", "12", "0"):
        assert f": {said}" in root[1].text, said


@pytest.mark.parametrize("kind", chart.TYPES)
def test_a_row_without_a_place_is_in_the_table_only(kind):
    assert "2,100,000" not in chart.draw(question(type=kind, x="year", series="who"), YEARS)


@pytest.mark.parametrize("kind", chart.TYPES)
def test_the_same_rows_give_the_same_picture_and_other_rows_another(kind):
    query = question(type=kind, x="year", series="who")
    assert chart.draw(query, YEARS) == chart.draw(query, YEARS)
    assert chart.draw(query, YEARS) != chart.draw(query, answer(("2019", "all", 1200001, "about", "person")))


def test_bars_are_as_long_as_their_numbers():
    svg = chart.draw(question(type="bar", x="who"), answer(("", "a long name of a group", 200, "exact", "person"), ("", "another group", 50, "exact", "person")))
    first, second = [float(node.get("width")) for node in ElementTree.fromstring(svg).findall(f"{SVG}rect")[1:]]
    assert first == pytest.approx(4 * second, abs=0.2)


def test_columns_stand_on_one_line_and_are_as_tall_as_their_numbers():
    svg = chart.draw(question(type="bar", x="year"), answer(("2019", "", 200, "exact", "person"), ("2020", "", 50, "exact", "person")))
    columns = ElementTree.fromstring(svg).findall(f"{SVG}rect")[1:]
    assert len({round(float(c.get("y")) + float(c.get("height")), 1) for c in columns}) == 1
    first, second = (float(c.get("height")) for c in columns)
    assert first == pytest.approx(4 * second, abs=0.2)


def test_the_axis_says_its_unit():
    for kind, x in (("bar", "year"), ("bar", "who"), ("line", "year")):
        svg = chart.draw(question(type=kind, x=x), answer(("2019", "a long name of some group or other", 200, "exact", "case")))
        assert any(text.endswith("(unit: case)") for text in texts(svg)), kind


def test_every_chart_of_statistics_has_a_unit(house):
    """A column for it, or a title that says what is counted."""
    for query in queries.SavedQueries(house.queries):
        if query.chart:
            title = query.columns[query.chart["y"]]
            assert "unit" in query.chart or title not in ("Number", "Value", "Count"), query.name


def test_a_picture_in_pixels_is_the_same_again():
    drawn = picture.Picture.of(question(type="bar", x="year"), YEARS)
    data = drawn.png()
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and data == drawn.png() and drawn._repr_svg_() == drawn.svg
    assert data != picture.Picture.of(question(type="bar", x="who"), YEARS).png()


def test_a_percentage_says_so_and_keeps_its_decimals():
    assert "0.15%" in texts(chart.draw(question(type="bar", x="who"), answer(("", "Uighur", 0.15, "exact", "percent"))))


def test_nothing_but_zeros_and_nothing_at_all_can_be_drawn():
    assert "0" in texts(chart.draw(question(type="bar", x="who"), answer(("", "none", 0, "exact", "case"))))
    for kind in ("bar", "numbers"):
        assert chart.draw(question(type=kind, x="who"), answer())


def test_no_text_leaves_the_picture():
    long = "a very long label that goes on and on for longer than any label of the report would, and then some more"
    svg = chart.draw(question(type="bar", x="who", series="year"), answer(*[(str(y), f"{long} {y}", y, "exact", "person") for y in range(8)]))
    root = ElementTree.fromstring(svg)
    for node in root.iter(f"{SVG}text"):
        x, wide = float(node.get("x")), elements.width("".join(node.itertext())) * 0.8
        start = x - wide if node.get("text-anchor") == "end" else x - wide / 2 if node.get("text-anchor") == "middle" else x
        assert start >= -1 and start + wide <= chart.WIDTH + 1, "".join(node.itertext())


def test_every_chart_of_the_house_is_of_a_known_type_over_its_own_columns(house):
    for query in queries.SavedQueries(house.queries):
        if query.chart:
            assert query.chart.get("type") in chart.TYPES, query.name
            assert set(query.chart) <= {"type", "x", "y", "series", "bound", "unit"}, query.name
            assert {query.chart[key] for key in set(query.chart) - {"type"}} <= set(query.columns), query.name


def test_every_cube_has_a_question_with_a_chart(house):
    saved = {query.slug: query for query in queries.SavedQueries(find_house().queries) if query.topic == "statistics"}
    cubes = (house.graphs / "reports/kaz-cerd-8-10-addendum/cubes.ttl").read_text(encoding="utf-8")
    slugs = [line.removeprefix("dataset:") for line in cubes.splitlines() if line.startswith("dataset:")]
    assert len(slugs) > 20
    assert not [slug for slug in slugs if slug not in saved or not saved[slug].chart]
