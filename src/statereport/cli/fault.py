"""The net below everything: what nobody foresaw becomes a Problem, and its traceback a file.

Needs nothing but Python, so that it also holds where a library is missing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from statereport import __version__
from statereport.errors import Fault

_PACKAGE = str(Path(__file__).parents[1])


def caught(call: Callable[[], int]) -> int:
    """The exit code that a call returns or ends with; 2, and a Fault on stderr, where it raises what nobody foresaw."""
    try:
        return call()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2 if stop.code else 0
    except KeyboardInterrupt:
        report("Stopped.")
    except BaseException as error:  # the engine's panics are no Exception
        report(str(fault_of(error)))
    return 2


def report(line: str) -> None:
    """Write a line on stderr, as far as there is one."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def fault_of(error: BaseException) -> Fault:
    """The problem that an exception is, its traceback kept in a file that only the user can read."""
    message = " ".join(_message(error).split())[:300]
    what = f"This is a fault of statereport: {type(error).__name__}{f': {message}' if message else ''}"
    path = _keep(error)
    place = f", with the traceback in {path}" if path else "; its traceback could not be written to a file"
    return Fault(where=_where(error), what=what, hint=f"please report it{place}")


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""


def _where(error: BaseException) -> str:
    """The last line of this package that was run: `sparql/engine.py:120`."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith(_PACKAGE + os.sep):
            place = f"{Path(name).relative_to(_PACKAGE).as_posix()}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _keep(error: BaseException) -> Path | None:
    """The file that holds the traceback, in the folder for temporary files; None where none can be written.

    The same fault has the same file, `statereport-fault-<sum>.txt`.
    """
    try:
        import hashlib  # what no run without a fault needs
        import platform
        import tempfile
        import traceback

        trace = "".join(traceback.format_exception(error))
        versions = f"statereport {__version__}, Python {platform.python_version()}, {platform.platform()}"
        data = f"{versions}\n\n{trace}".encode("utf-8", "backslashreplace")
        folder = tempfile.gettempdir()
        path = Path(folder) / f"statereport-fault-{hashlib.sha256(data).hexdigest()[:12]}.txt"
        try:
            path.unlink(missing_ok=True)
            # Never through a link, nor into a file that is there: anybody may write into this folder.
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError:  # another user's file has the name
            file, name = tempfile.mkstemp(".txt", "statereport-fault-", folder)
            path = Path(name)
        with os.fdopen(file, "wb") as output:
            output.write(data)
        return path
    except Exception:
        return None
