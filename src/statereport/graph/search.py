"""Full-text search over what has a name: labels, names as printed, gists and definitions, in SQLite's FTS5.

An index is made in memory from the graph and opens no file afterwards. Words are stemmed (Porter), so that "schools"
finds "school"; labels count more than names as printed, these more than gists. Labels are found in every language they
have, numbers in any writing ("7391", "7,391", "7 391"), passages by their reference, bodies and laws by their initials.
The language of an expression is small: words (all must occur), "a phrase", AND, OR, NOT, brackets, and a word's
beginning with a star.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from statereport.errors import BadSearch

if TYPE_CHECKING:
    from statereport.questions.saved import SavedQuery
    from statereport.sparql.engine import Engine

# A thing that can be found: iri, kind, label, names as printed, gist, passages.
Row = tuple[str, str, str, str, str, str]
FILE = "store/search.json"

# How much a word counts in a label, a name as printed, and a gist or definition.
_WEIGHTS = (10.0, 6.0, 2.0)
# Between several labels or names of one thing.
_BETWEEN = " · "
# Kinds of things that have proper names: what is called so is meant before what is said about it.
_NAMED = ("body", "office", "legal instrument", "provision", "series of instruments", "population group", "place")
_WITH_INITIALS = ("body", "legal instrument")
# A number in digits, its thousands together or apart; apart by blanks it may also be several numbers.
_NUMBER = re.compile(r"\d{4,}|\d{1,3}(?:[,.'’]\d{3})+")
_BLANKS = re.compile(r"(?<![\w,.])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\w,.])")
_TOKEN = re.compile(r'"[^"]*"|[()]|(?:\d+\u00a0)+\d+|[^\s()"]+')
_SHOWN, _LONGEST = 24, 500
# How many words all beginnings of one expression may stand for together; more is refused, never cut short.
_MOST_WORDS = 10_000


@dataclass(frozen=True)
class Hit:
    """A thing that was found: its address, label and kind, the passages where it stands, the words around the match."""

    iri: str
    label: str
    kind: str
    passages: tuple[str, ...]
    snippet: str


@dataclass(frozen=True)
class Contents:
    """An index by its parts.

    rows     what can be found, by IRI
    sizes    for each row the number of its words
    places   stem → where it stands: row, column (label, names, gist) and number of the word
    words    every word as it is written, in small letters
    called   for each row its label and its other names
    weights  how much a word counts in each column
    named    the kinds of things that have proper names, of which what is called so comes first
    """

    rows: tuple[Hit, ...]
    sizes: tuple[int, ...]
    places: Mapping[str, Sequence[tuple[int, int, int]]]
    words: Sequence[str]
    called: tuple[tuple[str, tuple[str, ...]], ...]
    weights: tuple[float, ...] = _WEIGHTS
    named: tuple[str, ...] = _NAMED


class Index:
    """The searchable words of one graph, made from its `rows`."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._base = sqlite3.connect(":memory:", check_same_thread=False)
        self._base.execute("PRAGMA temp_store = MEMORY")
        self._base.execute(
            "CREATE VIRTUAL TABLE things USING fts5(label, names, gist, "
            "iri UNINDEXED, kind UNINDEXED, passages UNINDEXED, "
            'tokenize = "porter unicode61 remove_diacritics 2")'
        )
        rows = list(rows)
        self._base.executemany(
            "INSERT INTO things (iri, kind, label, names, gist, passages) VALUES (?, ?, ?, ?, ?, ?)", rows
        )
        # The place of each thing, and what it is called, without case and accents.
        self._places = {iri: place for place, (iri, *_) in enumerate(rows, 1)}
        self._called = {
            iri: [_folded(name) for name in (label, *names.split(_BETWEEN)) if name]
            for iri, _, label, names, *_ in rows
        }
        # Words as they are written, for stars: the engine keeps stems only, and educat* is no beginning of "educ".
        words = {word for _, _, *texts, _ in rows for text in texts for word in re.findall(r"\w+", text.lower())}
        self._words = sorted((_folded(word), word) for word in words)
        self._base.execute(
            "INSERT INTO things (things, rank) VALUES ('rank', ?)", (f"bm25({', '.join(map(str, _WEIGHTS))})",)
        )
        self._base.commit()

    def find(self, text: str, limit: int = 20) -> tuple[Hit, ...]:
        """The things that an expression finds, best first, at most `limit`, with the text around. Raises BadSearch."""
        return self.with_snippets(text, self.matches(text)[:limit])

    def matches(self, text: str) -> tuple[Hit, ...]:
        """Everything that an expression finds: what is called so first, then by the weight of the words.

        The text around a match is left out, because most of many hits are never shown. Raises BadSearch.
        """
        rows = self._rows("SELECT iri, label, names, gist, kind, passages FROM things", text)
        wanted = _folded(" ".join(text.replace('"', " ").split()))
        rows.sort(key=lambda row: _distance(wanted, self._called[row[0]], bool(row[1]), row[4]))
        return tuple(
            Hit(iri, label or gist or names, kind, tuple(passages.split("; ")) if passages else (), "")
            for iri, label, names, gist, kind, passages in rows
        )

    def with_snippets(self, text: str, hits: Iterable[Hit]) -> tuple[Hit, ...]:
        """Some of the hits of an expression, with the text around each match."""
        hits = tuple(hits)
        chosen = f"rowid IN ({', '.join(str(self._places[hit.iri]) for hit in hits)}) AND"
        around = dict(
            self._rows("SELECT iri, snippet(things, -1, '[', ']', ' … ', ?) FROM things", text, chosen, _SHOWN)
        )
        return tuple(replace(hit, snippet=around.get(hit.iri, "")) for hit in hits)

    def _rows(self, select: str, text: str, chosen: str = "", *values: int) -> list[tuple]:
        try:
            return self._base.execute(
                f"{select} WHERE {chosen} things MATCH ? ORDER BY rank, iri",
                (*values, expression(text, self._beginning)),
            ).fetchall()
        except sqlite3.OperationalError as error:
            raise BadSearch(
                where=text, what="This cannot be searched for.", hint=f"see statereport search --help ({error})."
            ) from None

    def contents(self) -> Contents:
        """What the index holds, for those who search in it without this engine (`site/scripts/search.js`)."""
        self._base.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.places USING fts5vocab(main, things, instance)")
        rows = self._base.execute("SELECT rowid, iri, label, names, gist, kind, passages FROM things ORDER BY iri")
        found, order, called = [], {}, []
        for row, iri, label, names, gist, kind, passages in rows:
            order[row] = len(found)
            found.append(Hit(iri, label or gist or names, kind, tuple(passages.split("; ")) if passages else (), ""))
            called.append((label, tuple(names.split(_BETWEEN)) if names else ()))
        sizes = [0] * len(found)
        places: dict[str, list[tuple[int, int, int]]] = {}
        columns = {"label": 0, "names": 1, "gist": 2}
        for stem, row, column, offset in self._base.execute("SELECT term, doc, col, offset FROM temp.places"):
            sizes[order[row]] += 1
            places.setdefault(stem, []).append((order[row], columns[column], offset))
        words = sorted({word for _, word in self._words})
        by_stem = {stem: sorted(places[stem]) for stem in sorted(places)}
        return Contents(tuple(found), tuple(sizes), by_stem, words, tuple(called))

    def _beginning(self, letters: str) -> list[str]:
        """Every word that begins with these letters, in any case, with or without accents."""
        letters = _folded(letters)
        first = bisect_left(self._words, (letters, ""))
        return [word for _, word in takewhile(lambda pair: pair[0].startswith(letters), self._words[first:])]


def _folded(word: str) -> str:
    """A word without case and accents, as the index compares words."""
    parts = unicodedata.normalize("NFD", word.lower())
    return "".join(sign for sign in parts if unicodedata.category(sign) != "Mn")


def _distance(wanted: str, called: list[str], has_label: bool, kind: str) -> tuple[int, int]:
    """How far a thing's names are from what is looked for, smallest where it is called so; then the shorter name.

    `called` are its names without case and accents, its label first if it has one.
    """
    if wanted in called:
        return (0 if has_label else 1, 0)
    if kind not in _NAMED:
        return (4, 0)
    if any(name.startswith(wanted) for name in called):
        return (2, len(called[0]))
    label = called[0] if has_label else ""
    return (3 if set(wanted.split()) <= set(re.findall(r"\w+", label)) else 4, 0)


def _initials(names: Iterable[str]) -> list[str]:
    """The initials of names of three capitalised words or more, such as CERD."""
    found = ("".join(word[0] for word in re.findall(r"\w+", name) if word[0].isupper()) for name in names)
    return [initials for initials in dict.fromkeys(found) if len(initials) > 2]


def rows(engine: Engine, question: Callable[[str], SavedQuery]) -> list[Row]:
    """What can be found in a graph (questions pages/search-…): iri, kind, label, names as printed, gist, passages."""

    def ask(page: str) -> Iterator[tuple[str, ...]]:
        asked = question(f"pages/search-{page}")
        return (tuple(term.value for term in row) for row in engine.query(asked.text, asked.source).rows)

    passages: dict[str, list[str]] = {}
    for thing, passage in ask("passages"):
        passages.setdefault(thing, []).append(passage)
    kinds = dict(reversed(list(ask("kinds"))))
    words: dict[str, dict[str, list[str]]] = {}
    for thing, part, text in ask("names"):
        words.setdefault(thing, {}).setdefault(part, []).append(text)
    return [
        (thing, kinds[thing], *_texts(kinds[thing], said), "; ".join(passages.get(thing, ())))
        for thing, said in words.items()
        if thing in kinds
    ]


def _texts(kind: str, said: dict[str, list[str]]) -> tuple[str, str, str]:
    """The label, the other names and the further text of a thing; the label is English where there is one."""
    label, *others = said.get("label", [""])
    names = [*others, *said.get("name", ())]
    names += _initials([label, *names]) if kind in _WITH_INITIALS else []
    return label, _BETWEEN.join(dict.fromkeys(names)), _BETWEEN.join(said.get("text", ()))


def write(engine: Engine, question: Callable[[str], SavedQuery], folder: Path) -> None:
    """Keep what can be found beside a build's store, so that an index of it is made in a moment."""
    (folder / FILE).parent.mkdir(exist_ok=True)
    (folder / FILE).write_text(json.dumps(rows(engine, question), ensure_ascii=False), encoding="utf-8", newline="\n")


def expression(text: str, beginning: Callable[[str], list[str]]) -> str:
    """An expression in the words of FTS5: what is no operator stands in quotation marks, whatever signs it has.

    `beginning` gives the words that begin with some letters, for a word with a star.

    Raises BadSearch where an operator has nothing to work on, or a bracket or quotation mark is open.
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    if len(text) > _LONGEST:
        raise _bad(text[:60], f"The expression has {len(text)} characters.", f"use at most {_LONGEST}.")
    if text.count('"') % 2:
        raise _bad(text, "A quotation mark is open.", 'close the phrase: "stateless persons".')
    text = _BLANKS.sub(lambda number: re.sub(r"\s", "\u00a0", number[0]), text)
    words: list[str] = []
    depth = beginnings = 0
    operand = False  # whether a word or bracket stands before, so that an operator may follow
    for token in _TOKEN.findall(text):
        if token in ("AND", "OR", "NOT"):
            if not operand:
                raise _bad(
                    text,
                    f"{token} has no word before it.",
                    "write: schools NOT pupils, or put the word in quotation marks.",
                )
            words.append(token)
            operand = False
        elif token == ")":
            depth -= 1
            if depth < 0 or not operand:
                raise _bad(text, "A bracket closes nothing.", "write: (schools OR pupils) Kazakh")
            words.append(token)
        else:
            if operand:
                words.append("AND")  # between neighbours, so that brackets may stand there too
            depth += token == "("
            operand = token != "("
            ends = _ends(token, beginning)
            beginnings += len(ends)
            if beginnings > _MOST_WORDS:
                what = f"The words with a star stand for more than {_MOST_WORDS:,} words."
                raise _bad(text, what, "give more letters before the star.")
            words.append("(" if token == "(" else _term(token, text, ends))
    if not words:
        raise _bad(text, "There is no word to look for.", "give a word: statereport search statelessness")
    if depth or not operand:
        raise _bad(
            text, "The expression is not complete.", "close the bracket, or give the last AND, OR or NOT a word."
        )
    return " ".join(words)


def _ends(token: str, beginning: Callable[[str], list[str]]) -> list[str]:
    """The words for a token with a star, or for one in a script whose words are not stemmed, less its ending."""
    if token.endswith("*") and not token.startswith('"'):
        return beginning(token.rstrip("*"))
    if len(token) > 3 and token.isalpha() and ord(min(token)) > 0x24F:
        return beginning(token[: -1 if len(token) < 7 else -3])
    return []


def _number(token: str) -> str:
    """A number in every writing; "" where the token is none."""
    if "\u00a0" not in token and not _NUMBER.fullmatch(token):
        return ""
    digits = re.sub(r"\D", "", token)
    apart = f"{int(digits):,}".replace(",", " ")
    each = [f"({' AND '.join(f'{chr(34)}{part}{chr(34)}' for part in token.split())})"] if "\u00a0" in token else []
    return f"({' OR '.join([f'{chr(34)}{digits}{chr(34)}', f'{chr(34)}{apart}{chr(34)}', *each])})"


def _term(token: str, text: str, ends: list[str]) -> str:
    if token.startswith('"'):
        if not re.search(r"\w", token):
            raise _bad(text, "A phrase has no word.", 'write: "stateless persons"')
        return token
    if not re.search(r"\w", token):
        raise _bad(text, f"{token} is not a word.", "use letters or digits; AND, OR and NOT in capitals join words.")
    if number := _number(token):
        return number
    if token.endswith("*") or ends:
        ends = ends or [token.rstrip("*")]
        return f"({' OR '.join(f'{chr(34)}{word}{chr(34)}' for word in ends)})"
    return f'"{token}"'


def _bad(text: str, what: str, hint: str) -> BadSearch:
    return BadSearch(where=text, what=what, hint=hint)
