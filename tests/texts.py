"""The text of the report of Kazakhstan, where it is at hand."""

from pathlib import Path

from statereport.errors import Problem
from statereport.project import find_project, find_texts
from statereport.source import text as reading

FIRST = "https://w3id.org/statereport/id/report/kaz-cerd-8-10-addendum"
DIGEST = "a18daeda3e71f9cbfddeee1cdcad58874a2c9dc7abf35ca60ab159efde9b9708"


def path() -> Path | None:
    """The file of the text, or None."""
    try:
        found = reading.of_documents(find_texts(find_project()), {DIGEST: FIRST})
    except Problem:
        return None
    return Path(found[DIGEST].name) if found else None
