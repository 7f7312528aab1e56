"""The timeline and the places: what is dated or somewhere stands there once, in order, with its report."""

from __future__ import annotations

import json

import pytest
from loops import some

from statereport.errors import AddressUnknown
from statereport.pages import places, timeline
from statereport.pages.page import Address


def entries(page) -> list[tuple[str, str]]:
    return [
        (e.one(class_="when").text, e.one(class_="what").all("a")[0]["href"])
        for e in page.all("ol", class_="dated")
        for e in e.all("li")
    ]


def test_everything_dated_stands_once_in_the_order_of_time_under_its_year(read):
    page, answer = read("/timeline"), read.site.graph.ask("events/timeline")
    listed = entries(page)
    assert [href for _, href in listed] == [read.site.names.path(row["thing"]) for row in answer] and len(listed) == 137
    assert listed[0] == ("1951", "/id/instrument/refugee-convention-1951.html"), "a year alone is a year"
    for section in some(page.all("section", class_="year"), 20):
        year = section.one("h2").text.split()[0]
        dates = [e.text for e in section.all(class_="when")]
        assert year == "Without" or all(date.startswith(year) for date in dates)
    assert "15-08-2025" not in page.text and "2025-08-15 to 2025-08-17" in page.text
    assert any(when == "02-07" for when, _ in listed), "a day whose year is not printed"


def test_the_timeline_is_chosen_by_report_kind_and_years(read):
    every = timeline.dated(read.site)
    wanted = {
        "report=bra-cerd-fco-18-20": lambda it: it.report == "bra-cerd-fco-18-20",
        "kind=event": lambda it: it.kind == "event",
        "since=2020&until=2021": lambda it: it.year in ("2020", "2021"),
        "report=kaz-cerd-8-10-addendum&kind=measure&until=2017": lambda it: (
            it.report == "kaz-cerd-8-10-addendum" and it.kind == "measure" and it.year.isdecimal() and it.year <= "2017"
        ),
    }
    for query, fits in some(wanted.items()):
        listed = entries(read(f"/timeline?{query}"))
        assert [href for _, href in listed] == [it.thing.path for it in every if fits(it)] != []
    for query in ("kind=x", "since=2030", "report=nothing", "since=2021&until=2020"):
        assert "No entries" in read(f"/timeline?{query}").one("p", role="status").text


def test_the_chart_of_the_timeline_counts_what_the_page_lists(read):
    page = timeline.timeline_chart(read.site, Address("/timeline.vl.json", (("since", "2020"), ("until", "2021"))))
    rows = json.loads(page.body)["data"]["values"]
    every = timeline.dated(read.site)
    assert {(row["place"], row["series"]): row["number"] for row in rows} == {
        (year, words): number
        for year in ("2020", "2021")
        for kind, words in timeline.KINDS.items()
        if (number := sum(it.year == year and it.kind == kind for it in every))
    }
    with pytest.raises(AddressUnknown, match="fewer than two years"):
        timeline.timeline_chart(read.site, Address("/timeline.svg", (("since", "2020"), ("until", "2020"))))
    assert not read("/timeline?since=2020&until=2020").all("figure", class_="chart")


def test_every_place_stands_once_within_the_larger_one(read):
    found, tops = places.places(read.site)
    page = read("/places")
    names = [e["id"] for listed in page.all("ul", class_="places") for e in listed.all("li")]
    assert set(names) == {it.name for it in found.values()} and len(found) == 32
    assert len({e["id"] for e in page.all("li") if "id" in e.attributes}) == 32
    maranhao = next(e for e in page.all("li") if e.attributes.get("id") == "bra-maranhao")
    assert [e["id"] for e in maranhao.all("li")] == ["bra-alcantara"]
    assert [it.thing.text for it in tops if it.within] == ["Kazakhstan", "Brazil"]
    reports = {label for place in found.values() for label in place.reports}
    assert {"Federative Republic of Brazil", "Republic of Kazakhstan"} < reports


def test_the_pages_of_a_project_without_time_and_place_say_so(tmp_path):
    import miniproject

    from statereport.graph import examine
    from statereport.pages import context, routes
    from statereport.publish import release

    project = miniproject.make(tmp_path)
    site = context.make(release.of_examined(project, examine.examine(project)).graph)
    for path in ("/timeline", "/places"):
        route = next(it for it in routes.ROUTES if it.pattern.fullmatch(path))
        assert route.answer(site, Address(path)).status == 200
