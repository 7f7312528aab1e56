"""The single HTML file, opened from disk without a network: it answers every saved question as the build does."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
import sampling
from skipping import skip_with_reason
from test_every_page import barriers

from statereport.site.single_file import NAME, PAGE


@pytest.fixture(scope="session")
def folder(built) -> Path:
    """A build that holds the file."""
    if not PAGE.is_file():
        skip_with_reason("the single HTML file: its page is not bundled here (make .venv/editor)")
    return built


@pytest.fixture
def page(chromium, folder):
    """The file in a browser without a network; nothing is asked of anybody, and nothing goes wrong."""
    profile = chromium.new_context(offline=True, viewport={"width": 1280, "height": 800})
    page, faults = profile.new_page(), []
    page.on(
        "request",
        lambda request: faults.append(request.url) if not request.url.startswith(("file:", "data:", "blob:")) else None,
    )
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto((folder / NAME).as_uri())
    page.wait_for_selector("html[data-shown]", timeout=30_000)
    yield page
    profile.close()
    assert not faults


def shown(page, place: str) -> None:
    """Go to a place in the file."""
    page.evaluate("place => { location.hash = place; }", place)
    page.wait_for_selector(f"html[data-shown='{place}']")


def questions(page) -> list[str]:
    return [
        link.partition("=")[2].replace("%2F", "/")
        for link in page.locator("main li a[href*='#question=']").evaluate_all("links => links.map(it => it.hash)")
    ]


def expected(folder: Path, name: str) -> int | bool | None:
    """What the build answers: rows, yes or no, or nothing to count."""
    stem = folder / ("" if name.startswith("tables/") else "answers") / name
    if stem.with_suffix(".csv").is_file():
        return len(list(csv.reader(stem.with_suffix(".csv").open(encoding="utf-8", newline="")))) - 1
    if stem.with_suffix(".json").is_file():
        return json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))["boolean"]
    return None


def test_the_file_can_be_sent_by_mail(folder):
    assert (folder / NAME).stat().st_size < 8_000_000


@pytest.mark.slow
def test_every_saved_question_is_answered_as_the_build_answers_it(page, folder):
    names = questions(page)
    assert len(names) > 100
    different = {}
    for name in sampling.sample(names, 3, sampling.folder):
        shown(page, f"#question={name.replace('/', '%2F')}")
        status, answer = page.locator("main [role=status]").inner_text(), expected(folder, name)
        wanted = (
            {True: "Yes.", False: "No.", None: "A graph."}.get(answer)
            if not isinstance(answer, int) or isinstance(answer, bool)
            else None
        )
        if wanted is None:
            wanted = (
                f"{answer:,} row{'' if answer == 1 else 's'}."
                if answer
                else "No rows. Nothing in the graph matches this question."
            )
        if status != wanted:
            different[name] = (status, wanted)
    assert not different


def test_a_parameter_can_be_changed_and_the_address_holds_it(page):
    shown(page, "#question=groups%2Fwhat-is-said-of-a-group")
    before = page.locator("table.rows tbody").inner_text()
    choices = page.get_by_label("Group", exact=True)
    choices.select_option(choices.locator("option:not([selected])").first.get_attribute("value"))
    assert page.locator("table.rows tbody").inner_text() == before, "a choice alone changes nothing"
    page.locator("form.ask button").click()
    page.wait_for_function("before => document.querySelector('table.rows tbody')?.innerText !== before", arg=before)
    held = page.locator("table.rows tbody").inner_text()
    page.reload()
    page.wait_for_selector("table.rows tbody tr")
    assert page.locator("table.rows tbody").inner_text() == held
    assert not [
        text for text in page.locator("table.rows td").all_inner_texts() if re.search(r"\^\^|^https://w3id", text)
    ]


def test_a_value_that_does_not_fit_is_explained_at_its_field(page):
    shown(page, "#question=law%2Fwhat-changed-in-a-period&since=soon")
    assert (
        page.locator("[name=since][aria-invalid=true]").count() == 1
        and page.locator("p.fault[role=alert]").is_visible()
    )
    assert page.locator("[name=since]").input_value() == "soon"
    page.locator("[name=since]").select_option("2015")
    page.locator("form.ask button").click()
    page.wait_for_selector("table.rows tbody tr")


def test_a_thing_is_a_click_away_and_the_table_can_be_taken_away(page):
    shown(page, "#question=law%2Flaws-cited-most")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="CSV").click()
    assert fetched.value.path().read_text(encoding="utf-8-sig").count("\n") > 5
    page.locator("table.rows a").first.click()
    page.wait_for_selector("h2:text('Statements')")
    assert page.locator("table.rows tbody tr").count() > 5


def test_sparql_of_ones_own_is_answered_with_prefixes_supplied(page):
    page.get_by_role("link", name="ask in SPARQL").click()
    box = page.get_by_label("Query")
    assert "sr:Measure" in box.input_value()
    box.fill("SELECT ?number ?passage\nWHERE { ?passage a sr:Passage ; sr:reference ?number }\nORDER BY ?number")
    page.get_by_role("button", name="Ask").click()
    page.wait_for_selector("main p.result")
    assert page.locator("main [role=status]").inner_text() == "370 rows.", "318 passages and 44 of the two reports, 8"
    assert page.locator("table.rows thead th").all_inner_texts() == ["number", "passage"]
    assert page.locator("table.rows tbody tr").count() == 370
    box.fill("SELECT * WHERE {\n  ?s sr:value 7391 .\n  FILTER(?s = ) }")
    box.press("Control+Enter")
    page.wait_for_selector("p.fault[role=alert]")
    assert "Error near line 3" in page.locator("p.fault").inner_text() and box.get_attribute("aria-invalid") == "true"
    box.fill("DELETE WHERE { ?s ?p ?o }")
    box.press("Control+Enter")
    page.wait_for_selector("p.fault:has-text('Error near line 1, column 1')")
    for query, status in (
        ("ASK { kaz-figure:13-schools sr:value 7391 }", "Yes."),
        ("CONSTRUCT WHERE { kaz-figure:13-schools ?p ?o }", "A graph."),
        ("SELECT * { ?s ?p ?o }", "The first 2,000 are shown."),
        ("SELECT * { ?s sr:value 7390.5 }", "No rows."),
    ):
        box.fill(query)
        box.press("Control+Enter")
        page.wait_for_selector(f"main [role=status]:has-text('{status}')")


def test_the_sparql_of_a_question_can_be_changed(page):
    shown(page, "#question=law%2Fshort-forms-and-what-they-mean")
    before = page.locator("main p.result").inner_text()
    page.get_by_text("The SPARQL query").click()
    page.get_by_role("link", name="Change it, and ask again").click()
    page.wait_for_selector("textarea")
    assert page.locator("main p.result").inner_text() == before and "SELECT" in page.get_by_label("Query").input_value()


def test_there_is_no_barrier_and_no_sideways_scrolling(page):
    for place in ("#question=groups%2Fwhat-is-said-of-a-group", "#sparql=SELECT+*+%7B+%3Fs+sr%3Avalue+7391+%7D", "#"):
        shown(page, place)
        assert not barriers(page)
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_reports_are_read_in_the_file_passage_by_passage_and_cited(page):
    page.get_by_role("link", name="Brazil").first.click()
    page.wait_for_selector("#all")
    assert page.locator("h1").inner_text().startswith("Information received from Brazil")
    page.get_by_role("link", name="Information on paragraph 23 (a)").click()
    page.wait_for_selector("article.unit")
    assert page.locator("article.unit[id]").count() == 6, "five passages and the heading"
    assert page.locator(".quote").count() > 5 and not page.locator("blockquote.report-text p.text").count()
    assert not page.locator("main a[href^='/']").count(), "every link leads within the file, or says that it leaves it"
    page.get_by_role("link", name="Cite passage 18").click()
    page.wait_for_selector("p.citation")
    assert "UN Doc. CERD/C/BRA/FCO/18-20, 2026-01-08, para. 18." in page.locator("p.citation").inner_text()
    assert page.locator("pre").inner_text().startswith("@misc{bra-cerd-fco-18-20-18,")
    page.get_by_role("link", name="Read it among").click()
    page.wait_for_selector("article.unit")
    assert "at=18" in page.url
    page.wait_for_function("() => Math.abs(document.getElementById('18')?.getBoundingClientRect().top) < 200")


def test_passages_in_an_answer_lead_to_the_page_of_their_own_report(page):
    shown(page, "#question=law%2Flaws-cited-most")
    rows = page.locator("table.rows tbody tr")
    brazils = rows.filter(has_text="Decree No. 12,341").first.locator("a.passage").first
    assert "page=%2Freport%2Fbra-cerd-fco-18-20%2F" in brazils.get_attribute("href")
    first = rows.filter(has_text="Criminal Code").first.locator("a.passage").first
    assert "page=%2Freport%2Fkaz-cerd-8-10-addendum%2F" in first.get_attribute("href")
    number = first.inner_text()
    first.click()
    page.wait_for_selector(f"article.unit[id='{number}']")
    page.wait_for_function("id => document.getElementById(id)?.getBoundingClientRect().top < 200", arg=number)
