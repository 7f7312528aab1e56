"""Writing RDF: the one order, the one set of names for blank nodes, and pyoxigraph's serialisers.

Everything a build publishes passes through here, so that the same statements always give the same bytes, whatever the
order they came in. Literals keep the characters they were written with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from statereport.rdf.namespaces import RDF

XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
GRAPH_FORMATS = {"ttl": RdfFormat.TURTLE, "rdf": RdfFormat.RDF_XML, "nt": RdfFormat.N_TRIPLES}
DATASET_FORMATS = {"trig": RdfFormat.TRIG, "nq": RdfFormat.N_QUADS}
READ_FORMATS = {**GRAPH_FORMATS, **DATASET_FORMATS, "jsonld": RdfFormat.JSON_LD}


def iri(value: str) -> NamedNode:
    """The term for an IRI."""
    return NamedNode(value)


def literal(value: str, datatype: str | None = None, language: str | None = None) -> Literal:
    """The term for a literal: plain, typed, or in a language."""
    if language:
        return Literal(value, language=language)
    return Literal(value, datatype=NamedNode(datatype)) if datatype else Literal(value)


def triple(subject: str, predicate: str, value: NamedNode | Literal) -> Triple:
    """One statement about an IRI."""
    return Triple(NamedNode(subject), NamedNode(predicate), value)


def quads(graphs: Mapping[str, Iterable[Triple]]) -> list[Quad]:
    """The triples of named graphs as quads, in the order given."""
    named = ((NamedNode(name), triples) for name, triples in graphs.items())
    return [Quad(t.subject, t.predicate, t.object, name) for name, triples in named for t in triples]


def canonical(items: Iterable[Quad]) -> list[Quad]:
    """The quads once each, sorted by subject, predicate, object and graph, blank nodes named by RDFC-1.0.

    Blank nodes come only from lists and restrictions of the ontology and the shapes; the parser names them at random.
    """
    dataset = Dataset(items)
    if any(isinstance(term, BlankNode) for quad in dataset for term in (quad.subject, quad.object)):
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=_order())


def merged(items: Iterable[Quad]) -> list[Triple]:
    """The statements of sorted quads without their graphs, each once, in the same order."""
    return list(dict.fromkeys(quad.triple for quad in items))


def canonical_nquads(items: Iterable[Quad]) -> bytes:
    """Canonical N-Quads of quads from `canonical`: lines in code point order. Their SHA-256 is the RDFC-1.0 hash."""
    lines = serialize(items, format=RdfFormat.N_QUADS).decode("utf-8").splitlines()
    return "".join(f"{line}\n" for line in sorted(lines)).encode("utf-8")


def write(items: list[Quad], path: Path, prefixes: Mapping[str, str]) -> None:
    """Write sorted quads to a file; the ending says the format, and whether the named graphs are kept (trig, nq).

    Turtle, TriG and RDF/XML get the prefixes that the data use. JSON-LD carries its context inside.
    """
    ending = path.suffix[1:]
    if ending == "jsonld":
        path.write_bytes(jsonld(merged(items), prefixes))
    elif ending == "nq":
        path.write_bytes(canonical_nquads(items))
    elif ending in DATASET_FORMATS:
        path.write_bytes(dataset(items, ending, prefixes))
    else:
        serialize(merged(items), str(path), GRAPH_FORMATS[ending], prefixes=used(items, prefixes))


def dataset(items: list[Quad], ending: str, prefixes: Mapping[str, str]) -> bytes:
    """Sorted quads with their graphs, graph by graph, in the format of that ending."""
    by_graph = sorted(items, key=lambda quad: str(quad.graph_name))
    return serialize(by_graph, format=DATASET_FORMATS[ending], prefixes=used(items, prefixes))


def turtle(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> bytes:
    """Turtle of some triples, sorted."""
    return document(triples, "ttl", prefixes)


def document(triples: Iterable[Triple], ending: str, prefixes: Mapping[str, str]) -> bytes:
    """Some triples, sorted, in the format of that ending: ttl, rdf, nt or jsonld."""
    items = canonical(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples)
    if ending == "jsonld":
        return jsonld(merged(items), prefixes)
    return serialize(merged(items), format=GRAPH_FORMATS[ending], prefixes=used(items, prefixes))


def read(path: Path) -> list[Quad]:
    """Parse a published file again; the ending says the format."""
    return list(parse(path.read_bytes(), format=READ_FORMATS[path.suffix[1:]]))


def used(items: Iterable[Quad], prefixes: Mapping[str, str]) -> dict[str, str]:
    """The part of the prefix table that some IRI of the quads begins with, in alphabetical order."""
    names = {name for quad in items for name in _names(quad)}
    spaces = {name[: max(name.rfind("/"), name.rfind("#")) + 1] for name in names}
    return {prefix: space for prefix, space in sorted(prefixes.items()) if space in spaces}


def jsonld(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> bytes:
    """JSON-LD with its context inside: one node object a subject, one property a line, names shortened by prefixes."""
    context = {
        prefix: {"@id": space, "@prefix": True}
        for prefix, space in used((Quad(t.subject, t.predicate, t.object) for t in triples), prefixes).items()
    }
    shorten = _shortener({prefix: entry["@id"] for prefix, entry in context.items()})
    nodes: dict[str, dict] = {}
    for t in triples:
        node = nodes.setdefault(shorten(t.subject), {"@id": shorten(t.subject)})
        if t.predicate.value == RDF + "type":
            node.setdefault("@type", []).append(shorten(t.object))
        else:
            node.setdefault(shorten(t.predicate), []).append(_json_value(t.object, shorten))
    body = {"@context": context, "@graph": [{k: _alone(k, v) for k, v in node.items()} for node in nodes.values()]}
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _alone(key: str, values: str | list) -> str | list | dict:
    return values[0] if isinstance(values, list) and len(values) == 1 and key != "@type" else values


def _json_value(term: NamedNode | BlankNode | Literal, shorten) -> str | dict[str, str]:
    if not isinstance(term, Literal):
        return {"@id": shorten(term)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    # Numbers stay typed strings: a JSON number would lose the characters they were written with.
    if term.datatype.value != XSD_STRING:
        return {"@value": term.value, "@type": shorten(term.datatype)}
    return term.value


def _shortener(prefixes: Mapping[str, str]):
    by_space = {space: prefix for prefix, space in prefixes.items()}
    known: dict[NamedNode | BlankNode, str] = {}

    def shorten(term: NamedNode | BlankNode) -> str:
        if term not in known:
            cut = max(term.value.rfind("/"), term.value.rfind("#")) + 1
            prefix, local = by_space.get(term.value[:cut]), term.value[cut:]
            whole = str(term) if isinstance(term, BlankNode) else term.value
            known[term] = f"{prefix}:{local}" if prefix and local else whole
        return known[term]

    return shorten


def _names(quad: Quad) -> Iterator[str]:
    yield quad.predicate.value
    for term in (quad.subject, quad.object):
        if isinstance(term, NamedNode):
            yield term.value
        elif isinstance(term, Literal):
            yield term.datatype.value


def _order():
    known: dict = {}

    def key(term) -> str:
        if term not in known:
            # `a` before every other predicate, as a reader expects.
            known[term] = "" if getattr(term, "value", None) == RDF + "type" else str(term)
        return known[term]

    return lambda quad: (key(quad.subject), key(quad.predicate), key(quad.object), key(quad.graph_name))
