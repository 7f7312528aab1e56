"""What `statereport query` and `statereport search` answer: a question, or words, in the format that fits the reader."""

from __future__ import annotations

import html
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from statereport import files
from statereport.errors import BadParameter
from statereport.graph.knowledge import KnowledgeGraph, open_build, open_graph
from statereport.project import find_project
from statereport.questions.saved import SavedQueries, SavedQuery, choices, chosen, parse
from statereport.rdf import prefixes
from statereport.sparql.answers import Answer
from statereport.sparql.engine import answer_bytes, form_of

Say = Callable[[str], None]


@dataclass(frozen=True)
class Reader:
    """Who reads the answer: a terminal of this width or a program, in which format, and where talk goes."""

    form: str | None
    terminal: bool
    width: int | None
    say: Say


def listing() -> str:
    """Every saved question under its topic, with its summary."""
    saved = [q for q in SavedQueries.of(find_project()) if q.topic != "pages"]
    wide = max((len(query.name) for query in saved), default=0)
    lines: list[str] = []
    topic = ""
    for query in sorted(saved, key=lambda q: (q.topic == "checks", q.topic == "tables", q.name)):
        lines += [""] if topic and query.topic != topic else []
        topic = query.topic
        lines.append(f"{query.name.ljust(wide)}  {query.summary}")
    return "\n".join(lines) + "\n"


def help_of(name: str, at: str | None, say: Say) -> str:
    """What a question means, what it leaves open and may be given, and what its answer's columns are."""
    project = find_project()
    query = SavedQueries.of(project).get(name)
    lines = [query.summary, "", *([query.description, ""] if query.description else [])]
    if query.parameters:
        lines += ["Parameters:"]
        # Help must not wait for the sources to be read.
        build = None if at else open_build(None, project)
        engine = open_graph(at, project, say).engine if at else build.engine if build else None
        for p in query.parameters:
            lines.append(f"  {p.name}  {p.label} ({p.type}, default {p.default})")
            lines += (
                ["    The choices are listed here once there is a build: statereport build"]
                if p.pattern and not engine
                else []
            )
            found = choices(query, p, engine) if engine else p.choices
            wide = max((len(value) for value in found), default=0)
            lines += [
                f"    {value.ljust(wide)}  {label}" if value != label else f"    {value}"
                for value, label in found.items()
            ]
        lines.append("")
    if query.form == "select":
        lines += ["Columns:", *(f"  {column}  {title}" for column, title in query.columns.items()), ""]
    given = "".join(f" -p {p.name}={p.value}" for p in query.parameters)
    return "\n".join([*lines, "Example:", f"  statereport query {query.name}{given}"]) + "\n"


def answer(name: str, params: Iterable[str], at: str | None, reader: Reader) -> str | bytes:
    """The answer to a saved question, as it goes to stdout."""
    query = SavedQueries.of(find_project()).get(name)
    graph = open_graph(at, say=reader.say)
    values = chosen(query, _values(name, params), graph.engine)
    return _answered(graph, query, query.bind(values), reader, "")


def own(path: str, params: Iterable[str], at: str | None, reader: Reader) -> str | bytes:
    """The answer to the SPARQL in a file, or on standard input (`-`), which may use the project's prefixes undeclared."""
    query = _from_file(path)
    graph = open_graph(at, say=reader.say)
    values = chosen(query, _values(path, params), graph.engine)
    return _answered(graph, query, query.bind(values), reader, "Answer to a query of one's own")


def citation(name: str | None, path: str | None, params: Iterable[str], at: str | None, say: Say) -> str:
    """How the answer to a saved question, or to the SPARQL in a file, is cited: a paragraph, and an entry for BibTeX."""
    from statereport.questions import citation as citing

    query = SavedQueries.of(find_project()).get(name) if name else _from_file(path or "-")
    graph = open_graph(at, say=say)
    values = chosen(query, _values(query.name, params), graph.engine)
    cited = citing.cite(graph, query, values, own=not name)
    return f"{cited}\n{cited.bibtex()}"


def found(text: str, limit: int, at: str | None, reader: Reader) -> str:
    """What words find, best first: each thing with its kind, its address, the words around the match, and its passages."""
    graph = open_graph(at, say=reader.say)
    hits = graph.search(text, limit)
    if not hits:
        reader.say("Nothing is found. Try fewer words, OR between them, or the beginning of a word: citizen*")
    blocks = []
    for number, hit in enumerate(hits, 1):
        passages = ", ".join(hit.passages[:8]) + (f" … ({len(hit.passages)} in all)" if len(hit.passages) > 8 else "")
        lines = [f"{number:>3}. {hit.label}  ({hit.kind})", f"     {graph.shorten(hit.iri)}"]
        lines += [f"     {hit.snippet}"] if hit.snippet.replace("[", "").replace("]", "") != hit.label else []
        blocks.append("\n".join([*lines, *([f"     Passages: {passages}"] if passages else [])]) + "\n")
    return "\n".join(blocks)


def _answered(graph: KnowledgeGraph, query: SavedQuery, text: str, reader: Reader, title: str) -> str | bytes:
    form = reader.form or (
        "ttl"
        if form_of(text, query.source, graph.prefixes).form == "construct"
        else "table"
        if reader.terminal
        else "tsv"
    )
    shown = _asked(graph, query, text, reader.say)
    if form not in ("table", "md", "html"):
        return answer_bytes(shown, form, graph.prefixes)
    if form == "md":
        return shown.to_markdown()
    if form == "html":
        return _page(query.summary or title, query.description, shown.to_html())
    passages = [reference for reference in shown.passages() if reference[0].isdigit()]  # a heading is no passage
    if reader.terminal and passages:
        reader.say(f"Open a passage, such as the first: statereport show passage:{passages[0]}")
    return shown.to_text(reader.width)


def _asked(graph: KnowledgeGraph, query: SavedQuery, text: str, say: Say) -> Answer:
    """The answer; where it is empty, why is told."""
    shown = graph.titled(graph.engine.query(text, query.source, graph.prefixes).joined(query.heads))
    if shown.form != "ask" and not shown.rows:
        _tell_why(graph, query, text, say)
    return shown


def _tell_why(graph: KnowledgeGraph, query: SavedQuery, text: str, say: Say) -> None:
    from statereport.sparql import emptiness

    cause = emptiness.explain(text, graph.engine, query.source, graph.prefixes)
    say(f"There is no row. {cause}" if cause else "There is no row.")


def _page(title: str, about: str, body: str) -> str:
    head = f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{html.escape(title)}</title>\n</head>\n<body>'
    said = f"\n<p>{html.escape(about)}</p>" if about else ""
    return f"{head}\n<h1>{html.escape(title)}</h1>{said}\n{body}\n</body>\n</html>\n"


def _from_file(name: str) -> SavedQuery:
    """The query in a file, whose header, if it has one, describes its parameters; `-` is standard input."""
    data = sys.stdin.buffer.read() if name == "-" else files.read(Path(name), name)
    known = prefixes.read(find_project())
    stem, source = ("query", "stdin") if name == "-" else (Path(name).stem, name)
    return parse(data, stem, source, Path(name), known)


def _values(name: str, params: Iterable[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for given in params:
        key, sign, value = given.partition("=")
        if not sign or key in values:
            what = f"{key} is given twice." if sign else f"{given} is not NAME=VALUE."
            raise BadParameter(where=name, what=what, hint="write each parameter once, as -p name=value")
        values[key] = value
    return values
