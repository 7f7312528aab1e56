"""The ontology and code lists pass the checks that the field trusts, but for exceptions with reasons (tests/field)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import real
from loops import some

from statereport.rdf import turtle
from statereport.rdf.namespaces import OWL, RDFS, SKOS, SR

sys.path.insert(0, str(Path(__file__).parent / "field"))
import checks

DOC = Path(__file__).resolve().parents[1] / "docs/checks.md"
HEAD = f"""PREFIX sr: <{SR}> PREFIX owl: <{OWL}> PREFIX rdfs: <{RDFS}> PREFIX skos: <{SKOS}> PREFIX x: <x:>
PREFIX dcterms: <http://purl.org/dc/terms/>
"""
# What each of these checks refuses: method and name → a few lines that break it.
CASES = {
    ("FOOPS!", "VER1"): "sr: owl:versionIRI sr: .",
    ("FOOPS!", "OM4.1"): "sr: a owl:Ontology .",
    ("FOOPS!", "VOC3"): "sr:A a owl:Class .",
    ("FOOPS!", "VOC4"): "sr:A a owl:Class .",
    ("OOPS!", "P03"): "sr:is a owl:ObjectProperty .",
    ("OOPS!", "P05, P25, P26"): "sr:a a owl:ObjectProperty ; owl:inverseOf sr:a .",
    ("OOPS!", "P06"): "sr:A rdfs:subClassOf sr:B . sr:B rdfs:subClassOf sr:A .",
    ("OOPS!", "P07"): "sr:AgencyAndCourt a owl:Class .",
    ("OOPS!", "P11"): "sr:a a owl:ObjectProperty ; rdfs:domain sr:A .",
    ("OOPS!", "P19"): "sr:a a owl:ObjectProperty ; rdfs:domain sr:A , sr:B .",
    ("OOPS!", "P21"): "sr:OtherBody a owl:Class .",
    ("OOPS!", "P22"): "sr:lower a owl:Class .",
    ("OOPS!", "P32"): 'sr:A a owl:Class ; rdfs:label "a"@en . sr:B a owl:Class ; rdfs:label "A"@en .',
    ("OOPS!", "P34, P35"): "x:a sr:unknown x:b .",
    ("OOPS!", "P40"): "skos:Concpt a owl:Class .",
    ("ROBOT", "duplicate_definition"): 'sr:A a owl:Class ; skos:definition "D"@en . sr:B a owl:Class ; '
    'skos:definition "D"@en .',
    ("ROBOT", "label_whitespace"): 'sr:A rdfs:label "a "@en .',
    ("ROBOT", "multiple_labels"): 'sr:A a owl:Class ; rdfs:label "a"@en , "b"@en .',
    ("ROBOT", "lowercase_definition"): 'sr:A a owl:Class ; skos:definition "a thing."@en .',
    ("qSKOS", "missing labels"): "x:a skos:inScheme x:s .",
    ("qSKOS", "inconsistent preferred labels"): 'x:a skos:inScheme x:s ; skos:prefLabel "a"@en , "b"@en .',
    ("qSKOS", "disjoint labels"): 'x:a skos:inScheme x:s ; skos:prefLabel "a"@en ; skos:altLabel "a"@en .',
    ("qSKOS", "overlapping labels"): 'x:a skos:inScheme x:s ; skos:prefLabel "a"@en . x:b skos:inScheme x:s ; '
    'skos:prefLabel "a"@en .',
    ("qSKOS", "cyclic hierarchy"): "x:a skos:broader x:b . x:b skos:broader x:a .",
    ("qSKOS", "top concepts with broader"): "x:a skos:inScheme x:s ; skos:topConceptOf x:s ; skos:broader x:b .",
    ("qSKOS", "undocumented concepts"): "x:a skos:inScheme x:s .",
    ("qSKOS", "unprintable characters"): 'x:a skos:prefLabel "a\\u0007"@en .',
}


@pytest.fixture(scope="module")
def found() -> list[tuple[checks.Check, set[str]]]:
    """Each check with what breaks it in the real ontology and reference graphs."""
    data = real.dataset()
    parts = [*data.ontology.values(), *(part for name, part in data.data.items() if "/reference/" in name)]
    return checks.results(checks.Vocabulary(t for part in parts for t in part), real.PREFIXES.shorten)


def test_nothing_breaks_a_check_without_a_reason_and_no_reason_is_out_of_date(found):
    reasons = checks.exceptions()
    broken = {(check.method, check.name): names for check, names in some(found)}
    without = {key: sorted(names - reasons.get(key, {}).keys()) for key, names in broken.items()}
    unused = {key: sorted(reasons[key].keys() - broken.get(key, set())) for key in reasons}
    assert {key: names for key, names in without.items() if names} == {}
    assert {key: names for key, names in unused.items() if names} == {}
    assert all(len(reason) > 20 for of in reasons.values() for reason in of.values())


def test_the_table_of_the_docs_is_up_to_date(found):
    made = checks.table(found)
    if made not in DOC.read_text(encoding="utf-8"):
        pytest.fail(f"docs/checks.md should have this table:\n{made}")


def test_each_check_refuses_what_it_is_for():
    by_key = {(check.method, check.name): check for check in checks.CHECKS}
    silent = [
        key for key, text in CASES.items()
        if not list(by_key[key].broken(checks.Vocabulary(turtle.parse_turtle(HEAD + text))))
    ]  # fmt: skip
    assert silent == [] and len(CASES) > 25
