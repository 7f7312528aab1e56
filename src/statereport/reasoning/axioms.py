"""The ontology's axioms as rules: whenever these statements hold, so does that one.

The reading is that of OWL 2 RL: an axiom whose consequence would be an unnamed thing ("has some part"), a choice
("is one or the other") or a contradiction gives no rule. `consistency` and the shapes look for contradictions.
Source: OWL 2 Profiles, section 4.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import count, product
from math import prod
from typing import TYPE_CHECKING

from statereport.errors import AxiomBroken
from statereport.rdf.namespaces import OWL, RDF, RDFS, SR
from statereport.rdf.prefixes import Prefixes

if TYPE_CHECKING:
    from pyoxigraph import Quad, Triple

TYPE = f"<{RDF}type>"
_OF_LISTS = (f"{RDF}first", f"{RDF}rest")
MOST_CHOICES = 1000  # of members of unions that an axiom is about

Pattern = tuple[str, str, str]


@dataclass(frozen=True)
class Rule:
    """`head` follows wherever `body` holds; `name` is the axiom (or the file) that says so.

    Terms are written as in SPARQL: `<iri>`, `?variable`, literals. `where` is given where the body says more than its
    triples do (filters, choices): then it is what the engine runs, and `body` is what an explanation shows. What a rule
    with `where` concludes is kept in all terms that its head names; what an axiom concludes, only in the project's own.
    `tags` are those of a rule's file: the shapes need what a rule with the tag `shapes` concludes.
    """

    name: str
    head: Pattern
    body: tuple[Pattern, ...]
    where: str = ""
    tags: frozenset[str] = frozenset()

    @property
    def condition(self) -> str:
        """The body as the engine runs it."""
        return self.where or text_of(self.body)

    @property
    def is_kept(self) -> bool:
        """True where the conclusions are published; others only feed further rules."""
        return bool(self.where) or is_ours(*self.head[1:])

    @property
    def makes_things(self) -> bool:
        """True where the rule works out the IRI of what it is about, which is in no file."""
        return re.search(rf"\bAS {re.escape(self.head[0])}(?!\w)", self.where) is not None

    @property
    def runs_last(self) -> bool:
        """True where the rule makes things or sums them up: it runs once, when nothing else follows any more."""
        return self.makes_things or re.search(r"\bGROUP\s+BY\b", self.where, re.I) is not None


def text_of(patterns: Iterable[Pattern]) -> str:
    """Triple patterns as SPARQL."""
    return " ".join(f"{s} {p} {o} ." for s, p, o in patterns)


def key(pattern: Pattern) -> str:
    """What a pattern speaks of: a class, or a property; a variable speaks of any."""
    return f"{TYPE} {pattern[2]}" if pattern[1] == TYPE else pattern[1]


def is_ours(predicate: str, value: str) -> bool:
    """True for a statement in our own terms: one of our properties, or membership of one of our classes."""
    return predicate.startswith(f"<{SR}") or (predicate == TYPE and value.startswith(f"<{SR}"))


def rules(ontology: Iterable[Quad | Triple], prefixes: Prefixes | None = None) -> tuple[Rule, ...]:
    """The rules that the axioms of an ontology are, as far as they lead to statements in our own terms.

    `prefixes` shorten the terms in the names of the rules. Raises AxiomBroken for an expression that has no end.
    """
    return useful(_Axioms(ontology, prefixes or Prefixes()).rules())


def class_rules(ontology: Iterable[Quad | Triple]) -> tuple[Rule, ...]:
    """The rules by which a thing's own classes and values give it a class: superclasses, and classes defined by values.

    Nothing is concluded about a thing from what other things say of it, as domains and ranges do.
    """
    # Expressions are written in these terms alone, and there may be many more statements than axioms.
    written = (t for t in ontology if t.predicate.value.startswith((RDFS, OWL)) or t.predicate.value in _OF_LISTS)
    read = _Axioms(written, Prefixes()).rules((f"{RDFS}subClassOf", f"{OWL}equivalentClass"))
    return useful(
        rule
        for rule in read
        if rule.head[:2] == ("?x", TYPE) and all(s == "?x" and not o.startswith("?") for s, _, o in rule.body)
    )


def _can_be_asked(pattern: Pattern) -> bool:
    """False for what no pattern of SPARQL 1.1 says: a literal as subject, a property without an IRI, a triple term."""
    subject, predicate, value = pattern
    is_triple = value.startswith("<") and " " in value
    return not subject.startswith('"') and predicate.startswith("<") and not is_triple


def useful(found: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that conclude something in our terms, and those that feed them."""
    found = tuple(dict.fromkeys(rule for rule in found if rule.head not in rule.body))
    wanted: set[str] = set()
    while True:
        kept = [r for r in found if key(r.head) in wanted or r.is_kept]
        more = {key(pattern) for rule in kept for pattern in rule.body} - wanted
        if not more:
            return tuple(kept)
        wanted |= more


class _Axioms:
    """An ontology's triples by subject, and the rules that can be read from them."""

    def __init__(self, ontology: Iterable[Quad | Triple], prefixes: Prefixes) -> None:
        self.prefixes = prefixes
        self.said: dict[str, dict[str, list[str]]] = {}
        for t in ontology:
            self.said.setdefault(str(t.subject), {}).setdefault(t.predicate.value, []).append(str(t.object))
        self.fresh = (f"?z{i}" for i in count())

    def rules(self, predicates: Container[str] | None = None) -> Iterator[Rule]:
        """The rule or rules of each axiom, or of those with some predicates."""
        for predicate in READERS:
            for subject, values in self.said.items() if predicates is None or predicate in predicates else ():
                for value in values.get(predicate, ()):
                    yield from self._read(subject, predicate, value)

    def _read(self, subject: str, predicate: str, value: str) -> list[Rule]:
        try:
            found = READERS[predicate](self, subject, value)
            name = self._name(subject, predicate, value) if found else ""
        except (RecursionError, ValueError) as fault:
            what = str(fault) if isinstance(fault, ValueError) else "It is nested too deeply, or holds itself."
            where = (
                f"{self._short(subject) if subject.startswith('<') else 'ontology/'}, {predicate.rpartition('#')[2]}"
            )
            raise AxiomBroken(where, what, "correct the expression; lists are written as ( … )") from None
        return [
            Rule(name, head, tuple(body)) for body, head in found if all(_can_be_asked(part) for part in (head, *body))
        ]

    def _equivalent_properties(self, p: str, q: str):
        return [*self._sub_property(p, q), *self._sub_property(q, p)]

    def _equivalent_classes(self, c: str, d: str):
        return [*self._sub_class(c, d), *self._sub_class(d, c)]

    def _domain(self, p: str, c: str):
        return self._entailed([self._edge(p, "?x", "?y")], c, "?x")

    def _range(self, p: str, c: str):
        return self._entailed([self._edge(p, "?x", "?y")], c, "?y")

    def _sub_property(self, p: str, q: str):
        return [([self._edge(p, "?x", "?y")], self._edge(q, "?x", "?y"))]

    def _inverse(self, p: str, q: str):
        if p.startswith("_:"):  # not an axiom but the expression "the inverse of q"
            return []
        return [
            ([self._edge(p, "?x", "?y")], self._edge(q, "?y", "?x")),
            ([self._edge(q, "?x", "?y")], self._edge(p, "?y", "?x")),
        ]

    def _chain(self, p: str, chain: str):
        steps = self._list(chain)
        names = ["?x", *(f"?x{i}" for i in range(1, len(steps))), "?y"]
        return [([self._edge(step, names[i], names[i + 1]) for i, step in enumerate(steps)], self._edge(p, "?x", "?y"))]

    def _characteristic(self, p: str, kind: str):
        if kind == f"<{OWL}TransitiveProperty>":
            return [([("?x", p, "?y"), ("?y", p, "?z")], ("?x", p, "?z"))]
        if kind == f"<{OWL}SymmetricProperty>":
            return [([("?x", p, "?y")], ("?y", p, "?x"))]
        return []

    def _sub_class(self, c: str, d: str):
        return [result for body in self._members(c, "?x") for result in self._entailed(body, d, "?x")]

    def _members(self, c: str, x: str) -> list[list[Pattern]]:
        """The ways in which the data show that x is in a class; none where only a reasoner could tell."""
        if not c.startswith("_:"):
            return [[]] if c == f"<{OWL}Thing>" else [[(x, TYPE, c)]]
        about = self.said.get(c, {})
        if f"{OWL}intersectionOf" in about:
            parts = [self._members(part, x) for part in self._list(about[f"{OWL}intersectionOf"][0])]
            if prod(map(len, parts)) > MOST_CHOICES:
                raise ValueError(f"Its choices can be made in more than {MOST_CHOICES} ways.")
            return [[pattern for body in choice for pattern in body] for choice in product(*parts)]
        if f"{OWL}unionOf" in about:
            return [body for part in self._list(about[f"{OWL}unionOf"][0]) for body in self._members(part, x)]
        if f"{OWL}onProperty" not in about:
            return []
        p = about[f"{OWL}onProperty"][0]
        if f"{OWL}hasValue" in about:
            return [[self._edge(p, x, about[f"{OWL}hasValue"][0])]]
        if f"{OWL}someValuesFrom" in about:
            y = next(self.fresh)
            return [[self._edge(p, x, y), *body] for body in self._members(about[f"{OWL}someValuesFrom"][0], y)]
        return []

    def _entailed(self, body: list[Pattern], c: str, x: str) -> list[tuple[list[Pattern], Pattern]]:
        """What follows for x from being in a class, where `body` shows that it is."""
        if not c.startswith("_:"):
            return [] if c == f"<{OWL}Thing>" else [(body, (x, TYPE, c))]
        about = self.said.get(c, {})
        if f"{OWL}intersectionOf" in about:
            return [r for part in self._list(about[f"{OWL}intersectionOf"][0]) for r in self._entailed(body, part, x)]
        if f"{OWL}onProperty" not in about:
            return []
        p = about[f"{OWL}onProperty"][0]
        if f"{OWL}hasValue" in about:
            return [(body, self._edge(p, x, about[f"{OWL}hasValue"][0]))]
        if f"{OWL}allValuesFrom" in about:
            y = next(self.fresh)
            return self._entailed([*body, self._edge(p, x, y)], about[f"{OWL}allValuesFrom"][0], y)
        return []

    def _edge(self, p: str, x: str, y: str) -> Pattern:
        inverse = self.said.get(p, {}).get(f"{OWL}inverseOf") if p.startswith("_:") else None
        return self._edge(inverse[0], y, x) if inverse else (x, p, y)

    def _list(self, node: str) -> list[str]:
        found, seen = [], set()
        while node != f"<{RDF}nil>":
            about = self.said.get(node, {})
            first, rest = about.get(f"{RDF}first", ()), about.get(f"{RDF}rest", ())
            if len(first) != 1 or len(rest) != 1 or node in seen:
                raise ValueError("A list in it has no end, or a member or an end too many.")
            seen.add(node)
            found += first
            node = rest[0]
        return found

    def _name(self, subject: str, predicate: str, value: str) -> str:
        return f"{self._short(subject)} {self._short(f'<{predicate}>')} {self._short(value)}".replace(
            " rdf:type ", " a "
        )

    def _short(self, term: str) -> str:
        if term.startswith("<"):
            return self.prefixes.shorten(term[1:-1])
        about = self.said.get(term, {})
        if f"{RDF}first" in about:
            return f"( {' '.join(self._short(item) for item in self._list(term))} )"
        inner = [
            f"{self.prefixes.shorten(p)} {self._short(v)}"
            for p, values in about.items()
            for v in values
            if p != f"{RDF}type"
        ]
        return f"[ {' ; '.join(inner)} ]" if inner else term


# How each kind of axiom is read. Properties feed classes; a class that was asserted explains another one better than a
# property's domain does.
READERS: dict[str, Callable[[_Axioms, str, str], Iterable[tuple[list[Pattern], Pattern]]]] = {
    f"{RDFS}subPropertyOf": _Axioms._sub_property,
    f"{OWL}equivalentProperty": _Axioms._equivalent_properties,
    f"{OWL}inverseOf": _Axioms._inverse,
    f"{OWL}propertyChainAxiom": _Axioms._chain,
    f"{RDF}type": _Axioms._characteristic,
    f"{RDFS}subClassOf": _Axioms._sub_class,
    f"{OWL}equivalentClass": _Axioms._equivalent_classes,
    f"{RDFS}domain": _Axioms._domain,
    f"{RDFS}range": _Axioms._range,
}
