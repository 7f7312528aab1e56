"""All that a page, or `statereport show`, says about one thing, as one value made from `queries/pages/*.rq`."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from statereport.errors import UnknownName, nearest, visible
from statereport.questions.parameters import named
from statereport.questions.saved import NAMES, SavedQueries
from statereport.rdf import namespaces
from statereport.rdf.namespaces import SR
from statereport.rdf.prefixes import Prefixes
from statereport.rdf.terms import is_iri, is_literal, plain, text
from statereport.sparql.engine import Engine, iri_text

ASSERTED, INFERRED, NOTED, DRAFT = "asserted", "inferred", "noted", "draft"
_TITLES = {ASSERTED: "Asserted", INFERRED: "Inferred", NOTED: "Noted", DRAFT: "Draft, confirmed by nobody"}
_TYPE = namespaces.RDF + "type"
# How many passages, and how many things of one name, a page in plain text lists.
_MOST = 12
_NAMED = ("http://www.w3.org/2004/02/skos/core#altLabel", f"{SR}nameAsPrinted", f"{SR}title")
_SAYINGS = """SELECT DISTINCT ?unit ?reference ?gist ?start ?end ?digest WHERE {
  {
    { THING sr:isStatedIn|sr:isAnsweredIn ?unit } UNION { ?unit sr:names THING }
    UNION { ?statement ?speaks THING ; sr:isStatedIn ?unit } UNION { BIND(THING AS ?unit) }
  }
  ?unit a sr:Passage ; sr:reference ?reference ; sr:startOffset ?start ; sr:endOffset ?end ; sr:digest ?digest .
  OPTIONAL { ?unit sr:gist ?gist }
} ORDER BY ?start ?unit ?gist"""
_REMARKS = """SELECT DISTINCT ?message WHERE {
  ?note sr:isAbout %s ; sr:message ?message .
  FILTER(LANG(?message) IN ("", "en"))
} ORDER BY ?message"""
_LABELS = (namespaces.SKOS + "prefLabel", namespaces.RDFS + "label")


@dataclass(frozen=True)
class Fact:
    """One triple seen from the thing: the property, the thing or value at its other end, and how we know it.

    `origin` is `asserted` (a source file says so), `inferred` (it follows), `noted` (our remark) or `draft` (nobody
    confirmed it yet). `value` is an RDF term; `label` is the English label of what it names, if it has one.
    """

    predicate: str
    property: str
    value: Any
    label: str
    graph: str
    origin: str


@dataclass(frozen=True)
class Place:
    """A range of the text in code points, the end exclusive, the text unit around it, and the statement made there."""

    statement: str
    unit: str
    passage: str
    start: int
    end: int
    fragment: str


@dataclass(frozen=True)
class Saying:
    """A passage that a thing is, or stands in: its reference, its gist, and its range in the text with its digest."""

    unit: str
    reference: str
    gist: str
    start: int
    end: int
    digest: str


@dataclass(frozen=True)
class Description:
    """A thing: its IRI and prefixed name, its labels, the classes that its source gives it, and its statements."""

    iri: str
    name: str
    label: str
    labels: tuple[tuple[str, str], ...]
    classes: tuple[str, ...]
    facts: tuple[Fact, ...]
    mentions: tuple[Fact, ...]
    places: tuple[Place, ...]
    sayings: tuple[Saying, ...] = ()
    remarks: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    prefixes: Prefixes = field(default_factory=Prefixes, compare=False, repr=False)

    def of(self, origin: str) -> tuple[Fact, ...]:
        """The statements about the thing of this kind: asserted, inferred, noted, or a draft."""
        return tuple(fact for fact in self.facts if fact.origin == origin)

    def __str__(self) -> str:
        """The page in plain text: what the report says first, then names, then statement by statement."""
        return self.page()

    def page(self, text: Callable[[Saying], str] = lambda saying: "") -> str:
        """The page in plain text; `text` returns the text of a passage, or "" where it is not at hand."""
        lines = [f"{self.label}  ({self.name})" if self.label else self.name, self.iri, ""]
        lines += _section("What the report says", self._said(text))
        lines += _section("Notes and readings", self.remarks)
        names = [f"{name} ({language})" if language else name for language, name in (*self.labels, *self.names)]
        lines += _section("Names", dict.fromkeys(names))
        lines += _section("In the text (passage, code points)", (self._line(place) for place in self.places))
        for origin, title in _TITLES.items():
            lines += _section(title, (f"{f.property}: {_shown(f, self.prefixes)}" for f in self.of(origin)))
            lines += _section(
                f"{title}, from other things",
                (f"{_shown(f, self.prefixes)}: {f.property}" for f in self.mentions if f.origin == origin),
            )
        return "\n".join(lines).rstrip() + "\n"

    def _said(self, text: Callable[[Saying], str]) -> Iterator[str]:
        own = {place.unit: [] for place in self.places if place.statement == self.iri}
        for place in self.places:
            if place.unit in own and place.fragment:
                own[place.unit].append(f"“{place.fragment}”")
        for saying in self.sayings[:_MOST]:
            yield f"{saying.reference}: {saying.gist}".rstrip(": ")
            words = " ".join(text(saying).split())
            yield from textwrap.wrap(words, 100, initial_indent="    ", subsequent_indent="    ")
            if own.get(saying.unit) and saying.unit != self.iri:
                yield f"    {', '.join(dict.fromkeys(own[saying.unit]))}"
        if len(self.sayings) > _MOST:
            others = [saying.reference for saying in self.sayings[_MOST:]]
            yield f"and in {', '.join(others[:_MOST])}{' …' if len(others) > _MOST else ''}"

    def _line(self, place: Place) -> str:
        said = "" if place.statement == self.iri else f"  ({self.prefixes.shorten(place.statement)})"
        return f"{place.passage:>6}  {place.start}-{place.end}  {place.fragment}{said}".rstrip()


def origin(graph: str) -> str:
    """How we know what a named graph says: asserted, inferred, noted, or a draft."""
    if graph.startswith(namespaces.GRAPH + "drafts/"):
        return DRAFT
    if graph in (namespaces.GRAPH + "inferred", namespaces.GRAPH + "aligned"):
        return INFERRED
    return NOTED if graph.rpartition("/")[2] in ("notes", "findings", "readings") else ASSERTED


def describe(
    name: str, engine: Engine, queries: SavedQueries, prefixes: Prefixes, known: Callable[[], Iterable[str]]
) -> Description:
    """Return the description of the thing with this IRI, prefixed name or name in any language.

    A name is a label, an alternative or printed name, an acronym, or the number of a passage. `known` returns the IRIs
    of all things, of which the nearest are proposed for a misspelt one. Raises UnknownPrefix for a prefix that is not
    in the table, UnknownName where the graph has no statement about the thing, or where a name fits several things.
    """
    iri = found(name, engine, prefixes)

    def ask(page: str, /, **values: str) -> list[tuple[Any, ...]]:
        query = queries.get(f"pages/{page}")
        return list(engine.query(query.bind(values), query.source).rows)

    facts = tuple(_fact(prefixes, *row) for row in ask("statements", thing=iri))
    mentions = tuple(_fact(prefixes, *row) for row in ask("mentions", thing=iri))
    if not facts and not mentions:
        raise UnknownName(
            where=name, what="The graph states nothing about this thing.", hint=_near(iri, known(), prefixes)
        )
    labelled = [f for kind in _LABELS[::-1] for f in facts if f.predicate == kind and is_literal(f.value)]
    labels = {f.value.language or "": f.value.value for f in labelled}
    return Description(
        iri=iri,
        name=prefixes.shorten(iri),
        label=labels.get("en", ""),
        labels=tuple(sorted(labels.items())),
        classes=tuple(text(f.value) for f in facts if f.predicate == _TYPE and f.origin == ASSERTED),
        facts=facts,
        mentions=mentions,
        places=tuple(
            Place(*(plain(term) or "" if i not in (3, 4) else plain(term) for i, term in enumerate(row)))
            for row in ask("places", thing=iri)
        ),
        sayings=_sayings(engine, iri, prefixes),
        remarks=tuple(text(row[0]) for row in engine.query(_REMARKS % iri_text(iri), "notes", prefixes).rows),
        names=tuple(
            (f.value.language or "", f.value.value) for f in facts if f.predicate in _NAMED and is_literal(f.value)
        ),
        prefixes=prefixes,
    )


def found(name: str, engine: Engine, prefixes: Prefixes) -> str:
    """The IRI of the thing of an IRI, a prefixed name, or a name: label, alternative, printed name, passage number.

    Raises UnknownPrefix for a prefix that there is not, UnknownName for a name that no thing has, or several have.
    """
    prefix, colon, _ = name.partition(":")
    if colon and (prefix in prefixes or "://" in name or not re.search(r"\s", name)):
        iri = prefixes.expand(name)
        with suppress(ValueError):
            iri_text(iri)
            return iri
        hint = "leave out blanks, quotation marks and brackets."
        raise UnknownName(where=name, what="This is not an IRI.", hint=hint)
    names: dict[str, set[str]] = {}
    for thing, each in engine.query(NAMES, "names", prefixes).rows:
        names.setdefault(named(each.value), set()).add(thing.value)
    fitting = sorted(names.get(named(name), ()))
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        listed = ", ".join(prefixes.shorten(iri) for iri in fitting[:_MOST])
        more = " …" if len(fitting) > _MOST else ""
        what = f"{len(fitting)} things have this name."
        raise UnknownName(where=name, what=what, hint=f"use one of: {listed}{more}.")
    near = [prefixes.shorten(min(names[each])) for each in nearest(named(name), names, 5)]
    hint = f"did you mean {', '.join(dict.fromkeys(near))}?" if near else "search for it: statereport search WORDS"
    raise UnknownName(where=name, what="Nothing has this name.", hint=hint)


def _sayings(engine: Engine, iri: str, prefixes: Prefixes) -> tuple[Saying, ...]:
    rows = engine.query(_SAYINGS.replace("THING", iri_text(iri)), "passages", prefixes).rows
    return tuple(
        Saying(text(unit), text(reference), text(gist), plain(start), plain(end), text(digest))
        for unit, reference, gist, start, end, digest in rows
    )


def _fact(prefixes: Prefixes, graph: Any, predicate: Any, label_of_predicate: Any, value: Any, label: Any) -> Fact:
    return Fact(
        predicate=predicate.value,
        property=label_of_predicate.value if label_of_predicate else prefixes.shorten(predicate.value),
        value=value,
        label=text(label),
        graph=graph.value,
        origin=origin(graph.value),
    )


def iris(engine: Engine, queries: SavedQueries) -> tuple[str, ...]:
    """Return the IRI of every thing and term, in alphabetical order."""
    query = queries.get("pages/names")
    return tuple(row[0].value for row in engine.query(query.bind({"space": namespaces.BASE}), query.source).rows)


def _near(iri: str, known: Iterable[str], prefixes: Prefixes) -> str:
    """The nearest names that there are: of the same kind, else of any."""
    space, local = _split(iri)
    of_any = {_split(other)[1]: other for other in known}
    of_kind = {name: other for name, other in of_any.items() if other.startswith(space)}
    for names in (of_kind, of_any):
        near = nearest(local, names)
        if near:
            return f"did you mean {', '.join(prefixes.shorten(names[name]) for name in near)}?"
    return "statereport query tables/figures and its neighbours list the things there are."


def _split(iri: str) -> tuple[str, str]:
    """The beginning of an IRI up to its last slash or hash, and the rest."""
    end = max(iri.rfind("/"), iri.rfind("#")) + 1
    return iri[:end], iri[end:]


def _shown(fact: Fact, prefixes: Prefixes) -> str:
    if not is_iri(fact.value):
        language = fact.value.language if is_literal(fact.value) else None
        return plain_text(fact.value) + (f" ({language})" if language else "")
    name = prefixes.shorten(fact.value.value)
    return f"{fact.label} ({name})" if fact.label else name


def plain_text(term: Any) -> str:
    """A term's characters on one line."""
    return visible(" ".join(text(term).split()))


def _section(title: str, lines: Iterable[str]) -> list[str]:
    body = [f"  {line}" for line in lines]
    return [title, *body, ""] if body else []
