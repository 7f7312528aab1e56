"""The statistics: every cube, turned by its dimensions, with a picture and a file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from statereport.cubes import Cube
from statereport.errors import AddressUnknown, did_you_mean
from statereport.void import LICENCE
from statereport.web import citing, tabulation
from statereport.web import page as pages
from statereport.web.http import Request, Response
from statereport.web.site import Site
from statereport.web.tabulation import Dimension, Number

NONE = "none"


@dataclass(frozen=True)
class Fault:
    """A value of the form that does not fit: the field and what is wrong, in words."""

    field: str
    what: str


@dataclass(frozen=True)
class View:
    """How a cube is turned: what runs down, what runs across, and the codes that other dimensions are held to."""

    down: Dimension
    across: Dimension | None
    held: dict[str, str]
    faults: tuple[Fault, ...]


def overview(site: Site, request: Request) -> Response:
    """Every cube with what it counts."""
    listed = [(cube, len(cube.rows), [d.title for d in tabulation.dimensions(site, cube) if len(d.codes) > 1]) for cube in site.cubes]
    return pages.html(site, request, "statistics.html", cubes=listed, dataset=pages.data(_catalogue(site)))


def page(site: Site, request: Request, slug: str) -> Response:
    """One cube as the address says: ?rows=…&columns=…, and for other dimensions the code that is wanted."""
    cube = _cube(site, request, slug)
    dimensions = tabulation.dimensions(site, cube)
    view = _view(site, request, dimensions)
    numbers = _chosen(site, cube, view)
    columns = list(_occurring(view.across, numbers)) if view.across else [""]
    rows = []
    for code in _occurring(view.down, numbers):
        here = [n for n in numbers if n.codes.get(view.down.name) == code]
        rows.append((view.down.codes[code], [[n for n in here if not view.across or n.codes.get(view.across.name) == c] for c in columns]))
    open_dimensions = [d for d in dimensions if d not in (view.down, view.across) and d.name not in view.held and len(d.codes) > 1]
    pictures = [] if view.faults else _pictures(cube, dimensions, view, _alone(rows))
    query = urlencode([pair for pair in request.query if pair[1]])
    return pages.html(
        site, request, "cube.html", 400 if view.faults else 200,
        cube=cube, dimensions=dimensions, view=view, none=NONE,
        rows=rows, columns=[view.across.codes[c] for c in columns] if view.across else [],
        apart=open_dimensions, pictures=pictures, query=query, count=len(numbers),
        cite=citing.citation(site, cube.title, cube.iri),
        dataset=pages.data(_described(site, cube)),
    )


def table(site: Site, request: Request, slug: str) -> Response:
    """The figures that the page of the same address shows, one a row, as CSV."""
    cube = _cube(site, request, slug)
    dimensions = tabulation.dimensions(site, cube)
    view = _view(site, request, dimensions)
    if view.faults:
        raise AddressUnknown(where=request.path, what=view.faults[0].what, mend=f"see /statistics/{slug}")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*(d.title for d in dimensions), "number", "as said", "figure", "passages"])
    for number in _chosen(site, cube, view):
        codes = [d.codes[number.codes[d.name]].text if d.name in number.codes else "" for d in dimensions]
        writer.writerow([*codes, number.value, number.said, number.iri, "; ".join(it.text for it in number.passages)])
    headers = (("Content-Disposition", f'attachment; filename="{slug}.csv"'),)
    return Response(200, "text/csv; charset=utf-8", out.getvalue().encode("utf-8"), headers)


def _view(site: Site, request: Request, dimensions: tuple[Dimension, ...]) -> View:
    """What the address asks for; what it does not say is the first dimension that tells figures apart, and the second."""
    known = {dimension.name: dimension for dimension in dimensions}
    telling = [dimension for dimension in dimensions if len(dimension.codes) > 1] or list(dimensions)
    faults = []
    names = {}
    for field in ("rows", "columns"):
        names[field] = request.value(field)
        if names[field] not in ("", *known, *([NONE] if field == "columns" else [])):
            faults.append(Fault(field, f"The table has no dimension {names[field]!r}; it has: {', '.join(known)}."))
            names[field] = ""
    down = known.get(names["rows"]) or next((d for d in telling if d.name != names["columns"]), telling[0])
    others = [dimension for dimension in telling if dimension is not down]
    across = known.get(names["columns"]) or (others[0] if others and names["columns"] != NONE else None)
    if across is down:
        across = None
    held = {}
    for name, value in request.query:
        if name in ("rows", "columns") or not value:
            continue
        codes = {site.names.short(code): code for code in known[name].codes} if name in known else {}
        if value in codes:
            held[name] = codes[value]
        else:
            faults.append(Fault(name, f"{value!r} is not a {known[name].title} of this table." if name in known
                                else f"The table has no dimension {name!r}; it has: {', '.join(known)}."))
    return View(down, across, held, tuple(faults))


def _chosen(site: Site, cube: Cube, view: View) -> list[Number]:
    return [n for n in tabulation.numbers(site, cube) if all(n.codes.get(name) == code for name, code in view.held.items())]


def _occurring(dimension: Dimension, numbers: list[Number]) -> list[str]:
    there = {number.codes.get(dimension.name) for number in numbers}
    return [code for code in dimension.codes if code in there]


def _alone(rows) -> list[Number]:
    """The numbers that stand alone in their cell: where there are several, a bar could not say which it is."""
    return [cell[0] for _, cells in rows for cell in cells if len(cell) == 1]


def _pictures(cube: Cube, dimensions: tuple[Dimension, ...], view: View, alone: list[Number]) -> list[Markup]:
    """One picture for each thing that is counted, since their units differ."""
    counted = next(dimension for dimension in dimensions if dimension.name == tabulation.COUNTED)
    if view.down is counted:
        return []
    found = []
    for i, code in enumerate(_occurring(counted, alone)):
        numbers = [number for number in alone if number.codes[counted.name] == code]
        title = cube.title if len(counted.codes) == 1 else f"{cube.title}: {counted.codes[code].text}"
        apart = view.across if view.across is not counted else None
        found.append(tabulation.picture(f"{cube.slug}-{i}", title, cube.iri, view.down, numbers, apart))
    return [Markup(svg) for svg in found if svg]


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
