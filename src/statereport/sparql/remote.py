"""A SPARQL endpoint elsewhere behind the same interface as the embedded engine (SPARQL 1.1 Protocol, over urllib).

An endpoint may be wrong or hostile: only the types that were asked for are read, nothing that is nested so deep that it
would end the process reaches the engine's parsers, and all that goes wrong is one EndpointFailed.
"""

from __future__ import annotations

import http.client
import re
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from statereport.errors import EndpointFailed
from statereport.sparql import engine, stack, tokens
from statereport.sparql.answers import Answer
from statereport.sparql.query import Query

_LARGEST = 256 * 1024 * 1024
_PIECE = 64 * 1024
# The types that are asked for, and the older names that servers have for them (N-Triples was text/plain until 2014).
ROWS = ("application/sparql-results+json", "application/json")
GRAPHS = {
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "text/turtle": ox.RdfFormat.TURTLE,
    "text/plain": ox.RdfFormat.N_TRIPLES,
}
_ACCEPT_ROWS = "application/sparql-results+json, application/json;q=0.5"
_ACCEPT_GRAPHS = "application/n-triples, text/turtle;q=0.9, text/plain;q=0.5"
# What may hold a bracket that opens nothing: strings, IRIs, comments. One that does not end goes on to the end.
_JSON_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)', re.DOTALL)
_TURTLE_STRING = re.compile(
    rb'''"""(?:[^"\\]++|\\.|"(?!""))*+(?:"""|\Z) | \'\'\'(?:[^'\\]++|\\.|'(?!''))*+(?:\'\'\'|\Z)
    | "(?:[^"\\\n\r]++|\\.)*+"? | '(?:[^'\\\n\r]++|\\.)*+'? | <[^<>"{}|^`\\\x00-\x20]*+> | \\. | \#[^\n\r]*+''',
    re.DOTALL | re.VERBOSE,
)
_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))


@dataclass(frozen=True)
class RemoteStore:
    """An endpoint's address and how many seconds it may take. Its default graph should be the union of its graphs."""

    endpoint: str
    timeout: float = 30.0

    def __post_init__(self) -> None:
        try:
            scheme = urllib.parse.urlsplit(self.endpoint).scheme
        except ValueError:
            scheme = ""
        if scheme not in ("http", "https"):
            raise self._failed("This is not an address of a SPARQL endpoint.", "begin it with https://")

    def query(self, text: str | Query, source: str = "query", prefixes: Mapping[str, str] | None = None) -> Answer:
        """See `Engine.query`. The query is checked before it is sent. Raises EndpointFailed too."""
        query = engine.form_of(text, source, prefixes)
        data, kind = self._ask(query.whole, _ACCEPT_GRAPHS if query.form == "construct" else _ACCEPT_ROWS)
        try:
            answer = read_results(data, kind)
        except ValueError as error:
            raise self._failed(
                f"The answer cannot be read: {str(error).rstrip('.')}.", "look at the address in a browser."
            ) from None
        if answer.form != query.form:
            names = {"select": "rows", "ask": "a yes or no", "construct": "a graph"}
            what = f"The endpoint answered {names[answer.form]} where the query asks for {names[query.form]}."
            raise self._failed(what, "look at the address in a browser.")
        return answer

    def serialise(
        self, text: str | Query, form: str, source: str = "query", prefixes: Mapping[str, str] | None = None
    ) -> bytes:
        """See `Engine.serialise`."""
        query = engine.form_of(text, source, prefixes)
        engine.format_of(form, query.form == "construct")
        return engine.answer_bytes(self.query(query), form, prefixes)

    def _ask(self, text: str, accept: str) -> tuple[bytes, str]:
        """The body and the media type of the endpoint's answer. Raises EndpointFailed.

        The limit is for the whole: a response whose head arrives slowly, byte by byte, is ended too.
        """
        request = urllib.request.Request(
            self.endpoint,
            data=urllib.parse.urlencode({"query": text}).encode("ascii"),
            headers={
                "Accept": accept,
                "Content-Type": "application/x-www-form-urlencoded",
                "User-Agent": "statereport",
            },
        )
        end = time.monotonic() + self.timeout
        late = f"its answer took longer than {self.timeout:g} seconds"
        data = bytearray()
        try:
            with _opened(request, self.timeout) as response:
                if time.monotonic() > end:  # a head that was cut off may look whole
                    raise TimeoutError(late)
                while piece := response.read1(_PIECE):
                    data += piece
                    if len(data) > _LARGEST:
                        raise self._failed("The answer has more than 256 MB.", "ask for less, with LIMIT.")
                    if time.monotonic() > end:
                        raise TimeoutError(late)
                if response.length:  # promised, and not sent
                    raise http.client.IncompleteRead(bytes(data[-1:]), response.length)
                return bytes(data), response.headers.get("Content-Type", "")
        except urllib.error.HTTPError as error:
            what = f"The endpoint answered {error.code} {error.reason}: {_start_of(error)}"
            raise self._failed(what, "correct the query, or ask later.") from None
        except http.client.IncompleteRead:
            raise self._failed("The answer breaks off before its end.", "ask again, or for less.") from None
        except (OSError, ValueError) as error:
            reason = late if time.monotonic() > end else getattr(error, "reason", error)
            what = f"The endpoint did not answer: {str(reason).rstrip('.')}."
            raise self._failed(what, "see that the address is right and the server runs.") from None
        except http.client.HTTPException as error:
            what = f"The endpoint does not answer in HTTP: {error or type(error).__name__}."
            if time.monotonic() > end:
                what = f"The endpoint did not answer: {late}."
            raise self._failed(what, "see that the address is that of a SPARQL endpoint.") from None

    def _failed(self, what: str, hint: str) -> EndpointFailed:
        return EndpointFailed(where=self.endpoint, what=_printable(what), hint=hint)


def read_results(data: bytes, media_type: str) -> Answer:
    """The answer in a response of a SPARQL endpoint: rows in JSON, a graph in N-Triples or Turtle.

    Raises ValueError with the reason where the type is another, the data do not fit it, or are nested too deep.
    """
    kind = media_type.partition(";")[0].strip().lower()
    if kind not in (*ROWS, *GRAPHS):
        raise ValueError(f"it is {kind or 'of no type'}, which was not asked for")

    def read() -> Answer:
        if kind in ROWS:
            return engine.answer_of(ox.parse_query_results(data, ox.QueryResultsFormat.JSON))
        return engine.graph_of(ox.parse(data, format=GRAPHS[kind]))

    if is_nested_deeper(data, tokens.DEEPEST, json=kind in ROWS):
        raise ValueError(f"it is nested deeper than {tokens.DEEPEST} levels")
    try:
        return stack.on_large_stack(read)
    except (SyntaxError, ValueError, RuntimeError) as error:
        raise ValueError(f"it is not what {kind} promises: {error}") from None


def is_nested_deeper(data: bytes, levels: int, json: bool) -> bool:
    """Whether objects of JSON, or triple terms and blank nodes of Turtle, are nested deeper than so many levels.

    The engine's parsers recurse, and end the process at some 100,000 levels.
    """
    if json:
        brackets = _JSON_STRING.sub(b"", data)
    else:  # no IRI holds another <, so << opens a triple
        brackets = _TURTLE_STRING.sub(b" ", data).replace(b"<<", b"{").replace(b">>", b"}")
    brackets = brackets.translate(None, _NO_BRACKETS)
    for _ in range(levels):
        outer = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if outer == brackets:
            break
        brackets = outer
    return brackets.count(b"{") + brackets.count(b"[") > levels


def _opened(request: urllib.request.Request, seconds: float) -> Any:
    """The response to a request, as `urlopen` returns it, when its head is there: within so many seconds, or OSError.

    The time limit of a socket is for each piece that arrives, so a connection that is late is shut from outside.
    """
    connections: list[http.client.HTTPConnection] = []
    late = threading.Event()

    class Noted(urllib.request.AbstractHTTPHandler):
        def do_open(self, kind: Any, request: urllib.request.Request, **given: Any) -> Any:
            def made(host: str, **more: Any) -> http.client.HTTPConnection:
                if late.is_set():  # a redirection in a head that was cut off
                    raise TimeoutError
                connections.append(kind(host, **more))
                return connections[-1]

            return super().do_open(made, request, **given)

    class Plain(Noted, urllib.request.HTTPHandler):
        pass

    class Secure(Noted, urllib.request.HTTPSHandler):
        pass

    def shut() -> None:
        late.set()
        for connection in connections:
            with suppress(OSError, AttributeError):  # not connected yet, or closed already
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        return urllib.request.build_opener(Plain, Secure).open(request, timeout=seconds)
    finally:
        timer.cancel()


def _start_of(response: Any) -> str:
    """The beginning of an endpoint's own message about an error, on one line."""
    try:
        return " ".join(response.read1(300).decode("utf-8", "replace").split())
    except (OSError, http.client.HTTPException):
        return ""


def _printable(text: str) -> str:
    """The text without control characters, which a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text)
