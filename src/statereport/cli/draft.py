"""What the commands under `draft` print."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from statereport import __version__
from statereport.draft import candidates as finding
from statereport.draft import document, folder, lines, merge, rows, status, vocabulary
from statereport.draft import sheet as sheets
from statereport.errors import BadParameter, CellWrong, did_you_mean
from statereport.project import find_project, find_texts
from statereport.rdf.dataset import load
from statereport.rdf.namespaces import GRAPH
from statereport.source import text as reading


def sheet(report: str, folder_: Path | None, out: Path) -> str:
    """Write the work-sheet of a report; returns how many rows each table has."""
    here = rows.workspace(find_project(), report)
    known = any(name.startswith(f"{GRAPH}reports/{report}/") for name in here.dataset.data)
    if folder_ is None and not known and not here.drafts:
        raise BadParameter(
            report,
            "The project has no such report, and no draft was given.",
            did_you_mean(report, here.project.reports, "give the folder of a draft: --draft FOLDER"),
        )
    found = rows.rows(here, folder.load(folder_) if folder_ else None)
    sheets.write(here, found, out)
    lines_ = [f"{name:<18}{_states(made)}" for name, made in found.items() if made]
    return "\n".join([*lines_, f"written           {out}"]) + "\n"


def _states(made: Sequence[rows.Row]) -> str:
    counted = Counter(row.state for row in made)
    return ", ".join(f"{counted[state]} {state}" for state in ("encoded", "draft", "candidate") if counted[state])


def read(path: Path, folder_: Path | None) -> tuple[str, list[CellWrong]]:
    """Read a work-sheet into Turtle; returns what was written, and the cells that are wrong (then nothing was)."""
    report, found, wrong = sheets.read(path)
    here = rows.workspace(find_project(), report)
    text = None
    if folder_:
        content = folder.read(folder_)[0]
        text = reading.Text(content, reading.digest(content), str(folder_))
    merged = merge.merge(here, found, str(path), text)
    if wrong or merged.wrong:
        return "", [*wrong, *merged.wrong]
    merged.write()
    names = [here.project.name(it) for it in sorted(merged.contents)]
    said = [f"{merged.confirmed} rows confirmed, {merged.drafts} drafts"]
    return "\n".join([*said, *(f"written  {it}" for it in names or ["nothing: the files say this already"])]) + "\n", []


def moved(report: str, folder_: Path) -> str:
    """Where the anchors of a report stand in another text of it: those that moved, and how many did not."""
    here = rows.workspace(find_project(), report)
    content, units = folder.read(folder_)
    old = rows.anchors(here)
    if not old:
        hint = did_you_mean(report, here.project.reports, "name an encoded report")
        raise BadParameter(report, "The project has no anchors of such a report.", hint)
    spans = {it["number"]: reading.Span(int(it["start"]), int(it["end"])) for it in units}
    found = folder.moved(old, content, spans)
    lost = sum(it.after is None for it in found)
    stay = f"{len(old) - len(found)} of {len(old)} anchors stand where they stood"
    return "".join(f"{it}\n" for it in found) + f"{stay}, {len(found) - lost} moved, {lost} were not found.\n"


def progress(report: str, texts: Iterable[Path] = ()) -> str:
    """How far a report is encoded, a line for each thing that is counted."""
    here = rows.workspace(find_project(), report)
    if report not in here.project.reports and not here.drafts:
        hint = did_you_mean(report, here.project.reports, "name a report of the project")
        raise BadParameter(report, "The project has no such report, and no draft of it.", hint)
    return "".join(f"{it}\n" for it in status.status(here, find_texts(here.project, texts)))


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
