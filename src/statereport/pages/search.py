"""Search by words in the names of things and the summaries of passages."""

from __future__ import annotations

from dataclasses import dataclass

from statereport.errors import BadSearch
from statereport.graph import search
from statereport.pages import cells
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, render

# The most results on the page, and the most characters of a search that are read.
MOST = 60
LONGEST = 200


@dataclass(frozen=True)
class Result:
    """What was found: its label and link, its kind, and links to the passages that mention it."""

    thing: cells.Thing
    kind: str
    passages: tuple[cells.Thing, ...]


def search_page(context: Context, address: Address) -> Page:
    """The results for ?q=, best first; a search that cannot be read is explained, with status 400."""
    words = " ".join(address.value("q").split())[:LONGEST]
    try:
        results, fault = [_result(context, hit) for hit in context.index.find(words, MOST)] if words else [], None
    except BadSearch as problem:
        results, fault = [], problem
    status = 400 if fault else 200
    return render(context, address, "search.html", status, words=words, results=results, most=MOST, fault=fault)


def _result(context: Context, hit: search.Hit) -> Result:
    unit = context.names.by_iri.get(hit.iri)
    thing = cells.Thing(unit.label, "en", unit.path) if unit else cells.thing(hit.iri, context.names)
    return Result(
        thing,
        hit.kind,
        cells.passages((unit.reference,) if unit else hit.passages, context.names, context.names.document_of(hit.iri)),
    )
