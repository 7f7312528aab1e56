"""The timeline: events, measures and instruments in the order of time, by year, of one report or of all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from statereport.errors import AddressUnknown
from statereport.pages import cells, charts, portrait
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, render
from statereport.questions.chart import Chart, Point

QUESTION = "events/timeline"
FIELDS = ("report", "kind", "since", "until")
# Kind → the word for several of it.
KINDS = {"event": "events", "measure": "measures", "instrument": "instruments"}
NO_YEAR = "without a year"


@dataclass(frozen=True)
class Dated:
    """An event, measure or instrument with its date.

    date      as precise as the report gives it: a year, a month or a day
    until     the same for its end, or ""
    year      its year, or NO_YEAR
    report    the short name of the report
    state     the State of that report, where there are several
    """

    date: str
    until: str
    year: str
    kind: str
    thing: cells.Thing
    report: str
    state: str
    passages: tuple[cells.Thing, ...]


def timeline_page(context: Context, address: Address) -> Page:
    """What is dated, by year; ?report=, ?kind=, ?since= and ?until= choose among it."""
    chosen = {name: address.value(name) for name in FIELDS}
    every = dated(context)
    shown = [it for it in every if _fits(it, chosen)]
    years: dict[str, list[Dated]] = {}
    for it in shown:
        years.setdefault(it.year, []).append(it)
    known = [year for year in dict.fromkeys(it.year for it in every) if year != NO_YEAR]
    drawn = _chart(context, chosen, shown)
    given = [(name, value) for name, value in chosen.items() if value]
    return render(
        context,
        address,
        "timeline.html",
        years=years,
        total=len(shown),
        every=len(every),
        known=known,
        chosen=chosen,
        kinds=[(kind, words, sum(it.kind == kind for it in every)) for kind, words in KINDS.items()],
        reports=[
            (iri.rpartition("/")[2], state.text, sum(it.report == iri.rpartition("/")[2] for it in every))
            for iri, (state,) in portrait.states(context).items()
        ],
        chart=charts.chart_image(drawn, "/timeline", given) if drawn else None,
        question=f"/query/{QUESTION}.html",
    )


def timeline_chart(context: Context, address: Address) -> Page:
    """How many entries each year of the timeline at the same address has, as a chart.

    Raises AddressUnknown where fewer than two years have any.
    """
    chosen = {name: address.value(name) for name in FIELDS}
    shown = [it for it in dated(context) if _fits(it, chosen)]
    drawn = _chart(context, chosen, shown)
    if drawn is None:
        raise AddressUnknown(
            where=address.path,
            what="This timeline has no chart: fewer than two years have an entry.",
            hint="choose other years, or another report or kind; /timeline lists what there is.",
        )
    return charts.specification_page(drawn)


def dated(context: Context) -> list[Dated]:
    """Every entry of the timeline, in the order of time; those whose year is not known last.

    There are none where the project has no question for them.
    """
    if all(question.name != QUESTION for question in context.questions):
        return []
    states = {iri.rpartition("/")[2]: state.text for iri, (state,) in portrait.states(context).items()}
    reports = {iri.rpartition("/")[2]: iri for iri in context.names.reports.values()}
    answer = context.graph.ask(QUESTION)
    head, place = answer.head("passages"), answer.columns.index("passages")
    return [
        Dated(
            date=row["date"],
            until=row["until"] or "",
            year=row["date"][:4] if row["date"][:4].isdecimal() else NO_YEAR,
            kind=row["kind"],
            thing=cells.thing(row["thing"], context.names),
            report=row["report"],
            state=states.get(row["report"], ""),
            passages=cells.passages(head.parts(terms[place]), context.names, reports.get(row["report"], "")),
        )
        for row, terms in zip(answer, answer.rows, strict=True)
    ]


def _fits(it: Dated, chosen: dict[str, str]) -> bool:
    since, until = chosen["since"], chosen["until"]
    return (
        chosen["report"] in ("", it.report)
        and chosen["kind"] in ("", it.kind)
        and (not (since or until) or (it.year != NO_YEAR and since <= it.year <= (until or "9999")))
    )


def _chart(context: Context, chosen: dict[str, str], shown: list[Dated]) -> Chart | None:
    """The number of entries of each kind in each of the latest years; None where fewer than two years have any."""
    years = list(dict.fromkeys(it.year for it in shown if it.year != NO_YEAR))[-12:]
    if len(years) < 2:
        return None
    counted = Counter((it.year, it.kind) for it in shown)
    points = tuple(
        Point(year, Decimal(counted[year, kind]), words, str(counted[year, kind]))
        for year in years
        for kind, words in KINDS.items()
        if counted[year, kind]
    )
    state = next((it.state for it in shown), "") if chosen["report"] else ""
    return Chart(
        "timeline",
        f"What is dated in the years {years[0]} to {years[-1]}",
        f"{context.base}/timeline",
        "bar",
        points,
        ("", "Entries"),
        source=f"Report of the {state}" if state else "",
        order=tuple(KINDS.values()),
    )
