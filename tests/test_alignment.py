"""What follows in the vocabularies that the ontology is aligned to, one case for each alignment."""

from __future__ import annotations

import real

from statereport.rdf import writers
from statereport.rdf.namespaces import BASE, RDF, RDFS, SKOS, SR
from statereport.reasoning.alignment import ALIGNED, aligned


def alignments() -> list[tuple[str, str, str]]:
    """Each axiom that sets a term of the project below a foreign one: its own term, the relation, the foreign term."""
    triples = (t for part in real.examined().dataset.ontology.values() for t in part)
    return [
        (t.subject.value, t.predicate.value, t.object.value)
        for t in triples
        if t.predicate.value in (f"{RDFS}subClassOf", f"{RDFS}subPropertyOf")
        and t.subject.value.startswith(SR)
        and not str(t.object).startswith(("_:", f"<{SR}"))
    ]


def case(number: int, own: str, relation: str, foreign: str) -> tuple:
    """What is known of two things that no other case has, and what must follow."""
    thing, other = f"{BASE}id/x/thing-{number}", writers.iri(f"{BASE}id/x/other-{number}")
    if relation.endswith("subClassOf"):
        return tuple(writers.triple(thing, f"{RDF}type", writers.iri(name)) for name in (own, foreign))
    return tuple(writers.triple(thing, name, other) for name in (own, foreign))


def test_each_alignment_gives_what_it_says():
    ontology = [t for part in real.examined().dataset.ontology.values() for t in part]
    cases = [case(number, *alignment) for number, alignment in enumerate(alignments())]
    assert len(cases) > 35
    found = set(aligned(ontology, [known for known, _ in cases]))
    assert not [str(wanted) for _, wanted in cases if wanted not in found]


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


def test_periods_begin_and_end_as_owl_time_has_it():
    query = """PREFIX sr: <https://w3id.org/statereport/def/>
    PREFIX time: <http://www.w3.org/2006/time#>
    SELECT ?period ?day ?own {
      VALUES (?at ?property) { (time:hasBeginning sr:firstDay) (time:hasEnd sr:lastDay) }
      ?period ?at ?instant . ?instant a time:Instant ; time:inXSDDate ?day .
      ?period ?property ?own
    }"""
    rows = real.graph().engine.query(query).rows
    assert len(rows) > 50 and all(day == own for _, day, own in rows)
    assert "2020-12-31" in {day.value for period, day, _ in rows if period.value.endswith("/period/2020")}
    assert not {period.value for period, _, _ in rows if period.value.endswith("/period/not-stated")}


def test_law_is_found_by_the_metadata_of_eli():
    query = """PREFIX eli: <http://data.europa.eu/eli/ontology#>
    PREFIX kind: <https://w3id.org/statereport/id/instrument-kind/>
    PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
    SELECT ?law ?date ?id ?of {
      ?law a eli:LegalResource ; eli:type_document ?kind ; eli:jurisdiction ?of ; eli:date_document ?date ;
        eli:id_local ?id
    }"""
    rows = real.graph().engine.query(query).rows
    assert len(rows) > 25 and all(date.datatype.value.endswith("#date") for _, date, _, _ in rows)
    parts = "SELECT ?part { ?part a <E#LegalResourceSubdivision> ; <E#is_part_of> ?law . ?law a <E#LegalResource> }"
    assert len(real.graph().engine.query(parts.replace("E#", "http://data.europa.eu/eli/ontology#"))) > 30
    bodies = "SELECT ?x { ?x a <B> ; <E#type_document> ?kind }".replace("B", f"{SR}Body")
    assert not real.graph().engine.query(bodies.replace("E#", "http://data.europa.eu/eli/ontology#")).rows
