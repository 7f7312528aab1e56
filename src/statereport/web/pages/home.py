"""The first page, and the files that every page needs."""

from __future__ import annotations

from statereport import discrepancies
from statereport.errors import UnknownName, did_you_mean
from statereport.web import page as pages
from statereport.web.http import Request, Response
from statereport.web.pages import about, questions, report
from statereport.web.site import Site

# A file's address names its digest, so that what was fetched once need never be asked for again.
KEPT = ("Cache-Control", "public, max-age=31536000, immutable")


def page(site: Site, request: Request) -> Response:
    """What this is, and where to begin."""
    found = discrepancies.entries(site.graph)
    return pages.html(
        site, request, "home.html",
        topics=questions.topics(site),
        themes=report.themes(site),
        frame=report.frame(site),
        discrepancies=found[:6],
        count=len(found),
        dataset=about.dataset(site),
    )


def static(site: Site, request: Request, name: str) -> Response:
    """A style sheet, script or picture, from memory."""
    file = site.static.get(name)
    if file is None:
        raise UnknownName(where=name, what="There is no such file.", mend=did_you_mean(name, site.static))
    return Response(200, file.media_type, file.body, (KEPT,))
