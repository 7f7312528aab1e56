"""Writing graphs and rows: the one order, the one set of names for blank nodes, and pyoxigraph's serialisers.

Everything a build publishes passes through here, so that the same statements always give the same bytes, whatever the
order they came in. Literals keep the characters they were written with. What a format cannot hold raises NotWritable.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from json.encoder import encode_basestring
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
    serialize,
)

from statereport.errors import NotWritable
from statereport.rdf import terms
from statereport.rdf.namespaces import RDF, XSD

RESULT_FORMATS = {
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
}
GRAPH_FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
}
DATASET_FORMATS = {"trig": RdfFormat.TRIG, "nq": RdfFormat.N_QUADS}
READ_FORMATS = {**GRAPH_FORMATS, **DATASET_FORMATS}
# What XML 1.0 cannot hold, in UTF-8 (section 2.2): control characters, and U+FFFE and U+FFFF.
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_TAGGED = (RDF + "langString", RDF + "dirLangString")
# How the engine writes the type of a literal that should have a language, and has none; of a value with these
# characters it writes the quotation marks and brackets in another way.
_TYPES = "|".join(map(re.escape, _TAGGED)).encode()
_UNTAGGED = {
    "json": re.compile(rb'"datatype":"(%s)"' % _TYPES),
    "xml": re.compile(rb'<literal datatype="(%s)"' % _TYPES),
    "tsv": re.compile(rb'(?<!\\)(?:\\\\)*"\^\^<(%s)>' % _TYPES),
}
# A blank node in a line of N-Quads, or what looks like one in a literal: its quad keeps its form then.
_BLANK = re.compile(rb"(?:^| )_:")
_TYPE = f" <{RDF}type> ".encode()
_XML_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
# What RDFC-1.0 names a blank node. Other files name it otherwise: some programs keep such a name where they find one,
# and work out another hash.
_CANONICAL = re.compile(r"c14n(\d+)", re.ASCII)
# A local name without a backslash, which some readers of Turtle refuse.
_PLAIN_NAME = re.compile(r"(?:[\w:](?:[\w.:-]*[\w:-])?)?")


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


def statement(subject: Any, predicate: Any, value: Any) -> Triple | None:
    """The triple of three terms; None where RDF has no such triple, as with a literal for its subject."""
    if isinstance(subject, NamedNode | BlankNode) and isinstance(predicate, NamedNode):
        return Triple(subject, predicate, value)
    return None


def read_triple(text: str) -> Triple:
    """The triple that `str` gave as text: N-Triples without the full stop. Raises SyntaxError."""
    return next(parse(f"{text} .", RdfFormat.N_TRIPLES)).triple


def quads(graphs: Mapping[str, Iterable[Triple]]) -> list[Quad]:
    """The triples of named graphs as quads, in the order given."""
    named = ((NamedNode(name), triples) for name, triples in graphs.items())
    return [Quad(t.subject, t.predicate, t.object, name) for name, triples in named for t in triples]


def quads_of_default(triples: Iterable[Triple]) -> list[Quad]:
    """Triples as quads of the default graph."""
    return [Quad(t.subject, t.predicate, t.object) for t in triples]


def canonical(items: Iterable[Quad]) -> list[Quad]:
    """The quads once each, sorted by subject, predicate, object and graph, blank nodes named by RDFC-1.0.

    Blank nodes come only from lists and restrictions of the ontology and the shapes; the parser names them at random.
    """
    return _in_order(items)


def _in_order(items: Iterable[Quad | Triple]) -> list[Any]:
    """Quads, or triples, once each and sorted, as `canonical` gives them."""
    by_line = _by_line(items)
    blank = [line for line in by_line if _BLANK.search(line)]
    if blank:
        # Their names depend on the statements that have blank nodes, and on no others.
        found = [by_line.pop(line) for line in blank]
        alone = isinstance(found[0], Triple)
        dataset = Dataset(quads_of_default(found) if alone else found)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        by_line |= _by_line(quad.triple if alone else quad for quad in dataset)
    return [by_line[line] for line in sorted(by_line, key=_key)]


def _renamed(items: list[Any]) -> list[Any]:
    """Quads or triples with other names for their blank nodes than RDFC-1.0 gives them."""
    pairs = zip(items, _lines(items), strict=True)
    return [_renamed_one(item) if _BLANK.search(line) else item for item, line in pairs]


def _renamed_one(item: Quad | Triple) -> Quad | Triple:
    parts = _renamed_node(item.subject), item.predicate, _renamed_node(item.object)
    return Triple(*parts) if isinstance(item, Triple) else Quad(*parts, item.graph_name)


def _renamed_node(term: Any) -> Any:
    if isinstance(term, Triple):
        return Triple(_renamed_node(term.subject), term.predicate, _renamed_node(term.object))
    found = _CANONICAL.fullmatch(term.value) if isinstance(term, BlankNode) else None
    return BlankNode(f"b{found[1]}") if found else term


def merged(items: Iterable[Quad]) -> list[Triple]:
    """The statements of sorted quads without their graphs, each once, in the same order."""
    return list(dict.fromkeys(quad.triple for quad in items))


def canonical_nquads(items: Iterable[Quad]) -> bytes:
    """Canonical N-Quads of quads from `canonical`: lines in code point order. Their SHA-256 is the RDFC-1.0 hash."""
    return b"".join(sorted(lines(items)))


def lines(items: Iterable[Quad]) -> list[bytes]:
    """The line of N-Quads of each quad, with its end."""
    return [b"%s\n" % line for line in _lines(list(items))]


def digest(triples: Iterable[Triple]) -> str:
    """The RDFC-1.0 hash (SHA-256) of some triples, without a graph; "" of none."""
    items = canonical(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples)
    return hashlib.sha256(canonical_nquads(items)).hexdigest() if items else ""


def write(items: list[Quad], folder: Path, stem: str, endings: Iterable[str], prefixes: Mapping[str, str]) -> None:
    """Write sorted quads to a file for each ending, which is its format; trig and nq keep the named graphs.

    Turtle, TriG and RDF/XML get the prefixes that the data use. JSON-LD carries its context inside. Only N-Quads, which
    are canonical, keep the names of RDFC-1.0 for blank nodes.
    """
    other, names = _renamed(items), _names(items)
    triples = merged(other)
    for ending in endings:
        path = folder / f"{stem}.{ending}"
        if ending == "nq":
            path.write_bytes(canonical_nquads(items))
        elif ending in DATASET_FORMATS:
            path.write_bytes(_dataset(other, ending, _used(names, prefixes)))
        else:
            path.write_bytes(_document(triples, ending, prefixes, names))


def dataset(items: list[Quad], ending: str, prefixes: Mapping[str, str]) -> bytes:
    """Sorted quads with their graphs, graph by graph, in the format of that ending."""
    return _dataset(_renamed(items), ending, used(items, prefixes))


def _dataset(items: list[Quad], ending: str, prefixes: Mapping[str, str]) -> bytes:
    by_graph = sorted(items, key=lambda quad: str(quad.graph_name))
    return serialize(by_graph, format=DATASET_FORMATS[ending], prefixes=prefixes)


def turtle(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> bytes:
    """Turtle of some triples, sorted."""
    return document(triples, "ttl", prefixes)


def document(triples: Iterable[Triple], ending: str, prefixes: Mapping[str, str]) -> bytes:
    """Some triples, sorted, in the format of that ending: ttl, rdf, nt or jsonld. Raises NotWritable."""
    items = _in_order(triples)
    return _document(_renamed(items), ending, prefixes, _names(items))


def _document(triples: list[Triple], ending: str, prefixes: Mapping[str, str], names: set[str]) -> bytes:
    """Sorted triples, which hold the IRIs `names`, in the format of that ending."""
    if ending == "jsonld":
        return _jsonld(triples, prefixes, names)
    output = io.BytesIO()
    used_here, lines = _used(names, prefixes), serialize(triples, format=RdfFormat.N_TRIPLES)
    if b"<<" in lines:
        stream(triples, ending, output, used_here)
    else:
        _refuse(triples, lines, ending)
        serialize(triples, XmlOutput(output) if ending == "rdf" else output, GRAPH_FORMATS[ending], prefixes=used_here)
    return output.getvalue()


def _refuse(triples: list[Triple], lines: bytes, ending: str) -> None:
    """Raise NotWritable as `stream` does: triples without triple terms, at once, by their lines of N-Triples."""
    found = b"angString>" in lines and _UNTAGGED["tsv"].search(lines)
    if found:
        raise _untagged(f"<{found[1].decode()}>")
    if ending == "rdf":
        for predicate in dict.fromkeys(t.predicate for t in triples):
            _refuse_predicate(predicate.value)


def stream(triples: Iterable[Triple], form: str, output: IO[bytes], prefixes: Mapping[str, str] | None = None) -> None:
    """Write triples into `output` in the order in which they come: ttl, nt, rdf or jsonld. Raises NotWritable."""
    fitting = map(_FITTING.get(form, _refuse_untagged), triples)
    serialize(fitting, XmlOutput(output) if form == "rdf" else output, GRAPH_FORMATS[form], prefixes=prefixes)


def csv_rows(columns: Iterable[str], rows: Iterable[Iterable[Any]], output: IO[bytes]) -> None:
    """Write rows as CSV into `output` as they come (SPARQL 1.1 Query Results CSV, section 3).

    The engine's own CSV has a row of one empty cell as an empty line, which many programs pass over, and breaks triple
    terms at their commas.
    """
    writer = csv.writer(SimpleNamespace(write=lambda line: output.write(line.encode())))
    writer.writerow(columns)
    writer.writerows(map(terms.text, row) for row in rows)


def results(columns: Iterable[str], rows: Iterable[Iterable[Any]], truth: bool | None, form: str) -> bytes:
    """Rows of terms under their columns, or a truth, in a format of SPARQL results: csv, tsv, json, xml.

    Raises NotWritable.
    """
    output = io.BytesIO()
    if form == "csv" and truth is None:
        csv_rows(columns, rows, output)
        return output.getvalue()
    document: dict[str, Any] = {"head": {}, "boolean": truth}
    if truth is None:
        names = list(columns)
        pairs = (zip(names, row, strict=True) for row in rows)
        bindings = [{name: _in_json(term) for name, term in row if term is not None} for row in pairs]
        document = {"head": {"vars": names}, "results": {"bindings": bindings}}
    # The engine's own writers make the other formats, from what its reader has read.
    data = json.dumps(document, ensure_ascii=False).encode()
    read_again = parse_query_results(data, QueryResultsFormat.JSON)
    read_again.serialize(XmlOutput(output) if form == "xml" else output, RESULT_FORMATS[form])
    return output.getvalue()


def _in_json(term: Any) -> dict[str, Any]:
    """A term as the SPARQL 1.2 Query Results JSON Format has it (section 3.2.2)."""
    if terms.is_iri(term):
        return {"type": "uri", "value": term.value}
    if terms.is_blank(term):
        return {"type": "bnode", "value": term.value}
    if terms.is_triple(term):
        names = ("subject", "predicate", "object")
        return {"type": "triple", "value": dict(zip(names, map(_in_json, terms.parts(term)), strict=True))}
    _refuse_untagged(term)
    if term.language is None:
        return {"type": "literal", "value": term.value, "datatype": term.datatype.value}
    direction = {"its:dir": term.direction.value} if term.direction else {}
    return {"type": "literal", "value": term.value, "xml:lang": term.language, **direction}


class XmlOutput:
    """Passes the XML that the engine writes on to `output`, so that any parser reads from it what was written.

    A carriage return becomes a reference, since parsers make a line feed of a bare one (XML 1.0, section 2.11). Raises
    NotWritable for a character that XML does not have.
    """

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output
        self._end = b""  # of what came before, where a character may have begun

    def write(self, piece: bytes) -> int:
        """Pass a piece on."""
        found = _NO_XML.search(self._end + piece)
        if found:
            character = f"U+{ord(found[0].decode()):04X}"
            raise NotWritable("answer", f"XML cannot hold the character {character}, which the answer has.", _OTHERS)
        self._end = (self._end + piece)[-2:]
        self._output.write(piece.replace(b"\r", b"&#13;"))
        return len(piece)

    def flush(self) -> None:
        """Pass on what waits."""
        self._output.flush()


class TaggedOutput:
    """Passes rows that the engine writes on to `output`; raises NotWritable for a literal without its language."""

    def __init__(self, output: IO[bytes], form: str) -> None:
        self._output, self._pattern = output, _UNTAGGED[form]
        self._end = b""  # of what came before, where such a literal may have begun

    def write(self, piece: bytes) -> int:
        """Pass a piece on."""
        found = self._pattern.search(self._end + piece)
        if found:
            raise _untagged(f"<{found[1].decode()}>")
        self._end = (self._end + piece)[-200:]
        return self._output.write(piece)

    def flush(self) -> None:
        """Pass on what waits."""
        self._output.flush()


def rows_output(output: IO[bytes], form: str) -> IO[bytes]:
    """What the engine may write rows into, so that others can read them: tsv, json, xml. Writing raises NotWritable."""
    tagged = TaggedOutput(output, form)
    return XmlOutput(tagged) if form == "xml" else tagged


_OTHERS = "ask for another format: nt or ttl for graphs, json or csv for rows."


def _untagged(datatype: str) -> NotWritable:
    what = f"A literal of the type {datatype} has no language, and no parser reads such a literal."
    return NotWritable("answer", what, "give it a language: STRLANG(…), or another type: STRDT(…).")


def _refuse_untagged(term: Any) -> Any:
    """The term itself. Raises NotWritable for a literal without the language that its datatype promises."""
    inner = term
    while isinstance(inner, Triple):  # only its object may be a literal or a triple
        inner = inner.object
    if isinstance(inner, Literal) and inner.language is None and inner.datatype.value in _TAGGED:
        raise _untagged(str(inner.datatype))
    return term


def _for_rdf_xml(triple: Triple) -> Triple:
    """The triple as RDF/XML can hold it: its blank nodes with names that XML has. Raises NotWritable."""
    _refuse_untagged(triple)
    _refuse_predicate(triple.predicate.value)
    subject, value = triple.subject, triple.object
    nodes = _node(subject), _node(value)
    return triple if nodes == (subject, value) else Triple(nodes[0], triple.predicate, nodes[1])


def _refuse_predicate(predicate: str) -> None:
    if not _is_element(predicate):
        what = f"RDF/XML cannot hold the predicate <{predicate}>, which does not end in an XML name."
        raise NotWritable("answer", what, _OTHERS)


def _node(term: Any) -> Any:
    if terms.is_triple(term):
        return _for_rdf_xml(term)
    if terms.is_blank(term) and not _XML_NAME.fullmatch(term.value):
        return BlankNode(f"_{term.value.encode().hex()}")
    return term


@lru_cache(maxsize=4096)
def _is_element(predicate: str) -> bool:
    """Whether the engine writes a predicate as an element that another parser reads as that predicate."""
    from xml.etree import ElementTree  # what no other format needs

    try:
        data = serialize([Triple(BlankNode("s"), NamedNode(predicate), Literal(""))], format=RdfFormat.RDF_XML)
        namespace, _, local = ElementTree.fromstring(data)[0][0].tag[1:].partition("}")
    except (OSError, ElementTree.ParseError):  # a word of RDF/XML's own; no name
        return False
    return namespace + local == predicate


def _for_jsonld(triple: Triple) -> Triple:
    if terms.is_triple(triple.object):
        raise NotWritable("answer", "JSON-LD cannot hold a triple term, which the answer has.", _OTHERS)
    return _refuse_untagged(triple)


_FITTING = {"rdf": _for_rdf_xml, "jsonld": _for_jsonld}


def read(path: Path) -> list[Quad]:
    """The quads of a published file; its ending is the format."""
    return parsed(path.read_bytes(), path.suffix[1:])


def parsed(body: bytes, ending: str) -> list[Quad]:
    """The quads of a text in the format of that ending. Raises SyntaxError; KeyError for an ending of no format."""
    return list(parse(body, format=READ_FORMATS[ending]))


def used(items: Iterable[Quad], prefixes: Mapping[str, str]) -> dict[str, str]:
    """The part of the prefix table that the quads use, in alphabetical order.

    A prefix with which an IRI would have a backslash in its local name is left out.
    """
    return _used(_names(items), prefixes)


def _used(names: Iterable[str], prefixes: Mapping[str, str]) -> dict[str, str]:
    spaces: dict[str, list[str]] = {}
    for name in names:
        spaces.setdefault(name[: max(name.rfind("/"), name.rfind("#")) + 1], []).append(name)
    kept = {prefix: space for prefix, space in sorted(prefixes.items()) if space in spaces}
    known = set(kept.values())
    waiting = [n for space, own in spaces.items() for n in own if space not in known or _is_escaped(n, space)]
    while waiting:
        name = waiting.pop()
        # A name goes to the longest prefix that it begins with.
        fitting = max((it for it in kept if name.startswith(kept[it])), key=lambda it: len(kept[it]), default=None)
        if fitting and _is_escaped(name, kept[fitting]):
            waiting += [name, *spaces[kept.pop(fitting)]]
    return kept


def jsonld(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> bytes:
    """JSON-LD with its context inside: one node object a subject, one property a line, names shortened by prefixes.

    Raises NotWritable for triple terms, which JSON-LD 1.1 does not have.
    """
    kept = list(triples)
    return _jsonld(kept, prefixes, _names(kept))


def _jsonld(triples: list[Triple], prefixes: Mapping[str, str], names: set[str]) -> bytes:
    kept = [_for_jsonld(t) for t in triples]
    # An IRI such as figure:1 would be read as a short name where the context has the prefix `figure`.
    schemes = {name.partition(":")[0] for name in names if not name.partition(":")[2].startswith("//")}
    context = {
        prefix: {"@id": space, "@prefix": True}
        for prefix, space in _used(names, prefixes).items()
        if prefix not in schemes
    }
    shorten = _shortener({prefix: entry["@id"] for prefix, entry in context.items()})
    nodes: dict[str, dict] = {}
    for t in kept:
        node = nodes.setdefault(shorten(t.subject), {"@id": shorten(t.subject)})
        if t.predicate.value == RDF + "type" and not terms.is_literal(t.object):
            node.setdefault("@type", []).append(shorten(t.object))
        else:
            node.setdefault(shorten(t.predicate), []).append(_json_value(t.object, shorten))
    body = {"@context": context, "@graph": [{k: _alone(k, v) for k, v in node.items()} for node in nodes.values()]}
    return (_indented(body) + "\n").encode("utf-8")


def _indented(value: Any, end: str = "\n") -> str:
    """JSON as `json.dumps(value, ensure_ascii=False, indent=1)` gives it, which takes twice as long."""
    if isinstance(value, str):
        return encode_basestring(value)
    inner = f"{end} "
    if isinstance(value, dict) and value:
        entries = (f"{inner}{encode_basestring(name)}: {_indented(one, inner)}" for name, one in value.items())
        return f"{{{','.join(entries)}{end}}}"
    if isinstance(value, list) and value:
        return f"[{','.join(f'{inner}{_indented(one, inner)}' for one in value)}{end}]"
    return json.dumps(value)


def _alone(key: str, values: str | list) -> str | list | dict:
    return values[0] if isinstance(values, list) and len(values) == 1 and key != "@type" else values


def _json_value(term: Any, shorten: Callable[[Any], str]) -> str | dict[str, str]:
    if not terms.is_literal(term):
        return {"@id": shorten(term)}
    if term.language:
        direction = {"@direction": term.direction.value} if term.direction else {}
        return {"@value": term.value, "@language": term.language, **direction}
    # Numbers stay typed strings: a JSON number would lose the characters they were written with.
    if term.datatype.value != XSD + "string":
        return {"@value": term.value, "@type": shorten(term.datatype)}
    return term.value


def _shortener(prefixes: Mapping[str, str]) -> Callable[[Any], str]:
    by_space = {space: prefix for prefix, space in prefixes.items()}
    known: dict[Any, str] = {}

    def shorten(term: Any) -> str:
        if term not in known:
            cut = max(term.value.rfind("/"), term.value.rfind("#")) + 1
            prefix, local = by_space.get(term.value[:cut]), term.value[cut:]
            known[term] = f"{prefix}:{local}" if prefix and local else terms.text(term)
        return known[term]

    return shorten


def _is_escaped(name: str, space: str) -> bool:
    """Whether the local name of an IRI in a namespace has a character that takes a backslash before it."""
    return not _PLAIN_NAME.fullmatch(name, len(space))


def _names(items: Iterable[Quad | Triple]) -> set[str]:
    """Every IRI that the triples of the quads hold."""
    held: set[Any] = set()
    for item in items:
        held.update((item.subject, item.predicate, item.object))
    return {name for term in held for name in _iris(term)}


def _iris(term: Any) -> Iterator[str]:
    if terms.is_iri(term):
        yield term.value
    elif terms.is_literal(term):
        yield term.datatype.value
    for part in terms.parts(term):
        yield from _iris(part)


def _lines(items: list[Quad | Triple]) -> list[bytes]:
    """The line of N-Quads of each quad or triple: a literal has its line ends as escapes there."""
    return serialize(items, format=RdfFormat.N_QUADS).removesuffix(b"\n").split(b"\n") if items else []


def _by_line(items: Iterable[Quad | Triple]) -> dict[bytes, Any]:
    """The quads or triples once each, by their lines of N-Quads."""
    kept = list(items)
    return dict(zip(_lines(kept), kept, strict=True))


def _key(line: bytes) -> bytes:
    """What the line of a quad is sorted by: itself, with `a` before every other predicate.

    A term ends where a blank follows, which is less than every character of a term. So the lines have the order of
    their subjects, then predicates, objects and graphs.
    """
    at = line.find(b" ")
    return line[:at] + b" " + line[at + len(_TYPE) - 1 :] if line.startswith(_TYPE, at) else line
