"""The zygote and the workers, as the server speaks with them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from dataclasses import dataclass

from statereport.web.serving import frames
from statereport.web.wire.http import Response


class Zygote:
    """The process that holds the site, as the server speaks with it."""

    def __init__(self, process: int, control: socket.socket) -> None:
        self.process = process
        self._control = control
        self._turn = asyncio.Lock()
        control.setblocking(False)

    async def fork(self, kind: str) -> Worker:
        """A new worker of that kind."""
        here, there = socket.socketpair()
        with there:
            here.setblocking(False)
            said = await self._say(f"fork {kind}", [there.fileno()])
        return Worker(int(said), here)

    async def reap(self, process: int) -> int:
        """How a worker ended: its exit code, or the negative number of the signal."""
        # Asked again and again: one that gives way to all others may take its time to end, and the zygote must not wait.
        while not (said := await self._say(f"reap {process}", [])).lstrip(b"-").isdigit():
            await asyncio.sleep(0.05)
        return int(said)

    async def _say(self, words: str, files: list[int]) -> bytes:
        async with self._turn:
            answer = b""
            with contextlib.suppress(OSError):
                socket.send_fds(self._control, [words.encode("ascii")], files)
                answer = await asyncio.get_running_loop().sock_recv(self._control, 64)
        if not answer:
            # Without it no worker can be replaced: end in order, and let who started the server start it again.
            os.kill(os.getpid(), signal.SIGTERM)
            raise ConnectionError("the process that holds the site has gone")
        return answer


@dataclass(eq=False)
class Worker:
    """A process that answers, and the link to it."""

    process: int
    link: socket.socket

    def used(self) -> float:
        """How many seconds of a processor it has used since it began; what is not said of a process that has gone counts as none."""
        with contextlib.suppress(OSError):
            return time.clock_gettime((~self.process << 3) | 2)  # the clock that clock_getcpuclockid(3) names
        return 0.0

    def give_way(self) -> None:
        """Let it run only when no other process wants to; where the system does not allow that, it stays as nice as it is."""
        with contextlib.suppress(OSError):
            # Thread by thread, since a policy is one thread's; the query runs on another than the first.
            for thread in os.listdir(f"/proc/{self.process}/task"):
                os.sched_setscheduler(int(thread), os.SCHED_IDLE, os.sched_param(0))

    async def ask(self, frame: bytes, most: int) -> tuple[Response, bool, str]:
        """Send a request, fetch its response. Raises EOFError where the process has gone, OverflowError where the response is too long."""
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_sendall(self.link, frame)
            lengths = frames.LENGTHS.unpack(await self._read(frames.LENGTHS.size))
            if sum(lengths) > most:
                raise OverflowError
            words = await self._read(lengths[0])
            return frames.to_response(words, await self._read(lengths[1]))
        except OSError as gone:
            raise EOFError from gone

    async def _read(self, length: int) -> bytes:
        data = bytearray(length)
        view, loop = memoryview(data), asyncio.get_running_loop()
        while view:
            count = await loop.sock_recv_into(self.link, view)
            if not count:
                raise EOFError
            view = view[count:]
        return bytes(data)
