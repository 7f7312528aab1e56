"""One page as a response: a template filled with values, under the rules that a browser is to keep."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from statereport.web.http import Request, Response

if TYPE_CHECKING:
    from statereport.web.site import Site

HTML = "text/html; charset=utf-8"
# Nothing from elsewhere, nothing inline: neither scripts nor styles; forms and frames stay here.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)
MENU = (
    ("/query", "Questions"),
    ("/report", "Report"),
    ("/statistics", "Statistics"),
    ("/discrepancies", "Discrepancies"),
    ("/law", "Law"),
    ("/def", "Vocabulary"),
    ("/editor", "SPARQL"),
    ("/about", "About"),
)


def html(site: Site, request: Request, template: str, status: int = 200, headers: tuple[tuple[str, str], ...] = (),
         **values: Any) -> Response:
    """The page that a template makes of these values; it also knows the site, the request and the menu."""
    body = site.templates.get_template(template).render(site=site, request=request, menu=MENU, **values)
    return Response(status, HTML, body.encode("utf-8", "replace"), (*HEADERS, ("Vary", "Accept"), *headers))


def data(value: Any) -> Markup:
    """JSON that may stand inside of a script element, whatever characters it has."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def moved(path: str) -> Response:
    """Look at another address instead."""
    return Response(303, "text/plain; charset=utf-8", b"", (("Location", path),))
