"""A Problem as an HTTP answer: its status, and its words as problem+json (RFC 9457) or as a small page."""

from __future__ import annotations

import html
import json

from statereport.errors import Problem
from statereport.web.wire import negotiation
from statereport.web.wire.http import Response

STATUS = {
    "request-broken": 400,
    "query-syntax": 400,
    "query-refused": 400,
    "bad-parameter": 400,
    "unknown-prefix": 400,
    "update-refused": 403,
    "unknown-name": 404,
    "unknown-code": 404,
    "address-unknown": 404,
    "method-not-allowed": 405,
    "not-acceptable": 406,
    "request-too-large": 413,
    "answer-too-large": 413,
    "media-type-refused": 415,
    "host-unknown": 421,
    "too-many-requests": 429,
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
    500: "The server made a mistake",
    503: "A limit of the server was met",
}
# Seconds after which it is worth asking again.
RETRY = {429: "2", 503: "5"}
FORMS = {"json": "application/problem+json", "html": "text/html"}


def status_of(problem: Problem) -> int:
    """The HTTP status that fits a problem."""
    return STATUS.get(problem.code, 500)


def title_of(status: int) -> str:
    """The few words that stand for a status."""
    return TITLES[status]


def response(problem: Problem, accept: str = "", **more: object) -> Response:
    """The answer that tells a problem; `more` are further members of the JSON (limit, formats …)."""
    status = status_of(problem)
    headers = [("Cache-Control", "no-store"), ("Vary", "Accept")]
    if status in RETRY:
        headers.append(("Retry-After", RETRY[status]))
    ending = form(accept)
    body = _json(problem, status, more) if ending == "json" else _page(problem, status)
    return Response(status, FORMS[ending], body, tuple(headers))


def form(accept: str) -> str:
    """`html` for who would rather read a page, else `json`: a problem is told even to who accepts nothing."""
    ranges = negotiation.weights(accept)
    page = ranges.get("text/html", 0.0)
    return (
        "html"
        if page and page >= max(ranges.get(kind, 0.0) for kind in ("application/json", FORMS["json"]))
        else "json"
    )


def _json(problem: Problem, status: int, more: dict[str, object]) -> bytes:
    body = {
        "type": f"/problem/{problem.code}",
        "title": title_of(status),
        "status": status,
        "detail": problem.what,
        "code": problem.code,
        "where": problem.where,
        "hint": problem.hint,
        **more,
    }
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _page(problem: Problem, status: int) -> bytes:
    """A page that needs nothing: for what goes wrong before a page could be made."""
    title, what, hint, code = map(html.escape, (title_of(status), problem.what, problem.hint, problem.code))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<main>\n<h1>{title}</h1>\n<p role="alert">{what}</p>\n<p>{hint}</p>\n'
        f'<p><a href="/problem/{code}">What this means</a> · <a href="/">Home</a></p>\n</main>\n</html>\n'
    ).encode("utf-8", "replace")
