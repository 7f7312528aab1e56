"""What a server or a site is made from, in memory: of a build, which takes a second or two, or of the sources."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from statereport.errors import StoreDiffers
from statereport.graph import build_folder, examine
from statereport.graph.build_folder import Build
from statereport.graph.knowledge import KnowledgeGraph
from statereport.project import Project
from statereport.publish import export, void
from statereport.rdf import turtle, writers
from statereport.reasoning.explanations import Explanations
from statereport.sparql.engine import Engine, Store, named_graph


@dataclass(frozen=True)
class Release:
    """The graph with its description, why what is inferred holds, and the published files by their path."""

    graph: KnowledgeGraph
    explanations: Explanations
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)


def load(project: Project, build: Build | None = None, say: Callable[[str], None] = lambda stage: None) -> Release:
    """Load what a build holds; without one, read the sources, infer and validate. `say` receives each stage.

    The build is one that was opened in memory: its description is added to it.
    Raises BuildDamaged where a file of the build is not as it was written, DataViolates where the sources break a
    shape, and the problems of reading them.
    """
    return of_build(project, build, say) if build else of_examined(project, examine.examine(project, progress=say))


def of_build(project: Project, build: Build, say: Callable[[str], None] = lambda stage: None) -> Release:
    """What a build holds. Raises BuildDamaged."""
    say("loading the build")
    # The files of the store on disk were compared when the build was opened.
    names = [name for name in build.listed if not name.startswith(f"{build_folder.STORE}/")]
    files = {name: build.read(name) for name in names}
    if None in files.values():  # another build has taken its place meanwhile
        return of_build(project, build_folder.open_build(build.folder, in_memory=True), say)
    kept = files.get(build_folder.EXPLANATIONS)
    described = files.get(export.DESCRIPTION, b"")
    build.engine.add(turtle.parse_turtle(described.decode(), export.DESCRIPTION), void.GRAPH)
    return Release(
        graph=KnowledgeGraph(build.engine, project, build),
        explanations=Explanations.read(kept) if kept else Explanations(),
        files={name: body for name, body in files.items() if not name.startswith("store/")},
    )


def elsewhere(release: Release, engine: Engine) -> Release:
    """The release with its graph asked in a store elsewhere, which was given it by `push`. Raises StoreDiffers."""
    graph = KnowledgeGraph(engine, release.graph.project, digest=release.graph.digest)
    if named_graph(engine, void.GRAPH) != named_graph(release.graph.engine, void.GRAPH):
        what = "The store does not hold the graph of these sources or this build: its description is another one."
        raise StoreDiffers(void.GRAPH, what, "put it there: statereport push URL; or name its build: --build FOLDER")
    return replace(release, graph=graph)


def of_examined(project: Project, examined: examine.Examined) -> Release:
    """What the sources give. Raises DataViolates."""
    examine.refuse_violations(project, examined)
    engine = Store.memory(examined.quads())
    stated = {**examined.dataset.ontology, **examined.dataset.data}
    engine.add(export.description(export.published(examined), [], examined.dataset.prefixes), void.GRAPH)
    digest = hashlib.sha256(writers.canonical_nquads(writers.canonical(writers.quads(stated)))).hexdigest()
    return Release(KnowledgeGraph(engine, project, digest=digest), Explanations.of(examined.inference))
