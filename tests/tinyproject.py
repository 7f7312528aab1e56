"""The small invented project of tests/tiny, to be broken: a change in one of its files, and what is generated."""

from collections.abc import Callable

from statereport.project import Project
from statereport.rdf import dataset
from statereport.source import evidence
from statereport.source.generated import Generated
from statereport.source.text import Text


def change(project: Project, old: str, new: str, file: str = "01-schools.ttl") -> None:
    """Replace the first occurrence of `old`, which must be there, in a file of the report."""
    path = project.graphs / "reports" / "tiny" / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def read(project: Project, text: Text) -> evidence.Evidence:
    """The evidence of the report, its generated graphs left out."""
    graphs = dataset.read_folder(project, project.graphs, evidence.GENERATED)
    return evidence.read(project, graphs, text)


def generated(generate: Callable[[evidence.Evidence], Generated], project: Project, text: Text) -> Generated:
    """What a generator makes of the project as it is now."""
    return generate(read(project, text))
