"""The command line: one function per command in `commands`; what each prints is made in the modules beside it."""


def main() -> None:
    """Run the command line and end with its exit code."""
    import os
    import sys
    import threading

    from statereport.cli import fault

    def run() -> int:
        from statereport.cli import console, plain

        asked = plain.question(sys.argv[1:])
        if asked:
            return console.ended(asked.answer)
        from statereport.cli import commands

        return console.run(commands.cli)

    for standard in range(3):
        try:
            os.fstat(standard)
        except OSError:  # closed: the next file that is opened would take its place
            os.open(os.devnull, os.O_RDWR)
    threading.excepthook = lambda given: fault.report(str(fault.fault_of(given.exc_value or given.exc_type())))
    sys.exit(fault.caught(run))
