"""The parameters of a question: types, defaults and choices, and values as SPARQL terms that no value breaks out of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from statereport.errors import BadParameter, Problem, nearest
from statereport.rdf.namespaces import XSD
from statereport.rdf.prefixes import Prefixes
from statereport.sparql import engine, tokens

TYPES = ("iri", "string", "integer", "year", "date")
# The names of parameters, which mean the same in every question.
VOCABULARY = {
    "report": "the short name of a report",
    "section": "the number of a section or theme of a report",
    "passage": "the number of a passage",
    "group": "a group of people",
    "body": "a body or an office",
    "instrument": "a legal instrument",
    "provision": "a provision of an instrument",
    "place": "a place",
    "subject": "a right or field that statements are about",
    "ground": "a ground of discrimination",
    "article": "an article of the treaty",
    "cube": "a table of statistics",
    "kind": "which kind of what is asked for",
    "name": "a name as it is printed",
    "year": "one year",
    "since": "the first year or day of a period",
    "until": "the last year or day of a period",
}
_KEYS = ("label", "type", "default", "choices", "was")
# The default of a parameter that leaves the answer as wide as it is, and the value by which people ask for that.
_ANY, ALL = "UNDEF", "all"
# The datatypes, beside none, that a default in quotation marks may have; what they would mean a value is checked for.
_DATATYPES = {"string": ("string",), "year": ("gYear", "string"), "date": ("date", "string")}
_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
# How many choices a message lists, and how many it suggests.
_MOST, _NEAREST = 24, 5


@dataclass(frozen=True)
class Parameter:
    """A parameter of a question: name, label for people, type, default as the query writes it, and choices.

    The choices are listed, value → label, or given by a pattern that the graph matches (see `saved.choices`).
    `prefixes` are those that a value may use. A default of UNDEF narrows nothing: people write it `all`. `former` is
    the name that it had in the version before, which is accepted still, or "".
    """

    name: str
    label: str
    type: str
    default: str
    choices: Mapping[str, str] = field(default_factory=dict)
    pattern: str = ""
    prefixes: Prefixes = field(default_factory=Prefixes, compare=False, repr=False)
    former: str = ""

    @classmethod
    def described(cls, name: str, keys: Any, default: str, prefixes: Prefixes) -> Parameter:
        """The parameter that a header describes by `keys`, and a query by its default.

        Raises ValueError (what, hint) where the header's words do not fit, or where the default has not the form of the
        type: values take the place of the default, and must be terms of the same kind.
        """
        choices = keys.get("choices") or {} if isinstance(keys, dict) else {}
        labels = choices if isinstance(choices, dict) else {}
        labels = {str(choice): choice for choice in choices} if isinstance(choices, list) else labels
        known = isinstance(keys, dict) and not set(keys) - set(_KEYS) and keys.get("type") in TYPES
        texts = [*(keys.get(key, "") for key in ("label", "default", "was")), *labels.values()] if known else []
        if not known or not all(isinstance(text, str) for text in texts):
            what = f"The parameter {name} is not well described."
            raise ValueError(what, f"write: {name}: {{label: …, type: one of {', '.join(TYPES)}}}")
        pattern = choices if isinstance(choices, str) else ""
        label, former = keys.get("label") or name, keys.get("was", "")
        parameter = cls(name, label, keys["type"], default, labels, pattern, prefixes, former)
        if not parameter._has_form():
            what = f"The default of {name} is no {keys['type']} of SPARQL: {default}"
            raise ValueError(what, f"write it as: VALUES ?{name} {{ {_FORMS[keys['type']]} }}")
        for value in (parameter.value, *labels, *([keys["default"]] if keys.get("default") else [])):
            try:
                parameter._typed(value)
            except ValueError as error:
                what = f"The parameter {name} has the value {value}, which is not {_article(keys['type'])}."
                raise ValueError(what, str(error)) from None
        if keys.get("default") and parameter._typed(keys["default"]) != parameter._typed(parameter.value):
            what = f"The header's default of {name} is not that of the query."
            raise ValueError(what, f"write: default: {parameter.value}")
        return parameter

    @property
    def optional(self) -> bool:
        """Whether the default narrows nothing."""
        return self.default == _ANY

    @property
    def value(self) -> str:
        """The default as a person gives it: without quotation marks, escapes, language and datatype."""
        if self.optional:
            return ALL
        text = self._words[0].text
        if self._words[0].kind != "string":
            return self.default
        marks = 3 if text[:3] in ('"""', "'''") else 1
        return _ESCAPED.sub(_unescaped, text[marks:-marks])

    @property
    def language(self) -> str:
        """The language of values, as in "text"@en; "" where they have none."""
        return self._words[1].text[1:] if len(self._words) == 2 and self._words[1].kind == "language" else ""

    @property
    def datatype(self) -> str:
        """The IRI of the datatype of values; "" where they are IRIs or in a language."""
        if self.type == "iri" or self.language:
            return ""
        if self.optional:
            return f"{XSD}string"
        if self._words[0].kind != "string":
            return f"{XSD}integer"
        return self.prefixes.expand(self._words[2].text) if len(self._words) == 3 else f"{XSD}string"

    @property
    def suffix(self) -> str | None:
        """What stands after the quotation marks of a value, such as @en; None where values are not in such marks."""
        if self.optional:
            return "" if self.type == "string" else None
        return self.default[self._words[0].end :] if self._words[0].kind == "string" else None

    def term(self, value: Any, where: str) -> str:
        """The value as a SPARQL term of the default's kind, whatever it contains. Raises BadParameter."""
        given = str(getattr(value, "value", value))
        if self.choices:
            given = self.among(given, self.choices, where)
        try:
            return self._typed(given)
        except ValueError as error:
            raise self._bad(where, given, f"is not {_article(self.type)}", str(error)) from None

    def among(
        self, given: str, choices: Mapping[str, str], where: str, names: Callable[[], Mapping[str, list[str]]] = dict
    ) -> str:
        """The choice that is meant: by its value, by its label in any case, or by another name.

        `names` returns the values that have a name, by the name as `named` writes it; it is called only where no value
        and no label fits. Raises BadParameter with the five nearest labels, or with all that the name fits.
        """
        alike = [value for value, label in choices.items() if named(label) == named(given)]
        if len(alike) == 1 and given not in choices:
            return alike[0]
        try:
            term = self._typed(given)
        except ValueError:
            term = None
        for value in choices:
            if term == self._typed(value):
                return value
        known = names() if not alike else {}
        fitting = alike or sorted(known.get(named(given), ()))
        if len(fitting) > 1:
            each = ", ".join(_with_label(value, choices) for value in fitting)
            raise self._bad(where, given, "fits more than one choice", f"use one of: {each}.")
        if fitting:
            return fitting[0]
        # No number is like another: where one is wrong, a list of all helps more.
        by_name: dict[str, str] = {name: min(values) for name, values in known.items()}
        by_name |= {named(label): value for value, label in reversed(choices.items())}
        by_value = nearest(given, choices, _NEAREST)
        alike = [by_name[name] for name in nearest(named(given), by_name, 2 * _NEAREST)]
        both = [*by_value, *alike] if ":" in given else [*alike, *by_value]
        near = [] if given.isdigit() else list(dict.fromkeys(both))[:_NEAREST]
        shown = [_with_label(value, choices) for value in near or list(choices)[:_MOST]]
        more = "" if near or len(choices) <= _MOST else " … All of them: statereport query NAME --help"
        hint = f"{'did you mean' if near else 'use one of:'} {', '.join(shown)}{'?' if near else ''}{more}"
        raise self._bad(where, given, "is not among the choices", hint)

    @property
    def _words(self) -> tuple[tokens.Token, ...]:
        return tuple(tokens.tokens(self.default))

    def _has_form(self) -> bool:
        """Whether the default is written as a term of the parameter's type, so that any value can take its place."""
        if self.optional:
            return self.type in ("string", "iri")
        kinds = [word.kind for word in self._words]
        if kinds[0] != "string":
            number = re.fullmatch(r"[+-]?[0-9]+", self.default) is not None
            return kinds in (["iri"], ["name"]) if self.type == "iri" else self.type in ("integer", "year") and number
        if self.language:
            return self.type == "string"
        try:
            kind = self.datatype.removeprefix(XSD)
        except Problem:
            return False
        return kind in _DATATYPES.get(self.type, ())

    def _typed(self, given: str) -> str:
        """The term for a value. Raises ValueError with a hint where it is none of the type."""
        if self.optional and given == ALL:
            return _ANY
        if self.type == "iri":
            try:
                return engine.iri_text(self.prefixes.expand(given))
            except Problem as problem:
                raise ValueError(problem.hint) from None
            except ValueError:
                raise ValueError(
                    f"give an IRI without blanks and brackets, or a prefixed name such as {self.value}."
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
        if self.suffix is None:
            return given
        try:
            text = engine.literal_text(given.encode("utf-8").decode("utf-8"))
        except ValueError:
            raise ValueError("give text without halves of characters.") from None
        return text + self.suffix

    def _bad(self, where: str, given: str, what: str, hint: str) -> BadParameter:
        return BadParameter(where=where, what=f"{self.name}={given} {what} ({self.label}).", hint=hint)


# How the default of each type is written.
_FORMS = {
    "iri": "<IRI>",
    "string": '"text"',
    "integer": "10",
    "year": '"2020"^^xsd:gYear',
    "date": '"2020-12-31"^^xsd:date',
}


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1] or match[2] or "0", 16)
    if match[3]:
        return _ESCAPES.get(match[3], match[3])
    return chr(code) if code <= 0x10FFFF else match[0]


def named(name: str) -> str:
    """A name as names are compared: in any case, with single blanks, without an article before it."""
    return " ".join(name.casefold().split()).removeprefix("the ")


def _with_label(value: str, choices: Mapping[str, str]) -> str:
    return value if choices[value] == value else f"{value} ({choices[value]})"


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aei' else 'a'} {'IRI' if kind == 'iri' else kind}"
