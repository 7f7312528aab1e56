"""The report reader and the page of discrepancies as a person sees and uses them."""

from __future__ import annotations

REPORT = "/report/kaz-cerd-8-10-addendum"


def test_contents_stay_beside_the_text_on_a_wide_screen_and_are_closed_on_a_phone(reader):
    for path in (f"{REPORT}/13", "/discrepancies"):
        page = reader.open(path)
        contents = page.locator("nav.contents")
        assert contents.evaluate("part => getComputedStyle(part).position") == "sticky"
        left, text = contents.bounding_box(), page.locator(".reading").bounding_box()
        assert left["x"] + left["width"] <= text["x"]
        page.evaluate("scrollTo(0, 3000)")
        page.wait_for_function("document.querySelector('nav.contents').getBoundingClientRect().y < 100")
        assert contents.is_visible() and contents.bounding_box()["y"] >= 0
        page = reader.open(path, width=390)
        assert not page.locator("nav.contents ul").first.is_visible()
        page.locator("nav.contents summary").click()
        assert page.locator("nav.contents ul").first.is_visible()


def test_statements_of_one_kind_are_chosen_with_the_keyboard_and_the_address_holds_it(reader):
    page = reader.open(f"{REPORT}/13")
    page.get_by_label("norm").focus()
    page.keyboard.press("Space")
    assert "kind=" not in page.url, "nothing is sent before the button"
    page.locator("form.kinds button").click()
    page.wait_for_url("**/13?kind=Norm")
    assert set(page.locator(".statement .kind").all_inner_texts()) == {"NORM"}
    page.get_by_role("link", name="Show everything").click()
    page.wait_for_url(f"**{REPORT}/13")


def test_a_passage_is_cited_in_three_steps(reader):
    page = reader.open("/report/21.10")
    assert page.url.endswith(f"{REPORT}/21.10") and page.locator("h1").inner_text() == "Passage 21.10"
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page.locator("button[data-copy='cite-text']")
    assert button.is_visible()
    button.click()
    page.wait_for_function("document.querySelector('button[data-copy]').textContent === 'Copied'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "Kazakhstan" in copied and "para. 21.10." in copied and "/passage/21.10" in copied
    plain = reader.open(f"{REPORT}/21.10", scripts=False)
    assert plain.locator(".citation").is_visible() and not plain.locator("button[data-copy]").first.is_visible()


def test_the_weightiest_discrepancies_come_first_and_both_places_stand_side_by_side(reader):
    page = reader.open("/discrepancies")
    assert page.locator(".reading h2").first.inner_text().startswith("Figures differ")
    boxes = page.locator("article.discrepancy").first.locator(".says")
    first, second = boxes.nth(0).bounding_box(), boxes.nth(1).bounding_box()
    assert first["y"] == second["y"] and first["x"] + first["width"] <= second["x"]
