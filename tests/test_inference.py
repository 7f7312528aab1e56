"""Inference: each kind of axiom gives what it must and nothing near it; owlrl says the same of the real ontology."""

from pathlib import Path

import pyoxigraph as ox
import pytest
import real
from loops import some
from real import PREFIXES
from sampling import sample

from statereport.errors import AxiomBroken, NotInferred, QuerySyntax, RuleBroken
from statereport.project import find_project
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
    """What is inferred in a case; a folder of its name holds its rules. The cases in `real` are on the real ontology,
    with the project's rule of the case's name where it has one."""
    case = read(path)
    if path.parent.name == "real":
        rules = [rule for rule in load_rules(find_project().ontology / "rules") if rule.name == f"rule {path.stem}"]
        return case, infer(dataset.ontology_quads(), case["data"], rules, PREFIXES)
    return case, infer(case["ontology"], case["data"], load_rules(path.with_suffix("")), PREFIXES)


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

    assert len(inference.triples) == len({quad.triple for quad in case["expected"]})
    for triple in inference.triples:
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
    assert sum(inference.by_rule.values()) == len({*inference.triples, *inference.foreign})
    assert len(inference.triples) == len(set(inference.triples))
    assert list(inference.triples) == sorted(inference.triples, key=str)


def test_the_order_of_the_statements_does_not_matter(dataset):
    ontology, data = dataset.ontology_quads(), dataset.data_quads()
    assert infer(ontology, data).triples == infer(ontology[::-1], data[::-1]).triples


# What only forbids, or would only show that two names mean one thing: no statement in our own terms follows from it.
FORBIDS = (
    "AllDifferent AllDisjointClasses AllDisjointProperties AsymmetricProperty FunctionalProperty "
    "InverseFunctionalProperty IrreflexiveProperty disjointWith propertyDisjointWith"
)
# What an axiom is made of, and what is no axiom.
PARTS = (
    "Class ObjectProperty DatatypeProperty AnnotationProperty Restriction Ontology intersectionOf unionOf members "
    "onProperty hasValue someValuesFrom allValuesFrom versionIRI versionInfo priorVersion deprecated"
)
CHARACTERISTICS = "SymmetricProperty TransitiveProperty"


def test_every_axiom_of_the_ontology_is_read_or_only_forbids(dataset):
    known = {namespaces.OWL + name for name in f"{FORBIDS} {PARTS} {CHARACTERISTICS}".split()} | set(axioms.READERS)
    a = f"{namespaces.RDF}type"
    used = {t.object.value if t.predicate.value == a else t.predicate.value for t in dataset.ontology_quads()}
    owl = some((word for word in used if word.startswith(namespaces.OWL)), 15)
    assert [word for word in owl if word not in known] == []


SR = "PREFIX sr: <https://w3id.org/statereport/def/> "
OWL = "PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
ODD_AXIOMS = {
    "a list that has no end": "sr:p owl:propertyChainAxiom _:a . _:a rdf:first sr:q ; rdf:rest _:a .",
    "a list without a rest": "sr:p owl:propertyChainAxiom [ rdf:first sr:q ] .",
    "a list with two ends": "sr:p owl:propertyChainAxiom [ rdf:first sr:q ; rdf:rest (), ( sr:r ) ] .",
    "a class that holds itself": "sr:A owl:equivalentClass _:b . _:b owl:intersectionOf ( sr:B _:b ) .",
    "a class nested too deeply": f"sr:A owl:equivalentClass {'[ owl:intersectionOf ( ' * 2000}sr:B{' ) ]' * 2000} .",
    "too many choices": "sr:A owl:equivalentClass [ owl:intersectionOf ("
    + "[ owl:unionOf ( sr:a sr:b sr:c sr:d ) ]" * 40
    + ") ] .",
    "a blank node as a property": "_:p rdfs:subPropertyOf sr:q . sr:r owl:inverseOf _:x .",
    "a literal as a class": 'sr:A rdfs:subClassOf "B" . sr:p rdfs:domain "C" ; owl:inverseOf "q" .',
    "a triple term as a class": "sr:A rdfs:subClassOf <<( sr:A rdfs:subClassOf sr:B )>> .",
    "a value that would be a subject": (
        "sr:A rdfs:subClassOf [ owl:onProperty [ owl:inverseOf sr:p ] ; owl:hasValue 'x' ] ."
    ),
    "an expression that says nothing": "sr:A rdfs:subClassOf [] . sr:B owl:equivalentClass [ owl:onProperty sr:p ] .",
}


@pytest.mark.parametrize("case", ODD_AXIOMS)
def test_an_odd_axiom_is_read_passed_over_or_refused_in_words(case):
    rdf = "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> "
    ontology = list(ox.parse(f"{rdf}{OWL}{SR}{ODD_AXIOMS[case]}", format=ox.RdfFormat.TURTLE))
    data = list(ox.parse(f"{SR}sr:x a sr:A ; sr:p sr:y ; sr:q sr:z .", format=ox.RdfFormat.TURTLE))
    try:
        inference = infer(ontology, data)
    except AxiomBroken as problem:
        assert problem.where.startswith("https://w3id.org/statereport/def/") and problem.hint
        assert any(word in case for word in ("list", "itself", "deeply", "choices"))
    else:
        assert inference.rounds
        assert not any(word in case for word in ("list", "itself", "deeply", "choices"))


def test_a_rule_of_choices_that_undoes_itself_is_explained_by_the_choice_that_held(tmp_path):
    """Once it has run its condition does not hold any more, and its patterns never hold all together."""
    tmp_path.joinpath("rule.rq").write_text(
        f"#+ summary: x\n#+ description: y\n{SR}CONSTRUCT {{ ?x sr:c 1 }} WHERE {{ "
        "{ ?x sr:a 1 } UNION { ?x sr:b 1 } FILTER NOT EXISTS { ?x sr:c 1 } }"
    )
    data = list(ox.parse(f"{SR}sr:x sr:a 1 .", format=ox.RdfFormat.TURTLE))
    inference = infer([], data, load_rules(tmp_path))
    (triple,) = inference.triples
    explanation = inference.explain(triple)
    assert (explanation.rule, explanation.premises, explanation.inferred) == ("rule rule", (data[0].triple,), ())


def test_what_is_summed_up_is_settled_before(tmp_path):
    rules = {
        "a-sum": "CONSTRUCT { ?x sr:sum ?n } "
        "WHERE { SELECT ?x (SUM(?v) AS ?n) WHERE { ?x sr:doubled ?v } GROUP BY ?x }",
        "b-double": "CONSTRUCT { ?x sr:doubled ?d } WHERE { ?x sr:v ?v BIND(2 * ?v AS ?d) }",
    }
    for name, text in some(rules.items()):
        tmp_path.joinpath(f"{name}.rq").write_text(f"#+ summary: x\n#+ description: y\n{SR}{text}")
    loaded = load_rules(tmp_path)
    assert [rule.runs_last for rule in loaded] == [True, False] and not any(rule.makes_things for rule in loaded)
    data = ox.parse(f"{SR}sr:x sr:v 1, 2, 4 .", format=ox.RdfFormat.TURTLE)
    sums = [t.object.value for t in infer([], data, loaded).triples if t.predicate.value.endswith("sum")]
    assert sums == ["14"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("CONSTRUCT { ?s a ?c } WHERE { ?s a ?c }", RuleBroken),
        ("#+ summary: x\n#+ description: y\nSELECT ?s WHERE { ?s a ?c }", RuleBroken),
        ("#+ summary: x\n#+ description: y\nCONSTRUCT { [] a ?c } WHERE { ?s a ?c }", RuleBroken),
        ("#+ summary: x\n#+ description: y\nCONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 3", RuleBroken),
        ("#+ summary: x\n#+ description: y\nCONSTRUCT { ?s a ?c } WHERE { ?s a }", QuerySyntax),
        ("#+ summary: [x\n#+ description: y\nCONSTRUCT { ?s a ?c } WHERE { ?s a ?c }", QuerySyntax),
        ("#+ summary: [x]\n#+ description: y\nCONSTRUCT { ?s a ?c } WHERE { ?s a ?c }", RuleBroken),
        ("#+ summary: x\n#+ description: y\n#+ tags: x\nCONSTRUCT { ?s a ?c } WHERE { ?s a ?c }", RuleBroken),
        (
            "#+ summary: x\n#+ description: y\nCONSTRUCT { ?s a ?c } WHERE { ?s a ?c . BIND(<<( ?s a ?c )>> AS ?t) }",
            RuleBroken,
        ),
        ("", RuleBroken),
    ],
    ids=[
        "no header",
        "no CONSTRUCT",
        "a thing without a name",
        "something after it",
        "a mistake",
        "a header that is not YAML",
        "a summary that is no text",
        "tags that are no list",
        "what rdflib cannot read",
        "nothing",
    ],
)
def test_a_rule_that_cannot_work_is_refused(tmp_path, text, problem):
    tmp_path.joinpath("rule.rq").write_text(text)
    with pytest.raises(problem) as fault:
        load_rules(tmp_path, lambda path: f"ontology/rules/{path.name}")
    assert fault.value.where.startswith("ontology/rules/rule.rq") and fault.value.hint


def test_a_rule_is_read_as_editors_leave_it(tmp_path):
    head = "#+ summary: x\n#+ description: >-\n#+   y\n#+ tags: [shapes]\n"
    text = f"{head}{SR}\nCONSTRUCT {{ ?s sr:a 1 }} WHERE {{ ?s sr:a 2 }}\n"
    for end in some(["\n", "\r\n", "\r"]):
        tmp_path.joinpath("rule.rq").write_bytes(("\ufeff" + text.replace("\n", end)).encode())
        (rule,) = load_rules(tmp_path)
        assert rule.condition == "?s <https://w3id.org/statereport/def/a> 2" and rule.tags == {"shapes"}


@pytest.mark.slow
def test_owlrl_finds_the_same_consequences_in_our_terms(dataset):
    import peers
    import rdflib

    # owlrl takes minutes over the generated graphs, of which nothing but domains and ranges follows.
    named = [name for name in dataset.data if not name.endswith(("/anchors", "/ledger", "/mentions"))]
    looked_at = set(sample(named, 12))
    data = [quad for quad in dataset.data_quads() if quad.graph_name.value in looked_at]
    graph = rdflib_bridge.to_rdflib([*dataset.ontology_quads(), *data])
    asserted = set(graph)
    peers.owl_closure(graph)
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


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ('"2020-03-05"^^xsd:date', "2020-03-05", "2020-03-05"),
        ('"2020"^^xsd:gYear', "2020-01-01", "2020-12-31"),
        ('"2020-02"^^xsd:gYearMonth', "2020-02-01", "2020-02-29"),
        ('"2021-02"^^xsd:gYearMonth', "2021-02-01", "2021-02-28"),
        ('"1900-02"^^xsd:gYearMonth', "1900-02-01", "1900-02-28"),
        ('"2000-02"^^xsd:gYearMonth', "2000-02-01", "2000-02-29"),
        ('"2020-11"^^xsd:gYearMonth', "2020-11-01", "2020-11-30"),
        ('"2020-12"^^xsd:gYearMonth', "2020-12-01", "2020-12-31"),
        ('"--02-07"^^xsd:gMonthDay', None, None),
        ('"about 2020"', None, None),
    ],
)
def test_a_date_of_any_precision_has_a_first_and_a_last_day(written, first, last):
    head = f"PREFIX sr: <{namespaces.SR}> PREFIX xsd: <{namespaces.XSD}> "
    properties = {"dated": (first, last), "date": (first, last), "startDate": (first, None), "endDate": (None, last)}
    rules = [rule for rule in load_rules(real.find_project().ontology / "rules") if rule.name.endswith("-days")]
    for name, wanted in properties.items():
        data = ox.parse(f"{head} <{BASE}x> sr:{name} {written} .", format=ox.RdfFormat.TURTLE)
        found = {t.predicate.value.removeprefix(namespaces.SR): t.object.value for t in infer([], data, rules).triples}
        assert (found.get("firstDay"), found.get("lastDay")) == wanted, name
