"""`statereport push`: a store elsewhere holds the old state or the new one whatever breaks; the next push goes on."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator

import faulty
import pyoxigraph as ox
import pytest

from statereport.errors import EndpointFailed, Problem, PushFailed
from statereport.publish import push
from statereport.rdf.namespaces import GRAPH
from statereport.sparql.exchange import Credentials, Exchange
from statereport.sparql.graph_store import Addresses, GraphStore

EX = "http://example.org/"
# How a store is written to: graph by graph, by updates alone, graph by graph and without updates.
KINDS = {"both": ("/update", "/store"), "updates": ("/update", ""), "graphs": ("", "/store")}


def triples(*values: str) -> list[ox.Triple]:
    """Statements about one thing, and one about a blank node."""
    subject, blank = ox.NamedNode(f"{EX}s"), ox.BlankNode()
    found = [ox.Triple(subject, ox.NamedNode(f"{EX}p"), ox.Literal(value)) for value in values]
    return [
        *found,
        ox.Triple(subject, ox.NamedNode(f"{EX}q"), blank),
        ox.Triple(blank, ox.NamedNode(f"{EX}p"), subject),
    ]


def state(**graphs: list[ox.Triple]) -> dict:
    """Graphs as they are pushed."""
    return {GRAPH + name: (lambda items=items: items) for name, items in graphs.items()}


OLD = state(kept=triples("1", "2"), changed=triples("3", "4"), removed=triples("5", "6"))
NEW = state(kept=triples("1", "2"), changed=triples("3", "four", 'é\n"U+1F600 \U0001f600'), added=triples("7", "8"))


@pytest.fixture
def server() -> Iterator[faulty.Faulty]:
    with faulty.serving() as made:
        yield made


@pytest.fixture
def called() -> faulty.Faulty:
    """A server without HTTP."""
    return faulty.Faulty()


def store_at(server: faulty.Faulty, kind: str = "both", exchange: Exchange | None = None, **given) -> GraphStore:
    update, graphs = KINDS[kind]
    addresses = Addresses(
        f"{server.address}/query", update and server.address + update, graphs and server.address + graphs
    )
    return GraphStore(addresses, exchange or server.exchange(), tries=2, pause=0, **given)


def over_http(server: faulty.Faulty, seconds: float = 10, credentials: Credentials | None = None) -> GraphStore:
    return store_at(server, exchange=Exchange(seconds, credentials, follow=False))


def pushed(graphs: dict, store: GraphStore) -> push.Pushed:
    return push.push(graphs, store, lambda line: None)


def fill(server: faulty.Faulty, graphs: dict) -> None:
    """Put a state into the store, past the server."""
    server.store.clear()
    for name, items in graphs.items():
        server.store.extend(ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(name)) for t in items())


def is_state(server: faulty.Faulty, graphs: dict) -> bool:
    """Whether queries see this state of the project's graphs, and of others' what was there."""
    found: dict[str, ox.Dataset] = {}
    for quad in server.store:
        if quad.graph_name.value.startswith(GRAPH):
            found.setdefault(quad.graph_name.value, ox.Dataset()).add(
                ox.Quad(quad.subject, quad.predicate, quad.object)
            )
    wanted = {name: ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in it()) for name, it in graphs.items()}
    for each in (*found.values(), *wanted.values()):
        each.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return found == wanted


def is_clean(server: faulty.Faulty) -> bool:
    return not any(quad.graph_name.value.startswith(push.PUSH) for quad in server.store)


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_holds_what_was_pushed_and_a_second_push_writes_nothing(kind: str, called: faulty.Faulty) -> None:
    fill(called, OLD)
    called.store.add(ox.Quad(ox.NamedNode(EX), ox.NamedNode(EX), ox.Literal("another's"), ox.NamedNode(f"{EX}graph")))
    said: list[str] = []
    done = push.push(NEW, store_at(called, kind), said.append)
    assert (done.equal, done.written, done.removed, done.is_union) == (1, 2, 1, True)
    assert is_state(called, NEW) and is_clean(called)
    assert [line for line in said if line.startswith("writing")] == ["writing 1 of 2: added", "writing 2 of 2: changed"]
    assert called.graphs()[f"{EX}graph"]
    before = len(called.asked)
    done = push.push(NEW, store_at(called, kind), said.append)
    assert (done.equal, done.written, done.removed) == (3, 0, 0)
    writes = [it for it in called.asked[before:] if not it.startswith(("POST /query", "GET"))]
    assert not writes and is_state(called, NEW)


@pytest.mark.parametrize("stride", [pytest.param(3, marks=pytest.mark.slow), 23])
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_fails_at_whatever_step_the_store_holds_one_state_and_the_next_push_goes_on(
    kind: str, stride: int, called: faulty.Faulty
) -> None:
    fill(called, OLD)
    pushed(NEW, store_at(called, kind))
    steps, wrong, tried = len(called.asked), [], 0
    for number, way in enumerate(faulty.WAYS):
        for step in range(5 * number % stride, steps, stride):
            fill(called, OLD)
            called.asked.clear()
            called.fault = lambda number, way=way, step=step: way if number == step else ""
            tried += 1
            try:
                pushed(NEW, store_at(called, kind))
                came = "new" if is_state(called, NEW) and is_clean(called) else "another state without a word"
            except Problem:
                came = "one" if is_state(called, OLD) or is_state(called, NEW) else "a mixture"
            called.fault = lambda number: ""
            if came == "one":
                pushed(NEW, store_at(called, kind))
                came = "new" if is_state(called, NEW) and is_clean(called) else "not continued"
            wrong += [] if came == "new" else [f"{way} at {step}: {came}"]
    assert not wrong, "\n".join(wrong)
    assert steps > 25 and tried >= 9 * (steps // stride)


@pytest.mark.parametrize("stride", [pytest.param(4, marks=pytest.mark.slow), 29])
@pytest.mark.parametrize("kind", KINDS)
def test_a_store_that_fails_from_some_step_on_is_whole_when_it_answers_again(
    kind: str, stride: int, called: faulty.Faulty
) -> None:
    fill(called, OLD)
    pushed(NEW, store_at(called, kind))
    steps, wrong = len(called.asked), []
    commands, ways = ("push", "undo", "push the old"), ("refuse", "error", "done-error", "half", "stale")
    for number, way in enumerate(ways):
        for step, command in zip(range(3 * number % stride, steps, stride), itertools.cycle(commands)):
            fill(called, OLD)
            called.asked.clear()
            called.fault = lambda asked, step=step, way=way: way if asked >= step else ""
            with contextlib.suppress(Problem):
                pushed(NEW, store_at(called, kind))
                wrong += [] if is_state(called, NEW) and is_clean(called) else [f"without a word: {way} after {step}"]
            called.fault = lambda number: ""
            if kind != "graphs" and way != "half" and not (is_state(called, OLD) or is_state(called, NEW)):
                wrong.append(f"a mixture: {way} after {step}")  # updates are done whole here, or not at all
            if command == "undo":
                push.undo(store_at(called, kind), lambda line: None)
                right = is_state(called, OLD) or is_state(called, NEW)
            else:
                wanted = NEW if command == "push" else OLD
                pushed(wanted, store_at(called, kind))
                right = is_state(called, wanted)
            wrong += [] if right and is_clean(called) else [f"{command}: {way} after {step}"]
    assert not wrong, "\n".join(wrong)
    assert steps > 25


def test_a_store_that_rewrites_what_is_written_is_found_before_queries_see_it(called: faulty.Faulty) -> None:
    fill(called, OLD)
    kept = called.answer

    def rewriting(method: str, path: str, graph: str, body: bytes, way: str):
        return kept(method, path, graph, body.replace(b'"four"', b'"4"'), way)

    called.answer = rewriting
    with pytest.raises(PushFailed) as caught:
        pushed(NEW, store_at(called))
    assert 'not there (1): <http://example.org/s> <http://example.org/p> "four"' in caught.value.what
    assert 'there instead (1): <http://example.org/s> <http://example.org/p> "4"' in caught.value.what
    assert is_state(called, OLD)


def test_another_push_in_between_stops_the_first(called: faulty.Faulty) -> None:
    fill(called, OLD)
    second: list[object] = []

    def meanwhile(line: str) -> None:
        if line.startswith("copying") and not second:
            second.append(pushed(NEW, store_at(called)))

    with pytest.raises(PushFailed, match=r"Another push|does not copy"):
        push.push(OLD | state(more=triples("9"), kept=triples("0")), store_at(called), meanwhile)
    assert second and is_state(called, NEW)


@pytest.mark.parametrize("kind", ["both", "updates"])
def test_a_graph_is_read_whole_where_answers_are_cut(kind: str, called: faulty.Faulty) -> None:
    many = triples(*(str(number) for number in range(300)))
    fill(called, state(many=many))
    called.most = 40
    held = store_at(called, kind, most=30).read(f"{GRAPH}many")
    assert len(held) == 302 and {str(t) for t in held if "_:" not in str(t)} == {
        str(t) for t in many if "_:" not in str(t)
    }
    with pytest.raises(EndpointFailed, match="counts 302"):
        store_at(called, "updates", most=500).read(f"{GRAPH}many")


def test_over_http_too_each_way_to_fail_leaves_one_state(server: faulty.Faulty) -> None:
    wrong = []
    for number, way in enumerate(faulty.WAYS):
        fill(server, OLD)
        server.asked.clear()
        server.fault = lambda asked, way=way, number=number: way if asked == 5 * number else ""
        with contextlib.suppress(Problem):
            pushed(NEW, over_http(server, 0.1 if way == "late" else 10))
        server.fault = lambda asked: ""
        wrong += [] if is_state(server, OLD) or is_state(server, NEW) else [f"a mixture after {way}"]
        pushed(NEW, over_http(server))
        wrong += [] if is_state(server, NEW) and is_clean(server) else [f"not continued after {way}"]
    assert not wrong, "\n".join(wrong)


def test_credentials_are_sent_where_they_are_wanted_and_nowhere_without_protection(server: faulty.Faulty) -> None:
    server.wanted = "Basic dXNlcjpzZWNyZXQ="
    with pytest.raises(EndpointFailed, match="401"):
        pushed(NEW, over_http(server))
    known = Credentials("user", "secret")
    assert pushed(NEW, over_http(server, credentials=known)).written == 3
    assert "secret" not in repr(known)
    server.wanted = "Bearer abc"
    assert pushed(NEW, over_http(server, credentials=Credentials(token="abc"))).equal == 3
    for address, what in (
        ("http://example.org/sparql", "without protection"),
        ("https://user:secret@example.org/sparql", "holds a name or a password"),
    ):
        with pytest.raises(EndpointFailed, match=what) as caught:
            GraphStore(Addresses(address), Exchange(1, known))
        assert "secret" not in str(caught.value)


def test_credentials_come_from_the_environment_only() -> None:
    assert Credentials.of_environment({}) is None
    assert Credentials.of_environment(
        {"STATEREPORT_STORE_USER": "a", "STATEREPORT_STORE_PASSWORD": "b"}
    ) == Credentials("a", "b")
    assert Credentials.of_environment({"STATEREPORT_STORE_TOKEN": "c"}) == Credentials(token="c")


def test_a_store_whose_questions_do_not_see_all_graphs_is_reported(called: faulty.Faulty) -> None:
    called.answer, kept = (
        (lambda *given: (200, faulty.ROWS, b'{"head":{},"boolean":false}') if b"ASK" in given[3] else kept(*given)),
        called.answer,
    )
    assert not pushed(NEW, store_at(called)).is_union
