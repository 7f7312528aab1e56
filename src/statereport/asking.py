"""What `statereport query` answers: a saved question or a file's query, in the format that fits its reader."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from statereport import queries
from statereport.errors import BadParameter, QuerySyntax
from statereport.knowledge import open_graph
from statereport.paths import find_house


def listing() -> str:
    """Every saved question under its topic, with its summary."""
    saved = [q for q in queries.SavedQueries(find_house().queries) if q.topic != "pages"]
    wide = max((len(query.name) for query in saved), default=0)
    lines: list[str] = []
    topic = ""
    for query in sorted(saved, key=lambda q: (q.topic == "checks", q.topic == "tables", q.name)):
        lines += [""] if topic and query.topic != topic else []
        topic = query.topic
        lines.append(f"{query.name.ljust(wide)}  {query.summary}")
    return "\n".join(lines) + "\n"


def help_of(name: str) -> str:
    """What a question means, what it leaves open, and what its answer's columns are."""
    query = queries.SavedQueries(find_house().queries).get(name)
    lines = [query.summary, "", *([query.description, ""] if query.description else [])]
    if query.parameters:
        lines += ["Parameters:"]
        for p in query.parameters:
            lines.append(f"  {p.name}  {p.label} ({p.type}, default {p.default})")
            lines += [f"    {value}  {label}" if value != label else f"    {value}" for value, label in p.choices.items()]
        lines.append("")
    if query.form == "select":
        lines += ["Columns:", *(f"  {column}  {title}" for column, title in query.columns.items()), ""]
    given = "".join(f" -p {p.name}={_as_given(p)}" for p in query.parameters)
    return "\n".join([*lines, "Example:", f"  statereport query {query.name}{given}"]) + "\n"


def answer(
    name: str, params: Iterable[str], form: str | None, at: str | None, terminal: bool, width: int | None, say: Callable[[str], None]
) -> str | bytes:
    """The answer to a saved question, a .rq file's query, or standard input's (`-`), as it goes to stdout."""
    values = _values(name, params)
    query = _question(name)
    text = query.bind(values)
    graph = open_graph(at, say=say)
    form = form or ("ttl" if query.form == "construct" else "table" if terminal else "tsv")
    if form != "table":
        return graph.serialise(text, form, query.source)
    shown = graph.engine.query(text, query.source)
    return replace(shown, titles=dict(query.titles), shorten=graph.shorten).to_text(width)


def _question(name: str) -> queries.SavedQuery:
    """A saved question; or the query in a file, whose header, if it has one, says its parameters."""
    path = Path(name)
    if name == "-":
        return queries.SavedQuery("query", Path("-"), "stdin", _text(sys.stdin.buffer.read(), "stdin"), "")
    if path.is_file():
        text = _text(path.read_bytes(), name)
        return queries.read(path, path.stem, name) if text.startswith("#+") else queries.SavedQuery(path.stem, path, name, text, "")
    return queries.SavedQueries(find_house().queries).get(name)


def _text(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuerySyntax(where=source, what=f"Byte {error.start} is not UTF-8.", mend="save the query as UTF-8.") from None


def _values(name: str, params: Iterable[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for given in params:
        key, sign, value = given.partition("=")
        if not sign or key in values:
            what = f"{key} is given twice." if sign else f"{given} is not NAME=VALUE."
            raise BadParameter(where=name, what=what, mend="write each parameter once, as -p name=value")
        values[key] = value
    return values


def _as_given(parameter: queries.Parameter) -> str:
    return parameter.default.split("^^")[0].strip("\"'")


