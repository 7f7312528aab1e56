"""Mentions: where in the text a body, office, instrument, group or place is called by one of its printed names.

Kept in the generated graph mentions.ttl. A name is looked for only in the text units that speak of the thing, so that
“the Law” or “the Ministry” means in each what it means there. A name inside of a longer one is no mention of its own.
"""

from __future__ import annotations

from statereport.rdf import turtle
from statereport.rdf.dataset import Graphs
from statereport.rdf.namespaces import RDF, SKOS, SR, XSD
from statereport.rdf.turtle import Literal, NamedNode, Triple
from statereport.source.evidence import Evidence, Unit
from statereport.source.generated import Generated
from statereport.source.text import Span, printed_in

FILE = "mentions.ttl"
COMMAND = "statereport mentions"
HEADER = (
    "Mentions: where the text prints a name of a body, office, instrument, group or place. Offsets count code points.",
    "Generated from the statements and the report's text by: " + COMMAND,
)
# What has names that a reader looks for.
NAMED = tuple(SR + name for name in ("Body", "Office", "LegalInstrument", "InstrumentSeries", "Group", "Place"))
_OFFSET = NamedNode(f"{XSD}nonNegativeInteger")


def generate(evidence: Evidence, graphs: Graphs) -> Generated:
    """mentions.ttl as the names in `graphs` (the project's data) and the text give it today."""
    path = evidence.folder / FILE
    triples = [t for unit in evidence.units for t in _mentions(evidence, unit, _Names(graphs), evidence.text.content)]
    content = turtle.write_turtle(triples, HEADER, evidence.prefixes)
    return Generated(path, evidence.project.name(path), content, (), COMMAND)


class _Names:
    """What each text unit speaks of, and the names under which a report prints it."""

    def __init__(self, graphs: Graphs) -> None:
        every = [t for triples in graphs.values() for t in triples if isinstance(t.subject, NamedNode)]
        named = {t.subject.value for t in every if t.predicate.value == f"{RDF}type" and t.object.value in NAMED}
        named |= {t.subject.value for t in every if t.predicate.value == f"{SKOS}inScheme" and _is_group(t.object.value)}
        self.printed: dict[str, set[str]] = {}
        for t in every:
            if t.subject.value in named and t.predicate.value in (f"{SKOS}altLabel", f"{SR}nameAsPrinted"):
                if isinstance(t.object, Literal) and t.object.language in (None, "en"):
                    self.printed.setdefault(t.subject.value, set()).add(t.object.value)
        whole = {t.subject.value: t.object.value for t in every if t.predicate.value == f"{SR}isPartOf"}
        stated: dict[str, list[str]] = {}
        self.spoken: dict[str, set[str]] = {}
        for t in every:
            if t.predicate.value in (f"{SR}isStatedIn", f"{SR}isSeenIn"):
                stated.setdefault(t.subject.value, []).append(t.object.value)
            elif t.predicate.value == f"{SR}names":
                self.spoken.setdefault(t.subject.value, set()).add(t.object.value)
        for t in every:
            if isinstance(t.object, NamedNode):
                for unit in stated.get(t.subject.value, ()):
                    thing = t.object.value
                    while thing:
                        self.spoken.setdefault(unit, set()).add(thing)
                        thing = whole.get(thing, "") if thing != whole.get(thing) else ""

    def of(self, unit: str) -> dict[str, set[str]]:
        """The things that a text unit speaks of, with their printed names."""
        return {thing: self.printed[thing] for thing in sorted(self.spoken.get(unit, ())) if thing in self.printed}


def _is_group(scheme: str) -> bool:
    return scheme.rpartition("/")[2] in ("ethnic-group", "citizenship", "legal-status", "social-group")


def _mentions(evidence: Evidence, unit: Unit, names: _Names, content: str) -> list[Triple]:
    found = [
        (span, thing)
        for thing, printed in names.of(unit.iri).items()
        for name in printed
        for span in printed_in(content, name, unit)
    ]
    spans = {span for span, _ in found}
    kept = [(span, thing) for span, thing in found if not any(o != span and o.holds(span) for o in spans)]
    kept.sort(key=lambda entry: (entry[0].start, entry[0].end, entry[1]))
    return [t for span, thing in dict.fromkeys(kept) for t in _mention(evidence, unit, span, thing, content)]


def _mention(evidence: Evidence, unit: Unit, span: Span, thing: str, content: str) -> list[Triple]:
    mention = NamedNode(evidence.iri("mention", f"{span.start}.{thing.rpartition('/')[2]}"))
    facts = (
        (f"{RDF}type", NamedNode(f"{SR}Mention")),
        (f"{SR}endOffset", Literal(str(span.end), datatype=_OFFSET)),
        (f"{SR}isLocatedIn", NamedNode(unit.iri)),
        (f"{SR}mentions", NamedNode(thing)),
        (f"{SR}startOffset", Literal(str(span.start), datatype=_OFFSET)),
        (f"{SR}token", Literal(content[span.start : span.end])),
    )
    return [Triple(mention, NamedNode(predicate), value) for predicate, value in facts]
