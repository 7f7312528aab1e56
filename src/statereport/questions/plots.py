"""The kinds of plot in Vega-Lite: bars, columns, lines and numbers, and how all of them look.

Each takes rows of data (place, slot, series, number, said) and returns its layers and the space that it needs. Vega
measures texts and fits the plot to the width; only where a line is broken is decided here, by its characters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

Row = dict[str, Any]

WIDTH, EDGE, LINE, SMALL = 760, 16, 22, 18
# Characters of a title's line; pixels that a character takes at most, on the average, in the usual size.
TITLE, CHARACTER = 74, 7.4
# The palette of Okabe and Ito, which colour-blind readers can tell apart, ordered by contrast on white.
COLOURS = ("#0072b2", "#d55e00", "#00795a", "#a4508b", "#7a5c00", "#3d3d3d")
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
INK, SOFT, GRID, PAPER = "#222222", "#555555", "#dddddd", "#ffffff"

LOOK: dict[str, Any] = {
    # The first is part of vl-convert and has the measures of the second, so that lengths are the same on every machine.
    "font": "Liberation Sans, Arial, sans-serif",
    "background": PAPER,
    "padding": EDGE,
    "aria": False,
    "axis": {
        "domain": False,
        "grid": False,
        "labelAngle": 0,
        "labelColor": INK,
        "labelFontSize": 13,
        "labelLimit": 0,
        "labelLineHeight": 16,
        "labelPadding": 8,
        "ticks": False,
        "titleColor": SOFT,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 10,
    },
    "axisQuantitative": {
        "grid": True,
        "gridColor": GRID,
        "labelColor": SOFT,
        "labelFlush": False,
        "labelFontSize": 12,
        "tickCount": 5,
    },
    "legend": {
        "columnPadding": 20,
        "labelColor": INK,
        "labelFontSize": 13,
        "labelLimit": 0,
        "layout": {"top": {"anchor": "start", "bounds": "full"}},
        "offset": 26,
        "orient": "top",
        "rowPadding": 6,
        "symbolSize": 150,
        "symbolStrokeWidth": 0,
        "symbolType": "square",
        "title": None,
    },
    "range": {"category": list(COLOURS)},
    "text": {"fill": INK, "fontSize": 13, "lineHeight": 16},
    "title": {
        "anchor": "start",
        "color": INK,
        "fontSize": 17,
        "fontWeight": "bold",
        "frame": "bounds",
        "lineHeight": LINE,
        "offset": 14,
        "subtitleColor": SOFT,
        "subtitleFontSize": 13,
        "subtitleLineHeight": SMALL,
        "subtitlePadding": 6,
    },
    "view": {"stroke": None},
}


@dataclass(frozen=True)
class Plot:
    """The layers of a plot, the pixels of its height, above it and below it, the texts in lines, the transforms."""

    layers: tuple[dict[str, Any], ...]
    height: int
    above: int = 0
    below: int = 0
    lines: dict[str, list[str]] = field(default_factory=dict)
    transform: tuple[dict[str, Any], ...] = ()

    @property
    def whole(self) -> int:
        """The height of the picture but for the lines of its title."""
        return 2 * EDGE + 14 + self.above + self.height + self.below + 12


def of(kind: str, rows: Sequence[Row], titles: tuple[str, str]) -> Plot:
    """The plot of that kind, its axes having these titles. Raises KeyError for a kind that there is not."""
    return {"bar": _columns if _upright(rows) else _bars, "line": _lines, "numbers": _numbers}[kind](rows, titles)


def small_print(lines: list[str], below: int) -> dict[str, Any]:
    """A layer with lines in small type at the left edge, so far below the plot."""
    # Where the edge is, is known by what Vega has left of the width for the plot.
    place = {"x": {"expr": f"width - {WIDTH - 2 * EDGE}"}, "y": {"expr": f"height + {below}"}}
    look = {"align": "left", "baseline": "top", "fill": SOFT, "fontSize": 12}
    return {"data": {"values": [{}]}, "mark": {"type": "text", "text": lines, **place, **look}}


def _bars(rows: Sequence[Row], titles: tuple[str, str]) -> Plot:
    """Bars to the right, those of one place together, its name at their left, and each number at the end of its bar."""
    lines = {name: _broken(name, 40) for name in _names(rows, "place")}
    bars = Counter(row["place"] for row in rows)
    gap = 0.6 if len(bars) < len(rows) else 0
    step = max([22 if gap else 25, *(-(-(16 * len(lines[name]) + 8) // bars[name]) for name in bars)])
    count = len(rows) + gap * (len(bars) - 1)
    room = 14 + CHARACTER * max((len(row["said"]) for row in rows), default=0)
    where = {
        "x": _counted(rows, titles[1], [0, {"expr": f"width - {room:.0f}"}], titleAnchor="start"),
        "y": {
            "field": "row",
            "type": "quantitative",
            "title": titles[0],
            "scale": {"domain": [0, count], "range": [0, {"expr": "height"}], "nice": False},
            "axis": {
                "grid": False,
                "labels": False,
                "titleAlign": "right",
                "titleAnchor": "end",
                "titleAngle": 0,
                "titleX": -10,
                "titleY": -8,
            },
        },
    }
    middle = [{"aggregate": [{"op": "mean", "field": "row", "as": "row"}], "groupby": ["place"]}]
    legend, above = _legend(
        rows, WIDTH - CHARACTER * max((len(line) for each in lines.values() for line in each), default=0)
    )
    return Plot(
        layers=(
            {
                "mark": {"type": "bar", "orient": "horizontal", "height": round(step * 0.5 + 7)},
                "encoding": {**where, "color": legend},
            },
            {"mark": {"type": "text", "align": "left", "dx": 6}, "encoding": {**where, "text": {"field": "said"}}},
            {
                "transform": middle,
                "mark": {**_text("place"), "align": "right", "x": -10},
                "encoding": {"y": where["y"]},
            },
        ),
        lines=lines,
        transform=(
            {"window": [{"op": "row_number", "as": "number_of_row"}]},
            {"calculate": f"datum.number_of_row - 0.5 + {gap} * indexof(places, datum.place)", "as": "row"},
        ),
        height=round(step * count),
        above=above + 20,
        below=56,
    )


def _columns(rows: Sequence[Row], titles: tuple[str, str]) -> Plot:
    """Columns for a few short names, such as years, each number above its column."""
    places, series = _names(rows, "place"), _names(rows, "series")
    wide = min(0.8, len(places) * len(series) * 70 / WIDTH)
    scale = {"paddingInner": 1 - wide, "paddingOuter": (1 - wide) / 2}
    where = {
        "x": {**_named(titles[0]), "scale": scale},
        "y": _upwards(rows, titles[1]),
        **({"xOffset": {**_series(rows)}} if len(series) > 1 else {}),
    }
    legend, above = _legend(rows)
    return Plot(
        layers=(
            {"mark": {"type": "bar", "width": {"band": 0.94}}, "encoding": {**where, "color": legend}},
            {
                "mark": {"type": "text", "baseline": "bottom", "dy": -4},
                "encoding": {**where, "text": {"field": "said"}},
            },
        ),
        height=270,
        above=above + 20,
        below=56,
    )


def _lines(rows: Sequence[Row], titles: tuple[str, str]) -> Plot:
    """A line for each series over the years. Where there are several, a table below the years has their numbers."""
    series = _names(rows, "series")
    where = {"x": _named(titles[0], sort="ascending"), "y": _upwards(rows, titles[1])}
    apart = {
        "color": {**_series(rows), "legend": None},
        "shape": {**_series(rows), "scale": {"range": list(SHAPES)}, "legend": None},
    }
    drawn = (
        {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {**where, "color": apart["color"]}},
        {"mark": {"type": "point", "filled": True, "opacity": 1, "size": 60}, "encoding": {**where, **apart}},
    )
    if len(series) < 2:
        above = {
            "mark": {"type": "text", "baseline": "bottom", "dy": -8},
            "encoding": {**where, "text": {"field": "said"}},
        }
        return Plot((*drawn, above), height=260, above=20, below=56)
    lines = {name: _broken(name, 30) for name in series} | {row["said"]: _broken(row["said"], 9) for row in rows}
    tall = 16 * max(map(len, lines.values())) + 6
    row = {"expr": f"height + {64 + tall / 2} + {tall} * indexof(series, datum.series)"}
    names = {"data": {"values": [{"series": name} for name in series]}}
    table = (
        {
            **names,
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 60, "x": -10, "y": row},
            "encoding": apart,
        },
        {
            **names,
            "mark": {**_text("series"), "align": "right", "x": -22, "y": row},
            "encoding": {"color": apart["color"]},
        },
        {"mark": {**_text("said"), "y": row}, "encoding": {"x": where["x"], "color": apart["color"]}},
    )
    return Plot((*drawn, *table), height=260, above=20, below=72 + tall * len(series), lines=lines)


def _numbers(rows: Sequence[Row], titles: tuple[str, str]) -> Plot:
    """Numbers in large type, each beside what it counts."""
    wide = round(9.4 * max((len(row["said"]) for row in rows), default=0))
    lines = {name: _broken(name, int((WIDTH - 2 * EDGE - wide - 14) / 6.6)) for name in _names(rows, "place")}
    step = 16 * max(map(len, lines.values()), default=1) + 12
    where = {"y": {"field": "place", "type": "nominal", "sort": None, "axis": None}}
    number = {"type": "text", "align": "right", "fontSize": 16, "fontWeight": "bold", "x": wide}
    return Plot(
        layers=(
            {"mark": number, "encoding": {**where, "text": {"field": "said"}}},
            {"mark": {**_text("place"), "align": "left", "x": wide + 14}, "encoding": where},
        ),
        lines=lines,
        height=step * len(lines),
        below=12,
    )


def _upright(rows: Sequence[Row]) -> bool:
    """True where columns are better than bars: few names, and all of them short."""
    names = _names(rows, "place")
    return 0 < len(names) <= 12 and max(map(len, names)) <= 7 and len(_names(rows, "series")) < 3


def _named(title: str, sort: str | None = None) -> dict[str, Any]:
    """The axis along which names stand, in the order of the rows unless it is said how to sort them."""
    return {"field": "place", "type": "nominal", "sort": sort, "title": title}


def _counted(rows: Sequence[Row], title: str, extent: list[Any], **axis: Any) -> dict[str, Any]:
    """The axis of numbers, from zero, over an extent of the plot."""
    whole = all(isinstance(row["number"], int) for row in rows)
    scale = {"range": extent, "nice": True, **({} if any(row["number"] for row in rows) else {"domain": [0, 1]})}
    return {
        "field": "number",
        "type": "quantitative",
        "title": title,
        "scale": scale,
        "axis": {**axis, **({"tickMinStep": 1} if whole else {})},
    }


def _upwards(rows: Sequence[Row], title: str) -> dict[str, Any]:
    """The axis of numbers at the left, with room for a number above the highest mark, and its title above."""
    return _counted(
        rows, title, [{"expr": "height"}, 18], titleAlign="left", titleAnchor="end", titleAngle=0, titleX=0, titleY=-6
    )


def _series(rows: Sequence[Row]) -> dict[str, Any]:
    return {"field": "series", "type": "nominal", "sort": None, "scale": {"domain": _names(rows, "series")}}


def _legend(rows: Sequence[Row], width: float = WIDTH) -> tuple[dict[str, Any], int]:
    """The colours that distinguish series, and the height of the legend; one colour where there is one series.

    `width` is that of the plot in pixels, whose left edge is the legend's.
    """
    names = _names(rows, "series")
    if len(names) < 2:
        return {"value": COLOURS[0]}, 0
    columns = max(1, min(len(names), int(width / (CHARACTER * max(map(len, names)) + 40))))
    return {**_series(rows), "legend": {"columns": columns}}, 22 * -(-len(names) // columns) + 10


def _text(field: str) -> dict[str, Any]:
    """A mark with the field's text, its lines in the middle of where it stands."""
    return {
        "type": "text",
        "text": {"expr": f"lines[datum.{field}]"},
        "dy": {"expr": f"-8 * (length(lines[datum.{field}]) - 1)"},
    }


def _names(rows: Sequence[Row], field: str) -> list[str]:
    if field == "series":
        rows = sorted(rows, key=lambda row: row["rank"])
    return list(dict.fromkeys(row[field] for row in rows))


def _broken(words: str, characters: int) -> list[str]:
    return wrap(words, characters, break_on_hyphens=False) or [words]
