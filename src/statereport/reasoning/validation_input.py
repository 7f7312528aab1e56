"""What is validated: the triples about things of ours, each with the types that its class and its values give it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from statereport.rdf import writers
from statereport.rdf.namespaces import BASE, OWL, RDF, RDFS, SR
from statereport.rdf.terms import is_iri

if TYPE_CHECKING:
    from pyoxigraph import Triple


def prepared(given: Iterable[Triple]) -> list[Triple]:
    """What is validated: the triples about things of ours, and each thing's type by superclass or by definition.

    Nameless class expressions and other people's terms are left out. A class defined by a value (a percentage is a figure
    whose unit is percent) is a type of what has the value.
    """
    triples = list(given)
    ours = [t for t in triples if is_iri(t.subject) and t.subject.value.startswith(BASE)]
    above = _superclasses(ours)
    types: dict[str, set[str]] = {}
    for t in ours:
        if t.predicate.value == RDF + "type":
            types.setdefault(t.subject.value, set()).update((t.object.value, *above.get(t.object.value, ())))
    for defined, base, predicate, value in _defined(triples):
        for t in ours:
            if t.predicate.value == predicate and t.object == value and base in types.get(t.subject.value, ()):
                types[t.subject.value].add(defined)
    added = (
        writers.triple(subject, RDF + "type", writers.iri(kind))
        for subject, kinds in types.items()
        for kind in sorted(kinds)
    )
    return list(dict.fromkeys((*ours, *added)))


def _superclasses(triples: Iterable[Triple]) -> dict[str, set[str]]:
    direct: dict[str, set[str]] = {}
    for t in triples:
        if t.predicate.value == RDFS + "subClassOf" and is_iri(t.object) and t.object.value.startswith(SR):
            direct.setdefault(t.subject.value, set()).add(t.object.value)
    above = {kind: set(parents) for kind, parents in direct.items()}
    while any(_grows(parents, above) for parents in above.values()):
        pass
    return above


def _grows(parents: set[str], above: Mapping[str, set[str]]) -> bool:
    before = len(parents)
    parents.update(*(above.get(parent, ()) for parent in tuple(parents)))
    return len(parents) > before


def _defined(triples: Iterable[Triple]) -> Iterator[tuple[str, str, str, Any]]:
    """Each class C ≡ B ⊓ (property has value v), as C, B, property, v."""
    of: dict[str, dict[str, list]] = {}
    for t in triples:
        of.setdefault(t.subject.value, {}).setdefault(t.predicate.value, []).append(t.object)
    for name, facts in of.items():
        for expression in facts.get(OWL + "equivalentClass", ()):
            members = [
                one for head in of.get(expression.value, {}).get(OWL + "intersectionOf", ()) for one in _items(head, of)
            ]
            bases = [one.value for one in members if one.value.startswith(SR)]
            for one in members:
                inner = of.get(one.value, {})
                for predicate, value in zip(
                    inner.get(OWL + "onProperty", ()), inner.get(OWL + "hasValue", ()), strict=False
                ):
                    yield from ((name, base, predicate.value, value) for base in bases)


def _items(head, of: Mapping[str, dict[str, list]]) -> Iterator[Any]:
    while head.value != RDF + "nil":
        cell = of[head.value]
        yield cell[RDF + "first"][0]
        head = cell[RDF + "rest"][0]
