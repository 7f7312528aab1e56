"""Search by words: everything that has a name, and the passages by what they say."""

from __future__ import annotations

from dataclasses import dataclass

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
    found = _found(site, words) if words else []
    return pages.html(site, request, "search.html", words=words, hits=found, most=MOST)


def _found(site: Site, words: str) -> list[Hit]:
    """By the search index, where the site has one; else by labels that hold all the words."""
    if site.index is not None:
        return [_hit(site, hit.iri, hit.kind) for hit in site.index.find(words, MOST)]
    answer = site.graph.ask("pages/found", text=words.lower())
    return [_hit(site, row["thing"], site.names.label(row["class"]).text) for row in answer][:MOST]


def _hit(site: Site, iri: str, kind: str) -> Hit:
    unit = site.names.by_iri.get(iri)
    thing = shown.Thing(unit.label, "en", unit.path) if unit else shown.thing(iri, site.names)
    references = (unit.reference,) if unit else site.names.stated.get(iri, ())
    return Hit(thing, kind, shown.passages(references, site.names))
