"""The engine behind one interface: quads held in memory, a built store on disk, or a SPARQL endpoint elsewhere.

Every named graph is kept as it is and once more in the default graph, so that a query written without GRAPH sees
everything, on this engine as on any other, and pays nothing for a union. Source of the languages: SPARQL 1.1 Query,
Update (INSERT … WHERE only), Protocol, and the four result formats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Protocol

import pyoxigraph as ox

from statereport.errors import QueryFailed, UnknownName, did_you_mean
from statereport.rdf import terms, writers
from statereport.rdf.writers import GRAPH_FORMATS, RESULT_FORMATS
from statereport.sparql import tokens
from statereport.sparql.answers import Answer
from statereport.sparql.query import Query, shape

Scope = tuple[Iterable[str], Iterable[str]]


class Engine(Protocol):
    """The queries that a graph answers, wherever it is."""

    def query(self, text: str | Query, source: str = "query", prefixes: Mapping[str, str] | None = None) -> Answer:
        """The answer to a query, which may use `prefixes` without declaring them.

        `source` names the query in messages. Raises QuerySyntax, QueryRefused, QueryFailed.
        """

    def serialise(
        self, text: str | Query, form: str, source: str = "query", prefixes: Mapping[str, str] | None = None
    ) -> bytes:
        """The answer in a format: see `answer_bytes`; `prefixes` also shorten the names of a graph."""


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
    def loaded(cls, nquads: bytes) -> Store:
        """A store in memory with the named graphs of some N-Quads, and all of them in the default graph too."""
        inner = ox.Store()
        inner.extend(ox.parse(nquads, ox.RdfFormat.N_QUADS))  # unlike `load`, this keeps the names of blank nodes
        inner.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")
        return cls(inner)

    @classmethod
    def built(cls, folder: Path) -> Store:
        """The store in a folder on disk, read-only. Raises OSError where there is none."""
        return cls(ox.Store.read_only(str(folder)))

    def query(self, text: str | Query, source: str = "query", prefixes: Mapping[str, str] | None = None) -> Answer:
        """See `Engine.query`. Rows come in the query's order; a graph's triples come once each, sorted."""
        query = Query.of(text, source, prefixes)
        query.screen()
        return query.run(self._inner, answer_of)

    def serialise(
        self, text: str | Query, form: str, source: str = "query", prefixes: Mapping[str, str] | None = None
    ) -> bytes:
        """See `Engine.serialise`."""
        return answer_bytes(self.query(text, source, prefixes), form, prefixes)

    def write(
        self,
        text: str | Query,
        choose: Callable[[Iterable[str]], str],
        output: IO[bytes],
        scope: Scope | None = None,
        base: str | None = None,
    ) -> str:
        """Run a query and write its answer into `output` as it comes. Returns the format it has.

        `choose` is given the formats that the answer can have and names one; what it raises passes through, and so does
        what `output` raises. `scope` names the graphs that the query sees (default, named): those and no other;
        without it those of FROM, or all. `base` is what relative IRIs are relative to. Raises NotWritable.
        """
        graphs = ([ox.NamedNode(name) for name in part] for part in scope or ())
        given = {"base_iri": base, **dict(zip(("default_graph", "named_graphs"), graphs, strict=False))}
        query = Query.of(text)
        query.screen(graphs=True, deepest=tokens.DEEPEST)

        def written(results: Any) -> str:
            graph = isinstance(results, ox.QueryTriples)
            form = choose(tuple(GRAPH_FORMATS if graph else RESULT_FORMATS))
            kind = format_of(form, graph)
            if graph:
                writers.stream(results, form, output)
            elif isinstance(results, ox.QueryBoolean):
                results.serialize(output, kind)
            elif form == "csv":
                writers.csv_rows(shape(results)[1], results, output)
            else:
                results.serialize(writers.rows_output(output, form), kind)
            return form

        return query.run(self._inner, written, **given)

    def solutions(self, text: str | Query, bound: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The rows of one of the project's own SELECT queries; unbound cells are left out.

        `bound` holds terms for variables that have them beforehand, as SHACL binds $this: the term takes the variable's
        place before anything is evaluated, in sub-selects too (SEP-0007).
        """
        given = {ox.Variable(name): value for name, value in bound.items()}

        # The project's own queries need no large stack, and SHACL runs them thousands of times.
        def named(query: str) -> tuple[tuple[str, ...], list[tuple]]:
            results = self._inner.query(query, substitutions=given)
            return shape(results)[1], _rows(results)

        names, rows = Query.of(text).explained(named)
        return ({name: term for name, term in zip(names, row, strict=True) if term is not None} for row in rows)

    def insert(self, rule: str, source: str = "rule") -> None:
        """Run one `INSERT … WHERE` (the inference rules); any other update is refused."""
        query = Query(rule, source)
        query.screen(inserts=True)
        query.explained(self._inner.update)

    def add(self, triples: Iterable[ox.Triple], graph: str | None = None) -> None:
        """Add triples to the default graph, and to a named graph too."""
        triples = tuple(triples)
        for name in (ox.DefaultGraph(), *([ox.NamedNode(graph)] if graph else [])):
            self._inner.extend(ox.Quad(t.subject, t.predicate, t.object, name) for t in triples)

    def fill(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Add triples to a named graph alone, where only queries that name it see them."""
        name = ox.NamedNode(graph)
        self._inner.extend(ox.Quad(t.subject, t.predicate, t.object, name) for t in triples)

    def holds(self, triple: ox.Triple) -> bool:
        """True where a triple is in the default graph."""
        return ox.Quad(triple.subject, triple.predicate, triple.object) in self._inner

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """The quads of a named graph, or of the default graph."""
        name = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        return self._inner.quads_for_pattern(None, None, None, name)

    def graphs(self) -> list[str]:
        """The names of the graphs, sorted."""
        return sorted(name.value for name in self._inner.named_graphs())

    def __len__(self) -> int:
        return len(self._inner)


def form_of(text: str | Query, source: str = "query", prefixes: Mapping[str, str] | None = None) -> Query:
    """The query, whose `form` and `columns` the engine has read. Raises QuerySyntax, QueryRefused, QueryFailed."""
    query = Query.of(text, source, prefixes)
    _ = query.form  # read now
    return query


def with_union(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Each quad as it is, and once more in the default graph."""
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object)


def answer_of(results: Any) -> Answer:
    """The engine's results as a value. Raises QueryFailed for terms that are nested too deep to be handled."""
    form, columns = shape(results)
    if form == "ask":
        truth = bool(results)
        return Answer(form, columns, ((ox.Literal(truth),),), truth)
    if form == "select":
        return Answer(form, columns, tuple(_rows(results)))
    return graph_of(results)


def _rows(results: Any) -> list[tuple]:
    """Every row: its terms in the order of the columns, None where there is none."""
    rows = list(map(tuple, results))
    _refuse_deep(term for row in rows for term in row)
    return rows


def named_graph(engine: Engine, name: str) -> Answer:
    """What a named graph holds, as `graph_of` gives it: asked as rows, which a store may give in parts."""
    text = f"SELECT DISTINCT ?s ?p ?o {{ GRAPH {iri_text(name)} {{ ?s ?p ?o }} }} ORDER BY ?s ?p ?o"
    return graph_of(filter(None, (writers.statement(*row) for row in engine.query(text).rows)))


def graph_of(triples: Iterable[Any]) -> Answer:
    """An answer of triples, or of quads without their graphs: once each and sorted, blank nodes named by RDFC-1.0."""
    kept = list(triples)
    _refuse_deep(t.object for t in kept)
    quads = writers.canonical(ox.Quad(t.subject, t.predicate, t.object) for t in kept)
    rows = tuple((t.subject, t.predicate, t.object) for t in writers.merged(quads))
    return Answer("construct", ("subject", "predicate", "object"), rows)


def _refuse_deep(values: Iterable[Any]) -> None:
    if any(terms.is_triple(term) and terms.is_deeper(term, tokens.DEEPEST) for term in values):
        what = f"The answer has triple terms nested deeper than {tokens.DEEPEST} levels."
        raise QueryFailed(
            where="answer", what=what, hint="ask for their parts: SUBJECT(?t), PREDICATE(?t), OBJECT(?t)."
        )


def answer_bytes(answer: Answer, form: str, prefixes: Mapping[str, str] | None = None) -> bytes:
    """An answer in a format: csv, tsv, json, xml for rows; ttl, nt, rdf, jsonld, with `prefixes`, for graphs.

    Raises UnknownName for a format that such an answer does not have, NotWritable for terms that it cannot hold.
    """
    graph = answer.form == "construct"
    format_of(form, graph)
    if graph:
        return writers.document((ox.Triple(*row) for row in answer.rows), form, prefixes or {})
    return writers.results(answer.columns, answer.rows, answer.truth, form)


def format_of(form: str, graph: bool) -> Any:
    """The engine's format of a name, for graphs or for rows and truths. Raises UnknownName with the names there are."""
    allowed = GRAPH_FORMATS if graph else RESULT_FORMATS
    if form not in allowed:
        what = f"{'A graph' if graph else 'A table'} cannot be written as {form!r}."
        raise UnknownName(
            where=form, what=what, hint=did_you_mean(form, allowed) or f"use one of: {', '.join(allowed)}."
        )
    return allowed[form]


def literal_text(value: str, datatype: str | None = None, language: str | None = None) -> str:
    """A literal as SPARQL and Turtle write it, whatever characters its value has.

    Raises ValueError with a hint where the value is no Unicode text.
    """
    if re.search("[\ud800-\udfff]", value):
        raise ValueError("give text in UTF-8.")
    return str(writers.literal(value, datatype, language))


def iri_text(value: str) -> str:
    """An IRI in angle brackets. Raises ValueError where it is not an absolute IRI."""
    return str(ox.NamedNode(value))
