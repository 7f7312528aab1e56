"""The manners of the project. Every message says how to fix what it found."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
import real
from loops import some
from real import PREFIXES

from statereport.questions.saved import SavedQueries
from statereport.rdf import namespaces, prefixes, turtle
from statereport.rdf.dataset import name_of, path_of, problems

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests/golden/queries"
# What another machine's paths and the addresses of package indexes look like, and the words for how a text was made.
ELSEWHERE = re.compile(
    r"/(home|root|Users|work|tmp/[a-z])/|[A-Z]:\\Users|(pypi|pythonhosted|npmjs|debian)\.(org|com)", re.ASCII
)


def files() -> list[str]:
    """The files of the project as git knows them, or, outside of a checkout, as they lie there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False
    )
    names = (
        listed.stdout.decode().split("\0")
        if listed.returncode == 0
        else [str(p.relative_to(ROOT)) for p in ROOT.rglob("*")]
    )
    return sorted(
        name for name in names if name and (ROOT / name).is_file() and not name.startswith((".venv/", "build/"))
    )


def texts() -> list[tuple[str, str]]:
    found = []
    for name in files():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content:
            found.append((name, content.decode("utf-8")))
    return found


@pytest.fixture(scope="module")
def dataset():
    return real.dataset()


def saved(project) -> list:
    return list(SavedQueries.of(project))


def test_every_turtle_file_is_in_the_project_format(project):
    differ = turtle.fmt([project.ontology, project.graphs], project, check=True)
    assert not differ, f"run: statereport fmt {' '.join(map(str, differ))}"


def test_every_prefix_is_the_one_of_the_table(project):
    line = re.compile(r"^\s*@?prefix\s+([\w-]*):\s*<([^>]*)>", re.I | re.M)
    paths = [
        *project.ontology.rglob("*.ttl"),
        *project.ontology.rglob("*.rq"),
        *project.graphs.rglob("*.ttl"),
        *project.queries.rglob("*.rq"),
    ]
    wrong = [
        f"{project.name(path)}: {prefix}"
        for path in paths
        for prefix, namespace in line.findall(path.read_text(encoding="utf-8"))
        if prefixes.of_file(project, path).get(prefix) != namespace
    ]
    assert not wrong, f"not as in ontology/prefixes.ttl: {wrong}"


def test_the_table_gives_each_namespace_one_prefix(project):
    spaces = list(PREFIXES.values())
    assert len(spaces) == len(set(spaces))


def test_terms_literals_names_and_homes_are_as_they_should_be(project, dataset):
    assert [str(problem) for problem in problems(project, dataset)] == []


def test_the_graph_of_the_ontology_is_no_folder_of_the_graphs(project):
    assert not (project.graphs / "ontology").exists() and not (project.graphs / "inferred.ttl").exists()


def test_names_of_graphs_and_files_lead_to_each_other(project, dataset):
    for name in some(dataset.graphs, 50):
        path = path_of(project, name)
        assert path.is_file() and name_of(project, path) == name


def test_every_saved_query_has_its_golden_answer_and_every_answer_its_query(project):
    asked = {query.name for query in saved(project) if query.topic not in ("pages", "checks")}
    golden = {path.relative_to(GOLDEN).with_suffix("").as_posix() for path in GOLDEN.rglob("*") if path.is_file()}
    assert asked == golden, "run: python -m pytest tests/test_queries.py --write-golden, and read the difference"


def test_every_term_of_ours_is_asked_for_by_a_query_a_shape_or_a_rule(project, dataset):
    asked = [
        path.read_text(encoding="utf-8")
        for folder in (project.queries, project.ontology)
        for path in folder.rglob("*.rq")
    ]
    asked += [path.read_text(encoding="utf-8") for path in (project.ontology / "shapes").rglob("*.ttl")]
    words = set(re.findall(r"\bsr:\w+", "\n".join(asked)))
    kinds = re.compile(r"#(Class|ObjectProperty|DatatypeProperty)$")
    terms = {
        t.subject.value
        for part in dataset.ontology.values()
        for t in part
        if t.subject.value.startswith(namespaces.SR)
        and t.predicate.value.endswith("#type")
        and kinds.search(t.object.value)
    }
    unasked = sorted(terms - {PREFIXES.expand(word) for word in words})
    assert not unasked, "a term that nothing asks for is not needed, or a query or shape is missing"


@pytest.mark.parametrize(
    "name", ["LICENSE", "README.md", "CHANGELOG.md", "CITATION.cff", ".ci/run", "requirements.lock"]
)
def test_the_project_has_what_a_stranger_looks_for(name):
    assert (ROOT / name).is_file()


def test_files_are_plain_text_with_plain_ends():
    for name, text in some(((n, t) for n, t in texts() if not n.startswith("tests/turtle/")), 500):
        assert "\r" not in text, f"{name} has carriage returns"
        assert not text or text.endswith("\n"), f"{name} does not end with a line end"
        assert name.endswith((".csv", ".md", ".txt")) or not re.search(r"[ \t]+$", text, re.M), (
            f"{name} has blanks at the end of a line"
        )


def test_nothing_names_another_machine():
    places = [
        f"{name}: {match[0]}"
        for name, text in texts()
        if name != "tests/test_project.py"
        for match in ELSEWHERE.finditer(text)
    ]
    assert not places


def test_no_sentence_of_the_report_stands_in_the_project():
    tool = ROOT.parent / "shared/tools/verbatim"
    if not tool.is_file():
        pytest.skip("NOT TESTED: the program that looks for the report's sentences is not at hand")
    done = subprocess.run([sys.executable, str(tool)], cwd=ROOT, capture_output=True, text=True, check=False)
    rows = re.findall(r'^(.+?):\d+: \d+ words: "(.*)"$', done.stdout, re.M)
    assert bool(rows) == bool(done.returncode), done.stderr
    names = "\n".join(
        allowed_words(path.relative_to(ROOT).as_posix()) for path in (ROOT / "graphs/reference").rglob("*.ttl")
    )
    wrong = [
        f"{name}: {words}"
        for name, words in rows
        if not is_made_of(words.removeprefix("the ").split(), allowed_words(name) + names)
    ]
    assert not wrong, "say it in our own words:\n" + "\n".join(wrong)


def is_made_of(words: list[str], allowed: str) -> bool:
    """Whether words are allowed whole, or in two parts, as two names in neighbouring cells of a table are."""
    parts = ((" ".join(words[:i]), " ".join(words[i:])) for i in range(len(words)))
    return any(first in allowed and rest in allowed for first, rest in parts)


def allowed_words(name: str) -> str:
    """What a Turtle file may repeat: names as printed, and fragments of at most 80 characters that pin a statement."""
    if not name.endswith(".ttl"):
        return ""
    kept = re.compile(r"core#(pref|alt)Label$|def/(title|quote|asPrinted|printed[A-Z]\w+|token)$|oa#exact$")
    longest = {"quote": 80, "exact": 80}
    words = [
        t.object.value
        for t in turtle.read(ROOT / name)
        if kept.search(t.predicate.value)
        and len(t.object.value) <= longest.get(re.split("[/#]", t.predicate.value)[-1], 250)
    ]
    return "\n".join(" ".join(re.findall("[0-9A-Za-z]+", text.lower())) for text in words)


TESTS = sorted((ROOT / "tests").rglob("*.py"))


def functions(path: Path) -> list[ast.FunctionDef]:
    """The functions of a test file that stand at its top, or in its classes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for owner in (tree, *inner) for node in owner.body if isinstance(node, kinds)]


def test_every_file_of_the_tests_is_collected_or_used():
    texts = {path: path.read_text(encoding="utf-8") for path in TESTS}
    assert {path.parent.name for path in TESTS} >= {"tests", "web", "browser"}
    idle = [
        path.relative_to(ROOT).as_posix()
        for path in some(TESTS, 60)
        if path.name.startswith("test_") != any(function.name.startswith("test_") for function in functions(path))
        or not (
            path.name.startswith("test_")
            or path.stem == "conftest"
            or any(re.search(rf"\b{path.stem}\b", text) for other, text in texts.items() if other != path)
        )
    ]
    assert not idle, f"neither collected nor used: {idle}"


def test_no_two_files_of_the_tests_share_a_name():
    names = Counter(path.stem for path in some(TESTS) if path.stem != "conftest")
    assert [name for name, count in names.items() if count > 1] == [], "the folders are one path of modules"


def test_no_test_shares_its_name_with_another_in_its_file():
    hidden = [
        f"{path.name}: {name}"
        for path in some(TESTS)
        for name, count in Counter(function.name for function in functions(path)).items()
        if count > 1 and name.startswith("test_")
    ]
    assert not hidden, f"the later test hides the earlier: {hidden}"


def test_the_version_is_the_same_everywhere(dataset):
    import statereport

    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    header = {
        t.object.value
        for part in dataset.ontology.values()
        for t in part
        if t.subject.value == namespaces.SR and t.predicate.value.endswith("#versionInfo")
    }
    assert f"\nversion: {version}\n" in citation and statereport.__version__ == version and header == {version}
    assert f"\n## {version}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_locked_packages_have_hashes_and_are_those_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [need for needs in project["optional-dependencies"].values() for need in needs]
    for lock, wanted in (
        ("requirements.lock", project["dependencies"]),
        ("requirements-test.lock", [*project["dependencies"], *extras]),
    ):
        text = (ROOT / lock).read_text(encoding="utf-8")
        entries = re.findall(r"^([\w.-]+)==\S+(.*(?:\n    .*)*)", text, re.M)
        assert entries and all("--hash=sha256:" in rest for _, rest in entries)
        names = {name.lower() for name, _ in entries}
        assert {re.split(r"[<>=\[]", need)[0].lower() for need in wanted} <= names, f"run: make lock ({lock})"
