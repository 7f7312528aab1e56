"""The faces of an answer for people and programs: tables in text, Markdown and HTML, and a pandas DataFrame.

A table for people shows control characters as `\\uXXXX`, so that no terminal obeys them, and white space as one blank.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from statereport.errors import visible
from statereport.rdf.terms import is_iri, is_literal, plain

if TYPE_CHECKING:
    from statereport.sparql.answers import Answer

_NARROWEST = 12
_MARKS = re.compile(r"[\\`*_\[\]|<>&~$]")
# What a line is broken between: a blank, or a word up to its end or to a hyphen before a letter.
_PIECES = re.compile(r" |(?:[^ -]|-(?![^\W\d_]))*-(?=[^\W\d_])|[^ ]+")
_BLANKS = re.compile(r"[ \t\n\r\u2028\u2029]+")
# An address that Markdown takes as it is.
_PLAIN_ADDRESS = re.compile(r"[\w.,:;/#%?=+@!-]+")
# Other schemes (javascript:, data:) would run code that stands in the data.
_LINKED = ("https://", "http://")


def text_table(answer: Answer, width: int | None = None) -> str:
    """A table in plain text, numbers to the right; with `width`, long cells are wrapped so that every line fits.

    Where even wrapped columns do not fit, each row is a block with a line for each column.
    """
    if answer.truth is not None:
        return _truth(answer)
    head = [_line(title) for title in answer.titles]
    cells = [[_line(answer.shown(term)) for term in row] for row in answer.rows]
    widths = _fitted([max(map(len, column)) for column in zip(head, *cells, strict=True)], width)
    count = f"{len(answer.rows)} row{'' if len(answer.rows) == 1 else 's'}\n"
    if widths is None:
        return _blocks(head, cells, width or 0) + count
    right = _numbers(answer)
    rows = [_wrapped(line, widths, right) for line in cells]
    body = "".join(f"{row}\n\n" if "\n" in row else f"{row}\n" for row in rows)
    gap = "" if body.endswith("\n\n") else "\n"
    rule = "  ".join("-" * w for w in widths)
    return f"{_wrapped(head, widths, right)}\n{rule}\n{body}{gap}{count}"


def markdown_table(answer: Answer) -> str:
    """A table in Markdown (GFM), with links to things and passages; what would be markup is escaped."""
    if answer.truth is not None:
        return _truth(answer)
    lines = [map(_markdown, answer.titles), ["--:" if number else "---" for number in _numbers(answer)]]
    lines += [
        [
            _cell(answer, column, term, _markdown, _markdown_link)
            for column, term in zip(answer.columns, row, strict=True)
        ]
        for row in answer.rows
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def html_table(answer: Answer) -> str:
    """A table in HTML, with links to things and passages; every cell is escaped, numbers are of the class `number`."""
    if answer.truth is not None:
        return f"<p>{'yes' if answer.truth else 'no'}</p>"
    marks = [' class="number"' if number else "" for number in _numbers(answer)]
    head = "".join(
        f'<th scope="col"{mark}>{html.escape(_line(title))}</th>'
        for mark, title in zip(marks, answer.titles, strict=True)
    )
    body = "".join(f"<tr>{_html_cells(answer, row, marks)}</tr>\n" for row in answer.rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"


def data_frame(answer: Answer) -> Any:
    """A pandas DataFrame of plain values; decimals are floats in a column where floats have the same digits."""
    import pandas

    columns = {name: [plain(row[i]) for row in answer.rows] for i, name in enumerate(answer.columns)}
    series = {name: pandas.Series(**_typed(values)) for name, values in columns.items()}
    return pandas.DataFrame(series, index=range(len(answer.rows)), columns=list(answer.columns))


def _typed(values: list[Any]) -> dict[str, Any]:
    """The values of a column as `data`, and as `dtype` the type of pandas that holds each of them as it is."""
    kinds = {type(value) for value in values} - {type(None)}
    complete = None not in values
    if kinds == {bool}:
        return {"data": values, "dtype": "bool" if complete else "boolean"}
    if kinds == {int} and all(value is None or -(2**63) <= value < 2**63 for value in values):
        return {"data": values, "dtype": "int64" if complete else "Int64"}
    if kinds and kinds <= {int, Decimal, float}:
        floats = [None if value is None else float(value) for value in values]
        if all(
            old is None or isinstance(old, float) or _same(old, new) for old, new in zip(values, floats, strict=True)
        ):
            return {"data": floats, "dtype": "float64"}
    return {"data": values, "dtype": None if kinds == {str} else "object"}


def _same(number: int | Decimal, other: float) -> bool:
    """Whether a float has the digits of a number: 51.4 has, though no float is exactly 51.4."""
    return math.isfinite(other) and Decimal(repr(other)) == number


def _truth(answer: Answer) -> str:
    return "yes\n" if answer.truth else "no\n"


def _numbers(answer: Answer) -> list[bool]:
    """For each column, whether it holds nothing but numbers."""
    columns = [[plain(row[i]) for row in answer.rows if row[i] is not None] for i in range(len(answer.columns))]
    return [bool(values) and not any(isinstance(value, str | bool) for value in values) for values in columns]


def _cell(answer: Answer, column: str, term: Any, escape: Callable[[str], str], link: Callable[[str, str], str]) -> str:
    """A cell with its links: an IRI leads to the thing, the number of a passage to the passage."""
    if is_iri(term):
        shown = escape(_line(answer.shown(term)))
        return link(term.value, shown) if term.value.startswith(_LINKED) else shown
    head = answer.head(column)
    parts = head.parts(term) if head.of == "passage" and answer.space else ()
    if not parts:
        return escape(_line(answer.shown(term)))
    return escape(head.join).join(
        link(_line(answer.space + part), escape(_line(part))) if part[:1].isdigit() else escape(_line(part))
        for part in parts
    )


def _html_cells(answer: Answer, row: tuple[Any, ...], marks: list[str]) -> str:
    cells = []
    for column, term, mark in zip(answer.columns, row, marks, strict=True):
        written = f' lang="{term.language}" dir="{term.direction.value}"' if is_literal(term) and term.direction else ""
        cell = _cell(answer, column, term, html.escape, _html_link)
        cells.append(f"<td{mark}{written}>{cell}</td>")
    return "".join(cells)


def _html_link(address: str, shown: str) -> str:
    return f'<a href="{html.escape(address)}">{shown}</a>'


def _markdown_link(address: str, shown: str) -> str:
    return f"[{shown}]({address})" if _PLAIN_ADDRESS.fullmatch(address) else f"[{shown}](<{_markdown(address)}>)"


def _line(text: str) -> str:
    """A text on one line, with nothing in it that a terminal would obey."""
    return visible(_BLANKS.sub(" ", text)).strip(" ")


def _markdown(text: str) -> str:
    return _MARKS.sub(r"\\\g<0>", _BLANKS.sub(" ", text))


def _fitted(widths: list[int], width: int | None) -> list[int] | None:
    """Column widths that fit into `width`, the widest made narrower first; None where they would be too narrow."""
    space = (width or 0) - 2 * (len(widths) - 1)
    if not width or sum(widths) <= space:
        return widths
    for most in range(min(space, max(widths)), _NARROWEST - 1, -1):
        spare = space - sum(min(w, most) for w in widths)
        if spare >= 0:
            wider = [i for i, w in enumerate(widths) if w > most]
            kept = wider[len(wider) - spare :] if spare < len(wider) else wider
            return [most + 1 if i in kept else min(w, most) for i, w in enumerate(widths)]
    return None


def _wrapped(cells: list[str], widths: list[int], right: list[bool]) -> str:
    """One row, on as many lines as its longest cell needs."""
    broken = [_wrap(cell, w) for cell, w in zip(cells, widths, strict=True)]
    lines = zip_longest(*broken, fillvalue="")
    return "\n".join(
        "  ".join(part.rjust(w) if r else part.ljust(w) for part, w, r in zip(line, widths, right, strict=True)).rstrip(
            " "
        )
        for line in lines
    )


def _wrap(text: str, width: int) -> list[str]:
    """The lines of a text with single blanks: broken at blanks and after hyphens, and within words that are long."""
    lines = [""]
    for piece in _PIECES.findall(text):
        if len(lines[-1]) + len(piece) <= width:
            lines[-1] += piece
        elif piece != " ":
            cut = [piece[start : start + width] for start in range(0, len(piece), width)]
            lines[len(lines) - (not lines[-1]) :] = cut
    return [line.rstrip(" ") for line in lines]


def _blocks(head: list[str], cells: list[list[str]], width: int) -> str:
    """Each row as a block of lines, `title  cell`, the cell wrapped under itself."""
    margin = min(max(map(len, head)), max(width // 3, 1))
    rest = max(width - margin - 2, 1)
    blocks = []
    for row in cells:
        lines = []
        for title, cell in zip(head, row, strict=True):
            pairs = zip_longest(_wrap(title, margin), _wrap(cell, rest), fillvalue="")
            lines += [f"{name.ljust(margin)}  {part}".rstrip(" ") for name, part in pairs]
        blocks.append("\n".join(lines) + "\n\n")
    return "".join(blocks)
