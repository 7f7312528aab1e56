"""A SPARQL query as a value: read once where it enters, then passed on to whatever screens, runs or explains it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, TypeVar

import pyoxigraph as ox

from statereport.errors import BuildDamaged, Problem, QueryRefused, QuerySyntax
from statereport.sparql import stack, tokens
from statereport.sparql.tokens import Token, ValuesBlock

LONGEST = 65_536
# A query shorter than this needs no more than an ordinary stack.
_SHORT = 2_000

T = TypeVar("T")


@dataclass(frozen=True)
class Query:
    """A SPARQL query: its text, the name of its source for messages, and the prefixes that it may use undeclared.

    What is known about it is worked out when it is first needed, and then kept.
    """

    text: str
    source: str = "query"
    prefixes: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def of(cls, text: str | Query, source: str = "query", prefixes: Mapping[str, str] | None = None) -> Query:
        """The query itself, or one of this text, source and prefixes."""
        return text if isinstance(text, Query) else cls(text, source, prefixes or {})

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Its tokens in order, without white space and comments."""
        return tuple(tokens.tokens(self.text))

    @cached_property
    def declared(self) -> dict[str, str]:
        """The prefixes that it declares, with their namespaces."""
        return tokens.declarations(self.tokens)

    @cached_property
    def blocks(self) -> tuple[ValuesBlock, ...]:
        """Its `VALUES ?x { term }` blocks, the places of parameters. Raises BadParameter."""
        return tokens.values_blocks(self.tokens, self.text, self.source)

    @cached_property
    def whole(self) -> str:
        """Its text with a PREFIX line for each prefix that it uses and does not declare, in alphabetical order."""
        return "".join(f"PREFIX {prefix}: <{self.prefixes[prefix]}>\n" for prefix in self._undeclared) + self.text

    @cached_property
    def _undeclared(self) -> list[str]:
        if not self.prefixes:
            return []
        return sorted((tokens.prefixes_used(self.tokens) - set(self.declared)) & set(self.prefixes))

    @property
    def form(self) -> str:
        """`select`, `ask` or `construct`, as the engine reads it. Raises what `run` raises."""
        return self._shape[0]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of its answer, as the engine reads it. Raises what `run` raises."""
        return self._shape[1]

    @cached_property
    def _shape(self) -> tuple[str, tuple[str, ...]]:
        self.screen()
        return self.run(_nothing(), shape)

    def place(self, offset: int) -> str:
        """`source:line:column` of an offset in its text."""
        return tokens.place(self.text, offset, self.source)

    def screen(self, inserts: bool = False, graphs: bool = False, deepest: int = 0) -> None:
        """Refuse what this project does not run (see `tokens.refused`), and what is too long. Raises QueryRefused."""
        if len(self.text) > LONGEST:
            raise QueryRefused(
                where=self.source,
                what=f"The query has {len(self.text):,} characters; the longest that is run has {LONGEST:,}.",
                hint="ask several shorter questions, or load an export into an engine of your own.",
            )
        # A long query is read only as far as it is right; a short one is kept, since more is asked of it.
        words = self.tokens if len(self.text) <= _SHORT or "tokens" in vars(self) else tokens.weighty(self.text)
        refusal = tokens.refused(words, inserts, graphs, deepest)
        if refusal:
            token, what, hint = refusal
            raise QueryRefused(where=self.place(token.start), what=what, hint=hint)

    def run(self, store: ox.Store, work: Callable[[Any], T], **given: Any) -> T:
        """What `work` makes of the engine's results for this query; `given` is for the engine. It is not screened here.

        `work` is done on a thread with a large stack, on which the results must stay. Raises QuerySyntax, QueryFailed
        for a query that cannot be evaluated, and what `work` raises.
        """
        needed = {prefix: self.prefixes[prefix] for prefix in self._undeclared}
        return stack.on_large_stack(
            lambda: self.explained(lambda text: work(store.query(text, prefixes=needed, **given))),
            needed=len(self.text) > _SHORT,
        )

    def explained(self, call: Callable[[str], T]) -> T:
        """What a call of the engine with the text returns; what it raises about the query becomes a Problem."""
        try:
            return call(self.text)
        except SyntaxError as error:
            message = str(error)
            # What is as long as the text has its mistakes in the same places.
            for dot in ("\\.", "_"):
                text = self._with_dots(dot)
                if text != self.text:
                    try:
                        return call(text)
                    except SyntaxError as other:
                        message = str(other)
            from statereport.sparql import diagnose  # which no good query needs

            raise diagnose.unreadable(self, message) from None
        except UnicodeEncodeError as error:
            raise self._surrogate() or error from None
        except OSError as error:
            if error.errno is not None:  # of whatever the results are written to
                raise
            what = f"The engine cannot read its store: {str(error).rstrip('.')}."
            raise BuildDamaged(self.source, what, "run: statereport build") from None
        except RuntimeError as error:
            if type(error) is not RuntimeError:  # a RecursionError is our own fault
                raise
            from statereport.sparql import diagnose

            raise diagnose.unevaluable(self, str(error)) from None

    def _with_dots(self, dot: str) -> str:
        """The text with other dots in names of several, as in p:a.b.c: right SPARQL that Oxigraph 0.5 does not read.

        With a backslash before each, it reads them.
        """
        parts, at = [], 0
        for token in tokens.weighty(self.text) if self.text.count(".") > 1 else ():
            prefix, colon, local = token.text.partition(":")
            if token.kind == "name" and local.count(".") > 1:
                parts += [self.text[at : token.start], prefix, colon, re.sub(r"(?<!\\)\.", lambda _: dot, local)]
                at = token.end
        return "".join([*parts, self.text[at:]])

    def _surrogate(self) -> Problem | None:
        """The problem of a text with half of a surrogate pair, as which Python reads a byte that is not UTF-8."""
        at = next((i for i, character in enumerate(self.text) if "\ud800" <= character <= "\udfff"), None)
        if at is None:
            return None
        what = f"Half of a surrogate pair (U+{ord(self.text[at]):04X}) stands here, which is no character."
        return QuerySyntax(where=self.place(at), what=what, hint="write the character itself, and the query in UTF-8.")


def shape(results: Any) -> tuple[str, tuple[str, ...]]:
    """The form of the engine's results, and their columns."""
    if isinstance(results, ox.QuerySolutions):
        return "select", tuple(variable.value for variable in results.variables)
    if isinstance(results, ox.QueryBoolean):
        return "ask", ("answer",)
    return "construct", ("subject", "predicate", "object")


@cache
def _nothing() -> ox.Store:
    """The one empty store, on which queries are read to learn their form; not one row of an answer is worked out."""
    return ox.Store()
