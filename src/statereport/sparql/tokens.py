"""The tokens of a SPARQL query with their places, what is refused before a query runs, and its `VALUES` blocks.

The engine reads queries, not this module, which only distinguishes words from strings, IRIs and comments, so that
`"LOAD the data"` passes and `LOAD <…>` does not. `query.Query` holds the tokens of one query.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from statereport.errors import BadParameter

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<comment>\#[^\n\r]*)
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
      | (?P<string>\"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*\"\"\" | '''(?:'{0,2}(?:[^'\\]|\\.))*'''
                 | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
      | (?P<variable>[?$]\w+)
      | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?)
      | (?P<name>(?:[^\W\d_](?:[\w.-]*[\w-])?)?:(?:(?:[\w:%-]|\\[\W_])(?:(?:[\w:%.-]|\\[\W_])*(?:[\w:%-]|\\[\W_]))?)?)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d]\w*)
      | (?P<sign>\^\^|&&|\|\||!=|<=|>=|<<|>>|\{\||\|\}|.)""",
    re.VERBOSE | re.DOTALL,
)
# The same, but that signs by which nothing is refused are passed over together: a long query may consist of them.
_WEIGHTY = re.compile(rf"(?P<signs>(?:[\s/!*+=&,;.^~%-]|[?$](?!\w)|\|(?!\}}))+) | {_TOKEN.pattern}", _TOKEN.flags)

_CHANGE = "write data in graphs/ and run: statereport build"
_REFUSED = {
    "SERVICE": (
        "SERVICE asks another server; every answer given here comes from this graph alone.",
        "remove the SERVICE block and ask the other server by itself.",
    ),
    "FROM": (
        "FROM chooses the graphs of a query, and engines read it in different ways.",
        "remove the FROM line: every named graph is in the default graph, and GRAPH <…> { … } asks one of them.",
    ),
    "LOAD": ("LOAD fetches a document and changes the graph; queries only read.", _CHANGE),
}
# Deeper nesting has no honest use, and makes the engine's planner slow beyond measure.
DEEPEST = 100
# What the engine's planner takes too long for, in numbers that no honest query has: expressions that are given a name,
# and functions called by their addresses, which are refused only when all is planned.
_MOST_NAMED, _MOST_CALLS = 500, 250
_OPENING, _CLOSING = ("(", "{", "[", "<<", "{|"), (")", "}", "]", ">>", "|}")
_CHANGES = "INSERT DELETE CLEAR DROP CREATE COPY MOVE ADD WITH USING".split()


class Token(NamedTuple):
    """A token of a query: its kind (a group of the pattern above), its text, and where it starts and ends."""

    kind: str
    text: str
    start: int
    end: int

    def is_keyword(self, name: str) -> bool:
        """True when the token is this keyword, in any case."""
        return self.kind == "word" and self.text.upper() == name


@dataclass(frozen=True)
class ValuesBlock:
    """`VALUES ?variable { term }`: the variable's name, the term as written, and the range between the braces."""

    variable: str
    term: str
    start: int
    end: int


Refusal = tuple[Token, str, str]  # where, what, hint


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a query in order, without white space and comments."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "sign"
        if kind not in ("space", "comment"):
            yield Token(kind, match[0], *match.span())


def weighty(text: str) -> Iterator[Token]:
    """The tokens of a query that decide whether it is refused: all but signs that stand between others."""
    for match in _WEIGHTY.finditer(text):
        kind = match.lastgroup or "sign"
        if kind not in ("signs", "space", "comment"):
            yield Token(kind, match[0], *match.span())


def place(text: str, offset: int, source: str = "query") -> str:
    """`source:line:column` of an offset, both counted from one."""
    before = text[:offset]
    return f"{source}:{before.count(chr(10)) + 1}:{offset - before.rfind(chr(10))}"


def refused(words: Iterable[Token], inserts: bool = False, graphs: bool = False, deepest: int = 0) -> Refusal | None:
    """The first token that this project does not run (SERVICE, FROM, LOAD, every update); None for a good query.

    `inserts` lets one form pass, `INSERT … WHERE`, which the inference rules are made of; `graphs` lets FROM pass,
    where the engine reads it as the name of a graph that it holds; `deepest` is how deep brackets may be nested, 0 for
    any depth. Triple terms may never be nested deeper than DEEPEST, and no more expressions be named and no more
    functions called by address than _MOST_NAMED and _MOST_CALLS.
    """
    depth = triples = named = calls = 0
    before = ""
    for token in words:
        kind, before = before, token.kind
        if token.text in _OPENING:
            depth += 1
            calls += token.text == "(" and kind in ("iri", "name")
            if calls > _MOST_CALLS:
                what = f"More than {_MOST_CALLS} functions are called by their addresses."
                return token, what, "ask for less at once."
            triples += token.text == "<<"
            if depth > deepest > 0 or triples > DEEPEST:
                what = f"Brackets are nested deeper than {deepest or DEEPEST} levels here."
                return token, what, "write the same with fewer brackets."
        elif token.text in _CLOSING:
            depth -= 1
            triples -= token.text == ">>"
        elif token.kind == "word":
            word = token.text.upper()
            named += word == "AS"
            if named > _MOST_NAMED:
                return token, f"More than {_MOST_NAMED} expressions are given a name.", "ask for less at once."
            if word in _REFUSED and not (graphs and word == "FROM"):
                return token, *_REFUSED[word]
            if word in _CHANGES and not (inserts and word == "INSERT"):
                return token, f"{word} changes the graph; queries only read.", _CHANGE
        elif token.text == "\\":
            what = "A backslash stands outside of a string and of an IRI, where some engines read hidden words."
            return token, what, "write the character itself."
    return None


def declarations(words: Sequence[Token]) -> dict[str, str]:
    """The prefixes that a query declares, with their namespaces."""
    found = zip(words, words[1:], words[2:], strict=False)
    return {
        name.text[:-1]: iri.text[1:-1]
        for word, name, iri in found
        if word.is_keyword("PREFIX") and name.kind == "name" and iri.kind == "iri"
    }


def prefixes_used(words: Iterable[Token]) -> set[str]:
    """The prefixes of the names in a query."""
    return {word.text.partition(":")[0] for word in words if word.kind == "name"}


def values_blocks(words: Sequence[Token], text: str, source: str = "query") -> tuple[ValuesBlock, ...]:
    """Every `VALUES ?x { term }` block with one variable and one term, in order; longer ones are data, no parameters.

    Raises BadParameter where the brace is missing.
    """
    blocks = []
    for i, token in enumerate(words):
        if not token.is_keyword("VALUES") or i + 2 >= len(words) or words[i + 1].kind != "variable":
            continue
        if words[i + 2].text != "{":
            raise BadParameter(
                where=place(text, token.start, source),
                what=f"VALUES {words[i + 1].text} has no brace after it.",
                hint=f"write: VALUES {words[i + 1].text} {{ … }}",
            )
        # No term has more than three tokens.
        inside = list(itertools.takewhile(lambda word: word.text != "}", words[i + 3 : i + 7]))
        if inside and _is_one_term(inside):
            start, end = inside[0].start, inside[-1].end
            blocks.append(ValuesBlock(words[i + 1].text[1:], text[start:end], start, end))
    return tuple(blocks)


def _is_one_term(words: Sequence[Token]) -> bool:
    """True for an IRI, a name, a number, true/false, a string, or a string with its language or datatype."""
    kinds = [word.kind for word in words]
    if len(words) == 1:
        return kinds[0] in ("iri", "name", "number", "string", "word")
    if kinds[0] == "string" and len(words) == 2:
        return kinds[1] == "language"
    if kinds[0] == "string" and len(words) == 3:
        return words[1].text == "^^" and kinds[2] in ("iri", "name")
    return len(words) == 2 and words[0].text in "+-" and kinds[1] == "number"


def variables(text: str) -> list[str]:
    """The names of the variables of a query, each once, in the order in which they stand first."""
    return list(dict.fromkeys(token.text[1:] for token in tokens(text) if token.kind == "variable"))
