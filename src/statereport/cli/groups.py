"""Groups of commands: how a command's name is found, and what is proposed for one that there is not."""

from __future__ import annotations

import click

from statereport.cli import console
from statereport.errors import did_you_mean


class Context(click.Context):
    """A context whose help is as wide as click makes it, measured with less."""

    def make_formatter(self) -> click.HelpFormatter:
        width = max(min(console.columns(), self.max_content_width or 80) - 2, 50)
        return click.HelpFormatter(width=self.terminal_width or width, max_width=self.max_content_width)


class Commands(click.Group):
    """A group that proposes the nearest command, and lists its commands in the order of their use."""

    context_class = Context

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(context, name) is None and not name.startswith("-"):
            hint = did_you_mean(name, self.commands, f"the commands are: {', '.join(self.commands)}.")
            raise click.UsageError(f"There is no command {name!r}; {hint}", context)
        return super().resolve_command(context, args)


class Drafting(Commands):
    """The group of `draft`: what is no command of it is a file to make a draft of."""

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(context, args[0]) is None and not args[0].startswith("-"):
            args = ["file", *args]
        return super().resolve_command(context, args)
