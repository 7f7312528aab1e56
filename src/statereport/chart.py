"""A saved question's answer as a picture: bars, lines or a list of numbers, in SVG of our own making.

The header says which: `chart: {type: bar, x: language, y: value}`, and where they help `series` (a column that tells lines
or bars apart), `bound` and `unit` (columns whose words stand with a number, but for "exact"). A row without x or y is in the
table only. The same rows give the same bytes; there are no scripts and no fonts to fetch, and the picture says all its
numbers in words for those who cannot see it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

from statereport import svg

if TYPE_CHECKING:
    from statereport.answers import Answer
    from statereport.queries import SavedQuery

TYPES = ("bar", "line", "numbers")
WIDTH = 760


@dataclass(frozen=True)
class Picture:
    """What a picture shows: its name (for addresses inside of it), title, what it cites, kind, numbers, and its axes' titles."""

    name: str
    title: str
    address: str
    kind: str
    points: tuple[Point, ...]
    titles: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Point:
    """One number of the picture: where it stands, whose it is, and how it is said."""

    x: str
    y: Decimal
    series: str
    said: str


def draw(query: SavedQuery, answer: Answer) -> str:
    """The SVG of a question that has a chart. Raises KeyError for a type that is not among TYPES."""
    titles = (query.columns.get(query.chart["x"], ""), _with_unit(query, answer))
    kind = query.chart.get("type", "bar")
    return paint(Picture(query.name.replace("/", "-"), query.summary, query.iri, kind, tuple(_points(query, answer)), titles))


def paint(picture: Picture) -> str:
    """The SVG of a picture. Raises KeyError for a kind that is not among TYPES."""
    points, kind, name = picture.points, picture.kind, picture.name
    names = list(dict.fromkeys(point.series for point in points))
    short = max((svg.width(point.x) for point in points), default=0) < 60 and len({point.x for point in points}) < 13
    upright = bool(points) and kind == "bar" and short and len(names) < 3
    title = svg.wrapped(picture.title, 17 * 0.63, WIDTH - 40)
    top = 30 + 22 * len(title)
    how = {"bar": _columns if upright else _bars, "line": _lines, "numbers": _numbers}[kind]
    body, bottom = how(points, names, top, picture.titles)
    legend, bottom = _legend(names, bottom) if kind == "bar" and len(names) > 1 else ([], bottom)
    height = bottom + 34
    words = f"{kind.capitalize()} chart. " if kind != "numbers" else ""
    words += "; ".join(f"{', '.join(filter(None, (point.x, point.series)))}: {point.said}" for point in points)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-labelledby="{name}-title {name}-desc" font-family="{svg.FONT}" font-size="13" fill="#222">',
        f'<title id="{name}-title">{escape(picture.title)}</title>',
        f'<desc id="{name}-desc">{escape(words)}.</desc>',
        f'<rect class="paper" width="{WIDTH}" height="{height}" fill="#fff"/>',
        *(svg.text(20, 30 + 22 * i, line, "title") for i, line in enumerate(title)),
        *body,
        *legend,
        svg.text(20, height - 12, picture.address, "small"),
        "</svg>\n",
    ])


def _points(query: SavedQuery, answer: Answer) -> Iterator[Point]:
    chart = query.chart
    for row in answer:
        x, y = row.get(chart["x"]), row.get(chart["y"])
        if x not in (None, "") and y is not None:
            bound, unit = (row.get(chart.get(key)) or "" for key in ("bound", "unit"))
            # %f never turns to exponents, and a decimal keeps the digits that it was written with.
            said = f"{Decimal(str(y)):,f}" + ("%" if unit == "percent" else "")
            said = said if bound in ("", "exact") else f"{bound} {said}"
            yield Point(str(x), Decimal(str(y)), str(row.get(chart.get("series")) or ""), said)


def _with_unit(query: SavedQuery, answer: Answer) -> str:
    """The title of the numbers' axis, with the unit or units of its rows."""
    units = list(dict.fromkeys(filter(None, (row.get(query.chart.get("unit")) for row in answer))))
    title = query.columns.get(query.chart["y"], "")
    return f"{title} (unit: {', '.join(units)})" if units else title


def _bars(points: Sequence[Point], names: list[str], top: int, titles: tuple[str, str]) -> tuple[list[str], int]:
    """Bars to the right, each category's label at its left and each number at the end of its bar."""
    groups: dict[str, list[Point]] = {}
    for point in points:
        groups.setdefault(point.x, []).append(point)
    labels = {x: svg.wrapped(x, 7.6, 250) for x in groups}
    left = 32 + max((svg.width(line) for lines in labels.values() for line in lines), default=0)
    right = 24 + max((svg.width(point.said) for point in points), default=0)
    ticks = _ticks(points)
    scale = (WIDTH - left - right) / ticks[-1]
    body, y = [], top + 6
    for x, group in groups.items():
        tall = max(18 * len(group), 16 * len(labels[x]))
        for i, line in enumerate(labels[x]):
            at = y + tall / 2 + 16 * (i - (len(labels[x]) - 1) / 2) + 4
            body.append(svg.text(left - 10, at, line, anchor="end"))
        for i, point in enumerate(group):
            at = y + (tall - 18 * len(group)) / 2 + 18 * i
            body.append(svg.rect(left, at + 1, scale * float(point.y), 16, _colour(point, names)))
            body.append(svg.text(left + scale * float(point.y) + 6, at + 14, point.said))
        y += tall + (10 if len(names) > 1 else 6)
    grid = []
    for tick in ticks:
        at = left + scale * tick
        grid.append(svg.line(at, top, at, y, "#ddd" if tick else "#222"))
        grid.append(svg.text(at, y + 16, f"{tick:,}", "small", "middle"))
    return [*grid, *body, svg.text(left, y + 34, titles[1], "small")], y + 40


def _columns(points: Sequence[Point], names: list[str], top: int, titles: tuple[str, str]) -> tuple[list[str], int]:
    """Columns for a few short categories, such as years, each number above its column."""
    places = list(dict.fromkeys(point.x for point in points))
    ticks, frame = _frame(points, places, top, titles)
    left, step, base, scale = frame
    wide = min(64.0, step * 0.8 / len(names))
    body = []
    for point in points:
        at = left + step * (places.index(point.x) + 0.5) + wide * (names.index(point.series) - len(names) / 2)
        tall = scale * float(point.y)
        body.append(svg.rect(at + 1, base - tall, wide - 2, tall, _colour(point, names)))
        body.append(svg.text(at + wide / 2, base - tall - 5, point.said, anchor="middle"))
    return [*ticks, *body], int(base) + 44


def _lines(points: Sequence[Point], names: list[str], top: int, titles: tuple[str, str]) -> tuple[list[str], int]:
    """A line for each series over the years, its name at its end, its numbers at its ends and in each point's title."""
    places = sorted({point.x for point in points})
    room = 24 + max((svg.width(line) for name in names for line in svg.wrapped(name, 7.6, 150)), default=0)
    ticks, frame = _frame(points, places, top, titles, room)
    left, step, base, scale = frame
    body, ends = [], []
    for name in names:
        mine = sorted((point for point in points if point.series == name), key=lambda point: point.x)
        at = [(left + step * (places.index(point.x) + 0.5), base - scale * float(point.y)) for point in mine]
        number = names.index(name) % len(svg.COLOURS)
        path = " ".join(f"{svg.number(x)},{svg.number(y)}" for x, y in at)
        body.append(f'<polyline points="{path}" class="line c{number}" fill="none" stroke="{svg.COLOURS[number]}" stroke-width="2.5"/>')
        for point, (x, y) in zip(mine, at, strict=True):
            body.append(svg.dot(x, y, 4, number, f"{point.x}{', ' if name else ''}{name}: {point.said}"))
        ends.append((at[-1][1], name, number))
    # Names at the right end are moved apart, in the order of the lines' ends, upwards from the axis.
    floor = base - 3
    for end, name, number in sorted(ends, reverse=True):
        lines = svg.wrapped(name, 7.6, 150)
        y = min(end + 5, floor - 15 * (len(lines) - 1))
        body += [svg.text(left + step * (len(places) - 0.5) + 12, y + 15 * i, line, colour=number) for i, line in enumerate(lines)]
        floor = y - 17
    return [*ticks, *body], int(base) + 44


def _numbers(points: Sequence[Point], names: list[str], top: int, titles: tuple[str, str]) -> tuple[list[str], int]:
    """Numbers in large type, each beside what it counts."""
    wide = 20 + max((svg.width(point.said) * 1.35 for point in points), default=0)
    body, y = [], top + 12
    for point in points:
        lines = svg.wrapped(point.x, 7.6, WIDTH - wide - 50)
        body.append(svg.text(wide, y + 4, point.said, "large", "end"))
        body += [svg.text(wide + 14, y + 4 + 16 * i, line) for i, line in enumerate(lines)]
        y += 16 * len(lines) + 12
    return body, y - 8


def _frame(points, places, top, titles, room=20):
    """Axes for numbers upwards: the ticks, and left edge, step, base line and scale."""
    ticks = _ticks(points)
    left = 28 + svg.width(f"{ticks[-1]:,}")
    base, tall = top + 300.0, 258
    scale, step = tall / ticks[-1], (WIDTH - left - room) / len(places)
    body = [svg.text(20, top + 14, titles[1], "small")]
    # Names stand to the right of lines, on white.
    end = left + step * len(places) - (step / 2 - 6 if room > 20 else 0)
    for tick in ticks:
        body.append(svg.line(left, base - scale * tick, end, base - scale * tick, "#ddd" if tick else "#222"))
        body.append(svg.text(left - 8, base - scale * tick + 4, f"{tick:,}", "small", "end"))
    body += [svg.text(left + step * (i + 0.5), base + 18, place, anchor="middle") for i, place in enumerate(places)]
    return [*body, svg.text(left + step * len(places) / 2, base + 36, titles[0], "small", "middle")], (left, step, base, scale)


def _ticks(points: Sequence[Point]) -> list[int]:
    """Round numbers from zero to at least the largest value, at most six steps."""
    largest = max((float(point.y) for point in points), default=1) or 1
    rough = largest / 5
    power = 10 ** max(0, math.floor(math.log10(rough)))
    step = next(round(power * factor) for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [step * i for i in range(math.ceil(largest / step) + 1)]


def _legend(names: list[str], y: int) -> tuple[list[str], int]:
    body, x, at = [], 20.0, y + 16
    for i, name in enumerate(names):
        wide = svg.width(name) + 42
        if x + wide > WIDTH and x > 20:
            x, at = 20.0, at + 22
        body += [svg.rect(x, at - 11, 12, 12, i % len(svg.COLOURS)), svg.text(x + 18, at, name)]
        x += wide
    return body, at + 8


def _colour(point: Point, names: list[str]) -> int:
    return names.index(point.series) % len(svg.COLOURS)
