"""A site whose public address has a path (https://example.org/kg): every link of every kind of page begins with it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest
from reading import Element, Page, Reader
from test_pages import ONE_OF_EACH

from statereport.pages import routes
from statereport.pages.page import url

BASE = "https://example.org/kg"
ADDRESSES = (
    *ONE_OF_EACH,
    "/report/kaz-cerd-8-10-addendum",
    "/static/statereport.css",
    "/query/statistics/admissions-to-citizenship.html",
    "/query/quality/discrepancies-in-dqv.html",
    "/query/statistics/figures-of-years.html?since=2021&until=2005",
    "/statistics/schools-by-language.csv",
    "/statistics/schools-by-language.vl.json?rows=language&columns=none&indicator=indicator:schools",
    "/editor/words.json",
    "/timeline.vl.json?since=2010",
    "/search?q=zzzzqqq",
    "/parameter/nothing.html",
    "/why?subject=nothing",
)


@pytest.fixture(scope="module")
def below(site) -> Reader:
    """A reader of the site below a path."""
    return Reader(replace(site, base=BASE))


def links(page: Element) -> list[str]:
    """What the elements of a page lead to, load or send to: every attribute that is an address or holds one."""
    return [
        value
        for element in page.all()
        for name, value in element.attributes.items()
        if name in ("href", "src", "srcset", "action", "formaction", "poster", "cite", "ping") or value.startswith("/")
    ]


def wrong(page: Element) -> list[str]:
    """The links of a page that leave the site without naming another one."""
    return [link for link in links(page) if not link.startswith(("/kg/", "#", "https://", "http://")) and link != "/kg"]


def test_the_address_of_a_path_begins_with_the_path_of_the_public_address():
    wanted = {
        (
            "https://example.org/kg",
            "/report/kaz-cerd-8-10-addendum/13#13.6",
        ): "/kg/report/kaz-cerd-8-10-addendum/13#13.6",
        ("https://example.org/a/b", "/"): "/a/b/",
        ("https://example.org", "/query"): "/query",
        ("http://127.0.0.1:8000", "/query?x=/"): "/query?x=/",
        ("https://example.org/kg", "https://www.w3.org/ns/org#Post"): "https://www.w3.org/ns/org#Post",
        ("https://example.org/kg", "#13.6"): "#13.6",
    }
    assert {case: url(*case) for case in wanted} == wanted


def test_the_addresses_here_are_of_every_kind():
    paths = [urlsplit(address).path for address in ADDRESSES]
    missing = [it.pattern.pattern for it in routes.ROUTES if not any(map(it.pattern.fullmatch, paths))]
    assert not missing


def test_every_link_of_every_kind_of_page_begins_with_the_path(below):
    seen, faults = 0, {}
    for address in ADDRESSES:
        response = below.response(address)
        if not response.media_type.startswith("text/html"):
            continue
        page = Page(response.body.decode()).root
        seen += len(links(page))
        if found := wrong(page):
            faults[address] = found
    assert seen > 3_000 and not faults


def test_without_a_path_they_begin_with_a_slash_and_lead_to_the_same_places(below, read):
    for address in ("/", "/report/kaz-cerd-8-10-addendum/13", "/query/law/laws-cited-most.html", "/law", "/editor"):
        here, there = links(read(address)), links(below(address))
        assert [link.replace("/kg/", "/", 1) if link.startswith("/kg/") else link for link in there] == here


@pytest.mark.slow
def test_every_link_to_this_site_leads_to_a_page(below):
    faults, seen = {}, set()
    for address in (
        "/",
        "/report/kaz-cerd-8-10-addendum/13",
        "/statistics/schools-by-language",
        "/about",
        "/law",
        "/def/Figure.html",
    ):
        for link in links(below(address)):
            path = unquote(urlsplit(link).path.removeprefix("/kg"))
            if link.startswith("/kg") and path not in seen:
                seen.add(path)
                response = below.response(link.removeprefix("/kg").partition("#")[0], accept="*/*")
                if response.status not in (200, 303) and not path.startswith("/data/"):
                    faults[link] = response.status
    assert len(seen) > 200 and not faults


def test_forms_charts_scripts_and_the_editor_s_terms_are_below_the_path(below):
    assert {form["action"] for form in below("/statistics/schools-by-language").all("form")} == {
        "/kg/search",
        "/kg/statistics/schools-by-language",
    }
    charts = [image["src"] for image in below("/statistics/schools-by-language").all("img")]
    assert len(charts) == 3 and all(chart.startswith("/kg/statistics/schools-by-language.svg?") for chart in charts)
    scripts = [e["src"] for e in below("/").all("script") if "src" in e.attributes]
    assert scripts and all(path.startswith("/kg/static/") for path in scripts)
    assert below("/editor").one("form", id="editor-form")["data-words"] == "/kg/editor/words.json"


def test_data_about_the_data_name_the_public_address(below):
    addresses = []
    for address in ("/", "/statistics", "/statistics/schools-by-language"):
        described = below(address).one("script", type="application/ld+json").raw
        assert json.loads(described)
        addresses += re.findall(r'"(?:url|contentUrl)": "([^"]*)"', described)
    assert len(addresses) > 30 and all(it.startswith(f"{BASE}/") for it in addresses)
