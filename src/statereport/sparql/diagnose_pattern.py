"""The usual mistakes in a query's pattern, and a query that could not be read as a value: see `mistakes`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

from statereport.sparql import patterns, tokens
from statereport.sparql.patterns import CLOSES
from statereport.sparql.tokens import Token

_MODIFIERS = ("ORDER", "GROUP", "HAVING", "LIMIT", "OFFSET")
_COMPARISONS = ("=", "!=", "<", ">", "<=", ">=", "&&", "||")
# Where a mistake is, what is wrong, how to fix it.
Found = tuple[int, str, str]


@dataclass(frozen=True)
class Broken:
    """A query that could not be read: its words, the prefixes that it may use, and where the engine gave up and why."""

    text: str
    prefixes: Mapping[str, str]
    offset: int
    complaint: str

    @cached_property
    def words(self) -> list[Token]:
        """Its words, without comments."""
        return list(tokens.tokens(self.text))

    @cached_property
    def head(self) -> list[Token]:
        """The words between SELECT and the pattern, outside of brackets and with them."""
        begin = next((i for i, word in enumerate(self.words) if word.says("SELECT")), len(self.words))
        end = next(
            (i for i in range(begin, len(self.words)) if self.words[i].text == "{" or self.words[i].says("WHERE")),
            len(self.words),
        )
        return self.words[begin + 1 : end]


def brackets(query: Broken) -> Found | None:
    """A bracket that is not closed, or closes nothing; a pattern that breaks off before it is told first."""
    opened: list[Token] = []
    for word, after in zip_longest(query.words, query.words[1:]):
        if word.text in CLOSES:
            opened.append(word)
        elif word.text in CLOSES.values():
            if not opened:
                return (
                    word.start,
                    f"{word.text} closes nothing that is open.",
                    f"leave it out, or look for a missing {_opener(word.text)} before it.",
                )
            if CLOSES[opened[-1].text] != word.text:
                return (
                    word.start,
                    f"{word.text} stands where {CLOSES[opened[-1].text]} must close the {opened[-1].text} at {_line(query, opened[-1])}.",
                    f"write {CLOSES[opened[-1].text]} before it.",
                )
            opened.pop()
        elif (
            opened
            and opened[-1].text == "{"
            and _is_modifier(word, after)
            and not _in_sub_select(query.words, opened[-1])
        ):
            return (
                word.start,
                f"{word.text.upper()} comes after the pattern, but the {{ at {_line(query, opened[-1])} is still open.",
                "close it with } before this.",
            )
    if opened:
        end = len(query.text.rstrip())
        return (
            end,
            f"The query ends while the {opened[-1].text} at {_line(query, opened[-1])} is still open.",
            f"close it with {CLOSES[opened[-1].text]}.",
        )
    return None


def no_pattern(query: Broken) -> Found | None:
    """A pattern that is missing, or stands without braces."""
    where = next((i for i, word in enumerate(query.words) if word.says("WHERE")), None)
    if where is not None and (where + 1 == len(query.words) or query.words[where + 1].text != "{"):
        return (
            query.words[where].end,
            "After WHERE the brace { is missing.",
            "put the pattern into braces: WHERE { … }.",
        )
    forms = [
        word for word in query.words if any(word.says(form) for form in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))
    ]
    if not query.words:
        return 0, "There is no query.", "begin with SELECT, ASK, CONSTRUCT or DESCRIBE."
    if forms and not forms[0].says("DESCRIBE") and not any(word.text == "{" for word in query.words):
        return (
            len(query.text.rstrip()),
            "The query has no pattern.",
            "say what you look for in braces: WHERE { ?thing a sr:Figure }.",
        )
    return None


def comparison_outside_filter(query: Broken) -> Found | None:
    """A comparison in the pattern outside of FILTER, or one with two signs."""
    depth: list[str] = []
    for before, word in zip([None, *query.words], query.words, strict=False):
        if word.text in CLOSES:
            depth.append(word.text)
        elif word.text in CLOSES.values() and depth:
            depth.pop()
        elif depth and depth[-1] == "{" and word.text in _COMPARISONS and word.kind == "sign":
            return (
                before.start,
                f"A comparison ({word.text}) stands in the pattern outside of FILTER(…).",
                f"write FILTER({before.text} {word.text} …).",
            )
        if word.text == "=" and before is not None and before.text == "=":
            return before.start, "SPARQL compares with one =.", "write =."
    return None


def filter_without_brackets(query: Broken) -> Found | None:
    """A FILTER without brackets, or a BIND without AS."""
    for word, after in zip(query.words, query.words[1:], strict=False):
        if word.says("FILTER") and after.kind in ("variable", "string", "number"):
            return after.start, "What a FILTER tests stands in brackets.", f"write FILTER({after.text} …)."
        if word.says("BIND") and after.text == "(":
            inside = until_closed(query.words[query.words.index(after) :])
            if inside and not any(each.says("AS") for each in inside):
                return inside[-1].start, "BIND has no AS.", "write BIND(… AS ?name)."
    return None


def broken_triple(query: Broken) -> Found | None:
    """A statement of a pattern that does not end, has too few terms, or goes on with the wrong sign."""
    reader = patterns.Reader(query.text)
    for opening in reader.groups():
        try:
            reader.group(opening + 1, reader.closing(opening))
        except patterns.Unreadable as stop:
            found = _told(query, stop)
            if found:
                return found
    return None


def _told(query: Broken, stop: patterns.Unreadable) -> Found | None:
    words = query.words
    if stop.wanted not in ("dot", "object", "predicate") or stop.index > len(words):
        return None
    at, before = words[stop.index] if stop.index < len(words) else None, words[stop.index - 1]
    said = f"{at.text[:60]}" if at else "the end"
    start = _statement_start(words, stop.index)
    for semicolon, after in zip(words[start : stop.index], words[start + 1 : stop.index], strict=False):
        if semicolon.text == ";" and after.kind == "variable" and after.text == words[start].text:
            return (
                semicolon.start,
                f"After ; the subject {after.text} is said again.",
                "leave it out, or end the statement with a dot.",
            )
    if stop.wanted == "dot":
        return (
            before.end,
            f"Between {before.text[:60]} and {said} a sign is missing.",
            "end the statement with a dot; or go on about the same subject with ;, with the same predicate with ,.",
        )
    if (
        stop.wanted in ("object", "predicate")
        and start
        and words[start - 1].text == "."
        and words[start].kind in ("name", "iri")
    ):
        return (
            words[start - 1].start,
            f"After the dot a new statement begins, and {words[start].text[:60]} would be its subject.",
            "write ; instead of the dot to go on about the same subject.",
        )
    return (
        before.end,
        f"A statement breaks off after {before.text[:60]}: its {stop.wanted} is missing before {said}.",
        "a statement has three terms: subject, predicate, object.",
    )


def until_closed(words: list[Token]) -> list[Token]:
    """The words from an opening bracket to the one that closes it; none where it stays open."""
    depth = 0
    for i, word in enumerate(words):
        depth += (word.text in CLOSES) - (word.text in CLOSES.values())
        if depth == 0:
            return words[: i + 1]
    return []


def _is_modifier(word: Token, after: Token | None) -> bool:
    """True for ORDER BY, GROUP BY, LIMIT 5 and the like."""
    return (
        after is not None
        and any(word.says(name) for name in _MODIFIERS)
        and (after.says("BY") or after.kind == "number" or after.text == "(")
    )


def _in_sub_select(words: list[Token], brace: Token) -> bool:
    """True where the group that this brace opens, or the one around it, is a SELECT, which may have modifiers."""
    after = words[words.index(brace) + 1]
    return after.says("SELECT")


def _statement_start(words: list[Token], index: int) -> int:
    """Where the statement before this word begins: after the last dot or brace."""
    return next((i + 1 for i in range(index - 1, -1, -1) if words[i].text in (".", "{", "}")), 0)


def _opener(closer: str) -> str:
    return next(opener for opener, closes in CLOSES.items() if closes == closer)


def _line(query: Broken, word: Token) -> str:
    return tokens.place(query.text, word.start, "").removeprefix(":")
