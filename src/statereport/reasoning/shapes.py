"""Shapes as they are read, and guards for them: what makes a SHACL engine say "conforms" without looking.

A misspelt sh: term, a query without $this, a target or path that no term has, a severity on a constraint, a shape that
nothing reaches: pySHACL passes over each of them in silence. Source of the list of sh: terms: the vocabulary's own
file, which pySHACL brings along.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from statereport.errors import QueryRefused, QuerySyntax, ShapeBroken, did_you_mean
from statereport.rdf import turtle, writers
from statereport.rdf.namespaces import BASE, RDF, SH
from statereport.rdf.prefixes import Prefixes
from statereport.rdf.terms import is_iri, is_literal
from statereport.sparql import engine, tokens

if TYPE_CHECKING:
    from pyoxigraph import Triple

TYPE = RDF + "type"
# What a query of a constraint may not hold, because pySHACL stops at it or SHACL forbids it.
FORBIDDEN = ("MINUS", "VALUES", "SERVICE")


# How a target is written, in SHACL Core.
TARGETS = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")


@dataclass(frozen=True)
class Query:
    """The query of a constraint on a node shape: what it aims at, and what its results say.

    `aims` are targets (the name of the sh: property, and the term), `messages` those of the constraint, `rule` those of
    the shape.
    """

    shape: str
    constraint: str
    aims: tuple[tuple[str, Any], ...]
    severity: str
    messages: tuple[str, ...]
    rule: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Shapes:
    """A graph of shapes, read as it stands."""

    triples: tuple[Triple, ...]

    def subjects(self, kind: str) -> tuple[str, ...]:
        """The IRIs of the shapes or constraints of a kind (`NodeShape`), in their order."""
        return tuple(
            dict.fromkeys(
                t.subject.value
                for t in self.triples
                if t.predicate.value == TYPE and _value(t.object) == SH + kind and is_iri(t.subject)
            )
        )

    def values(self, subject: str, name: str) -> tuple[str, ...]:
        """The values of a sh: property of a shape, as text."""
        return tuple(_value(term) for term in self._of.get(subject, {}).get(SH + name, ()))

    def about(self, subject: str) -> dict[str, list]:
        """What is said of a subject (an IRI, or the name of a blank node): predicate → objects."""
        return self._of.get(subject, {})

    @cached_property
    def _of(self) -> dict[str, dict[str, list]]:
        found: dict[str, dict[str, list]] = {}
        for t in self.triples:
            found.setdefault(t.subject.value, {}).setdefault(t.predicate.value, []).append(t.object)
        return found

    @cached_property
    def prefixes(self) -> dict[str, dict[str, str]]:
        """For each subject that declares prefixes: prefix → namespace."""
        return {
            subject: {
                self.values(entry, "prefix")[0]: self.values(entry, "namespace")[0]
                for entry in entries
                if self.values(entry, "prefix")
            }
            for subject in self._of
            if (entries := self.values(subject, "declare"))
        }

    @cached_property
    def names(self) -> Prefixes:
        """Every prefix that the shapes declare, for names in messages."""
        return Prefixes({prefix: space for table in self.prefixes.values() for prefix, space in table.items()})

    def query(self, constraint: str) -> str:
        """The query of a constraint with those of its prefixes that it uses, as an engine reads it."""
        known: dict[str, str] = {}
        for table in self.values(constraint, "prefixes"):
            known |= self.prefixes.get(table, {})
        text = "\n".join(self.values(constraint, "select"))
        used = {token.text.partition(":")[0] for token in tokens.tokens(text) if token.kind == "name"}
        return "\n".join([*(f"PREFIX {name}: <{known[name]}>" for name in sorted(used & set(known))), text])

    def targets(self, shape: str) -> tuple[tuple[str, Any], ...]:
        """The targets of a shape: the name of the sh: property, and the term."""
        about = self._of.get(shape, {})
        return tuple((name, term) for name in TARGETS for term in about.get(SH + name, ()))

    @cached_property
    def used(self) -> set[str]:
        """The shapes that other shapes use, otherwise than as their property shapes."""
        return {
            _value(t.object)
            for t in self.triples
            if isinstance(t.object, turtle.NamedNode) and t.predicate.value not in (TYPE, SH + "property")
        }

    def queries(self) -> tuple[Query, ...]:
        """The constraints that are queries on a node shape with targets, and that need nothing but `$this`."""
        return tuple(
            Query(
                shape,
                constraint,
                self.targets(shape),
                next(iter(self.values(shape, "severity")), SH + "Violation").removeprefix(SH),
                self.values(constraint, "message"),
                self.values(shape, "message"),
                self.query(constraint),
            )
            for shape in self.subjects("NodeShape")
            if self.targets(shape) and shape not in self.used and not self.values(shape, "deactivated")
            for constraint in self.values(shape, "sparql")
            if len(self.values(constraint, "select")) == 1
            and not self.values(constraint, "deactivated")
            and not re.search(r"[$?](PATH|shapesGraph|currentShape)\b", self.query(constraint))
        )

    def spread(self, queries: Iterable[Query] = ()) -> list[Triple]:
        """The same shapes without some queries, and with the targets of node shapes given to their property shapes too.

        Property shapes with targets need no node shape. SHACL reports the same either way; pySHACL looks at all focus
        nodes of a target at once, but at those of a sh:property one by one. A node shape that other shapes use keeps
        its property shapes.
        """
        answered = {(query.shape, SH + "sparql", query.constraint) for query in queries}
        property_shapes = set(self.subjects("PropertyShape"))
        moved = {
            (shape, SH + "property", inner): shape
            for shape in self.subjects("NodeShape")
            if shape not in self.used
            for inner in self.values(shape, "property")
            if inner in property_shapes
        }
        kept = [
            t
            for t in self.triples
            if (t.subject.value, t.predicate.value, _value(t.object)) not in answered | moved.keys()
        ]
        return kept + [
            writers.triple(inner, SH + name, term)
            for (_, _, inner), shape in moved.items()
            for name, term in self.targets(shape)
        ]

    def names_in(self, constraint: str) -> set[str]:
        """The IRIs that the query of a constraint speaks of."""
        known = {
            name: space
            for table in self.values(constraint, "prefixes")
            for name, space in self.prefixes.get(table, {}).items()
        }
        split = (
            token.text.partition(":")
            for token in tokens.tokens("\n".join(self.values(constraint, "select")))
            if token.kind == "name"
        )
        return {known[prefix] + local for prefix, _, local in split if prefix in known}


def broken(triples: Iterable[Triple], known: Iterable[str] = ()) -> Iterator[ShapeBroken]:
    """Each fault for which an engine would pass over a shape in silence.

    `known` are the project's IRIs that are described anywhere (terms, concepts); what a shape names must be among them.
    """
    shapes = Shapes(tuple(triples))
    yield from _unknown_terms(shapes)
    yield from _queries(shapes)
    yield from _severities(shapes)
    yield from _unreached(shapes)
    yield from _unknown_names(shapes, set(known))


def _unknown_terms(shapes: Shapes) -> Iterator[ShapeBroken]:
    terms = shacl_terms()
    for t in shapes.triples:
        for term in (t.predicate, t.object):
            name = _value(term)
            if is_iri(term) and name.startswith(SH) and name not in terms:
                short = name.removeprefix(SH)
                near = did_you_mean(short, (term.removeprefix(SH) for term in terms), "see the SHACL recommendation")
                yield _problem(shapes, t.subject.value, f"SHACL has no term sh:{short}, so this says nothing.", near)


def _queries(shapes: Shapes) -> Iterator[ShapeBroken]:
    constraints = dict.fromkeys(
        [
            *shapes.subjects("SPARQLConstraint"),
            *(t.object.value for t in shapes.triples if t.predicate.value == SH + "sparql"),
        ]
    )
    for constraint in constraints:
        text = shapes.query(constraint)
        if not shapes.values(constraint, "select"):
            yield _problem(shapes, constraint, "The constraint has no query.", "give it a sh:select")
            continue
        wrong = [
            token.text for token in tokens.tokens(text) if token.kind == "word" and token.text.upper() in FORBIDDEN
        ]
        if wrong:
            yield _problem(
                shapes,
                constraint,
                f"{wrong[0]} is not allowed in the query of a constraint.",
                "say it with FILTER NOT EXISTS, BIND or UNION",
            )
            continue
        try:
            columns = engine.form_of(text, constraint).columns
        except (QuerySyntax, QueryRefused) as fault:
            declare = "declare each prefix in ontology/prefixes.ttl and name shape:prefixes in sh:prefixes"
            yield _problem(shapes, constraint, fault.what, declare if "prefix" in fault.what.lower() else fault.hint)
            continue
        if "this" not in columns:
            yield _problem(
                shapes,
                constraint,
                "The query does not ask for $this, so it never finds anything.",
                "begin it with SELECT $this",
            )
        elif not all("this" in names for names in _selected(text)):
            what = "A SELECT inside of the query does not ask for $this, so it is about all things and not about each."
            yield _problem(shapes, constraint, what, "begin it with SELECT $this, and end it with GROUP BY $this")


def _selected(query: str) -> Iterator[set[str]]:
    """The names of the variables that each SELECT of a query asks for, as they are written."""
    words = list(tokens.tokens(query))
    for place, word in enumerate(words):
        if word.is_keyword("SELECT"):
            asked = takewhile(lambda word: not word.is_keyword("WHERE") and word.text != "{", words[place + 1 :])
            yield {word.text[1:] for word in asked if word.kind == "variable"}


def _severities(shapes: Shapes) -> Iterator[ShapeBroken]:
    for constraint in shapes.subjects("SPARQLConstraint"):
        if shapes.values(constraint, "severity"):
            yield _problem(
                shapes, constraint, "A severity on a constraint is passed over.", "give the severity to the node shape"
            )


def _unreached(shapes: Shapes) -> Iterator[ShapeBroken]:
    reached = {_value(t.object) for t in shapes.triples if t.predicate.value != TYPE and not is_literal(t.object)}
    for kind, hint in (
        ("NodeShape", "give it a sh:targetClass"),
        ("PropertyShape", "name it in the sh:property of its node shape"),
    ):
        for shape in shapes.subjects(kind):
            if shape not in reached and not shapes.targets(shape):
                yield _problem(
                    shapes,
                    shape,
                    "The shape has no target and no other shape names it, so it is never looked at.",
                    hint,
                )


def _unknown_names(shapes: Shapes, known: set[str]) -> Iterator[ShapeBroken]:
    described = known | {t.subject.value for t in shapes.triples}
    spoken = [
        (t.subject.value, _value(term)) for t in shapes.triples for term in (t.predicate, t.object) if is_iri(term)
    ]
    spoken += [
        (constraint, name)
        for constraint in shapes.subjects("SPARQLConstraint")
        for name in sorted(shapes.names_in(constraint))
    ]
    for shape, name in spoken:
        if name.startswith(BASE) and name not in described and name != BASE + "shape/prefixes":
            near = did_you_mean(
                shapes.names.shorten(name),
                (shapes.names.shorten(other) for other in described if other.startswith(BASE)),
                "describe it, or correct its spelling",
            )
            yield _problem(
                shapes, shape, f"The shape speaks of {shapes.names.shorten(name)}, and nothing has that name.", near
            )


def shacl_terms() -> frozenset[str]:
    """Every term of the SHACL vocabulary, from the file that pySHACL brings along."""
    spec = importlib.util.find_spec("pyshacl")
    path = Path(spec.submodule_search_locations[0]) / "assets" / "shacl.ttl"
    return frozenset(t.subject.value for t in turtle.read(path) if t.subject.value.startswith(SH))


def _problem(shapes: Shapes, shape: str, what: str, hint: str) -> ShapeBroken:
    return ShapeBroken(shapes.names.shorten(shape) if shape.startswith("http") else "a nameless shape", what, hint)


def _value(term) -> str:
    return getattr(term, "value", "")
