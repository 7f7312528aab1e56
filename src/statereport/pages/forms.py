"""The form of a question: a field for each parameter, with choices, value, and what is wrong with the value."""

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

_INPUT_MODES = {"integer": "numeric", "year": "numeric"}
_EXAMPLES = {
    "integer": "a whole number",
    "year": "a year of four digits",
    "date": "a day, such as 2020-12-31",
    "iri": "a prefixed name or an IRI",
}


@dataclass(frozen=True)
class Choice:
    """A value that a field offers, with its label."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """A field of a form.

    value     the value given, else the default
    choices   heading → choices; the heading is "" where there is only one kind
    fault     what is wrong with the value, in a sentence; "" where it is right
    fix       how to fix it
    """

    name: str
    label: str
    type: str
    value: str
    choices: tuple[tuple[str, tuple[Choice, ...]], ...]
    fault: str
    fix: str

    @property
    def shown(self) -> str:
        """The label of the value where it is a choice, else the value."""
        labels = {choice.value: choice.label for _, choices in self.choices for choice in choices}
        return labels.get(self.value, self.value)

    @property
    def mode(self) -> str:
        """The kind of keyboard that a phone shows (HTML, inputmode)."""
        return _INPUT_MODES.get(self.type, "text")

    @property
    def example(self) -> str:
        """What may be typed, in a few words."""
        return _EXAMPLES.get(self.type, "")


def fields(context: Context, query: SavedQuery, given: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields of a question; `given` are the values in the address, by the names of parameters."""
    return tuple(_field(context, query, parameter, given.get(parameter.name)) for parameter in query.parameters)


def _field(context: Context, query: SavedQuery, parameter: Parameter, given: str | None) -> Field:
    value = parameter.value if given is None else given.strip()
    choices = context.graph.choices(query.name, parameter.name)
    fault = fix = ""
    try:
        value = str(saved.chosen(query, {parameter.name: value}, context.graph.engine)[parameter.name])
        term = parameter.term(value, query.name)
    except BadParameter as problem:
        fault, fix = problem.what, problem.hint
    else:
        value = context.names.short(term[1:-1]) if parameter.type == "iri" else value
    if choices and value not in choices:
        choices = {value: value, **choices}
    headings = _under_headings(context, parameter, choices)
    return Field(parameter.name, parameter.label, parameter.type, value, headings, fault, fix)


def _under_headings(
    context: Context, parameter: Parameter, choices: Mapping[str, str]
) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """The choices by the kinds in their prefixes (citizens, ethnic groups, languages); one kind has no heading."""
    headings: dict[str, list[Choice]] = {}
    for value, label in choices.items():
        kind = value.partition(":")[0].replace("-", " ") if parameter.type == "iri" and ":" in value else ""
        theme = context.names.by_reference.get(f"theme {value}") if parameter.name == "section" else None
        headings.setdefault(kind, []).append(
            Choice(value, f"{value}: {theme.label}" if theme and label == value else label)
        )
    if len(headings) == 1:
        return (("", tuple(next(iter(headings.values())))),)
    return tuple((heading, tuple(under)) for heading, under in sorted(headings.items()))
