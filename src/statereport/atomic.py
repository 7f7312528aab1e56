"""Folders and files that appear whole or not at all.

What is written goes to a folder beside the target. Only when every byte is on the disk do the two change places, in one
step. A process killed at any moment leaves the old folder as it was; what it left lying about is named in its lock file
and removed by the next one that writes to the same target.
"""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from statereport.errors import BuildLocked, DiskFull, NotABuild

try:
    import fcntl
except ImportError:  # Windows has no flock: there, two builds at once are not kept apart.
    fcntl = None

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
SHOWN = 5


@contextmanager
def appearing(target: Path, foreign: Callable[[Path], Sequence[str]]) -> Iterator[Path]:
    """Yield an empty folder to write to; at the end of the block it becomes the target.

    A target that is a symbolic link stays one: the folder that it leads to is replaced, or made where there is none.
    `foreign` returns the names in a folder that may not be removed, relative to it.

    An exception inside the block leaves the target as it was. Raises NotABuild where the target is no folder or holds
    something foreign, BuildLocked while another process writes to the same target, and DiskFull.
    """
    target = Path(os.path.realpath(target))
    _refuse(target, foreign)
    with _full_disk_reported(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _lock(lock_of(target), target) as lock:
            _sweep(lock, target)
            fresh = target.with_name(f".{target.name}-{secrets.token_hex(4)}.tmp")
            _note(lock, fresh.name)
            try:
                fresh.mkdir(0o755)
                yield fresh
                _sync(fresh)
                _refuse(target, foreign)  # what came in while the block ran
                _exchange(fresh, target)
                _sync_path(target.parent)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)


def lock_of(target: Path) -> Path:
    """The file that is there, and locked, while something is written to a target."""
    return target.with_name(f".{target.name}.lock")


def _refuse(target: Path, foreign: Callable[[Path], Sequence[str]]) -> None:
    """Raise NotABuild where the target cannot or may not be replaced."""
    if target.is_symlink():
        raise NotABuild(
            where=str(target),
            what="This symbolic link leads back to itself.",
            hint="remove the link, or name another folder with --out",
        )
    if os.path.ismount(target):
        raise NotABuild(
            where=str(target),
            what="A disk is mounted at this folder, which can therefore not be replaced.",
            hint=f"name a folder inside it: --out {target / 'build'}",
        )
    if not target.exists() or _is_empty(target):
        return
    names = foreign(target) if target.is_dir() else [target.name]
    if names:
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        raise NotABuild(
            where=str(target),
            what=f"No build made what is here, so it is not replaced: {', '.join(names[:SHOWN])}{more}.",
            hint="name another folder with --out, or move this one away",
        )


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


@contextmanager
def _full_disk_reported(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # The engine's errors carry the system's words, not its number.
        if error.errno not in FULL and not any(os.strerror(number) in str(error) for number in FULL):
            raise
        raise DiskFull(
            where=str(target),
            what="The disk is full; the build that was there before, if there is one, is as it was.",
            hint="free some space (a build takes a few tens of megabytes), or name a folder on another disk with --out",
        ) from error


@contextmanager
def _lock(path: Path, target: Path) -> Iterator[int]:
    """Hold the lock file of a target. → its handle"""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if fcntl:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise BuildLocked(
                where=str(target),
                what="Another build is writing to this folder now.",
                hint="wait until it has ended, or name another folder with --out",
            ) from None
        # The file may have been removed by its last holder between the two calls: then this lock holds nothing.
        with suppress(FileNotFoundError):
            if os.stat(path).st_ino == os.fstat(handle).st_ino:
                break
        os.close(handle)
    try:
        yield handle
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _note(lock: int, name: str) -> None:
    """Write into the lock file which folder is being written, for the next build after a kill."""
    os.pwrite(lock, os.fsencode(name), 0)


def _sweep(lock: int, target: Path) -> None:
    """Remove what a killed process left. One that was killed between the two renames of `_exchange` is completed."""
    name = os.fsdecode(os.pread(lock, 4096, 0))
    if name.startswith(f".{target.name}-") and "/" not in name:
        left = target.with_name(name)
        old = _old(left)
        if old.exists() and not target.exists():
            old.rename(target)
        shutil.rmtree(left, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    os.ftruncate(lock, 0)


def _exchange(fresh: Path, target: Path) -> None:
    """Put `fresh` in the place of `target` in one step; what was there before ends at `fresh`."""
    if _is_empty(target):
        target.rmdir()
    if not target.exists():
        fresh.rename(target)
    elif not _swap(fresh, target):
        # A system without a swap: the target is away for the time of two renames.
        old = _old(fresh)
        target.rename(old)
        try:
            fresh.rename(target)
        except OSError:
            old.rename(target)
            raise
        old.rename(fresh)


def _old(fresh: Path) -> Path:
    return fresh.with_suffix(".old")


def _swap(one: Path, other: Path) -> bool:
    """Let two folders change places in one step, where the system can: renameat2 of Linux, renamex_np of macOS."""
    names = os.fsencode(one), os.fsencode(other)
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            return library.renamex_np(*names, 2) == 0
        here = -100
        return library.renameat2(here, names[0], here, names[1], 2) == 0
    return False


def _sync(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            _sync_path(Path(parent, name))
        _sync_path(Path(parent))


def _sync_path(path: Path) -> None:
    """Ask the disk to keep a file, or a folder's list of files."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path | str, content: str | bytes) -> None:
    """Replace a file by the content as UTF-8, whole or not at all: written beside it, flushed, moved into place.

    Where `path` is a symbolic link, the file that it leads to is replaced. A full disk raises `DiskFull` and leaves the
    old file; other OSErrors pass through, likewise.
    """
    path = Path(os.path.realpath(path))
    data = content.encode("utf-8") if isinstance(content, str) else content
    draft = path.parent / f".tmp-{path.name}-{os.getpid()}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            draft.chmod(path.stat().st_mode & 0o777)
        draft.replace(path)
    except BaseException as fault:
        draft.unlink(missing_ok=True)
        if isinstance(fault, OSError) and fault.errno in FULL:
            raise DiskFull(
                str(path),
                f"The file was not written: {fault.strerror}.",
                "make room on the disk and run the command again",
            ) from fault
        raise
