"""Each shape refuses what it must, and nothing else: cases found by looking in tests/shapes/<Shape>/."""

from functools import cache
from operator import attrgetter

import pytest
from loops import some
from sampling import sample
from shape_cases import FOLDER, SH, World, cases, owner, reachable, result

from statereport.rdf import turtle
from statereport.rdf.namespaces import SHAPE
from statereport.reasoning.shapes import Shapes
from statereport.reasoning.validation import Validator

CASES = cases()
name_of = attrgetter("name")
shape_of = attrgetter("shape")
# Two cases of each shape, for the quick tests.
FIRSTS = sample(CASES, 2, shape_of, whole=False)
# sh: parameters that are a constraint of their own, and the component that each is reported as.
COMPONENTS = {
    "minCount": "MinCount",
    "maxCount": "MaxCount",
    "datatype": "Datatype",
    "class": "Class",
    "node": "Node",
    "pattern": "Pattern",
    "languageIn": "LanguageIn",
    "uniqueLang": "UniqueLang",
    "qualifiedMinCount": "QualifiedMinCount",
    "qualifiedMaxCount": "QualifiedMaxCount",
    "hasValue": "HasValue",
    "in": "In",
    "lessThan": "LessThan",
    "minLength": "MinLength",
    "maxLength": "MaxLength",
    "minInclusive": "MinInclusive",
    "maxInclusive": "MaxInclusive",
    "nodeKind": "NodeKind",
    "or": "Or",
    "xone": "Xone",
    "sparql": "SPARQL",
}
# What says how a constraint works or who it is for, and is none itself.
NO_CONSTRAINT = {
    "type",
    "message",
    "path",
    "property",
    "severity",
    "targetClass",
    "targetSubjectsOf",
    "qualifiedValueShape",
    "hasKind",
}


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@cache
def constraints() -> tuple[tuple[str, str, str], ...]:
    """Each constraint of a shape that finds things: shape, sh: parameter, component."""
    shapes = Shapes(tuple(World().rules))
    helpers = {
        shape
        for shape in shapes.subjects("NodeShape")
        if not any(shapes.values(shape, aim) for aim in ("targetClass", "targetSubjectsOf"))
    }
    found = []
    for shape in (*shapes.subjects("NodeShape"), *shapes.subjects("PropertyShape")):
        if owner(shape) not in helpers:
            found += [
                (shape, name, f"{SH}{COMPONENTS[name]}ConstraintComponent")
                for name in COMPONENTS
                if shapes.values(shape, name)
            ]
    return tuple(found)


def test_the_small_project_is_right(world):
    assert world.results() == []


@pytest.mark.parametrize(
    "case", [case if case in FIRSTS else pytest.param(case, marks=pytest.mark.slow) for case in CASES], ids=name_of
)
def test_a_shape_finds_in_its_cases_what_they_expect(world, case):
    expected = [row for row in case.expected if owner(row[2]) == case.shape]
    findings = world.findings(case, case.shape)
    assert sorted(result(finding) for finding in findings) == expected
    assert {finding.message for finding in findings if finding.severity == "Warning"} <= case.messages


def test_each_constraint_has_a_case_that_it_refuses():
    refused = {(row[2], row[3]) for case in CASES for row in case.expected}
    assert [(shape, name) for shape, name, component in constraints() if (shape, component) not in refused] == []


def test_each_shape_has_a_case_that_only_it_refuses():
    alone = {row[2] for case in CASES for row in case.expected if len({row[2] for row in case.expected}) == 1}
    assert sorted({shape for shape, _, _ in constraints()} - alone) == []


def test_every_parameter_of_a_shape_is_tried(world):
    used = {
        t.predicate.value.rpartition("#")[2].rpartition("/")[2]
        for t in world.rules
        if t.subject.value.startswith(SHAPE) and not t.subject.value.startswith(SHAPE + "prefix")
    }
    of_queries = {"prefixes", "select"}
    assert used - of_queries <= set(COMPONENTS) | NO_CONSTRAINT


def test_every_folder_of_cases_is_a_shape(world):
    known = {shape.removeprefix(SHAPE) for shape in Shapes(tuple(world.rules)).subjects("NodeShape")}
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} <= known


def test_every_class_of_the_ontology_has_a_shape(world, project):
    declared = {
        t.subject.value
        for path in project.ontology.glob("*.ttl")
        for t in turtle.read(path)
        if t.object.value == "http://www.w3.org/2002/07/owl#Class"
        and t.subject.value.startswith("https://w3id.org/statereport/def/")
    }
    shapes = Shapes(tuple(world.rules))
    aimed = {target for shape in shapes.subjects("NodeShape") for target in shapes.values(shape, "targetClass")}
    assert sorted(declared - aimed) == []


def test_every_shape_says_its_rule_in_a_sentence(world):
    shapes = Shapes(tuple(world.rules))
    for shape, _, _ in some(constraints(), 300):
        said = shapes.values(shape, "message")
        assert len(said) == 1, shape
        assert said[0][0].isupper() and said[0][-1] == ".", shape


def test_severity_stands_on_warnings_of_the_report_only(world):
    shapes = Shapes(tuple(world.rules))
    severe = {
        shape: shapes.values(shape, "severity")
        for shape in (*shapes.subjects("NodeShape"), *shapes.subjects("PropertyShape"))
    }
    assert {values for values in severe.values() if values} == {(SH + "Warning",)}


@pytest.mark.slow
@pytest.mark.parametrize("case", sample(CASES, 1, shape_of), ids=name_of)
def test_no_other_shape_finds_anything_in_a_case(world, case):
    findings = world.findings(case)
    assert sorted(result(finding) for finding in findings) == case.expected
    assert {finding.message for finding in findings if finding.severity == "Warning"} == case.messages


@pytest.mark.slow
def test_each_constraint_is_missed_when_it_is_taken_away(world):
    by_result: dict = {}
    for case in CASES:
        for row in case.expected:
            by_result.setdefault((row[2], row[3]), []).append(case)
    unnoticed = []
    for shape, name, component in some(sample(constraints(), 1, lambda row: f"{owner(row[0])} {row[1]}"), 100):
        node = owner(shape)
        others = {t.predicate.value for t in world.rules if t.subject.value == shape} - {SH + name}
        # A qualified shape that has neither count left is no constraint but a fault.
        counted = others & {SH + "qualifiedMinCount", SH + "qualifiedMaxCount"}
        gone = {SH + name} if counted or not name.startswith("qualified") else {SH + name, SH + "qualifiedValueShape"}
        weaker = Validator(
            t for t in reachable(world.rules, node) if t.subject.value != shape or t.predicate.value not in gone
        )
        if all(
            weaker.check(world.with_case(case)) == world.findings(case, node)
            for case in by_result[shape, component][:2]
        ):
            unnoticed.append((shape, name))
    assert unnoticed == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    sample((case for case in CASES if "Warning" in {row[4] for row in case.expected}), 1, shape_of),
    ids=name_of,
)
def test_plain_pyshacl_finds_the_same_in_a_case(world, case):
    assert world.findings(case, case.shape, plain=True) == world.findings(case, case.shape)
