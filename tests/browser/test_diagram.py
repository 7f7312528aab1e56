"""The diagram of docs/model.md in a browser: whatever fonts the machine has, every line of text is inside its card."""

from __future__ import annotations

from pathlib import Path

import pytest

DIAGRAM = Path(__file__).resolve().parents[2] / "docs/model.svg"
# The lines of text that reach over the right edge of the card in which they begin, or of the picture.
OUTSIDE = """() => {
  const boxes = [...document.querySelectorAll("rect.card")].map((card) => card.getBBox());
  const wide = document.querySelector("svg").viewBox.baseVal.width;
  return [...document.querySelectorAll("text")].filter((line) => {
    const { x, y, width } = line.getBBox();
    const card = boxes.find((box) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height);
    return x + width > (card ? card.x + card.width : wide);
  }).map((line) => line.textContent);
}"""


@pytest.mark.parametrize("font", ["sans-serif", "serif", "monospace", "DejaVu Sans"])
def test_every_line_of_the_diagram_is_inside_its_card(chromium, font):
    profile = chromium.new_context()
    page = profile.new_page()
    page.set_content(DIAGRAM.read_text(encoding="utf-8"))
    page.locator("svg").evaluate("(picture, font) => picture.setAttribute('font-family', font)", font)
    assert page.locator("text").count() > 80
    assert page.evaluate(OUTSIDE) == []
    page.locator("text").last.evaluate("line => line.append(' and more than fits in its card'.repeat(9))")
    assert len(page.evaluate(OUTSIDE)) == 1, "a line that is too long would be seen"
    profile.close()
