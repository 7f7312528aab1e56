"""The statistics: every cube, turned by its dimensions, with its charts and a file."""

from __future__ import annotations

from urllib.parse import urlencode

from statereport.errors import AddressUnknown, did_you_mean
from statereport.pages import citations, pictures, tabulation, views
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, data, html
from statereport.pages.tabulation import Dimension, Number
from statereport.publish.cubes import Cube
from statereport.publish.void import LICENCE
from statereport.questions import spreadsheet


def overview(context: Context, address: Address) -> Page:
    """Every cube with what it counts."""
    listed = [
        (cube, len(cube.rows), [d.title for d in tabulation.dimensions(context, cube) if len(d.codes) > 1])
        for cube in context.cubes
    ]
    return html(context, address, "statistics.html", cubes=listed, dataset=data(_catalogue(context)))


def page(context: Context, address: Address, slug: str) -> Page:
    """One cube as the address says: ?rows=…&columns=…, and for other dimensions the code that is wanted."""
    cube, dimensions, everything, view = _turned(context, address, slug)
    numbers = view.chosen(everything)
    columns = views.occurring(view.across, numbers) if view.across else [""]
    rows = []
    for code in views.occurring(view.down, numbers):
        here = [n for n in numbers if n.codes.get(view.down.name) == code]
        rows.append(
            (
                view.down.codes[code],
                [[n for n in here if not view.across or n.codes.get(view.across.name) == c] for c in columns],
            )
        )
    open_dimensions = [
        d for d in dimensions if d not in (view.down, view.across) and d.name not in view.held and len(d.codes) > 1
    ]
    charts = [] if view.faults else views.drawn(context, cube, dimensions, everything, view)
    query = urlencode([pair for pair in address.query if pair[1]])
    return html(
        context,
        address,
        "cube.html",
        400 if view.faults else 200,
        cube=cube,
        dimensions=dimensions,
        view=view,
        none=views.NONE,
        rows=rows,
        columns=[view.across.codes[c] for c in columns] if view.across else [],
        apart=open_dimensions,
        pictures=charts,
        query=query,
        count=len(numbers),
        cite=citations.citation(context, cube.title, cube.iri),
        dataset=data(_described(context, cube)),
    )


def reads(context: Context, slug: str) -> tuple[str, ...]:
    """Return the names of the parameters that a cube's page, table and chart read."""
    found = next((cube for cube in context.cubes if cube.slug == slug), None)
    return ("rows", "columns", *(c.name for c in tabulation.dimensions_of(found))) if found else ()


def table(context: Context, address: Address, slug: str) -> Page:
    """The figures that the page of the same address shows, one a row, as CSV."""
    _, dimensions, everything, view = _turned(context, address, slug)
    _refuse_faults(address, view, slug)
    head = [*(d.title for d in dimensions), "number", "as said", "figure", "passages"]
    rows = []
    for number in view.chosen(everything):
        codes = [d.codes[number.codes[d.name]].text if d.name in number.codes else "" for d in dimensions]
        rows.append([*codes, number.value, number.said, number.iri, "; ".join(it.text for it in number.passages)])
    body, changed = spreadsheet.document(head, rows)
    headers = (("Content-Disposition", f'attachment; filename="{slug}.csv"'), ("Cells-Neutralised", str(changed)))
    return Page(body, "text/csv; charset=utf-8", headers=headers)


def picture(context: Context, address: Address, slug: str) -> Page:
    """The figures that the page of the same address shows, of one thing that is counted, as a chart."""
    cube, dimensions, everything, view = _turned(context, address, slug)
    _refuse_faults(address, view, slug)
    chart = views.chart_of(cube, dimensions, everything, view)
    if chart is None:
        hint = f"hold it to one thing that is counted ({tabulation.COUNTED}=…) and to two figures or more: /statistics/{slug} leads to the charts that there are."
        raise AddressUnknown(where=address.path, what="These figures have no chart of their own.", hint=hint)
    return pictures.response(chart)


def _turned(
    context: Context, address: Address, slug: str
) -> tuple[Cube, tuple[Dimension, ...], tuple[Number, ...], views.View]:
    """The cube of that name, its dimensions and numbers, and how the address turns it."""
    cube = _cube(context, address, slug)
    dimensions = tabulation.dimensions(context, cube)
    return cube, dimensions, tabulation.numbers(context, cube), views.asked(context, address, dimensions)


def _refuse_faults(address: Address, view: views.View, slug: str) -> None:
    if view.faults:
        raise AddressUnknown(where=address.path, what=view.faults[0].what, hint=f"see /statistics/{slug}")


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
    return {
        "@context": "https://schema.org/",
        "@type": "DataCatalog",
        "name": "Statistics in the report",
        "url": f"{context.base}/statistics",
        "dataset": [{k: v for k, v in _described(context, cube).items() if k != "@context"} for cube in context.cubes],
    }


def _described(context: Context, cube: Cube) -> dict:
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
        "creator": {"@type": "Organization", "name": "statereport"},
        "variableMeasured": [context.names.label(component.property).text for component in cube.components],
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": f"{context.base}/statistics/{cube.slug}.csv",
                "encodingFormat": "text/csv",
            }
        ],
    }
