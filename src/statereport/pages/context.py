"""All that pages are made from, loaded once, before any process is forked: nothing is opened after that."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import jinja2

from statereport.files import below
from statereport.graph import search
from statereport.pages.names import Names
from statereport.pages.page import FILTERS
from statereport.publish import cubes, void
from statereport.questions import saved
from statereport.rdf import writers
from statereport.rdf.namespaces import VOID
from statereport.reasoning.explanations import Explanations
from statereport.source import text as reading
from statereport.sparql.answers import plain
from statereport.sparql.engine import named_graph

if TYPE_CHECKING:
    from statereport.graph.knowledge import KnowledgeGraph
    from statereport.project import Project, TextFiles
    from statereport.questions.saved import SavedQuery

HERE = Path(__file__).parent
# Topics that serve pages and checks; their queries are no questions of readers.
MACHINERY = ("pages", "checks")
DESCRIBED = f"SELECT ?number {{ <{void.DATASET}> <{VOID}triples> ?number }}"
COUNTED = "SELECT (COUNT(*) AS ?number) { SELECT DISTINCT ?s ?p ?o { GRAPH ?graph { ?s ?p ?o } } }"


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
    """What every page is made from.

    `questions` are the saved queries that readers ask, `texts` leads from the IRI of a report to its text where that is
    at hand, `index` is what search looks in, `explanations` say why what is inferred holds, and `rules` are the rule
    files that they name; `exports` are the published files by their path. `askable` is, for the prefixed name of a
    thing, the questions that can be asked of it, each with its parameter. `description` holds the triples of VoID and
    DCAT about the data.
    `feedback` is where readers report errors (an address with https:, http: or mailto:), or "".
    `title`, `author`, `version`, `issued`, `triples` and `digest` (RDFC-1.0, of what is stated) identify the data.
    """

    graph: KnowledgeGraph
    project: Project
    questions: tuple[SavedQuery, ...]
    names: Names
    cubes: tuple[cubes.Cube, ...]
    explanations: Explanations
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
    feedback: str = ""
    texts: Mapping[str, reading.Text] = field(default_factory=dict)
    index: search.Index | None = None
    description: tuple[Any, ...] = ()
    askable: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict, repr=False)

    def naming(self, language: str) -> Self:
        """The same context with names in a language, where there are such."""
        if language == self.names.language:
            return self
        return replace(self, names=self.names.naming(language))

    @property
    def has_editor(self) -> bool:
        """Whether the bundle of the editor is there; without it the editor is a plain text box."""
        return "editor.js" in self.static


def make(
    graph: KnowledgeGraph,
    explanations: Explanations | None = None,
    files: Mapping[str, bytes] | None = None,
    texts: TextFiles | None = None,
    base: str = "http://127.0.0.1:8000",
    feedback: str = "",
) -> Context:
    """Read what every page needs: from any engine by queries, and from the project its saved queries and rules.

    `files` are the published files by their path, `texts` those of the reports' texts, `base` the public address,
    `feedback` where errors are reported.
    Raises TextDiffers where a file that `texts` names is not a text that was encoded.
    """
    header = graph.header
    description = tuple(writers.statement(*row) for row in named_graph(graph.engine, void.GRAPH).rows)
    return Context(
        graph=graph,
        project=graph.project,
        questions=_warmed(graph),
        names=Names.of(graph),
        cubes=cubes.read(graph.engine),
        explanations=explanations or Explanations(),
        rules={
            path.stem: saved.read(path, path.stem, path.name) for path in below(graph.project.ontology / "rules", ".rq")
        },
        templates=_templates(),
        static=_static(),
        exports={name: File(_media_type(name), body) for name, body in (files or {}).items()},
        title=header.title,
        author=header.author,
        version=header.version,
        issued=header.date,
        triples=_number_of_triples(graph),
        digest=graph.digest,
        base=base.rstrip("/"),
        feedback=feedback,
        texts=_texts(texts, graph) if texts else {},
        index=graph.index,
        description=description,
        askable=_askable(graph),
    )


def for_reading(graph: KnowledgeGraph, base: str = "http://127.0.0.1:8000") -> Context:
    """What the pages of reports and of discrepancies need of a graph, without questions, tables, search and files."""
    header = graph.header
    return Context(
        graph=graph,
        project=graph.project,
        questions=(),
        names=Names.of(graph),
        cubes=(),
        explanations=Explanations(),
        rules={},
        templates=_templates(),
        static=_static(),
        exports={},
        title=header.title,
        author=header.author,
        version=header.version,
        issued=header.date,
        triples=0,
        digest=graph.digest,
        base=base.rstrip("/"),
    )


def _askable(graph: KnowledgeGraph) -> dict[str, tuple[tuple[str, str], ...]]:
    """Prefixed name of a thing → the questions that have it among the choices of a parameter, with that parameter."""
    found: dict[str, list[tuple[str, str]]] = {}
    for question in graph.every_query():
        for parameter in question.parameters:
            if question.topic not in MACHINERY and parameter.type == "iri":
                for value in graph.choices(question.name, parameter.name):
                    found.setdefault(value, []).append((question.name, parameter.name))
    return {value: tuple(questions) for value, questions in found.items()}


def _number_of_triples(graph: KnowledgeGraph) -> int:
    """The number in the description of the dataset; where there is none, that of the triples of all graphs."""
    for query in (DESCRIBED, COUNTED):
        for (number,) in graph.engine.query(query).rows:
            return plain(number)
    return 0


def _warmed(graph: KnowledgeGraph) -> tuple[SavedQuery, ...]:
    """The questions, each read, with its columns known: no file is read after this."""
    for question in graph.every_query():
        _ = question.columns
    return tuple(question for question in graph.every_query() if question.topic not in MACHINERY)


def _texts(files: TextFiles, graph: KnowledgeGraph) -> dict[str, reading.Text]:
    """IRI of a report or other document → its text, where it is among the files."""
    known = graph.documents
    return {known[digest]: text for digest, text in reading.of_documents(files, known).items()}


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
    # The page of the single file is for builds, not for the server.
    files = [path for name in ("static", "vendor") for path in below(HERE / name, "") if path.suffix != ".html"]
    return {path.name: File(_media_type(path.name), path.read_bytes()) for path in sorted(files)}


def _media_type(name: str) -> str:
    known = {
        **void.MEDIA_TYPES,
        "js": "text/javascript",
        "css": "text/css",
        "svg": "image/svg+xml",
        "txt": "text/plain",
    }
    return known.get(name.rpartition(".")[2]) or mimetypes.guess_type(name)[0] or "application/octet-stream"
