"""What takes too long for every run: a sample of it with a fixed seed, and all of it where STATEREPORT_WHOLE is set.

`make test-whole` sets it. A test asks here for what it loops over, so that the same test is run on both.
"""

import os
import random
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
WHOLE = bool(os.environ.get("STATEREPORT_WHOLE"))


def sample(items: Iterable[T], number: int, kind: Callable[[T], str] = lambda _: "", whole: bool = WHOLE) -> list[T]:
    """`number` items of each kind, in their order; all of them where `whole` is set.

    An item keeps its place in the sample when others are added to or removed from other kinds.
    """
    items = list(items)
    if whole:
        return items
    kinds: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        kinds.setdefault(kind(item), []).append(place)
    chosen = {
        place
        for name, places in kinds.items()
        for place in random.Random(name).sample(places, min(number, len(places)))
    }
    return [item for place, item in enumerate(items) if place in chosen]


def folder(address: str) -> str:
    """The kind of an IRI, or of a question by its name: all of it but what comes after its last slash."""
    return address.rpartition("/")[0]
