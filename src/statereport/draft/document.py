"""A document's normalised text with its sections, passages and notes, and what its first page states.

The text has one line per heading, paragraph, list item and note; offsets count code points, end exclusive. Numbers are
the document's own: paragraph `17`, its item `17 (a)`, `note 3`, section `II.A`. A document whose paragraphs have no
numbers gets them as section and ordinal: `2.5`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from statereport.draft.front import Front, read_front, without_masthead
from statereport.draft.lines import NOTE_MARK, Line, Source, note_mark, note_number, roman_of
from statereport.draft.normalised import Joiner, without_running_heads
from statereport.errors import RunBroken
from statereport.source.text import Span, digest

VERSION = "1"  # of the normalisation: raised when the text of a document changes


@dataclass(frozen=True)
class Unit(Span):
    """A section's heading, a passage or a note: `kind` is section, paragraph, item or note; `under` what it stands in.

    `refers` are the offsets at which the text refers to a note.
    """

    kind: str
    number: str
    under: str
    page: int
    refers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Break:
    """A break in the run of paragraph numbers: after which number, which comes next, and on which page."""

    after: int
    then: int
    page: int

    def __str__(self) -> str:
        missing = f"{self.after + 1}" if self.then == self.after + 2 else f"{self.after + 1} to {self.then - 1}"
        if self.then <= self.after:
            return f"after {self.after}, {self.then} again (page {self.page})"
        return f"{missing} not found before {self.then} (page {self.page})"


@dataclass(frozen=True)
class Document:
    """The normalised text of a document and what was found in it."""

    content: str = field(repr=False)
    units: tuple[Unit, ...]
    front: Front
    source: Source = field(repr=False)
    breaks: tuple[Break, ...]
    remarks: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The SHA-256 of the normalised text in UTF-8."""
        return digest(self.content)

    def at(self, span: Span) -> str:
        """The text of a span."""
        return self.content[span.start : span.end]

    def summary(self) -> str:
        """What was found, in a sentence: "paragraphs 1 to 44, no gap; 8 sections; 12 notes"."""
        numbers = [int(it.number) for it in self.units if it.kind == "paragraph" and it.number.isdigit()]
        counts = {kind: sum(it.kind == kind for it in self.units) for kind in ("section", "paragraph", "item", "note")}
        if numbers:
            run = f"paragraphs {numbers[0]} to {max(numbers)}, "
            run += "; ".join(map(str, self.breaks)) if self.breaks else "no gap"
        else:
            run = f"{counts['paragraph']} paragraphs without numbers of their own"
        rest = [f"{n} {kind if n == 1 else kind + 's'}" for kind, n in counts.items() if kind != "paragraph" and n]
        return "; ".join([run, *rest])


@dataclass
class _Block:
    """What becomes one line of the text."""

    kind: str
    number: str
    under: str
    lines: list[Line]


def document(source: Source, name: str = "", allow_gaps: bool = True) -> Document:
    """The document of a source.

    Raises `RunBroken` where the numbers of its paragraphs are no single run and `allow_gaps` is false.
    """
    lines = without_running_heads(source.lines)
    front = read_front(lines)
    lines = without_masthead(lines, front)
    joiner = Joiner(lines)
    chain, breaks = _chain(lines)
    if breaks and not allow_gaps:
        raise RunBroken(
            name,
            "The numbers of the paragraphs are no single run: " + "; ".join(map(str, breaks)) + ".",
            "look at these pages; where the document is so, use --allow-gaps",
        )
    lines, notes, chain = _notes_apart(lines, chain)
    remarks: list[str] = []
    if notes and not any(NOTE_MARK.search(line.text) for line in lines):
        remarks += _mark_references(lines, notes, chain)
    blocks = _blocks(lines, chain) if chain else _unnumbered(lines, joiner)
    blocks += [_Block("note", f"note {number}", "", made) for number, made in notes.items()]
    content, units = _written(blocks, joiner)
    return Document(content, tuple(units), front, source, tuple(breaks), tuple(remarks))


# --- the run of paragraph numbers ------------------------------------------------------------------------------------

_PARAGRAPH = re.compile(r"(?P<number>[0-9]{1,4})\.(?=$|\s|(?=[A-Z“\"(]))")
_TERMINAL = re.compile(r"(?:[.:;?!…][\"”’»)\]]*|[)\]][.;:]?)\s?[0-9\ue000-\uefa0]{0,3}$")


def _chain(lines: Sequence[Line]) -> tuple[dict[int, str], list[Break]]:
    """Line index → number of the paragraphs that begin there, and the breaks of the run.

    Of all lines that begin with a number and a full stop, the longest rising run is taken; a step of one counts more
    than a gap, and a list that begins again at 1 inside a paragraph less.
    """
    found = [
        (index, int(match["number"]))
        for index, line in enumerate(lines)
        if not line.note and not line.level and (match := _PARAGRAPH.match(line.text)) and _begins(lines, index, match)
    ]
    if not found:
        return {}, []
    worth, inner = [], 0
    for place, (_, number) in enumerate(found):
        inner = 1 if number == 1 and place else inner + 1 if inner and number == found[place - 1][1] + 1 else 0
        worth.append(0.7 if inner else 1.0)
    best: list[tuple[float, int]] = []
    for place, (_, number) in enumerate(found):
        choices = [(0.0 if number == 1 else -0.2 * min(number, 40), -1)]
        for before in range(max(0, place - 400), place):
            step = number - found[before][1]
            if step >= 1:
                choices.append((best[before][0] - (0 if step == 1 else 0.4 + 0.2 * min(step, 40)), before))
        score, before = max(choices)
        best.append((score + worth[place], before))
    place = max(range(len(best)), key=lambda at: best[at][0])
    run = []
    while place >= 0:
        run.append(found[place])
        place = best[place][1]
    run.reverse()
    if len(run) < 3 and len(run) * 30 < len(lines):
        return {}, []
    breaks = [Break(0, run[0][1], lines[run[0][0]].page)] if run[0][1] > 1 else []
    breaks += [Break(a, b, lines[index].page) for (_, a), (index, b) in zip(run, run[1:], strict=False) if b != a + 1]
    chain = {index: str(number) for index, number in run}
    # A second run behind the first: an annex.
    last, again = run[-1], 0
    for index, number in found:
        if index > last[0] and number == again + 1:
            again = number
            chain[index] = f"annex {number}"
    if 0 < again < 3:
        chain = {index: number for index, number in chain.items() if not number.startswith("annex")}
    elif again:
        first = next(index for index, number in chain.items() if number == "annex 1")
        breaks.append(Break(last[1], 1, lines[first].page))
    return chain, breaks


def _begins(lines: Sequence[Line], index: int, match: re.Match) -> bool:
    """Whether a line that begins with a number can begin a paragraph: capital, digit or quotation mark after it."""
    after = lines[index].text[match.end() :].strip()
    if not after:
        after = lines[index + 1].text if index + 1 < len(lines) else ""
    after = NOTE_MARK.sub("", after)
    return bool(after) and not after[0].islower() and after[0] not in ",.;:)%–-"


# --- notes -----------------------------------------------------------------------------------------------------------

_NOTES_HEADING = re.compile(r"(?:end ?)?notes?|notas(?: finales)?|notes de fin", re.I)
_NOTE = re.compile(r"(?P<number>[0-9]{1,4})(?:\s+(?=\S)|$)")


def _notes_apart(lines: list[Line], chain: dict[int, str]):
    """The lines of the body, the lines of each note, and the chain of the body's lines.

    Notes stand at the end of a page below its last paragraph, or at the end of the document below a heading "Notes".
    """
    notes: dict[int, list[Line]] = {}
    taken: set[int] = set()
    for index, line in enumerate(lines):
        if line.note:
            notes.setdefault(line.note, []).append(line)
            taken.add(index)
    if not taken:
        last = max(chain, default=-1)
        end = next(
            (
                i
                for i in range(len(lines) - 1, last, -1)
                if _NOTES_HEADING.fullmatch(lines[i].text) and _opens(lines, i + 1, 1)
            ),
            len(lines),
        )
        first = 0
        while first < end:
            after = next((i for i in range(first, end) if lines[i].page != lines[first].page), end)
            floor = max((i for i in chain if first <= i < after), default=first - 1) + 1
            expected = max(notes, default=0) + 1
            start = next(
                (i for i in range(floor, after) if _opens(lines, i, expected) and _refers(lines[first:i], expected)),
                None,
            )
            if start is not None:
                taken |= _take(lines, start, after, notes)
            first = after
        if end < len(lines):
            taken.add(end)
            taken |= _take(lines, end + 1, len(lines), notes)
    kept = [index for index in range(len(lines)) if index not in taken]
    return [lines[i] for i in kept], notes, {at: chain[i] for at, i in enumerate(kept) if i in chain}


def _opens(lines: Sequence[Line], index: int, number: int) -> bool:
    if index >= len(lines):
        return False
    match = _NOTE.match(lines[index].text)
    if not match or int(match["number"]) != number:
        return False
    after = lines[index].text[match.end() :] or (lines[index + 1].text if index + 1 < len(lines) else "")
    return bool(after) and not after[0].islower() and after[0] not in ",.;:)%–-"


def _take(lines: Sequence[Line], start: int, end: int, notes: dict[int, list[Line]]) -> set[int]:
    number = max(notes, default=0)
    for index in range(start, end):
        if _opens(lines, index, number + 1):
            number += 1
            rest = lines[index].text[_NOTE.match(lines[index].text).end() :]
            notes[number] = [replace(lines[index], text=rest)] if rest else []
        elif number:
            notes.setdefault(number, []).append(lines[index])
    return set(range(start, end))


_NAMES_BEFORE = re.compile(
    r"(?:\b(?:No|Nos|Art|Arts|art|arts|para|paras|n|nº|p|pp|vol|Vol|ch|sec)\.?|[A-Z0-9][/-])\s?$"
)
# How the digits of a reference stand, the surest first.
_REFERENCE = re.compile(
    r"(?P<sticks>(?<=[^\W\d_])[0-9]{1,4}|(?<=[^\W\d_][.,;:])[0-9]{1,4}|(?<=[)\]”’\"»][.,;:])[0-9]{1,4}|"
    r"(?<=[)\]”\"»])[0-9]{1,4})(?![\w%]|[.,:/–-][0-9])"
    r"|(?P<year>(?<=\b[12][0-9]{3}[.,;:)])[0-9]{1,4}|(?<=%[.,;:])[0-9]{1,4})(?=\s|$)"
    r"|(?P<apart>(?<=[.,;:)\]”’\"»])\s[0-9]{1,4})(?=\s|$)"
    r"|(?P<far>(?<=\b[12][0-9]{3})\s[0-9]{1,4})(?=\s[a-z]|$)"
)
_WORTH = {"sticks": 1.0, "year": 0.8, "apart": 0.7, "far": 0.3}


def _references(text: str, before: str = "") -> list[tuple[int, int, int, float]]:
    """(number, start, end, worth) of what may refer to a note in a line; `before` is the line before it."""
    found = [
        (int(match[0]), *match.span(), _WORTH[match.lastgroup])
        for match in _REFERENCE.finditer(text)
        if not _NAMES_BEFORE.search(text[: match.start()])
    ]
    # Some readers break the line before a raised digit.
    alone = re.match(r"[0-9]{1,4}(?=$|\s[^\W\d_])", text)
    if alone and alone.end() < len(text) and not re.search(r"[.,;:)\]”’\"»]$", before):
        alone = None
    if alone and before and not _NAMES_BEFORE.search(before):
        found.insert(0, (int(alone[0]), *alone.span(), 0.6 if alone.end() == len(text) else 0.4))
    return found


def _refers(lines: Iterable[Line], number: int) -> bool:
    made = list(lines)
    pairs = zip(["", *(line.text for line in made)], made, strict=False)
    return any(number == it[0] for before, line in pairs for it in _references(line.text, before))


def _mark_references(lines: list[Line], notes: dict[int, list[Line]], chain: dict[int, str]) -> list[str]:
    """Puts the mark of each note in the place of its digits; returns what was not found.

    Of all places that look like references, the run is taken that rises with the text and is worth most.
    """
    pages = {number: made[0].page for number, made in notes.items() if made}
    on_pages = len(set(pages.values())) > max(2, len(pages) // 8)
    found = [
        (number, index, start, end, worth)
        for index in range(min(chain, default=0), len(lines))
        for number, start, end, worth in _references(lines[index].text, lines[index - 1].text if index else "")
        if number in notes and (not on_pages or lines[index].page == pages.get(number))
    ]
    best: list[tuple[float, int]] = []
    for place, it in enumerate(found):
        before = max(((best[b][0], b) for b in range(place) if found[b][0] < it[0]), default=(0.0, -1))
        best.append((before[0] + it[4], before[1]))
    place = max(range(len(best)), key=lambda at: best[at][0], default=-1)
    run = []
    while place >= 0:
        run.append(found[place])
        place = best[place][1]
    for number, index, start, end, _ in run:  # from the end of the text to its beginning
        text = lines[index].text
        lines[index] = replace(lines[index], text=text[:start] + note_mark(number) + text[end:])
    missing = sorted(set(notes) - {it[0] for it in run})
    return [f"no reference to note {number} was found in the text" for number in missing]


# --- blocks ----------------------------------------------------------------------------------------------------------

_ROMAN = re.compile(r"(?P<label>[IVXL]+)\.(?:\s+|$)(?=\S|$)")
_LETTER = re.compile(r"(?P<label>[A-Z])\.\s+(?=\S)")
_ITEM = re.compile(r"\((?P<label>[a-z]{1,2}|[ivxl]{1,6})\)(?!\s*(?:to|and|or|through|above|below|of)\b|\s*[,;–)-])")
_FULL = 55  # a printed heading of so many characters may go on in the next line


@dataclass
class _Sections:
    """The sections that are open, and the numbers that were given."""

    roman: str = ""
    letter: str = ""
    current: str = ""
    counts: dict[str, int] = field(default_factory=dict)

    def enter(self, text: str, level: int = 0) -> tuple[str, str]:
        """(number, the section it stands in) of a heading."""
        roman, letter = _ROMAN.match(text), _LETTER.match(text)
        if letter and roman and not self._follows(roman["label"]):
            roman = None
        if roman:
            self.roman, self.letter = roman["label"], ""
            self.current = self._once(self.roman)
            return self.current, ""
        if letter:
            above = self.roman
            self.letter = letter["label"]
            self.current = self._once(f"{above}.{self.letter}".lstrip("."))
            return self.current, above
        above = ".".join(filter(None, (self.roman, self.letter)))
        self.counts[above] = self.counts.get(above, 0) + 1
        self.current = f"{above}.{self.counts[above]}" if above else f"s{self.counts[above]}"
        return self.current, above

    def _follows(self, label: str) -> bool:
        """Whether a Roman numeral comes after the last one, so that "C." and "I." are not taken for letters."""
        if label not in ("I", "V", "X", "L", "C", "D", "M"):
            return True
        order = [roman_of(number).upper() for number in range(1, 60)]
        expected = order[order.index(self.roman) + 1] if self.roman in order else "I"
        after_letter = chr(ord(self.letter) + 1) if self.letter else "A"
        return (label == expected and label != after_letter) or (label == expected and not self.letter)

    def _once(self, number: str) -> str:
        self.counts[f"={number}"] = self.counts.get(f"={number}", 0) + 1
        return number if self.counts[f"={number}"] == 1 else f"{number}-{self.counts[f'={number}']}"


def _blocks(lines: Sequence[Line], chain: dict[int, str]) -> list[_Block]:
    """Headings, paragraphs and list items of a document with paragraph numbers."""
    sections, blocks = _Sections(), []
    starts = [*sorted(chain), len(lines)]
    opening = _after_contents(lines[: starts[0]])
    tail = _heading_tail(opening)
    for ordinal, group in enumerate(_paragraphs(opening[: len(opening) - tail]), 1):
        blocks.append(_Block("paragraph", f"0.{ordinal}", "", group))
    blocks += _headings(opening[len(opening) - tail :], sections)
    for start, end in zip(starts, starts[1:], strict=False):
        body = list(lines[start:end])
        tail = _heading_tail(body[1:])
        keep = len(body) - tail
        blocks += _paragraph(body[:keep], chain[start], sections.current)
        blocks += _headings(body[keep:], sections)
    return blocks


def _after_contents(lines: Sequence[Line]) -> list[Line]:
    """The lines before the first paragraph without a table of contents."""
    last = max((i for i, line in enumerate(lines) if _is_contents(line.text)), default=-1)
    return list(lines[last + 1 :])


def _is_contents(text: str) -> bool:
    return bool(
        re.search(
            r"\.{4,}|(?:\. ){4,}|…{2,}|[^\d.]\s+[0-9]+[–-][0-9]+\s+[0-9]+$|[a-z]\s+[0-9]{1,3}\s+[0-9]{1,3}$", text
        )
        or re.fullmatch(
            r"(?:contents|table of contents|(?:paragraphs?\s+)?page|paragraphs|table des matières|índice)", text, re.I
        )
    )


def _heading_tail(lines: Sequence[Line]) -> int:
    """How many lines at the end are headings: those below the last line that ends as sentences end."""
    count = 0
    for line in reversed(lines):
        if line.level:
            count += 1
            continue
        if line.whole and len(line.text) > 200:
            break
        if _TERMINAL.search(line.text) and not _enumerated(line.text) and not _bracketed_end(line.text):
            break
        count += 1
    while count and not _may_open_heading(lines[len(lines) - count].text, lines[len(lines) - count].level):
        count -= 1
    return count if count <= 12 else 0


def _bracketed_end(text: str) -> bool:
    """A line that is nothing but a symbol or articles in brackets can end a heading."""
    return bool(re.fullmatch(r"\([^()]*\)", text)) or bool(
        re.search(r"\([^()]*\)$", text) and not re.search(r"[.;:]\s", text)
    )


def _enumerated(text: str) -> bool:
    return bool(_ROMAN.match(text) or _LETTER.match(text) or _label_only(text)) and len(text) < 160


def _may_open_heading(text: str, level: int = 0) -> bool:
    return bool(level) or _enumerated(text) or (bool(text) and (text[0].isupper() or text[0] in '“"‘«'))


def _headings(lines: Sequence[Line], sections: _Sections) -> list[_Block]:
    made: list[list[Line]] = []
    for line in lines:
        before = made[-1][-1] if made else None
        goes_on = (
            before is not None
            and not line.whole
            and not _enumerated(line.text)
            and (
                line.text[:1].islower()
                or line.text[:1] in "(–-"
                or len(before.text) >= _FULL
                or _label_only(before.text)
            )
        )
        if goes_on:
            made[-1].append(line)
        else:
            made.append([line])
    blocks = []
    for group in made:
        number, under = sections.enter(" ".join(line.text for line in group), group[0].level)
        blocks.append(_Block("section", number, under, group))
    return blocks


def _label_only(text: str) -> bool:
    return bool(re.fullmatch(r"[IVXL]+\.|[A-Z]\.", text))


def _paragraph(lines: Sequence[Line], number: str, under: str) -> list[_Block]:
    """A paragraph and its list items (a), (b) …, with (i), (ii) … inside them, and further paragraphs of its number."""
    blocks = [_Block("paragraph", number, under, [])]
    letters, romans, ordinal = 0, 0, 0
    for place, line in enumerate(lines):
        match = _ITEM.match(line.text) if place else None
        label = match["label"] if match else ""
        before = NOTE_MARK.sub("", lines[place - 1].text) if place else ""
        opens = bool(re.search(r"[.:;,)”\"][0-9]{0,2}$|\b(?:and|or|et|ou|y|o)$", before)) or line.whole
        if label and opens and label == _letter(letters + 1) and not (label == "i" and romans == 0 and letters != 8):
            letters, romans = letters + 1, 0
            blocks.append(_Block("item", f"{number} ({label})", number, [line]))
        elif label and opens and label == roman_of(romans + 1):
            romans += 1
            above = f"{number} ({_letter(letters)})" if letters else number
            blocks.append(_Block("item", f"{above} ({label})", above, [line]))
        elif line.whole and place and blocks[0].lines[0].text.strip() != f"{number}.":
            ordinal += 1  # a document that keeps its paragraphs apart has more of them under this number
            blocks.append(_Block("item", f"{number}.{ordinal}", number, [line]))
        else:
            blocks[-1].lines.append(line)
    return blocks


def _letter(number: int) -> str:
    return chr(96 + number) if 1 <= number <= 26 else "a" + chr(96 + number - 26) if number <= 52 else ""


def _paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines without numbers as paragraphs: one ends where its last line is short and ends a sentence."""
    longest = sorted(len(line.text) for line in lines)[int(len(lines) * 0.9)] if lines else 0
    groups: list[list[Line]] = []
    for line in lines:
        before = groups[-1][-1] if groups else None
        if (
            before is None
            or line.whole
            or _enumerated(line.text)
            or (_enumerated(before.text) and len(before.text) < _FULL)
            or re.match(r"[-–•●▪*]\s", line.text)
            or (_TERMINAL.search(before.text) and len(before.text) < 0.85 * longest)
        ):
            groups.append([line])
        else:
            groups[-1].append(line)
    return groups


def _unnumbered(lines: Sequence[Line], joiner: Joiner) -> list[_Block]:
    """Headings and paragraphs of a document whose paragraphs have no numbers: numbered by section and ordinal."""
    sections, blocks, ordinal = _Sections(), [], 0
    lines = _after_contents(lines[: len(lines) // 3]) + list(lines[len(lines) // 3 :])
    for group in _paragraphs(lines):
        text = joiner.join(line.text for line in group)
        if group[0].level or (_enumerated(text) and not text.endswith((".", ";", ":"))):
            blocks += _headings(group, sections)
            ordinal = 0
        else:
            ordinal += 1
            blocks.append(_Block("paragraph", f"{sections.current or 0}.{ordinal}", sections.current, group))
    return blocks


# --- writing ---------------------------------------------------------------------------------------------------------


def _written(blocks: Sequence[_Block], joiner: Joiner) -> tuple[str, list[Unit]]:
    """The text and its units."""
    content, units = "", []
    for block in blocks:
        raw = joiner.join(line.text for line in block.lines)
        if block.kind == "note":
            raw = f"{block.number.removeprefix('note ')} {raw}"
        raw = re.sub(rf"\s+(?={NOTE_MARK.pattern})", "", re.sub(r"\s+", " ", raw).strip())
        text, refers = "", []
        for part in re.split(f"({NOTE_MARK.pattern})", raw):
            if NOTE_MARK.fullmatch(part):
                refers.append((note_number(part), len(content) + len(text)))
            else:
                text += part if not text.endswith(" ") else part.lstrip(" ")
        text = text.rstrip()
        if not text:
            continue
        start = len(content)
        page = block.lines[0].page if block.lines else 0
        units.append(
            Unit(start, start + len(text), block.kind, block.number, block.under, page, tuple(at for _, at in refers))
        )
        content += text + "\n"
    return content, units
