"""The SPARQL 1.1 Protocol, query side: which query a request holds, of which graphs, and in which form it is answered.

The engine reads the query and writes the answer. Graphs are named, never fetched: a graph that is not here is empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from statereport.errors import AnswerTooLarge, MediaTypeRefused, MethodNotAllowed, RequestBroken, UpdateRefused
from statereport.sparql.engine import Store, iri_text
from statereport.web.wire import negotiation
from statereport.web.wire.http import Request, Response
from statereport.web.wire.limits import MIB, Limits

PATHS = ("/sparql", "/sparql/")
FORM, DIRECT, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
METHODS = ("GET", "HEAD", "POST", "OPTIONS")


@dataclass(frozen=True)
class Query:
    """What a request asks: the query's text, and the graphs that the protocol names, where it names any."""

    text: str
    scope: tuple[tuple[str, ...], tuple[str, ...]] | None


def asks(request: Request) -> bool:
    """True where a request brings a text to run; without one, the endpoint describes itself."""
    return request.method == "POST" or any(name in ("query", "update") for name, _ in request.query)


def read(request: Request, limits: Limits) -> Query:
    """The query of a request. Raises RequestBroken, UpdateRefused, MediaTypeRefused or MethodNotAllowed."""
    parameters = list(request.query)
    if request.method == "POST":
        kind = media_type(request.header("content-type"))
        body = _utf8(request)
        if kind == FORM:
            parameters += form(body, limits)
        elif kind == DIRECT:
            parameters.append(("query", body))
        elif kind == UPDATE:
            parameters.append(("update", body))
        else:
            what = (
                f"A query cannot be read from a body of the type {kind}."
                if kind
                else "The body does not say its media type."
            )
            raise MediaTypeRefused(where="content-type", what=what, hint=f"send it as {DIRECT} or {FORM}.")
    elif request.method not in METHODS:
        raise MethodNotAllowed(
            where=request.path,
            what=f"{request.method} is not a method of this address.",
            hint=f"use one of: {', '.join(METHODS)}.",
        )
    return _of(parameters)


def form(body: str, limits: Limits) -> list[tuple[str, str]]:
    """The pairs of a percent-encoded form. Raises RequestBroken."""
    try:
        return parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=limits.parameters)
    except ValueError as error:
        raise RequestBroken(
            where="parameters", what=f"The parameters cannot be read: {error}.", hint="percent-encode them as UTF-8."
        ) from None


def media_type(header: str) -> str:
    """A Content-Type without its parameters."""
    return header.partition(";")[0].strip().lower()


def _utf8(request: Request) -> str:
    parameters = request.header("content-type").lower().replace('"', "").replace(" ", "").split(";")[1:]
    charset = next((p.removeprefix("charset=") for p in parameters if p.startswith("charset=")), "utf-8")
    try:
        if charset not in ("utf-8", "utf8"):
            raise MediaTypeRefused(
                where="content-type",
                what=f"The body is in {charset[:40]}; only UTF-8 is read.",
                hint="send it as UTF-8.",
            )
        return request.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestBroken(
            where="body", what=f"Byte {error.start} of the body is not UTF-8.", hint="send it as UTF-8."
        ) from None


def _of(parameters: list[tuple[str, str]]) -> Query:
    def values(name: str) -> tuple[str, ...]:
        return tuple(value for key, value in parameters if key == name)

    if values("update"):
        raise UpdateRefused(
            where="update", what="This endpoint only reads; the update was not looked at.", hint="send a query."
        )
    texts = values("query")
    if len(texts) != 1:
        what = f"The request holds {len(texts)} queries; the protocol wants exactly one."
        raise RequestBroken(where="query", what=what, hint="send one query in each request.")
    # An empty name is none, as in a form whose field was left blank.
    default, named = (tuple(filter(None, values(name))) for name in ("default-graph-uri", "named-graph-uri"))
    for name in (*default, *named):
        try:
            iri_text(name)
        except ValueError:
            raise RequestBroken(
                where="graph", what=f"{name[:200]} is not an IRI.", hint="name a graph by its whole IRI."
            ) from None
    return Query(texts[0], (default, named) if default or named else None)


def respond(engine: Store, request: Request, limits: Limits, base: str) -> Response:
    """The answer to the query that a request holds, whole. Raises its Problem."""
    query = read(request, limits)
    output = Capped(limits.answer_bytes)
    ending = engine.write(query.text, lambda forms: _form(request.header("accept"), forms), output, query.scope, base)
    kinds = {**negotiation.RESULTS, **negotiation.GRAPHS}
    kind = f"{kinds[ending]}; charset=utf-8"
    headers = [("Vary", "Accept"), ("Cache-Control", "no-cache")]
    if ending in ("csv", "tsv"):
        # Cells are as the specification wants them; a file to keep, rather than a page to click on.
        headers.append(("Content-Disposition", f'attachment; filename="answer.{ending}"'))
    return Response(200, kind, bytes(output.data), tuple(headers))


def _form(accept: str, forms: Iterable[str]) -> str:
    kinds = {**negotiation.RESULTS, **negotiation.GRAPHS}
    return negotiation.choose(accept, {form: kinds[form] for form in kinds if form in tuple(forms)})


class Capped:
    """Bytes in memory, up to a limit: more raises AnswerTooLarge, so that nothing is ever cut in silence."""

    def __init__(self, most: int) -> None:
        self.data = bytearray()
        self._most = most

    def write(self, piece: bytes) -> int:
        """Keep a piece."""
        if len(self.data) + len(piece) > self._most:
            raise AnswerTooLarge(
                where="query",
                what=f"The answer is longer than {self._most / MIB:g} MiB, which is the limit; nothing of it was sent.",
                hint="use LIMIT, or fetch the whole graph as a file.",
            )
        self.data += piece
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""
