"""The project's Turtle format as a layout: triples to text. `turtle` reads, compares and writes files."""

import re
from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from statereport.errors import TurtleBlank
from statereport.rdf.namespaces import RDF, XSD
from statereport.rdf.natural_order import natural
from statereport.rdf.prefixes import Prefixes

WIDTH = 100  # what is longer goes to several lines
DEEPEST = 100  # blank nodes inside blank nodes; each level moves the text four columns to the right

_BARE = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
}
_FIRST = ["rdf:type", "rdfs:subClassOf", "rdfs:subPropertyOf", "rdfs:label", "skos:prefLabel", "skos:definition"]
_NIL = NamedNode(RDF + "nil")
_CELL = {NamedNode(RDF + "first"), NamedNode(RDF + "rest")}
# Characters that nobody sees in an editor are written as escapes; a line break and a tab have escapes of their own.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\U000e0000-\U000e0fff]"
)


def document(triples: list[Triple], header: Iterable[str], known: Prefixes, name: str) -> str:
    """The whole file: header lines, blank line, prefixes used, blank line, a block for each subject in order.

    Raises `TurtleBlank`, with `name` as its place, for what cannot be written in this way: a blank node used in several
    places, below itself or more than DEEPEST levels deep, and a triple as an object.
    """
    layout = _Layout(triples, known, name)
    blocks = [layout.block(subject) for subject in layout.subjects()]
    used = [f"PREFIX {prefix}: <{known[prefix]}>" for prefix in sorted(layout.used)]
    parts = ["\n".join(line.rstrip() for line in header), "\n".join(used), *blocks]
    return "\n\n".join(part for part in parts if part) + "\n"


class _Layout:
    """Triples by subject and predicate. Each blank node is written once, and measured once before that."""

    def __init__(self, triples: list[Triple], known: Prefixes, name: str):
        self.used: set[str] = set()
        self._known = known
        self._name = name
        self._about: dict = {}  # subject → predicate → objects, each once, in the order of reading
        self._parent: dict = {}  # blank node → the subject that it is an object of
        self._lists: set = set()  # blank nodes that are a cell of a well-formed list
        self._names: dict[str, str] = {}
        self._on_one_line: dict = {}  # blank node → what `_flat` gives for it
        for triple in triples:
            objects = self._about.setdefault(triple.subject, {}).setdefault(triple.predicate, {})
            if isinstance(triple.object, Triple):
                raise TurtleBlank(name, "A triple is used as an object.", "give the statement an IRI of its own")
            if isinstance(triple.object, BlankNode) and triple.object not in objects:
                if triple.object in self._parent:
                    raise TurtleBlank(name, "A blank node is used in several places.", "give it an IRI")
                self._parent[triple.object] = triple.subject
            objects[triple.object] = None
        self._measure()

    def subjects(self) -> list:
        """What gets a block of its own: every IRI, and the blank nodes that nothing points to."""
        return [subject for subject in self._about if subject not in self._parent]

    def block(self, subject) -> str:
        """A subject with the statements about it."""
        head = "[]" if isinstance(subject, BlankNode) else self._iri(subject)
        return "\n".join([head, *self._predicates(subject, 4), " ."])

    def _measure(self) -> None:
        """Find the lists, and refuse what has no place or stands too deep: from the innermost blank nodes outwards."""
        nodes = [*(subject for subject in self._about if isinstance(subject, BlankNode)), *self._parent]
        inner = {node: sum(isinstance(term, BlankNode) for term in self._objects(node)) for node in nodes}
        ready = [node for node, count in inner.items() if count == 0]
        height: dict = {}
        for node in ready:  # grows while it is read
            if self._is_cell(node):
                self._lists.add(node)
            rest = self._rest(node) if node in self._lists else None
            levels = [height[term] + (term != rest) for term in self._objects(node) if term in height]
            height[node] = max(levels, default=0)
            parent = self._parent.get(node)
            if parent in inner:
                inner[parent] -= 1
                if inner[parent] == 0:
                    ready.append(parent)
        if len(height) < len(inner):
            raise TurtleBlank(self._name, "Blank nodes stand in a circle.", "give each an IRI")
        if max(height.values(), default=0) >= DEEPEST:
            what = f"Blank nodes stand inside of one another, more than {DEEPEST} levels deep."
            raise TurtleBlank(self._name, what, "give some of them IRIs")

    def _objects(self, node) -> list:
        return [term for terms in self._about.get(node, {}).values() for term in terms]

    def _is_cell(self, node) -> bool:
        """Whether a blank node is a list, given that this is known of what it holds."""
        about = self._about.get(node, {})
        if about.keys() != _CELL or any(len(terms) != 1 for terms in about.values()):
            return False
        rest = self._rest(node)
        return rest == _NIL or rest in self._lists

    def _rest(self, node):
        return next(iter(self._about[node][NamedNode(RDF + "rest")]))

    def _items(self, node) -> list:
        """The members of a list."""
        items = []
        while node != _NIL:
            items += self._about[node][NamedNode(RDF + "first")]
            node = self._rest(node)
        return items

    def _predicates(self, subject, indent: int) -> list[str]:
        lines = []
        for predicate, verb in self._sorted_predicates(subject):
            verb = " " * indent + verb
            objects = self._sorted_objects(subject, predicate)
            if len(objects) == 1:
                lines.append(f"{verb} {self._term(objects[0], indent, len(verb) + 1)} ;")
            else:
                inner = " " * (indent + 4)
                lines += [
                    verb,
                    " ,\n".join(inner + self._term(term, indent + 4, indent + 4) for term in objects) + " ;",
                ]
        return lines

    def _sorted_predicates(self, subject) -> list[tuple]:
        """The predicates of a subject in order, each with how it is written."""
        names = ((predicate, self._short(predicate)) for predicate in self._about.get(subject, {}))
        in_order = sorted(names, key=lambda pair: _predicate_key(pair[1]))
        return [(predicate, "a" if name == "rdf:type" else self._iri(predicate)) for predicate, name in in_order]

    def _sorted_objects(self, subject, predicate) -> list:
        objects = list(self._about[subject][predicate])
        return objects if len(objects) == 1 else sorted(objects, key=self._key)

    def _term(self, term, indent: int, column: int) -> str:
        """One object, beginning at a column; what does not fit on the line goes on below it, deeper than `indent`."""
        text, is_simple = self._flat(term)
        if not isinstance(term, BlankNode) or (is_simple and column + len(text) + 2 <= WIDTH):
            return text
        inner, outer = " " * (indent + 4), " " * indent
        if term in self._lists:
            members = "".join(f"{inner}{self._term(item, indent + 4, indent + 4)}\n" for item in self._items(term))
            return f"(\n{members}{outer})"
        return "[\n" + "\n".join(self._predicates(term, indent + 4)) + f"\n{outer}]"

    def _flat(self, term) -> tuple[str, bool]:
        """A term without line breaks of the layout, and whether it may stand so: each `[ … ]` in it says one thing."""
        if isinstance(term, NamedNode):
            return ("()" if term == _NIL else self._iri(term)), True
        if isinstance(term, Literal):
            text = self._literal(term)
            return text, "\n" not in text
        if term not in self._on_one_line:
            self._on_one_line[term] = self._flat_list(term) if term in self._lists else self._flat_node(term)
        return self._on_one_line[term]

    def _flat_list(self, node) -> tuple[str, bool]:
        items = [self._flat(item) for item in self._items(node)]
        return f"( {' '.join(text for text, _ in items)} )", all(is_simple for _, is_simple in items)

    def _flat_node(self, node) -> tuple[str, bool]:
        said, objects = [], []
        for predicate, verb in self._sorted_predicates(node):
            written = [self._flat(term) for term in self._sorted_objects(node, predicate)]
            said.append(f"{verb} {' , '.join(text for text, _ in written)}")
            objects += written
        is_simple = len(objects) <= 1 and all(is_simple for _, is_simple in objects)
        return (f"[ {' ; '.join(said)} ]" if said else "[]"), is_simple

    def _literal(self, term: Literal) -> str:
        kind = term.datatype.value
        if kind in _BARE and _BARE[kind].fullmatch(term.value):
            return term.value
        text = _string(term.value)
        if term.language:
            return f"{text}@{term.language}{f'--{term.direction}' if term.direction else ''}"
        return text if kind == XSD + "string" else f"{text}^^{self._iri(term.datatype)}"

    def _iri(self, node: NamedNode) -> str:
        """An IRI as it is written; its prefix is noted as used."""
        name = self._short(node)
        if not name.startswith("<"):
            self.used.add(name.partition(":")[0])
        return name

    def _short(self, node: NamedNode) -> str:
        if node.value not in self._names:
            name = self._known.shorten(node.value)
            self._names[node.value] = f"<{_UNSEEN.sub(_escape, name)}>" if name == node.value else name
        return self._names[node.value]

    def _key(self, term) -> tuple:
        """The order of objects: IRIs, literals by language, blank nodes by their text."""
        if isinstance(term, NamedNode):
            return 0, "", natural(self._short(term)), ""
        if isinstance(term, Literal):
            return 1, term.language or "", natural(term.value), f"{term.datatype.value} {term.direction}"
        return 2, "", natural(self._flat(term)[0]), ""


def _string(value: str) -> str:
    if "\n" in value.rstrip("\n") or value.count("\n") > 1:
        text = re.sub(r'"{3,}|"+\Z', lambda run: '\\"' * len(run[0]), value.replace("\\", "\\\\"))
        return f'"""{_UNSEEN.sub(_escape, text)}"""'
    text = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{_UNSEEN.sub(_escape, text)}"'


def _escape(match: re.Match) -> str:
    code = ord(match[0])
    return "\\r" if code == 13 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _predicate_key(name: str) -> tuple:
    return (_FIRST.index(name), "") if name in _FIRST else (len(_FIRST), name)
