"""Validation: the shapes of the project over what is stated, by pySHACL, with its queries answered by Oxigraph.

A violation says that our encoding is wrong, a warning that the report itself is odd. What is looked at is what the files
state, with the superclasses of each thing and nothing else that could be inferred: domains and ranges would make a wrong
thing right. Source: SHACL, with SHACL-SPARQL; a focus node is bound to $this beforehand, as its section 5.3 says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any

from statereport.errors import ShapeBroken
from statereport.rdf import dataset, namespaces, rdflib_bridge, writers
from statereport.rdf.namespaces import BASE, RDF, SR
from statereport.rdf.prefixes import Prefixes
from statereport.reasoning import shapes, validation_input
from statereport.sparql.engine import Store

if TYPE_CHECKING:
    from pyoxigraph import Triple

LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"


@dataclass(frozen=True)
class Finding:
    """One rule that one thing breaks. `focus`, `shape` and `component` are IRIs, `severity` is Violation or Warning.

    `path` is a property's IRI or a path in words, `value` the value in question as text, both "" where there is none;
    `label` is the name of the focus for people; `prefixes` shorten the IRIs where `str()` gives it in words.
    """

    severity: str
    focus: str
    path: str
    value: str
    message: str
    shape: str
    label: str = ""
    component: str = ""
    prefixes: Prefixes = field(default_factory=Prefixes, compare=False, repr=False)

    def __str__(self) -> str:
        named = self.label and self.label not in self.message
        name = f"{self.label} ({self.prefixes.shorten(self.focus)})" if named else self.prefixes.shorten(self.focus)
        seen = (
            f" Here it is: {self.prefixes.shorten(self.value)}" if self.value and self.severity == "Violation" else ""
        )
        return f"{name}: {self.message}{seen}"

    def order(self) -> tuple:
        """The order of findings: violations first, then as the numbers of themes and passages run."""
        return (
            self.severity,
            _natural(self.focus),
            self.shape,
            self.path,
            _natural(self.value),
            self.component,
            self.message,
        )


def validate(data: dataset.Graphs, ontology: dataset.Graphs, rules: dataset.Graphs) -> tuple[Finding, ...]:
    """What the shapes (`rules`) find in the data and in the ontology itself, sorted; all by named graph.

    Raises ShapeBroken where a shape would be passed over in silence or the engine gives up.
    """
    given = [t for part in (*ontology.values(), *data.values()) for t in part]
    shape_triples = [t for part in rules.values() for t in part]
    for fault in shapes.broken(shape_triples, {t.subject.value for t in given}):
        raise fault
    return Validator(shape_triples).check(given)


class Validator:
    """Shapes, made ready to look at triples. `validate` runs the guards first; this does not."""

    def __init__(self, rules: Iterable[Triple]) -> None:
        triples = list(rules)
        self._prefixes = shapes.Shapes(tuple(triples)).names
        self.rules = rdflib_bridge.to_rdflib(triples)
        self._spread = rdflib_bridge.to_rdflib(shapes.spread(triples))

    def check(self, given: Iterable[Triple], plain: bool = False) -> tuple[Finding, ...]:
        """What the shapes find, sorted. `plain` leaves everything to pySHACL and rdflib, to compare with."""
        looked_at = validation_input.prepared(given)
        data = rdflib_bridge.to_rdflib(looked_at)
        report = _run(data, self.rules) if plain else _run(_answered_by_oxigraph(data, looked_at), self._spread)
        return tuple(sorted(_findings(report, self.rules, _labels(looked_at), self._prefixes), key=Finding.order))


def unfocused(data: dataset.Graphs, ontology: dataset.Graphs, rules: dataset.Graphs) -> tuple[str, ...]:
    """The shapes whose target nothing is: they find nothing because they look at nothing."""
    looked_at = validation_input.prepared(t for part in (*ontology.values(), *data.values()) for t in part)
    classes = {t.object.value for t in looked_at if t.predicate.value == RDF + "type"}
    subjects_of = {t.predicate.value for t in looked_at}
    graph = shapes.Shapes(tuple(t for part in rules.values() for t in part))
    return tuple(
        shape
        for shape in graph.subjects("NodeShape")
        if (aims := (*graph.values(shape, "targetClass"), *graph.values(shape, "targetSubjectsOf")))
        and not (classes | subjects_of) & set(aims)
    )


def _answered_by_oxigraph(data, looked_at: Iterable[Triple]):
    """The same rdflib graph, with its SPARQL queries answered by Oxigraph: rdflib parses each text again at every node."""
    import rdflib

    engine = Store.memory(writers.quads({BASE + "validated": looked_at}))
    term = _turner(rdflib)

    known: dict[str, str] = {}

    class Answered(rdflib.Graph):
        # The parameters are those of rdflib.Graph.query, which pySHACL gives by their places.
        def query(self, text, processor="", result="", initNs=None, initBindings=None, *_, **__):
            bound = {str(name): writers.iri(str(value)) for name, value in (initBindings or {}).items()}
            if text not in known:
                known[text] = shapes.slim(text)
            return _Rows(
                _Row({name: term(value) for name, value in row.items()}) for row in engine.solutions(known[text], bound)
            )

    return Answered(store=data.store, identifier=data.identifier)


class _Row(dict):
    """A solution, as pySHACL reads it."""

    asdict = dict.copy


class _Rows(list):
    """Solutions, as pySHACL reads them."""

    @property
    def bindings(self) -> _Rows:
        return self


def _turner(rdflib) -> Callable[[Any], Any]:
    known: dict = {}

    def term(value):
        if value not in known:
            known[value] = rdflib_bridge.to_rdflib_term(value)
        return known[value]

    return term


def _run(data, rules):
    """The report of pySHACL. It hands a failure back as if it were a report, so the type is looked at."""
    import pyshacl
    import rdflib
    from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError

    try:
        with _queries_checked_once():
            _, report, text = pyshacl.validate(
                data, shacl_graph=rules, inference="none", advanced=False, do_owl_imports=False
            )
    except (ConstraintLoadError, ShapeLoadError, ReportableRuntimeError) as fault:
        raise ShapeBroken("ontology/shapes", f"pySHACL cannot read a shape: {fault}", "correct the shape") from fault
    if not isinstance(report, rdflib.Graph):
        raise ShapeBroken(
            "ontology/shapes",
            f"pySHACL gave up: {text}",
            "correct the shape; a constraint's query may not hold MINUS or VALUES",
        )
    return report


@contextmanager
def _queries_checked_once() -> Iterator[None]:
    """pySHACL searches a query's text for forbidden words again at every focus node, which takes longer than the query."""
    from pyshacl.helper import get_query_helper_cls

    helper = get_query_helper_cls()
    before = helper.check_invalid_sparql
    helper.check_invalid_sparql = cache(before)
    try:
        yield
    finally:
        helper.check_invalid_sparql = before


def _findings(report, rules, labels: Mapping[str, str], prefixes: Prefixes) -> Iterator[Finding]:
    from rdflib import SH

    messages: dict = {}
    for shape, message in rules.subject_objects(SH.message):
        messages.setdefault(shape, set()).add(str(message))
    for result in report.objects(None, SH.result):
        facts: dict = {}
        for predicate, value in report.predicate_objects(result):
            facts.setdefault(predicate, []).append(value)
        one = {predicate: values[0] for predicate, values in facts.items()}
        shape, focus = one[SH.sourceShape], str(one[SH.focusNode])
        said = sorted(str(message) for message in facts.get(SH.resultMessage, ()))
        # A constraint's own message says more than the rule of its shape.
        closer = [message for message in said if message not in messages.get(shape, ())] or said
        yield Finding(
            severity=str(one[SH.resultSeverity]).removeprefix(namespaces.SH),
            focus=focus,
            path=_path(one.get(SH.resultPath), rules),
            # Where a query names no value, SHACL gives the focus again.
            value="" if str(one.get(SH.value)) == focus else _text(one.get(SH.value)),
            message=" ".join(closer),
            shape=str(shape),
            label=labels.get(focus, ""),
            component=str(one[SH.sourceConstraintComponent]),
            prefixes=prefixes,
        )


def _path(path, rules) -> str:
    """A property path in words: an IRI as it is, ^ for the other direction, | between alternatives."""
    from rdflib import SH, BNode

    if path is None:
        return ""
    if not isinstance(path, BNode):
        return str(path)
    inverse = rules.value(path, SH.inversePath)
    if inverse is not None:
        return f"^{_path(inverse, rules)}"
    choice = rules.value(path, SH.alternativePath)
    steps = [_path(step, rules) for step in rules.items(choice if choice is not None else path)]
    return ("|" if choice is not None else "/").join(steps)


def _text(value) -> str:
    """A value as text; a computed number in its shortest form, in which all engines agree."""
    if value is None:
        return ""
    if str(getattr(value, "datatype", "")).endswith(("#decimal", "#integer", "#double")):
        try:
            return f"{Decimal(str(value)).normalize():f}"
        except InvalidOperation:
            return str(value)
    return str(value)


def _labels(triples: Iterable[Triple]) -> dict[str, str]:
    named = {
        t.subject.value: t.object.value for t in triples if t.predicate.value == LABEL and t.object.language == "en"
    }
    numbered = {
        t.subject.value: f"{t.subject.value.split('/')[-2]} {t.object.value}"
        for t in triples
        if t.predicate.value == SR + "number"
    }
    return {
        **{subject: label for subject, label in numbered.items() if re.search("/(passage|theme|part)/", subject)},
        **named,
    }


def _natural(name: str) -> tuple:
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.split(r"(\d+)", name))
