"""Terms and answers as pages show them: labels with links in place of IRIs, numbers aligned, passages as links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from statereport.errors import visible
from statereport.rdf import namespaces
from statereport.rdf.terms import is_iri, is_literal, plain, text
from statereport.sparql.tokens import variables

if TYPE_CHECKING:
    from statereport.pages.names import Discrepancy, Names
    from statereport.sparql.answers import Answer

# Columns whose cells cite the report.
_CITING = ("passage", "theme")
_DATE = re.compile(r"-?-?\d\d(?:\d\d)?(?:-\d\d){0,2}")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?|[+-]?\.\d+", re.ASCII)


@dataclass(frozen=True)
class Thing:
    """A piece of text on a page: its language, where it leads, its title, and its direction (ltr, rtl) if any.

    `noted` are the discrepancies that are about it.
    """

    text: str
    language: str = ""
    path: str = ""
    title: str = ""
    direction: str = ""
    noted: tuple[Discrepancy, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column: its title, and what stands `between` several things of one cell.

    `number` and `date` are true where it holds nothing else; `cites` where it holds passages or themes.
    """

    name: str
    title: str
    number: bool = False
    between: str = " "
    date: bool = False
    cites: bool = False


@dataclass(frozen=True)
class Table:
    """An answer as a table of cells; each cell is a tuple of things."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[tuple[Thing, ...], ...], ...]


def thing(iri: str, names: Names) -> Thing:
    """An IRI as its label and link."""
    label = names.label(iri)
    return Thing(label.text, label.language, names.path(iri), names.short(iri), noted=names.noted.get(iri, ()))


def identifier(iri: str, names: Names) -> Thing:
    """An IRI as its name in short and link."""
    return Thing(names.short(iri), "", names.path(iri), iri, noted=names.noted.get(iri, ()))


def number(value: Any) -> str:
    """A number with its thousands apart; what is not written in digits (INF, 1e300) as it is."""
    written = str(value)
    return f"{Decimal(written):,f}" if _NUMBER.fullmatch(written) else written


def term(value: Any, names: Names, identifiers: bool = False) -> Thing:
    """Any term as pages show it: things by label or identifier, numbers with thousands apart, text with language."""
    if is_iri(value):
        return identifier(value.value, names) if identifiers else thing(value.value, names)
    known = plain(value)
    if isinstance(known, bool):
        return Thing("yes" if known else "no")
    if isinstance(known, int | Decimal | float):
        return Thing(number(value.value))
    language = (value.language or "") if is_literal(value) else ""
    direction = value.direction.value if language and value.direction else ""
    return Thing(visible(text(value)), language, direction=direction)


def passages(references: Iterable[str], names: Names, report: str = "") -> tuple[Thing, ...]:
    """References of text units as links into the reader, as far as there are such units.

    `report` is the IRI of the report that they are of, where it is known.
    """
    found = ((visible(reference), names.unit(reference, report)) for reference in references)
    return tuple(
        Thing(reference, "", unit.path, unit.label, noted=names.noted.get(unit.iri, ())) if unit else Thing(reference)
        for reference, unit in found
    )


def discrepancies(answer: Answer, names: Names) -> tuple[Discrepancy, ...]:
    """The discrepancies about the things in an answer, each once."""
    things = (
        thing
        for row in answer.rows
        for column, value in zip(answer.columns, row, strict=True)
        if value is not None
        for thing in (answer.head(column).parts(value) if is_literal(value) else [value.value] if is_iri(value) else [])
    )
    return tuple(dict.fromkeys(entry for iri in things for entry in names.noted.get(iri, ())))


def table(answer: Answer, names: Names, identifiers: bool = False) -> Table:
    """An answer for reading. Without `identifiers`, a column of labels takes the links of the things that it names.

    Where no column has the passages of the statements, one is added that does.
    """
    kept = list(range(len(answer.columns)))
    linked: dict[int, int] = {}
    if not identifiers:
        linked = _labelled(answer, names)
        kept = [i for i in kept if i not in linked.values()]
    columns = [_column(answer, i) for i in kept]
    has_passages = any(answer.head(column.name).of == "passage" for column in columns)
    stated = None if has_passages else _statements(answer, names)
    rows = []
    for row in answer.rows:
        report = _report(answer, row, names)
        cells = [_cell(row, i, linked.get(i), answer, names, identifiers, report) for i in kept]
        if stated is not None:
            cells.append(passages(names.stated.get(text(row[stated]), ()), names, report))
        rows.append(tuple(cells))
    if stated is not None:
        columns.append(Column("stated_in", "In the report", cites=True))
    return Table(tuple(columns), tuple(rows))


def as_asked(answer: Answer, names: Names, identifiers: bool, query: str) -> Table:
    """An answer with all its columns in the order of the query's variables, as its writer asked for them."""
    places = {name: place for place, name in reversed([*enumerate(variables(query))])}
    kept = sorted(range(len(answer.columns)), key=lambda i: places.get(answer.columns[i], len(places)))
    columns = tuple(_column(answer, i) for i in kept)
    rows = []
    for row in answer.rows:
        report = _report(answer, row, names)
        rows.append(tuple(_cell(row, i, None, answer, names, identifiers, report) for i in kept))
    return Table(columns, tuple(rows))


def _report(answer: Answer, row: tuple, names: Names) -> str:
    """The IRI of the report that a row is of: from a column of that name, or else from the things in it."""
    named = [text(value) for name, value in zip(answer.columns, row, strict=True) if name == "report" and value]
    if named:
        return f"{namespaces.BASE}id/report/{named[0].rpartition('/')[2]}"
    return next(filter(None, (names.report_of(value.value) for value in row if is_iri(value))), "")


def _column(answer: Answer, i: int) -> Column:
    values = [plain(row[i]) for row in answer.rows if row[i] is not None]
    counted = bool(values) and not any(isinstance(value, str | bool) for value in values)
    name = answer.columns[i]
    head = answer.head(name)
    dated = bool(values) and all(_DATE.fullmatch(str(value)) for value in values)
    return Column(
        name, head.title, counted and head.of != "year", " " if head.of in _CITING else ", ", dated, head.of in _CITING
    )


def _cell(
    row: tuple, i: int, link: int | None, answer: Answer, names: Names, identifiers: bool, report: str
) -> tuple[Thing, ...]:
    value, head = row[i], answer.head(answer.columns[i])
    if value is None:
        return ()
    if link is not None and row[link] is not None:
        target = row[link].value
        known = thing(target, names)
        if names.language != "en" and target in names.labels:
            return (known,)
        return (replace(term(value, names), path=known.path, title=known.title, noted=known.noted),)
    if not is_literal(value):
        return (term(value, names, identifiers),)
    parts = head.parts(value) if head.of else ()
    if head.of == "passage" and parts:
        return passages(parts, names, report)
    if head.of == "theme":
        units = [names.unit(f"theme {part}", report) or names.unit(part, report) for part in parts]
        return tuple(
            Thing(part, "", unit.path, unit.label) if unit else Thing(visible(part))
            for part, unit in zip(parts, units, strict=True)
        )
    if head.of == "thing":
        return tuple(identifier(part, names) if identifiers else thing(part, names) for part in parts)
    if head.of == "year":
        return (Thing(visible(value.value)),)
    if answer.columns[i] == "report" and report in names.labels and report.endswith(f"/{value.value}"):
        return (Thing(visible(value.value), "", f"/report/{value.value}", names.label(report).text),)
    return (term(value, names),)


def _labelled(answer: Answer, names: Names) -> dict[int, int]:
    """Columns of text whose every cell is a label of the thing in a column of IRIs: text column → that column."""
    found: dict[int, int] = {}
    for i in range(len(answer.columns)):
        if not answer.rows or not all(row[i] is None or is_iri(row[i]) for row in answer.rows):
            continue
        for j in range(len(answer.columns)):
            if j not in found and _are_labels(answer, i, j, names):
                found[j] = i
                break
    return found


def _are_labels(answer: Answer, i: int, j: int, names: Names) -> bool:
    """Whether column j holds labels of the things in column i, wherever there is one."""
    pairs = [(row[i], row[j]) for row in answer.rows if row[i] is not None]
    if not pairs or i == j:
        return False
    return all(
        is_literal(label) and any(label.value == known.text for known in names.labels.get(iri.value, ()))
        for iri, label in pairs
    )


def _statements(answer: Answer, names: Names) -> int | None:
    """The first column that holds statements only, as far as it holds anything."""
    for i in range(len(answer.columns)):
        values = [row[i] for row in answer.rows if row[i] is not None]
        if values and all(is_iri(value) and value.value in names.stated for value in values):
            return i
    return None


def address(path: str, /, **values: str) -> str:
    """A path with parameters."""
    return f"{path}?{urlencode(values)}"
