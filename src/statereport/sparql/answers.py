"""What a query answers: an immutable value with faces for people and programs."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from statereport.rdf.namespaces import XSD
from statereport.rdf.writers import literal

_INTEGERS = {XSD + kind for kind in ("integer", "nonNegativeInteger", "positiveInteger", "int", "long")}
_LEAST = 12
_MARKS = re.compile(r"[\\`*_\[\]|<>]")


def plain(term: Any) -> Any:
    """A term as a plain Python value: int, Decimal, float or bool for numbers and truths, else its text.

    Dates stay text, because the report's dates have their own precision (`2017`, `--02-07`).
    """
    if term is None:
        return None
    kind = getattr(getattr(term, "datatype", None), "value", None)
    if kind in _INTEGERS:
        return int(term.value)
    if kind == XSD + "decimal":
        return Decimal(term.value)
    if kind in (XSD + "double", XSD + "float"):
        return float(term.value)
    if kind == XSD + "boolean":
        return term.value in ("true", "1")
    return getattr(term, "value", str(term))


@dataclass(frozen=True)
class Column:
    """What the header of a saved query says about a column of its answer.

    `title` is the heading for people. `of` says what the cells hold: `passage` (references of passages and headings, such
    as 13.6 and theme 13), `theme` (numbers of themes), `thing` (IRIs, written as text), `year`, or nothing in particular.
    `join` stands between several values of one cell, and `empty` where there is no value.
    """

    title: str
    of: str = ""
    join: str = ""
    empty: str = ""

    def parts(self, term: Any) -> tuple[str, ...]:
        """The values of a cell, one by one; none where it is empty."""
        text = getattr(term, "value", "")
        if text in ("", self.empty):
            return ()
        return tuple(text.split(self.join)) if self.join else (text,)


KINDS = ("passage", "theme", "thing", "year")


@dataclass(frozen=True)
class Answer:
    """The answer to a query.

    `form` is `select`, `ask` or `construct`. `rows` holds RDF terms (None where a variable is unbound), under `columns`;
    a graph's rows are its triples; a yes-or-no answer is one row, and `truth`. Iterating gives one dict of plain values
    per row. `heads` holds what the query's header says about the columns. `space` is what the IRI of a passage begins
    with, for links.
    """

    form: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truth: bool | None = None
    heads: Mapping[str, Column] = field(default_factory=dict, compare=False)
    shorten: Callable[[str], str] = field(default=str, compare=False, repr=False)
    space: str = field(default="", compare=False, repr=False)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.columns, map(plain, row), strict=True)) for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        """The truth of a yes-or-no question; otherwise whether anything was answered."""
        return bool(self.rows) if self.truth is None else self.truth

    def joined(self, heads: Mapping[str, Column]) -> Answer:
        """The answer under the columns of a header, with one row for all rows that differ only in columns with `join`.

        Such a row stands where the first of them stood. Its cells hold each value once, in the order of the rows.
        """
        joins = [(i, heads[name]) for i, name in enumerate(self.columns) if name in heads and heads[name].join]
        if self.form != "select" or not joins:
            return replace(self, heads=heads)
        places = {i for i, _ in joins}
        rows: dict[tuple, list[tuple]] = {}
        for row in self.rows:
            rows.setdefault(tuple(term for i, term in enumerate(row) if i not in places), []).append(row)
        return replace(self, rows=tuple(_joined(same, joins) for same in rows.values()), heads=heads)

    def head(self, column: str) -> Column:
        """What the header says about a column; without a header, the column's name is its title."""
        return self.heads.get(column) or Column(column)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One dict per row, column to plain value (see `plain`)."""
        return list(self)

    def to_pandas(self) -> Any:
        """A pandas DataFrame; pandas is imported here and need not be installed for anything else."""
        import pandas

        rows = [{k: float(v) if isinstance(v, Decimal) else v for k, v in row.items()} for row in self]
        return pandas.DataFrame(rows, columns=list(self.columns))

    def shown(self, term: Any) -> str:
        """A term as a reader sees it: IRIs shortened, literals without quotes, nothing for an unbound variable."""
        if term is None:
            return ""
        if hasattr(term, "datatype"):
            return term.value
        return self.shorten(term.value) if hasattr(term, "value") else str(term)

    def to_text(self, width: int | None = None) -> str:
        """A table in plain text, numbers to the right; with `width`, long cells are wrapped so that every line fits.

        Where even wrapped columns do not fit, each row is a block with a line for each column.
        """
        if self.truth is not None:
            return "yes\n" if self.truth else "no\n"
        head = self._titles()
        cells = [[" ".join(self.shown(term).split()) for term in row] for row in self.rows]
        wide = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
        fitted = _fitted(wide, width)
        count = f"{len(self.rows)} row{'' if len(self.rows) == 1 else 's'}\n"
        if fitted is None:
            return _blocks(head, cells, width or 0) + count
        right = self._numbers()
        rows = [_wrapped(line, fitted, right) for line in cells]
        gap = "\n" if any("\n" in row for row in rows) else ""
        body = "".join(f"{row}\n{gap}" for row in rows)
        rule = "  ".join("-" * w for w in fitted)
        return f"{_wrapped(head, fitted, right)}\n{rule}\n{body}{(gap and '') or chr(10)}{count}"

    def to_markdown(self) -> str:
        """A table in Markdown, with links behind things and passages."""
        if self.truth is not None:
            return "yes\n" if self.truth else "no\n"
        right = self._numbers()
        lines = [self._titles(), ["--:" if number else "---" for number in right]]
        lines += [
            [
                self._linked(column, term, _markdown, "[{1}]({0})")
                for column, term in zip(self.columns, row, strict=True)
            ]
            for row in self.rows
        ]
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)

    def to_html(self) -> str:
        """A table in HTML, with links behind things and passages; every cell is escaped, numbers are of the class `number`."""
        if self.truth is not None:
            return f"<p>{'yes' if self.truth else 'no'}</p>"
        right = self._numbers()
        marks = [' class="number"' if number else "" for number in right]
        head = "".join(
            f'<th scope="col"{mark}>{html.escape(title)}</th>'
            for mark, title in zip(marks, self._titles(), strict=True)
        )
        body = ""
        for row in self.rows:
            told = (
                self._linked(column, term, html.escape, '<a href="{0}">{1}</a>')
                for column, term in zip(self.columns, row, strict=True)
            )
            body += (
                "<tr>" + "".join(f"<td{mark}>{cell}</td>" for mark, cell in zip(marks, told, strict=True)) + "</tr>\n"
            )
        return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"

    _repr_html_ = to_html

    def passages(self) -> list[str]:
        """The passages and headings that the rows name, once each, in order."""
        heads = [(i, self.head(column)) for i, column in enumerate(self.columns)]
        named = (part for row in self.rows for i, head in heads if head.of == "passage" for part in head.parts(row[i]))
        return list(dict.fromkeys(named))

    def _titles(self) -> list[str]:
        return [self.head(column).title for column in self.columns]

    def _numbers(self) -> list[bool]:
        """For each column, whether it holds nothing but numbers."""
        columns = [[plain(row[i]) for row in self.rows if row[i] is not None] for i in range(len(self.columns))]
        return [bool(values) and not any(isinstance(value, (str, bool)) for value in values) for values in columns]

    def _linked(self, column: str, term: Any, safe: Callable[[str], str], link: str) -> str:
        """A cell with its links: an IRI leads to the thing, the number of a passage to the passage."""
        said = " ".join(self.shown(term).split())
        if hasattr(term, "value") and not hasattr(term, "datatype"):
            return link.format(safe(term.value), safe(said))
        head = self.head(column)
        parts = head.parts(term) if head.of == "passage" and self.space else ()
        if parts:
            return head.join.join(
                link.format(safe(self.space + part), safe(part)) if part[:1].isdigit() else safe(part) for part in parts
            )
        return safe(said)


def _joined(rows: list[tuple], joins: list[tuple[int, Column]]) -> tuple:
    """One row of several, the columns of `joins` with the values of all."""
    row = list(rows[0])
    for i, column in joins:
        values = dict.fromkeys(each[i].value for each in rows if each[i] is not None)
        text = column.join.join(values) if values else column.empty
        row[i] = literal(text) if text else None
    return tuple(row)


def _fitted(wide: list[int], width: int | None) -> list[int] | None:
    """Column widths that fit into `width`: the widest column gives way first, none below _LEAST; None where they do not fit."""
    wide = list(wide)
    while width and sum(wide) + 2 * (len(wide) - 1) > width:
        i = max(range(len(wide)), key=lambda i: wide[i])
        if wide[i] <= _LEAST:
            return None
        wide[i] -= 1
    return wide


def _wrapped(cells: list[str], wide: list[int], right: list[bool]) -> str:
    """One row, on as many lines as its longest cell needs."""
    broken = [textwrap.wrap(cell, w) or [""] for cell, w in zip(cells, wide, strict=True)]
    lines = zip_longest(*broken, fillvalue="")
    return "\n".join(
        "  ".join(part.rjust(w) if r else part.ljust(w) for part, w, r in zip(line, wide, right, strict=True)).rstrip()
        for line in lines
    )


def _blocks(head: list[str], cells: list[list[str]], width: int) -> str:
    """Each row as a block of lines, `title  cell`, the cell wrapped under itself."""
    margin = min(max(map(len, head)), width // 3)
    blocks = []
    for row in cells:
        lines = []
        for title, cell in zip(head, row, strict=True):
            names, parts = textwrap.wrap(title, margin), textwrap.wrap(cell, width - margin - 2)
            lines += [
                f"{name.ljust(margin)}  {part}".rstrip()
                for name, part in zip_longest(names, parts or [""], fillvalue="")
            ]
        blocks.append("\n".join(lines) + "\n\n")
    return "".join(blocks)


def _markdown(text: str) -> str:
    return _MARKS.sub(r"\\\g<0>", text)
