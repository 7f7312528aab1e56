"""A saved question's answer as a Vega-Lite specification: bars, columns, lines over the years, or large numbers.

The header says which: `chart: {type: bar, x: language, y: value}`, and where they help `series` (a column with one line
or colour of bars for each value), `bound` and `unit` (columns whose words stand with a number, but for "exact"). A row
without x or y is in the table only. All data are in the specification, none is part of an expression, and the same
rows give the same specification; `picture` draws it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from statereport.questions import plots

if TYPE_CHECKING:
    from statereport.questions.saved import SavedQuery
    from statereport.sparql.answers import Answer

TYPES = ("bar", "line", "numbers")
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
# A longer list of bars is read more easily in the table.
MOST = 40
MEDIA_TYPE = "application/vnd.vegalite.v6+json"


@dataclass(frozen=True)
class Chart:
    """What a chart shows: its name (a word for addresses inside of it), title, source, kind, numbers, axes' titles."""

    name: str
    title: str
    address: str
    kind: str
    points: tuple[Point, ...]
    titles: tuple[str, str] = ("", "")

    @property
    def words(self) -> str:
        """Every number in words, for those who do not see the chart."""
        said = "; ".join(
            f"{', '.join(filter(None, (point.place, point.series)))}: {point.said}" for point in self.points
        )
        return f"{self.called}. {said}."

    @property
    def called(self) -> str:
        """What kind of picture it is, in words."""
        return "Numbers" if self.kind == "numbers" else f"{self.kind.capitalize()} chart"


@dataclass(frozen=True)
class Point:
    """One number of a chart: where it stands, whose it is, and how it is said."""

    place: str
    number: Decimal
    series: str
    said: str


def of(query: SavedQuery, answer: Answer) -> Chart:
    """The chart of a question that has one."""
    title, kind = query.columns.get(query.chart["x"], ""), query.chart.get("type", "bar")
    points = tuple(_points(query, answer))
    places = list(dict.fromkeys(point.place for point in points))
    if len(places) > MOST:
        title = f"{title} (the first {MOST} of {len(places)})"
        points = tuple(point for point in points if point.place in places[:MOST])
    return Chart(
        query.name.replace("/", "-"), query.summary, query.iri, kind, points, (title, _with_unit(query, answer))
    )


def specification(chart: Chart) -> dict[str, Any]:
    """The Vega-Lite specification of a chart. Its width and height are those of the whole picture.

    Raises KeyError for a kind that is not among TYPES.
    """
    places, series = (
        list(dict.fromkeys(getattr(point, part) for point in chart.points)) for part in ("place", "series")
    )
    rows = [_row(point) for point in sorted(chart.points, key=lambda point: places.index(point.place))]
    title = wrap(chart.title, plots.TITLE)
    plot = plots.of(chart.kind, rows, chart.titles)
    return {
        "$schema": SCHEMA,
        "name": chart.name,
        "description": chart.words,
        "usermeta": {"source": chart.address},
        "title": {"text": title},
        "width": plots.WIDTH,
        "height": plot.whole + plots.LINE * len(title),
        "autosize": {"type": "fit", "contains": "padding"},
        "params": [
            {"name": name, "value": value}
            for name, value in {"places": places, "series": series, "lines": plot.lines}.items()
        ],
        "data": {"values": rows},
        "transform": list(plot.transform),
        "layer": [*plot.layers, plots.small_print(chart.address, plot.below)],
        "config": plots.LOOK,
    }


def written(specification: dict[str, Any]) -> str:
    """A specification as JSON, for files and addresses ending in .vl.json."""
    return json.dumps(specification, ensure_ascii=False, indent=1) + "\n"


def _row(point: Point) -> dict[str, Any]:
    number = int(point.number) if point.number == int(point.number) else float(point.number)
    return {"place": point.place, "series": point.series, "number": number, "said": point.said}


def _points(query: SavedQuery, answer: Answer) -> Iterator[Point]:
    chart = query.chart
    for row in answer:
        x, y = row.get(chart["x"]), row.get(chart["y"])
        if x not in (None, "") and _is_number(y):
            bound, unit = (row.get(chart.get(key)) or "" for key in ("bound", "unit"))
            # %f never turns to exponents, and a decimal keeps the digits that it was written with.
            said = f"{Decimal(str(y)):,f}" + ("%" if unit == "percent" else "")
            said = said if bound in ("", "exact") else f"{bound} {said}"
            yield Point(str(x), Decimal(str(y)), str(row.get(chart.get("series")) or ""), said)


def _is_number(value: Any) -> bool:
    """True for what has a place on an axis: no text, no truth, neither INF nor NaN."""
    return isinstance(value, int | Decimal | float) and not isinstance(value, bool) and math.isfinite(value)


def _with_unit(query: SavedQuery, answer: Answer) -> str:
    """The title of the numbers' axis, with the unit or units of its rows."""
    column = query.chart.get("unit")
    units = list(dict.fromkeys(str(row[column]) for row in answer if row.get(column)))
    title = query.columns.get(query.chart["y"], "")
    return f"{title} (unit: {', '.join(units)})" if units else title
