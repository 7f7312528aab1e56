"""What the curated graphs of a report claim about its text: the text units, and who quotes what where.

`read` gathers it from the named graphs of graphs/reports/<report>/ (all but the generated ones); `Evidence.located` has
each fragment's place in the text: it must stand in at least one text unit of its statement and in none twice, and every
unit must hold a quote. Anchors, the ledger of numerals and the mentions of names are written from this. Other
documents, such as concluding observations, are read in the same way; only some of their paragraphs are passages.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from statereport import files
from statereport.errors import FragmentAbsent, FragmentAmbiguous, FragmentTooLong, Problem, ProjectNotFound, TextDiffers
from statereport.project import Project, TextFiles
from statereport.rdf import prefixes, turtle
from statereport.rdf.dataset import Graphs, path_of
from statereport.rdf.namespaces import GRAPH, RDF, SR
from statereport.rdf.prefixes import Prefixes
from statereport.source.text import Segment, Span, Text, find, occurrences, of_documents, printed_in

GENERATED = ("anchors.ttl", "ledger.ttl", "mentions.ttl")
LONGEST = 80  # characters of a fragment

_A = RDF + "type"
_REPORTS = f"{GRAPH}reports/"
_STATEMENTS = {
    SR + name for name in ("Figure", "LegalQuantity", "Measure", "Norm", "Claim", "Event", "Proceeding", "Citation")
}
_UNITS = {SR + name: name.lower() for name in ("Part", "Theme", "Section", "Passage")}
_DOCUMENTS = {SR + "Report", SR + "ConcludingObservations"}
# The accounts that a fragment can give, in the order in which they are preferred.
_PRINTED = {
    "printedDate": "date",
    "printedPeriod": "period",
    "printedNumber": "instrument-number",
    "printedProvision": "provision",
    "printedSymbol": "document-symbol",
    "printedName": "part-of-name",
    "printedIdentifier": "other-identifier",
    "printedListNumber": "list-number",
}
ACCOUNTS = ("figure", "legal-quantity", *_PRINTED.values())
# Values of each property of each subject as text, in the order of the graphs; "" leads to the graph.
_Facts = Mapping[str, list[str]]


@dataclass(frozen=True)
class Document:
    """A report, or another document whose text is encoded; `graph` is the named graph that describes it."""

    graph: str
    iri: str
    digest: str
    is_report: bool

    @property
    def name(self) -> str:
        """Its short name: that of its folder."""
        return self.graph.removeprefix(_REPORTS).partition("/")[0]


@dataclass(frozen=True)
class Unit(Segment):
    """A text unit as report.ttl describes it."""

    iri: str
    digest: str
    silent: bool


@dataclass(frozen=True)
class Carrier:
    """A statement, request or text unit that names fragments of the text; `graph` is the named graph it stands in."""

    iri: str
    name: str
    graph: str
    is_statement: bool
    units: tuple[Unit, ...]
    strangers: tuple[str, ...]  # where it says to stand, and no text unit of this report is
    quotes: tuple[str, ...]
    printed: tuple[str, ...]  # a figure's or legal quantity's number as printed
    account: str  # what `printed` accounts for
    fragments: tuple[tuple[str, str], ...]  # (account, fragment)
    conditions: tuple[str, ...]  # what narrows it, as printed


@dataclass(frozen=True)
class Evidence:
    """All that the curated graphs of one report, or of another document, say about its text.

    `report` is the IRI of the document; `graphs` are the project's, without generated ones.
    """

    project: Project
    prefixes: Prefixes
    folder: Path
    report: str
    text: Text
    units: tuple[Unit, ...]
    carriers: tuple[Carrier, ...]
    graphs: Graphs = field(repr=False)
    is_report: bool = True

    @cached_property
    def has_own_numbers(self) -> bool:
        """Whether the paragraphs have numbers of their own; else passages are the lines under numbered themes."""
        return not any(unit.kind in ("part", "theme") for unit in self.units)

    @cached_property
    def located(self) -> tuple["Located", ...]:
        """Every carrier with its places in the text, in the order of the graphs."""
        return tuple(_locate(self, carrier) for carrier in self.carriers)

    def iri(self, kind: str, slug: str) -> str:
        """The IRI of a thing of this report: …/id/<report>/<kind>/<slug>."""
        usual = re.fullmatch(r"(?P<base>.*)/(?:report|document)/(?P<name>[^/]+)", self.report)
        return f"{usual['base'] + '/' + usual['name'] if usual else self.report}/{kind}/{quote(slug, safe='%')}"

    def place(self, carrier: Carrier) -> str:
        """file:line of a carrier's block."""
        path = path_of(self.project, carrier.graph)
        line = turtle.line_of(files.read_text(path), carrier.name) if path.is_file() else None
        return self.project.name(path) + (f":{line}" if line else "")


@dataclass(frozen=True)
class Place(Span):
    """Where a carrier speaks: the range meant, and the whole quote around it."""

    unit: Unit
    quote: Span


@dataclass(frozen=True)
class Located:
    """What was found for one carrier: places of its quotes, what it accounts for, and what is wrong."""

    carrier: Carrier
    places: tuple[Place, ...] = ()
    accounts: tuple[tuple[str, Span], ...] = ()
    problems: tuple[Problem, ...] = ()


def documents(graphs: Graphs) -> tuple[Document, ...]:
    """The reports and other documents that the graphs describe, in the order of the graphs."""
    found = []
    for name in graphs:
        if re.fullmatch(rf"{_REPORTS}[^/]+/(report|document)", name):
            for iri, facts in _about({name: graphs[name]}).items():
                if _DOCUMENTS & set(facts.get(_A, ())):
                    is_report = SR + "Report" in facts[_A]
                    found.append(Document(name, iri, facts.get(SR + "digest", ["none"])[0], is_report))
    return tuple(found)


def read(project: Project, graphs: Graphs, text: Text) -> Evidence:
    """The evidence of the document whose sr:digest is that of the text; `graphs` are the project's data.

    Raises `TextDiffers` where none has that digest, or an offset of the document is no number; `ProjectNotFound` where
    there is no report.
    """
    known = documents(graphs)
    for document in known:
        if document.digest == text.digest:
            return _evidence(project, graphs, document, text)
    if not known:
        raise ProjectNotFound(
            str(project.graphs), "There is no graphs/reports/<report>/report.ttl.", "describe the report first"
        )
    shown = prefixes.read(project)
    seen = "; ".join(f"{shown.shorten(document.iri)} has {document.digest}" for document in known)
    raise TextDiffers(
        text.name,
        f"The text's SHA-256 is {text.digest}; {seen}.",
        "use the text that was encoded, unchanged",
    )


def read_all(project: Project, graphs: Graphs, files: TextFiles) -> tuple[tuple[Evidence, ...], tuple[str, ...]]:
    """The evidence of every document whose text is at hand, and the short names of those whose text is not.

    Raises as `read` and `of_documents` do.
    """
    known = documents(graphs)
    texts = of_documents(files, {document.digest: document.name for document in known}) if known else {}
    found = tuple(
        _evidence(project, graphs, document, texts[document.digest]) for document in known if document.digest in texts
    )
    return found, tuple(document.name for document in known if document.digest not in texts)


def _about(graphs: Graphs) -> dict[str, dict[str, list[str]]]:
    """IRI → property → values."""
    about: dict[str, dict[str, list[str]]] = {}
    for name, triples in graphs.items():
        for triple in triples:
            if isinstance(triple.subject, turtle.NamedNode):
                facts = about.setdefault(triple.subject.value, {"": [name]})
                facts.setdefault(triple.predicate.value, []).append(getattr(triple.object, "value", str(triple.object)))
    return about


def _evidence(project: Project, graphs: Graphs, document: Document, text: Text) -> Evidence:
    folder, home = f"{_REPORTS}{document.name}/", document.graph
    generated = tuple("/" + name.removesuffix(".ttl") for name in GENERATED)
    curated = {name: graphs[name] for name in graphs if not name.endswith(generated)}
    about = _about({name: triples for name, triples in curated.items() if name.startswith(folder)})
    path = path_of(project, home)
    units = {iri: unit for iri, facts in about.items() if (unit := _unit(iri, facts, about, project.name(path)))}
    known = prefixes.of_file(project, path)
    carriers = [carrier for iri, facts in about.items() if (carrier := _carrier(iri, facts, units, known))]
    in_order = sorted(units.values(), key=lambda unit: unit.start)
    return Evidence(
        project, known, path.parent, document.iri, text, tuple(in_order), tuple(carriers), curated, document.is_report
    )


def _unit(iri: str, facts: _Facts, about: Mapping[str, _Facts], where: str) -> Unit | None:
    kind = next((_UNITS[a] for a in facts.get(_A, ()) if a in _UNITS), None)
    if kind is None:
        return None
    above = about.get(next(iter(facts.get(SR + "isPartOf", ())), ""), {})
    number = facts.get(SR + "number", [""])[0]
    offsets = {name: facts.get(SR + name, ["0"])[0] for name in ("startOffset", "endOffset")}
    for name, value in offsets.items():
        if not re.fullmatch("[0-9]{1,9}", value):
            what = f"The {kind} {number} has “{value[:40]}” for its sr:{name}."
            raise TextDiffers(where, what, "give the number of characters before it")
    return Unit(
        int(offsets["startOffset"]),
        int(offsets["endOffset"]),
        kind,
        number,
        above.get(SR + "number", [""])[0],
        iri,
        facts.get(SR + "digest", [""])[0],
        SR + "reasonForSilence" in facts,
    )


def _carrier(iri: str, facts: _Facts, units: Mapping[str, Unit], known: Prefixes) -> Carrier | None:
    types = set(facts.get(_A, ()))
    fragments = tuple((account, value) for name, account in _PRINTED.items() for value in facts.get(SR + name, ()))
    quotes = tuple(facts.get(SR + "quote", ()))
    if not (types & _STATEMENTS or fragments or quotes):
        return None
    where = [iri] if iri in units else facts.get(SR + "isStatedIn") or facts.get(SR + "isPartOf", ())
    return Carrier(
        iri,
        known.shorten(iri),
        facts[""][0],
        is_statement=bool(types & _STATEMENTS),
        units=tuple(units[unit] for unit in where if unit in units),
        strangers=tuple(known.shorten(unit) for unit in where if unit not in units),
        quotes=quotes,
        printed=tuple(facts.get(SR + "asPrinted", ())),
        account="legal-quantity" if SR + "LegalQuantity" in types else "figure",
        fragments=fragments,
        conditions=tuple(facts.get(SR + "condition", ())),
    )


def _locate(evidence: Evidence, carrier: Carrier) -> Located:
    content = evidence.text.content
    places, accounts, problems = [], [], []

    def attempt(action, *args):
        try:
            return action(*args)
        except Problem as problem:
            problems.append(problem)
            return None

    def where(units=carrier.units) -> str:
        names = ", ".join(f"{unit.kind} {unit.number}" for unit in units) or "no passage"
        return f"{evidence.place(carrier)}  {carrier.name} in {names}"

    if carrier.strangers or not carrier.units:
        what = (
            f"The report has no {', '.join(carrier.strangers)}."
            if carrier.strangers
            else "It does not say where it stands."
        )
        nowhere = FragmentAbsent(where(), what, "name the passage, part or theme: sr:isStatedIn")
        return Located(carrier, problems=(nowhere,))

    def is_short(fragment: str) -> bool:
        if len(fragment) > LONGEST:
            what = f"“{fragment[:40]}…” has {len(fragment)} characters."
            problems.append(FragmentTooLong(where(), what, f"shorten it to at most {LONGEST}"))
        return len(fragment) <= LONGEST

    for text in filter(is_short, carrier.quotes):
        for unit, span in attempt(_in_units, content, text, carrier.units, where) or ():
            place = attempt(_narrow, content, carrier, unit, span, where)
            if place:
                meant, numbers = place
                places.append(Place(meant.start, meant.end, unit, span))
                accounts += [(carrier.account, number) for number in numbers]
    for account, text in carrier.fragments:
        if is_short(text):
            accounts += [(account, span) for _, span in attempt(_in_units, content, text, carrier.units, where) or ()]
    for text in filter(is_short, carrier.conditions):
        if not any(occurrences(content, text, unit) for unit in carrier.units):
            attempt(find, content, text, carrier.units[0], where())  # says what is near
    if carrier.is_statement and not problems:
        quoted = {place.unit for place in places}
        problems += [
            FragmentAbsent(
                where([unit]),
                "No quote of this statement stands here.",
                "quote the words that speak of it here (sr:quote), or take the unit out of sr:isStatedIn",
            )
            for unit in carrier.units
            if unit not in quoted
        ]
    places.sort(key=lambda place: (place.start, place.end))
    return Located(carrier, tuple(places), tuple(accounts), tuple(problems))


def _in_units(content: str, fragment: str, units: tuple[Unit, ...], where) -> list[tuple[Unit, Span]]:
    """The places of a fragment in the units: at least one, and not two in any."""
    found = []
    for unit in units:
        places = occurrences(content, fragment, unit)
        if len(places) > 1:
            find(content, fragment, unit, where([unit]))  # says how to lengthen it
        found += [(unit, place) for place in places]
    if not found:
        find(content, fragment, units[0], where())  # says what is near
    return found


def _narrow(content: str, carrier: Carrier, unit: Unit, around: Span, where) -> tuple[Span, list[Span]]:
    """The printed number inside a quote (from the first to the last, of several), or the whole quote."""
    if not carrier.printed:
        return around, []
    numbers, quoted = [], content[around.start : around.end]
    for printed in carrier.printed:
        places = printed_in(content, printed, around)
        if len(places) > 1:
            raise FragmentAmbiguous(
                where([unit]),
                f"“{printed}” occurs {len(places)} times in the quote “{quoted}”.",
                "shorten the quote until the number occurs once",
            )
        numbers += places
    if not numbers:
        raise FragmentAbsent(
            where([unit]),
            f"No sr:asPrinted stands as a whole number in the quote “{quoted}”.",
            "let the quote hold the number as printed",
        )
    start, end = min(n.start for n in numbers), max(n.end for n in numbers)
    if content[start:end].count("(") > content[start:end].count(")") and content[end : end + 1] == ")":
        end += 1  # fifteen (15)
    return Span(start, min(end, around.end)), numbers
