"""A view of an answer: sorted, filtered, without some columns, and a hundred rows of it, all by the page's address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from statereport.pages.cells import Column, Table, Thing
from statereport.pages.page import Address
from statereport.rdf.natural_order import natural

# Names of parameters with a hyphen, which no variable of SPARQL has: no question has a parameter of these names.
SORT, WITH, HIDE, FROM = "sort-by", "rows-with", "hide-columns", "rows-from"
PARAMETERS = (SORT, WITH, HIDE, FROM)
# How many rows are shown at a time, and from how many rows on a column with one value is folded.
AT_A_TIME = 100
FOLDED_FROM = 3

Cell = tuple[Thing, ...]


@dataclass(frozen=True)
class Head:
    """The head of a column: its column, where a click on it leads, and how it is sorted (ARIA: aria-sort)."""

    column: Column
    path: str
    sorted: str


@dataclass(frozen=True)
class View:
    """What of a table is shown.

    heads      the columns that are shown
    same       the columns that have the same cell in every row of the answer: column, cell
    total      the rows of the answer; `found` those that the filter leaves
    first      the number of the first row shown, from one
    before, after   where the rows before and after these are, or ""
    columns    every column, with whether it is shown
    kept       the parameters that a form for the filter and columns has to keep
    """

    table: Table
    heads: tuple[Head, ...]
    same: tuple[tuple[Column, Cell], ...]
    total: int
    found: int
    first: int
    before: str
    after: str
    all: str
    columns: tuple[tuple[Column, bool], ...]
    words: str
    kept: tuple[tuple[str, str], ...]


def view(table: Table, address: Address) -> View:
    """The part of a table that an address asks for. Names of columns that there are not have no effect."""
    order, words = address.value(SORT), address.value(WITH).strip()
    hidden = {name for value in address.values(HIDE) for name in value.split(",")}
    start = address.value(FROM)
    same = _constant(table)
    shown = [i for i, it in enumerate(table.columns) if i not in same and it.name not in hidden]
    shown = shown or [i for i in range(len(table.columns)) if i not in same]
    rows = [row for row in table.rows if _has(row, words)]
    key = next((i for i, it in enumerate(table.columns) if it.name == order.removeprefix("-")), None)
    if key is not None:
        filled = sorted((row for row in rows if row[key]), key=lambda row: _key(row[key], table.columns[key].number))
        rows = [*(reversed(filled) if order.startswith("-") else filled), *(row for row in rows if not row[key])]
    first = min(max(int(start), 1), max(len(rows), 1)) if start.isdecimal() and len(start) < 9 else 1
    last = first + AT_A_TIME
    page = rows[first - 1 : last - 1]
    return View(
        table=Table(tuple(table.columns[i] for i in shown), tuple(tuple(row[i] for i in shown) for row in page)),
        heads=tuple(_head(table.columns[i], order, address) for i in shown),
        same=tuple((table.columns[i], table.rows[0][i]) for i in same),
        total=len(table.rows),
        found=len(rows),
        first=first,
        before=_path(address, **{FROM: str(max(first - AT_A_TIME, 1))}) if first > 1 else "",
        after=_path(address, **{FROM: str(last)}) if last <= len(rows) else "",
        all=_path(address, **dict.fromkeys(PARAMETERS, "")),
        columns=tuple((it, i in shown) for i, it in enumerate(table.columns) if i not in same),
        words=words,
        kept=tuple(pair for pair in address.query if pair[0] not in (WITH, HIDE, FROM)),
    )


def _constant(table: Table) -> list[int]:
    """The columns with one cell in every row; never the first, nor one with passages, by which a row is cited."""
    if len(table.rows) < FOLDED_FROM:
        return []
    return [
        i
        for i, column in enumerate(table.columns)
        if i and not column.cites and table.rows[0][i] and all(row[i] == table.rows[0][i] for row in table.rows)
    ]


def _has(row: Sequence[Cell], words: str) -> bool:
    text = " ".join(part.text for cell in row for part in cell).casefold()
    return all(word in text for word in words.casefold().split())


def _key(cell: Cell, number: bool) -> tuple:
    text = " ".join(part.text for part in cell)
    if number:
        try:
            return (0, Decimal(text.replace(",", "").rstrip("%")), ())
        except InvalidOperation:
            pass
    return (1, Decimal(0), natural(text.casefold()))


def _head(column: Column, order: str, address: Address) -> Head:
    up, down = order == column.name, order == f"-{column.name}"
    following = f"-{column.name}" if up else "" if down else column.name
    path = _path(address, **{SORT: following, FROM: ""})
    return Head(column, path, "ascending" if up else "descending" if down else "")


def _path(address: Address, **changed: str) -> str:
    """The address with some parameters changed; an empty value leaves one out."""
    pairs = [(name, value) for name, value in address.query if name not in changed]
    pairs += [(name, value) for name, value in changed.items() if value]
    return f"{address.path}{'?' if pairs else ''}{urlencode(pairs)}"
