"""How the command line speaks and ends: two streams, three exit codes, and never a traceback for a user's fault."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterable

import click

from statereport.errors import DiskFull, Problem, did_you_mean

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Verbs(click.Group):
    """A group that proposes the nearest verb, and lists its verbs in the order of their use."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(context, name) is None and not name.startswith("-"):
            hint = did_you_mean(name, self.commands, f"the verbs are: {', '.join(self.commands)}.")
            raise click.UsageError(f"There is no verb {name!r}; {hint}", context)
        return super().resolve_command(context, args)


def run(command: click.Command, args: list[str] | None = None) -> int:
    """Run a command and say what went wrong in its own words. → the exit code."""
    if "_STATEREPORT_COMPLETE" in os.environ:
        command.main(prog_name="statereport")  # a shell asks how a word may go on
    try:
        # Not command.main: it ends the process itself when the reader of a pipe has gone.
        with command.make_context("statereport", sys.argv[1:] if args is None else list(args)) as context:
            command.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return _closed(stop.exit_code)
    except click.ClickException as fault:
        fault.show(file=sys.stderr)
        return 2
    except Problem as problem:
        return _end(problem)
    except (KeyboardInterrupt, click.Abort):
        return _talk("Stopped.")
    except BrokenPipeError:
        # The reader (head, less) wants no more: that is no fault. Python must not try to flush again at its end.
        return _closed(0)
    except MemoryError:
        return _talk("There is not enough memory for this. Ask for less, with LIMIT.")
    except OSError as error:
        if error.errno in _FULL:
            _closed(0)
            return _end(
                DiskFull(
                    where=str(error.filename or "output"),
                    what="There is no room left on the disk.",
                    hint="make room and run it again",
                )
            )
        where = f"{error.filename}: " if error.filename else ""
        return _talk(f"{where}{error.strerror or error}")
    return 0


def say(line: str) -> None:
    """A word to the person, on stderr."""
    click.echo(line, err=True)


def write(data: str | bytes) -> None:
    """Data for stdout, always UTF-8, whatever the locale."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data)
    sys.stdout.buffer.flush()


def findings(problems: Iterable[Problem], otherwise: str) -> None:
    """Print each finding and leave with 1, or say the good word and go on."""
    found = list(problems)
    for problem in found:
        click.echo(str(problem))
    if found:
        say(f"{len(found)} finding{'' if len(found) == 1 else 's'}.")
        raise click.exceptions.Exit(1)
    say(otherwise)


def is_terminal() -> bool:
    """True when a person reads stdout."""
    return sys.stdout.isatty()


def width() -> int | None:
    """The terminal's width, or None where nothing has to fit."""
    return shutil.get_terminal_size().columns if is_terminal() else None


def _end(problem: Problem) -> int:
    click.echo(str(problem), err=True)
    return problem.exit_code


def _talk(line: str) -> int:
    click.echo(line, err=True)
    return 2


def _closed(code: int) -> int:
    """Point stdout to nowhere, so that the interpreter's last flush cannot fail; in tests there is no such stream."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code
