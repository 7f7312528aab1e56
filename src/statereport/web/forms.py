"""The form of a question: a field for each parameter, with its choices, what was given, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from statereport import vocab
from statereport.errors import BadParameter
from statereport.web.site import Site

if TYPE_CHECKING:
    from statereport.queries import Parameter, SavedQuery

_INPUTS = {"integer": "numeric", "year": "numeric"}
_HINTS = {"integer": "a whole number", "year": "a year of four digits", "date": "a day as 2020-12-31", "iri": "a prefixed name or an IRI"}


@dataclass(frozen=True)
class Choice:
    """One of the values that a field proposes, under a heading where there are many."""

    value: str
    label: str
    heading: str = ""


@dataclass(frozen=True)
class Field:
    """A field: its name, label, type, present value, choices under their headings, and its fault in words."""

    name: str
    label: str
    type: str
    value: str
    choices: tuple[tuple[str, tuple[Choice, ...]], ...]
    fault: str
    mend: str

    @property
    def mode(self) -> str:
        """The keyboard that a telephone shows."""
        return _INPUTS.get(self.type, "text")

    @property
    def hint(self) -> str:
        """What may be typed."""
        return _HINTS.get(self.type, "")


def fields(site: Site, query: SavedQuery, given: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields of a question, filled with what was given, else with the defaults."""
    return tuple(_field(site, query, parameter, given.get(parameter.name)) for parameter in query.parameters)


def _field(site: Site, query: SavedQuery, parameter: Parameter, given: str | None) -> Field:
    value = default(site, parameter) if given is None else given.strip()
    fault = mend = ""
    try:
        iri = parameter.term(value, query.name)
    except BadParameter as problem:
        fault, mend = problem.what, problem.mend
    else:
        value = site.names.short(iri[1:-1]) if parameter.type == "iri" else value
    choices = _choices(site, parameter)
    known = {choice.value for choice in choices}
    if choices and value not in known:
        choices = (Choice(value, site.names.label(iri[1:-1]).text if not fault and parameter.type == "iri" else value), *choices)
    return Field(parameter.name, parameter.label, parameter.type, value, _under_headings(choices), fault, mend)


def default(site: Site, parameter: Parameter) -> str:
    """A parameter's default as it is typed."""
    said = parameter.default
    if parameter.type == "iri":
        return site.names.short(vocab.expand(said, site.house.prefixes))
    return said.partition("^^")[0].strip("\"'") if said[0] in "\"'" else said


def _choices(site: Site, parameter: Parameter) -> tuple[Choice, ...]:
    if parameter.choices:
        themes = site.names.by_reference if parameter.name == "theme" else {}
        return tuple(
            Choice(value, f"{value}: {themes[f'theme {value}'].label}" if f"theme {value}" in themes else label)
            for value, label in parameter.choices.items())
    if not parameter.of:
        return ()
    within = vocab.expand(parameter.within, site.house.prefixes) if parameter.within else ""
    found = []
    for row in site.graph.ask("pages/members", **{"class": parameter.of}):
        if within in ("", row["whole"]):
            label = site.names.label(row["thing"])
            unit = site.names.by_iri.get(row["thing"])
            text = f"{unit.number}  {unit.label}"[:90] if unit else label.text
            found.append(Choice(site.names.short(row["thing"]), text, site.names.label(row["under"]).text))
    return tuple(found)


def _under_headings(choices: tuple[Choice, ...]) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    headings: dict[str, list[Choice]] = {}
    for choice in choices:
        headings.setdefault(choice.heading, []).append(choice)
    return tuple((heading, tuple(under)) for heading, under in headings.items())
