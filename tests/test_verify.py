"""`statereport verify`: each changed, missing or added file of a site or a build is named; the data have their hash."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import miniproject
import pytest
from loops import some

from statereport.cli import commands, console
from statereport.errors import NotABuild
from statereport.publish import build
from statereport.rdf import writers
from statereport.site import manifest, verify


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A build of a small project."""
    root = tmp_path_factory.mktemp("verify")
    build.build(miniproject.make(root / "project"), root / "build")
    return root / "build"


@pytest.fixture
def copy(built, tmp_path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copytree(built, tmp_path / "build"))


@pytest.fixture
def site(built, tmp_path) -> Path:
    """A folder listed as a site's, with the files of the build in `data`."""
    shutil.copytree(built, tmp_path / "site/data")
    (tmp_path / "site/index.html").write_text("<p>Page</p>")
    manifest.write(tmp_path / "site", "0.2.0", "0" * 64, with_text=False)
    return tmp_path / "site"


def problems(path: Path, digest: str = "") -> list[tuple[str, str]]:
    """The name and the first word of what is wrong of each file."""
    found = verify.verify(path, digest).problems
    return [(Path(it.where).name, it.what.partition(":")[0].rstrip(".")) for it in found]


def test_what_was_published_is_as_it_was(copy, site):
    for folder in (copy, site):
        verdict = verify.verify(folder)
        assert verdict.problems == () and verdict.files > 25
        assert any(name.endswith("statereport.nq") for name in verdict.hashes)


def test_each_changed_byte_missing_and_added_file_is_named(copy, site):
    changed, missing = "The file was changed", "The file is missing"
    for folder in (copy, site):
        names = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        lists = ("manifest", manifest.SUMS, manifest.ABOUT, verify.HASHES)
        wrong = []
        for path in some([it for it in names if it.name not in lists and it.suffix != ".nq"][::3]):
            body = path.read_bytes()
            path.write_bytes(bytes([body[0] ^ 1]) + body[1:] if body else b" ")
            wrong += [path] if problems(folder) != [(path.name, changed)] else []
            path.unlink()
            wrong += [path] if problems(folder) != [(path.name, missing)] else []
            path.write_bytes(body)
        assert wrong == []
        (folder / "new.txt").write_text("")
        assert problems(folder) == [("new.txt", "The file was added")]
        (folder / "new.txt").unlink()


def test_a_changed_statement_is_found_in_the_bytes_and_in_the_hash(site):
    path = site / "data/statereport.nq"
    path.write_bytes(path.read_bytes().replace(b"7391", b"7392"))
    found = problems(site)
    assert [name for name, _ in found] == ["statereport.nq", "statereport.nq"]
    assert "The data have the hash (RDFC-1.0)" in verify.verify(site).problems[1].what
    path.write_bytes(b"no quads")
    assert "unreadable" in verify.verify(site).problems[1].what


def test_a_list_that_was_changed_is_named(site):
    sums = site / manifest.SUMS
    sums.write_text(sums.read_text().replace("index.html", "other.html"))
    assert problems(site) == [
        ("SHA256SUMS", "The list itself was changed, or is missing"),
        ("other.html", "The file is missing"),
        ("index.html", "The file was added"),
    ]


def test_one_dump_alone_is_compared_with_its_list_or_with_the_hash_of_a_citation(copy, tmp_path):
    nquads = copy / "statereport.nq"
    digest = manifest.sha256(nquads)
    assert verify.verify(nquads) == verify.Verdict(1, {}, ())
    (tmp_path / "alone").mkdir()
    alone = Path(shutil.copy(nquads, tmp_path / "alone/mine.nq"))
    with pytest.raises(NotABuild, match="SHA256SUMS"):
        verify.verify(alone)
    assert problems(alone, digest) == []
    # The same statements in another order, format or package have the same hash.
    alone.write_bytes(b"\n".join(reversed(alone.read_bytes().splitlines())) + b"\n")
    assert problems(alone, digest) == []
    packed = tmp_path / "alone/mine.trig.gz"
    packed.write_bytes(gzip.compress((copy / "statereport.trig").read_bytes()))
    assert problems(packed, digest) == []
    assert problems(alone, "1" * 64) != []
    nquads.write_bytes(alone.read_bytes())
    assert problems(nquads) == [("statereport.nq", "The file was changed")]
    assert len(writers.read(alone)) > 20


def test_the_command_ends_with_one_where_something_is_wrong(copy, capsys):
    assert console.run(commands.cli, ["verify", str(copy)]) == 0
    assert "as published" in capsys.readouterr().err
    (copy / "statereport.ttl").unlink()
    assert console.run(commands.cli, ["verify", str(copy)]) == 1
    said = capsys.readouterr().out
    assert "statereport.ttl" in said and "missing" in said and "not-as-published" in said
    assert console.run(commands.cli, ["verify", str(copy / "nothing")]) == 2
