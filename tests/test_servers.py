"""Every saved query, page and search on two servers of other people, to which the graph was pushed, as embedded.

That the embedded engine gives the golden answers is tested by test_queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import peers
import pytest
import real
from conftest import skip_with_reason
from every_page import ADDRESSES, page_at

from statereport.graph.knowledge import KnowledgeGraph
from statereport.pages import context
from statereport.pages.context import Context
from statereport.project import find_project
from statereport.publish import push, release
from statereport.questions import saved
from statereport.sparql.engine import Store
from statereport.sparql.exchange import Credentials, Exchange
from statereport.sparql.graph_store import Addresses, GraphStore
from statereport.sparql.remote import RemoteStore

pytestmark = pytest.mark.slow
QUERIES = saved.SavedQueries.of(find_project())
# What Virtuoso 7.2 cannot answer alike, and why no other wording helps.
NOT_ON_VIRTUOSO = {
    "pages/classes": "it counts whatever the store holds, and Virtuoso's holds graphs of its own",
}


@pytest.fixture(scope="module")
def made() -> release.Release:
    return release.of_examined(find_project(), real.examined())


@pytest.fixture(scope="module")
def engine(made) -> Store:
    return made.graph.engine


def given(peer: peers.Peer, engine: Store) -> RemoteStore:
    """The graph pushed to a server, where that is quick once more, and a way to ask there."""
    credentials = Credentials(peer.user, peer.password) if peer.user else None
    store = GraphStore(
        Addresses(peer.endpoint, peer.update, peer.graph_store), Exchange(300, credentials, follow=False)
    )
    graphs = {name: (lambda name=name: (quad.triple for quad in engine.quads(name))) for name in engine.graphs()}
    done = push.push(graphs, store, lambda line: None)
    assert (done.equal, done.written, done.is_union) == (0, len(graphs), True)
    if peer.name.startswith("oxigraph"):
        done = push.push(graphs, store, lambda line: None)
        assert (done.equal, done.written, done.is_union) == (len(graphs), 0, True)
    assert not store.names(push.PUSH)
    return RemoteStore(peer.endpoint, timeout=300)


@pytest.fixture(scope="module")
def oxigraph(engine, tmp_path_factory) -> Iterator[RemoteStore]:
    with peers.oxigraph(None, tmp_path_factory.mktemp("peer")) as peer:
        if not peer:
            skip_with_reason("the server oxigraph is not installed (requirements-test.lock has it)")
        yield given(peer, engine)


@pytest.fixture(scope="module")
def virtuoso(engine, tmp_path_factory) -> Iterator[RemoteStore]:
    with peers.virtuoso(None, tmp_path_factory.mktemp("peer")) as peer:
        if not peer:
            skip_with_reason("Virtuoso is not installed (apt-get install virtuoso-opensource)")
        yield given(peer, engine)


def same(term: Any) -> Any:
    """A term as it is compared between engines: numbers by value, since engines write them in other ways and types."""
    if term is None or not hasattr(term, "datatype"):
        return getattr(term, "value", None)
    if term.datatype.value.endswith("#boolean"):
        return Decimal(term.value in ("true", "1"))  # Virtuoso has no truth values: a query's true is its 1
    if (
        term.datatype.value.rpartition("#")[2] in ("decimal", "double", "float")
        or "nteger" in term.datatype.value
        or term.datatype.value.endswith("#int")
    ):
        try:
            return Decimal(term.value).normalize()
        except InvalidOperation:
            return term.value
    return term.value, term.language


def rows(answer: Any) -> Any:
    if answer.form == "ask":
        return answer.truth
    found = [tuple(map(same, row)) for row in answer.rows]
    return sorted(map(str, found)) if answer.form == "construct" else found


@pytest.mark.parametrize("name", QUERIES.names)
def test_oxigraph_answers_the_same(name: str, oxigraph: RemoteStore, engine: Store) -> None:
    query = QUERIES.get(name)
    assert rows(oxigraph.query(query.text)) == rows(engine.query(query.text))


@pytest.mark.parametrize("name", [name for name in QUERIES.names if name not in NOT_ON_VIRTUOSO])
def test_virtuoso_answers_the_same(name: str, virtuoso: RemoteStore, engine: Store) -> None:
    query = QUERIES.get(name)
    assert rows(virtuoso.query(query.text)) == rows(engine.query(query.text))


def pages_of(site: Context) -> dict[str, bytes]:
    """A page of each kind, as people read it; the query in the editor asks for no order, so any is right."""
    return {name: page_at(site, address).body for name, address in ADDRESSES.items() if name != "editor"}


@pytest.fixture(scope="module")
def pages(made) -> dict[str, bytes]:
    return pages_of(context.make(made.graph, made.explanations))


@pytest.mark.parametrize("name", ["oxigraph", "virtuoso"])
def test_pages_are_the_same_on_another_server(name: str, made, pages, request) -> None:
    there = release.elsewhere(made, request.getfixturevalue(name))
    site = context.make(there.graph, there.explanations)
    wrong = [page for page, body in pages_of(site).items() if body != pages[page]]
    assert not wrong


@pytest.mark.parametrize("name", ["oxigraph", "virtuoso"])
def test_searches_and_charts_are_the_same(name: str, made, request) -> None:
    there = KnowledgeGraph(request.getfixturevalue(name), find_project())
    for words in ("school", "stateless*", '"Criminal Code" NOT torture', "roma OR refugees"):
        assert there.search(words) == made.graph.search(words) != ()
    charts = [question.name for question in made.graph.queries() if question.chart]
    assert len(charts) > 10
    assert [there.chart(chart).spec for chart in charts] == [made.graph.chart(chart).spec for chart in charts]


def test_what_virtuoso_cannot_run_is_there_and_has_a_reason() -> None:
    assert set(NOT_ON_VIRTUOSO) <= set(QUERIES.names) and all(NOT_ON_VIRTUOSO.values())
