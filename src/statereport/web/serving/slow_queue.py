"""A quick and a slow queue: every request begins with a short trial; the long ones continue where they delay no others.

In the quick queue's processes a request may use a processor for a moment. What takes longer goes on as one of the slow
queue's, whose processes get the time that no other wants; where these are all busy, it is ended, and waits to run again
from its start. So a short request waits for moments only, whatever others ask, and a long one never takes the machine
without waiting in line.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from statereport.web.serving import frames
from statereport.web.serving.log import Log
from statereport.web.serving.pool import Pool
from statereport.web.serving.processes import Zygote
from statereport.web.wire.http import Request, Response
from statereport.web.wire.limits import Limits


class QuickAndSlow:
    """The workers of one kind in two pools.

    quick, slow  how many workers each pool has
    seconds      the time that a request may take
    trial        the processor time, in seconds, that it may use in the quick pool
    """

    def __init__(
        self, zygote: Zygote, kind: str, quick: int, slow: int, seconds: float, trial: float, limits: Limits, log: Log
    ) -> None:
        self.quick = Pool(zygote, kind, quick, seconds, limits, log)
        self.slow = Pool(zygote, kind, slow, seconds, limits, log, once=True)
        self._trial, self._long = trial, _Long()

    async def start(self) -> None:
        """Fork the workers."""
        await self.quick.start()
        await self.slow.start()

    async def answer(self, request: Request, client: str, begins: Callable[[], bool] = lambda: True) -> Response:
        """Return the response of a worker: see `Pool.answer`."""
        text = hashlib.sha256(frames.of_request(request)).digest()
        if text not in self._long:
            async with self.quick.run(request, client, begins) as run:
                if await run.ends_within(self._trial):
                    return await run.response()
                self._long.add(text)
                if self.slow.adopt(run):
                    return await run.response()
            begins = lambda: True  # noqa: E731  it has begun already
        return await self.slow.answer(request, client, begins)


class _Long:
    """The requests whose trial failed recently: repeated, they get no further trials."""

    SECONDS, MOST = 300.0, 10_000

    def __init__(self) -> None:
        self._seen: dict[bytes, float] = {}

    def add(self, text: bytes) -> None:
        """Remember a request, by its digest."""
        self._seen.pop(text, None)
        self._seen[text] = time.monotonic()
        if len(self._seen) > self.MOST:
            del self._seen[next(iter(self._seen))]

    def __contains__(self, text: bytes) -> bool:
        return time.monotonic() - self._seen.get(text, -self.SECONDS) < self.SECONDS
