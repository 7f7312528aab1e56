"""Answers for programs: each thing's document, graphs, saved questions as files, and the published files themselves.

https://w3id.org/statereport/X is served at /X: a thing's own address leads (303) to the document about it in the form that the
client accepts, and the document's address is that with an ending. Names may hold dots; only the endings known here are endings.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from urllib.parse import quote, urlencode

from statereport import chart, vocab
from statereport.answers import Answer, plain
from statereport.errors import AddressUnknown, BadParameter, RequestBroken, UnknownName
from statereport.queries import SavedQuery
from statereport.web import descriptions, negotiation
from statereport.web.http import Request, Response
from statereport.web.protocol import Capped
from statereport.web.site import Site

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
VARY = ("Vary", "Accept")
QUERY_FORMS = {
    "html": "text/html",
    **negotiation.RESULTS,
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "svg": "image/svg+xml",
    "rq": "application/sparql-query",
}
BY_FORM = {
    "select": ("html", *negotiation.RESULTS),
    "ask": ("html", "json", "xml", "csv", "tsv"),
    "construct": ("html", *negotiation.GRAPHS),
}
# Beginnings at which a spreadsheet takes a cell for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_ONTOLOGY = """PREFIX part: <https://w3id.org/statereport/graph/ontology/>
CONSTRUCT { ?subject ?predicate ?object } WHERE { GRAPH ?graph { ?subject ?predicate ?object }
FILTER(STRSTARTS(STR(?graph), STR(part:)) && !CONTAINS(STR(?graph), "/shapes/") && ?graph != part:prefixes) }"""


# --- things ----------------------------------------------------------------------------------------------------------


def thing(site: Site, request: Request, space: str, name: str) -> Response | None:
    """A thing, term or shape: from its own address to its document; the document, but for its page."""
    local, ending = negotiation.split_ending(name, negotiation.DOCUMENTS)
    if ending == "html":
        return None
    iri = f"{vocab.BASE}{space}/{local}"
    if not ending:
        _known(site, iri)
        return _see(request, f"/{space}/{local}", negotiation.DOCUMENTS)
    body = document(site, "pages/document", ending, thing=iri)
    return Response(200, negotiation.DOCUMENTS[ending], body, signposts(f"/{space}/{local}", iri, ending))


def ontology(site: Site, request: Request, ending: str) -> Response:
    """The ontology itself, at the address that its terms begin with."""
    if not ending:
        forms = {"": "text/html", **negotiation.GRAPHS}
        chosen = negotiation.choose(request.header("accept"), forms)
        return _to(f"/def.{chosen}" if chosen else "/def")
    body = site.graph.serialise(_ONTOLOGY, ending)
    return Response(200, negotiation.GRAPHS[ending], body, signposts("/def", vocab.SR, ending))


def graph(site: Site, request: Request, name: str) -> Response | None:
    """A named graph by its own address: all that it says."""
    local, ending = negotiation.split_ending(name, negotiation.DOCUMENTS)
    if ending == "html":
        return None
    iri = vocab.GRAPH + local
    if iri not in graphs(site):
        raise AddressUnknown(where=iri, what="There is no graph of this name.", mend="the description of the service lists the graphs: /sparql")
    if not ending:
        return _see(request, f"/graph/{local}", negotiation.DOCUMENTS)
    return Response(200, negotiation.DOCUMENTS[ending], document(site, "pages/graph", ending, graph=iri), signposts(f"/graph/{local}", iri, ending))


def graph_store(site: Site, request: Request) -> Response:
    """The SPARQL 1.1 Graph Store Protocol, its reading half: `?graph=IRI`, or `?default` for all graphs together."""
    named, default = request.values("graph"), request.values("default")
    if len(named) + len(default) != 1:
        raise RequestBroken(where="graph", what="The request names no graph, or several.", mend="ask /graph?graph=IRI, or /graph?default for all.")
    ending = negotiation.choose(request.header("accept"), negotiation.GRAPHS)
    if default:
        output = Capped(site.limits.own_answer_bytes)
        site.graph.engine.write("CONSTRUCT WHERE { ?s ?p ?o }", lambda forms: ending, output)
        return Response(200, negotiation.GRAPHS[ending], bytes(output.data), (VARY,))
    if named[0] not in graphs(site):
        raise AddressUnknown(where=named[0][:200], what="There is no graph of this name.", mend="the description of the service lists the graphs: /sparql")
    return Response(200, negotiation.GRAPHS[ending], document(site, "pages/graph", ending, graph=named[0]), (VARY,))


def graphs(site: Site) -> dict[str, int]:
    """Each named graph with the number of its triples."""
    query = site.graph.question("pages/graphs")
    return {name.value: plain(number) for name, number in site.graph.engine.query(query.text, query.source).rows}


def document(site: Site, page: str, ending: str, **values: str) -> bytes:
    """What a query for pages constructs, as a document. Raises AddressUnknown where that is nothing."""
    query = site.graph.question(page)
    try:
        text = query.bind(values)
    except BadParameter:
        text = ""
    if not text or not site.graph.engine.query(text, query.source):
        raise AddressUnknown(where=next(iter(values.values())), what="Nothing is said of this.", mend="search for it: /search?q=…")
    return site.graph.serialise(text, ending, query.source)


def _known(site: Site, iri: str) -> None:
    document(site, "pages/document", "nt", thing=iri)


# --- saved questions -------------------------------------------------------------------------------------------------


def question(site: Site, request: Request, name: str) -> Response | None:
    """A saved question: from its own address to an answer; the answer with the request's values, but for its page."""
    local, ending = negotiation.split_ending(name, QUERY_FORMS)
    query = asked(site, local)
    forms = forms_of(query)
    if not ending:
        # The text of the question is had by its ending only: it is not an answer.
        return _see(request, f"/query/{local}", {ending: kind for ending, kind in forms.items() if ending != "rq"})
    if ending == "html" and query.topic != "checks":
        return None
    if ending not in forms:
        raise AddressUnknown(where=request.path, what=f"This question is not answered as .{ending}.", mend=f"use one of: {', '.join(forms)}.")
    if ending == "rq":
        return Response(200, "application/sparql-query; charset=utf-8", query.text.encode(), signposts(f"/query/{local}", query.iri, ending, forms))
    text = query.bind(values(request, query))
    headers = signposts(f"/query/{local}", query.iri, ending, forms)
    if ending == "csv":
        body, changed = spreadsheet(query, site.graph.engine.query(text, query.source), bom=request.value("bom") == "1")
        headers += (("Content-Disposition", f'attachment; filename="{query.slug}.csv"'), ("Cells-Neutralised", str(changed)))
        return Response(200, "text/csv; charset=utf-8; header=present", body, headers)
    if ending == "svg":
        return Response(200, "image/svg+xml", chart.draw(query, site.graph.engine.query(text, query.source)).encode(), headers)
    return Response(200, QUERY_FORMS[ending], site.graph.serialise(text, ending, query.source), headers)


def asked(site: Site, name: str) -> SavedQuery:
    """The question at an address under /query/. Raises UnknownName; what only makes pages has no address."""
    if name.startswith("pages/") or "/" not in name:
        raise UnknownName(where=name, what="There is no saved query at this address.", mend="see the list at /query")
    return site.graph.question(name)


def forms_of(query: SavedQuery) -> dict[str, str]:
    """The endings under which a question is answered, with their media types."""
    endings = (*BY_FORM[query.form], *(("svg",) if query.chart else ()), "rq")
    return {ending: QUERY_FORMS[ending] for ending in endings}


def values(request: Request, query: SavedQuery) -> dict[str, str]:
    """The values that a request gives to a question's parameters. Raises BadParameter for one given twice."""
    found: dict[str, str] = {}
    for name, value in request.query:
        if name in found:
            raise BadParameter(where=query.name, what=f"{name[:80]} is given twice.", mend="give each parameter once.")
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


# --- where things are ------------------------------------------------------------------------------------------------


def signposts(path: str, iri: str, ending: str, forms: Iterable[str] = tuple(negotiation.DOCUMENTS)) -> tuple[tuple[str, str], ...]:
    """The headers that say what a document is about, what other forms it has and under which terms it is given."""
    kinds = {**QUERY_FORMS, **negotiation.DOCUMENTS}
    here = quote(path)
    links = [f'<{iri}>; rel="cite-as"', f'<{LICENCE}>; rel="license"', f'<{vocab.BASE}dataset>; rel="collection"']
    links += [f'<{here}.{other}>; rel="alternate"; type="{kinds[other]}"' for other in forms if other != ending]
    return (VARY, ("Link", ", ".join(links)))


def file(site: Site, request: Request, name: str) -> Response:
    """A published file of the build."""
    found = site.exports.get(name)
    if found is None:
        raise AddressUnknown(where=name[:200], what="There is no such file.", mend="/about lists the files.")
    return Response(200, found.media_type, found.body)


def _see(request: Request, path: str, forms: dict[str, str]) -> Response:
    ending = negotiation.choose(request.header("accept"), forms)
    given = f"?{urlencode(request.query)}" if request.query else ""
    return _to(f"{quote(path)}.{ending}{given}")


def _to(path: str) -> Response:
    """See other. Only a path: which host it is on, nobody but the configuration may say."""
    return Response(303, "text/plain", f"{path}\n".encode(), (("Location", path), VARY))


def _route(pattern: str, function: Callable[..., Response | None]) -> tuple[re.Pattern[str], Callable[..., Response | None]]:
    return re.compile(pattern), function


ROUTES = (
    _route(r"/(?P<space>id|def|shape)/(?P<name>.+)", thing),
    _route(r"/def(?:/|\.(?P<ending>ttl|jsonld|nt|rdf))", lambda site, request, ending: ontology(site, request, ending or "")),
    _route(r"/graph", graph_store),
    _route(r"/graph/(?P<name>.+)", graph),
    _route(r"/query/(?P<name>.+)", question),
    _route(r"/data/(?P<name>.+)", file),
    *descriptions.ROUTES,
)
