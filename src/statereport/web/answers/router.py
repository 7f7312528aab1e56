"""Every request has one answer: the table of addresses, and problems as pages or problem+json.

A plain function without a loop or a socket. It runs in a worker process, and in tests without a server.
"""

from __future__ import annotations

from urllib.parse import quote

from statereport import errors
from statereport.errors import AddressUnknown, MethodNotAllowed, Problem
from statereport.pages import routes
from statereport.rdf.namespaces import BASE, DCTERMS
from statereport.sparql.engine import iri_text
from statereport.web.answers import documents
from statereport.web.answers.site import Site
from statereport.web.wire import negotiation, problems, protocol
from statereport.web.wire.http import Request, Response, tagged


def answer(site: Site, request: Request) -> Response:
    """The response to a request. Problems become responses; any other exception is a fault of the server."""
    try:
        return tagged(_route(site, request))
    except Problem as problem:
        return _told(site, request, problem)


def _route(site: Site, request: Request) -> Response:
    if request.path in protocol.PATHS and protocol.asks(request):
        return protocol.respond(site.graph.engine, request, site.limits, f"{site.base}/sparql")
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed(
            where=request.path, what=f"{request.method} is not a method of this address.", hint="use GET."
        )
    for pattern, function in documents.ROUTES:
        match = pattern.fullmatch(request.path)
        response = function(site, request, **match.groupdict()) if match else None
        if response is not None:
            return response
    for pattern, function in routes.ROUTES:
        match = pattern.fullmatch(request.path)
        if match:
            return Response.of(function(site, request.address, **match.groupdict()))
    raise AddressUnknown(
        where=request.path[:200],
        what="There is nothing at this address.",
        hint="see the list of questions at /query, or search: /search?q=…",
    )


def _told(site: Site, request: Request, problem: Problem) -> Response:
    """A problem as a page of the site, for who reads pages, else as problem+json; what has moved is redirected."""
    accept = request.header("accept")
    moved = successor(site, request.path) if problems.status_of(problem) == 404 else ""
    if moved:
        return Response(301, "text/plain", f"{moved}\n".encode(), (("Location", moved), ("Vary", "Accept")))
    plain = problems.response(problem, accept)
    if problems.form(accept) != "html":
        return plain
    try:
        page = routes.about.fault(
            site, request.address, problem, plain.status, problems.title_of(plain.status), plain.headers
        )
        return Response.of(page)
    except Exception:  # a fault while a fault is told: the small page needs nothing
        return plain


def successor(site: Site, path: str) -> str:
    """The path of what replaced the thing at a path, with the same ending; nothing where it was not withdrawn.

    What was withdrawn says so itself (dcterms:isReplacedBy); problem codes have a table of their own.
    """
    code = path.removeprefix("/problem/")
    if code in errors.RENAMED:
        return f"/problem/{errors.RENAMED[code]}"
    local, ending = negotiation.split_ending(path, negotiation.DOCUMENTS)
    try:
        term = iri_text(BASE + local.removeprefix("/"))
    except ValueError:
        return ""
    rows = site.graph.engine.query(f"SELECT ?new {{ {term} <{DCTERMS}isReplacedBy> ?new }} ORDER BY ?new LIMIT 1").rows
    return f"/{quote(rows[0][0].value.removeprefix(BASE))}{f'.{ending}' if ending else ''}" if rows else ""
