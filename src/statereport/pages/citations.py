"""How an answer, a page or a thing is cited: its address, the version, date and hash of the data, and a BibTeX entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from statereport.pages.context import Context
from statereport.questions import citation as citing


@dataclass(frozen=True)
class Citation:
    """What to cite, line by line, and the same as BibTeX."""

    lines: tuple[tuple[str, str], ...]
    entry: str


def citation(context: Context, title: str, iri: str, values: Mapping[str, str] | None = None) -> Citation:
    """How to cite what stands at an IRI; `values` are those of a question's parameters."""
    values = dict(values or {})
    whole = citing.Citation(
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
    return Citation(tuple(line for line in lines if line[1]), whole.bibtex())
