"""Why each inferred statement holds, as a value that a build keeps, so that nothing is inferred again to explain it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from statereport.rdf import writers
from statereport.reasoning.inference import Explanation, Inference, not_inferred


@dataclass(frozen=True)
class Explanations:
    """The rule and the premises of each inferred statement.

    A statement is its N-Triples text without the full stop. `sources` has, for the number of an inferred statement, the
    name of its rule and the numbers of its premises.
    """

    statements: tuple[str, ...] = field(default=(), repr=False)
    sources: Mapping[int, tuple[str, tuple[int, ...]]] = field(default_factory=dict, repr=False)
    _numbers: Mapping[str, int] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, inference: Inference) -> Explanations:
        """Those of an inference."""
        premises = {triple for _, found in inference.sources.values() for triple in found}
        statements = sorted({str(triple) for triple in (*inference.sources, *premises)})
        number = {statement: i for i, statement in enumerate(statements)}
        sources = {
            number[str(triple)]: (rule, tuple(number[str(premise)] for premise in found))
            for triple, (rule, found) in inference.sources.items()
        }
        return cls._made(statements, sources)

    @classmethod
    def read(cls, data: bytes) -> Explanations:
        """Those that `write` gave."""
        body = json.loads(data)
        sources = {int(number): (rule, tuple(premises)) for number, (rule, premises) in body["sources"].items()}
        return cls._made(body["statements"], sources)

    @classmethod
    def _made(cls, statements: list[str], sources: dict[int, tuple[str, tuple[int, ...]]]) -> Explanations:
        return cls(tuple(statements), sources, {statements[number]: number for number in sources})

    def write(self) -> bytes:
        """The explanations as a file."""
        return json.dumps({"statements": self.statements, "sources": self.sources}).encode()

    def __bool__(self) -> bool:
        return bool(self.sources)

    def explain(self, statement: str) -> Explanation:
        """The rule that gave a statement first, and its premises. Raises NotInferred for any other statement."""
        if statement not in self._numbers:
            raise not_inferred(statement)
        rule, numbers = self.sources[self._numbers[statement]]
        premises = {number: writers.read_triple(self.statements[number]) for number in numbers}
        inferred = tuple(triple for number, triple in premises.items() if number in self.sources)
        return Explanation(writers.read_triple(statement), rule, tuple(premises.values()), inferred)
