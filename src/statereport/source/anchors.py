"""Anchors: each statement's character range in the text, kept in the generated graph anchors.ttl.

One anchor for each statement, text unit and quote: anchor:figure.13-schools-kazakh.13-6, with a quote selector and a
position selector of the Web Annotation model.
"""

import re
from bisect import bisect_right
from collections import Counter

from statereport.errors import Problem, TextDiffers
from statereport.rdf import turtle
from statereport.rdf.namespaces import OA, RDF, SR, XSD
from statereport.rdf.turtle import Literal, NamedNode, Triple
from statereport.source.evidence import Carrier, Evidence, Place, Unit
from statereport.source.generated import Generated

FILE = "anchors.ttl"
COMMAND = "statereport anchors"
HEADER = (
    "Anchors: where in the text each statement stands. Offsets count code points, end exclusive.",
    "Generated from the statements and the report's text by: " + COMMAND,
)

_A = NamedNode(RDF + "type")
_OFFSET = NamedNode(XSD + "nonNegativeInteger")


def generate(evidence: Evidence) -> Generated:
    """anchors.ttl as the statements and the text give it today; its problems say what could not be anchored."""
    problems = [*_unit_problems(evidence), *(problem for one in evidence.located for problem in one.problems)]
    path = evidence.folder / FILE
    content = turtle.write_turtle(_triples(evidence), HEADER, evidence.prefixes)
    return Generated(path, evidence.project.name(path), content, tuple(problems), COMMAND)


def _unit_problems(evidence: Evidence) -> list[Problem]:
    """Text units that are missing or too many, or whose range or digest is not that of the text."""
    text = evidence.text
    wrong = _of_own_numbers(evidence) if evidence.has_own_numbers else _of_lines(evidence)
    for unit in evidence.units if evidence.has_own_numbers else ():
        if unit.digest != text.digest_of(unit):
            wrong.append((unit.kind, unit.number, f"has the digest {text.digest_of(unit)}"))
    name = evidence.project.name(evidence.folder / f"{'report' if evidence.is_report else 'document'}.ttl")
    return [
        TextDiffers(name, f"The {kind} {number} {what}.", f"correct {name.rpartition('/')[2]}")
        for kind, number, what in wrong
    ]


def _of_lines(evidence: Evidence) -> list[tuple[str, str, str]]:
    """What is wrong with the units of a text whose passages are the lines under its themes: kind, number, what."""
    text = evidence.text
    wrong = []
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
        wrong.append((*key, what))
    return wrong


def _of_own_numbers(evidence: Evidence) -> list[tuple[str, str, str]]:
    """The same for a text whose paragraphs have numbers of their own.

    Every passage with a number begins where the paragraph of that number does; in a report each paragraph is a passage,
    and every line stands in one unit, wholly. Of other documents only some paragraphs are passages.
    """
    text, units = evidence.text, evidence.units
    wrong = []
    have = {int(unit.number): unit for unit in units if unit.kind == "passage" and unit.number.isdecimal()}
    for number in sorted(have.keys() | (text.paragraphs.keys() if evidence.is_report else set())):
        start = text.paragraphs.get(number)
        if number not in have:
            wrong.append(("passage", str(number), "is in the text and not in the graph"))
        elif start is None:
            wrong.append(("passage", str(number), "is in the graph and not in the text"))
        elif have[number].start != start:
            wrong.append(("passage", str(number), f"begins at {start} and not at {have[number].start}"))
    for unit in units:
        printed = text.at(unit)
        if not printed or printed != printed.strip():
            wrong.append((unit.kind, unit.number, "has blanks at its beginning or end, or no text"))
    if evidence.is_report:
        starts = [unit.start for unit in units]
        for line in text.lines:
            unit = units[bisect_right(starts, line.start) - 1] if bisect_right(starts, line.start) else None
            if unit is None or not unit.holds(line):
                wrong.append(("line", f"at {line.start}-{line.end}", "is in the text and in no text unit"))
    return wrong


def name_in_iri(unit: Unit) -> str:
    """A unit's kind and number as anchors have them in their IRI: 13-6, 17-a, theme-13, section-ii-a."""
    number = re.sub(r"[.]| [(]?", "-", unit.number).replace(")", "").lower()
    return number if unit.kind == "passage" else f"{unit.kind}-{number}"


def _triples(evidence: Evidence) -> list[Triple]:
    named, count = [], Counter()
    for one in evidence.located:
        if one.carrier.is_statement:
            for place in one.places:
                kind, slug = ["", *re.split("[/#:]", one.carrier.iri)][-2:]
                unit = name_in_iri(place.unit)
                count[kind, slug, unit] += 1
                again = f".{count[kind, slug, unit]}" if count[kind, slug, unit] > 1 else ""
                named.append((evidence.iri("anchor", f"{kind}.{slug}.{unit}{again}"), one.carrier, place))
    named.sort(key=lambda entry: (entry[2].start, entry[2].end, entry[0]))
    return [triple for iri, carrier, place in named for triple in _anchor(evidence, iri, carrier, place)]


def _anchor(evidence: Evidence, iri: str, carrier: Carrier, place: Place) -> list[Triple]:
    anchor, quote, position = NamedNode(iri), NamedNode(iri + ".quote"), NamedNode(iri + ".position")
    content = evidence.text.content
    before, after = content[place.quote.start : place.start], content[place.end : place.quote.end]
    facts = [
        (anchor, _A, NamedNode(SR + "Anchor")),
        (anchor, NamedNode(OA + "hasSelector"), quote),
        (anchor, NamedNode(OA + "hasSelector"), position),
        (anchor, NamedNode(OA + "hasSource"), NamedNode(evidence.report)),
        (anchor, NamedNode(SR + "anchors"), NamedNode(carrier.iri)),
        (anchor, NamedNode(SR + "isLocatedIn"), NamedNode(place.unit.iri)),
        (quote, _A, NamedNode(OA + "TextQuoteSelector")),
        (quote, NamedNode(OA + "exact"), Literal(evidence.text.at(place))),
        (quote, NamedNode(OA + "prefix"), Literal(before)) if before else None,
        (quote, NamedNode(OA + "suffix"), Literal(after)) if after else None,
        (position, _A, NamedNode(OA + "TextPositionSelector")),
        (position, NamedNode(OA + "start"), Literal(str(place.start), datatype=_OFFSET)),
        (position, NamedNode(OA + "end"), Literal(str(place.end), datatype=_OFFSET)),
    ]
    return [Triple(*fact) for fact in facts if fact]
