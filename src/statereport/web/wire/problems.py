"""A Problem as an HTTP response: its status, and its text as problem+json (RFC 9457) or as a small page."""

from __future__ import annotations

import html
import json
import re

from statereport.errors import Problem
from statereport.web.wire import links, negotiation
from statereport.web.wire.http import Response

STATUS = {
    "request-broken": 400,
    "query-syntax": 400,
    "query-refused": 400,
    "query-failed": 400,
    "bad-parameter": 400,
    "bad-search": 400,
    "unknown-prefix": 400,
    "update-refused": 403,
    "unknown-name": 404,
    "unknown-code": 404,
    "address-unknown": 404,
    "method-not-allowed": 405,
    "not-acceptable": 406,
    "not-writable": 406,
    "request-too-large": 413,
    "answer-too-large": 413,
    "media-type-refused": 415,
    "host-unknown": 421,
    "too-many-requests": 429,
    "endpoint-failed": 502,
    "server-busy": 503,
    "time-limit": 503,
    "memory-limit": 503,
    "drawing-failed": 503,
}
TITLES = {
    400: "The request cannot be understood",
    403: "This is not allowed here",
    404: "There is nothing at this address",
    405: "This address has no such method",
    406: "None of the accepted forms is there",
    413: "Too large",
    415: "This media type is not read here",
    421: "This server does not answer for that host",
    429: "Too many requests at once",
    500: "A fault of statereport",
    502: "The store behind this server did not answer",
    503: "A limit of the server was met",
}
# Seconds after which it is worth asking again.
RETRY = {429: "2", 502: "5", 503: "5"}
FORMS = {"json": "application/problem+json", "html": "text/html"}
# Control characters but the tab and the end of a line.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def status_of(problem: Problem) -> int:
    """Return the HTTP status that fits a problem; 500 for one that a client cannot cause."""
    return STATUS.get(problem.code, 500)


def title_of(status: int) -> str:
    """Return the title of a status."""
    return TITLES[status]


def response(problem: Problem, accept: str = "", root: str = "", **more: object) -> Response:
    """Return a problem as a response, its links below `root`; `more` are further members of the JSON (limit, …)."""
    status, problem = status_of(problem), shown(problem, root)
    headers = [("Cache-Control", "no-store"), ("Vary", "Accept")]
    if status in RETRY:
        headers.append(("Retry-After", RETRY[status]))
    ending = form(accept)
    body = _json(problem, status, root, more) if ending == "json" else _page(problem, status, root)
    return Response(status, FORMS[ending], body, tuple(headers))


def shown(problem: Problem, root: str = "") -> Problem:
    """Return the problem without control characters, which a terminal would obey; addresses are below `root`."""
    where, what, hint = (
        _CONTROL.sub("\N{REPLACEMENT CHARACTER}", it) for it in (problem.where, problem.what, problem.hint)
    )
    return type(problem)(where, what, links.sentence(root, hint))


def form(accept: str) -> str:
    """Return `html` for a client that prefers pages, else `json`, also for one that accepts neither."""
    ranges = negotiation.weights(accept)
    page = ranges.get("text/html", 0.0)
    return (
        "html"
        if page and page >= max(ranges.get(kind, 0.0) for kind in ("application/json", FORMS["json"]))
        else "json"
    )


def _json(problem: Problem, status: int, root: str, more: dict[str, object]) -> bytes:
    body = {
        "type": f"{root}/problem/{problem.code}",
        "title": title_of(status),
        "status": status,
        "detail": problem.what,
        "code": problem.code,
        "where": problem.where,
        "hint": problem.hint,
        **more,
    }
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _page(problem: Problem, status: int, root: str) -> bytes:
    """A page that needs nothing: for what goes wrong before a page could be made."""
    title, what, hint, code = map(html.escape, (title_of(status), problem.what, problem.hint, problem.code))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<main>\n<h1>{title}</h1>\n<p role="alert">{what}</p>\n<p>{hint}</p>\n'
        f'<p><a href="{root}/problem/{code}">What this means</a> · <a href="{root}/">Home</a></p>\n</main>\n</html>\n'
    ).encode("utf-8", "replace")
