"""What other people's programs ask an endpoint before a person asks anything, over HTTP: each gets what it needs.

An editor in the manner of the SIB's asks for examples, for prefixes, and for what stands beside what (VoID); a
federation asks for the description of the service.
"""

from __future__ import annotations

from collections import defaultdict

import pyoxigraph as ox
import pytest
import real
import serving
from loops import some
from real import PREFIXES as TABLE

from statereport.rdf import namespaces
from statereport.sparql.query import Query

NAMES = """PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX part: <http://ldf.fi/void-ext#>
"""
EXAMPLES = """SELECT DISTINCT ?example ?comment ?text {
    ?example a sh:SPARQLExecutable ; rdfs:comment ?comment ; (sh:select|sh:ask|sh:construct|sh:describe) ?text
} ORDER BY ?example"""
PREFIXES = """SELECT DISTINCT ?prefix ?namespace {
    [] sh:namespace ?namespace ; sh:prefix ?prefix
} ORDER BY ?prefix"""
# Which property leads from things of which class to things of which class, or to values of which datatype.
NEIGHBOURS = """SELECT DISTINCT ?class ?property ?other ?datatype {
    { ?one void:class ?class ; void:propertyPartition ?middle . ?middle void:property ?property }
    UNION
    { ?links void:subjectsTarget ?one ; void:linkPredicate ?property ; void:objectsTarget ?two .
      ?one void:class ?class . ?two void:class ?other }
    OPTIONAL { ?middle void:classPartition ?three . ?three void:class ?other }
    OPTIONAL { ?middle part:datatypePartition ?four . ?four part:datatype ?datatype }
}"""
COUNTS = """SELECT ?class ?things { ?part void:class ?class ; void:entities ?things } ORDER BY DESC(?things)"""


@pytest.fixture(scope="module")
def served():
    with serving.real("--build", str(real.built())) as running:
        yield running


def asked(served, text: str, how: dict) -> list[dict[str, str]]:
    """The rows of an answer in JSON, as an editor reads them."""
    reply = served.query(NAMES + text, Accept="application/sparql-results+json", **how)
    assert reply.status == 200 and reply.headers["content-type"].startswith("application/sparql-results+json")
    # A page of another host may read it.
    assert reply.headers["access-control-allow-origin"] == "*"
    return [{name: term["value"] for name, term in row.items()} for row in reply.json["results"]["bindings"]]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_editor_finds_examples_that_run_as_they_stand(served, method):
    rows = asked(served, EXAMPLES, {"method": method})
    prefixes = {row["prefix"]: row["namespace"] for row in asked(served, PREFIXES, {"method": method})}
    assert len({row["example"] for row in rows}) == len(rows) > 90
    assert all(row["comment"].rstrip().endswith("?") or "/tables/" in row["example"] for row in rows)
    for row in some(rows[:: len(rows) // 5]):
        assert served.query(Query(row["text"], prefixes=prefixes).whole, Accept="*/*").status == 200, row["example"]


def test_an_editor_finds_the_prefixes(served):
    found = {row["prefix"]: row["namespace"] for row in asked(served, PREFIXES, {})}
    assert found == dict(TABLE)


def test_an_editor_finds_what_may_stand_beside_what(served):
    others, datatypes = defaultdict(set), defaultdict(set)
    for row in asked(served, NEIGHBOURS, {}):
        key = row["class"].removeprefix(namespaces.SR), row["property"].removeprefix(namespaces.SR)
        others[key].add(row.get("other", "").removeprefix(namespaces.SR))
        datatypes[key].add(row.get("datatype", "").rpartition("#")[2])
    assert "Passage" in others["Figure", "isStatedIn"]
    assert {"integer", "decimal"} & datatypes["Figure", "value"]
    assert len(others) > 100


def test_the_counts_of_classes_are_those_of_the_data(served):
    counts = {row["class"]: int(row["things"]) for row in asked(served, COUNTS, {})}
    for name in ("Figure", "Norm", "LegalInstrument"):
        (row,) = asked(served, f"SELECT (COUNT(DISTINCT ?one) AS ?n) {{ ?one a <{namespaces.SR}{name}> }}", {})
        assert counts[namespaces.SR + name] == int(row["n"]) > 0


def test_a_federation_finds_the_description_of_the_service(served):
    reply = served.ask("/sparql", Accept="text/turtle")
    assert (reply.status, reply.headers["content-type"].partition(";")[0]) == (200, "text/turtle")
    said = {
        (t.predicate.value.rpartition("#")[2], getattr(t.object, "value", ""))
        for t in ox.parse(reply.body, ox.RdfFormat.TURTLE)
    }
    assert ("endpoint", f"{served.address}/sparql") in said
    assert ("supportedLanguage", "http://www.w3.org/ns/sparql-service-description#SPARQL11Query") in said
    assert any(name == "resultFormat" for name, _ in said) and any(name == "namedGraph" for name, _ in said)
