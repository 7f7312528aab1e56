"""The order in which people count: 13.6 before 13.10."""

import re

_NUMBER = re.compile(r"([0-9]+)")


def natural(text: str) -> tuple:
    """A key that sorts texts with the numbers in them as numbers, of whatever length."""
    key: list = []
    for place, part in enumerate(_NUMBER.split(text)):
        if place % 2:
            digits = part.lstrip("0")
            key += [len(digits), digits, part]
        else:
            key.append(part)
    return tuple(key)
