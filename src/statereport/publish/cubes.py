"""Each cube as two files for statistical tools, a tidy table with its CSVW description and SDMX-CSV with its structure.

The columns of a cube are read from its structure, in the order of qb:order; nothing here knows which cubes there are.
Sources: RDF Data Cube Vocabulary; CSV on the Web (a converter that follows the description gets the triples of the
observations back); SDMX-CSV 2.0 with the identifiers and time formats of SDMX 2.1.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from statereport.publish import sdmx as structure
from statereport.publish.csvw import document
from statereport.rdf.namespaces import SR

if TYPE_CHECKING:
    from statereport.sparql.engine import Engine

PREFIXES = f"""PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sr: <{SR}>
"""
COMPONENTS = """SELECT ?cube ?title ?description ?component ?role ?property WHERE {
  ?cube a qb:DataSet ; dcterms:title ?title ; dcterms:description ?description ; qb:structure ?structure .
  ?structure qb:component ?component .
  ?component ?role ?property ; qb:order ?order .
  FILTER(?role IN (qb:dimension, qb:measure, qb:attribute))
} ORDER BY ?cube ?order"""
VALUES = """SELECT ?cube ?figure ?property ?value ?label ?total WHERE {
  ?figure qb:dataSet ?cube . ?cube qb:structure ?structure . ?structure qb:component ?component .
  ?component qb:componentProperty ?property . ?figure ?property ?value .
  OPTIONAL { ?value skos:prefLabel ?label FILTER(LANG(?label) = "en") }
  OPTIONAL { ?value a ?total FILTER(?total = sr:TotalCode) }
} ORDER BY ?cube ?figure ?property ?value"""
TIMES = """SELECT ?period ?precision ?start ?end WHERE {
  ?period sr:hasPrecision ?precision ; sr:startDate ?start ; sr:endDate ?end
}"""
# SDMX's own identifiers for what the content-oriented guidelines know; other components are named after themselves.
SDMX = {
    "period": "REF_PERIOD",
    "area": "REF_AREA",
    "indicator": "INDICATOR",
    "value": "OBS_VALUE",
    "unit": "UNIT_MEASURE",
    "source": "DATA_PROVIDER",
}
ISSUED = f"""SELECT (MAX(STR(?date)) AS ?issued) WHERE {{ <{SR}> dcterms:issued ?date }}"""
STRUCTURE = "structure.sdmx.xml"
DATA_SET = "http://purl.org/linked-data/cube#dataSet"


@dataclass(frozen=True)
class Component:
    """A column: the name of its component, its property, and whether it is a dimension, the measure or an attribute."""

    name: str
    property: str
    role: str


@dataclass(frozen=True)
class Cell:
    """A value: an IRI or a number as it is written, its label, and whether it is a total code."""

    value: str
    label: str = ""
    total: bool = False


@dataclass(frozen=True)
class Cube:
    """A cube's title, columns and rows; a row is a figure's IRI and, by the column's name, its values."""

    iri: str
    title: str
    description: str
    components: tuple[Component, ...]
    rows: tuple[tuple[str, dict[str, tuple[Cell, ...]]], ...]

    @property
    def slug(self) -> str:
        """The last part of the address, which the files are named after."""
        return _local(self.iri)

    def cells(self, name: str) -> list[Cell]:
        """All values of a column."""
        return [cell for _, row in self.rows for cell in row.get(name, ())]


def read(engine: Engine) -> tuple[Cube, ...]:
    """Every cube of the graph, by address; a cube's rows in the order of its dimensions."""
    heads: dict[str, tuple[str, str]] = {}
    components: dict[str, list[Component]] = {}
    for cube, title, description, component, role, prop in engine.query(PREFIXES + COMPONENTS).rows:
        heads[cube.value] = (title.value, description.value)
        name = _local(component.value).replace("-", "_")
        components.setdefault(cube.value, []).append(Component(name, prop.value, role.value.rpartition("#")[2]))
    rows: dict[str, dict[str, dict[str, list[Cell]]]] = {}
    for cube, figure, prop, value, label, total in engine.query(PREFIXES + VALUES).rows:
        cell = Cell(value.value, label.value if label else "", total is not None)
        rows.setdefault(cube.value, {}).setdefault(figure.value, {}).setdefault(prop.value, []).append(cell)
    return tuple(_cube(iri, heads[iri], components[iri], rows.get(iri, {})) for iri in heads)


def write(folder: Path, engine: Engine) -> int:
    """Write cubes/<slug>.csv, its -metadata.json and .sdmx.csv for every cube, and their SDMX structure. → how many."""
    found = read(engine)
    times = {row[0].value: sdmx_time(*(term.value for term in row[1:])) for row in engine.query(PREFIXES + TIMES).rows}
    for cube in found:
        path = folder / "cubes" / cube.slug
        path.parent.mkdir(exist_ok=True)
        files = {".csv": tidy(cube), ".csv-metadata.json": csvw(cube), ".sdmx.csv": sdmx(cube, times)}
        for ending, text in files.items():
            path.with_name(cube.slug + ending).write_text(text, encoding="utf-8", newline="")
    if found:
        day = engine.query(PREFIXES + ISSUED).rows[0][0]
        prepared = f"{day.value if day and day.value else '1970-01-01'}T00:00:00"
        message = structure.message((flow(cube, times) for cube in found), prepared)
        (folder / "cubes" / STRUCTURE).write_bytes(message)
    return len(found)


def tidy(cube: Cube) -> str:
    """One row a figure: its slug, then for each component a code (or number) and the code's English label."""
    head = ["figure", *(name for component in cube.components for name in _names(component))]
    lines = []
    for figure, row in cube.rows:
        line = [_local(figure)]
        for component in cube.components:
            cells = row.get(component.name, ())
            line.append("; ".join(_written(cube, component, cell) for cell in cells))
            if component.role != "measure":
                line.append("; ".join(cell.label for cell in cells))
        lines.append(line)
    return _table([head, *lines])


def csvw(cube: Cube) -> str:
    """The CSV on the Web description: what each column is in the graph, so that the rows can be made triples again."""
    columns: list[dict] = [
        {"name": "figure", "titles": "figure", "datatype": "string", "required": True, "suppressOutput": True}
    ]
    for component in cube.components:
        column = {
            "name": component.name,
            "titles": component.name,
            "propertyUrl": component.property,
            "datatype": "string",
        }
        cells = cube.cells(component.name)
        if component.role == "measure":
            column["datatype"] = "decimal" if any("." in cell.value for cell in cells) else "integer"
        else:
            space = _space(cube, component)
            column["valueUrl"] = f"{space}{{{component.name}}}" if space else f"{{+{component.name}}}"
        if any(len(row.get(component.name, ())) > 1 for _, row in cube.rows):
            column["separator"] = "; "
        if len(cells) >= len(cube.rows) and component.role != "attribute":
            column["required"] = True
        columns.append(column)
        if component.role != "measure":
            name = f"{component.name}_label"
            columns.append({"name": name, "titles": name, "datatype": "string", "suppressOutput": True})
    columns.append({"virtual": True, "propertyUrl": DATA_SET, "valueUrl": cube.iri})
    schema: dict = {"columns": columns, "primaryKey": "figure"}
    if cube.rows:
        schema["aboutUrl"] = f"{_folder(cube.rows[0][0])}{{figure}}"
    return document(cube.slug, cube.title, cube.description, cube.iri, schema)


def sdmx(cube: Cube, times: dict[str, str | None]) -> str:
    """The cube in SDMX-CSV 2.0.

    The period is TIME_PERIOD where SDMX can write every period of the cube, else a code, REF_PERIOD: school years, open
    periods and periods that the report does not state have no form in SDMX without an invented date. Total codes are
    _T. There is no OBS_STATUS: the report does not say how the numbers were obtained.
    """
    columns, written = _sdmx_columns(cube, times)
    of = f"{structure.AGENCY}:{_flow(cube)}({structure.VERSION})"
    head = ["STRUCTURE", "STRUCTURE_ID", "ACTION", *(name for name, _ in columns)]
    lines = [
        [
            *("dataflow", of, "I"),
            *("; ".join(_code(it, cell, written) for cell in row.get(it.name, ())) for _, it in columns),
        ]
        for _, row in cube.rows
    ]
    return _table([head, *lines])


def flow(cube: Cube, times: dict[str, str | None]) -> structure.Flow:
    """The cube's columns in SDMX, with the codes that they have."""
    columns, written = _sdmx_columns(cube, times)
    made = []
    for name, component in columns:
        cells = cube.cells(component.name)
        is_coded = component.role != "measure" and name != structure.TIME
        codes = {_code(component, cell, written): cell.label for cell in cells} if is_coded else {}
        made.append(structure.Column(name, component.role, codes, len(cells) >= len(cube.rows)))
    return structure.Flow(_flow(cube), cube.title, tuple(made))


def _sdmx_columns(cube: Cube, times: dict[str, str | None]) -> tuple[list[tuple[str, Component]], dict]:
    """The columns in SDMX's order, under its identifiers, and the times by which periods are written."""
    timed = all(times.get(cell.value) for cell in cube.cells("period"))
    order = sorted(
        cube.components,
        key=lambda c: (("dimension", "measure", "attribute").index(c.role), timed and c.name == "period"),
    )
    named = [(structure.TIME if timed and c.name == "period" else SDMX.get(c.name, c.name.upper()), c) for c in order]
    return named, times if timed else {}


def _flow(cube: Cube) -> str:
    return _id(cube.slug.replace("-", "_").upper())


def sdmx_time(precision: str, start: str, end: str) -> str | None:
    """A period in the formats of SDMX 2.1: a year, month or day, or a start with a duration; None where none fits."""
    kind = _local(precision)
    if kind in ("year", "month", "day"):
        return start
    if kind != "range" or len(start) != len(end):
        return None
    first, last = ([int(part) for part in text.split("-")] for text in (start, end))
    if len(first) == 1:
        return f"{start}-01-01/P{last[0] - first[0] + 1}Y"
    if len(first) == 2:
        return f"{start}-01/P{12 * (last[0] - first[0]) + last[1] - first[1] + 1}M"
    return f"{start}/P{(date(*last) - date(*first)).days + 1}D"


def _cube(iri: str, head: tuple[str, str], components: list[Component], rows: dict) -> Cube:
    dimensions = [component.property for component in components if component.role == "dimension"]

    def place(item: tuple[str, dict]) -> tuple:
        return (*(item[1].get(prop, [Cell("")])[0].value for prop in dimensions), item[0])

    named = tuple(
        (figure, {c.name: tuple(values[c.property]) for c in components if c.property in values})
        for figure, values in sorted(rows.items(), key=place)
    )
    return Cube(iri, *head, tuple(components), named)


def _names(component: Component) -> Iterator[str]:
    yield component.name
    if component.role != "measure":
        yield f"{component.name}_label"


def _space(cube: Cube, component: Component) -> str:
    """What the IRIs of all codes of a column begin with; empty where they differ, and the column holds whole IRIs."""
    spaces = {_folder(cell.value) for cell in cube.cells(component.name)}
    return spaces.pop() if len(spaces) == 1 else ""


def _written(cube: Cube, component: Component, cell: Cell) -> str:
    return cell.value.removeprefix(_space(cube, component)) if component.role != "measure" else cell.value


def _code(component: Component, cell: Cell, times: dict[str, str | None]) -> str:
    if component.role == "measure":
        return cell.value
    return "_T" if cell.total else times.get(cell.value) or _id(_local(cell.value))


def _id(name: str) -> str:
    """A name as SDMX allows it for identifiers: a point becomes an underscore."""
    return name.replace(".", "_")


def _local(iri: str) -> str:
    return iri.rpartition("/")[2]


def _folder(iri: str) -> str:
    return iri[: len(iri) - len(_local(iri))]


def _table(lines: Iterable[list[str]]) -> str:
    output = io.StringIO()
    csv.writer(output, lineterminator="\r\n").writerows(lines)
    return output.getvalue()
