"""How an answer is cited: the question and its address, the version, hash and date of the data; never the clock."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from statereport.rdf.namespaces import BASE

if TYPE_CHECKING:
    from statereport.questions.saved import SavedQuery

HEADER = "pages/header"
NAME = "statereport"
_UNKNOWN = "not stated"
_SPECIAL = re.compile(r"[\\{}$&#_%~^]")
_NAMED = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


@dataclass(frozen=True)
class Citation:
    """What a citation of an answer says.

    `address` is the question's IRI, or "" for SPARQL that is not saved (then `query` is its hash).
    """

    question: str
    values: Mapping[str, str]
    address: str
    query: str
    title: str
    author: str
    version: str
    date: str
    digest: str

    @property
    def key(self) -> str:
        """The BibTeX key."""
        rest = self.address.removeprefix(BASE)
        name = (rest.partition("/")[2] or rest).replace("/", "-") if self.address else f"query-{self.query[:12]}"
        return "-".join(["statereport", name, *(re.sub(r"\W+", "-", value) for value in self.values.values())])

    def __str__(self) -> str:
        """One paragraph of plain text."""
        where = f"Saved query <{self.address}>" if self.address else f"SPARQL query with the SHA-256 {self.query}"
        return (
            f"{self.author}: {self.question}{self._with()} {where}. "
            f"In: {self.title}, version {self.version}, {self.date}. "
            f"RDFC-1.0 SHA-256 of the data: {self.digest}.\n"
        )

    def bibtex(self) -> str:
        """An entry for BibTeX and BibLaTeX."""
        where = f"\\url{{{self.address}}}" if self.address else f"SPARQL query with the SHA-256 {self.query}"
        fields = {
            "author": f"{{{_safe(self.author)}}}",
            "title": f"{{{_safe(self.question + self._with())}}}",
            "howpublished": where,
            **({"year": self.date[:4], "month": self.date[5:7]} if self.date != _UNKNOWN else {}),
            "version": _safe(self.version),
            "note": f"Answer from: {_safe(self.title)}. RDFC-1.0 SHA-256 of the data: {self.digest}",
        }
        return _misc(self.key, fields)

    def _with(self) -> str:
        return f" ({', '.join(f'{name} = {value}' for name, value in self.values.items())})" if self.values else ""


@dataclass(frozen=True)
class Header:
    """What the data say of themselves: title, author, version and date; "" where they do not."""

    title: str = ""
    author: str = ""
    version: str = ""
    date: str = ""

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]]) -> Header:
        """The header from the answer to pages/header; the data may hold several reports."""
        if not rows:
            return cls()
        title = title_of_reports(row["title"] for row in rows)
        return cls(title, rows[0]["creator"], rows[0]["version"], rows[0]["date"])


def title_of_reports(reports: Iterable[str]) -> str:
    """The title of what holds these reports."""
    names = dict.fromkeys(name.removeprefix(f"{NAME}: ") for name in reports)
    return f"{NAME}: {'; '.join(names)}" if names else NAME


def cite(question: SavedQuery, values: Mapping[str, Any], header: Header, digest: str, own: bool = False) -> Citation:
    """The citation of an answer from the data with this header and RDFC-1.0 hash.

    `own` says that the question is SPARQL that is not saved, without an address.
    """
    text = question.bind(values)
    return Citation(
        question=question.summary or "Answer to a query of one's own.",
        values={parameter.name: str(values.get(parameter.name, parameter.value)) for parameter in question.parameters},
        address="" if own else question.iri,
        query=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        title=header.title or _UNKNOWN,
        author=header.author or _UNKNOWN,
        version=header.version or _UNKNOWN,
        date=header.date or _UNKNOWN,
        digest=digest or _UNKNOWN,
    )


def of_data(header: Header, digest: str, iri: str = "") -> str:
    """The citation of the data, or of a thing in them, as text."""
    thing = f" <{iri}>." if iri else ""
    return (
        f"{header.author or _UNKNOWN}: {header.title or _UNKNOWN}, version {header.version or _UNKNOWN}, "
        f"{header.date or _UNKNOWN}.{thing} RDFC-1.0 SHA-256 of the data: {digest or _UNKNOWN}."
    )


def entry(key: str, fields: Mapping[str, str]) -> str:
    """An entry for BibTeX and BibLaTeX with the fields that are not empty; addresses in \\url{} stay as they are.

    Braces around a whole value keep its capitals and are kept.
    """
    kept = {name: value for name, value in fields.items() if value}
    return _misc(re.sub(r"[^\w.-]+", "-", key), {name: _field(value) for name, value in kept.items()})


def _field(value: str) -> str:
    if value.startswith("\\url{"):
        return value
    return f"{{{_safe(value[1:-1])}}}" if value[:1] == "{" and value[-1:] == "}" else _safe(value)


def _misc(key: str, fields: Mapping[str, str]) -> str:
    return "\n".join([f"@misc{{{key},", *(f"  {name} = {{{value}}}," for name, value in fields.items()), "}"]) + "\n"


def _safe(text: str) -> str:
    """A text in the words of TeX."""
    return _SPECIAL.sub(lambda sign: _NAMED.get(sign[0], f"\\{sign[0]}"), text)
