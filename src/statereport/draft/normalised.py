"""Printed lines made plain: white space, ligatures, heads and feet of pages; and how they are joined to paragraphs.

What is done here makes the text of a document the same by whatever program its PDF was read.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from statereport.draft.lines import NOTE_MARK, Line

SYMBOL = r"[A-Z][A-Z0-9]{0,9}(?:[./-][A-Z0-9]+(?:\.[0-9]+)*)*/[A-Z0-9./\-–]*[A-Z0-9]"
_SPACES = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_NOTHING = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
_LIGATURES = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st",
    "\u2010": "-", "\u2011": "-",
}  # fmt: skip
_TABLE = str.maketrans(_LIGATURES)
_JOB = r"(?:GE|HRI|V|LC|N|S)\.[0-9]{2}-[0-9]{4,6}(?:\s*\([A-Z]\))?(?:\s+[0-9]{6})*\*?"
_RUNNING = re.compile(
    rf"(?:{_JOB}|[0-9]{{1,4}}\s+{_JOB}|{_JOB}\s+[0-9]{{1,4}}|(?:{SYMBOL})\*{{0,3}}"
    rf"|(?:page|pagina|página|p\.)\s*[0-9]{{1,4}}(?:\s*(?:of|/|de|sur)\s*[0-9]{{1,4}})?|[-–—]\s?[0-9]{{1,4}}\s?[-–—])",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def plain(text: str) -> str:
    """A line without what different programs write differently: kinds of spaces, ligatures, soft hyphens."""
    text = unicodedata.normalize("NFC", text.translate(_TABLE))
    return _SPACES.sub(" ", _NOTHING.sub("", text)).strip()


def without_running_heads(lines: Iterable[Line]) -> list[Line]:
    """The lines without those that stand on every page: symbols, page numbers, job numbers, heads and feet.

    A line is such a one by its form, when it is a number at the very top or bottom of a page, or when the same line
    (but for its digits) stands among the first or last three of most pages.
    """
    made = [replace(line, text=plain(line.text)) for line in lines]
    pages: dict[int, list[Line]] = {}
    for line in made:
        if line.text:
            pages.setdefault(line.page, []).append(line)
    masks = Counter(mask for page in pages.values() for mask in {_mask(it) for it in page[:3] + page[-3:]})
    often = {mask for mask, count in masks.items() if count >= 3 and 3 * count >= len(pages) and len(mask) > 3}
    kept: list[Line] = []
    for page in pages.values():
        first = 0
        while first < len(page) and _is_running(page[first], first < 3, often):
            first += 1
        end = len(page)
        has_number = any(page[i].text.isdigit() for i in range(first))
        while end > first and _is_running(page[end - 1], len(page) - end < 3, often, not has_number):
            has_number = has_number or page[end - 1].text.isdigit()
            end -= 1
        if all(line.whole for line in page):
            first, end = 0, len(page)
        kept += [it for it in page[first:end] if it.whole or not re.fullmatch(_JOB, it.text)]
    return kept


def _mask(line: Line) -> str:
    return re.sub("[0-9]+", "#", line.text)


def _is_running(line: Line, near: bool, often: set[str], number: bool = True) -> bool:
    if line.whole or not near:
        return False
    if re.fullmatch("[0-9]{1,4}", line.text):
        return number
    if _RUNNING.fullmatch(line.text):
        return True
    # A line that ends as sentences do, or begins a paragraph, is text, however often it comes.
    return _mask(line) in often and not re.search(r"[.;:,]$|^[0-9]{1,4}\.(?:\s|$)|^\([a-z]+\)\s", line.text)


class Joiner:
    """Joins printed lines to paragraphs; what a hyphen at a line's end means is read off the document's own words."""

    def __init__(self, lines: Iterable[Line]):
        words: Counter[str] = Counter()
        for line in lines:
            found = [match[0].lower() for match in _WORD.finditer(NOTE_MARK.sub("", line.text))]
            words.update(found[1:-1] if not line.whole else found)
        self._words = words
        self._parts = Counter(
            part for word, n in words.items() if "-" in word for part in word.split("-")[:-1] for _ in range(n)
        )

    def join(self, lines: Iterable[str]) -> str:
        """One text of several lines."""
        made = ""
        for line in lines:
            if not made or not line or self._is_address(made, line):
                made += line
            elif re.search(r"[^\W_]-$", made) and re.match(r"[^\W_]", line):
                made = made + line if self._keeps(made, line) else made[:-1] + line
            elif re.search(r"[^\W_]/$", made) and re.match(r"[^\W_]", line):
                made += line
            else:
                made += " " + line
        return made

    @staticmethod
    def _is_address(made: str, line: str) -> bool:
        last, first = made.rpartition(" ")[2], line.partition(" ")[0]
        if not re.search(r"(?:https?://|www\.)", last):
            return False
        return first[:1] in "-/_?&=#%" or (last[-1] in "/-_=?&" and re.search("[/._=-]", first) is not None)

    def _keeps(self, made: str, line: str) -> bool:
        """Whether a hyphen at a line's end belongs to the word: Afro-Brazilian, but govern-ment."""
        before, after = re.search(r"[\w'’-]*$", made[:-1])[0], re.match(r"[\w'’]+", line)[0]
        if not (after[0].islower() and before[-1:].islower()):
            return True
        whole, halves = (before + after).lower(), f"{before}-{after}".lower()
        if self._words[whole] or self._words[halves]:
            return self._words[halves] >= self._words[whole]
        part = before.lower().rpartition("-")[2]
        return bool(self._parts[part] or (self._words[part] and self._words[after.lower()]) or part in _PREFIXES)


_PREFIXES = frozenset(
    "anti non inter co self pre post re sub multi socio ex well long short high low mid cross semi counter over under "
    "decision policy law state community gender evidence mis ultra pro quasi extra intra micro macro".split()
)
