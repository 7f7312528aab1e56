"""The questions: all of them by topic, and each with its form, table, picture, files, SPARQL and citation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from statereport import chart, emptiness
from statereport.errors import UnknownName, did_you_mean
from statereport.web import citing, forms, pictures, shown
from statereport.web import page as pages
from statereport.web.http import Request, Response
from statereport.web.site import Site

if TYPE_CHECKING:
    from statereport.queries import SavedQuery

TITLES = {
    "committee": "The Committee’s requests",
    "convention": "The Convention",
    "law": "Law",
    "measures": "Measures",
    "bodies": "Bodies and offices",
    "groups": "Groups of people",
    "events": "Events and trials",
    "statistics": "Statistics",
    "quality": "How sure it is",
    "tables": "Whole tables",
}
FORMATS = {
    "select": (("csv", "CSV, for Excel"), ("tsv", "TSV"), ("json", "JSON"), ("xml", "XML")),
    "ask": (("json", "JSON"), ("xml", "XML")),
    "construct": (("ttl", "Turtle"), ("jsonld", "JSON-LD"), ("nt", "N-Triples"), ("rdf", "RDF/XML")),
}
# A switch of every page with a table; no parameter of a question has this name.
IDENTIFIERS = "identifiers"


@dataclass(frozen=True)
class Topic:
    """A topic with its questions."""

    name: str
    title: str
    questions: tuple[SavedQuery, ...]


def topics(site: Site) -> tuple[Topic, ...]:
    """Every question by its topic, whole tables last."""
    names = dict.fromkeys([*TITLES, *(question.topic for question in site.questions)])
    found = (Topic(name, TITLES.get(name, name.capitalize()), tuple(q for q in site.questions if q.topic == name)) for name in names)
    return tuple(topic for topic in found if topic.questions)


def overview(site: Site, request: Request) -> Response:
    """All questions with what each counts."""
    return pages.html(site, request, "questions.html", topics=topics(site))


def page(site: Site, request: Request, name: str) -> Response:
    """A question and its answer; a value that does not fit is told at its field, with status 400 and no answer."""
    query = _query(site, request, name)
    given = {key: value for key, value in request.query if key != IDENTIFIERS}
    identifiers = bool(request.value(IDENTIFIERS))
    fields = forms.fields(site, query, given)
    unknown = [key for key in given if key not in {field.name for field in fields}]
    values = {field.name: field.value for field in fields if field.name in given}
    if unknown or any(field.fault for field in fields):
        return pages.html(site, request, "question.html", 400, query=query, fields=fields, unknown=unknown, table=None)
    answer = site.graph.ask(query.name, **values)
    text = sparql(query, values)
    table = shown.table(answer, site.names, identifiers)
    return pages.html(
        site, request, "question.html",
        query=query,
        fields=fields,
        unknown=[],
        table=table,
        answer=answer,
        why=None if answer.rows or answer.truth is not None else emptiness.explain(text, site.graph.engine, query.source),
        picture=pictures.shown(chart.of(query, answer), f"/query/{query.name}", values.items()) if query.chart and answer.rows else None,
        formats=FORMATS[answer.form],
        values=urlencode(values),
        identifiers=identifiers,
        sparql=text,
        editor=f"/editor?{urlencode({'query': text})}",
        cite=citing.citation(site, query.summary, query.iri, values),
    )


def sparql(query: SavedQuery, values: dict[str, str]) -> str:
    """The query with its values, without the header that the page tells in words."""
    lines = query.bind(values).split("\n")
    return "\n".join(line for line in lines if not line.startswith("#+"))


def _query(site: Site, request: Request, name: str) -> SavedQuery:
    """The question of that whole name; pages' and checks' own queries have no page."""
    found = next((question for question in site.questions if question.name == name), None)
    if found is None:
        raise UnknownName(
            where=request.path, what="There is no question at this address.",
            mend=did_you_mean(name, [question.name for question in site.questions], "all questions are at /query"))
    return found
