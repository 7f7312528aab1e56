"""Room for the engine: its parser recurses, and a nested query of 4 kB overruns an ordinary stack."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from typing import Any, TypeVar

# As many addresses as hold any query of the longest kind (store.LONGEST), by the most that a character of one was seen to need.
STACK = 256 * 1024 * 1024

T = TypeVar("T")
_room = threading.local()


def with_room(work: Callable[[], T], needed: bool = True) -> T:
    """Do the work on a thread with a large stack, so that a nested query cannot end the process, and Ctrl-C stops any.

    Work that is already on such a thread stays there. Raises MemoryError where room is `needed` and cannot be had.
    """
    if getattr(_room, "here", False):
        return work()
    outcome: list[Any] = []

    def run() -> None:
        _room.here = True
        try:
            outcome.append((work(), None))
        except BaseException as error:
            # The engine's results may be let go on this thread only, and the frames of the error hold them.
            traceback.clear_frames(error.__traceback__)
            outcome.append((None, error))

    before = threading.stack_size(STACK)
    try:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
    except RuntimeError:
        if needed:
            raise MemoryError("no room for a thread") from None
        return work()
    finally:
        threading.stack_size(before)
    thread.join()
    result, error = outcome[0]
    if error is not None:
        raise error
    return result
