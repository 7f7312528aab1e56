"""Saved questions as files: each has its own address, with an ending for the form and its parameters in the query."""

from __future__ import annotations

from statereport.errors import AddressUnknown, BadParameter, UnknownName
from statereport.pages import charts
from statereport.questions import chart
from statereport.questions.saved import SavedQuery
from statereport.sparql.engine import answer_bytes
from statereport.web.answers.site import Site
from statereport.web.wire import negotiation
from statereport.web.wire.http import Request, Response
from statereport.web.wire.links import see, signposts

# By which Excel recognises UTF-8 in CSV.
BOM = b"\xef\xbb\xbf"
BY_FORM = {
    "select": ("html", *negotiation.RESULTS, *negotiation.WORKBOOK),
    "ask": ("html", "json", "xml", "csv", "tsv"),
    "construct": ("html", *negotiation.GRAPHS),
}


# --- saved questions -------------------------------------------------------------------------------------------------


def question(site: Site, request: Request, name: str) -> Response | None:
    """A saved question: from its own address to an answer; the answer with the request's values, but for its page."""
    local, ending = negotiation.split_ending(name, negotiation.QUESTIONS)
    if not ending:
        return see(request, f"/query/{_question_of(site, local).name}", negotiated(site, local))
    query = asked(site, local)
    forms = forms_of(query)
    if ending == "html":
        return None
    if ending in described_in(query):
        page = site.graph.question("pages/document")
        body = site.graph.serialise(page.bind({"thing": query.iri}), ending, page.source)
        return Response(200, negotiation.GRAPHS[ending], body, signposts(f"/query/{local}", query.iri, ending, forms))
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
    answer = query.answer(site.graph.engine, values(request, query))
    headers = signposts(f"/query/{local}", query.iri, ending, forms)
    if ending in ("csv", "xlsx"):
        headers += (("Content-Disposition", f'attachment; filename="{query.slug}.{ending}"'),)
    if ending == "xlsx":
        return Response(200, negotiation.QUESTIONS[ending], query.workbook(answer), headers)
    if ending == "csv":
        mark = BOM if request.value("bom") == "1" else b""
        body = mark + answer_bytes(answer, ending, site.graph.prefixes)
        return Response(200, "text/csv; charset=utf-8; header=present", body, headers)
    if ending in negotiation.PICTURES:
        return Response.of(charts.specification_page(chart.of(query, answer, site.graph.charting), headers))
    return Response(200, negotiation.QUESTIONS[ending], answer_bytes(answer, ending, site.graph.prefixes), headers)


def reads(site: Site, name: str) -> tuple[str, ...]:
    """Return the names of the parameters that a question's answer depends on; none for a question that there is not."""
    local, ending = negotiation.split_ending(name, negotiation.QUESTIONS)
    try:
        query = asked(site, local)
    except UnknownName:
        return ()
    names = (parameter.name for parameter in query.parameters)
    return (*names, *query.former, *(["bom"] if ending == "csv" else []))


def asked(site: Site, name: str) -> SavedQuery:
    """The question at an address under /query/. Raises UnknownName; what only makes pages has no address."""
    if name.startswith("pages/") or "/" not in name:
        raise UnknownName(where=name, what="There is no saved query at this address.", hint="see the list at /query")
    return site.graph.question(name)


def _question_of(site: Site, name: str) -> SavedQuery:
    """The question of that name, or the one whose parameter has that name: parameters are described with questions."""
    parent, _, last = name.rpartition("/")
    names = {query.name for query in site.graph.every_query()}
    if name not in names and parent in names:
        question = asked(site, parent)
        if any(last in (it.name, it.former) for it in question.parameters):
            return question
    return asked(site, name)


def negotiated(site: Site, name: str) -> dict[str, str]:
    """Return the forms of the answer at a question's own address; its text is had by the ending .rq only."""
    return {ending: kind for ending, kind in forms_of(_question_of(site, name)).items() if ending != "rq"}


def tables(site: Site, name: str) -> tuple[dict[str, str], ...]:
    """Return the table of forms of a question; none for a question that there is not."""
    try:
        return (negotiated(site, name),)
    except UnknownName:
        return ()


def forms_of(query: SavedQuery) -> dict[str, str]:
    """The endings under which a question is answered, with their media types."""
    endings = (*BY_FORM[query.form], *(negotiation.PICTURES if query.chart else ()), "rq")
    return {ending: negotiation.QUESTIONS[ending] for ending in endings}


def described_in(query: SavedQuery) -> dict[str, str]:
    """The endings under which the question itself is described as data; none where its answer is a graph.

    They are not negotiated: who asks a question's own address for Turtle wants its answer.
    """
    return {} if query.form == "construct" else negotiation.GRAPHS


def values(request: Request, query: SavedQuery) -> dict[str, str]:
    """The values that a request gives to a question's parameters. Raises BadParameter for one given twice."""
    found: dict[str, str] = {}
    for name, value in request.query:
        if name in found:
            raise BadParameter(where=query.name, what=f"{name[:80]} is given twice.", hint="give each parameter once.")
        if name != "bom":
            found[name] = value
    return found
