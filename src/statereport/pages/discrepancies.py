"""What does not agree in the report: what each place says, side by side, and how it was found."""

from __future__ import annotations

from collections import Counter

from statereport.graph import discrepancies
from statereport.pages import cells
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, html


def page(context: Context, address: Address) -> Page:
    """Every discrepancy and doubt in the order of the text, or only those of one kind."""
    found = discrepancies.entries(context.graph)
    kinds = Counter(entry.kind for entry in found)
    wanted = address.value("kind")
    chosen = [entry for entry in found if wanted in ("", entry.kind)]
    return html(
        context,
        address,
        "discrepancies.html",
        kinds=sorted(kinds.items()),
        wanted=wanted,
        total=len(found),
        computed=sum(bool(entry.rule) for entry in found),
        about=discrepancies.ABOUT,
        entries=[
            (
                entry,
                cells.thing(entry.iri, context.names),
                cells.passages(entry.units, context.names),
                [(told, cells.passages(told.passages, context.names)) for told in entry.statements],
            )
            for entry in chosen
        ],
    )
