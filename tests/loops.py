"""Loops in tests: a loop over nothing asserts nothing, so that what is looped over must not be empty."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def some(items: Iterable[T], least: int = 1) -> list[T]:
    """The items as a list; fails where there are fewer than `least`."""
    found = list(items)
    assert len(found) >= least, f"a loop over {len(found)} items, of which there should be {least} at least"
    return found
