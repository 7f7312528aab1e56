"""The description of the dataset for machines: VoID, DCAT and where each file lies, with every number counted.

No blank nodes: a part of the dataset has an address too, made of the names of its class and property.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from statereport.publish import catalog
from statereport.publish.catalog import DATASET, LICENCE
from statereport.questions import spreadsheet
from statereport.questions.citation import title_of_reports
from statereport.rdf import namespaces
from statereport.rdf.dataset import Graphs
from statereport.rdf.namespaces import BASE, DCAT, DCTERMS, OWL, RDF, SKOS, SPDX, SR, VOID, XSD
from statereport.rdf.terms import is_literal
from statereport.rdf.writers import iri, literal, triple

if TYPE_CHECKING:
    from pyoxigraph import Triple

# The named graph in which a server keeps the description.
GRAPH = f"{namespaces.GRAPH}description"
# The extension of VoID by datatype partitions, which query editors read to propose what may stand in a place.
REPORT = f"{SR}Report"
PARTNERS = tuple(f"{SR}{name}" for name in ("isReportUnder", "isSubmittedBy", "isSubmittedTo"))
VOID_EXT = "http://ldf.fi/void-ext#"
MEDIA_TYPES = {
    "csv": "text/csv",
    "gz": "application/gzip",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "nq": "application/n-quads",
    "rdf": "application/rdf+xml",
    "trig": "application/trig",
    "ttl": "text/turtle",
    "xlsx": spreadsheet.MEDIA_TYPE,
    "xml": "application/xml",
}


@dataclass(frozen=True)
class File:
    """A published file: its path below the build's folder, its size and its SHA-256."""

    path: str
    size: int
    sha256: str


def describe(graphs: Graphs, files: list[File], names: Mapping[str, str]) -> list[Triple]:
    """The triples of void.ttl: the dataset, each named graph, each class with its properties, each file.

    graphs   what is published, by named graph
    files    the published files that are a form of the data
    names    IRI → prefixed name of the classes, properties and datatypes, for the addresses of the partitions
    """
    every = list(dict.fromkeys(t for triples in graphs.values() for t in triples))
    return [
        *_heading(every),
        *catalog.catalog(every),
        *_counts(DATASET, every),
        *_named_graphs(graphs),
        *_partitions(every, names),
        *(t for file in files for t in _file(file)),
    ]


def named(graphs: Graphs) -> set[str]:
    """The classes, properties and datatypes that partitions are named after."""
    triples = [t for part in graphs.values() for t in part]
    found = {t.predicate.value for t in triples}
    found |= {t.object.value for t in triples if t.predicate.value == RDF + "type"}
    return found | {t.object.datatype.value for t in triples if is_literal(t.object)}


def title(every: Iterable[Triple]) -> str:
    """The title of the dataset: that of its reports."""
    return _titled(every)[0]


def _titled(every: Iterable[Triple]) -> tuple[str, list[str], dict[str, str]]:
    """The title of the dataset, the IRIs of its reports, and what things are called in English."""
    reports, labels = set(), {}
    for t in every:
        predicate = t.predicate.value
        if predicate == f"{RDF}type" and t.object.value == REPORT:
            reports.add(t.subject.value)
        elif predicate == f"{SKOS}prefLabel" and is_literal(t.object) and t.object.language == "en":
            labels[t.subject.value] = t.object.value
    return title_of_reports(labels.get(report, report) for report in sorted(reports)), sorted(reports), labels


def _heading(every: list[Triple]) -> list[Triple]:
    title, reports, labels = _titled(every)
    header = {t.predicate.value: t.object for t in every if t.subject.value == SR}
    # Under which treaty, by whom and to whom: what people look for a report by.
    partners = {t.object.value for t in every if t.predicate.value in PARTNERS and t.subject.value in reports}
    says = (
        "What a State's report to a United Nations treaty body says: figures, measures, norms, claims, events and "
        "citations, each anchored to its place in the text, with an ontology, shapes and saved questions."
    )
    keywords = sorted({"human rights", *(labels[it] for it in partners if it in labels)})
    rows = [
        (RDF + "type", iri(VOID + "Dataset")),
        (RDF + "type", iri(DCAT + "Dataset")),
        (DCTERMS + "title", literal(title, language="en")),
        (DCTERMS + "description", literal(says, language="en")),
        (DCTERMS + "license", iri(LICENCE)),
        (VOID + "uriSpace", literal(BASE)),
        (VOID + "vocabulary", iri(SR)),
        *((DCAT + "keyword", literal(word, language="en")) for word in keywords),
    ]
    if OWL + "versionInfo" in header:
        rows.append((DCAT + "version", header[OWL + "versionInfo"]))
    if DCTERMS + "issued" in header:
        rows.append((DCTERMS + "issued", header[DCTERMS + "issued"]))
    return [triple(DATASET, predicate, value) for predicate, value in rows]


def _counts(subject: str, triples: list[Triple]) -> list[Triple]:
    classes = {t.object for t in triples if t.predicate.value == RDF + "type"}
    typed = {t.subject for t in triples if t.predicate.value == RDF + "type"}
    numbers = {
        "triples": len(triples),
        "entities": len(typed),
        "classes": len(classes),
        "properties": len({t.predicate for t in triples}),
        "distinctSubjects": len({t.subject for t in triples}),
        "distinctObjects": len({t.object for t in triples}),
    }
    return [_number(subject, name, number) for name, number in numbers.items()]


def _number(subject: str, name: str, number: int) -> Triple:
    return triple(subject, VOID + name, literal(str(number), XSD + "integer"))


def _named_graphs(graphs: Graphs) -> list[Triple]:
    found = []
    for name, triples in graphs.items():
        if not triples:
            continue
        found += [triple(DATASET, VOID + "subset", iri(name)), triple(name, RDF + "type", iri(VOID + "Dataset"))]
        found.append(_number(name, "triples", len(set(triples))))
    return found


def _partitions(triples: list[Triple], names: Mapping[str, str]) -> list[Triple]:
    """Class → property → class or datatype of the value: what a query editor asks for, with the number of triples."""
    classes: dict = {}
    for t in triples:
        if t.predicate.value == RDF + "type":
            classes.setdefault(t.subject, []).append(t.object.value)
    members = Counter(name for kinds in classes.values() for name in kinds)
    properties: Counter = Counter()
    values: Counter = Counter()
    for t in triples:
        value, predicate, subject_classes = t.object, t.predicate.value, classes.get(t.subject, ())
        has_datatype = is_literal(value)
        of = (value.datatype.value,) if has_datatype else classes.get(value, ())
        for subject_class in subject_classes:
            properties[subject_class, predicate] += 1
            for value_class in of:
                values[subject_class, predicate, has_datatype, value_class] += 1

    def address(*parts: str) -> str:
        return "/".join([DATASET, *(names.get(part, part.rpartition("/")[2].replace("#", "-")) for part in parts)])

    found = []
    for cls, number in members.items():
        here = address(cls)
        found += [triple(DATASET, VOID + "classPartition", iri(here)), triple(here, VOID + "class", iri(cls))]
        found.append(_number(here, "entities", number))
    for (cls, prop), number in properties.items():
        above, here = address(cls), address(cls, prop)
        found += [triple(above, VOID + "propertyPartition", iri(here)), triple(here, VOID + "property", iri(prop))]
        found.append(_number(here, "triples", number))
    for (cls, prop, has_datatype, value), number in values.items():
        above, here = address(cls, prop), address(cls, prop, value)
        link, says = ("datatypePartition", "datatype") if has_datatype else ("classPartition", "class")
        space = VOID_EXT if has_datatype else VOID
        found += [triple(above, space + link, iri(here)), triple(here, space + says, iri(value))]
        found.append(_number(here, "triples", number))
    return found


def _file(file: File) -> list[Triple]:
    here = f"{DATASET}/file/{file.path}"
    checksum = f"{here}/sha256"
    download = f"{catalog.FILES}{file.path}"
    is_packed = file.path.endswith(".gz")
    types = "https://www.iana.org/assignments/media-types/"
    packed = [triple(here, DCAT + "compressFormat", iri(f"{types}application/gzip"))] if is_packed else []
    media = MEDIA_TYPES.get(Path(file.path.removesuffix(".gz")).suffix[1:], "application/octet-stream")
    return [
        triple(DATASET, DCAT + "distribution", iri(here)),
        triple(DATASET, VOID + "dataDump", iri(download)),
        triple(here, RDF + "type", iri(DCAT + "Distribution")),
        triple(here, DCAT + "accessURL", iri(f"{BASE}about")),
        triple(here, DCAT + "downloadURL", iri(download)),
        *packed,
        triple(here, DCTERMS + "title", literal(file.path)),
        triple(here, DCTERMS + "license", iri(LICENCE)),
        triple(here, DCAT + "mediaType", iri(f"{types}{media}")),
        triple(f"{types}{media}", RDF + "type", iri(DCTERMS + "MediaType")),
        triple(here, DCAT + "byteSize", literal(str(file.size), XSD + "nonNegativeInteger")),
        triple(here, SPDX + "checksum", iri(checksum)),
        triple(checksum, RDF + "type", iri(SPDX + "Checksum")),
        triple(checksum, SPDX + "algorithm", iri(SPDX + "checksumAlgorithm_sha256")),
        triple(checksum, SPDX + "checksumValue", literal(file.sha256, XSD + "hexBinary")),
    ]
