"""What the commands under `draft` print."""

from pathlib import Path

from statereport import __version__
from statereport.draft import candidates as finding
from statereport.draft import document, folder, lines, vocabulary
from statereport.project import find_project
from statereport.rdf.dataset import load


def file(path: Path, out: Path, allow_gaps: bool) -> str:
    """Make the draft of a file in a folder; returns what was found, in lines for people."""
    made = document.document(lines.read(path), str(path), allow_gaps)
    names = vocabulary.vocabulary(load(find_project()).graphs)
    found = finding.of_document(made, names)
    folder.write(out, made, found, f"statereport {__version__}")
    page1 = made.front
    said = [
        ("symbol", page1.symbol), ("committee", page1.committee), ("State", page1.state), ("date", page1.date),
        ("received", page1.received), ("language", page1.language), ("title", page1.title),
    ]  # fmt: skip
    rows = [f"{name:<10}{value or 'not found on page 1'}" for name, value in said if value or name != "received"]
    rows += [
        f"text      {made.summary()}",
        f"          {len(made.content)} characters, sha256 {made.digest}",
        f"file      {made.source.pages} pages, sha256 {made.source.digest}, read by {made.source.reader}",
        f"found     {', '.join(f'{count} {kind}' for kind, count in finding.counts(found).items())}",
        *(f"remark    {it}" for it in made.remarks),
        f"written   {out}/ ({', '.join(folder.FILES)})",
    ]
    return "\n".join(rows) + "\n"
