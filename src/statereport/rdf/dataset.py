"""Files and named graphs: the whole project as one dataset, and the same statements for rdflib.

One file is one named graph and its path is its name: graphs/reference/places.ttl is <…/graph/reference/places>; the
ontology's files stand under <…/graph/ontology/>. rdflib is met here and in `validate` only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from statereport.errors import LiteralNotCanonical, Problem
from statereport.project import Project
from statereport.rdf import prefixes, turtle, writers
from statereport.rdf.namespaces import GRAPH, SH, SHAPE, XSD
from statereport.rdf.prefixes import Prefixes
from statereport.rdf.terms import is_iri, is_literal

if TYPE_CHECKING:
    from pyoxigraph import Quad, Triple

Graphs = Mapping[str, "tuple[Triple, ...]"]

SHAPES = f"{GRAPH}ontology/shapes/"
PREFIXES = f"{GRAPH}ontology/prefixes"
# Graphs that say more about things that have their home elsewhere: links to the outside, our terms' ties to others'.
ADDITIONS = (f"{GRAPH}reference/links", f"{GRAPH}ontology/alignments")

_DAY = r"(0[1-9]|[12]\d|3[01])"
_MONTH = r"(0[1-9]|1[0-2])"
_FORMS = {
    "boolean": "true|false",
    "decimal": r"0|-?(0|[1-9]\d*)\.\d*[1-9]|-?[1-9]\d*",
    "date": rf"\d{{4}}-{_MONTH}-{_DAY}",
    "gYear": r"\d{4}",
    "gYearMonth": rf"\d{{4}}-{_MONTH}",
    "gMonthDay": rf"--{_MONTH}-{_DAY}",
    "dateTime": rf"\d{{4}}-{_MONTH}-{_DAY}T\d\d:\d\d:\d\d(\.\d*[1-9])?Z?",
    "double": "(?!)",
    "float": "(?!)",
    **dict.fromkeys(("integer", "int", "long"), r"0|-?[1-9]\d*"),
    **dict.fromkeys(("nonNegativeInteger", "unsignedInt"), r"0|[1-9]\d*"),
    "positiveInteger": r"[1-9]\d*",
}
CANONICAL = {XSD + name: re.compile(form) for name, form in _FORMS.items()}


@dataclass(frozen=True)
class Dataset:
    """What the project holds, by named graph: the ontology's terms, its shapes (with the prefix table), and the data."""

    ontology: Graphs
    shapes: Graphs
    data: Graphs
    prefixes: Prefixes = field(default_factory=Prefixes, compare=False)

    @property
    def graphs(self) -> Graphs:
        """Every named graph: ontology, shapes, data."""
        return {**self.ontology, **self.shapes, **self.data}

    def ontology_quads(self) -> list[Quad]:
        """The ontology without its shapes."""
        return writers.quads(self.ontology)

    def data_quads(self) -> list[Quad]:
        """What is said: every graph under graphs/."""
        return writers.quads(self.data)

    def quads(self) -> list[Quad]:
        """Everything, as it is asked by queries."""
        return writers.quads(self.graphs)


def load(project: Project) -> Dataset:
    """Read every Turtle file of the project. A syntax error is a Problem with file, line and column."""
    ontology = _read(project.ontology, f"{GRAPH}ontology/")
    table = prefixes.read(project)
    shapes = {name: triples for name, triples in ontology.items() if name.startswith(SHAPES)}
    return Dataset(
        ontology={name: triples for name, triples in ontology.items() if name not in shapes},
        shapes={PREFIXES: declarations(table), **shapes},
        data=_read(project.graphs, GRAPH),
        prefixes=table,
    )


def declarations(table: Prefixes) -> tuple[Triple, ...]:
    """The prefixes as SHACL declares them (sh:declare), so that the queries of constraints may use them.

    Source: SHACL, section 5.2.1.
    """
    owner = f"{SHAPE}prefixes"
    found = []
    for prefix, namespace in table.items():
        entry = f"{SHAPE}prefix/{prefix}"
        found += [
            writers.triple(owner, f"{SH}declare", writers.iri(entry)),
            writers.triple(entry, f"{SH}namespace", writers.literal(namespace, f"{XSD}anyURI")),
            writers.triple(entry, f"{SH}prefix", writers.literal(prefix)),
        ]
    return tuple(found)


def name_of(project: Project, path: Path) -> str:
    """The named graph that a file of the project is."""
    for folder, space in ((project.ontology, f"{GRAPH}ontology/"), (project.graphs, GRAPH)):
        if path.is_relative_to(folder):
            return space + path.relative_to(folder).with_suffix("").as_posix()
    raise ValueError(f"{path} is not in the project")


def path_of(project: Project, name: str) -> Path:
    """The file that a named graph is."""
    inner = name.removeprefix(GRAPH)
    return (project.root if inner.startswith("ontology/") else project.graphs) / f"{inner}.ttl"


def _read(folder: Path, space: str) -> dict[str, tuple[Triple, ...]]:
    every = (path for path in folder.rglob("*.ttl") if path.name != prefixes.FILE)
    files = sorted(every, key=lambda path: path.relative_to(folder).as_posix())
    return {space + path.relative_to(folder).with_suffix("").as_posix(): tuple(turtle.read(path)) for path in files}


def homes(dataset: Dataset) -> dict[str, list[str]]:
    """Subjects that are described in more than one file, with those files' graphs. Every thing has one home."""
    found: dict[str, dict[str, None]] = {}
    for name, triples in dataset.graphs.items():
        if name not in ADDITIONS:
            for subject in {t.subject for t in triples if is_iri(t.subject)}:
                found.setdefault(subject.value, {})[name] = None
    return {subject: list(names) for subject, names in sorted(found.items()) if len(names) > 1}


def home_of(project: Project, dataset: Dataset, subject: str) -> str:
    """The name of the file in which a thing is described, for people; the IRI itself where no file does."""
    for name, triples in dataset.graphs.items():
        if name not in ADDITIONS and any(t.subject.value == subject for t in triples):
            return project.name(path_of(project, name))
    return subject


def refuse_unstable_literals(project: Project, dataset: Dataset) -> None:
    """Raise a Problem for the first literal that a store would hand back in other characters than it was given."""
    for problem in unstable_literals(project, dataset):
        raise problem


def unstable_literals(project: Project, dataset: Dataset) -> Iterator[Problem]:
    """Each literal whose characters are not the canonical ones of its type (51.40, 007, 1.5e3).

    Engines rewrite such forms, so what is published and what a store answers would differ. The printed form of a
    number is kept beside the value, in sr:asPrinted. One difference is left: Oxigraph answers the offsets of the Web
    Annotation selectors, which must be xsd:nonNegativeInteger, as xsd:integer of the same characters.
    """
    for name, triples in dataset.graphs.items():
        for t in triples:
            wrong = _unstable(t.object)
            if wrong:
                what = f"{t.object} of {t.subject.value} is not the canonical form of its type."
                yield LiteralNotCanonical(where=project.name(path_of(project, name)), what=what, hint=wrong)


def _unstable(term) -> str | None:
    if not is_literal(term):
        return None
    form = CANONICAL.get(term.datatype.value)
    if form is None or form.fullmatch(term.value):
        return None
    if term.datatype.value.endswith("#decimal"):
        return "Write the number without zeros at its end (51.4), and a whole number without a point (51)."
    if term.datatype.value.endswith(("#double", "#float")):
        return "Write the number as a decimal, without an exponent."
    return "Write the value in its shortest form: no leading zeros, no plus sign, no time zone."
