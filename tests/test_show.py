"""`statereport show` of the real graph: a thing by any of its names, beginning with what the report says."""

from __future__ import annotations

import pytest
import real
from real import PREFIXES

from statereport.errors import UnknownName, UnknownPrefix
from statereport.graph import describe

MEANT = [
    ("16.41", "kaz-passage:16.41"),
    ("Roma", "ethnic-group:roma"),
    ("gypsies", "ethnic-group:roma"),
    ("UNHCR", "body:unhcr"),
    ("Law on Refugees", "instrument:kaz-law-on-refugees"),
    ("the law on refugees", "instrument:kaz-law-on-refugees"),
    ("Закон Республики Казахстан «О беженцах»", "instrument:kaz-law-on-refugees"),
    ("theme 13", "kaz-theme:13"),
    ("kaz-figure:13-schools-kazakh", "kaz-figure:13-schools-kazakh"),
    ("https://w3id.org/statereport/id/body/unhcr", "body:unhcr"),
]


@pytest.mark.parametrize(("name", "short"), MEANT)
def test_a_name_a_passage_number_and_an_iri_are_the_thing_that_they_mean(name: str, short: str) -> None:
    assert PREFIXES.shorten(describe.found(name, real.graph().engine, PREFIXES)) == short


def test_a_name_of_two_things_is_refused_with_both() -> None:
    with pytest.raises(UnknownName) as refused:
        real.graph().describe("Constitution")
    assert {"instrument:kaz-constitution", "instrument-kind:constitution"} <= set(
        refused.value.hint.removeprefix("use one of: ").rstrip(".").split(", ")
    )


def test_a_name_that_nothing_has_is_refused_with_the_nearest_five() -> None:
    with pytest.raises(UnknownName) as refused:
        real.graph().describe("Law on Refugee")
    near = refused.value.hint.removeprefix("did you mean ").rstrip("?").split(", ")
    assert near[0] == "instrument:kaz-law-on-refugees" and 1 < len(near) <= 5
    with pytest.raises(UnknownPrefix):
        real.graph().describe("nothing:nowhere")


def test_the_page_begins_with_what_the_report_says_and_ends_with_the_statements() -> None:
    found = real.graph().describe("kaz-figure:13-schools-kazakh")
    page = found.page(lambda saying: f"the text from {saying.start} to {saying.end}")
    headings = [line for line in page.splitlines() if line and not line.startswith(" ")][2:]
    assert headings[:3] == ["What the report says", "Notes and readings", "Names"]
    assert headings[3].startswith("In the text") and headings[4] == "Asserted"
    (saying,) = found.sayings
    assert f"\n  {saying.reference}: {saying.gist}\n" in page and saying.reference == "13.6"
    assert f"the text from {saying.start} to {saying.end}\n" in page and "“3,797”" in page.partition("Names")[0]
    assert any("7,393" in remark for remark in found.remarks), "what does not add up stands above"
    assert "the text from" not in str(found)
    passage = real.graph().describe("13.6")
    assert [each.unit for each in passage.sayings] == [passage.iri] and passage.sayings[0] == saying


def test_a_thing_of_many_passages_lists_some_of_them() -> None:
    found = real.graph().describe("body:kaz-ministry-of-internal-affairs")
    said = found.page().partition("What the report says\n")[2].partition("\n\n")[0].splitlines()
    assert len(found.sayings) > len(said) == describe._MOST + 1 and said[-1].startswith("  and in ")
