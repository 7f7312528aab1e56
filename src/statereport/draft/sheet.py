"""The work-sheet: rows as an .xlsx file with drop-down lists, and the rows that people made of it."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from statereport import files
from statereport.draft.rows import Row, Workspace
from statereport.draft.tables import BY_NAME, CONFIRMED, ID, RULE, STATE, TABLES, Table
from statereport.errors import CellWrong, DocumentUnreadable, ExtraMissing, visible

ABOUT = "about"
LISTS = "lists"
_INFORMED = (STATE, RULE)  # columns that are shown and not read
_GUIDE = (
    "One sheet per table, one row per thing. A row is a draft until the column “confirmed by” has a name.",
    "Several names in a cell are joined by “; ”, several texts stand on lines of their own.",
    "Dates: 2010-03-19, 2010-03, 2010.",
    "quote: a fragment of the passage, at most 80 characters, that occurs once in it.",
    "gist: one sentence in your own words.",
    "The columns state and rule only inform. A row that is deleted here stays as it was.",
    "Then: statereport draft read FILE.xlsx",
)


@dataclass(frozen=True)
class Read:
    """What a row of a sheet says, and where its cells are: the row's number, and the letter of each column."""

    row: Row
    line: int
    letters: Mapping[str, str]

    def where(self, column: str, path: str) -> str:
        """The place of a cell for people: file, sheet and cell."""
        return f"{path}, sheet {self.row.table}, cell {self.letters.get(column, 'A')}{self.line}"


def write(here: Workspace, rows: Mapping[str, Sequence[Row]], path: Path) -> None:
    """Write the work-sheet. Raises `ExtraMissing` where openpyxl is not installed."""
    openpyxl = _openpyxl(path)
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = openpyxl.Workbook()
    about = book.active
    about.title = ABOUT
    for line in ((ID, here.report), *((it, "") for it in _GUIDE)):
        about.append(line)
    about.column_dimensions["A"].width = 110
    grey, lists, ranges = PatternFill("solid", fgColor="EEEEEE"), [], {}
    for table in TABLES:
        sheet = book.create_sheet(table.name)
        names = [ID, *(it.name for it in table.columns), CONFIRMED, *_INFORMED]
        sheet.append(names)
        sheet.freeze_panes = "B2"
        for place, name in enumerate(names, 1):
            sheet.cell(1, place).font = Font(bold=True)
            width = {"label": 44, "gist": 60, "quote": 44, "passages": 14, ID: 34}.get(name, 18)
            sheet.column_dimensions[get_column_letter(place)].width = width
        for line, row in enumerate(rows.get(table.name, ()), 2):
            cells = {ID: row.id, CONFIRMED: row.confirmed, STATE: row.state, RULE: row.rule, **row.cells}
            for place, name in enumerate(names, 1):
                cell = sheet.cell(line, place)
                if cells.get(name):
                    cell.value = visible(cells[name])
                    cell.data_type = "s"  # never a formula
                cell.number_format = "@"
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                if name in _INFORMED:
                    cell.fill = grey
        for place, column in enumerate(table.columns, 2):
            if not column.choices:
                continue
            if column.choices not in ranges:
                found = _choices(here, column.choices, rows)
                lists.append((", ".join(column.choices), found))
                letter = get_column_letter(len(lists))
                ranges[column.choices] = f"{LISTS}!${letter}$2:${letter}${max(2, len(found) + 1)}"
            check = DataValidation("list", formula1=ranges[column.choices], allow_blank=True, showErrorMessage=False)
            check.add(
                f"{get_column_letter(place)}2:{get_column_letter(place)}{max(200, len(rows.get(table.name, ())) + 100)}"
            )
            sheet.add_data_validation(check)
    hidden = book.create_sheet(LISTS)
    for place, (title, found) in enumerate(lists, 1):
        for line, name in enumerate((title, *found), 1):
            hidden.cell(line, place).value = name
    made = io.BytesIO()
    book.save(made)
    from statereport import atomic

    atomic.write_whole(path, made.getvalue())


def _choices(here: Workspace, kinds: Sequence[str], rows: Mapping[str, Sequence[Row]]) -> list[str]:
    """The short names with these prefixes: of the project, and of the rows."""
    spaces = tuple(here.prefixes[it] for it in kinds if it in here.prefixes)
    known = {here.prefixes.shorten(iri) for iri in here.things if iri.startswith(spaces or ("\0",))}
    known |= {row.id for found in rows.values() for row in found if row.id.partition(":")[0] in kinds}
    return sorted(it for it in known if it.partition(":")[0] in kinds)


def read(path: Path) -> tuple[str, list[Read], list[CellWrong]]:
    """The report's short name, the rows of a work-sheet, and the cells that cannot be read.

    Raises `DocumentUnreadable` for what is no work-sheet.
    """
    openpyxl = _openpyxl(path)
    try:
        book = openpyxl.load_workbook(io.BytesIO(files.read(path)))
        report = str(book[ABOUT]["B1"].value or "") if ABOUT in book.sheetnames else ""
    except (BadZipFile, KeyError, ValueError, OSError, TypeError, IndexError, SyntaxError) as fault:
        what = f"The file is no .xlsx work-sheet: {type(fault).__name__}."
        raise DocumentUnreadable(str(path), what, "save it as .xlsx") from None
    if not re.fullmatch(r"[a-z]{2,}[a-z0-9-]*", report):
        raise DocumentUnreadable(
            str(path),
            f"Cell B1 of the sheet “{ABOUT}” does not name a report.",
            "make it again: statereport draft sheet",
        )
    found, wrong = [], []
    for sheet in book.worksheets:
        table = BY_NAME.get(sheet.title)
        if table:
            _read_sheet(path, sheet, table, found, wrong)
    return report, found, wrong


def _read_sheet(path: Path, sheet, table: Table, found: list[Read], wrong: list[CellWrong]) -> None:
    head = [str(cell.value or "").strip() for cell in sheet[1]]
    known = {ID, CONFIRMED, *_INFORMED, *(it.name for it in table.columns)}
    letters = {}
    for place, name in enumerate(head):
        cell = f"{path}, sheet {table.name}, cell {sheet.cell(1, place + 1).coordinate}"
        if name and name not in known:
            wrong.append(
                CellWrong(cell, f"The table has no column “{name}”.", f"its columns: {', '.join(sorted(known))}")
            )
        elif name in letters:
            wrong.append(CellWrong(cell, f"The column “{name}” stands here a second time.", "delete one of them"))
        elif name:
            letters[name] = sheet.cell(1, place + 1).column_letter
    if ID not in letters:
        wrong.append(CellWrong(f"{path}, sheet {table.name}, cell A1", "There is no column “id”.", "put it back: id"))
        return
    kinds = {it.name: it.kind for it in table.columns}
    for line in sheet.iter_rows(min_row=2):
        cells = {}
        for cell in line:
            name = next((n for n, letter in letters.items() if letter == getattr(cell, "column_letter", "")), "")
            if not name or name in _INFORMED or cell.value is None:
                continue
            place = f"{path}, sheet {table.name}, cell {cell.coordinate}"
            try:
                cells[name] = _text(cell, kinds.get(name, "text"))
            except ValueError as fault:
                what, hint = fault.args
                wrong.append(CellWrong(place, what, hint))
        if any(it.strip() for it in cells.values()):
            mine = {it.name: cells.get(it.name, "") for it in table.columns if it.name in letters}
            row = Row(table.name, cells.get(ID, "").strip(), mine, cells.get(CONFIRMED, "").strip())
            found.append(Read(row, line[0].row, letters))


def _text(cell, kind: str) -> str:
    """The text of a cell. Raises ValueError(what, hint)."""
    value = cell.value
    if cell.data_type == "f":
        raise ValueError("The cell holds a formula.", "type its result, as text")
    if cell.data_type == "e":
        raise ValueError(f"The cell holds an error of the spreadsheet ({value}).", "type the value")
    if isinstance(value, datetime.datetime | datetime.date):
        if kind != "date":
            raise ValueError("The spreadsheet made a date of this cell.", "format the cell as text and type it again")
        return value.strftime("%Y-%m-%d")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime.time | datetime.timedelta):
        raise ValueError("The spreadsheet made a time of this cell.", "format the cell as text and type it again")
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def _openpyxl(path: Path):
    try:
        import openpyxl
    except ImportError:
        raise ExtraMissing(str(path), "Work-sheets need openpyxl.", "pip install 'statereport[draft]'") from None
    return openpyxl
