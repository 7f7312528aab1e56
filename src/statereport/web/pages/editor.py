"""The SPARQL editor: a text box and the answer below it; what a better box needs (words of this graph) as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from statereport import emptiness, sparql
from statereport.errors import Problem
from statereport.vocab import BASE, SR
from statereport.web import negotiation, shown
from statereport.web import page as pages
from statereport.web.http import Request, Response
from statereport.web.pages.questions import FORMATS, IDENTIFIERS
from statereport.web.protocol import Capped
from statereport.web.site import Site

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
    mend: str
    code: str
    line: int = 0
    column: int = 0


def page(site: Site, request: Request) -> Response:
    """The editor; with ?query=, also its answer. A query that cannot be run is told in words, with status 400."""
    given = request.value("query")
    if not given.strip():
        return _page(site, request, given or EXAMPLE)
    text = sparql.with_prefixes(given.replace("\r\n", "\n"), site.graph.prefixes)
    if request.value("format"):
        return _file(site, text, request.value("format"))
    try:
        answer = site.graph.sparql(text)
    except Problem as problem:
        return _page(site, request, text, 400, fault=_fault(problem))
    identifiers = bool(request.value(IDENTIFIERS))
    rows = answer.rows[:MOST]
    cut = answer if len(answer.rows) <= MOST else type(answer)(answer.form, answer.columns, rows, answer.truth)
    return _page(
        site, request, text,
        answer=answer,
        table=shown.table(cut, site.names, identifiers),
        why=None if answer.rows else emptiness.explain(text, site.graph.engine),
        identifiers=identifiers,
        downloads=[(f"/editor?{urlencode({'query': text, 'format': ending})}", label.partition(",")[0]) for ending, label in FORMATS[answer.form]],
    )


def _file(site: Site, text: str, ending: str) -> Response:
    """The whole answer as a file, as the protocol gives it."""
    output = Capped(site.limits.answer_bytes)
    form = site.graph.engine.write(text, lambda forms: ending, output)
    headers = (("Content-Disposition", f'attachment; filename="answer.{form}"'),)
    return Response(200, negotiation.QUESTIONS[form], bytes(output.data), headers)


def _page(site: Site, request: Request, text: str, status: int = 200, **more) -> Response:
    told = {"answer": None, "table": None, "fault": None, "why": None, "identifiers": False, "downloads": (), **more}
    return pages.html(site, request, "editor.html", status, text=text, lines=text.split("\n"), most=MOST, **told)


def words(site: Site, request: Request) -> Response:
    """Every class, property and named thing of the graph, for completion: label and name, and of properties which classes have them.

    `of` tells for each class whose shape names the property whether it must be there.
    """
    shapes: dict[str, dict[str, bool]] = {}
    for row in site.graph.ask("pages/properties-of-classes"):
        needed = shapes.setdefault(row["property"], {})
        name = site.names.short(row["class"])
        needed[name] = needed.get(name, False) or bool(row["least"])
    terms = {row["term"]: row for row in site.graph.ask("pages/terms")}
    found = []
    for iri in sorted({*terms, *shapes, *site.names.labels}):
        entry = _word(site, iri, terms.get(iri), shapes.get(iri))
        if entry:
            found.append(entry)
    body = {"prefixes": dict(site.names.prefixes), "words": found}
    return Response(200, "application/json", json.dumps(body, ensure_ascii=False, sort_keys=True).encode("utf-8"))


def _word(site: Site, iri: str, term: dict | None, of: dict[str, bool] | None) -> dict | None:
    name = site.names.short(iri)
    # What has no prefix cannot be written in short; shapes and graphs are not what people ask for by name.
    if "://" in name or (not iri.startswith((BASE + "id/", SR)) and not of):
        return None
    if term or of:
        kind = _KINDS[term["kind"].rpartition("#")[2]] if term else "property"
    elif iri.startswith(SR):
        return None
    else:
        kind = "thing"
    entry = {"name": name, "label": site.names.label(iri).text, "kind": kind}
    if term:
        entry["says"] = term["definition"]
    if of:
        entry["of"] = of
    return entry


def _fault(problem: Problem) -> Fault:
    place = re.search(r":(\d+):(\d+)$", problem.where)
    line, column = (int(place[1]), int(place[2])) if place else (0, 0)
    return Fault(problem.what, problem.mend, problem.code, line, column)
