"""The sources examined: loaded, inferred from and validated; everything that is known before a build is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from statereport import parallel
from statereport.errors import DataViolates
from statereport.project import Project, TextFiles
from statereport.questions import catalogue
from statereport.questions.saved import SavedQueries
from statereport.rdf import writers
from statereport.rdf.dataset import Dataset, Graphs, home_of, load, problems
from statereport.reasoning.alignment import ALIGNED, aligned
from statereport.reasoning.findings import FINDINGS, notes
from statereport.reasoning.inference import INFERRED, Inference, infer
from statereport.reasoning.rules import load_rules
from statereport.sparql.engine import Engine

if TYPE_CHECKING:
    from statereport.reasoning.validation import Finding

SHOWN = 20

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Examined:
    """The project as read, what follows from it, what the shapes find, and its saved questions as a graph."""

    dataset: Dataset
    inference: Inference
    findings: tuple[Finding, ...]
    questions: Graphs = field(default_factory=dict)

    @cached_property
    def derived(self) -> Graphs:
        """The graphs that no file holds: what is inferred, also in foreign terms, and what the shapes found."""
        ontology = [t for part in self.dataset.ontology.values() for t in part]
        stated = [t for part in self.dataset.data.values() for t in part]
        foreign = aligned(ontology, [*ontology, *stated, *self.inference.triples])
        return {
            INFERRED: self.inference.triples,
            ALIGNED: tuple(sorted({*foreign, *self.inference.foreign}, key=str)),
            FINDINGS: notes(self.warnings, self.dataset.ontology, self.dataset.shapes, self.dataset.data),
        }

    @property
    def violations(self) -> tuple[Finding, ...]:
        """The findings that say that the encoding is wrong."""
        return tuple(finding for finding in self.findings if finding.severity == "Violation")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that say that the report itself is odd."""
        return tuple(finding for finding in self.findings if finding.severity != "Violation")

    def with_drafts(self, drafts: Graphs) -> Examined:
        """The same with the graphs of drafts beside the data: nothing is inferred from them, no rule checked them."""
        return replace(self, dataset=replace(self.dataset, data={**self.dataset.data, **drafts}))

    def quads(self) -> list:
        """Everything that can be asked, the shapes and the saved questions themselves too."""
        return [*self.dataset.quads(), *writers.quads(self.derived), *writers.quads(self.questions)]


def examine(
    project: Project,
    texts: TextFiles | None = None,
    progress: Progress | None = None,
    dataset: Dataset | None = None,
    saved: SavedQueries | None = None,
) -> Examined:
    """Load the project, infer what follows, validate what is stated: all that is known before anything is written.

    `texts` are the texts of reports that are compared with what is kept; `dataset` is the project as loaded, where that
    has been done; else the first of its problems is raised. `saved` are its questions, where some are read already.
    """
    from statereport.reasoning import validation

    say = progress or (lambda stage: None)
    if dataset is None:
        say("loading")
        dataset = load(project)
        for problem in problems(project, dataset):
            raise problem
    if texts:
        say("comparing with the text")
        _compare(project, dataset, texts)
    say("inferring")
    rules = load_rules(project.ontology / "rules")
    # Neither needs the other.
    with parallel.beside(partial(validation.validate, dataset.data, dataset.ontology, dataset.shapes, rules)) as found:
        inference = infer(dataset.ontology_quads(), dataset.data_quads(), rules, dataset.prefixes)
        say("validating")
        findings = found()
    questions = catalogue.triples(saved or SavedQueries.of(project))
    return Examined(dataset, inference, findings, {catalogue.GRAPH: questions})


def refuse_violations(project: Project, examined: Examined) -> None:
    """Raise DataViolates where there are violations, with the file of the first."""
    violations = examined.violations
    if violations:
        raise DataViolates(
            where=home_of(project, examined.dataset, violations[0].focus),
            what=_listed(str(finding) for finding in violations),
            hint="correct the data; every rule stands as a shape in ontology/shapes/",
        )


def refuse_failed_checks(project: Project, engine: Engine, saved: Iterable) -> None:
    """Raise DataViolates for the first of queries/checks/ that answers a row: each must answer none."""
    for query in saved:
        if query.topic == "checks":
            answer = engine.query(query.text, project.name(query.path))
            if answer:
                rows = [", ".join(answer.shown(term) for term in row) for row in answer.rows]
                what = f"{query.summary}\n{_listed(rows)}"
                raise DataViolates(
                    where=project.name(query.path), what=what, hint="correct the data that the rows name"
                )


def _compare(project: Project, dataset: Dataset, texts: TextFiles) -> None:
    """Raise where anchors or a ledger of numerals, made again from the texts, are not those of the project."""
    from statereport.source import evidence, generators

    for read in evidence.read_all(project, dataset.data, texts)[0]:
        for made in generators.every(read):
            for problem in made.check():
                raise problem


def _listed(lines: Iterable[str]) -> str:
    lines = list(lines)
    more = [f"… and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "\n".join([*lines[:SHOWN], *more])
