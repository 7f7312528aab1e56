"""Queries that cannot be read: each case under tests/sparql-errors is explained at its own place, with a fix."""

from __future__ import annotations

from pathlib import Path

import pytest
from loops import some
from real import PREFIXES

from statereport.errors import Problem, QuerySyntax
from statereport.questions.saved import SavedQueries
from statereport.sparql import diagnose, engine, patterns
from statereport.sparql.query import Query

CASES = sorted((Path(__file__).parent / "sparql-errors").glob("*.rq"))


# Queries that nothing is wrong with, in parts of the grammar that are seldom seen (SPARQL 1.1 and 1.2).
RIGHT = """
SELECT ?x { (1 ?x) . ?s ?p ?o }
SELECT ?x { [ ?p ?x ] . [] ?q ?x }
SELECT ?x { ?s ?p ( 1 [ ?q ?x ] () ), "a"@en--ltr, 'b'^^<http://example.org/t> ; ; a ?x . }
SELECT ?x { ?s ^(<a:b>|!(<a:c>|^<a:d>))*/<a:e>? ?x }
SELECT ?x { << ?s ?p ?o >> ?q ?x . << ?s ?p ?x ~ <a:r> >> . ?s ?p <<( ?s ?p ?x )>> }
SELECT ?x { ?s ?p ?x {| ?q ?r |} . ?s ?p ?y ~ <a:r> {| ?q 1 |} ~ . ?s ?p -1, +2.5, true }
SELECT ?x (COUNT(DISTINCT *) AS ?n) { ?x ?p ?o } GROUP BY ?x (STR(?o) AS ?t) HAVING (?n > 1 && ?n < 9) LIMIT 5 OFFSET 1
SELECT (IF(?x < 3 && ?x > 1, 1, 2) AS ?y) { VALUES (?x ?z) { (1 UNDEF) (2 <a:b>) } FILTER(?x IN (1, 2)) }
SELECT * { { SELECT ?x { ?x ?p ?o } ORDER BY DESC(?x) LIMIT 2 } UNION { GRAPH ?g { ?x ?p ?o } } MINUS { ?x a <a:b> } }
ASK { FILTER NOT EXISTS { ?x ?p ?o } FILTER REGEX("a", "[a-z]{2}") BIND(LANGDIR("a"@en) AS ?d) }
CONSTRUCT { ?s ?p ?o } WHERE { OPTIONAL { ?s ?p ?o . FILTER(!BOUND(?o) || ISIRI(?o)) } }
DESCRIBE ?x <http://example.org/a> { ?x a ?y }
VERSION "1.2" BASE <http://example.org/> PREFIX : <#> SELECT ?x { <a> :b.c ?x . <../d> <> ?x }
SELECT ?x { ?x ?p "service <http://example.org> { } FROM" } # SERVICE (
""".strip().splitlines()


def problem_of(text: str) -> Problem:
    with pytest.raises(Problem) as caught:
        engine.Store.memory().query(text, "mine.rq", PREFIXES)
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_mistake_is_explained_at_its_place_with_a_fix(case: Path) -> None:
    place, what, hint = case.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    problem = problem_of(case.read_text(encoding="utf-8"))
    assert isinstance(problem, QuerySyntax)
    assert (problem.where, what in problem.what, hint in problem.hint) == (f"mine.rq:{place}", True, True), str(problem)
    assert len(str(problem)) < 500


def test_the_cases_are_more_than_the_twelve_usual_mistakes() -> None:
    assert len(CASES) >= 12 and len(CASES) == len({case.read_text(encoding="utf-8") for case in CASES})


def test_nothing_is_found_wrong_with_a_right_query(project) -> None:
    """A look that blames a right part would hide the mistake that the engine has met elsewhere."""
    queries = [*map(Query, RIGHT), *(Query(query.text, prefixes=PREFIXES) for query in SavedQueries.of(project))]
    blamed = {}
    for query in queries:
        assert query.form, "the engine reads it"
        found = diagnose.mistake(diagnose.Broken(query, len(query.text), ""))
        blamed |= {query.text: found} if found else {}
    assert not blamed and len(queries) > 100


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?x {" + "{" * 30_000,
        "SELECT ?x {" + "{}" * 30_000,
        "SELECT ?x {" + "(" * 60_000,
        "SELECT ?x { " + "?x a ?y . " * 6_000 + "?x a }",
        "SELECT ?x { " + "VALUES (?a) {}" * 4_000 + " ?x a }",
        "SELECT ?x { ?x a " + "<" * 60_000,
        "SELECT ?x { ?x a " + "'" * 60_001,
    ],
    ids=range(7),
)
def test_a_long_broken_query_is_reported_and_the_words_of_it_are_few(text: str) -> None:
    """A reading that goes back over the text again and again would not end."""
    assert len(str(problem_of(text))) < 1_000


def test_every_saved_query_can_be_taken_apart_and_put_together_again(project) -> None:
    for query in some(SavedQueries.of(project)):
        pattern = patterns.Reader(Query(query.text)).pattern()
        parts = [f"{part.text} ." if part.kind == "triple" else part.text for part in pattern.parts]
        again = pattern.prologue + "ASK {\n" + "\n".join(parts) + "\n}"
        assert engine.form_of(again, query.name).form == "ask", query.name
        assert {part.kind for part in pattern.parts} <= {
            "triple",
            "group",
            "union",
            "select",
            "optional",
            "minus",
            "graph",
            "filter",
            "bind",
            "values",
        }
