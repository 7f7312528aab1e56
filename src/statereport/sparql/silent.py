"""What a query leaves out in silence: parts that an engine answers, and otherwise than most people mean.

Each function of `_LOOKS` looks for one mistake, at a place of the query, and asks the graph whether it matters there: a
query is not blamed for what makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from statereport.errors import Problem
from statereport.rdf.namespaces import RDFS
from statereport.sparql import patterns
from statereport.sparql.answers import Answer
from statereport.sparql.engine import Engine
from statereport.sparql.patterns import Part, Pattern
from statereport.sparql.query import Query
from statereport.sparql.tokens import Token

_SUMS = ("GROUP_CONCAT", "SUM", "AVG")
_GUARDS = ("COALESCE", "IF", "BOUND")
_DATES = ("YEAR", "MONTH", "DAY")
_COMPARED = ("=", "!=", "<", ">", "<=", ">=")


@dataclass(frozen=True)
class Doubt:
    """What is probably not meant: its place (`source:line:column`), what happens there, and how to write it."""

    where: str
    what: str
    hint: str

    def __str__(self) -> str:
        return f"{self.where}  {self.what} Fix: {self.hint}"


@dataclass(frozen=True)
class _Asked:
    """A query with its pattern, its answer, and the engine that gave it."""

    query: Query
    answer: Answer
    engine: Engine
    reader: patterns.Reader
    pattern: Pattern

    def count(self, pattern: str) -> int:
        """How many values `?value` a pattern has."""
        text = f"{self.pattern.prologue} SELECT (COUNT(DISTINCT ?value) AS ?n) {{ {pattern} }}"
        return int(self.engine.query(text, self.query.source, self.query.prefixes).to_dicts()[0]["n"])

    def unbound(self, variable: str) -> int:
        """In how many rows of the answer a column has no value; none where it is no column."""
        columns = self.answer.columns
        return sum(row[columns.index(variable)] is None for row in self.answer.rows) if variable in columns else 0

    def values_of(self, part: Part) -> Iterator[tuple[str, str]]:
        """For each variable of a filter that is the object of a triple: its name, and the triple about `?value`."""
        for triple in self.pattern.parts:
            last = triple.tokens[-1]
            if triple.kind == "triple" and last.kind == "variable" and last.text[1:] in part.variables:
                yield last.text, f"{' '.join(token.text for token in triple.tokens[:-1])} ?value ."


def doubts(
    text: str | Query, answer: Answer, engine: Engine, source: str = "query", prefixes: Mapping[str, str] | None = None
) -> tuple[Doubt, ...]:
    """What an answer leaves out in silence; nothing where that is not found. Runs a short query for each suspicion."""
    query = Query.of(text, source, prefixes)
    try:
        reader = patterns.Reader(query)
        pattern = reader.pattern()
        if pattern is None or pattern.form != "SELECT":
            return ()
        asked = _Asked(query, answer, engine, reader, pattern)
        return tuple(found for look in _LOOKS for found in look(asked))
    except (patterns.Unreadable, Problem):
        return ()


def _sums_of_optional(asked: _Asked) -> Iterator[Doubt]:
    """An aggregate over a variable that only an OPTIONAL binds has no value where the OPTIONAL has no match."""
    certain = {
        name for part in asked.pattern.parts if part.kind not in ("optional", "filter") for name in part.variables
    }
    tokens = asked.reader.tokens
    for i, token in enumerate(tokens[:-1]):
        if token.start >= asked.pattern.start or tokens[i + 1].text != "(" or token.text.upper() not in _SUMS:
            continue
        end = asked.reader.closing(i + 1)
        inside, after = tokens[i + 2 : end], tokens[end + 1 : end + 3]
        if any(each.text.upper() in _GUARDS for each in inside) or len(after) < 2 or not after[0].is_keyword("AS"):
            continue
        loose = [each.text for each in inside if each.kind == "variable" and each.text[1:] not in certain]
        empty = asked.unbound(after[1].text[1:]) if loose else 0
        if empty:
            value = '""' if token.is_keyword("GROUP_CONCAT") else "0"
            text = f"STR({loose[0]})" if token.is_keyword("GROUP_CONCAT") else loose[0]
            yield Doubt(
                asked.query.place(token.start),
                f"{after[1].text} is empty in {empty} of {len(asked.answer.rows)} rows: {token.text.upper()} has no "
                f"value where one {loose[0]} is missing, and only an OPTIONAL binds it.",
                f"write {token.text.upper()}(COALESCE({text}, {value}) …).",
            )


def _dates_without_a_day(asked: _Asked) -> Iterator[Doubt]:
    """A comparison with xsd:date, or YEAR(), leaves out what is a year or a month only."""
    for part in _filters(asked):
        dated = any(token.kind == "name" and token.text == "xsd:date" for token in part.tokens)
        if not dated and not any(token.text.upper() in _DATES and token.kind == "word" for token in part.tokens):
            continue
        for variable, triple in asked.values_of(part):
            others = asked.count(f"{triple} FILTER(ISLITERAL(?value) && !STRENDS(STR(DATATYPE(?value)), '#date'))")
            if others:
                yield Doubt(
                    asked.query.place(part.start),
                    f"{others} values of {variable} are no days but years or months (2017, 2010-03), which this filter "
                    "leaves out.",
                    f'compare the text: FILTER(STR({variable}) >= "2018").',
                )


def _numbers_for_text(asked: _Asked) -> Iterator[Doubt]:
    """A comparison of text with a number is an error, which takes the row away."""
    for part in _filters(asked):
        for left, sign, right in zip(part.tokens, part.tokens[1:], part.tokens[2:], strict=False):
            number = right if right.kind == "number" else left if left.kind == "number" else None
            variable = left if left.kind == "variable" else right
            if sign.text not in _COMPARED or number is None or variable.kind != "variable":
                continue
            for name, triple in asked.values_of(part):
                kinds = f"{triple} FILTER(ISLITERAL(?value) && {{}}ISNUMERIC(?value))"
                if name == variable.text and asked.count(kinds.format("!")) and not asked.count(kinds.format("")):
                    yield Doubt(
                        asked.query.place(part.start),
                        f"The values of {name} are text, which no number is equal to, less or greater.",
                        f'write {name} {sign.text} "{number.text}", or xsd:integer({name}) {sign.text} {number.text}.',
                    )


def _labels_of_data(asked: _Asked) -> Iterator[Doubt]:
    """Only the terms of the vocabulary have rdfs:label."""
    for token, after in zip(asked.reader.tokens, asked.reader.tokens[1:], strict=False):
        if not _is_label(asked, token) or after.kind != "variable" or token.start < asked.pattern.start:
            continue
        rows = len(asked.answer.rows)
        missing = not rows or asked.unbound(after.text[1:]) == rows
        if missing and asked.count("?thing <http://www.w3.org/2004/02/skos/core#prefLabel> ?value ."):
            yield Doubt(
                asked.query.place(token.start),
                f"No row has {after.text}: only terms of the vocabulary have rdfs:label.",
                f'things have skos:prefLabel {after.text}, in several languages: FILTER(LANG({after.text}) = "en").',
            )


_LOOKS: tuple[Callable[[_Asked], Iterator[Doubt]], ...] = (
    _sums_of_optional,
    _dates_without_a_day,
    _numbers_for_text,
    _labels_of_data,
)


def _filters(asked: _Asked) -> Iterator[Part]:
    return (part for part in asked.pattern.parts if part.kind == "filter")


def _is_label(asked: _Asked, token: Token) -> bool:
    prefix, _, local = token.text.partition(":")
    known = {**asked.query.prefixes, **asked.query.declared}
    return token.text == f"<{RDFS}label>" or (token.kind == "name" and known.get(prefix, "") + local == f"{RDFS}label")
