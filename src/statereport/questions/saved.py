"""Saved queries: plain SPARQL files with a `#+` YAML header, and how their parameters are bound.

`queries/<topic>/<slug>.rq` is a question with an address (<…/query/topic/slug>). A parameter is a block
`VALUES ?x { default }`, so the file runs unchanged in any engine; binding puts another term between the braces.
The header's keys are a superset of grlc's: summary, description, tags, params, columns, chart, expect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from statereport import files
from statereport.errors import BadParameter, QuerySyntax, UnknownName, did_you_mean
from statereport.project import Project
from statereport.questions.parameters import TYPES, Parameter
from statereport.rdf import namespaces, prefixes
from statereport.rdf.prefixes import Prefixes
from statereport.sparql import header, tokens
from statereport.sparql.answers import Answer
from statereport.sparql.engine import Engine, form_of, is_iri

_KEYS = {
    "summary": str,
    "description": str,
    "tags": list,
    "params": dict,
    "columns": dict,
    "chart": dict,
    "expect": dict,
}
_PARAMETER_KEYS = ("label", "type", "default", "choices")


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
    prefixes: Prefixes = field(default_factory=Prefixes, compare=False, repr=False)

    @property
    def iri(self) -> str:
        """The question's address."""
        return namespaces.QUERY + self.name

    @property
    def body(self) -> str:
        """The query without its header."""
        return "\n".join(line for line in self.text.splitlines() if not line.startswith("#+")) + "\n"

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
        return form_of(self.text, self.source)

    @property
    def form(self) -> str:
        """`select`, `ask` or `construct`, as the engine reads it. Raises QuerySyntax."""
        return self._shape.form

    @property
    def columns(self) -> dict[str, str]:
        """The answer's columns, as the engine reads them, with their titles."""
        return {column: self.titles.get(column, column) for column in self._shape.columns}

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name. Raises BadParameter with the nearest names."""
        known = {parameter.name: parameter for parameter in self.parameters}
        if name not in known:
            hint = did_you_mean(name, known) or (
                f"it has: {', '.join(known)}." if known else "leave it out; the question has none."
            )
            raise BadParameter(where=self.name, what=f"The question has no parameter {name}.", hint=hint)
        return known[name]

    def bind(self, values: Mapping[str, Any] | None = None) -> str:
        """The query with these values in the place of defaults. Raises BadParameter for a name or value that does not fit.

        That a value is among the choices that the graph gives is for `chosen` to say.
        """
        given = dict(values or {})
        known = {name: self.parameter(name) for name in given}
        text = self.text
        for block in reversed(tokens.values_blocks(text, self.source)):
            if block.variable in known:
                term = known[block.variable].term(given[block.variable], self.name)
                text = text[: block.start] + term + text[block.end :]
        return text


class SavedQueries:
    """The questions of a folder, each read once, when it is first asked for."""

    def __init__(self, folder: Path, prefixes: Prefixes | None = None) -> None:
        self._folder, self._prefixes = folder, prefixes or Prefixes()
        self._known: dict[str, SavedQuery] = {}
        found = sorted(folder.glob("*/**/*.rq"))
        self._files = {path.relative_to(folder).with_suffix("").as_posix(): path for path in found}

    @classmethod
    def of(cls, project: Project) -> SavedQueries:
        """The questions of a project, with its prefixes."""
        return cls(project.queries, prefixes.read(project))

    def __iter__(self) -> Iterator[SavedQuery]:
        return map(self._read, self._files)

    def _read(self, name: str) -> SavedQuery:
        if name not in self._known:
            self._known[name] = read(self._files[name], name, f"{self._folder.name}/{name}.rq", self._prefixes)
        return self._known[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Every `topic/slug`, in alphabetical order."""
        return tuple(self._files)

    def get(self, name: str) -> SavedQuery:
        """The question of that name: `topic/slug`, its IRI, or the slug alone where only one topic has it. Else UnknownName."""
        wanted = name.removeprefix(namespaces.QUERY).removesuffix(".rq")
        full = [wanted] if wanted in self._files else [n for n in self._files if n.rpartition("/")[2] == wanted]
        if len(full) == 1:
            return self._read(full[0])
        if full:
            raise UnknownName(
                where=name, what="Several topics have a question of this name.", hint=f"use one of: {', '.join(full)}."
            )
        slugs = {n.rpartition("/")[2]: n for n in self._files}
        near = did_you_mean(wanted, self._files) or did_you_mean(wanted, slugs, "see the list with: statereport query")
        raise UnknownName(where=name, what="There is no saved query of this name.", hint=near)


def choices(query: SavedQuery, parameter: Parameter, engine: Engine) -> dict[str, str]:
    """What a parameter may be: value, as one gives it → label. Empty where anything of its type may be given.

    In a header, `choices` is a list, values with labels, or a pattern over the parameter's own variable that the graph
    matches. ?label, where the pattern has it, is the label; else it is the English skos:prefLabel, or the value itself.
    """
    if not parameter.pattern:
        return dict(parameter.choices)
    value, pattern = f"?{parameter.name}", parameter.pattern
    if "?label" not in pattern:
        pattern = f'{{ SELECT DISTINCT {value} WHERE {{ {pattern} }} }}\nOPTIONAL {{ {value} skos:prefLabel ?label FILTER(LANG(?label) = "en") }}'
    rows = engine.query(f"SELECT DISTINCT {value} ?label WHERE {{ {pattern} }}", query.source, query.prefixes).rows
    found = {
        query.prefixes.shorten(term.value) if is_iri(term) else term.value: label.value if label else term.value
        for term, label in rows
    }
    return dict(sorted(found.items(), key=lambda item: (_natural(item[1]), item[0])))


def chosen(query: SavedQuery, values: Mapping[str, Any], engine: Engine) -> dict[str, Any]:
    """The values, each among its parameter's choices; a label stands for its value. Raises BadParameter with the nearest."""
    meant = dict(values)
    for name, given in values.items():
        parameter = query.parameter(name)
        allowed = choices(query, parameter, engine)
        if allowed:
            meant[name] = parameter.among(str(getattr(given, "value", given)), allowed, query.name)
    return meant


def _natural(label: str) -> list[tuple[int, str]]:
    """Labels in the order in which people count: Article 2 before Article 10."""
    return [(int(part), "") if part.isdigit() else (0, part.casefold()) for part in re.split(r"(\d+)", label)]


def read(path: Path, name: str, source: str, prefixes: Prefixes | None = None) -> SavedQuery:
    """Read one file; `prefixes` are those that values may use. Raises QuerySyntax with the header's line where the header is not what this module's notes say."""
    text = files.read_text(path, source)
    lines = text.splitlines()
    count = next((i for i, line in enumerate(lines) if not line.startswith("#+")), len(lines))
    head = _header(text, lines[:count], source)
    known = prefixes or Prefixes()
    parameters = head.get("params") or {}
    defaults = {block.variable: block.term for block in tokens.values_blocks(text, source)}
    return SavedQuery(
        name=name,
        path=path,
        source=source,
        text=text,
        summary=head["summary"],
        description=" ".join(head.get("description", "").split()),
        tags=tuple(head.get("tags") or ()),
        parameters=tuple(_parameter(key, value, defaults, lines, source, known) for key, value in parameters.items()),
        titles=head.get("columns") or {},
        chart=head.get("chart") or {},
        expect=head.get("expect") or {},
        prefixes=known,
    )


def _header(text: str, lines: list[str], source: str) -> dict[str, Any]:
    head = dict(header.read(text, source).values)
    if not head.get("summary"):
        raise _header_problem(source, 1, "The header has no summary.", "begin the file with: #+ summary: Which …?")
    for key, value in head.items():
        if key not in _KEYS:
            raise _header_problem(
                source,
                _line_of(key, lines),
                f"The header has no key {key!r}.",
                did_you_mean(key, _KEYS) or f"use: {', '.join(_KEYS)}.",
            )
        if value and not isinstance(value, _KEYS[key]):
            kinds = {str: "a text", list: "a list: [one, two]", dict: "a list of names with values: {name: value}"}
            raise _header_problem(
                source, _line_of(key, lines), f"{key} is not {kinds[_KEYS[key]]}.", "compare with another query."
            )
    return head


def _parameter(
    name: str, said: Any, defaults: dict[str, str], lines: list[str], source: str, known: Prefixes
) -> Parameter:
    line = _line_of(name, lines)
    if name not in defaults:
        raise _header_problem(
            source, line, f"The parameter {name} has no block in the query.", f"write: VALUES ?{name} {{ default }}"
        )
    if not isinstance(said, dict) or any(key not in _PARAMETER_KEYS for key in said) or said.get("type") not in TYPES:
        raise _header_problem(
            source,
            line,
            f"The parameter {name} is not well described.",
            f"write: {name}: {{label: …, type: one of {', '.join(TYPES)}}}",
        )
    choices = said.get("choices") or {}
    pattern = choices if isinstance(choices, str) else ""
    named = choices if isinstance(choices, dict) else {} if pattern else {choice: choice for choice in choices}
    parameter = Parameter(name, said.get("label") or name, said["type"], defaults[name], named, pattern, known)
    default = said.get("default")
    if default is not None and parameter.term(default, source) not in (
        defaults[name],
        _whole(defaults[name], parameter),
    ):
        raise _header_problem(
            source,
            line,
            f"The header's default of {name} is not that of the query.",
            f"write: default: {defaults[name]}",
        )
    return parameter


def _whole(term: str, parameter: Parameter) -> str:
    return parameter.term(term, "") if parameter.type == "iri" else term.replace("'", '"')


def _line_of(key: str, lines: list[str]) -> int:
    return next((i for i, line in enumerate(lines, 1) if re.match(rf"#\+\s*{re.escape(key)}\s*:", line)), 1)


def _header_problem(source: str, line: int, what: str, hint: str) -> QuerySyntax:
    return QuerySyntax(where=f"{source}:{line}", what=what, hint=hint)
