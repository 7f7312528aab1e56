"""What is loaded once, before any request."""

from __future__ import annotations

from dataclasses import dataclass, field

from statereport import build
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


def load(house: House, base: str, limits: Limits) -> Site:
    """The site from the sources."""
    return Site(KnowledgeGraph(Store.memory(build.examine(house).quads()), house), base, limits)
