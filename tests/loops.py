"""Loops in tests: a loop over nothing asserts nothing, so that what is looped over must not be empty."""

import ast
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def some(items: Iterable[T], least: int = 1) -> list[T]:
    """The items as a list; fails where there are fewer than `least`."""
    found = list(items)
    assert len(found) >= least, f"a loop over {len(found)} items, of which there should be {least} at least"
    return found


def asserts(body: list[ast.stmt]) -> bool:
    """Whether a test asserts something whatever its data are: outside of loops that may be over nothing."""
    return any(_asserts(node) for node in body)


def _asserts(node: ast.stmt) -> bool:
    match node:
        case ast.Assert() | ast.Raise() | ast.Expr(value=ast.Call() | ast.Await()):
            return True
        case ast.For() | ast.AsyncFor():
            return _is_full(node.iter) and asserts(node.body)
        case ast.While():
            return "pytest.fail(" in ast.unparse(node)
        case ast.If():
            return asserts(node.body) and asserts(node.orelse)
        case ast.With() | ast.AsyncWith():
            given = " ".join(ast.unparse(item) for item in node.items)
            return "raises(" in given or "pytest.fail" in given or asserts(node.body)
        case ast.Try():
            handled = all(asserts(handler.body) for handler in node.handlers)
            return asserts(node.finalbody) or (handled and asserts([*node.body, *node.orelse]))
    return False


def _is_full(looped: ast.expr) -> bool:
    """Whether what is looped over is known to have items."""
    match looped:
        case ast.Tuple() | ast.List() | ast.Set() | ast.Dict():
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name) if name.isupper():
            return True  # a constant
        case ast.Call(func=ast.Name(id="some" | "range")):
            return True
        case ast.Call(func=ast.Name(id="enumerate" | "zip" | "sorted" | "reversed")):
            return all(map(_is_full, looped.args[:2]))
        case ast.Call(func=ast.Attribute(attr="items" | "values")):
            return _is_full(looped.func.value)
    return False
