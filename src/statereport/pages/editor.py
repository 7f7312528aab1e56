"""The SPARQL editor: a text box and the answer below it; what a better box needs (words of this graph) as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from statereport.errors import Problem
from statereport.pages import cells
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, html
from statereport.pages.questions import FORMATS, IDENTIFIERS
from statereport.rdf.namespaces import BASE, SR
from statereport.sparql import emptiness, tokens

# Rows shown; the files have all.
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
_KINDS = {"Class": "class", "ObjectProperty": "property", "DatatypeProperty": "property"}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a query, in words, and where: line and column from one, 0 where it is nowhere."""

    what: str
    hint: str
    code: str
    line: int = 0
    column: int = 0


def page(context: Context, address: Address) -> Page:
    """The editor; with ?query=, also its answer. A query that cannot be run is told in words, with status 400."""
    given = address.value("query")
    if not given.strip():
        return _page(context, address, given or EXAMPLE)
    text = tokens.with_prefixes(given.replace("\r\n", "\n"), context.graph.prefixes)
    try:
        answer = context.graph.sparql(text)
    except Problem as problem:
        return _page(context, address, text, 400, fault=_fault(problem))
    identifiers = bool(address.value(IDENTIFIERS))
    rows = answer.rows[:MOST]
    cut = answer if len(answer.rows) <= MOST else type(answer)(answer.form, answer.columns, rows, answer.truth)
    return _page(
        context,
        address,
        text,
        answer=answer,
        table=cells.table(cut, context.names, identifiers),
        why=None if answer.rows else emptiness.explain(text, context.graph.engine),
        identifiers=identifiers,
        downloads=[
            (f"/editor?{urlencode({'query': text, 'format': ending})}", label.partition(",")[0])
            for ending, label in FORMATS[answer.form]
        ],
    )


def _page(context: Context, address: Address, text: str, status: int = 200, **more) -> Page:
    told = {"answer": None, "table": None, "fault": None, "why": None, "identifiers": False, "downloads": (), **more}
    return html(context, address, "editor.html", status, text=text, lines=text.split("\n"), most=MOST, **told)


def words(context: Context, address: Address) -> Page:
    """Every class, property and named thing of the graph, for completion: label and name, and of properties which classes have them.

    `of` tells for each class whose shape names the property whether it must be there.
    """
    shapes: dict[str, dict[str, bool]] = {}
    for row in context.graph.ask("pages/properties-of-classes"):
        needed = shapes.setdefault(row["property"], {})
        name = context.names.short(row["class"])
        needed[name] = needed.get(name, False) or bool(row["least"])
    terms = {row["term"]: row for row in context.graph.ask("pages/terms")}
    found = []
    for iri in sorted({*terms, *shapes, *context.names.labels}):
        entry = _word(context, iri, terms.get(iri), shapes.get(iri))
        if entry:
            found.append(entry)
    body = {"prefixes": dict(context.names.prefixes), "words": found}
    return Page(json.dumps(body, ensure_ascii=False, sort_keys=True).encode("utf-8"), "application/json")


def _word(context: Context, iri: str, term: dict | None, of: dict[str, bool] | None) -> dict | None:
    name = context.names.short(iri)
    # What has no prefix cannot be written in short; shapes and graphs are not what people ask for by name.
    if "://" in name or (not iri.startswith((BASE + "id/", SR)) and not of):
        return None
    if term or of:
        kind = _KINDS[term["kind"].rpartition("#")[2]] if term else "property"
    elif iri.startswith(SR):
        return None
    else:
        kind = "thing"
    entry = {"name": name, "label": context.names.label(iri).text, "kind": kind}
    if term:
        entry["says"] = term["definition"]
    if of:
        entry["of"] = of
    return entry


def _fault(problem: Problem) -> Fault:
    place = re.search(r":(\d+):(\d+)$", problem.where)
    line, column = (int(place[1]), int(place[2])) if place else (0, 0)
    return Fault(problem.what, problem.hint, problem.code, line, column)
