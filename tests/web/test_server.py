"""`statereport serve`, as a person starts it."""

from __future__ import annotations

import asyncio
import random
import re
import resource
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import serving

from statereport import errors
from statereport.cli import console
from statereport.cli.commands import cli
from statereport.errors import HostUnknown, PortTaken
from statereport.web.answers import descriptions
from statereport.web.serving import app, server, worker
from statereport.web.serving.cache import LASTING, PLAIN, Cache
from statereport.web.serving.log import Log
from statereport.web.serving.pool import AlreadyMade
from statereport.web.wire import problems, requests
from statereport.web.wire.http import Request, Response
from statereport.web.wire.limits import Limits, Setting
from statereport.web.wire.requests import Head


def test_a_taken_port_is_reported_before_anything_is_read():
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
    ("base", "host", "address", "names"),
    [
        ("", "127.0.0.1", "http://127.0.0.1:8000", {"127.0.0.1", "localhost"}),
        ("", "localhost", "http://localhost:8000", {"localhost"}),
        ("", "::1", "http://[::1]:8000", {"::1", "localhost"}),
        ("", "0.0.0.0", "http://localhost:8000", {"localhost", "machine"}),
        ("", "::", "http://localhost:8000", {"localhost", "machine"}),
        ("", "192.0.2.7", "http://192.0.2.7:8000", {"192.0.2.7", "localhost", "machine"}),
        ("https://Graph.example.org/", "127.0.0.1", "https://graph.example.org",
         {"graph.example.org", "127.0.0.1", "localhost"}),
        ("https://example.org:8443/kg/", "127.0.0.1", "https://example.org:8443/kg",
         {"example.org", "127.0.0.1", "localhost"}),
        ("https://пример.example/граф", "127.0.0.1", "https://xn--e1afmkfd.example/%D0%B3%D1%80%D0%B0%D1%84",
         {"xn--e1afmkfd.example", "127.0.0.1", "localhost"}),
        ("http://[2001:db8::7]/", "::", "http://[2001:db8::7]", {"2001:db8::7", "localhost", "machine"}),
    ],
)  # fmt: skip
def test_what_is_shown_is_what_is_answered(monkeypatch, base, host, address, names):
    monkeypatch.setattr(socket, "gethostname", lambda: "Machine")
    shown = server.public_address(base, host, 8000)
    assert shown == address and server.hosts(shown, host) == names
    known = server.hosts(shown, host)
    for port in ("", ":80", ":443", ":8000", ":8443"):
        head = Head("GET", "/", "1.1", (("host", f"{urlsplit(shown).netloc.rpartition('@')[2]}"),))
        requests.check(head, known, Limits())
        requests.check(replace(head, fields=(("host", f"localhost{port}"),)), known, Limits())
        requests.check(replace(head, fields=(("host", f"198.51.100.7{port}"),)), known, Limits())
        for other in ("evil.example", "localhost.evil.example", "machine.evil.example", "", "a b", "localhost,evil"):
            with pytest.raises(HostUnknown):
                requests.check(replace(head, fields=(("host", other + port),)), known, Limits())


@pytest.mark.parametrize(
    "base",
    ["graph.example.org", "//graph.example.org", "ftp://example.org", "https://", "https://example.org/?a=1",
     "https://example.org/#a", "https://example.org:port/", "https://user@example.org/", "https://example.org//kg",
     "https://a b/"],
)  # fmt: skip
def test_a_base_that_is_no_address_is_refused_before_anything_is_read(base, capsys):
    with pytest.raises(ValueError):
        server.public_address(base, "127.0.0.1", 8000)
    assert console.run(cli, ["serve", "--base", base, "--port", "0"]) == 2
    assert "--base" in capsys.readouterr().err


def test_another_name_may_be_allowed_and_any():
    head = Head("GET", "/", "1.1", (("host", "graph.example.org:99"),))
    requests.check(head, frozenset({"graph.example.org"}), Limits())
    requests.check(head, frozenset({"*"}), Limits())
    assert console.run(cli, ["serve", "--allow-host", "http://graph.example.org/", "--port", "0"]) == 2


def test_a_server_at_every_address_answers_for_each_and_says_for_which_names():
    with serving.small(host="::", base="", hosts=["graph.example.org"], quick=1, slow=1, own=1) as served:
        assert served.address.startswith("http://localhost:")
        # The first line, which has the address, may be read before those that follow it.
        assert serving.until(lambda: "docs/deploy" in "".join(served.other))
        said = "".join(served.other)
        assert "graph.example.org" in said and "--allow-host" in said and socket.gethostname().lower() in said
        for host in ("localhost", "[::1]", "127.0.0.1:1", "graph.example.org", socket.gethostname()):
            assert served.ask("/health", Host=host).status == 200, host
        assert served.ask("/health", Host="evil.example").status == 421
        served.ask("/nothing/logged")
        # An IPv4 address is the same client over either kind of socket.
        assert [entry["client"] for entry in served.requests(path="/nothing/logged")] == ["127.0.0.1"]


def test_a_site_below_a_path_is_answered_there_whether_or_not_the_proxy_takes_the_path_away():
    with serving.small(base="https://example.org/kg/", quick=1, slow=1, own=1) as served:
        for root in ("/kg", ""):
            see = served.ask(
                f"{root}/id/kaz-cerd-8-10-addendum/figure/13-schools", Accept="text/turtle", Host="example.org:443"
            )
            assert see.headers["location"] == "/kg/id/kaz-cerd-8-10-addendum/figure/13-schools.ttl"
            assert served.ask(f"{root}/health").status == served.ask(f"{root}/query/figures/all.json").status == 200
            problem = served.ask(f"{root}/sparql?query=SELEC").json
            assert problem["type"] == "/kg/problem/query-syntax"
        refused = served.ask("/kg/health", Host="evil.example")
        assert refused.status == 421 and refused.json["type"] == "/kg/problem/host-unknown"
        assert served.ask("/kg").status == served.ask("/kg/").status == served.ask("/").status
        assert served.ask("/kgx/health").status == 404


@pytest.mark.parametrize(
    ("limits", "raised", "connections"),
    [((1_024, 1_024), 1_024, 784), ((1_024, 4_096), 4_096, 1_024), ((256, 20_000), 20_000, 1_024), ((64, 64), 64, 16)],
)
def test_there_are_as_many_connections_as_open_files_allow(monkeypatch, limits, raised, connections):
    set_to = []
    monkeypatch.setattr(resource, "getrlimit", lambda what: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda what, both: set_to.append(both))
    assert server.open_files() == raised and set_to == ([(raised, limits[1])] if raised > limits[0] else [])
    assert server.connections_for(raised, Setting()) == connections


def test_a_process_with_threads_is_not_forked():
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()
    try:
        with pytest.raises(RuntimeError, match="threads"):
            worker.start(None, lambda site, request: None, Limits())
    finally:
        over.set()
        other.join()


# What is made where requests are answered, and can still not be caused by one: the server does not start then.
AT_START = {"text-differs", "port-taken", "platform-refused", "build-damaged"}
ASKED = (
    *("pages", "web", "sparql/query", "sparql/tokens", "sparql/diagnose", "questions/parameters", "questions/saved"),
    *("graph/search", "graph/describe", "graph/knowledge"),
)


def test_each_problem_that_a_request_can_cause_has_a_status_and_each_status_a_title():
    package = Path(errors.__file__).parent
    kinds = {
        kind.__name__: kind.code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "code")
    }
    paths = [path for path in package.rglob("*.py") if str(path.relative_to(package)).startswith(ASKED)]
    made = {kinds[name] for path in paths for name in re.findall(r"\b(\w+)\(", path.read_text()) if name in kinds}
    assert len(made) > 20 and "query-failed" in made
    # The pages have a value of their own called Fault.
    missing = made - set(problems.STATUS) - AT_START - {"server-fault", "fault"}
    assert not missing, f"without a status: {missing}"
    assert set(problems.STATUS) <= set(errors.codes())
    assert {*problems.STATUS.values(), 500} == set(problems.TITLES)


def test_every_limit_is_said_in_words():
    words = Limits().words()
    assert "time for a client's query: 10 s" in words and "memory that one answer may take: 192 MiB" in words
    assert all(re.search(r": [\d,.]+( s| [KM]iB)?$", sentence) for sentence in words)
    assert Limits().sentence("nesting") == "depth of brackets in a query: 100"


def test_what_is_kept_gives_way_to_what_is_asked():
    cache = Cache(100_000)
    for i in range(100):
        cache.put(i, Response(200, "text/plain", bytes(5_000)))
        cache.get(0)
    assert cache.get(0) and cache.get(99) and cache.get(1) is None and len(cache) < 20
    cache.put("large", Response(200, "text/plain", bytes(50_000)))
    assert cache.get("large") is None


def test_what_is_worth_most_gives_way_last():
    cache = Cache(100_000)
    cache.put("question", Response(200, "text/plain", bytes(5_000)), worth=LASTING)
    cache.put("page", Response(200, "text/plain", bytes(5_000)), worth=PLAIN)
    for i in range(100):
        cache.put(i, Response(200, "text/plain", bytes(5_000)))
    assert cache.get("question") and cache.get("page") and cache.get(99)
    for i in range(100):
        cache.put(("page", i), Response(200, "text/plain", bytes(5_000)), worth=PLAIN)
    assert cache.get("question") and cache.get("page") is None and cache.get(99) is None


def test_an_answer_is_made_once_however_many_ask_for_it_at_the_same_time():
    """In the turn of the first to ask; a client behind a long line of another does not wait for that line."""

    class Slow:
        """Answers one request after another, those of `first` before others."""

        def __init__(self) -> None:
            self.made, self.turn = [], asyncio.Lock()

        async def answer(self, request, client, begins=lambda: True):
            async with self.turn:
                if not begins():
                    raise AlreadyMade
                self.made.append((request.path, request.query))
                await asyncio.sleep(0.01)
                return Response(200, "text/plain", b"x")

    async def story() -> None:
        slow = Slow()
        front = app.App(site, Setting(), Log(lambda entry: None))
        front.pools = {"own": slow}

        async def ask(path: str, client: str, *query) -> Response:
            return await front._answer(Request("GET", path, query), client, {})

        replies = await asyncio.gather(
            *(
                ask("/query/figures/all.json", f"client {i % 7}", *([("least", "5")] if i % 2 else []))
                for i in range(40)
            ),
            *(ask("/law", "x", ("junk", str(i))) for i in range(20)),
        )
        assert {reply.body for reply in replies} == {b"x"}
        assert sorted(slow.made) == [
            ("/law", ()), ("/query/figures/all.json", ()), ("/query/figures/all.json", (("least", "5"),)),
        ]  # fmt: skip
        await ask("/law", "x")
        assert len(slow.made) == 3
        # A client that goes away while its request waits in line leaves no work behind.
        async with slow.turn:
            gone = asyncio.create_task(ask("/about", "x"))
            await asyncio.sleep(0.01)
            gone.cancel()
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        assert len(slow.made) == 3

    site = SimpleNamespace(
        root="", questions=(), graph=SimpleNamespace(question=lambda name: SimpleNamespace(
            name=name, parameters=(SimpleNamespace(name="least"),), former={}, form="select", chart=None)),
    )  # fmt: skip
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, story()).result()


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
