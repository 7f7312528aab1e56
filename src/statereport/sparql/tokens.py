"""The words of a SPARQL query: tokens with their places, what is refused before a query runs, and its `VALUES` blocks.

A query is read by the engine, never by this module; what is needed here is only to tell words from
strings, IRIs and comments, so that `"LOAD the data"` passes and `LOAD <…>` does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from statereport.errors import BadParameter, QueryRefused

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<comment>\#[^\n\r]*)
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
      | (?P<string>\"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*\"\"\" | '''(?:'{0,2}(?:[^'\\]|\\.))*'''
                 | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
      | (?P<variable>[?$]\w+)
      | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
      | (?P<name>(?:[^\W\d_](?:[\w.-]*[\w-])?)?:(?:(?:[\w:%-]|\\[\W_])(?:(?:[\w:%.-]|\\[\W_])*(?:[\w:%-]|\\[\W_]))?)?)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d]\w*)
      | (?P<sign>\^\^|&&|\|\||!=|<=|>=|.)""",
    re.VERBOSE | re.DOTALL,
)

_REFUSED = {
    "SERVICE": (
        "SERVICE asks another server; every answer given here comes from this graph alone.",
        "remove the SERVICE block and ask the other server apart.",
    ),
    "FROM": (
        "FROM chooses the graphs of a query, and engines read it in different ways.",
        "remove the FROM line: every named graph is already in the default graph, "
        "and GRAPH <…> { … } speaks of one of them.",
    ),
    "LOAD": (
        "LOAD fetches a document and changes the graph; queries only read.",
        "write data in graphs/ and run: statereport build",
    ),
}
# Deeper nesting has no honest use, and makes the engine's planner slow beyond measure.
DEEPEST = 100
_CHANGES = "INSERT DELETE CLEAR DROP CREATE COPY MOVE ADD WITH USING".split()


@dataclass(frozen=True)
class Token:
    """A word of a query: its kind (a group of the pattern above), its text, and where it starts and ends."""

    kind: str
    text: str
    start: int
    end: int

    def says(self, word: str) -> bool:
        """True when the token is this keyword, in any case."""
        return self.kind == "word" and self.text.upper() == word


@dataclass(frozen=True)
class ValuesBlock:
    """`VALUES ?variable { term }`: the variable's name, the term as written, and the range between the braces."""

    variable: str
    term: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The words of a query in order, without white space and comments."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "sign"
        if kind not in ("space", "comment"):
            yield Token(kind, match.group(), match.start(), match.end())


def place(text: str, offset: int, source: str = "query") -> str:
    """`source:line:column` of an offset, both counted from one."""
    before = text[:offset]
    return f"{source}:{before.count(chr(10)) + 1}:{offset - before.rfind(chr(10))}"


def screen(text: str, source: str = "query", inserts: bool = False, graphs: bool = False, deepest: int = 0) -> None:
    """Refuse what this project does not run: SERVICE, FROM, LOAD and every update.

    `inserts` lets one form pass, `INSERT … WHERE`, which the inference rules are made of; `graphs` lets FROM pass, where
    the engine reads it as the name of a graph that it holds; `deepest` is how deep brackets may be nested. Raises QueryRefused with the word's place.
    """
    depth = 0
    for token in tokens(text):
        if token.text in ("(", "{", "["):
            depth += 1
            if depth > deepest > 0:
                raise QueryRefused(
                    where=place(text, token.start, source),
                    what=f"Brackets are nested deeper than {deepest} levels here.",
                    hint="say the same with fewer brackets.",
                )
        elif token.text in (")", "}", "]"):
            depth -= 1
        elif token.kind == "word":
            word = token.text.upper()
            if graphs and word == "FROM":
                continue
            what, hint = _REFUSED.get(word, ("", ""))
            if word in _CHANGES and not (inserts and word == "INSERT"):
                what = f"{word} changes the graph; queries only read."
                hint = "write data in graphs/ and run: statereport build"
            if what:
                raise QueryRefused(where=place(text, token.start, source), what=what, hint=hint)
        elif token.text == "\\":
            raise QueryRefused(
                where=place(text, token.start, source),
                what="A backslash stands outside of a string and of an IRI, where some engines read hidden words.",
                hint="write the character itself.",
            )


def declarations(text: str) -> dict[str, str]:
    """The prefixes that a query declares, with their namespaces."""
    words = list(tokens(text))
    found = zip(words, words[1:], words[2:], strict=False)
    return {
        name.text[:-1]: iri.text[1:-1]
        for word, name, iri in found
        if word.says("PREFIX") and name.kind == "name" and iri.kind == "iri"
    }


def with_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """The query with a PREFIX line for each of `prefixes` that it uses and does not declare, in alphabetical order."""
    missing = {word.text.partition(":")[0] for word in tokens(text) if word.kind == "name"} - set(declarations(text))
    lines = [f"PREFIX {prefix}: <{prefixes[prefix]}>\n" for prefix in sorted(missing & set(prefixes))]
    return "".join(lines) + text


def values_blocks(text: str, source: str = "query") -> tuple[ValuesBlock, ...]:
    """Every `VALUES ?x { term }` block with one variable and one term, in order; longer blocks are data, not parameters."""
    words = list(tokens(text))
    blocks = []
    for i, token in enumerate(words):
        if not token.says("VALUES") or i + 2 >= len(words) or words[i + 1].kind != "variable":
            continue
        if words[i + 2].text != "{":
            raise BadParameter(
                where=place(text, token.start, source),
                what=f"VALUES {words[i + 1].text} has no brace after it.",
                hint=f"write: VALUES {words[i + 1].text} {{ … }}",
            )
        inside = []
        for word in words[i + 3 :]:
            if word.text == "}":
                break
            inside.append(word)
        if inside and _is_one_term(inside):
            start, end = inside[0].start, inside[-1].end
            blocks.append(ValuesBlock(words[i + 1].text[1:], text[start:end], start, end))
    return tuple(blocks)


def _is_one_term(words: list[Token]) -> bool:
    """True for an IRI, a name, a number, true/false, a string, or a string with its language or datatype."""
    kinds = [word.kind for word in words]
    if len(words) == 1:
        return kinds[0] in ("iri", "name", "number", "string", "word")
    if kinds[0] == "string" and len(words) == 2:
        return kinds[1] == "language"
    if kinds[0] == "string" and len(words) == 3:
        return words[1].text == "^^" and kinds[2] in ("iri", "name")
    return len(words) == 2 and words[0].text in "+-" and kinds[1] == "number"
