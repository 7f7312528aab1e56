"""The vocabulary: every class and property of the ontology with its definition, by module."""

from __future__ import annotations

from dataclasses import dataclass

from statereport.pages import cells
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, render
from statereport.rdf import namespaces

KINDS = {
    "Class": "classes",
    "ObjectProperty": "object properties (their values are things)",
    "DatatypeProperty": "datatype properties (their values are texts, numbers or dates)",
}


@dataclass(frozen=True)
class Term:
    """A class or property: its label and link, definition, broader terms, domain, range, and how often it is used."""

    thing: cells.Thing
    definition: cells.Thing
    broader: tuple[cells.Thing, ...]
    domain: tuple[cells.Thing, ...]
    range: tuple[cells.Thing, ...]
    used: int


def vocabulary_page(context: Context, address: Address) -> Page:
    """Every term by module and kind, and the code lists."""
    return render(
        context,
        address,
        "vocabulary.html",
        modules={
            module: {kind: [term for _, term in terms] for kind, terms in kinds.items()}
            for module, kinds in modules(context).items()
        },
        iri=namespaces.SR,
        schemes=[cells.thing(row["scheme"], context.names) for row in context.graph.ask("pages/schemes")],
    )


def modules(context: Context) -> dict[str, dict[str, list[tuple[str, Term]]]]:
    """Module → kind → its terms, each with its IRI."""
    related: dict[tuple[str, str], list[cells.Thing]] = {}
    for row in context.graph.ask("pages/term-ties"):
        kind = row["tie"].rpartition("#")[2].replace("subClassOf", "broader").replace("subPropertyOf", "broader")
        related.setdefault((row["term"], kind), []).append(cells.thing(row["other"], context.names))
    found: dict[str, dict[str, list[tuple[str, Term]]]] = {}
    for module, kind, term, definition, used in context.graph.ask("pages/terms").rows:
        kinds = found.setdefault(module.value.rpartition("/")[2], {})
        kinds.setdefault(KINDS[kind.value.rpartition("#")[2]], []).append(
            (
                term.value,
                Term(
                    thing=cells.thing(term.value, context.names),
                    definition=cells.term(definition, context.names),
                    **{name: tuple(related.get((term.value, name), ())) for name in ("broader", "domain", "range")},
                    used=int(used.value),
                ),
            )
        )
    return found
