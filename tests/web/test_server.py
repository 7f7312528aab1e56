"""`statereport serve`, as a person starts it."""

from __future__ import annotations

import random
import re
import socket
import subprocess
import sys
import time

import pytest
import serving

from statereport.errors import PortTaken
from statereport.web.answers import descriptions
from statereport.web.serving import server
from statereport.web.wire.http import Response
from statereport.web.wire.limits import Limits


def test_a_taken_port_is_told_before_anything_is_read():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        start = time.monotonic()
        seen = subprocess.run(
            [sys.executable, "-m", "statereport", "serve", "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (
            seen.returncode == 2
            and "port-taken" in seen.stderr
            and "--port" in seen.stderr
            and "Traceback" not in seen.stderr
        )
        assert "loading" not in seen.stderr and time.monotonic() - start < 30
        with pytest.raises(PortTaken):
            server.listen("127.0.0.1", port)


@pytest.mark.parametrize(
    ("address", "host", "port", "answered", "refused"),
    [
        (
            "http://127.0.0.1:8000",
            "127.0.0.1",
            8000,
            ("127.0.0.1:8000", "localhost:8000"),
            ("127.0.0.1", "evil.example"),
        ),
        (
            "https://graph.example.org/x",
            "127.0.0.1",
            8000,
            ("graph.example.org", "127.0.0.1:8000"),
            ("graph.example.org:8000",),
        ),
        ("http://[::1]:80", "::1", 80, ("[::1]:80", "[::1]", "localhost"), ("::1",)),
        ("http://0.0.0.0:8000", "0.0.0.0", 8000, ("0.0.0.0:8000",), ("127.0.0.1:8000",)),
    ],
)
def test_the_hosts_that_are_answered_follow_from_the_address(address, host, port, answered, refused):
    found = server.hosts(address, host, port)
    assert set(answered) <= found and not set(refused) & found


def test_every_limit_is_said_in_words():
    words = Limits().words()
    assert "time for a query of the client's: 10 s" in words and "memory that one answer may take: 192 MiB" in words
    assert all(re.search(r": [\d,.]+( s| [KM]iB)?$", sentence) for sentence in words)
    assert Limits().sentence("nesting") == "depth of brackets in a query: 100"


def test_what_is_kept_gives_way_to_what_is_asked():
    from statereport.web.serving.cache import Cache

    cache = Cache(100_000)
    for i in range(100):
        cache.put(i, Response(200, "text/plain", bytes(5_000)))
        cache.get(0)
    assert cache.get(0) and cache.get(99) and cache.get(1) is None and len(cache) < 20
    cache.put("large", Response(200, "text/plain", bytes(50_000)))
    assert cache.get("large") is None


@pytest.mark.slow
def test_pages_need_no_file_once_the_server_runs(project):
    """Workers can open nothing, so whatever a page needs must have been read before."""
    with serving.real("--build", str(project.root / "build")) as served:
        sitemap = served.ask("/sitemap.xml").body.decode()
        paths = [path.removeprefix(served.address) for path in re.findall(r"<loc>([^<]+)</loc>", sitemap)]
        asked = [
            *descriptions.PAGES,
            "/search?q=school",
            "/editor?query=ASK%7B%7D",
            "/editor?query=SELEC",
            "/openapi.json",
            "/problem/time-limit",
            *random.Random(6).sample(paths, 100),
        ]
        for path in asked:
            assert served.ask(path, Accept="text/html").status == 200 or path.endswith("SELEC"), path
        for path in (
            "/nothing",
            "/query/law/no-such.html",
            "/id/kaz-cerd-8-10-addendum/figure/13-school.html",
            "/search?q=%22",
        ):
            assert served.ask(path, Accept="text/html").status in (200, 400, 404), path
        assert not [entry for entry in served.entries if entry["event"] in ("fault", "error")]
        assert served.health()["status"] == "ok"
