"""Pages of questions and things in a browser: labels, links into the report, files, charts, citations."""

from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import sampling
from loops import some

from statereport.project import find_project
from statereport.questions.saved import SavedQueries

expect = pytest.importorskip(
    "playwright.sync_api", reason="NOT TESTED: pages in a browser: Playwright is not installed"
).expect

QUERIES = sorted(
    path.relative_to(find_project().queries).with_suffix("").as_posix()
    for path in find_project().queries.glob("*/*.rq")
    if path.parent.name not in ("pages", "checks")
)
SINCE = "/query/measures/measures-of-a-year.html"
CHARTED = "/query/law/laws-cited-most.html"
GROUP = "/query/groups/what-is-said-of-a-group.html"


def cells(page) -> list[list[str]]:
    """The table as it stands: titles, then rows."""
    titles = page.locator("table.rows thead th").all_inner_texts()
    return [
        titles,
        *(
            [cell.strip() for cell in row]
            for row in page.locator("table.rows tbody tr").evaluate_all(
                "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
            )
        ),
    ]


def test_home_begins_with_questions_and_the_first_answer_is_a_click_away(reader):
    page = reader.open("/")
    links = page.locator("main a[href^='/query/']")
    shown = set(links.evaluate_all("links => links.map(link => link.getAttribute('href'))"))
    assert shown >= {f"/query/{name}.html" for name in QUERIES}
    links.first.click()
    page.wait_for_selector("table.rows tbody tr, .truth, pre")


@pytest.mark.slow
def test_every_question_answers_with_labels_and_without_datatypes(reader):
    wrong: dict[str, list[str]] = {}
    for name in some(sampling.sample(QUERIES, 3, sampling.folder), 30):
        page = reader.open(f"/query/{name}.html")
        _, *rows = cells(page)
        texts = [text for row in rows for text in row]
        found = [text for text in texts if re.search(r'\^\^|"@[a-z]{2}\b', text)]
        found += [text for text in texts if text.startswith("https://w3id.org/statereport/")]
        left = "cells => cells.filter(cell => getComputedStyle(cell).textAlign !== 'right').length"
        found += ["numbers not at the right"] * bool(page.locator("td.number").evaluate_all(left))
        if found:
            wrong[name] = found[:3]
        page.close()
    assert not wrong


def test_a_value_is_in_the_address_and_a_fresh_reader_sees_the_same_rows(reader):
    page = reader.open(GROUP)
    choices = page.locator("form.ask select").first
    labels = choices.locator("option").all_inner_texts()
    assert len(labels) > 20 and not [label for label in labels if re.search(r"https?://|^[\w-]+:[\w-]+$", label)]
    other = choices.locator("option").nth(5).get_attribute("value")
    choices.select_option(other)
    page.locator("form.ask button").click()
    page.wait_for_url(f"**{urlencode({'group': other})}*")
    rows = cells(page)
    page.reload()
    assert cells(page) == rows
    fresh = reader.page(fresh=True)
    fresh.goto(page.url)
    assert cells(fresh) == rows


@pytest.mark.parametrize("path", [GROUP, "/statistics/schools-by-language", "/discrepancies"])
def test_a_list_is_walked_through_by_the_keyboard_and_nothing_is_sent_before_the_button(reader, path):
    page = reader.open(path)
    lists = page.locator("form.ask select")
    long = [i for i in range(lists.count()) if lists.nth(i).locator("option").count() > 3]
    field = lists.nth(long[-1])
    field.focus()
    seen = []
    for _ in range(3):
        page.keyboard.press("ArrowDown")
        seen.append(field.input_value())
        page.wait_for_timeout(100)
    assert len(set(seen)) == 3 and page.url.endswith(path), "WCAG 3.2.2: a choice alone changes nothing"
    assert field.evaluate("field => field === document.activeElement")
    while page.evaluate("document.activeElement.localName") == "select":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{urlencode({field.get_attribute('name'): seen[-1]})}*")


def test_a_bad_value_is_explained_at_its_field(reader):
    page = reader.open(f"{SINCE}?year=soon", 400)
    field = page.locator("form.ask [name=year][aria-invalid=true]")
    assert field.input_value() == "soon"
    fault = page.locator(
        "#" + next(name for name in field.get_attribute("aria-describedby").split() if name.startswith("fault"))
    )
    assert fault.is_visible() and len(fault.inner_text()) > 15
    page.goto(f"{SINCE}?year=2021")
    assert not page.locator("[aria-invalid]").count()


def test_identifiers_can_be_shown_instead_of_labels(reader):
    page = reader.open(CHARTED)
    before = cells(page)
    page.get_by_role("link", name="Show identifiers").click()
    page.wait_for_url("**identifiers=yes*")
    shown = cells(page)
    assert shown != before and any(re.search(r"instrument[:/]", text) for row in shown[1:] for text in row)
    page.get_by_role("link", name="Show labels").click()
    page.wait_for_url(lambda url: "identifiers" not in url)
    assert cells(page) == before


def test_what_is_not_english_says_its_language(reader):
    page = reader.open("/query/groups/names-as-printed-and-neutral.html")
    assert page.evaluate("document.documentElement.lang") == "en"
    cyrillic = """nodes => nodes
      .filter(node => /[\\u0400-\\u04ff]/.test(node.textContent))
      .filter(node => !node.closest('[lang]:not(html)') && !node.children.length)
      .map(node => node.outerHTML)"""
    for path in ("/id/body/kaz-parliament.html", "/query/groups/names-as-printed-and-neutral.html"):
        page.goto(path)
        assert page.locator("main *").evaluate_all(cyrillic) == []


def test_an_answer_leads_to_the_passage_where_it_stands(reader):
    page = reader.open(GROUP)
    link = page.locator("table.rows a[href^='/report/']").first
    reference = link.inner_text()
    link.click()
    page.wait_for_url("**/report/**#*")
    unit = page.locator(f"article[id='{reference}']")
    assert unit.is_visible() and unit.locator("h3").inner_text() == reference
    expect(unit).to_be_in_viewport()
    assert len(unit.locator(".gist").inner_text()) > 20


def test_every_row_of_a_question_about_the_report_has_a_passage(reader):
    page = reader.open(GROUP)
    rows = page.locator("table.rows tbody tr")
    assert rows.count() > 3
    assert rows.filter(has=page.locator("a[href^='/report/']")).count() == rows.count()


def test_the_file_has_the_rows_of_the_table_under_the_names_of_its_columns(reader):
    page = reader.open(CHARTED)
    titles, *rows = cells(page)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="CSV").click()
    data = fetched.value.path().read_bytes()
    header, *lines = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    # The table puts the label in the place of the identifier; the file has both.
    named = SavedQueries.of(find_project()).get("law/laws-cited-most").titles
    assert header == list(named) and [title for title in named.values() if title in titles] == titles
    # The page shows a hundred rows at a time, the file has all that it announces.
    assert len(lines) == int(page.locator("p.result").inner_text().split()[0]) >= len(rows) == 100
    assert [line[header.index("citations")] for line in lines[:100]] == [row[titles.index("Citations")] for row in rows]
    for label in ("TSV", "JSON", "XML"):
        with page.expect_download() as other:
            page.get_by_role("link", name=label, exact=True).click()
        assert other.value.path().stat().st_size > 100


def test_what_constructs_a_graph_comes_as_turtle(reader):
    page = reader.open("/query/quality/discrepancies-in-dqv.html")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Turtle").click()
    assert b"dqv:" in fetched.value.path().read_bytes()


def test_a_chart_shows_the_numbers_of_its_table_and_has_an_alternative_text(reader):
    page = reader.open(CHARTED)
    picture = page.locator("main figure img")
    assert picture.count() == 1 and len(picture.get_attribute("alt")) > 20
    size = picture.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    assert size == [int(picture.get_attribute("width")), int(picture.get_attribute("height"))], (
        "it is drawn, and takes the room that was kept for it"
    )
    _, *rows = cells(page)
    numbers = [text for row in rows for text in row if re.fullmatch(r"\d+", text)]
    begins = {"SVG": b"<svg", "PNG": b"\x89PNG", "Vega-Lite": b"{"}
    for name, beginning in begins.items():
        with page.expect_download() as fetched:
            page.get_by_role("link", name=name, exact=True).click()
        drawn = fetched.value.path().read_bytes()
        assert drawn.startswith(beginning), name
        if name != "PNG":
            assert numbers and all(number in drawn.decode("utf-8") for number in numbers[:5])


def test_a_chart_is_light_on_light_paper_and_dark_on_dark(reader):
    page = reader.page()
    paper = "() => getComputedStyle(document.querySelector('rect')).fill"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(CHARTED.replace(".html", ".svg"))
        assert page.evaluate(paper) == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 28)"}[scheme]


def test_the_question_opens_in_the_editor_with_the_rows_of_its_query(reader, server):
    """A row for each passage, as in any other tool; the question's page joins passages."""
    page = reader.open(CHARTED)
    joined = int(page.locator("p.result").inner_text().split()[0])
    page.get_by_text("The SPARQL query").click()
    page.get_by_role("link", name="Open in the editor").click()
    page.wait_for_selector("#editor-answer tbody tr")
    (query,) = parse_qs(urlsplit(page.url).query)["query"]
    rows = server.query(query, Accept="application/sparql-results+json").json["results"]["bindings"]
    assert page.locator("#editor-answer tbody tr").count() == len(rows) >= joined > 50


def test_an_answer_can_be_cited(reader, server):
    page = reader.open(GROUP + "?group=ethnic-group:roma")
    page.get_by_text("Cite", exact=True).click()
    cited = page.locator("details.cite").inner_text()
    assert "https://w3id.org/statereport/query/groups/what-is-said-of-a-group" in cited and "@misc{" in cited
    about = server.ask("/about").body.decode()
    for part in (r"\d+\.\d+\.\d+", r"\d{4}-\d{2}-\d{2}", r"[0-9a-f]{64}"):
        found = re.search(part, cited)
        assert found and found[0] in about


def test_the_footer_says_which_data_these_are(reader, server):
    footer = reader.open("/").locator("footer").inner_text()
    triples = int(re.search(r"([\d,]+) triples", footer)[1].replace(",", ""))
    void = server.ask("/.well-known/void", Accept="text/turtle").body.decode()
    assert re.search(rf"void:triples {triples}\b", void), "the footer and VoID disagree"
    assert re.search(r"\d{4}-\d{2}-\d{2}", footer)[0] in void


def test_the_data_set_is_described_for_search_engines(reader):
    page = reader.open("/")
    described = json.loads(page.locator("script[type='application/ld+json']").text_content())
    assert described["@type"] == "Dataset" and described["license"] and described["distribution"]


def test_a_thing_has_its_statements_and_its_formats(reader, sample):
    for kind in ("LegalInstrument", "Body", "Figure", "class", "property"):
        page = reader.open(sample[kind] + ".html")
        assert page.locator("h1").inner_text() and page.locator("dl.facts dt").count() >= 2
        for ending in ("ttl", "jsonld", "nt", "rdf"):
            assert page.locator(f".formats a[href='{sample[kind]}.{ending}']").count() == 1
        assert "https://w3id.org/statereport" + sample[kind] in page.locator(".iri").inner_text()


def test_what_is_inferred_says_why(reader, sample):
    page = reader.open(sample["Figure"] + ".html")
    page.get_by_text("Show the triples").click()
    page.locator("a.why").first.click()
    page.wait_for_url("**/why?*")
    assert page.locator("main a").count() > 2


def test_the_descriptions_of_a_cube_s_charts_have_every_number(reader):
    page = reader.open("/statistics/schools-by-language")
    drawn = page.locator("main figure img").evaluate_all(
        "images => Promise.all(images.map(image => fetch(image.src).then(answer => answer.text())))"
    )
    spoken = " ".join(re.search(r"<desc[^>]*>(.*?)</desc>", picture, re.DOTALL)[1] for picture in drawn)
    numbers = page.locator("main table td a[href^='/id/']").all_inner_texts()
    assert numbers and all(number in spoken for number in numbers)
