"""The discrepancies that the shapes find, as notes in a graph of their own.

A warning of a shape says that the report itself is odd: a total and its parts, a share and its counts. Each becomes a
sr:Discrepancy that points at the statements concerned, the text units where a reader sees them, and the shape that
found it. Notes that only a reader can make are written by hand in notes.ttl.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from statereport.rdf.dataset import Graphs
from statereport.rdf.namespaces import GRAPH, ID, RDF, SKOS, SR, XSD
from statereport.rdf.terms import is_iri
from statereport.rdf.writers import iri, literal, triple

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from statereport.reasoning.validation import Finding

FINDINGS = f"{GRAPH}findings"
LABEL = SKOS + "prefLabel"
NUMBER = re.compile(r"-?\d+(\.\d+)?")
# How the focus of a finding leads to the statements that it is about; ^ for the other direction.
LEADS = (
    "breaksDown",
    "^isPartIn",
    "hasShareCount",
    "isShareOf",
    "compares",
    "singlesOut",
    "isYearlyFormOf",
    "hasUpperLimit",
    "isFollowedBy",
)


def notes(warnings: Iterable[Finding], *parts: Graphs) -> tuple[Triple, ...]:
    """The graph FINDINGS: one note for each warning, in the order of the warnings; `parts` is what the project says.

    A note has the kind that its shape names (sr:hasKind on the shape), the number that is stated, the number that
    follows from the others where the finding gives one, and the finding's message.
    """
    said = _Said(triples for part in parts for triples in part.values())
    times: Counter[str] = Counter()
    made: list[Triple] = []
    for finding in warnings:
        name = address(finding)
        times[name] += 1
        made += _note(name if times[name] == 1 else f"{name}.{times[name]}", finding, said)
    return tuple(made)


class _Said:
    """The statements about each subject, for a few properties; ^ before a property's name asks the other way."""

    def __init__(self, parts: Iterable[Iterable[Triple]]) -> None:
        asked = {LABEL, *(SR + name.lstrip("^") for name in (*LEADS, "isStatedIn", "value", "hasKind", "isPartOf"))}
        self._said: dict[tuple[str, str], list] = {}
        for t in (t for part in parts for t in part if t.predicate.value in asked):
            self._said.setdefault((t.subject.value, t.predicate.value), []).append(t.object)
            if is_iri(t.object):
                self._said.setdefault((t.object.value, "^" + t.predicate.value), []).append(t.subject)

    def of(self, subject: str, name: str) -> list:
        """The values of a property (its short name, ^ before it for the other direction; or the label)."""
        back, name = ("^", name[1:]) if name.startswith("^") else ("", name)
        return self._said.get((subject, f"{back}{name if name == LABEL else SR + name}"), [])

    def label(self, subject: str) -> str:
        english = [term.value for term in self.of(subject, LABEL) if term.language == "en"]
        return english[0] if english else subject.rpartition("/")[2]


def _note(name: str, finding: Finding, said: _Said) -> list[Triple]:
    focus, shape = str(finding.focus), str(finding.shape)
    about = [focus, *(term.value for lead in LEADS for term in said.of(focus, lead))]
    seen = [unit.value for thing in about for unit in said.of(thing, "isStatedIn")] or _units(focus, said)
    kinds = said.of(shape, "hasKind")
    value = str(getattr(finding.value, "value", finding.value) or "")
    stated = next(
        (
            term
            for thing in (*(total.value for total in said.of(focus, "breaksDown")), focus)
            for term in said.of(thing, "value")
        ),
        None,
    )
    rows = [
        (RDF + "type", iri(SR + "Discrepancy")),
        (LABEL, literal(": ".join([_named(focus, said), *(said.label(kind.value) for kind in kinds)]), language="en")),
        *((SR + "hasKind", kind) for kind in kinds),
        *((SR + "isAbout", iri(thing)) for thing in dict.fromkeys(about)),
        (SR + "isFoundBy", iri(shape)),
        *((SR + "isSeenIn", iri(unit)) for unit in dict.fromkeys(seen)),
        (SR + "message", literal(finding.message, language="en")),
        *([(SR + "statedValue", stated)] if stated else []),
    ]
    if NUMBER.fullmatch(value):
        rows.append((SR + "computedValue", literal(value, XSD + ("decimal" if "." in value else "integer"))))
    return [triple(name, predicate, value) for predicate, value in rows]


def _named(focus: str, said: _Said) -> str:
    """What a finding is about, in words. What is missing is missing before a theme."""
    return f"before theme {focus.rpartition('/')[2]}" if "/theme/" in focus else said.label(focus)


def _units(focus: str, said: _Said) -> list[str]:
    """Where one sees what no statement has: a theme itself, the heading or passage that makes a request."""
    if "/theme/" in focus:
        return [focus]
    return [unit.value for unit in said.of(focus, "isPartOf") if re.search("/(theme|passage)/", unit.value)]


def address(finding: Finding) -> str:
    """The IRI of the note of a finding: made of the shape's name and what it is about, so that it stays the same."""
    report, kind, slug = (["", "", *str(finding.focus).removeprefix(ID).split("/")])[-3:]
    return f"{ID}{f'{report}/' if report else ''}note/found-{_words(str(finding.shape))}.{kind}.{slug}"


def _words(shape: str) -> str:
    """The name of a shape in words: TotalsAddUp → totals-add-up."""
    return "-".join(re.findall(r"[A-Z]?[a-z]+|\d+", shape.rpartition("/")[2])).lower()
