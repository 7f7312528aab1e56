"""What is loaded once, before any request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from statereport import build, vocab, void
from statereport.knowledge import KnowledgeGraph
from statereport.paths import House
from statereport.store import Store
from statereport.web.limits import Limits


@dataclass(frozen=True)
class Site:
    """Everything that answers are made from."""

    graph: KnowledgeGraph
    base: str
    limits: Limits = field(default_factory=Limits)
    exports: Mapping = field(default_factory=dict)
    description: tuple = ()
    version: str = "0.1.0"


def load(house: House, built, text, base: str, say, limits: Limits) -> Site:
    """The site from the sources."""
    examined = build.examine(house)
    graph = KnowledgeGraph(Store.memory(examined.quads()), house)
    # Read and understood now: a worker cannot open a file.
    for query in graph.every_query():
        assert query.form
    published = {**examined.dataset.ontology, **examined.dataset.data, **examined.derived}
    names = {iri: vocab.shorten(iri, house.prefixes).replace(":", "-") for iri in void.named(published)}
    return Site(graph, base, limits, description=tuple(void.describe(published, [], names)))
