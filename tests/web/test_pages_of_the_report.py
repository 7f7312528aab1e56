"""The report reader, discrepancies, statistics and law: nothing of the report is left out or there twice."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from loops import some

from statereport.graph import discrepancies
from statereport.pages import discrepancies as discrepancy_page
from statereport.pages import law, passages, pivot
from statereport.pages.page import Address
from statereport.questions import chart
from statereport.rdf import namespaces

REPORT = "/report/kaz-cerd-8-10-addendum"
KAZAKHSTANS = f"{namespaces.ID}report/kaz-cerd-8-10-addendum"


def sections(read) -> dict[str, str]:
    """The path of each page with passages, of every report → the IRI of its section, or of the report before that."""
    units = read.site.names.units
    slugs = {(unit.short, unit.slug): unit.iri for unit in units if unit.kind != "Passage"}
    return {
        f"/report/{unit.short}/{unit.section}": slugs.get((unit.short, unit.section), unit.report)
        for unit in units
        if unit.section
    }


def test_every_passage_stands_once_under_its_theme(read):
    shown = Counter(
        (path.split("/")[2], unit["id"])
        for path in some(sections(read), 20)
        for unit in read(path).all("article", class_="unit")
    )
    wanted = [(unit.short, unit.number) for unit in read.site.names.units if unit.kind == "Passage"]
    assert Counter(short for short, _ in wanted) == {
        "kaz-cerd-8-10-addendum": 318,
        "bra-cerd-fco-18-20": 44,
        "bra-cerd-co-18-20": 8,
    }
    assert all(shown[passage] == 1 for passage in wanted)


def test_sections_at_any_depth_have_a_page_and_stand_on_the_first_page_of_their_report(read):
    numbers = ["I", "II", "II.A", "II.B", "II.C", "II.D", "II.D.1", "II.D.2"]
    page = read("/report/bra-cerd-fco-18-20")
    links = [e.all("a")[0] for e in page.one("section", aria_labelledby="all").all("li")]
    assert [link["href"] for link in links] == [f"/report/bra-cerd-fco-18-20/{number}" for number in numbers]
    assert read("/report/bra-cerd-fco-18-20/II.C").one("h1").text == "II.C Information on paragraph 23 (a)"
    passage = read("/report/bra-cerd-fco-18-20/20")
    assert passage.one("p", class_="crumbs").text.endswith("/ Section II.C: information on paragraph 23 (a)")


def test_what_a_report_answers_has_a_page_with_its_requests_and_where_they_are_answered(read):
    lead = read("/report/bra-cerd-fco-18-20").one("p", class_="lead")
    assert "CERD/C/BRA/FCO/18-20, 2026-01-08" in lead.text and "CERD/C/BRA/CO/18-20" in lead.text
    (address,) = {e["href"] for e in lead.all("a") if "/report/" in e["href"] and "/id/" not in e["href"]}
    page = read(address)
    assert (
        page.one("h1").text.startswith("Concluding observations") and "2022-12-19" in page.one("p", class_="lead").text
    )
    listed = {link["href"] for link in read("/report").one("section", aria_labelledby="answered").all("a")}
    assert listed == {address}
    asked = page.one("article", id="23 (a)").all("p", class_="asking")
    assert len(asked) == 3 and "effective cash transfer programmes in place answered 18 19" in asked[0].text
    alone = read(f"{address}/23 (a)")
    assert len(alone.all("p", class_="asking")) == 3 and "UN Doc. CERD/C/BRA/CO/18-20" in alone.text
    assert alone.one("pre").text.startswith("@misc{bra-cerd-co-18-20-23-a,")


def test_law_discrepancies_and_tables_are_told_apart_by_report(read):
    whole, law_of = read("/law"), read("/law?report=bra-cerd-fco-18-20")
    names = [
        {e["data-name"] for e in page.one("section", aria_labelledby="in-words").all("tr")[1:]}
        for page in (whole, law_of)
    ]
    assert names[1] < names[0] and "kaz-constitution" in names[0] - names[1] and "bra-quotas-law" in names[1]
    heads = [e.text for e in whole.one("svg", class_="screen").all("text", class_="state-name")]
    assert heads == ["Federative Republic of Brazil", "Republic of Kazakhstan"]
    entries = discrepancies.entries(read.site.graph)
    for report in some(read.site.names.reports.values(), 2):
        page = read(f"/discrepancies?report={report.rpartition('/')[2]}")
        wanted = {entry.name for entry in entries if read.site.names.report_of(entry.iri) == report}
        assert {e["id"] for e in page.all("article", class_="discrepancy")} == wanted != set()
    page = read("/statistics")
    assert [e.text for e in page.all("h2")] == [
        read.site.names.label(it).text for it in read.site.names.reports.values()
    ]


def test_every_anchor_is_a_statement_of_its_passage(read):
    found = Counter()
    for section in some(sections(read).values(), 20):
        for passage in passages.passages_of(read.site, section):
            found.update((mark.start, mark.end, mark.thing.path) for mark in passage.marks)
    anchors = read.site.graph.sparql(
        f"PREFIX sr: <{namespaces.SR}> SELECT ?a WHERE {{ ?a a sr:Anchor ; sr:isLocatedIn ?u . ?u a ?c "
        "FILTER(?c IN (sr:Passage, sr:Section, sr:Theme)) }"
    )
    assert sum(found.values()) == len(anchors) and max(found.values()) == 1


def test_every_passage_has_a_page_with_its_statements_and_how_to_cite_it(read):
    for unit in some(unit for unit in read.site.names.units if unit.kind == "Passage" and unit.section == "13"):
        page = read(unit.own_path)
        assert page.one("h1").text == f"Passage {unit.number}" and unit.label in page.text
        among = read(f"{REPORT}/13").one("article", id=unit.number).all("li", class_="statement")
        assert len(page.one("article").all("li", class_="statement")) == len(among)
        cited = page.one("p", class_="citation").text
        assert unit.iri in cited and f"para. {unit.number}." in cited and "Kazakhstan" in cited
        assert unit.iri in page.one("pre").text and page.one("pre").text.startswith("@misc{kaz-")


def test_old_addresses_of_themes_and_short_ones_of_passages_lead_to_the_report(read):
    moved = {"13": "13", "0": "0", "21.10": "21.10", "13.6": "13.6"}
    for old, new in some(moved.items()):
        response = read.response(f"/report/{old}")
        assert (response.status, dict(response.headers)["Location"]) == (301, f"{REPORT}/{new}")
    assert "13.6" in read("/report/13.666", 404).text


def test_statements_of_one_kind_keep_their_numbers(read, read_text):
    for reader in (read, read_text):
        whole = {item["id"]: item for item in reader(f"{REPORT}/13").all("li", class_="statement")}
        page = reader(f"{REPORT}/13?kind=Norm&kind=nonsense")
        shown = page.all("li", class_="statement")
        assert shown and {item.one("span", class_="kind").text for item in shown} == {"norm"}
        assert all(item["value"] == whole[item["id"]]["value"] == item["id"].rpartition("-")[2] for item in shown)
        for unit in some(page.all("article", class_="unit")):
            assert len(unit.all("sup")) in (0, len(unit.all("li", class_="statement")))


def test_what_is_read_is_kept_apart_from_what_is_noted(read):
    page = read(f"{REPORT}/13")
    kinds = {"read": "/reading/", "noted": "/discrepancies#"}
    for kind, part in some(kinds.items()):
        lines = [e for e in page.all("p", class_="around") if kind in e["class"].split()]
        assert lines and all(e.one("span", class_="tag").text == kind for e in lines)
        assert all(any(part in a["href"] for a in e.all("a")) for e in lines)


def test_unanswered_requests_are_listed(read):
    unanswered = list(read.site.graph.ask("committee/requests-not-answered"))
    reports = some({row["report"] for row in unanswered}, 2)
    listed = [
        item for it in reports for item in read(f"/report/{it}").one("section", aria_labelledby="unanswered").all("li")
    ]
    assert len(listed) == len(unanswered) > 0
    assert Counter(e.one(class_="answer").text for e in listed) == Counter(
        {"no": "not answered", "partly": "answered in part"}[row["answered"]] for row in unanswered
    )


def test_a_request_leads_to_the_passages_that_answer_it(read):
    rows = read.site.graph.ask("committee/requests-and-answers", report="kaz-cerd-8-10-addendum")
    row = next(row for row in rows if row["answered"] != "no")
    page = read(f"{REPORT}/{row['theme']}")
    item = next(e for e in page.all("li", class_="request") if row["label"] in e.text)
    assert [e.text for e in item.all("a", class_="passage")] == row["passages"].split("; ")


def test_what_is_inferred_and_noted_looks_different_and_says_so(read):
    page = read(f"{REPORT}/13")
    assert page.all("p", class_="inferred") and all(
        e.all("span", class_="inferred") for e in page.all("p", class_="inferred")
    )
    noted = [e for e in page.all("p") if "noted" in e.attributes.get("class", "").split()]
    assert noted and all(e.one("span", class_="noted").text == "noted" for e in noted)


def test_without_the_text_each_statement_names_its_fragment(read):
    page = read(f"{REPORT}/13")
    assert not page.all("blockquote") and len(page.all(class_="quote")) == len(page.all("li", class_="statement"))


def test_with_the_text_every_passage_is_the_text_of_the_report_with_every_anchor_marked(read_text):
    text, seen = read_text.site.texts[KAZAKHSTANS].content, 0
    for path in some((path for path in sections(read_text) if path.startswith(f"{REPORT}/")), 18):
        page = read_text(path)
        for unit in some(
            unit
            for unit in read_text.site.names.units
            if unit.kind == "Passage" and f"/report/{unit.short}/{unit.section}" == path
        ):
            article = page.one("article", id=unit.number)
            quoted = article.one("blockquote")
            notes = quoted.all("sup")
            assert len(notes) == len(article.all("li", class_="statement"))
            assert all(article.one("li", id=note.one("a")["href"][1:]) for note in notes)
            seen += len(notes)
            for note in notes:
                note.children = []
            assert quoted.text == " ".join(text[unit.start : unit.end].split())
    assert seen > 1000


def mark(number: int, start: int, end: int) -> SimpleNamespace:
    return SimpleNamespace(number=number, start=start, end=end)


@pytest.mark.parametrize(
    "marks",
    [
        [],
        [mark(1, 0, 10)],
        [mark(1, 2, 6), mark(2, 4, 8)],
        [mark(1, 1, 9), mark(2, 3, 5)],
        [mark(1, 3, 5), mark(2, 3, 5)],
        [mark(1, 0, 4), mark(2, 4, 10)],
        [mark(1, 0, 10), mark(2, 0, 3), mark(3, 2, 10), mark(4, 9, 10)],
    ],
)
def test_marks_may_overlap_in_any_way(marks):
    text = "xx0123456789yy"
    moved = [mark(m.number, m.start + 2, m.end + 2) for m in marks]
    found = passages.segments(text, 2, 12, moved)
    assert "".join(part.text for part in found) == text[2:12]
    covered = ["".join(part.text for part in found if m in part.marks) for m in moved]
    assert covered == [text[m.start : m.end] for m in moved]
    assert [[m in part.ends for part in found].count(True) for m in moved] == [1] * len(moved)
    for part in some(found):
        lengths = [m.end - m.start for m in part.marks]
        assert lengths == sorted(lengths)


def test_every_discrepancy_stands_once_by_weight_and_shows_what_each_place_says(read):
    page = read("/discrepancies")
    entries = {entry.name: entry for entry in discrepancies.entries(read.site.graph)}
    articles = page.all("article", class_="discrepancy")
    assert sorted(e["id"] for e in articles) == sorted(entries)
    weights = [discrepancy_page.WEIGHTS.index(entries[e["id"]].kind) for e in articles]
    assert weights == sorted(weights) and len(set(weights)) > 8
    for article in some(articles):
        entry = entries[article["id"]]
        says = article.all(class_="says")
        assert entry.message.split()[0] in article.text and len(says) == len(entry.units)
        printed = {e.text for e in article.all(class_="printed")}
        assert printed == {" ".join(it.printed.split()) for it in entry.statements if it.printed}


def test_a_discrepancy_quotes_its_places_where_the_text_is_at_hand_and_fragments_where_it_is_not(read, read_text):
    address = "/discrepancies?found=computation&kind=parts+and+total+disagree"
    text = read_text.site.texts[KAZAKHSTANS].content
    for article in some(read_text(address).all("article", class_="discrepancy")):
        quoted = article.all("blockquote")
        assert quoted and all(" ".join(e.raw.split()) in " ".join(text.split()) for e in quoted)
        assert any(e.all("mark") for e in quoted)
    page = read(address)
    assert not page.all("blockquote") and page.all(class_="quote")


def test_discrepancies_are_chosen_by_kind_way_and_section(read):
    entries = discrepancies.entries(read.site.graph)
    kind = entries[0].kind
    wanted = {
        f"kind={kind.replace(' ', '+')}": {entry.name for entry in entries if entry.kind == kind},
        "found=computation": {entry.name for entry in entries if entry.rule},
        "section=kaz-cerd-8-10-addendum/13": {
            entry.name for entry in entries if any(unit in ("theme 13",) or unit[:3] == "13." for unit in entry.units)
        },
    }
    for query, names in some(wanted.items()):
        page = read(f"/discrepancies?{query}")
        assert {e["id"] for e in page.all("article", class_="discrepancy")} == names != set()
        contents = page.one("nav", class_="contents")
        assert {e["href"][1:] for e in contents.all("a")} >= names
    assert "No entries" in read("/discrepancies?kind=nonsense").text


def test_every_figure_of_a_cube_stands_once_in_its_table_however_it_is_turned(read):
    for cube in some(read.site.cubes):
        names = [c.name for c in cube.components if c.role == "dimension"]
        turned = [("", ""), (names[0], names[-1]), (names[-1], "none")]
        for down, across in some(turned):
            page = read(f"/statistics/{cube.slug}?rows={down}&columns={across}")
            links = [e.all("a")[0]["href"] for e in page.all(class_="figure")]
            assert Counter(links) == Counter(read.site.names.path(figure) for figure, _ in cube.rows), (
                f"{cube.slug} {down} {across}"
            )


def test_a_cube_can_be_held_to_one_code(read):
    page = read("/statistics/schools-by-language?indicator=indicator:schools")
    figures = page.all(class_="figure")
    rows = list(
        csv.reader(
            io.StringIO(read.response("/statistics/schools-by-language.csv?indicator=indicator:schools").body.decode())
        )
    )
    assert len(figures) == len(rows) - 1 == 7
    spec = specification(read, page.one("figure", class_="chart"))
    assert len(spec["data"]["values"]) == 6 and spec["title"]["subtitle"] == ["all languages: 7,391"]


def test_a_choice_that_a_cube_does_not_have_is_explained_at_its_field(read):
    page = read("/statistics/schools-by-language?indicator=indicator:horses", 400)
    assert "horses" in page.one(id="fault-indicator", role="alert").text
    assert "colour" in read("/statistics/schools-by-language?colour=red", 400).one("p", role="alert").text


def test_a_picture_never_compares_what_is_counted_differently(read):
    for cube in some(read.site.cubes):
        kinds = {row["indicator"][0].label for _, row in cube.rows}
        pictures = read(f"/statistics/{cube.slug}").all("figure", class_="chart")
        assert len(pictures) <= len(kinds)
        printed = {figure.text for figure in pivot.figures_of(read.site, cube)}
        drawn = {value["said"] for picture in pictures for value in specification(read, picture)["data"]["values"]}
        assert drawn <= printed
    assert len(read("/statistics/schools-by-language").all("figure", class_="chart")) == 3


def specification(read, picture) -> dict:
    """The specification at the address of a picture, whose size and words are those of the page."""
    image = picture.one("img")
    spec = json.loads(read.response(image["src"].replace(".svg", ".vl.json")).body)
    assert (image["width"], image["height"]) == (str(spec["width"]), str(spec["height"]))
    assert " ".join(spec["title"]["text"]) in image["alt"] and spec["description"] in image["alt"]
    return spec


def test_a_chart_is_at_the_address_of_its_table_with_another_ending(read):
    wanted = "rows=language&columns=none&indicator=indicator:schools"
    answers = [
        read.response(f"/statistics/schools-by-language.{ending}?{wanted}") for ending in ("svg", "png", "vl.json")
    ]
    assert {it.media_type for it in answers} == {chart.MEDIA_TYPE} and len({it.body for it in answers}) == 1, (
        "who sends it on draws it"
    )
    (figure,) = read(f"/statistics/schools-by-language?{wanted}").all("figure", class_="chart")
    assert specification(read, figure) == json.loads(answers[0].body)
    assert {a["href"].partition("?")[0].partition(".")[2] for a in figure.all("a")} == {"svg", "png", "vl.json"}
    for wrong in (
        "",
        "?indicator=indicator:horses",
        "?rows=indicator",
        "?indicator=indicator:schools&language=language:tajik",
    ):
        assert read.response(f"/statistics/schools-by-language.svg{wrong}").status == 404, wrong


def test_the_law_has_every_instrument_in_the_picture_and_in_the_table(read):
    found = law.instruments(read.site)
    page = read("/law")
    assert (
        len(found)
        == len(page.one("table").one("tbody").all("tr"))
        == sum(
            row["number"]
            for row in read.site.graph.ask("pages/classes")
            if row["class"] in (namespaces.SR + "LegalInstrument", namespaces.SR + "InstrumentSeries")
        )
    )
    drawn = page.one("svg", class_="screen")
    narrow = page.one("svg", class_="phone").all("g", class_="law")
    assert [e["data-name"] for e in narrow] == [e["data-name"] for e in drawn.all("g", class_="law")]
    assert {e["id"] for e in drawn.all("a") if "id" in e.attributes} == {it.name for it in found}
    assert len(drawn.all("path")) == sum(len(it.relations) for it in found) > 20


def test_a_citation_in_the_heading_of_a_part_is_not_one_of_the_theme_with_its_number(read):
    (convention,) = (it for it in law.instruments(read.site) if it.name == "icerd")
    assert convention.themes == {
        f"{REPORT}/0": 1,
        f"{REPORT}#part-1": 1,
        f"{REPORT}/3": 4,
        f"{REPORT}/4": 1,
        f"{REPORT}/6": 4,
        f"{REPORT}#part-2": 1,
        f"{REPORT}/9": 1,
        f"{REPORT}/10": 1,
        f"{REPORT}#part-3": 1,
        f"{REPORT}#part-4": 1,
        f"{REPORT}/15": 1,
    }
    line = next(
        e for e in read("/law").one("tbody").all("tr") if e.one("th").all("a")[0]["href"] == "/id/instrument/icerd.html"
    )
    assert {e["href"] for e in line.all("a", class_="passage") if e.text.startswith("part")} == {
        f"{REPORT}#part-{n}" for n in range(1, 5)
    }


def test_a_relation_of_the_law_is_in_the_table_too(read):
    row = next(row for row in read.site.graph.ask("pages/law-relations") if row["tie"] == namespaces.SR + "approves")
    names = read.site.names
    line = next(e for e in read("/law").one("tbody").all("tr") if e.one("th").text == names.label(row["act"]).text)
    assert f"approves {names.label(row['other']).text}" in line.text


def test_the_map_of_the_law_is_xml_and_the_same_each_time(read):
    found = law.instruments(read.site)
    draw = read.site.templates.get_template("law_map.svg").render
    columns = law.sections(read.site, found)
    given = {
        "context": read.site,
        "address": Address("/law"),
        "instruments": found,
        "by_iri": {it.iri: it for it in found},
    }
    for narrow in (False, True):
        svg = draw(**given, map=law.layout(found, columns, narrow))
        ElementTree.fromstring(svg)
        assert svg == draw(**given, map=law.layout(law.instruments(read.site), columns, narrow))
        assert "style" not in svg and svg.count('tabindex="0"') == 1
