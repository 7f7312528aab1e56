"""Saved queries: plain SPARQL files with a `#+` YAML header, and how their parameters are bound.

`queries/<topic>/<slug>.rq` is a question with an address (<…/query/topic/slug>). A parameter is a block
`VALUES ?x { default }`, so the file runs unchanged in any engine; binding puts another term between the braces.
The header's keys are a superset of grlc's: summary, description, tags, params, columns, chart, expect.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from statereport import files
from statereport.errors import BadParameter, QuerySyntax, UnknownName, did_you_mean
from statereport.project import Project
from statereport.questions import parameters
from statereport.questions.parameters import Parameter, named
from statereport.questions.prepared import NOTHING, Prepared, lines
from statereport.rdf import namespaces, prefixes
from statereport.rdf.natural_order import natural
from statereport.rdf.prefixes import Prefixes
from statereport.rdf.terms import is_iri
from statereport.sparql import header
from statereport.sparql.answers import KINDS, Answer, Column
from statereport.sparql.engine import Engine, form_of
from statereport.sparql.query import Query

# The header's keys: the kind of their value, in words, and the kinds of the values in it.
_KEYS = {
    "summary": (str, "a text", str),
    "description": (str, "a text", str),
    "tags": (list, "a list of words: [one, two]", str),
    "params": (dict, "a list of names with values: {name: {label: …}}", object),
    "columns": (dict, "a list of names with values: {name: value}", (str, dict)),
    "chart": (dict, "a list of names with words: {name: word}", str),
    "expect": (dict, "a list of names with values: {name: value}", object),
}
_COLUMN_KEYS = ("title", "of", "join", "empty")


@dataclass(frozen=True)
class SavedQuery:
    """A question: its name (`topic/slug`), file, text, and what its header says.

    `heads` holds what the header says about the answer's columns, `start` is where the SPARQL begins, below the header.
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
    heads: Mapping[str, Column] = field(default_factory=dict)
    chart: Mapping[str, str] = field(default_factory=dict)
    expect: Mapping[str, Any] = field(default_factory=dict)
    prefixes: Prefixes = field(default_factory=Prefixes, compare=False, repr=False)
    start: int = 0

    @property
    def iri(self) -> str:
        """The question's address."""
        return namespaces.QUERY + self.name

    @property
    def body(self) -> str:
        """The query without its header."""
        return self.text[self.start :]

    @property
    def topic(self) -> str:
        """The first folder it stands in; `checks/cubes/…` is a check."""
        return self.name.partition("/")[0]

    @property
    def slug(self) -> str:
        """The file's name without ending."""
        return self.name.rpartition("/")[2]

    @cached_property
    def _own(self) -> Query:
        """The query with its defaults, which is taken apart once."""
        return Query(self.text, self.source)

    @cached_property
    def _shape(self) -> Query:
        return form_of(self._own)

    @property
    def form(self) -> str:
        """`select`, `ask` or `construct`, as the engine reads it. Raises QuerySyntax."""
        return self._shape.form

    @property
    def titles(self) -> dict[str, str]:
        """The titles of the columns that the header describes."""
        return {name: column.title for name, column in self.heads.items()}

    @property
    def columns(self) -> dict[str, str]:
        """The answer's columns, as the engine reads them, with their titles."""
        return {column: self.titles.get(column, column) for column in self._shape.columns}

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name, or formerly of that name. Raises BadParameter with the nearest names."""
        known = {parameter.name: parameter for parameter in self.parameters}
        name = self.former.get(name, name)
        if name not in known:
            hint = did_you_mean(name, known) or (
                f"it has: {', '.join(known)}." if known else "leave it out; the question has none."
            )
            raise BadParameter(where=self.name, what=f"The question has no parameter {name}.", hint=hint)
        return known[name]

    @property
    def former(self) -> dict[str, str]:
        """The names that parameters had in the version before, with those that they have now."""
        return {parameter.former: parameter.name for parameter in self.parameters if parameter.former}

    def renamed(self, values: Mapping[str, Any] | None) -> dict[str, Any]:
        """The values under the names that their parameters have now. Raises BadParameter for one given under both."""
        now: dict[str, Any] = {}
        for name, value in (values or {}).items():
            new = self.former.get(name, name)
            if new in now:
                what = f"{new} is given twice, also under its former name."
                raise BadParameter(where=self.name, what=what, hint=f"give {new} once.")
            now[new] = value
        return now

    def renamings(self, names: Iterable[str]) -> tuple[str, ...]:
        """A sentence for each of the names that is a parameter's former one."""
        return tuple(
            f"The parameter {name} is called {self.former[name]} now; its former name is accepted in this version only."
            for name in names
            if name in self.former
        )

    def answer(self, engine: Engine, values: Mapping[str, Any] | None = None) -> Answer:
        """The answer with these values, its rows joined as the header says. Raises BadParameter."""
        text = self.bind(values) if values else self._own
        return engine.query(text, self.source).joined(self.heads)

    def workbook(self, answer: Answer) -> bytes:
        """The answer as a workbook (.xlsx), under the titles of its columns; passages and themes are text."""
        from statereport.questions import spreadsheet  # which few answers need

        texts = [i for i, name in enumerate(answer.columns) if answer.head(name).of in ("passage", "theme")]
        return spreadsheet.workbook(answer.titles, answer.rows, texts)

    def bind(self, values: Mapping[str, Any] | None = None) -> str:
        """The query with these values in place of defaults. Raises BadParameter for a name or value that does not fit.

        That a value is among the choices that the graph gives is for `chosen` to say.
        """
        given = self.renamed(values)
        known = {name: self.parameter(name) for name in given}
        text = self.text
        for block in reversed(self._own.blocks):
            if block.variable in known:
                term = known[block.variable].term(given[block.variable], self.name)
                text = text[: block.start] + term + text[block.end :]
        return text


class SavedQueries:
    """The questions of a folder, each read once, when it is first asked for."""

    def __init__(self, folder: Path, prefixes: Prefixes | None = None, prepared: Prepared = NOTHING) -> None:
        self._folder, self._prefixes, self._prepared = folder, prefixes or Prefixes(), prepared
        self._known: dict[str, SavedQuery] = {}
        names = [name.removesuffix(".rq") for name in files.names_below(folder, ".rq")]
        self._names = tuple(name for name in names if "/" in name)

    @classmethod
    def of(cls, project: Project) -> SavedQueries:
        """The questions of a project, with its prefixes."""
        return cls(project.queries, prefixes.read(project))

    def __iter__(self) -> Iterator[SavedQuery]:
        return map(self._read, self._names)

    def _read(self, name: str) -> SavedQuery:
        if name not in self._known:
            source = f"{self._folder.name}/{name}.rq"
            query = read(self._folder / f"{name}.rq", name, source, self._prefixes, self._prepared)
            if not query.summary:
                hint = "begin the file with: #+ summary: Which …?"
                raise QuerySyntax(where=f"{source}:1", what="The query has no header.", hint=hint)
            self._known[name] = query
        return self._known[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Every `topic/slug`, in alphabetical order."""
        return self._names

    def get(self, name: str) -> SavedQuery:
        """The question of a name: `topic/slug`, its IRI, or a slug that only one topic has. Raises UnknownName."""
        return self._read(self.full_name(name))

    def full_name(self, name: str) -> str:
        """The `topic/slug` that a name stands for; see `get`."""
        wanted = name.removeprefix(namespaces.QUERY).removesuffix(".rq")
        full = [wanted] if wanted in self._names else [n for n in self._names if n.rpartition("/")[2] == wanted]
        if len(full) == 1:
            return full[0]
        if full:
            raise UnknownName(
                where=name, what="Several topics have a question of this name.", hint=f"use one of: {', '.join(full)}."
            )
        slugs = {n.rpartition("/")[2]: n for n in self._names}
        near = did_you_mean(wanted, self._names) or did_you_mean(wanted, slugs, "see the list with: statereport query")
        raise UnknownName(where=name, what="There is no saved query of this name.", hint=near)


def choices(query: SavedQuery, parameter: Parameter, engine: Engine, prepared: Prepared = NOTHING) -> dict[str, str]:
    """What a parameter may be: value, as one gives it → label. Empty where anything of its type may be given.

    In a header, `choices` is a list, values with labels, or a pattern over the parameter's own variable that the graph
    matches. ?label, where the pattern has it, is the label; else it is the English skos:prefLabel, or the value itself.
    `prepared` is what was worked out before on this engine.
    Where the default narrows nothing, the first choice is `all`.
    """
    if not parameter.pattern:
        return dict(parameter.choices)
    listing = _listing(query, parameter)
    known = prepared.get(*_key("choices", listing))
    if known is not None:
        return known
    found = {
        query.prefixes.shorten(term.value) if is_iri(term) else term.value: label.value if label else term.value
        for term, label in engine.query(listing).rows
    }
    # Two things of one label, such as the courts of two States, are shown with their prefixed names.
    alike = Counter(label.casefold() for label in found.values())
    found = {value: label if alike[label.casefold()] == 1 else f"{label} ({value})" for value, label in found.items()}
    every = {parameters.ALL: "all"} if parameter.optional else {}
    return every | dict(sorted(found.items(), key=lambda item: (natural(item[1].casefold()), item[0])))


def _listing(query: SavedQuery, parameter: Parameter) -> Query:
    """The query whose answer are a parameter's choices and their labels."""
    value, pattern = f"?{parameter.name}", parameter.pattern
    if "?label" not in pattern:
        label = f'OPTIONAL {{ {value} skos:prefLabel ?label FILTER(LANG(?label) = "en") }}'
        pattern = f"{{ SELECT DISTINCT {value} WHERE {{ {pattern} }} }}\n{label}"
    return Query(f"SELECT DISTINCT {value} ?label WHERE {{ {pattern} }}", query.source, query.prefixes)


def _key(kind: str, listing: Query) -> tuple[str, ...]:
    """Everything that decides what the choices of a parameter are, or their names, on one engine."""
    return kind, listing.whole, NAMES, *(f"{prefix}: {space}" for prefix, space in sorted(listing.prefixes.items()))


def prepare(saved: Iterable[SavedQuery], engine: Engine) -> bytes:
    """The headers of some questions, and the choices of their parameters on an engine, for `Prepared`."""
    return lines(_results(saved, engine))


def _results(saved: Iterable[SavedQuery], engine: Engine) -> Iterator[tuple[Any, tuple[str, ...]]]:
    rows: list[tuple[Any, ...]] = []
    done: set[tuple[str, ...]] = set()
    for query in saved:
        head = header.read(query.text, query.source)
        yield head.values, ("header", head.yaml)
        for parameter in query.parameters:
            listing = _listing(query, parameter) if parameter.pattern else None
            if listing and _key(parameter.type, listing) not in done:  # many questions have the same choices
                done.add(_key(parameter.type, listing))
                allowed = choices(query, parameter, engine)
                yield allowed, _key("choices", listing)
                if parameter.type == "iri":
                    rows = rows or engine.query(NAMES, query.source, query.prefixes).rows
                    yield _names(query, allowed, rows), _key("names", listing)


def chosen(
    query: SavedQuery, values: Mapping[str, Any], engine: Engine, prepared: Prepared = NOTHING
) -> dict[str, Any]:
    """The values under the names of their parameters, each among its choices; a name in any language stands for it.

    `prepared` is what was worked out before on this engine. Raises BadParameter with the nearest choices, or with all
    that a name fits.
    """
    meant = query.renamed(values)
    for name, given in tuple(meant.items()):
        parameter = query.parameter(name)
        allowed = choices(query, parameter, engine, prepared)
        if allowed:
            meant[name] = parameter.among(
                str(getattr(given, "value", given)),
                allowed,
                query.name,
                partial(_names_of, query, parameter, allowed, engine, prepared),
            )
    return meant


def _names_of(
    query: SavedQuery, parameter: Parameter, allowed: Mapping[str, str], engine: Engine, prepared: Prepared
) -> dict[str, list[str]]:
    """The choices that have a name: labels, alternative and printed names in every language; IRIs in full."""
    if parameter.type != "iri":
        return {}
    known = prepared.get(*_key("names", _listing(query, parameter))) if parameter.pattern else None
    return known or _names(query, allowed, engine.query(NAMES, query.source, query.prefixes).rows)


def _names(query: SavedQuery, allowed: Mapping[str, str], rows: Iterable[tuple[Any, ...]]) -> dict[str, list[str]]:
    by_iri = {query.prefixes.expand(value): value for value in allowed}
    found: dict[str, set[str]] = {named(iri): {value} for iri, value in by_iri.items()}
    for iri, name in rows:
        if iri.value in by_iri:
            found.setdefault(named(name.value), set()).add(by_iri[iri.value])
    return {name: sorted(values) for name, values in found.items()}


# Every name of every thing; what a mention prints is a name of what it mentions.
NAMES = """SELECT DISTINCT ?thing ?name WHERE {
  { ?thing skos:prefLabel|skos:altLabel|sr:nameAsPrinted|sr:title|sr:path|sr:reference ?name }
  UNION
  { ?mention sr:mentions ?thing ; sr:token ?name }
  FILTER(isIRI(?thing))
}"""


def read(
    path: Path, name: str, source: str, prefixes: Prefixes | None = None, prepared: Prepared = NOTHING
) -> SavedQuery:
    """The query in a file; see `parse`. Raises FileUnreadable too."""
    return parse(files.read(path, source), name, source, path, prefixes, prepared)


def parse(
    data: bytes,
    name: str,
    source: str,
    path: Path = Path("-"),
    prefixes: Prefixes | None = None,
    prepared: Prepared = NOTHING,
) -> SavedQuery:
    """A query from its bytes: UTF-8, with or without a byte order mark and a header.

    `prefixes` are those that values may use beside the query's own, `prepared` holds headers that were read before.
    Raises FileUnreadable where the bytes are not UTF-8, and QuerySyntax with the line where the header breaks this
    module's rules or a parameter is not safe.
    """
    text = files.decode(data, source)
    head = header.read(text, source, lambda yaml: prepared.get("header", yaml))
    _check(head)
    query = Query(text, source)
    known = Prefixes({**(prefixes or {}), **query.declared})
    return SavedQuery(
        name=name,
        path=path,
        source=source,
        text=text,
        start=head.end,
        summary=head.values.get("summary") or "",
        description=" ".join((head.values.get("description") or "").split()),
        tags=tuple(head.values.get("tags") or ()),
        parameters=_parameters(head, query, known),
        heads={key: _column(head, key, value) for key, value in (head.values.get("columns") or {}).items()},
        chart=head.values.get("chart") or {},
        expect=head.values.get("expect") or {},
        prefixes=known,
    )


def _check(head: header.Header) -> None:
    """Raise QuerySyntax where a header has no summary, an unknown key, or a value that its key does not take."""
    if head.lines and not head.values.get("summary"):
        raise head.problem(1, "The header has no summary.", "begin the file with: #+ summary: Which …?")
    for key, value in head.values.items():
        if key not in _KEYS:
            hint = did_you_mean(key, _KEYS) or f"use: {', '.join(_KEYS)}."
            raise head.problem(head.line_of(key), f"The header has no key {key!r}.", hint)
        kind, words, inner = _KEYS[key]
        parts = value.values() if isinstance(value, dict) else value
        if value and not (isinstance(value, kind) and all(isinstance(part, inner) for part in parts)):
            raise head.problem(head.line_of(key), f"{key} is not {words}.", "compare with another query.")


def _parameters(head: header.Header, query: Query, known: Prefixes) -> tuple[Parameter, ...]:
    found = []
    for name, keys in (head.values.get("params") or {}).items():
        line = head.line_of(name, "params")
        defaults = {block.term for block in query.blocks if block.variable == name}
        if not defaults:
            what = f"The parameter {name} has no block in the query."
            raise head.problem(line, what, f"write: VALUES ?{name} {{ default }}")
        if len(defaults) > 1:
            what = f"The parameter {name} has several defaults: {', '.join(sorted(defaults))}."
            raise head.problem(line, what, "write the same default in each block.")
        try:
            found.append(Parameter.described(name, keys, defaults.pop(), known))
        except ValueError as error:
            what, hint = error.args
            raise head.problem(line, what, hint) from None
    return tuple(found)


def _column(head: header.Header, name: str, value: Any) -> Column:
    keys = {"title": value} if isinstance(value, str) else value
    texts = all(isinstance(text, str) for text in keys.values())
    if texts and keys.get("title") and not set(keys) - set(_COLUMN_KEYS) and keys.get("of", KINDS[0]) in KINDS:
        return Column(**keys)
    raise head.problem(
        head.line_of(name, "columns"),
        f"The column {name} is not well described.",
        f'write: {name}: "Title", or {name}: {{title: …, of: one of {", ".join(KINDS)}, join: "; ", empty: …}}',
    )
