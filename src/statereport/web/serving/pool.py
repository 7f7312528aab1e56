"""Workers of one kind kept ready, and a fresh one in the place of each that must end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable

from statereport.errors import AnswerTooLarge, DrawingFailed, TimeLimit
from statereport.web.serving import frames, worker
from statereport.web.serving.fair_queue import FairQueue
from statereport.web.serving.log import Log
from statereport.web.serving.processes import Worker, Zygote
from statereport.web.wire.http import Request, Response
from statereport.web.wire.limits import Limits

# Seconds between tries to fork a worker, at most, and after which the server ends because none could be forked.
PAUSE, PATIENCE = 2.0, 60.0
# Why a worker is replaced where nothing is wrong with it.
ORDINARY = ("answered", "retired", "trial")
# Seconds for which a worker may be missing before `/health` reports it: replacing one takes some milliseconds.
MISSING = 5.0


class AlreadyMade(Exception):
    """While a request waited, its answer was made, or began to be made, for another."""


class Run:
    """A request in a worker, which may be waited for in several steps."""

    def __init__(self, pool: Pool, mine: Worker, request: Request, client: str) -> None:
        self.pool, self.worker, self.client = pool, mine, client
        self.start, self._used = time.monotonic(), mine.used()
        # Why its worker must end, where it must.
        self.fate = "cancelled"
        self._request = request
        self._job = asyncio.create_task(mine.ask(frames.of_request(request), pool.most))

    async def ends_within(self, seconds: float) -> bool:
        """Wait until it ends or has used so many seconds of a processor, and return whether it ended.

        Where it did not, and is left now, it counts as a failed trial.
        """
        late = self.start + self.pool.seconds
        while (
            not self._job.done() and (left := self._used + seconds - self.worker.used()) > 0 and time.monotonic() < late
        ):
            await asyncio.wait((self._job,), timeout=max(left, 0.005))
        self.fate = self.fate if self._job.done() else "trial"
        return self._job.done()

    async def response(self) -> Response:
        """Return the response, if it comes in the time of its pool.

        Raises TimeLimit (the request runs on), AnswerTooLarge or DrawingFailed.
        """
        seconds = self.pool.seconds
        if not self._job.done():
            await asyncio.wait((self._job,), timeout=self.start + seconds - time.monotonic())
        if not self._job.done():
            self.fate = "time"
            drawing = self.pool.kind == worker.DRAWING
            raise TimeLimit(
                where="picture" if drawing else "query",
                what=f"The answer was given up after {seconds:g} s, which is the limit.",
                hint=(
                    "fetch the chart's specification, its address ending in .vl.json, or ask again."
                    if drawing
                    else "make the question smaller: bind more, share variables between patterns, use LIMIT."
                ),
            )
        try:
            outcome = self._job.result()
        except OverflowError:
            self.fate = "answer"
            limit = f"{(self.pool.most - 65_536) >> 20} MiB"
            raise AnswerTooLarge(
                where="query",
                what=f"The answer is longer than {limit}, which is the limit; nothing of it was sent.",
                hint="use LIMIT, or fetch the whole graph as a file.",
            ) from None
        except EOFError:
            self.fate = "ended"
            if self.pool.kind == worker.DRAWING:
                raise DrawingFailed(
                    where=self._request.path,
                    what="The process that draws came to an end.",
                    hint="ask again; another takes its place.",
                ) from None
            return worker.memory_problem(self._request.header("accept"))
        self.fate = "retired" if outcome.retire else ""
        if outcome.kind:
            self.pool.log.fault(outcome.kind, outcome.fault, path=self._request.path[:200])
        return outcome.response

    def seconds(self) -> float:
        """Return what it has used: seconds of a processor, or of a worker where that gives way to all others."""
        if self.pool.once:
            return time.monotonic() - self.start
        return max(0.0, self.worker.used() - self._used)

    def stop(self) -> None:
        """Wait for it no more."""
        if not self._job.cancel() and not self._job.cancelled():
            self._job.exception()  # seen, or the loop would report it


class Pool:
    """The workers of one kind.

    kind     what they answer: see `worker`
    seconds  the time that a request may take
    once     whether a worker runs one request, after all others on the machine, and ends
    """

    def __init__(
        self, zygote: Zygote, kind: str, size: int, seconds: float, limits: Limits, log: Log, once: bool = False
    ) -> None:
        self.kind, self.queue, self.seconds = kind, FairQueue(size, limits), seconds
        self.most = (limits.answer_bytes if kind == worker.PUBLIC else limits.own_answer_bytes) + 65_536
        self.replaced: Counter[str] = Counter()
        self.log = log
        self._zygote, self.once = zygote, once
        self._free: deque[Worker] = deque()
        self._busy: set[Worker] = set()
        # Workers that have ended and are being replaced, with the moment of their end.
        self._ended: dict[Worker, float] = {}
        # Kept, or the collector would take a task and the pool would shrink.
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Fork the workers."""
        for _ in range(self.queue.size):
            self._free.append(await self._zygote.fork(self.kind))

    def state(self) -> dict[str, int]:
        """Return how many workers there are to be, how many processes run, and what they do."""
        return {
            "size": self.queue.size,
            "alive": sum(each.alive() for each in (*self._free, *self._busy)),
            "free": len(self._free),
            "busy": len(self._busy) + len(self._ended),
            "waiting": self.queue.waiting(),
        }

    def whole(self) -> bool:
        """Return whether every worker runs, or has ended only just now."""
        long_ago = time.monotonic() - MISSING
        return len(self._free) + len(self._busy) + len(self._ended) == self.queue.size and all(
            moment > long_ago for moment in self._ended.values()
        )

    def look_after(self) -> None:
        """Replace the workers that have ended while they had nothing to do."""
        for each in [each for each in self._free if not each.alive()]:
            self._free.remove(each)
            self.queue.remove()
            self._replace(each, "ended", self.queue.add)

    async def answer(self, request: Request, client: str, begins: Callable[[], bool] = lambda: True) -> Response:
        """Return the response of a worker. A cancelled request ends its worker.

        `begins` is called when its turn has come; where it returns False, AlreadyMade is raised. Raises the Problem of
        the limit that was met.
        """
        async with self.run(request, client, begins) as run:
            return await run.response()

    @contextlib.asynccontextmanager
    async def run(self, request: Request, client: str, begins: Callable[[], bool] = lambda: True) -> AsyncIterator[Run]:
        """The request, begun in a worker in its client's turn; left before its response is there, it is ended."""
        mine = await self._taken(client)
        if not begins():
            self._free.appendleft(mine)
            self.queue.give(client, 0)
            raise AlreadyMade
        run = Run(self, mine, request, client)
        self._hold(run)
        try:
            yield run
        finally:
            run.stop()
            run.pool._end(run)

    def adopt(self, run: Run) -> bool:
        """Let a run of another pool go on here, and give that pool a worker for it; False where none is free."""
        if not self.queue.take_now(run.client):
            return False
        run.pool._release(run, self._free.popleft())
        run.pool, run.fate = self, "cancelled"
        self._hold(run)
        return True

    async def _taken(self, client: str) -> Worker:
        """A free worker that runs, when it is the client's turn."""
        while True:
            await self.queue.take(client)
            mine = self._free.popleft()
            if mine.alive():
                return mine
            self._replace(mine, "ended", lambda: self.queue.give(client, 0))

    def _hold(self, run: Run) -> None:
        self._busy.add(run.worker)
        if self.once:
            run.worker.give_way()

    def _release(self, run: Run, instead: Worker) -> None:
        """Have a worker free again, the run's own or another, and its client's turn at an end."""
        self._busy.discard(run.worker)
        self._free.append(instead)
        self.queue.give(run.client, run.seconds())

    def _end(self, run: Run) -> None:
        reason = run.fate or ("answered" if self.once else "")
        if not reason:
            self._release(run, run.worker)
            return
        self._busy.discard(run.worker)
        used = run.seconds()
        self._replace(run.worker, reason, lambda: self.queue.give(run.client, used))

    def _replace(self, old: Worker, reason: str, free: Callable[[], None]) -> None:
        """End a worker and put a fresh one in its place; `free` is called when that is there."""
        self.replaced[reason] += 1
        self._ended[old] = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            os.kill(old.process, signal.SIGKILL)
        task = asyncio.get_running_loop().create_task(self._fresh(old, reason, free))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fresh(self, old: Worker, reason: str, free: Callable[[], None]) -> None:
        """Fork a worker when the memory of the old one has been given back, however long that takes."""
        with old.link, contextlib.suppress(OSError):
            # The link ends after the memory was given back.
            while await asyncio.get_running_loop().sock_recv(old.link, 65_536):
                pass
        with contextlib.suppress(ConnectionError):  # without the zygote the server ends
            fresh = await self._forked()
            del self._ended[old]
            self._free.append(fresh)
            free()
            status = await self._zygote.reap(old.process)
            if reason not in ORDINARY:
                self.log({"event": "worker", "kind": self.kind, "process": old.process, "why": reason, "ended": status})

    async def _forked(self) -> Worker:
        """A fresh worker. Where the system has none to give it is asked again, and after a minute the server ends."""
        start, pause = time.monotonic(), 0.05
        while True:
            try:
                return await self._zygote.fork(self.kind)
            except ConnectionError:
                raise
            except OSError as error:
                self.log.fault(f"no worker: {error}", f"No worker could be forked: {error}. It is tried again.")
                if time.monotonic() - start > PATIENCE:
                    self._zygote.end_server()
                await asyncio.sleep(pause)
                pause = min(PAUSE, 2 * pause)
