"""The same statements for rdflib: every literal with the characters it was written with."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from statereport.errors import NotWritable
from statereport.rdf.namespaces import XSD
from statereport.rdf.terms import is_blank, is_iri, is_literal

if TYPE_CHECKING:
    import rdflib
    from pyoxigraph import Triple


def to_rdflib(triples: Iterable[Triple]) -> rdflib.Graph:
    """The same statements as an rdflib graph, every literal with the characters it was written with."""
    import rdflib

    known: dict = {}

    def term(value):
        if value not in known:
            known[value] = to_rdflib_term(value)
        return known[value]

    graph = rdflib.Graph(bind_namespaces="none")
    with _no_lines_about_ill_typed_literals():
        for t in triples:
            graph.add((term(t.subject), term(t.predicate), term(t.object)))
    return graph


@contextmanager
def _no_lines_about_ill_typed_literals() -> Iterator[None]:
    """Keep rdflib's tracebacks about ill-typed literals in this thread out of the log: such literals are legal."""
    here = threading.get_ident()

    def is_worth_a_line(record: logging.LogRecord) -> bool:
        return record.thread != here or "convert Literal lexical form" not in str(record.msg)

    log = logging.getLogger("rdflib.term")
    log.addFilter(is_worth_a_line)
    try:
        yield
    finally:
        log.removeFilter(is_worth_a_line)


def to_rdflib_term(value):
    """One term as rdflib has it, with the characters it was written with.

    Raises NotWritable for what RDF 1.2 adds and rdflib does not have: triple terms and directions of text.
    """
    import rdflib

    if is_iri(value):
        return rdflib.URIRef(value.value)
    if is_blank(value):
        return rdflib.BNode(value.value)
    if not is_literal(value) or value.direction:
        what = f"rdflib cannot hold the term {value}, which is one of RDF 1.2."
        raise NotWritable("rdflib", what, "write it in the terms of RDF 1.1.")
    if value.language:
        return rdflib.Literal(value.value, lang=value.language)
    plain = value.datatype.value == f"{XSD}string"
    return rdflib.Literal(value.value, datatype=None if plain else rdflib.URIRef(value.datatype.value), normalize=False)
