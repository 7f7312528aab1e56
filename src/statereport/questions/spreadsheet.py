"""A table as a workbook (.xlsx) for spreadsheets: the one form that is made safe against programs that guess.

CSV is the same everywhere (`rdf.writers`): a program that reads `13.20` in it as a number is to be given the types that
CSVW describes. A workbook carries the type of each cell, so that passages stay text and no text is a formula.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from statereport.errors import NotWritable, visible
from statereport.rdf.terms import plain

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a sheet holds at most (Office Open XML as Excel reads it): characters of a cell, rows.
_LONGEST, _MOST = 32_767, 1_048_576
# Digits that a number of a spreadsheet keeps.
_DIGITS = 15
# Every file of a workbook has this date, so that the same table gives the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)
_MOMENT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_WIDEST = 60


def workbook(head: Iterable[str], rows: Iterable[Iterable[Any]], texts: Iterable[int] = ()) -> bytes:
    """The workbook of a head and rows of RDF terms or plain values: frozen head, filters, text cells, the same bytes.

    A number of at most fifteen digits is a number, but in the columns that `texts` names by their places; everything
    else is text, whatever sign it begins with. Raises NotWritable for more rows than a sheet has.
    """
    import openpyxl  # which few answers need
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    head, rows, texts = list(head), [list(row) for row in rows], set(texts)
    if len(rows) >= _MOST:
        what = f"The answer has {len(rows):,} rows, and a sheet has {_MOST:,} with its head."
        raise NotWritable(where="xlsx", what=what, hint="ask for CSV.")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Answer"
    for line, row in enumerate([head, *rows], 1):
        for place, term in enumerate(row):
            value = _value(term) if line == 1 or place not in texts else _text(term)
            cell = sheet.cell(line, place + 1)
            if value is not None:
                cell.value = value
            if isinstance(value, str):
                cell.data_type, cell.number_format = "s", "@"
            if line == 1:
                cell.font = Font(bold=True)
    for place, title in enumerate(head):
        longest = max([len(title), *(len(str(_text(row[place]) or "")) for row in rows[:200])])
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(longest, _WIDEST) + 2
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    made = io.BytesIO()
    book.save(made)
    return _fixed(made.getvalue())


def _value(term: Any) -> str | int | float | None:
    """What stands in a cell: a number where a spreadsheet keeps all its digits, else text."""
    value = term if isinstance(term, str | int | float | Decimal) else plain(term)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = Decimal(str(value))
        if number.is_finite() and len(number.normalize().as_tuple().digits) <= _DIGITS:
            return int(number) if number == number.to_integral_value() else float(number)
    return _text(value)


def _text(term: Any) -> str | None:
    value = term if isinstance(term, str | int | float | Decimal) else plain(term)
    if value is None or value == "":
        return None
    text = visible(str(value).lower() if isinstance(value, bool) else str(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _fixed(made: bytes) -> bytes:
    """The files of a workbook with one date, packed again."""
    import zipfile

    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = _MOMENT.sub(rb"\g<1>1980-01-01T00:00:00Z", old.read(name))
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, data)
    return output.getvalue()
