"""What readers expect of the pages, in a real browser: on a screen and a telephone, in light and dark, with scripts and without."""

from __future__ import annotations

import csv
import io
import re

import pytest

PAGES = {
    "home": "/",
    "questions": "/query",
    "question": "/query/groups/what-is-said-of-a-group.html",
    "table": "/query/law/laws-cited-most.html",
    "wrong value": "/query/measures/measures-of-a-year.html?year=x",
    "report": "/report",
    "theme": "/report/13",
    "statistics": "/statistics",
    "cube": "/statistics/schools-by-language",
    "discrepancies": "/discrepancies",
    "law": "/law",
    "vocabulary": "/def",
    "class": "/def/Figure.html",
    "figure": "/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh.html",
    "instrument": "/id/instrument/kaz-constitution.html",
    "editor": "/editor",
    "answer": "/editor?query=SELECT+%3Fclaim+%7B+%3Fclaim+a+sr%3AClaim+%7D+LIMIT+3",
    "fault": "/editor?query=SELECT+%3Fs%0AWHERE+%7B+%3Fs+sr%3Aquote+%7D",
    "search": "/search?q=citizenship",
    "about": "/about",
    "problem": "/problem/bad-parameter",
    "missing": "/id/nothing/there.html",
}
# What a screen reader's user meets most: U15.
MET_MOST = ("home", "question", "wrong value", "theme", "cube", "discrepancies", "law", "figure", "editor", "answer", "fault", "missing")
QUESTION = "/query/groups/what-is-said-of-a-group.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_critical_and_no_serious_fault(open_tab, scheme):
    from axe_playwright_python.sync_playwright import Axe

    tab, found = open_tab(color_scheme=scheme), []
    for name in MET_MOST:
        results = Axe().run(tab.go(PAGES[name])).response
        found += [
            f"{name}: {fault['impact']} {fault['id']}: {fault['nodes'][0]['html'][:160]}"
            for fault in results["violations"] if fault["impact"] in ("critical", "serious")
        ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scripts", [True, False])
def test_no_page_scrolls_sideways_on_a_telephone(open_tab, scripts):
    tab, wide = open_tab(390, java_script_enabled=scripts), []
    for name, path in PAGES.items():
        page = tab.go(path)
        if scripts:
            width = page.evaluate("document.documentElement.scrollWidth")
        else:
            width = page.locator("html").bounding_box()["width"]
        wide += [f"{name}: {width}"] if width > 390 else []
    assert not wide


def test_nothing_is_asked_of_another_host_and_no_page_complains(tab):
    for path in PAGES.values():
        tab.go(path)
        assert tab.page.locator("h1").count() == 1


def test_without_scripts_everything_can_be_read_asked_and_taken_away(open_tab):
    page = open_tab(java_script_enabled=False).go("/")
    page.get_by_role("link", name="What does the report say of a group of people", exact=False).first.click()
    page.get_by_label("Group", exact=True).select_option(label="Roma")
    page.get_by_role("button", name="Ask", exact=True).click()
    assert "wanted=ethnic-group" in page.url and page.locator("#table tbody tr").count() > 5
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.endswith(".csv")
    page.goto(page.url.partition("/query")[0] + "/editor")
    assert page.locator("textarea").is_visible()
    page.get_by_role("button", name="Ask", exact=True).click()
    assert page.locator("table tbody tr").count() == 10


def test_the_first_answer_is_two_clicks_away(tab):
    page = tab.go("/")
    page.get_by_role("link", name="Which instruments does the report cite most", exact=False).first.click()
    assert page.locator("#table tbody tr").count() > 1


def test_the_address_is_the_whole_state(open_tab):
    first = open_tab().go(QUESTION)
    first.get_by_label("Group", exact=True).select_option(label="Roma")
    first.wait_for_url("**wanted=**")
    rows = first.locator("#table tbody tr").all_inner_texts()
    first.reload()
    assert first.locator("#table tbody tr").all_inner_texts() == rows
    second = open_tab().page
    second.goto(first.url)
    assert second.locator("#table tbody tr").all_inner_texts() == rows


def test_a_bad_value_is_told_at_its_field(tab):
    page = tab.go(PAGES["wrong value"])
    field = page.locator("[aria-invalid=true]")
    assert field.count() == 1 and page.locator(f"#{field.get_attribute('aria-describedby').split()[0]}").is_visible()


def test_the_table_and_its_file_hold_the_same(tab):
    page = tab.go(PAGES["table"])
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
    assert len(rows) - 1 == page.locator("#table tbody tr").count()
    shown = [text.strip() for text in page.locator("#table thead th").all_inner_texts()]
    assert set(shown) <= {*rows[0], "In the report"} and "citations" in " ".join(rows[0]).lower()
    numbers = page.locator("#table tbody td.number").all_inner_texts()
    assert [int(text.replace(",", "")) for text in numbers if text] and page.locator("#table td.number").first.evaluate("e => getComputedStyle(e).textAlign") == "right"


def test_a_picture_has_its_numbers_in_words(tab):
    page = tab.go(PAGES["cube"])
    pictures = page.get_by_role("img")
    assert pictures.count() == 3
    for number in page.locator("table td a[href^='/id/']").all_inner_texts():
        assert any(number in text for text in page.locator("svg desc").all_text_contents()), number


def test_a_row_leads_to_the_passage_that_it_rests_on(tab):
    page = tab.go(QUESTION)
    link = page.locator("#table tbody tr a[href*='#']").first
    passage = link.inner_text()
    link.click()
    assert page.url.endswith(f"#{passage}")
    unit = page.locator(f"[id='{passage}']")
    assert unit.is_visible() and unit.locator(".quote, .mark").count()
    box = unit.bounding_box()
    assert 0 <= box["y"] < 900


def test_labels_can_be_changed_for_identifiers(tab):
    page = tab.go(PAGES["table"])
    page.get_by_role("link", name="Show identifiers").click()
    assert "instrument:" in page.locator("#table").inner_text()
    page.get_by_role("link", name="Show labels").click()
    assert "instrument:" not in page.locator("#table").inner_text()


def test_the_keyboard_reaches_the_content_first_and_then_everything(tab):
    page = tab.go("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_what_is_asserted_inferred_and_noted_looks_different(tab):
    page = tab.go("/report/13")
    looks = {kind: page.locator(f"p.around.{kind}").first.evaluate("e => getComputedStyle(e).borderLeftStyle") for kind in ("inferred", "noted")}
    assert looks == {"inferred": "dashed", "noted": "dotted"}
    assert page.locator(".statement").first.evaluate("e => getComputedStyle(e).borderLeftStyle") == "none"


def test_a_table_on_a_telephone_keeps_its_roles(open_tab):
    page = open_tab(390).go(QUESTION)
    assert page.get_by_role("table").count() == 1 and page.get_by_role("cell").count() > 10
    first = page.get_by_role("cell").first
    assert first.evaluate("e => getComputedStyle(e, '::before').content") != "none"


def test_citing_gives_the_address_version_and_hash(tab):
    page = tab.go(QUESTION)
    page.locator("details.cite summary").click()
    words = page.locator("details.cite").inner_text()
    assert "https://w3id.org/statereport/query/groups/what-is-said-of-a-group" in words and "@misc{" in words
    assert re.search(r"\b[0-9a-f]{64}\b", words)


def test_a_page_is_fit_for_paper(tab):
    page = tab.go("/report/13")
    page.emulate_media(media="print")
    assert not page.locator("nav").first.is_visible() and page.locator("h1").is_visible()
    assert len(page.pdf()) > 20_000
