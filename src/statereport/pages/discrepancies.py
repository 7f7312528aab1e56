"""The discrepancies of the report: for each, the statements concerned side by side, and how it was found."""

from __future__ import annotations

from collections import Counter

from statereport.graph import discrepancies
from statereport.pages import cells
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, render


def discrepancies_page(context: Context, address: Address) -> Page:
    """Every discrepancy and doubt in the order of the text; with ?kind=, those of one kind."""
    found = discrepancies.entries(context.graph)
    kinds = Counter(entry.kind for entry in found)
    kind = address.value("kind")
    return render(
        context,
        address,
        "discrepancies.html",
        kinds=sorted(kinds.items()),
        kind=kind,
        total=len(found),
        computed=sum(bool(entry.rule) for entry in found),
        about=discrepancies.ABOUT,
        entries=[
            (
                entry,
                cells.thing(entry.iri, context.names),
                cells.passages(entry.units, context.names, context.names.report_of(entry.iri)),
                [(statement, cells.passages(statement.passages, context.names)) for statement in entry.statements],
            )
            for entry in found
            if kind in ("", entry.kind)
        ],
    )
