"""What differs between two releases: things that came, went, were withdrawn or changed, by kind, as text, page and RDF.

Compared are the stated triples, thing by thing. What is only inferred differs where they do.
"""

from __future__ import annotations

import gzip
import hashlib
import html
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from statereport.errors import NotABuild
from statereport.rdf import writers
from statereport.rdf.namespaces import BASE, DCTERMS, RDF, RDFS, SKOS
from statereport.rdf.terms import is_iri, is_literal
from statereport.rdf.writers import iri, literal, triple

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from statereport.rdf.prefixes import Prefixes

STATED = "statereport.nq"
ADDED, WITHDRAWN, REMOVED, CHANGED = "added", "withdrawn", "removed", "changed"
WAYS = (ADDED, WITHDRAWN, REMOVED, CHANGED)
# The vocabulary of changes by Talis: a set of changes of one thing, with reified statements.
CS = "http://purl.org/vocab/changeset/schema#"
_NAMES = (f"{SKOS}prefLabel", f"{RDFS}label")
_REPLACED = f"{DCTERMS}isReplacedBy"


@dataclass(frozen=True)
class Change:
    """What differs of one thing: its IRI, kind and label, in which way, and the triples that went and that came."""

    iri: str
    kind: str
    label: str
    way: str
    removed: tuple[Any, ...]
    added: tuple[Any, ...]


@dataclass(frozen=True)
class Difference:
    """All changes between two releases, by kind and IRI; `prefixes` shorten the IRIs for people."""

    changes: tuple[Change, ...]
    prefixes: Prefixes

    def counts(self) -> dict[str, Counter[str]]:
        """Kind → how many of its things changed in each way."""
        found: dict[str, Counter[str]] = {}
        for change in self.changes:
            found.setdefault(change.kind, Counter())[change.way] += 1
        return found

    def __str__(self) -> str:
        """The changes in plain text: a table by kind, then each thing with what went (-) and came (+)."""
        if not self.changes:
            return "Nothing that is stated differs.\n"
        lines = [f"{'':32}{''.join(f'{way:>11}' for way in WAYS)}"]
        for kind, count in self.counts().items():
            lines.append(f"{kind[:31]:32}{''.join(f'{count[way] or chr(183):>11}' for way in WAYS)}")
        for change in self.changes:
            label = f"  {change.label}" if change.label else ""
            lines += ["", f"{change.way}  {self.prefixes.shorten(change.iri)}{label}"]
            if change.way in (CHANGED, WITHDRAWN):
                lines += [f"  - {self._words(t)}" for t in change.removed]
                lines += [f"  + {self._words(t)}" for t in change.added]
        return "\n".join(lines) + "\n"

    def page(self) -> str:
        """The changes as a page of its own in HTML."""
        head = "".join(f"<th scope='col'>{way}</th>" for way in WAYS)
        rows = "".join(
            f"<tr><th scope='row'>{html.escape(kind)}</th>"
            + "".join(f"<td>{count[way] or ''}</td>" for way in WAYS)
            + "</tr>\n"
            for kind, count in self.counts().items()
        )
        return (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>What changed</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>What changed</h1>\n"
            f"<table>\n<thead><tr><th scope='col'>kind</th>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
            f"{''.join(map(self._section, self.changes))}</body>\n</html>\n"
        )

    def triples(self) -> list[Triple]:
        """The changes as change sets: one for each thing, with its additions and removals as statements."""
        found = []
        for change in self.changes:
            here = f"{BASE}dataset/change/{_name(change.iri)}"
            found += [
                triple(here, f"{RDF}type", iri(f"{CS}ChangeSet")),
                triple(here, f"{CS}subjectOfChange", iri(change.iri)),
                triple(here, f"{CS}changeReason", literal(change.way, language="en")),
            ]
            for says, statements in ((f"{CS}removal", change.removed), (f"{CS}addition", change.added)):
                for it in statements:
                    part = f"{here}/{_name(str(it))}"
                    found += [
                        triple(here, says, iri(part)),
                        triple(part, f"{RDF}type", iri(f"{RDF}Statement")),
                        triple(part, f"{RDF}subject", it.subject),
                        triple(part, f"{RDF}predicate", it.predicate),
                        triple(part, f"{RDF}object", it.object),
                    ]
        return found

    def _words(self, it: Any) -> str:
        value = self.prefixes.shorten(it.object.value) if is_iri(it.object) else str(it.object)
        return f"{self.prefixes.shorten(it.predicate.value)} {value}"

    def _section(self, change: Change) -> str:
        parts = [
            f"<li><{tag}>{html.escape(self._words(it))}</{tag}></li>"
            for tag, statements in (("del", change.removed), ("ins", change.added))
            for it in statements
            if change.way in (CHANGED, WITHDRAWN)
        ]
        link = f'<a href="{html.escape(change.iri)}">{html.escape(self.prefixes.shorten(change.iri))}</a>'
        return (
            f"<section><h2>{change.way}: {html.escape(change.label or change.kind)}</h2>\n<p>{link}</p>\n"
            f"{'<ul>' + ''.join(parts) + '</ul>' if parts else ''}</section>\n"
        )


_STYLE = (
    "body{font:16px/1.5 Georgia,serif;max-width:60rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}"
    "table{border-collapse:collapse}th,td{text-align:left;padding:.2rem .8rem;border-bottom:1px solid #ccc}"
    "h2{font-size:1.1rem;margin-bottom:0}p{margin:0}ins{background:#e2f2e4;text-decoration:none}"
    "del{background:#f9e3e0}"
)


def between(old: Path, new: Path, prefixes: Prefixes) -> Difference:
    """What differs between two builds, sites or files of quads. Raises NotABuild where there are none."""
    return compare(_stated(old), _stated(new), prefixes)


def compare(old: Iterable[Any], new: Iterable[Any], prefixes: Prefixes) -> Difference:
    """What differs between two sets of triples, thing by thing; blank nodes are left out, since they have no name."""
    before, after = _by_thing(old), _by_thing(new)
    labels = {iri: _label(triples) for iri, triples in {**before, **after}.items()}
    changes = []
    for thing in sorted({*before, *after}):
        was, now = before.get(thing, frozenset()), after.get(thing, frozenset())
        if was == now:
            continue
        is_replaced = any(t.predicate.value == _REPLACED for t in now - was)
        way = ADDED if not was else REMOVED if not now else WITHDRAWN if is_replaced else CHANGED
        kind = _kind(was or now, labels, prefixes)
        changes.append(Change(thing, kind, labels[thing], way, _ordered(was - now), _ordered(now - was)))
    return Difference(tuple(sorted(changes, key=lambda it: (it.kind, it.iri))), prefixes)


def _stated(path: Path) -> list[Any]:
    candidates = (path, path / STATED, path / "data" / STATED)
    file = next((it for it in candidates if it.is_file()), None)
    if file is None:
        raise NotABuild(
            where=str(path),
            what=f"There is no {STATED} in this folder.",
            hint="give the folder of a build or of a site, or a file of quads",
        )
    body, ending = file.read_bytes(), file.suffix
    if ending == ".gz":
        body, ending = gzip.decompress(body), Path(file.stem).suffix
    try:
        return [quad.triple for quad in writers.parsed(body, ending[1:])]
    except (SyntaxError, KeyError) as fault:
        raise NotABuild(
            where=str(file),
            what=f"This is no file of RDF that can be read: {fault}",
            hint="give Turtle, N-Quads or TriG",
        ) from None


def _by_thing(triples: Iterable[Any]) -> Mapping[str, frozenset[Any]]:
    found: dict[str, set[Any]] = {}
    for it in triples:
        if is_iri(it.subject) and (is_iri(it.object) or is_literal(it.object)):
            found.setdefault(it.subject.value, set()).add(it)
    return {thing: frozenset(of) for thing, of in found.items()}


def _label(triples: Iterable[Any]) -> str:
    named = [t.object for t in triples if t.predicate.value in _NAMES and is_literal(t.object)]
    return next((it.value for it in sorted(named, key=lambda it: (it.language != "en", it.value))), "")


def _kind(triples: Iterable[Any], labels: Mapping[str, str], prefixes: Prefixes) -> str:
    kinds = sorted(t.object.value for t in triples if t.predicate.value == f"{RDF}type" and is_iri(t.object))
    own = next((it for it in kinds if it.startswith(BASE)), kinds[0] if kinds else "")
    return labels.get(own) or (prefixes.shorten(own) if own else "without a class")


def _ordered(triples: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(triples, key=str))


def _name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
