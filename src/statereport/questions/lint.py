"""What a saved query must be beyond valid SPARQL: ordered, titled, readable, quick on any corpus, usual prefixes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from statereport.errors import Problem, QueryUntidy
from statereport.questions.saved import SavedQuery
from statereport.sparql import tokens
from statereport.sparql.query import Query

# Topics that serve other programs: their summary need not be a question.
_MACHINERY = ("tables", "checks", "pages")
_WIDEST = 120
# A sentence begins with a capital letter, a digit or a quotation mark.
_SMALL = re.compile(r"(?:^|[.?!] )[a-z_]")


def lint(query: SavedQuery, prefixes: Mapping[str, str]) -> tuple[Problem, ...]:
    """Every rule that a saved query breaks, with its place; none for a good one.

    `prefixes` is the project's table. Raises QuerySyntax or QueryRefused where the query does not run at all.
    """
    source = query.source
    read = Query(query.text, source)
    words = list(read.tokens)
    read.screen()
    faults = [
        *((None, sentence) for sentence in (*_header(query), *_prose(query))),
        *_select_star(words),
        *_prefixes(words, prefixes),
        *_not_exists(words),
        *((None, sentence) for sentence in _joined(query, words)),
    ]
    if query.form == "select" and _order_by(words) == len(words):
        faults.append((None, "ORDER BY is missing at the end: two engines would answer in two orders."))
    return tuple(
        QueryUntidy(tokens.place(query.text, token.start, source) if token else source, sentence, "")
        for token, sentence in faults
    )


def _header(query: SavedQuery) -> Iterator[str]:
    if not query.description:
        yield "The header has no description."
    if query.topic not in _MACHINERY and not query.summary.endswith("?"):
        yield "The summary is not a question."
    if query.form == "select":
        for column in query.columns:
            if column not in query.titles:
                yield f"The column {column} has no title in the header."
        for column in query.titles:
            if column not in query.columns:
                yield f"The header titles a column {column} that is not in the answer."
    named = {parameter.name for parameter in query.parameters}
    for block in Query(query.text).blocks:
        if block.variable not in named:
            yield f"VALUES ?{block.variable} looks like a parameter and is not among the header's params."
    other = query.expect.get("other") or {}
    if query.parameters and query.topic != "pages" and not other:
        yield "The header's expect has no other values to try: expect: {other: {name: value}}."
    for key in query.expect:
        if key not in ("rows", "other"):
            yield f"expect has no key {key}: use rows (how many) and other (values that give another answer)."
    for key in ("x", "y"):
        if query.chart and query.chart.get(key) not in query.columns:
            yield f"The chart's {key} is not a column."


def _prose(query: SavedQuery) -> Iterator[str]:
    for key, text in (("summary", query.summary), ("description", query.description)):
        if _SMALL.search(text):
            yield f"The {key} has a sentence that begins with a small letter."
        if text and text[-1] not in ".?":
            yield f"The {key} does not end with a full stop or question mark."
    for number, line in enumerate(query.text.splitlines(), 1):
        if len(line) > _WIDEST:
            yield f"Line {number} has {len(line)} characters: break it after at most {_WIDEST}."


def _joined(query: SavedQuery, words: list[tokens.Token]) -> Iterator[str]:
    """Values of several rows are joined in the order of the rows, so each such column must be in ORDER BY."""
    order = {word.text[1:] for word in words[_order_by(words) :] if word.kind == "variable"}
    for column, head in query.heads.items():
        if head.join and column not in order and column not in _concatenated(words):
            yield f"The column {column} is joined and not in ORDER BY: its values would have no fixed order."
    for column, head in query.heads.items():
        if head.empty and not head.join:
            yield f"The column {column} says what stands in an empty cell, which only a joined column can have."


def _concatenated(words: list[tokens.Token]) -> set[str]:
    """The variables that the query itself joins by GROUP_CONCAT."""
    found = set()
    for i, word in enumerate(words):
        if word.is_keyword("GROUP_CONCAT"):
            end = i + 1 + sum(1 for _ in _group(words[i + 1 :], "()"))
            found |= {after.text[1:] for after in words[end + 1 : end + 2] if words[end].is_keyword("AS")}
    return found


def _select_star(words: list[tokens.Token]) -> Iterator[tuple[tokens.Token, str]]:
    for word, after in zip(words, words[1:], strict=False):
        if word.is_keyword("SELECT") and after.text == "*":
            yield word, "SELECT * names no columns: they would change with the pattern."


def _prefixes(words: list[tokens.Token], known: Mapping[str, str]) -> Iterator[tuple[tokens.Token, str]]:
    declared = {}
    for word, name, iri in zip(words, words[1:], words[2:], strict=False):
        if word.is_keyword("PREFIX"):
            declared[name.text[:-1]] = name
            if known.get(name.text[:-1]) != iri.text[1:-1]:
                yield name, f"{name.text} means something else in ontology/prefixes.ttl, or is not there."
    heads = {id(name) for name in declared.values()}
    used = {word.text.split(":")[0] for word in words if word.kind == "name" and id(word) not in heads}
    for prefix, name in declared.items():
        if prefix not in used:
            yield name, f"{name.text} is declared and not used."
    if list(declared) != sorted(declared):
        yield words[0], "The PREFIX lines are not in alphabetical order."


def _not_exists(words: list[tokens.Token]) -> Iterator[tuple[tokens.Token, str]]:
    """NOT EXISTS over a path or with a filter inside is run anew for every row: quadratic in the size of the corpus."""
    for i, word in enumerate(words):
        if word.is_keyword("NOT") and i + 2 < len(words) and words[i + 1].is_keyword("EXISTS"):
            inside = list(_group(words[i + 2 :]))
            paths = any(
                a.kind in ("name", "iri") or a.text == ")"
                for a, b in zip(inside, inside[1:], strict=False)
                if b.text in "*+"
            )
            if paths or any(token.is_keyword("FILTER") for token in inside):
                yield (
                    word,
                    "NOT EXISTS holds a FILTER or a path with * or +: use OPTIONAL { SELECT DISTINCT … } and !BOUND.",
                )


def _group(words: list[tokens.Token], brackets: str = "{}") -> Iterator[tokens.Token]:
    """The words from an opening bracket to the one that closes it."""
    depth = 0
    for word in words:
        depth += (word.text == brackets[0]) - (word.text == brackets[1])
        yield word
        if depth == 0:
            return


def _order_by(words: list[tokens.Token]) -> int:
    """Where ORDER BY stands outside of all braces; the number of words where it does not."""
    depth = 0
    for i, word in enumerate(words):
        depth += (word.text == "{") - (word.text == "}")
        if depth == 0 and word.is_keyword("ORDER"):
            return i
    return len(words)


def problems(names: Iterable[str], get: Callable[[str], SavedQuery], prefixes: Mapping[str, str]) -> Iterator[Problem]:
    """The faults of many saved queries; one that cannot be read is a fault itself, not the end."""
    for name in names:
        try:
            yield from lint(get(name), prefixes)
        except Problem as problem:
            yield problem
