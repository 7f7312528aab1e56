"""Labels and paths: for each IRI a label with its language, and the path of its page on this site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from statereport.errors import visible
from statereport.rdf import namespaces
from statereport.rdf.terms import is_literal

if TYPE_CHECKING:
    from statereport.graph.knowledge import KnowledgeGraph

# The beginnings of local names whose things have pages.
SPACES = ("id/", "def/", "shape/", "graph/")
# Labels for the terms of other vocabularies that nearly every page shows, whose own labels the graph does not have.
_FOREIGN = {
    "rdf:type": "is a",
    "rdfs:subClassOf": "is a kind of",
    "rdfs:subPropertyOf": "is a form of",
    "rdfs:domain": "domain",
    "rdfs:range": "range",
    "rdfs:comment": "remark",
    "owl:Class": "class",
    "owl:ObjectProperty": "object property",
    "owl:DatatypeProperty": "datatype property",
    "qb:dataSet": "is in the table",
    "qb:Observation": "observation",
    "sh:NodeShape": "node shape",
    "sh:PropertyShape": "property shape",
    "skos:Concept": "concept",
    "skos:ConceptScheme": "code list",
    "skos:altLabel": "is also called",
    "skos:broader": "is narrower than",
    "skos:closeMatch": "is close to",
    "skos:exactMatch": "is the same as",
    "skos:inScheme": "is in the list",
    "skos:scopeNote": "note on its use",
    "skos:topConceptOf": "is at the top of",
}
# The same for properties of other vocabularies that are read from their value.
_BACKWARDS = {
    "skos:broader": "includes",
    "skos:inScheme": "has the entry",
    "skos:topConceptOf": "has at its top",
}
# The section of the passages before the first one.
OPENING = "0"
_LANGUAGES = ("en", "", "ru", "kk")


@dataclass(frozen=True)
class Label:
    """A name and its language tag; "" where it has none."""

    text: str
    language: str = "en"


@dataclass(frozen=True)
class Unit:
    """A part, theme, section or passage of a report.

    kind         Part, Theme, Section or Passage
    reference    how it is cited: `part 3`, `theme 13`, `13.6`
    whole        the IRI of the unit or report that it is part of
    label        the title of a part, theme or section; a summary of a passage
    start, end   its place in the text, in code points, the end exclusive
    silence      why the passage makes no statement, or ""
    report       the IRI of its report, or of another document
    slug         the last part of the address of its own page
    section      the slug of the section on whose page it is; OPENING before the first section, "" for a part
    """

    iri: str
    kind: str
    number: str
    reference: str
    whole: str
    label: str
    start: int
    end: int
    silence: str
    report: str
    slug: str
    section: str

    @property
    def short(self) -> str:
        """The short name of its report."""
        return self.report.rpartition("/")[2]

    @property
    def own_path(self) -> str:
        """The page of a section, or of this passage alone."""
        return f"/report/{self.short}/{quote(self.slug)}"

    @property
    def path(self) -> str:
        """The place in the report reader: on the page of its section."""
        if not self.section:
            return f"/report/{self.short}#{quote(self.slug)}"
        within = f"/report/{self.short}/{quote(self.section)}"
        return f"{within}#{quote(self.number)}" if self.kind == "Passage" else within


@dataclass(frozen=True)
class Discrepancy:
    """A known discrepancy or doubt: the path of its entry, its kind, what does not agree, and where it is seen."""

    path: str
    kind: str
    message: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class Names:
    """The labels, text units, discrepancies and prefixes of a graph.

    labels   IRI → its labels, English first
    stated   IRI of a statement → the references of the passages that state it
    language the language of labels, where they have it
    noted    IRI of a thing → the discrepancies that are about it
    inverse  IRI of a property → its labels for reading it from the value to the thing, English first
    """

    labels: Mapping[str, tuple[Label, ...]]
    units: tuple[Unit, ...]
    stated: Mapping[str, tuple[str, ...]]
    prefixes: Mapping[str, str]
    inverse: Mapping[str, tuple[Label, ...]] = field(default_factory=dict)
    language: str = "en"
    noted: Mapping[str, tuple[Discrepancy, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: KnowledgeGraph) -> Names:
        """The names of a graph, from the saved queries for pages."""
        labels: dict[str, list[Label]] = {}
        for thing, label in graph.ask("pages/labels").rows:
            if is_literal(label):
                labels.setdefault(thing.value, []).append(Label(visible(label.value), label.language or ""))
        inverse: dict[str, list[Label]] = {}
        for name, label in graph.ask("pages/inverse-labels").rows:
            inverse.setdefault(name.value, []).append(Label(visible(label.value), label.language or ""))
        stated: dict[str, list[str]] = {}
        for row in graph.ask("pages/stated"):
            stated.setdefault(row["statement"], []).append(row["reference"])
        return cls(
            labels={iri: tuple(sorted(names, key=_first)) for iri, names in labels.items()},
            units=tuple(_units(graph)),
            stated={iri: tuple(references) for iri, references in stated.items()},
            prefixes=graph.prefixes,
            noted=_noted(graph),
            inverse={iri: tuple(sorted(found, key=_first)) for iri, found in inverse.items()},
        )

    @cached_property
    def by_reference(self) -> dict[str, Unit]:
        """Reference (`13.6`, `theme 13`, `part 3`) → text unit; where several reports have it, that of the first."""
        return {unit.reference: unit for unit in reversed(self.units)}

    @cached_property
    def _by_report(self) -> dict[tuple[str, str], Unit]:
        return {(unit.report, unit.reference): unit for unit in self.units}

    def unit(self, reference: str, report: str = "") -> Unit | None:
        """The text unit of a reference, in the report of that IRI if that has it; None where there is none."""
        return self._by_report.get((report, reference)) or self.by_reference.get(reference)

    @cached_property
    def by_iri(self) -> dict[str, Unit]:
        """IRI → text unit."""
        return {unit.iri: unit for unit in self.units}

    @cached_property
    def _spaces(self) -> dict[str, str]:
        return {space: prefix for prefix, space in self.prefixes.items()}

    def label(self, iri: str) -> Label:
        """The label of a thing in the language of these names, else in English; else a reference or prefixed name."""
        if iri in self.labels:
            return self._preferred(self.labels[iri])
        unit = self.by_iri.get(iri)
        if unit:
            return Label(f"passage {unit.number}" if unit.kind == "Passage" else unit.reference)
        return Label(self._fallback(iri), "")

    def backwards(self, iri: str) -> Label:
        """The label of a property read from its value to the thing that has it; without one, the label and a dash."""
        short = self.short(iri)
        if short in _BACKWARDS:
            return Label(_BACKWARDS[short])
        return self._preferred(self.inverse[iri]) if iri in self.inverse else Label(f"{self.label(iri).text} –")

    @cached_property
    def reports(self) -> dict[str, str]:
        """The beginning of the IRIs of all that one report says → the IRI of the report."""
        space = f"{namespaces.BASE}id/report/"
        named = (iri for iri in self.labels if iri.startswith(space))
        return {f"{namespaces.BASE}id/{iri.removeprefix(space)}/": iri for iri in named}

    def report_of(self, iri: str) -> str:
        """The IRI of the report that says what stands under an IRI; "" for what all reports share."""
        return next((report for space, report in self.reports.items() if iri.startswith(space)), "")

    def naming(self, language: str) -> Names:
        """The same names with another language first; what was worked out for them is kept."""
        if language not in self._naming:
            self._naming[language] = replace(self, language=language)
        return self._naming[language]

    @cached_property
    def _naming(self) -> dict[str, Names]:
        return {}

    def _preferred(self, labels: tuple[Label, ...]) -> Label:
        return next((label for label in labels if label.language == self.language), labels[0])

    def short(self, iri: str) -> str:
        """The prefixed name of an IRI, or the IRI."""
        cut = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix, local = self._spaces.get(iri[:cut]), iri[cut:]
        return f"{prefix}:{local}" if prefix and local else iri

    def path(self, iri: str) -> str:
        """The path of a thing's page on this site; for other web addresses the IRI itself; else ""."""
        if iri.startswith(namespaces.BASE):
            rest = iri.removeprefix(namespaces.BASE)
            if rest == "def/":
                return "/def"
            if rest.startswith(("query/", *SPACES)):
                return f"/{quote(rest)}.html"
        return iri if iri.startswith(("https://", "http://")) else ""

    def _fallback(self, iri: str) -> str:
        short = self.short(iri)
        if short in _FOREIGN:
            return _FOREIGN[short]
        if iri.startswith(namespaces.BASE) and "://" not in short:
            prefix, _, local = short.partition(":")
            return f"{prefix.replace('-', ' ')} {local}" if prefix not in ("sr", "node shape") else short
        return short.removeprefix("https://").removeprefix("http://")


def _first(label: Label) -> tuple[int, str, str]:
    known = label.language in _LANGUAGES
    return (_LANGUAGES.index(label.language) if known else len(_LANGUAGES), label.language, label.text)


def _noted(graph: KnowledgeGraph) -> dict[str, tuple[Discrepancy, ...]]:
    notes: dict[str, list[dict[str, Any]]] = {}
    for row in graph.ask("pages/noted"):
        notes.setdefault(row["discrepancy"], []).append(row)
    found: dict[str, list[Discrepancy]] = {}
    for iri, rows in notes.items():
        references = tuple(dict.fromkeys(row["passage"] for row in rows if row["passage"]))
        path = f"/discrepancies#{quote(iri.rpartition('/')[2])}"
        entry = Discrepancy(path, rows[0]["kind"], rows[0]["message"], references)
        for thing in dict.fromkeys(row["about"] for row in rows if row["about"]):
            found.setdefault(thing, []).append(entry)
    return {thing: tuple(entries) for thing, entries in found.items()}


def _units(graph: KnowledgeGraph) -> list[Unit]:
    """Every unit, by report and in the order of its text."""
    rows = {row["unit"]: row for row in graph.ask("pages/units")}

    def report(iri: str) -> str:
        while iri in rows:
            iri = rows[iri]["whole"]
        return iri

    kinds = {iri: row["class"].rpartition("/")[2] for iri, row in rows.items()}
    passages = {(report(iri), row["number"]) for iri, row in rows.items() if kinds[iri] == "Passage"}

    def slug(iri: str) -> str:
        kind, number = kinds[iri], rows[iri]["number"]
        if kind == "Part":
            return f"part-{number}"
        is_taken = kind != "Passage" and ((report(iri), number) in passages or number == OPENING)
        return f"section-{number}" if is_taken else number

    def section(iri: str) -> str:
        if kinds[iri] == "Passage":
            return slug(rows[iri]["whole"]) if rows[iri]["whole"] in rows else OPENING
        return "" if kinds[iri] == "Part" else slug(iri)

    found = [
        Unit(
            iri=iri,
            kind=kinds[iri],
            number=row["number"],
            reference=row["reference"],
            whole=row["whole"],
            label=row["label"],
            start=row["start"],
            end=row["end"],
            silence=row["silence"] or "",
            report=report(iri),
            slug=slug(iri),
            section=section(iri),
        )
        for iri, row in rows.items()
    ]
    return sorted(found, key=lambda unit: unit.report)
