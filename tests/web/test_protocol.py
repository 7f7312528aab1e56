"""The SPARQL 1.1 Protocol: the W3C's own tests, over HTTP, and what they do not ask."""

from __future__ import annotations

import asyncio
import json
import queue
import socket
import threading
from types import SimpleNamespace

import pyoxigraph as ox
import pytest
import readwrite
import serving
import w3c
from loops import some
from skipping import skip_with_reason

from statereport.graph import knowledge
from statereport.project import find_project
from statereport.sparql.engine import Store
from statereport.web.serving import app, server
from statereport.web.serving.log import Log
from statereport.web.wire.limits import Limits, Setting

UPDATES = {
    "update_dataset_default_graph", "update_dataset_default_graphs", "update_dataset_named_graphs",
    "update_dataset_full", "update_post_form", "update_post_direct", "update_base_uri",
}  # fmt: skip
FOLDER = w3c.folder()
CASES = w3c.cases(FOLDER / "protocol" / "manifest.ttl") if FOLDER else []
KINDS = {
    "boolean": ("application/sparql-results+json",),
    "tabular": ("application/sparql-results+json",),
    "RDF": ("text/turtle",),
}


@pytest.fixture(scope="module")
def endpoint():
    """The application over HTTP in this process, so that its data can be set: `endpoint.site` has them."""
    engine = Store.memory(union=False)
    site = SimpleNamespace(
        graph=knowledge.KnowledgeGraph(engine, find_project()),
        limits=Limits(),
        base="http://127.0.0.1",
        root="",
        exports={},
        description=(),
    )
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    front = app.App(site, Setting(frozenset({"www.example"})), Log(lambda entry: None))
    front.pools = dict.fromkeys(("own", "public"), readwrite.InProcess(site))
    begun: queue.Queue = queue.Queue()

    async def serve() -> None:
        over = asyncio.Event()
        async with server.listening(front, listener):
            begun.put((asyncio.get_running_loop(), over))
            await over.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    loop, over = begun.get(timeout=10)
    yield SimpleNamespace(site=site, served=serving.Served(f"http://127.0.0.1:{port}", None), front=front)
    loop.call_soon_threadsafe(over.set)
    thread.join(20)


def test_the_manifest_is_the_one_that_the_figures_speak_of():
    if FOLDER is None:
        skip_with_reason("the W3C's protocol tests are not at hand (set STATEREPORT_W3C)")
    assert len(CASES) == 34 and {case.name for case in CASES} >= UPDATES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_build_that_takes_updates_passes_every_test_of_the_w3c(endpoint, case):
    readwrite.load(endpoint.site.graph.engine, case.data)
    run(endpoint.served, case)


@pytest.mark.parametrize("case", [case for case in CASES if case.name not in UPDATES], ids=lambda case: case.name)
def test_the_public_build_passes_the_tests_that_change_nothing(endpoint, case, monkeypatch):
    monkeypatch.setattr(readwrite, "respond", readwrite.answer)
    readwrite.load(endpoint.site.graph.engine, case.data)
    run(endpoint.served, case)


@pytest.mark.parametrize("case", [case for case in CASES if case.name in UPDATES], ids=lambda case: case.name)
def test_the_public_build_refuses_each_update_and_changes_nothing(endpoint, case, monkeypatch):
    monkeypatch.setattr(readwrite, "respond", readwrite.answer)
    readwrite.load(endpoint.site.graph.engine, {"http://example.org/kept": b"<a:a> <a:b> <a:c> .\n"})
    reply = send(endpoint.served, case.steps[0])
    assert reply.status == 403 and reply.json["code"] == "update-refused"
    assert len(endpoint.site.graph.engine) == 1


def send(served: serving.Served, step: w3c.Step) -> serving.Reply:
    """The request of a step as the manifest has it: no header that it does not name."""
    headers = {name.replace("-", "_").title(): value for name, value in step.headers.items()}
    return served.ask(step.path, step.method, step.body, **headers)


def run(served: serving.Served, case: w3c.Case) -> None:
    """Every step of a case must be answered as expected."""
    for step in some(case.steps):
        reply = send(served, step)
        assert str(reply.status)[0] in step.statuses or str(reply.status) in step.statuses, reply.body
        kind = reply.headers["content-type"].partition(";")[0]
        if step.format:
            assert kind in KINDS[step.format]
        if step.boolean is not None:
            assert json.loads(reply.body)["boolean"] is step.boolean


# --- the Graph Store Protocol, its reading half ----------------------------------------------------------------------

READS = ("GET", "HEAD")


def gsp_cases() -> list[w3c.Case]:
    """The cases of both manifests that read anything."""
    if FOLDER is None:
        return []
    found = [
        case
        for name in ("direct", "indirect")
        for case in w3c.cases(FOLDER / "graph-store-protocol" / f"manifest-{name}.ttl")
    ]
    return [case for case in found if any(step.method in READS for step in case.steps)]


@pytest.mark.parametrize("case", gsp_cases(), ids=lambda case: case.name)
def test_graphs_are_read_as_the_graph_store_protocol_says(endpoint, case, monkeypatch):
    """What a case writes is put into the store by hand; each of its GETs and HEADs goes over HTTP."""
    monkeypatch.setattr(readwrite, "respond", readwrite.answer)
    engine, read = endpoint.site.graph.engine, 0
    engine._inner.clear()
    endpoint.front.cache = type(endpoint.front.cache)(1_000_000)
    last = None
    for step in some(case.steps):
        name, path = place(step.path, last)
        if step.method in READS:
            reply = endpoint.served.ask(path, step.method, Accept=step.headers.get("accept", "text/turtle"))
            assert str(reply.status) in step.statuses or str(reply.status)[0] in step.statuses, (path, reply.body)
            if step.expected and reply.status == 200:
                assert canonical(reply.body) == canonical(step.expected.encode())
            if reply.status == 200:
                assert reply.headers["content-type"].startswith("text/turtle")
            read += 1
            endpoint.front.cache = type(endpoint.front.cache)(1_000_000)
        elif step.method == "DELETE":
            engine._inner.remove_graph(ox.NamedNode(name))
        elif "multipart" not in step.headers.get("content-type", ""):
            last = name
            for graph in (ox.NamedNode(name), ox.DefaultGraph()):
                if step.method == "PUT":
                    engine._inner.clear_graph(graph)
                engine._inner.load(
                    step.body, format=ox.RdfFormat.TURTLE, to_graph=graph, base_iri="http://www.example/"
                )
        else:
            pytest.skip("NOT TESTED: what multipart bodies write; the endpoint only reads")
    assert read


def place(path: str, last: str | None) -> tuple[str, str]:
    """The graph that a path of the manifest means, and where that graph is read here."""
    from urllib.parse import parse_qs, quote, urlsplit

    parts = urlsplit(path)
    asked = parse_qs(parts.query, keep_blank_values=True)
    if "graph" in asked:
        name = last if asked["graph"][0] == "$LOCATION$" else asked["graph"][0].replace("$HOST$", "www.example")
        return name, f"/graph?graph={quote(name, safe='')}"
    if "default" in asked:
        return "http://www.example/default", "/graph?default"
    if parts.path.count("/") < 2:
        return "http://www.example/new", "/graph"
    # Directly, a graph is named by its address: those of this project are below /graph/, and .ttl says the form.
    local = parts.path.removeprefix("/gsp/").removesuffix(".ttl")
    return f"https://w3id.org/statereport/graph/{local}", f"/graph/{local}.ttl"


def canonical(turtle: bytes) -> bytes:
    """Turtle with its blank nodes named by RDFC-1.0, as sorted N-Quads."""
    from statereport.rdf import writers

    return writers.canonical_nquads(
        writers.canonical(ox.parse(turtle, format=ox.RdfFormat.TURTLE, base_iri="http://www.example/"))
    )
