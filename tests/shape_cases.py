"""The cases of the shapes: a small project in which everything is right, and what each case describes anew.

A case is a file tests/shapes/<Shape>/<what is wrong>.ttl. Its description of a thing stands in place of the project's
own; shape:expected is the report that SHACL must give, with nothing more and nothing less.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import real

from statereport.rdf import turtle
from statereport.rdf.namespaces import SHAPE
from statereport.rdf.terms import is_iri, is_literal
from statereport.reasoning.validation import Finding, Validator

FOLDER = Path(__file__).parent / "shapes"
SH = "http://www.w3.org/ns/shacl#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
EXPECTED = SHAPE + "expected"
SPOKEN = (
    "label",
    "prefLabel",
    "inScheme",
    "subClassOf",
    "subPropertyOf",
    "equivalentClass",
    "intersectionOf",
    "first",
    "rest",
    "onProperty",
    "hasValue",
)

Result = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Case:
    """A file of a case, as read: what it describes anew, and what is expected of it."""

    path: Path

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def shape(self) -> str:
        """The node shape that the case is for."""
        return SHAPE + self.path.parent.name

    @cached_property
    def triples(self) -> list:
        return turtle.read(self.path)

    @cached_property
    def described(self) -> list:
        """The statements of the case about things."""
        return [t for t in self.triples if is_iri(t.subject) and t.subject.value != EXPECTED]

    @cached_property
    def expected(self) -> list[Result]:
        """The results of the expected report: focus, path, shape, component, severity."""
        of: dict = {}
        for t in self.triples:
            of.setdefault(t.subject, {})[t.predicate.value.removeprefix(SH)] = getattr(t.object, "value", "")
        results = [
            of[t.object] for t in self.triples if t.subject.value == EXPECTED and t.predicate.value == SH + "result"
        ]
        return sorted(
            (
                r["focusNode"],
                r.get("resultPath", ""),
                r["sourceShape"],
                r["sourceConstraintComponent"],
                r["resultSeverity"].removeprefix(SH),
            )
            for r in results
        )

    @cached_property
    def messages(self) -> set[str]:
        """The sentences of the expected report, where it gives any."""
        return {t.object.value for t in self.triples if t.predicate.value == SH + "resultMessage"}


class World:
    """The small project, the terms and concepts of the real one, and its shapes."""

    def __init__(self) -> None:
        dataset = real.dataset()
        self.rules = [t for part in dataset.shapes.values() for t in part]
        ontology = [t for part in dataset.ontology.values() for t in part]
        # The real terms and concepts are there to be spoken of, not to be looked at: no more of them than that takes.
        self._known = [
            t
            for t in ontology
            if t.predicate.value.rpartition("#")[2] in SPOKEN and getattr(t.object, "language", "en") == "en"
        ]
        self._validators: dict[str, Validator] = {}
        self._project = turtle.read(FOLDER / "project.ttl")

    def with_case(self, case: Case | None = None) -> list:
        """What is validated: the project, with what the case states in place of what it has about the same things."""
        described = case.described if case else []
        again = {t.subject for t in described}
        return self._known + [t for t in self._project if t.subject not in again] + described

    def results(self, case: Case | None = None, shape: str = "", plain: bool = False) -> list[Result]:
        """What the shapes, or one of them, say of the project with the case in it."""
        return sorted(result(finding) for finding in self.findings(case, shape, plain))

    def findings(self, case: Case | None = None, shape: str = "", plain: bool = False) -> tuple[Finding, ...]:
        """The same, with their messages."""
        return self.validator(shape).check(self.with_case(case), plain)

    def validator(self, shape: str = "") -> Validator:
        """All shapes, or one node shape with what it uses."""
        if shape not in self._validators:
            self._validators[shape] = Validator(reachable(self.rules, shape) if shape else self.rules)
        return self._validators[shape]


def reachable(rules: list, shape: str) -> list:
    """The triples about a shape and about what they lead to; of what it leads to, no targets."""
    of: dict = {}
    for t in rules:
        of.setdefault(t.subject.value, []).append(t)
    seen, queue, found = set(), [shape], []
    while queue:
        name = queue.pop()
        if name not in seen:
            seen.add(name)
            here = [t for t in of.get(name, ()) if name == shape or not t.predicate.value.startswith(SH + "target")]
            found += here
            queue += [t.object.value for t in here if not is_literal(t.object)]
    return found


def result(finding: Finding) -> Result:
    """A finding as a case writes it; a path that is no single property is left out."""
    path = finding.path if finding.path.startswith("http") and "|" not in finding.path else ""
    return (finding.focus, path, finding.shape, finding.component, finding.severity)


def owner(shape: str) -> str:
    """The node shape that a property shape or query belongs to: Figure of shape:Figure-value."""
    return shape.partition("-")[0]


def cases() -> list[Case]:
    """Every case, found by looking."""
    return [Case(path) for path in sorted(FOLDER.glob("*/*.ttl"))]
