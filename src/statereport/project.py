"""Where things are: the project (ontology, graphs, queries) and the report's text."""

import os
from dataclasses import dataclass
from pathlib import Path

from statereport.errors import ProjectNotFound, TextMissing


@dataclass(frozen=True)
class Project:
    """The folders of one project, usually made by `at`."""

    root: Path
    ontology: Path
    graphs: Path
    queries: Path

    @classmethod
    def at(cls, root: Path | str) -> "Project":
        """The project in this folder; no look at the disk."""
        root = Path(root)
        return cls(root, root / "ontology", root / "graphs", root / "queries")

    @property
    def prefixes(self) -> Path:
        """The file of the project's own prefixes."""
        return self.ontology / "prefixes.ttl"

    @property
    def reports(self) -> tuple[str, ...]:
        """The short names of the reports, which are the names of their folders, in alphabetical order."""
        return tuple(sorted(path.parent.name for path in self.graphs.glob("reports/*/prefixes.ttl")))

    def report_prefixes(self, report: str) -> Path:
        """The file of the prefixes that a report binds."""
        return self.graphs / "reports" / report / "prefixes.ttl"

    def name(self, path: Path | str) -> str:
        """A file's name for people: relative to the project where it lies inside, with forward slashes."""
        path = Path(path)
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()


def find_project(given: Path | str | None = None) -> Project:
    """The project: given or STATEREPORT_PROJECT, else in the installed package, else the checkout around the package.

    A folder that was asked for and is no project raises `ProjectNotFound`; nothing else is tried in its stead.
    """
    asked = given or os.environ.get("STATEREPORT_PROJECT") or os.environ.get("STATEREPORT_HOUSE")  # its name in 0.1.0
    package = Path(__file__).resolve().parent
    for root in [Path(asked)] if asked else [package / "_data", package.parents[1]]:
        project = Project.at(root)
        if project.prefixes.is_file():
            return project
    raise ProjectNotFound(
        str(asked or ""),
        "No ontology/prefixes.ttl is there, so this is no project of statereport."
        if asked
        else "Neither the package nor a checkout around it holds ontology/ and graphs/.",
        "set STATEREPORT_PROJECT to a checkout, or install the package again",
    )


def find_text(project: Project, given: Path | str | None = None) -> Path | None:
    """The report's text: given, else STATEREPORT_TEXT, else ../shared/report/*.txt beside the checkout, else None.

    A file that was asked for and is not there raises `TextMissing`.
    """
    asked = given or os.environ.get("STATEREPORT_TEXT")
    if asked:
        if not Path(asked).is_file():
            raise TextMissing(
                str(asked), "There is no such file.", "give the text with --text FILE or STATEREPORT_TEXT"
            )
        return Path(asked)
    beside = sorted((project.root.resolve().parent / "shared" / "report").glob("*.txt"))
    return beside[0] if len(beside) == 1 else None
