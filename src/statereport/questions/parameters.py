"""What a question leaves open: a parameter's type, its default, its choices, and a value as a term of SPARQL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from statereport.errors import BadParameter, Problem, nearest
from statereport.rdf.prefixes import Prefixes
from statereport.sparql import engine

TYPES = ("iri", "string", "integer", "year", "date")
_SUFFIX = re.compile(r"(\^\^\S+|@[A-Za-z-]+)\Z")
_SHOWN = 24


@dataclass(frozen=True)
class Parameter:
    """One thing that a question leaves open: its name, its words for people, its type, default and choices.

    The choices are named one by one, value → label, or by a pattern that the graph matches (see `queries.choices`).
    """

    name: str
    label: str
    type: str
    default: str
    choices: Mapping[str, str] = field(default_factory=dict)
    pattern: str = ""
    prefixes: Prefixes = field(default_factory=Prefixes, compare=False, repr=False)

    @property
    def value(self) -> str:
        """The default as one gives it: without quotation marks and datatype."""
        return _SUFFIX.sub("", self.default).strip("\"'") if self.default[0] in "\"'" else self.default

    def term(self, value: Any, where: str) -> str:
        """The value as a SPARQL term of the default's kind, whatever it contains. Raises BadParameter."""
        given = str(getattr(value, "value", value))
        if self.choices:
            given = self.among(given, self.choices, where)
        try:
            return self._typed(given)
        except ValueError as error:
            raise self._bad(where, given, f"is not {_article(self.type)}", str(error)) from None

    def among(self, given: str, choices: Mapping[str, str], where: str) -> str:
        """The choice that is meant, by its value or by its label in any case.

        Raises BadParameter with the nearest ones, or with all of that label where more than one has it.
        """
        alike = [value for value, label in choices.items() if label.casefold() == given.casefold()]
        if alike and given not in choices:
            if len(alike) > 1:
                raise self._bad(
                    where, given, "is the label of more than one choice", f"use one of: {', '.join(alike)}."
                )
            return alike[0]
        try:
            term = self._typed(given)
        except ValueError:
            term = None
        for value in choices:
            if term == self._typed(value):
                return value
        # No number is like another: where one is wrong, all that there are help more.
        by_label = {label.casefold(): value for value, label in reversed(choices.items())}
        near = (
            []
            if given.isdigit()
            else nearest(given, choices) or [by_label[label] for label in nearest(given.casefold(), by_label)]
        )
        said = [
            value if choices[value] == value else f"{value} ({choices[value]})"
            for value in near or list(choices)[:_SHOWN]
        ]
        more = "" if near or len(choices) <= _SHOWN else " … All of them: statereport query NAME --help"
        hint = f"{'did you mean' if near else 'use one of:'} {', '.join(said)}{'?' if near else ''}{more}"
        raise self._bad(where, given, "is not among the choices", hint)

    def _typed(self, given: str) -> str:
        if self.type == "iri":
            try:
                return engine.iri_text(self.prefixes.expand(given))
            except Problem as problem:
                raise ValueError(problem.hint) from None
            except ValueError:
                raise ValueError(
                    "give an IRI without blanks and brackets, or a prefixed name such as place:kaz."
                ) from None
        if self.type == "integer":
            if not re.fullmatch(r"[+-]?[0-9]{1,18}", given):
                raise ValueError("give a whole number, such as 10.")
            return str(int(given))
        if self.type == "year" and not re.fullmatch(r"[0-9]{4}", given):
            raise ValueError("give a year of four digits, such as 2020.")
        if self.type == "date":
            try:
                given = date.fromisoformat(given).isoformat()
            except ValueError:
                raise ValueError("give a day as 2020-12-31.") from None
        if self.default[0] not in "\"'":
            return given
        suffix = _SUFFIX.search(self.default)
        return engine.literal_text(given) + (suffix[0] if suffix else "")

    def _bad(self, where: str, given: str, what: str, hint: str) -> BadParameter:
        return BadParameter(where=where, what=f"{self.name}={given} {what} ({self.label}).", hint=hint)


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aei' else 'a'} {'IRI' if kind == 'iri' else kind}"
