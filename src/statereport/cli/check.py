"""Everything that must be right before a change is shared: format, saved queries, shapes, checks, generated graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from statereport.errors import DataViolates, Problem, TextMissing
from statereport.graph import examine
from statereport.project import Project, find_texts
from statereport.questions import lint
from statereport.questions.saved import SavedQueries
from statereport.rdf import dataset, prefixes, turtle
from statereport.source import evidence, generators
from statereport.source import review as reviewing
from statereport.source.generated import Generated
from statereport.sparql.engine import Store

Say = Callable[[str], None]


def check(project: Project, given: Iterable[Path] = (), say: Say = lambda line: None) -> tuple[Problem, ...]:
    """Every finding, in the order: format, saved queries, generated graphs, shapes, checks; none where all is right.

    `given` are the files or folders of the texts; `say` prints which reports were not compared with their text. What
    stops the reading itself (a syntax error) is raised. Warnings about a report are printed by `say`: they are no
    findings.
    """
    found = [
        turtle.not_formatted(project.name(path))
        for path in turtle.fmt([project.ontology, project.graphs], project, check=True)
    ]
    saved = SavedQueries.of(project)
    found += lint.problems(saved.names, saved.get, prefixes.read(project))
    loaded = dataset.load(project)
    read, missing = evidence.read_all(project, loaded.data, find_texts(project, given))
    found += [problem for one in read for made in generators.every(one) for problem in made.check()]
    for name in missing:
        say(f"The text of {name} is not at hand: its generated graphs were not compared with it (--text FILE).")
    found += dataset.problems(project, loaded)
    examined = examine.examine(project, None, say, loaded)
    for finding in examined.violations:
        where = dataset.home_of(project, examined.dataset, finding.focus)
        found.append(
            DataViolates(where=where, what=str(finding), hint="correct the data, or the shape if the rule is wrong")
        )
    for finding in examined.warnings:
        say(f"Warning about a report: {finding}")
    found += _failed(project, Store.memory(examined.quads()), saved)
    return tuple(found)


def generated(name: str, project: Project, given: Iterable[Path] = ()) -> tuple[Generated, ...]:
    """A generated graph (by its name) of each report whose text is at hand. Raises TextMissing, TextDiffers."""
    # The generated graphs are not read: one that is broken must not keep them from being generated again.
    graphs = dataset.read_folder(project, project.graphs, evidence.GENERATED)
    return tuple(
        generators.GENERATORS[name](one)
        for one in _at_hand(project, graphs, given)
        if one.is_report or name != generators.OF_REPORTS
    )


def review(project: Project, passage: str, given: Iterable[Path] = ()) -> str:
    """The text of a passage or section beside what the graphs state in it; `passage` may begin with its report's name
    and a colon. Raises TextMissing, UnknownName.
    """
    loaded = dataset.load(project)
    report, _, number = passage.rpartition(":")
    read = _at_hand(project, loaded.data, given)
    chosen = [one for one in read if report in ("", one.folder.name)] or read[:1]
    here = [one for one in chosen if any(unit.number == number for unit in one.units)] or chosen
    return reviewing.review(here[0], loaded.ontology, number)


def _at_hand(project: Project, graphs: dataset.Graphs, given: Iterable[Path]) -> tuple[evidence.Evidence, ...]:
    """The evidence of each report whose text is at hand: at least one. Raises TextMissing, TextDiffers."""
    read, missing = evidence.read_all(project, graphs, find_texts(project, given))
    if not read:
        what = f"No text of a report is at hand: {', '.join(missing) or 'there is no report'}."
        raise TextMissing(where="text", what=what, hint="give it with --text FILE or STATEREPORT_TEXT")
    return read


def _failed(project: Project, engine: Store, saved: SavedQueries) -> Iterator[Problem]:
    for name in saved.names:
        if name.startswith("checks/"):
            try:
                examine.refuse_failed_checks(project, engine, [saved.get(name)])
            except Problem as problem:
                yield problem
