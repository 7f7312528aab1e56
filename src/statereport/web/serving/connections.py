"""Connections of HTTP/1.1: requests are read by h11, and every connection has its deadlines and its client.

A client has a number of connections. Where all connections are taken, the client that has most of them loses the one
that has waited longest without a whole request. A request must arrive in time, and an answer be taken at some rate.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

import h11

from statereport.errors import Problem, RequestBroken
from statereport.web.serving.clients import client_of, plain_address
from statereport.web.serving.log import Log
from statereport.web.wire import requests
from statereport.web.wire.limits import Limits
from statereport.web.wire.requests import Head

# What a connection is doing: it waits for a whole request, for its answer, for the client to take that, or for its end.
WAITING, ANSWERING, SENDING, CLOSING = "waiting", "answering", "sending", "closing"
# Bytes that are written at once.
PIECE = 65_536
# Seconds between two looks at all connections.
LOOK = 0.5
# Seconds in which an answer must have been taken at the least rate on average.
WINDOW = 10.0
# Seconds for which a client may still read after the last answer.
LINGER = 2.0
# Seconds after which a client that sends no more is asked whether it is still there.
PROBE = 1.0
# Seconds for which a client that asked too much is not listened to.
MOMENT = 1.0
_FIELD_END = re.compile(r"[\r\n]")

Respond = Callable[["Connection", Head, bytes, Problem | None], Coroutine[Any, Any, None]]


@dataclass(eq=False)
class _Held:
    """The connections of a client, and those of them that wait for a request, each in the order of their time."""

    all: dict[Connection, None] = field(default_factory=dict)
    waiting: dict[Connection, None] = field(default_factory=dict)


class Connections:
    """All connections of a server. Called, it makes the protocol of a new one.

    respond  answers a request: it is given the connection, head, body, and a Problem that is to be answered instead
    check    raises the Problem of a head
    most     how many connections there may be
    exempt   addresses that may have any number: those of proxies
    """

    def __init__(
        self,
        respond: Respond,
        check: Callable[[Head], None],
        limits: Limits,
        log: Log,
        most: int,
        exempt: frozenset[str] = frozenset(),
    ) -> None:
        self.respond, self.check, self.limits, self.log = respond, check, limits, log
        self.ending = False
        self._most, self._exempt = most, exempt
        self._clients: dict[str, _Held] = {}
        self._count = 0
        self._closed: Counter[str] = Counter()
        # Connections whose request is whole, by client.
        self._ready: dict[str, deque[Connection]] = {}

    def __call__(self) -> Connection:
        """Return the protocol of a new connection."""
        return Connection(self)

    def __len__(self) -> int:
        return self._count

    def admit(self, connection: Connection) -> bool:
        """Take a connection in; False where its client has too many, or all are taken and it has most."""
        held = self._clients.get(connection.client) or _Held()
        if len(held.all) >= self.limits.connections_of_one and connection.peer not in self._exempt:
            self._closed["refused"] += 1
            return False
        if self._count >= self._most and not self._give_way(connection.client):
            self._closed["refused"] += 1
            return False
        self._clients[connection.client] = held
        held.all[connection] = held.waiting[connection] = None
        self._count += 1
        return True

    def moved(self, connection: Connection) -> None:
        """Note that a connection waits for a request now, or does so no more."""
        held = self._clients[connection.client]
        held.waiting.pop(connection, None)
        if connection.phase == WAITING:
            held.waiting[connection] = None

    def remove(self, connection: Connection) -> None:
        """Forget a connection that has ended."""
        held = self._clients.get(connection.client)
        if held and connection in held.all:
            del held.all[connection]
            held.waiting.pop(connection, None)
            self._count -= 1
            if not held.all:
                del self._clients[connection.client]

    def begin(self, connection: Connection) -> None:
        """Have the request of a connection answered when it is its client's turn.

        In each round of the loop every client has one request answered, so that a client with many connections does not
        keep the others waiting for this process.
        """
        if not self._ready:
            asyncio.get_running_loop().call_soon(self._round)
        self._ready.setdefault(connection.client, deque()).append(connection)

    def _round(self) -> None:
        for client, line in list(self._ready.items()):
            line.popleft().answer()
            if not line:
                del self._ready[client]
        if self._ready:
            asyncio.get_running_loop().call_soon(self._round)

    async def watch(self) -> None:
        """Close what is late, for ever; and write how many connections were closed or refused and why."""
        written = time.monotonic()
        while True:
            await asyncio.sleep(LOOK)
            now = time.monotonic()
            for connection in self._every():
                reason = connection.look(now)
                if reason:
                    self._closed[reason] += 1
            if self._closed and now - written > WINDOW:
                self.log({"event": "connection", "open": self._count, **self._closed})
                self._closed.clear()
                written = now

    async def end(self, seconds: float) -> None:
        """Let the answers that are under way finish, for so many seconds; close the rest."""
        self.ending = True
        for connection in self._every():
            connection.finish_waiting()
        late = time.monotonic() + seconds
        while self._count and time.monotonic() < late:
            await asyncio.sleep(0.05)
        for connection in self._every():
            connection.abort()

    def _every(self) -> list[Connection]:
        return [connection for held in self._clients.values() for connection in held.all]

    def _give_way(self, newcomer: str) -> bool:
        """Close a connection of the client that has most; False where it is the newcomer and none of its own waits."""
        largest = max(self._clients, key=lambda client: self._weight(client, newcomer))
        held = self._clients[largest]
        if largest == newcomer and not held.waiting:
            return False
        gone = next(iter(held.waiting or held.all))
        gone.abort()
        self.remove(gone)
        self._closed["closed to make room"] += 1
        return True

    def _weight(self, client: str, newcomer: str) -> tuple[int, bool]:
        held = self._clients[client]
        exempt = any(connection.peer in self._exempt for connection in list(held.all)[:1])
        return (0 if exempt else len(held.all) + (client == newcomer)), bool(held.waiting)


class Connection(asyncio.Protocol):
    """One connection, from its first byte to its end. `peer` is the address at its other end, `client` whose it is."""

    def __init__(self, among: Connections) -> None:
        self.peer = self.client = ""
        self.phase, self.since = WAITING, time.monotonic()
        self._among, self._limits = among, among.limits
        self._parser = h11.Connection(h11.SERVER, max_incomplete_event_size=among.limits.head_bytes)
        self._task: asyncio.Task[None] | None = None
        self._head = requests.NONE
        self._body = bytearray()
        self._refusal: Problem | None = None
        # Whether the next byte belongs to a request's first line; whether no byte of a further request has come.
        self._in_line, self._idle = True, False
        # Bytes that came while an answer was under way.
        self._ahead = 0
        # Bytes written; the moment of the last look at how many of them were taken, and that number.
        self._written, self._taken = 0, (self.since, 0)
        self._writable = asyncio.Event()
        self._writable.set()
        # When the client ended its sending half, or was last asked whether it is still there; 0 before.
        self._half_closed = 0.0
        self._eof = False

    # --- what the loop calls -----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, if the client may have another connection."""
        self.transport = transport
        name = transport.get_extra_info("peername")
        self.peer = plain_address(name[0]) if name else ""
        self.client = client_of(self.peer)
        if not self._among.admit(self):
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End: an answer that is under way is dropped."""
        self._among.remove(self)
        if self._task:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        """Read what came; after the last answer it is only taken, so that the client gets to read that answer."""
        if self.phase == CLOSING:
            return
        if self.phase != WAITING:
            self._ahead += len(data)
            if self._ahead > self._limits.head_bytes:
                self.transport.pause_reading()
            self._parser.receive_data(data)
            return
        if self._idle:
            self._idle, self.since = False, time.monotonic()
        if self._in_line:
            line, end, rest = data.partition(b"\n")
            self._in_line = not end
            data = requests.encoded(line) + end + rest
        self._parser.receive_data(data)
        self._read()

    def eof_received(self) -> bool:
        """The client sends no more. True keeps the connection open for an answer that is under way."""
        self._half_closed = time.monotonic()
        self._parser.receive_data(b"")
        return self.phase in (ANSWERING, SENDING)

    def pause_writing(self) -> None:
        """The client does not take what is written."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """The client has taken most of it."""
        self._writable.set()

    # --- what others call --------------------------------------------------------------------------------------------

    async def send(self, status: int, headers: list[tuple[str, str]], body: bytes, close: bool) -> None:
        """Send a response as fast as the client takes it. With `close`, the connection ends after it."""
        fields = [(name.encode("ascii"), _field(value)) for name, value in headers]
        fields.append((b"Date", formatdate(usegmt=True).encode("ascii")))
        if close or self._among.ending:
            fields.append((b"Connection", b"close"))
        response = h11.Response(status_code=status, headers=fields, reason=HTTPStatus(status).phrase.encode("ascii"))
        self._enter(SENDING)
        self._taken = (self.since, self._written - self.transport.get_write_buffer_size())
        self._write(response)
        if status not in (204, 304) and self._head.method != "HEAD":
            for at in range(0, len(body), PIECE):
                await self._writable.wait()
                self._write(h11.Data(data=body[at : at + PIECE]))
        self._write(h11.EndOfMessage())
        self._task = None
        if self._parser.our_state is not h11.DONE or self._parser.their_state is not h11.DONE:
            self._finish()
        elif status == HTTPStatus.TOO_MANY_REQUESTS:
            # A client that asks too much is not listened to for a moment, or this process would refuse it all day.
            self.transport.pause_reading()
            asyncio.get_running_loop().call_later(MOMENT, self._next)
        else:
            self._next()

    def answer(self) -> None:
        """Have the request that is whole answered, or refused."""
        if not self.transport.is_closing():
            work = self._among.respond(self, self._head, bytes(self._body), self._refusal)
            self._task = asyncio.get_running_loop().create_task(work)

    def abort(self) -> None:
        """Close at once, whatever is under way."""
        self.transport.abort()

    def finish_waiting(self) -> None:
        """Close if no request is being answered."""
        if self.phase == WAITING:
            self.transport.close()

    def look(self, now: float) -> str:
        """Close what is late. Return why it was closed, or "" where it was not, or for want of a further request."""
        waited, unsent = now - self.since, self.transport.get_write_buffer_size()
        if self.phase == WAITING and waited > (
            self._limits.seconds_idle if self._idle else self._limits.seconds_to_receive
        ):
            reason = "" if self._idle else "late"
            self._enter(CLOSING)
            self._eof = True
            self.transport.close()
            return reason
        if self.phase == ANSWERING and self._half_closed and now - self._half_closed > PROBE:
            self._probe(now)
        if self.phase == SENDING and now - self._taken[0] > WINDOW:
            before, self._taken = self._taken, (now, self._written - unsent)
            if self._taken[1] - before[1] < self._limits.least_rate * (now - before[0]):
                self.abort()
                return "slow"
        if self.phase == CLOSING:
            if waited > (WINDOW if unsent else LINGER):
                self.abort()
            else:
                self._end_sending()
        return ""

    # --- inside ------------------------------------------------------------------------------------------------------

    def _enter(self, phase: str) -> None:
        self.phase, self.since = phase, time.monotonic()
        self._among.moved(self)

    def _read(self) -> None:
        """Take events from the parser until a request is whole, or is to be refused."""
        while self.phase == WAITING:
            try:
                event = self._parser.next_event()
            except h11.RemoteProtocolError as fault:
                return self._whole(self._malformed(fault))
            if event in (h11.NEED_DATA, h11.PAUSED):
                return None
            if isinstance(event, h11.ConnectionClosed):
                return self.transport.close()
            if isinstance(event, h11.Request):
                names = ((name.decode("ascii").lower(), value.decode("latin-1")) for name, value in event.headers)
                method, target, version = (
                    part.decode("ascii") for part in (event.method, event.target, event.http_version)
                )
                self._head = Head(method, target, version, tuple(names))
                try:
                    self._among.check(self._head)
                except Problem as problem:
                    return self._whole(problem)
                if self._parser.they_are_waiting_for_100_continue:
                    self._write(h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue"))
            elif isinstance(event, h11.Data):
                self._body += event.data
                if len(self._body) > self._limits.body_bytes:
                    return self._whole(requests.body_too_long(self._limits))
            else:
                return self._whole(None)
        return None

    def _whole(self, problem: Problem | None) -> None:
        """Have the request answered; where nothing may be sent any more, after garbage behind a last request, end."""
        if self._parser.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return self._finish()
        self._enter(ANSWERING)
        self._refusal = problem
        return self._among.begin(self)

    def _malformed(self, fault: h11.RemoteProtocolError) -> Problem:
        if fault.error_status_hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            return requests.head_too_long(self._limits)
        return RequestBroken(where="", what="The request is not HTTP/1.1.", hint="see RFC 9112.")

    def _write(self, event: h11.Event) -> None:
        data = self._parser.send(event)
        if data:
            self._written += len(data)
            self.transport.write(data)

    def _next(self) -> None:
        """Wait for another request, of which a part may have come already."""
        if self.transport.is_closing():
            return
        self._parser.start_next_cycle()
        self._head, self._body = requests.NONE, bytearray()
        self._idle = self._in_line = not self._ahead
        self._ahead = 0
        self._enter(WAITING)
        self.transport.resume_reading()
        self._read()

    def _finish(self) -> None:
        """End after the last answer: the client may read it to its end, and what it still sends is read and dropped."""
        self._enter(CLOSING)
        self.transport.resume_reading()
        self._end_sending()

    def _end_sending(self) -> None:
        """Say that no more comes, as soon as all is written."""
        if self._half_closed:
            self.transport.close()
        elif not self._eof and not self.transport.get_write_buffer_size():
            self._eof = True
            try:
                self.transport.write_eof()
            except OSError:  # the client has gone
                self.transport.abort()

    def _probe(self, now: float) -> None:
        """Send an interim response, which a client that only ended its sending half passes over.

        To one that has gone, its system says so for it, and the connection is lost.
        """
        self._half_closed = now
        if self._head.version == "1.1":
            self._write(h11.InformationalResponse(status_code=102, headers=[], reason=b"Processing"))


def _field(value: str) -> bytes:
    """The value of a field, on one line."""
    return _FIELD_END.sub(" ", value).encode("latin-1", "replace")
