"""What a build works out once about its saved questions: headers as read, choices of parameters, and their names.

Each result is kept under the SHA-256 of everything that it was worked out from: the text of a header, or a query with
the prefixes that shorten its answer. So another text never finds it. The results of one build hold for its store only,
and for the code that made it (`graph.knowledge` sees to both).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

FILE = "store/questions.jsonl"


class Prepared:
    """Results by what they were worked out from; without `data`, none. Each line of `data` is a digest and JSON."""

    def __init__(self, data: bytes = b"") -> None:
        self._data = data

    def get(self, *given: str) -> Any:
        """The result worked out from these texts, or None."""
        start = self._data.find(b"%s " % _digest(given)) if self._data else -1
        if start < 0:
            return None
        start += 65
        return json.loads(self._data[start : self._data.index(b"\n", start)])


NOTHING = Prepared()


def lines(results: Iterable[tuple[Any, tuple[str, ...]]]) -> bytes:
    """Results with the texts that each was worked out from, as `Prepared` reads them."""
    return b"".join(sorted({line for value, given in results for line in _line(value, given)}))


def _line(value: Any, given: tuple[str, ...]) -> Iterator[bytes]:
    """The line of a result; none where JSON does not hold it as it is."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError):
        return
    if json.loads(text) == value and "\n" not in text:
        yield b"%s %s\n" % (_digest(given), text.encode("utf-8", "surrogatepass"))


def _digest(given: Iterable[str]) -> bytes:
    text = "\0".join(given).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest().encode()
