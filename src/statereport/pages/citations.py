"""What a page shows under "Cite": the address, the version, date and hash of the data, and a BibTeX entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from statereport.pages.context import Context
from statereport.questions.citation import Citation


@dataclass(frozen=True)
class PageCitation:
    """Names and values to cite, line by line, and the same as BibTeX."""

    lines: tuple[tuple[str, str], ...]
    entry: str


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
