"""The benchmark: every measure of it runs on the small project, and what it prints and writes is what it measured."""

from __future__ import annotations

import http.server
import json
import platform
import subprocess
import sys
import threading
import time
from pathlib import Path

import bench
import compare
import load
import miniproject
import peers
import pytest
import web
from loops import some
from rows import Row, Setting

FEW = Setting(repeats=1, seconds=0.3, servers=())


@pytest.fixture(scope="module")
def subject(tmp_path_factory) -> bench.Subject:
    """The small project, and a folder with a build of it."""
    root = tmp_path_factory.mktemp("bench")
    return bench.Subject(miniproject.make(root / "project"), root)


def test_every_measure_gives_rows(subject):
    """All but the server, which has a test of its own."""
    measures = [measure for measure in bench.MEASURES if measure not in (bench.server, bench.elsewhere)]
    rows = {measure.__name__: list(measure(subject, FEW)) for measure in measures}
    assert all(rows.values()) and sum(map(len, rows.values())) >= 11
    assert all(row.ours > 0 and row.what for found in rows.values() for row in found)
    peers_of = {row.peer for found in rows.values() for row in found if row.theirs}
    programs = {"oxigraph query"} if peers.OXIGRAPH.is_file() else set()
    assert peers_of - programs == {
        *("import click", "import pyoxigraph", "pyoxigraph", "their median", "rdflib", "rdflib reads the N-Quads"),
        *("owlrl, OWL RL", "pySHACL alone"),
    }
    assert programs <= peers_of


@pytest.mark.slow
@pytest.mark.server
def test_questions_are_asked_of_each_peer_that_is_installed(subject):
    rows = list(bench.elsewhere(subject, Setting(repeats=1)))
    installed = {"oxigraph": peers.OXIGRAPH.is_file(), "virtuoso": bool(peers.VIRTUOSO and peers.ISQL)}
    assert [row.peer.split()[0] for row in rows] == list(installed)
    assert [bool(row.theirs) for row in rows] == list(installed.values()) and all(row.ours > 0 for row in rows)


def test_two_runs_are_compared_by_their_ratios_and_what_differs_between_the_machines_is_named(
    capsys, monkeypatch, tmp_path
):
    old = {
        "machine": {"cores": 2},
        "versions": {"rdflib": "7.5"},
        "rows": [Row("9 questions", 2, "s", "oxigraph 1", 4)],
    }
    new = {
        "machine": {"cores": 2},
        "versions": {"rdflib": "7.6"},
        "rows": [Row("8 questions", 3, "s", "oxigraph 2", 3)],
    }
    old["rows"].append(Row("memory", 80, "MB"))
    new["rows"] += [Row("memory", 40, "MB"), Row("page", 100, "/s")]
    for name, run in (("a.json", old), ("b.json", new)):
        (tmp_path / name).write_text(json.dumps({**run, "rows": [row.record() for row in run["rows"]]}))
    monkeypatch.setattr(compare, "RESULTS", tmp_path)
    monkeypatch.setattr(sys, "argv", ["compare.py"])
    compare.main()
    said = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert said == [
        ["rdflib:", "7.5", "→", "7.6"],
        ["what", "peer", "before", "now", "better"],
        ["questions", "oxigraph", "2.00×", "1.00×", "0.50×"],
        ["memory", "80", "MB", "40", "MB", "2.00×"],
        ["page", "–", "100/s"],
    ]


def test_what_is_kept_of_a_run_names_no_machine_and_no_path():
    for path in some(sorted(bench.RESULTS.glob("*.json")), 0):  # where no run was kept, there is none
        text = path.read_text(encoding="utf-8")
        assert set(json.loads(text)["machine"]) == {"cores", "processor", "python"}, path.name
        assert "/tmp" not in text and "/home" not in text and platform.node() not in text, path.name


@pytest.mark.server
def test_the_server_is_measured(subject):
    rows = list(bench.server(subject, FEW))
    assert [row.what for row in rows] == [
        "server, until its first answer",
        "page of a question",
        "document of a thing",
        "memory of all processes of the server",
        "tiny query",
        "middle query",
        "heavy query",
    ]
    assert not [str(row) for row in rows if row.ours <= 0 or "failed" in str(row)]


@pytest.mark.slow
@pytest.mark.server
def test_each_peer_that_is_installed_is_measured(subject):
    rows = [row for row in bench.server(subject, Setting(repeats=1, seconds=0.2)) if row.peer]
    assert len(rows) == 6
    installed = {"oxigraph": peers.OXIGRAPH.is_file(), "virtuoso": bool(peers.VIRTUOSO and peers.ISQL)}
    for name, there in installed.items():
        found = [row for row in rows if row.peer.startswith(name)]
        assert len(found) == 3 and all((row.theirs or 0) > 0 for row in found if there)
        assert all(row.theirs is None and "not installed" in row.peer for row in found if not there)


def test_the_table_and_the_json_say_the_same(monkeypatch, tmp_path, capsys):
    rows = [
        Row("a", 0.002, "s", "other", 0.004),
        Row("b", 500, "/s", "other", 250, {"p50": "1 ms"}),
        Row("c", 70, "MB"),
    ]
    monkeypatch.setattr(bench, "measure", lambda project, setting: iter(rows))
    monkeypatch.setattr(sys, "argv", ["bench.py", "--json", str(tmp_path / "results.json")])
    bench.main()
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["what", "ours", "peer", "theirs", "ratio"]
    assert lines[0].split() == ["a", "2.00", "ms", "other", "4.00", "ms", "2.00×"]
    assert lines[1].split() == ["b", "500/s", "other", "250/s", "2.00×", "p50", "1", "ms"]
    assert lines[2].split() == ["c", "70", "MB"]
    body = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert [row["what"] for row in body["rows"]] == ["a", "b", "c"]
    assert body["rows"][0] == {"what": "a", "ours": 0.002, "unit": "s", "peer": "other", "theirs": 0.004, "ratio": 2.0}
    assert body["versions"].keys() == set(bench.PACKAGES) and body["machine"]["cores"] > 0


def test_a_peer_that_ends_under_its_load_twice_has_no_value():
    class Ended:
        endpoint, restarts = "http://127.0.0.1:9/sparql", 0

        def alive(self) -> bool:
            return False

        def restart(self) -> None:
            self.restarts += 1

    peer = Ended()
    assert web.of_peer(peer, "ASK {}", FEW) is None and peer.restarts == 2


class Answers(http.server.BaseHTTPRequestHandler):
    """/length, /chunks and /closed answer well, in the three ways in which a response may end; the rest is a 404."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.send_response(200 if path in ("/length", "/chunks", "/closed") else 404)
        if path == "/chunks":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\nhello\r\n")
            time.sleep(0.001)
            self.wfile.write(b"0\r\n\r\n")
        elif path == "/closed":
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"hello")
            self.close_connection = True
        else:
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

    def log_message(self, *_) -> None:
        """Nothing on stderr."""


def test_a_load_counts_whole_good_answers_and_failures():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for path in ("/length", "/chunks", "/closed"):
            found = load.run("127.0.0.1", server.server_port, path, 2, 0.2)
            assert found["rate"] > 5 and found["failures"] == 0 and 0 < found["p50"] <= found["p99"], (path, found)
        found = load.run("127.0.0.1", server.server_port, "/other", 2, 0.2)
        assert found["rate"] == 0 and found["failures"] > 1
        server.shutdown()


def test_make_bench_runs_the_program_that_is_tested():
    root = Path(__file__).resolve().parents[1]
    assert "bench/bench.py" in (root / "Makefile").read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(root / "bench/bench.py"), "--help"], capture_output=True, text=True, check=True
    )
    assert "--full" in done.stdout and "--json" in done.stdout
