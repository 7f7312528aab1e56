"""The log: one line of JSON for each event, however much happens never more than an operator can keep.

A client that asks without end writes a few lines a second, and all clients together a bounded number; the rest is
counted. A fault is written with its traceback once an hour for each kind.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

# Lines a second that one client may cause, and that are written in all; ten times as many at once after a pause.
OF_ONE, OF_ALL = 5, 50
# Seconds between the lines that count what was not written, and for which a kind of fault is not written again.
COUNTED, REPEATED = 10, 3_600
# Clients and kinds of faults that are remembered.
_MOST = 1_000


class Log:
    """Takes entries (dictionaries with an `event`) and hands on those that are written."""

    def __init__(
        self,
        write: Callable[[dict], None] | None = None,
        requests: bool = True,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write, self._requests, self._now = write or on_stderr, requests, now
        self._all = _Budget(OF_ALL, now())
        self._of: dict[str, _Budget] = {}
        self._dropped: Counter[str] = Counter()
        self._counted = now()
        self._faults: dict[str, tuple[float, int]] = {}

    def __call__(self, entry: dict) -> None:
        """Write an entry, or count it where its client or all clients have written much."""
        if not self._requests and entry["event"] in ("request", "connection"):
            return
        moment, cause = self._now(), str(entry.get("client", ""))
        budget = self._of.pop(cause, None) or _Budget(OF_ONE, moment)
        self._of[cause] = budget
        if len(self._of) > _MOST:
            del self._of[next(iter(self._of))]
        if budget.spend(moment) and self._all.spend(moment):
            self._write(entry)
        else:
            self._dropped[entry["event"]] += 1
        self._count(moment)

    def fault(self, kind: str, text: str, **more: object) -> None:
        """Write a fault of statereport with its traceback, once an hour for each kind; `times` counts the others."""
        moment = self._now()
        last, times = self._faults.get(kind, (-float(REPEATED), 0))
        if moment - last < REPEATED:
            self._faults[kind] = (last, times + 1)
            return
        self._faults.pop(kind, None)
        self._faults[kind] = (moment, 1)
        if len(self._faults) > _MOST:
            del self._faults[next(iter(self._faults))]
        before = {"times": times} if times else {}
        self._write({"event": "fault", "kind": kind, **more, **before, "fault": text})

    def _count(self, moment: float) -> None:
        """Write how much was not written, at most once in ten seconds."""
        if self._dropped and moment - self._counted > COUNTED:
            self._write({"event": "not written", "seconds": round(moment - self._counted), **self._dropped})
            self._dropped.clear()
        if not self._dropped:
            self._counted = moment


class _Budget:
    """So many lines a second, and ten times as many at once after a pause."""

    def __init__(self, rate: float, moment: float) -> None:
        self._rate, self._left, self._then = rate, 10.0 * rate, moment

    def spend(self, moment: float) -> bool:
        self._left = min(10.0 * self._rate, self._left + (moment - self._then) * self._rate)
        self._then = moment
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Handler(logging.Handler):
    """What a library logs, in the same form: as a fault, so that what repeats itself is written once an hour."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        fault = record.exc_info[1] if record.exc_info else None
        kind = kind_of(fault) if fault else re.sub(r"0x[0-9a-f]+|[0-9]+", "#", record.getMessage().partition("\n")[0])
        self._log.fault(f"{record.name}: {kind[:200]}", logging.Formatter().format(record))


def kind_of(fault: BaseException) -> str:
    """Return what makes two faults the same: the type of the exception and the line of the program that raised it."""
    frames = traceback.extract_tb(fault.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(fault).__name__}{place}"


def on_stderr(entry: dict) -> None:
    """Write an entry as a line on stderr."""
    with contextlib.suppress(OSError):
        sys.stderr.write(line(entry))


def line(entry: dict) -> str:
    """Return an entry as a line, with its time (UTC)."""
    moment = time.time()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + f".{int(moment % 1 * 1000):03d}Z"
    return json.dumps({"time": stamp, **entry}) + "\n"
