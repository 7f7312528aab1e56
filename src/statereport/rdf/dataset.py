"""Files and named graphs: the whole project as one dataset.

One file is one named graph and its path is its name: graphs/reference/places.ttl is <…/graph/reference/places>; the
ontology's files stand under <…/graph/ontology/>.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from statereport import files
from statereport.errors import (
    BlankInData,
    LiteralNotCanonical,
    Problem,
    SecondHome,
    TermUnknown,
    did_you_mean,
)
from statereport.project import Project
from statereport.rdf import prefixes, turtle, writers
from statereport.rdf.namespaces import GRAPH, RDF, SH, SHAPE, SR, XSD
from statereport.rdf.prefixes import Prefixes
from statereport.rdf.terms import is_blank, is_iri, is_literal

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
    """The project's triples, by named graph: the ontology's terms, its shapes (with the prefixes), the data."""

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
        """The data: every graph under graphs/."""
        return writers.quads(self.data)

    def quads(self) -> list[Quad]:
        """Everything, as it is asked by queries."""
        return writers.quads(self.graphs)


def load(project: Project) -> Dataset:
    """Read every Turtle file of the project. A syntax error is a Problem with file, line and column."""
    ontology = read_folder(project, project.ontology)
    table = prefixes.read(project)
    shapes = {name: triples for name, triples in ontology.items() if name.startswith(SHAPES)}
    return Dataset(
        ontology={name: triples for name, triples in ontology.items() if name not in shapes},
        shapes={PREFIXES: declarations(table), **shapes},
        data=read_folder(project, project.graphs),
        prefixes=table,
    )


def drafts(project: Project) -> dict[str, tuple[Triple, ...]]:
    """What nobody confirmed yet, by named graph: the files below drafts/, which `load` leaves out."""
    folder = project.root / "drafts"
    return {
        f"{GRAPH}drafts/{quote(path.stem)}": tuple(turtle.read(path, project.name(path)))
        for path in files.below(folder, ".ttl")
    }


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
    """The named graph that a file of the project is; what an IRI cannot hold is written with % in it."""
    in_ontology = path.is_relative_to(project.ontology)
    folder, space = (project.ontology, f"{GRAPH}ontology/") if in_ontology else (project.graphs, GRAPH)
    return space + quote(path.relative_to(folder).with_suffix("").as_posix())


def path_of(project: Project, name: str) -> Path:
    """The file that a named graph is."""
    inner = unquote(name.removeprefix(GRAPH))
    return (project.root if inner.startswith("ontology/") else project.graphs) / f"{inner}.ttl"


def read_folder(project: Project, folder: Path, leave_out: Container[str] = ()) -> dict[str, tuple[Triple, ...]]:
    """The Turtle files below a folder of the project as named graphs, but for those whose names are left out.

    Files of prefixes hold no triples. Raises `FileUnreadable` and `TurtleSyntax` with the file's name in the project.
    """
    return {
        name_of(project, path): tuple(turtle.read(path, project.name(path)))
        for path in files.below(folder, ".ttl")
        if path.name != prefixes.FILE and path.name not in leave_out
    }


def home_of(project: Project, dataset: Dataset, subject: str) -> str:
    """The name of the file in which a thing is described, for people; the IRI itself where no file does."""
    for name, triples in dataset.graphs.items():
        if name not in ADDITIONS and any(t.subject.value == subject for t in triples):
            return project.name(path_of(project, name))
    return subject


def problems(project: Project, dataset: Dataset) -> Iterator[Problem]:
    """What is wrong with the statements whatever they mean, graph by graph.

    Terms of the project's namespace that its ontology (if it has one) does not define, blank nodes in the data,
    literals that an engine would hand back in other characters, and things that are described in several files.
    """
    described = {t.subject.value for triples in dataset.ontology.values() for t in triples}
    terms = {name for name in described if name.startswith(SR)}
    homes: dict[str, str] = {}
    for name, triples in dataset.graphs.items():
        where = project.name(path_of(project, name))
        for t in triples:
            yield from _unknown_term(t, terms, where) if terms else ()
            yield from _unstable(t, where)
        blank = [t for t in triples if is_blank(t.subject) or is_blank(t.object)]
        if blank and name in dataset.data:
            what = f"A thing without a name stands here, at {dataset.prefixes.shorten(blank[0].predicate.value)}."
            yield BlankInData(where, what, "give it an IRI")
        named = dict.fromkeys(t.subject.value for t in triples if is_iri(t.subject))
        for subject in () if name in ADDITIONS else named:
            if homes.setdefault(subject, where) != where:
                what = f"{dataset.prefixes.shorten(subject)} is described here and in {homes[subject]}."
                yield SecondHome(where, what, "say all of it in one file")


def _unknown_term(t: Triple, terms: Collection[str], where: str) -> Iterator[Problem]:
    for term in (t.predicate, t.object) if t.predicate.value == RDF + "type" else (t.predicate,):
        name = getattr(term, "value", "")
        if name.startswith(SR) and name not in terms:
            near = did_you_mean(name.removeprefix(SR), (known.removeprefix(SR) for known in terms))
            what = f"The ontology has no term {name}, which stands on {getattr(t.subject, 'value', t.subject)}."
            yield TermUnknown(where, what, near or "define it in ontology/, or correct its spelling")


def _unstable(t: Triple, where: str) -> Iterator[Problem]:
    """A literal whose characters are not the canonical ones of its type (51.40, 007, 1.5e3).

    Engines rewrite such forms, so what is published and what a store answers would differ. The printed form of a
    number is kept beside the value, in sr:asPrinted. One difference remains: Oxigraph answers the offsets of the Web
    Annotation selectors, which must be xsd:nonNegativeInteger, as xsd:integer of the same characters.
    """
    term = t.object
    form = CANONICAL.get(term.datatype.value) if is_literal(term) else None
    if form is None or form.fullmatch(term.value):
        return
    if term.datatype.value.endswith("#decimal"):
        hint = "Write the number without zeros at its end (51.4), and a whole number without a point (51)."
    elif term.datatype.value.endswith(("#double", "#float")):
        hint = "Write the number as a decimal, without an exponent."
    else:
        hint = "Write the value in its shortest form: no leading zeros, no plus sign, no time zone."
    shown = term.value if len(term.value) < 50 else f"{term.value[:50]}…"
    what = f"{shown} of {t.subject.value} is not the canonical form of {term.datatype.value.rpartition('#')[2]}."
    yield LiteralNotCanonical(where, what, hint)
