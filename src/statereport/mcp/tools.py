"""What each tool answers: a value of JSON with its passages and how it is cited. Plain functions, run in a worker.

A tool's name is the path of its request, its arguments are the body. Problems become problem documents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from statereport.errors import AddressUnknown, Problem
from statereport.graph.knowledge import KnowledgeGraph
from statereport.questions import citation, saved
from statereport.rdf.namespaces import SR
from statereport.rdf.terms import is_iri, is_literal, plain
from statereport.sparql.answers import Answer
from statereport.sparql.engine import answer_bytes, iri_text
from statereport.sparql.query import Query
from statereport.sparql.tokens import DEEPEST
from statereport.web.wire import problems
from statereport.web.wire.http import Request, Response

# The most rows of an answer; how many things of an answer are looked up for their passages.
MOST, _LOOKED_UP = 1_000, 300
_PASSAGE = re.compile(r"/(?:passage|theme)/([^/]+)$")


def warm(graph: KnowledgeGraph) -> None:
    """Read all that answers need from files, so that a worker has none to open."""
    _ = graph.header, graph.index
    for question in graph.every_query():
        _ = question.columns


def answer(graph: KnowledgeGraph, request: Request) -> Response:
    """The answer of a tool as JSON; a problem as problem+json with its status."""
    try:
        found = _of(graph, request.path.removeprefix("/"), json.loads(request.body))
    except Problem as problem:
        return problems.response(problem, "application/json")
    return Response(200, "application/json", json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))


def _of(graph: KnowledgeGraph, tool: str, given: Mapping[str, Any]) -> dict[str, Any]:
    if tool not in _TOOLS:
        raise AddressUnknown(where=tool, what="There is no such tool.", hint=f"use one of: {', '.join(_TOOLS)}.")
    return _TOOLS[tool](graph, **given)


def _questions(graph: KnowledgeGraph, topic: str = "") -> dict[str, Any]:
    """Every saved question, or those of a topic, with its parameters."""
    found = [question for question in graph.queries() if question.topic == topic or (not topic)]
    listed = [
        {
            "name": question.name,
            "summary": question.summary,
            "parameters": {parameter.name: parameter.label for parameter in question.parameters},
        }
        for question in found
        if question.topic != "checks" or topic
    ]
    return {"questions": listed, "passages": [], "citation": _data(graph)}


def _question(graph: KnowledgeGraph, name: str) -> dict[str, Any]:
    """What a question means, its parameters with their choices, its columns and its SPARQL."""
    question = graph.question(name)
    parameters = [
        {
            "name": parameter.name,
            "label": parameter.label,
            "type": parameter.type,
            "default": parameter.value,
            "choices": graph.choices(question.name, parameter.name),
        }
        for parameter in question.parameters
    ]
    return {
        "name": question.name,
        "summary": question.summary,
        "description": question.description,
        "parameters": parameters,
        "columns": dict(question.columns),
        "sparql": question.body,
        "passages": [],
        "citation": str(citation.cite(question, {}, graph.header, graph.digest)).strip(),
    }


def _ask(graph: KnowledgeGraph, name: str, parameters: Mapping[str, str], limit: int) -> dict[str, Any]:
    """The answer to a saved question."""
    cited = graph.cite(name, **parameters)
    return {"question": graph.question(name).summary} | _shown(graph, graph.ask(name, **parameters), limit, str(cited))


def _sparql(graph: KnowledgeGraph, query: str, limit: int) -> dict[str, Any]:
    """The answer to a query of SPARQL, which may use the project's prefixes undeclared."""
    asked = Query(query, prefixes=graph.prefixes)
    asked.screen(deepest=DEEPEST)
    found = graph.sparql(asked)
    question = saved.parse(query.encode("utf-8", "replace"), "query", "query", prefixes=graph.prefixes)
    cited = citation.cite(question, {}, graph.header, graph.digest, own=True)
    return _shown(graph, found, limit, str(cited))


def _describe(graph: KnowledgeGraph, thing: str) -> dict[str, Any]:
    """All that is said of a thing."""
    found = graph.describe(thing)
    named = [match[1] for fact in found.facts if is_iri(fact.value) and (match := _PASSAGE.search(fact.value.value))]
    passages = dict.fromkeys([*(place.passage for place in found.places if place.passage), *named])
    return {
        "iri": found.iri,
        "name": found.name,
        "label": found.label,
        "description": str(found),
        "passages": list(passages),
        "citation": _data(graph, found.iri),
    }


def _search(graph: KnowledgeGraph, words: str, limit: int) -> dict[str, Any]:
    """What words find, the best first."""
    hits = graph.search(words, limit)
    found = [
        {
            "name": graph.shorten(hit.iri),
            "iri": hit.iri,
            "label": hit.label,
            "kind": hit.kind,
            "passages": list(hit.passages),
            "snippet": hit.snippet,
        }
        for hit in hits
    ]
    passages = dict.fromkeys(passage for hit in hits for passage in hit.passages)
    return {"hits": found, "passages": list(passages), "citation": _data(graph)}


_TOOLS = {
    "list_questions": _questions,
    "explain_question": _question,
    "ask": _ask,
    "sparql": _sparql,
    "describe": _describe,
    "search": _search,
}


def _shown(graph: KnowledgeGraph, answer: Answer, limit: int, cited: str) -> dict[str, Any]:
    """An answer as JSON: IRIs as short names, numbers as numbers; a graph as Turtle."""
    rows = answer.rows[: max(0, min(limit, MOST))]
    part = Answer(answer.form, answer.columns, rows, answer.truth, answer.heads, answer.shorten, answer.space)
    found: dict[str, Any] = {"columns": list(answer.columns)}
    if answer.form == "construct":
        found["turtle"] = answer_bytes(part, "ttl", graph.prefixes).decode("utf-8", "replace")
    elif answer.form == "ask":
        found["answer"] = bool(answer)
    else:
        found["titles"] = answer.titles
        found["rows"] = [[_cell(answer, term) for term in row] for row in rows]
    if answer.form != "ask":
        found |= {"rows_shown": len(rows), "rows_in_all": len(answer.rows)}
    return {**found, "passages": _passages(graph, part), "citation": cited.strip()}


def _cell(answer: Answer, term: Any) -> Any:
    if is_literal(term):
        value = plain(term)
        return value if isinstance(value, bool | int | float) else term.value
    return None if term is None else answer.shown(term)


def _passages(graph: KnowledgeGraph, answer: Answer) -> list[str]:
    """The passages that an answer names; where it names none, those in which the things that it names are stated."""
    iris = list(dict.fromkeys(term.value for row in answer.rows for term in row if is_iri(term)))
    named = [*answer.passages(), *(match[1] for iri in iris if (match := _PASSAGE.search(iri)))]
    return list(dict.fromkeys(named or _stated(graph, iris[:_LOOKED_UP])))


def _stated(graph: KnowledgeGraph, iris: Iterable[str]) -> list[str]:
    things = " ".join(map(iri_text, iris))
    if not things:
        return []
    pattern = f"VALUES ?thing {{ {things} }} ?thing <{SR}isStatedIn> ?passage"
    query = f"SELECT DISTINCT ?passage {{ {pattern} }} ORDER BY ?passage"
    rows = graph.engine.query(query).rows
    return [match[1] for (passage,) in rows if (match := _PASSAGE.search(passage.value))]


def _data(graph: KnowledgeGraph, iri: str = "") -> str:
    return citation.of_data(graph.header, graph.digest, iri)
