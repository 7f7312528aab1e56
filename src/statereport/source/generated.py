"""A generated file: what it should hold today, how to write it, and whether the one on disk is the same."""

from dataclasses import dataclass
from pathlib import Path

from statereport import files
from statereport.atomic import write_whole
from statereport.errors import GeneratedDiffers, Problem


@dataclass(frozen=True)
class Generated:
    """The content of a generated file, the problems met on the way, and the command that writes it."""

    path: Path
    name: str
    content: str
    problems: tuple[Problem, ...]
    command: str

    def write(self) -> tuple[Problem, ...]:
        """Write the file, whole or not at all; return the problems met: what they are about is not in the file."""
        write_whole(self.path, self.content)
        return self.problems

    def check(self) -> tuple[Problem, ...]:
        """Return the problems met, and a `GeneratedDiffers` where the file on disk is missing or differs."""
        have = files.read_text(self.path, self.name) if self.path.is_file() else None
        if have == self.content:
            return self.problems
        if have is None:
            place, what = self.name, "The file is missing."
        else:
            before, today = have.splitlines(), self.content.splitlines()
            line = next(
                (n for n, pair in enumerate(zip(before, today, strict=False), 1) if pair[0] != pair[1]),
                min(len(before), len(today)) + 1,
            )
            place, what = f"{self.name}:{line}", "The file is not what the statements and the text give today."
        return (*self.problems, GeneratedDiffers(place, what, self.command))
