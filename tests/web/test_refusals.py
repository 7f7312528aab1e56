"""Every refusal costs little, whatever is asked: few queries of the engine, and a bounded number of calls.

Calls of Python are counted, not seconds: 0.1 s of a processor has time for more than these.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
import small

from statereport.graph.knowledge import KnowledgeGraph
from statereport.pages import context
from statereport.sparql.engine import Store
from statereport.web.answers.router import answer
from statereport.web.answers.site import Site
from statereport.web.wire.http import Request

MOST_CALLS, MOST_QUERIES = 200_000, 60
LONG = "x" * 4_000
QUERIES = {
    "misspelt": "SELEC",
    "a brace missing after much": "SELECT * { " + "?s ?p ?o . " * 5_500,
    "misspelt before much": "SELEC * { " + "?s ?p ?o . " * 5_500 + "}",
    "braces": "SELECT * " + "{" * 60_000,
    "brackets": "SELECT * { FILTER " + "(" * 60_000,
    "an open string": 'SELECT * { ?s ?p "' + "a" * 60_000,
    "quotation marks": "SELECT * { ?s ?p " + '"' * 60_000,
    "prefixes undeclared": "SELECT * { " + " ".join(f"?s p{i}:a ?o ." for i in range(4_000)) + " }",
    "prefixes, then misspelt": "".join(f"PREFIX p{i}: <urn:p{i}> " for i in range(2_500)) + "SELEC",
    "SERVICE at the end": "SELECT * { " + "?s ?p ?o . " * 5_000 + " SERVICE <a:a> {} }",
    "an update": "INSERT DATA { <a:a> <a:a> <a:a> }",
    "functions unknown": "SELECT * { " + "".join(f"BIND(<a:f{i}>(1) AS ?x{i}) " for i in range(1_800)) + "}",
    "too long": "#" * 70_000,
    "not grouped": "SELECT " + " ".join(f"?a{i}" for i in range(5_000)) + " (COUNT(*) AS ?n) { ?a0 ?b ?c }",
    "misspelt often": "SELECT * { " + "?s ?p ?o FLITER(?o > 1) " * 2_500 + "}",
    "dots missing": "SELECT * { " + "?s ?p ?o " * 6_000 + "}",
    "commas": "SELECT " + "?a, " * 15_000 + " {}",
    "backslashes": 'SELECT * { ?s ?p "' + "\\" * 60_001 + '" }',
    "open addresses": "SELECT * { " + "<" * 60_000,
    "bound twice": "SELECT * { " + "BIND(1 AS ?x) " * 4_000 + "}",
    "words": "SELECT * { " + "word " * 13_000 + "}",
    "misspelt words alone": "SELCT " * 10_000,
    "slashes": "SELECT * { ?s " + "/" * 60_000 + " ?o }",
    "variables without a name": "SELECT * { ?s " + "? " * 30_000 + " ?o }",
    "functions unknown, in one": "SELECT * { FILTER(" + "+".join(f"<a:f{i}>(1)" for i in range(4_000)) + ") }",
    "much named, and a function unknown": "SELECT * { "
    + "".join(f"BIND(1 AS ?x{i}) " for i in range(2_600))
    + "BIND(<a:f>(1) AS ?y) }",
    "colons": "SELECT * { " + "a:b:c " * 10_000 + "}",
}


def requests() -> Iterator[tuple[str, Request]]:
    """Requests that are refused, of all kinds, with their names."""

    def asked(path: str, *query: tuple[str, str], accept: str = "text/html", method: str = "GET") -> Request:
        return Request(method, path, query, (("accept", accept),))

    for name, text in QUERIES.items():
        yield f"a query: {name}", asked("/sparql", ("query", text), accept="application/json")
        yield f"in the editor: {name}", asked("/editor", ("query", text))
    for space in ("id", "def", "shape", "parameter", "graph"):
        for name in ("nothing", "tiny/figure/1-schols", LONG, "a/" * 2_000, 'a b<>"'):
            for ending in ("", ".html", ".ttl"):
                yield f"/{space}/{name[:12]}{ending}", asked(f"/{space}/{name}{ending}")
    for name in ("no/such", "of/al", LONG, "law/" + LONG):
        for ending in (".html", ".json", ".svg"):
            yield f"/query/{name[:12]}{ending}", asked(f"/query/{name}{ending}")
    for words in ("(", '"a', "AND", "a" * 600, "(" * 200, "NOT " * 60, '"' * 199, "* " * 100):
        yield f"/search {words[:12]}", asked("/search", ("q", words))
    for path in ("/nothing", "/" + LONG, "/report/999", "/statistics/none", "/problem/nothing", "/data/none", "/why"):
        for method, accept in (("GET", "text/html"), ("PUT", "text/html"), ("GET", "none/none")):
            yield f"{method} {path[:20]} {accept}", asked(path, accept=accept, method=method)
    many = ", ".join(f"a{i}/b;q=0.{i % 10}" for i in range(5_000))
    yield "a long Accept", asked("/id/nothing", accept=many)
    yield "many parameters", asked("/query", *((f"p{i}", LONG) for i in range(24)))
    for kind in ("", "text/plain", "application/sparql-update", "application/x-www-form-urlencoded"):
        for body in (b"", b"\xff" * 1_000, b"query=" + b"%" * 1_000, b"a=1&" * 60_000, b"query=ASK{}&query=ASK{}"):
            given = (("accept", "text/html"), ("content-type", kind))
            yield f"POST {kind} {body[:8]!r}", Request("POST", "/sparql", (), given, body)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    project = small.make(tmp_path_factory.mktemp("small"))
    return Site.of(context.make(KnowledgeGraph(Store.memory(small.quads(project)), project)))


@pytest.mark.slow
def test_every_refusal_takes_few_calls_and_few_queries(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = {"calls": 0, "queries": 0}
    kept = Store.query

    def counting(self: Store, *given, **more):
        counted["queries"] += 1
        return kept(self, *given, **more)

    monkeypatch.setattr(Store, "query", counting)

    def count(frame, event: str, argument) -> None:
        counted["calls"] += event == "call"

    wrong, refused = [], 0
    for name, request in requests():
        counted |= {"calls": 0, "queries": 0}
        sys.setprofile(count)
        try:
            status = answer(site, request).status
        finally:
            sys.setprofile(None)
        refused += 400 <= status < 500
        if status >= 500 or counted["calls"] > MOST_CALLS or counted["queries"] > MOST_QUERIES:
            wrong.append(f"{name}: {status}, {counted['calls']:,} calls, {counted['queries']} queries")
    assert not wrong, "\n".join(wrong)
    assert refused > 150
