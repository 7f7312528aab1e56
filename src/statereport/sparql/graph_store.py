"""The named graphs of a store elsewhere: listed, read whole, written, copied and removed.

By the SPARQL 1.1 Graph Store HTTP Protocol where the store has it, else by SPARQL 1.1 Query and Update. No answer is
believed to be whole: a graph is read as often as its number of statements says, and in ranges where one answer is cut
(Virtuoso ends each answer at 10,000 rows). What a store says about a write is not believed either: that is read back.
"""

from __future__ import annotations

import itertools
import time
import urllib.parse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import pyoxigraph as ox

from statereport.errors import EndpointFailed
from statereport.rdf import writers
from statereport.rdf.terms import is_blank
from statereport.sparql import exchange
from statereport.sparql.engine import iri_text
from statereport.sparql.remote import ACCEPT_GRAPHS, ACCEPT_ROWS, parse_graph, read_results

# The most rows that are asked for at once, and the most statements in one update.
MOST = 5_000
_PIECE = 1_000
_TRIPLES = "GRAPH %s { ?s ?p ?o }"
_BLANK = "(isBlank(?s) || isBlank(?o))"
# What is hashed to cut a graph into ranges.
_STATEMENT = 'CONCAT(STR(?s), " ", STR(?p), " ", STR(?o))'
_FORM = "application/x-www-form-urlencoded"
T = TypeVar("T")


@dataclass(frozen=True)
class Addresses:
    """Where a store is queried, updated, and read and written graph by graph; "" where it has no such address."""

    query: str
    update: str = ""
    graph_store: str = ""


class GraphStore:
    """The graphs of a store. What may be repeated without harm is tried `tries` times, `pause` seconds apart at first.

    Every method raises EndpointFailed.
    """

    def __init__(
        self, addresses: Addresses, server: exchange.Exchange, tries: int = 3, pause: float = 1.0, most: int = MOST
    ) -> None:
        self.addresses = addresses
        self._server, self._tries, self._pause, self._most = server, tries, pause, most
        for address in (addresses.query, addresses.update, addresses.graph_store):
            if address:
                server.check(address)

    def names(self, space: str) -> set[str]:
        """The names of the graphs that hold something and whose names begin so."""
        begins = f"FILTER(STRSTARTS(STR(?g), {writers.literal(space)}))"
        pattern = f"SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s ?p ?o }} {begins} %s }}"
        number = self._number(f"{{ {pattern % ''} }}")
        return {row[0].value for row in self._ranges(number, lambda part: self._rows(pattern % part), "STR(?g)")}

    def read(self, name: str) -> list[ox.Triple]:
        """Every statement of a graph, once each; none where there is no such graph."""
        where = _TRIPLES % iri_text(name)
        number = self._number(where)
        if not number:
            return []
        if self.addresses.graph_store:
            found = list(dict.fromkeys(self._fetched(name)))
            if len(found) == number:
                return found
        elif number <= self._most:
            return self._constructed(where, number)
        return self._read_in_ranges(where, number)

    def write(self, name: str, triples: Iterable[ox.Triple]) -> None:
        """Put these statements in the place of what a graph holds."""
        items = list(triples)
        if self.addresses.graph_store:
            body = ox.serialize(items, format=ox.RdfFormat.N_TRIPLES)
            self._again(
                lambda: self._send("PUT", self._of(name), body, (200, 201, 204), Content_Type="application/n-triples")
            )
            return
        # A blank node has its name within one request only, so those that have some stay together.
        blank = [t for t in items if is_blank(t.subject) or is_blank(t.object)]
        apart = set(blank)
        ground = [t for t in items if t not in apart]
        pieces = [blank, *(ground[at : at + _PIECE] for at in range(0, len(ground), _PIECE))]
        graph = iri_text(name)
        before = f"DROP SILENT GRAPH {graph} ;\n"  # with the first piece, so that a small graph changes at once
        for piece in filter(None, pieces):
            lines = "".join(f"{triple} .\n" for triple in piece)
            text = f"{before}INSERT DATA {{ GRAPH {graph} {{\n{lines}}} }}"
            self._again(lambda: self.update(text))  # noqa: B023
            before = ""

    def remove(self, names: Iterable[str]) -> None:
        """Remove graphs, where they are."""
        for name in names:
            if self.addresses.update:
                self._again(lambda: self.update(f"DROP SILENT GRAPH {iri_text(name)}"))  # noqa: B023
            else:
                gone = (200, 202, 204, 404)
                self._again(lambda: self._send("DELETE", self._of(name), None, gone))  # noqa: B023

    def copy(self, pairs: Iterable[tuple[str, str]], gone: Iterable[str] = ()) -> None:
        """Copy graphs over others, whose content is lost, and remove those that are `gone`.

        In one update, which most stores do whole or not at all; where there are none, one graph after the other.
        """
        pairs, gone = list(pairs), list(gone)
        if not self.addresses.update:
            for old, new in pairs:
                self.write(new, self.read(old))
            self.remove(gone)
        elif pairs or gone:
            parts = [f"COPY {iri_text(old)} TO {iri_text(new)}" for old, new in pairs]
            parts += [f"DROP SILENT GRAPH {iri_text(name)}" for name in gone]
            self._again(lambda: self.update(" ;\n".join(parts)))

    def update(self, text: str) -> None:
        """Run a SPARQL update, once."""
        body = urllib.parse.urlencode({"update": text}).encode("ascii")
        self._send("POST", self.addresses.update, body, (200, 202, 204), Content_Type=_FORM)

    def sees(self, name: str) -> bool:
        """Whether queries that name no graph see what this graph holds."""
        return bool(self._query(f"ASK {{ ?s ?p ?o . {_TRIPLES % iri_text(name)} }}", ACCEPT_ROWS).truth)

    # --- reading ------------------------------------------------------------------------------------------------------

    def _fetched(self, name: str) -> list[ox.Triple]:
        reply = self._again(
            lambda: self._send("GET", self._of(name), None, (200, 404), Accept=ACCEPT_GRAPHS, Cache_Control="no-cache")
        )
        return [] if reply.status == 404 else self._read(lambda: parse_graph(reply.body, reply.media_type))

    def _constructed(self, where: str, number: int) -> list[ox.Triple]:
        text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {where} }}"
        found = list(dict.fromkeys(self._graph(text)))
        if len(found) != number:
            what = f"The store counts {number:,} statements where it gives {len(found):,}: {where}"
            raise exchange.failed(self.addresses.query, what, "see which limits the store has for an answer.")
        return found

    def _read_in_ranges(self, where: str, number: int) -> list[ox.Triple]:
        apart = f"{where} FILTER{_BLANK}"
        blank = self._number(apart)
        found = self._constructed(apart, blank) if blank else []
        ground = f"{where} FILTER(!{_BLANK}) %s"
        return found + self._ranges(
            number - blank,
            lambda part: self._graph(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {ground % part} }}"),
            _STATEMENT,
        )

    def _ranges(self, number: int, fetch: Callable[[str], list[T]], key: str) -> list[T]:
        """All that there are, so many: what `fetch` gives in ranges of a hash of `key`, too small to be cut."""
        digits = 0
        while number > self._most // 2 * 16**digits and number > self._most:
            digits += 1
        parts = map("".join, itertools.product("0123456789abcdef", repeat=digits)) if number else ()
        filters = (f'FILTER(STRSTARTS(MD5({key}), "{part}"))' if part else "" for part in parts)
        found = list(dict.fromkeys(row for part in filters for row in fetch(part)))
        if len(found) != number:
            what = f"The store counts {number:,} rows where it gives {len(found):,}."
            raise exchange.failed(self.addresses.query, what, "see that nobody else writes to the store.")
        return found

    def _number(self, where: str) -> int:
        rows = self._rows(f"SELECT (COUNT(*) AS ?number) {{ {where} }}")
        return int(rows[0][0].value) if rows else 0

    def _rows(self, text: str) -> list[tuple[Any, ...]]:
        return list(self._query(text, ACCEPT_ROWS).rows)

    def _graph(self, text: str) -> list[ox.Triple]:
        reply = self._asked(text, ACCEPT_GRAPHS)
        return self._read(lambda: parse_graph(reply.body, reply.media_type))

    def _query(self, text: str, accept: str) -> Any:
        reply = self._asked(text, accept)
        return self._read(lambda: read_results(reply.body, reply.media_type))

    def _asked(self, text: str, accept: str) -> exchange.Reply:
        body = urllib.parse.urlencode({"query": text}).encode("ascii")
        fields = {"Accept": accept, "Content_Type": _FORM, "Cache_Control": "no-cache"}
        return self._again(lambda: self._send("POST", self.addresses.query, body, (200,), **fields))

    def _read(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except ValueError as error:
            what = f"The answer cannot be read: {str(error).rstrip('.')}."
            raise exchange.failed(self.addresses.query, what, "look at the address in a browser.") from None

    # --- sending ------------------------------------------------------------------------------------------------------

    def _of(self, name: str) -> str:
        address = self.addresses.graph_store
        return f"{address}{'&' if '?' in address else '?'}{urllib.parse.urlencode({'graph': name})}"

    def _send(
        self, method: str, address: str, body: bytes | None, good: tuple[int, ...], **fields: str
    ) -> exchange.Reply:
        reply = self._server.send(method, address, body, **fields)
        if reply.status not in good:
            leads = f" (it leads to {reply.location})" if reply.location else ""
            what = f"The store answered {reply.status} {reply.reason} to {method}: {reply.start()}{leads}"
            hints = {
                401: f"give credentials in the environment: {exchange.USER} and {exchange.PASSWORD}.",
                403: "see that this user may write.",
            }
            raise exchange.failed(address, what, hints.get(reply.status, "see the store's log."))
        return reply

    def _again(self, work: Callable[[], T]) -> T:
        for number in range(self._tries):
            try:
                return work()
            except EndpointFailed:
                if number == self._tries - 1:
                    raise
                time.sleep(self._pause * 2**number)
        raise AssertionError
