"""A cube as a pivot table: figures, dimensions, what an address puts in rows and columns, and the charts of that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from statereport.pages import cells, charts
from statereport.pages.context import Context
from statereport.pages.page import Address
from statereport.publish.cubes import Component, Cube
from statereport.questions.chart import Chart, Point, apart, source
from statereport.rdf import namespaces
from statereport.rdf.natural_order import natural

# The dimension along which units differ, so that no chart runs along it.
COUNTED = "indicator"
# The value of `columns` for a table without columns.
NONE = "none"
MOST_POINTS = 40


@dataclass(frozen=True)
class Figure:
    """A figure of a cube.

    thing      its label and link
    text       its value with bound and unit, such as "more than 3,300,000"
    codes      name of a dimension → IRI of the figure's code
    passages   links to the passages that state it
    """

    thing: cells.Thing
    iri: str
    value: Decimal
    text: str
    unit: str
    codes: Mapping[str, str]
    passages: tuple[cells.Thing, ...]


@dataclass(frozen=True)
class Dimension:
    """A dimension of a cube: its name and title, and the codes that occur, in order: IRI → label and link.

    `totals` are the codes that stand for all.
    """

    name: str
    title: str
    codes: Mapping[str, cells.Thing]
    totals: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fault:
    """A parameter of the address that is wrong: the field, and what is wrong with it in a sentence."""

    field: str
    what: str


@dataclass(frozen=True)
class Pivot:
    """Which dimension is in the rows, which in the columns, and which code others are fixed to: name → IRI."""

    rows: Dimension
    columns: Dimension | None
    fixed: dict[str, str]
    faults: tuple[Fault, ...] = ()

    def chosen(self, figures: Sequence[Figure]) -> list[Figure]:
        """The figures that have the fixed codes."""
        return [
            figure for figure in figures if all(figure.codes.get(name) == code for name, code in self.fixed.items())
        ]


def figures_of(context: Context, cube: Cube) -> tuple[Figure, ...]:
    """Every figure of a cube."""
    found = []
    for figure, row in cube.rows:
        value = row["value"][0].value
        bound, unit = (row[name][0].label if row.get(name) else "" for name in ("bound", "unit"))
        found.append(
            Figure(
                thing=cells.thing(figure, context.names),
                iri=figure,
                value=Decimal(value),
                text=number_text(value, bound, unit),
                unit=unit,
                codes={c.name: row[c.name][0].value for c in dimension_components(cube) if c.name in row},
                passages=_passages(context, figure),
            )
        )
    return tuple(found)


def _passages(context: Context, figure: str) -> tuple[cells.Thing, ...]:
    return cells.passages(context.names.stated.get(figure, ()), context.names, context.names.report_of(figure))


def number_text(value: str, bound: str, unit: str) -> str:
    """A number with its bound and unit: `more than 3,300,000`, `51.4%`."""
    number = cells.number(value) + ("%" if unit == "percent" else "")
    return number if bound in ("", "exact") else f"{bound} {number}"


def dimension_components(cube: Cube) -> list[Component]:
    """The components of a cube that are dimensions."""
    return [component for component in cube.components if component.role == "dimension"]


def dimensions_of(context: Context, cube: Cube) -> tuple[Dimension, ...]:
    """The dimensions of a cube, their codes by label with totals last.

    Dimensions in which figures differ come first, and what is counted comes after the others of them.
    """
    found = []
    for component in dimension_components(cube):
        codes = dict.fromkeys(cell.value for cell in cube.cells(component.name))
        totals = {cell.value for cell in cube.cells(component.name) if cell.total}
        order = sorted(codes, key=lambda code: (code in totals, context.names.label(code).text))
        title = context.names.label(component.property).text
        found.append(
            Dimension(
                component.name,
                _noun(title),
                {code: cells.thing(code, context.names) for code in order},
                frozenset(totals),
            )
        )
    return tuple(sorted(found, key=lambda dimension: (len(dimension.codes) < 2, dimension.name == COUNTED)))


def related_figures(figures: Iterable[Figure], iri: str) -> dict[str, list[Figure]]:
    """Name of a dimension → the figure itself and those that differ from it in that dimension only."""
    figures = list(figures)
    this = next((figure for figure in figures if figure.iri == iri), None)
    if this is None:
        return {}
    by_dimension: dict[str, list[Figure]] = {}
    for figure in figures:
        differing = [name for name in this.codes if figure.codes.get(name) != this.codes[name]]
        if len(differing) == 1:
            by_dimension.setdefault(differing[0], [this]).append(figure)
    return by_dimension


def pivot_of(context: Context, address: Address, dimensions: Sequence[Dimension]) -> Pivot:
    """The pivot that an address asks for, with what is wrong in it.

    Where the address names no rows or columns, they are the first and second dimension in which figures differ.
    """
    known = {dimension.name: dimension for dimension in dimensions}
    differing = [dimension for dimension in dimensions if len(dimension.codes) > 1] or list(dimensions)
    faults = []
    names = {}
    for field in ("rows", "columns"):
        names[field] = address.value(field)
        if names[field] not in ("", *known, *([NONE] if field == "columns" else [])):
            faults.append(Fault(field, f"The table has no dimension {names[field]!r}; it has: {', '.join(known)}."))
            names[field] = ""
    rows = known.get(names["rows"]) or next((d for d in differing if d.name != names["columns"]), differing[0])
    others = [dimension for dimension in differing if dimension is not rows]
    columns = known.get(names["columns"]) or (others[0] if others and names["columns"] != NONE else None)
    if columns is rows:
        columns = None
    fixed = {}
    for name, value in address.query:
        if name in ("rows", "columns") or not value:
            continue
        codes = {context.names.short(code): code for code in known[name].codes} if name in known else {}
        if value in codes:
            fixed[name] = codes[value]
        elif name in known:
            faults.append(Fault(name, f"{value!r} is not a {known[name].title} of this table."))
        else:
            faults.append(Fault(name, f"The table has no dimension {name!r}; it has: {', '.join(known)}."))
    return Pivot(rows, columns, fixed, tuple(faults))


def codes_in_use(dimension: Dimension, figures: Sequence[Figure]) -> list[str]:
    """The codes of a dimension that some figure has, in order."""
    used = {figure.codes.get(dimension.name) for figure in figures}
    return [code for code in dimension.codes if code in used]


def charts_of(
    context: Context, cube: Cube, dimensions: Sequence[Dimension], figures: Sequence[Figure], pivot: Pivot
) -> list[charts.ChartImage]:
    """The charts of a pivot: one for each thing that is counted, since two counts have no common axis."""
    found = []
    counted = next(dimension for dimension in dimensions if dimension.name == COUNTED)
    for code in codes_in_use(counted, pivot.chosen(figures)):
        narrow = replace(pivot, fixed={**pivot.fixed, counted.name: code})
        chart = chart_of(cube, dimensions, figures, narrow, context.graph.charting.states)
        if chart:
            fixed = [(name, context.names.short(value)) for name, value in narrow.fixed.items()]
            columns = pivot.columns.name if pivot.columns else NONE
            query = [("rows", pivot.rows.name), ("columns", columns), *fixed]
            found.append(charts.chart_image(chart, f"/statistics/{cube.slug}", query))
    return found


def chart_of(
    cube: Cube,
    dimensions: Sequence[Dimension],
    figures: Sequence[Figure],
    pivot: Pivot,
    states: Mapping[str, str] | None = None,
) -> Chart | None:
    """The figures of a pivot as bars, or as lines where its rows are years; the columns are the series.

    None where there is nothing to compare: one figure, more than MOST_POINTS, or figures that count different things.
    Several figures in one cell are left out, since a bar could not say which of them it is, and the chart says so.
    `states` leads from the short name of a report to the State that submitted it.
    """
    chosen = pivot.chosen(figures)
    columns = pivot.columns if pivot.columns and pivot.columns.name != COUNTED else None
    if len({figure.codes.get(COUNTED) for figure in chosen}) > 1:
        return None
    by_cell: dict[tuple[str, str], list[Figure]] = {}
    for figure in chosen:
        if pivot.rows.name in figure.codes:
            series = figure.codes.get(columns.name, "") if columns else ""
            by_cell.setdefault((figure.codes[pivot.rows.name], series), []).append(figure)
    order = list(pivot.rows.codes)
    alone = [
        (row, series, cell[0])
        for (row, series), cell in sorted(by_cell.items(), key=lambda item: order.index(item[0][0]))
        if len(cell) == 1
    ]
    if not 1 < len(alone) <= MOST_POINTS:
        return None
    points = tuple(
        Point(
            pivot.rows.codes[row].text,
            figure.value,
            columns.codes[series].text if columns and series else "",
            figure.text,
        )
        for row, series, figure in alone
    )
    fixed = [
        dimension.codes[pivot.fixed[dimension.name]]
        for dimension in dimensions
        if dimension.name in pivot.fixed and len(dimension.codes) > 1
    ]
    words = [
        dimension.codes[code].text for dimension in (pivot.rows, columns) if dimension for code in dimension.totals
    ]
    kind = "line" if pivot.rows.name == "period" and len({point.place for point in points}) > 2 else "bar"
    points, totals = apart(points, words) if kind == "bar" else (points, ())
    crowded = [cell for cell in by_cell.values() if len(cell) > 1]
    passages: dict[str, list[str]] = {}
    for _, _, figure in alone:
        named = passages.setdefault(figure.iri.removeprefix(f"{namespaces.BASE}id/").partition("/")[0], [])
        named += [it.text for it in figure.passages if it.text not in named]
    units = ", ".join(dict.fromkeys(figure.unit for _, _, figure in alone if figure.unit))
    return Chart(
        name="-".join([cube.slug, *(thing.title.replace(":", "-") for thing in fixed)]),
        title=": ".join(filter(None, [cube.title, ", ".join(thing.text for thing in fixed)])),
        address=cube.iri,
        kind=kind,
        points=points,
        totals=totals,
        source=source({short: sorted(named, key=natural) for short, named in passages.items()}, states or {}),
        missing=f"Not drawn: {sum(map(len, crowded))} figures that share a cell of the table with others"
        if crowded
        else "",
        titles=(pivot.rows.title, f"number (unit: {units})" if units else "number"),
    )


def _noun(title: str) -> str:
    """The label of a property as the title of a dimension: "is for period" is "period"."""
    if title == "measures":
        return "what is counted"
    return title.removeprefix("has ").removeprefix("is for ").removeprefix("is ")
