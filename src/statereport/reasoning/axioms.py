"""The ontology's axioms as rules: whenever these statements hold, so does that one.

The reading is that of OWL 2 RL: an axiom whose consequence would be an unnamed thing ("has some part"), a choice
("is one or the other") or a contradiction gives no rule. Contradictions are looked for in `reason` and by the shapes.
Source: OWL 2 Profiles, section 4.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count, product
from typing import TYPE_CHECKING

from statereport.rdf.namespaces import OWL, RDF, RDFS, SR
from statereport.rdf.prefixes import Prefixes

if TYPE_CHECKING:
    from pyoxigraph import Quad, Triple

TYPE = f"<{RDF}type>"

# Axioms that only forbid, or would only tell that two names mean one thing: no statement in our terms follows from them.
CONSTRAINTS = frozenset(
    OWL + name
    for name in (
        "AllDifferent",
        "AllDisjointClasses",
        "AllDisjointProperties",
        "AsymmetricProperty",
        "FunctionalProperty",
        "InverseFunctionalProperty",
        "IrreflexiveProperty",
        "complementOf",
        "disjointUnionOf",
        "disjointWith",
        "hasKey",
        "propertyDisjointWith",
    )
)
COMPILED = frozenset(
    [
        *(RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range")),
        *(
            OWL + name
            for name in (
                "SymmetricProperty",
                "TransitiveProperty",
                "equivalentClass",
                "equivalentProperty",
                "inverseOf",
                "propertyChainAxiom",
            )
        ),
    ]
)

Pattern = tuple[str, str, str]


@dataclass(frozen=True)
class Rule:
    """`head` follows wherever `body` holds; `name` is the axiom (or the file) that says so.

    Terms are written as in SPARQL: `<iri>`, `?variable`, literals. `where` is given where the body says more than its
    triples do (filters, choices): then it is what the engine runs, and `body` is what an explanation shows. What a rule
    with `where` concludes is kept in whatever terms its head names; what an axiom concludes, only in our own.
    """

    name: str
    head: Pattern
    body: tuple[Pattern, ...]
    where: str = ""

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
        """True where the rule works out the IRI of what it speaks of, which is in no file."""
        return re.search(rf"\bAS {re.escape(self.head[0])}(?!\w)", self.where) is not None


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

    `prefixes` shorten the terms in the names of the rules.
    """
    return useful(_Axioms(ontology, prefixes or Prefixes()).rules())


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

    def rules(self) -> Iterator[Rule]:
        # Properties feed classes; a class that was asserted explains another one better than a property's domain does.
        readers: tuple[tuple[str, Callable[[str, str], Iterable[tuple[list[Pattern], Pattern]]]], ...] = (
            (f"{RDFS}subPropertyOf", self._sub_property),
            (f"{OWL}equivalentProperty", lambda p, q: [*self._sub_property(p, q), *self._sub_property(q, p)]),
            (f"{OWL}inverseOf", self._inverse),
            (f"{OWL}propertyChainAxiom", self._chain),
            (f"{RDF}type", self._characteristic),
            (f"{RDFS}subClassOf", self._sub_class),
            (f"{OWL}equivalentClass", lambda c, d: [*self._sub_class(c, d), *self._sub_class(d, c)]),
            (f"{RDFS}domain", lambda p, c: self._entailed([self._edge(p, "?x", "?y")], c, "?x")),
            (f"{RDFS}range", lambda p, c: self._entailed([self._edge(p, "?x", "?y")], c, "?y")),
        )
        for predicate, read in readers:
            for subject, values in self.said.items():
                for value in values.get(predicate, ()):
                    for body, head in read(subject, value):
                        yield Rule(self._name(subject, predicate, value), head, tuple(body))

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
        found = []
        while node != f"<{RDF}nil>":
            found += self.said[node][f"{RDF}first"]
            node = self.said[node][f"{RDF}rest"][0]
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
