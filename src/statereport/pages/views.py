"""A cube as an address turns it: what runs down and across, which codes other dimensions are held to, and its charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from statereport.pages import pictures, tabulation
from statereport.pages.context import Context
from statereport.pages.page import Address
from statereport.pages.tabulation import Dimension, Number
from statereport.publish.cubes import Cube
from statereport.questions.chart import Chart, Point

NONE = "none"
MOST_POINTS = 40


@dataclass(frozen=True)
class Fault:
    """A value of the address that does not fit: the field and what is wrong, in words."""

    field: str
    what: str


@dataclass(frozen=True)
class View:
    """How a cube is turned: what runs down, what runs across, and the codes that other dimensions are held to."""

    down: Dimension
    across: Dimension | None
    held: dict[str, str]
    faults: tuple[Fault, ...] = ()

    def chosen(self, numbers: Sequence[Number]) -> list[Number]:
        """The numbers that have the held codes."""
        return [number for number in numbers if all(number.codes.get(name) == code for name, code in self.held.items())]


def asked(context: Context, address: Address, dimensions: Sequence[Dimension]) -> View:
    """What the address asks for; what it does not say is the first dimension that tells figures apart, and the second."""
    known = {dimension.name: dimension for dimension in dimensions}
    telling = [dimension for dimension in dimensions if len(dimension.codes) > 1] or list(dimensions)
    faults = []
    names = {}
    for field in ("rows", "columns"):
        names[field] = address.value(field)
        if names[field] not in ("", *known, *([NONE] if field == "columns" else [])):
            faults.append(Fault(field, f"The table has no dimension {names[field]!r}; it has: {', '.join(known)}."))
            names[field] = ""
    down = known.get(names["rows"]) or next((d for d in telling if d.name != names["columns"]), telling[0])
    others = [dimension for dimension in telling if dimension is not down]
    across = known.get(names["columns"]) or (others[0] if others and names["columns"] != NONE else None)
    if across is down:
        across = None
    held = {}
    for name, value in address.query:
        if name in ("rows", "columns") or not value:
            continue
        codes = {context.names.short(code): code for code in known[name].codes} if name in known else {}
        if value in codes:
            held[name] = codes[value]
        else:
            faults.append(
                Fault(
                    name,
                    f"{value!r} is not a {known[name].title} of this table."
                    if name in known
                    else f"The table has no dimension {name!r}; it has: {', '.join(known)}.",
                )
            )
    return View(down, across, held, tuple(faults))


def occurring(dimension: Dimension, numbers: Sequence[Number]) -> list[str]:
    """The codes of a dimension that some number has, in order."""
    there = {number.codes.get(dimension.name) for number in numbers}
    return [code for code in dimension.codes if code in there]


def drawn(
    context: Context, cube: Cube, dimensions: Sequence[Dimension], numbers: Sequence[Number], view: View
) -> list[pictures.Shown]:
    """The charts of a view: one for each thing that is counted, since what is counted in two ways has no one axis."""
    found = []
    counted = next(dimension for dimension in dimensions if dimension.name == tabulation.COUNTED)
    for code in occurring(counted, view.chosen(numbers)):
        narrow = replace(view, held={**view.held, counted.name: code})
        chart = chart_of(cube, dimensions, numbers, narrow)
        if chart:
            held = [(name, context.names.short(value)) for name, value in narrow.held.items()]
            query = [("rows", view.down.name), ("columns", view.across.name if view.across else NONE), *held]
            found.append(pictures.shown(chart, f"/statistics/{cube.slug}", query))
    return found


def chart_of(cube: Cube, dimensions: Sequence[Dimension], numbers: Sequence[Number], view: View) -> Chart | None:
    """The numbers of a view as bars, as lines where its rows are years; what runs across tells them apart.

    None where there is nothing to compare: one number, very many, or different things counted. Of several numbers in one cell
    none is drawn, since a bar could not say which it is.
    """
    chosen = view.chosen(numbers)
    across = view.across if view.across and view.across.name != tabulation.COUNTED else None
    if len({number.codes.get(tabulation.COUNTED) for number in chosen}) > 1:
        return None
    cells: dict[tuple[str, str], list[Number]] = {}
    for number in chosen:
        if view.down.name in number.codes:
            cells.setdefault(
                (number.codes[view.down.name], number.codes.get(across.name, "") if across else ""), []
            ).append(number)
    order = list(view.down.codes)
    alone = [
        (down, side, cell[0])
        for (down, side), cell in sorted(cells.items(), key=lambda item: order.index(item[0][0]))
        if len(cell) == 1
    ]
    if not 1 < len(alone) <= MOST_POINTS:
        return None
    points = tuple(
        Point(view.down.codes[down].text, number.value, across.codes[side].text if across and side else "", number.said)
        for down, side, number in alone
    )  # fmt: skip
    held = [
        dimension.codes[view.held[dimension.name]]
        for dimension in dimensions
        if dimension.name in view.held and len(dimension.codes) > 1
    ]
    units = ", ".join(dict.fromkeys(number.unit for _, _, number in alone if number.unit))
    return Chart(
        name="-".join([cube.slug, *(thing.title.replace(":", "-") for thing in held)]),
        title=": ".join(filter(None, [cube.title, ", ".join(thing.text for thing in held)])),
        address=cube.iri,
        kind="line" if view.down.name == "period" and len({point.place for point in points}) > 2 else "bar",
        points=points,
        titles=(view.down.title, f"number (unit: {units})" if units else "number"),
    )
