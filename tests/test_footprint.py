"""Which statements can change the answer of a query, and that no other does, shown on the saved questions."""

import pytest

from statereport.project import find_project
from statereport.questions.saved import SavedQueries
from statereport.rdf.namespaces import RDF, SR
from statereport.sparql.footprint import TYPE, footprint, touches
from statereport.sparql.query import Query

HEAD = f"PREFIX sr: <{SR}> "
NAMED = {
    "SELECT * { ?x sr:value ?y }": {"value"},
    "SELECT * { ?x a sr:Figure ; sr:value ?y , 3 }": {"Figure", "value"},
    "SELECT * { ?x ^sr:of/sr:in|sr:on ?y }": {"of", "in", "on"},
    "SELECT * { ?x sr:part ?y . ?y sr:isPartOf* ?z }": {"part", "isPartOf"},
    "SELECT * { <a:b> (sr:isPartOf|sr:isIn)+ ?z }": {"isPartOf", "isIn"},
    "ASK { ?x sr:a ?y FILTER NOT EXISTS { ?y sr:b ?z MINUS { ?z sr:c 1 } } }": {"a", "b", "c"},
    "SELECT * { { SELECT ?x (COUNT(*) AS ?n) { ?x sr:a ?y } GROUP BY ?x } OPTIONAL { ?x sr:b ?z } }": {"a", "b"},
    "CONSTRUCT { ?x sr:made ?y } WHERE { { ?x sr:a ?y } UNION { ?y sr:b ?x } VALUES ?x { sr:c } }": {"a", "b"},
    'SELECT * { ?x <https://w3id.org/statereport/def/value> "1"^^sr:of , "a"@en }': {"value"},
}
OPEN = (
    "SELECT * { ?x ?p ?y }",
    "SELECT * { ?x sr:a ?y . { ?x ?p 1 } }",
    "SELECT * { GRAPH ?g { ?x sr:a ?y } }",
    "SELECT * { ?x !sr:a ?y }",
    "SELECT * { ?x sr:isPartOf* ?y }",
    "SELECT * { ?x sr:isPartOf? ?y . { ?x sr:a ?z } UNION { ?x sr:b ?z } }",
    "SELECT * { ?x sr:a [ sr:b ?y ] }",
    "SELECT (NOW() AS ?t) { ?x sr:a ?y }",
    "SELECT * { ?x other:a ?y }",
    "DESCRIBE <a:b>",
)


@pytest.mark.parametrize("text", NAMED)
def test_the_properties_and_classes_of_patterns_are_named(text):
    assert footprint(Query(HEAD + text)) == {SR + name for name in NAMED[text]}


@pytest.mark.parametrize("text", OPEN)
def test_where_any_statement_may_count_nothing_is_named(text):
    assert footprint(Query(HEAD + text)) is None and touches(None, f"{SR}anything")


def test_of_a_class_any_class_counts_where_it_is_a_variable():
    assert footprint(Query("SELECT * { ?x a ?class }")) == {TYPE} == {f"{RDF}type"}
    assert touches(frozenset({TYPE}), TYPE, f"{SR}Figure") and touches(frozenset({f"{SR}Figure"}), TYPE, f"{SR}Figure")
    assert not touches(frozenset({f"{SR}Figure"}), TYPE, f"{SR}Norm")


def test_most_saved_questions_depend_on_few_properties():
    saved = [Query(query.text, query.source, query.prefixes) for query in SavedQueries.of(find_project())]
    found = [footprint(query) for query in saved]
    assert sum(prints is not None for prints in found) > len(found) / 2
    assert all(prints for prints in found if prints is not None)
