"""The files of a project as people and their programs leave them: which there are below a folder, and their text.

Links are followed, also to folders. What cannot be read is a `FileUnreadable` with the reason, never passed over.
"""

import codecs
import errno
import os
import re
import stat
from collections.abc import Collection, Iterable
from pathlib import Path

from statereport.errors import FileUnreadable

# The longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_LINE_END = re.compile(r"\r\n?|\n")


def below(folder: Path, ending: str | tuple[str, ...]) -> list[Path]:
    """The files below a folder whose name has the ending (".ttl"), or one of several, in the order of their paths.

    Names that begin with a dot are left out: editors and systems keep their own files under such names. A folder whose
    name has the ending is a folder. Raises `FileUnreadable` for a folder that cannot be listed and for a link to a
    folder that it stands in.
    """
    return [folder / name for name in names_below(folder, ending)]


def names_below(folder: Path, ending: str | tuple[str, ...], without: Collection[str] = ()) -> list[str]:
    """The files that `below` finds, as their paths relative to the folder with forward slashes, in that order.

    The folders `without`, named in the same way, are not entered.
    """
    found: list[str] = []
    waiting = [(str(folder), "", ())] if os.path.lexists(folder) else []
    while waiting:
        here, before, above = waiting.pop()
        try:
            entries = list(os.scandir(here))
        except OSError as fault:
            raise _unreadable(Path(here), here, fault) from None
        for entry in entries:
            name = entry.name
            if name.startswith("."):
                continue
            if _is_folder(entry):
                if entry.is_symlink():
                    _refuse_loop(entry.path, (*above, here))
                if before + name not in without:
                    waiting.append((entry.path, f"{before}{name}/", (*above, here)))
            elif name.endswith(ending):
                found.append(before + name)
    return sorted(found)


def _is_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads nowhere
        return False


def _refuse_loop(link: str, above: Iterable[str]) -> None:
    """Raise FileUnreadable for a link to one of the folders that it stands in."""
    real = os.path.realpath(link)
    if real in map(os.path.realpath, above):
        raise FileUnreadable(
            link,
            f"The link leads back to {real}, a folder that it stands in.",
            "remove the link, or let it lead elsewhere",
        )


def read(path: Path, name: str = "") -> bytes:
    """The bytes of a file; `name` is what people call it. Raises `FileUnreadable`."""
    name = name or str(path)
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
            # to open a pipe would be to wait for its other end
            raise FileUnreadable(name, "This is no file but a pipe or a device.", "put a file in its place")
        return _content(path, found.st_size)
    except OSError as fault:
        raise _unreadable(path, name, fault) from None


def _content(path: Path, size: int) -> bytes:
    """The bytes of a file of about this size, in as few calls of the system as it takes: a project has hundreds."""
    file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        parts = [os.read(file, size + 1)]
        while parts[-1] and sum(map(len, parts)) != size:
            parts.append(os.read(file, max(size, 65_536)))
        return b"".join(parts)
    finally:
        os.close(file)


def read_text(path: Path, name: str = "") -> str:
    """The text of a file, without the mark that some editors put at its beginning. Raises `FileUnreadable`."""
    return decode(read(path, name), name or str(path))


def decode(data: bytes, name: str) -> str:
    """UTF-8 as text, without a byte order mark; line ends stay as they are.

    Raises `FileUnreadable` with the line and column of the first byte that is not UTF-8.
    """
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            raise FileUnreadable(name, f"The file is {encoding}, not UTF-8.", "save it as UTF-8")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as fault:
        before = data[: fault.start].decode("utf-8").removeprefix("\ufeff")
        raise FileUnreadable(
            place(before, len(before), name),
            f"The file is not UTF-8: here it has the byte {data[fault.start]:02X}.",
            "save it as UTF-8; it may be in an older encoding, such as Latin-1",
        ) from None


def place(text: str, offset: int, name: str) -> str:
    """`name:line:column` of an offset in a text, both counted from one; a line ends with LF, CR or both."""
    ends = [end.end() for end in _LINE_END.finditer(text, 0, offset)]
    return f"{name}:{len(ends) + 1}:{offset - (ends[-1] if ends else 0) + 1}"


def _unreadable(path: Path, name: str, fault: OSError) -> FileUnreadable:
    """The reason why a file or folder cannot be read, in words."""
    if fault.errno in (errno.EACCES, errno.EPERM):
        return FileUnreadable(name, "It may not be read.", "give yourself the right to read it")
    if fault.errno == errno.ELOOP:
        return FileUnreadable(name, "The link leads back to itself.", "remove the link, or let it lead elsewhere")
    if fault.errno == errno.ENOENT and path.is_symlink():
        what = f"The link leads to {os.readlink(path)}, and nothing is there."
        return FileUnreadable(name, what, "remove the link, or let it lead elsewhere")
    return FileUnreadable(name, f"It cannot be read: {fault.strerror}.", "see that it is a file and is there")
