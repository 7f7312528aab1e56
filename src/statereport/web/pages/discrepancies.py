"""What does not agree in the report: what each place says, side by side, and how it was found."""

from __future__ import annotations

from collections import Counter

from statereport import discrepancies
from statereport.web import page as pages
from statereport.web import shown
from statereport.web.http import Request, Response
from statereport.web.site import Site


def page(site: Site, request: Request) -> Response:
    """Every discrepancy and doubt in the order of the text, or only those of one kind."""
    found = discrepancies.entries(site.graph)
    kinds = Counter(entry.kind for entry in found)
    wanted = request.value("kind")
    chosen = [entry for entry in found if wanted in ("", entry.kind)]
    return pages.html(
        site, request, "discrepancies.html",
        kinds=sorted(kinds.items()),
        wanted=wanted,
        total=len(found),
        computed=sum(bool(entry.rule) for entry in found),
        about=discrepancies.ABOUT,
        entries=[(entry, shown.thing(entry.iri, site.names), shown.passages(entry.units, site.names),
                  [(told, shown.passages(told.passages, site.names)) for told in entry.statements]) for entry in chosen],
    )
