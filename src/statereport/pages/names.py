"""What things are called on pages, and where their pages are: IRIs as labels with their language, and as local paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from statereport.rdf import namespaces

if TYPE_CHECKING:
    from statereport.graph.knowledge import KnowledgeGraph

# What stands under the base, each kind with pages of its own.
SPACES = ("id/", "def/", "shape/", "graph/")
# Terms of others that nearly every page shows, in words; other people's labels are not kept here.
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
_LANGUAGES = ("en", "", "ru", "kk")


@dataclass(frozen=True)
class Label:
    """A name and the language it is in; `""` where the language is not known or none."""

    text: str
    language: str = "en"


@dataclass(frozen=True)
class Unit:
    """A part, theme or passage of the report: its address, number, how it is cited, what it says in our words, its place.

    `theme` is the number of the theme whose page tells it, "0" for what stands before the first; `silence` says why nothing is
    encoded of a passage.
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
    theme: str

    @property
    def path(self) -> str:
        """Where the reader shows it."""
        return (
            f"/report/{self.theme}#{self.number}"
            if self.kind == "Passage"
            else f"/report/{self.theme}"
            if self.theme
            else "/report"
        )


@dataclass(frozen=True)
class Names:
    """What is called how. `stated` tells the passages of each statement, by their references."""

    labels: Mapping[str, tuple[Label, ...]]
    units: tuple[Unit, ...]
    stated: Mapping[str, tuple[str, ...]]
    prefixes: Mapping[str, str]

    @classmethod
    def of(cls, graph: KnowledgeGraph) -> Names:
        """Read the names of a graph, from queries/pages."""
        labels: dict[str, list[Label]] = {}
        for thing, label in graph.ask("pages/labels").rows:
            labels.setdefault(thing.value, []).append(Label(label.value, label.language or ""))
        stated: dict[str, list[str]] = {}
        for row in graph.ask("pages/stated"):
            stated.setdefault(row["statement"], []).append(row["reference"])
        return cls(
            labels={iri: tuple(sorted(names, key=_first)) for iri, names in labels.items()},
            units=tuple(_units(graph)),
            stated={iri: tuple(references) for iri, references in stated.items()},
            prefixes=graph.prefixes,
        )

    @cached_property
    def by_reference(self) -> dict[str, Unit]:
        """Each text unit by how it is cited: `13.6`, `theme 13`, `part 3`."""
        return {unit.reference: unit for unit in self.units}

    @cached_property
    def by_iri(self) -> dict[str, Unit]:
        """Each text unit by its address."""
        return {unit.iri: unit for unit in self.units}

    @cached_property
    def _spaces(self) -> dict[str, str]:
        return {space: prefix for prefix, space in self.prefixes.items()}

    def label(self, iri: str) -> Label:
        """What a thing is called: its label (in English, if it has one), else its reference, else its name in short."""
        if iri in self.labels:
            return self.labels[iri][0]
        unit = self.by_iri.get(iri)
        if unit:
            return Label(f"passage {unit.number}" if unit.kind == "Passage" else unit.reference)
        return Label(self._made_up(iri), "")

    def short(self, iri: str) -> str:
        """The prefixed name of an IRI, or the IRI."""
        cut = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix, local = self._spaces.get(iri[:cut]), iri[cut:]
        return f"{prefix}:{local}" if prefix and local else iri

    def path(self, iri: str) -> str:
        """The address of a thing's page: here for what is ours, elsewhere for web addresses, else none."""
        if iri.startswith(namespaces.BASE):
            rest = iri.removeprefix(namespaces.BASE)
            if rest == "def/":
                return "/def"
            if rest.startswith(("query/", *SPACES)):
                return f"/{quote(rest)}.html"
        return iri if iri.startswith(("https://", "http://")) else ""

    def _made_up(self, iri: str) -> str:
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


def _units(graph: KnowledgeGraph):
    theme = "0"
    for row in graph.ask("pages/units"):
        kind = row["class"].rpartition("/")[2]
        if kind == "Part":
            theme = ""
        elif kind == "Theme" or not theme:
            theme = row["number"]
        yield Unit(
            iri=row["unit"],
            kind=kind,
            number=row["number"],
            reference=row["reference"],
            whole=row["whole"],
            label=row["label"],
            start=row["start"],
            end=row["end"],
            silence=row["silence"] or "",
            theme=theme,
        )
