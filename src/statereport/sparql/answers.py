"""What a query answers: an immutable value with faces for people and programs."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from statereport.rdf.namespaces import XSD

_INTEGERS = {XSD + kind for kind in ("integer", "nonNegativeInteger", "positiveInteger", "int", "long")}
_PASSAGES = ("passage", "passages")
_NOWHERE = "in no passage"  # what a question says of a row that the report tells nowhere
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
class Answer:
    """What a query answered.

    `form` is `select`, `ask` or `construct`. `rows` holds RDF terms (None where a variable is unbound), under `columns`;
    a graph's rows are its triples; a yes-or-no answer is one row, and `truth`. Iterating gives one dict of plain values per row.
    `space` is what the IRI of a passage begins with, for links.
    """

    form: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truth: bool | None = None
    titles: dict[str, str] = field(default_factory=dict, compare=False)
    shorten: Callable[[str], str] = field(default=str, compare=False, repr=False)
    space: str = field(default="", compare=False, repr=False)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.columns, map(plain, row), strict=True)) for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        """The truth of a yes-or-no question; otherwise whether anything was answered."""
        return bool(self.rows) if self.truth is None else self.truth

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
        """The passages and headings that the rows name in their columns `passage` and `passages`, once each, in order."""
        places = [i for i, column in enumerate(self.columns) if column in _PASSAGES]
        named = (part for row in self.rows for i in places if row[i] is not None for part in row[i].value.split("; "))
        return [part for part in dict.fromkeys(named) if part != _NOWHERE]

    def _titles(self) -> list[str]:
        return [self.titles.get(column, column) for column in self.columns]

    def _numbers(self) -> list[bool]:
        """For each column, whether it holds nothing but numbers."""
        columns = [[plain(row[i]) for row in self.rows if row[i] is not None] for i in range(len(self.columns))]
        return [bool(values) and not any(isinstance(value, (str, bool)) for value in values) for values in columns]

    def _linked(self, column: str, term: Any, safe: Callable[[str], str], link: str) -> str:
        """A cell with its links: an IRI leads to the thing, the number of a passage to the passage."""
        said = " ".join(self.shown(term).split())
        if hasattr(term, "value") and not hasattr(term, "datatype"):
            return link.format(safe(term.value), safe(said))
        if column in _PASSAGES and self.space:
            parts = said.split("; ")
            return "; ".join(
                link.format(safe(self.space + part), safe(part)) if part[:1].isdigit() else safe(part) for part in parts
            )
        return safe(said)


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
