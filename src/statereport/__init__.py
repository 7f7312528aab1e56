"""A State's report to a treaty body as a knowledge graph that can be asked, checked and opened in context.

    >>> import statereport
    >>> graph = statereport.open()
    >>> graph.ask("schools-by-language").to_dicts()

The packages; each imports only from those above it:

    errors, project, atomic   problems as values, where a project's files are, files and folders written whole
    parallel   work side by side, in copies of a process
    rdf        terms, prefixes, Turtle, serialisation, named graphs
    sparql     parse, screen, run and explain queries
    source     the report's text and what is anchored in it
    reasoning  what follows and what must hold
    questions  saved queries and what is made of their answers
    graph      the graph as a Python object
    publish    the build folder: exports, cubes, description
    draft      from a document to the first draft of a report
    pages      every page as a function of the graph and an address
    site       the single file
    web        HTTP and the server
    cli        the command line, one function per command
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from statereport.graph.knowledge import KnowledgeGraph

__all__ = ["Answer", "KnowledgeGraph", "Problem", "open"]
__version__ = "0.2.0"

# Loaded when first used, so that `import statereport` and `statereport --help` cost nothing.
_HOMES = {"Answer": "sparql.answers", "KnowledgeGraph": "graph.knowledge", "Problem": "errors"}


def open(path: str | Path | None = None) -> KnowledgeGraph:
    """The graph: of a build's folder, of a SPARQL endpoint's address, or (without a path) of ./build or the sources.

    Raises a Problem where there is none.
    """
    import sys

    from statereport.graph.knowledge import open_graph

    return open_graph(path, say=lambda line: print(line, file=sys.stderr))


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'statereport' has no attribute {name!r}")
    return getattr(import_module(f"statereport.{_HOMES[name]}"), name)
