"""The real house, examined once for all tests of a process: reading, inferring and validating it takes seconds."""

from functools import cache

from statereport import build, knowledge, store
from statereport.paths import find_house


@cache
def examined() -> build.Examined:
    """What `statereport build` knows before it writes anything."""
    return build.examine(find_house())


@cache
def graph() -> knowledge.KnowledgeGraph:
    """The graph of the sources, in memory."""
    return knowledge.KnowledgeGraph(store.Store.memory(examined().quads()), find_house())
