"""The command line: one function per command in `commands`; what each prints is made in the modules beside it."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    import sys

    from statereport.cli import commands, console

    sys.exit(console.run(commands.cli))
