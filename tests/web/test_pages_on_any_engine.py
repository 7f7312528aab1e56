"""Pages are values: each is made from a graph and an address, without a server, on any engine that answers queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from every_page import ADDRESSES, page_at

from statereport.graph.knowledge import KnowledgeGraph
from statereport.pages import context
from statereport.pages.context import Context


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
    page = page_at(elsewhere, "/report/kaz-cerd-8-10-addendum/13")
    assert page == page_at(elsewhere, "/report/kaz-cerd-8-10-addendum/13") and page.status == 200
    assert page.body.startswith(b"<!DOCTYPE html>") and page.media_type == "text/html; charset=utf-8"
