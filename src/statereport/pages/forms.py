"""The form of a question: a field for each parameter, with its choices, what was given, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from statereport.errors import BadParameter
from statereport.pages.context import Context
from statereport.questions import saved

if TYPE_CHECKING:
    from statereport.questions.parameters import Parameter
    from statereport.questions.saved import SavedQuery

_INPUTS = {"integer": "numeric", "year": "numeric"}
_HINTS = {
    "integer": "a whole number",
    "year": "a year of four digits",
    "date": "a day as 2020-12-31",
    "iri": "a prefixed name or an IRI",
}


@dataclass(frozen=True)
class Choice:
    """One of the values that a field proposes."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """A field: its name, label, type, present value, choices under their headings, and its fault in words."""

    name: str
    label: str
    type: str
    value: str
    choices: tuple[tuple[str, tuple[Choice, ...]], ...]
    fault: str
    cure: str

    @property
    def mode(self) -> str:
        """The keyboard that a telephone shows."""
        return _INPUTS.get(self.type, "text")

    @property
    def hint(self) -> str:
        """What may be typed."""
        return _HINTS.get(self.type, "")


def fields(context: Context, query: SavedQuery, given: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields of a question, filled with what was given, else with the defaults."""
    return tuple(_field(context, query, parameter, given.get(parameter.name)) for parameter in query.parameters)


def _field(context: Context, query: SavedQuery, parameter: Parameter, given: str | None) -> Field:
    value = parameter.value if given is None else given.strip()
    choices = context.graph.choices(query.name, parameter.name)
    fault = hint = ""
    try:
        value = str(saved.chosen(query, {parameter.name: value}, context.graph.engine)[parameter.name])
        term = parameter.term(value, query.name)
    except BadParameter as problem:
        fault, hint = problem.what, problem.hint
    else:
        value = context.names.short(term[1:-1]) if parameter.type == "iri" else value
    if choices and value not in choices:
        choices = {value: value, **choices}
    return Field(
        parameter.name,
        parameter.label,
        parameter.type,
        value,
        _under_headings(context, parameter, choices),
        fault,
        hint,
    )


def _under_headings(
    context: Context, parameter: Parameter, choices: Mapping[str, str]
) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """The choices, under the kinds that their prefixes name where there are several kinds: citizens, ethnic groups, languages."""
    headings: dict[str, list[Choice]] = {}
    for value, label in choices.items():
        kind = value.partition(":")[0].replace("-", " ") if parameter.type == "iri" and ":" in value else ""
        theme = context.names.by_reference.get(f"theme {value}") if parameter.name == "theme" else None
        headings.setdefault(kind, []).append(
            Choice(value, f"{value}: {theme.label}" if theme and label == value else label)
        )
    if len(headings) == 1:
        return (("", tuple(next(iter(headings.values())))),)
    return tuple((heading, tuple(under)) for heading, under in sorted(headings.items()))
