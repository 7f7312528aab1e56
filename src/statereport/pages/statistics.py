"""Statistics: a page for each cube as a pivot table, with its charts and a CSV file."""

from __future__ import annotations

from urllib.parse import urlencode

from statereport.errors import AddressUnknown, did_you_mean
from statereport.pages import cells, charts, citations, pivot
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, json_script, render
from statereport.pages.pivot import Dimension, Figure, Pivot
from statereport.publish.cubes import Cube
from statereport.publish.void import LICENCE
from statereport.questions import spreadsheet
from statereport.rdf import writers


def statistics_page(context: Context, address: Address) -> Page:
    """The list of cubes, each with its dimensions and the number of its figures."""
    groups: dict[str, list[tuple[Cube, int, list[str]]]] = {}
    for cube in context.cubes:
        dimensions = [d.title for d in pivot.dimensions_of(context, cube) if len(d.codes) > 1]
        groups.setdefault(_report(context, cube), []).append((cube, len(cube.rows), dimensions))
    return render(
        context,
        address,
        "statistics.html",
        groups=[(cells.thing(report, context.names) if report else None, cubes) for report, cubes in groups.items()],
        total=len(context.cubes),
        dataset=json_script(_catalogue(context)),
    )


def cube_page(context: Context, address: Address, slug: str) -> Page:
    """A cube as a pivot table: ?rows=…&columns=…, and for each other dimension the code that it is fixed to.

    A parameter that does not fit is explained at its field, with status 400. Raises AddressUnknown.
    """
    cube, dimensions, every, table = _read(context, address, slug)
    figures = table.chosen(every)
    columns = pivot.codes_in_use(table.columns, figures) if table.columns else [""]
    rows = []
    for code in pivot.codes_in_use(table.rows, figures):
        row = [figure for figure in figures if figure.codes.get(table.rows.name) == code]
        line = [
            [figure for figure in row if not table.columns or figure.codes.get(table.columns.name) == column]
            for column in columns
        ]
        rows.append((table.rows.codes[code], line))
    return render(
        context,
        address,
        "cube.html",
        400 if table.faults else 200,
        cube=cube,
        dimensions=dimensions,
        pivot=table,
        none=pivot.NONE,
        rows=rows,
        columns=[table.columns.codes[code] for code in columns] if table.columns else [],
        differing=[
            dimension
            for dimension in dimensions
            if dimension not in (table.rows, table.columns)
            and dimension.name not in table.fixed
            and len(dimension.codes) > 1
        ],
        charts=[] if table.faults else pivot.charts_of(context, cube, dimensions, every, table),
        query=urlencode([pair for pair in address.query if pair[1]]),
        count=len(figures),
        noted=tuple(dict.fromkeys(entry for figure in figures for entry in figure.thing.noted)),
        cite=citations.cite(context, cube.title, cube.iri),
        dataset=json_script(_described(context, cube)),
    )


def parameters_of(context: Context, slug: str, ending: str = "") -> tuple[str, ...]:
    """The names of the parameters on which a cube's page, CSV file and chart depend."""
    found = next((cube for cube in context.cubes if cube.slug == slug), None)
    return ("rows", "columns", *(c.name for c in pivot.dimension_components(found))) if found else ()


def cube_file(context: Context, address: Address, slug: str, ending: str) -> Page:
    """The figures of the pivot table at the same address as CSV or a workbook, one in a row. Raises AddressUnknown."""
    _, dimensions, every, table = _read(context, address, slug)
    _refuse_faults(address, table, slug)
    head = [*(dimension.title for dimension in dimensions), "number", "as stated", "figure", "passages"]
    rows = []
    for figure in table.chosen(every):
        codes = [d.codes[figure.codes[d.name]].text if d.name in figure.codes else "" for d in dimensions]
        rows.append([*codes, figure.value, figure.text, figure.iri, "; ".join(it.text for it in figure.passages)])
    if ending == "xlsx":
        body, kind = spreadsheet.workbook(head, rows, [len(head) - 1]), spreadsheet.MEDIA_TYPE
    else:
        terms = [[None if value is None else writers.literal(str(value)) for value in row] for row in rows]
        body, kind = writers.results(head, terms, None, "csv"), "text/csv; charset=utf-8"
    return Page(body, kind, headers=(("Content-Disposition", f'attachment; filename="{slug}.{ending}"'),))


def cube_chart(context: Context, address: Address, slug: str) -> Page:
    """The chart of the pivot table at the same address. Raises AddressUnknown where it has none, or several."""
    cube, dimensions, every, table = _read(context, address, slug)
    _refuse_faults(address, table, slug)
    chart = pivot.chart_of(cube, dimensions, every, table, context.graph.charting.states)
    if chart is None:
        raise AddressUnknown(
            where=address.path,
            what="These figures have no single chart.",
            hint=f"choose one {pivot.COUNTED} ({pivot.COUNTED}=…) that has at least two figures; "
            f"/statistics/{slug} shows the charts.",
        )
    return charts.specification_page(chart)


def _read(
    context: Context, address: Address, slug: str
) -> tuple[Cube, tuple[Dimension, ...], tuple[Figure, ...], Pivot]:
    """The cube of that name, its dimensions and figures, and the pivot that the address asks for."""
    cube = _cube(context, address, slug)
    dimensions = pivot.dimensions_of(context, cube)
    return cube, dimensions, pivot.figures_of(context, cube), pivot.pivot_of(context, address, dimensions)


def _refuse_faults(address: Address, table: Pivot, slug: str) -> None:
    if table.faults:
        raise AddressUnknown(where=address.path, what=table.faults[0].what, hint=f"see /statistics/{slug}")


def _cube(context: Context, address: Address, slug: str) -> Cube:
    found = next((cube for cube in context.cubes if cube.slug == slug), None)
    if found is None:
        slugs = [cube.slug for cube in context.cubes]
        raise AddressUnknown(
            where=address.path,
            what="There is no table of this name.",
            hint=did_you_mean(slug, slugs, "all are at /statistics"),
        )
    return found


def _catalogue(context: Context) -> dict:
    """The cubes for search engines of data, in the terms of schema.org."""
    return {
        "@context": "https://schema.org/",
        "@type": "DataCatalog",
        "name": "Statistics in the reports",
        "url": f"{context.base}/statistics",
        "dataset": [{k: v for k, v in _described(context, cube).items() if k != "@context"} for cube in context.cubes],
    }


def _report(context: Context, cube: Cube) -> str:
    """The IRI of the report whose figures a cube has; "" where it has those of several."""
    found = {context.names.report_of(figure) for figure, _ in cube.rows}
    return found.pop() if len(found) == 1 else ""


def _described(context: Context, cube: Cube) -> dict:
    """A cube in the terms of schema.org."""
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": cube.iri,
        "name": cube.title,
        "description": cube.description,
        "url": f"{context.base}/statistics/{cube.slug}",
        "version": context.version,
        "dateModified": context.issued,
        "license": LICENCE,
        "creator": {"@type": "Organization", "name": context.author},
        "variableMeasured": [context.names.label(component.property).text for component in cube.components],
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": f"{context.base}/statistics/{cube.slug}.csv",
                "encodingFormat": "text/csv",
            }
        ],
    }
