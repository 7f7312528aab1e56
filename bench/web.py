"""How fast the server is under load, beside other SPARQL servers with the same data, and how much memory it takes.

    .venv/bin/python bench/web.py

wrk asks each server the same query over four connections, for some seconds, after a warm-up; the servers run one after
another. Ours does more for a query than the others: it runs it in a process that may be ended, and sends only whole answers.
Each peer runs without a limit of time, which makes it faster.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import peers

from statereport.graph import examine
from statereport.project import Project, find_project

SECONDS, CONNECTIONS = 4, 4
TINY = "SELECT ?o { <https://w3id.org/statereport/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh> <https://w3id.org/statereport/def/value> ?o }"
MIDDLE = """PREFIX sr: <https://w3id.org/statereport/def/> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?label ?value ?number { ?figure a sr:Figure ; sr:value ?value ; skos:prefLabel ?label ; sr:isStatedIn ?passage .
?passage sr:reference ?number } ORDER BY ?number ?label"""
HEAVY = """PREFIX sr: <https://w3id.org/statereport/def/>
SELECT ?class (COUNT(DISTINCT ?other) AS ?n) { ?one a ?class ; sr:isStatedIn ?passage .
?other sr:isStatedIn ?passage ; a ?kind . FILTER(?one != ?other) } GROUP BY ?class ORDER BY DESC(?n) ?class"""
QUERIES = {"tiny query": TINY, "middle query": MIDDLE, "heavy query": HEAVY}
PAGES = {
    "page of a question": "/query/law/laws-cited-most.html",
    "document of a thing": "/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh.ttl",
}


@dataclass(frozen=True)
class Load:
    """What wrk saw."""

    rate: float
    p50: float
    p99: float
    errors: int

    def __str__(self) -> str:
        wrong = f", {self.errors} errors" if self.errors else ""
        return f"{self.rate:,.0f}/s, p50 {1000 * self.p50:.1f} ms, p99 {1000 * self.p99:.1f} ms{wrong}"


def main() -> None:
    """Measure and print."""
    for line in measure(find_project()):
        print(line, flush=True)


def measure(project: Project) -> Iterable[str]:
    """A line for each load: what ours does, what each peer does, and the ratio of the rates (more than one: ours is faster)."""
    if not shutil.which("wrk"):
        yield "NOT MEASURED: the server under load, because wrk is not installed"
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain, doubled = peers.data(examine.examine(project).quads(), folder)
        with served(folder) as (address, process):
            ours = {what: load(f"{address}/sparql", query) for what, query in QUERIES.items()}
            pages = {what: wrk(f"{address}{path}") for what, path in PAGES.items()}
            proportional, resident = memory(process)
        theirs: dict[str, dict[str, Load | None]] = {}
        for start in (lambda: peers.oxigraph(doubled, folder), lambda: peers.virtuoso(plain, folder)):
            with start() as peer:
                if peer:
                    theirs[peer.name] = {what: of_peer(peer, query) for what, query in QUERIES.items()}
    for what, mine in ours.items():
        yield f"{what:<22}{mine}"
        for peer, loads in theirs.items():
            other = loads[what]
            yield (
                f"{'':<22}{peer}: {other}; ratio {mine.rate / other.rate:.2f}×"
                if other and other.rate
                else f"{'':<22}{peer}: {other or 'it ended under this load'}"
            )
    for what, mine in pages.items():
        yield f"{what:<22}{mine}"
    yield f"{'memory':<22}{proportional:.0f} MB in all processes (each shared page once); the server itself {resident:.0f} MB"


def load(endpoint: str, query: str) -> Load:
    """Ask a query of an endpoint, again and again."""
    return wrk(f"{endpoint}?{urlencode({'query': query})}")


def of_peer(peer: peers.Peer, query: str) -> Load | None:
    """The same of a peer; None where it ended under the load, twice."""
    for _ in range(2):
        if not peer.alive():
            peer.restart()
        with contextlib.suppress(subprocess.CalledProcessError):
            found = load(peer.endpoint, query)
            if peer.alive():
                return found
    return None


def wrk(address: str) -> Load:
    """Load an address and read what wrk says; a second to warm up first."""
    command = [
        "wrk",
        "--latency",
        "-t1",
        f"-c{CONNECTIONS}",
        "--timeout",
        "30s",
        "-H",
        "Accept: application/sparql-results+json, */*;q=0.1",
    ]
    subprocess.run([*command, "-d1s", address], check=True, capture_output=True)
    said = subprocess.run([*command, f"-d{SECONDS}s", address], check=True, capture_output=True, text=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    lost = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    errors = (int(wrong[1]) if wrong else 0) + (sum(map(int, lost.groups())) if lost else 0)
    # Only good answers count.
    rate *= max(0.0, 1 - errors / max(1, int(re.search(r"(\d+) requests in", said)[1])))
    return Load(rate, *(seconds(re.search(rf"^ +{part}%\s+(\S+)", said, re.MULTILINE)[1]) for part in (50, 99)), errors)


def seconds(said: str) -> float:
    """wrk's `1.20ms` in seconds."""
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", said).groups()
    return float(number) * {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}[unit]


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[str, int]]:
    """Our server, as a person starts it; its address and process."""
    port = peers.free_port()
    command = [sys.executable, "-m", "statereport", "serve", "--port", str(port), "--quiet"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        peers.wait(f"http://127.0.0.1:{port}/sparql", process, 120)
        yield f"http://127.0.0.1:{port}", process.pid
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


if __name__ == "__main__":
    start = time.monotonic()
    main()
    print(json.dumps({"seconds": round(time.monotonic() - start)}))
