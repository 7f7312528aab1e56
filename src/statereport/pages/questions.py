"""The questions: all of them by topic, and each with its form, table, picture, files, SPARQL and citation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from statereport.errors import UnknownName, did_you_mean
from statereport.pages import cells, citations, forms, pictures
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, html
from statereport.questions import chart
from statereport.questions.catalogue import TOPICS, title_of
from statereport.sparql import emptiness

if TYPE_CHECKING:
    from statereport.questions.saved import SavedQuery

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


def topics(context: Context) -> tuple[Topic, ...]:
    """Every question by its topic, whole tables last."""
    names = dict.fromkeys([*TOPICS, *(question.topic for question in context.questions)])
    found = (Topic(name, title_of(name), tuple(q for q in context.questions if q.topic == name)) for name in names)
    return tuple(topic for topic in found if topic.questions)


def overview(context: Context, address: Address) -> Page:
    """All questions with what each counts."""
    return html(context, address, "questions.html", topics=topics(context))


def page(context: Context, address: Address, name: str) -> Page:
    """A question and its answer; a value that does not fit is told at its field, with status 400 and no answer."""
    query = _query(context, address, name)
    given = {key: value for key, value in address.query if key != IDENTIFIERS}
    identifiers = bool(address.value(IDENTIFIERS))
    fields = forms.fields(context, query, given)
    unknown = [key for key in given if key not in {field.name for field in fields}]
    values = {field.name: field.value for field in fields if field.name in given}
    if unknown or any(field.fault for field in fields):
        topic = title_of(query.topic)
        more = {"topic": topic, "fields": fields, "unknown": unknown, "table": None}
        return html(context, address, "question.html", 400, query=query, **more)
    answer = context.graph.ask(query.name, **values)
    text = sparql(query, values)
    table = cells.table(answer, context.names, identifiers)
    return html(
        context,
        address,
        "question.html",
        query=query,
        topic=title_of(query.topic),
        fields=fields,
        unknown=[],
        table=table,
        answer=answer,
        why=None
        if answer.rows or answer.truth is not None
        else emptiness.explain(text, context.graph.engine, query.source),
        picture=pictures.shown(chart.of(query, answer), f"/query/{query.name}", values.items())
        if query.chart and answer.rows
        else None,
        formats=FORMATS[answer.form],
        values=urlencode(values),
        switch=f"/query/{query.name}.html?{urlencode(values if identifiers else {**values, IDENTIFIERS: 'yes'})}",
        identifiers=identifiers,
        sparql=text,
        editor=f"/editor?{urlencode({'query': text})}",
        cite=citations.citation(context, query.summary, query.iri, values),
    )


def reads(context: Context, name: str) -> tuple[str, ...]:
    """Return the names of the parameters that a question's page reads."""
    found = next((question for question in context.questions if question.name == name), None)
    return (*(parameter.name for parameter in found.parameters), IDENTIFIERS) if found else ()


def sparql(query: SavedQuery, values: dict[str, str]) -> str:
    """The query with its values, without the header that the page tells in words."""
    lines = query.bind(values).split("\n")
    return "\n".join(line for line in lines if not line.startswith("#+"))


def _query(context: Context, address: Address, name: str) -> SavedQuery:
    """The question of that whole name; pages' and checks' own queries have no page."""
    found = next((question for question in context.questions if question.name == name), None)
    if found is None:
        raise UnknownName(
            where=address.path,
            what="There is no question at this address.",
            hint=did_you_mean(name, [question.name for question in context.questions], "all questions are at /query"),
        )
    return found
