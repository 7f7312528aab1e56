"""The real project, examined once for all tests: reading, inferring and validating it takes 15 s of processor.

The first process that needs it examines it; what it finds is kept in .pytest_cache under a digest of the sources, the
code and the libraries, so that other processes, and later runs while nothing changes, load it in a second.
"""

import contextlib
import hashlib
import json
import os
import pickle
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import TypeVar
from unittest import mock

from statereport.errors import Problem
from statereport.graph import build_folder, examine, knowledge
from statereport.pages import context
from statereport.project import find_project
from statereport.publish import build, release
from statereport.rdf import prefixes
from statereport.rdf.dataset import Dataset, load
from statereport.site import single_file
from statereport.sparql import engine
from statereport.web.answers.site import Site

# The prefixes of the project, read once.
PREFIXES = prefixes.read(find_project())


KEPT = find_project().root / ".pytest_cache/examined"
T = TypeVar("T")


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file; where the system has no locks (Windows), each process does the work itself."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def kept(name: str, make: Callable[[], T]) -> T:
    """What `make` returns for the sources and code as they are: made by the first process, loaded by the others."""
    made_from = json.dumps(build_folder.made_from(find_project()), sort_keys=True)
    path = KEPT / f"{name}-{hashlib.sha256(made_from.encode()).hexdigest()[:16]}.pickle"
    with locked(KEPT / f"{name}.lock"):
        if path.is_file():
            return pickle.loads(path.read_bytes())
        value = make()
        for old in KEPT.glob(f"{name}-*.pickle"):
            old.unlink()
        part = path.with_suffix(f".{os.getpid()}")
        part.write_bytes(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
        part.replace(path)
    return value


@cache
def dataset() -> Dataset:
    """The project as it is read."""
    return kept("dataset", lambda: load(find_project()))


@cache
def examined() -> examine.Examined:
    """What `statereport build` knows before it writes anything."""
    return kept("examined", lambda: examine.examine(find_project()))


@cache
def graph() -> knowledge.KnowledgeGraph:
    """The graph of the sources, in memory."""
    return knowledge.KnowledgeGraph(engine.Store.memory(examined().quads()), find_project())


def fresh_build() -> build_folder.Build | None:
    """The build in ./build, where there is one that was made from the sources and the code as they are."""
    try:
        found = build_folder.open_build(find_project().root / "build", in_memory=True)
    except Problem:
        return None
    return None if found.differences(find_project()) else found


def built() -> Path:
    """The folder of a fresh build, for servers: ./build, else one that the first process makes and keeps."""
    folder = find_project().root / "build"
    if fresh_build() and (not single_file.PAGE.is_file() or (folder / single_file.NAME).is_file()):
        return folder
    folder = KEPT / "build"
    with locked(KEPT / "build.lock"):
        try:
            is_fresh = not build_folder.open_build(folder).differences(find_project())
        except Problem:
            is_fresh = False
        if not is_fresh:
            found = examined()
            with mock.patch.object(examine, "examine", lambda *given, **more: found):
                build.build(find_project(), folder, also=[partial(single_file.write, project=find_project())])
    return folder


@cache
def site() -> Site:
    """What the server answers from, without the report's text: of ./build where that is fresh, else of the sources."""
    made = fresh_build()
    project = find_project()
    return _site(release.of_build(project, made) if made else release.of_examined(project, examined()))


def site_of_build() -> Site:
    """What the server answers from with a fresh build."""
    return _site(release.load(find_project(), build_folder.open_build(built(), in_memory=True)))


def _site(found: release.Release) -> Site:
    return Site.of(context.make(found.graph, found.explanations, found.files))
