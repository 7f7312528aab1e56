"""The W3C's tests of the SPARQL Protocol and the Graph Store Protocol, read from their manifests."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rdflib
from rdflib.collection import Collection

HT = rdflib.Namespace("http://www.w3.org/2011/http#")
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
CNT = rdflib.Namespace("http://www.w3.org/2011/content#")
UT = rdflib.Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
# The HTTP vocabulary's names of statuses, beside StatusCode2xx and the like.
STATUSES = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}


@dataclass(frozen=True)
class Step:
    """One request of a test and what is expected of its answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    statuses: frozenset[str]
    boolean: bool | None
    format: str | None
    expected: str | None


@dataclass(frozen=True)
class Case:
    """A test: its name, the named graphs that it wants, its requests in their order."""

    name: str
    data: dict[str, bytes]
    steps: tuple[Step, ...]


def folder() -> Path | None:
    """Where the tests are: STATEREPORT_W3C, else beside the checkout; None where they are not."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "w3c"
    found = Path(os.environ.get("STATEREPORT_W3C") or beside)
    return found if (found / "protocol" / "manifest.ttl").is_file() else None


def cases(manifest: Path) -> list[Case]:
    """The tests of a manifest, in its order."""
    graph = rdflib.Graph().parse(manifest, format="turtle", publicID=manifest.as_uri())
    entries = Collection(graph, next(graph.objects(None, MF.entries)))
    return [_case(graph, entry, manifest.parent) for entry in entries]


def _case(graph: rdflib.Graph, entry: Any, home: Path) -> Case:
    data = {}
    for given in graph.objects(entry, UT.graphData):
        file = home / str(graph.value(given, UT.graph)).rpartition("/")[2]
        data[str(graph.value(given, rdflib.RDFS.label))] = file.read_bytes()
    action = graph.value(entry, MF.action)
    requests = Collection(graph, graph.value(action, HT.requests))
    return Case(str(entry).rpartition("#")[2], data, tuple(_step(graph, request) for request in requests))


def _step(graph: rdflib.Graph, request: Any) -> Step:
    response = graph.value(request, HT.resp)
    boolean = graph.value(response, MF.expectedBoolean)
    expected = graph.value(graph.value(response, HT.body), CNT.chars) if graph.value(response, HT.body) else None
    return Step(
        method=str(graph.value(request, HT.methodName)),
        path=str(graph.value(request, HT.absolutePath)),
        headers=_headers(graph, request),
        body=_body(graph, graph.value(request, HT.body)),
        statuses=frozenset(_status(status) for status in graph.objects(response, MF.expectedStatus)),
        boolean=None if boolean is None else bool(boolean.toPython()),
        format=str(graph.value(response, MF.expectedFormat) or "") or None,
        expected=None if expected is None else str(expected),
    )


def _headers(graph: rdflib.Graph, request: Any) -> dict[str, str]:
    listed = graph.value(request, HT.headers)
    items = Collection(graph, listed) if listed else []
    return {str(graph.value(item, HT.fieldName)): str(graph.value(item, HT.fieldValue)) for item in items}


def _body(graph: rdflib.Graph, body: Any) -> bytes | None:
    if body is None:
        return None
    # The manifest's text is the body's; in a test of encodings it is really sent in that one.
    return str(graph.value(body, CNT.chars)).encode(str(graph.value(body, CNT.characterEncoding)))


def _status(status: Any) -> str:
    name = str(status).rpartition("#")[2]
    return name.removeprefix("StatusCode")[0] if name.startswith("StatusCode") else str(STATUSES[name])
