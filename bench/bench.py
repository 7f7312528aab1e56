"""How fast the project is, beside the libraries that it could do without. A table of ratios, never a test.

    make bench                                    a minute or two
    .venv/bin/python bench/bench.py --full        whole graph against owlrl and plain pySHACL: an hour, perhaps

Every peer runs here, on the same data, after the same warm-up; `ratio` is the peer's time through ours, so that more than
one means that the project is the faster.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable

import owlrl
import pyoxigraph
import rdflib
import web

from statereport.project import Project, find_project
from statereport.questions.saved import SavedQueries
from statereport.rdf import rdflib_bridge, writers
from statereport.rdf.dataset import Dataset, load
from statereport.reasoning import axioms
from statereport.reasoning import validation as validate
from statereport.reasoning.inference import INFERRED, Inference, infer
from statereport.reasoning.rules import load_rules
from statereport.sparql.engine import Store

REPEATS = 5
# One theme is enough to see the ratio; the peers need minutes for all of them.
SAMPLE = "13-education-in-native-languages"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--full", action="store_true", help="the whole graph for inference and validation, every query for rdflib"
    )
    full = parser.parse_args().full
    # owlrl cannot read a day without a year, and says so at length.
    logging.disable(logging.WARNING)
    project = find_project()
    dataset = load(project)
    print(f"{'what':<34}{'ours':>12}  {'peer':<32}{'theirs':>12}{'ratio':>9}")
    for measure in (build, start_up, queries, inference, validation):
        for what, ours, peer, theirs in measure(project, dataset, full):
            ratio = f"{theirs / ours:8.1f}×" if theirs else ""
            print(f"{what:<34}{shown(ours):>12}  {peer:<32}{shown(theirs) if theirs else '':>12}{ratio:>9}", flush=True)
    print("\nthe server under load, four connections")
    for line in web.measure(project):
        print(line, flush=True)


def shown(seconds: float) -> str:
    """Seconds in a unit that a person reads."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.2f} ms"


def timed(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """The median time of some runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def ran(*command: str, folder: str) -> tuple[float, float, float]:
    """Run a command to its end. → wall seconds, processor seconds, peak megabytes."""
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def build(project: Project, dataset: Dataset, full: bool) -> Iterable[tuple[str, float, str, float]]:
    """The whole build as a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        wall, processor, peak = ran(sys.executable, "-m", "statereport", "build", "--out", "out", folder=folder)
    yield f"build, wall (peak {peak:.0f} MB)", wall, "", 0
    yield "build, processor", processor, "", 0


def start_up(project: Project, dataset: Dataset, full: bool) -> Iterable[tuple[str, float, str, float]]:
    """How long the command line needs before it says anything."""
    with tempfile.TemporaryDirectory() as folder:
        ran(sys.executable, "-m", "statereport", "build", "--out", "build", folder=folder)

        def spent(*words: str) -> float:
            return statistics.median(ran(sys.executable, *words, folder=folder)[0] for _ in range(REPEATS))

        bare, imported = spent("-c", "pass"), spent("-c", "import rdflib")
        yield "statereport --help", spent("-m", "statereport", "--help"), "python -c pass", bare
        yield (
            "statereport query tables/bodies",
            spent("-m", "statereport", "query", "tables/bodies"),
            "python -c 'import rdflib'",
            imported,
        )


def queries(project: Project, dataset: Dataset, full: bool) -> Iterable[tuple[str, float, str, float]]:
    """The saved questions on our engine, on pyoxigraph without us, and on rdflib."""
    quads = [*dataset.quads(), *writers.quads({INFERRED: inferred(project, dataset).triples})]
    engine = Store.memory(quads)
    raw = pyoxigraph.Store()
    raw.extend([*quads, *(pyoxigraph.Quad(q.subject, q.predicate, q.object) for q in quads)])
    saved = [query for query in SavedQueries.of(project) if query.topic != "pages"]
    ours = {q.name: timed(lambda q=q: engine.query(q.text)) for q in saved}
    bare = {q.name: timed(lambda q=q: [tuple(row) for row in raw.query(q.text)]) for q in saved if q.form == "select"}
    yield f"{len(bare)} saved questions, mean", mean(ours[n] for n in bare), "pyoxigraph alone", mean(bare.values())
    yield "the slowest of them", max(ours.values()), "", 0
    slow = rdflib.Dataset(default_union=True)
    for quad in quads:
        slow.graph(rdflib.URIRef(quad.graph_name.value)).add(tuple(map(rdflib_bridge.to_rdflib_term, quad.triple)))
    chosen = saved if full else sorted(saved, key=lambda q: ours[q.name])[: max(3, len(saved) // 3)]
    theirs = {q.name: timed(lambda q=q: list(slow.query(q.text)), 1) for q in chosen}
    yield f"{len(chosen)} saved questions, mean", mean(ours[n] for n in theirs), "rdflib", mean(theirs.values())


def mean(values: Iterable[float]) -> float:
    """The geometric mean."""
    return math.exp(statistics.fmean(math.log(value) for value in values))


def inferred(project: Project, dataset: Dataset) -> Inference:
    """What follows from a dataset."""
    return infer(dataset.ontology_quads(), dataset.data_quads(), load_rules(project.ontology / "rules"))


def sampled(dataset: Dataset, full: bool) -> Dataset:
    """The dataset, or the references and one theme of it."""
    kept = {
        name: part for name, part in dataset.data.items() if full or "/reports/" not in name or name.endswith(SAMPLE)
    }
    return Dataset(dataset.ontology, dataset.shapes, kept)


def inference(project: Project, dataset: Dataset, full: bool) -> Iterable[tuple[str, float, str, float]]:
    """Our consequences and owlrl's closure, of which ours are the part in our own terms."""
    part = sampled(dataset, full)
    ours = timed(lambda: inferred(project, part), 3)
    graph = rdflib_bridge.to_rdflib(quad.triple for quad in (*part.ontology_quads(), *part.data_quads()))
    theirs = timed(lambda: owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph), 1)
    yield f"inference, {size(part)} triples", ours, "owlrl, OWL RL", theirs
    yield (
        f"  axioms and rules: {len(axioms.rules(part.ontology_quads()))}",
        timed(lambda: axioms.rules(part.ontology_quads()), 3),
        "",
        0,
    )


def validation(project: Project, dataset: Dataset, full: bool) -> Iterable[tuple[str, float, str, float]]:
    """Our validation, and pySHACL with rdflib answering its queries, over the same shapes."""
    part = sampled(dataset, full)
    given = [t for group in (part.ontology, part.data) for triples in group.values() for t in triples]
    rules = [t for triples in part.shapes.values() for t in triples]
    ours = timed(lambda: validate.check(given, rules), 1)
    theirs = timed(lambda: validate.check(given, rules, plain=True), 1)
    yield f"validation, {size(part)} triples", ours, "pySHACL alone", theirs


def size(dataset: Dataset) -> str:
    """The number of triples of the ontology and the data."""
    return f"{sum(len(part) for part in (*dataset.ontology.values(), *dataset.data.values())):,}"


if __name__ == "__main__":
    main()
