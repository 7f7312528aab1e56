"""What a page shows under "Cite": the address, the version, date and hash of the data, and a BibTeX entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from statereport.pages.context import Context
from statereport.questions.citation import Citation, entry

if TYPE_CHECKING:
    from statereport.pages.names import Unit
    from statereport.pages.report import ReportHeader


@dataclass(frozen=True)
class PageCitation:
    """Names and values to cite, line by line, and the same as BibTeX and as one paragraph of plain text."""

    lines: tuple[tuple[str, str], ...]
    entry: str
    text: str = ""


def cite(context: Context, title: str, iri: str, values: Mapping[str, str] | None = None) -> PageCitation:
    """How to cite what has this title and IRI; `values` are those of a question's parameters."""
    values = dict(values or {})
    whole = Citation(
        question=title,
        values=values,
        address=iri,
        query="",
        title=context.title,
        author=context.author,
        version=context.version,
        date=context.issued,
        digest=context.digest,
    )
    lines = (
        ("Title", title),
        ("Address", f"{iri}?{urlencode(values)}" if values else iri),
        ("Data version", context.version),
        ("Date of the data", context.issued),
        ("RDFC-1.0 hash", context.digest),
    )
    return PageCitation(tuple(line for line in lines if line[1]), whole.bibtex())


def cite_passage(context: Context, unit: Unit, header: ReportHeader | None) -> PageCitation:
    """How to cite a passage: State, report, symbol, paragraph, address, and the version of the data."""
    state, title = (header.state, header.label) if header else ("", context.names.label(unit.report).text)
    symbol = f"UN Doc. {header.symbol}" if header and header.symbol else ""
    day = header.date if header else ""
    where = f"para. {unit.number}"
    data = f"statereport, version {context.version}" + (f", {context.issued}" if context.issued else "")
    said = ", ".join(part for part in (state, title, symbol, day, where) if part)
    lines = (
        ("State", state),
        ("Report", title),
        ("Symbol", header.symbol if header else ""),
        ("Date of the report", day),
        ("Paragraph", unit.number),
        ("Address", unit.iri),
        ("Data version", context.version),
    )
    fields = {
        "author": f"{{{state}}}" if state else "",
        "title": f"{{{title}}}",
        "number": header.symbol if header else "",
        "year": day[:4],
        "howpublished": f"\\url{{{unit.iri}}}",
        "note": f"{where}; {data}",
    }
    return PageCitation(
        tuple(line for line in lines if line[1]),
        entry(f"{unit.short}-{unit.number}".strip("()"), fields),
        f"{said}. {unit.iri} ({data}).",
    )
