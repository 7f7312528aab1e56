"""What follows from the data: the ontology's axioms and the rules of ontology/rules/, run until nothing new comes.

Of the axioms' consequences only those in our own terms are kept, of the rules' all; without what is asserted already.
Each can be explained by the rule and the statements that it was first drawn from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from statereport.errors import NotInferred
from statereport.rdf import writers
from statereport.rdf.namespaces import GRAPH
from statereport.rdf.prefixes import Prefixes
from statereport.reasoning import axioms
from statereport.reasoning.axioms import Pattern, Rule
from statereport.sparql import footprint
from statereport.sparql.engine import Store
from statereport.sparql.query import Query

if TYPE_CHECKING:
    from pyoxigraph import Quad, Triple

INFERRED = f"{GRAPH}inferred"
FOR_ALIGNED = "aligned"  # the tag of rules that conclude in the terms of vocabularies that we align to
# How a key begins that speaks of any property, or of any class.
_ANY = ("?", f"{axioms.TYPE} ?")


@dataclass(frozen=True)
class Explanation:
    """Why a statement was inferred: the axiom or rule, and the statements that it was applied to.

    `inferred` are those premises that were inferred themselves, and can be explained in turn.
    """

    triple: Triple
    rule: str
    premises: tuple[Triple, ...]
    inferred: tuple[Triple, ...]


@dataclass(frozen=True)
class Inference:
    """What was inferred: the triples (sorted) of the named graph `INFERRED`, and how it was found.

    `foreign` are those that rules with the tag `aligned` gave, for the graph of what follows in foreign terms.
    `by_rule` counts the triples that each axiom or rule was the first to give. `sources` has, for every triple that was
    drawn, the name of that rule and the statements that it was applied to; `explained` is the same as an earlier build
    wrote it (`explanations`), where what was inferred was read from that build.
    """

    triples: tuple[Triple, ...]
    rounds: int
    by_rule: Mapping[str, int]
    foreign: tuple[Triple, ...] = ()
    sources: Mapping[Triple, tuple[str, tuple[Triple, ...]]] = field(default_factory=dict, repr=False)
    explained: bytes = field(default=b"", repr=False)

    def explain(self, triple: Triple) -> Explanation:
        """The rule that gave an inferred triple first, and its premises. Raises NotInferred for any other triple."""
        if triple not in self.sources:
            raise not_inferred(str(triple))
        rule, premises = self.sources[triple]
        return Explanation(triple, rule, premises, tuple(t for t in premises if t in self.sources))


def not_inferred(statement: str) -> NotInferred:
    """The problem of a statement that no rule gave."""
    return NotInferred(
        statement,
        "This statement is not among the inferred ones: it is asserted, or does not hold.",
        "look for it in the graphs under graphs/.",
    )


def infer(
    ontology: Iterable[Quad], data: Iterable[Quad], rules: Iterable[Rule] = (), prefixes: Prefixes | None = None
) -> Inference:
    """What follows from the data: in our own terms by the ontology's axioms, in any terms by further rules.

    `prefixes` shorten the terms in the names of the axioms.
    """
    ontology = list(ontology)
    return run([*ontology, *data], axioms.useful([*axioms.rules(ontology, prefixes), *rules]))


def run(quads: Iterable[Quad], rules: Iterable[Rule]) -> Inference:
    """What follows from statements by some rules.

    Rules run again only when a class or property that they ask for has gained something. Those that make things or sum
    them up run once, when nothing else follows any more, in their order: what they sum up, or leave out by NOT EXISTS,
    is settled only then.
    """
    # Rules ask no named graph.
    store, rules = Store.memory(writers.quads_of_default(quads), union=False), list(rules)
    sources: dict[Triple, tuple[str, tuple[Triple, ...]]] = {}
    rounds = _to_the_end(store, [rule for rule in rules if not rule.runs_last], sources)
    for name in dict.fromkeys(rule.name for rule in rules if rule.runs_last):
        _run(store, [rule for rule in rules if rule.name == name], sources)
    kept = {rule.name for rule in rules if rule.is_kept}
    apart = {rule.name for rule in rules if FOR_ALIGNED in rule.tags}
    new = sorted((triple for triple, (rule, _) in sources.items() if rule in kept), key=str)
    by_rule = Counter(sources[triple][0] for triple in new)
    own = tuple(triple for triple in new if sources[triple][0] not in apart)
    foreign = tuple(triple for triple in new if sources[triple][0] in apart)
    return Inference(own, rounds, dict(sorted(by_rule.items())), foreign, sources)


def _to_the_end(store: Store, rules: list[Rule], sources: dict) -> int:
    """Run the rules until nothing new comes. → the number of rounds

    Rules with filters and choices, which take longer, wait until nothing more follows from the axioms.
    """
    parts = [list(part) for _, part in groupby(rules, key=lambda rule: (rule.name, rule.where) if rule.where else rule)]
    asked = [_asked(part[0]) for part in parts]
    axioms_first = [[i for i, part in enumerate(parts) if bool(part[0].where) is waits] for waits in (False, True)]
    # What is new for each part since it ran; None where it never did.
    new: list[set[str] | None] = [None] * len(parts)
    rounds = 0
    while due := next(filter(None, ([i for i in some if _is_due(asked[i], new[i])] for some in axioms_first)), None):
        rounds += 1
        for i in due:
            new[i] = set()
            found = _run(store, parts[i], sources)
            for pending in new:
                if pending is not None:
                    pending |= found
    return rounds + 1  # with the one that finds nothing more


def _is_due(asked: frozenset[str] | None, new: set[str] | None) -> bool:
    """Whether a rule that asks for these classes and properties may conclude more, where these are new."""
    if not new:
        return new is None
    return asked is None or not asked.isdisjoint(new) or any(what.startswith(_ANY) for what in new)


def _asked(rule: Rule) -> frozenset[str] | None:
    """The classes and properties that a rule asks for, as `axioms.key` writes them; None where it may ask for any."""
    if not rule.where:
        return frozenset(map(axioms.key, rule.body))
    found = footprint.footprint(Query(f"SELECT * WHERE {{ {rule.where} }}"))
    if found is None or footprint.TYPE in found:
        return None
    return frozenset(key for name in found for key in (f"<{name}>", f"{axioms.TYPE} <{name}>"))


def _run(store: Store, rules: list[Rule], sources: dict) -> set[str]:
    """Run rules that have one condition, once, and note where each new triple comes from.

    → the classes and properties of what is new, as `axioms.key` writes them

    Premises are older than what follows from them, so that no explanation goes in a circle. Where a triple follows in
    several ways, the premises that come first in the alphabet are kept.
    """
    condition = rules[0].condition
    # In braces of its own, a condition may work out a variable of the head by BIND.
    heads = [rule.head for rule in rules]
    absent = "" if rules[0].runs_last else f" FILTER NOT EXISTS {{ {axioms.text_of(heads)} }}"
    found = store.query(f"SELECT * WHERE {{ {{ {condition} }}{absent} }}")
    new: dict[Triple, tuple[str, tuple[Triple, ...]]] = {}
    keys: set[str] = set()
    for row in found.rows:
        terms = {f"?{name}": term for name, term in zip(found.columns, row, strict=True)}
        # What a sum runs over is no premise: its variables have no value outside. Of a choice, one side may not hold.
        bound = [pattern for pattern in rules[0].body if all(terms.get(part) for part in pattern if part[0] == "?")]
        filled = (_filled(pattern, terms) for pattern in bound)
        premises = tuple(triple for triple in filled if triple and ("UNION" not in condition or store.holds(triple)))
        for rule in rules:
            triple = _filled(rule.head, terms)
            if triple is None or triple in sources or (len(rules) > 1 and absent and store.holds(triple)):
                continue
            keys.add(axioms.key(rule.head))
            if triple not in new or str(premises) < str(new[triple][1]):
                new[triple] = (rule.name, premises)
    store.add(new)
    sources.update(new)
    return keys


def _filled(pattern: Pattern, terms: Mapping[str, Any]) -> Triple | None:
    """A pattern with the values of its variables; None where that is no triple."""
    return writers.statement(*(terms.get(part) if part[0] == "?" else _term(part) for part in pattern))


@cache
def _term(text: str) -> Any:
    """A term as SPARQL writes it."""
    if text.startswith("<"):
        return writers.iri(text[1:-1])
    return Store.memory().query(f"SELECT ({text} AS ?it) {{}}").rows[0][0]
