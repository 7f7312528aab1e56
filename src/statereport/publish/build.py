"""From the sources to what is published: load, infer, validate, answer, export. Only this module knows the order."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from statereport import atomic, parallel
from statereport.graph import build_folder, examine, search
from statereport.graph.before import Before
from statereport.graph.before import write as write_inputs
from statereport.project import Project, TextFiles
from statereport.publish import cubes, export
from statereport.questions import catalogue, chart, prepared
from statereport.questions.saved import SavedQueries, SavedQuery, prepare
from statereport.rdf import dataset, writers
from statereport.rdf.prefixes import Prefixes
from statereport.reasoning.explanations import Explanations
from statereport.reasoning.inference import Inference
from statereport.reasoning.validation import Finding
from statereport.sparql.engine import Engine, Store

Progress = examine.Progress
# The name under which is noted what was inferred and found.
_EXAMINED = "examined"
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
    with _without_collector(), atomic.appearing(out, build_folder.foreign) as fresh:
        made = build_folder.made_from(project)
        saved = SavedQueries.of(project)
        before = Before.of(out, made)
        sources = build_folder.digest_of_statements(project)
        examined = None if texts else _examined_before(before, sources, project, saved, say)
        if not examined:
            examined = examine.examine(project, texts, say, saved=saved)
            examine.refuse_violations(project, examined)

        say("answering")
        engine = Store.memory(examined.quads())
        examine.refuse_failed_checks(project, engine, saved)
        cubes.write(fresh, engine)
        if with_drafts:
            examined = examined.with_drafts(dataset.drafts(project))
        quads = writers.canonical(examined.quads())
        if with_drafts:
            engine = Store.memory(quads)
        before = before.beside(quads)
        asked = [query for query in saved if query.topic not in catalogue.LEFT_OUT]

        say("exporting")
        number, inputs = _written(fresh, examined, quads, engine, saved, project, before)
        hashes = export.write_hashes(fresh, _parts(examined))
        export.write_package(fresh, asked, {name: note for name, _, note in inputs})
        write_inputs(fresh, {name: [key, note] for name, key, note in (*inputs, _examination(examined, sources))})
        further = (export.published(examined), hashes["statereport"], examined.dataset.prefixes)
        parallel.side_by_side(
            [
                *(partial(write, fresh, asked, quads, engine, *further[1:]) for write in also),
                partial(export.write_description, fresh, further[0], project),
            ]
        )
        summary = Summary(
            out=out,
            graphs={name: len(set(triples)) for name, triples in _parts(examined)["statereport"].items()},
            inferred=dict(examined.inference.by_rule),
            warnings=tuple(str(finding) for finding in examined.warnings),
            questions=sum(query.topic != "tables" for query in asked),
            tables=sum(query.topic == "tables" for query in asked),
            hashes=hashes,
        )
        build_folder.write_about(fresh, made, number, summary.record() | ({"drafts": True} if with_drafts else {}))
        export.write_crate(fresh, export.published(examined))
        export.write_sums(fresh)
        build_folder.write_manifest(fresh)
        say("putting in place")
    return summary


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep Python from looking for garbage in circles, of which a build makes none, among millions of objects."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _examination(examined: examine.Examined, sources: str) -> export.Input:
    """What is noted of what was inferred and found, by a digest of the statements and rules; see `_examined_before`."""
    found = [
        [it.severity, it.focus, it.path, it.value, it.message, it.shape, it.label, it.component]
        for it in examined.findings
    ]
    return _EXAMINED, sources, {"by rule": dict(examined.inference.by_rule), "findings": found}


def _examined_before(
    before: Before, sources: str, project: Project, saved: SavedQueries, say: Progress
) -> examine.Examined | None:
    """The sources examined, where the build before was made from the same statements and rules; else None.

    Only questions have changed then. What was inferred is read from that build.
    """
    note = before.noted(_EXAMINED, sources)
    names = ("statereport-inferred.nq", "statereport-aligned.nq", build_folder.EXPLANATIONS)
    *graphs, why = map(before.read, names)
    if not note or why is None or None in graphs:
        return None
    say("loading")
    own, foreign = (tuple(sorted((q.triple for q in writers.parsed(graph, "nq")), key=str)) for graph in graphs)
    loaded = dataset.load(project)
    findings = tuple(Finding(*found, prefixes=loaded.prefixes) for found in note["findings"])
    inference = Inference(own, 0, note["by rule"], foreign, explained=why)
    return examine.Examined(loaded, inference, findings, {catalogue.GRAPH: catalogue.triples(saved)})


def _parts(examined: examine.Examined) -> dict[str, dataset.Graphs]:
    """The parts that are published in every format: what is stated, and each graph that is derived."""
    derived = {f"statereport-{_stem(name)}": {name: triples} for name, triples in examined.derived.items()}
    return {"statereport": {**examined.dataset.ontology, **examined.dataset.data}, **derived}


def _written(
    folder: Path,
    examined: examine.Examined,
    quads: list,
    engine: Engine,
    saved: SavedQueries,
    project: Project,
    before: Before,
) -> tuple[int, list[export.Input]]:
    """Write everything that needs no other file, side by side, what takes longest first.

    → the number of quads in the store, and what files were made from
    """
    parts, background = _parts(examined), chart.Background.of(engine)
    largest, *others = (partial(export.write_part, folder, stem, parts[stem], project, before) for stem in parts)
    asked = [query for query in saved if query.topic not in catalogue.LEFT_OUT]
    asked.sort(key=lambda query: (not query.chart, query.topic != "tables"))
    answers = [partial(export.write_answer, folder, query, engine, background, before) for query in asked]

    def write_rest() -> None:
        export.write_ontology(folder, examined.dataset.ontology, project)
        export.write_shapes(folder, examined.dataset.shapes, examined.dataset.ontology, project)
        export.write_turtle(folder, "queries", examined.questions, project)
        export.write_validation(folder, examined.warnings, project)
        (folder / build_folder.EXPLANATIONS).write_bytes(
            examined.inference.explained or Explanations.of(examined.inference).write()
        )

    def write_prepared() -> None:
        (folder / prepared.FILE).write_bytes(prepare(saved, engine))

    (folder / "store").mkdir()
    first = [
        partial(build_folder.write_store, quads, folder),
        largest,
        partial(export.write_all, folder, parts, project),
        write_prepared,
        partial(search.write, engine, saved.get, folder),
        write_rest,
    ]
    done = parallel.side_by_side([*first, *others, *answers])
    return done[0], [done[1], *done[len(first) :]]


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _stem(name: str) -> str:
    return name.rpartition("/")[2]
