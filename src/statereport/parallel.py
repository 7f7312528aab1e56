"""Work side by side: in processes of their own, copies of this one, which share the processor's cores.

A copy starts with everything that this process has read and made, and sends back what its work returns. So nothing is
read twice, and what is done in whichever process gives the same result. A process with several threads cannot be
copied safely, and some systems cannot copy one at all: there, work is done here, one part after another.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")
# How many processes work at once; without it, as many as there are cores.
VARIABLE = "STATEREPORT_PROCESSES"
_NUMBER = 4  # bytes of the number of a task
_MOST = 1000  # tasks whose numbers fit into any pipe, which holds at least 4,096 bytes
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def processes() -> int:
    """How many processes may work at once: 1 where this one cannot be copied."""
    given = os.environ.get(VARIABLE, "")
    if given == "1" or not sys.platform.startswith("linux") or len(os.listdir("/proc/self/task")) > 1:
        return 1
    return int(given) if given.isdecimal() and int(given) else len(os.sched_getaffinity(0))


@contextmanager
def beside(task: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Do a task beside the block; where this process cannot be copied, when its result is asked for.

    Yields a function that waits for the task, and returns what it returned or raises what it raised.
    """
    if processes() < 2:
        yield task
        return
    process = _Process(lambda: [(0, *_outcome(task))])
    try:
        yield lambda: _returned({0: process.results()[0][1:]}, 1)[0]
    finally:
        process.end()


def side_by_side(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """What each of some tasks returns, in their order; those that take longest should stand first.

    Whichever process is free takes the next task. Raises what the first of the tasks that failed raised.
    """
    number = min(processes(), len(tasks))
    if number < 2:
        return [task() for task in tasks]
    if len(tasks) > _MOST:
        return [
            result for start in range(0, len(tasks), _MOST) for result in side_by_side(tasks[start : start + _MOST])
        ]
    waiting, numbers = os.pipe()
    os.write(numbers, b"".join(i.to_bytes(_NUMBER, "big") for i in range(len(tasks))))
    os.close(numbers)

    def work() -> list[tuple[int, Any, BaseException | None]]:
        done = []
        while given := os.read(waiting, _NUMBER):
            i = int.from_bytes(given, "big")
            done.append((i, *_outcome(tasks[i])))
            if done[-1][2] is not None:
                break
        return done

    started: list[_Process] = []
    try:
        started += (_Process(work) for _ in range(number))
        return _returned({i: outcome for process in started for i, *outcome in process.results()}, len(tasks))
    finally:
        os.close(waiting)
        for process in started:
            process.end()


def _outcome(task: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    try:
        return task(), None
    except Exception as fault:
        return None, fault


def _returned(outcomes: Mapping[int, Sequence[Any]], number: int) -> list[Any]:
    """The values of the tasks in their order. Raises what the first that failed raised."""
    for i in sorted(outcomes):
        if outcomes[i][1] is not None:
            raise outcomes[i][1]
    return [outcomes[i][0] for i in range(number)]


class _Process:
    """A copy of this process that does some work and ends."""

    def __init__(self, work: Callable[[], list]) -> None:
        self._reading, writing = os.pipe()
        parent = os.getpid()
        self._id = os.fork()
        if not self._id:
            os.close(self._reading)
            self._do(work, writing, parent)
        os.close(writing)

    @staticmethod
    def _do(work: Callable[[], list], writing: int, parent: int) -> NoReturn:
        code = 1
        with suppress(BaseException):
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it too, and ends its copies
            ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
            if os.getppid() == parent:
                with os.fdopen(writing, "wb") as results:
                    results.write(_packed(work()))
                code = 0
        os._exit(code)  # nothing of the parent's is flushed or closed twice

    def results(self) -> list:
        """What the work returned. Raises RuntimeError where the process was ended before."""
        with os.fdopen(self._reading, "rb", closefd=False) as results:
            data = results.read()
        if not data:
            raise RuntimeError("A process that worked beside this one was ended before its work was done.")
        return pickle.loads(data)

    def end(self) -> None:
        """End the process, if its work is not done, and forget it."""
        os.close(self._reading)
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self._id, signal.SIGKILL)
            os.waitpid(self._id, 0)


def _packed(done: list) -> bytes:
    """Results as bytes; a fault that cannot be sent is sent as its words."""
    try:
        data = pickle.dumps(done)
        pickle.loads(data)
        return data
    except Exception:
        sent = [(i, value, RuntimeError(repr(fault)) if fault else None) for i, value, fault in done]
        return pickle.dumps(sent)
