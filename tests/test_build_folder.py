"""A build is known by its sum: what it is made from, whether it is whole, and which files in a folder are a build's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sampling import sample

import statereport
from statereport.errors import BuildDamaged, BuildOutdated, NotABuild, Problem
from statereport.graph import build_folder, knowledge
from statereport.project import Project
from statereport.publish import build

VALUES = "SELECT ?v { ?f <https://w3id.org/statereport/def/value> ?v } ORDER BY ?v"
EXPECTED = ["51.4", "3797", "7391"]
OLD_BUILD_JSON = {"graphs": {}, "inferred": {}, "warnings": [], "questions": 1, "tables": 1, "rdfc10": {}}


@pytest.fixture
def project(tmp_path, made) -> Project:
    """A copy of the small project, to be changed."""
    return Project.at(shutil.copytree(made[0].root, tmp_path / "project"))


def names_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def values(folder: Path) -> list[str]:
    return [str(row["v"]) for row in build_folder.open_build(folder).engine.query(VALUES)]


# --- what a build is made from ---------------------------------------------------------------------------------------


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


CHANGES: dict[str, tuple[str, Callable[[Project], object]]] = {
    "a statement": ("sources", lambda p: append(p.graphs / "reports/kaz-cerd-8-10-addendum/13-schools.ttl", "\n")),
    "a graph more": ("sources", lambda p: (p.graphs / "other.ttl").write_text("# None.\n")),
    "a graph under another name": (
        "sources",
        lambda p: (p.graphs / "reports/kaz-cerd-8-10-addendum/13-schools.ttl").rename(p.graphs / "13.ttl"),
    ),
    "the ontology": ("sources", lambda p: append(p.ontology / "things.ttl", "\n")),
    "a shape": ("sources", lambda p: append(p.ontology / "shapes/things.ttl", "\n")),
    "a prefix": ("sources", lambda p: append(p.prefixes, "\nPREFIX zz: <https://example.org/>\n")),
    "the summary of a question": ("sources", lambda p: append(p.queries / "numbers/largest.rq", "# Largest.\n")),
    "a check that fails": (
        "sources",
        lambda p: shutil.copy(p.queries / "numbers/largest.rq", p.queries / "checks/largest.rq"),
    ),
    "a question that pages ask": ("sources", lambda p: next((p.queries / "pages").glob("*.rq")).unlink()),
    "a question less": ("sources", lambda p: (p.queries / "numbers/largest.rq").unlink()),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_build_is_stale_when_anything_that_it_was_made_from_changes(project, out, change):
    assert build_folder.open_build(out).differences(project) == ()
    what, work = CHANGES[change]
    work(project)
    assert build_folder.open_build(out).differences(project) == (what,)


def test_a_build_that_would_be_made_the_same_is_kept(project, made, out):
    kept = build.kept(project, out)
    assert kept and str(kept) == str(build.Summary.of(out, build_folder.open_build(out).about))
    assert f"answered  {kept.questions} question" in str(kept) and kept.warnings


@pytest.mark.parametrize("change", CHANGES)
def test_a_build_from_other_sources_is_not_kept(project, out, change):
    CHANGES[change][1](project)
    assert build.kept(project, out) is None


SPOILED = {
    "a file with another byte": lambda out: append(out / "void.ttl", "\n"),
    "a file less": lambda out: (out / "answers/numbers/largest.csv").unlink(),
    "a file of somebody else": lambda out: (out / "mine.txt").write_text("", encoding="utf-8"),
    "a broken store": lambda out: append(out / "store/db/CURRENT", "\n"),
    "no manifest": lambda out: (out / build_folder.MANIFEST).unlink(),
    "no folder": shutil.rmtree,
}


@pytest.mark.parametrize("way", SPOILED)
def test_a_build_that_is_not_as_it_was_written_is_not_kept(project, out, way):
    SPOILED[way](out)
    assert build.kept(project, out) is None


def test_a_build_by_other_code_with_drafts_or_without_a_file_that_is_wanted_is_not_kept(project, out, monkeypatch):
    assert build.kept(project, out, lambda folder: False) is None
    with monkeypatch.context() as patch:
        patch.setattr(build_folder.ox, "__version__", "9.9.9")
        assert build.kept(project, out) is None
    assert build.kept(project, out)
    build.build(project, out, with_drafts=True)
    assert build_folder.open_build(out).differences(project) == () and build.kept(project, out) is None


def test_a_build_is_stale_under_another_version_of_the_package_its_code_or_an_engine(made, tmp_path, monkeypatch):
    project, out = made
    opened = build_folder.open_build(out)
    assert set(opened.about["made_from"]) == {
        *("sources", "code", "statereport", "pyoxigraph"),
        *build_folder.LIBRARIES,
    }
    assert all(opened.about["made_from"].values()), "a version that is not known"
    code = shutil.copytree(build_folder.PACKAGE, tmp_path / "package", ignore=shutil.ignore_patterns("vendor"))
    monkeypatch.setattr(build_folder, "PACKAGE", Path(code))
    assert opened.differences(project) == (), "where the package lies decides nothing"
    for reader in build_folder.READERS:
        append(min((Path(code) / reader).glob("*.py")), "# More.\n")
    assert opened.differences(project) == ()
    append(Path(code) / "rdf/writers.py", "# More.\n")
    monkeypatch.setattr(build_folder, "__version__", "9.9.9")
    monkeypatch.setattr(build_folder.ox, "__version__", "9.9.9")
    assert opened.differences(project) == ("code", "statereport", "pyoxigraph")


def test_the_versions_of_the_libraries_are_those_that_the_system_of_packages_gives():
    from importlib import metadata

    found = build_folder._versions()
    assert found == {name: metadata.version(name) for name in build_folder.LIBRARIES}


def test_what_writes_a_build_is_in_the_sum_of_its_code(tmp_path):
    """Each module of the package that a build loads, the single file with it."""
    script = f"""
import json, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
import miniproject
from statereport.graph import build_folder
from statereport.publish import build
from statereport.site import single_file

build.build(miniproject.make(Path("project")), Path("build"), also=[single_file.write])
loaded = [sys.modules[name].__file__ for name in sys.modules if name.partition(".")[0] == "statereport"]
covered = [str(path) for _, path in build_folder._code()]
print(json.dumps([sorted(set(loaded) - set(covered)), len(loaded)]))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    missing, number = json.loads(done.stdout)
    assert missing == [] and number > 30


def test_a_source_that_changes_while_a_build_is_made_makes_it_stale(project, tmp_path):
    def change(stage: str) -> None:
        if stage == "answering":
            append(project.queries / "numbers/largest.rq", "# Later.\n")

    build.build(project, tmp_path / "build", progress=change)
    assert build_folder.open_build(tmp_path / "build").differences(project) == ("sources",)


def test_what_build_json_says_is_so(made):
    _, out = made
    about = json.loads((out / "build.json").read_text(encoding="utf-8"))
    assert about["quads"] == len(build_folder.open_build(out).engine)
    assert build_folder.open_build(out).digest == about["rdfc10"]["statereport"]
    assert f"{about['rdfc10']['statereport']}  statereport.nq" in (out / "RDFC10SUM").read_text().splitlines()


def test_a_build_names_neither_the_machine_nor_its_folders(made):
    _, out = made
    names = {os.uname().nodename.encode(), str(out.parent).encode(), str(Path.home()).encode()} - {b"/", b"vm"}
    found = [(name, path) for path in names_in(out) for name in names if name in (out / path).read_bytes()]
    assert not found


# --- damage ----------------------------------------------------------------------------------------------------------


def flip(position: float) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[min(len(content) - 1, int(position * len(content)))] ^= 1
        path.write_bytes(content)

    return damage


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def as_link_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "first bit flipped": flip(0),
    "a bit in the middle flipped": flip(0.5),
    "last bit flipped": flip(1),
    "half cut": lambda path: os.truncate(path, path.stat().st_size // 2),
    "last byte cut": lambda path: os.truncate(path, path.stat().st_size - 1),
    "empty": lambda path: os.truncate(path, 0),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "missing": Path.unlink,
    "a folder in its place": as_folder,
    "a link to itself in its place": as_link_to_itself,
    "other text": lambda path: path.write_text("{}"),
}


def is_read_when_opened(name: str) -> bool:
    return name in ("build.json", build_folder.MANIFEST) or name.startswith(f"{build_folder.STORE}/")


def outcome(work: Callable[[], object]) -> object:
    """What some work returns, or the code of the problem that it raises; another exception is a fault."""
    try:
        return work()
    except Problem as problem:
        return problem.code


def faults(out: Path, name: str, project: Project) -> list[str]:
    """What goes wrong with a build one of whose files is damaged."""
    found = []
    opened = outcome(lambda: build_folder.open_build(out))
    loaded = outcome(lambda: build_folder.open_build(out, in_memory=True))
    if (is_read_when_opened(name) or name == build_folder.QUADS) and loaded != "build-damaged":
        found.append(f"opened in memory: {loaded}")
    if is_read_when_opened(name):
        return [*found, *([] if opened == "build-damaged" else [f"opened: {opened}"])]
    if not isinstance(opened, build_folder.Build):
        return [f"not opened: {opened}"]
    for one in (opened, loaded):
        if isinstance(one, build_folder.Build) and [str(row["v"]) for row in one.engine.query(VALUES)] != EXPECTED:
            found.append("another answer")
    if outcome(lambda: opened.read(name)) != "build-damaged":
        found.append("the damaged file is handed out")
    graph = knowledge.KnowledgeGraph(opened.engine, project, opened)
    hits = outcome(lambda: len(graph.search("Kazakh")))
    if hits != ("build-damaged" if name == "store/search.json" else 1):
        found.append(f"search: {hits}")
    return found


def kind_of(name: str) -> str:
    """Files of one kind are read by one place of the code: those of the store each, the others by folder and ending."""
    return name if is_read_when_opened(name) else f"{name.partition('/')[0] if '/' in name else ''} {Path(name).suffix}"


def damaged(made: tuple[Project, Path], tmp_path: Path, cases: list[tuple[str, str]]) -> list[str]:
    project, whole = made
    wrong = []
    for number, (name, damage) in enumerate(cases):
        out = Path(shutil.copytree(whole, tmp_path / str(number)))
        DAMAGES[damage](out / name)
        wrong += [f"{name}, {damage}: {fault}" for fault in faults(out, name, project)]
        shutil.rmtree(out)
    return wrong


def test_a_damaged_build_is_reported_when_it_is_opened_or_when_the_file_is_read(made, tmp_path):
    """One file of each kind, with two kinds of damage each; the slow test tries more, and all in the whole run."""
    kinds = {kind_of(name): name for name in names_in(made[1]) if (made[1] / name).stat().st_size}
    assert len(kinds) > 25
    damages = list(DAMAGES)
    cases = [
        (name, damages[(2 * i + j) % len(damages)]) for i, name in enumerate(sorted(kinds.values())) for j in (0, 1)
    ]
    assert {damage for _, damage in cases} == set(DAMAGES)
    assert damaged(made, tmp_path, cases) == []


@pytest.mark.slow
def test_each_file_of_a_build_with_each_damage_is_reported(made, tmp_path):
    cases = [(name, damage) for name in names_in(made[1]) if (made[1] / name).stat().st_size for damage in DAMAGES]
    assert len(cases) > 500
    assert damaged(made, tmp_path, sample(cases, 4, lambda case: kind_of(case[0]))) == []


@pytest.mark.parametrize("name", ["store/db/000000.log", "answers/empty.csv", "empty.txt"])
@pytest.mark.parametrize(
    ("damage", "match"), [(Path.unlink, "missing"), (lambda path: path.write_text("x"), "1 bytes")]
)
def test_an_empty_file_that_is_damaged_is_reported_when_it_is_read(out, name, damage, match):
    """Those of the store when the build is opened, the others when they are wanted; nothing else fails."""
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).touch()
    build_folder.write_manifest(out)
    assert build_folder.open_build(out).read(name) == b"" and values(out) == EXPECTED
    damage(out / name)
    with pytest.raises(BuildDamaged, match=match):
        build_folder.open_build(out).read(name)
    if name.startswith("store/"):
        with pytest.raises(BuildDamaged, match=match):
            build_folder.open_build(out)
    else:
        assert values(out) == EXPECTED


@pytest.mark.parametrize(
    ("gone", "problem"),
    [
        (("store",), BuildDamaged),
        (("store/db",), BuildDamaged),
        (("store/manifest",), BuildDamaged),
        (("store/manifest", "build.json"), BuildDamaged),
        (("build.json",), BuildDamaged),
        (("store", "build.json"), NotABuild),
    ],
)
def test_a_build_of_which_parts_are_gone_is_reported(out, gone, problem):
    for name in gone:
        shutil.rmtree(out / name) if (out / name).is_dir() else (out / name).unlink()
    with pytest.raises(problem) as caught:
        build_folder.open_build(out)
    assert caught.value.where == str(out) and "statereport build" in caught.value.hint


def test_a_build_of_another_version_is_reported(out):
    (out / "build.json").write_text(json.dumps(OLD_BUILD_JSON))
    (out / "store/manifest").unlink()
    with pytest.raises(BuildOutdated, match="Another version"):
        build_folder.open_build(out)


def test_a_build_of_a_later_form_is_reported(out, monkeypatch):
    monkeypatch.setattr(build_folder, "FORMAT", build_folder.FORMAT + 1)
    build_folder.write_manifest(out)
    monkeypatch.undo()
    with pytest.raises(BuildOutdated, match="Another version"):
        build_folder.open_build(out)


def test_folders_that_are_no_build_are_reported(tmp_path):
    (tmp_path / "build/lib").mkdir(parents=True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/build.json").write_text('{"name": "mine"}')
    (tmp_path / "file").write_text("text")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    for name in ("build", "mine", "file", "dangling", "loop", "nowhere", "file/inside"):
        with pytest.raises(NotABuild, match="no built graph"):
            build_folder.open_build(tmp_path / name)


def test_a_store_that_the_engine_cannot_open_is_reported(out):
    """The manifest agrees with it: another engine wrote it."""
    (out / "store/db/CURRENT").write_text("MANIFEST-999999\n")
    build_folder.write_manifest(out)
    with pytest.raises(BuildDamaged, match="engine cannot open"):
        build_folder.open_build(out)


def test_a_build_in_memory_is_the_same_opens_no_store_and_counts_its_quads(made, out):
    script = f"""
import os
from pathlib import Path
from statereport.graph import build_folder

opened = build_folder.open_build(Path({str(out)!r}), in_memory=True)
print(len(os.listdir("/proc/self/task")), len(opened.engine))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    number = len(build_folder.open_build(out).engine)
    assert done.stdout.split() == ["1", str(number)], "a process with threads cannot be forked"
    about = json.loads((out / "build.json").read_text(encoding="utf-8"))
    (out / "build.json").write_text(json.dumps({**about, "quads": number + 1}))
    build_folder.write_manifest(out)
    with pytest.raises(BuildDamaged, match="quads instead of"):
        build_folder.open_build(out, in_memory=True)


@pytest.fixture
def here(project, out, monkeypatch) -> Path:
    """The build of the current folder, and its project as the one that is found."""
    monkeypatch.setenv("STATEREPORT_PROJECT", str(project.root))
    monkeypatch.chdir(out.parent)
    return out


def test_the_sources_are_used_with_a_reason_where_the_build_of_the_folder_cannot_be(here, project, capsys):
    def said() -> str:
        assert [str(row["v"]) for row in statereport.open().sparql(VALUES)] == EXPECTED
        return capsys.readouterr().err

    assert said() == ""
    flip(0.5)(here / "store/db/CURRENT")
    assert "build: The build is damaged: store/db/CURRENT has other bytes" in said()
    (here / "build.json").write_text(json.dumps(OLD_BUILD_JSON))
    (here / "store/manifest").unlink()
    assert "Another version of statereport" in said()
    shutil.rmtree(here)
    assert "There is no build here." in said()


def test_a_build_that_is_named_and_damaged_is_one_problem_on_the_command_line(here):
    flip(0.5)(here / "store/db/CURRENT")
    for words in (
        ["query", "numbers/largest", "--store", "build"],
        ["query", "numbers/largest", "--cite", "--store", "build"],
        ["search", "Kazakh", "--store", "build"],
        ["show", "figure:13-schools", "--store", "build"],
        ["discrepancies", "--store", "build"],
        ["serve", "--build", "build"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "statereport", *words], capture_output=True, text=True, check=False, timeout=60
        )
        assert (done.returncode, done.stdout) == (2, ""), (words, done)
        assert done.stderr.startswith("build  build-damaged\n  The build is damaged: store/db/CURRENT"), (words, done)


def test_a_server_does_not_start_without_the_build_that_was_named(here):
    command = [sys.executable, "-m", "statereport", "serve", "--build", "nonexistent"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2 and "nonexistent  not-a-build" in done.stderr


# --- while builds change places --------------------------------------------------------------------------------------


def test_a_reader_sees_one_build_the_old_or_the_new(project, made, tmp_path):
    """Two builds that differ in one value take each other's place, while readers open what is there."""
    source = project.graphs / "reports/kaz-cerd-8-10-addendum/13-schools.ttl"
    source.write_text(source.read_text(encoding="utf-8").replace("3797", "3798"), encoding="utf-8")
    build.build(project, tmp_path / "other")
    ours = [made[1], tmp_path / "other"]
    out = Path(shutil.copytree(ours[1], tmp_path / "out"))
    expected = {build_folder.open_build(one).digest: values(one) for one in ours}
    seen: list[tuple[str, list[str]]] = []
    wrong: list[str] = []

    def is_enough() -> bool:
        return bool(wrong) or (len(seen) > 10 and {digest for digest, _ in seen} == set(expected))

    def read() -> None:
        while not is_enough():
            try:
                opened = build_folder.open_build(out)
                seen.append((opened.digest, [str(row["v"]) for row in opened.engine.query(VALUES)]))
                opened.read("store/search.json")
            except Exception as fault:
                wrong.append(repr(fault))

    readers = [threading.Thread(target=read, daemon=True) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(200):
        with build.atomic.appearing(out, build_folder.foreign) as fresh:
            shutil.copytree(ours[turn % 2], fresh, dirs_exist_ok=True)
        if is_enough():
            break
    for reader in readers:
        reader.join(60)
    assert wrong == [] and is_enough()
    assert all(expected[digest] == found for digest, found in seen)


@pytest.mark.parametrize("opening", [True, False])
def test_a_build_that_went_and_came_back_while_it_was_read_is_not_damaged(opening, made, tmp_path, monkeypatch):
    """Another build takes its place for one file; afterwards the bytes of the first are there again, in other files."""
    first, other, out = made[1], tmp_path / "other", tmp_path / "out"
    shutil.copytree(first, out)
    shutil.copytree(first, other)
    (other / build_folder.ABOUT).write_text("{}", encoding="utf-8")
    (other / build_folder.EXPLANATIONS).write_text("{}", encoding="utf-8")
    opened = build_folder.open_build(out)
    checked, calls = build_folder._checked, []

    def put(one: Path) -> None:
        with build.atomic.appearing(out, build_folder.foreign) as fresh:
            shutil.copytree(one, fresh, dirs_exist_ok=True)

    def interrupted(*given):
        calls.append(given)
        if len(calls) > 1:
            return checked(*given)
        put(other)
        try:
            return checked(*given)
        finally:
            put(first)

    monkeypatch.setattr(build_folder, "_checked", interrupted)
    if opening:
        assert build_folder.open_build(out).digest == opened.digest
    else:
        assert opened.read(build_folder.EXPLANATIONS) == (first / build_folder.EXPLANATIONS).read_bytes()
    assert len(calls) > 1


def test_a_reader_waits_where_the_old_build_is_away_and_the_new_one_not_yet_in_place(out, monkeypatch):
    """As on systems that cannot swap two folders in one step."""
    away = out.rename(out.with_name("away"))
    build.atomic.lock_of(out).touch()
    waits = []
    monkeypatch.setattr(build_folder.time, "sleep", lambda seconds: waits.append(seconds) or away.rename(out))
    assert values(out) == EXPECTED and waits == [build_folder._PAUSE]


def test_a_file_that_is_wanted_after_another_build_took_the_place_is_not_that_of_the_other(made, out):
    opened = build_folder.open_build(out)
    assert opened.read("store/search.json") and opened.read("nothing") is None
    (out / "store/search.json").write_text("[]")
    build_folder.write_manifest(out)
    assert opened.read("store/search.json") is None
    assert len(knowledge.KnowledgeGraph(opened.engine, made[0], opened).search("Kazakh")) == 1


# --- what --out may remove -------------------------------------------------------------------------------------------

INTRUDERS: dict[str, Callable[[Path], object]] = {
    "letter.txt": lambda out: (out / "letter.txt").write_text("dear"),
    "answers/numbers/largest.ods": lambda out: (out / "answers/numbers/largest.ods").write_text("mine"),
    "store/db/notes": lambda out: (out / "store/db/notes").write_text("mine"),
    "photos/one.jpg": lambda out: (out / "photos").mkdir() or (out / "photos/one.jpg").write_text("mine"),
    "empty/": lambda out: (out / "empty").mkdir(),
    ".git/HEAD": lambda out: (out / ".git").mkdir() or (out / ".git/HEAD").write_text("ref"),
    "elsewhere": lambda out: (out / "elsewhere").symlink_to(out.parent),
    "statereport.ttl": lambda out: as_link_to_itself(out / "statereport.ttl"),
}


@pytest.mark.parametrize("name", INTRUDERS)
def test_a_build_never_removes_what_no_build_put_there(project, out, name):
    INTRUDERS[name](out)
    assert build_folder.foreign(out) == [name]
    before = {path: os.lstat(path).st_mtime_ns for path in out.rglob("*")}
    with pytest.raises(NotABuild) as caught:
        build.build(project, out)
    assert name in caught.value.what and "--out" in caught.value.hint
    assert {path: os.lstat(path).st_mtime_ns for path in out.rglob("*")} == before


def test_what_comes_in_while_a_build_is_made_is_not_removed_either(project, out):
    def come_in(stage: str) -> None:
        if stage == "putting in place":
            (out / "letter.txt").write_text("dear")

    with pytest.raises(NotABuild, match=r"letter\.txt"):
        build.build(project, out, progress=come_in)
    assert (out / "letter.txt").read_text() == "dear" and not list(out.parent.glob(".build*"))


@pytest.mark.parametrize("body", ['{"name": "mine"}', "[]", "no JSON", "{}", ""])
def test_a_folder_of_a_users_own_with_a_build_json_is_not_replaced(project, tmp_path, body):
    mine = tmp_path / "mine"
    (mine / "src").mkdir(parents=True)
    (mine / "build.json").write_text(body)
    (mine / "src/main.js").write_text("mine")
    (mine / "SHA256SUMS").write_text("0  src/main.js\n")
    with pytest.raises(NotABuild, match=r"SHA256SUMS, build\.json, src/main\.js"):
        build.build(project, mine)
    assert names_in(mine) == ["SHA256SUMS", "build.json", "src/main.js"]


def test_a_file_is_not_replaced_by_a_build(project, tmp_path):
    (tmp_path / "mine").write_text("dear")
    with pytest.raises(NotABuild):
        build.build(project, tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "dear"


@pytest.mark.parametrize(
    "name", ["build.json", "SHA256SUMS", "RDFC10SUM", "store/manifest", "store/db/CURRENT", "statereport.nq"]
)
@pytest.mark.parametrize("damage", ["a bit in the middle flipped", "half cut", "missing", "empty"])
def test_a_damaged_build_is_replaced_by_a_whole_one(out, name, damage):
    DAMAGES[damage](out / name)
    assert build_folder.foreign(out) == []


def test_a_build_without_its_store_and_one_of_0_1_0_are_replaced(project, out):
    shutil.rmtree(out / "store")
    assert build_folder.foreign(out) == []
    (out / "build.json").write_text(json.dumps(OLD_BUILD_JSON))
    (out / "store/db").mkdir(parents=True)
    for name in ("store/sources.sha256", "store/search.json", "statereport.html"):
        (out / name).write_text("old")
    for name in ("000012.sst", "000004.log", "CURRENT", "IDENTITY", "LOCK", "LOG", "MANIFEST-000005", "OPTIONS-000007"):
        (out / "store/db" / name).write_text("old")
    assert build_folder.foreign(out) == []
    build.build(project, out)
    assert values(out) == EXPECTED and build_folder.foreign(out) == []


def test_a_symbolic_link_stays_and_the_folder_that_it_leads_to_is_replaced(project, out, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/link").symlink_to("../second")
    (tmp_path / "second").symlink_to(out)
    (out / "statereport.ttl").write_text("old")
    build.build(project, tmp_path / "deep/link")
    assert (tmp_path / "deep/link").is_symlink() and (tmp_path / "second").is_symlink()
    assert build_folder.open_build(tmp_path / "deep/link").read("statereport.ttl") != b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["build", "deep", "project", "second"]


def test_a_link_that_leads_nowhere_gets_its_folder_and_one_to_itself_is_refused(project, tmp_path):
    (tmp_path / "link").symlink_to("not/yet/there")
    build.build(project, tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and values(tmp_path / "not/yet/there") == EXPECTED
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(NotABuild, match="leads back to itself"):
        build.build(project, tmp_path / "loop")


def test_a_folder_on_which_a_disk_is_mounted_is_refused_before_anything_is_made(project, tmp_path, monkeypatch):
    (tmp_path / "disk").mkdir()
    monkeypatch.setattr(os.path, "ismount", lambda path: str(path) == str(tmp_path / "disk"))
    stages: list[str] = []
    with pytest.raises(NotABuild, match="mounted"):
        build.build(project, tmp_path / "disk", progress=stages.append)
    assert stages == []
