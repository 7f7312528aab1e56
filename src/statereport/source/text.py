"""The text of a report: what its passages are, where a fragment stands in it, and which numerals it holds.

Offsets count Unicode code points of the decoded file, end exclusive; nothing is normalised.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from statereport import files
from statereport.errors import FragmentAbsent, FragmentAmbiguous, TextDiffers
from statereport.project import TextFiles

_BLANK = " \t\u00a0\ufeff"  # a byte order mark stands before the first line of some files
_LINE = re.compile(r"[^\n\r]+")
_MARK = re.compile(r"\[bookmark: [^\]\n]*\]")
_ONLY_MARKS = re.compile(rf"(?:{_MARK.pattern}[{_BLANK}]*)+")
_THEME = re.compile(rf"(?P<number>[0-9]+)\.[{_BLANK}]*(?=[A-Z])")
_PART = re.compile(r"(?P<topic>.*)\([Aa]rticles? [0-9][^()]*\)")
_PARAGRAPH = re.compile(rf"^[{_BLANK}]*(?P<number>[0-9]+)\.[{_BLANK}]", re.M)
_LIST_NUMBER = re.compile(rf"(?:{_MARK.pattern}[{_BLANK}]*)*(?P<number>[0-9]+)[.)]")


@dataclass(frozen=True)
class Span:
    """A range of the text: code points, end exclusive."""

    start: int
    end: int

    def holds(self, other: "Span") -> bool:
        """Whether the other span lies wholly in this one."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True)
class Segment(Span):
    """A heading or passage: its number ("1", "13", "13.6") and the number of what it stands under."""

    kind: str
    number: str
    under: str


@dataclass(frozen=True)
class Numeral(Span):
    """A number in the text, in digits or words; `account` where its form alone says what it is."""

    token: str
    account: str = ""


@dataclass(frozen=True)
class Text:
    """The text of a report, with the digest of the file that it came from."""

    content: str = field(repr=False)
    digest: str
    name: str = ""

    @property
    def length(self) -> int:
        """The number of code points."""
        return len(self.content)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Parts, themes and passages in the order of the text."""
        return tuple(segments(self.content))

    @cached_property
    def paragraphs(self) -> Mapping[int, int]:
        """Number of each paragraph that has a number of its own → where it begins."""
        return paragraphs(self.content)

    @cached_property
    def lines(self) -> tuple[Span, ...]:
        """The lines that are not blank and hold more than conversion marks, without the blanks around them."""
        return tuple(lines(self.content))

    @cached_property
    def numerals(self) -> tuple[Numeral, ...]:
        """Every numeral in the order of the text."""
        return tuple(numerals(self.content))

    def at(self, span: Span) -> str:
        """The text of a span."""
        return self.content[span.start : span.end]

    def digest_of(self, span: Span) -> str:
        """The SHA-256 of a span in UTF-8, as lower-case hexadecimal digits."""
        return digest(self.at(span))


def digest(content: str) -> str:
    """The SHA-256 of a text in UTF-8, as lower-case hexadecimal digits."""
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def load(path: Path | str) -> Text:
    """The text of a file as it is: no line end changed, no mark removed.

    Raises `TextDiffers` for a file that is not UTF-8, `FileUnreadable` for one that cannot be read.
    """
    data = files.read(Path(path))
    try:
        return Text(data.decode("utf-8"), hashlib.sha256(data).hexdigest(), str(path))
    except UnicodeDecodeError as fault:
        raise TextDiffers(f"{path}: byte {fault.start}", "The file is not UTF-8.", "use the text as it came") from None


def of_documents(found: TextFiles, digests: Mapping[str, str]) -> dict[str, Text]:
    """The texts among some files by their digests; `digests` leads from the digest of each known text to its document.

    Raises `TextDiffers` where a file that was named holds the text of no document, `FileUnreadable` where it cannot be
    read.
    """
    texts = {}
    for path in found.named:
        text = load(path)
        if text.digest not in digests:
            known = "; ".join(f"{name} has {known}" for known, name in sorted(digests.items(), key=lambda it: it[1]))
            what = f"The SHA-256 of the file is {text.digest}, and no text that was encoded has it: {known}."
            raise TextDiffers(str(path), what, "use the text that was encoded, unchanged")
        texts[text.digest] = text
    for path in found.among:
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 in digests and sha256 not in texts:
            texts[sha256] = Text(data.decode("utf-8"), sha256, str(path))
    return texts


def lines(content: str) -> list[Span]:
    """The lines that are not blank and hold more than conversion marks, without the blanks around them."""
    found = []
    for line in _LINE.finditer(content):
        start = line.end() - len(line[0].lstrip(_BLANK))
        end = line.start() + len(line[0].rstrip(_BLANK))
        if start < end and not _ONLY_MARKS.fullmatch(content, start, end):
            found.append(Span(start, end))
    return found


def paragraphs(content: str) -> dict[int, int]:
    """The numbered paragraphs of a text: their numbers, which count from one without a gap, and where each begins.

    A paragraph opens a line with the number that is next, a full stop and a blank; a line with any other number opens
    none.
    """
    found: dict[int, int] = {}
    for opening in _PARAGRAPH.finditer(content):
        if int(opening["number"]) == len(found) + 1:
            found[len(found) + 1] = opening.start("number")
    return found


def segments(content: str) -> list[Segment]:
    """Parts, themes and passages: lines that are not blank and hold more than conversion marks, without blanks around.

    A line that begins with a number, a full stop and a capital is a theme; a line that ends with the articles in
    brackets is a part's heading, and so is the line before it where it holds nothing but the articles. A line ends with
    LF, CR or both.
    """
    every = lines(content)
    parts = {}
    for before, line in zip([None, *every], every, strict=False):
        heading = _PART.fullmatch(content, line.start, line.end)
        if heading and (heading["topic"] or before):
            parts[line if heading["topic"] else before] = line.end
    found, part, theme, count, skip = [], "", "", 0, -1
    for line in every:
        opening = _THEME.match(content, line.start, line.end)
        if line.end == skip:
            continue
        if line in parts:
            part, skip = str(int(part or 0) + 1), parts[line]
            found.append(Segment(line.start, skip, "part", part, ""))
        elif opening:
            theme, count = opening["number"], 0
            found.append(Segment(line.start, line.end, "theme", theme, part))
        else:
            count += 1
            found.append(Segment(line.start, line.end, "passage", f"{theme or 0}.{count}", theme))
    return found


# --- fragments -------------------------------------------------------------------------------------------------------


def find(content: str, fragment: str, scope: Span, where: str = "") -> Span:
    """The one place of a fragment inside a scope of the text.

    Raises `FragmentAbsent` (with the nearest words) where there is none, `FragmentAmbiguous` where there are several;
    `where` says in them which statement and passage is meant.
    """
    if not fragment:
        raise FragmentAbsent(where, "The fragment is empty.", "copy it from the passage")
    places = occurrences(content, fragment, scope)
    if not places:
        raise FragmentAbsent(where, f"“{fragment}” does not occur here.", _nearest(content, fragment, scope))
    if len(places) > 1:
        raise FragmentAmbiguous(
            where,
            f"“{fragment}” occurs {len(places)} times here.",
            "lengthen it by a neighbouring word until it occurs once: "
            + " / ".join(f"“{_around(content, place, scope)}”" for place in places[:4]),
        )
    return places[0]


def occurrences(content: str, fragment: str, scope: Span) -> list[Span]:
    """Every place of a fragment inside a scope, overlapping ones too."""
    places, start = [], content.find(fragment, scope.start, scope.end) if fragment else -1
    while start >= 0:
        places.append(Span(start, start + len(fragment)))
        start = content.find(fragment, start + 1, scope.end)
    return places


def printed_in(content: str, printed: str, scope: Span) -> list[Span]:
    """Every place of a printed number as a whole: not inside a longer run of digits ("1" in "1,448") or letters."""
    pattern = re.escape(printed)
    if printed[:1].isdigit():
        pattern = r"(?<![0-9])(?<![0-9][.,])" + pattern
    elif printed[:1].isalpha():
        pattern = r"(?<![^\W_])" + pattern
    if printed[-1:].isdigit():
        pattern += r"(?![0-9])(?![.,][0-9])"
    elif printed[-1:].isalpha():
        pattern += r"(?![^\W_])"
    return (
        [Span(*match.span()) for match in re.compile(pattern).finditer(content, scope.start, scope.end)]
        if printed
        else []
    )


def _around(content: str, place: Span, scope: Span) -> str:
    return content[max(scope.start, place.start - 15) : min(scope.end, place.end + 15)].replace("\n", " ")


def _nearest(content: str, fragment: str, scope: Span) -> str:
    from difflib import SequenceMatcher  # only when something has gone wrong: it is slow to import

    plain = {"\u00a0": " ", "\t": " ", "\n": " ", "–": "-", "—": "-", "’": "'", "“": '"', "”": '"'}
    table = str.maketrans(plain)
    here = content[scope.start : scope.end].translate(table).find(fragment.translate(table))
    if here >= 0:
        start = scope.start + here
        right = content[start : start + len(fragment)]
        differing = sorted({f"U+{ord(a):04X}" for a, b in zip(right, fragment, strict=True) if a != b})
        return f"the text has other characters there ({', '.join(differing)}): “{right}”"
    best = SequenceMatcher(None, content[scope.start : scope.end], fragment, autojunk=False).find_longest_match()
    if best.size < 4:
        return "nothing like it is in this passage: correct sr:isStatedIn or the fragment"
    start = scope.start + max(0, best.a - best.b)
    return f"the nearest words are “{content[start : min(scope.end, start + len(fragment))][:80]}”"


# --- numerals --------------------------------------------------------------------------------------------------------
# What counts as a numeral:
#   digits with thousands and decimal separators: 3,797 · 51.4 · 7391. Everything else ends them, so that 2020-2021 is
#   two numerals, 349-VI and 1st one each; Roman numerals are none.
#   number words: four · twenty nine · two hundred and fifty-one · seventy (percent)
#   a number, in digits or words, with its scale: 3.3 million · 19 million 126 thousand · two thousand
# What does not count: ordinals (first, third); scales in the plural (thousands of); and "one" as a pronoun or
# determiner: after no, any, every, each, some, this, that, the, which, another, and before of + a determiner ("one of
# the").

_UNITS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_UNIT, _TEEN, _TEN = ("|".join(words) for words in (_UNITS, _TEENS, _TENS))
_GAP = r"[ \u00a0]"
_BELOW_HUNDRED = rf"(?:(?:{_TEN})(?:[ \u00a0-](?:{_UNIT})\b)?|{_TEEN}|{_UNIT}|zero)"
_BELOW_THOUSAND = (
    rf"(?:(?:{_BELOW_HUNDRED}{_GAP})?hundred\b(?:{_GAP}(?:and{_GAP})?{_BELOW_HUNDRED}\b)?|{_BELOW_HUNDRED}\b)"
)
_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
_SCALE = r"(?:hundred|thousand|million|billion)\b"
_COUNT = rf"(?:{_DIGITS}|{_BELOW_THOUSAND})"
_SCALED = rf"{_COUNT}{_GAP}{_SCALE}"
_NUMERAL = re.compile(
    rf"{_SCALED}(?:{_GAP}(?:and{_GAP})?{_SCALED})*(?:{_GAP}(?:and{_GAP})?{_BELOW_THOUSAND})?"
    rf"|{_DIGITS}|(?<![^\W_]){_BELOW_THOUSAND}",
    re.I,
)
_PRONOUN_BEFORE = re.compile(rf"\b(?:no|any|every|each|some|this|that|the|which|another){_GAP}$", re.I)
_PRONOUN_AFTER = re.compile(
    rf"{_GAP}of{_GAP}(?:the|these|those|this|that|its|their|our|his|her|them|us|which|whom)\b", re.I
)


def numerals(content: str) -> list[Numeral]:
    """Every numeral of the text in order; conversion marks and list numbers have their account."""
    marks = [Span(*mark.span()) for mark in _MARK.finditer(content)]
    listed = set()
    opened = set(paragraphs(content).values())
    for line in _LINE.finditer(content):
        start = line.end() - len(line[0].lstrip(_BLANK))
        number = _LIST_NUMBER.match(content, start, line.end())
        if number:
            begin = number.start("number")
            opens = begin in opened or _THEME.match(content, begin, line.end())
            if opens or not number[0].endswith("."):
                listed.add(begin)
    found = []
    for match in _NUMERAL.finditer(content):
        token, span = match[0], Span(*match.span())
        if token.lower() == "one" and (
            _PRONOUN_BEFORE.search(content, max(0, span.start - 12), span.start)
            or _PRONOUN_AFTER.match(content, span.end)
        ):
            continue
        account = (
            "conversion-mark"
            if any(mark.holds(span) for mark in marks)
            else "list-number"
            if span.start in listed
            else ""
        )
        found.append(Numeral(span.start, span.end, token, account))
    return found
