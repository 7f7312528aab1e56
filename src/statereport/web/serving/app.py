"""The application: what is answered at once, what goes to which workers, what is kept, and a line in the log for each.

This process never asks the engine. It is given a request whole, finds a worker for it, and sends the answer whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import time
import traceback
from collections import deque
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from statereport.errors import MethodNotAllowed, Problem, TooManyRequests
from statereport.questions import chart
from statereport.web.answers import descriptions, router
from statereport.web.answers.site import Site
from statereport.web.serving import cache, worker
from statereport.web.serving.cache import Cache
from statereport.web.serving.clients import Transfers, client_of, plain_address
from statereport.web.serving.connections import Connection
from statereport.web.serving.log import Log, kind_of
from statereport.web.serving.pool import AlreadyMade, Pool
from statereport.web.serving.processes import Zygote
from statereport.web.serving.slow_queue import QuickAndSlow
from statereport.web.wire import headers, negotiation, problems, protocol, requests
from statereport.web.wire.http import Request, Response, tagged
from statereport.web.wire.limits import Setting
from statereport.web.wire.requests import Head

# Seconds in which a query whose client has gone may end by itself, before its worker is ended.
GRACE = 0.25
# Statuses of answers that are kept.
KEPT = (200, 301, 303)


Key = tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]


class App:
    """The state of the application: the pools, what is kept, what is under way."""

    def __init__(self, site: Site, setting: Setting, log: Log) -> None:
        self.site, self.setting, self.limits, self.log = site, setting, setting.limits, log
        self.cache, self.transfers = Cache(self.limits.cache_bytes), Transfers(self.limits)
        self.pools: dict[str, Pool | QuickAndSlow] = {}
        self._root = unquote(site.root)
        # The answers of our own that are being made, by their key.
        self._making: dict[Key, asyncio.Task[Response]] = {}
        # Paths of pages that are still to be made before anybody asks for them.
        self._unprepared = deque(descriptions.pages(site) if setting.prepare else ())
        # Files have their tag made once; their bytes are the site's.
        self._files: dict[str, Response] = {}

    async def start(self, zygote: Zygote) -> None:
        """Fork the workers."""
        limits, setting, log = self.limits, self.setting, self.log
        self.pools = {
            worker.OWN: QuickAndSlow(
                zygote,
                worker.OWN,
                setting.own,
                setting.own_slow,
                limits.own_seconds,
                limits.own_trial_seconds,
                limits,
                log,
            ),
            worker.PUBLIC: QuickAndSlow(
                zygote, worker.PUBLIC, setting.quick, setting.slow, limits.seconds, limits.trial_seconds, limits, log
            ),
            worker.DRAWING: Pool(zygote, worker.DRAWING, 1, limits.drawing_seconds, limits, log),
        }
        for pool in self.pools.values():
            await pool.start()

    async def watch(self, zygote: Zygote) -> None:
        """Replace workers that ended while they had nothing to do, for ever; without the zygote the server ends."""
        while True:
            await asyncio.sleep(1)
            if not zygote.alive():
                return zygote.end_server()
            for pool in self._each_pool().values():
                pool.look_after()

    async def prepare(self) -> None:
        """Make the pages that people look for, one after another, in processes that run only when no other wants to.

        Where a client asks for one meanwhile, it is made for that client, which need not wait for such a process.
        """
        slow = self.pools[worker.OWN].slow
        while self._unprepared:
            request = Request("GET", self._unprepared[0], headers=(("accept", "text/html"),))
            key = self._key(request)
            with contextlib.suppress(Problem, AlreadyMade):
                self._keep(key, await slow.answer(request, "", lambda: self.cache.get(key) is None))  # noqa: B023
            self._unprepared.popleft()

    # --- one request -------------------------------------------------------------------------------------------------

    def check(self, head: Head) -> None:
        """Refuse a request by its head. Raises its Problem."""
        requests.check(head, self.setting.hosts, self.limits)

    async def respond(self, connection: Connection, head: Head, body: bytes, refusal: Problem | None) -> None:
        """Answer a request over its connection. One that was refused before it was whole is the connection's last."""
        start, notes = time.monotonic(), {}
        address = self.address(head, connection.peer)
        client = client_of(address)
        status, size = 499, 0
        try:
            response = await self._response(head, body, refusal, client, notes)
            try:
                # What is kept is in memory anyway.
                with self.transfers.hold(client, b"" if notes.get("kept") else response.body, connection.abort):
                    status, size = await self._send(connection, head, response, refusal is not None)
            except TooManyRequests as problem:
                status, size = await self._send(connection, head, self._problem(problem, head), refusal is not None)
        except Exception as fault:
            self.log.fault(kind_of(fault), "".join(traceback.format_exception(fault)))
            connection.abort()
        finally:
            self._note(head, address, status, size, start, notes)

    async def _response(self, head: Head, body: bytes, refusal: Problem | None, client: str, notes: dict) -> Response:
        """The response to a request, whatever happens."""
        try:
            if refusal:
                raise refusal
            return await self._answer(requests.read(head, body, self.limits, self._root), client, notes)
        except Problem as problem:
            return self._problem(problem, head)
        except Exception as fault:
            self.log.fault(kind_of(fault), "".join(traceback.format_exception(fault)))
            return worker.fault_response(Request("GET", "", headers=(("accept", head.joined("accept")),)))

    def _problem(self, problem: Problem, head: Head) -> Response:
        return problems.response(problem, head.joined("accept"), self.site.root)

    async def _answer(self, request: Request, client: str, notes: dict) -> Response:
        if request.method == "OPTIONS":
            methods = protocol.METHODS if request.path in (*protocol.PATHS, "*") else ("GET", "HEAD", "OPTIONS")
            return Response(204, "text/plain", b"", (("Allow", ", ".join(methods)), *headers.PREFLIGHT))
        if request.path == "/health":
            return self.health()
        if _is_public(request):
            notes["pool"] = worker.PUBLIC
            return await _unless_gone(self.pools[worker.PUBLIC].answer(request, client))
        if request.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(
                where=request.path, what=f"{request.method} is not a method of this address.", hint="use GET."
            )
        notes["pool"] = worker.OWN
        request = replace(request, method="GET", body=b"")
        file = self._file(request.path)
        if file:
            notes["kept"] = True
            return file
        plain = router.canonical(self.site, request)
        if plain is None:
            response = await self.pools[worker.OWN].answer(request, client)
        else:
            response = await self._made_once(plain, client, notes)
        if response.media_type == chart.MEDIA_TYPE:
            return await self._drawn(request, response, client, notes)
        return response

    def _file(self, path: str) -> Response | None:
        """A published file, or one that pages need: no worker is needed for it."""
        if path not in self._files:
            found = router.file(self.site, path)
            if found is None:
                return None
            self._files[path] = found
        return self._files[path]

    async def _made_once(self, request: Request, client: str, notes: dict) -> Response:
        """An answer that may be kept: made once, however many clients wait for it, in the turn of the first of them."""
        key = self._key(request)
        while True:
            kept = self.cache.get(key)
            notes["kept"] = kept is not None
            if kept is not None:
                return kept
            if key in self._making:
                return await asyncio.shield(self._making[key])
            job = asyncio.get_running_loop().create_task(self._make(key, request, client))
            job.add_done_callback(_seen)
            try:
                return await asyncio.shield(job)
            except AlreadyMade:
                continue
            except asyncio.CancelledError:
                if self._making.get(key) is not job:  # it waits in line still, for a client that has gone
                    job.cancel()
                raise

    async def _make(self, key: Key, request: Request, client: str) -> Response:
        mine = asyncio.current_task()

        def begins() -> bool:
            return self.cache.get(key) is None and self._making.setdefault(key, mine) is mine

        try:
            response = await self.pools[worker.OWN].answer(request, client, begins)
        finally:
            if self._making.get(key) is mine:
                del self._making[key]
        self._keep(key, response)
        return response

    def _key(self, request: Request) -> Key:
        """What the answer to a canonical request depends on."""
        return request.path, request.query, router.form(self.site, request)

    def _keep(self, key: Key, response: Response) -> None:
        path, query, _ = key
        if response.status in KEPT:
            plain = cache.LASTING if path.startswith("/query/") else cache.PLAIN
            self.cache.put(key, response, cache.VARIANT if query else plain)

    async def _drawn(self, request: Request, specification: Response, client: str, notes: dict) -> Response:
        """The picture of a specification that a worker has made, where a picture is what was asked for."""
        _, ending = negotiation.split_ending(request.path, negotiation.PICTURES)
        if negotiation.PICTURES[ending] == chart.MEDIA_TYPE:
            return specification
        key = (ending, hashlib.sha256(specification.body).digest())
        picture = self.cache.get(key)
        notes["kept"] = picture is not None
        if picture is None:
            work = Request("GET", f"/picture.{ending}", headers=request.headers, body=specification.body)
            picture = await self.pools[worker.DRAWING].answer(work, client)
            if picture.status != 200:
                return picture
            self.cache.put(key, picture)
        return tagged(replace(picture, headers=specification.headers))

    async def _send(self, connection: Connection, head: Head, response: Response, close: bool) -> tuple[int, int]:
        """Send a response; return the status and the bytes of the body that were sent."""
        fields = headers.headers_of(response)
        status, body = response.status, response.body
        if headers.unchanged(response, head.joined("if-none-match")):
            status, body = 304, b""
        if status in (204, 304):
            fields = [(name, value) for name, value in fields if name not in ("Content-Length", "Content-Type")]
        await connection.send(status, fields, body, close)
        return status, len(body)

    # --- the client, and what is noted --------------------------------------------------------------------------------

    def address(self, head: Head, peer: str) -> str:
        """Return the address of the client: the peer's, or the last one that a trusted proxy names."""
        if peer in self.setting.proxies:
            last = head.joined("x-forwarded-for").rpartition(",")[2].strip()
            with contextlib.suppress(ValueError):
                return plain_address(last)
        return peer

    def health(self) -> Response:
        """Return whether every worker's process is there, as JSON, with status 503 where one is missing."""
        pools = self._each_pool()
        whole = all(pool.whole() for pool in pools.values())
        body = {
            "status": "ok" if whole else "a worker is missing",
            "pools": {name: pool.state() for name, pool in pools.items()},
            "replaced": {name: dict(pool.replaced) for name, pool in pools.items()},
            "kept": len(self.cache),
            "unprepared": len(self._unprepared),
            "sending": self.transfers.total(),
        }
        text = (json.dumps(body, indent=1) + "\n").encode()
        return Response(200 if whole else 503, "application/json", text, (("Cache-Control", "no-store"),))

    def _each_pool(self) -> dict[str, Pool]:
        own, public = self.pools[worker.OWN], self.pools[worker.PUBLIC]
        return {
            "own": own.quick,
            "own slow": own.slow,
            "drawing": self.pools[worker.DRAWING],
            "quick": public.quick,
            "slow": public.slow,
        }

    def _note(self, head: Head, address: str, status: int, size: int, start: float, notes: dict) -> None:
        path, query = head.path_and_query
        entry = {
            "event": "request",
            "client": address,
            "method": head.method[:16],
            "path": path[:200],
            "query": len(query),
            "status": status,
            "bytes": size,
            "ms": round(1000 * (time.monotonic() - start), 1),
        }
        self.log({**entry, **notes})


async def _unless_gone(work: Coroutine[Any, Any, Response]) -> Response:
    """An answer for one client only: where that goes away, the work has a moment to end by itself, then it is ended."""
    job = asyncio.get_running_loop().create_task(work)
    job.add_done_callback(_seen)
    try:
        return await asyncio.shield(job)
    except asyncio.CancelledError:
        await asyncio.wait((job,), timeout=GRACE)
        job.cancel()
        raise


def _seen(job: asyncio.Task[Response]) -> None:
    """Take note of how a job ended, or the loop would report it where no client waits for it any more."""
    if not job.cancelled():
        job.exception()


def _is_public(request: Request) -> bool:
    """True where a text of the client's would be run."""
    if request.path in protocol.PATHS:
        return protocol.asks(request)
    return request.path == "/editor" and bool(request.value("query"))
