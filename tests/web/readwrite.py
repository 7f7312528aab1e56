"""A build of the endpoint that also takes updates. It exists for the W3C's tests only; the package has no such code.

The queries go the way they go in the server, but in this process, so that one can see what another has written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyoxigraph as ox

from statereport.errors import Problem, QuerySyntax, RequestBroken, UpdateRefused
from statereport.sparql import tokens
from statereport.sparql.engine import Store
from statereport.web.answers.router import answer
from statereport.web.wire import problems, protocol
from statereport.web.wire.http import Request, Response
from statereport.web.wire.limits import Limits


def respond(site: Any, request: Request) -> Response:
    """An update is run; every other request is answered as the public endpoint answers it."""
    try:
        protocol.read(request, Limits())
    except UpdateRefused:
        try:
            return _update(site.graph.engine, request)
        except Problem as problem:
            return problems.response(problem)
    except Problem:
        pass
    return answer(site, request)


def _update(engine: Store, request: Request) -> Response:
    pairs = list(request.query)
    if request.method != "POST" or any(name == "update" for name, _ in pairs):
        raise RequestBroken(where="update", what="Updates are sent by POST.", hint="")
    body = request.body.decode("utf-8")
    form = protocol.media_type(request.header("content-type")) == protocol.FORM
    pairs += protocol.form(body, Limits()) if form else [("update", body)]
    texts = [value for name, value in pairs if name == "update"]
    if len(texts) != 1:
        raise RequestBroken(where="update", what="Not one update.", hint="")
    using = [f"USING <{value}>" for name, value in pairs if name == "using-graph-uri"]
    using += [f"USING NAMED <{value}>" for name, value in pairs if name == "using-named-graph-uri"]
    words = list(tokens.tokens(texts[0]))
    if using and any(word.is_keyword("USING") or word.is_keyword("WITH") for word in words):
        raise RequestBroken(where="update", what="USING stands in the update and in the request.", hint="")
    text = texts[0]
    for word in reversed(words):
        if using and word.is_keyword("WHERE"):
            text = f"{text[: word.start]}{' '.join(using)} {text[word.start :]}"
    try:
        engine._inner.update(text, base_iri="http://127.0.0.1/sparql")
    except SyntaxError as error:
        raise QuerySyntax(where="update", what=str(error), hint="") from None
    return Response(200, "text/plain", b"")


def load(engine: Store, data: dict[str, bytes]) -> None:
    """Put N-Triples into named graphs, and into no other."""
    engine._inner.clear()
    for name, triples in data.items():
        engine._inner.load(triples, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(name))


class InProcess:
    """Stands where a pool stands: answers in this process."""

    def __init__(self, site: Any) -> None:
        self.site = site

    async def answer(self, request: Request, client: str, begins: Callable[[], bool] = lambda: True) -> Response:
        """The answer, at once."""
        begins()
        return respond(self.site, replace(request))
