"""A cube for reading: its numbers, its dimensions, and a figure's neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from statereport.pages import cells
from statereport.pages.context import Context
from statereport.publish.cubes import Component, Cube

# The dimension along which units differ, so that no chart runs along it.
COUNTED = "indicator"


@dataclass(frozen=True)
class Number:
    """A figure of a cube: its thing, value, how it is said (with its bound), its unit, and the codes of its dimensions."""

    thing: cells.Thing
    iri: str
    value: Decimal
    said: str
    unit: str
    codes: Mapping[str, str]
    passages: tuple[cells.Thing, ...]


@dataclass(frozen=True)
class Dimension:
    """A dimension of a cube: its name and title, and the codes that occur, in order, as things."""

    name: str
    title: str
    codes: Mapping[str, cells.Thing]


def numbers(context: Context, cube: Cube) -> tuple[Number, ...]:
    """Every figure of a cube."""
    found = []
    for figure, row in cube.rows:
        value = row["value"][0].value
        bound, unit = (row[name][0].label if row.get(name) else "" for name in ("bound", "unit"))
        found.append(
            Number(
                thing=cells.thing(figure, context.names),
                iri=figure,
                value=Decimal(value),
                said=said(value, bound, unit),
                unit=unit,
                codes={c.name: row[c.name][0].value for c in dimensions_of(cube) if c.name in row},
                passages=cells.passages(context.names.stated.get(figure, ()), context.names),
            )
        )
    return tuple(found)


def said(value: str, bound: str, unit: str) -> str:
    """A number in words: `more than 3,300,000`, `51.4%`."""
    number = cells.number(value) + ("%" if unit == "percent" else "")
    return number if bound in ("", "exact") else f"{bound} {number}"


def dimensions_of(cube: Cube) -> list[Component]:
    """The components of a cube that are dimensions."""
    return [component for component in cube.components if component.role == "dimension"]


def dimensions(context: Context, cube: Cube) -> tuple[Dimension, ...]:
    """The dimensions of a cube, those first that tell its figures apart, before what is counted; codes in the order of their names."""
    found = []
    for component in dimensions_of(cube):
        codes = dict.fromkeys(cell.value for cell in cube.cells(component.name))
        totals = {cell.value for cell in cube.cells(component.name) if cell.total}
        order = sorted(codes, key=lambda code: (code in totals, context.names.label(code).text))
        title = context.names.label(component.property).text
        found.append(
            Dimension(component.name, _short(title), {code: cells.thing(code, context.names) for code in order})
        )
    return tuple(sorted(found, key=lambda dimension: (len(dimension.codes) < 2, dimension.name == COUNTED)))


def neighbours(found: Iterable[Number], figure: str) -> dict[str, list[Number]]:
    """The figures that differ from this one in one dimension only, with itself, by that dimension."""
    found = list(found)
    me = next((number for number in found if number.iri == figure), None)
    if me is None:
        return {}
    by_dimension: dict[str, list[Number]] = {}
    for number in found:
        differing = [name for name in me.codes if number.codes.get(name) != me.codes[name]]
        if len(differing) == 1:
            by_dimension.setdefault(differing[0], [me]).append(number)
    return by_dimension


def _short(title: str) -> str:
    if title == "measures":
        return "what is counted"
    return title.removeprefix("has ").removeprefix("is for ").removeprefix("is ")
