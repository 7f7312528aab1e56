"""The saved questions as RDF, so that query editors and other programs find them where they find the data.

In the convention of the SIB's sparql-examples: each is a sh:SPARQLExecutable with its text, rdfs:comment for people,
schema:keywords, and schema:target, the endpoint that it is meant for. What a question leaves open is a sh:Parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from statereport.rdf import namespaces
from statereport.rdf.namespaces import DCTERMS, OWL, RDF, RDFS, SCHEMA, SH, XSD
from statereport.rdf.writers import iri, literal, triple

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from statereport.questions.parameters import Parameter
    from statereport.questions.saved import SavedQuery

GRAPH = f"{namespaces.GRAPH}queries"
ENDPOINT = f"{namespaces.BASE}sparql"
# The titles of the topics of questions, in the order in which lists show them.
TOPICS = {
    "committee": "Requests and answers",
    "convention": "Articles of the treaty",
    "law": "Law",
    "measures": "Measures",
    "bodies": "Bodies and offices",
    "groups": "Groups of people",
    "events": "Events and trials",
    "statistics": "Statistics",
    "across": "Across States",
    "quality": "Data quality",
    "tables": "Whole tables",
}
# Questions that pages fill in or that a build asks itself are no questions for people.
LEFT_OUT = ("pages", "checks")


def title_of(topic: str) -> str:
    """The title of a topic of questions; of one that is not in the table, its name."""
    return TOPICS.get(topic, topic.capitalize())


def triples(saved: Iterable[SavedQuery]) -> tuple[Triple, ...]:
    """What describes each question for people, and which names of parameters were withdrawn, for which others."""
    asked = [query for query in saved if query.topic not in LEFT_OUT]
    renamed = {pair for query in asked for pair in query.former.items()}
    names = {parameter.name for query in asked for parameter in query.parameters}
    withdrawn = (_withdrawn(_path(old), _path(new)) for old, new in sorted(renamed) if old not in names)
    found = (*(t for query in asked for t in _question(query)), *(t for each in withdrawn for t in each))
    return tuple(dict.fromkeys(found))


def _withdrawn(old: str, new: str) -> Iterator[Triple]:
    yield triple(old, f"{OWL}deprecated", literal("true", datatype=f"{XSD}boolean"))
    yield triple(old, f"{DCTERMS}isReplacedBy", iri(new))


def _path(name: str) -> str:
    """The IRI of a parameter's name, of which SHACL takes the last part for it."""
    return f"{namespaces.BASE}parameter/{name}"


def _question(query: SavedQuery) -> Iterator[Triple]:
    me, form = query.iri, query.form
    yield triple(me, RDF + "type", iri(f"{SH}SPARQLExecutable"))
    yield triple(me, RDF + "type", iri(f"{SH}SPARQL{form.capitalize()}Executable"))
    yield triple(me, f"{RDFS}comment", literal(query.summary, language="en"))
    if query.description:
        yield triple(me, f"{DCTERMS}description", literal(query.description, language="en"))
    yield triple(me, f"{SH}{form}", literal(query.body))
    yield triple(me, f"{SH}prefixes", iri(f"{namespaces.SHAPE}prefixes"))
    yield triple(me, f"{SCHEMA}target", iri(ENDPOINT))
    for word in dict.fromkeys((query.topic, *query.tags)):
        yield triple(me, f"{SCHEMA}keywords", literal(word))
    for order, parameter in enumerate(query.parameters):
        yield from _parameter(query, parameter, order)


def _parameter(query: SavedQuery, parameter: Parameter, order: int) -> Iterator[Triple]:
    me = f"{query.iri}/{parameter.name}"
    yield triple(query.iri, f"{SH}parameter", iri(me))
    if parameter.former:
        yield from _withdrawn(f"{query.iri}/{parameter.former}", me)
    yield triple(me, RDF + "type", iri(f"{SH}Parameter"))
    yield triple(me, f"{SH}path", iri(_path(parameter.name)))
    yield triple(me, f"{SH}name", literal(parameter.label, language="en"))
    yield triple(me, f"{SH}order", literal(str(order), datatype=f"{XSD}integer"))
    if parameter.optional:
        yield triple(me, f"{SH}optional", literal("true", f"{XSD}boolean"))
        kind = {"iri": (f"{SH}nodeKind", iri(f"{SH}IRI"))}
        yield triple(me, *kind.get(parameter.type, (f"{SH}datatype", iri(parameter.datatype))))
    elif parameter.type == "iri":
        yield triple(me, f"{SH}defaultValue", iri(parameter.prefixes.expand(parameter.value)))
        yield triple(me, f"{SH}nodeKind", iri(f"{SH}IRI"))
    else:
        default = literal(parameter.value, parameter.datatype, parameter.language)
        yield triple(me, f"{SH}defaultValue", default)
        yield triple(me, f"{SH}datatype", iri(default.datatype.value))
