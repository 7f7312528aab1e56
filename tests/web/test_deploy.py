"""The unit of systemd and the site of nginx under docs/deploy/ do what they say."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time

import pytest
import serving
from skipping import skip_with_reason

from statereport.project import find_project

DEPLOY = find_project().root / "docs" / "deploy"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


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
    """The small project behind nginx with the site of the example, without TLS."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not nginx:
        skip_with_reason("nginx is not installed")
    with serving.small(seconds=5, proxies=["127.0.0.1"], hosts=["graph.example.org"], quick=2) as served:
        port = free_port()
        site = (DEPLOY / "nginx.conf").read_text()
        for old, new in (
            ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
            ("    ssl_certificate /etc/ssl/graph.example.org.pem;\n", ""),
            ("    ssl_certificate_key /etc/ssl/graph.example.org.key;\n", ""),
            ("http://127.0.0.1:8000", served.address),
        ):
            assert old in site
            site = site.replace(old, new)
        temporary = "".join(
            f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        configuration = tmp_path / "nginx.conf"
        configuration.write_text(
            f"daemon off;\nmaster_process off;\npid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{site}}}\n"
        )
        process = subprocess.Popen(
            [nginx, "-c", str(configuration), "-p", str(tmp_path)], stderr=subprocess.PIPE, text=True
        )
        try:
            wait(port, process)
            yield served, serving.Served(f"http://127.0.0.1:{port}", process)
        finally:
            process.terminate()
            process.wait(10)


def wait(port: int, process: subprocess.Popen) -> None:
    for _ in range(100):
        assert process.poll() is None, process.stderr.read()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("nginx does not listen")


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
    # A client says that it is another: the proxy's word counts.
    time.sleep(0.3)
    served.entries.clear()
    proxy.ask("/health", source="127.0.0.7", X_Forwarded_For="10.9.9.9", **name)
    time.sleep(0.3)
    assert [entry["client"] for entry in served.entries if entry.get("path") == "/health"] == ["127.0.0.7"]


def test_behind_nginx_a_client_that_goes_away_ends_its_query(proxied):
    served, proxy = proxied
    text = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?a{i} ?b{i} ?c{i}" for i in range(8)) + " }"
    head = f"POST /sparql HTTP/1.1\r\nHost: graph.example.org\r\nContent-Type: application/sparql-query\r\nContent-Length: {len(text)}\r\n\r\n{text}"
    with socket.create_connection(("127.0.0.1", proxy.port)) as link:
        link.sendall(head.encode())
        assert serving.until(lambda: served.health()["pools"]["slow"]["busy"] == 1)
    assert serving.until(lambda: served.health()["replaced"]["slow"] == {"cancelled": 1})
