"""Search by words: everything that has a name, and the passages by what they say."""

from __future__ import annotations

from dataclasses import dataclass

from statereport import search
from statereport.errors import BadSearch
from statereport.web import page as pages
from statereport.web import shown
from statereport.web.http import Request, Response
from statereport.web.site import Site

MOST = 60
LONGEST = 200


@dataclass(frozen=True)
class Hit:
    """What was found: the thing, what it is, and where the report speaks of it."""

    thing: shown.Thing
    kind: str
    passages: tuple[shown.Thing, ...]


def page(site: Site, request: Request) -> Response:
    """What the words find, best first."""
    words = " ".join(request.value("q").split())[:LONGEST]
    try:
        found, fault = _found(site, words) if words else [], None
    except BadSearch as problem:
        found, fault = [], problem
    return pages.html(site, request, "search.html", 400 if fault else 200, words=words, hits=found, most=MOST, fault=fault)


def _found(site: Site, words: str) -> list[Hit]:
    return [_hit(site, hit) for hit in site.index.find(words, MOST)]


def _hit(site: Site, hit: search.Hit) -> Hit:
    unit = site.names.by_iri.get(hit.iri)
    thing = shown.Thing(unit.label, "en", unit.path) if unit else shown.thing(hit.iri, site.names)
    return Hit(thing, hit.kind, shown.passages((unit.reference,) if unit else hit.passages, site.names))
