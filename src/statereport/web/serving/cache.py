"""Answers that are kept to be given again, up to a number of bytes: what was not asked for longest gives way."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from statereport.web.wire.http import Response


class Cache:
    """Response by key. An answer larger than an eighth of the whole is not kept, lest it drive out many small ones."""

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._kept: OrderedDict[Hashable, Response] = OrderedDict()

    def get(self, key: Hashable) -> Response | None:
        """The answer that was kept, if there is one."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, response: Response) -> None:
        """Keep an answer."""
        size = _size(key, response)
        if size * 8 > self._most or key in self._kept:
            return
        self._kept[key] = response
        self._size += size
        while self._size > self._most:
            old, gone = self._kept.popitem(last=False)
            self._size -= _size(old, gone)

    def __len__(self) -> int:
        return len(self._kept)


def _size(key: Hashable, response: Response) -> int:
    return len(response.body) + len(repr(key)) + sum(len(name) + len(value) for name, value in response.headers) + 500
