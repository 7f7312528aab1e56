"""The graph as a Python object: saved questions, SPARQL, and all that is said of one thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from statereport import describe, queries, store, vocab
from statereport.answers import Answer
from statereport.errors import NotABuild
from statereport.paths import House, find_house

DEFAULT = Path("build")


class KnowledgeGraph:
    """An engine with the house's saved questions. `statereport.open()` makes one."""

    def __init__(self, engine: store.Engine, house: House) -> None:
        self.engine = engine
        self.house = house
        self._queries = queries.SavedQueries(house.queries)

    def ask(self, name: str, **values: Any) -> Answer:
        """The answer to a saved question, with these values in the place of its defaults.

        `name` is `topic/slug`, or the slug alone where only one topic has it. Raises UnknownName, BadParameter.
        """
        question = self.question(name)
        answer = self.engine.query(question.bind(values), question.source)
        return replace(answer, titles=dict(question.titles), shorten=self.shorten)

    def sparql(self, text: str) -> Answer:
        """The answer to a SPARQL query of your own. Raises QuerySyntax, QueryRefused."""
        return replace(self.engine.query(text), shorten=self.shorten)

    def serialise(self, text: str, form: str, source: str = "query") -> bytes:
        """The answer to a SPARQL query in a format: csv, tsv, json, xml; graphs: ttl, nt, rdf, jsonld."""
        return self.engine.serialise(text, form, source, dict(vocab.prefixes(self.house.prefixes)))

    def describe(self, iri: str) -> describe.Description:
        """All that is said of a thing, its IRI or prefixed name given. Raises UnknownName, UnknownPrefix."""
        return describe.describe(iri, self.engine, self._queries)

    def queries(self) -> tuple[queries.SavedQuery, ...]:
        """Every saved question, by topic and slug, without those that only make pages."""
        return tuple(query for query in self.every_query() if query.topic != "pages")

    def every_query(self) -> tuple[queries.SavedQuery, ...]:
        """Every saved query, by topic and slug, with those that only make pages."""
        return tuple(self._queries)

    def question(self, name: str) -> queries.SavedQuery:
        """The saved question of that name. Raises UnknownName with the nearest names."""
        return self._queries.get(name)

    def shorten(self, iri: str) -> str:
        """An IRI as a prefixed name, where the house has a prefix for it."""
        return vocab.shorten(iri, self.house.prefixes)


def open_graph(
    path: str | Path | None = None,
    house: House | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> KnowledgeGraph:
    """The graph of a build's folder, of a SPARQL endpoint (`https://…`), or, without `path`, of ./build if it is fresh.

    Where there is no fresh build the sources are read, inferred from and validated, which takes longer; `say` is told so.
    Raises NotABuild where `path` is neither.
    """
    house = house or find_house()
    if path and str(path).startswith(("http://", "https://")):
        from statereport.remote import RemoteStore

        return KnowledgeGraph(RemoteStore(str(path)), house)
    folder = Path(path or DEFAULT) / "store"
    if store.is_fresh(folder, house):
        return KnowledgeGraph(store.Store.built(folder), house)
    if path and not (folder / "db").is_dir():
        raise NotABuild(where=str(path), what="There is no built graph in this folder.", mend=f"run: statereport build --out {path}")
    if path:
        say(f"{path} was built from other sources than those of {house.root}; it answers as it was built.")
        return KnowledgeGraph(store.Store.built(folder), house)
    older = (folder / "db").is_dir()
    say(
        f"{'The build in build/ is older than the sources' if older else 'There is no build here'}: "
        "reading the sources (statereport build makes it quick)."
    )
    return KnowledgeGraph(from_sources(house), house)


def from_sources(house: House) -> store.Store:
    """The sources in memory, with what follows from them and what the shapes find. Raises a Problem where they cannot be read."""
    from statereport import build

    return store.Store.memory(build.examine(house).quads())
