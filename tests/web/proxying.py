"""nginx before a server, with the configuration of docs/deploy, without TLS and on this machine only."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from statereport.project import find_project

DEPLOY = find_project().root / "docs" / "deploy"


def program() -> str | None:
    """nginx, where it is installed."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def free_port() -> int:
    """A port of this machine that no program listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def configuration(folder: Path, port: int, server: str) -> str:
    """The configuration of docs/deploy with the places and addresses of a test; everything else as it stands."""
    text = (DEPLOY / "nginx.conf").read_text()
    temporary = "".join(
        f"    {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    for old, new in (
        ("user www-data;\n", "daemon off;\n"),
        ("pid /run/nginx.pid;", f"pid {folder}/pid;"),
        ("/var/log/nginx/error.log", f"{folder}/error.log"),
        ("http {\n", f"http {{\n{temporary}"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} backlog=1024;"),
        ("        listen [::]:443 ssl;\n", ""),
        ("        ssl_certificate /etc/ssl/graph.example.org.pem;\n", ""),
        ("        ssl_certificate_key /etc/ssl/graph.example.org.key;\n", ""),
        ("server 127.0.0.1:8000;", f"server {server};"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@contextlib.contextmanager
def proxied(server: str, folder: Path) -> Iterator[tuple[int, subprocess.Popen]]:
    """nginx before the server at `host:port`: the port that it listens at, and its process."""
    port, path = free_port(), folder / "nginx.conf"
    path.write_text(configuration(folder, port, server))
    process = subprocess.Popen([program(), "-c", str(path), "-p", str(folder)], stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(100):
            assert process.poll() is None, process.stderr.read()
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.05)
        yield port, process
    finally:
        process.terminate()
        process.wait(10)
