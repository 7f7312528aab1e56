"""An empty answer is explained: the first part of the pattern that leaves nothing, and what may help."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
import small
from real import PREFIXES

from statereport.sparql import emptiness
from statereport.sparql.engine import Store

FIGURE = "?x a sr:Figure ."


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return Store.memory(small.quads(small.make(tmp_path_factory.mktemp("small"))))


def explained(engine, text: str) -> emptiness.Cause | None:
    assert not engine.query(text, "mine", PREFIXES).rows, "the case must be empty"
    return emptiness.explain(text, engine, "mine.rq", PREFIXES)


@pytest.mark.parametrize(
    ("pattern", "part", "place", "why"),
    [
        (f"{FIGURE}\n ?x sr:isFor ?y .\n ?x sr:value ?v", "?x sr:isFor ?y", "2:5", "no match in the graph"),
        (f"{FIGURE}\n ?x sr:value 7391 ; skos:prefLabel ?l ; sr:isStatedIn kaz-passage:13.6 .",
         "?x sr:isStatedIn kaz-passage:13.6", "2:41", "none fits both"),
        (f"{FIGURE}\n ?x sr:value ?v FILTER(?v > 9000)", "FILTER(?v > 9000)", "2:17", "none of them passes it"),
        (f"FILTER(?v > 9000)\n{FIGURE} ?x sr:value ?v . ?x sr:nothing ?n",
         "FILTER(?v > 9000)", "1:12", "none of them passes it"),
        (f"{FIGURE}\n MINUS {{ ?x sr:value ?v }}", "MINUS { ?x sr:value ?v }", "2:2", "taken away"),
        (f"{FIGURE}\n FILTER NOT EXISTS {{ ?x sr:value ?v }}",
         "FILTER NOT EXISTS { ?x sr:value ?v }", "2:2", "none of them passes it"),
        (f"OPTIONAL {{ ?x sr:nothing ?y }}\n {FIGURE} {{ ?x sr:isFor ?y }} UNION {{ ?x sr:issues ?y }}",
         "{ ?x sr:isFor ?y } UNION { ?x sr:issues ?y }", "2:19", "no match"),
        (f"{FIGURE}\n {{ SELECT ?x (COUNT(?v) AS ?n) WHERE {{ ?x a sr:Norm ; sr:value ?v }} GROUP BY ?x }}",
         "?x a sr:Norm", "2:43", "no match"),
        (f"{FIGURE}\n {{ ?x sr:value ?v . {{ ?x sr:isFor/sr:isPartOf* ?y }} }}",
         "?x sr:isFor/sr:isPartOf* ?y", "2:26", "no match"),
        (f"{FIGURE}\n GRAPH <a:b> {{ ?x ?y ?z }}", "GRAPH <a:b> { ?x ?y ?z }", "2:2", "no match"),
        (f"VALUES ?x {{ kaz-figure:13 }}\n {FIGURE}", "?x a sr:Figure", "2:5", "none fits both"),
    ],
)  # fmt: skip
def test_the_first_part_that_leaves_nothing_is_named(engine, pattern: str, part: str, place: str, why: str) -> None:
    cause = explained(engine, f"SELECT ?x {{{pattern}\n}} ORDER BY ?x")
    # The place counts from the query's first line, which begins with eleven characters before the pattern.
    line, column = map(int, place.split(":"))
    assert (cause.part, cause.where) == (part, f"mine.rq:{line}:{column}")
    assert why in cause.why and part in str(cause)


def test_a_name_that_the_graph_does_not_have_is_reported_with_the_nearest(engine) -> None:
    cause = explained(engine, "SELECT ?x { ?x sr:valeu ?v }")
    assert "does not have sr:valeu" in cause.help and "sr:value" in cause.help
    cause = explained(engine, "SELECT ?v { kaz-figure:13-scools sr:value ?v }")
    assert "kaz-figure:13-schools" in cause.help


def test_a_text_without_its_language_is_reported(engine) -> None:
    assert '"schools"@en' in explained(engine, 'SELECT ?x { ?x skos:prefLabel "schools" }').help


def test_a_number_for_a_text_is_reported(engine) -> None:
    engine = Store.memory([ox.Quad(ox.NamedNode("a:x"), ox.NamedNode("a:n"), ox.Literal("13"))])
    assert explained(engine, "SELECT ?x { ?x <a:n> 13 }").help == 'The graph has this as text: "13".'
    assert explained(engine, "SELECT ?x { ?x <a:n> 14 }").help == ""


def test_what_stands_after_the_pattern_is_named(engine) -> None:
    cause = explained(
        engine, f"SELECT ?x (COUNT(?v) AS ?n) {{ {FIGURE} ?x sr:value ?v }}\nGROUP BY ?x\nHAVING (COUNT(?v) > 5)"
    )
    assert (cause.part, cause.where) == ("HAVING (COUNT(?v) > 5)", "mine.rq:3:1")
    assert explained(engine, f"SELECT ?x {{ {FIGURE} }} OFFSET 10").part == "OFFSET 10"
    assert "template" in explained(engine, f"CONSTRUCT {{ ?x sr:isFor ?nobody }} WHERE {{ {FIGURE} }}").why


@pytest.mark.parametrize(
    "text",
    [
        "DESCRIBE <a:b>",
        "SELECT ?x {" + " ?x a ?y ." * 100 + " ?x ?y <a:b> }",
        "SELECT ?x {" + "{" * 50 + " ?x ?y <a:b> " + "}" * 50 + "}",
    ],
)
def test_what_cannot_be_explained_is_left(engine, text: str) -> None:
    cause = explained(engine, text)
    assert cause is None or "<a:b>" in cause.part
