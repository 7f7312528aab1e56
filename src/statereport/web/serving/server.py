"""`statereport serve`: read everything, fork the zygote, listen, and end in order."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import logging
import os
import resource
import signal
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from statereport.errors import PortTaken
from statereport.web.answers import descriptions
from statereport.web.answers.router import answer
from statereport.web.answers.site import Site
from statereport.web.serving import worker
from statereport.web.serving.log import Handler, Log
from statereport.web.wire import requests
from statereport.web.wire.http import Request
from statereport.web.wire.limits import Setting

if TYPE_CHECKING:
    from statereport.web.serving.app import App
    from statereport.web.serving.connections import Connections

# Connections that are accepted at once, and that the system holds until they are.
ACCEPTED, BACKLOG = 32, 4_096
# Open files: as many as there may be, those that each worker takes while it is replaced, and those for all else.
FILES, OF_WORKER, OTHERS = 65_536, 4, 64
# Seconds for which answers that are under way may go on when the server ends.
GRACE = 10


def serve(
    load: Callable[[str], Site],
    setting: Setting,
    host: str = "127.0.0.1",
    port: int = 8000,
    base: str = "",
    say: Callable[[str], None] = print,
    log: Log | None = None,
) -> None:
    """Serve the site that `load` makes for an address, until the process is asked to end.

    The address is `base` where there is one, else that of `host` and `port`. It is answered for its host, for those of
    the setting, and for every IP address. Raises PortTaken, and ValueError where `base` is not an address.
    """
    listener = listen(host, port)
    address = public_address(base, host, listener.getsockname()[1])
    site = load(address)
    process, control = worker.start(site, answer, setting.limits, first_requests(), setting.files)
    # Only now: the zygote should not hold what a server needs.
    from statereport.web.serving.app import App

    setting = replace(setting, hosts=setting.hosts | hosts(address, host))
    app = App(site, setting, log or Log())
    logging.basicConfig(handlers=[Handler(app.log)], level=logging.ERROR, force=True)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(app, process, control, listener, lambda: say(greeting(address, host, setting))))
    control.close()
    os.waitpid(process, 0)


async def run(
    app: App, process: int, control: socket.socket, listener: socket.socket, ready: Callable[[], None]
) -> None:
    """Fork the workers and answer requests until SIGTERM or SIGINT comes; `ready` is called when it begins."""
    from statereport.web.serving.processes import Zygote

    zygote = Zygote(process, control)
    await app.start(zygote)
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with listening(app, listener) as connections:
        ready()
        beside = [loop.create_task(work) for work in (app.watch(zygote), connections.watch(), app.prepare())]
        await stop.wait()
        for task in beside:
            task.cancel()


@contextlib.asynccontextmanager
async def listening(app: App, listener: socket.socket) -> AsyncIterator[Connections]:
    """Accept connections at a socket and have them answered; at the end, answers under way are finished."""
    from statereport.web.serving.connections import Connections

    most = connections_for(open_files(), app.setting)
    connections = Connections(app.respond, app.check, app.limits, app.log, most, app.setting.proxies)
    server = await asyncio.get_running_loop().create_server(connections, sock=listener, backlog=ACCEPTED)
    # Few are accepted at once, so that the limit holds; many may wait to be.
    listener.listen(BACKLOG)
    try:
        yield connections
    finally:
        server.close()
        await connections.end(GRACE)


def open_files() -> int:
    """Raise the limit of open files as far as this process may, and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        return most
    return FILES if soft == resource.RLIM_INFINITY else min(FILES, soft)


def connections_for(files: int, setting: Setting) -> int:
    """Return how many connections there may be, so that files are left for workers and for those being accepted."""
    left = files - OF_WORKER * setting.workers - 4 * ACCEPTED - OTHERS
    return max(16, min(setting.limits.connections, left))


def first_requests() -> tuple[Request, ...]:
    """Return a request of each kind, good and bad: what answers them must be loaded before files are out of reach."""
    accepts = ("text/html", "application/json", "text/turtle", "none/none")
    paths = (
        *descriptions.PAGES,
        "/search",
        "/nothing",
        "/id/nothing",
        "/id/nothing.html",
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


# --- addresses -------------------------------------------------------------------------------------------------------


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address; `::` and `0.0.0.0` are every address of the machine. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or the loop would not know that it may switch off the wait for more to send (40 ms an answer).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if host == "::":
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
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


def public_address(base: str, host: str, port: int) -> str:
    """Return the address under which the site is known, without a slash at its end.

    It is `base`, which may have a path, else that of host and port; a server at every address of the machine is known
    as localhost. Raises ValueError where `base` is not an http or https address.
    """
    if not base:
        name = "localhost" if _everywhere(host) else host
        return f"http://{_bracketed(name)}:{port}"
    parts = urlsplit(base)
    name = requests.host_name(parts.netloc)
    if parts.scheme not in ("http", "https") or not name or parts.query or parts.fragment or "//" in parts.path:
        raise ValueError(f"{base} is not the address of a site; give a whole one, such as https://example.org/kg/")
    port_of = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{_bracketed(name)}{port_of}{quote(parts.path, safe='/%')}".rstrip("/")


def hosts(address: str, host: str) -> frozenset[str]:
    """Return the names that are answered for: that of the address, and this machine's own where others can reach it."""
    names = {requests.host_name(urlsplit(address).netloc), "localhost"}
    if not _everywhere(host):
        names.add(requests.host_name(_bracketed(host)))
    if host not in ("127.0.0.1", "::1", "localhost"):
        names.add(socket.gethostname().lower())
    return frozenset(names)


def greeting(address: str, host: str, setting: Setting) -> str:
    """Return what is said when the server begins."""
    lines = [f"The graph is served at {address}/ (stop with Ctrl-C)."]
    if _everywhere(host):
        names = ", ".join(sorted(setting.hosts))
        lines.append(f"It listens at every address of this machine and answers for {names} and any IP address.")
        lines.append("For another name: --allow-host NAME.")
        lines.append("To the public, put a proxy before it, which limits connections from many addresses: docs/deploy.")
    return "\n".join(lines)


def _everywhere(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
