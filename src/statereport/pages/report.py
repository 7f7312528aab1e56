"""The report for reading: an overview, and each theme with the Committee's requests and what every passage says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from statereport.errors import AddressUnknown
from statereport.pages import cells, passages
from statereport.pages.context import Context
from statereport.pages.names import Unit
from statereport.pages.page import Address, Page, html

ANSWERS = ("yes", "partly", "no")
OPENING = "0"
_COUNTED = (
    ("Passage", "passages", "/report"),
    ("Figure", "figures", "/query/tables/figures.html"),
    ("Measure", "measures", "/query/tables/measures.html"),
    ("Norm", "norms", "/query/tables/norms.html"),
    ("Claim", "claims", "/query/tables/claims.html"),
    ("Citation", "citations of law", "/query/tables/citations.html"),
    ("LegalInstrument", "legal instruments", "/law"),
    ("Address", "requests of the Committee", "/query/committee/requests-and-answers.html"),
)


@dataclass(frozen=True)
class Demand:
    """What the Committee asks under a theme: in our words, the answer (yes, partly or no, and in words), who answers."""

    thing: cells.Thing
    theme: str
    answer: str
    answered: str
    passages: tuple[cells.Thing, ...]


@dataclass(frozen=True)
class Theme:
    """A theme for lists: its number and words, and how many of its requests are answered, in part, or not."""

    number: str
    label: str
    unit: Unit | None
    answers: tuple[tuple[str, int], ...]
    passages: int


@dataclass(frozen=True)
class Frame:
    """Which report this is: its words and number of statements."""

    label: str
    state: str
    committee: str
    treaty: str
    period: str
    thing: cells.Thing
    counts: tuple[tuple[int, str, str], ...]


def frame(context: Context) -> Frame:
    """Which State reports to which committee, and how much there is in the graph."""
    row = next(iter(context.graph.ask("committee/the-report-and-its-frame")))
    counts = {found["class"].rpartition("/")[2]: found["number"] for found in context.graph.ask("pages/classes")}
    told = tuple((counts.get(name, 0), what, path) for name, what, path in _COUNTED)
    return Frame(
        row["label"],
        row["state"],
        row["committee"],
        row["treaty"],
        row["period"] or "",
        cells.thing(row["report"], context.names),
        told,
    )


def demands(context: Context) -> tuple[Demand, ...]:
    """Every request of the Committee, in the order of the themes."""
    told: dict[str, list[dict[str, Any]]] = {}
    for row in context.graph.ask("pages/requests"):
        told.setdefault(row["request"], []).append(row)
    return tuple(
        Demand(
            thing=cells.thing(address, context.names),
            theme=rows[0]["theme"],
            answer=rows[0]["answer"].rpartition("/")[2],
            answered=rows[0]["answered"],
            passages=cells.passages((row["passage"] for row in rows if row["passage"]), context.names),
        )
        for address, rows in told.items()
    )


def themes(context: Context) -> tuple[Theme, ...]:
    """Every theme in the order of the text."""
    counted: dict[str, Counter] = {}
    for demand in demands(context):
        counted.setdefault(demand.theme, Counter())[demand.answer] += 1
    inside = Counter(unit.theme for unit in context.names.units if unit.kind == "Passage")
    return tuple(
        Theme(
            unit.number,
            unit.label,
            unit,
            tuple(
                (answer, counted.get(unit.number, Counter())[answer])
                for answer in ANSWERS
                if counted.get(unit.number, Counter())[answer]
            ),
            inside[unit.number],
        )
        for unit in context.names.units
        if unit.kind == "Theme"
    )


def overview(context: Context, address: Address) -> Page:
    """Parts and themes, with what is answered and what is not."""
    parts = [unit for unit in context.names.units if unit.kind == "Part"]
    listed = themes(context)
    under = [(part, [theme for theme in listed if theme.unit.whole == part.iri]) for part in parts]
    return html(
        context,
        address,
        "report.html",
        frame=frame(context),
        parts_of_report=under,
        unanswered=[demand for demand in demands(context) if demand.answer != "yes"],
        articles=passages.articles(context),
        opening=sum(unit.theme == OPENING for unit in context.names.units),
        missing=_missing(listed),
    )


def theme(context: Context, address: Address, number: str) -> Page:
    """One theme: what is asked, and passage by passage what is said. Theme 0 is what stands before the first."""
    order = [OPENING, *(it.number for it in themes(context))]
    if number not in order:
        raise AddressUnknown(
            where=address.path,
            what=f"The report has no theme {number}.",
            hint=f"its themes are: {', '.join(order[1:])}.",
        )
    here = order.index(number)
    unit = context.names.by_reference.get(f"theme {number}")
    return html(
        context,
        address,
        "theme.html",
        unit=unit,
        number=number,
        label=unit.label if unit else "what stands before the first theme",
        part=context.names.by_iri.get(unit.whole) if unit else None,
        articles=passages.articles(context).get(unit.whole, ()) if unit else (),
        demands=sorted(
            (demand for demand in demands(context) if demand.theme == number),
            key=lambda demand: -ANSWERS.index(demand.answer),
        ),
        passages=passages.of_theme(context, number),
        heading=passages.words(context, unit) if unit else None,
        before=order[here - 1] if here else "",
        after=order[here + 1] if here + 1 < len(order) else "",
    )


def _missing(listed: tuple[Theme, ...]) -> list[str]:
    """Numbers between the first and the last theme that no theme has."""
    numbers = [int(it.number) for it in listed]
    return [str(number) for number in range(min(numbers, default=0), max(numbers, default=0)) if number not in numbers]
