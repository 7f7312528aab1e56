"""What does not agree in the report, as a page that can be read and cited; from queries/tables and queries/pages."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from statereport.graph.knowledge import KnowledgeGraph

TABLE, ANNOTATIONS = "tables/discrepancies", "quality/discrepancies-in-dqv"
TITLE = "What does not agree in the report"
ABOUT = (
    "Each entry says what a report says here and there, and nothing more. The figures stand as the report prints "
    "them and are never corrected. An entry is cited by its address, since its number may change."
)


@dataclass(frozen=True)
class Statement:
    """A statement that a discrepancy is about: in our words, its number as printed (or ""), and its passages."""

    label: str
    printed: str
    passages: tuple[str, ...]

    def __str__(self) -> str:
        places = ", ".join(self.passages)
        return f"“{self.printed}”: {self.label} ({places})" if self.printed else f"{self.label} ({places})"


@dataclass(frozen=True)
class Entry:
    """One discrepancy. `units` are passages (`13.5`) or themes (`theme 14`); `rule` is "" where a reader found it."""

    iri: str
    name: str
    kind: str
    label: str
    message: str
    units: tuple[str, ...]
    statements: tuple[Statement, ...]
    shape: str
    rule: str

    @property
    def found(self) -> str:
        """How it was found, in words."""
        return f"By computation, with {self.shape}: {self.rule}" if self.rule else "By reading."


def entries(graph: KnowledgeGraph) -> tuple[Entry, ...]:
    """Every discrepancy and doubt of the graph, in the order of the text."""
    about: dict[str, list[dict]] = {}
    for row in graph.ask("pages/discrepancies"):
        about.setdefault(row["discrepancy"], []).append(row)
    table = graph.ask(TABLE)
    passages, place = table.head("passages"), table.columns.index("passages")
    return tuple(
        _entry(row, about[row["discrepancy"]], passages.parts(terms[place]), graph)
        for row, terms in zip(table, table.rows, strict=True)
    )


def page(found: Iterable[Entry]) -> str:
    """The discrepancies as a page in Markdown."""
    found = tuple(found)
    lines = [f"# {TITLE}", "", ABOUT, "", _count(found)]
    for number, entry in enumerate(found, 1):
        lines += [
            "",
            f"## {number}. {_heading(entry)}",
            "",
            f"{entry.message}",
            "",
            f"Seen in: {', '.join(entry.units)}",
        ]
        if entry.statements:
            lines += ["", "The statements concerned:", "", *(f"- {statement}" for statement in entry.statements)]
        lines += ["", f"Found: {entry.found}", "", f"Cite as: <{entry.iri}>"]
    return "\n".join(lines) + "\n"


def html_page(found: Iterable[Entry]) -> str:
    """The same page in HTML."""
    found = tuple(found)
    body = [f"<h1>{_safe(TITLE)}</h1>", f"<p>{_safe(ABOUT)}</p>", f"<p>{_safe(_count(found))}</p>", "<ol>"]
    for entry in found:
        body += [
            f'<li id="{_safe(entry.name)}">',
            f"<h2>{_safe(_heading(entry))}</h2>",
            f"<p>{_safe(entry.message)}</p>",
        ]
        body.append(f"<p>Seen in: {_safe(', '.join(entry.units))}</p>")
        if entry.statements:
            body += ["<ul>", *(f"<li>{_safe(str(statement))}</li>" for statement in entry.statements), "</ul>"]
        body += [
            f"<p>Found: {_safe(entry.found)}</p>",
            f'<p>Cite as: <a href="{_safe(entry.iri)}">{_safe(entry.iri)}</a></p>',
            "</li>",
        ]
    head = '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    head += f"<title>{_safe(TITLE)}</title>\n</head>\n<body>"
    return "\n".join([head, *body, "</ol>", "</body>", "</html>"]) + "\n"


def _entry(row: dict, about: list[dict], units: tuple[str, ...], graph: KnowledgeGraph) -> Entry:
    name = graph.shorten(row["discrepancy"])
    return Entry(
        iri=row["discrepancy"],
        name=name.partition(":")[2],
        kind=row["kind"],
        label=about[0]["label"],
        message=row["message"],
        units=units,
        statements=_statements(about),
        shape=graph.shorten(row["found_by"]) if about[0]["rule"] else "",
        rule=about[0]["rule"] or "",
    )


def _statements(about: list[dict]) -> tuple[Statement, ...]:
    rows: dict[str, list[dict]] = {}
    for row in about:
        if row["statement"]:
            rows.setdefault(row["statement"], []).append(row)
    return tuple(
        Statement(
            label=same[0]["statement_label"],
            printed=", ".join(dict.fromkeys(row["printed"] for row in same if row["printed"])),
            passages=tuple(dict.fromkeys(row["passage"] for row in same)),
        )
        for same in rows.values()
    )


def _heading(entry: Entry) -> str:
    label = entry.label.removesuffix(f": {entry.kind}")
    return f"{entry.kind[0].upper()}{entry.kind[1:]}: {label}"


def _count(found: tuple[Entry, ...]) -> str:
    computed = sum(bool(entry.rule) for entry in found)
    return f"{len(found)} entries: {computed} found by computation, {len(found) - computed} by reading."


def _safe(text: str) -> str:
    return html.escape(text)
