"""The real project, examined once for all tests of a process: reading, inferring and validating it takes seconds."""

from functools import cache
from pathlib import Path

from statereport.errors import Problem
from statereport.graph import build_folder, examine, knowledge
from statereport.pages import context
from statereport.project import find_project
from statereport.publish import build, release
from statereport.rdf import prefixes
from statereport.site import single_file
from statereport.sparql import engine
from statereport.web.answers.site import Site

# The prefixes of the project, read once.
PREFIXES = prefixes.read(find_project())


@cache
def examined() -> examine.Examined:
    """What `statereport build` knows before it writes anything."""
    return examine.examine(find_project())


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


@cache
def site() -> Site:
    """What the server answers from, without the report's text: of ./build where that is fresh, else of the sources."""
    return _site(fresh_build())


def site_of_build(folder: Path) -> Site:
    """What the server answers from with a build that is made now, in this folder."""
    build.build(find_project(), folder, also=[single_file.write])
    return _site(build_folder.open_build(folder, in_memory=True))


def _site(made: build_folder.Build | None) -> Site:
    found = release.load(find_project(), made)
    return Site.of(context.make(found.graph, found.explanations, found.files))
