"""What the answer of a query can depend on: the properties and classes that its patterns name.

A statement whose property (or, of `a`, whose class) is none of these matches no pattern of the query, whatever else
holds: so the answer is the same with it and without it.
"""

from __future__ import annotations

from typing import NamedTuple

from statereport.rdf.namespaces import RDF
from statereport.sparql.patterns import Part, Reader, Unreadable
from statereport.sparql.query import Query
from statereport.sparql.tokens import Token

TYPE = f"{RDF}type"
# What is asked in other ways than by patterns, or of graphs, or gives another answer each time.
_OPEN = ("DESCRIBE", "GRAPH", "FROM", "SERVICE", "NOW", "RAND", "UUID", "STRUUID")


def footprint(query: Query) -> frozenset[str] | None:
    """The IRIs of the properties and classes that the patterns of a query name.

    None where any statement may change the answer: a variable stands for a property, a path leaves properties out, or
    may have no length between things that nothing beside it names, named graphs are asked, or a pattern is of a form
    that is not known here.
    """
    if any(token.is_keyword(word) for token in query.tokens for word in _OPEN):
        return None
    reader, found = Reader(query), set()
    try:
        for opening in reader.groups():
            parts = reader.group(opening + 1, reader.closing(opening))
            read = [_Triple.of(part, query, reader) for part in parts if part.kind == "triple"]
            bound = {end for triple in read for end in triple.ends if not triple.may_be_empty}
            for triple in read:
                names = triple.names(query)
                if names is None or (triple.may_be_empty and not bound.intersection(triple.ends)):
                    return None
                found.update(names)
    except (Unreadable, KeyError):
        return None
    return frozenset(found)


def touches(prints: frozenset[str] | None, predicate: str, kind: str = "") -> bool:
    """Whether a statement with this property, and with this class where it is `a`, can change such an answer."""
    return prints is None or predicate in prints or (predicate == TYPE and kind in prints)


class _Triple(NamedTuple):
    """The tokens of a pattern's subject, predicate and object."""

    subject: tuple[Token, ...]
    predicate: tuple[Token, ...]
    value: tuple[Token, ...]

    @classmethod
    def of(cls, part: Part, query: Query, reader: Reader) -> _Triple:
        """A part of a pattern, taken apart."""
        at = next(i for i, token in enumerate(part.tokens) if token.start == part.start)
        start = next(i for i, token in enumerate(query.tokens) if token.start == part.start)
        end = at + reader.path(start, len(query.tokens)) - start
        return cls(part.tokens[:at], part.tokens[at:end], part.tokens[end:])

    @property
    def may_be_empty(self) -> bool:
        """Whether its path may have no length, so that it matches things that nothing is stated of."""
        return any(token.text in ("*", "?") for token in self.predicate)

    @property
    def ends(self) -> list[str]:
        """The variables at its ends."""
        return [term[0].text[1:] for term in (self.subject, self.value) if [it.kind for it in term] == ["variable"]]

    def names(self, query: Query) -> list[str] | None:
        """The IRIs that it names; None where it may match any statement. Raises KeyError like `_iri`."""
        if any(term[0].text in ("[", "(", "<<") for term in (self.subject, self.value)) or len(self.value) > 3:
            return None
        if any(token.kind == "variable" or token.text == "!" for token in self.predicate):
            return None
        found = [_iri(token, query) for token in self.predicate if token.kind in ("iri", "name") or token.text == "a"]
        is_class = found == [TYPE] and self.value[0].kind in ("iri", "name")
        return [_iri(self.value[0], query)] if is_class and not self.may_be_empty else found


def _iri(token: Token, query: Query) -> str:
    """The IRI that a token writes. Raises KeyError for a prefix that is not declared."""
    if token.text == "a":
        return TYPE
    if token.kind == "iri":
        return token.text[1:-1]
    prefix, _, local = token.text.partition(":")
    return (query.declared.get(prefix) or query.prefixes[prefix]) + local.replace("\\", "")
