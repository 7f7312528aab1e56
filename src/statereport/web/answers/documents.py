"""Answers for programs: each thing's document, graphs, saved questions as files, and the published files themselves.

https://w3id.org/statereport/X is served at /X: a thing's own address leads (303) to the document about it in the form
that the client accepts, and the document's address is that with an ending. Names may hold dots; only the endings known
here are endings.
"""

from __future__ import annotations

from statereport.errors import AddressUnknown, RequestBroken
from statereport.pages.routes import Route, always
from statereport.questions import spreadsheet
from statereport.rdf import namespaces
from statereport.sparql import engine
from statereport.sparql.query import Query
from statereport.web.answers import descriptions, questions
from statereport.web.answers.site import Site
from statereport.web.wire import negotiation
from statereport.web.wire.http import Request, Response
from statereport.web.wire.links import VARY, see, signposts, to
from statereport.web.wire.protocol import Capped

_ONTOLOGY = """PREFIX part: <https://w3id.org/statereport/graph/ontology/>
CONSTRUCT { ?subject ?predicate ?object } WHERE { GRAPH ?graph { ?subject ?predicate ?object }
FILTER(STRSTARTS(STR(?graph), STR(part:)) && !CONTAINS(STR(?graph), "/shapes/") && ?graph != part:prefixes)
FILTER(?graph != part:withdrawn || STRSTARTS(STR(?subject), "https://w3id.org/statereport/def/")) }"""


# --- things ----------------------------------------------------------------------------------------------------------


def thing(site: Site, request: Request, space: str, name: str) -> Response | None:
    """A thing, term or shape: from its own address to its document; the document, but for its page."""
    local, ending = negotiation.split_ending(name, negotiation.DOCUMENTS)
    if ending == "html":
        return None
    iri = f"{namespaces.BASE}{space}/{local}"
    _refuse_unknown(site, iri, "{ %s ?p ?o } UNION { ?s ?q %s }")
    if not ending:
        return see(request, f"/{space}/{local}", negotiation.DOCUMENTS)
    if space == "def" and local == site.version:  # owl:versionIRI: this version of the ontology, whole
        return ontology(site, request, ending)
    body = _document(site, "pages/document", ending, thing=iri)
    return Response(200, negotiation.DOCUMENTS[ending], body, signposts(f"/{space}/{local}", iri, ending))


def ontology(site: Site, request: Request, ending: str | None) -> Response:
    """The ontology itself, at the address that its terms begin with."""
    if not ending:
        chosen = negotiation.choose(request.header("accept"), negotiation.DOCUMENTS)
        return to("/def" if chosen == "html" else f"/def.{chosen}")
    body = site.graph.serialise(_ONTOLOGY, ending)
    return Response(200, negotiation.GRAPHS[ending], body, signposts("/def", namespaces.SR, ending))


def graph(site: Site, request: Request, name: str) -> Response | None:
    """A named graph by its own address: all that it says."""
    local, ending = negotiation.split_ending(name, negotiation.DOCUMENTS)
    if ending == "html":
        return None
    iri = namespaces.GRAPH + local
    _refuse_unknown(site, iri, "GRAPH %s { ?s ?p ?o }")
    if not ending:
        return see(request, f"/graph/{local}", negotiation.DOCUMENTS)
    return Response(
        200,
        negotiation.DOCUMENTS[ending],
        _document(site, "pages/graph", ending, graph=iri),
        signposts(f"/graph/{local}", iri, ending),
    )


def graph_store(site: Site, request: Request) -> Response:
    """The SPARQL 1.1 Graph Store Protocol, its reading half: `?graph=IRI`, or `?default` for all graphs together."""
    named, default = request.values("graph"), request.values("default")
    if len(named) + len(default) != 1:
        raise RequestBroken(
            where="graph",
            what="The request names no graph, or several.",
            hint="ask /graph?graph=IRI, or /graph?default for all.",
        )
    ending = negotiation.choose(request.header("accept"), negotiation.GRAPHS)
    if default:
        output = Capped(site.limits.own_answer_bytes)
        site.graph.engine.write("CONSTRUCT WHERE { ?s ?p ?o }", lambda forms: ending, output)
        return Response(200, negotiation.GRAPHS[ending], bytes(output.data), (VARY,))
    _refuse_unknown(site, named[0], "GRAPH %s { ?s ?p ?o }")
    return Response(200, negotiation.GRAPHS[ending], _document(site, "pages/graph", ending, graph=named[0]), (VARY,))


def _document(site: Site, page: str, ending: str, /, **values: str) -> bytes:
    query = site.graph.question(page)
    return site.graph.serialise(query.bind(values), ending, query.source)


def _refuse_unknown(site: Site, iri: str, pattern: str) -> None:
    """Raise AddressUnknown where the pattern, with the IRI in its places, matches nothing."""
    try:
        term = engine.iri_text(iri)
    except ValueError:
        term = ""
    if not term or not site.graph.engine.query(f"ASK {{ {pattern.replace('%s', term)} }}"):
        raise AddressUnknown(
            where=iri[:200],
            what="The graph has nothing under this name.",
            hint="search for it (/search?q=…), or see the list of graphs at /sparql",
        )


# --- files -----------------------------------------------------------------------------------------------------------


def file(site: Site, request: Request, name: str) -> Response:
    """A published file of the build."""
    found = site.exports.get(name)
    if found is None:
        raise AddressUnknown(where=name[:200], what="There is no such file.", hint="/about lists the files.")
    return Response(200, found.media_type, found.body)


def files(site: Site, request: Request) -> Response:
    """The list of the published files."""
    return to("/about#files")


def editor_file(site: Site, request: Request) -> Response | None:
    """The whole answer to the query in the editor as a file, or None where no format is asked for.

    A workbook (xlsx) is for spreadsheets; every other format is as the protocol gives it.
    """
    ending = request.value("format")
    if not ending:
        return None
    text = Query(request.value("query").replace("\r\n", "\n"), prefixes=site.graph.prefixes).whole
    output = Capped(site.limits.answer_bytes)
    headers = (("Content-Disposition", f'attachment; filename="answer.{ending}"'),)
    if ending == "xlsx":
        answer = site.graph.engine.query(text)
        output.write(spreadsheet.workbook(answer.columns, answer.rows))
    else:
        site.graph.engine.write(text, lambda forms: ending, output)
    return Response(200, negotiation.QUESTIONS[ending], bytes(output.data), headers)


_DOCUMENTS = always(negotiation.DOCUMENTS)
ROUTES = (
    Route.of(r"/editor", editor_file, always("query", "format")),
    Route.of(r"/(?P<space>id|def|shape|parameter)/(?P<name>.+)", thing, forms=_DOCUMENTS),
    Route.of(r"/def(?:/|\.(?P<ending>ttl|jsonld|nt|rdf))", ontology, forms=_DOCUMENTS),
    Route.of(r"/graph", graph_store, always("graph", "default"), forms=always(negotiation.GRAPHS)),
    Route.of(r"/graph/(?P<name>.+)", graph, forms=_DOCUMENTS),
    Route.of(r"/query/(?P<name>.+)", questions.question, questions.reads, strict=True, forms=questions.tables),
    Route.of(r"/data", files),
    Route.of(r"/data/(?P<name>.+)", file),
    *descriptions.ROUTES,
)
