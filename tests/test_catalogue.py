"""The saved questions as RDF: found as query editors look for them, whole, and in nobody's way."""

from __future__ import annotations

from collections import Counter

import pytest
import real
from loops import some

from statereport.graph import knowledge
from statereport.questions import catalogue
from statereport.questions.saved import SavedQueries
from statereport.rdf import namespaces, terms, writers
from statereport.sparql import engine

# How the editor and the example tools of the SIB ask an endpoint for its examples: type, comment, and text by form.
EDITORS = """
PREFIX examples: <https://purl.expasy.org/sparql-examples/ontology#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?question ?comment ?text WHERE {
  ?question a sh:SPARQLExecutable ; <http://www.w3.org/2000/01/rdf-schema#comment> ?comment ;
    sh:select|sh:ask|sh:construct|examples:describe ?text .
} ORDER BY ?question
"""


@pytest.fixture(scope="module")
def graph() -> knowledge.KnowledgeGraph:
    return real.graph()


def test_an_editor_finds_every_question_for_people_and_no_other(graph, project) -> None:
    found = graph.engine.query(EDITORS).to_dicts()
    saved = {query.iri: query for query in SavedQueries.of(project) if query.topic not in catalogue.LEFT_OUT}
    assert [row["question"] for row in found] == sorted(saved)
    for row in some(found):
        query = saved[row["question"]]
        assert row["comment"] == query.summary
        assert engine.form_of(row["text"]).columns == engine.form_of(query.text).columns and "#+" not in row["text"]


def test_a_question_says_its_target_its_keywords_and_its_parameters(graph) -> None:
    found = graph.sparql(
        "SELECT ?form ?target ?word ?path ?name ?default ?kind { "
        "<https://w3id.org/statereport/query/law/acts-that-touch-a-group> a ?form ; schema:target ?target ; "
        "schema:keywords ?word ; sh:prefixes shape:prefixes ; sh:parameter ?p . FILTER(?form != sh:SPARQLExecutable) "
        "?p a sh:Parameter ; sh:path ?path ; sh:name ?name ; sh:order ?order ; sh:defaultValue ?default ; "
        "sh:nodeKind ?kind } ORDER BY ?order ?word"
    ).to_dicts()
    assert {row["word"] for row in found} == {"law", "groups"}
    assert {row["form"].rpartition("#")[2] for row in found} == {"SPARQLSelectExecutable"}
    assert [
        (row["path"].rpartition("/")[2], row["name"], row["default"].rpartition("/id/")[2]) for row in found[::2]
    ] == [
        ("group", "Group", "legal-status/stateless-person"),
        ("kind", "Kind of act", "instrument-kind/ministerial-order"),
    ]


def test_every_parameter_has_a_default_of_its_datatype_or_is_optional(graph, project) -> None:
    rows = graph.sparql(
        "SELECT ?p ?default ?type { ?p a sh:Parameter ; sh:defaultValue ?default "
        "OPTIONAL { ?p sh:datatype ?type } } ORDER BY ?p"
    ).rows
    asked = [query for query in SavedQueries.of(project) if query.topic not in catalogue.LEFT_OUT]
    count = Counter(parameter.optional for query in asked for parameter in query.parameters)
    assert len(rows) == count[False] > 15
    optional = graph.sparql(
        "SELECT ?p ?type { ?p sh:optional true ; sh:datatype ?type FILTER NOT EXISTS { ?p sh:defaultValue ?default } }"
    ).rows
    assert len(optional) == count[True] > 50
    assert {kind.value for _, kind in optional} == {namespaces.XSD + "string"}
    for _, default, kind in some(rows):
        assert (kind is None and terms.is_iri(default)) or default.datatype == kind


def test_no_blank_node_and_no_term_of_ours_is_said(project) -> None:
    triples = catalogue.triples(SavedQueries.of(project))
    assert not [t for t in triples if not terms.is_iri(t.subject) or t.predicate.value.startswith(namespaces.SR)]
    assert len(writers.canonical(writers.quads({catalogue.GRAPH: triples}))) == len(triples)
