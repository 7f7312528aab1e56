"""A server in a process of its own, on this machine only, and a client that sends exactly what it is given.

python tests/web/serving.py small '{"seconds": 2}'     the small project, with other limits
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))


@dataclass
class Reply:
    """A response: status, headers with lower-case names, body."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


@dataclass
class Served:
    """A running server: its address, its process, what it has logged so far and how many characters that is."""

    address: str
    process: subprocess.Popen
    entries: list[dict] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    logged: int = 0

    @property
    def port(self) -> int:
        """Its port."""
        return urlsplit(self.address).port

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | None = None,
        source: str = "",
        timeout: float = 60,
        **headers: str,
    ) -> Reply:
        """One request on a connection of its own. Header names have underscores; `source` is the client's address."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=timeout, source_address=(source, 0) if source else None
        )
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_accept_encoding=True, skip_host="Host" in headers)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            reply = connection.getresponse()
            names = dict.fromkeys(name.lower() for name, _ in reply.getheaders())
            return Reply(reply.status, {name: reply.getheader(name) for name in names}, reply.read())

    def query(self, text: str, method: str = "POST", path: str = "/sparql", **how: Any) -> Reply:
        """A SPARQL query, by POST as it is, or by GET."""
        if method == "GET":
            return self.ask(f"{path}?{urlencode({'query': text})}", **how)
        return self.ask(path, "POST", text.encode(), Content_Type="application/sparql-query", **how)

    def raw(self, data: bytes, timeout: float = 10, source: str = "") -> bytes:
        """Send these bytes and read until the server closes, or says nothing for so long."""
        with contextlib.closing(
            socket.create_connection(("127.0.0.1", self.port), timeout, (source, 0) if source else None)
        ) as link:
            said = b""
            with contextlib.suppress(OSError):
                link.sendall(data)
                while piece := link.recv(65_536):
                    said += piece
            return said

    def requests(self, number: int = 1, **fields: str) -> list[dict]:
        """The log's lines for requests with these fields, when there are so many: a line comes after its answer."""

        def written() -> list[dict]:
            return [entry for entry in self.entries if entry["event"] == "request" and fields.items() <= entry.items()]

        assert until(lambda: len(written()) >= number), written()
        return written()

    def health(self) -> dict:
        """What the server reports about its pools."""
        return self.ask("/health").json

    def tree(self) -> list[int]:
        """The server's processes: itself, the zygote, the workers."""
        found, parents = [self.process.pid], {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                words = stat.read_text().rpartition(")")[2].split()
                parents.setdefault(int(words[1]), []).append(int(stat.parent.name))
        for process in found:
            found += parents.get(process, [])
        return found


def until(condition: Callable[[], bool], seconds: float = 5) -> bool:
    """Wait for a condition; → whether it came."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@contextlib.contextmanager
def running(*command: str, environment: dict[str, str] | None = None, files: int = 0) -> Iterator[Served]:
    """A server started by a command that prints its address; ended in order at the end. It may open so many `files`."""
    limit = ["sh", "-c", f'ulimit -n {files} && exec "$0" "$@"'] if files else []
    process = subprocess.Popen(
        [*limit, sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    served = Served("", process)
    ready = threading.Event()

    def listen(stream: Any) -> None:
        for line in stream:
            served.logged += len(line)
            if "http://" in line and not served.address:
                served.address = next(word for word in line.split() if word.startswith("http://")).rstrip("/.")
                ready.set()
            try:
                served.entries.append(json.loads(line))
            except ValueError:
                served.other.append(line)
        ready.set()

    readers = [
        threading.Thread(target=listen, args=(stream,), daemon=True) for stream in (process.stdout, process.stderr)
    ]
    for reader in readers:
        reader.start()
    try:
        ready.wait(180)
        assert served.address, "".join(served.other)
        yield served
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        for reader in readers:
            reader.join(5)


def small(**options: Any) -> Any:
    """A server of the small project, with these limits, and so many `quick`, `slow`, `own` and `own_slow` workers."""
    return running(str(HERE / "serving.py"), "small", json.dumps(options))


def real(*options: str, files: int = 0) -> Any:
    """A server of the real project, as a person starts it."""
    return running("-m", "statereport", "serve", "--port", "0", *options, files=files)


def site_of(engine: Any, project: Any, base: str, limits: Any) -> Any:
    """The site of a small project."""
    from statereport.graph import knowledge
    from statereport.pages import context
    from statereport.web.answers.site import Site

    return Site.of(context.make(knowledge.KnowledgeGraph(engine, project), base=base), limits)


def main() -> None:
    """Serve the small project until asked to end."""
    import small as making

    from statereport.pages import routes
    from statereport.sparql.engine import Store
    from statereport.sparql.query import Query
    from statereport.sparql.remote import RemoteStore
    from statereport.web.serving import server
    from statereport.web.wire.limits import Limits, Setting

    options = json.loads(sys.argv[2])
    host, base = options.pop("host", "127.0.0.1"), options.pop("base", "")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    workers = {name: options.pop(name) for name in ("quick", "slow", "own", "own_slow", "files") if name in options}
    names = {name: frozenset(options.pop(name, ())) for name in ("proxies", "hosts")}
    if not options.pop("screen", True):
        # What is refused before it runs is let through, to see that the rest holds.
        Query.screen = lambda *given, **more: None
    if options.pop("broken", False):
        # A page that fails in an unforeseen way.
        broken = next(route for route in routes.ROUTES if route.pattern.fullmatch("/why"))
        object.__setattr__(broken, "answer", lambda context, address: 1 / 0)
    elsewhere = options.pop("store", "")
    limits = Limits(**options)
    with tempfile.TemporaryDirectory() as folder:
        project = making.make(Path(folder))
        engine = RemoteStore(elsewhere) if elsewhere else Store.memory(making.quads(project))
        server.serve(
            lambda base: site_of(engine, project, base, limits),
            Setting(limits=limits, **names, **workers),
            host,
            port,
            base,
            # Where it has another public address, the one that is listened at is said for `running`.
            lambda line: print(f"http://127.0.0.1:{port}/ {line}" if base else line, flush=True),
        )


if __name__ == "__main__":
    main()
