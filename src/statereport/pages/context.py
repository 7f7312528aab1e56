"""All that pages are made from, loaded once, before any process is forked: nothing is opened after that."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from statereport.errors import TextDiffers
from statereport.graph import build_folder, examine, knowledge, search
from statereport.pages.names import Names
from statereport.pages.page import FILTERS
from statereport.publish import cubes, void
from statereport.questions import catalogue, saved
from statereport.rdf import dataset as graphs
from statereport.rdf import namespaces, prefixes, writers
from statereport.reasoning.findings import FINDINGS
from statereport.reasoning.inference import INFERRED, Inference, infer
from statereport.reasoning.rules import load_rules
from statereport.source import text as reading
from statereport.sparql import engine

if TYPE_CHECKING:
    from statereport.graph.knowledge import KnowledgeGraph
    from statereport.project import Project
    from statereport.questions.saved import SavedQuery

HERE = Path(__file__).parent
# Topics that serve pages and checks; their queries are no questions of readers.
MACHINERY = ("pages", "checks")
# The graph with the description of the dataset (VoID, DCAT).
DESCRIPTION = f"{namespaces.GRAPH}description"


@dataclass(frozen=True)
class File:
    """A file held in memory."""

    media_type: str
    body: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """The SHA-256 of what it holds."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True)
class Context:
    """What every answer is made from.

    `questions` are the saved queries that readers ask, `text` the report's words where they are at hand,
    `index` what search looks in, `exports` the files of a
    build by their path. `title`, `author`, `version`, `issued`, `triples` and `digest` (RDFC-1.0, of what is stated) say which data these are.
    """

    graph: KnowledgeGraph
    project: Project
    questions: tuple[SavedQuery, ...]
    names: Names
    cubes: tuple[cubes.Cube, ...]
    inference: Inference
    rules: Mapping[str, SavedQuery]
    templates: jinja2.Environment
    static: Mapping[str, File]
    exports: Mapping[str, File]
    title: str
    author: str
    version: str
    issued: str
    triples: int
    digest: str
    base: str = "http://127.0.0.1:8000"
    text: reading.Text | None = None
    index: search.Index | None = None
    description: tuple[Any, ...] = ()

    @property
    def has_editor(self) -> bool:
        """Whether the bundle of the editor is there; without it the editor is a plain text box."""
        return "editor.js" in self.static


def load(
    project: Project,
    build: build_folder.Build | None = None,
    text: Path | None = None,
    base: str = "http://127.0.0.1:8000",
    say: Callable[[str], None] = lambda stage: None,
) -> Context:
    """Read everything: from a build, which is quicker, or from the sources.

    Raises the problems of the sources, DataViolates where they break a shape, TextDiffers where `text` is another one.
    """
    folder = build.folder if build else None
    if folder:
        say("loading")
        dataset = graphs.load(project)
        say("inferring")
        inference = infer(dataset.ontology_quads(), dataset.data_quads(), load_rules(project.ontology / "rules"))
        findings = [quad.triple for quad in writers.read(folder / "statereport-findings.nq")]
        derived = {INFERRED: inference.triples, FINDINGS: findings}
    else:
        examined = examine.examine(project, progress=say)
        examine.refuse_violations(project, examined)
        dataset, inference, derived = examined.dataset, examined.inference, examined.derived
    stated = {**dataset.ontology, **dataset.data}
    every = {**stated, **derived}
    exports = _exports(folder) if folder else {}
    files = [
        void.File(path, len(file.body), file.digest)
        for path, file in exports.items()
        if file.media_type in void.MEDIA_TYPES.values()
    ]
    known = prefixes.read(project)
    named = {iri: known.shorten(iri).replace(":", "-") for iri in void.named(every)}
    description = tuple(void.describe(every, files, named))
    # What other people's editors look for in the endpoint: the questions, and what stands beside what.
    told = {catalogue.GRAPH: catalogue.triples(saved.SavedQueries.of(project)), DESCRIPTION: description}
    quads = [*dataset.quads(), *writers.quads(derived), *writers.quads(told)]
    graph = knowledge.KnowledgeGraph(engine.Store.memory(quads), project)
    words = reading.load(text) if text else None
    if words:
        _refuse_other_text(words, graph)
    (head,) = graph.ask("pages/header")
    return Context(
        graph=graph,
        project=project,
        questions=_warmed(graph),
        names=Names.of(graph),
        cubes=cubes.read(graph.engine),
        inference=inference,
        rules={
            path.stem: saved.read(path, path.stem, path.name)
            for path in sorted((project.ontology / "rules").glob("*.rq"))
        },
        templates=_templates(),
        static=_static(),
        exports=exports,
        title=head["title"],
        author=head["creator"],
        version=head["version"],
        issued=head["date"],
        triples=len({t for part in every.values() for t in part}),
        digest=hashlib.sha256(writers.canonical_nquads(writers.canonical(writers.quads(stated)))).hexdigest(),
        base=base.rstrip("/"),
        text=words,
        index=graph.index,
        description=description,
    )


def _warmed(graph: KnowledgeGraph) -> tuple[SavedQuery, ...]:
    """The questions, each read, with its columns known: no file is read after this."""
    for question in graph.every_query():
        _ = question.columns
    return tuple(question for question in graph.every_query() if question.topic not in MACHINERY)


def _refuse_other_text(words: reading.Text, graph: KnowledgeGraph) -> None:
    known = {row["sha256"] for row in graph.ask("committee/the-report-and-its-frame")}
    if words.digest not in known:
        raise TextDiffers(
            where=words.name,
            what=f"The SHA-256 of the file is {words.digest}; the text that was encoded has {', '.join(sorted(known))}.",
            hint="give the file as it was received, or serve without --text",
        )


def _templates() -> jinja2.Environment:
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        auto_reload=False,
        cache_size=-1,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= FILTERS
    for name in templates.list_templates():
        templates.get_template(name)
    return templates


def _static() -> dict[str, File]:
    folders = (HERE / "static", HERE / "vendor")
    # The page of the single file is for builds, not for the server.
    return {path.name: _file(path) for path in _below(folders) if path.suffix != ".html"}


def _exports(folder: Path) -> dict[str, File]:
    inner = ((path.relative_to(folder), path) for path in _below([folder]))
    return {name.as_posix(): _file(path) for name, path in inner if name.parts[0] != "store"}


def _below(folders: Iterable[Path]) -> list[Path]:
    return sorted(path for folder in folders if folder.is_dir() for path in folder.rglob("*") if path.is_file())


def _file(path: Path) -> File:
    return File(_media_type(path), path.read_bytes())


def _media_type(path: Path) -> str:
    known = {
        **void.MEDIA_TYPES,
        "js": "text/javascript",
        "css": "text/css",
        "svg": "image/svg+xml",
        "txt": "text/plain",
    }
    return known.get(path.suffix[1:]) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
