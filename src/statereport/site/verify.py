"""Whether a download is what was published: a site, a build, a folder with a list of sums, or one file of these.

Files are compared by their SHA-256 with the list that came with them, and the data by their hash (RDFC-1.0) with the
one that citations give. A list that was changed together with its files cannot be noticed so; the hash from a citation
can be given for that.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from statereport.errors import NotABuild, NotAsPublished, Problem
from statereport.graph import build_folder
from statereport.rdf import writers
from statereport.site import manifest

AGAIN = "fetch it again from where it was published"
HASHES = "RDFC10SUM"
# A file's list is looked for in its folder and in so many above it.
_UP = 5


@dataclass(frozen=True)
class Verdict:
    """What was compared: how many files, the hashes of data that were computed anew, and what is wrong."""

    files: int
    hashes: dict[str, str]
    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        lines = [f"{self.files:,} {'file is' if self.files == 1 else 'files are'} as published."]
        lines += [f"{name}  RDFC-1.0 SHA-256 {digest}" for name, digest in sorted(self.hashes.items())]
        return "\n".join(lines)


def verify(path: Path, digest: str = "") -> Verdict:
    """Compare a folder, or one file, with its list and with the hash of the data in a citation, where one is given.

    Raises NotABuild where no list of what was published is to be found, BuildDamaged where a build's list is broken.
    """
    if path.is_dir():
        return _folder(path, digest)
    if not path.is_file():
        raise NotABuild(where=str(path), what="There is no such file or folder.", hint="give what was downloaded")
    return _file(path, digest)


def rdfc10(path: Path) -> str:
    """The RDFC-1.0 hash of a file of quads or triples, compressed or not, whatever its format.

    "unreadable" where the file is none of a format that is known, or breaks its grammar.
    """
    packed = path.suffix == ".gz"
    try:
        body = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
        ending = (path.with_suffix("") if packed else path).suffix
        items = writers.canonical(writers.parsed(body, ending[1:]))
    except (SyntaxError, KeyError, OSError, EOFError, ValueError):
        return "unreadable"
    return hashlib.sha256(writers.canonical_nquads(items)).hexdigest()


def _folder(folder: Path, digest: str) -> Verdict:
    problems: list[Problem] = []
    listed, own = _listed(folder, problems)
    there = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    for name in sorted(listed):
        if name not in there:
            problems.append(_wrong(folder / name, "The file is missing.", AGAIN))
        elif manifest.sha256(there[name]) != listed[name]:
            problems.append(
                _wrong(folder / name, "The file was changed: it has other bytes than it was published with.", AGAIN)
            )
    added = [name for name in there if name not in listed and name not in own]
    problems += [
        _wrong(folder / name, "The file was added: it was not published.", "remove it, if it is not yours")
        for name in added
    ]
    hashes: dict[str, str] = {}
    for sums in [path for name, path in there.items() if path.name == HASHES and name in listed]:
        for name, wanted in manifest.listed(sums).items():
            path = sums.parent / name
            if path.is_file():
                found = rdfc10(path)
                hashes[path.relative_to(folder).as_posix()] = found
                if found != wanted:
                    problems.append(_other_data(path, wanted, found))
    if digest and digest not in hashes.values():
        problems.append(_wrong(folder, f"No data here have the hash {digest}.", "compare the version of the citation"))
    return Verdict(len(listed), hashes, tuple(problems))


def _listed(folder: Path, problems: list[Problem]) -> tuple[dict[str, str], set[str]]:
    """What a folder's list says, and the names of the lists themselves, which it cannot hold."""
    about = manifest.about(folder)
    sums = folder / manifest.SUMS
    if about or (sums.is_file() and not (folder / build_folder.MANIFEST).is_file()):
        listed = manifest.listed(sums)
        if about and (not sums.is_file() or manifest.sha256(sums) != about.get("sums")):
            problems.append(_wrong(sums, "The list itself was changed, or is missing.", AGAIN))
        return listed, {manifest.SUMS, manifest.ABOUT}
    return build_folder.listed(folder), {build_folder.MANIFEST}


def _file(path: Path, digest: str) -> Verdict:
    path = path.resolve()
    if digest:
        found = rdfc10(path)
        return Verdict(1, {path.name: found}, () if found == digest else (_other_data(path, digest, found),))
    for folder in [*path.parents][:_UP]:
        problems: list[Problem] = []
        try:
            listed, _ = _listed(folder, problems)
        except NotABuild:
            continue
        name = path.relative_to(folder).as_posix()
        if name in listed:
            same = manifest.sha256(path) == listed[name]
            what = "The file was changed: it has other bytes than it was published with."
            return Verdict(1, {}, (*problems, *(() if same else (_wrong(path, what, AGAIN),))))
        if listed:
            return Verdict(0, {}, (_wrong(path, "The file was added: it was not published.", AGAIN),))
    raise NotABuild(
        where=str(path),
        what="Neither beside the file nor above it is a list of what was published (SHA256SUMS).",
        hint="fetch the list too, or give the hash of a citation: --hash HASH",
    )


def _wrong(path: Path, what: str, hint: str) -> NotAsPublished:
    return NotAsPublished(where=str(path), what=what, hint=hint)


def _other_data(path: Path, wanted: str, found: str) -> NotAsPublished:
    return _wrong(path, f"The data have the hash (RDFC-1.0) {found}, and not {wanted}.", AGAIN)
