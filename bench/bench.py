"""How fast the project is, beside the libraries and servers that it could do without. A table of ratios, and JSON.

    make bench                              about ten minutes on two cores; results go to bench/results.json too
    .venv/bin/python bench/bench.py --full  the whole graph against owlrl and plain pySHACL: an hour, perhaps

Every peer runs here, on the same data, after the same warm-up. `ratio` says how often faster the project is: the peer's
time divided by ours, or our rate divided by the peer's.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import peers
import pyoxigraph
import rdflib
import web
from rows import Row, Setting

from statereport.project import Project, find_project
from statereport.questions.saved import SavedQueries
from statereport.rdf import rdflib_bridge, writers
from statereport.rdf.dataset import Dataset, load
from statereport.reasoning import axioms
from statereport.reasoning.inference import INFERRED, Inference, infer
from statereport.reasoning.rules import load_rules
from statereport.reasoning.validation import Validator
from statereport.sparql.engine import Store

RESULTS = Path(__file__).with_name("results.json")
# One theme is enough to see the ratio; the peers need minutes for all of them.
SAMPLE = "13-education-in-native-languages"
PACKAGES = ("statereport", "pyoxigraph", "pyshacl", "owlrl", "rdflib")


def main() -> None:
    """Measure, print the table and write the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="the whole graph and every question for each peer")
    parser.add_argument("--json", type=Path, default=RESULTS, metavar="FILE", help="where the results go")
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
    options.json.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"\n{body['seconds']} s in all; the results are in {options.json}")


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
    def built(self) -> tuple[float, float, float]:
        """Build the project in the folder. → wall seconds, processor seconds, peak megabytes"""
        return self.run(sys.executable, "-m", "statereport", "build")

    def run(self, *command: str) -> tuple[float, float, float]:
        """Run a command to its end in the folder. → wall seconds, processor seconds, peak megabytes"""
        start = time.perf_counter()
        environment = {**os.environ, "STATEREPORT_PROJECT": str(self.project.root.resolve())}
        with subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
        return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def timed(work: Callable[[], object], repeats: int) -> float:
    """The median time of some runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def build(subject: Subject, setting: Setting) -> Iterable[Row]:
    """The whole build as a process of its own."""
    wall, processor, peak = subject.built
    yield Row("build, wall", wall, "s")
    yield Row("build, processor", processor, "s")
    yield Row("build, peak of memory", peak, "MB")


def start_up(subject: Subject, setting: Setting) -> Iterable[Row]:
    """How long the command line needs before it says anything, with a fresh build in the folder."""
    assert subject.built
    question = next(name for name in SavedQueries.of(subject.project).names if name.startswith("tables/"))

    def spent(*words: str) -> float:
        return statistics.median(subject.run(sys.executable, *words)[0] for _ in range(setting.repeats))

    yield Row("statereport --help", spent("-m", "statereport", "--help"), "s", "python -c pass", spent("-c", "pass"))
    asked = spent("-m", "statereport", "query", question)
    yield Row(f"statereport query {question}", asked, "s", "import rdflib", spent("-c", "import rdflib"))


def questions(subject: Subject, setting: Setting) -> Iterable[Row]:
    """The saved questions on our engine, on pyoxigraph without us, and on rdflib."""
    quads = [*subject.dataset.quads(), *writers.quads({INFERRED: inferred(subject.project, subject.dataset).triples})]
    engine = Store.memory(quads)
    raw = pyoxigraph.Store()
    raw.extend([*quads, *(pyoxigraph.Quad(q.subject, q.predicate, q.object) for q in quads)])
    saved = [query for query in SavedQueries.of(subject.project) if query.topic != "pages"]
    ours = {q.name: timed(lambda q=q: engine.query(q.text), setting.repeats) for q in saved}
    selects = [q for q in saved if q.form == "select"]
    bare = {q.name: timed(lambda q=q: [tuple(row) for row in raw.query(q.text)], setting.repeats) for q in selects}
    yield Row(f"{len(bare)} saved questions, mean", mean(ours[n] for n in bare), "s", "pyoxigraph", mean(bare.values()))
    yield Row("the slowest of them", max(ours.values()), "s")
    slow = rdflib.Dataset(default_union=True)
    for quad in quads:
        slow.graph(rdflib.URIRef(quad.graph_name.value)).add(tuple(map(rdflib_bridge.to_rdflib_term, quad.triple)))
    chosen = saved if setting.full else sorted(saved, key=lambda q: ours[q.name])[: max(3, len(saved) // 3)]
    theirs = {q.name: timed(lambda q=q: list(slow.query(q.text)), 1) for q in chosen}
    yield Row(
        f"{len(chosen)} saved questions, mean", mean(ours[n] for n in theirs), "s", "rdflib", mean(theirs.values())
    )


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


MEASURES = (build, start_up, questions, inference, validation, server)

if __name__ == "__main__":
    main()
