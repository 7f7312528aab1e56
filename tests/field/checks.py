"""Checks of the field on the ontology and code lists: FOOPS!, the pitfalls of OOPS!, ROBOT report and qSKOS, restated.

Each check returns what breaks it, by prefixed name. Their criteria are those of the tools that are named; what needs
a network, a DOI or a register is left out. Exceptions stand in exceptions.tsv with their reasons.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from statereport.rdf.namespaces import BASE, DCTERMS, OWL, RDF, RDFS, SKOS, SR

HERE = Path(__file__).parent
VANN = "http://purl.org/vocab/vann/"
KINDS = tuple(f"{OWL}{name}" for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty"))
PURL = re.compile(r"https?://(?:[\w.]*w3id\.org|doi\.org|purl\.[\w.]*org|perma\.cc|data\.europa\.eu|www\.w3\.org)/")


class Vocabulary:
    """The triples of the ontology and its code lists, by subject and property."""

    def __init__(self, triples: Iterable[Any]) -> None:
        self.triples = list(triples)
        self.of: dict[str, dict[str, list[Any]]] = {}
        for t in self.triples:
            subject = str(getattr(t.subject, "value", t.subject))
            self.of.setdefault(subject, {}).setdefault(t.predicate.value, []).append(t.object)
        self.terms = [iri for iri in self.of if iri.startswith(SR) and set(self.values(iri, RDF + "type")) & set(KINDS)]
        self.classes = [iri for iri in self.terms if f"{OWL}Class" in self.values(iri, RDF + "type")]
        self.properties = [iri for iri in self.terms if set(self.values(iri, RDF + "type")) & set(KINDS[1:3])]
        self.concepts = [iri for iri in self.of if f"{SKOS}inScheme" in self.of[iri]]
        self.schemes = {value for it in self.concepts for value in self.values(it, f"{SKOS}inScheme")}

    def values(self, iri: str, name: str) -> list[str]:
        """The values of a property of a thing, as text."""
        return [getattr(it, "value", str(it)) for it in self.of.get(iri, {}).get(name, [])]

    def texts(self, iri: str, name: str, language: str = "en") -> list[str]:
        """The literals of a property of a thing in a language."""
        return [it.value for it in self.of.get(iri, {}).get(name, []) if getattr(it, "language", None) == language]

    def header(self, *names: str) -> list[str]:
        """Those of the properties that the ontology's header lacks."""
        return [name for name in names if not self.of.get(SR, {}).get(name)]

    def cycles(self, name: str) -> list[str]:
        """The things above which they stand themselves by a property."""

        def above(start: str) -> set[str]:
            found: set[str] = set()
            waiting = self.values(start, name)
            while waiting:
                here = waiting.pop()
                if here not in found:
                    found.add(here)
                    waiting += self.values(here, name)
            return found

        return [iri for iri in self.of if self.values(iri, name) and iri in above(iri)]

    def same(self, names: Iterable[str], text: str) -> list[str]:
        """The things that share an English text of a property with another of them."""
        names = list(names)
        counted = Counter(it.lower() for iri in names for it in self.texts(iri, text))
        return [iri for iri in names if any(counted[it.lower()] > 1 for it in self.texts(iri, text))]


@dataclass(frozen=True)
class Check:
    """A check: the method and the name that it has there, what it asks, and what breaks it."""

    method: str
    name: str
    asks: str
    broken: Callable[[Vocabulary], Iterable[str]]


def _camel(iri: str, upper: bool) -> bool:
    return re.fullmatch(r"[A-Z][A-Za-z0-9]*" if upper else r"[a-z][A-Za-z0-9]*", iri.removeprefix(SR)) is not None


def _untyped(v: Vocabulary) -> list[str]:
    used = {t.predicate.value for t in v.triples}
    ranges = (RDFS + "domain", RDFS + "range")
    used |= {t.object.value for t in v.triples if t.predicate.value in ranges and hasattr(t.object, "value")}
    return [iri for iri in sorted(used) if iri.startswith(SR) and iri not in v.terms]


def _hijacked(v: Vocabulary) -> list[str]:
    """The terms in foreign namespaces that are declared here and are not in the lists of their publishers."""
    found = []
    for path in sorted((HERE.parent / "terms").glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        space = next((line.partition(": ")[2] for line in lines if line.startswith("# namespace: ")), "")
        known = {line.strip() for line in lines}
        found += [iri for iri in v.of if space and iri.startswith(space) and iri.removeprefix(space) not in known]
    return found


def _missing(name: str, of: str = "terms", language: str = "en") -> Callable[[Vocabulary], list[str]]:
    return lambda v: [iri for iri in getattr(v, of) if not v.texts(iri, name, language)]


def _many(name: str, of: str = "terms") -> Callable[[Vocabulary], list[str]]:
    return lambda v: [iri for iri in getattr(v, of) if len(v.texts(iri, name)) > 1]


def _spaces(name: str) -> Callable[[Vocabulary], list[str]]:
    return lambda v: [
        iri for iri in v.of for it in v.of[iri].get(name, []) if it.value != it.value.strip() or "  " in it.value
    ]


LABEL, DEFINITION, PREF = RDFS + "label", SKOS + "definition", SKOS + "prefLabel"
CHECKS = (
    Check("FOOPS!", "PURL1", "The IRI is a persistent one.", lambda v: [] if PURL.match(SR) else [SR]),
    Check("FOOPS!", "VER1", "There is a version IRI, other than the IRI.", lambda v: [
        it for it in v.values(SR, OWL + "versionIRI") or [SR] if it == SR]),
    Check("FOOPS!", "OM1", "Title, abstract, licence, version, creator and namespace are given.", lambda v: v.header(
        DCTERMS + "title", DCTERMS + "abstract", DCTERMS + "license", OWL + "versionIRI", DCTERMS + "creator",
        VANN + "preferredNamespaceUri")),
    Check("FOOPS!", "FIND1", "A prefix is proposed.", lambda v: v.header(VANN + "preferredNamespacePrefix")),
    Check("FOOPS!", "HTTP1", "The IRI can be fetched by HTTP.", lambda v: [] if SR.startswith("http") else [SR]),
    Check("FOOPS!", "OM2", "Version, date of creation and citation are given.", lambda v: v.header(
        OWL + "versionInfo", DCTERMS + "created", DCTERMS + "bibliographicCitation")),
    Check("FOOPS!", "OM3", "Publisher, status and date of issue are given.", lambda v: v.header(
        DCTERMS + "publisher", "http://purl.org/ontology/bibo/status", DCTERMS + "issued")),
    Check("FOOPS!", "OM4.1", "There is a licence.", lambda v: v.header(DCTERMS + "license")),
    Check("FOOPS!", "VOC2", "Other vocabularies are reused.", lambda v: [] if any(
        not it.startswith(BASE) for iri in v.classes for it in v.values(iri, RDFS + "subClassOf")) else [SR]),
    Check("FOOPS!", "VOC3", "Every term has a label.", _missing(LABEL)),
    Check("FOOPS!", "VOC4", "Every term has a definition.", _missing(DEFINITION)),
    Check("OOPS!", "P03", "No relation is called “is”.", lambda v: [
        it for it in v.properties if it.removeprefix(SR).lower() in ("is", "isa")]),
    Check("OOPS!", "P05, P25, P26", "No property is its own inverse.", lambda v: [
        it for it in v.properties if it in v.values(it, OWL + "inverseOf")]),
    Check("OOPS!", "P06", "No class is below itself.", lambda v: v.cycles(RDFS + "subClassOf")),
    Check("OOPS!", "P07", "No class merges two notions by “and” or “or”.", lambda v: [
        it for it in v.classes if re.search(r"[a-z](And|Or)[A-Z]", it)]),
    Check("OOPS!", "P08", "Every term has a label and a definition, in Russian and Kazakh a label too.", lambda v: [
        *_missing(LABEL, "properties", "ru")(v), *_missing(LABEL, "properties", "kk")(v)]),
    Check("OOPS!", "P10", "Classes are declared disjoint.", lambda v: [] if any(
        t.object.value == OWL + "AllDisjointClasses" for t in v.triples if t.predicate.value == RDF + "type"
    ) else [SR]),
    Check("OOPS!", "P11", "Every property has a domain and a range.", lambda v: [
        it for it in v.properties if not v.of[it].get(RDFS + "domain") or not v.of[it].get(RDFS + "range")]),
    Check("OOPS!", "P19", "No property has several domains or ranges.", lambda v: [
        it for it in v.properties for name in ("domain", "range") if len(v.of[it].get(RDFS + name, [])) > 1]),
    Check("OOPS!", "P21", "No class is for what is left over.", lambda v: [
        it for it in v.classes if re.search(r"Other|Miscellaneous|Misc", it)]),
    Check("OOPS!", "P22", "Classes begin with a capital, properties with a small letter.", lambda v: [
        *(it for it in v.classes if not _camel(it, True)), *(it for it in v.properties if not _camel(it, False))]),
    Check("OOPS!", "P24", "No term is defined by itself.", lambda v: [
        iri for iri in v.classes if iri in v.values(iri, OWL + "equivalentClass")]),
    Check("OOPS!", "P32", "No two classes have the same label.", lambda v: v.same(v.classes, LABEL)),
    Check("OOPS!", "P34, P35", "Every term that is used is declared.", _untyped),
    Check("OOPS!", "P36", "The IRI has no ending of a file.", lambda v: [
        SR] if re.search(r"\.(owl|rdf|ttl|n3)\W?$", SR) else []),
    Check("OOPS!", "P38, P41", "The ontology is declared, with a licence.", lambda v: v.header(
        RDF + "type", DCTERMS + "license")),
    Check("OOPS!", "P40", "No term is declared that a foreign vocabulary does not have.", _hijacked),
    Check("ROBOT", "duplicate_definition", "No two terms have the same definition.", lambda v: v.same(
        v.terms, DEFINITION)),
    Check("ROBOT", "duplicate_label", "No two properties have the same label.", lambda v: v.same(v.properties, LABEL)),
    Check("ROBOT", "label_whitespace", "No label begins or ends with a blank, or has two.", _spaces(LABEL)),
    Check("ROBOT", "annotation_whitespace", "No definition begins or ends with a blank.", _spaces(DEFINITION)),
    Check("ROBOT", "multiple_labels", "No term has two English labels.", _many(LABEL)),
    Check("ROBOT", "multiple_definitions", "No term has two English definitions.", _many(DEFINITION)),
    Check("ROBOT", "lowercase_definition", "Every definition begins with a capital.", lambda v: [
        iri for iri in v.terms for it in v.texts(iri, DEFINITION) if it[:1].islower()]),
    Check("qSKOS", "missing labels", "Every concept has an English label.", _missing(PREF, "concepts")),
    Check("qSKOS", "inconsistent preferred labels", "No concept has two in a language.", _many(PREF, "concepts")),
    Check("qSKOS", "disjoint labels", "No label is preferred and alternative at once.", lambda v: [
        it for it in v.concepts if set(v.texts(it, PREF)) & set(v.texts(it, SKOS + "altLabel"))]),
    Check("qSKOS", "overlapping labels", "No two concepts of a scheme have the same label.", lambda v: [
        it for scheme in v.schemes for it in v.same(
            [one for one in v.concepts if scheme in v.values(one, SKOS + "inScheme")], PREF)]),
    Check("qSKOS", "cyclic hierarchy", "No concept is wider than itself.", lambda v: v.cycles(SKOS + "broader")),
    Check("qSKOS", "top concepts with broader", "No top concept has a wider one.", lambda v: [
        it for it in v.concepts if v.of[it].get(SKOS + "topConceptOf") and v.of[it].get(SKOS + "broader")]),
    Check("qSKOS", "undocumented concepts", "Every scheme has a title.", lambda v: [
        it for it in v.schemes if not any(v.values(it, name) for name in (DCTERMS + "title", PREF, LABEL))]),
    Check("qSKOS", "unprintable characters", "No label has a control character.", lambda v: [
        iri for iri in v.of for it in v.of[iri].get(PREF, []) if re.search(r"[\x00-\x1f\x7f]", it.value)]),
)  # fmt: skip


def exceptions() -> dict[tuple[str, str], dict[str, str]]:
    """Method and name of a check → what may break it, each with its reason."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    with (HERE / "exceptions.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found.setdefault((row["method"], row["check"]), {})[row["thing"]] = row["reason"]
    return found


def results(v: Vocabulary, shorten: Callable[[str], str]) -> list[tuple[Check, set[str]]]:
    """Each check with the prefixed names of what breaks it."""
    return [(check, {shorten(iri) for iri in check.broken(v)}) for check in CHECKS]


def table(found: Iterable[tuple[Check, set[str]]]) -> str:
    """The results as the table of docs/checks.md."""
    reasons = exceptions()
    lines = ["| method | check | what it asks | result |", "|---|---|---|---|"]
    for check, broken in found:
        known = reasons.get((check.method, check.name), {})
        counted = Counter(known[name] for name in broken if name in known)
        said = "; ".join(f"{number}: {reason}" for reason, number in sorted(counted.items()))
        open_ = len(broken - known.keys())
        result = "passes" if not broken else f"{open_} open" if open_ else f"exceptions: {said}"
        lines.append(f"| {check.method} | {check.name} | {check.asks} | {result} |")
    return "\n".join(lines) + "\n"
