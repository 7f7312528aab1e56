"""Two lanes for the queries of clients: every query begins with a short trial, and the long ones go on where they harm nobody.

In the quick lane a query may use a processor for a moment. What takes longer goes on in the slow lane, whose processes get the time
that no other wants; where that is full, it is ended, and waits for a place to run again from its start. So a short query
waits for moments only, whatever others ask, and a long one never waits for the machine without waiting in line.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from statereport.web.serving import frames, worker
from statereport.web.serving.pool import Pool
from statereport.web.serving.processes import Zygote
from statereport.web.wire.http import Request, Response
from statereport.web.wire.limits import Limits


class Lanes:
    """The workers for the queries of clients."""

    def __init__(self, zygote: Zygote, quick: int, slow: int, limits: Limits, log: Callable[[dict], None]) -> None:
        self.quick = Pool(zygote, worker.PUBLIC, quick, limits.seconds, limits, log)
        self.slow = Pool(zygote, worker.PUBLIC, slow, limits.seconds, limits, log, once=True)
        self._trial, self._long = limits.trial_seconds, _Long()

    async def start(self) -> None:
        """Fork the workers."""
        await self.quick.start()
        await self.slow.start()

    async def answer(self, request: Request, client: str) -> Response:
        """The response of a worker. Raises the Problem of the limit that was met; a cancelled request ends its worker."""
        text = hashlib.sha256(frames.of_request(request)).digest()
        if text not in self._long:
            async with self.quick.run(request, client) as run:
                if await run.ends_within(self._trial):
                    return await run.response()
                self._long.add(text)
                if self.slow.adopt(run):
                    return await run.response()
        return await self.slow.answer(request, client)


class _Long:
    """The queries whose trial did not end of late: one who repeats them gets no further trials."""

    SECONDS, MOST = 300.0, 10_000

    def __init__(self) -> None:
        self._seen: dict[bytes, float] = {}

    def add(self, text: bytes) -> None:
        """Remember a query, by its digest."""
        self._seen.pop(text, None)
        self._seen[text] = time.monotonic()
        if len(self._seen) > self.MOST:
            del self._seen[next(iter(self._seen))]

    def __contains__(self, text: bytes) -> bool:
        return time.monotonic() - self._seen.get(text, -self.SECONDS) < self.SECONDS
