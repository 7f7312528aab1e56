"""What is wrong with a query that the engine cannot read: the usual mistakes, each found at its own place, in words.

The engine says where it gave up, which is often a line below the mistake. Each function here looks for one mistake and
gives its place, what is wrong and the likely cure; the first that finds something speaks. Where none does, the engine's
own complaint is put into words.
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
from statereport.sparql import patterns
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
# Words of other languages, and what SPARQL says instead.
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
    def words(self) -> list[Token]:
        """Its tokens, without comments."""
        return list(self.query.tokens)

    @cached_property
    def head(self) -> list[Token]:
        """The tokens between SELECT and the pattern, outside of brackets and within them."""
        begin = next((i for i, word in enumerate(self.words) if word.says("SELECT")), len(self.words))
        end = next(
            (i for i in range(begin, len(self.words)) if self.words[i].text == "{" or self.words[i].says("WHERE")),
            len(self.words),
        )
        return self.words[begin + 1 : end]


def unreadable(query: Query, message: str) -> QuerySyntax:
    """The engine's complaint (`error at 3:11: expected …`) about a query, as a problem that a person can act on."""
    complaint = re.match(r"error at (\d+):(\d+): (.*)", message, re.DOTALL)
    if not complaint:
        return QuerySyntax(where=query.source, what=message, hint="compare with a query under queries/.")
    starts = [0, *(i + 1 for i, character in enumerate(query.text) if character == "\n")]
    line, column = int(complaint[1]), int(complaint[2])
    offset = min(starts[min(line, len(starts)) - 1] + column - 1, len(query.text))
    broken = Broken(query, offset, complaint[3])
    offset, what, hint = mistake(broken) or _engines_words(broken)
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
    for word, after in zip_longest(query.tokens, query.tokens[1:]):
        prefix, _, local = word.text.partition(":")
        named = word.text[1:-1] if word.kind == "iri" else known.get(prefix, "") + local if word.kind == "name" else ""
        if named == address:
            places.append((after is None or after.text != "(", word.start))
    return min(places)[1] if places else None


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


def _wrong_address(query: Broken) -> Found | None:
    """An address that is no IRI, or a relative one that is relative to nothing."""
    has_base = False
    for before, word in zip([None, *query.words], query.words, strict=False):
        address = word.text[1:-1]
        if word.kind != "iri":
            continue
        if not _SCHEME.match(address):
            if has_base:
                continue
            what = f"The address <{address[:60]}> is relative, and nothing says to what."
            return word.start, what, "write it whole, or add a line at the top: BASE <https://…>"
        has_base = has_base or (before is not None and before.says("BASE"))
        try:
            iri(address)
        except ValueError as error:
            return word.start, f"<{address[:60]}> is no address: {error}.", "percent-encode what is no part of one."
    return None


def _undeclared_prefix(query: Broken) -> Found | None:
    known = set(query.query.declared) | set(query.query.prefixes)
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
            inside = _until_closed(head[i:])
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
    certain = "overrides an existing variable" in query.complaint or "Duplicated variable" in query.complaint
    if not certain and query.complaint != "expected [_]":
        return None
    pattern = next((i for i, word in enumerate(query.words) if word.text == "{"), 0)
    count = Counter(word.text for word in query.words)
    seen: set[str] = set()
    for i, (before, word) in enumerate(zip([None, *query.words], query.words, strict=False)):
        if word.kind == "variable" and before is not None and before.says("AS"):
            if certain and count[word.text] > 1 and (i < pattern or word.text in seen):
                return word.start, f"{word.text} has a value already.", "give what is worked out a name of its own."
            if not certain and word.text in seen:
                return (
                    word.start,
                    f"{word.text} may have a value already.",
                    "give what is worked out a name of its own.",
                )
        if certain or i > pattern:
            seen.add(word.text)
    return None


def _brackets(query: Broken) -> Found | None:
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
                opener, closer = opened[-1], CLOSES[opened[-1].text]
                what = f"{word.text} stands where {closer} must close the {opener.text} at {_line(query, opener)}."
                return word.start, what, f"write {closer} before it."
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


def _no_pattern(query: Broken) -> Found | None:
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


def _comparison_outside_filter(query: Broken) -> Found | None:
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


def _filter_without_brackets(query: Broken) -> Found | None:
    """A FILTER without brackets, or a BIND without AS."""
    for word, after in zip(query.words, query.words[1:], strict=False):
        if word.says("FILTER") and after.kind in ("variable", "string", "number"):
            return after.start, "What a FILTER tests stands in brackets.", f"write FILTER({after.text} …)."
        if word.says("BIND") and after.text == "(":
            inside = _until_closed(query.words[query.words.index(after) :])
            if inside and not any(each.says("AS") for each in inside):
                return inside[-1].start, "BIND has no AS.", "write BIND(… AS ?name)."
    return None


def _broken_triple(query: Broken) -> Found | None:
    """A statement of a pattern that does not end, has too few terms, or goes on with the wrong sign."""
    reader = patterns.Reader(query.query)
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


def _engines_words(query: Broken) -> Found:
    """Where the engine gave up, and what it says of it: a sentence, or the few words that may stand there."""
    here = next((word.text for word in query.words if word.end > query.offset), "the end of the query")
    before = [word.text for word in query.words if word.end <= query.offset][-1:]
    what = f"The query cannot be read at: {here[:60]}" + (f" (after {before[0][:60]})" if before else "")
    complaint = re.sub(r"\[[^\]]*\]", "", query.complaint)
    sentence = re.search(r"(?:[\w'*]+ )+[a-z]{2,} [\w' ]+", complaint.removeprefix("expected ").removeprefix("one of "))
    if sentence:
        return query.offset, f"{what}. The engine says: {sentence[0].strip()}.", "change what it names."
    expected = re.findall(r"[A-Z][A-Z ]+|\"[^\" ]+\"", complaint)
    few = ", ".join(word.strip() for word in expected if len(word) > 1) if 1 < len(expected) <= 6 else ""
    hint = f"one of these may stand here: {few}." if few else "a brace, dot or bracket may be missing before it."
    return query.offset, what, hint


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


def _outside(words: list[Token]) -> Iterator[Token]:
    """The words outside of round _brackets, the opening ones too."""
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


def _until_closed(words: list[Token]) -> list[Token]:
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
    return query.query.place(word.start).removeprefix(f"{query.query.source}:")
