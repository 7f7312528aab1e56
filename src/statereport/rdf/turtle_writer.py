"""The project's Turtle format as a layout: triples to text. `turtle` reads, compares and writes files."""

import re
from collections.abc import Iterable, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from statereport.errors import TurtleBlank
from statereport.rdf.namespaces import RDF, XSD

WIDTH = 100  # what is longer goes to several lines

_BARE = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
}
_FIRST = ["rdf:type", "rdfs:subClassOf", "rdfs:subPropertyOf", "rdfs:label", "skos:prefLabel", "skos:definition"]
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_\-])?")
_NATURAL = re.compile(r"([0-9]+)")
# Characters that nobody sees in an editor are written as escapes; a line break and a tab have escapes of their own.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")


def document(triples: list[Triple], header: Iterable[str], known: Mapping[str, str], name: str) -> str:
    """The whole file: header lines, blank line, prefixes used, blank line, a block for each subject in order."""
    setter = _Setter(triples, known, name)
    blocks = [setter.block(subject) for subject in setter.subjects()]
    used = [f"PREFIX {prefix}: <{known[prefix]}>" for prefix in sorted(setter.used)]
    parts = ["\n".join(header), "\n".join(used), *blocks]
    return "\n\n".join(part for part in parts if part) + "\n"


class _Setter:
    def __init__(self, triples: list[Triple], known: Mapping[str, str], name: str):
        self.name = name
        self.used: set[str] = set()
        self._prefix_of = {namespace: prefix for prefix, namespace in known.items()}
        self._about: dict = {}  # subject → predicate → objects, each once, in the order of reading
        self._uses: dict = {}  # blank node → how often it is an object
        for triple in triples:
            objects = self._about.setdefault(triple.subject, {}).setdefault(triple.predicate, {})
            if triple.object not in objects:
                objects[triple.object] = None
                if isinstance(triple.object, BlankNode):
                    self._uses[triple.object] = self._uses.get(triple.object, 0) + 1
        self._refuse_shared()

    def subjects(self) -> list:
        """What gets a block of its own: every IRI, and the blank nodes that nothing points to."""
        return [subject for subject in self._about if subject not in self._uses]

    def block(self, subject) -> str:
        head = "[]" if isinstance(subject, BlankNode) else self._iri(subject)
        return "\n".join([head, *self._predicates(subject, 4), " ."])

    def _predicates(self, subject, indent: int) -> list[str]:
        about = self._about.get(subject, {})
        lines = []
        for predicate, name in sorted(((p, self._short(p)) for p in about), key=lambda pair: _predicate_key(pair[1])):
            verb = " " * indent + ("a" if name == "rdf:type" else self._iri(predicate))
            objects = list(about[predicate])
            if len(objects) == 1:
                lines.append(f"{verb} {self._term(objects[0], indent, len(verb) + 1)} ;")
            else:
                inner = " " * (indent + 4)
                written = sorted((self._key(term), self._term(term, indent + 4, indent + 4)) for term in objects)
                lines += [verb, " ,\n".join(inner + text for _, text in written) + " ;"]
        return lines

    def _term(self, term, indent: int, column: int) -> str:
        """One object, beginning at a column; what does not fit on the line goes on below it, deeper than `indent`."""
        if isinstance(term, NamedNode):
            return "()" if term.value == RDF + "nil" else self._iri(term)
        if isinstance(term, Literal):
            return self._literal(term)
        if not isinstance(term, BlankNode):
            raise TurtleBlank(self.name, "A triple is used as an object.", "give the statement an IRI of its own")
        items = self._items(term)
        inner, outer = " " * (indent + 4), " " * indent
        if items is not None:
            short = f"( {' '.join(self._term(item, indent, 0) for item in items)} )"
            if _fits(short, column):
                return short
            members = "".join(f"{inner}{self._term(item, indent + 4, indent + 4)}\n" for item in items)
            return f"(\n{members}{outer})"
        lines = self._predicates(term, indent + 4)
        if not lines:
            return "[]"
        short = f"[ {lines[0].strip().removesuffix(' ;')} ]"
        if len(lines) == 1 and _fits(short, column):
            return short
        return "[\n" + "\n".join(lines) + f"\n{outer}]"

    def _items(self, node) -> list | None:
        """The members of a well-formed list, else None."""
        items, nil = [], NamedNode(RDF + "nil")
        while node != nil:
            about = self._about.get(node, {})
            first, rest = about.get(NamedNode(RDF + "first"), {}), about.get(NamedNode(RDF + "rest"), {})
            if not isinstance(node, BlankNode) or len(about) != 2 or len(first) != 1 or len(rest) != 1:
                return None
            items += first
            (node,) = rest
        return items

    def _literal(self, term: Literal) -> str:
        kind = term.datatype.value
        if kind in _BARE and _BARE[kind].fullmatch(term.value):
            return term.value
        text = _string(term.value)
        if term.language:
            return f"{text}@{term.language}"
        return text if kind == XSD + "string" else f"{text}^^{self._iri(term.datatype)}"

    def _iri(self, node: NamedNode) -> str:
        name = self._short(node)
        if not name.startswith("<"):
            self.used.add(name.partition(":")[0])
        return name

    def _short(self, node: NamedNode) -> str:
        cut = max(node.value.rfind("/"), node.value.rfind("#")) + 1
        prefix = self._prefix_of.get(node.value[:cut])
        return f"{prefix}:{node.value[cut:]}" if prefix and _LOCAL.fullmatch(node.value[cut:]) else f"<{node.value}>"

    def _key(self, term) -> tuple:
        if isinstance(term, NamedNode):
            return 0, "", _natural(self._short(term)), ""
        if isinstance(term, Literal):
            return 1, term.language or "", _natural(term.value), term.datatype.value
        return 2, "", _natural(self._term(term, 0, 0)), ""

    def _refuse_shared(self) -> None:
        """A blank node in several places, or below itself, has no place where it could be written."""
        shared = any(count > 1 for count in self._uses.values())
        reached, stack = set(), self.subjects()
        while stack:
            node = stack.pop()
            if node not in reached:
                reached.add(node)
                objects = (term for terms in self._about.get(node, {}).values() for term in terms)
                stack += (term for term in objects if isinstance(term, BlankNode))
        if shared or self._about.keys() - reached:
            raise TurtleBlank(
                self.name,
                "A blank node is used in several places." if shared else "Blank nodes stand in a circle.",
                "give each an IRI",
            )


def _string(value: str) -> str:
    if "\n" in value.rstrip("\n") or value.count("\n") > 1:
        text = re.sub(r'"{3,}|"+\Z', lambda run: '\\"' * len(run[0]), value.replace("\\", "\\\\"))
        return f'"""{_UNSEEN.sub(_escape, text)}"""'
    text = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{_UNSEEN.sub(_escape, text)}"'


def _escape(match: re.Match) -> str:
    return "\\r" if match[0] == "\r" else f"\\u{ord(match[0]):04X}"


def _fits(text: str, column: int) -> bool:
    return "\n" not in text and column + len(text) + 2 <= WIDTH


def _predicate_key(name: str) -> tuple:
    return (_FIRST.index(name), "") if name in _FIRST else (len(_FIRST), name)


def _natural(text: str) -> list:
    """Numbers inside names sort as numbers: passage:13.6 before passage:13.10."""
    return [(0, int(piece), piece) if piece.isdecimal() else (1, 0, piece) for piece in _NATURAL.split(text) if piece]
