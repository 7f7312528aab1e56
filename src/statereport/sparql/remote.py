"""A SPARQL endpoint elsewhere behind the same interface as the embedded engine (SPARQL 1.1 Protocol).

An endpoint may be wrong or hostile: only the types that were asked for are read, nothing that is nested so deep that it
would end the process reaches the engine's parsers, and all that goes wrong is one EndpointFailed.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import IO, Any, TypeVar

import pyoxigraph as ox

from statereport.errors import EndpointFailed
from statereport.rdf.writers import GRAPH_FORMATS, RESULT_FORMATS
from statereport.sparql import engine, exchange, stack, tokens
from statereport.sparql.answers import Answer
from statereport.sparql.exchange import Credentials
from statereport.sparql.query import Query

# Where stores cut answers without a word: Virtuoso at 10,000 rows, and graphs at about as many triples. Rows are read
# in parts of that size then, of which each asks the whole query of the store: no more than so many.
_CUT = 10_000
_PARTS = 20
# The types that are asked for, and the older names that servers have for them (N-Triples was text/plain until 2014).
ROWS = ("application/sparql-results+json", "application/json")
GRAPHS = {
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "text/turtle": ox.RdfFormat.TURTLE,
    "text/plain": ox.RdfFormat.N_TRIPLES,
}
ACCEPT_ROWS = "application/sparql-results+json, application/json;q=0.5"
ACCEPT_GRAPHS = "application/n-triples, text/turtle;q=0.9, text/plain;q=0.5"
# What may hold a bracket that opens nothing: strings, IRIs, comments. One that does not end goes on to the end.
_JSON_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z)', re.DOTALL)
_TURTLE_STRING = re.compile(
    rb'''"""(?:[^"\\]++|\\.|"(?!""))*+(?:"""|\Z) | \'\'\'(?:[^'\\]++|\\.|'(?!''))*+(?:\'\'\'|\Z)
    | "(?:[^"\\\n\r]++|\\.)*+"? | '(?:[^'\\\n\r]++|\\.)*+'? | <[^<>"{}|^`\\\x00-\x20]*+> | \\. | \#[^\n\r]*+''',
    re.DOTALL | re.VERBOSE,
)
T = TypeVar("T")
_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))


@dataclass(frozen=True)
class RemoteStore:
    """An endpoint's address and how many seconds it may take. Its default graph should be the union of its graphs."""

    endpoint: str
    timeout: float = 30.0
    credentials: Credentials | None = None

    def __post_init__(self) -> None:
        self._exchange.check(self.endpoint)

    @cached_property
    def _exchange(self) -> exchange.Exchange:
        return exchange.Exchange(self.timeout, self.credentials)

    def query(self, text: str | Query, source: str = "query", prefixes: Mapping[str, str] | None = None) -> Answer:
        """See `Engine.query`. The query is checked before it is sent. Raises EndpointFailed too."""
        query = engine.form_of(text, source, prefixes)
        return self._answer(query.form, query.whole)

    def serialise(
        self, text: str | Query, form: str, source: str = "query", prefixes: Mapping[str, str] | None = None
    ) -> bytes:
        """See `Engine.serialise`."""
        query = engine.form_of(text, source, prefixes)
        engine.format_of(form, query.form == "construct")
        return engine.answer_bytes(self.query(query), form, prefixes)

    def write(
        self,
        text: str | Query,
        choose: Callable[[Iterable[str]], str],
        output: IO[bytes],
        scope: engine.Scope | None = None,
        base: str | None = None,
    ) -> str:
        """See `Store.write`: the same screen and the same formats; the graphs of `scope` are named to the endpoint."""
        query = Query.of(text)
        query.screen(graphs=True, deepest=tokens.DEEPEST)
        form, _ = query.run(ox.Store(), engine.shape, **({"base_iri": base} if base else {}))
        kind = choose(tuple(GRAPH_FORMATS if form == "construct" else RESULT_FORMATS))
        names = ("default-graph-uri", "named-graph-uri")
        graphs = [(name, graph) for name, part in zip(names, scope or ((), ()), strict=True) for graph in part]
        whole = f"BASE <{base}>\n{query.whole}" if base else query.whole
        output.write(engine.answer_bytes(self._answer(form, whole, graphs), kind, query.prefixes))
        return kind

    def _answer(self, form: str, text: str, graphs: Sequence[tuple[str, str]] = ()) -> Answer:
        """The whole answer of the endpoint to a query of this form. Raises EndpointFailed where it may not be whole."""
        answer = self._once(form, text, graphs)
        number = len(answer.rows)
        if number < _CUT or number % _CUT > (form == "construct"):
            return answer
        rows = self._in_parts(answer.columns, text, graphs) if form == "select" else None
        if rows is None:
            what = f"The answer has {number:,} rows: the store may have cut it there."
            hint = "raise the store's limit of rows (ResultSetMaxRows in Virtuoso), or use LIMIT."
            raise self._failed(what, hint)
        return replace(answer, rows=rows)

    def _in_parts(
        self, columns: Sequence[str], text: str, graphs: Sequence[tuple[str, str]]
    ) -> tuple[tuple[Any, ...], ...] | None:
        """The rows of a query whose answer may be cut, in parts; None where these are not the whole answer for sure.

        A store that sorts no more rows than it gives does sort a query inside another. The rows are the whole answer
        where they are as many as the store counts, and no two are the same.
        """
        words = Query(text).tokens
        start = next(word.start for word in words if word.is_keyword("SELECT"))
        inner = f"{{ {{\n{text[start:]}\n}} }}"
        (counted,) = self._once("select", f"{text[:start]}SELECT (COUNT(*) AS ?number) {inner}", graphs).rows
        number = int(counted[0].value)
        if number > _PARTS * _CUT or any(word.is_keyword("FROM") for word in words):
            return None
        chosen = f"{text[:start]}SELECT {' '.join(f'?{name}' for name in columns)} {inner}"
        rows = [
            row
            for offset in range(0, number, _CUT)
            for row in self._once("select", f"{chosen}\nLIMIT {_CUT} OFFSET {offset}", graphs).rows
        ]
        return tuple(rows) if len(rows) == number == len(set(rows)) else None

    def _once(self, form: str, text: str, graphs: Sequence[tuple[str, str]]) -> Answer:
        """What the endpoint answers to a query of this form, once. Raises EndpointFailed."""
        data, kind = self._ask(text, ACCEPT_GRAPHS if form == "construct" else ACCEPT_ROWS, graphs)
        try:
            answer = read_results(data, kind)
        except ValueError as error:
            raise self._failed(
                f"The answer cannot be read: {str(error).rstrip('.')}.", "look at the address in a browser."
            ) from None
        if answer.form != form:
            names = {"select": "rows", "ask": "a yes or no", "construct": "a graph"}
            what = f"The endpoint answered {names[answer.form]} where the query asks for {names[form]}."
            raise self._failed(what, "look at the address in a browser.")
        return answer

    def _ask(self, text: str, accept: str, graphs: Iterable[tuple[str, str]] = ()) -> tuple[bytes, str]:
        """The body and the media type of the endpoint's answer; `graphs` are parameters. Raises EndpointFailed."""
        reply = self._exchange.send(
            "POST",
            self.endpoint,
            urllib.parse.urlencode([("query", text), *graphs]).encode("ascii"),
            Accept=accept,
            Content_Type="application/x-www-form-urlencoded",
        )
        if reply.status >= 300:
            what = f"The endpoint answered {reply.status} {reply.reason}: {reply.start()}"
            raise self._failed(what, "correct the query, or ask later.")
        return reply.body, reply.media_type

    def _failed(self, what: str, hint: str) -> EndpointFailed:
        return exchange.failed(self.endpoint, what, hint)


def read_results(data: bytes, media_type: str) -> Answer:
    """The answer in a response of a SPARQL endpoint: rows in JSON, a graph in N-Triples or Turtle.

    Raises ValueError with the reason where the type is another, the data do not fit it, or are nested too deep.
    """
    kind = _kind(media_type)
    if kind in ROWS:
        read = lambda: engine.answer_of(ox.parse_query_results(data, ox.QueryResultsFormat.JSON))  # noqa: E731
        return _yes_or_no(_read(data, kind, read))
    return _read(data, kind, lambda: engine.graph_of(ox.parse(data, format=GRAPHS[kind])))


def _yes_or_no(answer: Answer) -> Answer:
    """The answer, or the truth that Virtuoso gives as a row of one column, 1 or 0."""
    if answer.columns != ("__ASK_RETVAL",):
        return answer
    truth = any(term is not None and term.value not in ("0", "false") for row in answer.rows for term in row)
    return Answer("ask", ("answer",), ((ox.Literal(truth),),), truth)


def parse_graph(data: bytes, media_type: str) -> list[ox.Triple]:
    """The triples in a response, in its order and with its blank nodes. Raises what `read_results` raises."""
    kind = _kind(media_type)
    if kind in ROWS:
        raise ValueError(f"it is {kind}, which is no graph")
    return _read(data, kind, lambda: [quad.triple for quad in ox.parse(data, format=GRAPHS[kind])])


def _kind(media_type: str) -> str:
    kind = media_type.partition(";")[0].strip().lower()
    if kind not in (*ROWS, *GRAPHS):
        raise ValueError(f"it is {kind or 'of no type'}, which was not asked for")
    return kind


def _read(data: bytes, kind: str, work: Callable[[], T]) -> T:
    if is_nested_deeper(data, tokens.DEEPEST, json=kind in ROWS):
        raise ValueError(f"it is nested deeper than {tokens.DEEPEST} levels")
    try:
        return stack.on_large_stack(work)
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
