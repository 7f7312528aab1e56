"""Names: the one table of prefixes (ontology/prefixes.ttl), short names to IRIs and back."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from statereport.errors import UnknownPrefix, did_you_mean
from statereport.project import find_project

# The table is read without a Turtle parser, because every command needs it and a parser costs more than the command;
# a test reads the same file with the parser and compares.
_ENTRY = re.compile(
    r"^prefix:\S+\n(?:[ ]{4}a [^\n]*\n)?"
    r'[ ]{4}sh:namespace "(?P<namespace>[^"]+)"\^\^xsd:anyURI ;\n'
    r'[ ]{4}sh:prefix "(?P<prefix>[^"]+)" ;\n',
    re.M,
)
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_\-])?")
_held: dict[Path | None, tuple[Mapping[str, str], Mapping[str, str]]] = {}
_NAME = re.compile(r"(?P<prefix>[A-Za-z][A-Za-z0-9_\-]*):(?P<local>[^\s<>]*)")


def prefixes(table: Path | None = None) -> Mapping[str, str]:
    """Prefix → namespace, in the table's order. `table` is a prefixes.ttl; without it, that of the project."""
    return _tables(table)[0]


def shorten(iri: str, table: Path | None = None) -> str:
    """The prefixed name of an IRI, or the IRI itself where no prefix fits or its local name would need an escape."""
    namespace = max(iri.rfind("/"), iri.rfind("#")) + 1
    prefix = _tables(table)[1].get(iri[:namespace])
    return f"{prefix}:{iri[namespace:]}" if prefix and _LOCAL.fullmatch(iri[namespace:]) else iri


def expand(name: str, table: Path | None = None) -> str:
    """The IRI of a prefixed name; a whole IRI (bare or in angle brackets) as it is. Else `UnknownPrefix`."""
    name = name.strip()
    if name.startswith("<") and name.endswith(">"):
        return name[1:-1]
    known = prefixes(table)
    match = _NAME.fullmatch(name)
    if match and match["prefix"] in known:
        return known[match["prefix"]] + match["local"]
    if "://" in name or name.startswith(("urn:", "mailto:", "tag:")):
        return name
    unknown = match["prefix"] if match else name
    raise UnknownPrefix(
        name,
        f"{unknown!r} is not a prefix of ontology/prefixes.ttl."
        if match
        else "This is neither an IRI nor a prefixed name.",
        did_you_mean(unknown, known, "write the whole IRI, or declare the prefix in ontology/prefixes.ttl"),
    )


def hold(table: Path | None = None) -> None:
    """Read the table now and never look at its file again: for processes that cannot open one."""
    _held[None] = _held[table] = _tables(table)


def _tables(table: Path | None) -> tuple[Mapping[str, str], Mapping[str, str]]:
    if table in _held:
        return _held[table]
    path = Path(table) if table else find_project().prefixes
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> tuple[Mapping[str, str], Mapping[str, str]]:
    names = {entry["prefix"]: entry["namespace"] for entry in _ENTRY.finditer(path.read_text(encoding="utf-8"))}
    return MappingProxyType(names), MappingProxyType({namespace: prefix for prefix, namespace in names.items()})
