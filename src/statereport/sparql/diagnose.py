"""What is wrong with a query that the engine cannot read or evaluate: the usual mistakes, each at its own place.

The engine reports where it gave up, which is often a line below the mistake. Each function of `_LOOKS` looks for one
mistake and returns its place, what is wrong and the likely fix; the first that finds something counts. Where none does,
the engine's own complaint is put into a sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING

from statereport.errors import QueryFailed, QuerySyntax, did_you_mean, nearest
from statereport.rdf.namespaces import XSD
from statereport.rdf.writers import iri
from statereport.sparql import patterns, tokens
from statereport.sparql.patterns import CLOSES
from statereport.sparql.tokens import Token

if TYPE_CHECKING:
    from statereport.sparql.query import Query

# Matched at a place, not on a copy of the rest: a long text may have a sign at every place.
_ADDRESS = re.compile(r"[^\s<>{}\"]+")
_OPEN_ADDRESS = re.compile(r"<\w+:[^\s<>]*(\s|\Z)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SMART = "“”„‟«»‘’‚"
_AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")
_FUNCTIONS = (
    *_AGGREGATES,
    *"""STR LANG LANGMATCHES LANGDIR HASLANG HASLANGDIR DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR ROUND CONCAT
    STRLEN UCASE LCASE ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS MINUTES
    SECONDS TIMEZONE TZ NOW UUID STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF STRLANG STRLANGDIR STRDT SAMETERM
    ISIRI ISURI ISBLANK ISLITERAL ISNUMERIC REGEX SUBSTR REPLACE TRIPLE SUBJECT PREDICATE OBJECT ISTRIPLE
    ADJUST""".split(),
)
_CASTS = ("boolean", "double", "float", "decimal", "integer", "string", "dateTime", "date", "time")
_WORDS = frozenset(
    """TRUE FALSE BASE PREFIX VERSION SELECT DISTINCT REDUCED AS CONSTRUCT WHERE DESCRIBE ASK FROM NAMED GROUP BY
    HAVING ORDER ASC DESC LIMIT OFFSET VALUES UNDEF OPTIONAL GRAPH SERVICE SILENT BIND UNION MINUS FILTER NOT EXISTS
    IN SEPARATOR""".split()
) | frozenset(_FUNCTIONS)
# Words of other languages, and what SPARQL has instead.
_ELSEWHERE = {
    "AND": "&&",
    "OR": "||",
    "LIKE": 'CONTAINS(LCASE(STR(?x)), "…")',
    "NULL": "!BOUND(?x)",
    "IS": "=",
    "JOIN": "a second triple pattern",
}
_MODIFIERS = ("ORDER", "GROUP", "HAVING", "LIMIT", "OFFSET")
_COMPARISONS = ("=", "!=", "<", ">", "<=", ">=", "&&", "||")
# Characters of the longest query in which the usual mistakes are looked for: a refusal must not cost much.
_LONGEST = 8_000
# Where a mistake is, what is wrong, how to fix it.
Found = tuple[int, str, str]


@dataclass(frozen=True)
class Broken:
    """A query that could not be read, and the offset where the engine gave up, with its complaint."""

    query: Query
    offset: int
    complaint: str

    @property
    def text(self) -> str:
        """Its text."""
        return self.query.text

    @cached_property
    def tokens(self) -> list[Token]:
        """Its tokens, without comments."""
        return list(self.query.tokens)

    @cached_property
    def head(self) -> list[Token]:
        """The tokens between SELECT and the pattern, outside of brackets and within them."""
        begin = next((i for i, token in enumerate(self.tokens) if token.is_keyword("SELECT")), len(self.tokens))
        end = next(
            (
                i
                for i in range(begin, len(self.tokens))
                if self.tokens[i].text == "{" or self.tokens[i].is_keyword("WHERE")
            ),
            len(self.tokens),
        )
        return self.tokens[begin + 1 : end]


def unreadable(query: Query, message: str) -> QuerySyntax:
    """The engine's complaint (`error at 3:11: expected …`) about a query, as a problem that a person can act on."""
    complaint = re.match(r"error at (\d+):(\d+): (.*)", message, re.DOTALL)
    if not complaint:
        return QuerySyntax(where=query.source, what=message, hint="compare with a query under queries/.")
    starts = [0, *(i + 1 for i, character in enumerate(query.text) if character == "\n")]
    line, column = int(complaint[1]), int(complaint[2])
    offset = min(starts[min(line, len(starts)) - 1] + column - 1, len(query.text))
    broken = Broken(query, offset, complaint[3])
    offset, what, hint = (mistake(broken) if len(query.text) <= _LONGEST else None) or _engines_words(broken)
    return QuerySyntax(where=query.place(offset), what=what, hint=hint)


def mistake(broken: Broken) -> Found | None:
    """The first of the usual mistakes that a query has; None where it has none of them."""
    return next(filter(None, (look(broken) for look in _LOOKS)), None)


def unevaluable(query: Query, message: str) -> QueryFailed:
    """Why the engine cannot evaluate a query that it can read, with the function's name and place."""
    function = re.match(r"The custom function <([^>]*)> (is not|requires)", message)
    if not function:
        what = f"The engine cannot evaluate this query: {message.rstrip('.')}."
        return QueryFailed(where=query.source, what=what, hint="look for the part that it names, or leave parts out.")
    address = function[1]
    offset = _called(query, address)
    where = query.source if offset is None else query.place(offset)
    name = f"xsd:{address.removeprefix(XSD)}" if address.startswith(XSD) else f"<{address}>"
    if function[2] == "requires":
        count = re.search(r"between (\d+) and (\d+) arguments?, but (\d+)", message)
        wanted = "another number" if not count else count[1] if count[1] == count[2] else f"{count[1]} to {count[2]}"
        given = f", not {count[3]}" if count else ""
        what = f"The function {name} is called with a wrong number of arguments: it takes {wanted}{given}."
        return QueryFailed(where, what, "give it as many as it takes.")
    if address.startswith(XSD):
        what, hint = f"There is no cast to {name}.", f"cast to one of: {', '.join(f'xsd:{kind}' for kind in _CASTS)}."
    else:
        what = f"There is no function {name}: the engine has those of SPARQL and no others."
        local = re.split(r"[/#:]", address)[-1].upper()
        near = nearest(local, _FUNCTIONS, 1) if len(local) > 2 else []
        hint = f"did you mean {near[0]}(…)?" if near else "SPARQL's own functions are written without a prefix: NOW()."
    return QueryFailed(where, what, hint)


def _called(query: Query, address: str) -> int | None:
    """Where a query first calls a function, or names it otherwise."""
    known = {**query.prefixes, **query.declared}
    places = []
    for token, after in zip_longest(query.tokens, query.tokens[1:]):
        prefix, _, local = token.text.partition(":")
        named = (
            token.text[1:-1] if token.kind == "iri" else known.get(prefix, "") + local if token.kind == "name" else ""
        )
        if named == address:
            places.append((after is None or after.text != "(", token.start))
    return min(places)[1] if places else None


def _smart_quotes(broken: Broken) -> Found | None:
    for token in broken.tokens:
        if token.text in _SMART:
            return (
                token.start,
                f"The quotation mark {token.text} is one of a text processor.",
                'write straight ones: "…".',
            )
    return None


def _open_string(broken: Broken) -> Found | None:
    for token in broken.tokens:
        if token.kind == "sign" and token.text in "\"'":
            return (
                token.start,
                "A text begins here and does not end on its line.",
                f"close it with {token.text}; a text of several lines stands in {token.text * 3}.",
            )
    return None


def _bare_address(broken: Broken) -> Found | None:
    for token, after in zip(broken.tokens, broken.tokens[1:], strict=False):
        if token.text.lower() in ("http:", "https:") and after.text == "/":
            whole = _ADDRESS.match(broken.text, token.start)[0].rstrip(".;,")
            return token.start, f"The address {whole[:60]} stands without brackets.", f"write <{whole[:60]}>."
        if token.text == "<" and _OPEN_ADDRESS.match(broken.text, token.start):
            return token.start, "An address begins here and does not end.", "close it with >; it holds no blanks."
    return None


def _wrong_address(broken: Broken) -> Found | None:
    """An address that is no IRI, or a relative one that is relative to nothing."""
    has_base = False
    for before, token in zip([None, *broken.tokens], broken.tokens, strict=False):
        address = token.text[1:-1]
        if token.kind != "iri":
            continue
        if not _SCHEME.match(address):
            if has_base:
                continue
            what = f"The address <{address[:60]}> is relative, and there is no base for it."
            return token.start, what, "write it whole, or add a line at the top: BASE <https://…>"
        has_base = has_base or (before is not None and before.is_keyword("BASE"))
        try:
            iri(address)
        except ValueError as error:
            return token.start, f"<{address[:60]}> is no address: {error}.", "percent-encode what is no part of one."
    return None


def _undeclared_prefix(broken: Broken) -> Found | None:
    known = set(broken.query.declared) | set(broken.query.prefixes)
    for i, token in enumerate(broken.tokens):
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and prefix not in known and not (i and broken.tokens[i - 1].text == "_"):
            near = did_you_mean(prefix, known - {""})
            fix = f"add a line at the top: PREFIX {prefix}: <…>"
            return (
                token.start,
                f"The prefix of {token.text[:60]} is not declared.",
                f"{near} Or {fix}" if near else fix,
            )
    return None


def _unknown_word(broken: Broken) -> Found | None:
    for token, after in zip_longest(broken.tokens, broken.tokens[1:]):
        if (
            token.kind != "word"
            or token.text.upper() in _WORDS
            or token.text == "a"
            or (token.text == "_" and after and after.kind == "name")
        ):
            continue
        if token.text.upper() in _ELSEWHERE:
            return token.start, f"SPARQL has no word {token.text}.", f"write {_ELSEWHERE[token.text.upper()]}."
        near = nearest(token.text.upper(), _WORDS, 1)
        if f"?{token.text}" in {other.text for other in broken.tokens}:
            hint = f"did you mean ?{token.text}? A variable begins with a question mark."
        elif near:
            hint = f"did you mean {near[0]}?"
        else:
            hint = (
                f'a variable is written ?{token.text}, a term of the ontology sr:{token.text}, a text "{token.text}".'
            )
        return token.start, f"SPARQL has no word {token.text[:60]}.", hint
    return None


def _comma_between_variables(broken: Broken) -> Found | None:
    for token in _outside(broken.head):
        if token.text == ",":
            return (
                token.start,
                "The variables after SELECT stand beside each other, without commas.",
                "leave the comma out.",
            )
    return None


def _nothing_selected(broken: Broken) -> Found | None:
    select = next((token for token in broken.tokens if token.is_keyword("SELECT")), None)
    if select and not [
        token for token in broken.head if not (token.is_keyword("DISTINCT") or token.is_keyword("REDUCED"))
    ]:
        return (
            select.end,
            "SELECT names nothing to answer.",
            "name the variables: SELECT ?thing ?label, or all of them: SELECT *.",
        )
    return None


def _aggregate_without_as(broken: Broken) -> Found | None:
    head = broken.head
    outside = {id(token) for token in _outside(head)}
    for i, token in enumerate(head):
        if id(token) not in outside:
            continue
        if token.kind == "word" and token.text.upper() in _WORDS - {"DISTINCT", "REDUCED"}:
            name = token.text.upper()
            return (
                token.start,
                f"{name}(…) after SELECT stands without brackets and without a name.",
                f"write ({name}(…) AS ?name).",
            )
        if token.text == "(":
            inside = _until_closed(head[i:])
            if inside and not any(each.is_keyword("AS") for each in inside):
                return (
                    token.start,
                    "What is worked out after SELECT has no name.",
                    f"give it one: {broken.text[token.start : inside[-1].start]} AS ?name).",
                )
    return None


def _missing_operand(broken: Broken) -> Found | None:
    for token, after in zip(broken.tokens, broken.tokens[1:], strict=False):
        if token.text in ("=", "!=", "<=", ">=", "&&", "||") and after.text in (")", "}"):
            return (
                token.start,
                f"Nothing stands after {token.text}.",
                "write what is compared with it, such as ?year = 2020.",
            )
    return None


def _ungrouped(broken: Broken) -> Found | None:
    if "variable that is unbound" not in broken.complaint:
        return None
    grouped = _after_group_by(broken.tokens)
    for token in _outside(broken.head):
        if token.kind == "variable" and token.text not in grouped:
            return (
                token.start,
                f"{token.text} stands after SELECT, but is neither a group key nor inside an aggregate.",
                f"write GROUP BY {token.text}, or take one of its values: (SAMPLE({token.text}) AS ?one).",
            )
    return (
        broken.offset,
        "A variable after SELECT is neither a group key nor inside an aggregate.",
        "add it to GROUP BY, or wrap it: (SAMPLE(?x) AS ?one).",
    )


def _named_twice(broken: Broken) -> Found | None:
    certain = "overrides an existing variable" in broken.complaint or "Duplicated variable" in broken.complaint
    if not certain and broken.complaint != "expected [_]":
        return None
    pattern = next((i for i, token in enumerate(broken.tokens) if token.text == "{"), 0)
    count = Counter(token.text for token in broken.tokens)
    seen: set[str] = set()
    for i, (before, token) in enumerate(zip([None, *broken.tokens], broken.tokens, strict=False)):
        if token.kind == "variable" and before is not None and before.is_keyword("AS"):
            if certain and count[token.text] > 1 and (i < pattern or token.text in seen):
                return token.start, f"{token.text} has a value already.", "give what is worked out a name of its own."
            if not certain and token.text in seen:
                return (
                    token.start,
                    f"{token.text} may have a value already.",
                    "give what is worked out a name of its own.",
                )
        if certain or i > pattern:
            seen.add(token.text)
    return None


def _brackets(broken: Broken) -> Found | None:
    """A bracket that is not closed, or closes nothing. A pattern that breaks off before it comes first."""
    opened: list[Token] = []
    for token, after in zip_longest(broken.tokens, broken.tokens[1:]):
        if token.text in CLOSES:
            opened.append(token)
        elif token.text in CLOSES.values():
            if not opened:
                return (
                    token.start,
                    f"{token.text} closes nothing that is open.",
                    f"leave it out, or look for a missing {_opener(token.text)} before it.",
                )
            if CLOSES[opened[-1].text] != token.text:
                opener, closer = opened[-1], CLOSES[opened[-1].text]
                what = f"{token.text} stands where {closer} must close the {opener.text} at {_line(broken, opener)}."
                return token.start, what, f"write {closer} before it."
            opened.pop()
        elif (
            opened
            and opened[-1].text == "{"
            and _is_modifier(token, after)
            and not _in_sub_select(broken.tokens, opened[-1])
        ):
            return (
                token.start,
                f"{token.text.upper()} comes after the pattern; the {{ at {_line(broken, opened[-1])} is still open.",
                "close it with } before this.",
            )
    if opened:
        end = len(broken.text.rstrip())
        return (
            end,
            f"The query ends while the {opened[-1].text} at {_line(broken, opened[-1])} is still open.",
            f"close it with {CLOSES[opened[-1].text]}.",
        )
    return None


def _no_pattern(broken: Broken) -> Found | None:
    """A pattern that is missing, or stands without braces."""
    where = next((i for i, token in enumerate(broken.tokens) if token.is_keyword("WHERE")), None)
    if where is not None and (where + 1 == len(broken.tokens) or broken.tokens[where + 1].text != "{"):
        return (
            broken.tokens[where].end,
            "After WHERE the brace { is missing.",
            "put the pattern into braces: WHERE { … }.",
        )
    forms = [
        token
        for token in broken.tokens
        if any(token.is_keyword(form) for form in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))
    ]
    if not broken.tokens:
        return 0, "There is no query.", "begin with SELECT, ASK, CONSTRUCT or DESCRIBE."
    if forms and not forms[0].is_keyword("DESCRIBE") and not any(token.text == "{" for token in broken.tokens):
        return (
            len(broken.text.rstrip()),
            "The query has no pattern.",
            "write what you look for in braces: WHERE { ?thing a sr:Figure }.",
        )
    return None


def _comparison_outside_filter(broken: Broken) -> Found | None:
    """A comparison in the pattern outside of FILTER, or one with two signs."""
    depth: list[str] = []
    for before, token in zip([None, *broken.tokens], broken.tokens, strict=False):
        if token.text in CLOSES:
            depth.append(token.text)
        elif token.text in CLOSES.values() and depth:
            depth.pop()
        elif depth and depth[-1] == "{" and token.text in _COMPARISONS and token.kind == "sign":
            return (
                before.start,
                f"A comparison ({token.text}) stands in the pattern outside of FILTER(…).",
                f"write FILTER({before.text} {token.text} …).",
            )
        if token.text == "=" and before is not None and before.text == "=":
            return before.start, "SPARQL compares with one =.", "write =."
    return None


def _filter_without_brackets(broken: Broken) -> Found | None:
    """A FILTER without brackets, or a BIND without AS."""
    for i, (token, after) in enumerate(zip(broken.tokens, broken.tokens[1:], strict=False)):
        if token.is_keyword("FILTER") and after.kind in ("variable", "string", "number"):
            return after.start, "What a FILTER tests stands in brackets.", f"write FILTER({after.text} …)."
        if token.is_keyword("BIND") and after.text == "(":
            inside = _until_closed(broken.tokens[i + 1 :])
            if inside and not any(each.is_keyword("AS") for each in inside):
                return inside[-1].start, "BIND has no AS.", "write BIND(… AS ?name)."
    return None


def _broken_triple(broken: Broken) -> Found | None:
    """A statement of a pattern that does not end, has too few terms, or goes on with the wrong sign."""
    reader = patterns.Reader(broken.query)
    for opening in reader.groups():
        try:
            reader.group(opening + 1, reader.closing(opening))
        except patterns.Unreadable as stop:
            found = _broken_off(broken, stop)
            if found:
                return found
    return None


def _broken_off(broken: Broken, stop: patterns.Unreadable) -> Found | None:
    tokens = broken.tokens
    if stop.wanted not in ("dot", "object", "predicate") or stop.index > len(tokens):
        return None
    at, before = tokens[stop.index] if stop.index < len(tokens) else None, tokens[stop.index - 1]
    here = at.text[:60] if at else "the end"
    start = _statement_start(tokens, stop.index)
    for semicolon, after in zip(tokens[start : stop.index], tokens[start + 1 : stop.index], strict=False):
        if semicolon.text == ";" and after.kind == "variable" and after.text == tokens[start].text:
            return (
                semicolon.start,
                f"After ; the subject {after.text} stands again.",
                "leave it out, or end the statement with a dot.",
            )
    if stop.wanted == "dot":
        return (
            before.end,
            f"Between {before.text[:60]} and {here} a sign is missing.",
            "end the statement with a dot; or go on about the same subject with ;, with the same predicate with ,.",
        )
    if (
        stop.wanted in ("object", "predicate")
        and start
        and tokens[start - 1].text == "."
        and tokens[start].kind in ("name", "iri")
    ):
        return (
            tokens[start - 1].start,
            f"After the dot a new statement begins, and {tokens[start].text[:60]} would be its subject.",
            "write ; instead of the dot to go on about the same subject.",
        )
    return (
        before.end,
        f"A statement breaks off after {before.text[:60]}: its {stop.wanted} is missing before {here}.",
        "a statement has three terms: subject, predicate, object.",
    )


def _engines_words(broken: Broken) -> Found:
    """Where the engine gave up, and why: its sentence, or the few words that may stand there."""
    here, before = "the end of the query", ""
    for token in tokens.tokens(broken.text):  # no further than that: a long query has many
        if token.end > broken.offset:
            here = token.text
            break
        before = token.text
    what = f"The query cannot be read at: {here[:60]}" + (f" (after {before[:60]})" if before else "")
    complaint = re.sub(r"\[[^\]]*\]", "", broken.complaint)
    sentence = re.search(r"(?:[\w'*]+ )+[a-z]{2,} [\w' ]+", complaint.removeprefix("expected ").removeprefix("one of "))
    if sentence:
        return broken.offset, f"{what}. The engine reports: {sentence[0].strip()}.", "change what it names."
    expected = re.findall(r"[A-Z][A-Z ]+|\"[^\" ]+\"", complaint)
    few = ", ".join(word.strip() for word in expected if len(word) > 1) if 1 < len(expected) <= 6 else ""
    hint = f"one of these may stand here: {few}." if few else "a brace, dot or bracket may be missing before it."
    return broken.offset, what, hint


_LOOKS: tuple[Callable[[Broken], Found | None], ...] = (
    _smart_quotes,
    _open_string,
    _bare_address,
    _unknown_word,
    _undeclared_prefix,
    _comma_between_variables,
    _nothing_selected,
    _aggregate_without_as,
    _no_pattern,
    _brackets,
    _missing_operand,
    _filter_without_brackets,
    _comparison_outside_filter,
    _broken_triple,
    _ungrouped,
    _named_twice,
    _wrong_address,
)


def _outside(tokens: list[Token]) -> Iterator[Token]:
    """The tokens outside of round brackets, the opening ones too."""
    depth = 0
    for token in tokens:
        if depth == 0:
            yield token
        depth += (token.text == "(") - (token.text == ")")


def _after_group_by(tokens: list[Token]) -> set[str]:
    at = next(
        (
            i
            for i, token in enumerate(tokens)
            if token.is_keyword("GROUP") and i + 1 < len(tokens) and tokens[i + 1].is_keyword("BY")
        ),
        len(tokens),
    )
    return {token.text for token in tokens[at:]}


def _until_closed(tokens: list[Token]) -> list[Token]:
    """The tokens from an opening bracket to the one that closes it; none where it stays open."""
    depth = 0
    for i, token in enumerate(tokens):
        depth += (token.text in CLOSES) - (token.text in CLOSES.values())
        if depth == 0:
            return tokens[: i + 1]
    return []


def _is_modifier(token: Token, after: Token | None) -> bool:
    """True for ORDER BY, GROUP BY, LIMIT 5 and the like."""
    return (
        after is not None
        and any(token.is_keyword(name) for name in _MODIFIERS)
        and (after.is_keyword("BY") or after.kind == "number" or after.text == "(")
    )


def _in_sub_select(tokens: list[Token], brace: Token) -> bool:
    """True where the group that this brace opens, or the one around it, is a SELECT, which may have modifiers."""
    after = tokens[tokens.index(brace) + 1]
    return after.is_keyword("SELECT")


def _statement_start(tokens: list[Token], index: int) -> int:
    """Where the statement before this token begins: after the last dot or brace."""
    return next((i + 1 for i in range(index - 1, -1, -1) if tokens[i].text in (".", "{", "}")), 0)


def _opener(closer: str) -> str:
    return next(opener for opener, closes in CLOSES.items() if closes == closer)


def _line(broken: Broken, token: Token) -> str:
    return broken.query.place(token.start).removeprefix(f"{broken.query.source}:")
