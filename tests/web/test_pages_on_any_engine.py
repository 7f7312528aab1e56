"""Pages are values: each is made from a graph and an address, without a server, on any engine that answers queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from statereport.graph.knowledge import KnowledgeGraph
from statereport.pages import context, routes
from statereport.pages.context import Context
from statereport.pages.page import Address, Page

ADDRESSES = {
    "home": "/",
    "questions": "/query",
    "question with choices": "/query/groups/what-is-said-of-a-group.html?wanted=ethnic-group:roma",
    "question with a chart": "/query/law/laws-cited-most.html",
    "question without rows": "/query/statistics/figures-of-years.html?since=2021&until=2005",
    "question that makes a graph": "/query/quality/discrepancies-in-dqv.html",
    "report": "/report",
    "theme": "/report/13",
    "statistics": "/statistics",
    "cube": "/statistics/schools-by-language?rows=language",
    "discrepancies": "/discrepancies",
    "law": "/law",
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


class OnlyQueries:
    """An engine with the two methods of `sparql.engine.Engine` and nothing else."""

    def __init__(self, inner: Any) -> None:
        self._answer, self._write = inner.query, inner.serialise
        self.asked = 0

    def query(self, text: str, source: str = "query", prefixes: Mapping[str, str] | None = None) -> Any:
        """The answer of the engine inside."""
        self.asked += 1
        return self._answer(text, source, prefixes)

    def serialise(
        self, text: str, form: str, source: str = "query", prefixes: Mapping[str, str] | None = None
    ) -> bytes:
        """The bytes of the engine inside."""
        return self._write(text, form, source, prefixes)


def page_at(site: Context, address: str) -> Page:
    """The page at an address, by the table of pages alone."""
    parts = urlsplit(address)
    path = unquote(parts.path)
    route, groups = next(
        (route, match.groupdict()) for route in routes.ROUTES if (match := route.pattern.fullmatch(path))
    )
    return route.answer(site, Address(path, tuple(parse_qsl(parts.query))), **groups)


@pytest.fixture(scope="module")
def elsewhere(site) -> Context:
    """What pages are made from, read from such an engine by queries alone."""
    graph = KnowledgeGraph(OnlyQueries(site.graph.engine), site.project, digest=site.digest)
    made = context.make(graph, site.explanations, base=site.base)
    return replace(made, exports=site.exports)


def test_pages_of_every_kind_are_the_same_on_an_engine_that_only_answers_queries(site, elsewhere):
    different = [name for name, address in ADDRESSES.items() if page_at(elsewhere, address) != page_at(site, address)]
    assert not different and elsewhere.graph.engine.asked > 50


def test_a_page_is_a_value_that_a_file_can_hold(elsewhere):
    page = page_at(elsewhere, "/report/13")
    assert page == page_at(elsewhere, "/report/13") and page.status == 200
    assert page.body.startswith(b"<!DOCTYPE html>") and page.media_type == "text/html; charset=utf-8"
