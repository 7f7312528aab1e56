"""Search by words: everything that has a name, and the passages by what they say."""

from __future__ import annotations

from dataclasses import dataclass

from statereport.errors import BadSearch
from statereport.graph import search
from statereport.pages import cells
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, html

MOST = 60
LONGEST = 200


@dataclass(frozen=True)
class Hit:
    """What was found: the thing, what it is, and where the report speaks of it."""

    thing: cells.Thing
    kind: str
    passages: tuple[cells.Thing, ...]


def page(context: Context, address: Address) -> Page:
    """What the words find, best first."""
    words = " ".join(address.value("q").split())[:LONGEST]
    try:
        found, fault = _found(context, words) if words else [], None
    except BadSearch as problem:
        found, fault = [], problem
    return html(context, address, "search.html", 400 if fault else 200, words=words, hits=found, most=MOST, fault=fault)


def _found(context: Context, words: str) -> list[Hit]:
    return [_hit(context, hit) for hit in context.index.find(words, MOST)]


def _hit(context: Context, hit: search.Hit) -> Hit:
    unit = context.names.by_iri.get(hit.iri)
    thing = cells.Thing(unit.label, "en", unit.path) if unit else cells.thing(hit.iri, context.names)
    return Hit(thing, hit.kind, cells.passages((unit.reference,) if unit else hit.passages, context.names))
