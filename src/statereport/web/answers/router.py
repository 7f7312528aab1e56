"""Every request has one answer: the table of addresses, and problems as pages or problem+json.

Plain functions without a loop or a socket. They run in a worker process, and in tests without a server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from statereport import errors
from statereport.errors import AddressUnknown, MethodNotAllowed, NotAcceptable, Problem
from statereport.pages import questions as question_pages
from statereport.pages import routes, static_files
from statereport.pages.page import LANGUAGE, LANGUAGES
from statereport.rdf.namespaces import BASE, DCTERMS
from statereport.sparql.engine import iri_text
from statereport.web.answers import documents
from statereport.web.answers.site import Site
from statereport.web.wire import links, negotiation, problems, protocol
from statereport.web.wire.http import Request, Response, tagged

# Parameters of which only matters whether they are there.
SWITCHES = (question_pages.IDENTIFIERS,)
# Addresses that end in a slash; at any other, the slash is left out.
WITH_SLASH = ("/", "/def/", "/sparql/")
# No address of a thing is longer, so for what is longer nothing is looked up.
_LONGEST = 1_000


def answer(site: Site, request: Request) -> Response:
    """Return the response to a request. Problems become responses; any other exception is a fault of statereport."""
    try:
        response = _route(site, request)
    except Problem as problem:
        moved = successor(site, request) if problems.status_of(problem) == 404 else ""
        if not moved:
            return _explained(site, request, problem)
        response = links.to(moved, 301)
    else:
        moved = successor(site, request) if response.status == 400 and request.query else ""
        response = links.to(moved, 301) if moved else response
    return tagged(links.below(site.root, response))


def file(site: Site, path: str) -> Response | None:
    """Return the published file, or the file of the pages, at a path; None where there is none. It asks no engine."""
    if any(route.answer in (documents.file, static_files.static_file) for route, _ in _matches(path)):
        response = answer(site, Request("GET", path))
        return response if response.status == 200 else None
    return None


def canonical(site: Site, request: Request) -> Request | None:
    """Return the request without what its answer does not depend on, its parameters in one order.

    None where the answer may not be kept, because a parameter is given twice or will be refused.
    """
    matched = [(route, match.groupdict()) for route, match in _matches(request.path)]
    read = {name for route, groups in matched for name in route.reads(site, **groups)}
    known = [
        (name, value)
        for name, value in request.query
        if name in read or (name == LANGUAGE and value in LANGUAGES and is_page(request.path))
    ]
    if any(route.strict for route, _ in matched) and len(known) < len(request.query):
        return None
    if len(dict(known)) < len(known):
        return None
    pairs = ((name, "1" if name in SWITCHES and value else value) for name, value in sorted(known))
    return replace(request, query=tuple((name, value) for name, value in pairs if value or name not in SWITCHES))


def is_page(path: str) -> bool:
    """Whether a page is at a path, whose names are in the language that the client prefers."""
    if not path.rpartition("/")[2].endswith(".html") and "." in path.rpartition("/")[2]:
        return False
    return any(route not in documents.ROUTES for route, _ in _matches(path))


def form(site: Site, request: Request) -> tuple[str, ...]:
    """Return what the Accept headers of a request decide about its answer, if that is not a problem.

    Headers that would choose alike give the same value, so that an answer kept for one is found for the other.
    """
    language = (request.address.language,) if is_page(request.path) else ()
    if negotiation.split_ending(request.path, negotiation.QUESTIONS)[1]:
        return language
    tables = (route.forms(site, **match.groupdict()) for route, match in _matches(request.path))
    return (*language, *(_choice(request, table) for of_route in tables for table in of_route))


def _choice(request: Request, forms: Mapping[str, str]) -> str:
    try:
        return negotiation.choose(request.header("accept"), forms)
    except NotAcceptable:
        return ""


def _matches(path: str) -> Iterator[tuple[routes.Route, object]]:
    for route in (*documents.ROUTES, *routes.ROUTES):
        match = route.pattern.fullmatch(path)
        if match:
            yield route, match


def _route(site: Site, request: Request) -> Response:
    if request.path in protocol.PATHS and protocol.asks(request):
        return protocol.respond(site.graph.engine, request, site.limits, f"{site.base}/sparql")
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed(
            where=request.path, what=f"{request.method} is not a method of this address.", hint="use GET."
        )
    if request.path.endswith("/") and request.path not in WITH_SLASH:
        return links.moved(request)
    for route, match in _matches(request.path):
        if route in documents.ROUTES:
            response = route.answer(site, request, **match.groupdict())
            if response is not None:
                return response
        else:
            address = request.address
            return Response.of(route.answer(site.naming(address.language), address, **match.groupdict()))
    raise AddressUnknown(
        where=request.path[:200],
        what="There is nothing at this address.",
        hint="see the list of questions at /query, or search: /search?q=…",
    )


def _explained(site: Site, request: Request, problem: Problem) -> Response:
    """A problem as a page where the client prefers pages, else as problem+json."""
    accept = request.header("accept")
    plain = problems.response(problem, accept, site.root)
    if problems.form(accept) != "html":
        return plain
    try:
        shown, title = problems.shown(problem, site.root), problems.title_of(plain.status)
        address = request.address
        named = site.naming(address.language)
        page = routes.problems.problem_page(named, address, shown, plain.status, title, plain.headers)
        return links.below(site.root, Response.of(page))
    except Exception:  # a fault while a problem is explained: the small page needs nothing
        return plain


def successor(site: Site, request: Request) -> str:
    """Return the address of what replaced the thing at a request's address, or "" where nothing there was withdrawn.

    What was withdrawn says so itself (dcterms:isReplacedBy): a thing, whose documents keep their endings, or one value
    of a parameter, `statistics/<cube>?<dimension>=<code>`; the other parameters stay. Problem codes have a table of
    their own.
    """
    code = request.path.removeprefix("/problem/")
    if code in errors.RENAMED:
        return f"/problem/{errors.RENAMED[code]}"
    local, ending = negotiation.split_ending(request.path, negotiation.DOCUMENTS)
    new = _replacement(site, local)
    if new:
        return f"/{quote(new)}{f'.{ending}' if ending else ''}"
    local = negotiation.split_ending(request.path, negotiation.QUESTIONS)[0]
    query = []
    for name, value in request.query:
        replaced = parse_qsl(urlsplit(_replacement(site, f"{local}?{urlencode({name: value})}")).query)
        query += replaced or [(name, value)]
    return f"{quote(request.path)}?{urlencode(query)}" if query != list(request.query) else ""


def _replacement(site: Site, local: str) -> str:
    """The IRI, without its base, of what replaced the thing of an IRI, both without the base; "" where nothing did."""
    if len(local) > _LONGEST:
        return ""
    try:
        term = iri_text(BASE + local.removeprefix("/"))
    except ValueError:
        return ""
    rows = site.graph.engine.query(f"SELECT ?new {{ {term} <{DCTERMS}isReplacedBy> ?new }} ORDER BY ?new LIMIT 1").rows
    return rows[0][0].value.removeprefix(BASE) if rows else ""
