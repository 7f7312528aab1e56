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
from urllib.parse import urlsplit

from statereport.errors import PortTaken
from statereport.web import worker
from statereport.web.answer import answer
from statereport.web.site import Site


def serve(
    load: Callable[[str], Site],
    host: str,
    port: int,
    base: str | None,
    setting: Callable[[frozenset[str]], object],
    say: Callable[[str], None],
) -> None:
    """Serve the site that `load` makes for an address, until the process is told to end.

    The address is `base` where there is one, else that of `host` and `port`; `setting` makes the setting for the hosts
    that are answered for. Raises PortTaken.
    """
    listener = listen(host, port)
    port = listener.getsockname()[1]
    address = (base or f"http://{_bracketed(host)}:{port}").rstrip("/")
    site = load(address)
    process, control = worker.start(site, answer, site.limits)
    # Only now: the zygote should not hold what a server needs.
    import uvicorn

    from statereport.web import app, guard
    from statereport.web.pool import Zygote

    chosen = setting(hosts(address, host, port))
    front = app.Front(chosen, log)
    logging.basicConfig(handlers=[_Lines()], level=logging.ERROR, force=True)
    config = uvicorn.Config(
        app.make(front, lambda: Zygote(process, control)),
        http=guard.connections(chosen.limits, log, chosen.proxies),
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=chosen.limits.head_bytes,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=10,
    )
    say(f"The graph is served at {address}/ (stop with Ctrl-C).")
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])
    control.close()
    os.waitpid(process, 0)


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        taken = error.errno == errno.EADDRINUSE
        what = f"Another program listens at {host}:{port}." if taken else f"It is not possible to listen at {host}:{port}: {error.strerror}."
        raise PortTaken(where=f"{host}:{port}", what=what, mend="name another port: --port 8001 (0 takes any free one)") from None
    return listener


def hosts(address: str, host: str, port: int) -> frozenset[str]:
    """The values of Host that are answered: the public address, and this machine's own names."""
    public = urlsplit(address).netloc.lower()
    names = {host, "127.0.0.1", "localhost", "[::1]"} if host in ("127.0.0.1", "::1", "localhost") else {host}
    return frozenset({public, *(f"{_bracketed(name)}:{port}" for name in names), *((_bracketed(name) for name in names) if port == 80 else ())})


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def log(entry: dict) -> None:
    """One line of JSON on stderr."""
    moment = time.time()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + f".{int(moment % 1 * 1000):03d}Z"
    with contextlib.suppress(OSError):
        sys.stderr.write(json.dumps({"time": stamp, **entry}) + "\n")


class _Lines(logging.Handler):
    """What a library has to say, in the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        log({"event": "error", "logger": record.name, "message": logging.Formatter().format(record)})
