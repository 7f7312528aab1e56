"""The report reader as it is drawn: marks stand in the line of their sentence, and each statement shows its number."""

from __future__ import annotations

from base64 import b64encode

import pytest
import texts
from skipping import skip_with_reason

THEMES = ("2", "13")

# Passages whose marks or numbers are not where they belong, by the browser's own computed style and boxes.
STYLES = """() => {
  const style = (part) => getComputedStyle(part);
  const wrong = [];
  for (const mark of document.querySelectorAll("a.mark")) {
    if (style(mark).display !== "inline") wrong.push(`mark ${mark.title}: ${style(mark).display}`);
  }
  for (const item of document.querySelectorAll("ol.statements > li")) {
    const { display, listStyleType } = style(item);
    if (display !== "list-item" || listStyleType !== "decimal") wrong.push(`statement ${item.id}: ${display}`);
  }
  return wrong;
}"""
# The strip at the left of each statement's first line, where its number is drawn.
NUMBERS = """() => [...document.querySelectorAll("ol.statements > li")].map((item) => {
  const box = item.getBoundingClientRect();
  return { x: box.x - 24 + scrollX, y: box.y + scrollY, width: 22, height: 20 };
})"""
# For each mark that ends well before the end of its line, with text after it: the strip at its right in that line.
AFTER = """() => [...document.querySelectorAll("a.mark")].flatMap((mark) => {
  const box = [...mark.getClientRects()].at(-1);
  const whole = mark.closest("p").getBoundingClientRect();
  let after = "";
  for (let node = mark.nextSibling; node; node = node.nextSibling) after += node.textContent;
  if (whole.right - box.right < 160 || after.trim().length < 60) return [];
  return [{ x: box.right + scrollX, y: box.y + scrollY, width: 120, height: box.height }];
})"""
INK = """async ({ bytes, strips }) => {
  const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(bytes), (sign) => sign.charCodeAt(0))]));
  const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  return strips.map(({ x, y, width, height }) => {
    const data = canvas.getImageData(Math.round(x), Math.round(y), Math.round(width), Math.round(height)).data;
    let dark = 0;
    for (let at = 0; at < data.length; at += 4) dark += data[at] + data[at + 1] + data[at + 2] < 450;
    return dark;
  });
}"""


def ink(reader, page, strips: list[dict]) -> list[int]:
    """How many dark pixels each strip of a page has in a picture of it, which is kept nowhere."""
    picture = b64encode(page.screenshot(full_page=True)).decode("ascii")
    return reader.page().evaluate(INK, {"bytes": picture, "strips": strips})


@pytest.mark.parametrize("theme", THEMES)
def test_marks_are_part_of_their_line_and_statements_are_numbered(reader, theme):
    page = reader.open(f"/report/kaz-cerd-8-10-addendum/{theme}")
    assert page.locator("ol.statements > li").count() > 5 and page.evaluate(STYLES) == []


def test_the_number_of_every_statement_is_in_the_picture(reader):
    page = reader.open("/report/kaz-cerd-8-10-addendum/10")
    strips = page.evaluate(NUMBERS)
    drawn = ink(reader, page, strips)
    assert len(drawn) > 20 and min(drawn) > 3
    page.evaluate("document.querySelector('ol.statements > li').style.display = 'block'")
    assert ink(reader, page, strips[:1]) == [0], "a statement without its number would be seen"


def test_the_sentence_goes_on_behind_a_mark_in_the_same_line(reader):
    if texts.path() is None:
        skip_with_reason("the report's text is not at hand (set STATEREPORT_TEXT)")
    page = reader.open("/report/kaz-cerd-8-10-addendum/10")
    strips = page.evaluate(AFTER)
    drawn = ink(reader, page, strips)
    assert len(drawn) > 3 and min(drawn) > 20
    page.evaluate("document.querySelectorAll('a.mark').forEach((mark) => { mark.style.display = 'block'; })")
    assert not page.evaluate(AFTER), "a sentence that its marks tear apart would be seen"


def test_in_a_table_of_figures_each_figure_has_a_line_of_its_own(reader):
    page = reader.open("/statistics/schools-by-language?rows=indicator&columns=none")
    looks = page.locator(".pivot .figure").evaluate_all("parts => parts.map(part => getComputedStyle(part).display)")
    assert looks and set(looks) == {"block"}
