"""An address of each kind of page, and the page at an address without a server."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

from statereport.pages import routes
from statereport.pages.context import Context
from statereport.pages.page import Address, Page

ADDRESSES = {
    "home": "/",
    "questions": "/query",
    "question with choices": "/query/groups/what-is-said-of-a-group.html?group=ethnic-group:roma",
    "question with a chart": "/query/law/laws-cited-most.html",
    "question without rows": "/query/statistics/figures-of-years.html?since=2021&until=2005",
    "question that makes a graph": "/query/quality/discrepancies-in-dqv.html",
    "report": "/report",
    "theme": "/report/kaz-cerd-8-10-addendum/13",
    "statistics": "/statistics",
    "cube": "/statistics/schools-by-language?rows=language",
    "discrepancies": "/discrepancies",
    "law": "/law",
    "timeline": "/timeline",
    "places": "/places",
    "vocabulary": "/def",
    "figure": "/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh.html",
    "instrument": "/id/instrument/kaz-constitution.html",
    "class": "/def/Figure.html",
    "graph": "/graph/reference/places.html",
    "editor": "/editor?query=SELECT+*+%7B+%3Fs+a+sr%3AClaim+%7D",
    "terms for the editor": "/editor/words.json",
    "search": "/search?q=roma",
    "about": "/about",
}


def page_at(site: Context, address: str) -> Page:
    """The page at an address, by the table of pages alone."""
    parts = urlsplit(address)
    path = unquote(parts.path)
    route, groups = next(
        (route, match.groupdict()) for route in routes.ROUTES if (match := route.pattern.fullmatch(path))
    )
    return route.answer(site, Address(path, tuple(parse_qsl(parts.query))), **groups)
