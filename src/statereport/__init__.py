"""A State's report to a treaty body as a knowledge graph that can be asked, checked and opened in context.

    >>> import statereport
    >>> graph = statereport.open()
    >>> graph.ask("schools-by-language").to_dicts()

The modules, from the words up; each imports only from those above it:

    errors     every fault as one value: code, place, what, how to mend
    paths      where the house and the report's text are
    vocab      the table of prefixes; short names and IRIs
    turtle     read Turtle with places; write the house format (layout)
    formats    write RDF so that the same statements give the same bytes
    text       the report's text: passages, fragments, numerals
    evidence   what the statements quote, found in the text
    anchors    each statement's range of characters; ledger: each numeral's account (generated)
    sparql     the words of a query: what is refused, where its parameters are
    patterns   the parts of a query's pattern; mistakes: what is wrong
               with one that cannot be read, in words (mistakes_pattern: in its pattern)
    answers    what a query answers, for people and programs
    graphs     files and named graphs; the house as one dataset
    room       threads with a large stack
    store      the engine: in memory or on disk; remote: elsewhere
    infer      what follows, by the ontology's axioms and by rules; reason: contradictions
    validate   what must not be, by shapes (of what is stated); found: what the report itself gets wrong, as notes
    parameters what a question leaves open; queries: saved questions, their choices; lint: what they must be
    catalogue  the saved questions as RDF
    emptiness  which part of a pattern has no match; citing: how an answer is cited
    search     full-text search over names and gists
    describe   all that is said of one thing
    chart      an answer as a Vega-Lite specification (plots: its kinds); picture: the same drawn
    export     the published files (void: their description); cubes: each table for statistical tools
    single     data and questions in one HTML file, to send to who installs nothing
    build      load, infer, validate, export (folder: whole or not at all)
    knowledge  the graph as a Python object; discrepancies: what does not agree in the report, as a page
    check      everything that must be right before a change is shared
    cli        the command line, one function a verb (asking, console; cli_serve)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from statereport.knowledge import KnowledgeGraph

__all__ = ["Answer", "KnowledgeGraph", "Problem", "open"]
__version__ = "0.1.0"

# Loaded when first used, so that `import statereport` and `statereport --help` cost nothing.
_HOMES = {"Answer": "answers", "KnowledgeGraph": "knowledge", "Problem": "errors"}


def open(path: str | Path | None = None) -> KnowledgeGraph:
    """The graph: of a build's folder, of a SPARQL endpoint's address, or (without a path) of ./build or the sources.

    Raises a Problem where there is none.
    """
    import sys

    from statereport.knowledge import open_graph

    return open_graph(path, say=lambda line: print(line, file=sys.stderr))


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'statereport' has no attribute {name!r}")
    return getattr(import_module(f"statereport.{_HOMES[name]}"), name)
