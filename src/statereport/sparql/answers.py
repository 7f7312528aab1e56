"""The answer to a query: an immutable value that can be compared, copied and pickled; `renderings` has its faces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from statereport.rdf.terms import is_iri, plain, text
from statereport.rdf.writers import literal

KINDS = ("passage", "theme", "thing", "year")


@dataclass(frozen=True)
class Column:
    """A column of an answer, as the header of a saved query describes it.

    `title` is the heading for people. `of` is what the cells hold: `passage` (references of passages and headings,
    such as 13.6 and theme 13), `theme` (numbers of themes), `thing` (IRIs, written as text), `year`, or nothing in
    particular. `join` stands between several values of one cell, and `empty` where there is no value.
    """

    title: str
    of: str = ""
    join: str = ""
    empty: str = ""

    def parts(self, term: Any) -> tuple[str, ...]:
        """The values of a cell, one by one; none where it is empty."""
        value = text(term)
        if value in ("", self.empty):
            return ()
        return tuple(value.split(self.join)) if self.join else (value,)


@dataclass(frozen=True)
class Answer:
    """The answer to a query.

    `form` is `select`, `ask` or `construct`. `rows` holds RDF terms (None where a variable is unbound), under
    `columns`; a graph's rows are its triples; a yes-or-no answer is one row, and `truth`. Iterating gives one dict of
    plain values per row. `heads` describes the columns, as the query's header does. `shorten` makes the short name
    of an IRI, and `space` is what the IRI of a passage begins with, for links.
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
        """The truth of a yes-or-no question; otherwise whether there is a row."""
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
        """The description of a column; without a header, the column's name is its title."""
        return self.heads.get(column) or Column(column)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One dict per row, column to plain value (see `terms.plain`)."""
        return list(self)

    def to_pandas(self) -> Any:
        """A pandas DataFrame; pandas is imported here and need not be installed for anything else."""
        from statereport.sparql import renderings

        return renderings.data_frame(self)

    def to_text(self, width: int | None = None) -> str:
        """A table in plain text; with `width`, in characters, every line fits."""
        from statereport.sparql import renderings

        return renderings.text_table(self, width)

    def to_markdown(self) -> str:
        """A table in Markdown, with links to things and passages."""
        from statereport.sparql import renderings

        return renderings.markdown_table(self)

    def to_html(self) -> str:
        """A table in HTML, with links to things and passages."""
        from statereport.sparql import renderings

        return renderings.html_table(self)

    _repr_html_ = to_html

    @property
    def titles(self) -> list[str]:
        """The headings of the columns."""
        return [self.head(column).title for column in self.columns]

    def shown(self, term: Any) -> str:
        """A term as a reader sees it: IRIs shortened, literals without quotes, nothing for an unbound variable."""
        return self.shorten(term.value) if is_iri(term) else text(term)

    def passages(self) -> list[str]:
        """The passages and headings that the rows name, once each, in order."""
        heads = [(i, self.head(column)) for i, column in enumerate(self.columns)]
        named = (part for row in self.rows for i, head in heads if head.of == "passage" for part in head.parts(row[i]))
        return list(dict.fromkeys(named))


def _joined(rows: list[tuple], joins: list[tuple[int, Column]]) -> tuple:
    """One row of several, the columns of `joins` with the values of all."""
    row = list(rows[0])
    for i, column in joins:
        values = dict.fromkeys(text(each[i]) for each in rows if each[i] is not None)
        value = column.join.join(values) if values else column.empty
        row[i] = literal(value) if value else None
    return tuple(row)
