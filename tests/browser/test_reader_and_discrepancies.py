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


def test_the_map_of_the_law_is_one_stop_and_shows_what_belongs_to_an_instrument(reader):
    page = reader.open("/law")
    assert page.locator(".map svg.screen [tabindex='0']").count() == 1
    tied = page.locator("g.tie").first.get_attribute("data-one")
    law = page.locator(f".map svg.screen g.law[data-name='{tied}']")
    other = page.locator(".map svg.screen g.law:not(.on)")
    law.locator("text").first.hover()
    assert law.evaluate("part => getComputedStyle(part).opacity") == "1"
    assert other.first.evaluate("part => getComputedStyle(part).opacity") == "0.25"
    assert page.locator(".map-words").is_visible() and "Cited under" in page.locator(".map-words").inner_text()
    page.mouse.move(5, 5)
    page.locator(".map svg.screen g.law a[tabindex='0']").focus()
    first = page.evaluate("document.activeElement.closest('g').dataset.name")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.closest('g').dataset.name")
    assert second != first and page.locator(f".map g.this[data-name='{second}']").count() == 1
    assert page.locator(".map svg.screen [tabindex='0']").count() == 1


def test_on_a_phone_names_and_sections_of_the_law_fit_the_screen_and_a_tap_shows_more(reader):
    page = reader.open("/law", width=390)
    assert page.locator("svg.phone").is_visible() and not page.locator("svg.screen").is_visible()
    page.locator("svg.phone g.law text").first.hover()
    assert page.locator(".map-words").is_visible()
    wide = page.locator("svg.phone").evaluate("part => [part.getBoundingClientRect().right, innerWidth]")
    assert wide[0] <= wide[1]
