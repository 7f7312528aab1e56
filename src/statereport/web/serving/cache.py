"""Answers that are kept to be given again, up to a number of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from statereport.web.wire.http import Response

# How long an answer is worth keeping: one of many variants, one of an address, one that was much work.
VARIANT, PLAIN, LASTING = 0, 1, 2


class Cache:
    """Response by key.

    Where room is needed, what is worth least gives way first, and of that what was asked for longest ago. An answer
    larger than an eighth of the whole is not kept, lest it drive out many small ones.
    """

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._kept: tuple[OrderedDict[Hashable, Response], ...] = tuple(OrderedDict() for _ in range(LASTING + 1))

    def get(self, key: Hashable) -> Response | None:
        """Return the answer that was kept, if there is one."""
        for kept in self._kept:
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        return None

    def put(self, key: Hashable, response: Response, worth: int = VARIANT) -> None:
        """Keep an answer."""
        size = _size(key, response)
        if size * 8 > self._most or any(key in kept for kept in self._kept):
            return
        self._kept[worth][key] = response
        self._size += size
        while self._size > self._most:
            old, gone = next(kept for kept in self._kept if kept).popitem(last=False)
            self._size -= _size(old, gone)

    def __len__(self) -> int:
        return sum(map(len, self._kept))


def _size(key: Hashable, response: Response) -> int:
    return len(response.body) + len(repr(key)) + sum(len(name) + len(value) for name, value in response.headers) + 500
