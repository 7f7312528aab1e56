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
from statereport.web.serving.fair_queue import Places
from statereport.web.serving.processes import Worker, Zygote
from statereport.web.wire.http import Request, Response
from statereport.web.wire.limits import Limits


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
        """Wait until it ends, or has used so many seconds of a processor; → whether it ended. It counts as a failed trial otherwise."""
        late = self.start + self.pool.seconds
        while (
            not self._job.done() and (left := self._used + seconds - self.worker.used()) > 0 and time.monotonic() < late
        ):
            await asyncio.wait((self._job,), timeout=max(left, 0.005))
        self.fate = self.fate if self._job.done() else "trial"
        return self._job.done()

    async def response(self) -> Response:
        """The response, if it comes in the time of its pool. Raises TimeLimit (the request runs on), AnswerTooLarge or DrawingFailed."""
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
            response, retire, fault = self._job.result()
        except OverflowError:
            self.fate = "answer"
            raise AnswerTooLarge(
                where="query",
                what=f"The answer is longer than {(self.pool.most - 65_536) >> 20} MiB, which is the limit; nothing of it was sent.",
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
        self.fate = "retired" if retire else ""
        if fault:
            self.pool.log({"event": "fault", "path": self._request.path[:200], "fault": fault})
        return response

    def stop(self) -> None:
        """Wait for it no more."""
        if not self._job.cancel() and not self._job.cancelled():
            self._job.exception()  # seen, or the loop would report it


class Pool:
    """The workers of one kind, and the seconds that a request may take in one. With `once`, a worker runs one request, after all others on the machine, and ends."""

    def __init__(
        self,
        zygote: Zygote,
        kind: str,
        size: int,
        seconds: float,
        limits: Limits,
        log: Callable[[dict], None],
        once: bool = False,
    ) -> None:
        self.kind, self.places, self.seconds = kind, Places(size, limits), seconds
        self.most = (limits.answer_bytes if kind == worker.PUBLIC else limits.own_answer_bytes) + 65_536
        self.replaced: Counter[str] = Counter()
        self.log = log
        self._zygote, self._once = zygote, once
        self._free: deque[Worker] = deque()
        self._busy: set[Worker] = set()
        # Kept, or the collector would take a task and the pool would shrink.
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Fork the workers."""
        for _ in range(self.places.size):
            self._free.append(await self._zygote.fork(self.kind))

    def state(self) -> dict[str, int]:
        """How many workers there are, and what they do; `free` and `busy` are together `size`, or the pool has lost one."""
        return {
            "size": self.places.size,
            "free": len(self._free),
            "busy": len(self._busy),
            "waiting": self.places.waiting(),
        }

    async def answer(self, request: Request, client: str) -> Response:
        """The response of a worker. Raises the Problem of the limit that was met; a cancelled request ends its worker."""
        async with self.run(request, client) as run:
            return await run.response()

    @contextlib.asynccontextmanager
    async def run(self, request: Request, client: str) -> AsyncIterator[Run]:
        """The request, begun in a worker when it is its client's turn; left before its response is there, it is ended."""
        await self.places.take(client)
        run = Run(self, self._free.popleft(), request, client)
        self._hold(run)
        try:
            yield run
        finally:
            run.stop()
            run.pool._end(run)

    def adopt(self, run: Run) -> bool:
        """Let a run of another pool go on in this one, and give that pool a fresh worker for it; → False where no place is free."""
        if not self.places.take_now(run.client):
            return False
        run.pool._release(run, self._free.popleft())
        run.pool, run.fate = self, "cancelled"
        self._hold(run)
        return True

    def _hold(self, run: Run) -> None:
        self._busy.add(run.worker)
        if self._once:
            run.worker.give_way()

    def _release(self, run: Run, instead: Worker) -> None:
        self._busy.discard(run.worker)
        self._free.append(instead)
        self.places.give(run.client, time.monotonic() - run.start)

    def _end(self, run: Run) -> None:
        reason = run.fate or ("answered" if self._once else "")
        if not reason:
            self._release(run, run.worker)
            return
        self.replaced[reason] += 1
        with contextlib.suppress(ProcessLookupError):
            os.kill(run.worker.process, signal.SIGKILL)
        task = asyncio.get_running_loop().create_task(self._replace(run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _replace(self, run: Run) -> None:
        """Put a fresh worker in the place of one that was ended; the place is free when the memory of the old one is."""
        old = run.worker
        with old.link, contextlib.suppress(OSError):
            # The link ends after the memory was given back.
            while await asyncio.get_running_loop().sock_recv(old.link, 65_536):
                pass
        self._release(run, await self._zygote.fork(self.kind))
        status = await self._zygote.reap(old.process)
        self.log({"event": "worker", "kind": self.kind, "process": old.process, "ended": status})
