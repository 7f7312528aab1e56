"""What follows in the vocabularies that the ontology is aligned to, one case for each alignment."""

from __future__ import annotations

import real

from statereport.rdf import writers
from statereport.rdf.namespaces import BASE, RDF, RDFS, SKOS, SR
from statereport.reasoning.alignment import ALIGNED, aligned

THING, OTHER = f"{BASE}id/x/thing", f"{BASE}id/x/other"


def alignments() -> list[tuple[str, str, str]]:
    """Each axiom that sets a term of ours below a foreign one: our term, the relation, the foreign term."""
    triples = (t for part in real.examined().dataset.ontology.values() for t in part)
    return [
        (t.subject.value, t.predicate.value, t.object.value)
        for t in triples
        if t.predicate.value in (f"{RDFS}subClassOf", f"{RDFS}subPropertyOf")
        and t.subject.value.startswith(SR)
        and not str(t.object).startswith(("_:", f"<{SR}"))
    ]


def test_each_alignment_gives_what_it_says():
    ontology = [t for part in real.examined().dataset.ontology.values() for t in part]
    found = alignments()
    assert len(found) > 35
    silent = []
    for ours, relation, theirs in found:
        if relation.endswith("subClassOf"):
            known = writers.triple(THING, f"{RDF}type", writers.iri(ours))
            wanted = writers.triple(THING, f"{RDF}type", writers.iri(theirs))
        else:
            known, wanted = (writers.triple(THING, name, writers.iri(OTHER)) for name in (ours, theirs))
        if wanted not in aligned(ontology, [known]):
            silent.append((ours, theirs))
    assert not silent


def test_foreign_terms_find_the_published_things():
    graph = real.graph()
    wanted = {
        "http://www.w3.org/ns/org#Organization": 50,
        "http://data.europa.eu/eli/ontology#LegalResource": 80,
        "http://www.w3.org/ns/org#Post": 5,
        "http://www.w3.org/ns/oa#SpecificResource": 500,
        "http://www.w3.org/2006/time#ProperInterval": 20,
        "http://purl.org/dc/terms/Location": 20,
        "http://purl.org/linked-data/cube#Observation": 273,
    }
    counts = {name: graph.engine.query(f"SELECT ?x {{ ?x a <{name}> }}") for name in wanted}
    assert not {name: len(rows) for name, rows in counts.items() if len(rows) < wanted[name]}


def test_skos_holds_both_ways():
    graph = real.graph()
    for one, other in (("broader", "narrower"), ("topConceptOf", "hasTopConcept"), ("related", "related")):
        query = f"SELECT ?x ?y {{ ?x <{SKOS}{one}> ?y }}"
        pairs = {(row[0].value, row[1].value) for row in graph.engine.query(query).rows}
        back = {
            (row[1].value, row[0].value)
            for row in graph.engine.query(query.replace(f"{SKOS}{one}", f"{SKOS}{other}")).rows
        }
        assert pairs and pairs == back, one


def test_nothing_that_is_stated_is_said_again():
    examined = real.examined()
    stated = {t for part in (*examined.dataset.data.values(), *examined.dataset.ontology.values()) for t in part}
    found = examined.derived[ALIGNED]
    assert len(found) > 1_000 and not stated & set(found)
    assert not [t for t in found if t.predicate.value.startswith(SR)]
