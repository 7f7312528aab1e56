"""The same statements for rdflib: every literal with the characters it was written with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from statereport.errors import NotWritable
from statereport.rdf.namespaces import XSD
from statereport.rdf.terms import is_blank, is_iri, is_literal

if TYPE_CHECKING:
    import logging

    import rdflib
    from pyoxigraph import Triple


def to_rdflib(triples: Iterable[Triple]) -> rdflib.Graph:
    """The same statements as an rdflib graph, every literal with the characters it was written with."""
    import logging

    import rdflib

    rdflib.NORMALIZE_LITERALS = False
    logging.getLogger("rdflib.term").addFilter(_is_worth_a_line)
    known: dict = {}

    def term(value):
        if value not in known:
            known[value] = to_rdflib_term(value)
        return known[value]

    graph = rdflib.Graph(bind_namespaces="none")
    for t in triples:
        graph.add((term(t.subject), term(t.predicate), term(t.object)))
    return graph


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """False for the traceback that rdflib logs for each ill-typed literal: such a literal is kept as it is."""
    return "convert Literal lexical form" not in str(record.msg)


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
