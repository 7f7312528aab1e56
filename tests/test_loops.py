"""The tests themselves: no `for` with an assertion in it runs over what may be empty."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from loops import some

TESTS = Path(__file__).parent
WRAPPERS = ("enumerate", "list", "map", "reversed", "set", "sorted", "tuple", "zip")


def unchecked(source: str) -> list[int]:
    """The lines of each `for` that asserts something, over what may be empty.

    Never empty are a literal with a member, a `range` up to a number, `some(…)`, a name with one of these values, and a
    name that the same function asserts to be true or to be longer than a number.
    """
    tree = ast.parse(source)
    found, of_module = set(), _known(tree.body, set())
    for scope in (tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))):
        known = of_module
        if scope is not tree:
            known = _known([node for node in ast.walk(scope) if isinstance(node, ast.stmt)], known)
        loops = {
            node.lineno: _is_filled(node.iter, known)
            for node in ast.walk(scope)
            if isinstance(node, ast.For) and any(isinstance(part, ast.Assert) for part in ast.walk(node))
        }
        safe = {line for line, is_safe in loops.items() if is_safe}
        found = (found | set(loops)) - safe if scope is not tree else set(loops) - safe
    return sorted(found)


def _known(statements: list[ast.stmt], known: set[str]) -> set[str]:
    """The names that these statements give something that is never empty, or assert to be so."""
    known = set(known)
    for node in statements:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            known = known | names if _is_filled(node.value, known) else known - names
        if isinstance(node, ast.Assert):
            tests = node.test.values if isinstance(node.test, ast.BoolOp) else [node.test]
            if not (isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or)):
                known |= {name for test in tests for name in _asserted(test)}
    return known


def _asserted(test: ast.expr) -> set[str]:
    """The names of what a condition says to have members."""
    if isinstance(test, ast.Name):
        return {test.id}
    if isinstance(test, ast.Compare):
        sides = [test.left, *test.comparators]
        counts = [s.value for s in sides if isinstance(s, ast.Constant) and isinstance(s.value, int)]
        is_more = any(isinstance(op, ast.Gt | ast.GtE | ast.Eq) for op in test.ops)
        if is_more and (any(counts) or any(isinstance(op, ast.Gt) for op in test.ops)):
            return {
                side.args[0].id
                for side in sides
                if isinstance(side, ast.Call) and ast.unparse(side.func) == "len" and isinstance(side.args[0], ast.Name)
            }
        if isinstance(test.ops[0], ast.Eq) and any(_is_filled(side, set()) for side in sides):
            return {side.id for side in sides if isinstance(side, ast.Name)}
    return set()


def _is_filled(value: ast.expr, known: set[str]) -> bool:
    """Whether a value has a member, as far as its text shows."""
    if isinstance(value, ast.Name):
        return value.id in known
    if isinstance(value, ast.Constant):
        return bool(value.value)
    if isinstance(value, ast.Tuple | ast.List | ast.Set):
        return any(not isinstance(e, ast.Starred) or _is_filled(e.value, known) for e in value.elts)
    if isinstance(value, ast.Dict):
        return any(
            key is not None or _is_filled(part, known) for key, part in zip(value.keys, value.values, strict=True)
        )
    if isinstance(value, ast.Call):
        name = ast.unparse(value.func)
        if name == "range":
            return all(isinstance(part, ast.Constant) and part.value for part in value.args[-2:])
        if name in WRAPPERS:
            return all(_is_filled(part, known) for part in value.args[name == "map" :]) and bool(value.args)
        if isinstance(value.func, ast.Attribute) and value.func.attr in ("items", "keys", "values", "split"):
            return _is_filled(value.func.value, known)
        if name.endswith(("random.sample", ".sample")) or (".sample(" in name):
            return isinstance(value.args[-1], ast.Constant) and value.args[-1].value > 0
        # Ontology.pairs of tests/test_ontology.py returns some(…).
        return name in ("some", "onto.pairs")
    return False


@pytest.mark.parametrize(
    ("over", "is_seen"),
    [
        ("rows", True),
        ("[]", True),
        ("()", True),
        ("{}.items()", True),
        ("range(n)", True),
        ("sorted(rows)", True),
        ("[*rows]", True),
        ("EMPTY", True),
        ("(1, 2)", False),
        ("[*rows, 1]", False),
        ("{1: 2}.items()", False),
        ("range(3)", False),
        ("some(rows)", False),
        ("enumerate(some(rows))", False),
        ("FULL", False),
        ("checked", False),
        ("counted", False),
    ],
)
def test_a_loop_over_what_may_be_empty_is_seen(over: str, is_seen: bool) -> None:
    source = f"""EMPTY, FULL = [], []
FULL = [1]
def test_it(rows, n, checked, counted):
    assert checked and len(counted) > 5
    for row in {over}:
        assert row
    for row in rows:
        print(row)
"""
    assert unchecked(source) == ([5] if is_seen else [])


def test_no_assertion_is_skipped_because_a_loop_is_empty() -> None:
    paths = some(TESTS.rglob("*.py"), 60)
    found = [
        f"{path.relative_to(TESTS)}:{line}" for path in sorted(paths) for line in unchecked(path.read_text("utf-8"))
    ]
    assert not found, "say `for … in some(…)` (tests/loops.py): " + ", ".join(found)
