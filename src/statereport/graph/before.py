"""The build that a new one replaces: what of it the sources would give again, so that it need not be made again.

Only a build by the same code and the same libraries is used, and of it only files that are as they were written. What
changed since is known by statement: the quads that one of the two builds has and the other has not. A file is taken
over where what it was made from is the same, so that a build that takes over has the bytes of one that does not.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from statereport.errors import BuildDamaged, BuildOutdated, NotABuild
from statereport.graph import build_folder
from statereport.rdf import dataset, writers
from statereport.sparql import footprint
from statereport.sparql.footprint import TYPE

if TYPE_CHECKING:
    from statereport.sparql.query import Query

# What each file of answers was made from (a digest, and what else is known of it), by the file's path.
FILE = "store/inputs.json"


class Before:
    """An earlier build, beside the quads of the one that is made now; without one, nothing can be taken over."""

    def __init__(self, folder: Path | None = None, listed: Mapping[str, tuple[int, str]] | None = None) -> None:
        self._folder, self._listed = folder, listed or {}
        self._inputs: Mapping[str, list] = json.loads(self.read(FILE) or b"{}")
        self._statements: set[tuple[str, str]] = set()
        self._graphs: set[str] | None = None

    @classmethod
    def of(cls, out: Path, made: Mapping[str, str]) -> Before:
        """The build in a folder. `made` is what the new one is made from (`build_folder.made_from`)."""
        try:
            about, listed = build_folder.description(out)
        except (BuildDamaged, BuildOutdated, NotABuild):
            return cls()
        then = about["made_from"]
        if about.get("drafts") or any(then.get(name) != value for name, value in made.items() if name != "sources"):
            return cls()
        return cls(out, listed)

    def beside(self, quads: Iterable[Any]) -> Before:
        """The same, compared with the canonical quads of the new build."""
        kept = self.read(build_folder.QUADS)
        if kept is None:
            return NOTHING
        differing = {b"%s\n" % line for line in gzip.decompress(kept).split(b"\n") if line} ^ {*writers.lines(quads)}
        self._graphs = set()
        for quad in writers.parsed(b"".join(differing), "nq"):
            self._graphs.add(quad.graph_name.value)
            self._statements.add((quad.predicate.value, getattr(quad.object, "value", "")))
        return NOTHING if dataset.PREFIXES in self._graphs else self

    def same_graphs(self, names: Iterable[str]) -> bool:
        """Whether no statement of these named graphs came or went."""
        return self._graphs is not None and self._graphs.isdisjoint(names)

    def same_answer(self, query: Query) -> bool:
        """Whether the answer of a query is certainly what it was."""
        if self._graphs is None:
            return False
        prints = footprint.footprint(query) if self._statements else frozenset()
        changed = ((predicate, kind if predicate == TYPE else "") for predicate, kind in self._statements)
        return not any(footprint.touches(prints, *statement) for statement in changed)

    def noted(self, name: str, key: str | None = None) -> Mapping[str, Any]:
        """What was noted with a file, if what it was made from has this digest (or whatever it has); else nothing."""
        found = self._inputs.get(name)
        return found[1] if found and key in (None, found[0]) else {}

    def take(self, fresh: Path, names: Iterable[str]) -> bool:
        """Write files of the build before into the new one. → False, and nothing is written, where one is not there"""
        bodies = {name: self.read(name) for name in names}
        if None in bodies.values():
            return False
        for name, body in bodies.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes(body)
        return True

    def read(self, name: str) -> bytes | None:
        """A file's bytes; None where it is not there as it was written."""
        with suppress(BuildDamaged, OSError):
            if self._folder and name in self._listed:
                return build_folder.file_of(self._folder, name, *self._listed[name])
        return None


NOTHING = Before()


def digest(*parts: object) -> str:
    """The SHA-256 of what something was made from, in Python's writing."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


def write(folder: Path, inputs: Mapping[str, list]) -> None:
    """Write what each file was made from: path → digest, and what is noted."""
    text = json.dumps(dict(sorted(inputs.items())), ensure_ascii=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")
