"""Candidates: what a text names and states, each with its range and the rule that found it.

A candidate is a proposal for a person. Kinds: instrument, short-form, provision, recommendation, body, time, numeral
(with its account), figure (value, bound, unit, period), group, place.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from statereport.draft import grammar
from statereport.draft.document import Document
from statereport.draft.vocabulary import Vocabulary
from statereport.source.text import Numeral, Span, numerals

KINDS = (
    "instrument", "short-form", "provision", "recommendation", "body", "group", "place", "time", "numeral", "figure",
)  # fmt: skip
COLUMNS = ("kind", "passage", "start", "end", "text", "rule", "value", "bound", "unit", "period", "refers to")


@dataclass(frozen=True)
class Candidate(Span):
    """A proposal: a range of the text, its kind, the rule, and what the rule read there.

    value   of a figure: the number; of a numeral: its account; of a time: date or period; else the IRI, where the
            vocabulary has the thing
    refers  what a short form, acronym or provision belongs to: the text of the name before
    """

    kind: str
    passage: str
    text: str
    rule: str
    value: str = ""
    bound: str = ""
    unit: str = ""
    period: str = ""
    refers: str = ""

    def row(self) -> tuple[str, ...]:
        """The cells of the table, in the order of COLUMNS."""
        return (
            self.kind, self.passage, str(self.start), str(self.end), self.text, self.rule, self.value, self.bound,
            self.unit, self.period, self.refers,
        )  # fmt: skip


@dataclass(frozen=True)
class Passage(Span):
    """A passage for which candidates are looked for."""

    number: str
    under: str = ""


def candidates(content: str, passages: Sequence[Passage], vocabulary: Vocabulary) -> list[Candidate]:
    """Every candidate of the passages, in the order of the text."""
    found: list[Candidate] = []
    known = _Named(vocabulary)
    tokens = numerals(content)
    starts = [it.start for it in tokens]
    known.countries = {match[1] for match in grammar.COUNTRY.finditer(content)}
    for passage in passages:
        text = content[passage.start : passage.end]
        inside = tokens[bisect_right(starts, passage.start - 1) : bisect_right(starts, passage.end - 1)]
        found += _of_passage(text, passage, [it for it in inside if it.end <= passage.end], known)
    return sorted(found, key=lambda it: (it.start, it.end, KINDS.index(it.kind)))


def of_document(made: Document, names: Vocabulary) -> list[Candidate]:
    """Every candidate in the passages and notes of a document; headings hold none."""
    passages = [Passage(it.start, it.end, it.number, it.under) for it in made.units if it.kind != "section"]
    return candidates(made.content, passages, names)


def counts(found: Iterable[Candidate]) -> dict[str, int]:
    """How many candidates there are of each kind, in the order of KINDS."""
    counted = Counter(it.kind for it in found)
    return {kind: counted[kind] for kind in KINDS}


class _Named:
    """What was named so far, to resolve short forms by; acronyms with what they stand for."""

    def __init__(self, vocabulary: Vocabulary):
        self.vocabulary = vocabulary
        self.acts: list[tuple[str, str]] = []  # (head noun in small letters, name)
        self.short: dict[str, str] = {}
        self.bodies: list[str] = []
        self.countries: set[str] = set()
        self.time = ("", "")  # the section, and the time that its passages named last

    def name(self, name: str) -> None:
        """Remember an instrument by its head nouns."""
        for word in re.findall(rf"\b(?:{grammar.ACTS})\b", name):
            self.acts.append((_head(word), name))
        if re.search(r"\b[Aa]mend(?:ing|ments?)\b", name):
            self.acts.append(("amendment", name))

    def body(self, name: str, rule: str) -> str:
        """What "the Ministry" or an acronym stands for; "" for a name, which is remembered."""
        if rule in ("acronym", "introduced"):
            return self.short.get(name, "")
        if rule == "head-noun-alone":
            return next((it for it in reversed(self.bodies) if re.search(rf"\b{re.escape(name)}\b", it)), "")
        self.bodies.append(name)
        return ""

    def law(self) -> str:
        """The act of law that was named last, else the last instrument: what a bare "Article 8" belongs to."""
        named = next((name for kind, name in reversed(self.acts) if kind in _LAWS), "")
        return named or (self.acts[-1][1] if self.acts else "")

    def define(self, name: str, short: str) -> None:
        self.short[short] = name

    def meant(self, form: str) -> str:
        """What "the Law", "the said Decree", "this Convention" refers to: what was introduced so, else named last."""
        word = form.split()[-1]
        if word in self.short:
            return self.short[word]
        head = _head(word)
        return next((name for kind, name in reversed(self.acts) if kind == head), "")


_LAWS = frozenset(
    "law act code constitution decree ordinance order resolution regulation convention covenant protocol treaty "
    "charter rules directive loi décret ley decreto pacto convenio".split()
)


def _is_law(name: str) -> bool:
    return any(_head(word) in _LAWS for word in re.findall(r"\w+", name))


def _head(word: str) -> str:
    word = word.lower()
    word = {"policies": "policy", "strategies": "strategy", "treaties": "treaty", "programmes": "program"}.get(
        word, word
    )
    return re.sub(r"(?<!rule)(?<!observation)s$", "", word.replace("programme", "program"))


def _of_passage(text: str, passage: Passage, tokens: Sequence[Numeral], known: _Named) -> list[Candidate]:
    at = passage.start

    def made(kind: str, start: int, end: int, rule: str, **more: str) -> Candidate:
        return Candidate(at + start, at + end, kind, passage.number, text[start:end], rule, **more)

    symbols = [(m.start(), m.end()) for m in grammar.SYMBOL.finditer(text)]
    addresses = [(m.start(), m.end()) for m in grammar.URL.finditer(text)]
    recommended = [(m.start(), m.end()) for m in grammar.RECOMMENDATION.finditer(text)]
    provisions = _longest(
        [it for it in grammar.provisions(text) if not _inside(it.start, it.end, [*symbols, *addresses])]
    )
    provisions = [
        it
        for it in provisions
        if not _overlaps(it.start, it.end, recommended) or _inside(*recommended[0], [(it.start, it.end)])
    ]
    times = [(it, what) for it, what in grammar.times(text) if not _overlaps(it.start, it.end, [*symbols, *addresses])]
    acts = _acts(text, known.vocabulary, addresses)
    spans = [(it.start, it.end) for it in acts]
    times = [
        (it, what)
        for it, what in times
        if not (it.rule in ("year", "year-range", "in-year") and _in_title(text, it, acts))
    ]
    times = [(it, "date" if _inside(it.start, it.end, spans) else what) for it, what in times]
    bodies = _bodies(text, known, spans)
    found = [
        made("instrument", it.start, it.end, it.rule, value=known.vocabulary.iri("instrument", text[it.start : it.end]))
        for it in acts
    ]
    found += [made("recommendation", start, end, "recommendation") for start, end in recommended]
    found += [made("time", it.start, it.end, it.rule, value=what) for it, what in times]
    for it in bodies:
        name = text[it.start : it.end]
        value, refers = known.vocabulary.iri("body", name), known.body(name, it.rule)
        found.append(made("body", it.start, it.end, it.rule, value=value, refers=refers))
    taken = [*spans, *((it.start, it.end) for it in bodies), *((it.start, it.end) for it, _ in times)]
    groups = _longest([*known.vocabulary.found("group", text), *_grammar_groups(text)])
    found += [
        made("group", it.start, it.end, it.rule, value=known.vocabulary.iri("group", text[it.start : it.end]))
        for it in groups
        if not _inside(it.start, it.end, taken)
    ]
    countries = [m for name in known.countries for m in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]
    lands = [*(grammar.Found(*m.span(), "country") for m in countries)]
    lands += [
        *known.vocabulary.found("place", text),
        *(it for it in grammar.places(text) if not _overlaps(it.start, it.end, taken)),
    ]
    found += [
        made("place", it.start, it.end, it.rule, value=known.vocabulary.iri("place", text[it.start : it.end]))
        for it in _longest(lands)
    ]
    found += _short_and_provisions(text, made, acts, provisions, known)
    earlier = known.time[1] if known.time[0] == passage.under else ""
    found += _numbers(text, at, tokens, made, provisions, times, acts, bodies, symbols, addresses, recommended, earlier)
    for match in grammar.NONE.finditer(text):
        period = _period(text, match.start(), match.end(), times, earlier)
        found.append(made("figure", *match.span(), "none", value="0", bound="exact", period=period))
    stated = [text[it.start : it.end] for it, _ in times if it.rule != "relative"]
    known.time = (passage.under, stated[-1] if stated else earlier)
    return found


def _acts(text: str, vocabulary: Vocabulary, addresses: Sequence[tuple[int, int]]) -> list[grammar.Found]:
    """Instruments without overlaps: the longest of those that meet."""
    found = [*grammar.instruments(text), *vocabulary.found("instrument", text)]
    found = [it for it in found if not _inside(it.start, it.end, addresses)]
    numbered = _longest([it for it in found if it.rule in grammar.INSTRUMENT or it.rule in ("known", "symbol")])
    taken = [(it.start, it.end) for it in numbered]
    return _longest(
        [*numbered, *(it for it in found if not _overlaps(it.start, it.end, taken) or _holds_one(it, taken))]
    )


def _holds_one(it: grammar.Found, taken: Sequence[tuple[int, int]]) -> bool:
    """Whether a title goes on where its number ends: "Order No. 5 of the Minister on …" """
    return it.rule == "titled" and any(it.start == a and b <= it.end for a, b in taken)


def _bodies(text: str, known: _Named, acts: Sequence[tuple[int, int]]) -> list[grammar.Found]:
    found = [*grammar.bodies(text), *grammar.common(text), *known.vocabulary.found("body", text)]
    for name, short, start, end in grammar.definitions(text):
        is_act = re.search(rf"\b(?:{grammar.ACTS})\b", name) is not None
        if not is_act or (
            re.search(rf"\b(?:{grammar.BODY_HEADS})\b", name.split(" on ")[0].split(" for ")[0])
            and not re.match(rf"(?:{grammar.ACTS})\b", name)
        ):
            if re.search(rf"\b(?:{grammar.BODY_HEADS})\b", name):
                known.define(name, short)
                found.append(grammar.Found(start, end, "introduced"))
        else:
            known.define(name, short)
    for match in grammar.ACRONYM.finditer(text):
        name = known.short.get(match[0], "")
        if name and re.search(rf"\b(?:{grammar.BODY_HEADS})\b", name):
            found.append(grammar.Found(*match.span(), "acronym"))
        elif not name and grammar.INTERNATIONAL.fullmatch(match[0]):
            found.append(grammar.Found(*match.span(), "international"))
    return [
        it
        for it in _longest(found)
        if not (_inside(it.start, it.end, acts) and it.rule in ("head-noun-alone", "international"))
        and (it.start, it.end) not in acts
        and not (it.rule == "head-noun" and any(a == it.start and b >= it.end for a, b in acts))
    ]


def _grammar_groups(text: str) -> list[grammar.Found]:
    return [grammar.Found(*match.span(), "people") for match in grammar.GROUP.finditer(text)]


def _short_and_provisions(text, made, acts, provisions, known: _Named) -> list[Candidate]:
    """Short forms and provisions in the order of the text, so that each is resolved by what was named before it."""
    events = [("act", it.start, it.end, it.rule) for it in acts]
    spans = [(it.start, it.end) for it in acts]
    events += [
        ("short", *m.span(), "the-" + _head(m[0].split()[-1]))
        for m in grammar.SHORT.finditer(text)
        if not _overlaps(m.start() + 4, m.end(), spans)
    ]
    events += [("provision", it.start, it.end, it.rule) for it in provisions]
    events += [
        ("acronym", *m.span(), "acronym-of-act")
        for m in grammar.ACRONYM.finditer(text)
        if re.search(rf"\b(?:{grammar.ACTS})\b", known.short.get(m[0], "")) and not _inside(*m.span(), spans)
    ]
    last, before = 0, ""
    found, acts_named = [], {start: text[start:end] for start, end in spans}
    for kind, start, end, rule in sorted(events, key=lambda it: (it[1], it[2])):
        if kind == "act":
            known.name(text[start:end])
            if known.acts.count((_head("constitution"), text[start:end])) > 1 and text[start:end] == "Constitution":
                found.append(made("short-form", start, end, "the-constitution", refers=text[start:end]))
        elif kind == "acronym":
            found.append(made("short-form", start, end, rule, refers=known.short[text[start:end]]))
        elif kind == "short":
            meant = known.meant(text[start:end])
            word = text[start:end].split()[-1]
            if meant or word[0].isupper() or text[start:end].count(" ") > 1 or word == "amendments":
                found.append(made("short-form", start, end, rule, refers=meant))
        else:
            of = re.match(r"(?:,?\s(?:of|to|in)\s(?:the\s)?|\s\()", text[end:])
            named = next((name for at, name in acts_named.items() if of and at == end + of.end()), "")
            if not named and of:
                short = grammar.SHORT.match("the " + text[end + of.end() :])
                named = known.meant(short[0]) if short else ""
            if not named and re.search(r"\b(?:its|its\sown)\s$", text[:start]):
                begin = _sentence(text, start)
                named = next((name for at, name in sorted(acts_named.items()) if begin <= at < start), "")
            if not named:
                fresh = not last or any(last < at < start and _is_law(name) for at, name in acts_named.items())
                named = known.law() if fresh else before
            last, before = start, named
            found.append(made("provision", start, end, rule, refers=named))
    return found


def _in_title(text: str, it: grammar.Found, acts: Sequence[grammar.Found]) -> bool:
    """Whether a year is a part of an instrument's title, not its date: "the 2021-2023 Action Plan"."""
    return any(a.rule in ("titled", "named", "known") and a.start <= it.start and it.end <= a.end for a in acts)


# --- numbers ---------------------------------------------------------------------------------------------------------


def _numbers(
    text, at, tokens, made, provisions, times, acts, bodies, symbols, addresses, recommended, earlier
) -> list[Candidate]:
    numbers = [(m.start(), m.end()) for m in grammar.NUMBER.finditer(text)]
    numbers += [
        (it.start, it.end) for it in acts if it.rule in ("bill-number", "resolution-number", "general-recommendation")
    ]
    cases = [(it.start, it.end) for it in acts if it.rule == "case"]
    named = [(m.start(), m.end()) for m in grammar.NAMED_NUMBER.finditer(text)]
    listed = [(m.start(), m.end()) for m in grammar.LISTED.finditer(text)]
    listed = listed if len(listed) > 1 else []
    steps = [(it.start, it.end) for it in provisions]
    names = [(it.start, it.end) for it in [*acts, *bodies]]
    # A recommendation is cited by its own number, or by the paragraph of the concluding observations where it stands.
    by_paragraph = [it for it in recommended if "aragraph" in text[slice(*it)]]
    by_number = [it for it in recommended if it not in by_paragraph]
    found = []
    ranges = (
        ("other-identifier", "address", addresses),
        ("document-symbol", "symbol", symbols),
        ("provision", "provision", steps),
        ("list-number", "list", listed),
        ("instrument-number", "number", numbers),
        ("other-identifier", "recommendation", by_number),
        ("part-of-name", "named-number", named),
        ("provision", "recommendation", by_paragraph),
        ("other-identifier", "case", cases),
    )
    for token in tokens:
        start, end = token.start - at, token.end - at
        when = next((what for it, what in times if it.start <= start and end <= it.end), "")
        account, rule = next(((what, rule) for what, rule, of in ranges if _inside(start, end, of)), ("", ""))
        if token.account or (start == 0 and re.match(r"\.(\s|$)", text[end : end + 2]) and token.token.isdigit()):
            account, rule = token.account or "list-number", "paragraph"
        elif not account and when:
            account, rule = when, "time"
        elif not account and _inside(start, end, names):
            account, rule = "part-of-name", "name"
        elif not account:
            account, rule = ("legal-quantity", "legal") if _is_legal(text, start, end) else ("figure", "figure")
        found.append(made("numeral", start, end, rule, value=account))
        if account in ("figure", "legal-quantity"):
            bound = grammar.bound_around(text, start, end, account != "figure")
            unit, period = _unit(text, start, end), _period(text, start, end, times, earlier)
            value = value_of(token.token)
            found.append(made("figure", start, end, account, value=value, bound=bound, unit=unit, period=period))
    return found


def _is_legal(text: str, start: int, end: int) -> bool:
    """Whether a number is a quantity that law sets (fine, term, quota, age), not a count: by the words around it."""
    sentence = text[max(text.rfind(". ", 0, start), 0) : (text.find(". ", end) + 1) or len(text)]
    before, after = text[max(0, start - 60) : start], text[end : end + 50]
    if grammar.LEGAL_UNIT.match(after):
        return not re.search(r"(?i)\b(?:convicted|sentenced|were|was|had been)\b", sentence) or bool(
            re.search(r"(?i)\b(?:shall|must|may|punish\w+|fine|within|quota)\b", sentence)
        )
    if re.search(
        r"(?i)\b(?:age[ds]?|aged between|under|over|age groups?)\s(?:[–-]\s)?(?:\w+\s)?(?:[0-9]+\s?[-–to]+\s?)?$",
        before,
    ):
        return bool(re.search(r"(?i)\bage|old\b", before + after))
    if re.search(
        r"(?i)\b(?:shall|must|punishable|fine of|is set|quota (?:of|is)|in the amount of|worth up to|the "
        r"proportion of)\b",
        before,
    ):
        return True
    if re.match(
        r"(?i)\s?(?:%|per\s?cent)\s(?:quota|of\s(?:the\s)?(?:places|posts|vacanc|seats|list|grants|total\snumber|payroll))",
        after,
    ):
        return bool(
            re.search(r"(?i)\b(?:quotas?|grants?|shall|at least|allocated|reserved?|seats|list|payroll\w*)\b", sentence)
        )
    return bool(
        re.search(r"(?i)\bquotas?\b|\bpayroll", sentence) and re.search(r"(?i)^\s(?:%|per\s?cent|people|to\s)", after)
    )


def _unit(text: str, start: int, end: int) -> str:
    """The unit as printed: %, a currency, or the noun that follows."""
    after = text[end : end + 60]
    if match := re.match(r"\s?(?:%|per\s?cent|percent)", after):
        return "%" if match else ""
    if match := re.search(rf"({grammar.CURRENCY})\s?$", text[max(0, start - 5) : start]):
        return match[1]
    if match := re.match(rf"\s({grammar.CURRENCY}|tenge|euros?|dollars|reais)\b", after):
        return match[1]
    match = re.match(
        r"\s?\(?(?:[a-z-]+(?:ed|al|ic|ous|ar|ive|ary|an|en)\s|(?:new|main|major|key|public)\s|of\s(?:them|these|which)\b|other\s|different\s|such\s){0,3}([a-z][a-z-]{2,})",
        after,
    )
    word = match[1] if match else ""
    return "" if word in _NO_UNITS else word


_NO_UNITS = frozenset(
    "and the for were was are had have has from with that which who than into under over per out being more".split()
)


def _sentence(text: str, at: int) -> int:
    """Where the sentence that holds an offset begins; the point of "No. 5" ends none."""
    return max((m.end() for m in re.finditer(r"(?<![A-Z])(?<!No)\.\s+(?=[A-Z])", text[:at])), default=0)


def _period(text: str, start: int, end: int, times, earlier: str) -> str:
    """The time of a figure: what follows it directly ("6 persons in 2014"), else what its sentence named last before it
    or first behind it, else what the passage, then the section named last."""
    begin = _sentence(text, start)
    stop = next((end + m.start() for m in re.finditer(r"\.\s+(?=[A-Z])", text[end:])), len(text))
    stated = [it for it, _ in times if it.rule != "relative"]
    direct = [
        it for it in stated if end <= it.start <= end + 70 and re.fullmatch(r"[^,;:.()0-9]*", text[end : it.start])
    ]
    if direct and re.search(r"(?i)^(?:in|during|for|by|since|as)\b", text[direct[0].start :]):
        return text[direct[0].start : direct[0].end]
    before = [text[it.start : it.end] for it in stated if begin <= it.start and it.end <= start]
    after = [text[it.start : it.end] for it in stated if start < it.start < stop]
    passage = [text[it.start : it.end] for it in stated if it.end <= begin]
    return (before[-1:] or after[:1] or passage[-1:] or [earlier])[0]


_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
} | {
    word: 20 + 10 * place for place, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
}


def value_of(token: str) -> str:
    """The value of a numeral in digits or words: "3.3 million" is 3300000, "two hundred and fifty-one" 251."""
    total, part, seen = Decimal(0), Decimal(0), False
    for word in re.findall(r"[0-9][0-9,]*(?:\.[0-9]+)?|[a-z]+", token.lower()):
        if word[0].isdigit():
            part += Decimal(word.replace(",", ""))
        elif word in _WORDS:
            part += _WORDS[word]
        elif word == "hundred":
            part = (part or 1) * 100
        elif word in _SCALES:
            total, part = total + (part or 1) * _SCALES[word], Decimal(0)
        elif word != "and":
            continue
        seen = True
    value = f"{total + part:f}"
    return (value.rstrip("0").rstrip(".") if "." in value else value) if seen else ""


# --- ranges ----------------------------------------------------------------------------------------------------------


def _inside(start: int, end: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(a <= start and end <= b for a, b in ranges)


def _overlaps(start: int, end: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(start < b and a < end for a, b in ranges)


def _longest(found: Sequence[grammar.Found]) -> list[grammar.Found]:
    """Of ranges that overlap, the longest; in the order of the text."""
    kept: list[grammar.Found] = []
    for it in sorted(found, key=lambda it: (it.start - it.end, it.start)):
        if it.end > it.start and not _overlaps(it.start, it.end, [(k.start, k.end) for k in kept]):
            kept.append(it)
    return sorted(kept, key=lambda it: it.start)
