"""Inference: each kind of axiom gives what it must and nothing near it; owlrl says the same of the real ontology."""

from pathlib import Path

import pyoxigraph as ox
import pytest
import real
from loops import some
from real import PREFIXES

from statereport.errors import NotInferred, QuerySyntax, RuleBroken
from statereport.rdf import namespaces, rdflib_bridge
from statereport.reasoning import axioms
from statereport.reasoning.explanations import Explanations
from statereport.reasoning.inference import infer
from statereport.reasoning.rules import load_rules

CASES = sorted(Path(__file__).parent.joinpath("inference").rglob("*.trig"))
BASE = "https://w3id.org/statereport/id/case/"


@pytest.fixture(scope="module")
def dataset():
    return real.dataset()


def read(path):
    """A case: its quads by the name of their graph."""
    found = {"ontology": [], "data": [], "expected": [], "near-miss": []}
    for quad in ox.parse(path=str(path), format=ox.RdfFormat.TRIG, base_iri=BASE):
        found[quad.graph_name.value.removeprefix(BASE)].append(quad)
    return found


def run(path, dataset):
    """What is inferred in a case; a folder of the case's name holds its rules, `real` the cases on the real ontology."""
    case = read(path)
    ontology = dataset.ontology_quads() if path.parent.name == "real" else case["ontology"]
    return case, infer(ontology, case["data"], load_rules(path.with_suffix("")), PREFIXES)


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_axiom_gives_what_it_must_and_nothing_else(path, dataset):
    case, inference = run(path, dataset)
    assert case["near-miss"], "a case needs something that must not follow"
    assert set(inference.triples) == {quad.triple for quad in case["expected"]}
    assert not set(inference.triples) & {quad.triple for quad in case["near-miss"]}


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_inferred_statement_is_explained_down_to_what_is_asserted(path, dataset):
    case, inference = run(path, dataset)
    asserted = {quad.triple for quad in case["data"]}
    kept = Explanations.read(Explanations.of(inference).write())

    def walk(triple, above=()):
        assert triple not in above, "an explanation goes in a circle"
        explanation = inference.explain(triple)
        assert kept.explain(str(triple)) == explanation, "a build keeps another explanation"
        assert explanation.premises
        assert set(explanation.inferred) <= set(explanation.premises)
        for premise in some(explanation.premises):
            if premise in explanation.inferred:
                walk(premise, (*above, triple))
            else:
                assert premise in asserted

    for triple in some(inference.triples):
        walk(triple)


def test_an_explanation_names_the_axiom_and_its_premises(dataset):
    _case, inference = run(Path(__file__).parent / "inference/real/refers-to.trig", dataset)
    sr = "https://w3id.org/statereport/def/"
    triple = ox.Triple(ox.NamedNode(f"{BASE}passage"), ox.NamedNode(f"{sr}refersTo"), ox.NamedNode(f"{BASE}point"))
    explanation = inference.explain(triple)
    assert explanation.rule == "sr:refersTo owl:propertyChainAxiom ( [ owl:inverseOf sr:isStatedIn ] sr:drawsOn )"
    assert [
        (t.subject.value.rpartition("/")[2], t.predicate.value.rpartition("/")[2]) for t in explanation.premises
    ] == [("citation", "isStatedIn"), ("citation", "drawsOn")]
    assert [t.predicate.value for t in explanation.inferred] == [f"{sr}drawsOn"]


def test_an_asserted_statement_has_no_explanation(dataset):
    case, inference = run(Path(__file__).parent / "inference/sub-class.trig", dataset)
    asserted = case["data"][0].triple
    with pytest.raises(NotInferred):
        inference.explain(asserted)
    for text in (str(asserted), "", "no statement"):
        with pytest.raises(NotInferred):
            Explanations.of(inference).explain(text)


def test_an_explanation_has_the_premises_that_come_first_in_the_alphabet():
    ontology = "PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX sr: <https://w3id.org/statereport/def/> "
    chain = "sr:of a owl:ObjectProperty ; owl:propertyChainAxiom ( sr:in sr:by ) ."
    data = "".join(f"<x:a> <{namespaces.SR}in> <x:{way}> . <x:{way}> <{namespaces.SR}by> <x:z> . " for way in "cbd")
    quads = (ox.parse(text, ox.RdfFormat.TURTLE) for text in (ontology + chain, data))
    (triple,) = (inference := infer(*quads)).triples
    assert [str(t) for t in inference.explain(triple).premises] == [
        f"<x:a> <{namespaces.SR}in> <x:b>",
        f"<x:b> <{namespaces.SR}by> <x:z>",
    ]


def test_a_thing_without_a_name_is_inferred_from_and_explained_like_any_other():
    ontology = f"<{namespaces.SR}in> <{namespaces.RDFS}domain> <{namespaces.SR}Part> ."
    inference = infer(
        ox.parse(ontology, ox.RdfFormat.TURTLE), ox.parse(f"[] <{namespaces.SR}in> 1 .", ox.RdfFormat.TURTLE)
    )
    (triple,) = inference.triples
    assert inference.explain(triple).premises[0].subject == triple.subject


def test_the_count_by_rule_is_the_count_of_the_triples(dataset):
    inference = infer(dataset.ontology_quads(), dataset.data_quads())
    assert sum(inference.by_rule.values()) == len(inference.triples) == len(set(inference.triples))
    assert list(inference.triples) == sorted(inference.triples, key=str)


def test_the_order_of_the_statements_does_not_matter(dataset):
    ontology, data = dataset.ontology_quads(), dataset.data_quads()
    assert infer(ontology, data).triples == infer(ontology[::-1], data[::-1]).triples


def test_every_axiom_of_the_ontology_is_compiled_or_only_forbids(dataset):
    structure = {
        namespaces.OWL + name
        for name in (
            "intersectionOf",
            "unionOf",
            "members",
            "onProperty",
            "hasValue",
            "someValuesFrom",
            "allValuesFrom",
            "versionIRI",
            "versionInfo",
            "deprecated",
        )
    }
    kinds = {
        namespaces.OWL + name
        for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "Restriction", "Ontology")
    }
    for t in some(dataset.ontology_quads()):
        words = (t.object.value,) if t.predicate.value == f"{namespaces.RDF}type" else (t.predicate.value,)
        for word in some(words):
            if word.startswith(namespaces.OWL):
                assert word in axioms.COMPILED | axioms.CONSTRAINTS | structure | kinds, word


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("CONSTRUCT { ?s a ?c } WHERE { ?s a ?c }", RuleBroken),
        ("#+ summary: x\n#+ description: y\nSELECT ?s WHERE { ?s a ?c }", RuleBroken),
        ("#+ summary: x\n#+ description: y\nCONSTRUCT { [] a ?c } WHERE { ?s a ?c }", RuleBroken),
        ("#+ summary: x\n#+ description: y\nCONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 3", RuleBroken),
        ("#+ summary: x\n#+ description: y\nCONSTRUCT { ?s a ?c } WHERE { ?s a }", QuerySyntax),
    ],
    ids=["no header", "no CONSTRUCT", "a thing without a name", "something after it", "a mistake"],
)
def test_a_rule_that_cannot_work_is_refused(tmp_path, text, problem):
    tmp_path.joinpath("rule.rq").write_text(text)
    with pytest.raises(problem):
        load_rules(tmp_path)


@pytest.mark.slow
def test_owlrl_finds_the_same_consequences_in_our_terms(dataset):
    import owlrl
    import rdflib

    # owlrl takes minutes over the generated graphs, of which nothing but domains and ranges follows.
    data = [quad for quad in dataset.data_quads() if not quad.graph_name.value.endswith(("/anchors", "/ledger"))]
    graph = rdflib_bridge.to_rdflib([*dataset.ontology_quads(), *data])
    asserted = set(graph)
    # owlrl puts readers of datatypes of its own in the place of rdflib's, for the whole process; they refuse xsd:gMonthDay.
    readers = dict(rdflib.term._toPythonMapping)
    try:
        owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    finally:
        rdflib.term._toPythonMapping.clear()
        rdflib.term._toPythonMapping.update(readers)
    theirs = {
        t
        for t in graph
        if t not in asserted
        and isinstance(t[0], rdflib.URIRef)
        and isinstance(t[1], rdflib.URIRef)
        and axioms.is_ours(t[1].n3(), t[2].n3())
    }
    ours = set(rdflib_bridge.to_rdflib(infer(dataset.ontology_quads(), data).triples))
    assert ours - theirs == set()
    assert theirs - ours == set()
    assert len(ours) > 1000
