"""How an answer, a page or a thing is cited: its address, the version and hash of the data, and a BibTeX entry."""

from __future__ import annotations

import re
from dataclasses import dataclass

from statereport.web.site import Site


@dataclass(frozen=True)
class Citation:
    """What to cite, line by line, and the same as BibTeX."""

    lines: tuple[tuple[str, str], ...]
    entry: str


def citation(site: Site, title: str, iri: str, values: str = "") -> Citation:
    """How to cite what stands at an IRI; `values` are the parameters of a question, as its address has them."""
    address = f"{iri}?{values}" if values else iri
    lines = (
        ("Title", title),
        ("Address", address),
        ("Data version", site.version),
        ("Date of the data", site.issued),
        ("RDFC-1.0 hash", site.digest),
    )
    key = re.sub(r"[^a-z0-9]+", "-", iri.rpartition("/")[2].lower()).strip("-") or "statereport"
    entry = "\n".join([
        f"@misc{{statereport-{key},",
        f"  title = {{{_escaped(title)}}},",
        "  author = {{statereport}},",
        f"  year = {{{site.issued[:4]}}},",
        f"  url = {{{address}}},",
        f"  note = {{Version {site.version}, data of {site.issued}, RDFC-1.0 SHA-256 {site.digest}}}",
        "}",
    ])
    return Citation(tuple(line for line in lines if line[1]), entry)


def _escaped(text: str) -> str:
    """A title as BibTeX reads it: its special characters as letters, its capitals kept by the outer braces."""
    return re.sub(r"([{}%&#$_\\])", r"\\\1", text)
