"""The table of prefixes as a value: short names to IRIs and back.

The project's own prefixes stand in ontology/prefixes.ttl, those that a report binds (`figure:`, `passage:` …) in
graphs/reports/<report>/prefixes.ttl. Both files hold PREFIX lines only. Where the project has one report, its prefixes
are used as they are; where it has several, each is preceded by the report's State (`kaz-figure:`), or by the report's
whole name where a State has two reports. Those of another document, such as concluding observations, have its whole
name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from statereport.errors import UnknownPrefix, did_you_mean

if TYPE_CHECKING:
    from statereport.project import Project

# The name of the files that hold nothing but PREFIX lines.
FILE = "prefixes.ttl"
# Read without a Turtle parser, because every command needs the table and a parser costs more than the command.
_LINE = re.compile(r"^PREFIX[ \t]+(?P<prefix>[^\s:]+):[ \t]*<(?P<namespace>[^<>\s]*)>[ \t]*$", re.M)
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_\-])?")
_NAME = re.compile(r"(?P<prefix>[A-Za-z][A-Za-z0-9_\-]*):(?P<local>[^\s<>]*)")


class Prefixes(Mapping[str, str]):
    """Prefix → namespace. A value: it is made once and passed on; nothing is looked up again."""

    def __init__(self, table: Mapping[str, str] | None = None) -> None:
        self._table = dict(table or {})

    def __getitem__(self, prefix: str) -> str:
        return self._table[prefix]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    @cached_property
    def _by_namespace(self) -> dict[str, str]:
        return {namespace: prefix for prefix, namespace in self._table.items()}

    def shorten(self, iri: str) -> str:
        """The prefixed name of an IRI, or the IRI where no prefix fits or its local name would need an escape."""
        cut = max(iri.rfind("/"), iri.rfind("#")) + 1
        prefix = self._by_namespace.get(iri[:cut])
        return f"{prefix}:{iri[cut:]}" if prefix and _LOCAL.fullmatch(iri[cut:]) else iri

    def expand(self, name: str) -> str:
        """The IRI of a prefixed name; a whole IRI (bare or in angle brackets) as it is. Raises UnknownPrefix."""
        name = name.strip()
        if name.startswith("<") and name.endswith(">"):
            return name[1:-1]
        match = _NAME.fullmatch(name)
        if match and match["prefix"] in self._table:
            return self._table[match["prefix"]] + match["local"]
        if "://" in name or name.startswith(("urn:", "mailto:", "tag:")):
            return name
        unknown = match["prefix"] if match else name
        raise UnknownPrefix(
            name,
            f"{unknown!r} is not a prefix of this project." if match else "This is neither an IRI nor a prefixed name.",
            did_you_mean(unknown, self._table, "write the whole IRI, or declare the prefix in ontology/prefixes.ttl"),
        )


def read(project: Project) -> Prefixes:
    """Every prefix of a project: its own, then those of its reports, in alphabetical order of each file."""
    tables = {report: _table(project.report_prefixes(report)) for report in project.reports}
    states = Counter(report.partition("-")[0] for report in tables if project.is_report(report))
    found = dict(_table(project.prefixes))
    for report, table in tables.items():
        state = report.partition("-")[0]
        is_alone = states[state] == 1 and project.is_report(report)
        before = "" if len(tables) == 1 else f"{state if is_alone else report}-"
        found |= {f"{before}{prefix}": namespace for prefix, namespace in table.items()}
    return Prefixes(found)


def of_file(project: Project, path: Path) -> Prefixes:
    """The prefixes that a Turtle file of a project may use: in a report's folder, that report's in their short form."""
    folder = project.graphs / "reports"
    if path.is_relative_to(folder) and path.parent != folder:
        report = path.relative_to(folder).parts[0]
        return Prefixes({**_table(project.prefixes), **_table(project.report_prefixes(report))})
    return read(project)


def format_table(text: str) -> str:
    """A file of PREFIX lines as it is kept: its `#` lines at the top, a blank line, the PREFIX lines by alphabet.

    Raises ValueError where the file holds anything else; its words say what.
    """
    header = [line.rstrip() for line in text.splitlines() if line.startswith("#")]
    table = {match["prefix"]: match["namespace"] for match in _LINE.finditer(text)}
    other = [line for line in text.splitlines() if line.strip() and not line.startswith("#") and not _LINE.match(line)]
    if other:
        raise ValueError(f"A file of prefixes holds PREFIX lines only, and this is another: {other[0][:60]}")
    twice = [namespace for namespace, count in Counter(table.values()).items() if count > 1]
    if twice:
        raise ValueError(f"Two prefixes are bound to one namespace: {twice[0]}")
    lines = [f"PREFIX {prefix}: <{table[prefix]}>" for prefix in sorted(table)]
    return "\n".join([*header, *([""] if header else []), *lines]) + "\n"


def _table(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    return {match["prefix"]: match["namespace"] for match in _LINE.finditer(text)}
