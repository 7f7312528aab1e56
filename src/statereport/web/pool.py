"""Workers kept ready, and who gets one next.

A request is admitted before anything of it is read: a client may hold its share of the workers, what it asks beyond that
waits in a line of its own, and the lines are served in turn. So one who asks much waits for himself, not others for him.
Many who ask much together find the last free worker kept for those who have used little of late.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections import Counter, deque
from collections.abc import Callable

from statereport.errors import AnswerTooLarge, Problem, ServerBusy, TimeLimit, TooManyRequests
from statereport.web import frames, worker
from statereport.web.http import Request, Response
from statereport.web.limits import Limits
from statereport.web.processes import Worker, Zygote


class Used:
    """How many seconds of a worker each client has used of late; what was used is half forgotten after half a minute."""

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


class Pool:
    """The workers of one kind."""

    def __init__(self, zygote: Zygote, kind: str, size: int, limits: Limits, log: Callable[[dict], None]) -> None:
        public = kind == worker.PUBLIC
        self.kind, self.size = kind, size
        # One worker is left for others, where there is more than one.
        self.share = min(limits.share, max(1, size - 1)) if public else max(1, size - 1)
        self.seconds = {worker.PUBLIC: limits.seconds, worker.OWN: limits.own_seconds, worker.DRAWING: limits.drawing_seconds}[kind]
        self.most = (limits.answer_bytes if public else limits.own_answer_bytes) + 65_536
        self.replaced: Counter[str] = Counter()
        self._zygote, self._limits, self._log = zygote, limits, log
        self._free: deque[Worker] = deque()
        self._busy: set[Worker | asyncio.Task] = set()
        self._running: Counter[str] = Counter()
        self._lines: dict[str, deque[asyncio.Future[Worker]]] = {}
        self._used = Used(limits.light_seconds)

    async def start(self) -> None:
        """Fork the workers."""
        for _ in range(self.size):
            self._free.append(await self._zygote.fork(self.kind))

    def state(self) -> dict[str, int]:
        """How many workers there are, and what they do; `free` and `busy` are together `size`, or the pool has lost one."""
        return {
            "size": self.size,
            "free": len(self._free),
            "busy": len(self._busy),
            "waiting": sum(map(len, self._lines.values())),
        }

    async def answer(self, request: Request, client: str) -> Response:
        """The response of a worker. Raises the Problem of the limit that was met; a cancelled request ends its worker."""
        mine = await self._admitted(client)
        left: Worker | None = mine
        reason, start = "", time.monotonic()
        try:
            async with asyncio.timeout(self.seconds):
                response, retire, fault = await mine.ask(frames.of_request(request), self.most)
            if fault:
                self._log({"event": "fault", "path": request.path[:200], "fault": fault})
            if retire:
                left, reason = None, "retired"
            return response
        except TimeoutError:
            left, reason = None, "time"
            raise self._too_long() from None
        except OverflowError:
            left, reason = None, "answer"
            raise self._too_large() from None
        except EOFError:
            left, reason = None, "ended"
            return worker.memory_problem(request.header("accept"))
        except asyncio.CancelledError:
            left, reason = None, "cancelled"
            raise
        finally:
            self._used.add(client, time.monotonic() - start)
            self._running[client] -= 1
            if not self._running[client]:
                del self._running[client]
            self._busy.discard(mine)
            if left is None:
                self._replace(mine, reason)
            else:
                self._free.append(left)
                self._serve()

    async def _admitted(self, client: str) -> Worker:
        line = self._lines.get(client, ())
        if len(line) >= self._limits.waiting_for_one:
            raise TooManyRequests(
                where=client,
                what=f"{len(line)} requests from this address wait already. {self._limits.sentence('waiting_for_one')}.",
                mend="wait for their answers before you ask more.",
            )
        if sum(map(len, self._lines.values())) >= self._limits.waiting:
            raise ServerBusy(where="", what=f"The line is full. {self._limits.sentence('waiting')}.", mend="ask again in some seconds.")
        turn: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(client, deque()).append(turn)
        self._serve()
        try:
            async with asyncio.timeout(self._limits.seconds_in_line):
                return await turn
        except (TimeoutError, asyncio.CancelledError) as stop:
            self._leave(client, turn)
            if isinstance(stop, TimeoutError):
                what = f"No process came free in time. {self._limits.sentence('seconds_in_line')}."
                raise ServerBusy(where="", what=what, mend="ask again in some seconds.") from None
            raise

    def _leave(self, client: str, turn: asyncio.Future[Worker]) -> None:
        """Leave the line; a worker that was given in this very moment goes back."""
        if turn.done() and not turn.cancelled():
            mine = turn.result()
            self._busy.discard(mine)
            self._running[client] -= 1
            self._free.append(mine)
        with contextlib.suppress(KeyError, ValueError):
            self._lines[client].remove(turn)
            if not self._lines[client]:
                del self._lines[client]
        self._serve()

    def _serve(self) -> None:
        """Give free workers to the lines in turn: none to a client that has its share, the last to one that used little."""
        while self._free:
            last = len(self._free) == 1 < self.size
            client = next((c for c in self._lines if self._running[c] < self.share and not (last and self._used.much(c))), None)
            if client is None:
                return
            line = self._lines.pop(client)
            turn = line.popleft()
            if line:
                self._lines[client] = line  # at the end: the others come first now
            if not turn.cancelled():
                mine = self._free.popleft()
                self._busy.add(mine)
                self._running[client] += 1
                turn.set_result(mine)

    def _replace(self, old: Worker, reason: str) -> None:
        """End a worker and put a fresh one in its place; the place counts as busy until then."""
        self.replaced[reason] += 1
        with contextlib.suppress(ProcessLookupError):
            os.kill(old.process, signal.SIGKILL)
        task = asyncio.get_running_loop().create_task(self._fresh(old))
        self._busy.add(task)  # kept, or the collector would take the task and the pool would shrink

    async def _fresh(self, old: Worker) -> None:
        new = await self._zygote.fork(self.kind)
        self._busy.discard(asyncio.current_task())
        self._free.append(new)
        self._serve()
        with old.link, contextlib.suppress(OSError):
            # The link ends when the process has given its memory back: only then does waiting for it take no time.
            while await asyncio.get_running_loop().sock_recv(old.link, 65_536):
                pass
        status = await self._zygote.reap(old.process)
        self._log({"event": "worker", "kind": self.kind, "process": old.process, "ended": status})

    def _too_long(self) -> Problem:
        return TimeLimit(
            where="picture" if self.kind == worker.DRAWING else "query",
            what=f"The answer was given up after {self.seconds:g} s, which is the limit.",
            mend=(
                "fetch the chart's specification, its address ending in .vl.json, or ask again."
                if self.kind == worker.DRAWING
                else "make the question smaller: bind more, share variables between patterns, use LIMIT."
            ),
        )

    def _too_large(self) -> Problem:
        return AnswerTooLarge(
            where="query",
            what=f"The answer is longer than {(self.most - 65_536) >> 20} MiB, which is the limit; nothing of it was sent.",
            mend="use LIMIT, or fetch the whole graph as a file.",
        )
