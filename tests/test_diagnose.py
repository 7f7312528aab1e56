"""Queries that cannot be read: each case under tests/sparql-errors is told at its own place, in words, with a cure."""

from __future__ import annotations

from pathlib import Path

import pytest
from real import PREFIXES

from statereport.errors import Problem, QuerySyntax
from statereport.questions.saved import SavedQueries
from statereport.sparql import engine, patterns
from statereport.sparql.query import Query

CASES = sorted((Path(__file__).parent / "sparql-errors").glob("*.rq"))


def told(text: str) -> Problem:
    with pytest.raises(Problem) as caught:
        engine.Store.memory().query(text, "mine.rq", PREFIXES)
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_mistake_is_told_at_its_place_with_a_cure(case: Path) -> None:
    place, what, hint = case.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    problem = told(case.read_text(encoding="utf-8"))
    assert isinstance(problem, QuerySyntax)
    assert (problem.where, what in problem.what, hint in problem.hint) == (f"mine.rq:{place}", True, True), str(problem)
    assert len(str(problem)) < 500


def test_the_cases_are_more_than_the_twelve_usual_mistakes() -> None:
    assert len(CASES) >= 12 and len(CASES) == len({case.read_text(encoding="utf-8") for case in CASES})


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
def test_a_long_broken_query_is_told_and_the_words_of_it_are_few(text: str) -> None:
    """A reading that goes back over the text again and again would not end."""
    assert len(str(told(text))) < 1_000


def test_every_saved_query_can_be_taken_apart_and_put_together_again(project) -> None:
    for query in SavedQueries.of(project):
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
