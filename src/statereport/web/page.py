"""One page as a response: a template filled with values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from statereport.web.http import Request, Response

if TYPE_CHECKING:
    from statereport.web.site import Site

HTML = "text/html; charset=utf-8"
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
    return Response(status, HTML, body.encode("utf-8", "replace"), (("Vary", "Accept"), *headers))


def data(value: Any) -> Markup:
    """JSON that may stand inside of a script element, whatever characters it has."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))
