"""A folder that appears whole or not at all.

What is written goes to a folder beside the target; only when every byte is on the disk do the two change places, in one
step. A process killed at any moment leaves the old folder as it was, and what it left lying about is swept next time.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from statereport.errors import BuildLocked, DiskFull, NotABuild

try:
    import fcntl
except ImportError:  # Windows has no flock: there, two builds at once are not kept apart.
    fcntl = None

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def appearing(target: Path, marker: str) -> Iterator[Path]:
    """Give an empty folder to write to; at the end of the block it becomes the target.

    An exception inside the block leaves the target as it was. Problems: BuildLocked while another process writes to
    the same target, DiskFull, and NotABuild where the target holds something else than a folder with the `marker`
    file, which is never replaced.
    """
    target = Path(os.path.abspath(target))
    if target.exists() and not (target / marker).is_file() and not _empty(target):
        raise NotABuild(
            where=str(target),
            what="This folder was not made by a build, so it is not replaced.",
            hint="name another folder with --out, or move this one away",
        )
    with _full_disk_told(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _lock(target.with_name(f".{target.name}.lock"), target):
            _sweep(target)
            fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", suffix=".tmp", dir=target.parent))
            try:
                fresh.chmod(0o755)
                yield fresh
                _sync(fresh)
                _exchange(fresh, target)
                _sync_path(target.parent)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)


def _empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


@contextmanager
def _full_disk_told(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # The engine's errors carry the system's words, not its number.
        if error.errno not in FULL and not any(os.strerror(number) in str(error) for number in FULL):
            raise
        raise DiskFull(
            where=str(target),
            what="There is no room left on the disk for this build; the one before it, if there is one, is as it was.",
            hint="free some space (a build takes a few tens of megabytes), or name a folder on another disk with --out",
        ) from error


@contextmanager
def _lock(path: Path, target: Path) -> Iterator[None]:
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
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _sweep(target: Path) -> None:
    """Remove what killed builds left. A build killed between the two renames of `_exchange` is made good first."""
    for left in sorted(target.parent.glob(f".{target.name}-*.tmp")):
        shutil.rmtree(left, ignore_errors=True)
    old = target.with_name(f".{target.name}-old")
    if old.exists() and not target.exists():
        old.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _exchange(fresh: Path, target: Path) -> None:
    """Put `fresh` in the place of `target` in one step; what was there before ends at `fresh`."""
    if _empty(target):
        target.rmdir()
    if not target.exists():
        fresh.rename(target)
    elif not _swap(fresh, target):
        # A system without a swap: the target is away for the time of two renames.
        old = target.with_name(f".{target.name}-old")
        target.rename(old)
        fresh.rename(target)
        old.rename(fresh)


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

    A full disk raises `DiskFull` and leaves the old file; other OSErrors pass through, likewise.
    """
    path = Path(path)
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
        if isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull(
                str(path),
                f"The file was not written: {fault.strerror}.",
                "make room on the disk and run the command again",
            ) from fault
        raise
