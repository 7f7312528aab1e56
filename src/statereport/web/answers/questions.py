"""Saved questions as files: each answered at its own address, with an ending for the form and its parameters in the query."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from statereport.errors import AddressUnknown, BadParameter, UnknownName
from statereport.pages import pictures
from statereport.questions import chart
from statereport.questions.saved import SavedQuery
from statereport.sparql.answers import Answer, plain
from statereport.web.answers.site import Site
from statereport.web.wire import negotiation
from statereport.web.wire.http import Request, Response
from statereport.web.wire.links import see, signposts

BY_FORM = {
    "select": ("html", *negotiation.RESULTS),
    "ask": ("html", "json", "xml", "csv", "tsv"),
    "construct": ("html", *negotiation.GRAPHS),
}
# Beginnings at which a spreadsheet takes a cell for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


# --- saved questions -------------------------------------------------------------------------------------------------


def question(site: Site, request: Request, name: str) -> Response | None:
    """A saved question: from its own address to an answer; the answer with the request's values, but for its page."""
    local, ending = negotiation.split_ending(name, negotiation.QUESTIONS)
    parent, _, last = local.rpartition("/")
    if (
        not ending
        and parent.count("/") == 1
        and any(last == parameter.name for parameter in asked(site, parent).parameters)
    ):
        local = parent  # what a question leaves open is told with the question
    query = asked(site, local)
    forms = forms_of(query)
    if not ending:
        # The text of the question is had by its ending only: it is not an answer.
        return see(request, f"/query/{local}", {ending: kind for ending, kind in forms.items() if ending != "rq"})
    if ending == "html" and query.topic != "checks":
        return None
    if ending not in forms:
        raise AddressUnknown(
            where=request.path,
            what=f"This question is not answered as .{ending}.",
            hint=f"use one of: {', '.join(forms)}.",
        )
    if ending == "rq":
        return Response(
            200,
            "application/sparql-query; charset=utf-8",
            query.text.encode(),
            signposts(f"/query/{local}", query.iri, ending, forms),
        )
    text = query.bind(values(request, query))
    headers = signposts(f"/query/{local}", query.iri, ending, forms)
    if ending == "csv":
        body, changed = spreadsheet(query, site.graph.engine.query(text, query.source), bom=request.value("bom") == "1")
        headers += (
            ("Content-Disposition", f'attachment; filename="{query.slug}.csv"'),
            ("Cells-Neutralised", str(changed)),
        )
        return Response(200, "text/csv; charset=utf-8; header=present", body, headers)
    if ending in negotiation.PICTURES:
        return Response.of(pictures.response(chart.of(query, site.graph.engine.query(text, query.source)), headers))
    return Response(200, negotiation.QUESTIONS[ending], site.graph.serialise(text, ending, query.source), headers)


def asked(site: Site, name: str) -> SavedQuery:
    """The question at an address under /query/. Raises UnknownName; what only makes pages has no address."""
    if name.startswith("pages/") or "/" not in name:
        raise UnknownName(where=name, what="There is no saved query at this address.", hint="see the list at /query")
    return site.graph.question(name)


def forms_of(query: SavedQuery) -> dict[str, str]:
    """The endings under which a question is answered, with their media types."""
    endings = (*BY_FORM[query.form], *(negotiation.PICTURES if query.chart else ()), "rq")
    return {ending: negotiation.QUESTIONS[ending] for ending in endings}


def values(request: Request, query: SavedQuery) -> dict[str, str]:
    """The values that a request gives to a question's parameters. Raises BadParameter for one given twice."""
    found: dict[str, str] = {}
    for name, value in request.query:
        if name in found:
            raise BadParameter(where=query.name, what=f"{name[:80]} is given twice.", hint="give each parameter once.")
        if name != "bom":
            found[name] = value
    return found


def spreadsheet(query: SavedQuery, answer: Answer, bom: bool = False) -> tuple[bytes, int]:
    """An answer as CSV for spreadsheets, its columns under their titles. → the bytes, and how many cells were changed.

    A text that a spreadsheet would take for a formula gets an apostrophe before it. Numbers stay numbers. The protocol's
    CSV, at /sparql, changes nothing; neither do .tsv and .json.
    """
    output, changed = io.StringIO(newline=""), 0
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow([query.titles.get(column, column) for column in answer.columns])
    for row in answer.rows:
        cells = [_cell(term) for term in row]
        changed += sum(cell.startswith("'") and not plain_cell.startswith("'") for cell, plain_cell in cells)
        writer.writerow([cell for cell, _ in cells])
    return (b"\xef\xbb\xbf" if bom else b"") + output.getvalue().encode(), changed


def _cell(term: object) -> tuple[str, str]:
    value = plain(term)
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    risky = not isinstance(value, int | float | Decimal) and text.startswith(FORMULA)
    return (f"'{text}" if risky else text), text
