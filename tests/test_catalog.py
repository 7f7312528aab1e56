"""The dataset as catalogues and archives read it: DCAT 3 and DCAT-AP, PROV, DQV, RO-Crate, and the SHACL report."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import miniproject
import pytest
import rdflib
import real
from loops import some
from rdflib import RDF, Namespace, URIRef

from statereport.project import find_project
from statereport.publish import build, catalog, export, void
from statereport.rdf import namespaces, turtle

DCAT, DCT = Namespace(namespaces.DCAT), Namespace(namespaces.DCTERMS)
DQV, FOAF, PROV = Namespace(catalog.DQV), Namespace(catalog.FOAF), Namespace(catalog.PROV)
SH, VOID = Namespace(namespaces.SH), Namespace(namespaces.VOID)
DATASET = URIRef(void.DATASET)
GIVEN = f"""PREFIX sr: <{namespaces.SR}> PREFIX skos: <{namespaces.SKOS}> PREFIX schema: <{namespaces.SCHEMA}>
PREFIX xsd: <{namespaces.XSD}>
<{namespaces.BASE}id/report/a> a sr:Report ; sr:isSubmittedBy <{namespaces.BASE}id/state/x> ;
    sr:isForPeriod <{namespaces.BASE}id/period/2018--2021> , <{namespaces.BASE}id/period/not-stated> .
<{namespaces.BASE}id/period/2018--2021> sr:startDate "2018"^^xsd:gYear ; sr:endDate "2021"^^xsd:gYear .
<{namespaces.BASE}id/b> a sr:Figure ; sr:isStatedIn <{namespaces.BASE}id/p> .
<{namespaces.BASE}id/a> a sr:Figure ; schema:sameAs <https://other.org/a> ; skos:closeMatch <https://other.org/b> .
<{namespaces.BASE}id/p> a sr:Passage ; sr:reasonForSilence "None."@en ; schema:sameAs <https://third.org/p> ,
    <{namespaces.BASE}id/q> ."""
# What DCAT-AP 3 asks for: class → properties that each member has.
MANDATORY = {
    DCAT.Catalog: (DCT.title, DCT.description, DCT.publisher, DCAT.dataset),
    DCAT.Dataset: (DCT.title, DCT.description, DCT.publisher, DCAT.contactPoint, DCAT.keyword, DCAT.theme),
    DCAT.Distribution: (DCAT.accessURL, DCAT.downloadURL, DCAT.mediaType, DCT.license),
    FOAF.Agent: (FOAF.name,),
}
# The classes of what its properties lead to.
CLASSES = {
    DCAT.theme: URIRef(f"{namespaces.SKOS}Concept"),
    DCAT.mediaType: DCT.MediaType,
    DCAT.landingPage: FOAF.Document,
    DCAT.contactPoint: URIRef(f"{catalog.VCARD}Kind"),
    DCT.conformsTo: DCT.Standard,
    DCT.language: DCT.LinguisticSystem,
    DCT.license: DCT.LicenseDocument,
    DCT.publisher: FOAF.Agent,
    DCT.spatial: DCT.Location,
    DCT.temporal: DCT.PeriodOfTime,
}


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    """A build of a small project."""
    root = tmp_path_factory.mktemp("catalog")
    build.build(miniproject.make(root / "project"), root / "build")
    return root / "build"


@pytest.fixture(scope="module")
def described(out) -> rdflib.Graph:
    """Its description."""
    return rdflib.Graph().parse(out / "void.ttl")


@pytest.fixture(scope="module")
def whole() -> rdflib.Graph:
    """The description of a few lines with a report, a State, a period and links."""
    found = void.describe({"x:g": tuple(turtle.parse_turtle(GIVEN))}, [], {})
    return rdflib.Graph().parse(data="\n".join(f"{t} ." for t in found), format="nt")


def test_each_thing_has_what_dcat_ap_asks_for(described):
    missing = [
        (str(kind), str(subject), str(name))
        for kind, names in MANDATORY.items()
        for subject in some(set(described.subjects(RDF.type, kind)))
        for name in names
        if not list(described.objects(subject, name))
    ]
    assert missing == []


def test_what_dcat_ap_points_to_has_the_class_that_it_asks_for(described, whole):
    wrong = [
        (str(name), str(value))
        for name, kind in CLASSES.items()
        for value in some({*described.objects(None, name), *whole.objects(None, name)})
        if not {(value, RDF.type, kind)} & {*described, *whole}
    ]
    assert wrong == []


def test_what_dcat_ap_takes_for_a_thing_is_no_text(described, whole):
    names = (DCT.publisher, DCT.creator, DCT.language, DCT.license, DCT.spatial, DCT.temporal, DCAT.theme)
    for graph in (described, whole):
        texts = [it for name in names for it in graph.objects(None, name) if not isinstance(it, URIRef)]
        assert texts == []
    assert not [term for triple in described for term in triple if isinstance(term, rdflib.BNode)]


def test_the_places_and_the_period_of_the_reports_are_those_of_the_dataset(whole):
    state = URIRef(f"{namespaces.BASE}id/state/x")
    assert list(whole.objects(DATASET, DCT.spatial)) == [state] and (state, RDF.type, DCT.Location) in whole
    (period,) = whole.objects(DATASET, DCT.temporal)
    assert [str(whole.value(period, name)) for name in (DCAT.startDate, DCAT.endDate)] == ["2018", "2021"]
    report = URIRef(f"{namespaces.BASE}id/report/a")
    activity = whole.value(DATASET, PROV.wasGeneratedBy)
    assert (DATASET, PROV.wasDerivedFrom, report) in whole and (activity, PROV.used, report) in whole


def test_links_to_others_are_counted_by_property_and_host(whole):
    found = {
        (str(whole.value(it, VOID.linkPredicate)), str(whole.value(it, VOID.objectsTarget)).rpartition("/")[2]): int(
            whole.value(it, VOID.triples)
        )
        for it in whole.subjects(RDF.type, VOID.Linkset)
    }
    assert found == {
        (f"{namespaces.SCHEMA}sameAs", "other.org"): 1,
        (f"{namespaces.SCHEMA}sameAs", "third.org"): 1,
        (f"{namespaces.SKOS}closeMatch", "other.org"): 1,
    }
    examples = [str(it).rpartition("/")[2] for it in whole.objects(DATASET, VOID.exampleResource)]
    assert sorted(examples) == ["a", "p"]


def test_each_measurement_is_counted_and_has_a_metric_in_words(whole):
    found = {}
    for it in some(whole.objects(DATASET, DQV.hasQualityMeasurement)):
        metric = whole.value(it, DQV.isMeasurementOf)
        assert whole.value(metric, URIRef(f"{namespaces.SKOS}definition")) and whole.value(metric, DQV.inDimension)
        found[str(metric).rpartition("/")[2]] = int(whole.value(it, DQV.value))
    assert found.keys() == catalog.METRICS.keys()
    assert {name: number for name, number in found.items() if number} == {
        "passages": 1,
        "silent-passages": 1,
        "statements": 1,
        "links": 3,
    }


def test_every_dump_has_the_address_of_its_file(out, described):
    dumps = [str(it) for it in described.objects(DATASET, VOID.dataDump)]
    names = [it.removeprefix(catalog.FILES) for it in some(dumps)]
    assert [name for name in names if not (out / name).is_file()] == []
    assert {str(it) for it in described.objects(None, DCAT.downloadURL)} == set(dumps)
    packed = URIRef(f"{void.DATASET}/file/statereport-all.ttl.gz")
    assert str(described.value(packed, DCAT.compressFormat)).endswith("application/gzip")
    assert str(described.value(packed, DCAT.mediaType)).endswith("text/turtle")


def test_the_crate_lists_the_files_with_their_digests(out):
    crate = json.loads((out / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    of = {it["@id"]: it for it in crate["@graph"]}
    parts = [it["@id"] for it in of["./"]["hasPart"]]
    assert of["ro-crate-metadata.json"]["about"] == {"@id": "./"} and of["./"]["license"] == {"@id": void.LICENCE}
    wrong = [
        name for name in some(parts) if of[name]["sha256"] != hashlib.sha256((out / name).read_bytes()).hexdigest()
    ]
    assert wrong == [] and "statereport.nq" in parts


def test_the_report_of_the_shapes_is_published_with_each_warning(out):
    found = rdflib.Graph().parse(out / "validation.ttl")
    (report,) = found.subjects(RDF.type, SH.ValidationReport)
    results = list(found.objects(report, SH.result))
    assert len(results) == 1 and found.value(report, SH.conforms).toPython() is False
    assert str(found.value(results[0], SH.resultSeverity)) == str(SH.Warning)
    assert str(found.value(results[0], SH.focusNode)).endswith("figure/13-schools")


def test_the_core_shapes_hold_nothing_in_sparql(project, tmp_path):
    from statereport.publish import export
    from statereport.rdf import dataset

    shapes = export.shapes_apart(dataset.load(project).shapes)[0]
    core = export.without_sparql(shapes)
    names = {t.predicate.value for t in core}
    every = {t.predicate.value for part in shapes.values() for t in part}
    assert f"{SH.sparql}" in every and f"{SH.select}" in every
    assert not {f"{SH.sparql}", f"{SH.select}", f"{SH.target}"} & names and f"{SH.minCount}" in names


def test_the_published_ontology_has_each_definition_as_a_comment_too(out):
    found = rdflib.Graph().parse(out / "ontology.ttl")
    definitions = list(found.subject_objects(URIRef(f"{namespaces.SKOS}definition")))
    comments = set(found.subject_objects(URIRef(f"{namespaces.RDFS}comment")))
    assert set(definitions) <= comments


def test_code_lists_stand_apart_from_the_published_ontology(tmp_path):
    """Document tools take the title of a scheme for that of the ontology."""
    sources = real.dataset()
    export.write_ontology(tmp_path, sources.ontology, find_project())
    skos = namespaces.SKOS
    for name, has_schemes in (("ontology", False), ("code-lists", True)):
        found = rdflib.Graph().parse(tmp_path / f"{name}.ttl")
        assert bool(list(found.subjects(RDF.type, URIRef(f"{skos}ConceptScheme")))) is has_schemes, name
        assert bool(list(found.subjects(RDF.type, URIRef(f"{namespaces.OWL}Ontology")))) is not has_schemes, name
        assert any(str(it).startswith(namespaces.ID) for it in found.subjects()) is has_schemes, name
