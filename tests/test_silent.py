"""What a query leaves out in silence: each case under tests/sparql-silent is explained at its place, with a fix."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from real import PREFIXES

from statereport.sparql import silent
from statereport.sparql.engine import Store

CASES = sorted((Path(__file__).parent / "sparql-silent").glob("*.rq"))
DATA = """
PREFIX : <https://w3id.org/statereport/id/case/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sr: <https://w3id.org/statereport/def/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
sr:Event rdfs:label "event"@en .
:a a sr:Event ; skos:prefLabel "a"@en ; skos:altLabel "one", "two" ; sr:number "13" ; sr:value 3 .
:b a sr:Event ; skos:prefLabel "b"@en ; sr:number "7 a" .
:c a sr:Event ; skos:prefLabel "c"@en .
:a sr:startDate "2019-05-01"^^xsd:date .
:b sr:startDate "2019"^^xsd:gYear .
:c sr:startDate "2020-02"^^xsd:gYearMonth .
"""


@pytest.fixture(scope="module")
def engine() -> Store:
    return Store.memory(ox.parse(DATA.encode(), format=ox.RdfFormat.TURTLE))


def found(engine: Store, text: str) -> tuple[silent.Doubt, ...]:
    return silent.doubts(text, engine.query(text, "mine.rq", PREFIXES), engine, "mine.rq", PREFIXES)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_what_is_left_out_in_silence_is_explained_at_its_place(engine: Store, case: Path) -> None:
    place, what, hint = case.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    (doubt,) = found(engine, case.read_text(encoding="utf-8"))
    assert (doubt.where, what in doubt.what, hint in doubt.hint) == (f"mine.rq:{place}", True, True), str(doubt)


@pytest.mark.parametrize(
    "text",
    [
        'SELECT ?x (GROUP_CONCAT(COALESCE(STR(?n), "")) AS ?m) { ?x a sr:Event OPTIONAL { ?x ?p ?n } } GROUP BY ?x',
        "SELECT ?x (GROUP_CONCAT(?n) AS ?names) { ?x a sr:Event ; skos:prefLabel ?n } GROUP BY ?x",
        "SELECT (COUNT(?v) AS ?n) { ?x a sr:Event OPTIONAL { ?x sr:value ?v } }",
        'SELECT ?x { ?x sr:startDate ?d FILTER(STR(?d) >= "2018") }',
        'SELECT ?x { ?x sr:number ?n FILTER(?n > "12") }',
        "SELECT ?x { ?x sr:value ?n FILTER(?n > 2) }",
        "SELECT ?l { sr:Event rdfs:label ?l }",
        "SELECT ?l { ?x a sr:Event ; skos:prefLabel ?l }",
        "ASK { ?x rdfs:label ?l }",
        "DESCRIBE <a:b>",
    ],
)  # fmt: skip
def test_a_query_that_means_what_it_says_is_not_blamed(engine: Store, text: str) -> None:
    assert found(engine, text) == ()


def test_every_case_has_a_word_by_which_the_command_line_looks() -> None:
    from statereport.cli.query import _SILENT

    assert CASES and not [case.stem for case in CASES if not any(word in case.read_text().upper() for word in _SILENT)]
