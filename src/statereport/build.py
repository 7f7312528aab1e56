"""From the sources to what is published: load, infer, validate, answer, export. Only this module knows the order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from statereport import catalogue, cubes, export, folder, formats, found, graphs, infer, search, single, store
from statereport.errors import DataViolates
from statereport.paths import House
from statereport.queries import SavedQueries

if TYPE_CHECKING:
    from statereport.validate import Finding

MARKER = "build.json"
SHOWN = 20

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Examined:
    """The house as read, what follows from it, what the shapes say, its saved questions, and the graphs that come of these."""

    dataset: graphs.Dataset
    inference: infer.Inference
    findings: tuple[Finding, ...]
    questions: graphs.Graphs = field(default_factory=dict)

    @cached_property
    def derived(self) -> graphs.Graphs:
        """The graphs that no file holds: what is inferred, and the discrepancies that the shapes found."""
        return {
            infer.INFERRED: self.inference.triples,
            found.FINDINGS: found.notes(self.warnings, self.dataset.ontology, self.dataset.shapes, self.dataset.data),
        }

    @property
    def violations(self) -> tuple[Finding, ...]:
        """The findings that say that the encoding is wrong."""
        return tuple(finding for finding in self.findings if finding.severity == "Violation")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that say that the report itself is odd."""
        return tuple(finding for finding in self.findings if finding.severity != "Violation")

    def quads(self) -> list:
        """Everything that can be asked, the shapes and the saved questions themselves too."""
        return [*self.dataset.quads(), *formats.quads(self.derived), *formats.quads(self.questions)]


@dataclass(frozen=True)
class Summary:
    """What a build made. As text, it is what the command line prints; it says nothing of time, so it never varies."""

    out: Path
    graphs: dict[str, int]
    inferred: dict[str, int]
    warnings: tuple[str, ...]
    questions: int
    tables: int
    hashes: dict[str, str]

    def __str__(self) -> str:
        stated = sum(self.graphs.values())
        lines = [f"stated    {stated:,} triples in {len(self.graphs)} graphs"]
        lines.append(f"inferred  {sum(self.inferred.values()):,} triples by {len(self.inferred)} axioms and rules")
        lines.append(f"valid     no violation, {_many(len(self.warnings), 'warning')} about the report itself")
        lines += [f"            {warning}" for warning in self.warnings]
        lines.append(f"answered  {_many(self.questions, 'question')}, {_many(self.tables, 'table')}")
        lines.append(f"written   {self.out}/  RDFC-1.0 SHA-256 {self.hashes['statereport'][:16]}…")
        return "\n".join(lines)


def build(house: House, out: Path, text: Path | None = None, progress: Progress | None = None) -> Summary:
    """Make the graph from its sources and publish it in the folder `out`, which appears whole or stays as it was.

    `text` is the report, where it is at hand: every anchor is compared with it first. `progress` is told each stage.
    Raises DataViolates before anything is replaced, BuildLocked, DiskFull, NotABuild, and the problems of the stages.
    """
    say = progress or (lambda stage: None)
    with folder.appearing(out, MARKER) as fresh:
        examined = examine(house, text, say)
        refuse_violations(house, examined)

        say("answering")
        quads = examined.quads()
        engine = store.Store.memory(quads)
        saved = SavedQueries(house.queries)
        refuse_failed_checks(house, engine, saved)
        asked = [query for query in saved if query.topic not in catalogue.LEFT_OUT]
        export.write_answers(fresh, asked, engine, house)
        cubes.write(fresh, engine)

        say("exporting")
        asserted = {**examined.dataset.ontology, **examined.dataset.data}
        derived = examined.derived
        parts = {"statereport": asserted, **{f"statereport-{_stem(name)}": {name: derived[name]} for name in derived}}
        hashes = export.write_graphs(fresh, parts, house)
        export.write_turtle(fresh, "ontology", examined.dataset.ontology, house)
        export.write_turtle(fresh, "shapes", examined.dataset.shapes, house)
        export.write_turtle(fresh, "queries", examined.questions, house)
        export.write_description(fresh, {**asserted, **derived, **examined.questions}, house)
        single.write(fresh, asked, quads, engine, hashes["statereport"])
        store.write_store(quads, fresh / "store", house)
        search.write(engine, saved.get, fresh / "store")
        summary = Summary(
            out=out,
            graphs={name: len(set(triples)) for name, triples in asserted.items()},
            inferred=dict(examined.inference.by_rule),
            warnings=tuple(str(finding) for finding in examined.warnings),
            questions=sum(query.topic != "tables" for query in asked),
            tables=sum(query.topic == "tables" for query in asked),
            hashes=hashes,
        )
        _record(fresh / MARKER, summary)
        export.write_sums(fresh)
        say("putting in place")
    return summary


def examine(house: House, text: Path | None = None, progress: Progress | None = None) -> Examined:
    """Load the house, infer what follows, validate what is stated: all that is known before anything is written."""
    from statereport import validate

    say = progress or (lambda stage: None)
    say("loading")
    dataset = graphs.load(house)
    graphs.refuse_unstable_literals(house, dataset)
    if text:
        say("comparing with the text")
        _compare(house, text)
    say("inferring")
    rules = infer.load_rules(house.ontology / "rules")
    inference = infer.infer(dataset.ontology_quads(), dataset.data_quads(), rules)
    say("validating")
    findings = validate.validate(dataset.data, dataset.ontology, dataset.shapes)
    return Examined(dataset, inference, findings, {catalogue.GRAPH: catalogue.triples(SavedQueries(house.queries))})


def refuse_violations(house: House, examined: Examined) -> None:
    """Raise DataViolates with the violations in words, and the file of the first; nothing where there is none."""
    violations = examined.violations
    if violations:
        raise DataViolates(
            where=graphs.home_of(house, examined.dataset, violations[0].focus),
            what=_listed(str(finding) for finding in violations),
            mend="correct the data; every rule stands as a shape in ontology/shapes/",
        )


def refuse_failed_checks(house: House, engine: store.Engine, saved: Iterable) -> None:
    """Raise DataViolates for the first of queries/checks/ that answers a row: each must answer none."""
    for query in saved:
        if query.topic == "checks":
            answer = engine.query(query.text, house.name(query.path))
            if answer:
                rows = [", ".join(answer.shown(term) for term in row) for row in answer.rows]
                what = f"{query.summary}\n{_listed(rows)}"
                raise DataViolates(where=house.name(query.path), what=what, mend="correct the data that the rows name")


def _compare(house: House, text: Path) -> None:
    """The anchors and the ledger of numerals, made again from the text, must be those of the house."""
    from statereport import anchors, ledger
    from statereport import text as reading

    words = reading.load(text)
    for problem in (*anchors.check(house, words), *ledger.check(house, words)):
        raise problem


def _record(path: Path, summary: Summary) -> None:
    body = {
        "graphs": summary.graphs,
        "inferred": summary.inferred,
        "warnings": summary.warnings,
        "questions": summary.questions,
        "tables": summary.tables,
        "rdfc10": summary.hashes,
    }
    path.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")


def _listed(lines: Iterable[str]) -> str:
    lines = list(lines)
    more = [f"… and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "\n".join([*lines[:SHOWN], *more])


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _stem(name: str) -> str:
    return name.rpartition("/")[2]
