"""The statistics: every cube, turned by its dimensions, with its charts and a file."""

from __future__ import annotations

import csv
import io
from urllib.parse import urlencode

from statereport.cubes import Cube
from statereport.errors import AddressUnknown, did_you_mean
from statereport.void import LICENCE
from statereport.web import citing, pictures, tabulation, views
from statereport.web import page as pages
from statereport.web.http import Request, Response
from statereport.web.site import Site
from statereport.web.tabulation import Dimension, Number


def overview(site: Site, request: Request) -> Response:
    """Every cube with what it counts."""
    listed = [(cube, len(cube.rows), [d.title for d in tabulation.dimensions(site, cube) if len(d.codes) > 1]) for cube in site.cubes]
    return pages.html(site, request, "statistics.html", cubes=listed, dataset=pages.data(_catalogue(site)))


def page(site: Site, request: Request, slug: str) -> Response:
    """One cube as the address says: ?rows=…&columns=…, and for other dimensions the code that is wanted."""
    cube, dimensions, everything, view = _turned(site, request, slug)
    numbers = view.chosen(everything)
    columns = views.occurring(view.across, numbers) if view.across else [""]
    rows = []
    for code in views.occurring(view.down, numbers):
        here = [n for n in numbers if n.codes.get(view.down.name) == code]
        rows.append((view.down.codes[code], [[n for n in here if not view.across or n.codes.get(view.across.name) == c] for c in columns]))
    open_dimensions = [d for d in dimensions if d not in (view.down, view.across) and d.name not in view.held and len(d.codes) > 1]
    charts = [] if view.faults else views.drawn(site, cube, dimensions, everything, view)
    query = urlencode([pair for pair in request.query if pair[1]])
    return pages.html(
        site, request, "cube.html", 400 if view.faults else 200,
        cube=cube, dimensions=dimensions, view=view, none=views.NONE,
        rows=rows, columns=[view.across.codes[c] for c in columns] if view.across else [],
        apart=open_dimensions, pictures=charts, query=query, count=len(numbers),
        cite=citing.citation(site, cube.title, cube.iri),
        dataset=pages.data(_described(site, cube)),
    )


def table(site: Site, request: Request, slug: str) -> Response:
    """The figures that the page of the same address shows, one a row, as CSV."""
    _, dimensions, everything, view = _turned(site, request, slug)
    _refuse_faults(request, view, slug)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*(d.title for d in dimensions), "number", "as said", "figure", "passages"])
    for number in view.chosen(everything):
        codes = [d.codes[number.codes[d.name]].text if d.name in number.codes else "" for d in dimensions]
        writer.writerow([*codes, number.value, number.said, number.iri, "; ".join(it.text for it in number.passages)])
    headers = (("Content-Disposition", f'attachment; filename="{slug}.csv"'),)
    return Response(200, "text/csv; charset=utf-8", out.getvalue().encode("utf-8"), headers)


def picture(site: Site, request: Request, slug: str) -> Response:
    """The figures that the page of the same address shows, of one thing that is counted, as a chart."""
    cube, dimensions, everything, view = _turned(site, request, slug)
    _refuse_faults(request, view, slug)
    chart = views.chart_of(cube, dimensions, everything, view)
    if chart is None:
        mend = f"hold it to one thing that is counted ({tabulation.COUNTED}=…) and to two figures or more: /statistics/{slug} leads to the charts that there are."
        raise AddressUnknown(where=request.path, what="These figures have no chart of their own.", mend=mend)
    return pictures.response(chart)


def _turned(site: Site, request: Request, slug: str) -> tuple[Cube, tuple[Dimension, ...], tuple[Number, ...], views.View]:
    """The cube of that name, its dimensions and numbers, and how the address turns it."""
    cube = _cube(site, request, slug)
    dimensions = tabulation.dimensions(site, cube)
    return cube, dimensions, tabulation.numbers(site, cube), views.asked(site, request, dimensions)


def _refuse_faults(request: Request, view: views.View, slug: str) -> None:
    if view.faults:
        raise AddressUnknown(where=request.path, what=view.faults[0].what, mend=f"see /statistics/{slug}")


def _cube(site: Site, request: Request, slug: str) -> Cube:
    found = next((cube for cube in site.cubes if cube.slug == slug), None)
    if found is None:
        slugs = [cube.slug for cube in site.cubes]
        raise AddressUnknown(where=request.path, what="There is no table of this name.", mend=did_you_mean(slug, slugs, "all are at /statistics"))
    return found


def _catalogue(site: Site) -> dict:
    return {
        "@context": "https://schema.org/",
        "@type": "DataCatalog",
        "name": "Statistics in the report",
        "url": f"{site.base}/statistics",
        "dataset": [{k: v for k, v in _described(site, cube).items() if k != "@context"} for cube in site.cubes],
    }


def _described(site: Site, cube: Cube) -> dict:
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": cube.iri,
        "name": cube.title,
        "description": cube.description,
        "url": f"{site.base}/statistics/{cube.slug}",
        "version": site.version,
        "dateModified": site.issued,
        "license": LICENCE,
        "creator": {"@type": "Organization", "name": "statereport"},
        "variableMeasured": [site.names.label(component.property).text for component in cube.components],
        "distribution": [{"@type": "DataDownload", "contentUrl": f"{site.base}/statistics/{cube.slug}.csv", "encodingFormat": "text/csv"}],
    }
