"""The words of a SPARQL query: tokens with their places, what is refused before a query runs, and its `VALUES` blocks.

A query is read by the engine, never by this module; what is needed here is only to tell words from
strings, IRIs and comments, so that `"LOAD the data"` passes and `LOAD <…>` does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from statereport.errors import BadParameter, QueryRefused, QuerySyntax

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
                    mend="say the same with fewer brackets.",
                )
        elif token.text in (")", "}", "]"):
            depth -= 1
        elif token.kind == "word":
            word = token.text.upper()
            if graphs and word == "FROM":
                continue
            what, mend = _REFUSED.get(word, ("", ""))
            if word in _CHANGES and not (inserts and word == "INSERT"):
                what = f"{word} changes the graph; queries only read."
                mend = "write data in graphs/ and run: statereport build"
            if what:
                raise QueryRefused(where=place(text, token.start, source), what=what, mend=mend)
        elif token.text == "\\":
            raise QueryRefused(
                where=place(text, token.start, source),
                what="A backslash stands outside of a string and of an IRI, where some engines read hidden words.",
                mend="write the character itself.",
            )


def syntax_problem(text: str, message: str, source: str = "query") -> QuerySyntax:
    """The engine's complaint (`error at 3:11: expected …`) as a problem that a person can act on."""
    found = re.match(r"error at (\d+):(\d+): (.*)", message, re.DOTALL)
    if not found:
        return QuerySyntax(where=source, what=message, mend="compare with a query under queries/.")
    line, column, expected = int(found[1]), int(found[2]), found[3]
    starts = [0, *(i + 1 for i, character in enumerate(text) if character == "\n")]
    offset = starts[min(line, len(starts)) - 1] + column - 1
    here = next((token.text for token in tokens(text) if token.end > offset), "the end of the query")
    before = [token.text for token in tokens(text) if token.end <= offset][-1:]
    if "Prefix not found" in expected:
        name = next((t.text for t in tokens(text) if t.start <= offset <= t.end and t.kind == "name"), here)
        what, mend = f"The prefix of {name} is not declared.", f"add a line: PREFIX {name.split(':')[0]}: <…>"
    elif "variable that is unbound" in expected:
        what = "A variable after SELECT is neither a group key nor inside an aggregate."
        mend = "add it to GROUP BY, or wrap it: (SAMPLE(?x) AS ?one)."
    else:
        what = f"The query cannot be read at: {here[:60]}" + (f" (after {before[0][:60]})" if before else "")
        words = [w for w in re.findall(r"[A-Z][A-Z ]+|\"[^\" ]+\"", re.sub(r"\[[^\]]*\]", "", expected)) if len(w) > 1]
        few = ", ".join(w.strip() for w in words) if 1 < len(words) <= 6 else ""
        mend = f"one of these may stand here: {few}." if few else "look for a missing brace, dot or bracket before it."
    return QuerySyntax(where=f"{source}:{line}:{column}", what=what, mend=mend)


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
                mend=f"write: VALUES {words[i + 1].text} {{ … }}",
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
