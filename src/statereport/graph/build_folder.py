"""What a build's folder holds for answering: the store, and the digest of the sources that it was made from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from statereport.sparql.engine import with_union

if TYPE_CHECKING:
    from statereport.project import Project


def write_store(quads: Iterable[ox.Quad], folder: Path, project: Project) -> None:
    """Write a store for `Store.built` into a new folder, with the digest of the sources that it was made from."""
    folder.mkdir(parents=True)
    inner = ox.Store(str(folder / "db"))
    inner.bulk_extend(with_union(quads))
    inner.flush()
    inner.optimize()
    del inner
    (folder / "sources.sha256").write_text(sources_digest(project) + "\n", encoding="ascii")


def is_fresh(folder: Path, project: Project) -> bool:
    """True when the store in `folder` was made from the sources as they are now."""
    stamp = folder / "sources.sha256"
    return stamp.is_file() and stamp.read_text(encoding="ascii").strip() == sources_digest(project)


def sources_digest(project: Project) -> str:
    """One SHA-256 over the names and bytes of everything that a store holds: the ontology, the rules and the graphs."""
    total = hashlib.sha256()
    for folder in (project.ontology, project.graphs):
        for path in sorted(p for ending in ("*.ttl", "*.rq") for p in folder.rglob(ending)):
            inner = path.relative_to(folder).as_posix()
            total.update(f"{folder.name}/{inner}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
