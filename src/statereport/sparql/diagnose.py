"""What is wrong with a query that the engine cannot read: the usual mistakes, each found at its own place, in words.

The engine says where it gave up, which is often a line below the mistake. Each function here looks for one mistake and
gives its place, what is wrong and the likely cure; the first that finds something speaks. Where none does, the engine's
own complaint is put into words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest

from statereport.errors import QuerySyntax, did_you_mean, nearest
from statereport.sparql import tokens
from statereport.sparql.diagnose_pattern import (
    Broken,
    Found,
    brackets,
    broken_triple,
    comparison_outside_filter,
    filter_without_brackets,
    no_pattern,
    until_closed,
)
from statereport.sparql.tokens import Token

# Matched at a place, not on a copy of the rest: a long text may have a sign at every place.
_ADDRESS = re.compile(r"[^\s<>{}\"]+")
_OPEN_ADDRESS = re.compile(r"<\w+:[^\s<>]*(\s|\Z)")
_SMART = "“”„‟«»‘’‚"
_AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")
_WORDS = frozenset(
    """a true false BASE PREFIX SELECT DISTINCT REDUCED AS CONSTRUCT WHERE DESCRIBE ASK FROM NAMED GROUP BY HAVING ORDER ASC DESC
    LIMIT OFFSET VALUES UNDEF OPTIONAL GRAPH SERVICE SILENT BIND UNION MINUS FILTER NOT EXISTS IN SEPARATOR
    STR LANG LANGMATCHES DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR ROUND CONCAT STRLEN UCASE LCASE ENCODE_FOR_URI CONTAINS
    STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS MINUTES SECONDS TIMEZONE TZ NOW UUID STRUUID MD5 SHA1 SHA256 SHA384
    SHA512 COALESCE IF STRLANG STRDT SAMETERM ISIRI ISURI ISBLANK ISLITERAL ISNUMERIC REGEX SUBSTR REPLACE
    TRIPLE SUBJECT PREDICATE OBJECT ISTRIPLE ADJUST""".split()
) | frozenset(_AGGREGATES)  # fmt: skip
# Words of other languages, and what SPARQL says instead.
_ELSEWHERE = {"AND": "&&", "OR": "||", "LIKE": "CONTAINS(LCASE(STR(?x)), \"…\")", "NULL": "!BOUND(?x)", "IS": "=", "JOIN": "a second triple pattern"}  # fmt: skip


def problem(text: str, message: str, source: str = "query", prefixes: Mapping[str, str] | None = None) -> QuerySyntax:
    """The engine's complaint (`error at 3:11: expected …`) about a query, as a problem that a person can act on."""
    told = re.match(r"error at (\d+):(\d+): (.*)", message, re.DOTALL)
    if not told:
        return QuerySyntax(where=source, what=message, hint="compare with a query under queries/.")
    starts = [0, *(i + 1 for i, character in enumerate(text) if character == "\n")]
    offset = min(starts[min(int(told[1]), len(starts)) - 1] + int(told[2]) - 1, len(text))
    query = Broken(text, prefixes or {}, offset, told[3])
    offset, what, hint = next(filter(None, (look(query) for look in _LOOKS)), None) or _engines_words(query)
    return QuerySyntax(where=tokens.place(text, offset, source), what=what, hint=hint)


def _smart_quotes(query: Broken) -> Found | None:
    for word in query.words:
        if word.text in _SMART:
            return (
                word.start,
                f"The quotation mark {word.text} is one of a text processor.",
                'write straight ones: "…".',
            )
    return None


def _open_string(query: Broken) -> Found | None:
    for word in query.words:
        if word.kind == "sign" and word.text in "\"'":
            return (
                word.start,
                "A text begins here and does not end on its line.",
                f"close it with {word.text}; a text of several lines stands in {word.text * 3}.",
            )
    return None


def _bare_address(query: Broken) -> Found | None:
    for word, after in zip(query.words, query.words[1:], strict=False):
        if word.text.lower() in ("http:", "https:") and after.text == "/":
            whole = _ADDRESS.match(query.text, word.start)[0].rstrip(".;,")
            return word.start, f"The address {whole[:60]} stands without brackets.", f"write <{whole[:60]}>."
        if word.text == "<" and _OPEN_ADDRESS.match(query.text, word.start):
            return word.start, "An address begins here and does not end.", "close it with >; it holds no blanks."
    return None


def _undeclared_prefix(query: Broken) -> Found | None:
    known = set(tokens.declarations(query.text)) | set(query.prefixes)
    for i, word in enumerate(query.words):
        prefix = word.text.partition(":")[0]
        if word.kind == "name" and prefix not in known and not (i and query.words[i - 1].text == "_"):
            near = did_you_mean(prefix, known - {""})
            cure = f"add a line at the top: PREFIX {prefix}: <…>"
            return word.start, f"The prefix of {word.text[:60]} is not declared.", f"{near} Or {cure}" if near else cure
    return None


def _unknown_word(query: Broken) -> Found | None:
    for word, after in zip_longest(query.words, query.words[1:]):
        if (
            word.kind != "word"
            or word.text.upper() in _WORDS
            or word.text == "a"
            or (word.text == "_" and after and after.kind == "name")
        ):
            continue
        if word.text.upper() in _ELSEWHERE:
            return word.start, f"SPARQL has no word {word.text}.", f"write {_ELSEWHERE[word.text.upper()]}."
        near = nearest(word.text.upper(), _WORDS, 1)
        if f"?{word.text}" in {other.text for other in query.words}:
            hint = f"did you mean ?{word.text}? A variable begins with a question mark."
        elif near:
            hint = f"did you mean {near[0]}?"
        else:
            hint = f'a variable is written ?{word.text}, a term of the ontology sr:{word.text}, a text "{word.text}".'
        return word.start, f"SPARQL has no word {word.text[:60]}.", hint
    return None


def _comma_between_variables(query: Broken) -> Found | None:
    for word in _outside(query.head):
        if word.text == ",":
            return (
                word.start,
                "The variables after SELECT stand beside each other, without commas.",
                "leave the comma out.",
            )
    return None


def _nothing_selected(query: Broken) -> Found | None:
    select = next((word for word in query.words if word.says("SELECT")), None)
    if select and not [word for word in query.head if not (word.says("DISTINCT") or word.says("REDUCED"))]:
        return (
            select.end,
            "SELECT names nothing to answer.",
            "name the variables: SELECT ?thing ?label, or all of them: SELECT *.",
        )
    return None


def _aggregate_without_as(query: Broken) -> Found | None:
    head = query.head
    outside = {id(word) for word in _outside(head)}
    for i, word in enumerate(head):
        if id(word) not in outside:
            continue
        if word.kind == "word" and word.text.upper() in _WORDS - {"DISTINCT", "REDUCED"}:
            name = word.text.upper()
            return (
                word.start,
                f"{name}(…) after SELECT stands without brackets and without a name.",
                f"write ({name}(…) AS ?name).",
            )
        if word.text == "(":
            inside = until_closed(head[i:])
            if inside and not any(each.says("AS") for each in inside):
                return (
                    word.start,
                    "What is worked out after SELECT has no name.",
                    f"give it one: {query.text[word.start : inside[-1].start]} AS ?name).",
                )
    return None


def _missing_operand(query: Broken) -> Found | None:
    for word, after in zip(query.words, query.words[1:], strict=False):
        if word.text in ("=", "!=", "<=", ">=", "&&", "||") and after.text in (")", "}"):
            return (
                word.start,
                f"Nothing stands after {word.text}.",
                "say what is compared with it, such as ?year = 2020.",
            )
    return None


def _ungrouped(query: Broken) -> Found | None:
    if "variable that is unbound" not in query.complaint:
        return None
    grouped = _after_group_by(query.words)
    for word in _outside(query.head):
        if word.kind == "variable" and word.text not in grouped:
            return (
                word.start,
                f"{word.text} stands after SELECT, but is neither a group key nor inside an aggregate.",
                f"write GROUP BY {word.text}, or take one of its values: (SAMPLE({word.text}) AS ?one).",
            )
    return (
        query.offset,
        "A variable after SELECT is neither a group key nor inside an aggregate.",
        "add it to GROUP BY, or wrap it: (SAMPLE(?x) AS ?one).",
    )


def _named_twice(query: Broken) -> Found | None:
    if "overrides an existing variable" not in query.complaint:
        return None
    for word, after in zip(query.words, query.words[1:], strict=False):
        if word.says("AS") and sum(other.text == after.text for other in query.words) > 1:
            return after.start, f"{after.text} has a value already.", "give what is worked out a name of its own."
    return None


def _engines_words(query: Broken) -> Found:
    here = next((word.text for word in query.words if word.end > query.offset), "the end of the query")
    before = [word.text for word in query.words if word.end <= query.offset][-1:]
    what = f"The query cannot be read at: {here[:60]}" + (f" (after {before[0][:60]})" if before else "")
    expected = re.findall(r"[A-Z][A-Z ]+|\"[^\" ]+\"", re.sub(r"\[[^\]]*\]", "", query.complaint))
    few = ", ".join(word.strip() for word in expected if len(word) > 1) if 1 < len(expected) <= 6 else ""
    return (
        query.offset,
        what,
        f"one of these may stand here: {few}." if few else "look for a missing brace, dot or bracket before it.",
    )


_LOOKS: tuple[Callable[[Broken], Found | None], ...] = (
    _smart_quotes,
    _open_string,
    _bare_address,
    _unknown_word,
    _undeclared_prefix,
    _comma_between_variables,
    _nothing_selected,
    _aggregate_without_as,
    no_pattern,
    brackets,
    _missing_operand,
    filter_without_brackets,
    comparison_outside_filter,
    broken_triple,
    _ungrouped,
    _named_twice,
)


def _outside(words: list[Token]) -> Iterator[Token]:
    """The words outside of round brackets, the opening ones too."""
    depth = 0
    for word in words:
        if depth == 0:
            yield word
        depth += (word.text == "(") - (word.text == ")")


def _after_group_by(words: list[Token]) -> set[str]:
    at = next(
        (i for i, word in enumerate(words) if word.says("GROUP") and i + 1 < len(words) and words[i + 1].says("BY")),
        len(words),
    )
    return {word.text for word in words[at:]}
