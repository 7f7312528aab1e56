"""The processes that answer: a zygote that holds the site and forks, and workers that answer one request after another.

A query of 4 kB can end the engine's process, and nothing but the end of its process can stop a long one. So every
answer is made in a process that may be ended at any moment, forked from one that has read everything and never answers
(the zygote, as such a process is called). Having no threads, the zygote can be forked; having no files to open, a
worker cannot reach another server: SERVICE ends at the kernel. Where the graph itself is on another server
(`serve --store`), workers run no query themselves, and may open the connections that ask it.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import resource
import signal
import socket
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from statereport.errors import MemoryLimit, PlatformRefused, ServerFault
from statereport.sparql import diagnose, renderings, stack
from statereport.web.serving import drawing, frames
from statereport.web.serving.log import kind_of
from statereport.web.wire import problems
from statereport.web.wire.http import Request, Response
from statereport.web.wire.limits import MIB, Limits

OWN, PUBLIC, DRAWING = "own", "public", "drawing"
Answer = Callable[[Any, Request], Response]

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _M_ARENA_MAX = 1, 38, -8
# What is imported only when it is needed: a worker opens no file, so it has all of it from the start.
_NEEDED_LATER = (diagnose, renderings)
# What a worker may keep of the memory that an answer took; more, and a fresh process takes its place.
_KEPT = 48 * MIB


def start(
    site: Any, answer: Answer, limits: Limits, first: Iterable[Request] = (), files: int = 0
) -> tuple[int, socket.socket]:
    """Fork the zygote. Return its process, and the socket over which it takes commands (see `serve_forks`).

    The zygote first makes the answers to the `first` requests: what they load, no worker has to open a file for. A
    worker may have so many `files` open; none, unless its site is on another server. Raises PlatformRefused where there
    is no fork, and RuntimeError where this process has threads, which a fork would lose.
    """
    if not hasattr(os, "fork") or not os.path.exists("/proc/self/statm"):
        raise PlatformRefused(
            where="", what="This system has no /proc and fork as Linux has them.", hint="run the server on Linux."
        )
    _refuse_threads()
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    parent = os.getpid()
    gc.collect()
    gc.freeze()
    ctypes.CDLL(None).malloc_trim(0)  # reading has left behind as much again as the site takes
    process = os.fork()
    if process:
        there.close()
        return process, here
    try:
        _die_with(parent)
        os.closerange(3, there.fileno())
        os.closerange(there.fileno() + 1, 4_096)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for request in first:
            _outcome(site, answer, request)
        _refuse_threads()
        gc.collect()
        gc.freeze()
        serve_forks(site, answer, limits, there, files)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def serve_forks(site: Any, answer: Answer, limits: Limits, control: socket.socket, files: int = 0) -> None:
    """Obey the server until it goes.

    `fork KIND` comes with a socket, for the new worker; the reply is the worker's process, or `failed` where the system
    has no process to give. `reap PROCESS` is replied with how a process ended, or `runs`.
    """
    zygote = os.getpid()
    while True:
        words, given, _, _ = socket.recv_fds(control, 64, 1)
        if not words:
            return
        verb, argument = words.decode("ascii").split()
        if verb == "reap":
            ended, status = os.waitpid(int(argument), os.WNOHANG)
            control.send(str(os.waitstatus_to_exitcode(status)).encode() if ended else b"runs")
            continue
        if not given:
            control.send(b"failed")
            continue
        try:
            process = os.fork()
        except OSError:
            process = -1
        if not process:
            with contextlib.suppress(BaseException):
                control.close()
                _die_with(zygote)
                _work(site, answer, limits, socket.socket(fileno=given[0]), argument, files)
            os._exit(0)
        os.close(given[0])
        control.send(str(process).encode() if process > 0 else b"failed")


def _work(site: Any, answer: Answer, limits: Limits, link: socket.socket, kind: str, files: int) -> None:
    """Be a worker: on a large stack, without a file to open beyond so many, until the server closes the link."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if kind == DRAWING:
        _become_the_one_that_draws(link)
    if kind == PUBLIC:
        os.nice(10)
    memory = _Memory()
    _close_all_but(link.fileno(), memory.file)
    library = ctypes.CDLL(None)
    library.mallopt(_M_ARENA_MAX, 1)  # one arena: a second one would reserve addresses that nobody uses
    library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for what, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, files)):
        resource.setrlimit(what, (most, most))
    stack.on_large_stack(lambda: _answer_all(site, answer, limits, link, memory))


def _become_the_one_that_draws(link: socket.socket) -> None:
    """Be a fresh interpreter, without site and files, that draws what comes over the link: see `drawing`."""
    _close_all_but(link.fileno())
    ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    os.nice(5)
    drawing.begin(link)


def _answer_all(site: Any, answer: Answer, limits: Limits, link: socket.socket, memory: _Memory) -> None:
    addresses, resident = memory.used()
    limit = addresses + limits.memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for job in range(1, limits.jobs + 1):
        lengths = frames.read(link, frames.LENGTHS.size)
        if not lengths:
            return
        words, body = (frames.read(link, length) for length in frames.LENGTHS.unpack(lengths))
        outcome = _outcome(site, answer, frames.to_request(words, body))
        if job == limits.jobs or memory.used()[1] - resident > _KEPT:
            outcome = replace(outcome, retire=True)
        link.sendall(frames.of_response(outcome))
        if outcome.retire:
            return


def _outcome(site: Any, answer: Answer, request: Request) -> frames.Outcome:
    """What becomes of a request, whatever happens.

    An exception leaves the process as it was, so the process goes on; after a panic of the engine, which is no
    Exception, and after a lack of memory it ends.
    """
    accept = request.header("accept")
    try:
        return frames.Outcome(answer(site, request))
    except MemoryError:
        return frames.Outcome(memory_problem(accept), retire=True)
    except BaseException as fault:
        text = "".join(traceback.format_exception(fault))
        return frames.Outcome(fault_response(request), not isinstance(fault, Exception), kind_of(fault), text)


def fault_response(request: Request) -> Response:
    """Return the response to a request where something unforeseen happened."""
    problem = ServerFault(
        where=request.path[:200],
        what="This is a fault of statereport: something happened that was not foreseen.",
        hint="please report it, with the address that was asked.",
    )
    return problems.response(problem, request.header("accept"))


def memory_problem(accept: str) -> Response:
    """Return the response where an answer did not fit into the memory that it may take."""
    problem = MemoryLimit(
        where="query",
        what="The answer needed more memory than one may take, or more than the engine could hold.",
        hint="make the question smaller: bind more, sort and group less, use LIMIT.",
    )
    return problems.response(problem, accept, limit="memory")


def _close_all_but(*kept: int) -> None:
    """Close every other file; the three standard ones lead to nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    start = 3
    for number in sorted(kept):
        os.closerange(start, number)
        start = number + 1
    os.closerange(start, 4_096)


def _die_with(parent: int) -> None:
    """End when the parent ends, however it ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def _refuse_threads() -> None:
    """Raise RuntimeError where this process has several threads. Joined threads may linger briefly in /proc."""
    for _ in range(100):
        if len(os.listdir("/proc/self/task")) == 1:
            return
        time.sleep(0.01)
    raise RuntimeError("a process with threads cannot be forked safely")


class _Memory:
    """What this process uses, read from a file that is opened before files are forbidden."""

    def __init__(self) -> None:
        self.file = os.open("/proc/self/statm", os.O_RDONLY)

    def used(self) -> tuple[int, int]:
        """Bytes of addresses, and of memory."""
        addresses, resident, *_ = os.pread(self.file, 200, 0).split()
        return int(addresses) * resource.getpagesize(), int(resident) * resource.getpagesize()
