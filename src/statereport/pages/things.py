"""A page for each thing: its statements, mentions of it, its places in the text, and sections for its class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from statereport.errors import AddressUnknown, NotInferred
from statereport.graph.describe import ASSERTED, DRAFT, INFERRED, NOTED, Description, Fact
from statereport.pages import cells, citations, portrait, sections
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, render
from statereport.rdf import namespaces
from statereport.rdf.terms import text

ORIGINS = (ASSERTED, INFERRED, NOTED, DRAFT)
# Shown at the head of the page, and not again among the facts.
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
_ALSO = namespaces.SKOS + "altLabel"
# How many entries of a long list are shown before it is folded.
FEW = 12


@dataclass(frozen=True)
class Facts:
    """A property with its values; beside each value the path of its explanation, "" where it is not inferred."""

    property: cells.Thing
    values: tuple[tuple[cells.Thing, str], ...]


@dataclass(frozen=True)
class Origin:
    """What is asserted, inferred or noted: the facts of the thing, and the mentions of it in those of other things."""

    name: str
    facts: tuple[Facts, ...]
    mentions: tuple[Facts, ...]


def thing_page(context: Context, address: Address, space: str, name: str) -> Page:
    """The page of a thing, a term, a shape or a named graph. Raises UnknownName, AddressUnknown."""
    iri = f"{namespaces.BASE}{space}/{name}"
    if space == "graph":
        return _graph_page(context, address, iri)
    description = context.graph.describe(iri)
    label = context.names.label(iri)
    return render(
        context,
        address,
        "thing.html",
        headers=(("Link", f'<{iri}>; rel="canonical", </{space}/{name}.ttl>; rel="alternate"; type="text/turtle"'),),
        iri=iri,
        document=f"/{space}/{name}",
        label=cells.Thing(label.text, label.language),
        names=[cells.Thing(it.text, it.language) for it in context.names.labels.get(iri, ()) if it != label],
        others=[_value(context, fact) for fact in description.facts if fact.predicate == _ALSO],
        short=context.names.short(iri),
        classes=_classes(context, description),
        lead=[
            _value(context, fact)
            for fact in description.facts
            if context.names.short(fact.predicate) in ("skos:definition", "sr:gist", "sr:message")
        ],
        printed=[text(fact.value) for fact in description.facts if fact.predicate == f"{namespaces.SR}asPrinted"],
        sentence=portrait.sentence(context, description),
        data=portrait.own_data(context, description) if space == "id" else (),
        said_of=portrait.said_of(context, description),
        asks=portrait.questions_about(context, iri),
        many=portrait.FEW_ROWS,
        state=next(iter(portrait.states(context).get(context.names.report_of(iri), ())), None),
        unit=context.names.by_iri.get(iri),
        passages=cells.passages(context.names.stated.get(iri, ()), context.names, context.names.report_of(iri)),
        places=_places(context, description),
        origins=_origins(context, description),
        sections=sections.sections(context, description),
        noted=context.names.noted.get(iri, ()),
        cite=citations.cite(context, label.text, iri),
        few=FEW,
    )


def why_page(context: Context, address: Address) -> Page:
    """Why a statement is inferred: the rule, and the premises that it was applied to. Raises AddressUnknown."""
    subject, predicate, value = (address.value(part) for part in ("subject", "predicate", "object"))
    try:
        explained = context.explanations.explain(f"<{subject}> <{predicate}> {value}")
    except NotInferred:
        raise AddressUnknown(
            where="/why",
            what="This statement is not inferred: it is asserted, or it does not hold.",
            hint="follow the link “why” beside a statement that is marked as inferred.",
        ) from None
    rule = context.rules.get(explained.rule.removeprefix("rule "))
    premises = [(_triple(context, t), _reason(t) if t in explained.inferred else "") for t in explained.premises]
    return render(
        context,
        address,
        "why.html",
        statement=_triple(context, explained.triple),
        rule=explained.rule,
        header=rule,
        premises=premises,
    )


def _graph_page(context: Context, address: Address, iri: str) -> Page:
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
    return render(
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


def _origins(context: Context, description: Description) -> list[Origin]:
    found = []
    hidden = (*_HEAD, "sr:message")
    for name in ORIGINS:
        facts = [
            fact
            for fact in description.facts
            if fact.origin == name and context.names.short(fact.predicate) not in hidden
        ]
        mentions = [fact for fact in description.mentions if fact.origin == name]
        if facts or mentions:
            iri = description.iri
            found.append(Origin(name, _facts(context, iri, facts), _facts(context, iri, mentions, backwards=True)))
    return found


def _facts(context: Context, iri: str, facts: Iterable[Fact], backwards: bool = False) -> tuple[Facts, ...]:
    """Facts by their property; `backwards`, their values are the things that mention this one."""
    by_property: dict[str, list[tuple[cells.Thing, str]]] = {}
    for fact in facts:
        why = ""
        # Statements in foreign terms follow from a link of the ontology, and have no rule to show.
        if fact.graph == f"{namespaces.GRAPH}inferred" and context.explanations:
            subject, value = (fact.value.value, f"<{iri}>") if backwards else (iri, str(fact.value))
            why = cells.address("/why", subject=subject, predicate=fact.predicate, object=value)
        by_property.setdefault(fact.predicate, []).append((_value(context, fact), why))
    return tuple(Facts(cells.thing(name, context.names), tuple(values)) for name, values in by_property.items())


def _classes(context: Context, description: Description) -> list[cells.Thing]:
    """The classes of a thing, those of the vocabulary where it has any."""
    own = [iri for iri in description.classes if iri.startswith(namespaces.SR)]
    return [cells.thing(iri, context.names) for iri in own or description.classes]


def _value(context: Context, fact: Fact) -> cells.Thing:
    return cells.term(fact.value, context.names)


def _places(context: Context, description: Description) -> list[tuple[cells.Thing, cells.Thing, str]]:
    """The places in the text: passage, statement and fragment. Terms and shapes have none."""
    if description.iri.startswith((namespaces.SR, namespaces.SHAPE)):
        return []
    found = []
    for place in description.places:
        if place.unit != description.iri and place.passage:
            report = context.names.report_of(place.statement)
            passage = cells.passages([place.passage], context.names, report)[0]
            found.append((passage, cells.thing(place.statement, context.names), place.fragment))
    return list(dict.fromkeys(found))


def _triple(context: Context, triple) -> tuple[cells.Thing, cells.Thing, cells.Thing]:
    return tuple(cells.term(part, context.names) for part in triple)


def _reason(triple) -> str:
    return cells.address(
        "/why", subject=triple.subject.value, predicate=triple.predicate.value, object=str(triple.object)
    )
