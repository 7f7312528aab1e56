"""The first page, and the files that every page needs."""

from __future__ import annotations

from statereport.errors import UnknownName, did_you_mean
from statereport.graph import discrepancies
from statereport.pages import about, questions, report
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, html

# A file's address names its digest, so that what was fetched once need never be asked for again.
KEPT = ("Cache-Control", "public, max-age=31536000, immutable")


def page(context: Context, address: Address) -> Page:
    """What this is, and where to begin."""
    found = discrepancies.entries(context.graph)
    return html(
        context,
        address,
        "home.html",
        topics=questions.topics(context),
        themes=report.themes(context),
        frame=report.frame(context),
        discrepancies=found[:6],
        count=len(found),
        dataset=about.dataset(context),
    )


def static(context: Context, address: Address, name: str) -> Page:
    """A style sheet, script or picture, from memory."""
    file = context.static.get(name)
    if file is None:
        raise UnknownName(where=name, what="There is no such file.", hint=did_you_mean(name, context.static))
    return Page(file.body, file.media_type, headers=(KEPT,))
