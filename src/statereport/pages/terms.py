"""The vocabulary for reading: every class and property of ours with its definition, module by module."""

from __future__ import annotations

from dataclasses import dataclass

from statereport.pages import cells
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, html
from statereport.rdf import namespaces

KINDS = {
    "Class": "classes",
    "ObjectProperty": "object properties (their values are things)",
    "DatatypeProperty": "datatype properties (their values are texts, numbers or dates)",
}


@dataclass(frozen=True)
class Term:
    """A class or property: its thing, definition, what it is below, domain and range, and how often it is used."""

    thing: cells.Thing
    definition: cells.Thing
    above: tuple[cells.Thing, ...]
    domain: tuple[cells.Thing, ...]
    range: tuple[cells.Thing, ...]
    used: int


def page(context: Context, address: Address) -> Page:
    """Every term of ours, by module and kind."""
    ties: dict[tuple[str, str], list[cells.Thing]] = {}
    for row in context.graph.ask("pages/term-ties"):
        kind = row["tie"].rpartition("#")[2].replace("subClassOf", "above").replace("subPropertyOf", "above")
        ties.setdefault((row["term"], kind), []).append(cells.thing(row["other"], context.names))
    modules: dict[str, dict[str, list[Term]]] = {}
    for row in context.graph.ask("pages/terms").rows:
        module, kind, term, definition, used = row
        kinds = modules.setdefault(module.value.rpartition("/")[2], {})
        kinds.setdefault(KINDS[kind.value.rpartition("#")[2]], []).append(
            Term(
                thing=cells.thing(term.value, context.names),
                definition=cells.term(definition, context.names),
                **{name: tuple(ties.get((term.value, name), ())) for name in ("above", "domain", "range")},
                used=int(used.value),
            )
        )
    return html(
        context,
        address,
        "terms.html",
        modules=modules,
        iri=namespaces.SR,
        schemes=[cells.thing(row["scheme"], context.names) for row in context.graph.ask("pages/schemes")],
    )
