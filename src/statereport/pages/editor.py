"""The SPARQL editor: a text box and the answer below it, and the terms of the graph as JSON for completion."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from statereport.errors import Problem, QueryRefused
from statereport.pages import cells
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, render
from statereport.pages.questions import FORMATS, IDENTIFIERS
from statereport.rdf.namespaces import BASE, SR
from statereport.sparql import emptiness
from statereport.sparql.query import Query
from statereport.sparql.tokens import DEEPEST

# The rows that the page shows; the downloads have all.
MOST = 1000
EXAMPLE = """# The ten laws that the report cites most
SELECT ?law (COUNT(?citation) AS ?citations)
WHERE {
  ?citation a sr:Citation ;
            sr:cites/sr:isPartOf* ?law .
  ?law a sr:LegalInstrument .
}
GROUP BY ?law
ORDER BY DESC(?citations) ?law
LIMIT 10
"""
# What readers of a page can do where the hint is for those who have the sources.
_READ_ONLY = "here the graph is only read; to change a copy of it, download its files, which are listed at About."
_KINDS = {"Class": "class", "ObjectProperty": "property", "DatatypeProperty": "property"}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a query and how to fix it; line and column from one, or 0 where there is no place."""

    what: str
    hint: str
    code: str
    line: int = 0
    column: int = 0


def editor_page(context: Context, address: Address) -> Page:
    """The editor, with the answer to ?query=. A query that cannot run is explained, with status 400."""
    given = address.value("query")
    if not given.strip():
        return _render(context, address, given or EXAMPLE)
    query = Query(given.replace("\r\n", "\n"), prefixes=context.graph.prefixes)
    text = query.text
    try:
        query.screen(deepest=DEEPEST)  # before the engine reads it, which takes long for what is nested deeply
        text = query.whole
        # Where no prefix was added, the query that was read is the one that is asked: a long one is read once.
        answer = context.graph.sparql(query if text == query.text else text)
    except Problem as problem:
        return _render(context, address, text, 400, fault=_fault(problem))
    identifiers = bool(address.value(IDENTIFIERS))
    rows = answer.rows[:MOST]
    cut = answer if len(answer.rows) <= MOST else type(answer)(answer.form, answer.columns, rows, answer.truth)
    return _render(
        context,
        address,
        text,
        answer=answer,
        table=cells.as_asked(cut, context.names, identifiers, text),
        why=None if answer.rows else emptiness.explain(text, context.graph.engine),
        identifiers=identifiers,
        downloads=[
            (f"/editor?{urlencode({'query': text, 'format': ending})}", label.partition(",")[0])
            for ending, label in FORMATS[answer.form]
        ],
    )


def editor_terms(context: Context, address: Address) -> Page:
    """Every class, property and named thing of the graph as JSON: name, label and kind.

    A property has `of`: each class whose shape, or that of a wider class, names it → whether one requires it; and
    `values`, the prefixes of the code lists from which its values are.
    """
    lists: dict[str, set[str]] = {}
    for row in context.graph.ask("pages/lists-of-properties"):
        lists.setdefault(row["property"], set()).add(context.names.short(row["value"]).partition(":")[0])
    shapes: dict[str, dict[str, bool]] = {}
    for row in context.graph.ask("pages/properties-of-classes"):
        required = shapes.setdefault(row["property"], {})
        name = context.names.short(row["class"])
        required[name] = required.get(name, False) or bool(row["least"])
    terms = {row["term"]: row for row in context.graph.ask("pages/terms")}
    entries = (
        _entry(context, iri, terms.get(iri), shapes.get(iri), sorted(lists.get(iri, ())))
        for iri in sorted({*terms, *shapes, *context.names.labels})
    )
    body = {"prefixes": dict(context.names.prefixes), "words": [entry for entry in entries if entry]}
    return Page(json.dumps(body, ensure_ascii=False, sort_keys=True).encode("utf-8"), "application/json")


def _render(context: Context, address: Address, text: str, status: int = 200, **more: Any) -> Page:
    nothing = {"answer": None, "table": None, "fault": None, "why": None, "identifiers": False, "downloads": ()}
    return render(
        context, address, "editor.html", status, text=text, lines=text.split("\n"), most=MOST, **nothing | more
    )


def _entry(
    context: Context, iri: str, term: dict[str, Any] | None, of: dict[str, bool] | None, lists: list[str]
) -> dict[str, Any] | None:
    """What completion needs of a term or thing; None for what is not completed."""
    name = context.names.short(iri)
    # Without a prefix there is no name to insert; shapes and graphs are not asked for by name.
    if "://" in name or (not iri.startswith((BASE + "id/", SR)) and not of):
        return None
    if term or of:
        kind = _KINDS[term["kind"].rpartition("#")[2]] if term else "property"
    elif iri.startswith(SR):
        return None
    else:
        kind = "thing"
    entry: dict[str, Any] = {"name": name, "label": context.names.label(iri).text, "kind": kind}
    if term:
        entry["says"] = term["definition"]
    if of:
        entry["of"] = of
    if lists:
        entry["values"] = lists
    return entry


def _fault(problem: Problem) -> Fault:
    place = re.search(r":(\d+):(\d+)$", problem.where)
    line, column = (int(place[1]), int(place[2])) if place else (0, 0)
    hint = _READ_ONLY if isinstance(problem, QueryRefused) and "statereport build" in problem.hint else problem.hint
    return Fault(problem.what, hint, problem.code, line, column)
