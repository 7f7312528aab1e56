"""How fast the server is under load, beside other SPARQL servers with the same data, and how much memory it takes.

The same queries are asked over four connections, for some seconds, after a warm-up; the servers run one after another.
Ours does more for a query than the others: it runs it in a process that may be ended, and sends only whole answers.
Each peer runs without a limit of time, which makes it faster.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import peers
from rows import Row, Setting

from statereport.graph import build_folder
from statereport.project import Project
from statereport.questions import catalogue
from statereport.questions.saved import SavedQueries
from statereport.rdf.namespaces import BASE

CONNECTIONS = 4
LOAD = Path(__file__).with_name("load.py")
FIGURE = "SELECT (MIN(?it) AS ?figure) { ?it a <https://w3id.org/statereport/def/Figure> }"
GRAPHS = "SELECT DISTINCT ?graph { GRAPH ?graph { ?s ?p ?o } }"
TINY = "SELECT ?o {{ <{figure}> <https://w3id.org/statereport/def/value> ?o }}"
MIDDLE = """PREFIX sr: <https://w3id.org/statereport/def/> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?label ?value ?passage { ?figure a sr:Figure ; sr:value ?value ; skos:prefLabel ?label ; sr:isStatedIn ?passage }
ORDER BY ?passage ?label"""
HEAVY = """PREFIX sr: <https://w3id.org/statereport/def/>
SELECT ?class (COUNT(DISTINCT ?other) AS ?n) { ?one a ?class ; sr:isStatedIn ?passage .
?other sr:isStatedIn ?passage ; a ?kind . FILTER(?one != ?other) } GROUP BY ?class ORDER BY DESC(?n) ?class"""


def measure(project: Project, folder: Path, setting: Setting) -> Iterator[Row]:
    """A row for each query and server, for two kinds of pages, and for the memory of ours.

    `folder` holds a fresh build of the project in ./build.
    """
    engine = build_folder.open_build(folder / "build").engine
    figure = engine.query(FIGURE).rows[0][0].value
    queries = {"tiny query": TINY.format(figure=figure), "middle query": MIDDLE, "heavy query": HEAVY}
    asked = (query for query in SavedQueries.of(project) if query.topic not in catalogue.LEFT_OUT)
    question = next(query.name for query in asked if query.form == "select")
    pages = {
        "page of a question": f"/query/{question}.html",
        "document of a thing": f"/{figure.removeprefix(BASE)}.ttl",
    }
    ours: dict[str, dict] = {}
    with served(project, folder) as (address, process, until_answer):
        yield Row("server, until its first answer", until_answer, "s")
        for what, query in queries.items():
            ours[what] = load(f"{address}/sparql", setting, query)
        for what, path in pages.items():
            yield row(what, load(f"{address}{path}", setting))
        proportional, resident = memory(process)
        yield Row("memory of all processes of the server", proportional, "MB", more={"front": f"{resident:.0f} MB"})
    graphs = [row[0].value for row in engine.query(GRAPHS).rows]
    plain, doubled = peers.data((quad for graph in graphs for quad in engine.quads(graph)), folder)
    starts = {"oxigraph": lambda: peers.oxigraph(doubled, folder), "virtuoso": lambda: peers.virtuoso(plain, folder)}
    for what in queries:
        yield row(what, ours[what])
    for name in setting.servers:
        with starts[name]() as peer:
            for what, query in queries.items():
                found = of_peer(peer, query, setting) if peer else None
                yield row(what, ours[what], peer.name if peer else f"{name} (not installed)", found)


def row(what: str, ours: dict, peer: str = "", theirs: dict | None = None) -> Row:
    """A row of the table from what `load` gave for ours, and for a peer's."""

    def said(found: dict) -> str:
        wrong = f", {found['failures']} failed" if found["failures"] else ""
        return f"{1000 * found['p50']:.1f} ms, p99 {1000 * found['p99']:.1f} ms{wrong}"

    more = {"p50": said(ours), **({"theirs": said(theirs)} if theirs else {})}
    return Row(what, ours["rate"], "/s", peer, theirs["rate"] if theirs else None, more)


def load(address: str, setting: Setting, query: str = "") -> dict:
    """Load an address; `query` is asked of an endpoint."""
    parts = urlsplit(address)
    target = f"{parts.path}?query={quote(query)}" if query else parts.path
    command = [sys.executable, str(LOAD), str(parts.hostname), str(parts.port), target, str(CONNECTIONS)]
    done = subprocess.run([*command, str(setting.seconds)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def of_peer(peer: peers.Peer, query: str, setting: Setting) -> dict | None:
    """The same of a peer; None where it ended under the load, twice."""
    for _ in range(2):
        if not peer.alive():
            peer.restart()
        with contextlib.suppress(subprocess.CalledProcessError):
            found = load(peer.endpoint, setting, query)
            if peer.alive():
                return found
    return None


@contextlib.contextmanager
def served(project: Project, folder: Path) -> Iterator[tuple[str, int, float]]:
    """Our server, as a person starts it where a fresh build is; its address, process, and seconds until it answers."""
    port = peers.free_port()
    command = [sys.executable, "-m", "statereport", "serve", "--port", str(port), "--quiet"]
    environment = {**os.environ, "STATEREPORT_PROJECT": str(project.root.resolve())}
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        peers.wait(f"http://127.0.0.1:{port}/sparql", process, 120)
        yield f"http://127.0.0.1:{port}", process.pid, time.perf_counter() - start
    finally:
        process.terminate()
        process.wait(20)


def memory(process: int) -> tuple[float, float]:
    """Megabytes: of the process and all that it started, each shared page counted once; and of the process alone."""
    family, parents = [process], {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    for one in family:
        family += parents.get(one, [])
    kilobytes = []
    for one in family:
        with contextlib.suppress(OSError):  # one that has just ended takes none
            kilobytes.append(
                dict(re.findall(r"^(Pss|Rss):\s+(\d+)", Path(f"/proc/{one}/smaps_rollup").read_text(), re.MULTILINE))
            )
    return sum(int(one.get("Pss", 0)) for one in kilobytes) / 1024, int(kilobytes[0]["Rss"]) / 1024
