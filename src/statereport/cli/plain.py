"""Questions in their plainest form, which are answered without the library that reads command lines.

That library takes longer to load than an answer takes. So only what is written as most people write it is read here,
`query NAME -p KEY=VALUE --format FORMAT`; everything else, mistakes too, is left to `commands`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

FORMATS = ("table", "csv", "xlsx", "tsv", "json", "xml", "md", "html", "ttl", "nt", "rdf", "jsonld")
_OPTIONS = {"-p": "params", "--param": "params", "--format": "form", "--sparql": "sparql", "--store": "store"}


class Question(NamedTuple):
    """A question as a command line puts it; see the command `query`. Either `name` or `sparql` is given."""

    name: str | None
    sparql: str | None
    params: tuple[str, ...]
    form: str | None
    store: str | None

    def answer(self) -> None:
        """Print the answer. Raises what the command raises."""
        from statereport.cli import console
        from statereport.cli import query as queries

        reader = queries.reader(self.form)
        if self.name:
            console.write(queries.answer(self.name, self.params, self.store, reader))
        elif self.sparql:
            console.write(queries.answer_to_sparql(self.sparql, self.params, self.store, reader))


def question(words: Sequence[str]) -> Question | None:
    """The question that the words of a command line are; None where they are anything but a plain one."""
    if words[:1] != ["query"] or "_STATEREPORT_COMPLETE" in os.environ:
        return None
    names: list[str] = []
    given: dict[str, list[str]] = {name: [] for name in _OPTIONS.values()}
    rest = iter(words[1:])
    for word in rest:
        if word in _OPTIONS:
            value = next(rest, "")
            if not value or (value[0] == "-" and (word, value) != ("--sparql", "-")):
                return None
            given[_OPTIONS[word]].append(value)
        elif word and word[0] != "-":
            names.append(word)
        else:
            return None
    form, sparql, store = (given[name] for name in ("form", "sparql", "store"))
    if len(names) + len(sparql) != 1 or len(form) > 1 or len(store) > 1 or not set(form) <= set(FORMATS):
        return None
    found = [*store, os.environ.get("STATEREPORT_STORE") or None]
    return Question(
        next(iter(names), None), next(iter(sparql), None), tuple(given["params"]), next(iter(form), None), found[0]
    )
