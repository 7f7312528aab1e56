"""Programs to compare with: the oxigraph server and Virtuoso with the project's data, on this machine only; owlrl.

For the benchmark, for the attacks on servers, and for the test that saved questions have the same answers there.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import owlrl
import pyoxigraph
import rdflib

from statereport.rdf import writers

OXIGRAPH = Path(sys.executable).with_name("oxigraph")
VIRTUOSO, ISQL = shutil.which("virtuoso-t"), shutil.which("isql-vt") or shutil.which("isql")
# Debian's limits.
INI = """[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {home}, {data}
NumberOfBuffers = 40000
MaxDirtyBuffers = 30000
MaxQueryMem = 512M
ServerThreads = 20
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {home}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = 10000
MaxQueryExecutionTime = 60
MaxQueryCostEstimationTime = 400
"""


@dataclass
class Peer:
    """A server: its name and version, the address of its endpoint, how to start it again, and its process.

    One that takes writing has the addresses of its updates and of its graph store too, and its user and password.
    """

    name: str
    endpoint: str
    start: Callable[[], subprocess.Popen]
    process: subprocess.Popen
    update: str = ""
    graph_store: str = ""
    user: str = ""
    password: str = ""

    def alive(self) -> bool:
        """True while its process runs."""
        return self.process.poll() is None

    def restart(self) -> None:
        """Start it again after it died, and wait until it answers."""
        self.process = self.start()
        wait(self.endpoint, self.process)


def data(quads: Iterable[pyoxigraph.Quad], folder: Path) -> tuple[Path, Path]:
    """Files of N-Quads in a folder: by named graph, and with everything in the default graph as well."""
    plain, doubled = folder / "data.nq", folder / "doubled.nq"
    content = writers.canonical_nquads(writers.canonical(quads))
    plain.write_bytes(content)
    union = dict.fromkeys(line.rpartition(b" <")[0] + b" .\n" for line in content.splitlines())
    doubled.write_bytes(content + b"".join(union))
    return plain, doubled


def ask(
    endpoint: str, query: str, timeout: float = 30, accept: str = "application/sparql-results+json"
) -> tuple[int, bytes]:
    """The status and body of a query by GET; 0 where there is no answer."""
    request = urllib.request.Request(
        f"{endpoint}?{urllib.parse.urlencode({'query': query})}", headers={"Accept": accept}
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except (OSError, ValueError):
        return 0, b""


def wait(endpoint: str, process: subprocess.Popen, seconds: float = 60) -> None:
    """Until a server answers."""
    end = time.monotonic() + seconds
    while ask(endpoint, "ASK { ?s ?p ?o }", 2)[0] != 200:
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"{endpoint} does not answer")
        time.sleep(0.2)


def free_port() -> int:
    """A port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _started(command: list[str], folder: Path) -> subprocess.Popen:
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def _ended(peer: Peer) -> Iterator[Peer]:
    try:
        yield peer
    finally:
        peer.process.terminate()
        try:
            peer.process.wait(20)
        except subprocess.TimeoutExpired:
            peer.process.kill()
            peer.process.wait()


@contextlib.contextmanager
def oxigraph(data: Path | None, folder: Path, timeout: int | None = None) -> Iterator[Peer | None]:
    """The oxigraph server with some N-Quads, read-only; None where it is not installed.

    Without data it is empty and takes writing, and its default graph is the union of all.

    With a `timeout` it starts a thread for each query, which sleeps for so many seconds: at thousands of queries in a
    second it has no thread left, answers with errors, and aborts.
    """
    if not OXIGRAPH.is_file():
        yield None
        return
    store, port = folder / "oxigraph", free_port()
    if data:
        subprocess.run(
            [OXIGRAPH, "load", "--location", store, "--file", data],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    how = ["serve-read-only"] if data else ["serve", "--union-default-graph"]
    command = [str(OXIGRAPH), *how, "--location", str(store), "--bind", f"127.0.0.1:{port}"]
    command += ["--timeout-s", str(timeout)] if timeout else []
    version = subprocess.run([OXIGRAPH, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    process = _started(command, folder)
    base = f"http://127.0.0.1:{port}"
    peer = Peer(version, f"{base}/query", lambda: _started(command, folder), process)
    if not data:
        peer.update, peer.graph_store = f"{base}/update", f"{base}/store"
    with _ended(peer):
        wait(peer.endpoint, process)
        yield peer


@contextlib.contextmanager
def virtuoso(data: Path | None, folder: Path) -> Iterator[Peer | None]:
    """Virtuoso with some N-Quads by named graph, or empty; None where it is not installed.

    Raises RuntimeError where it does not load them.
    """
    if not VIRTUOSO or not ISQL:
        yield None
        return
    home, sql, http = folder / "virtuoso", free_port(), free_port()
    home.mkdir()
    (home / "virtuoso.ini").write_text(
        INI.format(sql=sql, http=http, home=home, data=data.parent if data else home), encoding="utf-8"
    )
    command = [VIRTUOSO, "+foreground", "+configfile", str(home / "virtuoso.ini")]
    version = subprocess.run([VIRTUOSO, "-?"], capture_output=True, text=True, check=False)
    words = f"{version.stdout} {version.stderr}".split()
    number = next((word for i, word in enumerate(words) if i and words[i - 1] == "Version"), "")
    process = _started(command, home)
    base = f"http://127.0.0.1:{http}"
    peer = Peer(f"virtuoso {number}".strip(), f"{base}/sparql", lambda: _started(command, home), process)
    peer.update, peer.graph_store = f"{base}/sparql-auth", f"{base}/sparql-graph-crud-auth"
    peer.user, peer.password = "dba", "dba"
    with _ended(peer):
        wait(peer.endpoint, process)
        if not data:
            yield peer
            return
        load = f"DB.DBA.TTLP_MT(file_to_string_output('{data}'), '', 'urn:none', 767, 1); checkpoint;"
        done = subprocess.run(
            [ISQL, f"127.0.0.1:{sql}", "dba", "dba", f"EXEC={load}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        if "Error" in done.stdout + done.stderr:
            raise RuntimeError(done.stdout + done.stderr)
        yield peer


def owl_closure(graph: rdflib.Graph) -> None:
    """Add to a graph what follows from it by the rules of OWL 2 RL, as owlrl understands them.

    owlrl puts readers of datatypes of its own in the place of rdflib's, for the whole process, and they refuse
    xsd:gMonthDay: afterwards rdflib has its own again.
    """
    readers = dict(rdflib.term._toPythonMapping)
    try:
        owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    finally:
        rdflib.term._toPythonMapping.clear()
        rdflib.term._toPythonMapping.update(readers)
