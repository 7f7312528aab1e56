"""Every saved query, unchanged, over HTTP on two servers of other people: the answers are those of the embedded engine.

That the embedded engine gives the golden answers is for test_queries to say.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest
import real
from conftest import skip_loudly

from statereport import formats, queries, store
from statereport.paths import find_house
from statereport.remote import RemoteStore

pytestmark = pytest.mark.slow
QUERIES = queries.SavedQueries(find_house().queries)
OXIGRAPH = Path(sys.executable).with_name("oxigraph")
VIRTUOSO, ISQL = shutil.which("virtuoso-t"), shutil.which("isql-vt") or shutil.which("isql")
# What Virtuoso 7.2 cannot answer alike, and why no other wording helps.
NOT_ON_VIRTUOSO = {
    "pages/classes": "it counts whatever the store holds, and Virtuoso's holds graphs of its own",
    "pages/graphs": "it lists whatever the store holds, and Virtuoso's holds graphs of its own",
}
INI = """[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {folder}
NumberOfBuffers = 20000
MaxDirtyBuffers = 10000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
[SPARQL]
ResultSetMaxRows = 100000
"""


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens to."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@contextmanager
def running(command: list[str], address: str, log: Path) -> Iterator[None]:
    """A server, from the moment it answers until the end of the block."""
    with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            for _ in range(300):
                try:
                    with urllib.request.urlopen(f"{address}?query=ASK%7B%7D", timeout=5):
                        break
                except urllib.error.HTTPError:
                    break
                except OSError:
                    assert process.poll() is None, log.read_text(errors="replace")
                    time.sleep(0.2)
            else:
                pytest.fail(f"{command[0]} does not answer: {log.read_text(errors='replace')}")
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="module")
def quads() -> list:
    return real.examined().quads()


@pytest.fixture(scope="module")
def engine(quads) -> store.Store:
    return store.Store.memory(quads)


@pytest.fixture(scope="module")
def oxigraph(quads, tmp_path_factory) -> Iterator[RemoteStore]:
    if not OXIGRAPH.is_file():
        skip_loudly("the server oxigraph is not installed (requirements-test.lock has it)")
    folder = tmp_path_factory.mktemp("oxigraph")
    store.write_store(quads, folder / "store", find_house())
    (port,) = free_ports(1)
    address = f"http://127.0.0.1:{port}/query"
    command = [str(OXIGRAPH), "serve-read-only", "--location", str(folder / "store/db"), "--bind", f"127.0.0.1:{port}"]
    with running(command, address, folder / "log"):
        yield RemoteStore(address)


@pytest.fixture(scope="module")
def virtuoso(quads, tmp_path_factory) -> Iterator[RemoteStore]:
    if not VIRTUOSO or not ISQL:
        skip_loudly("Virtuoso is not installed (apt-get install virtuoso-opensource)")
    folder = tmp_path_factory.mktemp("virtuoso")
    http, sql = free_ports(2)
    (folder / "virtuoso.ini").write_text(INI.format(folder=folder, http=http, sql=sql), encoding="utf-8")
    (folder / "all.nq").write_bytes(formats.canonical_nquads(formats.canonical(quads)))
    address = f"http://127.0.0.1:{http}/sparql"
    with running([VIRTUOSO, "+foreground", "+wait", "+configfile", str(folder / "virtuoso.ini")], address, folder / "log"):
        load = f"DB.DBA.TTLP_MT(file_to_string_output('{folder}/all.nq'), '', 'urn:none', 767, 1); checkpoint;"
        done = subprocess.run([ISQL, f"127.0.0.1:{sql}", "dba", "dba", f"EXEC={load}"], capture_output=True, text=True, check=False, timeout=300)
        assert "Error" not in done.stdout + done.stderr, done.stdout + done.stderr
        yield RemoteStore(address, timeout=120)


def same(term: Any) -> Any:
    """A term as it is compared between engines: numbers by their value, since engines write 12.50 as 12.5 and know more types."""
    if term is None or not hasattr(term, "datatype"):
        return getattr(term, "value", None)
    if term.datatype.value.endswith("#boolean"):
        return Decimal(term.value in ("true", "1"))  # Virtuoso has no truth values: a query's true is its 1
    if term.datatype.value.rpartition("#")[2] in ("decimal", "double", "float") or "nteger" in term.datatype.value or term.datatype.value.endswith("#int"):
        try:
            return Decimal(term.value).normalize()
        except InvalidOperation:
            return term.value
    return term.value, term.language


def rows(answer: Any) -> Any:
    if answer.form == "ask":
        return answer.truth
    told = [tuple(map(same, row)) for row in answer.rows]
    return sorted(map(str, told)) if answer.form == "construct" else told


@pytest.mark.parametrize("name", QUERIES.names)
def test_oxigraph_answers_the_same(name: str, oxigraph: RemoteStore, engine: store.Store) -> None:
    query = QUERIES.get(name)
    assert rows(oxigraph.query(query.text)) == rows(engine.query(query.text))


@pytest.mark.parametrize("name", [name for name in QUERIES.names if name not in NOT_ON_VIRTUOSO])
def test_virtuoso_answers_the_same(name: str, virtuoso: RemoteStore, engine: store.Store) -> None:
    query = QUERIES.get(name)
    assert rows(virtuoso.query(query.text)) == rows(engine.query(query.text))


def test_what_virtuoso_cannot_run_is_there_and_has_a_reason() -> None:
    assert set(NOT_ON_VIRTUOSO) <= set(QUERIES.names) and all(NOT_ON_VIRTUOSO.values())
