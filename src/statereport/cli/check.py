"""Everything that must be right before a change is shared: format, saved queries, shapes, checks, generated graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from statereport.errors import DataViolates, Problem, TextMissing
from statereport.graph import examine
from statereport.project import Project, find_text
from statereport.questions import lint
from statereport.questions.saved import SavedQueries
from statereport.rdf import dataset, prefixes, turtle
from statereport.source import evidence, text
from statereport.source import review as reviewing
from statereport.source.generated import Generated
from statereport.source.generators import GENERATORS
from statereport.sparql.engine import Store

Say = Callable[[str], None]


def check(project: Project, given: Path | None = None, say: Say = lambda line: None) -> tuple[Problem, ...]:
    """Every finding, in the order: format, saved queries, generated graphs, shapes, checks; none where all is right.

    `given` is the report's text; where it is not at hand either, `say` prints what was not compared. What stops the
    reading itself (a syntax error) is raised. Warnings about the report are printed by `say`: they are no findings.
    """
    found = [
        turtle.not_formatted(project.name(path))
        for path in turtle.fmt([project.ontology, project.graphs], project, check=True)
    ]
    saved = SavedQueries.of(project)
    found += lint.problems(saved.names, saved.get, prefixes.read(project))
    loaded = dataset.load(project)
    if find_text(project, given):
        read = evidence.read(project, loaded.data, _text(project, given))
        for generate in GENERATORS.values():
            found += generate(read).check()
    else:
        say("The report's text is not at hand: the generated graphs were not compared with it (--text FILE).")
    found += dataset.problems(project, loaded)
    examined = examine.examine(project, None, say, loaded)
    for finding in examined.violations:
        where = dataset.home_of(project, examined.dataset, finding.focus)
        found.append(
            DataViolates(where=where, what=str(finding), hint="correct the data, or the shape if the rule is wrong")
        )
    for finding in examined.warnings:
        say(f"Warning about the report: {finding}")
    found += _failed(project, Store.memory(examined.quads()), saved)
    return tuple(found)


def generated(name: str, project: Project, given: Path | None = None) -> tuple[Problem, ...]:
    """The findings of a generated graph (a name of `GENERATORS`) against the text. Raises TextMissing, TextDiffers."""
    return _generate(name, project, given).check()


def generate(name: str, project: Project, given: Path | None = None) -> tuple[Path, tuple[Problem, ...]]:
    """Write a generated graph from the statements and the text. → its file, and what could not be put into it."""
    made = _generate(name, project, given)
    return made.path, made.write()


def review(project: Project, passage: str, given: Path | None = None) -> str:
    """The text of a passage or section beside what the graphs state in it. Raises TextMissing, UnknownName."""
    loaded = dataset.load(project)
    return reviewing.review(evidence.read(project, loaded.data, _text(project, given)), loaded.ontology, passage)


def _generate(name: str, project: Project, given: Path | None) -> Generated:
    # The generated graphs are not read: one that is broken must not keep them from being generated again.
    graphs = dataset.read_folder(project, project.graphs, evidence.GENERATED)
    return GENERATORS[name](evidence.read(project, graphs, _text(project, given)))


def _text(project: Project, given: Path | None) -> text.Text:
    path = find_text(project, given)
    if path is None:
        raise TextMissing(
            where="text", what="The report's text is not at hand.", hint="give it with --text FILE or STATEREPORT_TEXT"
        )
    return text.load(path)


def _failed(project: Project, engine: Store, saved: SavedQueries) -> Iterator[Problem]:
    for name in saved.names:
        if name.startswith("checks/"):
            try:
                examine.refuse_failed_checks(project, engine, [saved.get(name)])
            except Problem as problem:
                yield problem
