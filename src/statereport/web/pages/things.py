"""One page for each thing: what is said of it and points to it, where it stands in the text, and what its kind calls for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from statereport import vocab
from statereport.describe import ASSERTED, INFERRED, NOTED, Description, Fact
from statereport.errors import AddressUnknown
from statereport.web import citing, kinds, shown
from statereport.web import page as pages
from statereport.web.http import Request, Response
from statereport.web.site import Site

ORIGINS = (ASSERTED, INFERRED, NOTED)
# Told at the head of the page, and not once more among the facts.
_HEAD = ("skos:prefLabel", "rdfs:label", "skos:definition", "sr:gist", "rdfs:isDefinedBy", "sr:digest", "sr:startOffset", "sr:endOffset")
FEW = 12


@dataclass(frozen=True)
class Said:
    """A property with what it has: each value, and for what follows where it is explained."""

    property: shown.Thing
    values: tuple[tuple[shown.Thing, str], ...]


@dataclass(frozen=True)
class Origin:
    """What is asserted, inferred or noted: of the thing, and by what points to it."""

    name: str
    facts: tuple[Said, ...]
    mentions: tuple[Said, ...]


def page(site: Site, request: Request, space: str, name: str) -> Response:
    """The page of a thing, a term, a shape or a named graph."""
    iri = f"{vocab.BASE}{space}/{name}"
    if space == "graph":
        return _graph(site, request, iri)
    told = site.graph.describe(iri)
    label = site.names.label(iri)
    return pages.html(
        site, request, "thing.html",
        headers=(("Link", f'<{iri}>; rel="canonical", </{space}/{name}.ttl>; rel="alternate"; type="text/turtle"'),),
        iri=iri,
        address=f"/{space}/{name}",
        label=shown.Thing(label.text, label.language),
        names=[shown.Thing(it.text, it.language) for it in site.names.labels.get(iri, ())[1:]],
        short=site.names.short(iri),
        classes=[shown.thing(it, site.names) for it in told.classes],
        lead=[_value(site, fact) for fact in told.facts if site.names.short(fact.predicate) in ("skos:definition", "sr:gist", "sr:message")],
        printed=[fact.value.value for fact in told.facts if fact.predicate == f"{vocab.SR}asPrinted"],
        unit=site.names.by_iri.get(iri),
        passages=shown.passages(site.names.stated.get(iri, ()), site.names),
        places=_places(site, told),
        origins=_origins(site, told),
        sections=kinds.sections(site, told),
        cite=citing.citation(site, label.text, iri),
        few=FEW,
    )


def why(site: Site, request: Request) -> Response:
    """Why a statement was inferred: the rule, and the statements that it was applied to."""
    wanted = tuple(request.value(part) for part in ("subject", "predicate", "object"))
    known = (t for t in site.inference.triples if (t.subject.value, t.predicate.value, str(t.object)) == wanted)
    found = next(known, None)
    if found is None:
        raise AddressUnknown(
            where="/why", what="This statement is not among the inferred ones: it is asserted, or does not hold.",
            mend="follow the link “why” beside a statement that is marked as inferred.")
    explained = site.inference.explain(found)
    rule = site.rules.get(explained.rule.removeprefix("rule "))
    premises = [(_triple(site, t), _reason(t) if t in explained.inferred else "") for t in explained.premises]
    return pages.html(site, request, "why.html", statement=_triple(site, found), rule=explained.rule, header=rule, premises=premises)


def _graph(site: Site, request: Request, iri: str) -> Response:
    rows = {row["graph"]: row["triples"] for row in site.graph.ask("pages/graphs")}
    if iri not in rows:
        raise AddressUnknown(where=request.path, what="There is no graph of this name.", mend="all graphs are listed at /about.")
    subjects = [shown.thing(row["subject"], site.names) for row in site.graph.ask("pages/subjects", graph=iri)]
    classes = [(shown.thing(row["class"], site.names), row["number"]) for row in site.graph.ask("pages/classes-of-graph", graph=iri)]
    return pages.html(
        site, request, "graph.html", iri=iri, address=f"/{iri.removeprefix(vocab.BASE)}", name=iri.removeprefix(vocab.GRAPH),
        triples=rows[iri], classes=classes, subjects=subjects, few=FEW)


def _origins(site: Site, told: Description) -> list[Origin]:
    found = []
    for name in ORIGINS:
        facts = [f for f in told.facts if f.origin == name and site.names.short(f.predicate) not in (*_HEAD, "sr:message")]
        mentions = [f for f in told.mentions if f.origin == name]
        origin = Origin(name, _said(site, told.iri, facts, False), _said(site, told.iri, mentions, True))
        if origin.facts or origin.mentions:
            found.append(origin)
    return found


def _said(site: Site, iri: str, facts: Iterable[Fact], backwards: bool) -> tuple[Said, ...]:
    """Facts by their property. Seen backwards, their values are the things that point here."""
    by_property: dict[str, list[tuple[shown.Thing, str]]] = {}
    for fact in facts:
        reason = ""
        if fact.origin == INFERRED:
            subject, value = (fact.value.value, f"<{iri}>") if backwards else (iri, str(fact.value))
            reason = shown.address("/why", subject=subject, predicate=fact.predicate, object=value)
        by_property.setdefault(fact.predicate, []).append((_value(site, fact), reason))
    return tuple(Said(shown.thing(name, site.names), tuple(values)) for name, values in by_property.items())


def _value(site: Site, fact: Fact) -> shown.Thing:
    return shown.term(fact.value, site.names)


def _places(site: Site, told: Description) -> list[tuple[shown.Thing, shown.Thing, str]]:
    """Where it stands: the passage, the statement made there, and the fragment. Terms stand in no text."""
    if told.iri.startswith((vocab.SR, vocab.SHAPE)):
        return []
    found = []
    for place in told.places:
        if place.unit != told.iri and place.passage:
            unit = shown.passages([place.passage], site.names)[0]
            found.append((unit, shown.thing(place.statement, site.names), place.fragment))
    return list(dict.fromkeys(found))


def _triple(site: Site, triple) -> tuple[shown.Thing, shown.Thing, shown.Thing]:
    return tuple(shown.term(part, site.names) for part in triple)


def _reason(triple) -> str:
    return shown.address("/why", subject=triple.subject.value, predicate=triple.predicate.value, object=str(triple.object))
