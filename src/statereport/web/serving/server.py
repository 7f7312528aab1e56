"""`statereport serve`: read everything, fork the zygote, listen, and end in order."""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from statereport.errors import PortTaken
from statereport.web.answers import descriptions
from statereport.web.answers.router import answer
from statereport.web.answers.site import Site
from statereport.web.serving import worker
from statereport.web.wire.http import Request
from statereport.web.wire.limits import Setting


def serve(
    load: Callable[[str], Site],
    setting: Setting,
    host: str = "127.0.0.1",
    port: int = 8000,
    base: str = "",
    say: Callable[[str], None] = print,
    log: Callable[[dict], None] | None = None,
) -> None:
    """Serve the site that `load` makes for an address, until the process is told to end.

    The address is `base` where there is one, else that of `host` and `port`; those are the hosts that are answered for,
    beside those of the setting. Raises PortTaken.
    """
    log = log or on_stderr
    listener = listen(host, port)
    port = listener.getsockname()[1]
    address = (base or f"http://{_bracketed(host)}:{port}").rstrip("/")
    site = load(address)
    process, control = worker.start(site, answer, setting.limits, first_requests())
    # Only now: the zygote should not hold what a server needs.
    import uvicorn

    from statereport.web.serving import app, connections
    from statereport.web.serving.processes import Zygote

    setting = replace(setting, hosts=setting.hosts | hosts(address, host, port))
    front = app.Front(setting, log)
    logging.basicConfig(handlers=[_Lines(log)], level=logging.ERROR, force=True)
    config = uvicorn.Config(
        app.make(
            front,
            lambda: Zygote(process, control),
            lambda: say(f"The graph is served at {address}/ (stop with Ctrl-C)."),
        ),
        http=connections.connections(setting.limits, log, setting.proxies),
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=setting.limits.head_bytes,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=10,
    )
    listener.listen(1_024)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
    control.close()
    os.waitpid(process, 0)


def first_requests() -> tuple[Request, ...]:
    """One request of each kind, good and bad: what answers them must be loaded before files are out of reach."""
    accepts = ("text/html", "application/json", "text/turtle", "none/none")
    paths = (
        *descriptions.PAGES,
        "/search",
        "/nothing",
        "/id/nothing",
        "/def/Figure.html",
        "/def/Figure.ttl",
        "/query/no/such.html",
        "/problem/nothing",
    )
    texts = (
        "ASK {}",
        "SELECT * { ?a ?b ?c } LIMIT 1",
        "SELEC",
        "CONSTRUCT { ?a ?b ?c } { ?a ?b ?c } LIMIT 1",
        "SELECT * { SERVICE <a:a> {} }",
    )
    asked = [(path, ()) for path in paths] + [
        (path, (("query", text),)) for path in ("/sparql", "/editor") for text in texts
    ]
    return tuple(Request("GET", path, query, (("accept", accept),)) for path, query in asked for accept in accepts)


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or the loop would not know that it may switch off the wait for more to send (40 ms an answer).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        taken = error.errno == errno.EADDRINUSE
        what = (
            f"Another program listens at {host}:{port}."
            if taken
            else f"It is not possible to listen at {host}:{port}: {error.strerror}."
        )
        raise PortTaken(
            where=f"{host}:{port}", what=what, hint="name another port: --port 8001 (0 takes any free one)"
        ) from None
    return listener


def hosts(address: str, host: str, port: int) -> frozenset[str]:
    """The values of Host that are answered: the public address, and this machine's own names."""
    public = urlsplit(address).netloc.lower()
    names = {host, "127.0.0.1", "localhost", "[::1]"} if host in ("127.0.0.1", "::1", "localhost") else {host}
    return frozenset(
        {
            public,
            *(f"{_bracketed(name)}:{port}" for name in names),
            *((_bracketed(name) for name in names) if port == 80 else ()),
        }
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def on_stderr(entry: dict) -> None:
    """One line of JSON on stderr."""
    with contextlib.suppress(OSError):
        sys.stderr.write(line(entry))


def faults_only(entry: dict) -> None:
    """As `on_stderr`, without the lines about requests."""
    if entry["event"] not in ("request", "malformed", "late"):
        on_stderr(entry)


def line(entry: dict) -> str:
    """An entry of the log, with its time."""
    moment = time.time()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + f".{int(moment % 1 * 1000):03d}Z"
    return json.dumps({"time": stamp, **entry}) + "\n"


class _Lines(logging.Handler):
    """What a library has to say, in the same form."""

    def __init__(self, log: Callable[[dict], None]) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log({"event": "error", "logger": record.name, "message": logging.Formatter().format(record)})
