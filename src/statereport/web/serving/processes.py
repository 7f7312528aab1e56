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


class Zygote:
    """The process that holds the site and forks the workers."""

    def __init__(self, process: int, control: socket.socket) -> None:
        self.process = process
        self._control = control
        self._turn = asyncio.Lock()
        control.setblocking(False)

    async def fork(self, kind: str) -> Worker:
        """Return a new worker of that kind.

        Raises OSError where the system has no process or no open file to give, and ConnectionError, which is one, where
        the zygote has gone.
        """
        here, there = socket.socketpair()
        try:
            with there:
                here.setblocking(False)
                reply = await self._command(f"fork {kind}", [there.fileno()])
            if reply == b"failed":
                raise OSError("no process could be forked")
        except BaseException:
            here.close()
            raise
        return Worker(int(reply), here)

    async def reap(self, process: int) -> int:
        """Return how a worker ended: its exit code, or the negative number of the signal."""
        # Asked repeatedly: a process that gives way to all others may take long to end, and the zygote must not wait.
        while not (reply := await self._command(f"reap {process}", [])).lstrip(b"-").isdigit():
            await asyncio.sleep(0.05)
        return int(reply)

    def alive(self) -> bool:
        """Return whether the zygote runs."""
        return _open(self._control)

    def end_server(self) -> None:
        """End the server in order: without a zygote no worker can be replaced. The service manager starts it again."""
        os.kill(os.getpid(), signal.SIGTERM)

    async def _command(self, words: str, files: list[int]) -> bytes:
        async with self._turn:
            reply = b""
            with contextlib.suppress(BrokenPipeError, ConnectionError):
                socket.send_fds(self._control, [words.encode("ascii")], files)
                reply = await asyncio.get_running_loop().sock_recv(self._control, 64)
        if not reply:
            self.end_server()
            raise ConnectionError("the process that holds the site has gone")
        return reply


@dataclass(eq=False)
class Worker:
    """A process that answers, and the link to it."""

    process: int
    link: socket.socket

    def used(self) -> float:
        """Return the processor time, in seconds, that it has used since it began; 0 for a process that has gone."""
        with contextlib.suppress(OSError):
            return time.clock_gettime((~self.process << 3) | 2)  # the clock that clock_getcpuclockid(3) names
        return 0.0

    def alive(self) -> bool:
        """Return whether the process runs, as far as its link shows."""
        return _open(self.link)

    def give_way(self) -> None:
        """Let it run only when no other process wants to; where that is not allowed, it stays as nice as it is."""
        with contextlib.suppress(OSError):
            # Thread by thread, since a policy is one thread's; the query runs on another than the first.
            for thread in os.listdir(f"/proc/{self.process}/task"):
                os.sched_setscheduler(int(thread), os.SCHED_IDLE, os.sched_param(0))

    async def ask(self, frame: bytes, most: int) -> frames.Outcome:
        """Send a request, return what becomes of it.

        Raises EOFError where the process has gone, OverflowError where the response has more than `most` bytes.
        """
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


def _open(link: socket.socket) -> bool:
    """Whether the process at the other end of a link has not closed it, as its end does."""
    try:
        return link.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
