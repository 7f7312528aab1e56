"""Where things are: the project (ontology, graphs, queries) and the texts of its reports."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from statereport import files
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
        """The short names of the reports and of what they answer: the names of their folders, in alphabetical order."""
        return tuple(sorted(path.parent.name for path in self.graphs.glob("reports/*/prefixes.ttl")))

    def report_prefixes(self, report: str) -> Path:
        """The file of the prefixes that a report binds."""
        return self.graphs / "reports" / report / "prefixes.ttl"

    def is_report(self, name: str) -> bool:
        """Whether a folder of graphs/reports/ holds a report; else it holds another document, in document.ttl."""
        return not (self.graphs / "reports" / name / "document.ttl").is_file()

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


@dataclass(frozen=True)
class TextFiles:
    """Files that may hold texts of reports: each that is `named` must hold one; of those `among` others, some may."""

    named: tuple[Path, ...] = ()
    among: tuple[Path, ...] = ()


def find_texts(project: Project, given: Iterable[Path | str] = ()) -> TextFiles:
    """The files of the reports' texts: given, else STATEREPORT_TEXT, else ../shared/report(s) beside the checkout.

    What is given, or named by STATEREPORT_TEXT (several are joined as in PATH), are files, or folders of .txt files.
    A file that was asked for and is not there raises `TextMissing`.
    """
    asked = [Path(path) for path in given]
    asked = asked or [Path(path) for path in os.environ.get("STATEREPORT_TEXT", "").split(os.pathsep) if path]
    for path in asked:
        if not path.exists():
            hint = "give the texts with --text FILE or STATEREPORT_TEXT"
            raise TextMissing(str(path), "There is no such file or folder.", hint)
    folders = [path for path in asked if path.is_dir()]
    if not asked:
        shared = project.root.resolve().parent / "shared"
        folders = [shared / "report", shared / "reports"]
    return TextFiles(
        named=tuple(path for path in asked if not path.is_dir()),
        among=tuple(path for folder in folders for path in files.below(folder, ".txt")),
    )
