"""From the sources to what is published: load, infer, validate, answer, export. Only this module knows the order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from statereport import atomic
from statereport.graph import build_folder, examine, search
from statereport.project import Project, TextFiles
from statereport.publish import cubes, export
from statereport.questions import catalogue, prepared
from statereport.questions.saved import SavedQueries, SavedQuery, prepare
from statereport.rdf import dataset
from statereport.rdf.prefixes import Prefixes
from statereport.reasoning.explanations import Explanations
from statereport.sparql.engine import Engine, Store

Progress = examine.Progress
# Writes further files into the folder of a build.
Further = Callable[[Path, Iterable[SavedQuery], list, Engine, str, Prefixes], None]


@dataclass(frozen=True)
class Summary:
    """What a build made. As text, it is what the command line prints; it holds no time, so it never varies."""

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

    @classmethod
    def of(cls, out: Path, about: Mapping[str, Any]) -> Summary:
        """The summary of a build by its build.json."""
        kept = {name: about[name] for name in ("graphs", "inferred", "questions", "tables")}
        return cls(out, **kept, warnings=tuple(about["warnings"]), hashes=about["rdfc10"])

    def record(self) -> dict[str, Any]:
        """The part of build.json that describes what was made."""
        return {
            "graphs": self.graphs,
            "inferred": self.inferred,
            "warnings": self.warnings,
            "questions": self.questions,
            "tables": self.tables,
            "rdfc10": self.hashes,
        }


def kept(project: Project, out: Path, is_whole: Callable[[Path], bool] = lambda folder: True) -> Summary | None:
    """The summary of the build in `out` where to build again would give the same: nothing is written then.

    Everything that a build is made from is read and compared, and so is every file that it wrote. `is_whole` says
    whether what was written `also` (see `build`) is there, as it would be written today.
    """
    about = build_folder.untouched(out, project)
    if about is None or about.get("drafts") or not is_whole(out):
        return None
    return Summary.of(out, about)


def build(
    project: Project,
    out: Path,
    texts: TextFiles | None = None,
    progress: Progress | None = None,
    also: Iterable[Further] = (),
    with_drafts: bool = False,
) -> Summary:
    """Make the graph from its sources and publish it in the folder `out`, which appears whole or stays as it was.

    `texts` are texts of reports, where they are at hand: every anchor is compared with them first. `progress` is called
    with the name of each stage. `also` writes further files from the same values: folder, saved queries, quads, engine,
    RDFC-1.0 hash, prefixes. `with_drafts` adds the graphs of drafts, after everything was inferred and checked.
    Raises DataViolates before anything is replaced, BuildLocked, DiskFull, NotABuild, and the problems of the stages.
    """
    say = progress or (lambda stage: None)
    with atomic.appearing(out, build_folder.foreign) as fresh:
        made = build_folder.made_from(project)
        examined = examine.examine(project, texts, say)
        examine.refuse_violations(project, examined)

        say("answering")
        quads = examined.quads()
        engine = Store.memory(quads)
        saved = SavedQueries.of(project)
        examine.refuse_failed_checks(project, engine, saved)
        cubes.write(fresh, engine)
        if with_drafts:
            examined = examined.with_drafts(dataset.drafts(project))
            quads = examined.quads()
            engine = Store.memory(quads)
        asked = [query for query in saved if query.topic not in catalogue.LEFT_OUT]
        export.write_answers(fresh, asked, engine, project)

        say("exporting")
        asserted = {**examined.dataset.ontology, **examined.dataset.data}
        derived = examined.derived
        parts = {"statereport": asserted, **{f"statereport-{_stem(name)}": {name: derived[name]} for name in derived}}
        hashes = export.write_graphs(fresh, parts, project)
        export.write_all(fresh, parts, project)
        export.write_ontology(fresh, examined.dataset.ontology, project)
        export.write_shapes(fresh, examined.dataset.shapes, examined.dataset.ontology, project)
        export.write_turtle(fresh, "queries", examined.questions, project)
        export.write_validation(fresh, examined.warnings, project)
        export.write_description(fresh, export.published(examined), project)
        search.write(engine, saved.get, fresh)
        for write in also:
            write(fresh, asked, quads, engine, hashes["statereport"], examined.dataset.prefixes)
        number = build_folder.write_store(quads, fresh)
        (fresh / prepared.FILE).write_bytes(prepare(saved, engine))
        (fresh / build_folder.EXPLANATIONS).write_bytes(Explanations.of(examined.inference).write())
        summary = Summary(
            out=out,
            graphs={name: len(set(triples)) for name, triples in asserted.items()},
            inferred=dict(examined.inference.by_rule),
            warnings=tuple(str(finding) for finding in examined.warnings),
            questions=sum(query.topic != "tables" for query in asked),
            tables=sum(query.topic == "tables" for query in asked),
            hashes=hashes,
        )
        further = summary.record() | ({"drafts": True} if with_drafts else {})
        build_folder.write_about(fresh, made, number, further)
        export.write_crate(fresh, export.published(examined))
        export.write_sums(fresh)
        build_folder.write_manifest(fresh)
        say("putting in place")
    return summary


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _stem(name: str) -> str:
    return name.rpartition("/")[2]
