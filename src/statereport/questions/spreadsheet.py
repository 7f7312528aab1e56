"""A table as CSV for spreadsheets, in which no text is taken for a formula.

Every CSV that a person downloads from a page is written here. The CSV of the SPARQL protocol is not: the specification
wants its cells unchanged.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from statereport.rdf.terms import plain

# Beginnings at which a spreadsheet takes a cell for a formula, also in their full-width forms.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM = b"\xef\xbb\xbf"


def document(head: Iterable[str], rows: Iterable[Iterable[Any]], bom: bool = False) -> tuple[bytes, int]:
    """Return the CSV (RFC 4180, UTF-8) of a head and rows of RDF terms or plain values, and how many cells changed.

    A text at which a spreadsheet would begin a formula gets an apostrophe before it; numbers stay numbers. With `bom`
    the file begins with a byte order mark, by which Excel recognises UTF-8.
    """
    output, changed = io.StringIO(newline=""), 0
    writer = csv.writer(output, lineterminator="\r\n")
    for row in (head, *rows):
        cells = [_cell(value) for value in row]
        changed += sum(risky for _, risky in cells)
        writer.writerow([text for text, _ in cells])
    return (BOM if bom else b"") + output.getvalue().encode("utf-8", "replace"), changed


def _cell(term: Any) -> tuple[str, bool]:
    """The text of a cell, and whether it was changed."""
    value = term if isinstance(term, str | int | float | Decimal) else plain(term)
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    risky = not isinstance(value, int | float | Decimal) and text.startswith(FORMULA)
    return (f"'{text}" if risky else text), risky
