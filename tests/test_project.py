"""Where the project and the text are found, and how a file is replaced."""

import errno
import os

import pytest

from statereport import project
from statereport.atomic import write_whole
from statereport.errors import DiskFull, ProjectNotFound, TextDiffers, TextMissing
from statereport.project import Project, TextFiles, find_project, find_texts
from statereport.source.text import digest, of_documents


def test_the_project_is_the_checkout_around_the_package(monkeypatch):
    monkeypatch.delenv("STATEREPORT_PROJECT", raising=False)
    assert find_project().prefixes.is_file()


def test_a_given_project_comes_before_the_environment(monkeypatch, tiny):
    monkeypatch.setenv("STATEREPORT_PROJECT", str(tiny.root))
    assert find_project() == Project.at(tiny.root)
    with pytest.raises(ProjectNotFound, match="nowhere"):
        find_project(tiny.root / "nowhere")


def test_a_project_that_is_asked_for_and_missing_is_not_replaced_by_another(monkeypatch, tmp_path):
    monkeypatch.setenv("STATEREPORT_PROJECT", str(tmp_path))
    with pytest.raises(ProjectNotFound):
        find_project()


def test_names_are_relative_to_the_project(tiny, tmp_path):
    assert tiny.name(tiny.prefixes) == "ontology/prefixes.ttl"
    assert tiny.name(tmp_path / "other.ttl") == (tmp_path / "other.ttl").as_posix()


def test_the_texts_are_given_or_named_or_beside_the_checkout(monkeypatch, tiny, tmp_path):
    monkeypatch.delenv("STATEREPORT_TEXT", raising=False)
    assert find_texts(tiny) == TextFiles()
    beside = [tmp_path / "shared" / "report" / "a.txt", tmp_path / "shared" / "reports" / "second" / "b.txt"]
    for path in beside:
        path.parent.mkdir(parents=True)
        path.write_text("beside")
    assert find_texts(tiny) == TextFiles(among=tuple(beside))
    named = [tmp_path / "named.txt", tmp_path / "another.txt"]
    for path in named:
        path.write_text("named")
    monkeypatch.setenv("STATEREPORT_TEXT", os.pathsep.join(map(str, named)))
    assert find_texts(tiny) == TextFiles(named=tuple(named))
    assert find_texts(tiny, beside) == TextFiles(named=tuple(beside))
    assert find_texts(tiny, [tmp_path / "shared", named[0]]) == TextFiles((named[0],), tuple(beside))
    with pytest.raises(TextMissing):
        find_texts(tiny, [tmp_path / "none.txt"])


def test_a_files_digest_says_whose_text_it_is(tmp_path):
    first, second, other = (tmp_path / name for name in ("first.txt", "second.txt", "other.txt"))
    for path in (first, second, other):
        path.write_text(path.stem)
    known = {digest(path.stem): f"report-{path.stem}" for path in (first, second)}
    among = of_documents(TextFiles(among=(first, second, other)), known)
    assert {known[sha256]: text.content for sha256, text in among.items()} == {
        "report-first": "first",
        "report-second": "second",
    }
    with pytest.raises(TextDiffers, match="report-first has"):
        of_documents(TextFiles(named=(first, other)), known)


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path):
    file = tmp_path / "deep" / "a.ttl"
    write_whole(file, "one\n")
    file.chmod(0o640)
    write_whole(file, "zwölf\n")
    assert file.read_bytes() == "zwölf\n".encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in file.parent.iterdir()] == ["a.ttl"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_no_draft(tmp_path, monkeypatch, call):
    file = tmp_path / "a.ttl"
    write_whole(file, "old")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os if call == "fsync" else project.Path, call, full)
    with pytest.raises(DiskFull, match=r"a\.ttl"):
        write_whole(file, "new")
    monkeypatch.undo()
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.ttl"]
