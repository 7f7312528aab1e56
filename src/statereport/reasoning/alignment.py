"""What follows from the data in the vocabularies that the ontology is aligned to (ELI, ORG, PROV-O, SKOS, OWL-Time …).

The alignments are axioms of ontology/alignments.ttl: our class is a subclass of theirs, our property a subproperty of
theirs. A consumer who does not reason finds nothing by their terms, so the consequences are published as a graph of
their own. SKOS says further what holds both ways (broader and narrower, related, top concepts).
Sources: OWL 2 Profiles, section 4.3 (cax-sco, prp-spo1); SKOS Reference, sections 4.6.3 and 8.6.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from statereport.rdf import writers
from statereport.rdf.namespaces import GRAPH, OWL, RDF, RDFS, SKOS, SR

if TYPE_CHECKING:
    from pyoxigraph import Triple

ALIGNED = f"{GRAPH}aligned"
# Property of SKOS → the property that holds in the other direction.
BOTH_WAYS = {
    f"{SKOS}broader": f"{SKOS}narrower",
    f"{SKOS}narrower": f"{SKOS}broader",
    f"{SKOS}related": f"{SKOS}related",
    f"{SKOS}topConceptOf": f"{SKOS}hasTopConcept",
    f"{SKOS}hasTopConcept": f"{SKOS}topConceptOf",
}


def aligned(ontology: Iterable[Triple], known: Iterable[Triple]) -> tuple[Triple, ...]:
    """The triples that follow in foreign terms, sorted, without those that are known already.

    ontology  the axioms, with the alignments
    known     what is stated and what was inferred in our own terms
    """
    known = list(dict.fromkeys(known))
    axioms = list(ontology)
    classes, properties = _foreign(axioms, f"{RDFS}subClassOf"), _foreign(axioms, f"{RDFS}subPropertyOf")
    found: dict[Triple, None] = {}
    for t in known:
        predicate = t.predicate.value
        if predicate == f"{RDF}type":
            for name in classes.get(getattr(t.object, "value", ""), ()):
                found[writers.triple(t.subject.value, predicate, writers.iri(name))] = None
        for name in properties.get(predicate, ()):
            found[writers.triple(t.subject.value, name, t.object)] = None
        back = BOTH_WAYS.get(predicate)
        if back and hasattr(t.object, "value"):
            found[writers.triple(t.object.value, back, writers.iri(t.subject.value))] = None
    return tuple(sorted(found.keys() - set(known), key=str))


def _foreign(axioms: Iterable[Triple], relation: str) -> Mapping[str, tuple[str, ...]]:
    """Our term → every foreign term above it, by way of any terms between them."""
    above: dict[str, set[str]] = {}
    same = f"{OWL}equivalent{'Class' if relation.endswith('subClassOf') else 'Property'}"
    for t in axioms:
        pair = t.subject.value, getattr(t.object, "value", "")
        if t.predicate.value in (relation, same) and str(t.subject)[0] == str(t.object)[0] == "<":
            above.setdefault(pair[0], set()).add(pair[1])
            if t.predicate.value == same:
                above.setdefault(pair[1], set()).add(pair[0])
    found = {}
    for term in above:
        reached, waiting = set(), [term]
        while waiting:
            for other in above.get(waiting.pop(), set()) - reached:
                reached.add(other)
                waiting.append(other)
        found[term] = tuple(sorted(name for name in reached if not name.startswith((SR, OWL))))
    return found
