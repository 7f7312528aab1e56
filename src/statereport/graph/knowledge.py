"""The graph as a Python object: saved questions, SPARQL, search, and the description of a thing."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from statereport.errors import BuildDamaged, BuildOutdated, NotABuild, UnknownName, did_you_mean
from statereport.graph import build_folder
from statereport.project import Project, find_project
from statereport.questions import saved
from statereport.questions.prepared import FILE as PREPARED
from statereport.questions.prepared import NOTHING, Prepared
from statereport.rdf import prefixes
from statereport.rdf.namespaces import SR
from statereport.sparql.answers import Answer
from statereport.sparql.engine import Engine, Store
from statereport.sparql.query import Query

if TYPE_CHECKING:
    from statereport.graph import describe, search
    from statereport.questions import chart, citation, picture

DEFAULT = Path("build")


class KnowledgeGraph:
    """An engine with the project's saved questions. `statereport.open()` makes one.

    `build` is the build that it comes from, if any. `digest` is the RDFC-1.0 hash (SHA-256) of what is stated, or "".
    """

    def __init__(
        self, engine: Engine, project: Project, build: build_folder.Build | None = None, digest: str = ""
    ) -> None:
        self.engine = engine
        self.project = project
        self.prefixes = prefixes.read(project)
        self.build = build
        self.digest = digest or (build.digest if build else "")
        self._prepared = _prepared(build)
        self._queries = saved.SavedQueries(project.queries, self.prefixes, self._prepared)

    def ask(self, name: str, /, **values: Any) -> Answer:
        """The answer to a saved question, with these values in the place of its defaults.

        `name` is `topic/slug`, or the slug alone where only one topic has it; a value may be given by its label.
        A parameter's former name is accepted with a DeprecationWarning. Raises UnknownName, BadParameter.
        """
        question = self.question(name)
        for sentence in question.renamings(values):
            warnings.warn(sentence, DeprecationWarning, stacklevel=2)
        return self.titled(question.answer(self.engine, self.chosen(question, values)))

    def chosen(self, question: saved.SavedQuery, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values for a question of this graph, each among its parameter's choices. Raises BadParameter."""
        return saved.chosen(question, values, self.engine, self._prepared)

    def titled(self, answer: Answer) -> Answer:
        """An answer as people read it: with short names and links to passages."""
        return replace(answer, shorten=self.prefixes.shorten, space=self.prefixes.get("passage", ""))

    def sparql(self, text: str | Query, source: str = "query") -> Answer:
        """The answer to a SPARQL query of your own, which need not declare the project's prefixes.

        Raises QuerySyntax, QueryRefused.
        """
        return self.titled(self.engine.query(text, source, self.prefixes))

    def serialise(self, text: str, form: str, source: str = "query") -> bytes:
        """The answer to a SPARQL query in a format: csv, tsv, json, xml; graphs: ttl, nt, rdf, jsonld."""
        return self.engine.serialise(text, form, source, self.prefixes)

    def choices(self, name: str, parameter: str) -> dict[str, str]:
        """What a saved question's parameter may be: value → label. Raises UnknownName, BadParameter."""
        question = self.question(name)
        return saved.choices(question, question.parameter(parameter), self.engine, self._prepared)

    def search(self, text: str, limit: int = 20) -> tuple[search.Hit, ...]:
        """The things that a search expression finds, best first. Raises BadSearch."""
        return self.index.find(text, limit)

    @cached_property
    def index(self) -> search.Index:
        """What search looks in: from the rows that the build keeps, else from the graph itself, which takes longer."""
        import json

        from statereport.graph import search

        kept = self.build.read(search.FILE) if self.build else None
        return search.Index(json.loads(kept) if kept else search.rows(self.engine, self.question))

    def chart(self, name: str, /, **values: Any) -> picture.Picture:
        """The picture of a saved question's answer. Raises UnknownName where the question has none."""
        from statereport.questions import picture

        question = self.question(name)
        if not question.chart:
            pictured = [query.name for query in self.queries() if query.chart]
            raise UnknownName(
                where=question.name,
                what="This question has no chart.",
                hint=did_you_mean(question.name, pictured) or "ask it instead.",
            )
        return picture.Picture.of(question, self.ask(name, **values), self.charting)

    @cached_property
    def charting(self) -> chart.Background:
        """What charts are drawn with beside an answer: States, and the names of totals."""
        from statereport.questions import chart

        return chart.Background.of(self.engine)

    def cite(self, name: str, /, **values: Any) -> citation.Citation:
        """How the answer to a saved question is cited: as text, and with .bibtex() for BibTeX."""
        from statereport.questions import citation

        question = self.question(name)
        return citation.cite(question, self.chosen(question, values), self.header, self.digest)

    @cached_property
    def documents(self) -> dict[str, str]:
        """SHA-256 of the text of each report and other document → the IRI of the document."""
        rows = self.engine.query(
            f"SELECT ?digest ?document {{ ?document <{SR}length> ?length ; <{SR}digest> ?digest }} ORDER BY ?digest"
        ).rows
        return {digest.value: document.value for digest, document in rows}

    @cached_property
    def header(self) -> citation.Header:
        """Title, author, version and date of the data."""
        from statereport.questions import citation

        return citation.Header.of(self.ask(citation.HEADER).to_dicts())

    def describe(self, iri: str) -> describe.Description:
        """The description of a thing by its IRI, prefixed name, or name in any language.

        Raises UnknownName, UnknownPrefix.
        """
        from statereport.graph import describe

        return describe.describe(iri, self.engine, self._queries, self.prefixes, lambda: self._iris)

    @cached_property
    def _iris(self) -> tuple[str, ...]:
        """The IRI of every thing: asked once, because the graph does not change."""
        from statereport.graph import describe

        return describe.iris(self.engine, self._queries)

    def queries(self) -> tuple[saved.SavedQuery, ...]:
        """Every saved question, by topic and slug, without those that only make pages."""
        return tuple(query for query in self.every_query() if query.topic != "pages")

    def every_query(self) -> tuple[saved.SavedQuery, ...]:
        """Every saved query, by topic and slug, with those that only make pages."""
        return tuple(self._queries)

    def question(self, name: str) -> saved.SavedQuery:
        """The saved question of that name. Raises UnknownName with the nearest names."""
        return self._queries.get(name)

    def shorten(self, iri: str) -> str:
        """An IRI as a prefixed name, where the project has a prefix for it."""
        return self.prefixes.shorten(iri)


def open_graph(
    path: str | Path | None = None,
    project: Project | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> KnowledgeGraph:
    """The graph of a build's folder, of a SPARQL endpoint (`https://…`), or, without `path`, of a fresh ./build.

    Where ./build cannot be used, the sources are read, inferred from and validated, which takes longer. `say` receives
    a line about that, and about a build at `path` that other sources or another version made.
    Raises NotABuild, BuildDamaged or BuildOutdated where `path` cannot be opened.
    """
    project = project or find_project()
    if path and str(path).startswith(("http://", "https://")):
        from statereport.sparql.exchange import Credentials
        from statereport.sparql.remote import RemoteStore

        return KnowledgeGraph(RemoteStore(str(path), credentials=Credentials.of_environment()), project)
    build = open_build(path, project, say)
    if build:
        return KnowledgeGraph(build.engine, project, build)
    say("Reading the sources (statereport build makes it quick).")
    return KnowledgeGraph(from_sources(project), project)


def open_build(
    path: str | Path | None,
    project: Project,
    say: Callable[[str], None] = lambda line: None,
    in_memory: bool = False,
) -> build_folder.Build | None:
    """The build at `path`, or without one that in ./build if it is whole and fresh, else None.

    `in_memory` is that of `build_folder.open_build`.
    `say` receives a line where ./build is not used, and where a build at `path` is not fresh.
    Raises NotABuild, BuildDamaged or BuildOutdated where `path` cannot be opened.
    """
    try:
        build = build_folder.open_build(Path(path or DEFAULT), in_memory)
    except (BuildDamaged, BuildOutdated, NotABuild) as problem:
        if path:
            raise
        say("There is no build here." if isinstance(problem, NotABuild) else f"{DEFAULT}: {problem.what}")
        return None
    changed = build.differences(project)
    build = replace(build, changed=changed)
    if not changed:
        return build
    if path:
        say(f"{path} was built {_otherwise(changed, project)}; it answers as it was built.")
        return build
    say(f"The build in {DEFAULT}/ is out of date: it was built {_otherwise(changed, project)}.")
    return None


def _prepared(build: build_folder.Build | None) -> Prepared:
    """What was worked out about the questions when a build was made, by this very code; else nothing."""
    if build is None or build.changed is None or "code" in build.changed:
        return NOTHING
    return Prepared(build.read(PREPARED) or b"")


def _otherwise(changed: tuple[str, ...], project: Project) -> str:
    """In which way a build is not what the sources would give today."""
    others = ", ".join(name for name in changed if name not in ("sources", "code"))
    ways = [f"from other sources than those of {project.root}"] if "sources" in changed else []
    ways += [f"with another version of {others}"] if others else []
    return " and ".join(ways or ["by other code of statereport"])


def from_sources(project: Project) -> Store:
    """The sources in memory, with what follows from them and what the shapes find. Raises their problems."""
    from statereport.graph import examine

    return Store.memory(examine.examine(project).quads())
