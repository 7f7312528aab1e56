"""A large stack for the engine: its parser recurses, and a nested query of 4 kB overruns an ordinary stack."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

# Holds any query of the longest kind (`query.LONGEST`), by the most bytes that a character of one was seen to need.
STACK = 256 * 1024 * 1024

T = TypeVar("T")
_here = threading.local()
# threading.stack_size belongs to the whole process, so only one thread at a time may change it and set it back.
_starting = threading.Lock()


def on_large_stack(work: Callable[[], T], needed: bool = True) -> T:
    """Do the work on a thread with a large stack, so that a nested query cannot end the process, and Ctrl-C stops any.

    Work that is already on such a thread stays there. Raises what the work raises, and MemoryError where a large stack
    is `needed` and cannot be had.
    """
    if getattr(_here, "large", False):
        return work()
    outcome: list[Any] = []

    def run() -> None:
        _here.large = True
        with _starting:  # until threads have an ordinary stack again: the work may start some
            pass
        try:
            outcome.append((work(), None))
        except BaseException as error:
            import traceback  # which few runs need

            # The engine's results may be let go on this thread only, and the frames of the error hold them.
            traceback.clear_frames(error.__traceback__)
            outcome.append((None, error))

    try:
        thread = _started(run)
    except RuntimeError:
        if needed:
            raise MemoryError("no memory for the stack of a thread") from None
        return work()
    thread.join()
    result, error = outcome[0]
    if error is not None:
        raise error
    return result


def _started(run: Callable[[], None]) -> threading.Thread:
    """A thread with a large stack. Raises RuntimeError where there is no memory for it."""
    thread = threading.Thread(target=run, daemon=True)
    with _starting:
        before = threading.stack_size(STACK)
        try:
            thread.start()
        finally:
            threading.stack_size(before)
    return thread
