"""On paper and on phones: margins, source and address on each sheet, no passage split, targets that a finger hits."""

from __future__ import annotations

from unicodedata import normalize

import pytest

pypdf = pytest.importorskip("pypdf")


def sheets(page, path) -> list[str]:
    """The text of each sheet of the page's PDF."""
    page.pdf(path=path, prefer_css_page_size=True)
    return [normalize("NFKC", sheet.extract_text()) for sheet in pypdf.PdfReader(path).pages]


def test_each_sheet_has_source_date_and_address_in_its_margins(reader, tmp_path):
    page = reader.open("/discrepancies?kind=figures+differ")
    texts = sheets(page, tmp_path / "page.pdf")
    assert texts
    for number, text in enumerate(texts, 1):
        assert f"{number} / {len(texts)}" in text
        assert "/discrepancies?kind=figures+differ" in text and "statereport: Discrepancies" in text
        assert "Version" in text and "data of 20" in text.replace("\n", " ")


def test_the_first_sheet_is_not_empty_and_no_passage_is_split(reader, tmp_path):
    page = reader.open("/report/kaz-cerd-8-10-addendum/13")
    path = page.locator("article.unit").first.locator("h3").inner_text()
    texts = sheets(page, tmp_path / "page.pdf")
    assert path in texts[0], "the first passage stands on the first sheet"
    gists = page.locator("article.unit .gist").all_inner_texts()
    assert len(gists) > 10
    page.emulate_media(media="print")
    kept = page.locator("article.unit").evaluate_all("parts => parts.map(part => getComputedStyle(part).breakInside)")
    assert set(kept) == {"avoid"}


def test_a_finger_hits_marks_of_statements_and_passages_on_a_phone(reader):
    page = reader.open("/report/kaz-cerd-8-10-addendum/13", width=390)
    small = page.locator("main sup a, main a.passage, main a.flag").evaluate_all(
        "parts => parts.map(part => part.getBoundingClientRect())"
        ".filter(box => box.width && (box.width < 24 || box.height < 24)).length"
    )
    assert small == 0


def test_cells_without_a_value_show_no_title_on_a_phone(reader):
    page = reader.open("/query/events/timeline.html", width=390)
    empty = page.locator("table.rows td.none")
    assert empty.count() > 20
    assert set(empty.evaluate_all("cells => cells.map(cell => getComputedStyle(cell).display)")) == {"none"}


def test_a_known_discrepancy_stands_beside_the_figure_wherever_it_is_shown(reader):
    for path in ("/query/statistics/schools-by-language.html", "/statistics/schools-by-language"):
        page = reader.open(path)
        assert page.locator("aside.known").is_visible() and "7,393" in page.locator("aside.known").inner_text()
        sign = page.locator("table a.flag").first
        assert sign.is_visible() and "≠" in sign.inner_text()
        style = sign.evaluate("part => [getComputedStyle(part).borderTopStyle, getComputedStyle(part).color]")
        assert style[0] == "dotted" and style[1] != "rgb(28, 32, 39)"
    page.locator("table a.flag").first.click()
    page.wait_for_url("**/discrepancies#*")
    assert page.locator("article.discrepancy:target").is_visible()
    page = reader.open("/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh.html")
    assert page.locator("aside.known a").count() >= 1
