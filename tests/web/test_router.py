"""The table of addresses: under which key an answer is kept, and addresses written as other servers also read them."""

from __future__ import annotations

import pytest

from statereport.pages import routes
from statereport.web.answers import documents, router
from statereport.web.wire.http import Request

QUESTION = "/query/law/laws-cited-most"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def request(path: str, *query: tuple[str, str], accept: str = "*/*") -> Request:
    """A GET."""
    return Request("GET", path, query, (("accept", accept),))


def kept(site, path: str, *query: tuple[str, str]) -> tuple[tuple[str, str], ...] | None:
    """The parameters by which an answer is kept, or None where it is not."""
    found = router.canonical(site, request(path, *query))
    return None if found is None else found.query


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/law",
        "/about",
        "/report/kaz-cerd-8-10-addendum/13",
        "/id/figure/x",
        "/id/figure/x.html",
        "/sparql",
        "/sitemap.xml",
        "/data/x.ttl",
    ],
)
def test_parameters_that_a_page_does_not_read_make_no_other_answer(site, path):
    assert kept(site, path, ("junk", "1"), ("junk", "2"), ("utm_source", "x")) == ()


def test_parameters_that_a_page_reads_stand_in_one_order(site):
    assert kept(site, "/search", ("x", "1"), ("q", "school")) == (("q", "school"),)
    why = (("subject", "s"), ("predicate", "p"), ("object", "o"))
    assert kept(site, "/why", *why) == kept(site, "/why", *why[::-1]) == tuple(sorted(why))
    cube = site.cubes[0]
    names = [component.name for component in cube.components if component.role == "dimension"]
    given = (("rows", names[0]), ("columns", names[1]))
    assert kept(site, f"/statistics/{cube.slug}", *given) == kept(site, f"/statistics/{cube.slug}.csv", *given[::-1])


def test_a_switch_is_on_or_off_whatever_value_it_has(site):
    page = f"{QUESTION}.html"
    assert kept(site, page, ("identifiers", "random")) == kept(site, page, ("identifiers", "1")) != ()
    assert kept(site, page, ("identifiers", "")) == kept(site, page) == ()


def test_what_will_be_refused_is_not_kept(site):
    assert kept(site, f"{QUESTION}.html", ("junk", "1")) is None
    assert kept(site, f"{QUESTION}.csv", ("identifiers", "1")) is None
    assert kept(site, QUESTION, ("junk", "1")) is None
    assert kept(site, f"/statistics/{site.cubes[0].slug}", ("junk", "1")) is None
    assert kept(site, "/search", ("q", "a"), ("q", "b")) is None


def test_each_parameter_of_each_question_is_known(site):
    asked = [query for query in site.questions if query.parameters]
    assert len(asked) > 20
    lost = []
    for query in asked:
        given = tuple(sorted((parameter.name, parameter.value) for parameter in query.parameters))
        for ending in ("html", "csv", "json"):
            if kept(site, f"/query/{query.name}.{ending}", *given) != given:
                lost.append(f"{query.name}.{ending}")
    assert not lost, lost


@pytest.mark.parametrize("path", ["/id/figure/x", "/graph", "/sparql", QUESTION, "/dataset", "/.well-known/void"])
def test_however_a_header_is_written_there_are_few_forms(site, path):
    kinds = ["text/html", "text/turtle", "application/ld+json", "text/csv", "image/png", "*/*"]
    headers = [
        ", ".join(f"{kind};q=0.{(i * 7 + k * 131) % 1000:03d}" for k, kind in enumerate(kinds)) for i in range(500)
    ]
    assert len(set(headers)) > 400
    forms = {router.form(site, request(path, accept=header)) for header in headers}
    assert 1 < len(forms) <= 12
    assert router.form(site, request(path, accept="text/turtle, image/webp")) == router.form(
        site, request(path, accept=" text/turtle;q=.5")
    )


@pytest.mark.parametrize(
    "path", ["/report/kaz-cerd-8-10-addendum/13", "/", "/search", "/law", "/sitemap.xml", "/openapi.json", "/nothing"]
)
def test_a_page_is_the_same_whatever_a_client_accepts(site, path):
    forms = {router.form(site, request(path, accept=accept)) for accept in ("", BROWSER, "*/*", "text/turtle")}
    assert forms in ({()}, {("en",)})  # a page also depends on the language of names


def test_an_address_with_an_ending_has_one_form(site):
    assert {router.form(site, request(f"{QUESTION}.csv", accept=accept)) for accept in ("", "text/html", "x/y")} == {()}


@pytest.mark.parametrize("path", ["/query", "/statistics", "/report", "/law", "/about", "/search", "/editor", QUESTION])
def test_a_slash_at_the_end_leads_to_the_address_without(site, path):
    reply = router.answer(site, request(f"{path}/", ("q", "a b")))
    assert (reply.status, dict(reply.headers)["Location"]) == (301, f"{path}?q=a+b")


def test_no_route_but_those_that_are_named_ends_in_a_slash():
    paths = [*router.WITH_SLASH, "/query/", "/id/", "/data/", "/graph/", "/dataset"]
    slashed = {
        path
        for path in paths
        if path.endswith("/") and any(it.pattern.fullmatch(path) for it in (*routes.ROUTES, *documents.ROUTES))
    }
    assert slashed == set(router.WITH_SLASH)


def test_headers_and_problems_of_a_site_below_a_path_name_that_path(site):
    from dataclasses import replace

    below = replace(site, base="https://example.org/kg")
    thing = "/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh"
    see = router.answer(below, request(thing, accept="text/turtle"))
    assert dict(see.headers)["Location"] == f"/kg{thing}.ttl" and see.body.decode().strip() == f"/kg{thing}.ttl"
    document = router.answer(below, request(f"{thing}.ttl"))
    assert f"</kg{thing}.jsonld>" in dict(document.headers)["Link"]
    assert "<https://w3id.org/" in dict(document.headers)["Link"]
    assert dict(router.answer(below, request("/query/")).headers)["Location"] == "/kg/query"
    problem = router.answer(below, request("/nothing", accept="application/json")).body.decode()
    assert (
        '"type": "/kg/problem/address-unknown"' in problem and "at /kg/query" in problem and "/kg/search?q=" in problem
    )
    page = router.answer(below, request("/nothing", accept=BROWSER)).body.decode()
    assert 'href="/kg/problem/address-unknown"' in page and "at /kg/query" in page and ' href="/query' not in page
    assert b"Disallow: /kg/sparql\n" in router.answer(below, request("/robots.txt")).body


def test_control_characters_of_a_request_are_not_repeated(site):
    reply = router.answer(site, request("/id/\x1b[31mred", accept="application/json"))
    assert b"\x1b" not in reply.body and "\\u001b" not in reply.body.decode() and reply.status == 404
