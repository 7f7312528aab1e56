"""Every saved query, unchanged, over HTTP on two servers of other people: the answers are those of the embedded engine.

That the embedded engine gives the golden answers is tested by test_queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import peers
import pytest
import real
from conftest import skip_with_reason

from statereport.project import find_project
from statereport.questions import saved
from statereport.sparql.engine import Store
from statereport.sparql.remote import RemoteStore

pytestmark = pytest.mark.slow
QUERIES = saved.SavedQueries.of(find_project())
# What Virtuoso 7.2 cannot answer alike, and why no other wording helps.
NOT_ON_VIRTUOSO = {
    "pages/classes": "it counts whatever the store holds, and Virtuoso's holds graphs of its own",
    "pages/graphs": "it lists whatever the store holds, and Virtuoso's holds graphs of its own",
}


@pytest.fixture(scope="module")
def quads() -> list:
    return real.examined().quads()


@pytest.fixture(scope="module")
def engine(quads) -> Store:
    return Store.memory(quads)


@pytest.fixture(scope="module")
def files(quads, tmp_path_factory) -> tuple[Path, Path]:
    return peers.data(quads, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def oxigraph(files, tmp_path_factory) -> Iterator[RemoteStore]:
    with peers.oxigraph(files[1], tmp_path_factory.mktemp("peer")) as peer:
        if not peer:
            skip_with_reason("the server oxigraph is not installed (requirements-test.lock has it)")
        yield RemoteStore(peer.endpoint)


@pytest.fixture(scope="module")
def virtuoso(files, tmp_path_factory) -> Iterator[RemoteStore]:
    with peers.virtuoso(files[0], tmp_path_factory.mktemp("peer")) as peer:
        if not peer:
            skip_with_reason("Virtuoso is not installed (apt-get install virtuoso-opensource)")
        yield RemoteStore(peer.endpoint, timeout=120)


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


def test_what_virtuoso_cannot_run_is_there_and_has_a_reason() -> None:
    assert set(NOT_ON_VIRTUOSO) <= set(QUERIES.names) and all(NOT_ON_VIRTUOSO.values())
