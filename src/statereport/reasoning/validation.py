"""Validation: the shapes of the project over what is stated, by pySHACL, with the queries of constraints by Oxigraph.

Only the focus nodes that may have a result are given to either: `screen` says which conform to SHACL Core for certain,
and one query for all focus nodes together which may have a result of a SPARQL constraint.

A violation says that our encoding is wrong, a warning that the report itself is odd. What is looked at is what the
files state, with the superclasses of each thing, what the shapes' own rules add, and nothing else that could be
inferred: domains and ranges would make a wrong thing right. Source: SHACL, with SHACL-SPARQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from statereport.errors import ShapeBroken
from statereport.rdf import dataset, namespaces, rdflib_bridge, writers
from statereport.rdf.namespaces import BASE, SKOS, SR
from statereport.rdf.natural_order import natural
from statereport.rdf.prefixes import Prefixes
from statereport.rdf.terms import is_literal
from statereport.reasoning import axioms, inference, screen, shapes
from statereport.sparql import patterns
from statereport.sparql.engine import Store
from statereport.sparql.query import Query

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from statereport.reasoning.axioms import Rule

LABEL = SKOS + "prefLabel"
VALIDATED = BASE + "validated"
FOR_SHAPES = "shapes"  # the tag of a rule whose conclusions the shapes need
SPARQL_COMPONENT = namespaces.SH + "SPARQLConstraintComponent"
# What makes a query of a constraint one about each focus node by itself.
_NOT_FOR_ALL = "GRAPH LIMIT OFFSET MINUS VALUES SERVICE BNODE RAND UUID STRUUID".split()
_IS = writers.iri(f"{VALIDATED}/is")
_WHOLE_OR_DECIMAL = re.compile(r"\+?(-?)0*([0-9]+?)(?:\.([0-9]*?)0*)?")


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
            natural(self.focus),
            self.shape,
            self.path,
            natural(self.value),
            self.component,
            self.message,
        )


def validate(
    data: dataset.Graphs, ontology: dataset.Graphs, shape_graphs: dataset.Graphs, rules: Iterable[Rule] = ()
) -> tuple[Finding, ...]:
    """What the shapes find in the data and in the ontology itself, sorted; all by named graph.

    `rules` are those of ontology/rules/; of these, the ones that the shapes need are run. Raises ShapeBroken where a
    shape would be passed over in silence or the engine gives up.
    """
    given = [t for part in (*ontology.values(), *data.values()) for t in part]
    shape_triples = [t for part in shape_graphs.values() for t in part]
    for fault in shapes.broken(shape_triples, {getattr(t.subject, "value", "") for t in given}):
        raise fault
    return Validator(shape_triples, rules).check(given)


class Validator:
    """Shapes, made ready to look at triples. `validate` runs the guards first; this does not."""

    def __init__(self, shape_triples: Iterable[Triple], rules: Iterable[Rule] = ()) -> None:
        self._shapes = tuple(shape_triples)
        graph = shapes.Shapes(self._shapes)
        self._queries = graph.queries()
        self._core = graph.spread(self._queries)
        self._rules = [rule for rule in rules if FOR_SHAPES in rule.tags]
        self._prefixes = graph.names

    def prepared(self, given: Iterable[Triple]) -> list[Triple]:
        """What is validated: the triples about our own things, with what the classes and rules add to them.

        Nameless class expressions and other people's terms are left out. A thing has the superclasses of its classes,
        and each class that is defined by values that it has (a percentage is a figure whose unit is percent).
        """
        triples = list(given)
        own = [t for t in triples if getattr(t.subject, "value", "").startswith(BASE)]
        rules = [*axioms.class_rules(triples), *self._rules]
        added = inference.run(writers.quads({VALIDATED: own}), rules).triples
        return list(dict.fromkeys((*own, *added)))

    def check(self, given: Iterable[Triple], plain: bool = False) -> tuple[Finding, ...]:
        """What the shapes find, sorted. `plain` leaves everything to pySHACL and rdflib, to compare with."""
        looked_at = self.prepared(given)
        labels = _labels(looked_at)
        if plain:
            return tuple(sorted(self._results(self._shapes, looked_at, labels), key=Finding.order))
        data = screen.Data(looked_at)
        left = screen.remaining(self._core, data)
        found = list(self._results(left, looked_at, labels)) if left is not None else []
        store = Store.memory(writers.quads_of_default(looked_at), union=False)
        for number, query in enumerate(self._queries):
            focus = dict.fromkeys(node for aim in query.aims for node in data.focus_nodes(aim))
            found += _answers(query, _suspects(query, focus, store, number), store, labels, self._prefixes)
        return tuple(sorted(found, key=Finding.order))

    def _results(
        self, shape_triples: Iterable[Triple], looked_at: Iterable[Triple], labels: Mapping[str, str]
    ) -> Iterator[Finding]:
        """What pySHACL finds with some of the shapes."""
        report = _report(rdflib_bridge.to_rdflib(looked_at), rdflib_bridge.to_rdflib(shape_triples))
        return _findings(report, rdflib_bridge.to_rdflib(self._shapes), labels, self._prefixes)


def _suspects(query: shapes.Query, focus: Mapping[Any, None], store: Store, number: int) -> list[Any]:
    """The focus nodes at which the query of a constraint may have a solution, in their order.

    The query is run once for all of them. In each group that speaks of `$this` a pattern binds it to one of the focus
    nodes, which stand in a named graph of their own. So a solution at one focus node, for which SHACL binds `$this`
    beforehand, is a solution of this query too. A query that this may not hold for is left to be run at each.
    """
    asked = Query(query.text, query.constraint)
    if not focus or any(token.is_keyword(word) for token in asked.tokens for word in _NOT_FOR_ALL):
        return list(focus)
    name = f"{VALIDATED}/{number}"
    store.fill(name, (writers.statement(node, _IS, _IS) for node in focus if not is_literal(node)))
    rows = store.solutions(_for_all(asked, f" GRAPH <{name}> {{ $this {_IS} {_IS} }} "), {})
    found = {row.get("this") for row in rows}
    return [node for node in focus if node in found or is_literal(node)]


def _for_all(query: Query, pattern: str) -> str:
    """A query with a pattern at the beginning of each group in which `$this` stands."""
    reader, words, text = patterns.Reader(query), query.tokens, query.text
    for opening in sorted(reader.groups(), reverse=True):
        inside = words[opening : reader.closing(opening)]
        if not words[opening + 1].is_keyword("SELECT") and any(word.text in ("$this", "?this") for word in inside):
            text = text[: words[opening].end] + pattern + text[words[opening].end :]
    return text


def _answers(
    query: shapes.Query, focus_nodes: Iterable[Any], store: Store, labels: Mapping[str, str], prefixes: Prefixes
) -> Iterator[Finding]:
    """What the query of a constraint finds, by Oxigraph: rdflib parses its text again at every focus node.

    Source: SHACL, sections 5.3.1 (`$this` is bound beforehand) and 5.3.2 (how a solution becomes a result).
    """
    for this in focus_nodes:
        rows = (tuple(sorted(row.items())) for row in store.solutions(query.text, {"this": this}))
        for row in map(dict, dict.fromkeys(rows)):
            value = row.get("value")
            texts = {name: _characters(term) for name, term in {"value": this, **row, "this": this}.items()}
            yield Finding(
                severity=query.severity,
                focus=texts["this"],
                path=texts.get("path", ""),
                value="" if value in (None, this) else _shortest(texts["value"], _datatype(value)),
                message=_closest((_filled(message, texts) for message in (*query.messages, *query.rule)), query.rule),
                shape=query.shape,
                label=labels.get(texts["this"], ""),
                component=SPARQL_COMPONENT,
                prefixes=prefixes,
            )


def _filled(message: str, texts: Mapping[str, str]) -> str:
    """A message with `{?name}` and `{$name}` replaced by the values of a solution."""
    return re.sub(r"\{[?$](\w+)\}", lambda match: texts.get(match[1], match[0]), message)


def _closest(messages: Iterable[str], rule: Iterable[str]) -> str:
    """A constraint's own messages, which say more than the rule of its shape; that rule where there are none."""
    messages, general = sorted(set(messages)), set(rule)
    return " ".join([message for message in messages if message not in general] or messages)


def _report(data: Any, shape_graph: Any) -> Any:
    """The report of pySHACL. It hands a failure back as if it were a report, so the type is looked at."""
    import pyshacl
    import rdflib

    try:
        _, report, text = pyshacl.validate(
            data, shacl_graph=shape_graph, inference="none", advanced=False, do_owl_imports=False
        )
    except Exception as fault:  # of its own kinds, and of those of the libraries below it
        raise ShapeBroken("ontology/shapes", f"pySHACL cannot use a shape: {fault}", "correct the shape") from fault
    if not isinstance(report, rdflib.Graph):
        raise ShapeBroken(
            "ontology/shapes",
            f"pySHACL gave up: {text}",
            "correct the shape; a constraint's query may not hold MINUS or VALUES",
        )
    return report


def _findings(report: Any, shape_graph: Any, labels: Mapping[str, str], prefixes: Prefixes) -> Iterator[Finding]:
    """The results of pySHACL's report."""
    from rdflib import SH

    rule: dict = {}
    for shape, message in shape_graph.subject_objects(SH.message):
        rule.setdefault(shape, set()).add(str(message))
    for result in report.objects(None, SH.result):
        facts: dict = {}
        for predicate, value in report.predicate_objects(result):
            facts.setdefault(predicate, []).append(value)
        one = {predicate: values[0] for predicate, values in facts.items()}
        shape, focus = one[SH.sourceShape], str(one[SH.focusNode])
        messages = [str(message) for message in facts.get(SH.resultMessage, ())]
        value = one.get(SH.value)
        yield Finding(
            severity=str(one[SH.resultSeverity]).removeprefix(namespaces.SH),
            focus=focus,
            path=_path(one.get(SH.resultPath), shape_graph),
            # Where a query names no value, SHACL gives the focus again.
            value="" if value is None or str(value) == focus else _shortest(value, getattr(value, "datatype", "")),
            message=_closest(messages, rule.get(shape, ())),
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


def _characters(term: Any) -> str:
    """The characters of a term: an IRI without brackets, a literal without quotation marks."""
    return getattr(term, "value", str(term))


def _datatype(term: Any) -> str:
    return getattr(getattr(term, "datatype", None), "value", "")


def _shortest(text: str, datatype: object) -> str:
    """A value as text; a computed number in its shortest form, in which all engines agree."""
    kind = str(datatype).rpartition("#")[2]
    number = _WHOLE_OR_DECIMAL.fullmatch(text)
    if kind in ("decimal", "integer", "double") and number:
        return f"{number[1]}{number[2]}{f'.{number[3]}' if number[3] else ''}"
    if kind == "double" and re.fullmatch(r"-?[0-9]\.[0-9]{1,17}E-?[0-9]{1,2}", text):
        return _shortest(f"{Decimal(text):f}", datatype)
    return str(text)


def _labels(triples: Iterable[Triple]) -> dict[str, str]:
    """What things are called: their English label, or the kind and number of a text unit."""
    named, numbered = {}, {}
    for t in triples:
        subject, value = t.subject.value, getattr(t.object, "value", "")
        if t.predicate.value == LABEL and getattr(t.object, "language", None) == "en":
            named[subject] = value
        elif t.predicate.value == SR + "number" and (unit := re.search("/(passage|theme|part)/", subject)):
            numbered[subject] = f"{unit[1]} {value}"
    return {**numbered, **named}
