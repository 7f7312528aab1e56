"""How the command line prints and ends: two streams, three exit codes, and never a traceback."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from statereport.cli import fault
from statereport.errors import DiskFull, MemoryLimit, OutputClosed, Problem, visible

if TYPE_CHECKING:
    import click

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Stop(Exception):
    """The end of a command with an exit code, after a message on stderr, if there is one."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(code, message)
        self.code, self.message = code, message


def run(command: click.Command, args: list[str] | None = None) -> int:
    """Run a command, report what goes wrong on stderr, and return the exit code."""
    return ended(lambda: _invoke(command, args))


def ended(work: Callable[[], object]) -> int:
    """Do what a command does, report what goes wrong on stderr, and return the exit code."""
    return fault.caught(lambda: _ended(work))


def _invoke(command: click.Command, args: list[str] | None) -> None:
    import click  # which a plain question needs not

    if "_STATEREPORT_COMPLETE" in os.environ:
        command.main(prog_name="statereport")  # a shell asks how a word may go on
    try:
        # Not command.main: it ends the process itself when the reader of a pipe has gone.
        with command.make_context("statereport", sys.argv[1:] if args is None else list(args)) as context:
            command.invoke(context)
    except click.exceptions.Exit as stop:
        raise Stop(stop.exit_code) from None
    except click.Abort:
        raise Stop(2, "Stopped.") from None
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(file=shown)
        raise Stop(2, shown.getvalue().rstrip("\n")) from None


def _ended(work: Callable[[], object]) -> int:
    _prepare_streams()
    try:
        work()
        sys.stdout.flush()
    except Stop as stop:
        return _end(stop.message) if stop.message else _closed(stop.code)
    except Problem as problem:
        _end(problem)
        return problem.exit_code
    except BrokenPipeError:
        # The reader (head, less) wants no more: that is no fault. Python must not try to flush again at its end.
        return _closed(0)
    except MemoryError:
        return _end(MemoryLimit("", "There is not enough memory for this.", "ask for less, with LIMIT."))
    except OSError as error:
        if error.errno in _FULL:
            _closed(0)
            where = str(error.filename or "output")
            return _end(DiskFull(where, "There is no room left on the disk.", "make room and run it again"))
        if error.errno is None:  # not the system's
            raise
        where = f"{error.filename}: " if error.filename else ""
        return _end(f"{where}{error.strerror or error}")
    return 0


def say(line: str) -> None:
    """Print a message to the person, on stderr."""
    fault.report(visible(line))


def write(data: str | bytes) -> None:
    """Print on stdout, in UTF-8 whatever the locale: text for people without control characters, bytes as they are.

    Raises OutputClosed where there is no stdout.
    """
    sys.stdout.flush()
    sys.stdout.buffer.write(visible(data).encode("utf-8", "surrogateescape") if isinstance(data, str) else data)
    sys.stdout.buffer.flush()


def read() -> bytes:
    """All that standard input holds. Raises OutputClosed where there is none."""
    if sys.stdin is None:
        raise OutputClosed("stdin", "Standard input is closed.", "give the query in a file: --sparql FILE")
    return sys.stdin.buffer.read()


def findings(problems: Iterable[Problem], otherwise: str) -> None:
    """Print each finding and end with 1; without any, print the success message on stderr."""
    found = list(problems)
    write("".join(f"{problem}\n" for problem in found))
    if found:
        say(f"{len(found)} finding{'' if len(found) == 1 else 's'}.")
        raise Stop(1)
    say(otherwise)


def is_terminal() -> bool:
    """True when a person reads stdout."""
    return sys.stdout.isatty()


def is_dialogue() -> bool:
    """True when a person reads stdout and types on standard input."""
    return is_terminal() and sys.stdin is not None and sys.stdin.isatty()


def ask(prompt: str) -> str:
    """What a person types after a prompt, which stands on stderr. Raises EOFError where nothing more comes."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    typed = sys.stdin.readline()
    if not typed:
        raise EOFError
    return typed


def width() -> int | None:
    """The terminal's width in columns, or None where nothing has to fit."""
    return columns() if is_terminal() else None


def columns() -> int:
    """The columns of COLUMNS, else of the terminal, else 80: as shutil says, without the archives that it reads."""
    try:
        given = int(os.environ.get("COLUMNS", ""))
    except ValueError:
        given = 0
    try:
        return given if given > 0 else os.get_terminal_size(sys.__stdout__.fileno()).columns or 80
    except (AttributeError, ValueError, OSError):
        return 80


def _end(problem: Problem | str) -> int:
    say(str(problem))
    return 2


def _closed(code: int) -> int:
    """Point stdout to nowhere, so that the interpreter's last flush cannot fail; in tests there is no such stream."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _prepare_streams() -> None:
    """UTF-8 on stdout, escapes for what stderr cannot show; a stdout that is closed refuses what is written to it."""
    if sys.stdout is None:
        sys.stdout = _Closed()
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 (it stays until the process ends)
    for stream, encoding, errors in ((sys.stdout, "utf-8", "surrogateescape"), (sys.stderr, None, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=encoding, errors=errors)


class _Closed(io.TextIOBase):
    """A stdout that is not there."""

    @property
    def buffer(self) -> _Closed:
        return self

    def write(self, data: str | bytes) -> int:
        if data:
            self._refuse()
        return 0

    def _refuse(self) -> NoReturn:
        what = "There is nowhere to write the answer: standard output is closed."
        raise OutputClosed("stdout", what, "send it to a file: statereport … > file")
