"""What follows from the data: the ontology's axioms and the rules of ontology/rules/, run until nothing new comes.

Of the axioms' consequences only those in our own terms are kept, of the rules' all; without what is asserted already.
Each can be explained by the rule and the statements that it was first drawn from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from statereport.errors import NotInferred
from statereport.rdf import writers
from statereport.rdf.namespaces import GRAPH
from statereport.rdf.prefixes import Prefixes
from statereport.reasoning import axioms
from statereport.reasoning.axioms import Rule
from statereport.sparql.engine import Store

if TYPE_CHECKING:
    from pyoxigraph import Quad, Triple

INFERRED = f"{GRAPH}inferred"


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

    `by_rule` counts the triples that each axiom or rule was the first to give.
    """

    triples: tuple[Triple, ...]
    rounds: int
    by_rule: dict[str, int]
    _runs: tuple[Rule, ...] = field(default=(), repr=False, compare=False)
    _store: Store | None = field(default=None, repr=False, compare=False)

    def explain(self, triple: Triple) -> Explanation:
        """The rule that gave an inferred triple first, and its premises. Raises NotInferred for any other triple."""
        turn = self._turns.get(triple)
        if turn is None:
            raise NotInferred(
                str(triple),
                "This statement is not among the inferred ones: it is asserted, or does not hold.",
                "look for it in the graphs under graphs/.",
            )
        rule = self._runs[turn]
        known = {name: str(term) for name, term in zip(rule.head, triple, strict=True) if name.startswith("?")}
        # Premises are older than what they led to, so that no explanation goes in a circle. Where a rule asks for something
        # to be absent, it may not hold any more once it has run; then its patterns alone tell what it was applied to.
        tries = (rule.condition, axioms.text_of(rule.body))
        found = (p for condition in tries for p in self._matches(rule, condition, known))
        premises = next(p for p in found if all(self._turns.get(t, -1) < turn for t in p))
        return Explanation(triple, rule.name, premises, tuple(t for t in premises if t in self._turns))

    def _matches(self, rule: Rule, condition: str, known: dict[str, str]) -> Iterator[tuple[Triple, ...]]:
        values = f"VALUES ({' '.join(known)}) {{ ({' '.join(known.values())}) }} " if known else ""
        # In braces of its own, a condition may work out a variable of the head by BIND.
        found = self._store.query(f"SELECT * WHERE {{ {values}{{ {condition} }} }}")
        for row in sorted(found.rows, key=str):
            terms = {f"?{name}": term for name, term in zip(found.columns, row, strict=True)}
            # What a sum runs over is no premise: its variables have no value outside.
            told = [
                pattern for pattern in rule.body if all(terms.get(part) for part in pattern if part.startswith("?"))
            ]
            filled = ([terms.get(part) or self._term(part) for part in pattern] for pattern in told)
            yield tuple(writers.triple(s.value, p.value, o) for s, p, o in filled)

    def _term(self, text: str) -> Any:
        return (
            writers.iri(text[1:-1])
            if text.startswith("<")
            else self._store.query(f"SELECT ({text} AS ?it) {{}}").rows[0][0]
        )

    @cached_property
    def _turns(self) -> dict[Triple, int]:
        """Each inferred triple with the turn (one run of one rule) that gave it."""
        turns = range(len(self._runs))
        return {quad.triple: turn for turn in turns for quad in self._store.quads(_graph_of(turn))}


def infer(
    ontology: Iterable[Quad], data: Iterable[Quad], rules: Iterable[Rule] = (), prefixes: Prefixes | None = None
) -> Inference:
    """What follows from the data: in our own terms by the ontology's axioms, in any terms by further rules.

    Rules run again only when a class or property that they ask for has gained something; those that make new things
    (derived figures) run once, when nothing else follows any more. Source: Oxigraph's `INSERT … WHERE`, run to a fixpoint.
    """
    ontology = list(ontology)
    every = axioms.useful([*axioms.rules(ontology, prefixes), *rules])
    store = Store.memory([*ontology, *data])
    runs: list[Rule] = []
    rounds = _to_the_end(store, [rule for rule in every if not rule.makes_things], runs)
    # What such a rule sums up, or leaves out by NOT EXISTS, is settled only now.
    for name in dict.fromkeys(rule.name for rule in every if rule.makes_things):
        _make(store, [rule for rule in every if rule.name == name], runs)
    by_rule: dict[str, int] = {}
    new: list[Triple] = []
    for turn, rule in enumerate(runs):
        if rule.is_kept:
            gained = [quad.triple for quad in store.quads(_graph_of(turn))]
            by_rule[rule.name] = by_rule.get(rule.name, 0) + len(gained)
            new += gained
    return Inference(tuple(sorted(new, key=str)), rounds, dict(sorted(by_rule.items())), tuple(runs), store)


def _to_the_end(store: Store, rules: list[Rule], runs: list[Rule]) -> int:
    """Run the rules until nothing new comes, and note each run that gave something. → the number of rounds"""
    changed: set[str] | None = None
    rounds = 0
    while changed is None or changed:
        before, changed, rounds = changed, set(), rounds + 1
        for rule in rules:
            asked = {axioms.key(pattern) for pattern in rule.body}
            since = changed | (before or set())
            is_due = before is None or asked & since or rule.where or any(what.startswith("?") for what in since)
            if is_due and _run(store, rule, len(runs)):
                runs.append(rule)
                changed.add(axioms.key(rule.head))
    return rounds


def _make(store: Store, rules: list[Rule], runs: list[Rule]) -> None:
    """Run a rule that makes things, for all its heads at once."""
    heads = [axioms.text_of([rule.head]) for rule in rules]
    made = " ".join(f"{head} GRAPH <{_graph_of(len(runs) + i)}> {{ {head} }}" for i, head in enumerate(heads))
    store.insert(f"INSERT {{ {made} }} WHERE {{ {rules[0].condition} }}")
    runs += rules


def _run(store: Store, rule: Rule, turn: int) -> int:
    """Run a rule once; its new triples also go into a graph of their own, which tells how many there are."""
    head = axioms.text_of([rule.head])
    name = _graph_of(turn)
    store.insert(
        f"INSERT {{ {head} GRAPH <{name}> {{ {head} }} }} WHERE {{ {rule.condition} FILTER NOT EXISTS {{ {head} }} }}"
    )
    return sum(1 for _ in store.quads(name))


def _graph_of(turn: int) -> str:
    return f"{INFERRED}/{turn}"
