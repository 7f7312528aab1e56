"""The saved questions: a list by topic, and a page for each with form, chart, table, downloads, query and citation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from statereport.errors import UnknownName, did_you_mean
from statereport.pages import cells, charts, citations, forms, views
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, render
from statereport.questions import chart
from statereport.questions.catalogue import TOPICS, title_of
from statereport.sparql import emptiness

if TYPE_CHECKING:
    from statereport.questions.saved import SavedQuery

FORMATS = {
    "select": (("xlsx", "Excel (.xlsx)"), ("csv", "CSV"), ("tsv", "TSV"), ("json", "JSON"), ("xml", "XML")),
    "ask": (("json", "JSON"), ("xml", "XML")),
    "construct": (("ttl", "Turtle"), ("jsonld", "JSON-LD"), ("nt", "N-Triples"), ("rdf", "RDF/XML")),
}
# The parameter that shows identifiers instead of labels; no question has a parameter of this name.
IDENTIFIERS = "identifiers"
# The parameter of the list of questions, and how much of it is read.
WORDS = "words"
LONGEST = 200
# How many related questions a page names.
MOST_RELATED = 5


@dataclass(frozen=True)
class Topic:
    """A topic with its questions."""

    name: str
    title: str
    questions: tuple[SavedQuery, ...]


def topics(context: Context) -> tuple[Topic, ...]:
    """Every question by its topic, in the order of TOPICS."""
    names = dict.fromkeys([*TOPICS, *(question.topic for question in context.questions)])
    found = (Topic(name, title_of(name), tuple(q for q in context.questions if q.topic == name)) for name in names)
    return tuple(topic for topic in found if topic.questions)


def questions_page(context: Context, address: Address) -> Page:
    """All questions by topic, each with its description; with ?words=, those that have all of these words."""
    words = " ".join(address.value(WORDS).split())[:LONGEST]
    listed = topics(context)
    if words:
        wanted = words.casefold().split()
        chosen = (
            replace(topic, questions=tuple(it for it in topic.questions if _speaks(it, wanted))) for topic in listed
        )
        listed = tuple(topic for topic in chosen if topic.questions)
    return render(context, address, "questions.html", topics=listed, words=words)


def _speaks(question: SavedQuery, words: list[str]) -> bool:
    text = f"{question.name} {question.summary} {question.description}".casefold()
    return all(word in text for word in words)


def question_page(context: Context, address: Address, name: str) -> Page:
    """A question and its answer to the values in the address.

    A value that does not fit is explained at its field, with status 400 and without an answer. Raises UnknownName.
    """
    query = _question(context, address, name)
    own = (IDENTIFIERS, *views.PARAMETERS)
    given = query.renamed({key: value for key, value in address.query if key not in own})
    fields = forms.fields(context, query, given)
    unknown = [key for key in given if key not in {field.name for field in fields}]
    shown = {"query": query, "topic": title_of(query.topic), "fields": fields, "unknown": unknown}
    if unknown or any(field.fault for field in fields):
        return render(context, address, "question.html", 400, table=None, **shown)
    values = {field.name: field.value for field in fields if field.name in given}
    identifiers = bool(address.value(IDENTIFIERS))
    answer = context.graph.ask(query.name, **values)
    text = sparql_of(query, values)
    empty = not answer.rows and answer.truth is None
    path = f"/query/{query.name}"
    charted = query.chart and answer.rows
    table = cells.table(answer, context.names, identifiers)
    return render(
        context,
        address,
        "question.html",
        **shown,
        table=table,
        view=views.view(table, address),
        words=_in_words(fields) if empty else "",
        answer=answer,
        noted=cells.discrepancies(answer, context.names),
        why=emptiness.explain(text, context.graph.engine, query.source) if empty else None,
        chart=charts.chart_image(chart.of(query, answer, context.graph.charting), path, values.items())
        if charted
        else None,
        formats=FORMATS[answer.form],
        values=urlencode(values),
        switch=f"{path}.html?{urlencode(values if identifiers else {**values, IDENTIFIERS: 'yes'})}",
        identifiers=identifiers,
        sparql=text,
        editor=f"/editor?{urlencode({'query': text})}",
        related=_related(context, query),
        things=_things(context, query, {field.name: field.value for field in fields}),
        cite=citations.cite(context, query.summary, query.iri, values),
    )


def _in_words(fields: Iterable[forms.Field]) -> str:
    """Why an answer is empty, in the words of the form, and what to do."""
    chosen = {field.name: field for field in fields}
    since, until = chosen.get("since"), chosen.get("until")
    if since and until and since.value > until.value:
        return f"{since.value} is after {until.value}: choose a beginning that is not after the end."
    if not chosen:
        return "The reports say nothing of the kind."
    given = ", ".join(f"{field.label}: {field.shown}" for field in chosen.values())
    return f"The reports say nothing of the kind for these choices ({given}). Choose another."


def _related(context: Context, query: SavedQuery) -> list[cells.Thing]:
    """The questions that ask for most of the same terms, and the table of figures that has the question's name."""
    own = names_in(query.text)
    shared = {
        other.name: len(own & names_in(other.text)) / len(own | names_in(other.text))
        for other in context.questions
        if other.name != query.name
    }
    nearest = sorted((other for other in context.questions if other.name in shared), key=lambda it: -shared[it.name])
    links = [
        cells.Thing(cube.title, "en", f"/statistics/{cube.slug}") for cube in context.cubes if cube.slug == query.slug
    ]
    return links + [cells.Thing(it.summary, "en", f"/query/{it.name}.html") for it in nearest[:MOST_RELATED]]


def _things(context: Context, query: SavedQuery, values: dict[str, str]) -> list[cells.Thing]:
    """The things that the values of a question's parameters name."""
    iris = [
        context.graph.prefixes.expand(values[parameter.name])
        for parameter in query.parameters
        if parameter.type == "iri"
    ]
    return [cells.thing(iri, context.names) for iri in iris if iri in context.names.labels]


def names_in(text: str) -> set[str]:
    """The prefixed names in a query."""
    return set(re.findall(r"\b[A-Za-z][\w-]*:[A-Za-z][\w.-]*\w", text))


def parameters_of(context: Context, name: str) -> tuple[str, ...]:
    """The names of the parameters on which a question's page depends."""
    found = next((question for question in context.questions if question.name == name), None)
    if not found:
        return ()
    return (*(it.name for it in found.parameters), *found.former, IDENTIFIERS, *views.PARAMETERS)


def sparql_of(query: SavedQuery, values: dict[str, str]) -> str:
    """The query with these values, without its header."""
    lines = query.bind(values).split("\n")
    return "\n".join(line for line in lines if not line.startswith("#+"))


def _question(context: Context, address: Address, name: str) -> SavedQuery:
    """The question or check of that name. Raises UnknownName, also for queries that only serve pages."""
    every = (question for question in context.graph.every_query() if question.topic != "pages")
    found = next((question for question in every if question.name == name), None)
    if found is None:
        raise UnknownName(
            where=address.path,
            what="There is no question at this address.",
            hint=did_you_mean(name, [question.name for question in context.questions], "all questions are at /query"),
        )
    return found
