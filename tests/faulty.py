"""A small SPARQL server (query, update, graph store) that fails when it is asked to: over HTTP, or by calls alone.

Every request has a number, from 0; a fault is a function of that number that names a way to fail, or "":

    refuse       the connection is closed before anything is done
    cut          what is asked is done, and the connection closed in the midst of the answer
    late         what is asked is done, and the answer comes after the client has gone
    error        500, and nothing is done
    done-error   500, and what is asked is done
    half         200; of what is written a half is kept, of an update the first half, of a graph that is read one half
    stale        200, and nothing is done; a graph that is read is empty
    elsewhere    307 to another address
    garbage      200 and what nobody can read, and nothing is done
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox

from statereport.sparql.exchange import Exchange, Reply, failed

WAYS = ("refuse", "cut", "late", "error", "done-error", "half", "stale", "elsewhere", "garbage")
TRIPLES, ROWS = "application/n-triples", "application/sparql-results+json"


class Faulty:
    """The server: its store, the requests that came, and what it does with the next ones.

    most      how many rows one answer has at most, as Virtuoso cuts them; 0 for all
    wanted    the Authorization header that each request must have, or ""
    """

    def __init__(self) -> None:
        self.store = ox.Store()
        self.asked: list[str] = []
        self.fault: Callable[[int], str] = lambda number: ""
        self.late = 0.12
        self.most = 0
        self.wanted = ""
        self.address = "http://127.0.0.1"

    def done(self, method: str, path: str, graph: str, body: bytes) -> tuple[str, int, str, bytes]:
        """Do what a request asks, as far as the way to fail has it. → that way, and the status, type and body."""
        number = len(self.asked)
        text = parse_qs(body.decode("utf-8", "replace")) if path != "/store" else {}
        self.asked.append(f"{method} {path} {(text.get('update') or text.get('query') or [f'<{graph}>'])[0]}")
        way = self.fault(number)
        if way == "refuse":
            return way, 0, "", b""
        status, kind, answer = self.answer(method, path, graph, body, way)
        return (way, 500, "text/plain", b"out of order") if way == "done-error" else (way, status, kind, answer)

    def exchange(self) -> Exchange:
        """The way to the server without HTTP: what breaks there is EndpointFailed at once."""
        faulty = self

        class Called(Exchange):
            def send(self, method: str, address: str, body: bytes | None = None, **fields: str) -> Reply:
                parts = urlsplit(address)
                graph = parse_qs(parts.query).get("graph", [""])[0]
                way, status, kind, answer = faulty.done(method, parts.path, graph, body or b"")
                if way in ("refuse", "cut", "late"):
                    raise failed(address, f"The endpoint did not answer: {way}.", "")
                return Reply(status, "", kind, answer)

        return Called(1)

    def graphs(self) -> dict[str, frozenset[str]]:
        """What the store holds, by the names of its graphs."""
        found: dict[str, set[str]] = {}
        for quad in self.store:
            found.setdefault(quad.graph_name.value, set()).add(str(quad.triple))
        return {name: frozenset(triples) for name, triples in found.items()}

    def answer(self, method: str, path: str, graph: str, body: bytes, way: str) -> tuple[int, str, bytes]:
        """What a request is answered with; what it asks for is done, as far as the way to fail has it."""
        if way in ("error", "elsewhere"):
            return (500 if way == "error" else 307), "text/plain", b"out of order"
        if way == "garbage":
            return 200, "text/html", b"<html>"
        if path == "/query":
            return self._query(parse_qs(body.decode())["query"][0], way)
        if path == "/update":
            if way != "stale":
                text = parse_qs(body.decode())["update"][0]
                parts = text.split(" ;\n")
                self.store.update(" ;\n".join(parts[: len(parts) // 2]) if way == "half" else text)
            return 204, "text/plain", b""
        return self._graph(method, ox.NamedNode(graph), body, way)

    def _query(self, text: str, way: str) -> tuple[int, str, bytes]:
        results = self.store.query(text, use_default_graph_as_union=True)
        if isinstance(results, ox.QueryTriples):
            found = list(results)
            found = found[: len(found) // 2] if way == "half" else [] if way == "stale" else found
            return 200, TRIPLES, ox.serialize(found[: self.most or None], format=ox.RdfFormat.N_TRIPLES)
        body = results.serialize(format=ox.QueryResultsFormat.JSON)
        if self.most and isinstance(results, ox.QuerySolutions):
            answer = json.loads(body)
            del answer["results"]["bindings"][self.most :]
            body = json.dumps(answer).encode()
        return 200, ROWS, body

    def _graph(self, method: str, graph: ox.NamedNode, body: bytes, way: str) -> tuple[int, str, bytes]:
        if method == "GET":
            found = [quad.triple for quad in self.store.quads_for_pattern(None, None, None, graph)]
            if not found:
                return 404, "text/plain", b"no such graph"
            found = found[: len(found) // 2] if way == "half" else [] if way == "stale" else found
            return 200, TRIPLES, ox.serialize(found[: self.most or None], format=ox.RdfFormat.N_TRIPLES)
        if way != "stale":
            self.store.remove_graph(graph)
            if method == "PUT":
                found = [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)]
                found = found[: len(found) // 2] if way == "half" else found
                self.store.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in found)
        return 204, "text/plain", b""


@contextlib.contextmanager
def serving() -> Iterator[Faulty]:
    """A server that runs until the end of the block."""
    faulty, turn = Faulty(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            graph = parse_qs(parts.query).get("graph", [""])[0]
            if faulty.wanted and self.headers.get("Authorization") != faulty.wanted:
                return self._send(401, "text/plain", b"", ("WWW-Authenticate", 'Basic realm="store"'))
            with turn:
                way, status, kind, answer = faulty.done(self.command, parts.path, graph, body)
            if way == "refuse":
                return self.connection.close()
            if way == "late":
                time.sleep(faulty.late)
            more = [("Location", "http://127.0.0.1:9/elsewhere")] if way == "elsewhere" else []
            return self._send(status, kind, answer, *more, cut=way == "cut")

        def _send(self, status: int, kind: str, body: bytes, *more: tuple[str, str], cut: bool = False) -> None:
            with contextlib.suppress(OSError):
                self.send_response(status)
                for name, value in (("Content-Type", kind), *more):
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(body) + cut))
                self.end_headers()
                self.wfile.write(body)
            if cut:
                self.wfile.flush()
                self.connection.close()

        do_GET = do_PUT = do_POST = do_DELETE = handle_any

        def log_message(self, *given: object) -> None:
            """Nothing is logged."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *given: object) -> None:
            """A connection that was closed on purpose is no error."""

    server = Quiet(("127.0.0.1", 0), Handler)
    faulty.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield faulty
    finally:
        server.shutdown()
        server.server_close()
