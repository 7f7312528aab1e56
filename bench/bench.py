"""How fast the project is, beside the libraries and servers that it could do without. A table of ratios, and JSON.

    make bench                              about ten minutes on two cores; a file in bench/results/ keeps the run
    make bench-compare                      the last two runs that were kept, side by side
    .venv/bin/python bench/bench.py --full  the whole graph against owlrl and plain pySHACL: an hour, perhaps

Every peer runs here, on the same data, after the same warm-up. `ratio` says how often faster the project is: the peer's
time divided by ours, or our rate divided by the peer's. Times are those of the processor, unless a row says "wall": on
a machine that does other things too, only these can be compared.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import peers
import pyoxigraph
import rdflib
import web
from rows import Row, Setting

from statereport.graph import build_folder
from statereport.project import Project, find_project
from statereport.questions import chart
from statereport.questions.picture import Picture
from statereport.questions.saved import SavedQueries
from statereport.rdf import rdflib_bridge, writers
from statereport.rdf.dataset import Dataset, load
from statereport.reasoning import axioms
from statereport.reasoning.inference import Inference, infer
from statereport.reasoning.rules import load_rules
from statereport.reasoning.validation import Validator
from statereport.sparql.engine import Store, with_union

RESULTS = Path(__file__).with_name("results")
# One theme is enough to see the ratio; the peers need minutes for all of them.
SAMPLE = "13-education-in-native-languages"
# A query that is not saved, and needs no prefix to be declared by the oxigraph program either.
OWN = """PREFIX sr: <https://w3id.org/statereport/def/>
SELECT ?figure ?value { ?figure a sr:Figure ; sr:value ?value } ORDER BY DESC(?value) ?figure LIMIT 20
"""
PACKAGES = ("statereport", "pyoxigraph", "pyshacl", "owlrl", "rdflib")


def main() -> None:
    """Measure, print the table and write the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="the whole graph and every question for each peer")
    kept = RESULTS / f"{datetime.now(UTC):%Y-%m-%d-%H%M}.json"
    parser.add_argument("--json", type=Path, default=kept, metavar="FILE", help="where the results go")
    options = parser.parse_args()
    # owlrl cannot read a day without a year, and says so at length.
    logging.disable(logging.WARNING)
    start = time.monotonic()
    print(Row.HEAD)
    rows = []
    for row in measure(find_project(), Setting(full=options.full)):
        rows.append(row)
        print(row, flush=True)
    body = {
        "machine": {"cores": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()},
        "versions": {name: version(name) for name in PACKAGES},
        "seconds": round(time.monotonic() - start),
        "rows": [row.record() for row in rows],
    }
    options.json.parent.mkdir(exist_ok=True)
    options.json.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"\n{body['seconds']} s in all; the results are in {options.json.name}")


def measure(project: Project, setting: Setting) -> Iterator[Row]:
    """Every measure, one after another."""
    with tempfile.TemporaryDirectory() as folder:
        subject = Subject(project, Path(folder))
        for work in MEASURES:
            yield from work(subject, setting)


@dataclass(frozen=True)
class Subject:
    """What is measured: a project, and a folder to work in."""

    project: Project
    folder: Path

    @cached_property
    def dataset(self) -> Dataset:
        """The project as read."""
        return load(self.project)

    @cached_property
    def again(self) -> float:
        """The processor seconds of a second build, for which nothing has changed."""
        assert self.built
        return self.run(sys.executable, "-m", "statereport", "build")[1]

    @cached_property
    def changed(self) -> tuple[float, float, float]:
        """A build after one file of a theme was changed. → wall seconds, processor seconds, peak megabytes"""
        assert self.again
        copy = self.folder / "changed"
        for part in (self.project.ontology, self.project.graphs, self.project.queries):
            shutil.copytree(part, copy / part.name)
        theme = next(iter(sorted(copy.glob("graphs/reports/*/13-*.ttl"))))
        text = theme.read_text(encoding="utf-8")
        theme.write_text(re.sub(r'(skos:prefLabel "[^"]*)"', r'\1, changed"', text, count=1), encoding="utf-8")
        assert theme.read_text(encoding="utf-8") != text
        kept = shutil.copytree(self.folder / "build", self.folder / "after")
        words = (sys.executable, "-m", "statereport", "build", "--out", str(kept))
        return self.run(*words, project=copy)

    @cached_property
    def drawn(self) -> float:
        """The processor seconds that the pictures and spreadsheets of a build take."""
        engine = Store.memory(self.quads)
        background = chart.Background.of(engine)
        saved = [query for query in SavedQueries.of(self.project) if query.chart or query.topic == "tables"]
        answers = [(query, query.answer(engine)) for query in saved]
        start = time.process_time()
        for query, answer in answers:
            if query.chart:
                picture = Picture.of(query, answer, background)
                assert picture.svg and picture.png()
            if query.topic == "tables":
                query.workbook(answer)
        return time.process_time() - start

    @cached_property
    def quads(self) -> list[pyoxigraph.Quad]:
        """What the build holds, by named graph."""
        assert self.built
        engine = build_folder.open_build(self.folder / "build").engine
        return [quad for graph in engine.graphs() for quad in engine.quads(graph)]

    @cached_property
    def built(self) -> tuple[float, float, float]:
        """Build the project in the folder. → wall seconds, processor seconds, peak megabytes"""
        return self.run(sys.executable, "-m", "statereport", "build")

    def run(self, *command: str, project: Path | None = None) -> tuple[float, float, float]:
        """Run a command to its end in the folder. → wall seconds, processor seconds, peak megabytes"""
        start = time.perf_counter()
        environment = {**os.environ, "STATEREPORT_PROJECT": str((project or self.project.root).resolve())}
        with subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
        return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def timed(work: Callable[[], object], repeats: int) -> float:
    """The median processor time of some runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def build(subject: Subject, setting: Setting) -> Iterable[Row]:
    """The whole build as a process of its own, and once more when nothing has changed.

    Its unit is what rdflib takes to read the N-Quads of what is stated: this grows with the reports as a build does.
    """
    wall, processor, peak = subject.built
    stated = (subject.folder / "build/statereport.nq").read_text(encoding="utf-8")
    unit = timed(lambda: rdflib.Dataset().parse(data=stated, format="nquads"), min(3, setting.repeats))
    rows = (
        ("build", processor),
        ("build without pictures and spreadsheets", processor - subject.drawn),
        ("build, nothing changed", subject.again),
        ("build, one theme changed", subject.changed[1]),
        ("build, wall", wall),
        ("build, one theme changed, wall", subject.changed[0]),
    )
    for what, spent in rows:
        yield Row(what, spent, "s", "rdflib reads the N-Quads", unit, {"units": round(spent / unit, 2)})
    yield Row("build, peak of memory", peak, "MB")


def command(subject: Subject, setting: Setting) -> Iterable[Row]:
    """What the command line spends, with a fresh build in the folder: help, saved questions, SPARQL of one's own.

    Questions are asked with other values than their defaults, where the question names some.
    """
    assert subject.built
    python = (sys.executable, "-m", "statereport")

    def spent(*words: str) -> float:
        return statistics.median(subject.run(*words)[1] for _ in range(setting.repeats))

    click, engine = (spent(sys.executable, "-c", f"import {name}") for name in ("click", "pyoxigraph"))
    yield Row("statereport --help", spent(*python, "--help"), "s", "import click", click)
    saved = [query for query in SavedQueries.of(subject.project) if query.form == "select" and query.topic != "pages"]
    for query in sorted(saved, key=lambda query: (not query.expect.get("other"), query.name))[:3]:
        values = (f"{name}={value}" for name, value in (query.expect.get("other") or {}).items())
        words = (word for value in values for word in ("-p", value))
        yield Row(f"query {query.name}", spent(*python, "query", query.name, *words), "s", "import pyoxigraph", engine)
    own = subject.folder / "own.rq"
    own.write_text(OWN, encoding="utf-8")
    asked = spent(*python, "query", "--sparql", str(own))
    yield Row("query --sparql", asked, "s", "import pyoxigraph", engine)
    if peers.OXIGRAPH.is_file():
        place = shutil.copytree(subject.folder / "build/store/db", subject.folder / "copy")
        words = ("query", "--location", str(place), "--query-file", str(own), "--results-format", "csv")
        yield Row("query --sparql", asked, "s", "oxigraph query", spent(str(peers.OXIGRAPH), *words))


def questions(subject: Subject, setting: Setting) -> Iterable[Row]:
    """The saved questions on our engine, on pyoxigraph without us, and on rdflib."""
    quads = subject.quads
    engine = Store.memory(quads)
    raw = pyoxigraph.Store()
    raw.extend(with_union(quads))
    saved = [query for query in SavedQueries.of(subject.project) if query.topic != "pages"]
    ours = {q.name: timed(lambda q=q: engine.query(q.text), setting.repeats) for q in saved}
    selects = [q for q in saved if q.form == "select"]
    bare = {q.name: timed(lambda q=q: [tuple(row) for row in raw.query(q.text)], setting.repeats) for q in selects}
    yield Row(f"{len(bare)} saved questions, mean", mean(ours[n] for n in bare), "s", "pyoxigraph", mean(bare.values()))
    slowest, median = max(ours, key=ours.__getitem__), statistics.median(ours.values())
    yield Row("the slowest of them", ours[slowest], "s", "their median", median, {"question": slowest})
    slow = rdflib.Dataset(default_union=True)
    for quad in quads:
        slow.graph(rdflib.URIRef(quad.graph_name.value)).add(tuple(map(rdflib_bridge.to_rdflib_term, quad.triple)))
    chosen = saved if setting.full else sorted(saved, key=lambda q: ours[q.name])[: max(3, len(saved) // 3)]
    theirs = {q.name: timed(lambda q=q: list(slow.query(q.text)), 1) for q in chosen}
    yield Row(
        f"{len(chosen)} saved questions, mean", mean(ours[n] for n in theirs), "s", "rdflib", mean(theirs.values())
    )


def elsewhere(subject: Subject, setting: Setting) -> Iterable[Row]:
    """The saved questions by wall time: in this process, and on other servers with the same data, over HTTP."""
    engine = Store.memory(subject.quads)
    folder = subject.folder / "elsewhere"
    folder.mkdir()
    plain, doubled = peers.data(subject.quads, folder)
    starts = {
        "oxigraph": lambda: peers.oxigraph(doubled, folder),
        "virtuoso": lambda: peers.virtuoso(plain, folder),
    }
    saved = [query for query in SavedQueries.of(subject.project) if query.topic != "pages" and query.form == "select"]

    def wall(work: Callable[[], object]) -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    ours = {query.name: wall(lambda query=query: engine.query(query.text)) for query in [*saved, *saved]}
    for name in setting.servers:
        with starts[name]() as peer:
            theirs: dict[str, float] = {}
            for query in [*saved, *saved] if peer else ():  # twice, and the second time counts
                replies: list[int] = []
                spent = wall(lambda query=query, seen=replies: seen.append(peers.ask(peer.endpoint, query.text, 20)[0]))
                if replies == [200]:
                    theirs[query.name] = spent
            what, found = f"{len(theirs)} saved questions, mean, wall", theirs and mean(theirs.values())
            yield Row(
                what if theirs else "saved questions, mean, wall",
                mean(ours[name] for name in theirs or ours),
                "s",
                peer.name if peer else f"{name} (not installed)",
                found or None,
                {"refused": len(saved) - len(theirs)} if theirs and len(theirs) < len(saved) else {},
            )


def export(subject: Subject, setting: Setting) -> Iterable[Row]:
    """Turtle of what is stated, ours sorted so that it never varies, and rdflib's."""
    prefixes = subject.dataset.prefixes
    triples = [quad.triple for quad in subject.dataset.quads()]
    graph = rdflib_bridge.to_rdflib(triples)
    ours = timed(lambda: writers.turtle(triples, prefixes), min(3, setting.repeats))
    theirs = timed(lambda: graph.serialize(format="turtle"), 1)
    yield Row(f"Turtle, {len(triples):,} triples", ours, "s", "rdflib", theirs)


def mean(values: Iterable[float]) -> float:
    """The geometric mean."""
    return math.exp(statistics.fmean(math.log(value) for value in values))


def inferred(project: Project, dataset: Dataset) -> Inference:
    """What follows from a dataset."""
    return infer(dataset.ontology_quads(), dataset.data_quads(), load_rules(project.ontology / "rules"))


def sampled(dataset: Dataset, setting: Setting) -> Dataset:
    """The dataset, or the references and one theme of it."""
    kept = {
        name: part
        for name, part in dataset.data.items()
        if setting.full or "/reports/" not in name or name.endswith(SAMPLE)
    }
    return Dataset(dataset.ontology, dataset.shapes, kept or dataset.data)


def inference(subject: Subject, setting: Setting) -> Iterable[Row]:
    """Our consequences, and owlrl's closure, of which ours are the part in our own terms."""
    part = sampled(subject.dataset, setting)
    ours = timed(lambda: inferred(subject.project, part), min(3, setting.repeats))
    graph = rdflib_bridge.to_rdflib(quad.triple for quad in (*part.ontology_quads(), *part.data_quads()))
    theirs = timed(lambda: peers.owl_closure(graph), 1)
    yield Row(f"inference, {size(part)} triples", ours, "s", "owlrl, OWL RL", theirs)
    rules = axioms.rules(part.ontology_quads())
    spent = timed(lambda: axioms.rules(part.ontology_quads()), min(3, setting.repeats))
    yield Row(f"  its {len(rules)} axioms made rules", spent, "s")


def validation(subject: Subject, setting: Setting) -> Iterable[Row]:
    """Our validation, and pySHACL with rdflib answering its queries, over the same shapes."""
    part = sampled(subject.dataset, setting)
    given = [t for group in (part.ontology, part.data) for triples in group.values() for t in triples]
    validator = Validator(t for triples in part.shapes.values() for t in triples)
    ours = timed(lambda: validator.check(given), 1)
    theirs = timed(lambda: validator.check(given, plain=True), 1)
    yield Row(f"validation, {size(part)} triples", ours, "s", "pySHACL alone", theirs)


def size(dataset: Dataset) -> str:
    """The number of triples of the ontology and the data."""
    return f"{sum(len(part) for part in (*dataset.ontology.values(), *dataset.data.values())):,}"


def server(subject: Subject, setting: Setting) -> Iterable[Row]:
    """The server under load, beside other SPARQL servers with the same data."""
    assert subject.built
    yield from web.measure(subject.project, subject.folder, setting)


MEASURES = (build, command, questions, elsewhere, inference, validation, export, server)

if __name__ == "__main__":
    main()
