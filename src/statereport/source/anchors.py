"""Anchors: each statement's character range in the text, kept in the generated graph anchors.ttl.

One anchor for each statement, text unit and quote: anchor:figure.13-schools-kazakh.13-6, with a quote selector and a
position selector of the Web Annotation model.
"""

from collections import Counter

from statereport.errors import Problem, TextDiffers
from statereport.project import Project
from statereport.rdf import turtle
from statereport.rdf.namespaces import OA, SR
from statereport.rdf.turtle import Literal, NamedNode, Triple
from statereport.source import evidence as ev
from statereport.source.generated import Generated
from statereport.source.text import Text

FILE = "anchors.ttl"
COMMAND = "statereport anchors"
HEADER = (
    "Anchors: where in the text each statement stands. Offsets count code points, end exclusive.",
    "Generated from the statements and the report's text by: " + COMMAND,
)

_A = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_OFFSET = NamedNode("http://www.w3.org/2001/XMLSchema#nonNegativeInteger")


def generate(project: Project, text: Text) -> Generated:
    """anchors.ttl as the statements and the text give it today; its problems say what could not be anchored.

    `TextDiffers` where the text is not that of a report of this project.
    """
    evidence = ev.read(project, text)
    located = ev.locate(evidence, text)
    problems = [*_unit_problems(evidence, text), *(problem for one in located for problem in one.problems)]
    path = evidence.folder / FILE
    content = turtle.write_turtle(_triples(evidence, located, text), HEADER, evidence.prefixes)
    return Generated(path, project.name(path), content, tuple(problems), COMMAND)


def write(project: Project, text: Text) -> tuple[Problem, ...]:
    """Write anchors.ttl with all that could be anchored; what could not."""
    return generate(project, text).write()


def check(project: Project, text: Text) -> tuple[Problem, ...]:
    """What could not be anchored, and whether anchors.ttl is what `write` would write."""
    return generate(project, text).check()


def _unit_problems(evidence: ev.Evidence, text: Text) -> list[Problem]:
    """Text units of report.ttl that are missing or too many, or whose range or digest is not that of the text."""
    problems = []
    have = {(unit.kind, unit.number): unit for unit in evidence.units}
    want = {(segment.kind, segment.number): segment for segment in text.segments}
    for key in sorted(have.keys() | want.keys()):
        unit, segment = have.get(key), want.get(key)
        if not (unit and segment):
            what = "is in the text and not in the graph" if segment else "is in the graph and not in the text"
        elif (unit.start, unit.end) != (segment.start, segment.end):
            what = f"stands at {segment.start}-{segment.end} and not at {unit.start}-{unit.end}"
        elif unit.digest != text.digest_of(segment):
            what = f"has the digest {text.digest_of(segment)}"
        else:
            continue
        problems.append(
            TextDiffers(
                evidence.project.name(evidence.folder / "report.ttl"),
                f"The {key[0]} {key[1]} {what}.",
                "correct report.ttl",
            )
        )
    return problems


def _triples(evidence: ev.Evidence, located: list[ev.Located], text: Text) -> list[Triple]:
    named, count = [], Counter()
    for one in located:
        if one.carrier.is_statement:
            for place in one.places:
                kind, slug = one.carrier.iri.rsplit("/", 2)[1:]
                unit = place.unit.number.replace(".", "-")
                unit = unit if place.unit.kind == "passage" else f"{place.unit.kind}-{unit}"
                count[kind, slug, unit] += 1
                again = f".{count[kind, slug, unit]}" if count[kind, slug, unit] > 1 else ""
                named.append((evidence.iri("anchor", f"{kind}.{slug}.{unit}{again}"), one.carrier, place))
    named.sort(key=lambda entry: (entry[2].start, entry[2].end, entry[0]))
    return [triple for iri, carrier, place in named for triple in _anchor(evidence.report, iri, carrier, place, text)]


def _anchor(report: str, iri: str, carrier: ev.Carrier, place: ev.Place, text: Text) -> list[Triple]:
    anchor, quote, position = NamedNode(iri), NamedNode(iri + ".quote"), NamedNode(iri + ".position")
    before, after = text.words[place.quote.start : place.start], text.words[place.end : place.quote.end]
    facts = [
        (anchor, _A, NamedNode(SR + "Anchor")),
        (anchor, NamedNode(OA + "hasSelector"), quote),
        (anchor, NamedNode(OA + "hasSelector"), position),
        (anchor, NamedNode(OA + "hasSource"), NamedNode(report)),
        (anchor, NamedNode(SR + "anchors"), NamedNode(carrier.iri)),
        (anchor, NamedNode(SR + "isLocatedIn"), NamedNode(place.unit.iri)),
        (quote, _A, NamedNode(OA + "TextQuoteSelector")),
        (quote, NamedNode(OA + "exact"), Literal(text.at(place))),
        (quote, NamedNode(OA + "prefix"), Literal(before)) if before else None,
        (quote, NamedNode(OA + "suffix"), Literal(after)) if after else None,
        (position, _A, NamedNode(OA + "TextPositionSelector")),
        (position, NamedNode(OA + "start"), Literal(str(place.start), datatype=_OFFSET)),
        (position, NamedNode(OA + "end"), Literal(str(place.end), datatype=_OFFSET)),
    ]
    return [Triple(*fact) for fact in facts if fact]
