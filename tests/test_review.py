"""A passage beside what the graph states in it: statereport review."""

import pytest
from tinyproject import read

from statereport.errors import UnknownName
from statereport.rdf import turtle
from statereport.source.review import review

TERMS = turtle.parse_turtle("""PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sr: <https://w3id.org/statereport/def/>
sr:Figure rdfs:label "figure"@en , "число"@ru . sr:value rdfs:label "value"@en .
""")


def test_a_passage_stands_beside_each_statement_in_it(tiny, tiny_text):
    lines = review(read(tiny, tiny_text), {"terms": tuple(TERMS)}, "1.1").splitlines()
    assert lines[:2] == ["== passage 1.1 ==", tiny_text.content[131:211]]
    assert [line for line in lines if line.startswith("- figure: ")] == [
        "- figure: figure:1-schools",
        "- figure: figure:1-seminaries",
        "- figure: figure:1-new-schools  (also in passage:3.1)",
        "- figure: figure:1-share-new",
    ]
    assert "    value: 1448" in lines


def test_a_section_is_shown_with_its_requests_and_all_its_passages(tiny, tiny_text):
    shown = review(read(tiny, tiny_text), {}, "theme:1")
    heads = [line for line in shown.splitlines() if line.startswith("==")]
    assert heads == ["== theme 1 ==", *(f"== passage 1.{n} ==" for n in range(1, 5))]
    assert "request:1-schools" in shown


def test_a_number_that_the_report_does_not_have_is_refused_with_the_nearest(tiny, tiny_text):
    with pytest.raises(UnknownName) as refused:
        review(read(tiny, tiny_text), {}, "1.11")
    assert "1.1" in refused.value.hint
