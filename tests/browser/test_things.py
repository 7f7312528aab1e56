"""The page of a thing is written for people: a sentence, sections with counts and numbers, and triples last."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_person_sees_what_a_body_does_before_any_triple(reader, width):
    page = reader.open("/id/body/kaz-supreme-court.html", width=width)
    tops = [page.locator(place).first.bounding_box()["y"] for place in ("p.what", "#of-6", "#ask", "#triples")]
    assert tops == sorted(tops)
    assert page.get_by_text("is responsible for").first.is_visible()
    assert not page.get_by_text("is responsibility of").first.is_visible()
    page.get_by_text("Show the triples").click()
    assert page.locator("section.origin").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
