"""The first page: what this is, search, eight questions, a chart, doors into the graph, and everything else behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from statereport.graph import discrepancies
from statereport.pages import about, cells, charts, questions, report
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, render
from statereport.questions import chart
from statereport.rdf.terms import is_iri

if TYPE_CHECKING:
    from statereport.questions.saved import SavedQuery
    from statereport.sparql.answers import Answer

# How many discrepancies the first page shows, and how many links a door has.
FEW = 6
# The questions that show best what can be asked, and the one whose chart is shown; any that there is not is left out.
GOOD = (
    "committee/requests-not-answered",
    "groups/what-is-said-of-a-group",
    "measures/measures-by-kind-and-status",
    "law/what-changed-in-a-period",
    "bodies/who-is-responsible-for-what",
    "statistics/key-figures",
    "convention/what-bears-on-an-article",
    "law/norms-of-an-instrument",
)
CHARTED = "law/laws-cited-most"
# Title of a door, the question that it leads to, and whether it shows the choices of that question or the things in the
# first column of its answer.
_DOORS = (
    ("Subjects", "convention/everything-on-a-subject", True),
    ("Groups of people", "groups/groups-most-spoken-of", False),
    ("Laws", "law/laws-cited-most", False),
    ("Places", "measures/what-happens-in-a-place", True),
)
# Doors behind which there is a page, and not only the question.
_PAGES = {"Laws": "/law", "Places": "/places"}


@dataclass(frozen=True)
class Door:
    """A way into the graph: its title, some things behind it, and where all of them are."""

    title: str
    links: tuple[cells.Thing, ...]
    all: str


def home_page(context: Context, address: Address) -> Page:
    """What the data are, and the ways into them; every question and every theme is there, folded."""
    found = discrepancies.entries(context.graph)
    asked = {question.name: question for question in context.questions}
    pictured = asked.get(CHARTED)
    answer = context.graph.ask(CHARTED) if pictured else None
    shown = pictured and pictured.chart and answer.rows
    return render(
        context,
        address,
        "home.html",
        good=[asked[name] for name in GOOD if name in asked],
        chart=_chart(context, pictured, answer) if shown else None,
        charted=pictured,
        doors=[_reports(context), *_doors(context, asked)],
        topics=questions.topics(context),
        sections={it.iri: report.themes(context, it.iri) for it in report.report_headers(context)},
        reports=report.report_headers(context),
        counts=report.counts(context),
        discrepancies=found[:FEW],
        count=len(found),
        dataset=about.dataset(context),
    )


def _chart(context: Context, question: SavedQuery, answer: Answer) -> charts.ChartImage:
    """The chart of a question, whose alternative text leads to the question for its numbers."""
    image = charts.chart_image(chart.of(question, answer, context.graph.charting), f"/query/{question.name}")
    return replace(image, alternative=f"Chart: {image.title} The page of this question has its numbers.")


def _reports(context: Context) -> Door:
    links = (cells.Thing(it.label, "en", it.path) for it in report.report_headers(context))
    return Door("Reports", tuple(links), "/report")


def _doors(context: Context, asked: Mapping[str, SavedQuery]) -> list[Door]:
    found = []
    for title, name, by_choice in _DOORS:
        if name not in asked:
            continue
        parameter = next((it.name for it in asked[name].parameters if it.type == "iri"), "") if by_choice else ""
        path = f"/query/{name}.html"
        if parameter:
            choices = list(context.graph.choices(name, parameter).items())
            links = [cells.Thing(label, "en", cells.address(path, **{parameter: value})) for value, label in choices]
        else:
            firsts = dict.fromkeys(row[0].value for row in context.graph.ask(name).rows if is_iri(row[0]))
            links = [cells.thing(iri, context.names) for iri in firsts]
        found.append(Door(title, tuple(links[:FEW]), _PAGES.get(title, path)))
    return found
