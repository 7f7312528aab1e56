"""The engine: what it answers and writes, what it refuses, and the same behind an endpoint."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import urllib.parse
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import small

from statereport.errors import EndpointFailed, QueryRefused, QuerySyntax, UnknownName
from statereport.graph import build_folder
from statereport.sparql.engine import GRAPH_FORMATS, LONGEST, RESULT_FORMATS, Store
from statereport.sparql.query import Query
from statereport.sparql.remote import RemoteStore, read_results

VALUES = (
    "PREFIX sr: <https://w3id.org/statereport/def/> SELECT ?figure ?value { ?figure sr:value ?value } ORDER BY ?value"
)


@pytest.fixture
def project(tmp_path):
    """The small project."""
    return small.make(tmp_path)


@pytest.fixture
def engine(project):
    """Its statements in memory."""
    return Store.memory(small.quads(project))


def test_the_engine_decides_what_kind_of_answer_it_is(engine) -> None:
    rows = engine.query(VALUES)
    assert (rows.form, rows.columns, len(rows)) == ("select", ("figure", "value"), 2)
    assert [row["value"] for row in rows] == [3797, 7391]
    truth = engine.query("ASK { ?x ?y ?z }")
    assert (truth.form, truth.truth, bool(truth), truth.to_text()) == ("ask", True, True, "yes\n")
    assert not engine.query("ASK { ?x ?x ?x }")
    graph = engine.query("CONSTRUCT { ?x a ?z } WHERE { ?x ?p ?z . ?x a ?any }")
    assert graph.form == "construct" and len(set(graph.rows)) == len(graph.rows)
    described = engine.query("DESCRIBE <https://w3id.org/statereport/id/kaz-cerd-8-10-addendum/note/13-schools>")
    assert described.form == "construct" and len(described) == 2


def test_named_graphs_are_in_the_default_graph_and_once_only(engine) -> None:
    plain = engine.query("SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/statereport/def/Figure> }")
    named = engine.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s a <https://w3id.org/statereport/def/Figure> } }")
    assert plain.to_dicts() == named.to_dicts() == [{"n": 2}]
    graphs = engine.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g").to_dicts()
    assert {row["g"].rpartition("/graph/")[2] for row in graphs} >= {"inferred", "reports/kaz-cerd-8-10-addendum/13"}


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_rows_are_written_by_the_engine(engine, form: str) -> None:
    data = engine.serialise(VALUES, form)
    assert b"7391" in data
    if form == "json":
        assert read_results(data, RESULT_FORMATS[form].media_type) == engine.query(VALUES)


@pytest.mark.parametrize("form", ["ttl", "nt", "rdf", "jsonld"])
def test_graphs_are_written_sorted_and_with_the_prefixes_used(engine, form: str) -> None:
    text = "CONSTRUCT WHERE { ?s <https://w3id.org/statereport/def/value> ?o }"
    data = engine.serialise(
        text, form, prefixes={"sr": "https://w3id.org/statereport/def/", "xsd": "http://www.w3.org/2001/XMLSchema#"}
    )
    assert data == engine.serialise(
        text, form, prefixes={"sr": "https://w3id.org/statereport/def/", "xsd": "http://www.w3.org/2001/XMLSchema#"}
    )
    assert b"3797" in data and b"7391" in data
    if form == "nt":
        assert data.splitlines() == sorted(data.splitlines())
    if form == "ttl":
        assert b"sr:value" in data and b"skos:" not in data
        assert read_results(data, "text/turtle; charset=utf-8").rows == engine.query(text).rows


def test_a_format_that_does_not_fit_is_told(engine) -> None:
    for text, form, near in (
        (VALUES, "ttl", "csv"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "csv", "ttl"),
        (VALUES, "jsn", "json"),
    ):
        with pytest.raises(UnknownName) as caught:
            engine.serialise(text, form)
        assert near in caught.value.hint


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SELECT ?x { SERVICE <http://127.0.0.1:1/> { ?x ?y ?z } }", "1:13"),
        ("SELECT ?x\n{ ?x ?y ?z .\n  service silent <http://127.0.0.1:1/> { ?x ?y ?z } }", "3:3"),
        ("SELECT ?x FROM <https://example.org/> { ?x ?y ?z }", "1:11"),
        ("SELECT ?x\n\tFROM NAMED <https://example.org/> { ?x ?y ?z }", "2:2"),
        ("LOAD <https://example.org/>", "1:1"),
        ("INSERT DATA { <a:a> <a:a> <a:a> }", "1:1"),
        ("DELETE WHERE { ?x ?y ?z }", "1:1"),
        ("PREFIX a: <a:> CLEAR ALL", "1:16"),
        ("DROP SILENT ALL", "1:1"),
        ("WITH <a:a> DELETE { ?x ?y ?z } WHERE { }", "1:1"),
        ("SELECT ?x { S\\u0045RVICE <http://127.0.0.1:1/> { ?x ?y ?z } }", "1:14"),
        ("# SERVICE\nSELECT ?x { # FROM\n SERVICE?s { ?x ?y ?z } }", "3:2"),
    ],
)
def test_what_leaves_the_graph_or_changes_it_is_refused_with_its_place(engine, text: str, place: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        engine.query(text, "mine.rq")
    assert caught.value.where == f"mine.rq:{place}"
    assert caught.value.what and caught.value.hint
    with pytest.raises(QueryRefused):
        engine.serialise(text, "json")


@pytest.mark.parametrize(
    "text",
    [
        'SELECT ?x { ?x ?y "SERVICE <http://127.0.0.1:1/> FROM" }',
        "SELECT ?x { ?x ?y '''LOAD ' ''INSERT''' }",
        'SELECT ?x { ?x ?y """DROP " ""DELETE \\""" FROM""" }',
        "SELECT ?x { ?x <https://example.org/SERVICE> ?z }",
        "SELECT ?FROM ?service $LOAD { ?FROM ?service $LOAD }",
        "# SERVICE FROM LOAD\nSELECT ?x { ?x ?y ?z } # INSERT",
        "PREFIX from: <a:> PREFIX service: <b:> SELECT ?x { ?x from:LOAD service:INSERT }",
        "PREFIX a: <a:> SELECT ?x { ?x a:from a:b.service }",
        "SELECT ?x { ?x ?y ?z FILTER(?y < ?z && ?z > 3) }",
        'SELECT ?x { ?x ?y "a\\u0022 FROM"@en }',
    ],
)
def test_words_in_strings_names_and_comments_pass(engine, text: str) -> None:
    engine.query(text)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("SELECT ?x {", "1:12", "is still open"),
        ("SELECT ?x\nWHERE {\n  ?x <p:p> }", "3:11", "its object is missing"),
        ("SELECT ?x { ?x foo:bar ?y }", "1:", "foo:bar is not declared"),
        ("SELECT ?y (COUNT(?x) AS ?n) { ?x ?p ?y }", "1:", "neither a group key nor inside an aggregate"),
        ("", "1:1", ""),
    ],
)
def test_a_syntax_error_has_a_place_and_a_cure(engine, text: str, place: str, says: str) -> None:
    with pytest.raises(QuerySyntax) as caught:
        engine.query(text)
    assert caught.value.where.startswith(f"query:{place}")
    assert says in caught.value.what
    assert caught.value.hint and len(str(caught.value)) < 500


def test_a_deeply_nested_query_does_not_end_the_process(engine) -> None:
    assert engine.query("ASK { FILTER(" + "(" * 5000 + "1" + ")" * 5000 + ") }").truth
    with pytest.raises(QueryRefused):
        engine.query("ASK {" + " " * LONGEST + "}")


def test_a_query_that_takes_long_can_be_interrupted(tmp_path) -> None:
    script = """
import signal, sys
from statereport.sparql import engine as store
engine = store.Store.memory()
engine.insert("INSERT { ?x <a:b> ?y } WHERE { " + " ".join(f"VALUES ?{v} {{ {' '.join(map(str, range(60)))} }}" for v in "ab")
              + ' BIND(IRI(CONCAT("a:", STR(?a))) AS ?x) BIND(IRI(CONCAT("a:", STR(?b))) AS ?y) }')
signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.alarm(1)
try:
    engine.query("SELECT (COUNT(*) AS ?n) { ?a <a:b> ?b . ?c <a:b> ?d . ?e <a:b> ?f . ?g <a:b> ?h }")
except KeyboardInterrupt:
    print("stopped")
"""
    seen = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert seen.stdout == "stopped\n", seen.stderr


def test_only_insert_where_runs_as_a_rule() -> None:
    engine = Store.memory()
    engine.insert("INSERT { <a:a> <a:b> 1 } WHERE { }")
    assert len(engine) == 1
    for rule in (
        "DELETE WHERE { ?x ?y ?z }",
        "LOAD <a:a>",
        "INSERT { ?x <a:b> 1 } WHERE { SERVICE <a:a> { ?x ?y ?z } }",
    ):
        with pytest.raises(QueryRefused):
            engine.insert(rule)
    with pytest.raises(QuerySyntax):
        engine.insert("INSERT { <a:a> <a:b> 1 } WHERE {")
    assert len(engine) == 1


def test_a_built_store_answers_as_the_one_in_memory(project, engine, tmp_path) -> None:
    out = small.build(project, tmp_path / "out")
    assert Store.built(out / build_folder.STORE).query(VALUES) == engine.query(VALUES)


def test_values_are_plain_python(engine) -> None:
    answer = engine.query(
        'SELECT (1 AS ?whole) (51.4 AS ?part) (1e0 AS ?double) (true AS ?yes) ("2017"^^<http://www.w3.org/2001/XMLSchema#gYear> AS ?year)'
        ' ("a"@en AS ?word) (<a:b> AS ?iri) ?none {}'
    )
    assert answer.to_dicts() == [
        {
            "whole": 1,
            "part": Decimal("51.4"),
            "double": 1.0,
            "yes": True,
            "year": "2017",
            "word": "a",
            "iri": "a:b",
            "none": None,
        }
    ]


def test_value_blocks_are_found_by_words_not_by_braces() -> None:
    text = 'SELECT ?x { VALUES ?x { "}" } VALUES ?y { 1 2 } VALUES (?z) { (1) } VALUES ?w { -1.5 } # VALUES ?v { 1 }\n}'
    assert [(block.variable, block.term) for block in Query(text).blocks] == [("x", '"}"'), ("w", "-1.5")]


# --- an endpoint elsewhere -------------------------------------------------------------------------------------------


@pytest.fixture
def endpoint(engine):
    """A SPARQL endpoint on this machine, with the small project behind it; its `asked` lists what came."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            query = urllib.parse.parse_qs(body)["query"][0]
            server.asked.append((query, self.headers["Accept"]))
            if self.path == "/broken":
                return self.answer(200, "application/sparql-results+json", b"{")
            if self.path == "/page":
                return self.answer(200, "text/html", b"<p>Hello</p>")
            if self.path == "/busy":
                return self.answer(503, "text/plain", b"Come back later.")
            kinds = {**RESULT_FORMATS, **GRAPH_FORMATS}
            form = next(
                name
                for name, kind in kinds.items()
                if kind.media_type.split(";")[0] in self.headers["Accept"].split(",")[0]
            )
            return self.answer(200, kinds[form].media_type, engine.serialise(query, form))

        def answer(self, status: int, kind: str, data: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def address(endpoint, path: str = "/sparql") -> str:
    return f"http://127.0.0.1:{endpoint.server_port}{path}"


@pytest.mark.parametrize(
    "text", [VALUES, "ASK { ?x ?y ?z }", "CONSTRUCT WHERE { ?s <https://w3id.org/statereport/def/value> ?o }"]
)
def test_an_endpoint_answers_as_the_embedded_engine(engine, endpoint, text: str) -> None:
    there = RemoteStore(address(endpoint))
    assert there.query(text) == engine.query(text)
    assert endpoint.asked[0][0] == text
    form = "nt" if text.startswith("CONSTRUCT") else "json"
    assert there.serialise(text, form) == engine.serialise(text, form)


def test_nothing_is_sent_that_would_be_refused_here(endpoint) -> None:
    there = RemoteStore(address(endpoint))
    for text, problem in (("SELECT ?x FROM <a:a> { ?x ?y ?z }", QueryRefused), ("SELECT ?x {", QuerySyntax)):
        with pytest.raises(problem):
            there.query(text)
        with pytest.raises(problem):
            there.serialise(text, "json")
    with pytest.raises(UnknownName):
        there.serialise(VALUES, "ttl")
    assert not endpoint.asked


@pytest.mark.parametrize(
    ("path", "says"), [("/busy", "503"), ("/broken", "cannot be read"), ("/page", "cannot be read")]
)
def test_what_an_endpoint_does_wrong_is_one_problem(endpoint, path: str, says: str) -> None:
    with pytest.raises(EndpointFailed, match=says):
        RemoteStore(address(endpoint, path)).query(VALUES)


def test_an_endpoint_that_is_not_there_is_told(endpoint) -> None:
    endpoint.shutdown()
    endpoint.server_close()
    with pytest.raises(EndpointFailed, match="did not answer"):
        RemoteStore(address(endpoint), timeout=2).query(VALUES)
    with pytest.raises(EndpointFailed, match="not an address"):
        RemoteStore("file:///etc/hostname")


def test_json_of_an_answer_is_what_the_specification_says(engine) -> None:
    found = json.loads(engine.serialise(VALUES, "json"))
    assert found["head"] == {"vars": ["figure", "value"]}
    assert found["results"]["bindings"][0]["value"]["value"] == "3797"
