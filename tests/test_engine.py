"""The engine: what it answers and writes, what it refuses, and the same behind an endpoint."""

from __future__ import annotations

import contextlib
import io
import json
import pickle
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

import pyoxigraph as ox
import pytest
import rdflib
import small

from statereport.errors import EndpointFailed, NotWritable, QueryFailed, QueryRefused, QuerySyntax, UnknownName
from statereport.graph import build_folder
from statereport.rdf import writers
from statereport.rdf.writers import GRAPH_FORMATS, RESULT_FORMATS
from statereport.sparql import emptiness, stack, tokens
from statereport.sparql.answers import Answer
from statereport.sparql.engine import Store, answer_bytes, form_of
from statereport.sparql.query import LONGEST, Query
from statereport.sparql.remote import RemoteStore, read_results

JSON = "application/sparql-results+json"
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


def test_a_format_that_does_not_fit_is_reported(engine) -> None:
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


XSD_PREFIX = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
# A query that can be read and not evaluated → where, what is named, and what the hint says.
UNEVALUABLE = {
    "PREFIX afn: <http://example.org/ARQ#>\nSELECT (afn:now() AS ?x) {}": ("2:9", "ARQ#now>", "NOW(…)"),
    'SELECT ?x { ?x ?p ?o FILTER(<bif:contains>(?o, "a")) }': ("1:29", "<bif:contains>", "CONTAINS(…)"),
    'SELECT ?x {\n BIND(<http://a.example/zzz>("a") AS ?x) }': ("2:7", "<http://a.example/zzz>", "without a prefix"),
    XSD_PREFIX + 'SELECT (xsd:anyURI("a") AS ?x) {}': ("1:57", "no cast to xsd:anyURI", "xsd:integer"),
    XSD_PREFIX + 'ASK { FILTER(xsd:integer("1", 2) = 1) }': ("1:62", "xsd:integer", "takes 1, not 2"),
    "SELECT ?x { ?x ?p ?o } ORDER BY <urn:f>(?x)": ("1:33", "<urn:f>", "without a prefix"),
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(<urn:f>(?s)) }": ("1:48", "<urn:f>", "without a prefix"),
}  # fmt: skip


@pytest.mark.parametrize("name", ["a.b.c", "a-1.b.c-2.d", r"a.b\.c.d", r"a\.b.c.d"])
def test_a_name_may_have_several_dots(name: str) -> None:
    iri = "http://example.org/" + name.replace("\\", "")
    store = Store.memory([ox.Quad(ox.NamedNode(iri), ox.NamedNode("a:p"), ox.Literal("1.2.3"))])
    head = "PREFIX x: <http://example.org/> SELECT ?v"
    found = store.query(f'{head} {{ x:{name} <a:p> ?v FILTER(?v = "1.2.3") }} # x:a.b.c')
    assert [row[0].value for row in found.rows] == ["1.2.3"]
    # A mistake elsewhere has its place in the text as it was written.
    with pytest.raises(QuerySyntax) as caught:
        store.query(f"{head} {{ x:{name} <a:p> ?v }} LIMIT x", "q.rq")
    assert caught.value.where == f"q.rq:1:{len(head) + len(name) + 24}"


def test_a_function_that_there_is_not_is_named_with_its_place(engine) -> None:
    ways = (
        engine.query,
        lambda text: engine.serialise(text, "nt" if text.startswith("CONSTRUCT") else "json"),
        lambda text: engine.write(text, lambda forms: forms[0], io.BytesIO()),
        lambda text: form_of(text),
    )
    wrong = {}
    for text, (place, named, says) in UNEVALUABLE.items():
        for way in ways:
            with pytest.raises(QueryFailed) as caught:
                way(text)
            problem = caught.value
            if (
                problem.where != f"query:{place}"
                or named not in problem.what
                or says not in problem.what + problem.hint
            ):
                wrong[text] = str(problem)
    assert not wrong


def test_what_cannot_be_worked_out_is_unbound_and_no_problem(engine) -> None:
    text = (
        XSD_PREFIX
        + 'SELECT (1/0 AS ?a) (xsd:integer("x") AS ?b) (IRI("a b") AS ?c) (REGEX("a", "(") AS ?d) (SUM("x") AS ?e) {}'
    )
    assert engine.query(text).rows == ((None,) * 5,)


def test_half_of_a_character_is_refused_with_its_place(engine) -> None:
    with pytest.raises(QuerySyntax) as caught:
        engine.query('SELECT ?x {\n ?x ?p "\ud800" }')
    assert caught.value.where == "query:2:9" and "D800" in caught.value.what


def test_triple_terms_are_never_nested_without_end(engine) -> None:
    def nested(levels: int) -> str:
        return "<<( <a:a> <a:b> " * levels + "1" + " )>>" * levels

    deep = engine.query(f"SELECT ?x {{ VALUES ?x {{ {nested(50)} }} }}")
    assert str(deep.to_dicts()[0]["x"]).count("<<(") == 50
    assert read_results(engine.serialise(f"SELECT ?x {{ VALUES ?x {{ {nested(50)} }} }}", "json"), JSON) == deep
    with pytest.raises(QueryRefused, match="nested deeper than 100"):
        engine.query(f"SELECT ?x {{ VALUES ?x {{ {nested(101)} }} }}")
    built = "?x0" + "".join(f" BIND(TRIPLE(<a:a>, <a:b>, ?x{i}) AS ?x{i + 1})" for i in range(110))
    with pytest.raises(QueryFailed, match="nested deeper than 100"):
        engine.query(f"SELECT ?x110 {{ BIND(1 AS {built.replace(' ', ') ', 1)} }}")


def test_the_form_of_a_query_is_learnt_without_working_out_a_row() -> None:
    many = " ".join(f"VALUES ?v{i} {{ {' '.join(map(str, range(60)))} }}" for i in range(8))
    query = form_of(f"SELECT * {{ {many} }}")
    assert query.form == "select" and len(query.columns) == 8
    assert form_of("CONSTRUCT WHERE { ?s ?p ?o }").columns == ("subject", "predicate", "object")


def test_a_query_is_taken_apart_once(engine, monkeypatch) -> None:
    calls = []
    taken_apart = tokens.tokens
    monkeypatch.setattr(tokens, "tokens", lambda text: calls.append(text) or taken_apart(text))
    query = Query("SELECT ?v { ex:a ex:b ?v }", "mine", {"ex": "http://example.org/", "no": "urn:no:"})
    assert query.whole == "PREFIX ex: <http://example.org/>\n" + query.text
    assert not engine.query(query).rows and query.form == "select" and query.blocks == ()
    assert emptiness.explain(query, engine).where == "mine:1:18"
    assert calls.count(query.text) == 1
    assert pickle.loads(pickle.dumps(query)) == query


def test_no_setting_of_the_process_is_left_changed(engine) -> None:
    before = threading.stack_size()
    start, seen = threading.Barrier(16), []

    def ask() -> None:
        start.wait(10)
        seen.extend((len(engine.query(VALUES)), threading.stack_size()) for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [rows for rows, _ in seen] == [2] * 320
    assert threading.stack_size() == before


def test_results_are_the_same_bytes_as_they_come_and_whole(engine) -> None:
    """The server writes answers as they come; every other way goes through the answer as a value."""
    odd = 'VALUES ?x { 1 "a, \\"b\\"\\r\\n" "" "x"@he--rtl <a:b> <<( <a:a> <a:b> "c, d" )>> UNDEF }'
    different = []
    for text in (f"SELECT ?x {{ {odd} }}", f"SELECT ?x ?y {{ {odd} }}", "SELECT * {}", "ASK {}", VALUES):
        for form in RESULT_FORMATS:
            output = io.BytesIO()
            engine.write(text, lambda forms, form=form: form, output)
            different += [(text, form)] if output.getvalue() != engine.serialise(text, form) else []
    assert not different


@pytest.mark.parametrize(
    ("text", "form", "says"),
    [
        ('SELECT ("a\\u0001" AS ?x) {}', "xml", r"U\+0001"),
        ('SELECT ("\\uFFFF" AS ?x) {}', "xml", r"U\+FFFF"),
        ('SELECT (TRIPLE(<a:a>, <a:b>, "\\u001B") AS ?x) {}', "xml", r"U\+001B"),
        ('CONSTRUCT { <a:a> <a:b> "\\u0000" } WHERE {}', "rdf", r"U\+0000"),
        ("CONSTRUCT { <a:a> <http://example.org/1> 1 } WHERE {}", "rdf", "<http://example.org/1>"),
        ("CONSTRUCT { <a:a> <http://example.org/> 1 } WHERE {}", "rdf", "<http://example.org/>"),
        ("CONSTRUCT { <a:a> <http://example.org/𐐀b> 1 } WHERE {}", "rdf", "XML name"),
        ("CONSTRUCT { <a:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#li> 1 } WHERE {}", "rdf", "#li>"),
        ("CONSTRUCT { <a:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#about> 1 } WHERE {}", "rdf", "#about>"),
        ("CONSTRUCT { <a:a> <a:b> ?x } WHERE { BIND(TRIPLE(<a:a>, <urn:1>, 1) AS ?x) }", "rdf", "<urn:1>"),
        ("CONSTRUCT { <a:a> <a:b> ?x } WHERE { BIND(TRIPLE(<a:a>, <a:b>, 1) AS ?x) }", "jsonld", "triple term"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_in_words(engine, text: str, form: str, says: str) -> None:
    with pytest.raises(NotWritable, match=says):
        engine.serialise(text, form)
    with pytest.raises(NotWritable, match=says):
        engine.write(text, lambda forms: form, io.BytesIO())
    other = "json" if form == "xml" else "nt"
    assert engine.serialise(text, other)


RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


@pytest.mark.parametrize("form", ["tsv", "json", "xml"])
@pytest.mark.parametrize("term", ["?x", "TRIPLE(<a:a>, <a:b>, ?x)"])
@pytest.mark.parametrize("kind", ["langString", "dirLangString"])
def test_a_literal_without_the_language_of_its_type_is_refused_in_words(engine, kind, term, form) -> None:
    text = f'SELECT ({term} AS ?y) {{ BIND(STRDT("a\\"\\\\", <{RDF}{kind}>) AS ?x) }}'
    for write in (engine.serialise, lambda text, form: _written(engine, text, form)):
        with pytest.raises(NotWritable, match=f"{kind}> has no language"):
            write(text, form)


@pytest.mark.parametrize("form", ["tsv", "json", "xml"])
def test_text_that_looks_like_such_a_literal_is_written_as_it_is(engine, form) -> None:
    looks = (f'"datatype":"{RDF}langString"', f'<literal datatype="{RDF}langString">', f'"^^<{RDF}langString>')
    values = " ".join(f"'{look}'" for look in looks)
    text = f"SELECT ?x {{ VALUES ?x {{ {values} 'x'@en }} }}"
    assert _written(engine, text, form) == engine.serialise(text, form)
    assert engine.query(text).rows[2][0].value == looks[2]


@pytest.mark.parametrize("form", ["tsv", "json", "xml"])
def test_such_a_literal_is_seen_in_pieces_of_any_length(form) -> None:
    text = f'SELECT ?x {{ BIND(STRDT("a", <{RDF}langString>) AS ?x) }}'
    data = Store.memory()._inner.query(text).serialize(format=RESULT_FORMATS[form])
    for length in (1, 7, 64):
        output = writers.TaggedOutput(io.BytesIO(), form)
        with pytest.raises(NotWritable):
            [output.write(data[start : start + length]) for start in range(0, len(data), length)]


def test_a_predicate_that_xml_can_hold_is_the_same_for_another_parser(engine) -> None:
    names = ["a1", "a%20b", "a:b", "x?y=1&z", "(a)b", "әк", "a·b", "-a", "_1"]
    text = "CONSTRUCT { " + " ".join(f"<a:a> <http://example.org/{name}> 1 ." for name in names) + " } WHERE {}"
    for data in (engine.serialise(text, "rdf"), _written(engine, text, "rdf")):
        read = {str(predicate) for predicate in rdflib.Graph().parse(data=data, format="xml").predicates()}
        assert read == {f"http://example.org/{name}" for name in names}


def _written(engine, text: str, form: str) -> bytes:
    output = io.BytesIO()
    engine.write(text, lambda forms: form, output)
    return output.getvalue()


def test_a_deeply_nested_query_does_not_end_the_process(engine) -> None:
    assert engine.query("ASK { FILTER(" + "(" * 5000 + "1" + ")" * 5000 + ") }").truth
    with pytest.raises(QueryRefused):
        engine.query("ASK {" + " " * LONGEST + "}")


def test_a_query_that_takes_long_can_be_interrupted(tmp_path) -> None:
    script = """
import signal, sys
from statereport.sparql import engine as store
engine = store.Store.memory()
numbers = " ".join(map(str, range(60)))
engine.insert("INSERT { ?x <a:b> ?y } WHERE { " + " ".join(f"VALUES ?{v} {{ {numbers} }}" for v in "ab")
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
        f'{XSD_PREFIX}SELECT (1 AS ?whole) (51.4 AS ?part) (1e0 AS ?double) (true AS ?yes) ("2017"^^xsd:gYear AS ?year)'
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


@contextlib.contextmanager
def answering(*pieces: bytes, pause: float = 0):
    """The address of a server that answers each connection with these bytes, whatever it is asked, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while not closed.is_set():
                with contextlib.suppress(OSError), server.accept()[0] as client:
                    client.recv(65_536)
                    for piece in pieces:
                        client.sendall(piece)
                        closed.wait(pause)
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(65_536):
                        pass

        closed = threading.Event()
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/sparql"
        finally:
            closed.set()
            with contextlib.suppress(OSError):
                socket.create_connection(server.getsockname(), 1).close()
            thread.join(5)


def reply(body: bytes, kind: str = JSON, status: str = "200 OK", more: str = "") -> bytes:
    """An answer of HTTP."""
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}Connection: close\r\n\r\n"
    )
    return head.encode("latin-1") + body


NO_ROWS = b'{"head":{"vars":["figure","value"]},"results":{"bindings":[]}}'
ENTITIES = b'<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]><r>&b;</r>'
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
GRAPH = "CONSTRUCT WHERE { ?s ?p ?o }"
DEEP = 120_000
# What an endpoint answers to a query for rows, or for a graph → what the error says.
WRONG = {
    "busy": (VALUES, reply(b"Come back later.", "text/plain", "503 Busy"), "503 Busy: Come back later"),
    "controls": (VALUES, reply(b"\x1b]0;x\x07\x1b[2J gone", "text/plain", "500 \x1b[31mred"), "500.*red.*gone"),
    "not JSON": (VALUES, reply(b"{"), "cannot be read.*promises"),
    "JSON of something else": (VALUES, reply(b"[1, 2]"), "cannot be read"),
    "not UTF-8": (VALUES, reply(b'{"head":{"vars":["\xff"]}}'), "cannot be read"),
    "a login page": (VALUES, reply(b"<p>Log in</p>", "text/html; charset=utf-8"), "text/html, which was not asked for"),
    "CSV": (VALUES, reply(b"figure,value\r\n", "text/csv"), "text/csv, which was not asked for"),
    "results in XML": (VALUES, reply(ENTITIES, "application/sparql-results+xml"), "not asked for"),
    "no type": (VALUES, reply(NO_ROWS, ""), "of no type"),
    "a truth": (VALUES, reply(b'{"head":{},"boolean":true}'), "a yes or no where the query asks for rows"),
    "deep JSON": (VALUES, reply(b"[" * DEEP), "nested deeper than 100"),
    "deep objects": (VALUES, reply(b'{"a":' * DEEP + b"1" + b"}" * DEEP), "nested deeper than 100"),
    "deep triple terms in JSON": (
        VALUES,
        reply(b'{"results":{"bindings":[{"x":' + b'{"type":"triple","value":{"object":' * DEEP),
        "nested deeper than 100",
    ),
    "entities": (GRAPH, reply(ENTITIES, "application/rdf+xml"), r"application/rdf\+xml, which was not asked for"),
    "JSON-LD": (GRAPH, reply(b"{}", "application/ld+json"), "not asked for"),
    "deep triple terms": (
        GRAPH,
        reply(b"<a:a> <a:b> " + b"<<( <a:a> <a:b> " * DEEP + b"1" + b" )>>" * DEEP + b" .", "application/n-triples"),
        "nested deeper than 100",
    ),
    "deep blank nodes": (GRAPH, reply(b"<a:a> <a:b> " + b"[ <a:b> " * DEEP, "text/turtle"), "nested deeper than 100"),
    "rows": (GRAPH, reply(NO_ROWS), "rows where the query asks for a graph"),
    "text that is no N-Triples": (GRAPH, reply(b"Hello!", "text/plain"), "not what text/plain promises"),
    "another protocol": (VALUES, b"220 ftp.example.org ready\r\n", "does not answer in HTTP: 220 ftp"),
    "a garbage status": (VALUES, b"HTTP/1.1 OK fine\r\n\r\n", "does not answer in HTTP"),
    "nothing": (VALUES, b"", "did not answer"),
    "a long header": (VALUES, b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", "does not answer in HTTP"),
    "a cut body": (VALUES, reply(NO_ROWS)[:-9], "breaks off before its end"),
    "a cut chunk": (VALUES, CHUNKED + b"ff\r\n{", "breaks off before its end"),
    "no chunk": (VALUES, CHUNKED + b"zz\r\n", "breaks off before its end"),
    "a way to a file": (VALUES, reply(b"", status="302 Found", more="Location: file:///etc/hostname\r\n"), "302"),
    "a circle of ways": (VALUES, reply(b"", status="302 Found", more="Location: /sparql\r\n"), "302"),
}  # fmt: skip


def test_whatever_an_endpoint_does_wrong_is_one_problem_in_words() -> None:
    wrong = {}
    for name, (text, answer, says) in WRONG.items():
        with answering(answer) as there:
            try:
                wrong[name] = RemoteStore(there, timeout=5).query(text)
            except EndpointFailed as problem:
                said = re.search(says, problem.what, re.DOTALL) and problem.what.isprintable() and problem.hint
                if not said or problem.where != there or len(problem.what) > 700:
                    wrong[name] = str(problem)
    assert not wrong


# How an endpoint may answer in pieces, each of which comes soon enough.
DRIPPING = {
    "body": (reply(NO_ROWS)[:-9], *[b" "] * 60),
    "header lines": (b"HTTP/1.1 200 OK\r\n", *[b"X-Y: z\r\n"] * 60),
    "one header": (reply(NO_ROWS).partition(b"\r\n\r\n")[0] + b"\r\nX: ", *[b"y"] * 60),
    "status": tuple(b"%c" % byte for byte in b"HTTP/1.1 200 " + b"O" * 60),
    "head of a redirection": (b"HTTP/1.1 302 Found\r\nLocation: /\r\n", *[b"X-Y: z\r\n"] * 60),
}


def test_an_endpoint_that_drips_is_given_up_whatever_part_of_its_answer_drips() -> None:
    wrong = {}
    for name, pieces in DRIPPING.items():
        with answering(*pieces, pause=0.05) as there:
            try:
                wrong[name] = RemoteStore(there, timeout=0.2).query(VALUES)
            except EndpointFailed as problem:
                if "longer than 0.2 seconds" not in problem.what:
                    wrong[name] = problem.what
    assert not wrong


def test_of_an_error_that_drips_what_has_come_is_shown() -> None:
    head = b"HTTP/1.1 500 Broken\r\nContent-Length: 300\r\n\r\nThe beginning"
    start = time.monotonic()
    with answering(head, *[b"."] * 60, pause=0.05) as there, pytest.raises(EndpointFailed, match="The beginning"):
        RemoteStore(there, timeout=5).query(VALUES)
    assert time.monotonic() - start < 2.9


def test_types_that_older_servers_name_are_read(engine) -> None:
    graph = engine.serialise(GRAPH, "nt")
    for kind in ("text/plain", "text/plain; charset=utf-8", "application/n-triples"):
        with answering(reply(graph, kind)) as there:
            assert RemoteStore(there).query(GRAPH) == engine.query(GRAPH)
    with answering(reply(engine.serialise(VALUES, "json"), "application/json")) as there:
        assert RemoteStore(there).query(VALUES) == engine.query(VALUES)


def test_brackets_in_texts_and_addresses_are_not_counted_as_nesting(engine) -> None:
    odd = "[{(<<" * 300
    literals = [ox.Literal(text) for text in (odd, f'{odd}" \\ {odd}', f"#{odd}\n'''{odd}")]
    rows = Answer("select", ("a", "b", "c"), (tuple(literals),))
    assert read_results(answer_bytes(rows, "json"), JSON) == rows
    s, p = ox.NamedNode("a:" + "(" * 300), ox.NamedNode("a:b")
    graph = Answer("construct", ("subject", "predicate", "object"), tuple((s, p, literal) for literal in literals))
    for form, kind in (("ttl", "text/turtle"), ("nt", "application/n-triples")):
        assert set(read_results(answer_bytes(graph, form), kind).rows) == set(graph.rows)
    turtle = f"# {odd}\n<a:a> <a:b> '''{odd}'''@en, ''' ' {odd}''', \"\"\"{odd}\"\\\"\"\"\" .".encode()
    assert len(read_results(turtle, "text/turtle").rows) == 3
    with pytest.raises(ValueError, match="nested deeper"):
        read_results(b"<a:a> <a:b> '''x''', " + b"[ <a:b> " * 101, "text/turtle")


def test_an_endpoint_that_is_not_there_is_reported(endpoint) -> None:
    endpoint.shutdown()
    endpoint.server_close()
    with pytest.raises(EndpointFailed, match="did not answer"):
        RemoteStore(address(endpoint), timeout=2).query(VALUES)
    for wrong in ("file:///etc/hostname", "example.org/sparql", "", "http://[::1", "javascript:x"):
        with pytest.raises(EndpointFailed, match="not an address"):
            RemoteStore(wrong)
    for wrong in ("http://", "http:///x", "http://localhost:port/", "http://local host/", "http://127.0.0.1:1/\x1b"):
        with pytest.raises(EndpointFailed) as caught:
            RemoteStore(wrong, timeout=2).query(VALUES)
        assert caught.value.what.isprintable()


def test_json_of_an_answer_is_what_the_specification_says(engine) -> None:
    found = json.loads(engine.serialise(VALUES, "json"))
    assert found["head"] == {"vars": ["figure", "value"]}
    assert found["results"]["bindings"][0]["value"]["value"] == "3797"


def test_work_on_a_large_stack_starts_threads_with_ordinary_ones() -> None:
    sizes = {stack.on_large_stack(threading.stack_size) for _ in range(50)}
    assert sizes == {threading.stack_size()} and stack.STACK not in sizes


@pytest.mark.parametrize(("value", "truth"), [("1", True), ("0", False)])
def test_a_truth_that_virtuoso_gives_as_a_row_is_a_truth(value: str, truth: bool) -> None:
    cell = {"type": "typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#integer", "value": value}
    rows = {"head": {"vars": ["__ASK_RETVAL"]}, "results": {"bindings": [{"__ASK_RETVAL": cell}]}}
    found = read_results(json.dumps(rows).encode(), "application/sparql-results+json")
    assert (found.form, found.truth, bool(found)) == ("ask", truth, truth)


CALLS = ("BIND(<a:f>(1) AS ?x%d)", "BIND(xsd:integer(1) AS ?x%d)", "?s <a:list> (1 %d) .")


@pytest.mark.parametrize(("piece", "most"), [*((it, 250) for it in CALLS), ("BIND(1 AS ?x%d)", 500)])
def test_a_query_with_more_calls_or_named_expressions_than_any_honest_one_is_refused(piece: str, most: int) -> None:
    text = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> SELECT * { %s }"
    Query(text % " ".join(piece % number for number in range(most))).screen()
    with pytest.raises(QueryRefused, match=f"More than {most}"):
        Query(text % " ".join(piece % number for number in range(most + 1))).screen()


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        ("SELECT * { ?s ?p ?service . ?a $load ?insert }", False),
        ("SELECT * { ? SERVICE <a:a> {} }", True),
        ("SELECT * { ?s a:b/SERVICE ?o }", True),
        ("SELECT * { ?s ?p 'SERVICE', \"LOAD\" , <SERVICE> . # DROP\n }", False),
        ("SELECT * { ?s ?p 1.5e+3 , -.5 , 'x'@en--ltr . ?a !(a:b|^c:d)+ ?c }", False),
        ("SELECT * { ?s ?p ?o {| a:b ?service |} }", False),
        ("SELECT * { ?s ?p \\u0053ERVICE }", True),
        ("SELECT * { << ?s ?p ?o >> ?q ?r } ; DROP ALL", True),
    ],
)
def test_a_long_query_is_refused_for_what_a_short_one_is(text: str, is_refused: bool) -> None:
    for words in (tokens.tokens(text), tokens.weighty(text)):
        assert bool(tokens.refused(words)) == is_refused
    kinds = ("iri", "string", "variable", "name", "word")
    kept = [[it for it in words if it.kind in kinds] for words in (tokens.tokens(text), tokens.weighty(text))]
    assert kept[0] == kept[1]
