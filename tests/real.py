"""The real project, examined once for all tests of a process: reading, inferring and validating it takes seconds."""

from functools import cache

from statereport.graph import examine, knowledge
from statereport.project import find_project
from statereport.sparql import engine


@cache
def examined() -> examine.Examined:
    """What `statereport build` knows before it writes anything."""
    return examine.examine(find_project())


@cache
def graph() -> knowledge.KnowledgeGraph:
    """The graph of the sources, in memory."""
    return knowledge.KnowledgeGraph(engine.Store.memory(examined().quads()), find_project())
