"""Mentions: where in the text a body, office, instrument, group or place is called by one of its names.

Kept in the generated graph mentions.ttl. A name that only one thing of the report has is found wherever it is printed,
if capitals or several words make it clear, or if it is the usual one of a group. Any other name (“the Law”, “courts”)
is found in the text units that speak of the thing, so that it means in each what it means there. Inside a longer name
only such names are found as capitals make, and of other things: the Minister of Justice in “Order of the Minister of
Justice”.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from statereport.rdf import turtle
from statereport.rdf.dataset import Graphs
from statereport.rdf.namespaces import RDF, SKOS, SR, XSD
from statereport.rdf.turtle import Literal, NamedNode, Triple
from statereport.source.evidence import Evidence, Unit
from statereport.source.generated import Generated
from statereport.source.text import Span, printed_in

FILE = "mentions.ttl"
COMMAND = "statereport mentions"
HEADER = (
    "Mentions: where the text prints a name of a body, office, instrument, group or place. Offsets count code points.",
    "Generated from the statements and the report's text by: " + COMMAND,
)
_NAMED = {SR + name for name in ("Body", "Office", "LegalInstrument", "InstrumentSeries", "Group", "Place")}
_NAMES = {SKOS + "prefLabel", SKOS + "altLabel", SR + "nameAsPrinted"}
_STANDS = {SR + "isStatedIn", SR + "isSeenIn"}
# What is spoken of where a thing is: a provision's act, an act's issuer, an indicator's groups.
_LEADS = {SR + "isPartOf", SR + "isIssuedBy", SR + "hasIndicator", SR + "isFor", SR + "concerns"}
_NOT_MEANT = {SR + "leavesOpen", SKOS + "broader"}
_ARTICLE = re.compile("(?:[Tt]he|[Tt]his|[Aa]n?) ")
_BEGIN = re.compile(r"(?:^|[^\w\s,\"“«(’'])\s*$|\n\s*$")
_OFFSET = NamedNode(XSD + "nonNegativeInteger")


@dataclass(frozen=True)
class Mention(Span):
    """A printed name, the text unit in which it stands, and the thing that it names."""

    unit: Unit
    thing: str


def generate(evidence: Evidence) -> Generated:
    """mentions.ttl as the names of things and the text give it today."""
    path = evidence.folder / FILE
    triples = [triple for mention in mentions(evidence) for triple in _triples(evidence, mention)]
    content = turtle.write_turtle(triples, HEADER, evidence.prefixes)
    return Generated(path, evidence.project.name(path), content, (), COMMAND)


def mentions(evidence: Evidence) -> list[Mention]:
    """Every mention, in the order of the text."""
    spoken = _spoken(evidence)
    named = _named(evidence.graphs, {thing for things in spoken.values() for thing in things})
    owners: dict[str, set[str]] = {}
    for thing in named:
        for name in thing.names:
            owners.setdefault(name, set()).add(thing.iri)
    proper = {name for thing in named for name in thing.proper}
    everywhere = {name: {thing.iri} for thing in named for name in thing.clear if len(owners[name]) == 1}
    # A State and its territory have the same names: where neither is spoken of, the territory is meant.
    everywhere |= {
        name: {thing.iri} for thing in named if thing.is_place for name in thing.names if len(owners[name]) > 1
    }
    found: list[Mention] = []
    taken: list[tuple[Span, set[str]]] = []
    for span, name in _printed(evidence, owners):
        unit = _unit(evidence.units, span)
        around = [(other, things) for other, things in taken if other.start < span.end and span.start < other.end]
        inside = any(other.holds(span) for other, _ in around)
        if unit is None or (around and not inside and _ARTICLE.match(name)):
            continue  # “The Law” before “of the Republic” is the beginning of the longer name
        clear = everywhere.get(name, set())
        if inside:
            things = clear.difference(*(others for _, others in around)) if name in proper else set()
        else:
            things = owners[name] & spoken.get(unit.iri, set()) or clear
        taken.append((span, things))
        found += [Mention(span.start, span.end, unit, thing) for thing in things]
    return sorted(found, key=lambda mention: (mention.start, mention.end, mention.thing))


def _spoken(evidence: Evidence) -> dict[str, set[str]]:
    """IRI of a text unit → what its statements, requests and notes speak of, and what that leads to."""
    leads: dict[str, set[str]] = {}
    units: dict[str, set[str]] = {}
    speaks: dict[str, set[str]] = {}
    for triple in _facts(evidence.graphs.values()):
        subject, predicate, thing = triple.subject.value, triple.predicate.value, triple.object.value
        if predicate in _LEADS:
            leads.setdefault(subject, set()).add(thing)
        if predicate in _STANDS:
            units.setdefault(subject, set()).add(thing)
        elif predicate not in _NOT_MEANT:
            speaks.setdefault(subject, set()).add(thing)
    own = {unit.iri for unit in evidence.units}
    spoken: dict[str, set[str]] = {}
    for subject in speaks:
        for unit in ({subject} | units.get(subject, set()) | leads.get(subject, set())) & own:
            spoken.setdefault(unit, set()).update(_reached(speaks[subject] - own, leads))
    return spoken


def _reached(things: set[str], leads: Mapping[str, set[str]]) -> set[str]:
    reached, left = set(things), list(things)
    while left:
        new = leads.get(left.pop(), set()) - reached
        reached |= new
        left += new
    return reached


def _facts(graphs: Iterable[Iterable[Triple]]) -> Iterator[Triple]:
    for triples in graphs:
        for triple in triples:
            if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode):
                yield triple


@dataclass(frozen=True)
class _Named:
    """A thing with its names: all, those that mean it wherever they are printed, those that capitals make names."""

    iri: str
    is_place: bool
    names: frozenset[str]
    clear: frozenset[str]
    proper: frozenset[str]


def _named(graphs: Graphs, spoken: set[str]) -> list[_Named]:
    """What the report speaks of, with its names; a sentence may begin with each of them."""
    kinds = {t.subject.value: t.object.value for t in _facts(graphs.values()) if t.object.value in _NAMED}
    names: dict[str, set[str]] = {}
    usual: dict[str, set[str]] = {}  # of a group, the name that is used for it here and in the text
    for triples in graphs.values():
        for triple in triples:
            iri, name = triple.subject.value, triple.object
            if triple.predicate.value not in _NAMES or iri not in kinds or iri not in spoken:
                continue
            if isinstance(name, Literal) and name.language in (None, "en"):
                names.setdefault(iri, set()).add(name.value)
                if triple.predicate.value == SR + "nameAsPrinted" and kinds[iri] == SR + "Group":
                    usual.setdefault(iri, set()).add(name.value)
    named = []
    for iri in sorted(names):
        proper = {name for name in names[iri] if _is_proper(name, names[iri])}
        clear = proper | usual.get(iri, set()) | {name for name in names[iri] if " " in _ARTICLE.sub("", name, count=1)}
        forms = (
            frozenset(form for name in some for form in (name, _at_first(name))) for some in (names[iri], clear, proper)
        )
        named.append(_Named(iri, kinds[iri] == SR + "Place", *forms))
    return named


def _at_first(name: str) -> str:
    return name[:1].upper() + name[1:]


def _is_proper(name: str, names: set[str]) -> bool:
    """Whether capitals make it a name: “Supreme Court”, and “the Supreme Court” beside it, not “The courts”."""
    article = _ARTICLE.match(name)
    if article:
        return name[article.end() :] in names and _is_proper(name[article.end() :], names)
    return name[:1].lower() + name[1:] not in names and name != name.lower()


def _printed(evidence: Evidence, names: Iterable[str]) -> list[tuple[Span, str]]:
    """Where each name is printed, the longest first; a capital that only a sentence's begin gives stands only there."""
    content = evidence.text.content
    whole, names = Span(0, len(content)), set(names)
    printed = [
        (span, name)
        for name in names
        for span in printed_in(content, name, whole)
        if not name[:1].isupper()
        or name[:1].lower() + name[1:] not in names
        or _BEGIN.search(content, max(0, span.start - 4), span.start)
    ]
    return sorted(printed, key=lambda entry: (entry[0].start - entry[0].end, entry[0].start))


def _unit(units: tuple[Unit, ...], span: Span) -> Unit | None:
    unit = units[max(0, bisect_right([unit.start for unit in units], span.start) - 1)]
    return unit if unit.holds(span) else None


def _triples(evidence: Evidence, mention: Mention) -> list[Triple]:
    kind, slug = mention.thing.rsplit("/", 2)[1:]
    iri = NamedNode(evidence.iri("mention", f"{mention.start}.{kind}.{slug}"))
    facts = (
        (RDF + "type", NamedNode(SR + "Mention")),
        (SR + "endOffset", Literal(str(mention.end), datatype=_OFFSET)),
        (SR + "isLocatedIn", NamedNode(mention.unit.iri)),
        (SR + "mentions", NamedNode(mention.thing)),
        (SR + "startOffset", Literal(str(mention.start), datatype=_OFFSET)),
        (SR + "token", Literal(evidence.text.at(mention))),
    )
    return [Triple(iri, NamedNode(predicate), value) for predicate, value in facts]
