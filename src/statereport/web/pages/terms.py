"""The vocabulary for reading: every class and property of ours with its definition, module by module."""

from __future__ import annotations

from dataclasses import dataclass

from statereport import vocab
from statereport.web import page as pages
from statereport.web import shown
from statereport.web.http import Request, Response
from statereport.web.site import Site

KINDS = {"Class": "classes", "ObjectProperty": "properties that lead to things", "DatatypeProperty": "properties that have values"}


@dataclass(frozen=True)
class Term:
    """A class or property: its thing, definition, what it is below, domain and range, and how often it is used."""

    thing: shown.Thing
    definition: shown.Thing
    above: tuple[shown.Thing, ...]
    domain: tuple[shown.Thing, ...]
    range: tuple[shown.Thing, ...]
    used: int


def page(site: Site, request: Request) -> Response:
    """Every term of ours, by module and kind."""
    ties: dict[tuple[str, str], list[shown.Thing]] = {}
    for row in site.graph.ask("pages/term-ties"):
        kind = row["tie"].rpartition("#")[2].replace("subClassOf", "above").replace("subPropertyOf", "above")
        ties.setdefault((row["term"], kind), []).append(shown.thing(row["other"], site.names))
    modules: dict[str, dict[str, list[Term]]] = {}
    for row in site.graph.ask("pages/terms").rows:
        module, kind, term, definition, used = row
        kinds = modules.setdefault(module.value.rpartition("/")[2], {})
        kinds.setdefault(KINDS[kind.value.rpartition("#")[2]], []).append(Term(
            thing=shown.thing(term.value, site.names),
            definition=shown.term(definition, site.names),
            **{name: tuple(ties.get((term.value, name), ())) for name in ("above", "domain", "range")},
            used=int(used.value),
        ))
    return pages.html(site, request, "terms.html", modules=modules, iri=vocab.SR,
                      schemes=[shown.thing(row["scheme"], site.names) for row in site.graph.ask("pages/schemes")])

