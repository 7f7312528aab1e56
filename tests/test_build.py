"""A build appears whole or not at all, and the same sources give the same bytes."""

import hashlib
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import miniproject
import pytest
import real
from loops import some
from sampling import WHOLE

from statereport import atomic
from statereport.errors import BuildLocked, DataViolates, DiskFull, LiteralNotCanonical
from statereport.graph import build_folder
from statereport.publish import build
from statereport.rdf import dataset, namespaces
from statereport.site import single_file
from statereport.sparql import engine

CRATE = "ro-crate-metadata.json"
SCRIPT = """
import sys
from pathlib import Path
from statereport.publish import build
from statereport.errors import Problem
from statereport.project import Project

root, out, pause = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

def say(stage):
    if stage == pause:
        print("here", flush=True)
        sys.stdin.readline()

try:
    print(build.build(Project.at(root), out, progress=say))
except Problem as problem:
    print(problem.code, file=sys.stderr)
    sys.exit(problem.exit_code)
"""


@pytest.fixture
def project(tmp_path):
    return miniproject.make(tmp_path / "project")


def bytes_of(out: Path) -> dict[str, bytes]:
    """Every published file with its bytes; the store is a cache, not published."""
    files = (path for path in out.rglob("*") if path.is_file() and path.relative_to(out).parts[0] != "store")
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


def run(project, out, pause="", **options):
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(project.root), str(out), pause],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **{"stdin": subprocess.PIPE, **options},
    )


def sums_hold(out: Path) -> bool:
    lines = (out / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("  ", 1) for line in lines)
    return bool(lines) and all(
        hashlib.sha256((out / name).read_bytes()).hexdigest() == digest for digest, name in pairs
    )


def test_a_build_says_what_it_did(project, tmp_path):
    summary = build.build(project, tmp_path / "out")
    said = str(summary)
    assert "A figure above five thousand is odd here." in said and "2 questions, 1 table" in said
    assert json.loads((tmp_path / "out/build.json").read_text(encoding="utf-8"))["questions"] == 2
    assert sums_hold(tmp_path / "out")


def test_two_builds_in_other_surroundings_have_the_same_bytes(project, tmp_path):
    surroundings = [
        {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"},
        {"PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "TZ": "Asia/Almaty"},
    ]
    found = []
    for i, environment in enumerate(surroundings):
        here = tmp_path / f"elsewhere-{i}"
        here.mkdir()
        process = run(project, here / "out", cwd=here, env={**os.environ, **environment})
        said, complaint = process.communicate()
        assert process.returncode == 0, complaint
        found.append((bytes_of(here / "out"), said.replace(str(here), "")))
    assert found[0] == found[1]
    assert len(found[0][0]) > 20


@pytest.mark.slow
def test_two_builds_of_the_real_project_have_the_same_bytes(tmp_path):
    """One of them is that which other tests use."""
    command = [sys.executable, "-m", "statereport", "build", "--out", str(tmp_path / "again")]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": "1"})
    one, other = bytes_of(real.built()), bytes_of(tmp_path / "again")
    assert [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)] == []
    assert len(other) > 100 and sums_hold(tmp_path / "again")
    assert single_file.NAME in other or not single_file.PAGE.is_file()


def test_the_order_of_the_sources_does_not_matter(project, tmp_path):
    build.build(project, tmp_path / "one")
    source = project.graphs / "reports/kaz-cerd-8-10-addendum/13-schools.ttl"
    head, *figures = re.split(r"^(?=figure:)", source.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(figures) == 3
    source.write_text("".join([head, *reversed(figures), figures[1]]), encoding="utf-8")
    build.build(project, tmp_path / "two")
    one, two = bytes_of(tmp_path / "one"), bytes_of(tmp_path / "two")
    # build.json identifies the bytes that a build was made from, and the other two list its sum.
    assert {name for name in one if one[name] != two.get(name)} == {"build.json", "SHA256SUMS", CRATE}
    assert one.keys() == two.keys()
    rows = [json.loads(files[CRATE])["@graph"] for files in (one, two)]
    assert [row["@id"] for row, other in zip(*rows, strict=True) if row != other] == ["build.json"]


@pytest.mark.parametrize("stage", ["loading", "answering", "exporting", "putting in place"])
def test_a_build_killed_in_the_middle_leaves_the_old_one(project, tmp_path, stage):
    out = tmp_path / "out"
    build.build(project, out)
    before = bytes_of(out)
    process = run(project, out, stage)
    assert process.stdout.readline() == "here\n", process.stderr.read()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert bytes_of(out) == before
    assert sorted(path.name[:5] for path in tmp_path.iterdir()) == [".out-", ".out.", "out", "proje"]
    build.build(project, out)
    assert bytes_of(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "project"], "what the killed build left is swept"


@pytest.mark.slow
def test_a_build_killed_at_any_moment_leaves_a_whole_one(project, tmp_path):
    out = tmp_path / "out"
    build.build(project, out)
    before = bytes_of(out)
    chance = random.Random(8)
    moments = [chance.uniform(0.05, 1.2) for _ in range(25 if WHOLE else 10)]
    killed, source = 0, next(iter(sorted(project.graphs.rglob("*.ttl"))))
    for moment in some(moments):
        with source.open("a", encoding="utf-8") as file:  # a build of the same sources has nothing to do
            file.write("# More.\n")
        process = run(project, out, start_new_session=True)
        time.sleep(moment)
        killed += process.poll() is None
        process.kill()
        process.wait()
        now = bytes_of(out)
        is_new = build_folder.open_build(out).differences(project) == ()
        assert sums_hold(out) and (now == before or is_new), "neither the build before nor the new one"
        before = now
    assert killed > 3, "the builds were over before they could be killed"
    build.build(project, out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "project"]


def test_a_first_build_killed_in_the_middle_leaves_nothing(project, tmp_path):
    process = run(project, tmp_path / "out", "exporting")
    assert process.stdout.readline() == "here\n", process.stderr.read()
    process.kill()
    process.wait()
    assert not (tmp_path / "out").exists()


def test_a_second_build_to_the_same_place_is_refused_and_one_to_another_place_is_not(project, tmp_path):
    process = run(project, tmp_path / "out", "loading")
    assert process.stdout.readline() == "here\n", process.stderr.read()
    (tmp_path / "link").symlink_to("out")
    for same in ("out", "link", "other/../out"):
        with pytest.raises(BuildLocked):
            build.build(project, tmp_path / same)
    build.build(project, tmp_path / "other")
    process.kill()
    process.wait()
    build.build(project, tmp_path / "out")


@pytest.mark.parametrize("bytes_left", [100, 3_000, 20_000])
def test_a_full_disk_is_reported_and_leaves_the_old_build(project, tmp_path, bytes_left):
    out = tmp_path / "out"
    build.build(project, out)
    before = bytes_of(out)
    process = run(project, out, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left,) * 2))
    _, complaint = process.communicate()
    assert (process.returncode, complaint.strip()) == (DiskFull.exit_code, "disk-full")
    assert bytes_of(out) == before and not list(tmp_path.glob(".out*"))


def test_an_error_that_is_not_a_full_disk_is_not_called_one(tmp_path):
    with pytest.raises(PermissionError), atomic.appearing(tmp_path / "out", list):
        raise PermissionError(13, "Permission denied")
    assert not list(tmp_path.iterdir())


def test_two_builds_to_places_of_like_names_do_not_touch_each_other(project, tmp_path):
    places = ("out", "out-x", "out-x-y", "out.x")
    under_way = {name: run(project, tmp_path / name, "exporting") for name in places}
    for name, process in some(under_way.items()):
        assert process.stdout.readline() == "here\n", (name, process.stderr.read())
    for name in places:
        with pytest.raises(BuildLocked):
            build.build(project, tmp_path / name)
    build.build(project, tmp_path / "out-z")
    for name, process in some(under_way.items()):
        said, complaint = process.communicate("go on\n")
        assert process.returncode == 0, (name, said, complaint)
        assert sums_hold(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*places, "out-z", "project"])


def test_an_empty_folder_and_a_missing_parent_are_filled(project, tmp_path):
    (tmp_path / "empty").mkdir()
    build.build(project, tmp_path / "empty")
    build.build(project, tmp_path / "not/yet/there")
    assert bytes_of(tmp_path / "empty") == bytes_of(tmp_path / "not/yet/there")


def test_without_a_swap_of_the_system_the_old_build_still_gives_way(project, tmp_path, monkeypatch):
    monkeypatch.setattr(atomic, "_swap", lambda one, other: False)
    build.build(project, tmp_path / "out")
    before = bytes_of(tmp_path / "out")
    build.build(project, tmp_path / "out")
    assert bytes_of(tmp_path / "out") == before and not list(tmp_path.glob(".out*"))


def test_a_build_killed_between_two_renames_is_made_good(project, tmp_path):
    out = tmp_path / "out"
    build.build(project, out)
    before = bytes_of(out)
    script = """
import os, sys
from pathlib import Path
from statereport import atomic

rename = Path.rename

def killed(path, target):
    rename(path, target)
    os._exit(9)

atomic._swap, Path.rename = lambda one, other: False, killed
with atomic.appearing(Path(sys.argv[1]), lambda folder: ()) as fresh:
    (fresh / "new").write_text("new")
"""
    assert subprocess.run([sys.executable, "-c", script, str(out)], check=False).returncode == 9
    assert not out.exists() and len(list(tmp_path.glob(".out-*"))) == 2
    with pytest.raises(KeyboardInterrupt), atomic.appearing(out, build_folder.foreign):
        raise KeyboardInterrupt
    assert bytes_of(out) == before and not list(tmp_path.glob(".out*"))


def test_where_the_new_build_cannot_be_put_in_place_the_old_one_comes_back(project, tmp_path, monkeypatch):
    out = tmp_path / "out"
    build.build(project, out)
    before = bytes_of(out)
    rename = Path.rename

    def refused(path, target):
        if path.suffix == ".tmp":
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(atomic, "_swap", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(PermissionError):
        build.build(project, out)
    assert bytes_of(out) == before and not list(tmp_path.glob(".out*"))


def test_a_violation_stops_before_anything_is_replaced(project, tmp_path):
    build.build(project, tmp_path / "out")
    before = bytes_of(tmp_path / "out")
    source = project.graphs / "reports/kaz-cerd-8-10-addendum/13-schools.ttl"
    source.write_text(source.read_text(encoding="utf-8").replace(" ; sr:value 7391", ""), encoding="utf-8")
    with pytest.raises(DataViolates) as caught:
        build.build(project, tmp_path / "out")
    assert "A figure has a value." in caught.value.what and caught.value.where.endswith("13-schools.ttl")
    assert bytes_of(tmp_path / "out") == before


def test_a_check_that_answers_a_row_stops_the_build(project, tmp_path):
    source = project.graphs / "reports/kaz-cerd-8-10-addendum/13-schools.ttl"
    source.write_text(source.read_text(encoding="utf-8").replace("3797", "-3797"), encoding="utf-8")
    with pytest.raises(DataViolates) as caught:
        build.build(project, tmp_path / "out")
    assert "No figure is below zero." in caught.value.what and caught.value.where.endswith("nothing-negative.rq")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "written", ["51.40", "051", "51.0", "5.14e1", '"51.4"^^xsd:double', '"2020-13"^^xsd:gYearMonth']
)
def test_a_literal_that_engines_rewrite_is_refused(project, tmp_path, written):
    source = project.graphs / "reports/kaz-cerd-8-10-addendum/13-schools.ttl"
    source.write_text(source.read_text(encoding="utf-8").replace("51.4 .", f"{written} ."), encoding="utf-8")
    with pytest.raises(LiteralNotCanonical) as caught:
        build.build(project, tmp_path / "out")
    assert caught.value.where.endswith("13-schools.ttl") and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "datatype", sorted(set(dataset.CANONICAL) - {namespaces.XSD + "double", namespaces.XSD + "float"})
)
def test_a_literal_that_passes_the_gate_comes_back_from_a_store_unchanged(datatype):
    from pyoxigraph import Literal, NamedNode, Quad

    words = "0 -0 1 -1 007 +5 51.4 51.40 51.0 .5 0.5 -0.5 true false 1 2020 2020-02 2020-02-07 --02-07 2020-02-07Z"
    words += " 2020-02-07T10:20:30 2020-02-07T10:20:30Z 2020-02-07T10:20:30.5Z 2020-02-07T10:20:30.50"
    kept = [word for word in words.split() if dataset.CANONICAL[datatype].fullmatch(word)]
    for word in some(kept):
        quad = Quad(NamedNode("x:s"), NamedNode("x:p"), Literal(word, datatype=NamedNode(datatype)), NamedNode("x:g"))
        (back,) = engine.Store.memory([quad], union=False).quads("x:g")
        assert back.object.value == word
        # Oxigraph knows one type of whole numbers.
        assert back.object.datatype.value in (datatype, namespaces.XSD + "integer")


def test_what_the_shapes_find_becomes_a_note(project, tmp_path):
    build.build(project, tmp_path / "out")
    note = (tmp_path / "out/statereport-findings.nq").read_text(encoding="utf-8")
    assert "note/found-small-figure" in note and "<https://w3id.org/statereport/graph/findings>" in note
    assert "def/isAbout> <https://w3id.org/statereport/id/kaz-cerd-8-10-addendum/figure/13-schools>" in note
    assert "def/isSeenIn> <https://w3id.org/statereport/id/kaz-cerd-8-10-addendum/passage/13.5>" in note


def test_the_built_store_answers_as_the_export_says(project, tmp_path):
    build.build(project, tmp_path / "out")
    built = build_folder.open_build(tmp_path / "out").engine
    answer = built.query("SELECT ?v WHERE { ?f <https://w3id.org/statereport/def/value> ?v } ORDER BY ?v")
    assert [str(row["v"]) for row in answer] == ["51.4", "3797", "7391"]


def test_two_findings_of_one_shape_about_one_thing_are_two_notes():
    from statereport.reasoning import findings
    from statereport.reasoning.validation import Finding

    one = Finding(
        "Warning",
        "https://w3id.org/statereport/id/r/figure/1-a",
        "",
        "12",
        "Odd.",
        "https://w3id.org/statereport/shape/IsOdd",
    )
    made = findings.notes([one, one], {}, {})
    assert {t.subject.value.rpartition("/")[2] for t in made} == {
        "found-is-odd.figure.1-a",
        "found-is-odd.figure.1-a.2",
    }
    assert '"12"^^<http://www.w3.org/2001/XMLSchema#integer>' in {str(t.object) for t in made}
