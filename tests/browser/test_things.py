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


def test_results_are_narrowed_beside_the_list_and_above_it_on_a_telephone(reader):
    page = reader.open("/search?q=schools")
    facets, results = (page.locator(place).bounding_box() for place in ("nav.facets", "ol.results"))
    assert facets["x"] + facets["width"] < results["x"] and abs(facets["y"] - results["y"]) < 60
    page.get_by_role("link", name="figure", exact=True).click()
    assert page.get_by_role("link", name="figure", exact=True).get_attribute("aria-current") == "true"
    assert set(page.locator("ol.results .kind").all_inner_texts()) == {"FIGURE"}
    phone = reader.open("/search?q=schools", width=390)
    assert phone.locator("nav.facets").bounding_box()["y"] < phone.locator("ol.results").bounding_box()["y"] < 900


def test_an_answer_is_sorted_filtered_and_copied_and_keeps_its_head_in_sight(reader):
    page = reader.open("/query/law/laws-cited-most.html")
    page.get_by_role("link", name="Citations", exact=True).click()
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Citations")
    page.get_by_label("Rows with").fill("criminal")
    page.get_by_role("button", name="Show", exact=True).click()
    assert "sort-by=" in page.url and all("riminal" in row for row in page.locator("tbody tr").all_inner_texts())
    page = reader.open("/query/law/laws-cited-most.html")
    head = page.locator("thead th").first
    page.locator(".tall").evaluate("box => box.scrollTo(0, 900)")
    box, frame = head.bounding_box(), page.locator(".tall").bounding_box()
    assert abs(box["y"] - frame["y"]) < 4
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy as table").click()
    page.get_by_text("100 rows copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").count("\n") == 100


def test_an_answer_is_sorted_and_filtered_without_scripts(reader):
    page = reader.open("/query/law/laws-cited-most.html", scripts=False)
    page.get_by_label("Rows with").fill("constitution")
    page.get_by_role("button", name="Show", exact=True).click()
    assert 0 < page.locator("tbody tr").count() < 20 and page.get_by_text("rows of 146").is_visible()


def test_the_first_page_shows_what_this_is_a_search_and_eight_questions_on_the_first_screen(reader):
    page = reader.open("/")
    last = page.locator("ul.cards li").nth(7).bounding_box()
    assert last["y"] + last["height"] <= 800 and page.locator("ul.cards li").count() == 8
    assert page.evaluate("document.documentElement.scrollHeight") < 3200
    phone = reader.open("/", width=390)
    assert phone.evaluate("document.documentElement.scrollHeight") < 5000
    assert phone.locator("#search-home").bounding_box()["y"] < 800


def test_names_change_with_the_language_that_is_clicked_and_stay_on_the_next_page(reader):
    page = reader.open("/id/body/kaz-supreme-court.html", width=390)
    page.get_by_role("link", name="Русский").click()
    assert page.locator("h1").inner_text() == "Верховный Суд Республики Казахстан"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("p.crumbs a").first.click()
    assert "lang=ru" in page.url and page.locator("h1").get_attribute("lang") == "ru"
    page.get_by_role("link", name="English").click()
    assert page.locator("h1").inner_text() == "Body"


def test_a_wrong_address_offers_a_search_and_the_nearest_names(reader):
    page = reader.open("/id/instrument/criminal-code.html", status=404)
    assert page.get_by_label("Search for it").input_value() == "criminal code"
    page.get_by_role("link", name="Criminal Code", exact=True).click()
    assert page.locator("h1").inner_text() == "Criminal Code"
