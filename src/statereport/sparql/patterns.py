"""The parts of a query's pattern, in the order in which they are written: triples, filters, groups, with their places.

The engine reads queries; this module only takes a pattern apart, so that a message can name the part of it that gives
no answer, or the place where it stops being a pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from statereport.sparql.tokens import Token

if TYPE_CHECKING:
    from statereport.sparql.query import Query

# Which bracket closes which.
CLOSES = {"{": "}", "(": ")", "[": "]", "<<": ">>", "{|": "|}"}
_TERMS = ("iri", "string", "variable", "name", "number")
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


class Unreadable(Exception):
    """The pattern breaks off: `wanted` (object, dot, group …) is missing at the token with this index."""

    def __init__(self, wanted: str, index: int) -> None:
        super().__init__(wanted, index)
        self.wanted, self.index = wanted, index


@dataclass(frozen=True)
class Part:
    """A part of a pattern: its kind, its text as it can be written anew, its range in the query, and its tokens.

    Kinds: triple, group, union, select, optional, minus, graph, filter, bind, values.
    """

    kind: str
    text: str
    start: int
    end: int
    tokens: tuple[Token, ...]

    @property
    def variables(self) -> frozenset[str]:
        """The names of its variables."""
        return frozenset(token.text[1:] for token in self.tokens if token.kind == "variable")


@dataclass(frozen=True)
class Pattern:
    """A query taken apart: its text before the form's keyword, its form, and the range inside its braces."""

    prologue: str
    form: str
    start: int
    end: int
    parts: tuple[Part, ...]


class Reader:
    """Walks over the tokens of one query; which bracket closes which is worked out once."""

    def __init__(self, query: Query) -> None:
        self.tokens = query.tokens
        self._text = query.text
        self._pairs: dict[int, int] = {}
        opened: list[int] = []
        for i, token in enumerate(self.tokens):
            if token.text in CLOSES:
                opened.append(i)
            elif opened and token.text == CLOSES[self.tokens[opened[-1]].text]:
                self._pairs[opened.pop()] = i

    def pattern(self) -> Pattern | None:
        """The pattern of the query; None where it has none (DESCRIBE of an IRI). Raises Unreadable."""
        first = next((i for i, token in enumerate(self.tokens) if any(token.is_keyword(form) for form in _FORMS)), None)
        if first is None:
            raise Unreadable("form", 0)
        opening = self._opening(first)
        if opening is None:
            return None
        return self._between(opening, self._text[: self.tokens[first].start], self.tokens[first].text.upper())

    def inside(self, part: Part) -> Pattern:
        """What stands within a part that is a group or a sub-select, as a pattern of its own. Raises Unreadable."""
        at = next(i for i, token in enumerate(self.tokens) if token.start == part.start)
        while not self._is(at, "{") or self._is_keyword(at + 1, "SELECT"):
            at = self.closing(at) + 1 if self._is(at, "(") else at + 1
        return self._between(at, "", "GROUP")

    def groups(self) -> Iterator[int]:
        """The opening brace of every group in the order of the text, without the braces of data and of templates."""
        data = {self._data(i) for i, token in enumerate(self.tokens) if token.is_keyword("VALUES")}
        for i, token in enumerate(self.tokens):
            if token.text == "{" and i in self._pairs and i not in data and not self._is_keyword(i - 1, "CONSTRUCT"):
                yield i

    def _data(self, values: int) -> int:  # the brace that opens the data of VALUES
        return self._pairs.get(values + 1, values + 1) + 1

    def closing(self, opening: int) -> int:
        """The index of the bracket that closes the one at `opening`. Raises Unreadable where none does."""
        if opening not in self._pairs:
            raise Unreadable(CLOSES[self.tokens[opening].text], len(self.tokens))
        return self._pairs[opening]

    def _between(self, opening: int, prologue: str, form: str) -> Pattern:
        closing = self.closing(opening)
        parts = tuple(self.group(opening + 1, closing))
        return Pattern(prologue, form, self.tokens[opening].end, self.tokens[closing].start, parts)

    def _opening(self, first: int) -> int | None:
        """The brace that opens the pattern: the first outside of brackets, for CONSTRUCT the one after the template."""
        braces = 0
        i = first
        while i < len(self.tokens):
            if self.tokens[i].text == "{":
                braces += 1
                if (
                    not self.tokens[first].is_keyword("CONSTRUCT")
                    or self.tokens[i - 1].is_keyword("WHERE")
                    or braces == 2
                ):
                    return i
            i = self.closing(i) + 1 if self.tokens[i].text in CLOSES else i + 1
        return None

    def group(self, at: int, end: int) -> list[Part]:
        """The parts between two braces."""
        parts: list[Part] = []
        if at < end and self.tokens[at].is_keyword("SELECT"):
            return [self._part("select", at, end)]
        while at < end:
            if self.tokens[at].text == ".":
                at += 1
                continue
            kind, after = self._other(at, end)
            if kind:
                parts.append(self._part(kind, at, after))
            else:
                found, after = self._triples(at, end)
                parts += found
            at = after
        return parts

    def _part(self, kind: str, at: int, after: int) -> Part:
        tokens = self.tokens[at:after]
        start, end = tokens[0].start, tokens[-1].end
        return Part(kind, self._text[start:end], start, end, tuple(tokens))

    def _other(self, at: int, end: int) -> tuple[str, int]:
        """The kind of what is no triple, and where it ends; an empty kind for triples."""
        token = self.tokens[at]
        if token.text == "{":
            kind = "select" if self._is_keyword(at + 1, "SELECT") else "group"
            after = self.closing(at) + 1
            while self._is_keyword(after, "UNION"):
                kind, after = "union", self._enclosed(after + 1, "{")
            return kind, after
        ends = {
            "BIND": lambda: self._enclosed(at + 1, "("),
            "FILTER": lambda: self._constraint(at + 1),
            "GRAPH": lambda: self._enclosed(self._term(at + 1, end), "{"),
            "MINUS": lambda: self._enclosed(at + 1, "{"),
            "OPTIONAL": lambda: self._enclosed(at + 1, "{"),
            "VALUES": lambda: self._enclosed(self._data(at), "{"),
        }
        name = token.text.upper() if token.kind == "word" else ""
        return (name.lower(), ends[name]()) if name in ends else ("", at)

    def _constraint(self, at: int) -> int:
        at += self._is_keyword(at, "NOT")
        named = at < len(self.tokens) and self.tokens[at].kind in ("word", "name", "iri")
        return self._enclosed(at + named, "{" if self._is_keyword(at, "EXISTS") else "(")

    def _triples(self, at: int, end: int) -> tuple[list[Part], int]:
        """The triples about one subject, one part each, and where they end."""
        found: list[Part] = []
        subject = self.tokens[at : self._term(at, end)]
        at += len(subject)
        if subject[0].text in ("[", "(", "<<") and (at == end or self._is(at, ".")):  # a statement within brackets
            return [self._part("triple", at - len(subject), at)], at
        more = True
        while more:
            predicate = self.tokens[at : self.path(at, end)]
            at += len(predicate)
            again = True
            while again:
                value = self.tokens[at : self._annotated(self._term(at, end, "object"), end)]
                at += len(value)
                found.append(self._triple(subject, predicate, value))
                again = self._is(at, ",")
                at += again
            more = self._is(at, ";")
            while self._is(at, ";"):
                at += 1
            more = more and at < end and not self._is(at, ".")
        if at < end and not (self._is(at, ".") or self._is(at, "{") or self.tokens[at].kind == "word"):
            raise Unreadable("dot", at)
        return found, at

    def _triple(self, *terms: tuple[Token, ...]) -> Part:
        text = " ".join(self._text[tokens[0].start : tokens[-1].end] for tokens in terms)
        # Its place is at the predicate: the subject may stand far above.
        return Part(
            "triple", text, terms[1][0].start, terms[2][-1].end, tuple(token for term in terms for token in term)
        )

    def _annotated(self, at: int, end: int) -> int:
        """Where the reifiers and annotations after an object end (`~ :name {| … |}`)."""
        while at < end and self.tokens[at].text in ("~", "{|"):
            if self._is(at, "{|"):
                at = self.closing(at) + 1
            else:
                named = at + 1 < end and self.tokens[at + 1].kind in (*_TERMS, "word")
                at = self._term(at + 1, end) if named or self._is(at + 1, "[") else at + 1
        return at

    def _term(self, at: int, end: int, wanted: str = "subject") -> int:
        if at >= end or at >= len(self.tokens):
            raise Unreadable(wanted, at)
        token = self.tokens[at]
        if token.text in ("[", "(", "<<"):
            return self.closing(at) + 1
        if token.text in ("+", "-") and at + 1 < end and self.tokens[at + 1].kind == "number":
            return at + 2
        if token.text == "_" and at + 1 < end:
            return at + 2
        if token.kind == "string" and at + 1 < end and self.tokens[at + 1].kind == "language":
            return at + 2
        if token.kind == "string" and self._is(at + 1, "^^"):
            return self._term(at + 2, end, wanted)
        if token.kind in _TERMS or token.text in ("true", "false"):
            return at + 1
        raise Unreadable(wanted, at)

    def path(self, at: int, end: int) -> int:
        """Where the predicate ends: a variable, or names joined by / | ^ ! and brackets, with * + ?."""
        if at < end and self.tokens[at].kind == "variable":
            return at + 1
        while True:
            while at < end and self.tokens[at].text in ("^", "!"):
                at += 1
            if at >= end:
                raise Unreadable("predicate", at)
            if self.tokens[at].text == "(":
                at = self.closing(at) + 1
            elif self.tokens[at].kind in ("iri", "name") or self.tokens[at].text == "a":
                at += 1
            else:
                raise Unreadable("predicate", at)
            while at < end and self.tokens[at].text in ("*", "+", "?"):
                at += 1
            if at < end and self.tokens[at].text in ("/", "|"):
                at += 1
                continue
            return at

    def _enclosed(self, at: int, opener: str) -> int:  # where the group in these brackets ends, which must begin here
        if not self._is(at, opener):
            raise Unreadable(opener, at)
        return self.closing(at) + 1

    def _is(self, at: int, text: str) -> bool:
        return at < len(self.tokens) and self.tokens[at].text == text

    def _is_keyword(self, at: int, keyword: str) -> bool:
        return at < len(self.tokens) and self.tokens[at].is_keyword(keyword)
