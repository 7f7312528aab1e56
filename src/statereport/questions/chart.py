"""A saved question's answer as a Vega-Lite specification: bars, columns, lines over the years, or large numbers.

The header says which: `chart: {type: bar, x: language, y: value}`, and where they help `series` (a column with one line
or colour of bars for each value), `bound` and `unit` (columns whose words stand with a number, but for "exact") and
`order` (the values of the series in their order). A row without x or y is in the table only. Totals stand in words
above the bars of their parts. All data are in the specification, none is part of an expression, and the same rows give
the same specification; `picture` draws it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from statereport.questions import plots
from statereport.rdf.namespaces import BASE, SR
from statereport.rdf.natural_order import natural
from statereport.rdf.terms import is_iri

if TYPE_CHECKING:
    from statereport.questions.saved import SavedQuery
    from statereport.sparql.answers import Answer
    from statereport.sparql.engine import Engine

TYPES = ("bar", "line", "numbers")
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
# A longer list of bars is read more easily in the table.
MOST = 40
MEDIA_TYPE = "application/vnd.vegalite.v6+json"
# Characters of a line of small print.
SMALL = 112
_STATES = f"""PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX sr: <{SR}>
SELECT ?report ?state {{
  ?report a sr:Report ; sr:isSubmittedBy/skos:prefLabel ?state FILTER(LANG(?state) = "en")
}} ORDER BY ?report ?state"""
_TOTALS = f"""PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX sr: <{SR}>
SELECT DISTINCT ?name {{ ?code a sr:TotalCode ; skos:prefLabel ?name FILTER(LANG(?name) = "en") }} ORDER BY ?name"""


@dataclass(frozen=True)
class Background:
    """What charts are drawn with beside an answer.

    states   short name of a report → the State that submitted it
    totals   the labels of the codes that stand for all
    """

    states: Mapping[str, str] = field(default_factory=dict)
    totals: frozenset[str] = frozenset()

    @classmethod
    def of(cls, engine: Engine) -> Background:
        """Read from a graph."""
        states = {report.value.rpartition("/")[2]: state.value for report, state in engine.query(_STATES).rows}
        return cls(states, frozenset(name.value for (name,) in engine.query(_TOTALS).rows))


@dataclass(frozen=True)
class Chart:
    """What a chart shows: its name (a word for addresses inside of it), title, address, kind, numbers, axes' titles.

    totals   the numbers of totals, which stand in words above the parts
    source   where the numbers stand: the State's report and the paragraphs, or ""
    missing  what the table has and the picture leaves out, in words, or ""
    order    the series in their order, where it is not that of the points
    """

    name: str
    title: str
    address: str
    kind: str
    points: tuple[Point, ...]
    titles: tuple[str, str] = ("", "")
    totals: tuple[Point, ...] = ()
    source: str = ""
    missing: str = ""
    order: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Every number in words, for those who do not see the chart."""
        parts = (f"{self.called}. {'; '.join(map(str, (*self.points, *self.totals)))}", self.source, self.missing)
        return " ".join(f"{part}." for part in parts if part)

    @property
    def called(self) -> str:
        """What kind of picture it is, in words."""
        return "Numbers" if self.kind == "numbers" else f"{self.kind.capitalize()} chart"


@dataclass(frozen=True)
class Point:
    """One number of a chart: where it stands, whose it is, how it is said, and the short name of its report or ""."""

    place: str
    number: Decimal
    series: str
    said: str
    report: str = ""

    def __str__(self) -> str:
        return f"{', '.join(filter(None, (self.place, self.series)))}: {self.said}"


def apart(points: Iterable[Point], totals: Iterable[str]) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """The points of parts and those of totals; all as they are where there are no parts beside totals."""
    points, totals = tuple(points), set(totals)
    parts = tuple(point for point in points if not {point.place, point.series} & totals)
    if not 1 < len(parts) < len(points):
        return points, ()
    return parts, tuple(point for point in points if point not in parts)


def source(passages: Mapping[str, Iterable[str]], states: Mapping[str, str]) -> str:
    """Where numbers stand: "Report of the Republic of X, paragraphs 8.2–8.7"; "" where no passage is known.

    passages   short name of a report, or "" → references of passages
    """
    found = []
    for short, references in passages.items():
        state = states.get(short) or (next(iter(states.values())) if len(states) == 1 else "")
        listed = ranges(references)
        word = "paragraph" if len(listed) == 1 and "–" not in listed[0] else "paragraphs"
        more = f" and {len(listed) - 12} more" if len(listed) > 12 else ""
        if listed:
            found.append(
                f"{f'Report of the {state}' if state else 'The report'}, {word} {', '.join(listed[:12])}{more}"
            )
    return "; ".join(found)


def ranges(references: Iterable[str]) -> list[str]:
    """References of passages, those that follow each other as one: ["8.2–8.7", "8.12"]."""
    found: list[list[str]] = []
    for reference in references:
        if found and _follows(found[-1][-1], reference):
            found[-1].append(reference)
        else:
            found.append([reference])
    return [run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in found]


def _follows(one: str, other: str) -> bool:
    (before, first), (after, second) = (re.fullmatch(r"(.*?)(\d*)", it).groups() for it in (one, other))
    return bool(before == after and first and second and int(second) == int(first) + 1)


def of(query: SavedQuery, answer: Answer, background: Background | None = None) -> Chart:
    """The chart of a question that has one."""
    background = background or Background()
    title, kind = query.columns.get(query.chart["x"], ""), query.chart.get("type", "bar")
    points = tuple(_with_states(point, background.states) for point, _ in _points(query, answer))
    points, totals = apart(points, background.totals) if kind == "bar" else (points, ())
    if "report" not in query.chart.values():
        points, totals = _of_several(points, background.states), _of_several(totals, background.states)
    places = list(dict.fromkeys(point.place for point in points))
    if len(places) > MOST:
        title = f"{title} (the first {MOST} of {len(places)})"
        points = tuple(point for point in points if point.place in places[:MOST])
    return Chart(
        query.name.replace("/", "-"),
        query.summary,
        query.iri,
        kind,
        points,
        (title, _with_unit(query, answer)),
        totals,
        source(_passages(query, answer), background.states),
        order=tuple(it.strip() for it in query.chart.get("order", "").split(";") if it.strip()),
    )


def specification(chart: Chart) -> dict[str, Any]:
    """The Vega-Lite specification of a chart. Its width and height are those of the whole picture.

    Raises KeyError for a kind that is not among TYPES.
    """
    places, series = (
        list(dict.fromkeys(getattr(point, part) for point in chart.points)) for part in ("place", "series")
    )
    series.sort(key=lambda name: chart.order.index(name) if name in chart.order else len(chart.order))
    rows = [
        {**_row(point), "rank": series.index(point.series)}
        for point in sorted(chart.points, key=lambda it: (places.index(it.place), series.index(it.series)))
    ]
    title = wrap(chart.title, plots.TITLE)
    totals = [line for point in chart.totals for line in wrap(str(point), plots.TITLE + 20)]
    small = [line for part in (chart.source, chart.missing) for line in wrap(part, SMALL)] + [chart.address]
    plot = plots.of(chart.kind, rows, chart.titles)
    return {
        "$schema": SCHEMA,
        "name": chart.name,
        "description": chart.words,
        "usermeta": {"source": chart.address},
        "title": {"text": title, **({"subtitle": totals} if totals else {})},
        "width": plots.WIDTH,
        "height": plot.whole
        + plots.LINE * len(title)
        + (plots.SMALL * len(totals) + 6 if totals else 0)
        + 16 * (len(small) - 1),
        "autosize": {"type": "fit", "contains": "padding"},
        "params": [
            {"name": name, "value": value}
            for name, value in {"places": places, "series": series, "lines": plot.lines}.items()
        ],
        "data": {"values": rows},
        "transform": list(plot.transform),
        "layer": [*plot.layers, plots.small_print(small, plot.below)],
        "config": plots.LOOK,
    }


def written(specification: dict[str, Any]) -> str:
    """A specification as JSON, for files and addresses ending in .vl.json."""
    return json.dumps(specification, ensure_ascii=False, indent=1) + "\n"


def _row(point: Point) -> dict[str, Any]:
    number = int(point.number) if point.number == int(point.number) else float(point.number)
    return {"place": point.place, "series": point.series, "number": number, "said": point.said}


def _passages(query: SavedQuery, answer: Answer) -> dict[str, list[str]]:
    """Short name of a report, or "" → the passages of the rows that are drawn, in their order."""
    heads = [(i, answer.head(name)) for i, name in enumerate(answer.columns)]
    found: dict[str, dict[str, None]] = {}
    for point, terms in _points(query, answer):
        named = [
            part for i, head in heads if head.of == "passage" and terms[i] is not None for part in head.parts(terms[i])
        ]
        things = (term.value.removeprefix(f"{BASE}id/").partition("/") for term in terms if term and is_iri(term))
        report = point.report or next((first for first, _, rest in things if "/" in rest), "")
        found.setdefault(report, {}).update(dict.fromkeys(named))
    return {report: sorted(named, key=natural) for report, named in found.items()}


def _points(query: SavedQuery, answer: Answer) -> Iterator[tuple[Point, tuple]]:
    """Each number of the chart, with the row of terms that it is from."""
    chart = query.chart
    for row, terms in zip(answer, answer.rows, strict=True):
        x, y = row.get(chart["x"]), row.get(chart["y"])
        if x not in (None, "") and _is_number(y):
            bound, unit = (row.get(chart.get(key)) or "" for key in ("bound", "unit"))
            # %f never turns to exponents, and a decimal keeps the digits that it was written with.
            said = f"{Decimal(str(y)):,f}" + ("%" if unit == "percent" else "")
            said = said if bound in ("", "exact") else f"{bound} {said}"
            series, report = (str(row.get(column) or "") for column in (chart.get("series"), "report"))
            yield Point(str(x), Decimal(str(y)), series, said, report), terms


def _with_states(point: Point, states: Mapping[str, str]) -> Point:
    """The same point with the name of a State in place of the short name of its report."""
    place, series = (states.get(name, name) for name in (point.place, point.series))
    return replace(point, place=place, series=series)


def _of_several(points: tuple[Point, ...], states: Mapping[str, str]) -> tuple[Point, ...]:
    """The same points, each place with its State where they are of several reports."""
    if len({point.report for point in points}) < 2:
        return points
    return tuple(replace(it, place=f"{it.place} ({states.get(it.report, it.report)})") for it in points)


def _is_number(value: Any) -> bool:
    """True for what has a place on an axis: no text, no truth, neither INF nor NaN."""
    return isinstance(value, int | Decimal | float) and not isinstance(value, bool) and math.isfinite(value)


def _with_unit(query: SavedQuery, answer: Answer) -> str:
    """The title of the numbers' axis, with the unit or units of its rows."""
    column = query.chart.get("unit")
    units = list(dict.fromkeys(str(row[column]) for row in answer if row.get(column)))
    title = query.columns.get(query.chart["y"], "")
    return f"{title} (unit: {', '.join(units)})" if units else title
