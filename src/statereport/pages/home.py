"""The first page."""

from __future__ import annotations

from statereport.graph import discrepancies
from statereport.pages import about, questions, report
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, render

# How many discrepancies the first page shows.
FEW = 6


def home_page(context: Context, address: Address) -> Page:
    """What the data are, every question by topic, every theme, and the first discrepancies."""
    found = discrepancies.entries(context.graph)
    return render(
        context,
        address,
        "home.html",
        topics=questions.topics(context),
        themes=report.themes(context),
        header=report.report_header(context),
        discrepancies=found[:FEW],
        count=len(found),
        dataset=about.dataset(context),
    )
