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
    words: tuple[Token, ...]

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables that it speaks of."""
        return frozenset(word.text[1:] for word in self.words if word.kind == "variable")


@dataclass(frozen=True)
class Pattern:
    """A query taken apart: its text before the form's word, its form, and the range inside its pattern's braces."""

    prologue: str
    form: str
    start: int
    end: int
    parts: tuple[Part, ...]


class Reader:
    """Walks over the tokens of one query; which bracket closes which is worked out once."""

    def __init__(self, query: Query) -> None:
        self.words = query.tokens
        self._text = query.text
        self._pairs: dict[int, int] = {}
        opened: list[int] = []
        for i, word in enumerate(self.words):
            if word.text in CLOSES:
                opened.append(i)
            elif opened and word.text == CLOSES[self.words[opened[-1]].text]:
                self._pairs[opened.pop()] = i

    def pattern(self) -> Pattern | None:
        """The pattern of the query; None where it has none (DESCRIBE of an IRI). Raises Unreadable."""
        first = next((i for i, word in enumerate(self.words) if any(word.says(form) for form in _FORMS)), None)
        if first is None:
            raise Unreadable("form", 0)
        opening = self._opening(first)
        if opening is None:
            return None
        return self._between(opening, self._text[: self.words[first].start], self.words[first].text.upper())

    def inside(self, part: Part) -> Pattern:
        """What stands within a part that is a group or a sub-select, as a pattern of its own. Raises Unreadable."""
        at = next(i for i, word in enumerate(self.words) if word.start == part.start)
        while not self._is(at, "{") or self._says(at + 1, "SELECT"):
            at = self.closing(at) + 1 if self._is(at, "(") else at + 1
        return self._between(at, "", "GROUP")

    def groups(self) -> Iterator[int]:
        """The opening brace of every group in the order of the text, without the braces of data and of templates."""
        data = {self._data(i) for i, word in enumerate(self.words) if word.says("VALUES")}
        for i, word in enumerate(self.words):
            if word.text == "{" and i in self._pairs and i not in data and not self._says(i - 1, "CONSTRUCT"):
                yield i

    def _data(self, values: int) -> int:  # the brace that opens the data of VALUES
        return self._pairs.get(values + 1, values + 1) + 1

    def closing(self, opening: int) -> int:
        """The index of the bracket that closes the one at `opening`. Raises Unreadable where none does."""
        if opening not in self._pairs:
            raise Unreadable(CLOSES[self.words[opening].text], len(self.words))
        return self._pairs[opening]

    def _between(self, opening: int, prologue: str, form: str) -> Pattern:
        closing = self.closing(opening)
        parts = tuple(self.group(opening + 1, closing))
        return Pattern(prologue, form, self.words[opening].end, self.words[closing].start, parts)

    def _opening(self, first: int) -> int | None:
        """The brace that opens the pattern: the first outside of brackets, for CONSTRUCT the one after the template."""
        braces = 0
        i = first
        while i < len(self.words):
            if self.words[i].text == "{":
                braces += 1
                if not self.words[first].says("CONSTRUCT") or self.words[i - 1].says("WHERE") or braces == 2:
                    return i
            i = self.closing(i) + 1 if self.words[i].text in CLOSES else i + 1
        return None

    def group(self, at: int, end: int) -> list[Part]:
        """The parts between two braces."""
        parts: list[Part] = []
        if at < end and self.words[at].says("SELECT"):
            return [self._part("select", at, end)]
        while at < end:
            if self.words[at].text == ".":
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
        words = self.words[at:after]
        start, end = words[0].start, words[-1].end
        return Part(kind, self._text[start:end], start, end, tuple(words))

    def _other(self, at: int, end: int) -> tuple[str, int]:
        """The kind of what is no triple, and where it ends; an empty kind for triples."""
        word = self.words[at]
        if word.text == "{":
            kind = "select" if self._says(at + 1, "SELECT") else "group"
            after = self.closing(at) + 1
            while self._says(after, "UNION"):
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
        name = word.text.upper() if word.kind == "word" else ""
        return (name.lower(), ends[name]()) if name in ends else ("", at)

    def _constraint(self, at: int) -> int:
        at += self._says(at, "NOT")
        named = at < len(self.words) and self.words[at].kind in ("word", "name", "iri")
        return self._enclosed(at + named, "{" if self._says(at, "EXISTS") else "(")

    def _triples(self, at: int, end: int) -> tuple[list[Part], int]:
        """The triples about one subject, one part each, and where they end."""
        found: list[Part] = []
        subject = self.words[at : self._term(at, end)]
        at += len(subject)
        if subject[0].text in ("[", "(", "<<") and (at == end or self._is(at, ".")):  # a statement within brackets
            return [self._part("triple", at - len(subject), at)], at
        more = True
        while more:
            verb = self.words[at : self._path(at, end)]
            at += len(verb)
            again = True
            while again:
                value = self.words[at : self._annotated(self._term(at, end, "object"), end)]
                at += len(value)
                found.append(self._triple(subject, verb, value))
                again = self._is(at, ",")
                at += again
            more = self._is(at, ";")
            while self._is(at, ";"):
                at += 1
            more = more and at < end and not self._is(at, ".")
        if at < end and not (self._is(at, ".") or self._is(at, "{") or self.words[at].kind == "word"):
            raise Unreadable("dot", at)
        return found, at

    def _triple(self, *terms: tuple[Token, ...]) -> Part:
        text = " ".join(self._text[words[0].start : words[-1].end] for words in terms)
        # Its place is at the predicate: the subject may have been said long before.
        return Part("triple", text, terms[1][0].start, terms[2][-1].end, tuple(word for term in terms for word in term))

    def _annotated(self, at: int, end: int) -> int:
        """Where the reifiers and annotations after an object end (`~ :name {| … |}`)."""
        while at < end and self.words[at].text in ("~", "{|"):
            if self._is(at, "{|"):
                at = self.closing(at) + 1
            else:
                named = at + 1 < end and self.words[at + 1].kind in (*_TERMS, "word")
                at = self._term(at + 1, end) if named or self._is(at + 1, "[") else at + 1
        return at

    def _term(self, at: int, end: int, wanted: str = "subject") -> int:
        if at >= end or at >= len(self.words):
            raise Unreadable(wanted, at)
        word = self.words[at]
        if word.text in ("[", "(", "<<"):
            return self.closing(at) + 1
        if word.text in ("+", "-") and at + 1 < end and self.words[at + 1].kind == "number":
            return at + 2
        if word.text == "_" and at + 1 < end:
            return at + 2
        if word.kind == "string" and at + 1 < end and self.words[at + 1].kind == "language":
            return at + 2
        if word.kind == "string" and self._is(at + 1, "^^"):
            return self._term(at + 2, end, wanted)
        if word.kind in _TERMS or word.text in ("true", "false"):
            return at + 1
        raise Unreadable(wanted, at)

    def _path(self, at: int, end: int) -> int:
        """Where the predicate ends: a variable, or names joined by / | ^ ! and brackets, with * + ?."""
        if at < end and self.words[at].kind == "variable":
            return at + 1
        while True:
            while at < end and self.words[at].text in ("^", "!"):
                at += 1
            if at >= end:
                raise Unreadable("predicate", at)
            if self.words[at].text == "(":
                at = self.closing(at) + 1
            elif self.words[at].kind in ("iri", "name") or self.words[at].text == "a":
                at += 1
            else:
                raise Unreadable("predicate", at)
            while at < end and self.words[at].text in ("*", "+", "?"):
                at += 1
            if at < end and self.words[at].text in ("/", "|"):
                at += 1
                continue
            return at

    def _enclosed(self, at: int, opener: str) -> int:  # where the group in these brackets ends, which must begin here
        if not self._is(at, opener):
            raise Unreadable(opener, at)
        return self.closing(at) + 1

    def _is(self, at: int, text: str) -> bool:
        return at < len(self.words) and self.words[at].text == text

    def _says(self, at: int, word: str) -> bool:
        return at < len(self.words) and self.words[at].says(word)
