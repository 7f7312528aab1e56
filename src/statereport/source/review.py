"""A passage, or all of a section, beside everything that the curated graphs state in it: what a second reader reads."""

import re
from collections.abc import Iterable, Iterator

from statereport.errors import UnknownName, nearest
from statereport.rdf.dataset import Graphs
from statereport.rdf.namespaces import RDF, RDFS, SKOS, SR
from statereport.rdf.turtle import NamedNode
from statereport.source.evidence import Evidence, Unit

# Where a thing says in which text unit it stands.
_STANDS = {SR + "isStatedIn", SR + "isSeenIn"}
_LABELS = (SKOS + "prefLabel", RDFS + "label")
_UNSAID = {RDF + "type", SR + "digest", SR + "startOffset", SR + "endOffset", *_STANDS}

_Facts = dict[str, list[tuple[str, object]]]


def review(evidence: Evidence, ontology: Graphs, name: str) -> str:
    """The passage with the number `name` (13.6), or the section (13) with all its passages: text, then statements.

    `ontology` has the labels of properties and classes. Raises UnknownName for a number that the report does not have.
    """
    units = _units(evidence, name)
    facts: _Facts = {}
    labels: dict[str, str] = {}
    for triple in (t for graphs in (evidence.graphs, ontology) for triples in graphs.values() for t in triples):
        if isinstance(triple.subject, NamedNode):
            facts.setdefault(triple.subject.value, []).append((triple.predicate.value, triple.object))
            if triple.predicate.value in _LABELS and triple.object.language in (None, "en"):
                labels[triple.subject.value] = triple.object.value
    return "\n".join(line for unit in units for line in _unit(evidence, unit, facts, labels)) + "\n"


def _units(evidence: Evidence, name: str) -> list[Unit]:
    *kind, number = re.split("[ /:]", name)
    units = [unit for unit in evidence.units if unit.number == number and (not kind or kind[-1] == unit.kind)]
    if not units:
        near = nearest(number, [unit.number for unit in evidence.units])
        hint = f"did you mean {', '.join(near)}?" if near else "give a number such as 13.6, or 13 for all of a section"
        raise UnknownName(name, "The report has no passage or section of this number.", hint)
    inside = {unit.number for unit in units if unit.kind == "theme"}
    return [unit for unit in evidence.units if unit in units or (unit.kind == "passage" and unit.under in inside)]


def _unit(evidence: Evidence, unit: Unit, facts: _Facts, labels: dict[str, str]) -> Iterator[str]:
    yield f"== {unit.kind} {unit.number} =="
    yield evidence.text.at(unit)
    yield ""
    yield from _facts(evidence, facts.get(unit.iri, ()), labels, "")
    for iri, about in facts.items():
        places = [value.value for predicate, value in about if predicate in _STANDS]
        part = (SR + "isPartOf", NamedNode(unit.iri)) in about and iri not in {other.iri for other in evidence.units}
        if unit.iri in places or part:
            kinds = [labels.get(value.value, "") for predicate, value in about if predicate == RDF + "type"]
            others = [evidence.prefixes.shorten(place) for place in places if place != unit.iri]
            also = f"  (also in {', '.join(others)})" if others else ""
            yield f"- {' '.join(filter(None, kinds))}: {evidence.prefixes.shorten(iri)}{also}"
            yield from _facts(evidence, about, labels, "    ")
    yield ""


def _facts(
    evidence: Evidence, about: Iterable[tuple[str, object]], labels: dict[str, str], indent: str
) -> Iterator[str]:
    for predicate, value in about:
        if predicate not in _UNSAID and getattr(value, "language", None) in (None, "en"):
            shown = value.value
            if isinstance(value, NamedNode):
                name = evidence.prefixes.shorten(value.value)
                shown = f"{labels[value.value]} ({name})" if value.value in labels else name
            yield f"{indent}{labels.get(predicate, evidence.prefixes.shorten(predicate))}: {shown}"
