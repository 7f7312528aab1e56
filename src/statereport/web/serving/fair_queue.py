"""A queue for a number of processes that is fair to clients: it says whose request is next.

A client may hold all processes but one; its further requests wait in a line of their own. Lines are served in turn,
first those of clients that used little recently, in itself or beside those that hold processes, and the last free
process is kept for these. So a client with many requests waits for itself and others do not wait for it, and many such
clients together do not keep out one with few. Where too many requests wait in all, the last of the longest line is
refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, deque

from statereport.errors import ServerBusy, TooManyRequests
from statereport.web.wire.limits import Limits

Turn = asyncio.Future[None]


class FairQueue:
    """The queue for `size` processes. Clients are strings."""

    def __init__(self, size: int, limits: Limits) -> None:
        self.size = self.free = size
        # One process is left for others, where there is more than one.
        self._share = max(1, size - 1)
        self._limits = limits
        self._used = _Used()
        self._held: Counter[str] = Counter()
        self._lines: dict[str, deque[Turn]] = {}

    def waiting(self) -> int:
        """Return how many requests wait."""
        return sum(map(len, self._lines.values()))

    async def take(self, client: str) -> None:
        """Return when it is the client's turn, which holds a process then.

        Raises TooManyRequests where the client has too many requests in line, at once or when others come, and
        ServerBusy where no process came free in time or where everybody's line is as long.
        """
        line = self._lines.get(client, ())
        if len(line) >= self._limits.waiting_for_one:
            raise self._too_many(client)
        if self.waiting() >= self._limits.waiting:
            self._make_room(client)
        turn: Turn = asyncio.get_running_loop().create_future()
        self._lines.setdefault(client, deque()).append(turn)
        self._serve()
        try:
            async with asyncio.timeout(self._limits.seconds_in_line):
                await turn
        except TimeoutError:
            self._leave(client, turn)
            raise _busy(self._limits.sentence("seconds_in_line")) from None
        except asyncio.CancelledError:
            self._leave(client, turn)
            raise

    def take_now(self, client: str) -> bool:
        """Hold a process without waiting, if the client would not have to wait; return whether it does."""
        if not self._may(client):
            return False
        self._grant(client)
        return True

    def give(self, client: str, seconds: float) -> None:
        """Give a process back, of which the client used so many seconds."""
        self._used.add(client, seconds)
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]
        self.free += 1
        self._serve()

    def remove(self) -> None:
        """Take a free process out of the queue: it has ended."""
        self.free -= 1

    def add(self) -> None:
        """Put a process in the place of one that was taken out."""
        self.free += 1
        self._serve()

    def _make_room(self, client: str) -> None:
        """Refuse the last of the longest line, lines of clients that used much before others.

        Raises TooManyRequests or ServerBusy where that would be the client's own.
        """
        own = len(self._lines.get(client, ()))
        longest = max(self._lines, key=lambda other: (self._much(other), len(self._lines[other])))
        if (self._much(client), own + 1) >= (self._much(longest), len(self._lines[longest])):
            raise self._too_many(client) if own else _busy(self._limits.sentence("waiting"))
        refusal, turn = self._too_many(longest), self._lines[longest].pop()
        if not self._lines[longest]:
            del self._lines[longest]
        if not turn.done():
            turn.set_exception(refusal)

    def _too_many(self, client: str) -> TooManyRequests:
        count = len(self._lines.get(client, ()))
        return TooManyRequests(
            where=client,
            what=f"{count} requests from this address wait already. {self._limits.sentence('waiting_for_one')}.",
            hint="wait for their answers before you ask more.",
        )

    def _leave(self, client: str, turn: Turn) -> None:
        """Leave the line; a process that was granted in this very moment goes back."""
        with contextlib.suppress(KeyError, ValueError):
            self._lines[client].remove(turn)
            if not self._lines[client]:
                del self._lines[client]
        if turn.done() and not turn.cancelled() and turn.exception() is None:
            self.give(client, 0)

    def _serve(self) -> None:
        while ready := [client for client in self._lines if self._may(client)]:
            client = min(ready, key=self._much)
            line = self._lines.pop(client)
            turn = line.popleft()
            if line:
                self._lines[client] = line  # at the end: the others come first now
            if not turn.done():
                self._grant(client)
                turn.set_result(None)

    def _may(self, client: str) -> bool:
        last = self.free == 1 < self.size
        return self.free > 0 and self._held[client] < self._share and not (last and self._much(client))

    def _much(self, client: str) -> bool:
        """Whether a client used much recently, also beside the one that used most of those that hold a process."""
        used = self._used.seconds(client)
        most = max(map(self._used.seconds, self._held), default=0.0)
        return used > self._limits.light_seconds and used > most / 4

    def _grant(self, client: str) -> None:
        self.free -= 1
        self._held[client] += 1


def _busy(limit: str) -> ServerBusy:
    return ServerBusy(where="", what=f"No process came free in time. {limit}.", hint="ask again in some seconds.")


class _Used:
    """How many seconds each client used recently; half of it is forgotten after half a minute."""

    HALF, MOST = 30.0, 10_000

    def __init__(self) -> None:
        self._seconds: dict[str, tuple[float, float]] = {}

    def add(self, client: str, seconds: float) -> None:
        """Remember what a client used just now."""
        total = self.seconds(client) + seconds
        self._seconds.pop(client, None)
        self._seconds[client] = total, time.monotonic()
        if len(self._seconds) > self.MOST:
            del self._seconds[next(iter(self._seconds))]

    def seconds(self, client: str) -> float:
        """Return what is not forgotten yet of what a client used."""
        seconds, then = self._seconds.get(client, (0.0, 0.0))
        return seconds * 0.5 ** ((time.monotonic() - then) / self.HALF)
