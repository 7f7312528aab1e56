"""What a query answers: an immutable value with faces for people and programs."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS = {_XSD + kind for kind in ("integer", "nonNegativeInteger", "positiveInteger", "int", "long")}


def plain(term: Any) -> Any:
    """A term as a plain Python value: int, Decimal, float or bool for numbers and truths, else its text.

    Dates stay text, because the report's dates have their own precision (`2017`, `--02-07`).
    """
    if term is None:
        return None
    kind = getattr(getattr(term, "datatype", None), "value", None)
    if kind in _INTEGERS:
        return int(term.value)
    if kind == _XSD + "decimal":
        return Decimal(term.value)
    if kind in (_XSD + "double", _XSD + "float"):
        return float(term.value)
    if kind == _XSD + "boolean":
        return term.value in ("true", "1")
    return getattr(term, "value", str(term))


@dataclass(frozen=True)
class Answer:
    """What a query answered.

    `form` is `select`, `ask` or `construct`. `rows` holds RDF terms (None where a variable is unbound), under `columns`;
    a graph's rows are its triples; a yes-or-no answer is one row, and `truth`. Iterating gives one dict of plain values per row.
    """

    form: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truth: bool | None = None
    titles: dict[str, str] = field(default_factory=dict, compare=False)
    shorten: Callable[[str], str] = field(default=str, compare=False, repr=False)

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
        """A table in plain text; with `width`, wide columns are cut so that each row is one line of the terminal."""
        if self.truth is not None:
            return "yes\n" if self.truth else "no\n"
        head = [self.titles.get(column, column) for column in self.columns]
        lines = [[" ".join(self.shown(term).split()) for term in row] for row in self.rows]
        wide = [max(map(len, cells)) for cells in zip(head, *lines, strict=True)]
        wide = _fitted(wide, [len(title) for title in head], width)
        right = [
            bool(self.rows) and all(row[i] is None or not isinstance(plain(row[i]), str) for row in self.rows)
            for i in range(len(head))
        ]
        rule = ["-" * w for w in wide]
        text = "\n".join(
            "  ".join(
                _cut(cell, w).rjust(w) if r else _cut(cell, w).ljust(w)
                for cell, w, r in zip(line, wide, right, strict=True)
            ).rstrip()
            for line in [head, rule, *lines]
        )
        return f"{text}\n\n{len(self.rows)} row{'' if len(self.rows) == 1 else 's'}\n"

    def _repr_html_(self) -> str:
        """The table that a notebook shows; every cell is escaped."""
        if self.truth is not None:
            return f"<p>{'yes' if self.truth else 'no'}</p>"
        head = "".join(f"<th>{html.escape(self.titles.get(column, column))}</th>" for column in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(self.shown(term))}</td>" for term in row) + "</tr>" for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _fitted(wide: list[int], least: list[int], width: int | None) -> list[int]:
    """Column widths that fit into `width`: the widest column gives way first, none below its title or 12 characters."""
    wide = list(wide)
    while width and sum(wide) + 2 * (len(wide) - 1) > width:
        i = max(range(len(wide)), key=lambda i: wide[i])
        if wide[i] <= max(12, min(least[i], 20)):
            break
        wide[i] -= 1
    return wide


def _cut(cell: str, width: int) -> str:
    return cell if len(cell) <= width else cell[: width - 1] + "…"
