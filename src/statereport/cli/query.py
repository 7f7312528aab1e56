"""What `statereport query` and `statereport search` print: an answer, or what words find."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from statereport import files
from statereport.cli import console
from statereport.errors import BadParameter, UnknownName
from statereport.graph.knowledge import KnowledgeGraph, open_build, open_graph
from statereport.project import find_project, find_texts
from statereport.questions.saved import SavedQueries, SavedQuery, choices, parse
from statereport.rdf import prefixes
from statereport.rdf.terms import is_iri, text
from statereport.rdf.writers import literal
from statereport.sparql.answers import Answer
from statereport.sparql.engine import answer_bytes
from statereport.sparql.query import Query

Say = Callable[[str], None]
# Words of queries in which something may be left out in silence (see `sparql.silent`).
_SILENT = ("GROUP_CONCAT", "SUM", "AVG", "FILTER", "LABEL")


@dataclass(frozen=True)
class Reader:
    """How an answer is printed: `form` is its format, None for the one that fits a terminal of this width or a program.

    `say` prints messages to the person.
    """

    form: str | None
    terminal: bool
    width: int | None
    say: Say


def reader(form: str | None) -> Reader:
    """The reader at this process's standard output."""
    return Reader(form, console.is_terminal(), console.width(), console.say)


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
    """What a question means, its parameters with their choices, and its answer's columns."""
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
            if p.pattern and not engine:
                lines.append("    The choices are listed here once there is a build: statereport build")
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
    """The answer to a saved question, as it is printed."""
    project = find_project()
    name = SavedQueries.of(project).full_name(name)  # refused before a graph is opened, which may take long
    graph = open_graph(at, project, reader.say)
    query = graph.question(name)
    return _answered(graph, query, query.bind(_chosen(query, params, graph, reader.say)), reader, "")


def answer_to_sparql(path: str, params: Iterable[str], at: str | None, reader: Reader) -> str | bytes:
    """The answer to the SPARQL in a file, or on standard input (`-`), which need not declare the project's prefixes."""
    query = _from_file(path)
    graph = open_graph(at, say=reader.say)
    values = _chosen(query, params, graph, reader.say)
    return _answered(graph, query, query.bind(values), reader, "Answer to a query of one's own")


def citation(name: str | None, path: str | None, params: Iterable[str], at: str | None, say: Say) -> str:
    """How the answer to a saved question, or to the SPARQL in a file, is cited: as text, and as an entry for BibTeX."""
    from statereport.questions import citation as citing

    query = SavedQueries.of(find_project()).get(name) if name else _from_file(path or "-")
    graph = open_graph(at, say=say)
    values = _chosen(query, params, graph, say)
    cited = citing.cite(query, values, graph.header, graph.digest, own=not name)
    return f"{cited}\n{cited.bibtex()}"


def show(thing: str, given: Iterable[Path], at: str | None, say: Say) -> str:
    """The page of a thing in plain text, with the text of its passages where the reports' texts are at hand."""
    from statereport.source import text as reading

    project = find_project()
    graph = open_graph(at, project, say)
    texts = reading.of_documents(find_texts(project, given), graph.documents).values()

    def words(saying: Any) -> str:
        span = reading.Span(saying.start, saying.end)
        # The passage is in the text that has these words there.
        return next((text.at(span) for text in texts if text.digest_of(span) == saying.digest), "")

    return graph.describe(thing).page(words)


def search(text: str, limit: int, at: str | None, reader: Reader) -> str:
    """What words find, best first: each thing with its kind, address, the text around the match, and its passages."""
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


def _answered(graph: KnowledgeGraph, query: SavedQuery, sparql: str, reader: Reader, title: str) -> str | bytes:
    asked = Query(sparql, query.source, graph.prefixes)
    answer = graph.titled(graph.engine.query(asked).joined(query.heads))
    if answer.form != "ask" and not answer.rows:
        from statereport.sparql import emptiness  # which few questions need

        cause = emptiness.explain(asked, graph.engine)
        reader.say(f"There is no row. {cause}" if cause else "There is no row.")
    # Most queries have none of these words, and a short answer must not wait for what looks into them.
    if title and any(word in sparql.upper() for word in _SILENT):
        from statereport.sparql import silent

        for doubt in silent.doubts(asked, answer, graph.engine):
            reader.say(str(doubt))
    form = reader.form or ("ttl" if answer.form == "construct" else "table" if reader.terminal else "csv")
    if form == "md":
        return answer.to_markdown()
    if form == "xlsx":
        if answer.form == "construct":
            hint = "use ttl, nt, rdf or jsonld."
            raise UnknownName(where=form, what="A graph cannot be written as 'xlsx'.", hint=hint)
        return query.workbook(answer)
    if form == "html":
        return _page(query.summary or title, query.description, answer.to_html())
    if form != "table":
        return answer_bytes(answer, form, graph.prefixes)
    if not reader.terminal or reader.form:
        return answer.to_text(reader.width)
    passages = [reference for reference in answer.passages() if reference[:1].isdigit()]  # a heading is no passage
    hints = [f"Open a passage, such as the first: statereport show passage:{passages[0]}"] if passages else []
    shown = _named(answer, graph)
    if shown is not answer:
        hints.append("Labels stand for identifiers; --format table or csv has these too.")
    wrapped = textwrap.TextWrapper(reader.width or 80, break_long_words=False, break_on_hyphens=False)
    hints = [wrapped.fill(hint) for hint in hints]
    return "\n".join([shown.to_text(reader.width), *hints]).rstrip("\n") + "\n"


def _named(answer: Answer, graph: KnowledgeGraph) -> Answer:
    """The answer with English labels in the place of things; a column of things beside their labels is left out."""
    labels = _labels(graph, {term.value for row in answer.rows for term in row if term is not None and is_iri(term)})
    if not labels:
        return answer
    columns = range(len(answer.columns))
    beside = {
        i
        for i in columns
        for j in columns
        if i != j
        and answer.rows
        and all(
            row[i] is not None and is_iri(row[i]) and labels.get(row[i].value) == text(row[j]) for row in answer.rows
        )
    }
    kept = [i for i in columns if i not in beside]
    rows = [
        tuple(literal(labels[it.value]) if it is not None and is_iri(it) and it.value in labels else it for it in row)
        for row in (tuple(row[i] for i in kept) for row in answer.rows)
    ]
    return replace(answer, columns=tuple(answer.columns[i] for i in kept), rows=tuple(rows))


def _labels(graph: KnowledgeGraph, iris: set[str]) -> dict[str, str]:
    """IRI → English label, as far as there is one."""
    terms = " ".join(f"<{iri}>" for iri in sorted(iris))
    query = f"""PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    SELECT ?thing ?label {{
        VALUES ?thing {{ {terms} }}
        ?thing rdfs:label|skos:prefLabel ?label
        FILTER(LANG(?label) = "en")
    }}"""
    return {thing.value: label.value for thing, label in graph.engine.query(query).rows} if iris else {}


def pick(ask: Callable[[str], str], reader: Reader, at: str | None) -> str | bytes:
    """The answer to a question that the person finds by its words and chooses by its number; "" where none is chosen.

    `ask` prints a prompt and returns what is typed; it raises EOFError where nothing more comes.
    """
    saved = [query for query in SavedQueries.of(find_project()) if query.topic not in ("pages", "checks", "tables")]
    found: list[SavedQuery] = []
    while True:
        try:
            typed = ask("Words of a question, or its number (nothing to end): ").strip()
        except EOFError:
            return ""
        if not typed:
            return ""
        if typed.isdecimal() and 0 < int(typed) <= len(found):
            return answer(found[int(typed) - 1].name, (), at, reader)
        words = typed.lower().split()
        found = [it for it in saved if all(w in f"{it.name} {it.summary} {it.description}".lower() for w in words)]
        for number, it in enumerate(found[:30], 1):
            reader.say(f"{number:>3}. {it.summary}")
        if not found:
            reader.say("No question has these words.")


def _page(title: str, about: str, body: str) -> str:
    import html

    title, text = html.escape(title), f"\n<p>{html.escape(about)}</p>" if about else ""
    head = f'<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n</head>'
    return f"<!DOCTYPE html>\n{head}\n<body>\n<h1>{title}</h1>{text}\n{body}\n</body>\n</html>\n"


def _from_file(name: str) -> SavedQuery:
    """The query in a file, whose header, if it has one, describes its parameters; `-` is standard input."""
    data = console.read() if name == "-" else files.read(Path(name), name)
    known = prefixes.read(find_project())
    stem, source = ("query", "stdin") if name == "-" else (Path(name).stem, name)
    return parse(data, stem, source, Path(name), known)


def _chosen(query: SavedQuery, params: Iterable[str], graph: KnowledgeGraph, say: Say) -> dict[str, Any]:
    """The values that the command line gives to a question's parameters, each among its choices."""
    given = _values(query.name, params)
    for sentence in query.renamings(given):
        say(sentence)
    return graph.chosen(query, given)


def _values(name: str, params: Iterable[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for given in params:
        key, sign, value = given.partition("=")
        if not sign or key in values:
            what = f"{key} is given twice." if sign else f"{given} is not NAME=VALUE."
            raise BadParameter(where=name, what=what, hint="write each parameter once, as -p name=value")
        values[key] = value
    return values
