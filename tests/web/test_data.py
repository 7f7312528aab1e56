"""Answers for programs: each address in each form, saved questions as files, what the server reports about itself."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

import openpyxl
import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
import sampling
from loops import some

from statereport.errors import visible
from statereport.questions import catalogue, chart, spreadsheet
from statereport.rdf import namespaces, writers
from statereport.sparql import engine
from statereport.sparql.engine import answer_bytes
from statereport.web.answers import descriptions, questions
from statereport.web.answers.router import answer
from statereport.web.wire import negotiation
from statereport.web.wire.http import Request, Response

FIGURE = "/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh"
SD = "http://www.w3.org/ns/sparql-service-description#"


def get(site, address: str, accept: str = "*/*") -> Response:
    """The answer to a GET."""
    from urllib.parse import parse_qsl, unquote

    path, _, query = address.partition("?")
    return answer(
        site, Request("GET", unquote(path), tuple(parse_qsl(query, keep_blank_values=True)), (("accept", accept),))
    )


def header(response: Response, name: str) -> str:
    """A header of a response."""
    return next((value for key, value in response.headers if key.lower() == name.lower()), "")


def triples(response: Response) -> set:
    """The statements of a document."""
    kind = ox.RdfFormat.from_media_type(response.media_type)
    return {quad.triple for quad in ox.parse(response.body, format=kind)}


# --- things ----------------------------------------------------------------------------------------------------------

CONNEG = [
    ("text/html", "html"),
    ("text/turtle", "ttl"),
    ("application/ld+json", "jsonld"),
    ("application/n-triples", "nt"),
    ("application/rdf+xml", "rdf"),
    ("*/*", "html"),
    ("", "html"),
    ("text/html;q=0.5, text/turtle", "ttl"),
    ("text/html;q=0, */*;q=0.1", "ttl"),
    ("application/json", "jsonld"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
    ("application/rdf+xml;q=0.7, application/n-triples;q=0.8, image/png", "nt"),
]


@pytest.mark.parametrize(("accept", "ending"), CONNEG)
@pytest.mark.parametrize("path", [FIGURE, "/def/Figure", "/shape/TotalsAddUp", "/graph/reference/places"])
def test_a_thing_leads_to_its_document_in_the_form_that_is_accepted(site, path, accept, ending):
    reply = get(site, path, accept)
    assert (reply.status, header(reply, "Location"), header(reply, "Vary")) == (303, f"{path}.{ending}", "Accept")


def test_where_no_form_fits_the_forms_are_listed(site):
    reply = get(site, FIGURE, "image/png")
    problem = json.loads(reply.body)
    assert (reply.status, problem["code"]) == (406, "not-acceptable")
    assert all(kind in problem["hint"] for kind in negotiation.DOCUMENTS.values())


@pytest.mark.parametrize("path", [FIGURE, "/def/isStatedIn", "/shape/TotalsAddUp", "/graph/reference/places", "/def"])
def test_a_document_says_the_same_in_every_form(site, path):
    said = {ending: get(site, f"{path}.{ending}") for ending in negotiation.GRAPHS}
    for ending, reply in some(said.items()):
        assert (reply.status, reply.media_type) == (200, negotiation.GRAPHS[ending])
    several = [
        writers.canonical_nquads(writers.canonical(ox.Quad(t.subject, t.predicate, t.object) for t in triples(reply)))
        for reply in said.values()
    ]
    assert several[0] and several == [several[0]] * 4
    assert get(site, f"{path}.ttl").body == said["ttl"].body


def test_a_document_says_what_is_said_of_the_thing_and_by_it(site):
    found = triples(get(site, f"{FIGURE}.nt"))
    iri = ox.NamedNode(namespaces.BASE + FIGURE[1:])
    assert {t for t in found if t.subject == iri} == {
        q.triple for q in site.graph.engine._inner.quads_for_pattern(iri, None, None, ox.DefaultGraph())
    }
    assert {t for t in found if t.object == iri} == {
        q.triple for q in site.graph.engine._inner.quads_for_pattern(None, None, iri, ox.DefaultGraph())
    }


def test_signposts_say_what_to_cite_under_which_licence_and_in_which_forms(site):
    link = header(get(site, f"{FIGURE}.ttl"), "Link")
    assert f'<{namespaces.BASE}{FIGURE[1:]}>; rel="cite-as"' in link and 'rel="license"' in link
    assert f'<{FIGURE}.jsonld>; rel="alternate"; type="application/ld+json"' in link and f"{FIGURE}.ttl>" not in link


@pytest.mark.parametrize(
    "path",
    [
        "/id/nothing",
        "/id/nothing.ttl",
        "/def/Nothing.nt",
        "/graph/nothing",
        "/graph/nothing.ttl",
        "/graph?graph=urn:x",
        "/data/nothing",
        "/nothing",
        "/id/a b",
        "/id/a%22b.ttl",
    ],
)
def test_nothing_is_where_nothing_is_said(site, path):
    reply = get(site, path, "text/turtle")
    assert reply.status == 404 and json.loads(reply.body)["status"] == 404


def test_the_page_of_a_problem_escapes_its_text(site):
    for path in ("/id/<script>alert(1)</script>", "/query/law/<script>alert(1)</script>.html", "/<script>"):
        reply = get(site, path, "text/html")
        assert reply.status == 404 and b"<script>alert" not in reply.body and b"<h1" in reply.body


def test_the_ontology_is_at_the_beginning_of_its_terms(site):
    assert header(get(site, "/def/", "text/turtle"), "Location") == "/def.ttl"
    assert header(get(site, "/def/", "text/html"), "Location") == "/def"
    found = triples(get(site, "/def.ttl"))
    assert ox.NamedNode(namespaces.SR + "Figure") in {t.subject for t in found}
    assert not [t for t in found if t.subject.value.startswith(namespaces.SHAPE)]


def test_a_named_graph_is_read_by_its_name(site):
    names = descriptions.graphs(site)
    assert len(names) > 40
    for name, number in random.Random(5).sample(sorted(names.items()), 10):
        reply = get(site, f"/graph?graph={name}", "application/n-triples")
        assert reply.status == 200 and len(set(reply.body.splitlines())) == number, name
    assert get(site, "/graph?graph=a&graph=b").status == get(site, "/graph").status == 400


def test_all_graphs_together_are_the_default_graph(site):
    reply = get(site, "/graph?default", "application/n-triples")
    count = site.graph.engine.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").to_dicts()[0]["n"]
    assert len(reply.body.splitlines()) == count


# --- every address ---------------------------------------------------------------------------------------------------


def addresses(site) -> list[str]:
    """The IRIs of this project that stand anywhere in the data, but for the endpoint's own."""
    found = set()
    for quad in site.graph.engine._inner:
        found |= {
            term.value
            for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)
            if isinstance(term, ox.NamedNode)
        }
    return sorted(iri for iri in found if iri.startswith(namespaces.BASE) and iri != catalogue.ENDPOINT)


def replacement(site, iri: str) -> str:
    """The successor of an IRI that was withdrawn, as the graph says."""
    rows = site.graph.engine.query(f"SELECT ?new {{ <{iri}> <{namespaces.DCTERMS}isReplacedBy> ?new }}").rows
    assert len(rows) == 1, f"{iri} is redirected, and the graph says no successor"
    return rows[0][0].value


def crawl(site, iris: list[str]) -> None:
    """Each IRI must lead to a page and to a document that describes it, or its successor where it was withdrawn."""
    for iri in some(iris):
        path = f"/{iri.removeprefix(namespaces.BASE)}"
        # A question's address leads to its page and its answer, of which there are no triples.
        asks = iri.startswith(f"{namespaces.BASE}query/")
        # The address of a file or of a page itself, such as the first page or a chart that took the place of another:
        # there is no thing behind it.
        page = path in ("/", "/about") or path.startswith(("/data/", "/statistics/"))
        for accept in ("text/html", *(() if asks or page else ("application/n-triples",))):
            reply = get(site, path, accept)
            if reply.status == 301:
                path = header(reply, "Location")
                iri = replacement(site, iri)
                assert path == f"/{iri.removeprefix(namespaces.BASE)}", (path, iri)
                reply = get(site, path, accept)
            assert reply.status == (200 if page else 303), (iri, accept, reply.status)
            if page:
                continue
            there = get(site, header(reply, "Location"))
            assert there.status == 200, (iri, accept, there.status)
            # A part of the description is a page's line, not a page.
            counted = accept == "text/html" and iri.startswith(f"{namespaces.BASE}dataset")
            assert asks or counted or iri.startswith(namespaces.GRAPH) or iri.encode() in there.body, iri


def kinds_of_addresses(site) -> tuple[list[str], list[str]]:
    """The addresses of things, and those of the parts of the description: each is answered with all of it, slowly."""
    every = addresses(site)
    parts = [iri for iri in every if iri.startswith(f"{namespaces.BASE}dataset/")]
    return sorted(set(every) - set(parts)), parts


def test_some_of_the_addresses_answer(site):
    things, parts = kinds_of_addresses(site)
    one_of_each = sampling.sample(things, 1, sampling.folder)
    crawl(site, [*random.Random(1).sample(one_of_each, 40), *random.Random(1).sample(parts, 2)])


@pytest.mark.slow
def test_every_address_answers(site):
    things, parts = kinds_of_addresses(site)
    assert len(things) > 6_000
    crawl(
        site,
        [*sampling.sample(things, 4, sampling.folder), *random.Random(2).sample(parts, 20 if sampling.WHOLE else 4)],
    )


def test_the_sitemap_leads_to_pages_that_answer(site):
    root = ElementTree.fromstring(get(site, "/sitemap.xml").body)
    found = [element.text for element in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(found) > 1_000 and all(address.startswith(site.base) for address in found)
    assert site.base in get(site, "/robots.txt").body.decode()
    for address in random.Random(2).sample(found, 25):
        assert get(site, address.removeprefix(site.base)).status == 200, address


# --- saved questions -------------------------------------------------------------------------------------------------


def made(kind: str) -> str:
    """What a worker answers for a media type: of a picture its specification, which the server draws."""
    return chart.MEDIA_TYPE if kind in ("image/svg+xml", "image/png") else kind


def test_some_questions_answer_in_each_of_their_forms(site):
    check_forms(site, random.Random(4).sample(site.graph.queries(), 12))


@pytest.mark.slow
def test_each_question_answers_in_each_of_its_forms(site):
    check_forms(site, sampling.sample(site.graph.queries(), 4, lambda query: query.topic))


def check_forms(site, queries) -> None:
    """Each form must be there, with as many rows as the engine finds."""
    for query in some(queries):
        rows = len(query.answer(site.graph.engine))
        for ending, kind in some(questions.forms_of(query).items()):
            reply = get(site, f"/query/{query.name}.{ending}")
            assert reply.status == 200 and reply.media_type.startswith(made(kind)), (query.name, ending, reply.status)
            if ending == "csv":
                assert len(list(csv.reader(io.StringIO(reply.body.decode())))) == rows + 1
            if ending == "json" and query.form == "select":
                assert len(json.loads(reply.body)["results"]["bindings"]) == rows


def test_the_iri_of_each_check_leads_readers_to_its_page_and_programs_to_its_answer(site):
    checks = [query for query in site.graph.queries() if query.topic == "checks"]
    assert len({query.name.count("/") for query in checks}) == 2, "there are checks in folders of folders"
    for query in some(checks):
        for accept, ending in (("text/html", "html"), ("application/json", "json"), ("text/turtle, */*;q=0.1", "")):
            reply = get(site, f"/query/{query.name}", accept)
            assert reply.status == 303, (query.name, accept)
            assert header(reply, "Location").startswith(f"/query/{query.name}.{ending}")
    assert get(site, f"/query/{checks[0].name}.html", "text/html").status == 200


def test_a_question_leads_to_its_answer_with_the_values_that_were_given(site):
    reply = get(site, "/query/law/passages-citing-an-instrument?instrument=kaz:constitution", "text/csv")
    assert (reply.status, header(reply, "Location")) == (
        303,
        "/query/law/passages-citing-an-instrument.csv?instrument=kaz%3Aconstitution",
    )
    assert get(site, "/query/law/laws-cited-most", "text/turtle").status == 406


@pytest.mark.parametrize(("path", "status"), [
    ("/query/law/laws-cited-most.json?no=1", 400),
    ("/query/law/passages-citing-an-instrument.json?instrument=%22%7D", 400),
    ("/query/law/passages-citing-an-instrument.json?instrument=a:b&instrument=a:c", 400),
    ("/query/pages/statements.json", 404), ("/query/law/nothing.json", 404),
    ("/query/quality/discrepancies-in-dqv.csv", 404), ("/query/laws-cited-most.json", 404),
])  # fmt: skip
def test_what_does_not_fit_a_question_is_refused_with_a_hint(site, path, status):
    reply = get(site, path)
    assert reply.status == status and json.loads(reply.body)["hint"]


def test_the_text_of_a_question_is_had_as_it_stands(site):
    query = site.graph.question("law/laws-cited-most")
    assert get(site, f"/query/{query.name}.rq").body.decode() == query.text


NASTY = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "13.20", "007", "'=1", "a\nb", "\x07", "")


def cells(workbook: bytes) -> list[list[tuple]]:
    """The value and the type of each cell of a workbook's first sheet."""
    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).active
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref
    return [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows()]


def test_a_workbook_takes_no_text_for_a_formula_or_a_number():
    rows = [*((ox.Literal(text), ox.Literal(-5), Decimal("-1.5")) for text in NASTY), (None, ox.NamedNode("a:b"), True)]
    head, *body = cells(spreadsheet.workbook(["A title", "n", "=d"], rows))
    assert head == [("A title", "s"), ("n", "s"), ("=d", "s")]
    shown = [visible(text) or None for text in NASTY]
    assert [row[0] for row in body] == [(text, "s" if text else "n") for text in [*shown, None]]
    assert [row[1:] for row in body] == [[(-5, "n"), (-1.5, "n")]] * len(NASTY) + [[("a:b", "s"), ("true", "s")]]
    long = cells(spreadsheet.workbook(["x", "y"], [(2**60, "z" * 40_000)]))[1]
    assert long[0] == (str(2**60), "s") and len(long[1][0]) == 32_767 and long[1][0].endswith("…")


def test_a_workbook_has_the_same_bytes_each_time_and_names_no_moment():
    first = spreadsheet.workbook(["x"], [("13.20",)])
    assert first == spreadsheet.workbook(["x"], [("13.20",)])
    with zipfile.ZipFile(io.BytesIO(first)) as files:
        assert {it.date_time[0] for it in files.infolist()} == {1980}
        assert b"1980-01-01T00:00:00Z" in files.read("docProps/core.xml")
        assert not re.search(rb"20\d\d-\d\d-\d\dT", files.read("docProps/core.xml"))


def test_there_is_one_csv_and_a_workbook_beside_it(site):
    """A saved question and the editor give the CSV of the command line; a workbook has titles, and passages as text."""
    query = site.graph.question("law/conditions")
    answer = query.answer(site.graph.engine)
    assert get(site, f"/query/{query.name}.csv").body == answer_bytes(answer, "csv", site.graph.prefixes)
    reply = get(site, f"/query/{query.name}.xlsx")
    assert reply.media_type == negotiation.QUESTIONS["xlsx"]
    assert 'filename="conditions.xlsx"' in header(reply, "Content-Disposition")
    head, *rows = cells(reply.body)
    assert [title for title, _ in head] == answer.titles and len(rows) == len(answer.rows)
    place = next(i for i, name in enumerate(answer.columns) if answer.head(name).of == "passage")
    assert {row[place][1] for row in rows} == {"s"}
    risky = 'SELECT ("=1+1" AS ?x) (-2 AS ?n) {}'
    assert get(site, f"/editor?{urlencode({'query': risky, 'format': 'csv'})}").body == b"x,n\r\n=1+1,-2\r\n"
    book = get(site, f"/editor?{urlencode({'query': risky, 'format': 'xlsx'})}")
    assert cells(book.body)[1] == [("=1+1", "s"), (-2, "n")]
    assert get(site, "/query/quality/discrepancies-in-dqv.xlsx").status == 404, "a graph is no table"


def test_a_table_of_statistics_is_a_file_of_both_kinds(site):
    cube = site.cubes[0].slug
    read = list(csv.reader(io.StringIO(get(site, f"/statistics/{cube}.csv").body.decode(), newline="")))
    head, *rows = cells(get(site, f"/statistics/{cube}.xlsx").body)
    assert [title for title, _ in head] == read[0] and len(rows) == len(read) - 1 > 0
    assert [[str(value or "") for value, _ in row] for row in rows] == read[1:]


def test_the_protocols_csv_is_as_the_specification_wants_it(site):
    reply = answer(site, Request("GET", "/sparql", (("query", 'SELECT ("=1+1" AS ?x) {}'),), (("accept", "text/csv"),)))
    assert reply.body == b"x\r\n=1+1\r\n" and "attachment" in header(reply, "Content-Disposition")


# --- what the server reports about itself ----------------------------------------------------------------------------


def test_an_endpoint_asked_without_a_query_answers_rdf(site):
    """W3C service description, returns-rdf."""
    for accept in ("", "*/*", *negotiation.GRAPHS.values()):
        reply = get(site, "/sparql", accept)
        assert reply.status == 200 and ox.RdfFormat.from_media_type(reply.media_type) and triples(reply)
    assert header(get(site, "/sparql", "text/html"), "Location") == "/editor"


def test_the_description_names_the_endpoint(site):
    """W3C service description, has-endpoint-triple."""
    found = {t.object.value for t in triples(get(site, "/sparql")) if t.predicate.value == SD + "endpoint"}
    assert found == {f"{site.base}/sparql"}


def test_the_description_conforms_to_the_schema(site):
    """W3C service description, conforms-to-schema: the domains and ranges of the vocabulary, as shapes."""
    shapes = rdflib.Graph().parse(Path(__file__).parent / "service-description.ttl")
    body = get(site, "/sparql").body
    conforms, _, report = pyshacl.validate(rdflib.Graph().parse(data=body, format="turtle"), shacl_graph=shapes)
    assert conforms, report
    broken = body.replace(b"sd:endpoint", b"sd:url")
    assert not pyshacl.validate(rdflib.Graph().parse(data=broken, format="turtle"), shacl_graph=shapes)[0]


def test_the_description_names_every_graph_and_every_limit(site):
    found = triples(get(site, "/sparql"))
    assert {t.object.value for t in found if t.predicate.value == SD + "name"} == set(descriptions.graphs(site))
    words = " ".join(t.object.value for t in found if t.predicate.value.endswith("/description"))
    assert all(sentence in words for sentence in site.limits.words())


def test_the_data_are_described(site):
    found = triples(get(site, "/.well-known/void"))
    dataset = ox.NamedNode(namespaces.BASE + "dataset")
    said = {t.predicate.value: t.object.value for t in found if t.subject == dataset}
    assert int(said["http://rdfs.org/ns/void#triples"]) == site.triples
    assert said["http://rdfs.org/ns/void#sparqlEndpoint"] == f"{site.base}/sparql"
    assert header(get(site, "/dataset", "text/turtle"), "Location") == "/dataset.ttl"
    assert header(get(site, "/dataset", "text/html"), "Location") == "/about"
    assert triples(get(site, "/dataset.nt")) == found


def test_a_version_of_the_ontology_is_the_whole_ontology(site):
    whole = triples(get(site, f"/def/{site.version}.nt"))
    assert len(whole) > 2_000 and whole == triples(get(site, "/def.nt"))
    assert header(get(site, f"/def/{site.version}", "text/turtle"), "Location") == f"/def/{site.version}.ttl"


def test_a_question_is_described_as_data_where_its_answer_is_none(site):
    iri = ox.NamedNode(f"{namespaces.QUERY}law/laws-cited-most")
    found = triples(get(site, "/query/law/laws-cited-most.nt"))
    assert any(t.subject == iri for t in found)
    assert get(site, "/query/law/laws-cited-most.jsonld").status == 200


def test_the_files_are_listed(site):
    assert header(get(site, "/data"), "Location") == "/about#files"


def test_files_are_where_the_description_says(site):
    file = SimpleNamespace(media_type="text/turtle", body=b"<a:a> <a:b> <a:c> .\n", digest="0")
    here = replace(site, exports={"tables/a-b.ttl": file})
    named = {t.object.value for t in triples(get(here, "/dataset.ttl")) if t.predicate.value.endswith("downloadURL")}
    (address,) = (address for address in named if address.endswith("tables/a-b.ttl"))
    reply = get(here, urlsplit(address.removeprefix(site.base)).path)
    assert (reply.status, reply.media_type, reply.body) == (200, "text/turtle", file.body)


def test_the_interface_of_the_questions_is_documented_and_true(site):
    described = json.loads(get(site, "/openapi.json").body)
    assert described["openapi"].startswith("3.1") and described["servers"] == [{"url": site.base}]
    operations = [operation["get"]["operationId"] for operation in described["paths"].values()]
    assert len(set(operations)) == len(operations)
    for path, operation in random.Random(3).sample(list(described["paths"].items()), 40):
        names = {parameter["name"] for parameter in operation["get"]["parameters"]} - {"bom", "query"}
        if path != "/sparql":
            query = site.graph.question(
                negotiation.split_ending(path.removeprefix("/query/"), negotiation.QUESTIONS)[0]
            )
            assert names == ({p.name for p in query.parameters} if not path.endswith(".rq") else set())
            assert get(site, path).media_type.startswith(
                made(next(iter(operation["get"]["responses"]["200"]["content"])))
            )


def test_terms_cannot_be_smuggled_into_a_query(site):
    for value in ('"} SERVICE <http://127.0.0.1:9/> {', "> } DROP ALL #", "\\u003e", "a:b\n}"):
        reply = answer(site, Request("GET", "/query/law/passages-citing-an-instrument.json", (("instrument", value),)))
        assert reply.status in (200, 400)
        if reply.status == 200:
            assert not json.loads(reply.body)["results"]["bindings"]
    with pytest.raises(ValueError):
        engine.iri_text("a:b> } DROP ALL")
