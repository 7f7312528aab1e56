"""Files as people and their programs leave them: marks, encodings, line ends, links, rights, odd names."""

import os

import pytest
from loops import some

from statereport import files
from statereport.errors import FileUnreadable


def put(path, data=b"x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_the_files_below_a_folder_are_in_the_order_of_their_paths(tmp_path):
    for name in ("b.ttl", "a/z.ttl", "a-b.ttl", "a.txt", "ttl", "a.ttl/inner.ttl"):
        put(tmp_path / name)
    names = [path.relative_to(tmp_path).as_posix() for path in files.below(tmp_path, ".ttl")]
    assert names == ["a-b.ttl", "a.ttl/inner.ttl", "a/z.ttl", "b.ttl"]
    assert files.below(tmp_path / "none", ".ttl") == []


def test_what_begins_with_a_dot_is_left_out(tmp_path):
    put(tmp_path / ".draft.ttl")
    put(tmp_path / ".git/a.ttl")
    (tmp_path / ".#a.ttl").symlink_to("someone@somewhere.1234")  # an editor's lock
    assert files.below(tmp_path, ".ttl") == []


def test_links_to_files_and_folders_are_followed(tmp_path):
    put(tmp_path / "else/one.ttl", b"1")
    folder = tmp_path / "graphs"
    folder.mkdir()
    (folder / "two.ttl").symlink_to(tmp_path / "else/one.ttl")
    (folder / "linked").symlink_to(tmp_path / "else")
    found = files.below(folder, ".ttl")
    assert [path.relative_to(folder).as_posix() for path in found] == ["linked/one.ttl", "two.ttl"]
    assert [files.read_text(path) for path in found] == ["1", "1"]


@pytest.mark.parametrize("target", [".", "..", "../../graphs/inner"], ids=["itself", "its parent", "by another way"])
def test_a_link_to_a_folder_that_it_stands_in_is_refused(tmp_path, target):
    inner = tmp_path / "graphs/inner"
    inner.mkdir(parents=True)
    (inner / "loop").symlink_to(target)
    with pytest.raises(FileUnreadable, match="leads back to") as fault:
        files.below(tmp_path / "graphs", ".ttl")
    assert fault.value.where.endswith("inner/loop")


def test_a_link_to_itself_and_a_link_to_nothing_are_refused(tmp_path):
    (tmp_path / "a.ttl").symlink_to("a.ttl")
    (tmp_path / "b.ttl").symlink_to("gone.ttl")
    first, second = files.below(tmp_path, ".ttl")
    with pytest.raises(FileUnreadable, match="leads back to itself"):
        files.read(first)
    with pytest.raises(FileUnreadable, match=r"leads to gone\.ttl, and nothing is there"):
        files.read(second)


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.ttl")
    with pytest.raises(FileUnreadable, match="a pipe or a device"):
        files.read(tmp_path / "pipe.ttl")
    with pytest.raises(FileUnreadable, match="Is a directory"):
        files.read(tmp_path)
    with pytest.raises(FileUnreadable, match="No such file"):
        files.read(tmp_path / "none.ttl")


def test_a_file_or_folder_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    file = put(tmp_path / "a.ttl")
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(FileUnreadable, match="may not be read") as fault:
        files.read(file, "graphs/a.ttl")
    assert fault.value.where == "graphs/a.ttl"
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(FileUnreadable, match="may not be read"):
        files.below(tmp_path, ".ttl")


def test_a_byte_order_mark_is_no_part_of_the_text_and_line_ends_are(tmp_path):
    assert files.read_text(put(tmp_path / "a", "\ufeffé\r\nb\rc\n".encode())) == "é\r\nb\rc\n"
    assert files.read_text(put(tmp_path / "b", b"")) == ""
    assert files.read_text(put(tmp_path / "c", "a\ufeff\0".encode())) == "a\ufeff\0"


def test_another_encoding_is_named_where_the_file_itself_names_it():
    for encoding in some(["UTF-16", "UTF-32"]):
        for order in some(["-le", "-be"]):
            data = ("\ufeff" + "<a>").encode(encoding + order)
            with pytest.raises(FileUnreadable, match=f"The file is {encoding}, not UTF-8"):
                files.decode(data, "a.ttl")


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"# one\n# caf\xe9\n", "2:6"),
        (b"\xef\xbb\xbf\xe9", "1:1"),
        ("é\r\ré".encode() + b"\xff", "3:2"),
        (b"a\r\n\xe9", "2:1"),
        ("é".encode()[:1], "1:1"),
        (b"\xed\xa0\x80", "1:1"),
    ],
    ids=["Latin-1", "after a mark", "CR", "CRLF", "cut inside of a character", "half of a character"],
)
def test_a_byte_that_is_not_utf_8_is_refused_with_its_place(data, place):
    with pytest.raises(FileUnreadable, match="not UTF-8") as fault:
        files.decode(data, "a.ttl")
    assert fault.value.where == f"a.ttl:{place}"
