"""The engine behind one interface: quads held in memory, a built store on disk, or a SPARQL endpoint elsewhere.

Every named graph is kept as it is and once more in the default graph, so that a query written without GRAPH sees
everything, on this engine as on any other, and pays nothing for a union. Source of the languages: SPARQL 1.1 Query,
Update (INSERT … WHERE only), Protocol, and the four result formats.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

import pyoxigraph as ox

from statereport.errors import QueryRefused, QuerySyntax, UnknownName, did_you_mean
from statereport.rdf import writers
from statereport.sparql import stack, tokens
from statereport.sparql.answers import Answer

RESULT_FORMATS = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
GRAPH_FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
LONGEST = 65_536
# A query shorter than this needs no more than an ordinary stack.
_SHORT = 2_000

T = TypeVar("T")
Scope = tuple[Iterable[str], Iterable[str]]


class Engine(Protocol):
    """What can be asked of a graph, wherever it is."""

    def query(self, text: str, source: str = "query", prefixes: Mapping[str, str] | None = None) -> Answer:
        """The answer to a query, which may use `prefixes` without declaring them. Raises QuerySyntax, QueryRefused."""

    def serialise(
        self, text: str, form: str, source: str = "query", prefixes: Mapping[str, str] | None = None
    ) -> bytes:
        """The answer in a format: csv, tsv, json or xml for rows and truths; ttl, nt, rdf or jsonld, with `prefixes`, for graphs."""


class Store:
    """An embedded engine. Make one with `Store.memory(quads)` or `Store.built(folder)`."""

    def __init__(self, inner: ox.Store) -> None:
        self._inner = inner

    @classmethod
    def memory(cls, quads: Iterable[ox.Quad] = (), union: bool = True) -> Store:
        """A store in memory. With `union`, every triple of a named graph is in the default graph too."""
        inner = ox.Store()
        inner.extend(with_union(quads) if union else quads)
        return cls(inner)

    @classmethod
    def built(cls, folder: Path) -> Store:
        """The store in a folder on disk, read-only. Raises OSError where there is none."""
        return cls(ox.Store.read_only(str(folder)))

    def query(self, text: str, source: str = "query", prefixes: Mapping[str, str] | None = None) -> Answer:
        """See `Engine.query`. Rows come in the query's order; a graph's triples come once each, sorted."""
        return _roomy(text, lambda: _answer(self._screened(text, source, prefixes)))

    def serialise(
        self, text: str, form: str, source: str = "query", prefixes: Mapping[str, str] | None = None
    ) -> bytes:
        """See `Engine.serialise`; the engine's own writers make the bytes."""
        return _roomy(text, lambda: _serialised(self._screened(text, source, prefixes), form, prefixes or {}))

    def write(
        self,
        text: str,
        choose: Callable[[Iterable[str]], str],
        output: IO[bytes],
        scope: Scope | None = None,
        base: str | None = None,
    ) -> str:
        """Run a query and let the engine's own writer put the answer into `output`. → the format it has.

        `choose` is given the formats that the answer can have and names one; what it raises passes through, and so does
        what `output` raises. `scope` says of which graphs the query is asked (default, named): those and no other;
        without it FROM says so, or all are. `base` is what relative IRIs are relative to.
        """
        parts = ([ox.NamedNode(name) for name in part] for part in scope or ())
        given = {"base_iri": base, **dict(zip(("default_graph", "named_graphs"), parts, strict=False))}

        def run() -> str:
            tokens.screen(text, graphs=True, deepest=tokens.DEEPEST)
            results = self._run(text, "query", given)
            graph = isinstance(results, ox.QueryTriples)
            form = choose(tuple(GRAPH_FORMATS if graph else RESULT_FORMATS))
            results.serialize(output, format_of(form, graph))
            return form

        return _roomy(text, run)

    def solutions(self, text: str, bound: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The rows of a SELECT of our own, with variables bound beforehand as SHACL binds $this; unbound cells left out.

        The value takes the variable's place before anything is evaluated, in sub-selects too (SEP-0007).
        """
        given = {ox.Variable(name): value for name, value in bound.items()}
        results = self._inner.query(text, substitutions=given)
        names = [variable.value for variable in results.variables]
        for row in results:
            yield {name: row[name] for name in names if row[name] is not None}

    def insert(self, rule: str, source: str = "rule") -> None:
        """Run one `INSERT … WHERE` (the inference rules); any other update is refused."""
        tokens.screen(rule, source, inserts=True)
        try:
            self._inner.update(rule)
        except SyntaxError as error:
            raise _unreadable(rule, error, source, {}) from None

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """The quads of a named graph, or of the default graph."""
        name = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        return self._inner.quads_for_pattern(None, None, None, name)

    def __len__(self) -> int:
        return len(self._inner)

    def _screened(self, text: str, source: str, prefixes: Mapping[str, str] | None) -> Any:
        tokens.screen(text, source)
        return self._run(text, source, {"prefixes": dict(prefixes or {})})

    def _run(self, text: str, source: str, given: dict[str, Any] | None = None) -> Any:
        try:
            return self._inner.query(text, **given or {})
        except SyntaxError as error:
            raise _unreadable(text, error, source, (given or {}).get("prefixes") or {}) from None


def form_of(text: str, source: str = "query", prefixes: Mapping[str, str] | None = None) -> Answer:
    """What kind of answer a query gives, and its columns: the engine reads it; no row is made."""
    return _roomy(text, lambda: _answer(_nothing()._screened(text, source, prefixes), read=False))


@cache
def _nothing() -> Store:
    """The one empty store that queries are read with."""
    return Store.memory()


def _unreadable(text: str, error: SyntaxError, source: str, prefixes: Mapping[str, str]) -> QuerySyntax:
    from statereport.sparql import diagnose  # what most queries never need

    return diagnose.problem(text, str(error), source, prefixes)


def with_union(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Each quad as it is, and once more in the default graph."""
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object)


def _roomy(text: str, work: Callable[[], T]) -> T:
    """Do the work of a query: refused where it is too long, on a thread with room, or here where it is short and none can be had."""
    if len(text) > LONGEST:
        raise QueryRefused(
            where="query",
            what=f"The query has {len(text):,} characters; the longest that is run has {LONGEST:,}.",
            hint="ask several shorter questions, or load an export into an engine of your own.",
        )
    return stack.with_room(work, needed=len(text) > _SHORT)


def _answer(results: Any, read: bool = True) -> Answer:
    """The engine's results as a value; without `read`, the rows stay in the engine."""
    if isinstance(results, ox.QuerySolutions):
        names = tuple(variable.value for variable in results.variables)
        return Answer("select", names, tuple(tuple(row[name] for name in names) for row in (results if read else ())))
    if isinstance(results, ox.QueryBoolean):
        truth = bool(results)
        return Answer("ask", ("answer",), ((ox.Literal(truth),),), truth)
    triples = writers.merged(writers.canonical(ox.Quad(t.subject, t.predicate, t.object) for t in results))
    rows = tuple((t.subject, t.predicate, t.object) for t in triples)
    return Answer("construct", ("subject", "predicate", "object"), rows)


def _serialised(results: Any, form: str, prefixes: Mapping[str, str]) -> bytes:
    graph = isinstance(results, ox.QueryTriples)
    kind = format_of(form, graph)
    if not graph:
        return results.serialize(format=kind)
    return writers.document(results, form, prefixes)


def answer_bytes(answer: Answer, form: str, prefixes: Mapping[str, str] | None = None) -> bytes:
    """An answer in a format: csv, tsv, json or xml for rows and truths; ttl, nt, rdf or jsonld for graphs.

    Raises UnknownName for a format that it cannot have.
    """
    kind = format_of(form, answer.form == "construct")
    if answer.form == "construct":
        return writers.document((ox.Triple(*row) for row in answer.rows), form, prefixes or {})
    document: dict[str, Any] = {"head": {}, "boolean": answer.truth}
    if answer.truth is None:
        rows = (zip(answer.columns, row, strict=True) for row in answer.rows)
        bindings = [{name: _in_json(term) for name, term in row if term is not None} for row in rows]
        document = {"head": {"vars": answer.columns}, "results": {"bindings": bindings}}
    # The engine's own writers make every format; they take what its reader has read.
    data = json.dumps(document, ensure_ascii=False).encode()
    return ox.parse_query_results(data, ox.QueryResultsFormat.JSON).serialize(format=kind)


def _in_json(term: Any) -> dict[str, Any]:
    """A term as the SPARQL 1.2 Query Results JSON Format has it."""
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {name: _in_json(part) for name, part in parts.items()}}
    if term.language is None:
        return {"type": "literal", "value": term.value, "datatype": term.datatype.value}
    direction = {"its:dir": term.direction.value} if term.direction else {}
    return {"type": "literal", "value": term.value, "xml:lang": term.language, **direction}


def read_results(data: bytes, media_type: str) -> Answer:
    """The answer in a response of a SPARQL endpoint: JSON or XML results, or a graph in any format.

    Raises ValueError or SyntaxError where the data are not what the media type says.
    """
    form = ox.QueryResultsFormat.from_media_type(media_type)
    if form is not None:
        return _answer(ox.parse_query_results(data, form))
    graph = ox.RdfFormat.from_media_type(media_type)
    if graph is None:
        raise ValueError(f"unknown media type {media_type}")
    quads = writers.canonical(ox.Quad(q.subject, q.predicate, q.object) for q in ox.parse(data, format=graph))
    rows = tuple((q.subject, q.predicate, q.object) for q in quads)
    return Answer("construct", ("subject", "predicate", "object"), rows)


def format_of(form: str, graph: bool) -> Any:
    """The engine's format of that name for graphs, or for rows and truths. Raises UnknownName with the names there are."""
    allowed = GRAPH_FORMATS if graph else RESULT_FORMATS
    if form not in allowed:
        what = f"{'A graph' if graph else 'A table'} cannot be written as {form!r}."
        raise UnknownName(
            where=form, what=what, hint=did_you_mean(form, allowed) or f"use one of: {', '.join(allowed)}."
        )
    return allowed[form]


def literal_text(value: str, datatype: str | None = None, language: str | None = None) -> str:
    """A literal as SPARQL and Turtle write it, whatever characters its value has."""
    return str(writers.literal(value, datatype, language))


def iri_text(value: str) -> str:
    """An IRI in angle brackets. Raises ValueError where it is not an absolute IRI."""
    return str(ox.NamedNode(value))


def is_iri(term: Any) -> bool:
    """True for the address of a thing, false for a literal, a blank node and nothing."""
    return isinstance(term, ox.NamedNode)
