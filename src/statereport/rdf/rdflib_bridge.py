"""The same statements for rdflib: every literal with the characters it was written with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from statereport.rdf.namespaces import XSD

if TYPE_CHECKING:
    import rdflib
    from pyoxigraph import Triple


def to_rdflib(triples: Iterable[Triple]) -> rdflib.Graph:
    """The same statements as an rdflib graph, every literal with the characters it was written with."""
    import rdflib

    rdflib.NORMALIZE_LITERALS = False
    known: dict = {}

    def term(value):
        if value not in known:
            known[value] = to_rdflib_term(value)
        return known[value]

    graph = rdflib.Graph(bind_namespaces="none")
    for t in triples:
        graph.add((term(t.subject), term(t.predicate), term(t.object)))
    return graph


def to_rdflib_term(value):
    """One term as rdflib has it, with the characters it was written with."""
    import rdflib

    kind = type(value).__name__
    if kind == "NamedNode":
        return rdflib.URIRef(value.value)
    if kind == "BlankNode":
        return rdflib.BNode(value.value)
    if value.language:
        return rdflib.Literal(value.value, lang=value.language)
    plain = value.datatype.value == f"{XSD}string"
    return rdflib.Literal(value.value, datatype=None if plain else rdflib.URIRef(value.datatype.value), normalize=False)
