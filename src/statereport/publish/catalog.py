"""What catalogues, archives and search engines ask about the dataset: DCAT 3 and DCAT-AP, PROV, DQV, RO-Crate.

Everything is read from the graphs; no blank nodes, and no clock: the same data give the same description.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from statereport import __version__
from statereport.rdf.namespaces import BASE, DCAT, DCTERMS, RDF, RDFS, SCHEMA, SKOS, SR, VOID, XSD
from statereport.rdf.terms import is_iri
from statereport.rdf.writers import iri, literal, triple

if TYPE_CHECKING:
    from pyoxigraph import Triple

DATASET = f"{BASE}dataset"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
# The published files have these addresses, which lead to wherever the site stands.
FILES = f"{BASE}data/"
DQV = "http://www.w3.org/ns/dqv#"
FOAF = "http://xmlns.com/foaf/0.1/"
PROV = "http://www.w3.org/ns/prov#"
VCARD = "http://www.w3.org/2006/vcard/ns#"
_EU = "http://publications.europa.eu/resource/authority/"
LANGUAGE = f"{_EU}language/ENG"
THEMES = tuple(f"{_EU}data-theme/{name}" for name in ("GOVE", "JUST", "SOCI"))
_EXAMPLES = ("Figure", "Measure", "Norm", "Claim", "LegalInstrument", "Passage")
_LINKS = (*(f"{SKOS}{name}" for name in ("closeMatch", "exactMatch", "broadMatch", "narrowMatch")), f"{SCHEMA}sameAs")
_OF_PLACES = tuple(f"{SR}{name}" for name in ("isSubmittedBy", "isForPeriod", "startDate", "endDate"))
# Metric → its dimension in the Linked Data Quality Dimensions, and what it counts.
METRICS = {
    "passages": ("completeness", "Passages of the reports that are in the data."),
    "silent-passages": ("completeness", "Passages in which nothing is stated, each with the reason."),
    "statements": ("completeness", "Statements that are stated in some passage."),
    "anchors": ("trustworthiness", "Places in the text at which statements are anchored."),
    "numerals": ("completeness", "Numbers of the texts, each with its account."),
    "readings": ("understandability", "Choices of the encoder, each with its alternatives and reason."),
    "discrepancies": ("consistency", "Places where a report does not agree with itself; they are never corrected."),
    "links": ("interlinking", "Links to other datasets, each confirmed by the issuing source."),
}


def catalog(every: Sequence[Triple]) -> list[Triple]:
    """The triples about the dataset as a whole: catalogue, publisher, place, time, examples, links, build, quality.

    every   what is published, each triple once
    """
    typed: dict[str, list[str]] = {}
    for t in every:
        if t.predicate.value == f"{RDF}type" and is_iri(t.subject):
            typed.setdefault(t.object.value, []).append(t.subject.value)
    return [*_catalog(every), *_places(every, typed), *_examples(typed), *_linksets(every), *_build(typed, every),
            *_quality(every, typed)]  # fmt: skip


def _catalog(every: Sequence[Triple]) -> list[Triple]:
    here, publisher, contact = f"{DATASET}/catalog", f"{DATASET}/publisher", f"{DATASET}/contact"
    issued = next((t.object for t in every if t.subject.value == SR and t.predicate.value == f"{DCTERMS}issued"), None)
    says = "The knowledge graph of States' reports to United Nations treaty bodies, with its ontology and questions."
    rows = [
        (here, f"{RDF}type", iri(f"{DCAT}Catalog")),
        (here, f"{DCTERMS}title", literal("statereport", language="en")),
        (here, f"{DCTERMS}description", literal(says, language="en")),
        (here, f"{DCTERMS}publisher", iri(publisher)),
        (here, f"{DCTERMS}license", iri(LICENCE)),
        (here, f"{DCTERMS}language", iri(LANGUAGE)),
        (here, f"{FOAF}homepage", iri(BASE)),
        (here, f"{DCAT}dataset", iri(DATASET)),
        (publisher, f"{RDF}type", iri(f"{FOAF}Agent")),
        (publisher, f"{FOAF}name", literal("statereport", language="en")),
        (contact, f"{RDF}type", iri(f"{VCARD}Kind")),
        (contact, f"{VCARD}fn", literal("statereport", language="en")),
        (contact, f"{VCARD}hasURL", iri(f"{BASE}about")),
        (DATASET, f"{DCTERMS}publisher", iri(publisher)),
        (DATASET, f"{DCTERMS}creator", iri(publisher)),
        (DATASET, f"{DCTERMS}identifier", literal(DATASET, f"{XSD}anyURI")),
        (DATASET, f"{DCTERMS}language", iri(LANGUAGE)),
        (DATASET, f"{DCTERMS}conformsTo", iri(SR)),
        (DATASET, f"{DCAT}contactPoint", iri(contact)),
        (DATASET, f"{DCAT}landingPage", iri(f"{BASE}about")),
        *((DATASET, f"{DCAT}theme", iri(theme)) for theme in THEMES),
        (f"{BASE}about", f"{RDF}type", iri(f"{FOAF}Document")),
        (SR, f"{RDF}type", iri(f"{DCTERMS}Standard")),
        (LICENCE, f"{RDF}type", iri(f"{DCTERMS}LicenseDocument")),
        (LANGUAGE, f"{RDF}type", iri(f"{DCTERMS}LinguisticSystem")),
        *((theme, f"{RDF}type", iri(f"{SKOS}Concept")) for theme in THEMES),
        *((here, f"{DCTERMS}issued", issued) for _ in (1,) if issued is not None),
    ]
    return [triple(*row) for row in rows]


def _places(every: Sequence[Triple], typed: Mapping[str, list[str]]) -> list[Triple]:
    """The States that the reports are about, and the periods that they cover; the reports are the sources."""
    reports = set(typed.get(f"{SR}Report", ()))
    said: dict[str, dict[str, list]] = {}
    for t in every:
        if t.predicate.value in _OF_PLACES and is_iri(t.subject):
            said.setdefault(t.subject.value, {}).setdefault(t.predicate.value, []).append(t.object)
    found = []
    for report in sorted(reports):
        found.append(triple(DATASET, f"{PROV}wasDerivedFrom", iri(report)))
        for state in said.get(report, {}).get(f"{SR}isSubmittedBy", ()):
            found += [triple(DATASET, f"{DCTERMS}spatial", state)]
            found += [triple(state.value, f"{RDF}type", iri(f"{DCTERMS}Location"))]
        for period in said.get(report, {}).get(f"{SR}isForPeriod", ()):
            if not any(f"{SR}{name}" in said.get(period.value, {}) for name in ("startDate", "endDate")):
                continue  # a period that the report does not state
            here = f"{DATASET}/temporal/{period.value.rpartition('/')[2]}"
            found += [triple(DATASET, f"{DCTERMS}temporal", iri(here))]
            found += [triple(here, f"{RDF}type", iri(f"{DCTERMS}PeriodOfTime"))]
            found += [
                triple(here, f"{DCAT}{name}", value)
                for name in ("startDate", "endDate")
                for value in said.get(period.value, {}).get(f"{SR}{name}", ())
            ]
    return found


def _examples(typed: Mapping[str, list[str]]) -> list[Triple]:
    firsts = (min(typed[f"{SR}{name}"]) for name in _EXAMPLES if typed.get(f"{SR}{name}"))
    return [triple(DATASET, f"{VOID}exampleResource", iri(first)) for first in firsts]


def _linksets(every: Sequence[Triple]) -> list[Triple]:
    """The links to other datasets, by property and by the host of what is linked."""
    counted = Counter(
        (t.predicate.value, urlsplit(t.object.value).netloc)
        for t in every
        if t.predicate.value in _LINKS and is_iri(t.object) and not t.object.value.startswith(BASE)
    )
    found = []
    for (predicate, host), number in sorted(counted.items()):
        name = predicate.rpartition("/")[2].rpartition("#")[2]
        here, there = f"{DATASET}/linkset/{name}-{host}", f"{DATASET}/linked/{host}"
        found += [
            triple(DATASET, f"{VOID}subset", iri(here)),
            triple(here, f"{RDF}type", iri(f"{VOID}Linkset")),
            triple(here, f"{VOID}linkPredicate", iri(predicate)),
            triple(here, f"{VOID}subjectsTarget", iri(DATASET)),
            triple(here, f"{VOID}objectsTarget", iri(there)),
            triple(here, f"{VOID}triples", literal(str(number), f"{XSD}integer")),
            triple(there, f"{RDF}type", iri(f"{VOID}Dataset")),
            triple(there, f"{RDFS}label", literal(host)),
        ]
    return found


def _build(typed: Mapping[str, list[str]], every: Sequence[Triple]) -> list[Triple]:
    """How the dataset was made: an activity of the program, from the reports."""
    here, program = f"{DATASET}/build", f"{DATASET}/program"
    return [
        triple(DATASET, f"{RDF}type", iri(f"{PROV}Entity")),
        triple(DATASET, f"{PROV}wasGeneratedBy", iri(here)),
        triple(here, f"{RDF}type", iri(f"{PROV}Activity")),
        triple(here, f"{RDFS}label", literal("statereport build", language="en")),
        triple(here, f"{PROV}wasAssociatedWith", iri(program)),
        *(triple(here, f"{PROV}used", iri(report)) for report in sorted(set(typed.get(f"{SR}Report", ())))),
        triple(program, f"{RDF}type", iri(f"{PROV}SoftwareAgent")),
        triple(program, f"{RDFS}label", literal(f"statereport {__version__}", language="en")),
        triple(program, f"{SCHEMA}softwareVersion", literal(__version__)),
    ]


def measurements(every: Sequence[Triple], typed: Mapping[str, list[str]]) -> dict[str, int]:
    """Metric → what it counts in these triples."""

    def members(name: str) -> int:
        return len(set(typed.get(f"{SR}{name}", ())))

    silent = {t.subject for t in every if t.predicate.value == f"{SR}reasonForSilence"}
    return {
        "passages": members("Passage"),
        "silent-passages": len(silent),
        "statements": len({t.subject for t in every if t.predicate.value == f"{SR}isStatedIn"}),
        "anchors": members("Anchor"),
        "numerals": members("Numeral"),
        "readings": members("Reading"),
        "discrepancies": members("Discrepancy"),
        "links": sum(
            t.predicate.value in _LINKS and is_iri(t.object) and not t.object.value.startswith(BASE) for t in every
        ),
    }


def _quality(every: Sequence[Triple], typed: Mapping[str, list[str]]) -> list[Triple]:
    found = []
    for name, number in measurements(every, typed).items():
        dimension, says = METRICS[name]
        here, metric = f"{DATASET}/quality/{name}", f"{DATASET}/metric/{name}"
        found += [
            triple(DATASET, f"{DQV}hasQualityMeasurement", iri(here)),
            triple(here, f"{RDF}type", iri(f"{DQV}QualityMeasurement")),
            triple(here, f"{DQV}computedOn", iri(DATASET)),
            triple(here, f"{DQV}isMeasurementOf", iri(metric)),
            triple(here, f"{DQV}value", literal(str(number), f"{XSD}integer")),
            triple(metric, f"{RDF}type", iri(f"{DQV}Metric")),
            triple(metric, f"{SKOS}definition", literal(says, language="en")),
            triple(metric, f"{DQV}expectedDataType", iri(f"{XSD}integer")),
            triple(metric, f"{DQV}inDimension", iri(f"http://www.w3.org/2016/05/ldqd#{dimension}")),
        ]
    return found


def ro_crate(title: str, issued: str, files: Sequence[tuple[str, str, int, str]]) -> str:
    """The folder of a build as an RO-Crate 1.1 (ro-crate-metadata.json), which archives read.

    files   path, media type, size in bytes and SHA-256 of each
    """
    about = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": title,
        "description": "What States' reports to United Nations treaty bodies say, as a knowledge graph.",
        "identifier": DATASET,
        "version": __version__,
        **({"datePublished": issued} if issued else {}),
        "license": {"@id": LICENCE},
        "publisher": {"@id": f"{DATASET}/publisher"},
        "hasPart": [{"@id": path} for path, *_ in files],
    }
    licence = {"@id": LICENCE, "@type": "CreativeWork", "name": "Creative Commons Attribution 4.0 International"}
    publisher = {"@id": f"{DATASET}/publisher", "@type": "Organization", "name": "statereport"}
    parts = [
        {"@id": path, "@type": "File", "encodingFormat": media, "contentSize": str(size), "sha256": digest}
        for path, media, size, digest in files
    ]
    body = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": [about, root, licence, publisher, *parts]}
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"
