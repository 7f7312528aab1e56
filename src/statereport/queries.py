"""Saved queries: plain SPARQL files with a `#+` YAML header, and how their parameters are bound.

`queries/<topic>/<slug>.rq` is a question with an address (<…/query/topic/slug>). A parameter is a block
`VALUES ?x { default }`, so the file runs unchanged in any engine; binding puts another term between the braces.
The header's keys are a superset of grlc's: summary, description, tags, params, columns, chart, expect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from statereport import sparql, store, vocab
from statereport.answers import Answer
from statereport.errors import BadParameter, Problem, QuerySyntax, UnknownName, did_you_mean

TYPES = ("iri", "string", "integer", "year", "date")
_KEYS = {"summary": str, "description": str, "tags": list, "params": dict, "columns": dict, "chart": dict, "expect": dict}
_PARAMETER_KEYS = ("label", "type", "default", "choices", "of", "within")
_SUFFIX = re.compile(r"(\^\^\S+|@[A-Za-z-]+)\Z")


@dataclass(frozen=True)
class Parameter:
    """One thing that a question leaves open: its name, its words for people, its type, default and choices.

    `of` is the class whose members a form proposes, `within` the thing that they are then part of; any other IRI may be given.
    """

    name: str
    label: str
    type: str
    default: str
    choices: Mapping[str, str] = field(default_factory=dict)
    of: str = ""
    within: str = ""

    def term(self, value: Any, where: str) -> str:
        """The value as a SPARQL term of the default's kind, whatever it contains. Raises BadParameter."""
        given = str(getattr(value, "value", value))
        try:
            term = self._typed(given)
        except ValueError as error:
            raise self._bad(where, given, f"is not {_article(self.type)}", str(error)) from None
        if self.choices and term not in {self._typed(choice) for choice in self.choices}:
            near = did_you_mean(given, self.choices) or f"use one of: {', '.join(self.choices)}."
            raise self._bad(where, given, "is not among the choices", near)
        return term

    def _typed(self, given: str) -> str:
        if self.type == "iri":
            try:
                return store.iri_text(vocab.expand(given))
            except Problem as problem:
                raise ValueError(problem.mend) from None
            except ValueError:
                raise ValueError("give an IRI without blanks and brackets, or a prefixed name such as place:kaz.") from None
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
        return store.literal_text(given) + (suffix[0] if suffix else "")

    def _bad(self, where: str, given: str, what: str, mend: str) -> BadParameter:
        return BadParameter(where=where, what=f"{self.name}={given} {what} ({self.label}).", mend=mend)


@dataclass(frozen=True)
class SavedQuery:
    """A question: its name (`topic/slug`), file, text, and what its header says. `titles` maps columns to their titles.

    `source` is the file's name for people, in messages.
    """

    name: str
    path: Path
    source: str
    text: str
    summary: str
    description: str = ""
    tags: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    chart: Mapping[str, str] = field(default_factory=dict)
    expect: Mapping[str, Any] = field(default_factory=dict)

    @property
    def iri(self) -> str:
        """The question's address."""
        return vocab.QUERY + self.name

    @property
    def topic(self) -> str:
        """The first folder it stands in; `checks/cubes/…` is a check."""
        return self.name.partition("/")[0]

    @property
    def slug(self) -> str:
        """The file's name without ending."""
        return self.name.rpartition("/")[2]

    @cached_property
    def _shape(self) -> Answer:
        return store.form_of(self.text, self.source)

    @property
    def form(self) -> str:
        """`select`, `ask` or `construct`, as the engine reads it. Raises QuerySyntax."""
        return self._shape.form

    @property
    def columns(self) -> dict[str, str]:
        """The answer's columns, as the engine reads them, with their titles."""
        return {column: self.titles.get(column, column) for column in self._shape.columns}

    def bind(self, values: Mapping[str, Any] | None = None) -> str:
        """The query with these values in the place of defaults. Raises BadParameter for a name or value that does not fit."""
        given = dict(values or {})
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                mend = did_you_mean(name, known) or (f"it has: {', '.join(known)}." if known else "leave it out; the question has none.")
                raise BadParameter(where=self.name, what=f"The question has no parameter {name}.", mend=mend)
        text = self.text
        for block in reversed(sparql.values_blocks(text, self.source)):
            if block.variable in given and block.variable in known:
                term = known[block.variable].term(given[block.variable], self.name)
                text = text[: block.start] + term + text[block.end :]
        return text


class SavedQueries:
    """The questions of a folder, each read once, when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, SavedQuery] = {}
        found = sorted(folder.glob("*/**/*.rq"))
        self._files = {path.relative_to(folder).with_suffix("").as_posix(): path for path in found}

    def __iter__(self) -> Iterator[SavedQuery]:
        return map(self._read, self._files)

    def _read(self, name: str) -> SavedQuery:
        if name not in self._known:
            self._known[name] = read(self._files[name], name, f"{self._folder.name}/{name}.rq")
        return self._known[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Every `topic/slug`, in alphabetical order."""
        return tuple(self._files)

    def get(self, name: str) -> SavedQuery:
        """The question of that name: `topic/slug`, its IRI, or the slug alone where only one topic has it. Else UnknownName."""
        wanted = name.removeprefix(vocab.QUERY).removesuffix(".rq")
        full = [wanted] if wanted in self._files else [n for n in self._files if n.rpartition("/")[2] == wanted]
        if len(full) == 1:
            return self._read(full[0])
        if full:
            raise UnknownName(where=name, what="Several topics have a question of this name.", mend=f"use one of: {', '.join(full)}.")
        slugs = {n.rpartition("/")[2]: n for n in self._files}
        near = did_you_mean(wanted, self._files) or did_you_mean(wanted, slugs, "see the list with: statereport query")
        raise UnknownName(where=name, what="There is no saved query of this name.", mend=near)


def read(path: Path, name: str, source: str) -> SavedQuery:
    """Read one file. Raises QuerySyntax with the header's line where the header is not what this module's notes say."""
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    count = next((i for i, line in enumerate(lines) if not line.startswith("#+")), len(lines))
    head = _header(lines[:count], source)
    parameters = head.get("params") or {}
    defaults = {block.variable: block.term for block in sparql.values_blocks(text, source)}
    return SavedQuery(
        name=name,
        path=path,
        source=source,
        text=text,
        summary=head["summary"],
        description=" ".join(head.get("description", "").split()),
        tags=tuple(head.get("tags") or ()),
        parameters=tuple(_parameter(key, value, defaults, lines, source) for key, value in parameters.items()),
        titles=head.get("columns") or {},
        chart=head.get("chart") or {},
        expect=head.get("expect") or {},
    )


def _header(lines: list[str], source: str) -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        head = yaml.load("\n".join(line[2:].removeprefix(" ") for line in lines), Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = min(mark.line, len(lines) - 1) + 1 if mark else 1
        why = getattr(error, "problem", None) or "it is not YAML"
        raise _header_problem(source, line, f"The header cannot be read: {why}.", 'put quotes around a text that holds ": " or begins with a sign.') from None
    if not isinstance(head, dict) or not head.get("summary"):
        raise _header_problem(source, 1, "The header has no summary.", "begin the file with: #+ summary: Which …?")
    for key, value in head.items():
        if key not in _KEYS:
            raise _header_problem(source, _line_of(key, lines), f"The header has no key {key!r}.", did_you_mean(key, _KEYS) or f"use: {', '.join(_KEYS)}.")
        if value and not isinstance(value, _KEYS[key]):
            kinds = {str: "a text", list: "a list: [one, two]", dict: "a list of names with values: {name: value}"}
            raise _header_problem(source, _line_of(key, lines), f"{key} is not {kinds[_KEYS[key]]}.", "compare with another query.")
    return head


def _parameter(name: str, said: Any, defaults: dict[str, str], lines: list[str], source: str) -> Parameter:
    line = _line_of(name, lines)
    if name not in defaults:
        raise _header_problem(source, line, f"The parameter {name} has no block in the query.", f"write: VALUES ?{name} {{ default }}")
    if not isinstance(said, dict) or any(key not in _PARAMETER_KEYS for key in said) or said.get("type") not in TYPES:
        raise _header_problem(
            source, line, f"The parameter {name} is not well described.", f"write: {name}: {{label: …, type: one of {', '.join(TYPES)}}}"
        )
    choices = said.get("choices") or {}
    choices = choices if isinstance(choices, dict) else {choice: choice for choice in choices}
    parameter = Parameter(name, said.get("label") or name, said["type"], defaults[name], choices, said.get("of") or "", said.get("within") or "")
    default = said.get("default")
    if default is not None and parameter.term(default, source) not in (defaults[name], _whole(defaults[name], parameter)):
        raise _header_problem(source, line, f"The header's default of {name} is not that of the query.", f"write: default: {defaults[name]}")
    return parameter


def _whole(term: str, parameter: Parameter) -> str:
    return parameter.term(term, "") if parameter.type == "iri" else term.replace("'", '"')


def _line_of(key: str, lines: list[str]) -> int:
    return next((i for i, line in enumerate(lines, 1) if re.match(rf"#\+\s*{re.escape(key)}\s*:", line)), 1)


def _header_problem(source: str, line: int, what: str, mend: str) -> QuerySyntax:
    return QuerySyntax(where=f"{source}:{line}", what=what, mend=mend)


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aei' else 'a'} {'IRI' if kind == 'iri' else kind}"
