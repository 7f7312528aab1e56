"""The graph in a store elsewhere: the same answers, formats and pages, by workers that reach that store and no more."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import faulty
import pyoxigraph as ox
import pytest
import serving
import small

from statereport.errors import EndpointFailed, StoreDiffers
from statereport.graph.knowledge import KnowledgeGraph
from statereport.pages import context
from statereport.project import Project
from statereport.publish import release, void
from statereport.rdf import writers
from statereport.reasoning.explanations import Explanations
from statereport.sparql import remote
from statereport.sparql.engine import Store, named_graph
from statereport.sparql.remote import RemoteStore
from statereport.web.answers.router import answer
from statereport.web.answers.site import Site
from statereport.web.wire.http import Request

ADDRESSES = ("/query", "/statistics", "/law", "/def", "/def/Figure.html", "/search?q=school", "/discrepancies")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return small.make(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def server(project: Project) -> Iterator[faulty.Faulty]:
    with faulty.serving() as made:
        made.store.extend(small.quads(project))
        yield made


@pytest.fixture(scope="module")
def here(project: Project) -> Store:
    return Store.memory(small.quads(project))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT ?s ?o { ?s a ?o } ORDER BY ?s ?o", "csv"),
        ("SELECT ?s ?o { ?s a ?o } ORDER BY ?s ?o", "xml"),
        ("CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }", "nt"),
        ("ASK { ?s ?p ?o }", "json"),
        ("SELECT ?o { <figure/1> ?p ?o } ORDER BY ?o", "json"),
    ],
)
def test_what_is_written_from_a_store_elsewhere_are_the_same_bytes(
    text: str, form: str, server: faulty.Faulty, here: Store
) -> None:
    outputs = []
    for engine in (here, RemoteStore(f"{server.address}/query")):
        outputs.append(io.BytesIO())
        offered: list[str] = []

        def choose(forms, offered=offered):
            offered += forms
            return form

        assert engine.write(text, choose, outputs[-1], None, "https://example.org/base/") == form in offered
    written = [sorted(it.getvalue().splitlines()) if form == "nt" else it.getvalue() for it in outputs]
    assert written[0] == written[1] != b""


def test_pages_are_the_same_and_are_asked_there(project: Project, server: faulty.Faulty, here: Store) -> None:
    before = len(server.asked)
    sites = [
        Site.of(context.make(KnowledgeGraph(engine, project, digest="abc")))
        for engine in (here, RemoteStore(f"{server.address}/query"))
    ]
    wrong = []
    for address in ADDRESSES:
        path, _, query = address.partition("?")
        given = (tuple(query.split("=")),) if query else ()
        found = [answer(site, Request("GET", path, given, (("accept", "text/html"),))) for site in sites]
        wrong += [] if found[0] == found[1] else [address]
    assert not wrong and len(server.asked) > before + 20


@pytest.fixture
def cutting(monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteStore]:
    """A store with 250 statements that ends each answer at 100, as Virtuoso does at 10,000."""
    monkeypatch.setattr(remote, "_CUT", 100)
    monkeypatch.setattr(remote, "_PARTS", 3)
    with faulty.serving() as server:
        name = ox.NamedNode("urn:a")
        server.store.extend(ox.Quad(name, name, ox.Literal(number), name) for number in range(250))
        server.most = 100
        yield RemoteStore(f"{server.address}/query")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("SELECT ?o { ?s ?p ?o } ORDER BY ?o", range(250)),
        ("SELECT ?o { ?s ?p ?o } ORDER BY DESC(?o) # the last first", range(249, -1, -1)),
        ("SELECT ?o { ?s ?p ?o } ORDER BY ?o LIMIT 150 OFFSET 10", range(10, 160)),
        ("PREFIX x: <urn:>\nSELECT (?n AS ?o) { ?s x:a|<urn:a> ?n } ORDER BY ?n VALUES ?s { x:a }", range(250)),
        ("SELECT ?o { ?s ?p ?o } ORDER BY ?o LIMIT 100", range(100)),
        ("SELECT ?o { ?s ?p ?o } ORDER BY ?o LIMIT 99", range(99)),
    ],
)
def test_rows_that_a_store_cuts_are_read_in_parts(text: str, numbers: range, cutting: RemoteStore) -> None:
    assert [int(row[0].value) for row in cutting.query(text).rows] == list(numbers)


@pytest.mark.parametrize(
    "text",
    [
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "SELECT ?s { ?s ?p ?o }",  # whose rows are alike, so that none is known to be missing
        "SELECT * { ?s ?p ?o . ?a ?b ?c }",  # which is too much
    ],
)
def test_an_answer_that_may_not_be_whole_is_refused(text: str, cutting: RemoteStore) -> None:
    with pytest.raises(EndpointFailed, match="may have cut"):
        cutting.query(text)


def test_a_graph_that_a_store_cuts_is_whole(cutting: RemoteStore) -> None:
    assert len(named_graph(cutting, "urn:a")) == 250 and len(named_graph(cutting, "urn:b")) == 0


def test_a_store_that_holds_another_release_is_refused(project: Project, server: faulty.Faulty) -> None:
    engine = Store.memory(small.quads(project))
    made = release.Release(KnowledgeGraph(engine, project, digest="abc"), Explanations())
    there = RemoteStore(f"{server.address}/query")
    same = release.elsewhere(made, there)
    assert same.graph.digest == "abc" and same.graph.engine is there and replace(same, graph=made.graph) == made
    engine.add([writers.triple(void.DATASET, void.VOID + "triples", writers.literal("7"))], void.GRAPH)
    with pytest.raises(StoreDiffers, match="description"):
        release.elsewhere(made, there)


@pytest.mark.server
@pytest.mark.slow
def test_workers_of_a_server_reach_the_store_and_say_when_it_is_gone(tmp_path: Path, server: faulty.Faulty) -> None:
    with serving.small(store=f"{server.address}/query", files=64) as served:
        before = len(server.asked)
        reply = served.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", Accept="text/csv")
        assert reply.status == 200 and int(reply.body.split()[1]) > 10 and len(server.asked) > before
        assert served.ask("/query").status == 200
        server.fault = lambda number: "refuse"
        try:
            reply = served.query("SELECT (COUNT(*) AS ?m) { ?s ?p ?o }")
            assert reply.status == 502 and reply.json["code"] == "endpoint-failed"
        finally:
            server.fault = lambda number: ""
        assert served.query("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }").status == 400
