"""A number of places, and who gets one next.

A client may hold all places but one; what it asks beyond that waits in a line of its own. Lines are served in turn, first
those of clients who have used little of late, and the last free place is kept for these. So one who asks much waits for
himself, not others for him, and many who ask much together do not keep out who asks little.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, deque

from statereport.errors import ServerBusy, TooManyRequests
from statereport.web.wire.limits import Limits


class Places:
    """The places of one kind."""

    def __init__(self, size: int, limits: Limits) -> None:
        self.size = self.free = size
        # One place is left for others, where there is more than one.
        self._share = max(1, size - 1)
        self._limits = limits
        self._used = _Used(limits.light_seconds)
        self._held: Counter[str] = Counter()
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}

    def waiting(self) -> int:
        """How many wait for a place."""
        return sum(map(len, self._lines.values()))

    async def take(self, client: str) -> None:
        """Take a place when it is the client's turn. Raises TooManyRequests or ServerBusy where that cannot be waited for."""
        line = self._lines.get(client, ())
        if len(line) >= self._limits.waiting_for_one:
            raise TooManyRequests(
                where=client,
                what=f"{len(line)} requests from this address wait already. {self._limits.sentence('waiting_for_one')}.",
                hint="wait for their answers before you ask more.",
            )
        if self.waiting() >= self._limits.waiting:
            raise ServerBusy(
                where="",
                what=f"The line is full. {self._limits.sentence('waiting')}.",
                hint="ask again in some seconds.",
            )
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(client, deque()).append(turn)
        self._serve()
        try:
            async with asyncio.timeout(self._limits.seconds_in_line):
                await turn
        except (TimeoutError, asyncio.CancelledError) as stop:
            self._leave(client, turn)
            if isinstance(stop, TimeoutError):
                what = f"No process came free in time. {self._limits.sentence('seconds_in_line')}."
                raise ServerBusy(where="", what=what, hint="ask again in some seconds.") from None
            raise

    def take_now(self, client: str) -> bool:
        """Take a place without waiting; → False where the client would have to wait."""
        if not self._may(client):
            return False
        self._grant(client)
        return True

    def give(self, client: str, seconds: float) -> None:
        """Give a place back that was used for some seconds."""
        self._used.add(client, seconds)
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]
        self.free += 1
        self._serve()

    def _leave(self, client: str, turn: asyncio.Future[None]) -> None:
        """Leave the line; a place that was given in this very moment goes back."""
        with contextlib.suppress(KeyError, ValueError):
            self._lines[client].remove(turn)
            if not self._lines[client]:
                del self._lines[client]
        if turn.done() and not turn.cancelled():
            self.give(client, 0)

    def _serve(self) -> None:
        while ready := [client for client in self._lines if self._may(client)]:
            client = min(ready, key=self._used.much)
            line = self._lines.pop(client)
            turn = line.popleft()
            if line:
                self._lines[client] = line  # at the end: the others come first now
            if not turn.cancelled():
                self._grant(client)
                turn.set_result(None)

    def _may(self, client: str) -> bool:
        last = self.free == 1 < self.size
        return self.free > 0 and self._held[client] < self._share and not (last and self._used.much(client))

    def _grant(self, client: str) -> None:
        self.free -= 1
        self._held[client] += 1


class _Used:
    """For how many seconds each client has held places of late; half of it is forgotten after half a minute."""

    HALF, MOST = 30.0, 10_000

    def __init__(self, light: float) -> None:
        self._light = light
        self._seconds: dict[str, tuple[float, float]] = {}

    def add(self, client: str, seconds: float) -> None:
        """Remember what a client used just now."""
        total = self._now(client) + seconds
        self._seconds.pop(client, None)
        self._seconds[client] = total, time.monotonic()
        if len(self._seconds) > self.MOST:
            del self._seconds[next(iter(self._seconds))]

    def much(self, client: str) -> bool:
        """True for a client that used more than what is light."""
        return self._now(client) > self._light

    def _now(self, client: str) -> float:
        seconds, then = self._seconds.get(client, (0.0, 0.0))
        return seconds * 0.5 ** ((time.monotonic() - then) / self.HALF)
