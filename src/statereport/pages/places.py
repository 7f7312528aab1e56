"""The places that the reports name: each country with the regions, cities and other places within it."""

from __future__ import annotations

from dataclasses import dataclass, field

from statereport.pages import cells, portrait
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, render

QUESTION = "tables/places"


@dataclass
class Place:
    """A place: its link, its kind, where each report speaks of it, and the places within it.

    reports   the State of a report, or "" where there is one report → the passages that speak of the place
    """

    thing: cells.Thing
    iri: str
    kind: str
    reports: dict[str, tuple[cells.Thing, ...]] = field(default_factory=dict)
    within: list[Place] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The last part of its IRI, which the page's address may end in."""
        return self.iri.rpartition("/")[2]

    @property
    def count(self) -> int:
        """How many passages speak of it."""
        return sum(map(len, self.reports.values()))

    @property
    def total(self) -> int:
        """How many passages speak of it or of a place within it; a passage that names two counts twice."""
        return self.count + sum(it.total for it in self.within)


def places_page(context: Context, address: Address) -> Page:
    """Every place, the larger ones first; those that reports speak of most come first."""
    found, tops = places(context)
    return render(
        context,
        address,
        "places.html",
        countries=[it for it in tops if it.within],
        others=[it for it in tops if not it.within],
        total=len(found),
        question=f"/query/{QUESTION}.html",
    )


def places(context: Context) -> tuple[dict[str, Place], list[Place]]:
    """Every place by its IRI, and those that are part of no other place, each with the places within it.

    There are none where the project has no question for them.
    """
    if all(question.name != QUESTION for question in context.questions):
        return {}, []
    states = {iri.rpartition("/")[2]: state.text for iri, (state,) in portrait.states(context).items()}
    reports = {unit.short: unit.report for unit in context.names.units}
    answer = context.graph.ask(QUESTION)
    heads = {name: (answer.head(name), answer.columns.index(name)) for name in ("passages", "part_of")}
    found: dict[str, Place] = {}
    larger: dict[str, str] = {}
    for row, terms in zip(answer, answer.rows, strict=True):
        iri = row["place"]
        place = found.setdefault(iri, Place(cells.thing(iri, context.names), iri, row["kind"] or ""))
        parts = {name: head.parts(terms[at]) if terms[at] is not None else [] for name, (head, at) in heads.items()}
        if parts["part_of"]:
            larger[iri] = parts["part_of"][0]
        short = row["report"] or ""
        known = cells.passages(parts["passages"], context.names, reports.get(short, ""))
        state = states.get(short) or (context.names.label(reports[short]).text if short in reports and states else "")
        place.reports[state] = (*place.reports.get(state, ()), *known)
    tops = []
    for iri, place in found.items():
        above = found.get(larger.get(iri, ""))
        (above.within if above and above is not place else tops).append(place)
    for listed in (tops, *(it.within for it in found.values())):
        listed.sort(key=lambda it: (-it.total, it.thing.text))
    return found, tops
