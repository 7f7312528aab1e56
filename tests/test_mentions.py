"""Mentions: where the text calls a thing by one of its names, and where a name means something else."""

import pytest
from tinyproject import change, generated, read

from statereport.rdf import turtle
from statereport.rdf.namespaces import SR
from statereport.source import mentions

PREFIXES = """# Names.

PREFIX body: <https://w3id.org/statereport/id/body/>
PREFIX instrument: <https://w3id.org/statereport/id/instrument/>
PREFIX place: <https://w3id.org/statereport/id/place/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sr: <https://w3id.org/statereport/def/>

"""

Found = tuple[str, str, str]  # number of the text unit, name as printed, end of the thing's IRI


@pytest.fixture
def named(tiny, tiny_text):
    """A function: names in Turtle, and what the claim of the small report is about → its mentions."""

    def found(names: str, *about: str, where: str = "claim:1-schools-and-courts\n    a sr:Claim ;\n") -> list[Found]:
        folder = tiny.graphs / "reference"
        folder.mkdir()
        (folder / "names.ttl").write_text(PREFIXES + names, encoding="utf-8")
        facts = "".join(f"    sr:concerns <https://w3id.org/statereport/id/{thing}> ;\n" for thing in about)
        change(tiny, where, where + facts)
        return [
            (mention.unit.number, tiny_text.at(mention), mention.thing.rpartition("/id/")[2])
            for mention in mentions.mentions(read(tiny, tiny_text))
        ]

    return found


def test_a_name_without_capitals_is_found_where_the_thing_is_spoken_of(named):
    names = 'body:schools a sr:Body ; skos:prefLabel "schools"@en .'
    assert named(names, "body/schools") == [("1", "Schools", "body/schools"), ("3.1", "schools", "body/schools")]


def test_a_name_that_capitals_make_is_found_everywhere(named):
    names = 'body:state a sr:Body ; skos:prefLabel "Ruritania"@en , "Руритания"@ru .'
    assert named(names, "body/state") == [("0.1", "Ruritania", "body/state")]


def test_what_the_report_does_not_speak_of_has_no_mention(named):
    assert named('body:state a sr:Body ; skos:prefLabel "Ruritania"@en .') == []


def test_a_sentence_may_begin_with_a_name_and_a_capital_elsewhere_is_another_word(named):
    names = 'body:built a sr:Body ; skos:altLabel "four new schools"@en , "remedies"@en .'
    assert named(names, "body/built") == [("3", "Remedies", "body/built"), ("3.1", "Four new schools", "body/built")]


def test_a_capital_inside_a_sentence_is_no_begin(named):
    names = 'body:law a sr:Body ; skos:prefLabel "law"@en .'
    assert named(names, "body/law", where="citation:1-2-law-12\n    a sr:Citation ;\n") == []


def test_inside_a_longer_name_only_other_things_with_capitals_are_found(named):
    names = """
instrument:law a sr:LegalInstrument ; skos:prefLabel "Law No. 12 of March 3, 2019"@en ; skos:altLabel "Law No. 12"@en .
body:march a sr:Body ; skos:prefLabel "March"@en .
body:of a sr:Body ; skos:prefLabel "of"@en .
"""
    found = named(names, "instrument/law", "body/march", "body/of")
    assert found == [
        ("1.2", "Law No. 12 of March 3, 2019", "instrument/law"),
        ("1.2", "March", "body/march"),
    ]


def test_an_article_that_begins_a_longer_name_makes_no_other_name(named):
    names = """
body:schools a sr:Body ; skos:altLabel "the courts"@en , "courts met"@en , "met"@en .
body:before a sr:Body ; skos:altLabel "before the courts"@en .
"""
    assert named(names, "body/schools", "body/before") == [
        ("3.1", "before the courts", "body/before"),
        ("3.1", "courts met", "body/schools"),
    ]


def test_a_state_and_its_territory_are_told_apart_by_what_is_spoken_of(named):
    names = """
body:state a sr:Body ; skos:prefLabel "Ruritania"@en .
place:land a sr:Place ; skos:prefLabel "Ruritania"@en .
"""
    assert named(names, "body/state", "place/land") == [("0.1", "Ruritania", "place/land")]


def test_a_mention_is_described_with_its_place(tiny, tiny_text, named):
    named('body:state a sr:Body ; skos:prefLabel "Ruritania"@en .', "body/state")
    made = generated(mentions.generate, tiny, tiny_text)
    facts = {
        triple.predicate.value.removeprefix(SR): triple.object.value
        for triple in turtle.parse_turtle(made.content)
        if triple.subject.value == "https://w3id.org/statereport/id/tiny/mention/1.body.state"
    }
    assert (facts["startOffset"], facts["endOffset"], facts["token"]) == ("1", "10", "Ruritania")
    assert facts["isLocatedIn"].endswith("/passage/0.1") and facts["mentions"].endswith("/id/body/state")


def test_the_mentions_of_the_report_are_those_kept(project, report_text):
    assert [str(problem) for problem in generated(mentions.generate, project, report_text).check()] == []
