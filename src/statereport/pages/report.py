"""The report for reading: an overview, and a page for each theme with the Committee's requests and every passage."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from statereport.errors import AddressUnknown
from statereport.pages import cells, passages
from statereport.pages.context import Context
from statereport.pages.names import OPENING, Unit
from statereport.pages.page import Address, Page, render

ANSWERS = ("yes", "partly", "no")
OPENING_TITLE = "Opening paragraphs"
# Class → what its number is called on the first page, and where the things are listed.
_COUNTED = (
    ("Passage", "passages", "/report"),
    ("Figure", "figures", "/query/tables/figures.html"),
    ("Measure", "measures", "/query/tables/measures.html"),
    ("Norm", "norms", "/query/tables/norms.html"),
    ("Claim", "claims", "/query/tables/claims.html"),
    ("Citation", "citations of law", "/query/tables/citations.html"),
    ("LegalInstrument", "legal instruments", "/law"),
    ("Address", "requests", "/query/committee/requests-and-answers.html"),
)


@dataclass(frozen=True)
class CommitteeRequest:
    """What the Committee asks under a theme.

    thing      a summary of the request in our own words, with its link
    answer     whether the report answers it: yes, partly or no
    answered   the same in words
    report     the short name of the report that answers
    passages   links to the passages that answer it
    """

    thing: cells.Thing
    theme: str
    answer: str
    answered: str
    report: str
    passages: tuple[cells.Thing, ...]


@dataclass(frozen=True)
class Theme:
    """A theme in a list: its number and title, the number of its passages, and answer → number of its requests."""

    number: str
    label: str
    unit: Unit
    answers: tuple[tuple[str, int], ...]
    passages: int


@dataclass(frozen=True)
class ReportHeader:
    """Which report this is: labels of its State, committee, treaty and period, and what is counted on the first page.

    counts   number, what is counted, and where it is listed
    """

    label: str
    state: str
    committee: str
    treaty: str
    period: str
    thing: cells.Thing
    counts: tuple[tuple[int, str, str], ...]


def report_header(context: Context) -> ReportHeader:
    """Which State reports to which committee, and how much the graph holds: of the first report that has themes."""
    read = {unit.report for unit in context.names.units if unit.kind == "Theme"}
    row = min(context.graph.ask("committee/the-report-and-its-frame"), key=lambda row: row["report"] not in read)
    numbers = {found["class"].rpartition("/")[2]: found["number"] for found in context.graph.ask("pages/classes")}
    return ReportHeader(
        label=row["label"],
        state=row["state"],
        committee=row["committee"],
        treaty=row["treaty"],
        period=row["period"] or "",
        thing=cells.thing(row["report"], context.names),
        counts=tuple((numbers.get(name, 0), what, path) for name, what, path in _COUNTED),
    )


def committee_requests(context: Context) -> tuple[CommitteeRequest, ...]:
    """Every request of the Committee, in the order of the themes."""
    by_request: dict[str, list[dict[str, Any]]] = {}
    for row in context.graph.ask("pages/requests"):
        by_request.setdefault(row["request"], []).append(row)
    return tuple(
        CommitteeRequest(
            thing=cells.thing(iri, context.names),
            theme=rows[0]["theme"],
            answer=rows[0]["answer"].rpartition("/")[2],
            answered=rows[0]["answered"],
            report=rows[0]["report"],
            passages=cells.passages(
                (row["passage"] for row in rows if row["passage"]), context.names, rows[0]["report"]
            ),
        )
        for iri, rows in by_request.items()
    )


def themes(context: Context) -> tuple[Theme, ...]:
    """Every theme in the order of the text."""
    answers: dict[str, Counter[str]] = {}
    for request in committee_requests(context):
        answers.setdefault(request.theme, Counter())[request.answer] += 1
    inside = Counter(unit.theme for unit in context.names.units if unit.kind == "Passage")
    return tuple(
        Theme(
            unit.number,
            unit.label,
            unit,
            tuple((answer, found[answer]) for answer in ANSWERS if found[answer]),
            inside[unit.number],
        )
        for unit in context.names.units
        if unit.kind == "Theme"
        for found in [answers.get(unit.number, Counter())]
    )


def report_page(context: Context, address: Address) -> Page:
    """The parts and themes of the report, and the requests that it does not answer, or answers in part."""
    parts = [unit for unit in context.names.units if unit.kind == "Part"]
    listed = themes(context)
    return render(
        context,
        address,
        "report.html",
        header=report_header(context),
        parts_of_report=[(part, [theme for theme in listed if theme.unit.whole == part.iri]) for part in parts],
        unanswered=[request for request in committee_requests(context) if request.answer != "yes"],
        articles=passages.articles_of_parts(context),
        opening=sum(unit.theme == OPENING for unit in context.names.units),
        opening_title=OPENING_TITLE,
        missing=_missing(listed),
    )


def theme_page(context: Context, address: Address, number: str) -> Page:
    """A theme: what the Committee asks, and each passage with its statements. Raises AddressUnknown."""
    order = [OPENING, *(theme.number for theme in themes(context))]
    if number not in order:
        raise AddressUnknown(
            where=address.path,
            what=f"The report has no theme {number}.",
            hint=f"its themes are: {', '.join(order[1:])}.",
        )
    here = order.index(number)
    unit = context.names.unit(f"theme {number}")
    return render(
        context,
        address,
        "theme.html",
        unit=unit,
        number=number,
        label=unit.label if unit else OPENING_TITLE,
        part=context.names.by_iri.get(unit.whole) if unit else None,
        articles=passages.articles_of_parts(context).get(unit.whole, ()) if unit else (),
        requests=sorted(
            (request for request in committee_requests(context) if request.theme == number),
            key=lambda request: -ANSWERS.index(request.answer),
        ),
        passages=passages.passages_of_theme(context, number),
        heading=passages.text_of(context, unit) if unit else None,
        before=order[here - 1] if here else "",
        after=order[here + 1] if here + 1 < len(order) else "",
    )


def _missing(listed: tuple[Theme, ...]) -> list[str]:
    """The numbers between the first and the last theme that no theme has."""
    numbers = [int(theme.number) for theme in listed]
    return [str(number) for number in range(min(numbers, default=0), max(numbers, default=0)) if number not in numbers]
