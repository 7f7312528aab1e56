"""The folder of a draft: the normalised text, its passages, what page 1 says, and the candidates.

text.txt          the normalised text, one line per passage; it stays with the user
passages.tsv      number, kind, under, page, start, end (code points), sha256, notes (offsets of references)
candidates.tsv    kind, passage, start, end, text, rule, and what the rule read there
document.json     digests of file and text, reader and versions, what page 1 says, what was found
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from statereport import atomic, files
from statereport.draft.candidates import COLUMNS, Candidate
from statereport.draft.document import VERSION, Document
from statereport.draft.rows import Draft
from statereport.errors import DocumentUnreadable
from statereport.source.text import Span, digest, occurrences

FILES = ("text.txt", "passages.tsv", "candidates.tsv", "document.json")


@dataclass(frozen=True)
class Moved:
    """A fragment that stands elsewhere in a new text: its passage and range before and after; None where it is gone."""

    fragment: str
    before: tuple[str, int, int]
    after: tuple[str, int, int] | None

    def __str__(self) -> str:
        number, start, end = self.before
        there = f"{self.after[0]}, {self.after[1]}-{self.after[2]}" if self.after else "not found"
        return f"{number}, {start}-{end} “{self.fragment}”: {there}"


def write(out: Path, made: Document, found: Iterable[Candidate], program: str) -> None:
    """Write the folder of a draft; files of other names in it stay."""
    out.mkdir(parents=True, exist_ok=True)
    rows = [
        (it.number, it.kind, it.under, it.page, it.start, it.end, digest(made.at(it)), " ".join(map(str, it.refers)))
        for it in made.units
    ]
    about = {
        "file": {"sha256": made.source.digest, "kind": made.source.kind, "pages": made.source.pages},
        "text": {"sha256": made.digest, "length": len(made.content)},
        "reader": made.source.reader,
        "program": f"{program}, normalisation {VERSION}",
        "page1": {name: value for name, value in asdict(made.front).items() if name != "first"},
        "found": made.summary(),
        "remarks": list(made.remarks),
    }
    columns = ("number", "kind", "under", "page", "start", "end", "sha256", "notes")
    atomic.write_whole(out / "text.txt", made.content)
    atomic.write_whole(out / "passages.tsv", _table([columns, *rows]))
    atomic.write_whole(out / "candidates.tsv", _table([COLUMNS, *(it.row() for it in found)]))
    atomic.write_whole(out / "document.json", json.dumps(about, ensure_ascii=False, indent=2) + "\n")


def _table(rows: Iterable[Sequence[object]]) -> str:
    return "".join("\t".join(re.sub(r"[\t\r\n]+", " ", str(cell)) for cell in row) + "\n" for row in rows)


def read(out: Path) -> tuple[str, list[dict[str, str]]]:
    """The text of a draft's folder and the rows of its passages. Raises `DocumentUnreadable` where it is none."""
    content, rows = files.read_text(out / "text.txt"), files.read_text(out / "passages.tsv").splitlines()
    names = rows[0].split("\t") if rows else []
    if "number" not in names or "start" not in names:
        raise DocumentUnreadable(
            str(out / "passages.tsv"),
            "The table has no columns of passages.",
            "make the folder again: statereport draft FILE",
        )
    return content, [dict(zip(names, row.split("\t"), strict=False)) for row in rows[1:]]


def load(out: Path) -> Draft:
    """The draft in a folder, with its candidates and what document.json says. Raises `DocumentUnreadable`."""
    content, units = read(out)
    lines = files.read_text(out / "candidates.tsv").splitlines()
    names = lines[0].split("\t") if lines else []
    try:
        about = json.loads(files.read_text(out / "document.json"))
        if digest(content) != about["text"]["sha256"] or tuple(names) != COLUMNS:
            raise ValueError("its text or its columns were changed")
    except (ValueError, KeyError, TypeError) as fault:
        what = f"The folder holds no draft as it was written: {fault}."
        raise DocumentUnreadable(str(out), what, "make it again: statereport draft FILE") from None
    return Draft(
        content, tuple(units), tuple(dict(zip(names, it.split("\t"), strict=False)) for it in lines[1:]), about
    )


def moved(old: Iterable[tuple[str, str, int, int]], content: str, units: Mapping[str, Span]) -> list[Moved]:
    """The anchors of an older text that do not stand in the same place of the same paragraph of a new one.

    `old` are (fragment, paragraph, start, end); `units` the ranges of the new paragraphs by number. A fragment is
    looked for in the paragraph of the same number, then in the whole text; where it stands there several times it
    counts as not found.
    """
    found = []
    for fragment, number, start, end in old:
        scope = units.get(number)
        places = occurrences(content, fragment, scope) if scope else []
        if len(places) != 1:
            places = occurrences(content, fragment, Span(0, len(content)))
        after = None
        if len(places) == 1:
            holding = next((name for name, it in units.items() if it.holds(places[0])), "")
            after = (holding, places[0].start, places[0].end)
        if after != (number, start, end):
            found.append(Moved(fragment, (number, start, end), after))
    return found
