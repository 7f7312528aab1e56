"""Why a query has no answer: the first part of its pattern, in the order it is written, that leaves nothing.

The parts are tried together from the first on, each time with one more, so that the part that is named is the one to
look at: all that stands before it has a match.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from statereport.errors import Problem, did_you_mean
from statereport.rdf.prefixes import Prefixes
from statereport.sparql import patterns
from statereport.sparql.answers import Answer
from statereport.sparql.engine import Engine, literal_text
from statereport.sparql.patterns import Part, Pattern
from statereport.sparql.query import Query

# Parts that can never take a row away.
_HARMLESS = ("optional", "bind")
# A pattern of more parts, or nested deeper, is one of a machine; to explain it would cost more than to run it.
_MOST, _DEEPEST = 60, 4


@dataclass(frozen=True)
class Cause:
    """Why there is no answer: the part as written, its place (`source:line:column`), why, and what may help."""

    part: str
    where: str
    why: str
    help: str = ""

    def __str__(self) -> str:
        lines = [self.why, *(f"  {line.strip()}" for line in self.part.splitlines()), f"  at {self.where}"]
        return "\n".join([line for line in lines if line.strip()] + ([self.help] if self.help else []))


def explain(
    text: str | Query, engine: Engine, source: str = "query", prefixes: Mapping[str, str] | None = None
) -> Cause | None:
    """Why this query answers no row; None where that is not found. Runs one short query per part."""
    query = Query.of(text, source, prefixes)
    try:
        reader = patterns.Reader(query)
        whole = reader.pattern()
        if whole is None:
            return None
        empty = _Empty(query, engine, Prefixes({**query.prefixes, **query.declared}), reader)
        return _first_empty(empty, whole, _DEEPEST) or _after(query, whole)
    except (patterns.Unreadable, Problem):
        return None


@dataclass(frozen=True)
class _Empty:
    """A query without an answer, the engine on which its parts are run, and the prefixes that they may use."""

    query: Query
    engine: Engine
    prefixes: Prefixes
    reader: patterns.Reader

    def ask(self, text: str) -> Answer:
        return self.engine.query(text, self.query.source, self.prefixes)

    def matches(self, parts: list[Part]) -> bool:
        pattern = "\n".join(f"{part.text} ." if part.kind == "triple" else part.text for part in parts)
        return self.ask(f"ASK {{\n{pattern}\n}}").truth is True


def _first_empty(empty: _Empty, pattern: Pattern, depth: int) -> Cause | None:
    if len(pattern.parts) > _MOST:
        return None
    kept: list[Part] = []
    for part in _order(pattern.parts):
        kept.append(part)
        if part.kind in _HARMLESS or empty.matches(kept):
            continue
        if depth and part.kind in ("group", "select") and not empty.matches([part]):
            deeper = _first_empty(empty, empty.reader.inside(part), depth - 1)
            if deeper:
                return deeper
        where = empty.query.place(part.start)
        return Cause(_short(part.text), where, _why(empty, part, len(kept) == 1), _help(empty, part))
    return None


def _order(parts: tuple[Part, ...]) -> Iterator[Part]:
    """The parts as written, but each filter as soon as all its variables stand before it, at the latest last."""
    waiting: list[Part] = []
    seen: set[str] = set()
    for part in parts:
        if part.kind == "filter":
            waiting.append(part)
        else:
            yield part
            seen |= part.variables
        for ready in [each for each in waiting if each.variables <= seen]:
            waiting.remove(ready)
            yield ready
    yield from waiting


def _why(empty: _Empty, part: Part, alone: bool) -> str:
    if part.kind == "filter":
        return "What stands before this filter has matches, and none of them passes it:"
    if part.kind == "minus":
        return "What stands before this has matches, and all of them are taken away by:"
    if not alone and empty.matches([part]):
        return "This part of the pattern has matches, and so has what stands before it, but none fits both:"
    return "This part of the pattern has no match in the graph:"


def _help(empty: _Empty, part: Part) -> str:
    """A hint about an IRI that the graph does not have, or about a text that it has only in a language."""
    if part.kind != "triple":
        return ""
    for token in part.tokens:
        if (
            token.kind in ("iri", "name")
            and not empty.ask(
                f"ASK {{ {{ {token.text} ?p ?o }} UNION {{ ?s {token.text} ?o }} UNION {{ ?s ?p {token.text} }} }}"
            ).truth
        ):
            return f"The graph does not have {token.text}.{_nearest(empty, token.text)}"
    text = part.tokens[-1]
    if text.kind == "number":
        before = " ".join(token.text for token in part.tokens[:-1])
        if empty.ask(f'ASK {{ {before} "{text.text}" }}').truth:
            return f'The graph has this as text: "{text.text}".'
    if text.kind == "string":
        rows = empty.ask(
            "SELECT DISTINCT (LANG(?v) AS ?tag) "
            f"{{ ?s ?p ?v FILTER(isLiteral(?v) && STR(?v) = {text.text}) }} ORDER BY ?tag"
        )
        tags = [row["tag"] for row in rows if row["tag"]]
        if tags:
            return f"The graph has this text with a language: {text.text}@{tags[0]}."
    return ""


def _nearest(empty: _Empty, term: str) -> str:
    """The names most like this one, of the same kind (they begin alike)."""
    (row,) = empty.ask(f"SELECT (STR({term}) AS ?iri) {{}}").to_dicts()
    space = row["iri"][: max(row["iri"].rfind("/"), row["iri"].rfind("#")) + 1]
    rows = empty.ask(
        "SELECT DISTINCT ?x { { SELECT DISTINCT ?x { ?s ?x ?o } } UNION { ?x a ?class } "
        f"FILTER(STRSTARTS(STR(?x), {literal_text(space)})) }} ORDER BY ?x"
    )
    near = did_you_mean(empty.prefixes.shorten(row["iri"]), [empty.prefixes.shorten(each["x"]) for each in rows])
    return f" {near[0].upper()}{near[1:]}" if near else ""


def _after(query: Query, whole: Pattern) -> Cause | None:
    """The pattern has matches: what stands after it, or the template before it, leaves none."""
    if whole.form == "CONSTRUCT":
        why = "The pattern has matches, but no triple of the template is complete:"
        return Cause("", query.place(whole.start), why)
    for token in query.tokens:
        if token.start > whole.end and any(token.is_keyword(name) for name in ("HAVING", "OFFSET", "LIMIT", "VALUES")):
            line = query.text[token.start :].splitlines()[0]
            return Cause(line, query.place(token.start), "The pattern has matches, and this leaves none of them:")
    return None


def _short(text: str) -> str:
    lines = text.splitlines()
    return "\n".join([*lines[:5], "…"]) if len(lines) > 6 else text
