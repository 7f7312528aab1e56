"""Validation looks at everything, passes over nothing in silence, and agrees with pySHACL left to itself."""

import csv
import io
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
import rdflib
import real
from loops import some
from real import PREFIXES as TABLE
from sampling import sample
from shape_cases import World, cases

from statereport.errors import Problem, ShapeBroken
from statereport.project import find_project
from statereport.publish import export
from statereport.rdf import turtle
from statereport.rdf.dataset import Dataset
from statereport.rdf.namespaces import SHAPE, SR
from statereport.reasoning import shapes, validation
from statereport.reasoning.rules import load_rules

# Nothing in the report is renamed, founded or ended as a body; no number is derived by us.
RULES = load_rules(find_project().ontology / "rules")
SH = "http://www.w3.org/ns/shacl#"
UNFOCUSED = {"BodyChange", "DerivedFigure"}

PREFIXES = """PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX place: <https://w3id.org/statereport/id/place/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX shape: <https://w3id.org/statereport/shape/>
PREFIX sr: <https://w3id.org/statereport/def/>
PREFIX unit: <https://w3id.org/statereport/id/unit/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
TERMS = """sr:Place a owl:Class . sr:number a owl:DatatypeProperty . sr:isPartOf a owl:ObjectProperty .
shape:prefixes sh:declare shape:prefix-sr .
shape:prefix-sr sh:prefix "sr" ; sh:namespace "https://w3id.org/statereport/def/"^^xsd:anyURI .
"""
RIGHT = """
shape:Place a sh:NodeShape ; sh:targetClass sr:Place ; sh:property shape:Place-number ; sh:sparql shape:Place-query ;
    sh:message "A place is right."@en .
shape:Place-number a sh:PropertyShape ; sh:path sr:number ; sh:minCount 1 ; sh:message "A place has a number."@en .
shape:Place-query a sh:SPARQLConstraint ; sh:prefixes shape:prefixes ; sh:message "Here it is {?value}."@en ;
    sh:select "SELECT $this ?value WHERE { $this sr:number ?value FILTER (?value = '2') }" .
"""
TWO = 'place:one a sr:Place ; sr:number "1" . place:two a sr:Place ; sr:number "2" . place:three a sr:Place .'


def triples(text: str) -> list:
    return turtle.parse_turtle(PREFIXES + text)


def results(rules: str, data: str = TWO, plain: bool = False) -> tuple[validation.Finding, ...]:
    terms = triples(TERMS)
    return validation.Validator(terms + triples(rules)).check(terms + triples(data), plain)


def found(rules: str, data: str = TWO, plain: bool = False) -> list[str]:
    return [f"{finding.focus.rpartition('/')[2]}: {finding.message}" for finding in results(rules, data, plain)]


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return real.dataset()


@pytest.fixture(scope="module")
def findings() -> tuple[validation.Finding, ...]:
    return real.examined().findings


# --- guards: each stands between a fault and a silent pass -----------------------------------------------------------

FAULTS = {
    "a term that SHACL does not have": (RIGHT.replace("sh:minCount 1", "sh:minCout 1"), "minCount"),
    "a class of shapes that SHACL does not have": (
        RIGHT.replace("sh:PropertyShape", "sh:PropertyShap"),
        "PropertyShape",
    ),
    "a query without $this": (RIGHT.replace("SELECT $this ?value", "SELECT ?number"), "SELECT $this"),
    "a query that breaks the grammar": (RIGHT.replace("?value WHERE {", "?value WHERE {{"), ""),
    "a prefix that is not declared": (RIGHT.replace("sh:prefixes shape:prefixes ;", ""), "sh:prefixes"),
    "a constraint without a query": (RIGHT.replace("sh:select", "sh:ask"), "sh:select"),
    "MINUS in a query": (RIGHT.replace("FILTER (?value = '2')", "MINUS { $this sr:number '2' }"), "NOT EXISTS"),
    "VALUES in a query": (RIGHT.replace("FILTER (?value = '2')", "VALUES ?value { '2' }"), ""),
    "a SELECT inside that does not ask for $this": (
        RIGHT.replace("FILTER (?value = '2')", "{ SELECT (COUNT(?x) AS ?n) { ?x sr:number ?y } }"),
        "about all things",
    ),
    "a SELECT inside that asks for everything": (
        RIGHT.replace("FILTER (?value = '2')", "{ SELECT * { ?x sr:number ?y } }"),
        "about all things",
    ),
    "a severity on a constraint": (
        RIGHT.replace("a sh:SPARQLConstraint ;", "a sh:SPARQLConstraint ; sh:severity sh:Warning ;"),
        "node shape",
    ),
    "a node shape without target": (RIGHT.replace("sh:targetClass sr:Place ;", ""), "sh:targetClass"),
    "a property shape that no node shape names": (RIGHT.replace("sh:property shape:Place-number ;", ""), "sh:property"),
    "a target class that nothing describes": (RIGHT.replace("sr:Place ;", "sr:Plaec ;"), "sr:Place"),
    "a path that nothing describes": (RIGHT.replace("sh:path sr:number", "sh:path sr:nubmer"), "sr:number"),
    "a name in a query that nothing describes": (
        RIGHT.replace("$this sr:number ?value", "$this sr:numbre ?value"),
        "sr:number",
    ),
}


def test_right_shapes_are_not_complained_about():
    known = {t.subject.value for t in triples(TERMS)}
    assert list(shapes.broken(triples(TERMS + RIGHT), known)) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_shape_that_would_be_passed_over_is_refused(fault):
    rules, cure = FAULTS[fault]
    assert rules != RIGHT
    known = {t.subject.value for t in triples(TERMS)}
    complaints = list(shapes.broken(triples(TERMS + rules), known))
    assert len(complaints) == 1
    assert cure in complaints[0].hint + complaints[0].what


@pytest.mark.parametrize(
    "fault", ["a term that SHACL does not have", "a query without $this", "a target class that nothing describes"]
)
def test_pyshacl_alone_says_nothing_of_it(fault):
    rules, _ = FAULTS[fault]
    assert len(found(rules, plain=True)) < len(found(RIGHT, plain=True))


def test_broken_shapes_stop_the_validation():
    parts = {"https://example.org/shapes": tuple(triples(TERMS + FAULTS["a query without $this"][0]))}
    with pytest.raises(ShapeBroken, match="never finds anything"):
        validation.validate({}, {"https://example.org/terms": tuple(triples(TERMS))}, parts)


def test_a_failure_that_pyshacl_hands_back_as_a_report_is_an_error():
    rules = RIGHT.replace("FILTER (?value = '2')", "MINUS { $this sr:number '2' }")
    with pytest.raises(ShapeBroken, match="gave up"):
        found(rules, plain=True)


def test_a_constraint_that_pyshacl_cannot_load_is_an_error():
    with pytest.raises(ShapeBroken, match="cannot use"):
        found(RIGHT.replace("sh:minCount 1", 'sh:minCount "one"'))


# --- what is looked at -----------------------------------------------------------------------------------------------


def test_types_follow_from_superclasses_and_from_values_and_from_nothing_else():
    given = triples("""sr:Figure a owl:Class ; rdfs:subClassOf sr:Quantity .
    sr:Quantity a owl:Class ; rdfs:subClassOf sr:Statement .
    sr:hasUnit rdfs:range sr:Unit ; rdfs:domain sr:Quantity .
    sr:Percentage owl:equivalentClass [
        owl:intersectionOf ( sr:Figure [ owl:onProperty sr:hasUnit ; owl:hasValue unit:percent ] )
    ] .
    place:share a sr:Figure ; sr:hasUnit unit:percent .
    place:other sr:hasUnit unit:percent .
    place:number a sr:Figure .""")
    kinds = {
        (TABLE.shorten(t.subject.value), TABLE.shorten(t.object.value))
        for t in validation.Validator(triples(RIGHT)).prepared(given)
        if t.predicate.value.endswith("#type")
        and t.subject.value.rpartition("/")[2] in ("share", "other", "number", "percent")
    }
    assert kinds == {
        ("place:share", "sr:Figure"),
        ("place:share", "sr:Quantity"),
        ("place:share", "sr:Statement"),
        ("place:share", "sr:Percentage"),
        ("place:number", "sr:Figure"),
        ("place:number", "sr:Quantity"),
        ("place:number", "sr:Statement"),
    }


def test_other_peoples_terms_and_nameless_expressions_are_left_out():
    given = triples("owl:Thing a owl:Class . [] a owl:Class . sr:Place a owl:Class .")
    looked_at = validation.Validator(triples(RIGHT)).prepared(given)
    assert {t.subject.value.rpartition("/")[2] for t in looked_at} == {"Place"}


RULE = """#+ summary: A place below another has a number.
#+ description: For a test.
#+ tags: [{tag}]
PREFIX sr: <https://w3id.org/statereport/def/>
CONSTRUCT {{ ?place sr:number "2" }} WHERE {{ ?place sr:isPartOf ?other }}
"""


@pytest.mark.parametrize(
    ("tag", "finds"), [("shapes", ["one: Here it is 2."]), ("cubes", ["one: A place has a number."])]
)
def test_what_the_rules_for_shapes_conclude_is_looked_at_and_nothing_else(tmp_path, tag, finds):
    (tmp_path / "number.rq").write_text(RULE.format(tag=tag))
    data = triples(TERMS + "place:one a sr:Place ; sr:isPartOf place:two .")
    findings = validation.Validator(triples(TERMS + RIGHT), load_rules(tmp_path)).check(data)
    assert [f"{finding.focus.rpartition('/')[2]}: {finding.message}" for finding in findings] == finds


# --- findings --------------------------------------------------------------------------------------------------------


def test_findings_are_what_they_should_be():
    assert found(RIGHT) == ["three: A place has a number.", "two: Here it is 2."]


def test_oxigraph_and_plain_pyshacl_find_the_same_on_a_small_graph():
    assert found(RIGHT, plain=True) == found(RIGHT)


def test_this_is_bound_beforehand_in_sub_selects_filters_and_negations():
    query = """SELECT $this ?value WHERE {
        { SELECT $this (COUNT(?other) AS ?value)
          WHERE { ?other sr:number ?n . FILTER (?other != $this) } GROUP BY $this }
        FILTER NOT EXISTS { ?one sr:number '1' . FILTER (?one = $this) } }"""
    rules = RIGHT.replace(
        "SELECT $this ?value WHERE { $this sr:number ?value FILTER (?value = '2') }", query.replace("\n", " ")
    )
    assert found(rules) == ["three: Here it is 2.", "three: A place has a number.", "two: Here it is 1."]
    assert found(rules, plain=True) == found(rules)


ODD_DATA = """place:one a sr:Place ; sr:number "1", "2", "x y"@en, 7, "7.50"^^xsd:decimal ; sr:isPartOf place:two .
place:two a sr:Place ; sr:number "2" ; sr:isPartOf place:one, place:two, [] .
place:three a sr:Place ; sr:number "3" ."""
NUMBERS = "SELECT $this ?value WHERE { $this sr:number ?value FILTER (?value = '2') }"
BACK = "SELECT $this ?value WHERE { ?value sr:number $this }"
ODD_SHAPES = {
    "literals as focus nodes": ("sh:targetClass sr:Place ;", "sh:targetObjectsOf sr:number ;", NUMBERS, BACK),
    "a blank node as focus node": (
        "sh:targetClass sr:Place ;",
        "sh:targetObjectsOf sr:isPartOf ;",
        NUMBERS,
        "SELECT $this ?value WHERE { ?value sr:isPartOf $this }",
    ),
    "a literal named as the target": ("sh:targetClass sr:Place ;", "sh:targetNode '2', 'none' ;", NUMBERS, BACK),
    "a thing that is nowhere as the target": ("sh:targetClass sr:Place ;", "sh:targetNode place:nowhere ;"),
    "two targets": ("sh:targetClass sr:Place ;", "sh:targetClass sr:Place ; sh:targetSubjectsOf sr:number ;"),
    "a shape that is switched off": ("sh:targetClass sr:Place ;", "sh:targetClass sr:Place ; sh:deactivated true ;"),
    "a constraint that is switched off": ("sh:prefixes", "sh:deactivated true ; sh:prefixes"),
    "no message of the constraint": ('sh:message "Here it is {?value}."@en ;', ""),
    "two messages": ('{?value}."@en', '{?value}."@en, "And {$this}, {?nothing}."@en'),
    "a shape's message with a value": ('"A place is right."', '"A place is right: {?value}, {?this}."'),
    "no value": ("SELECT $this ?value", "SELECT $this"),
    "the focus node as its value": (NUMBERS, "SELECT $this ?value WHERE { $this sr:isPartOf ?value }"),
    "another focus node": (NUMBERS, "SELECT ?this ?value WHERE { $this sr:isPartOf ?value }"),
    "a path": (NUMBERS, "SELECT $this ?path ?value WHERE { $this ?path ?value . FILTER (?path = sr:isPartOf) }"),
    "the same row twice": (NUMBERS, "SELECT $this WHERE { $this sr:number ?n }"),
    "a number that is worked out": (
        NUMBERS,
        "SELECT $this (COUNT(?n) + 0.5 AS ?value) { $this sr:number ?n } GROUP BY $this",
    ),
    "another severity": ('sh:message "A place is right."@en', 'sh:severity sh:Info ; sh:message "Right."@en'),
    "a query on a property shape": (
        'sh:message "A place has a number."@en .',
        'sh:message "A place has a number."@en ; sh:sparql shape:Place-path .\n'
        "shape:Place-path a sh:SPARQLConstraint ; sh:prefixes shape:prefixes ; sh:message 'Not {?value}.'@en ;\n"
        "sh:select 'SELECT $this ?value WHERE { $this $PATH ?value }' .",
    ),
    "a query of a shape that another one uses": (
        "shape:Place-number a sh:PropertyShape ;",
        "shape:Other a sh:NodeShape ; sh:targetSubjectsOf sr:isPartOf ; sh:node shape:Place ; sh:message 'Other.' .\n"
        "shape:Place-number a sh:PropertyShape ;",
    ),
}


@pytest.mark.parametrize("case", ODD_SHAPES)
def test_oxigraph_and_plain_pyshacl_find_the_same_by_odd_shapes(case):
    rules = RIGHT
    for old, new in some(zip(ODD_SHAPES[case][::2], ODD_SHAPES[case][1::2], strict=True)):
        assert old in rules
        rules = rules.replace(old, new)
    validator, data = validation.Validator(triples(TERMS + rules)), triples(TERMS + ODD_DATA)
    ours, theirs = validator.check(data), validator.check(data, plain=True)
    assert [str(finding) for finding in ours] == [str(finding) for finding in theirs]
    assert ours == theirs
    assert ours or "switched off" in case


def test_a_backslash_in_a_value_stands_in_the_message():
    """pySHACL alone reads it as an escape."""
    rules = RIGHT.replace("FILTER (?value = '2')", "")
    assert found(rules, 'place:one a sr:Place ; sr:number "back\\\\slash" .') == ["one: Here it is back\\slash."]


def test_a_term_of_rdf_1_2_is_refused_in_words():
    for value in some(["<<( place:one a sr:Place )>>", '"a"@ar--rtl']):
        with pytest.raises(Problem) as fault:
            results(RIGHT, f"place:one a sr:Place ; sr:number {value} .")
        assert fault.value.hint


def test_nothing_of_the_libraries_is_changed():
    """Two validations at once leave pySHACL and rdflib as they were, and find the same."""
    from pyshacl.helper import get_query_helper_cls

    def state() -> list:
        helper = get_query_helper_cls()
        return [
            rdflib.NORMALIZE_LITERALS,
            *logging.getLogger("rdflib.term").filters,
            *sorted(vars(helper).items(), key=str),
            *sorted(map(str, rdflib.term._toPythonMapping)),
        ]

    before = state()
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(results, [RIGHT] * 4, [ODD_DATA] * 4))
    assert both == [both[0]] * 4 and both[0]
    assert state() == before and rdflib.NORMALIZE_LITERALS


def test_a_number_is_shown_in_its_shortest_form():
    forms = {
        "7.50": "7.5",
        "007": "7",
        "-0.10": "-0.1",
        "10": "10",
        "1.0": "1",
        "+5": "5",
        "0": "0",
        "0.0": "0",
        "x": "x",
    }
    for text, short in some(forms.items()):
        assert validation._shortest(text, validation.namespaces.XSD + "decimal") == short
    long = "1" * 5000
    assert validation._shortest(long, validation.namespaces.XSD + "integer") == long
    assert validation._shortest("7.393E3", validation.namespaces.XSD + "double") == "7393"
    assert validation._shortest("1.0E999999999", validation.namespaces.XSD + "double") == "1.0E999999999"


def test_the_same_is_found_whichever_way_property_shapes_get_their_targets():
    spread = shapes.Shapes(tuple(shapes.Shapes(tuple(triples(TERMS + RIGHT))).spread()))
    assert spread.values(SHAPE + "Place", "property") == ()
    assert spread.values(SHAPE + "Place-number", "targetClass") == ("https://w3id.org/statereport/def/Place",)


def test_a_finding_speaks_in_words(findings):
    said = [str(finding) for finding in findings if finding.shape == SHAPE + "TotalsAddUp"]
    name = "schools by language of instruction, 2020-2021 (kaz-breakdown:13-schools-by-language)"
    assert f"{name}: The parts add up to 7,393, but the total is stated as 7391." in said


# --- the project -----------------------------------------------------------------------------------------------------


def test_the_project_breaks_no_rule(findings):
    assert [str(finding) for finding in findings if finding.severity == "Violation"] == []


def test_the_warnings_are_those_that_are_known(findings, golden):
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["shape", "focus", "value", "message"])
    rows.writerows(
        [
            TABLE.shorten(f.shape),
            TABLE.shorten(f.focus),
            TABLE.shorten(f.value) if f.value.startswith("http") else f.value,
            f.message,
        ]
        for f in findings
        if f.severity != "Violation"
    )
    golden.check("warnings.csv", out.getvalue().encode())


def test_every_shape_finds_something_to_look_at(dataset):
    validator = validation.Validator(t for part in dataset.shapes.values() for t in part)
    looked_at = validator.prepared(t for part in (*dataset.ontology.values(), *dataset.data.values()) for t in part)
    there = {t.object for t in looked_at if t.predicate.value.endswith("#type")} | {t.predicate for t in looked_at}
    graph = shapes.Shapes(tuple(t for part in dataset.shapes.values() for t in part))
    aims = {shape: {term for _, term in graph.targets(shape)} for shape in some(graph.subjects("NodeShape"), 100)}
    idle = {shape.removeprefix(SHAPE) for shape, terms in aims.items() if terms and not terms & there}
    assert idle == UNFOCUSED


def test_the_published_shapes_look_at_nothing_of_foreign_vocabularies(dataset):
    of_data, of_terms = export.shapes_apart(dataset.shapes)
    targets = {
        (triple.object.value, name)
        for name, part in of_data.items()
        for triple in part
        if triple.predicate.value.startswith(SH + "target")
    }
    own = (
        SR,
        "http://www.w3.org/2004/02/skos/core#Concept",
        "http://www.w3.org/ns/oa#",
        "http://purl.org/linked-data/",
    )
    assert [target for target in some(targets, 60) if not target[0].startswith(own)] == []
    assert [name.rpartition("/")[2] for name in of_terms] == ["project"]


@pytest.mark.slow
def test_a_planted_fault_in_the_project_is_found(dataset):
    planted = turtle.parse_turtle(PREFIXES + "place:nowhere a sr:Place .")
    data = {**dataset.data, "https://example.org/planted": tuple(planted)}
    found = {
        finding.shape.removeprefix(SHAPE)
        for finding in validation.validate(data, dataset.ontology, dataset.shapes, RULES)
        if finding.focus.endswith("/nowhere")
    }
    assert found == {"Named-prefLabel", "Place-hasKind"}


@pytest.mark.slow
def test_oxigraph_and_plain_pyshacl_find_the_same_in_the_small_project():
    world = World()
    case = next(case for case in cases() if case.name == "PeriodsAreAsPreciseAsTheySay/dates-do-not-fit")
    assert world.findings(case, plain=True) == world.findings(case)


@pytest.mark.slow
def test_oxigraph_and_plain_pyshacl_find_the_same_in_the_real_project(dataset):
    """Plain pySHACL takes minutes: anchors, ledger and mentions, many and all alike, are left out."""
    named = [name for name in dataset.data if not name.endswith(("/anchors", "/ledger", "/mentions"))]
    parts = [dataset.data[name] for name in sample(named, 12)]
    given = [t for part in (*dataset.ontology.values(), *parts) for t in part]
    validator = validation.Validator((t for part in dataset.shapes.values() for t in part), RULES)
    assert validator.check(given, plain=True) == validator.check(given)
