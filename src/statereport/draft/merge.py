"""A work-sheet into Turtle: what its rows change, all of it or nothing.

What a person confirmed goes to the files below graphs/, in the project's Turtle format; everything else to
drafts/<report>.ttl, which no build reads unless it is asked to. Of a thing that is there already only the values that
its row shows are changed; what Turtle says beyond that stays.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from statereport import atomic, files
from statereport.draft.rows import A, Workspace, drafts_of, text_of
from statereport.draft.sheet import Read
from statereport.draft.tables import BY_NAME, CREATOR, ID, Column, Table
from statereport.errors import CellWrong, Problem, did_you_mean
from statereport.rdf import prefixes, turtle
from statereport.rdf.dataset import path_of
from statereport.rdf.namespaces import GRAPH, XSD
from statereport.rdf.prefixes import Prefixes
from statereport.rdf.turtle import Literal, NamedNode, Triple
from statereport.source.evidence import LONGEST
from statereport.source.text import Span, Text, find

_DRAFTS = (
    "Drafts: what nobody confirmed yet. No build reads this file, unless it is asked to (--with-drafts).",
    "Written by: statereport draft read",
)
_HEADERS = {
    "report.ttl": "The document: the report, its sections, and its passages with what each says in one sentence.",
    "statements.ttl": "What the passages say, in the order of the text.",
}


@dataclass(frozen=True)
class Merged:
    """What a work-sheet changes: the new content of files, how many rows are confirmed and drafts, and wrong cells."""

    contents: Mapping[Path, str] = field(repr=False)
    confirmed: int
    drafts: int
    wrong: tuple[CellWrong, ...]

    def write(self) -> None:
        """Write the files that differ. Nothing where a cell is wrong."""
        if self.wrong:
            raise self.wrong[0]
        for path, content in self.contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic.write_whole(path, content)


def merge(here: Workspace, found: Sequence[Read], path: str, text: Text | None = None) -> Merged:
    """What the rows of a work-sheet change. With the report's text, quotes are looked for in their passages."""
    wrong: list[CellWrong] = []
    # A thing is at home where its class is said; other files may say more of it.
    homes = {t.subject: name for name, triples in here.curated.items() for t in triples if t.predicate == A}
    ids = _ids(here, found, path, wrong)
    known = {*here.things, *(iri for iri in ids.values() if iri)}
    before = _by_subject(here.drafts)
    for name, triples in here.curated.items():
        before |= _by_subject(t for t in triples if homes.get(t.subject) == name)
    curated: dict[str, dict[NamedNode, list[Triple]]] = {}
    drafts: dict[NamedNode, list[Triple]] = dict(_by_subject(here.drafts))
    placed = _passages(here, found, ids)
    confirmed = {NamedNode(ids[it]) for it in range(len(found)) if ids[it] and found[it].row.confirmed} | set(homes)
    for place, it in enumerate(found):
        if not ids[place]:
            continue
        subject, table = NamedNode(ids[place]), BY_NAME[it.row.table]
        triples = _triples(here, it, subject, table, before.get(subject, []), known, path, wrong)
        if it.row.confirmed or subject in homes:
            if it.row.confirmed:
                _complete(it, table, path, confirmed, triples, here, wrong)
            curated.setdefault(homes.get(subject) or _home(here, table), {})[subject] = triples
            drafts.pop(subject, None)
        else:
            drafts[subject] = triples
        if text:
            _quotes(it, placed, text, here, path, wrong)
    contents = {} if wrong else _contents(here, curated, drafts)
    done = sum(bool(it.row.confirmed) for it in found)
    return Merged(contents, done, len(drafts), tuple(wrong))


def _by_subject(triples: Iterable[Triple]) -> dict[NamedNode, list[Triple]]:
    found: dict[NamedNode, list[Triple]] = {}
    for triple in triples:
        if isinstance(triple.subject, NamedNode):
            found.setdefault(triple.subject, []).append(triple)
    return found


def _ids(here: Workspace, found: Sequence[Read], path: str, wrong: list[CellWrong]) -> dict[int, str]:
    """The IRI of each row, "" where its id is wrong."""
    ids: dict[int, str] = {}
    seen: dict[str, Read] = {}
    for place, it in enumerate(found):
        table, name = BY_NAME[it.row.table], it.row.id
        prefix, _, local = name.partition(":")
        ids[place] = ""
        problem = None
        if not name:
            problem = ("The row has no id.", f"give it one: {table.prefixes[0]}:… in small letters, digits and hyphens")
        elif prefix not in table.prefixes:
            problem = (
                f"“{name[:60]}” does not begin with {' or '.join(f'{p}:' for p in table.prefixes)}.",
                f"{table.prefixes[0]}:…",
            )
        elif not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}", local):
            problem = (f"“{name[:60]}” is no short name.", "use letters, digits, hyphens and full stops")
        elif name in seen:
            problem = (
                f"“{name}” stands in row {seen[name].line} of sheet {seen[name].row.table} too.",
                "give one of them another id",
            )
        elif table.name == "report" and local != here.report:
            problem = (f"The work-sheet is that of {here.report}.", f"report:{here.report}")
        if problem:
            wrong.append(CellWrong(it.where(ID, path), *problem))
            continue
        seen[name] = it
        ids[place] = here.prefixes[prefix] + local
    return ids


def _triples(
    here, it: Read, subject: NamedNode, table: Table, old: list[Triple], known, path: str, wrong
) -> list[Triple]:
    """The triples of a row: what was there, with the values of the columns as the cells have them."""
    made = list(old) or [Triple(subject, A, NamedNode(_class(it, table, here)))]
    for column in table.columns:
        if column.name not in it.row.cells:
            continue  # the sheet has no such column any more
        predicate = NamedNode(column.predicate)
        cell = it.row.cells[column.name]
        items = [
            part.strip()
            for part in (re.split(r";|\n", cell) if column.kind == "iri" else cell.split("\n"))
            if part.strip()
        ]
        shown = [t for t in made if t.predicate == predicate and text_of(t.object, column, here.prefixes) is not None]
        if sorted(items) == sorted(text_of(t.object, column, here.prefixes) for t in shown):
            continue
        values = []
        for item in dict.fromkeys(items):
            try:
                values.append(_value(item, column, here.prefixes, known))
            except ValueError as fault:
                wrong.append(CellWrong(it.where(column.name, path), *fault.args))
        if column.kind in ("number", "date", "offset") and len(items) > 1:
            wrong.append(CellWrong(it.where(column.name, path), "The cell holds several values.", "keep one"))
        at = made.index(shown[0]) if shown else len(made)
        made = (
            [t for t in made[:at] if t not in shown]
            + [Triple(subject, predicate, v) for v in values]
            + [t for t in made[at:] if t not in shown]
        )
    if it.row.confirmed:
        signed = [t for t in made if t.predicate.value == CREATOR]
        if {getattr(t.object, "value", "") for t in signed} != set(it.row.confirmed.split("\n")):
            made = [t for t in made if t not in signed]
            made += [
                Triple(subject, NamedNode(CREATOR), Literal(name.strip())) for name in it.row.confirmed.split("\n")
            ]
    return made


def _class(it: Read, table: Table, here: Workspace) -> str:
    """The class of a new row: by the prefix of its id where the table has several."""
    prefix = it.row.id.partition(":")[0]
    place = (
        table.prefixes.index(prefix) if prefix in table.prefixes and len(table.prefixes) == len(table.classes) else 0
    )
    return table.classes[place]


def _value(item: str, column: Column, names: Prefixes, known) -> NamedNode | Literal:
    """The object that an item of a cell means. Raises ValueError(what, hint)."""
    if column.kind == "iri":
        try:
            iri = names.expand(item)
        except Problem as problem:
            hint = f"choose from {', '.join(f'{it}:…' for it in column.choices)}" if column.choices else problem.hint
            raise ValueError(f"“{item[:60]}” is no short name of a thing.", hint) from None
        if iri not in known:
            spaces = tuple(names[it] for it in column.choices if it in names)
            near = did_you_mean(
                item, [names.shorten(it) for it in known if it.startswith(spaces or (iri.rsplit("/", 1)[0],))]
            )
            raise ValueError(f"Nothing is called “{item[:80]}”.", near or "add it as a row of its table first")
        if column.choices and item.partition(":")[0] not in column.choices and ":" in item:
            wanted = " or ".join(f"{it}:…" for it in column.choices)
            raise ValueError(f"“{item[:60]}” does not belong in the column {column.name}.", f"it takes {wanted}")
        return NamedNode(iri)
    if column.kind == "en":
        return Literal(item, language="en")
    if column.kind == "text":
        if column.name == "quote" and len(item) > LONGEST:
            raise ValueError(f"The quote has {len(item)} characters.", f"shorten it to at most {LONGEST}")
        return Literal(item)
    if column.kind == "date":
        return Literal(item, datatype=NamedNode(XSD + _precision(item)))
    if column.kind == "offset" and re.fullmatch("[0-9]{1,9}", item):
        return Literal(item, datatype=NamedNode(f"{XSD}nonNegativeInteger"))
    if column.kind == "number" and re.fullmatch(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", item):
        return Literal(item, datatype=NamedNode(f"{XSD}{'decimal' if '.' in item else 'integer'}"))
    raise ValueError(f"“{item[:40]}” is no number.", "digits only, with a full stop before decimals: 1168, 51.4")


def _precision(item: str) -> str:
    for form, name, whole in (
        (r"[0-9]{4}", "gYear", "{}-01-01"),
        (r"[0-9]{4}-[0-9]{2}", "gYearMonth", "{}-01"),
        (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "date", "{}"),
        (r"--[0-9]{2}-[0-9]{2}", "gMonthDay", "2000{}"),
    ):
        if re.fullmatch(form, item):
            try:
                datetime.date.fromisoformat(whole.format(item[1:] if name == "gMonthDay" else item))
            except ValueError:
                break
            return name
    raise ValueError(f"“{item[:40]}” is no date.", "write 2010-03-19, 2010-03, 2010, or --03-19 without a year")


def _complete(
    it: Read, table: Table, path: str, confirmed, triples: list[Triple], here, wrong: list[CellWrong]
) -> None:
    """A confirmed row has all that it must, and names nothing that nobody confirmed."""
    for column in table.columns:
        has = [t for t in triples if t.predicate.value == column.predicate]
        if column.required and not has:
            wrong.append(
                CellWrong(
                    it.where(column.name, path),
                    f"The row is confirmed, and {column.name} is empty.",
                    "fill the cell, or take the confirmation back",
                )
            )
        for triple in has:
            if (
                isinstance(triple.object, NamedNode)
                and triple.object not in confirmed
                and _is_draft(here, triple.object)
            ):
                name = here.prefixes.shorten(triple.object.value)
                wrong.append(
                    CellWrong(
                        it.where(column.name, path),
                        f"The row is confirmed, and “{name}” is a draft.",
                        f"confirm {name} too",
                    )
                )


def _is_draft(here: Workspace, thing: NamedNode) -> bool:
    return not any(thing.value == t.subject.value for part in here.dataset.graphs.values() for t in part)


def _home(here: Workspace, table: Table) -> str:
    """The named graph that a new confirmed row goes to."""
    file = table.home.removesuffix(".ttl")
    if file.startswith("reference/"):
        name = file.removeprefix("reference/")
        return f"{GRAPH}reference/{name}" if name == "places" else f"{GRAPH}reference/{here.state}/{name}"
    return f"{GRAPH}reports/{here.report}/{file}"


def _passages(here: Workspace, found: Sequence[Read], ids: Mapping[int, str]) -> dict[str, Span]:
    """The range of each passage by its short name: those of the sheet, and those of the graph."""
    spans = {}
    for it in found:
        start, end = it.row.cells.get("start", ""), it.row.cells.get("end", "")
        if it.row.table in ("passages", "sections") and start.isdigit() and end.isdigit():
            spans[it.row.id] = Span(int(start), int(end))
    return spans


def _quotes(
    it: Read, placed: Mapping[str, Span], text: Text, here: Workspace, path: str, wrong: list[CellWrong]
) -> None:
    """Each quote stands once in a passage of its row."""
    scopes = [placed[name] for name in re.split(r";\s*|\n", it.row.cells.get("passages", "")) if name in placed]
    for quote in filter(None, it.row.cells.get("quote", "").split("\n")) if scopes else ():
        problems = []
        for scope in scopes:
            try:
                find(text.content, quote.strip(), scope)
            except Problem as problem:
                problems.append(problem)
        if len(problems) == len(scopes):
            wrong.append(CellWrong(it.where("quote", path), problems[0].what, problems[0].hint))


# --- files -----------------------------------------------------------------------------------------------------------


def _contents(here: Workspace, curated, drafts) -> dict[Path, str]:
    """The new content of each file that changes."""
    contents: dict[Path, str] = {}
    for name, subjects in curated.items():
        path = path_of(here.project, name)
        old = files.read_text(path) if path.is_file() else ""
        triples = _replaced(here.curated.get(name, ()), subjects)
        header = [line for line in old.splitlines() if line.startswith("#")]
        header = header or [f"# {_HEADERS.get(path.name, path.stem.capitalize() + '.')}"]
        known = here.prefixes if name.startswith(f"{GRAPH}reports/") else prefixes.of_file(here.project, path)
        new = turtle.write_turtle(triples, [line.removeprefix("#").removeprefix(" ") for line in header], known)
        if new != old:
            contents[path] = new
    contents |= _table(here, contents)
    path = drafts_of(here.project, here.report)
    old = files.read_text(path) if path.is_file() else ""
    new = turtle.write_turtle([t for triples in drafts.values() for t in triples], _DRAFTS, here.prefixes)
    if new != old and (drafts or old):
        contents[path] = new
    return contents


def _table(here: Workspace, contents: Mapping[Path, str]) -> dict[Path, str]:
    """The report's file of prefixes, where its files use one that it does not bind yet."""
    path = here.project.report_prefixes(here.report)
    used = {
        match[1]
        for file, text in contents.items()
        if here.folder in file.parents
        for match in re.finditer(rf"^PREFIX (\S+): <[^>]*/{re.escape(here.report)}/", text, re.M)
    }
    old = files.read_text(path) if path.is_file() else ""
    missing = sorted(it for it in used if not re.search(rf"^PREFIX {re.escape(it)}:", old, re.M))
    if not missing:
        return {}
    head = old or "# The prefixes that this report binds: what stands under the report's own address.\n\n"
    return {path: prefixes.format_table(head + "".join(f"PREFIX {it}: <{here.prefixes[it]}>\n" for it in missing))}


def _replaced(triples: Sequence[Triple], subjects: Mapping[NamedNode, list[Triple]]) -> list[Triple]:
    """The triples with those of some subjects replaced in their places; new subjects at the end."""
    made, done = [], set()
    for triple in triples:
        if triple.subject not in subjects:
            made.append(triple)
        elif triple.subject not in done:
            done.add(triple.subject)
            made += subjects[triple.subject]
    return made + [t for subject, found in subjects.items() if subject not in done for t in found]
