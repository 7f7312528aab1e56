"""The query editor proposes terms of this graph, marks errors at their place, and loses nothing that was written."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from loops import some

expect = pytest.importorskip(
    "playwright.sync_api", reason="NOT TESTED: pages in a browser: Playwright is not installed"
).expect

PREFIX = "PREFIX sr: <https://w3id.org/statereport/def/>\n"
LAWS = PREFIX + "SELECT ?law WHERE {\n  ?law a sr:LegalInstrument .\n}\nORDER BY ?law\nLIMIT 7"
# Billions of pairs, each compared: no engine can answer this in the time there is, and it takes little memory.
ENDLESS = (
    "SELECT (COUNT(*) AS ?n) WHERE { ?a sr:isStatedIn ?b . ?d ?e ?f FILTER(STRLEN(CONCAT(STR(?a), STR(?f))) < 9) }"
)


def box(page):
    """The text in which one writes."""
    return page.get_by_role("textbox", name="Query")


def text(page) -> str:
    """The query as it would be sent."""
    return page.locator("#editor-text").input_value()


def write(page, query: str, typed: str = "") -> None:
    """Put a query in place of what is there, then type some more."""
    box(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(query)
    if typed:
        page.keyboard.type(typed)


def proposed(page) -> list[str]:
    """What is proposed: label and name of each."""
    page.wait_for_selector(".cm-tooltip-autocomplete li")
    page.wait_for_timeout(150)
    return page.locator(".cm-tooltip-autocomplete li").all_inner_texts()


def test_a_query_that_is_typed_runs_by_the_keyboard_and_its_count_is_announced(reader):
    page = reader.editor()
    write(page, LAWS)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#editor-answer tbody tr")
    assert page.locator("#editor-answer tbody tr").count() == 7
    assert page.get_by_role("status").first.inner_text().startswith("7 rows")
    assert parse_qs(urlsplit(page.url).query)["query"] == [LAWS]


def test_a_link_is_the_whole_state(reader):
    page = reader.editor()
    write(page, LAWS)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#editor-answer tbody tr")
    other = reader.page(fresh=True)
    other.goto(page.url)
    other.wait_for_selector("#editor-form[data-ready]")
    assert text(other) == LAWS
    assert other.locator("#editor-answer tbody").inner_text() == page.locator("#editor-answer tbody").inner_text()


def test_a_label_finds_the_term_and_its_prefix_is_added_in_sight(reader):
    page = reader.editor()
    write(page, "SELECT * WHERE {\n  ?x a ", "legal inst")
    assert re.match(r"legal instrument\s*sr:LegalInstrument$", proposed(page)[0])
    page.keyboard.press("Enter")
    expect(page.locator("#editor-text")).to_have_value(PREFIX + "SELECT * WHERE {\n  ?x a sr:LegalInstrument")


def test_after_a_class_only_the_properties_of_its_shape_are_proposed_and_the_required_ones_first(reader, server):
    page = reader.editor()
    write(page, PREFIX + "SELECT * WHERE {\n  ?x a sr:Figure ;\n     ")
    page.keyboard.press("Control+Space")
    proposed(page)
    details = page.locator(".cm-tooltip-autocomplete .cm-completionDetail").all_inner_texts()
    names = [detail.partition(" ")[0] for detail in details]
    required = [detail.partition(" ")[0] for detail in details if detail.endswith("required")]
    words = {word["name"]: word for word in json.loads(server.ask("/editor/words.json").body)["words"]}
    allowed = {name: word["of"]["sr:Figure"] for name, word in words.items() if "sr:Figure" in word.get("of", {})}
    assert names and set(names) <= set(allowed)
    assert set(required) == {name for name, needed in allowed.items() if needed} and names[: len(required)] == required
    page.keyboard.press("Escape")
    write(page, PREFIX + "SELECT * WHERE {\n  ?x a sr:Figure ;\n     ", "cites")
    page.wait_for_timeout(400)
    assert not page.locator(".cm-tooltip-autocomplete li").count(), "a citation cites; a figure does not"


@pytest.mark.parametrize(
    ("before", "typed", "first"),
    [
        ("SELECT * WHERE {\n  ?m a sr:Measure ;\n     ", "respons", r"is responsibility of\s*sr:isResponsibilityOf"),
        ("SELECT * WHERE {\n  ?m sr:hasStatus ", "imp", r"implemented\s*measure-status:implemented"),
        ("SELECT * WHERE {\n  ?m a sr:Measure .\n  FILTER NOT ", "EX", r"EXISTS$"),
    ],
)
def test_what_is_proposed_first_fits_its_place(reader, before, typed, first):
    page = reader.editor()
    write(page, PREFIX + before, typed)
    page.keyboard.press("Control+Space")
    assert re.match(first, proposed(page)[0])


def test_every_proposed_word_occurs_in_the_graph(server):
    listed = json.loads(server.ask("/editor/words.json").body)
    known = {
        line.strip()
        for line in server.query(
            "SELECT DISTINCT ?x WHERE { { ?x ?p ?o } UNION { ?s ?x ?o } UNION { ?s ?p ?x FILTER isIRI(?x) } }",
            Accept="text/csv",
        )
        .body.decode()
        .splitlines()
    }
    for word in some(listed["words"]):
        prefix, _, local = word["name"].partition(":")
        assert listed["prefixes"][prefix] + local.replace("\\", "") in known, word


def test_prefixes_that_a_query_uses_need_not_be_declared_and_are_added_in_sight(reader):
    page = reader.editor()
    write(page, "SELECT ?x WHERE { ?x a sr:Body ; skos:prefLabel ?label } LIMIT 3")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#editor-answer tbody tr, #editor-answer .empty")
    assert text(page).startswith(
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\nPREFIX sr: <https://w3id.org/statereport/def/>\nSELECT"
    )


BROKEN = {
    "a dot is missing": ("?law a sr:LegalInstrument\n  ?law sr:value ?v .", 3),
    "an object is missing": ("?law a sr:LegalInstrument .\n  ?law sr:value .", 4),
    "a prefix that nobody knows": ("?law a nobody:LegalInstrument .", 3),
    "a quote that does not end": ('?law sr:value "five .', 3),
    "a brace too many": ("?law a sr:LegalInstrument . } }", 3),
    "a filter without brackets": ("?law sr:value ?v .\n  FILTER ?v > 3", 4),
    "a bracket that does not close": ("?law sr:value ?v .\n  FILTER (?v > 3 .", 5),
    "a word that is no keyword": ("?law a sr:LegalInstrument .\n  OPTIONL { ?law sr:value ?v }", 4),
    "a bind without as": ("?law sr:value ?v .\n  BIND (?v + 1)", 4),
    "a full IRI without its end": ("?law a <https://w3id.org/statereport/def/Figure .", 3),
    "a property in the place of nothing": ("?law sr:value ?v ; ; sr:value .", 3),
    "a function that is none": ("?law sr:value ?v .\n  FILTER (LENGHT(?v) > 3)", 4),
}


def test_an_error_is_explained_at_its_line(reader):
    page = reader.editor(LAWS)
    reader.refusals.add(400)
    wrong = {}
    for name, (part, line) in BROKEN.items():
        write(page, f"{PREFIX}SELECT * WHERE {{\n  {part}\n}}")
        page.keyboard.press("Escape")
        with page.expect_response("**/editor?*") as answered:
            page.keyboard.press("Control+Enter")
        assert answered.value.status == 400, name
        expect(page.locator("#editor-answer")).not_to_have_attribute("aria-busy", "true")
        alert = page.locator("#editor-error[role=alert]")
        expect(alert).to_be_visible()
        expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
        assert len(alert.inner_text()) > 40
        assert not page.locator("#editor-answer tbody tr").count(), "the answer to another query is still shown"
        if int(alert.get_attribute("data-line")) != line:
            wrong[name] = alert.inner_text()
    assert not wrong


def test_an_empty_answer_says_where_the_pattern_breaks(reader):
    page = reader.editor()
    write(page, PREFIX + "SELECT * WHERE {\n  ?x a sr:Figure .\n  ?x sr:cites ?y .\n}")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#editor-answer .empty")
    text_ = page.locator("#editor-answer .empty").inner_text()
    assert "No rows" in text_ and "sr:cites" in text_


def test_a_query_can_be_cancelled_and_the_next_one_is_answered_at_once(reader):
    page = reader.editor()
    write(page, ENDLESS)
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Cancel").click()
    assert "Cancelled" in page.locator("#editor-status").inner_text()
    assert not page.get_by_role("button", name="Cancel").is_visible()
    write(page, LAWS)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#editor-answer tbody tr")


def test_a_query_that_takes_too_long_ends_with_a_sentence_and_the_server_goes_on(reader):
    page = reader.editor()
    reader.refusals.add(503)
    write(page, ENDLESS)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#editor-error:not([hidden])", timeout=15_000)
    assert "4 s" in page.locator("#editor-error").inner_text() or "second" in page.locator("#editor-error").inner_text()
    write(page, LAWS)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#editor-answer tbody tr")
    assert not page.locator("#editor-error").is_visible()


@pytest.mark.parametrize(
    "query",
    [
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "LOAD <http://127.0.0.1:9/x>",
        "SELECT * WHERE { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }",
    ],
)
def test_what_would_write_or_reach_out_is_refused_with_a_sentence(reader, query):
    page = reader.open(f"/editor?{urlencode({'query': query})}", 400)
    assert len(page.locator("#editor-error").inner_text()) > 40


def test_tab_goes_through_the_editor_and_back(reader):
    page = reader.editor()
    box(page).click()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "editor-run"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.id") == "editor-code"
    write(page, "SELECT * WHERE { ?x a ", "fig")
    proposed(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "editor-run"
    assert "?x a fig" in text(page) and "sr:" not in text(page)


def test_a_draft_survives_reloading_and_the_back_button_brings_back_the_answer_before(reader):
    page = reader.editor()
    write(page, LAWS)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#editor-answer tbody tr")
    other = LAWS.replace("LIMIT 7", "LIMIT 3")
    write(page, other)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#editor-answer tbody tr")).to_have_count(3)
    page.go_back()
    expect(page.locator("#editor-answer tbody tr")).to_have_count(7)
    expect(page.locator("#editor-text")).to_have_value(LAWS)
    page.keyboard.press("Control+End")
    box(page).click()
    page.keyboard.insert_text("# not yet run")
    draft = text(page)
    assert "# not yet run" in draft
    page.reload()
    page.wait_for_selector("#editor-form[data-ready]")
    assert text(page) == draft


def test_earlier_queries_are_kept_in_this_browser_only_and_can_be_forgotten(reader, server):
    page = reader.editor()
    write(page, LAWS)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#editor-answer tbody tr")
    write(page, "")
    page.locator("#editor-history summary").click()
    page.locator("#editor-history li button").first.click()
    assert text(page) == LAWS
    assert not page.context.cookies()
    page.get_by_role("button", name="Forget").click()
    assert not page.locator("#editor-history").is_visible()
    assert page.evaluate("JSON.stringify(localStorage)").count("LegalInstrument") == 0


def test_the_policy_of_the_page_blocks_nothing_of_the_editor(reader):
    """Style sheets made by script are permitted under style-src 'self'; a style element would be an error."""
    page = reader.editor(LAWS)
    assert "style-src 'self'" in page.request.get(page.url).headers["content-security-policy"]
    keyword = page.get_by_text("SELECT", exact=True).first
    assert keyword.evaluate("part => getComputedStyle(part).fontWeight") == "600"
    assert page.locator("style").count() == 0
