"""What people want to know of a thing: what it is in a sentence, its own data, the statements about it, what to ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from statereport.graph.describe import ASSERTED, INFERRED, Description, Fact
from statereport.pages import cells
from statereport.pages.context import Context
from statereport.pages.names import Names
from statereport.rdf import namespaces
from statereport.rdf.terms import is_iri, plain, text

_TYPE = namespaces.RDF + "type"
# How the values of these properties continue "This is a …", in the order of the sentence.
_SENTENCE = {
    "isOfficeOf": "of {}",
    "hasParentBody": "under {}",
    "isIssuedBy": "issued by {}",
    "isSubmittedBy": "of {}",
    "isSubmittedTo": "to {}",
    "dated": "dated {}",
    "cites": "to {}",
    "measures": "that counts {}",
    "isForArea": "for {}",
    "isForPeriod": "in {}",
    "startDate": "from {}",
    "endDate": "until {}",
    "isResponsibilityOf": "for which {} is responsible",
    "isLaidDownIn": "in {}",
    "isPartOf": "in {}",
}
# The heading of each kind of thing that speaks of another, in a lawyer's order, and its classes.
_KINDS = (
    ("Requests and recommendations of the Committee", ("Request", "Recommendation")),
    ("Legal instruments", ("LegalInstrument", "InstrumentSeries")),
    ("Provisions", ("Provision",)),
    ("What law provides", ("Norm",)),
    ("Quantities in law", ("LegalQuantity",)),
    ("Measures", ("Measure",)),
    ("Figures", ("Figure", "Percentage", "Denial")),
    ("Events and cases", ("Event", "Proceeding", "BodyChange")),
    ("Claims", ("Claim",)),
    ("Citations of law", ("Citation",)),
    ("Bodies and offices", ("Body", "Office", "Agent")),
    ("Entries of lists", ("Group", "Place", "Indicator", "Period", "Code", "TotalCode", "Concept")),
    ("Figures worked out from others", ("DerivedFigure",)),
    ("Passages and headings", ("Passage", "Theme", "Part", "Report")),
)
# Classes of things that only pin statements to the text, or are shown elsewhere on the page.
_HIDDEN = ("Anchor", "Breakdown", "Cube", "Discrepancy", "IdentityDoubt", "Link", "Mention", "Note", "Numeral")
# Own data that stand elsewhere on the page, or that only machines want.
_ELSEWHERE = (
    "asPrinted",
    "digest",
    "endOffset",
    "gist",
    "hasDimension",
    "isPartIn",
    "isStatedIn",
    "isWrittenAs",
    "length",
    "message",
    "nameAsPrinted",
    "quote",
    "startOffset",
    "value",
)
_LAW = ("isLaidDownIn", "restsOn", "isSetBy", "cites")
# How many rows of a table are shown before the rest is folded.
FEW_ROWS = 20


@dataclass(frozen=True)
class Row:
    """A thing that speaks of this one.

    ways       how it does, read from this thing: "is responsible for"; an inferred one is marked
    report     the State whose report says it, where there are several reports
    quantity   its number with bound and unit, or ""
    """

    thing: cells.Thing
    ways: tuple[cells.Thing, ...]
    inferred: bool
    quantity: str
    times: tuple[cells.Thing, ...]
    law: tuple[cells.Thing, ...]
    status: tuple[cells.Thing, ...]
    passages: tuple[cells.Thing, ...]
    report: tuple[cells.Thing, ...] = ()


@dataclass(frozen=True)
class SaidOf:
    """The things of one kind that speak of this one: the heading, an id for it, and the rows in the text's order."""

    title: str
    id: str
    rows: tuple[Row, ...]

    def has(self, name: str) -> bool:
        """Whether any row has something in this column."""
        return any(getattr(row, name) for row in self.rows)


def sentence(context: Context, description: Description) -> str:
    """What a thing is, in a sentence made from its class, its kind and its own data; "" for terms of the vocabulary."""
    if not description.iri.startswith(namespaces.BASE + "id/"):
        return ""
    names, values = context.names.naming("en"), _own(description)  # the sentence is in English
    label = names.label(description.iri).text
    classes = [names.label(iri).text for iri in description.classes if iri.startswith(namespaces.SR)]
    kinds = [names.label(value.value).text for value in values.get("hasKind", ()) if is_iri(value)]
    if not classes:
        return ""
    # A body or instrument is best called by its kind; a measure or event is one of its kind.
    named = " or ".join(classes)
    kind = kinds[0] if kinds and kinds[0] != named else ""
    statement = context.names.report_of(description.iri)
    what = f"{named} ({kind})" if kind and statement else f"{kind} ({named})" if kind else named
    parts = [f"This is {'an' if what[0] in 'aeiou' else 'a'} {what}"]
    for name, pattern in _SENTENCE.items():
        shown = [cells.term(value, names).text for value in values.get(name, ())[:2]]
        shown = [it for it in shown if it and it != label]
        parts += [pattern.format(" and ".join(shown))] if shown else []
    if statement:
        parts.append(f"stated in “{names.label(statement).text}”")
    first, *others = parts
    return f"{first}{' ' if others else ''}{', '.join(others)}."


def own_data(context: Context, description: Description) -> tuple[tuple[cells.Thing, tuple[cells.Thing, ...]], ...]:
    """The thing's own data as a source states them: label of a property → its values."""
    found: dict[str, list[cells.Thing]] = {}
    for fact in _own_facts(description):
        name = fact.predicate.removeprefix(namespaces.SR)
        if name not in _ELSEWHERE and not name.startswith("printed"):
            found.setdefault(fact.predicate, []).append(cells.term(fact.value, context.names))
    order = [namespaces.SR + name for name in ("hasKind", "hasStatus")]
    listed = sorted(found, key=lambda iri: (iri not in order, context.names.label(iri).text))
    return tuple((_named(context, iri), tuple(found[iri])) for iri in listed)


def said_of(context: Context, description: Description) -> tuple[SaidOf, ...]:
    """What speaks of a thing, by kind, in the order of _KINDS. What only follows is left out where a source says more.

    Terms of the vocabulary and shapes have none: what uses them is counted in thousands.
    """
    if not description.iri.startswith(namespaces.BASE + "id/"):
        return ()
    details: dict[str, dict[str, list[Any]]] = {}
    for subject, name, value in context.graph.ask("pages/details-of-mentions", thing=description.iri).rows:
        own = details.setdefault(subject.value, {})
        own.setdefault("a" if name.value == _TYPE else name.value.removeprefix(namespaces.SR), []).append(value)
    of_states = states(context)
    facts: dict[str, list[Fact]] = {}
    for fact in description.mentions:
        of_lists = fact.predicate.startswith(namespaces.SKOS) and fact.origin != INFERRED
        if is_iri(fact.value) and (of_lists or fact.predicate.startswith(namespaces.SR)):
            facts.setdefault(fact.value.value, []).append(fact)
    by_kind: dict[str, list[tuple[Any, Row]]] = {}
    for iri, ways in facts.items():
        own = details.get(iri, {})
        title = _title(own.get("a", ()))
        # The provisions of an instrument have a section of their own, in their order.
        if title and not (title == "Provisions" and all(fact.origin == INFERRED or _is_part(fact) for fact in ways)):
            row = replace(_row(context.names, iri, ways, own), report=of_states.get(context.names.report_of(iri), ()))
            by_kind.setdefault(title, []).append(((_place(context.names, iri), row.thing.text), row))
    return tuple(
        SaidOf(title, f"of-{number}", tuple(row for _, row in sorted(by_kind[title], key=lambda pair: pair[0])))
        for number, (title, _) in enumerate(_KINDS, 1)
        if title in by_kind
    )


def questions_about(context: Context, iri: str) -> tuple[cells.Thing, ...]:
    """The saved questions that can be asked of a thing, each with the thing as its value."""
    short = context.names.short(iri)
    return tuple(
        cells.Thing(
            context.graph.question(name).summary, "en", cells.address(f"/query/{name}.html", **{parameter: short})
        )
        for name, parameter in context.askable.get(short, ())
    )


def _named(context: Context, iri: str) -> cells.Thing:
    """A property as the heading of its values: "kind" for "has kind"."""
    thing = cells.thing(iri, context.names)
    return replace(thing, text=thing.text.removeprefix("has "))


def states(context: Context) -> dict[str, tuple[cells.Thing, ...]]:
    """IRI of a report → the State that submits it, with a link to the report; empty where there is one report only."""
    if len(context.names.reports) < 2:
        return {}
    return {
        row["report"]: (cells.Thing(row["state"], "en", context.names.path(row["report"]), row["label"]),)
        for row in context.graph.ask("committee/the-report-and-its-frame")
    }


def _own_facts(description: Description) -> Iterable[Fact]:
    return (fact for fact in description.facts if fact.origin == ASSERTED and fact.predicate.startswith(namespaces.SR))


def _own(description: Description) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for fact in _own_facts(description):
        found.setdefault(fact.predicate.removeprefix(namespaces.SR), []).append(fact.value)
    return found


def _is_part(fact: Fact) -> bool:
    return fact.predicate == f"{namespaces.SR}isPartOf"


def _title(classes: Iterable[Any]) -> str:
    """The heading for a thing of these classes; "" where it is not listed."""
    names = {text(it).rpartition("/")[2].rpartition("#")[2] for it in classes}
    if names & set(_HIDDEN):
        return ""
    return next((title for title, of in _KINDS if names & set(of)), "")


def _row(names: Names, iri: str, facts: list[Fact], own: Mapping[str, list[Any]]) -> Row:
    stated = [fact for fact in facts if fact.origin != INFERRED]
    shown = stated or [fact for fact in facts if fact.origin == INFERRED]
    ways = dict.fromkeys(fact.predicate for fact in shown)

    def terms(*wanted: str) -> tuple[cells.Thing, ...]:
        return tuple(cells.term(value, names) for name in wanted for value in own.get(name, ()))

    unit = names.by_iri.get(iri)
    thing = cells.Thing(unit.label, "en", unit.path) if unit and unit.label else cells.thing(iri, names)
    return Row(
        thing=thing,
        ways=tuple(cells.Thing(label.text, label.language) for label in map(names.backwards, ways)),
        inferred=not stated,
        quantity=quantity(names, own),
        times=_times(terms("isForPeriod", "dated"), terms("startDate"), terms("endDate")),
        law=terms(*(name for name in _LAW if namespaces.SR + name not in ways)),
        status=terms("hasStatus"),
        passages=cells.passages([unit.reference] if unit else names.stated.get(iri, ()), names, names.report_of(iri)),
    )


def _times(
    dated: tuple[cells.Thing, ...], starts: tuple[cells.Thing, ...], ends: tuple[cells.Thing, ...]
) -> tuple[cells.Thing, ...]:
    """When something was: its periods and dates, and a beginning and end as one stretch."""
    if starts and ends and starts != ends:
        return (*dated, cells.Thing(f"{starts[0].text} to {ends[0].text}"))
    return tuple(dict.fromkeys((*dated, *starts, *ends)))


def _place(names: Names, iri: str) -> float:
    """Where in the text a thing stands first; after everything where it stands nowhere."""
    unit = names.by_iri.get(iri) or names.unit(next(iter(names.stated.get(iri, ())), ""), names.report_of(iri))
    return unit.start if unit else float("inf")


def quantity(names: Names, values: Mapping[str, list[Any]]) -> str:
    """The number of a statement with its bound and unit: "at least 50 %", "7,391 (school)"; "" where it has none."""
    if "value" not in values:
        return ""
    bound, unit = (values[name][0].value if name in values else "" for name in ("hasBound", "hasUnit"))
    number = cells.number(plain(values["value"][0]))
    parts = (
        "" if not bound or bound.endswith("/exact") else names.label(bound).text,
        number,
        "%" if unit.endswith("/percent") else f"({names.label(unit).text})" if unit else "",
    )
    return " ".join(part for part in parts if part)
