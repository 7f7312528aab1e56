"""The application: what is answered at once, what goes to which workers, what is kept; and a line in the log for each request.

This process never asks the engine. It reads a request whole, finds a worker for it, and sends the answer whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ipaddress
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.requests import Request as Incoming
from starlette.types import ASGIApp, Receive, Scope, Send

from statereport.errors import MethodNotAllowed, Problem, ServerBusy
from statereport.questions import chart
from statereport.web.serving import connections, worker
from statereport.web.serving.cache import Cache
from statereport.web.serving.pool import Pool
from statereport.web.serving.processes import Zygote
from statereport.web.serving.slow_queue import Lanes
from statereport.web.wire import negotiation, problems, protocol
from statereport.web.wire.http import Request, Response, tagged
from statereport.web.wire.limits import Setting

PIECE = 65_536
# A query whose client has gone is given this long to end by itself, before its worker is ended.
GRACE = 0.25


class Front:
    """The state of the application: the pools, what is kept, what is under way."""

    def __init__(self, setting: Setting, log: Callable[[dict], None]) -> None:
        self.setting, self.limits, self.log = setting, setting.limits, log
        self.cache = Cache(self.limits.cache_bytes)
        self.pools: dict[str, Pool | Lanes] = {}
        self.sending = 0

    async def start(self, zygote: Zygote) -> None:
        """Fork the workers."""
        self.pools = {
            worker.OWN: Pool(zygote, worker.OWN, self.setting.own, self.limits.own_seconds, self.limits, self.log),
            worker.DRAWING: Pool(zygote, worker.DRAWING, 1, self.limits.drawing_seconds, self.limits, self.log),
            worker.PUBLIC: Lanes(zygote, self.setting.quick, self.setting.slow, self.limits, self.log),
        }
        for pool in self.pools.values():
            await pool.start()

    # --- one request -------------------------------------------------------------------------------------------------

    async def respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: an ASGI application."""
        start, notes = time.monotonic(), {}
        accept = Incoming(scope).headers.get("accept", "")
        client = self.client(scope)
        close = False
        try:
            connections.check_head(scope, self.setting.hosts, self.limits)
            body = await self._body(scope, receive)
            request = connections.request_of(scope, body, self.limits)
            response = await self._answer(request, client, receive, notes)
        except Problem as problem:
            # A body that was not read would be taken for the next request.
            close = problem.code in ("request-broken", "host-unknown", "request-too-large", "media-type-refused")
            response = problems.response(problem, accept)
        except ClientDisconnect:
            self._note(scope, client, 499, 0, start, notes)
            return
        await self._send(scope, send, response, close)
        self._note(scope, client, response.status, len(response.body), start, notes)

    async def _answer(self, request: Request, client: str, receive: Receive, notes: dict) -> Response:
        if request.method == "OPTIONS":
            methods = ", ".join(protocol.METHODS if request.path in protocol.PATHS else ("GET", "HEAD", "OPTIONS"))
            return Response(204, "text/plain", b"", (("Allow", methods), *connections.PREFLIGHT))
        if request.path == "/health":
            return self.health()
        if self.sending > self.limits.sending:
            raise ServerBusy(
                where="",
                what=f"Too many answers wait to be fetched. {self.limits.sentence('sending')}.",
                hint="ask again in some seconds.",
            )
        kind = worker.PUBLIC if _is_public(request) else worker.OWN
        notes["pool"] = kind
        if kind == worker.PUBLIC:
            return await self._unless_gone(self.pools[kind].answer(request, client), receive)
        if request.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(
                where=request.path, what=f"{request.method} is not a method of this address.", hint="use GET."
            )
        normal = replace(request, method="GET", headers=(("accept", request.header("accept")),))
        key = (normal.path, normal.query, normal.headers)
        kept = self.cache.get(key)
        notes["kept"] = kept is not None
        if kept is None:
            kept = await self.pools[kind].answer(normal, client)
            if kept.status in (200, 303):
                self.cache.put(key, kept)
        if kept.media_type == chart.MEDIA_TYPE:
            return await self._drawn(normal, kept, client)
        return kept

    async def _drawn(self, request: Request, specification: Response, client: str) -> Response:
        """The picture of a specification that one of our own workers has made, where a picture is what was asked for."""
        _, ending = negotiation.split_ending(request.path, negotiation.PICTURES)
        if negotiation.PICTURES[ending] == chart.MEDIA_TYPE:
            return specification
        key = (ending, hashlib.sha256(specification.body).digest())
        picture = self.cache.get(key)
        if picture is None:
            work = Request("GET", f"/picture.{ending}", headers=request.headers, body=specification.body)
            picture = await self.pools[worker.DRAWING].answer(work, client)
            if picture.status != 200:
                return picture
            self.cache.put(key, picture)
        return tagged(replace(picture, headers=specification.headers))

    async def _unless_gone(self, work: Coroutine[Any, Any, Response], receive: Receive) -> Response:
        """The answer; or, where its client goes away first, its end."""
        job = asyncio.ensure_future(work)
        gone = asyncio.ensure_future(receive())
        try:
            await asyncio.wait((job, gone), return_when=asyncio.FIRST_COMPLETED)
            if not job.done():
                await asyncio.wait((job,), timeout=GRACE)
            if not job.done():
                raise ClientDisconnect
            return job.result()
        finally:
            for task in (job, gone):
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Problem):
                await job

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        data = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            data += message.get("body", b"")
            if len(data) > self.limits.body_bytes:
                raise connections.too_long(self.limits)
            if not message.get("more_body"):
                return bytes(data)

    async def _send(self, scope: Scope, send: Send, response: Response, close: bool) -> None:
        tags = Incoming(scope).headers.get("if-none-match", "")
        tag = next((value for name, value in response.headers if name == "ETag"), None)
        headers = connections.headers_of(response)
        status, body = response.status, response.body
        if (
            tag
            and status == 200
            and (tags.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in tags.split(",")))
        ):
            status, body = 304, b""
        if status in (204, 304):
            headers = [(name, value) for name, value in headers if name not in ("Content-Length", "Content-Type")]
        if close:
            headers.append(("Connection", "close"))
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
        self.sending += len(body)
        try:
            await send({"type": "http.response.start", "status": status, "headers": raw})
            for at in range(0, max(1, len(body)), PIECE):
                more = at + PIECE < len(body)
                await send({"type": "http.response.body", "body": body[at : at + PIECE], "more_body": more})
        finally:
            self.sending -= len(body)

    # --- who asks, and what is noted ---------------------------------------------------------------------------------

    def client(self, scope: Scope) -> str:
        """The address of the client: the peer's, or the last one that a trusted proxy names."""
        peer = scope["client"][0] if scope.get("client") else ""
        if peer in self.setting.proxies:
            said = Incoming(scope).headers.getlist("x-forwarded-for")
            last = said[-1].rpartition(",")[2].strip() if said else ""
            with contextlib.suppress(ValueError):
                return ipaddress.ip_address(last).compressed
        return peer

    def health(self) -> Response:
        """Whether every worker is there."""
        lanes = self.pools[worker.PUBLIC]
        pools = {
            "own": self.pools[worker.OWN],
            "drawing": self.pools[worker.DRAWING],
            "quick": lanes.quick,
            "slow": lanes.slow,
        }
        states = {name: pool.state() for name, pool in pools.items()}
        whole = all(state["free"] + state["busy"] == state["size"] for state in states.values())
        replaced = {name: dict(pool.replaced) for name, pool in pools.items()}
        body = {
            "status": "ok" if whole else "a worker is missing",
            "pools": states,
            "replaced": replaced,
            "kept": len(self.cache),
        }
        return Response(
            200 if whole else 500,
            "application/json",
            (json.dumps(body, indent=1) + "\n").encode(),
            (("Cache-Control", "no-store"),),
        )

    def _note(self, scope: Scope, client: str, status: int, size: int, start: float, notes: dict) -> None:
        self.log(
            {
                "event": "request",
                "client": client,
                "method": scope["method"][:16],
                "path": scope["raw_path"].decode("latin-1")[:200],
                "query": len(scope["query_string"]),
                "status": status,
                "bytes": size,
                "ms": round(1000 * (time.monotonic() - start), 1),
                **notes,
            }
        )


def _is_public(request: Request) -> bool:
    """True where a text of the client's would be run."""
    if request.path in protocol.PATHS:
        return protocol.asks(request)
    return request.path == "/editor" and bool(request.value("query"))


def make(front: Front, zygote: Callable[[], Zygote], ready: Callable[[], None] = lambda: None) -> Starlette:
    """The ASGI application; its workers are forked when it starts, and then it is `ready`."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await front.start(zygote())
        ready()
        yield

    class Everything:
        """Stands before the router: an address that is none (`http://…`, `host:port`) has its answer too."""

        def __init__(self, app: ASGIApp) -> None:
            self._app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await (front.respond if scope["type"] == "http" else self._app)(scope, receive, send)

    return Starlette(middleware=[Middleware(Everything)], lifespan=lifespan)
