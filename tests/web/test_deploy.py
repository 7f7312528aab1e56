"""The unit of systemd and the configuration of nginx under docs/deploy/ do what they say."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess

import proxying
import pytest
import serving
from proxying import DEPLOY
from skipping import skip_with_reason


def test_systemd_takes_the_unit(tmp_path):
    if not shutil.which("systemd-analyze"):
        skip_with_reason("systemd-analyze is not installed")
    text = (DEPLOY / "statereport.service").read_text()
    # The program of the example stands elsewhere here.
    unit = tmp_path / "statereport.service"
    unit.write_text(
        text.replace("/opt/statereport/.venv/bin/statereport", "/bin/true").replace(
            "WorkingDirectory=/opt/statereport", f"WorkingDirectory={tmp_path}"
        )
    )
    seen = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )
    assert "statereport.service" not in seen.stderr and seen.returncode == 0, seen.stderr


def test_the_command_of_the_unit_is_one_that_the_program_takes():
    from statereport.cli.serve import serve

    line = next(
        line for line in (DEPLOY / "statereport.service").read_text().splitlines() if line.startswith("ExecStart=")
    )
    words = line.split()[2:]
    assert line.split()[1] == "serve"
    with serve.make_context("serve", words) as context:
        assert context.params["proxies"] == ("127.0.0.1",) and context.params["base"].startswith("https://")


@pytest.fixture
def proxied(tmp_path):
    """The small project behind nginx with the configuration of the example, without TLS."""
    if not proxying.program():
        skip_with_reason("nginx is not installed")
    with (
        serving.small(seconds=5, proxies=["127.0.0.1"], hosts=["graph.example.org"], quick=2) as served,
        proxying.proxied(f"127.0.0.1:{served.port}", tmp_path) as (port, process),
    ):
        yield served, serving.Served(f"http://127.0.0.1:{port}", process)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", None),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:"),
        ("2001:db8:1:2::6", "2001:db8:1:2:"),
        ("2001:db8::6", "2001:db8:"),
        ("2001:db8::5:6", "2001:db8:"),
        ("fe80::1", "fe80:"),
    ],
)
def test_nginx_counts_clients_as_the_server_does(address, network):
    text = (proxying.DEPLOY / "nginx.conf").read_text()
    patterns = re.findall(r'"~(\^\S+)" \$network;', text)
    assert len(patterns) == 2
    found = [match["network"] for match in (re.match(pattern, address) for pattern in patterns) if match]
    assert found[:1] == ([network] if network else [])


def test_nginx_takes_the_configuration(tmp_path):
    if not proxying.program():
        skip_with_reason("nginx is not installed")
    path = tmp_path / "nginx.conf"
    path.write_text(proxying.configuration(tmp_path, proxying.free_port(), "127.0.0.1:1"))
    seen = subprocess.run(
        [proxying.program(), "-t", "-c", str(path), "-p", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert seen.returncode == 0 and "[warn]" not in seen.stderr, seen.stderr


def test_behind_nginx_everything_is_as_before(proxied):
    served, proxy = proxied
    name = {"Host": "graph.example.org"}
    assert proxy.query("ASK { ?x ?y ?z }", **name).json["boolean"] is True
    reply = proxy.ask("/id/kaz-cerd-8-10-addendum/figure/13-schools", Accept="text/turtle", **name)
    assert (reply.status, reply.headers["location"]) == (303, "/id/kaz-cerd-8-10-addendum/figure/13-schools.ttl")
    again = proxy.ask("/query/figures/all.json", **name)
    assert proxy.ask("/query/figures/all.json", If_None_Match=again.headers["etag"], **name).status == 304
    assert proxy.ask("/health", Host="evil.example").status == 421
    packed = proxy.ask("/query/figures/all.json", Accept_Encoding="gzip", **name)
    assert packed.status == 200 and "Accept-Encoding" in packed.headers["vary"]
    # A client claims to be another: what the proxy reports counts.
    proxy.ask("/nothing/forwarded", source="127.0.0.7", X_Forwarded_For="10.9.9.9", **name)
    assert [entry["client"] for entry in served.requests(path="/nothing/forwarded")] == ["127.0.0.7"]


def test_behind_nginx_a_client_that_goes_away_ends_its_query(proxied):
    served, proxy = proxied
    text = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?a{i} ?b{i} ?c{i}" for i in range(8)) + " }"
    kind = "Content-Type: application/sparql-query"
    head = f"POST /sparql HTTP/1.1\r\nHost: graph.example.org\r\n{kind}\r\nContent-Length: {len(text)}\r\n\r\n{text}"
    with socket.create_connection(("127.0.0.1", proxy.port)) as link:
        link.sendall(head.encode())
        assert serving.until(lambda: served.health()["pools"]["slow"]["busy"] == 1)
    assert serving.until(lambda: served.health()["replaced"]["slow"] == {"cancelled": 1})
