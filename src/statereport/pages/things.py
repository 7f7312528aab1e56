"""One page for each thing: what is said of it and points to it, where it stands in the text, and what its kind calls for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from statereport.errors import AddressUnknown
from statereport.graph.describe import ASSERTED, INFERRED, NOTED, Description, Fact
from statereport.pages import cells, citations, sections
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, html
from statereport.rdf import namespaces

ORIGINS = (ASSERTED, INFERRED, NOTED)
# Told at the head of the page, and not once more among the facts.
_HEAD = (
    "skos:prefLabel",
    "rdfs:label",
    "skos:definition",
    "sr:gist",
    "rdfs:isDefinedBy",
    "sr:digest",
    "sr:startOffset",
    "sr:endOffset",
)
FEW = 12


@dataclass(frozen=True)
class Said:
    """A property with what it has: each value, and for what follows where it is explained."""

    property: cells.Thing
    values: tuple[tuple[cells.Thing, str], ...]


@dataclass(frozen=True)
class Origin:
    """What is asserted, inferred or noted: of the thing, and by what points to it."""

    name: str
    facts: tuple[Said, ...]
    mentions: tuple[Said, ...]


def page(context: Context, address: Address, space: str, name: str) -> Page:
    """The page of a thing, a term, a shape or a named graph."""
    iri = f"{namespaces.BASE}{space}/{name}"
    if space == "graph":
        return _graph(context, address, iri)
    told = context.graph.describe(iri)
    label = context.names.label(iri)
    return html(
        context,
        address,
        "thing.html",
        headers=(("Link", f'<{iri}>; rel="canonical", </{space}/{name}.ttl>; rel="alternate"; type="text/turtle"'),),
        iri=iri,
        document=f"/{space}/{name}",
        label=cells.Thing(label.text, label.language),
        names=[cells.Thing(it.text, it.language) for it in context.names.labels.get(iri, ())[1:]],
        short=context.names.short(iri),
        classes=[cells.thing(it, context.names) for it in told.classes],
        lead=[
            _value(context, fact)
            for fact in told.facts
            if context.names.short(fact.predicate) in ("skos:definition", "sr:gist", "sr:message")
        ],
        printed=[fact.value.value for fact in told.facts if fact.predicate == f"{namespaces.SR}asPrinted"],
        unit=context.names.by_iri.get(iri),
        passages=cells.passages(context.names.stated.get(iri, ()), context.names),
        places=_places(context, told),
        origins=_origins(context, told),
        sections=sections.sections(context, told),
        cite=citations.citation(context, label.text, iri),
        few=FEW,
    )


def why(context: Context, address: Address) -> Page:
    """Why a statement was inferred: the rule, and the statements that it was applied to."""
    wanted = tuple(address.value(part) for part in ("subject", "predicate", "object"))
    known = (t for t in context.inference.triples if (t.subject.value, t.predicate.value, str(t.object)) == wanted)
    found = next(known, None)
    if found is None:
        raise AddressUnknown(
            where="/why",
            what="This statement is not among the inferred ones: it is asserted, or does not hold.",
            hint="follow the link “why” beside a statement that is marked as inferred.",
        )
    explained = context.inference.explain(found)
    rule = context.rules.get(explained.rule.removeprefix("rule "))
    premises = [(_triple(context, t), _reason(t) if t in explained.inferred else "") for t in explained.premises]
    return html(
        context,
        address,
        "why.html",
        statement=_triple(context, found),
        rule=explained.rule,
        header=rule,
        premises=premises,
    )


def _graph(context: Context, address: Address, iri: str) -> Page:
    rows = {row["graph"]: row["triples"] for row in context.graph.ask("pages/graphs")}
    if iri not in rows:
        raise AddressUnknown(
            where=address.path, what="There is no graph of this name.", hint="all graphs are listed at /about."
        )
    subjects = [cells.thing(row["subject"], context.names) for row in context.graph.ask("pages/subjects", graph=iri)]
    classes = [
        (cells.thing(row["class"], context.names), row["number"])
        for row in context.graph.ask("pages/classes-of-graph", graph=iri)
    ]
    return html(
        context,
        address,
        "graph.html",
        iri=iri,
        document=f"/{iri.removeprefix(namespaces.BASE)}",
        name=iri.removeprefix(namespaces.GRAPH),
        triples=rows[iri],
        classes=classes,
        subjects=subjects,
        few=FEW,
    )


def _origins(context: Context, told: Description) -> list[Origin]:
    found = []
    for name in ORIGINS:
        facts = [
            f for f in told.facts if f.origin == name and context.names.short(f.predicate) not in (*_HEAD, "sr:message")
        ]
        mentions = [f for f in told.mentions if f.origin == name]
        origin = Origin(name, _said(context, told.iri, facts, False), _said(context, told.iri, mentions, True))
        if origin.facts or origin.mentions:
            found.append(origin)
    return found


def _said(context: Context, iri: str, facts: Iterable[Fact], backwards: bool) -> tuple[Said, ...]:
    """Facts by their property. Seen backwards, their values are the things that point here."""
    by_property: dict[str, list[tuple[cells.Thing, str]]] = {}
    for fact in facts:
        reason = ""
        if fact.origin == INFERRED:
            subject, value = (fact.value.value, f"<{iri}>") if backwards else (iri, str(fact.value))
            reason = cells.address("/why", subject=subject, predicate=fact.predicate, object=value)
        by_property.setdefault(fact.predicate, []).append((_value(context, fact), reason))
    return tuple(Said(cells.thing(name, context.names), tuple(values)) for name, values in by_property.items())


def _value(context: Context, fact: Fact) -> cells.Thing:
    return cells.term(fact.value, context.names)


def _places(context: Context, told: Description) -> list[tuple[cells.Thing, cells.Thing, str]]:
    """Where it stands: the passage, the statement made there, and the fragment. Terms stand in no text."""
    if told.iri.startswith((namespaces.SR, namespaces.SHAPE)):
        return []
    found = []
    for place in told.places:
        if place.unit != told.iri and place.passage:
            unit = cells.passages([place.passage], context.names)[0]
            found.append((unit, cells.thing(place.statement, context.names), place.fragment))
    return list(dict.fromkeys(found))


def _triple(context: Context, triple) -> tuple[cells.Thing, cells.Thing, cells.Thing]:
    return tuple(cells.term(part, context.names) for part in triple)


def _reason(triple) -> str:
    return cells.address(
        "/why", subject=triple.subject.value, predicate=triple.predicate.value, object=str(triple.object)
    )
