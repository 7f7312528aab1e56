"""A build's folder: what it was made from, how it is opened, and which files in a folder a build put there.

`build.json` holds what the build was made from (a digest of the sources, one of the code that wrote it, the versions of
the package and of the engines) and how many quads its store has. `store/manifest`, written last, lists every file with
its size and SHA-256; its first line is the SHA-256 of the rest. Every file that is read from a build is compared with
the manifest first: when a build is opened that is build.json and the whole store (15 MB take 11 ms), later each further
file when it is wanted. So a damaged build is reported before it answers.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from statereport import __version__, files
from statereport.errors import BuildDamaged, BuildOutdated, NotABuild
from statereport.sparql.engine import Store, with_union

if TYPE_CHECKING:
    from statereport.project import Project

ABOUT, SUMS = "build.json", "SHA256SUMS"
MANIFEST, STORE, QUADS, EXPLANATIONS = "store/manifest", "store/db", "store/quads.nq.gz", "store/explanations.json"
# Raised whenever a build of another form could not be read.
FORMAT = 2
PACKAGE = Path(__file__).parents[1]
# A build does not depend on this code: it reads builds, or makes the page's scripts and is in no installed package.
READERS = ("cli", "web", "pages/browser")
# The single file holds pages made from these.
TEMPLATES = "pages/templates"
# The libraries whose versions may change what a build holds, as their folders of metadata are called.
LIBRARIES = ("openpyxl", "pyshacl", "pyyaml", "rdflib", "vl_convert_python")
# What the engine names its files, and what a build has (or had, in 0.1.0) besides those listed in SHA256SUMS.
_ENGINES = rf"{STORE}/(\d+\.(sst|log|blob)|CURRENT|IDENTITY|LOCK|LOG(\.old\.\d+)?|(MANIFEST|OPTIONS)-\d+)"
_UNLISTED = {
    ABOUT,
    SUMS,
    MANIFEST,
    QUADS,
    EXPLANATIONS,
    "statereport.html",
    "store/inputs.json",
    "store/questions.jsonl",
    "store/search.json",
    "store/sources.sha256",
}
_ABOUT_0_1_0 = {"graphs", "inferred", "warnings", "questions", "tables", "rdfc10"}
# A reader that meets a change of builds looks again; where folders cannot be swapped, the target is away for a moment.
_TRIES, _PAUSE = 100, 0.01
# Bytes that are read at once where only their sum is wanted.
_BUFFER = 1 << 18


@dataclass(frozen=True)
class Build:
    """An opened build: its folder, what build.json says, its files (path → size and SHA-256), and its store.

    `changed` is what `differences` found, where that has been looked at.
    """

    folder: Path
    about: Mapping[str, Any]
    listed: Mapping[str, tuple[int, str]] = field(repr=False)
    engine: Store = field(repr=False)
    _manifest: bytes = field(repr=False)
    changed: tuple[str, ...] | None = None

    @property
    def digest(self) -> str:
        """The RDFC-1.0 hash (SHA-256) of what is stated; empty where the build does not say."""
        return self.about.get("rdfc10", {}).get("statereport", "")

    def read(self, name: str) -> bytes | None:
        """A file's bytes, compared with the manifest. Raises BuildDamaged.

        None where the build has no such file, or where another build has taken its place since this one was opened.
        """
        if name not in self.listed:
            return None
        for _ in range(_TRIES):
            before = _identity(self.folder)
            try:
                return _checked(self.folder, name, *self.listed[name])
            except BuildDamaged:
                if _manifest(self.folder) != self._manifest:
                    return None
                if _identity(self.folder) == before:
                    raise
        return None

    def differences(self, project: Project) -> tuple[str, ...]:
        """What of the things that a build is made from is another one today; nothing where the build is fresh."""
        then, now = self.about["made_from"], made_from(project)
        return tuple(name for name in now if then.get(name) != now[name])


def open_build(folder: Path, in_memory: bool = False) -> Build:
    """Open a build, compare its store with the manifest, and read what it was made from.

    With `in_memory`, its quads are loaded instead: that takes longer, but then no file stays open, and no thread of the
    engine of the store on disk runs, which a process that forks cannot have.
    Raises NotABuild where the folder holds none, BuildOutdated where another version of the package wrote it in another
    form, BuildDamaged where a file is not as it was written. While builds change places, it is the old one or the new.
    """
    for _ in range(_TRIES):
        before, manifest = _identity(folder), _manifest(folder)
        problem: Exception | None = None
        try:
            build = _open(folder, manifest, in_memory)
        except (BuildDamaged, BuildOutdated, NotABuild) as found:
            problem = found
        if _identity(folder) == before and (before or not _is_being_written(folder)):
            break
        time.sleep(_PAUSE)
    if problem:
        raise problem
    return build


def untouched(folder: Path, project: Project) -> Mapping[str, Any] | None:
    """What build.json says of a build whose every file is as it was written, and that the sources would give again.

    None where the folder holds no such build, or anything that no build put there.
    """
    made = made_from(project)
    try:
        # Before the store is opened: a process in which its engine has threads cannot be copied to work side by side.
        if dict(description(folder)[0]["made_from"]) != made:
            return None
        build = open_build(folder)
        rest = (name for name in build.listed if not name.startswith(f"{STORE}/"))
        if build.differences(project) or foreign(folder) or any(build.read(name) is None for name in rest):
            return None
    except (BuildDamaged, BuildOutdated, NotABuild):
        return None
    return build.about


def description(folder: Path) -> tuple[dict[str, Any], dict[str, tuple[int, str]]]:
    """What build.json says, and the files that a build lists: path → size and SHA-256.

    Raises NotABuild, BuildDamaged, BuildOutdated.
    """
    manifest = _manifest(folder)
    if manifest is None:
        raise _without_manifest(folder)
    return _described(folder, manifest)


def file_of(folder: Path, name: str, size: int, digest: str) -> bytes:
    """The bytes of a file that a build lists with this size and SHA-256. Raises BuildDamaged."""
    return _checked(folder, name, size, digest)


def made_from(project: Project) -> dict[str, str]:
    """Everything that decides what a build holds: digests of the sources and of the code, and versions."""
    folders = (project.ontology, project.graphs, project.queries)
    return {
        "sources": _digest((f"{folder.name}/{name}", path) for folder in folders for name, path in _sources(folder)),
        "code": _digest(_code()),
        "statereport": __version__,
        "pyoxigraph": ox.__version__,
        **_versions(),
    }


def digest_of_statements(project: Project) -> str:
    """A digest of everything that decides what is stated, inferred and found by the shapes: files and rules."""
    folders = (project.ontology, project.graphs)
    return _digest((f"{folder.name}/{name}", path) for folder in folders for name, path in _sources(folder))


def write_store(quads: Iterable[ox.Quad], folder: Path) -> int:
    """Write the store of a build into its folder, and the quads for those who load them into memory.

    → the number of quads in the store, those of the default graph counted
    """
    quads = list(quads)
    place = folder / STORE
    place.mkdir(parents=True)
    inner = ox.Store(str(place))
    inner.bulk_extend(with_union(quads))
    inner.flush()
    inner.optimize()
    number = len(inner)
    del inner
    for name in ("LOCK", "LOG"):  # the log names the machine and its folders, and no reader needs either
        (place / name).unlink(missing_ok=True)
    import gzip

    (folder / QUADS).write_bytes(gzip.compress(ox.serialize(quads, format=ox.RdfFormat.N_QUADS), 6, mtime=0))
    return number


def write_about(folder: Path, made: Mapping[str, str], quads: int, further: Mapping[str, Any]) -> None:
    """Write build.json: what the build is made from, the number of quads in its store, and what else is known.

    `made` is what `made_from` returned before the sources were read: a build whose sources changed meanwhile is stale.
    """
    body = {"made_from": dict(made), "quads": quads, **further}
    text = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
    (folder / ABOUT).write_text(text, encoding="utf-8", newline="\n")


def write_manifest(folder: Path) -> None:
    """List every file of a build that is otherwise complete."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST):
        content = path.read_bytes()
        found[path.relative_to(folder).as_posix()] = [len(content), hashlib.sha256(content).hexdigest()]
    body = json.dumps({"format": FORMAT, "files": found}).encode() + b"\n"
    (folder / MANIFEST).write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)


def listed(folder: Path) -> dict[str, str]:
    """Each file of a build but the list itself, with its SHA-256. Raises NotABuild, BuildDamaged, BuildOutdated."""
    manifest = _manifest(folder)
    if manifest is None:
        raise _without_manifest(folder)
    return {name: digest for name, (_, digest) in _listed(folder, manifest).items()}


def foreign(folder: Path) -> list[str]:
    """The names of what a folder holds and no build put there: everything, where no build's own list is to be found."""
    listed = _ours(folder)
    found = []
    for place, folders, names in os.walk(folder):
        inner = Path(place).relative_to(folder)
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in sorted([*names, *links]):
            path = (inner / name).as_posix()
            is_ours = path in listed or (listed and re.fullmatch(_ENGINES, path))
            if not is_ours or Path(place, name).is_symlink():
                found.append(path)
        if not folders and not names and not any(name.startswith(f"{inner.as_posix()}/") for name in listed):
            found.append(f"{inner.as_posix()}/")
    return found


def _is_being_written(folder: Path) -> bool:
    from statereport import atomic  # which no reader of a build that is there needs

    return atomic.lock_of(Path(os.path.realpath(folder))).exists()


# --- opening ---------------------------------------------------------------------------------------------------------


def _open(folder: Path, manifest: bytes | None, in_memory: bool) -> Build:
    if manifest is None:
        raise _without_manifest(folder)
    about, listed = _described(folder, manifest)
    buffer = memoryview(bytearray(_BUFFER))
    for name in listed:
        if name.startswith(f"{STORE}/"):
            _check(folder, name, *listed[name], buffer)
    engine = _loaded(folder, listed) if in_memory else _opened(folder)
    if in_memory and len(engine) != about.get("quads"):
        raise _damaged(folder, f"{QUADS} gives {len(engine):,} quads instead of {about.get('quads')}.")
    return Build(folder, about, listed, engine, manifest)


def _described(folder: Path, manifest: bytes) -> tuple[dict[str, Any], dict[str, tuple[int, str]]]:
    listed = _listed(folder, manifest)
    about = _about(_checked(folder, ABOUT, *listed.get(ABOUT, (0, ""))))
    if not about or "made_from" not in about:
        raise _damaged(folder, f"{ABOUT} is not a description of a build.")
    return about, listed


def _opened(folder: Path) -> Store:
    try:
        return Store.built(folder / STORE)
    except (OSError, RuntimeError, ValueError) as error:
        raise _damaged(folder, f"The engine cannot open the store: {error}") from None


def _loaded(folder: Path, listed: Mapping[str, tuple[int, str]]) -> Store:
    import gzip

    return Store.loaded(gzip.decompress(_checked(folder, QUADS, *listed.get(QUADS, (0, "")))))


def _manifest(folder: Path) -> bytes | None:
    try:
        return (folder / MANIFEST).read_bytes()
    except PermissionError:
        raise
    except OSError:
        return None


def _identity(folder: Path) -> tuple[int, int] | None:
    """What differs between two builds that were in a folder one after the other, even where all their bytes are equal.

    None where there is no manifest.
    """
    try:
        found = (folder / MANIFEST).stat()
    except PermissionError:
        raise
    except OSError:
        return None
    return found.st_ino, found.st_ctime_ns


def _listed(folder: Path, manifest: bytes) -> dict[str, tuple[int, str]]:
    """The files that a manifest lists. Raises BuildDamaged, BuildOutdated."""
    digest, _, body = manifest.partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        raise _damaged(folder, f"{MANIFEST} has other bytes than it was written with.")
    content = json.loads(body)
    if content["format"] != FORMAT:
        raise _outdated(folder)
    return {name: (size, digest) for name, (size, digest) in content["files"].items()}


def _checked(folder: Path, name: str, size: int, digest: str) -> bytes:
    """A file's bytes. Raises BuildDamaged where they are not those that were written."""
    content = bytearray()
    _check(folder, name, size, digest, memoryview(bytearray(max(size, 1))), content.extend)
    return bytes(content)


def _check(
    folder: Path,
    name: str,
    size: int,
    digest: str,
    buffer: memoryview,
    take: Callable[[memoryview], object] = lambda part: None,
) -> None:
    """Read a file through a buffer and give each part to `take`. Raises BuildDamaged like `_checked`."""
    total, found = hashlib.sha256(), 0
    try:
        with open(folder / name, "rb", buffering=0) as file:
            while number := file.readinto(buffer):
                total.update(buffer[:number])
                take(buffer[:number])
                found += number
    except PermissionError:
        raise
    except OSError:
        raise _damaged(folder, f"{name} is missing.") from None
    if found != size:
        raise _damaged(folder, f"{name} has {found:,} bytes and was written with {size:,}.")
    if total.hexdigest() != digest:
        raise _damaged(folder, f"{name} has other bytes than it was written with.")


def _without_manifest(folder: Path) -> Exception:
    about = _about(_bytes(folder / ABOUT))
    if "made_from" in about:
        return _damaged(folder, f"{MANIFEST} is missing.")
    if about.keys() >= _ABOUT_0_1_0:
        return _outdated(folder)
    if (folder / STORE).is_dir():
        return _damaged(folder, f"{MANIFEST} and {ABOUT} are missing, or are not those of a build.")
    return NotABuild(
        where=str(folder),
        what="There is no built graph in this folder.",
        hint=f"run: statereport build --out {folder}",
    )


def _about(content: bytes) -> dict[str, Any]:
    """What a build.json says; nothing where it is none."""
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _damaged(folder: Path, what: str) -> BuildDamaged:
    return BuildDamaged(
        where=str(folder),
        what=f"The build is damaged: {what}",
        hint=f"make it again: statereport build --out {folder}",
    )


def _outdated(folder: Path) -> BuildOutdated:
    return BuildOutdated(
        where=str(folder),
        what="Another version of statereport made this build, in a form that this one does not read.",
        hint=f"make it again: statereport build --out {folder}",
    )


# --- what a build is made from, and what is its own ------------------------------------------------------------------


def _sources(folder: Path) -> Iterator[tuple[str, Path]]:
    for name in files.names_below(folder, (".ttl", ".rq")):
        yield name, folder / name


def _code() -> Iterator[tuple[str, Path]]:
    for name in files.names_below(PACKAGE, ".py", READERS):
        yield name, PACKAGE / name
    for name in files.names_below(PACKAGE / TEMPLATES, (".html", ".svg")):
        yield f"{TEMPLATES}/{name}", PACKAGE / TEMPLATES / name


def _digest(named: Iterable[tuple[str, Path]]) -> str:
    """One SHA-256 over the names and bytes of files, in whichever order they are given."""
    total = hashlib.sha256()
    for name, path in sorted(named):
        total.update(os.fsencode(name) + b"\0" + hashlib.sha256(files.read(path)).digest())
    return total.hexdigest()


def _versions() -> dict[str, str]:
    """The libraries' versions, by the names of their folders: to import importlib.metadata takes 25 ms."""
    found = dict.fromkeys(LIBRARIES, "")
    for name in os.listdir(Path(ox.__file__).parents[1]):
        library, _, version = name.removesuffix(".dist-info").lower().partition("-")
        if library in found and name.endswith(".dist-info"):
            found[library] = version
    if not all(found.values()):
        from importlib import metadata

        for library in LIBRARIES:
            with suppress(metadata.PackageNotFoundError):
                found[library] = metadata.version(library)
    return found


def _ours(folder: Path) -> set[str]:
    """What the build in a folder put there, by its manifest, else by SHA256SUMS; nothing where there is no build."""
    manifest = _manifest(folder)
    try:
        return {*_listed(folder, manifest or b""), MANIFEST}
    except (BuildDamaged, BuildOutdated):
        about = _about(_bytes(folder / ABOUT))
    if "made_from" not in about and not about.keys() >= _ABOUT_0_1_0:
        return set()
    lines = _bytes(folder / SUMS).decode("utf-8", "replace").splitlines()
    return {*(line.partition("  ")[2] for line in lines), *_UNLISTED}
