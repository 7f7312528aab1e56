"""The saved questions as RDF, so that query editors and other programs find them where they find the data.

In the convention of the SIB's sparql-examples: each is a sh:SPARQLExecutable with its text, rdfs:comment for people,
schema:keywords, and schema:target, the endpoint that it is meant for. What a question leaves open is a sh:Parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from statereport import store, vocab
from statereport.formats import RDF, iri, literal, triple

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from statereport.parameters import Parameter
    from statereport.queries import SavedQuery

GRAPH = f"{vocab.GRAPH}queries"
ENDPOINT = f"{vocab.BASE}sparql"
# Questions that pages fill in or that a build asks itself are no questions for people.
LEFT_OUT = ("pages", "checks")
_SH = "http://www.w3.org/ns/shacl#"
_SCHEMA = "https://schema.org/"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_DCTERMS = "http://purl.org/dc/terms/"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_DATATYPES = {"string": "string", "integer": "integer", "date": "date"}


def triples(saved: Iterable[SavedQuery]) -> tuple[Triple, ...]:
    """What is said of each question for people."""
    return tuple(t for query in saved if query.topic not in LEFT_OUT for t in _question(query))


def _question(query: SavedQuery) -> Iterator[Triple]:
    me, form = query.iri, query.form
    yield triple(me, RDF + "type", iri(f"{_SH}SPARQLExecutable"))
    yield triple(me, RDF + "type", iri(f"{_SH}SPARQL{form.capitalize()}Executable"))
    yield triple(me, f"{_RDFS}comment", literal(query.summary, language="en"))
    if query.description:
        yield triple(me, f"{_DCTERMS}description", literal(query.description, language="en"))
    yield triple(me, f"{_SH}{form}", literal(query.body))
    yield triple(me, f"{_SH}prefixes", iri(f"{vocab.SHAPE}prefixes"))
    yield triple(me, f"{_SCHEMA}target", iri(ENDPOINT))
    for word in dict.fromkeys((query.topic, *query.tags)):
        yield triple(me, f"{_SCHEMA}keywords", literal(word))
    for order, parameter in enumerate(query.parameters):
        yield from _parameter(query, parameter, order)


def _parameter(query: SavedQuery, parameter: Parameter, order: int) -> Iterator[Triple]:
    me = f"{query.iri}/{parameter.name}"
    ((default,),) = store.Store.memory().query(f"SELECT ({parameter.default} AS ?default) {{}}", query.source, vocab.prefixes()).rows
    yield triple(query.iri, f"{_SH}parameter", iri(me))
    yield triple(me, RDF + "type", iri(f"{_SH}Parameter"))
    # SHACL names a parameter by the last part of its path.
    yield triple(me, f"{_SH}path", iri(f"{vocab.BASE}parameter/{parameter.name}"))
    yield triple(me, f"{_SH}name", literal(parameter.label, language="en"))
    yield triple(me, f"{_SH}order", literal(str(order), datatype=f"{_XSD}integer"))
    yield triple(me, f"{_SH}defaultValue", default)
    if parameter.type == "iri":
        yield triple(me, f"{_SH}nodeKind", iri(f"{_SH}IRI"))
    else:
        yield triple(me, f"{_SH}datatype", iri(_XSD + _DATATYPES.get(parameter.type, default.datatype.value.rpartition("#")[2])))
