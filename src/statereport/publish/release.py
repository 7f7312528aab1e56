"""What a server or a site is made from, in memory: of a build, which takes a second or two, or of the sources."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from statereport.graph import build_folder, examine
from statereport.graph.build_folder import Build
from statereport.graph.knowledge import KnowledgeGraph
from statereport.project import Project
from statereport.publish import export, void
from statereport.rdf import turtle, writers
from statereport.reasoning.explanations import Explanations
from statereport.sparql.engine import Store


@dataclass(frozen=True)
class Release:
    """The graph with its description, why what is inferred holds, and the published files by their path."""

    graph: KnowledgeGraph
    explanations: Explanations
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def load(project: Project, build: Build | None = None, say: Callable[[str], None] = lambda stage: None) -> Release:
    """Load what a build holds; without one, read the sources, infer and validate. `say` receives each stage.

    The build is one that was opened in memory: its description is added to it.
    Raises BuildDamaged where a file of the build is not as it was written, DataViolates where the sources break a shape,
    and the problems of reading them.
    """
    return _of_build(project, build, say) if build else _of_sources(project, say)


def _of_build(project: Project, build: Build, say: Callable[[str], None]) -> Release:
    say("loading the build")
    files = {name: build.read(name) for name in build.listed}
    if None in files.values():  # another build has taken its place meanwhile
        return _of_build(project, build_folder.open_build(build.folder, in_memory=True), say)
    explanations = Explanations.read(files[build_folder.EXPLANATIONS])
    published = {name: body for name, body in files.items() if not name.startswith("store/")}
    build.engine.add(turtle.parse_turtle(published[export.DESCRIPTION].decode(), export.DESCRIPTION), void.GRAPH)
    return Release(KnowledgeGraph(build.engine, project, build), explanations, published)


def _of_sources(project: Project, say: Callable[[str], None]) -> Release:
    examined = examine.examine(project, progress=say)
    examine.refuse_violations(project, examined)
    engine = Store.memory(examined.quads())
    stated = {**examined.dataset.ontology, **examined.dataset.data}
    engine.add(export.description(export.published(examined), [], examined.dataset.prefixes), void.GRAPH)
    digest = hashlib.sha256(writers.canonical_nquads(writers.canonical(writers.quads(stated)))).hexdigest()
    return Release(KnowledgeGraph(engine, project, digest=digest), Explanations.of(examined.inference))
