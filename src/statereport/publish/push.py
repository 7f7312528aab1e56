"""Putting the graphs into a store elsewhere so that it holds the old state or the new one, whatever breaks.

Each graph that differs is written beside its place (`push/new/…`), and what stands there is copied (`push/old/…`); both
are read back and compared by RDFC-1.0. Only when all are equal are the new ones copied to their places, in one update,
and read back once more; then the old ones are removed, else copied back. Every step may be repeated. What each graph
was stands in the record (`push/record`), from when its copy was compared until the new state was: so a push that was
killed is continued, or undone, by the next one, from any machine. What is equal already is not sent: a push that is
repeated writes nothing. While a push runs, queries that name no graph see what it keeps beside the graphs too.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from statereport.errors import EndpointFailed, PushFailed
from statereport.rdf import writers
from statereport.rdf.namespaces import BASE, DCTERMS, GRAPH, SPDX
from statereport.rdf.terms import is_blank
from statereport.sparql.graph_store import GraphStore

if TYPE_CHECKING:
    from pyoxigraph import Triple

PUSH = f"{BASE}push/"
NEW, OLD, RECORD = f"{PUSH}new/", f"{PUSH}old/", f"{PUSH}record"
_SHOWN = 3

Say = Callable[[str], None]


@dataclass(frozen=True)
class Pushed:
    """What a push did: graphs that were equal already, written, and removed because they are published no more."""

    equal: int
    written: int
    removed: int
    is_union: bool = True

    def __str__(self) -> str:
        lines = [f"equal     {self.equal:,} graphs", f"written   {self.written:,}", f"removed   {self.removed:,}"]
        return "\n".join(lines)


@dataclass
class _Record:
    """Which push is under way, and the digest of each graph that is copied, as it was ("" where it was not)."""

    token: str = ""
    was: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, store: GraphStore) -> _Record:
        found = cls()
        for t in store.read(RECORD):
            if t.predicate.value == f"{DCTERMS}identifier":
                found.token = t.object.value
            elif t.predicate.value == f"{SPDX}checksumValue":
                found.was[t.subject.value] = t.object.value
        return found

    def write(self, store: GraphStore) -> None:
        rows = [writers.triple(RECORD, f"{DCTERMS}identifier", writers.literal(self.token))]
        rows += [
            writers.triple(name, f"{SPDX}checksumValue", writers.literal(digest)) for name, digest in self.was.items()
        ]
        _write_and_compare(RECORD, rows, writers.digest(rows), store)


def push(graphs: Mapping[str, Callable[[], Iterable[Triple]]], store: GraphStore, say: Say = print) -> Pushed:
    """Make the store hold these graphs, by their names, and no other below the project's address of graphs.

    graphs   name → what returns its triples; names begin with `https://w3id.org/statereport/graph/`
    say      receives a line for each step

    Raises PushFailed where the store does not hold what was sent to it, or another push came in between, and
    EndpointFailed where it does not answer: it holds the old state then, or the message says how to go on.
    """
    record, found, unfinished = _Record.read(store), store.names(GRAPH), bool(store.names(PUSH))
    if unfinished:
        say("A push was not finished here; it is continued.")
    say(f"comparing {len(graphs):,} graphs")
    before = {name: writers.digest(store.read(name)) if name in found else "" for name in sorted({*graphs, *found})}
    wanted = {name: writers.digest(triples()) for name, triples in graphs.items()}
    changed = [name for name, digest in before.items() if digest != wanted.get(name, "")]
    gone = [name for name in changed if name not in graphs]
    say(f"{len(before) - len(changed):,} of {len(before):,} are equal")
    if changed or unfinished:
        record.token = secrets.token_hex(16)
        record.write(store)
        _stage({name: graphs[name] for name in changed if name in graphs}, wanted, store, say)
        _keep({name: before[name] for name in changed if before[name] and name not in record.was}, store, say)
        if _Record.read(store).token != record.token:
            what = "Another push began meanwhile, which goes on where this one stopped."
            raise PushFailed(RECORD, what, "wait for the other one, then run this again.")
        record.was = {name: before[name] for name in changed} | record.was
        record.write(store)
        say("changing places")
        _exchange(changed, wanted, record, store, say)
        _clean(record, store, say)
    is_union = all(map(store.sees, list(graphs)[:1]))
    return Pushed(len(before) - len(changed), len(changed) - len(gone), len(gone), is_union)


def undo(store: GraphStore, say: Say = print) -> bool:
    """Put the store back as it was before an unfinished push. → whether there was one. Raises PushFailed."""
    unfinished = bool(store.names(PUSH))
    if unfinished:
        record = _Record.read(store)
        _put_back(record, store, say)
        _clean(record, store, say)
    return unfinished


def _stage(
    graphs: Mapping[str, Callable[[], Iterable[Triple]]], wanted: Mapping[str, str], store: GraphStore, say: Say
) -> None:
    """Write each graph beside its place. What is there already is not written again."""
    there = store.names(NEW)
    for number, (name, triples) in enumerate(graphs.items(), 1):
        place = _beside(NEW, name)
        if place not in there or writers.digest(store.read(place)) != wanted[name]:
            say(f"writing {number} of {len(graphs)}: {name.removeprefix(GRAPH)}")
            _write_and_compare(place, list(triples()), wanted[name], store)


def _keep(was: Mapping[str, str], store: GraphStore, say: Say) -> None:
    """Copy what stands in the places of graphs that will change."""
    if was:
        say(f"copying {len(was):,} graphs that will change")
    places = {name: _beside(OLD, name) for name in was}
    store.copy(places.items())
    for name, place in places.items():
        if writers.digest(store.read(place)) != was[name]:
            what = "The store does not copy this graph as it is. What queries see was not changed."
            raise PushFailed(name, what, "see the store's log, and that nobody else writes to the store.")


def _exchange(names: Sequence[str], wanted: Mapping[str, str], record: _Record, store: GraphStore, say: Say) -> None:
    """Put the new graphs in their places and compare all that are recorded; where they differ, put all back."""
    wrong = ""
    try:
        store.copy(
            [(_beside(NEW, name), name) for name in names if name in wanted],
            [name for name in names if name not in wanted],
        )
        for name in record.was:
            if writers.digest(store.read(name)) != wanted.get(name, ""):
                wrong = name
                break
        else:
            return
    except EndpointFailed as problem:
        wrong = problem.what
    try:
        _put_back(record, store, say)
    except EndpointFailed as problem:
        what = f"The store failed while graphs changed places, so that some may be new and others old. {problem.what}"
        hint = "when it answers, run the same command again, or with --undo."
        raise PushFailed(problem.where, what, hint) from None
    _clean(record, store, say)
    what = f"The store did not put the new graphs in their places: {wrong}. Everything is as it was before."
    raise PushFailed(store.addresses.query, what, "see the store's log, and that nobody else writes to the store.")


def _put_back(record: _Record, store: GraphStore, say: Say) -> None:
    """Put every graph of the record back as it was. Raises PushFailed where one is not to be had any more."""
    say("putting back what was there before")
    changed = [name for name, was in record.was.items() if writers.digest(store.read(name)) != was]
    before = [(_beside(OLD, name), name) for name in changed if record.was[name]]
    store.copy(before, [name for name in changed if not record.was[name]])
    for name in changed:
        if writers.digest(store.read(name)) != record.was[name]:
            what = "What this graph was before is not in its place again."
            hint = f"it is kept as <{_beside(OLD, name)}>; push what the store should hold: statereport push"
            raise PushFailed(name, what, hint)


def _clean(record: _Record, store: GraphStore, say: Say) -> None:
    """Remove all that is kept beside the graphs. First the record forgets what was: nothing is undone from here on."""
    say("removing copies")
    record.was = {}
    record.write(store)
    for spaces in ((OLD, NEW), (PUSH,)):  # the record is the last
        for _ in range(2):
            store.remove(sorted(name for space in spaces for name in store.names(space)))
        left = [name for space in spaces for name in store.names(space)]
        if left:
            what = f"The graphs are as they should be; the store did not remove what was kept beside them: {left[0]}."
            raise PushFailed(store.addresses.query, what, "run the same command again.")


def _write_and_compare(place: str, items: list[Triple], digest: str, store: GraphStore) -> None:
    """Write a graph and read it back; what was half written once may be whole the next time. Raises PushFailed."""
    for _ in range(2):
        store.write(place, items)
        held = store.read(place)
        if writers.digest(held) == digest:
            return
    hint = "see the store's log. What queries see was not changed; when the cause is gone, run the same command again."
    raise PushFailed(place, _difference(items, held), hint)


def _difference(sent: Iterable[Triple], held: Iterable[Triple]) -> str:
    """Which statements a store lost, and which it has instead, as far as they have no blank nodes."""
    there, here = ({str(t) for t in triples if not _has_blank(t)} for triples in (held, sent))
    lost, foreign = sorted(here - there), sorted(there - here)
    lines = ["The store does not hold the graph as it was sent:"]
    for what, statements in (("not there", lost), ("there instead", foreign)):
        lines += [f"{what} ({len(statements):,}): {statement}" for statement in statements[:_SHOWN]]
    if not lost and not foreign:
        lines.append("what differs are blank nodes.")
    return "\n".join(lines)


def _beside(space: str, name: str) -> str:
    return space + name.removeprefix(GRAPH)


def _has_blank(triple: Triple) -> bool:
    return is_blank(triple.subject) or is_blank(triple.object)
