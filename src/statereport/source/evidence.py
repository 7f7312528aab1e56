"""What the curated graphs of one report claim about its text: the text units, and who quotes what where.

`read` gathers it from graphs/reports/<report>/*.ttl (all but the generated files); `locate` looks each fragment up in
the text: it must stand in at least one text unit of its statement and in none twice, and every unit must hold a quote.
Anchors and the ledger of numerals are both written from this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from statereport.errors import FragmentAbsent, FragmentAmbiguous, FragmentTooLong, Problem, ProjectNotFound, TextDiffers
from statereport.project import Project
from statereport.rdf import prefixes, turtle
from statereport.rdf.namespaces import SR
from statereport.rdf.prefixes import Prefixes
from statereport.source.text import Segment, Span, Text, find, occurrences, printed_in

GENERATED = ("anchors.ttl", "ledger.ttl")
LONGEST = 80  # characters of a fragment

_A = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_STATEMENTS = {
    SR + name for name in ("Figure", "LegalQuantity", "Measure", "Norm", "Claim", "Event", "Proceeding", "Citation")
}
_UNITS = {SR + name: name.lower() for name in ("Part", "Theme", "Passage")}
# The accounts that a fragment can give, in the order in which they are preferred.
_PRINTED = {
    "printedDate": "date",
    "printedPeriod": "period",
    "printedNumber": "instrument-number",
    "printedProvision": "provision",
    "printedSymbol": "document-symbol",
    "printedName": "part-of-name",
    "printedIdentifier": "other-identifier",
}
ACCOUNTS = ("figure", "legal-quantity", *_PRINTED.values())


@dataclass(frozen=True)
class Unit(Segment):
    """A text unit as report.ttl describes it."""

    iri: str
    digest: str
    silent: bool


@dataclass(frozen=True)
class Carrier:
    """A statement, request or text unit that names fragments of the text."""

    iri: str
    name: str
    file: Path
    is_statement: bool
    units: tuple[Unit, ...]
    strangers: tuple[str, ...]  # where it says to stand, and no text unit of this report is
    quotes: tuple[str, ...]
    printed: tuple[str, ...]  # a figure's or legal quantity's number as printed
    account: str  # what `printed` accounts for
    fragments: tuple[tuple[str, str], ...]  # (account, fragment)


@dataclass(frozen=True)
class Evidence:
    """All that one report's curated graphs say about its text."""

    project: Project
    prefixes: Prefixes
    folder: Path
    report: str
    digest: str
    units: tuple[Unit, ...]
    carriers: tuple[Carrier, ...]

    def iri(self, kind: str, slug: str) -> str:
        """The IRI of a thing of this report: …/id/<report>/<kind>/<slug>."""
        base, _, report = self.report.rpartition("/report/")
        return f"{base}/{report}/{kind}/{slug}"

    def place(self, carrier: Carrier) -> str:
        """file:line of a carrier's block."""
        line = turtle.line_of(carrier.file.read_text(encoding="utf-8"), carrier.name)
        return self.project.name(carrier.file) + (f":{line}" if line else "")


@dataclass(frozen=True)
class Place(Span):
    """Where a carrier speaks: the range meant, and the whole quote around it."""

    unit: Unit
    quote: Span


@dataclass(frozen=True)
class Located:
    """What `locate` found for one carrier: places of its quotes, what it accounts for, and what is wrong."""

    carrier: Carrier
    places: tuple[Place, ...] = ()
    accounts: tuple[tuple[str, Span], ...] = ()
    problems: tuple[Problem, ...] = ()


def read(project: Project, text: Text) -> Evidence:
    """The evidence of the report whose sr:digest is that of the text.

    `TextDiffers` where no report of the project has that digest; the faults of `turtle.read` pass through.
    """
    seen = []
    for file in sorted(project.graphs.glob("reports/*/report.ttl")):
        about = _about([file], project)
        for iri, facts in about.items():
            if SR + "Report" in facts.get(_A, ()):
                if text.digest in facts.get(SR + "digest", ()):
                    return _evidence(project, file.parent, iri, text.digest)
                seen += [f"{prefixes.read(project).shorten(iri)} has {facts.get(SR + 'digest', ['none'])[0]}"]
    if not seen:
        raise ProjectNotFound(
            str(project.graphs), "There is no graphs/reports/<report>/report.ttl.", "describe the report first"
        )
    raise TextDiffers(
        text.name,
        f"The text's SHA-256 is {text.digest}; {'; '.join(seen)}.",
        "use the text that was encoded, unchanged",
    )


def locate(evidence: Evidence, text: Text) -> list[Located]:
    """Every carrier with its places in the text, in the order of the files."""
    return [_locate(evidence, carrier, text.words) for carrier in evidence.carriers]


def _about(files: list[Path], project: Project) -> dict[str, dict[str, list[str]]]:
    """subject → predicate → values, in the order of the files."""
    about: dict[str, dict[str, list[str]]] = {}
    for file in files:
        for triple in turtle.read(file, project.name(file)):
            facts = about.setdefault(triple.subject.value, {})
            facts.setdefault(triple.predicate.value, []).append(triple.object.value)
            facts.setdefault("", [str(file)])
    return about


def _evidence(project: Project, folder: Path, report: str, digest: str) -> Evidence:
    files = [file for file in sorted(folder.glob("*.ttl")) if file.name not in (*GENERATED, prefixes.FILE)]
    about = _about(files, project)
    units = {iri: unit for iri, facts in about.items() if (unit := _unit(iri, facts, about))}
    known = prefixes.of_file(project, folder / "report.ttl")
    carriers = [carrier for iri, facts in about.items() if (carrier := _carrier(iri, facts, units, known))]
    in_order = sorted(units.values(), key=lambda unit: unit.start)
    return Evidence(project, known, folder, report, digest, tuple(in_order), tuple(carriers))


def _unit(iri: str, facts: Mapping[str, list[str]], about: Mapping) -> Unit | None:
    kind = next((_UNITS[a] for a in facts.get(_A, ()) if a in _UNITS), None)
    if kind is None:
        return None
    above = about.get(next(iter(facts.get(SR + "isPartOf", ())), ""), {})
    first = {name: facts.get(SR + name, [""])[0] for name in ("startOffset", "endOffset", "number", "digest")}
    return Unit(
        int(first["startOffset"] or 0),
        int(first["endOffset"] or 0),
        kind,
        first["number"],
        above.get(SR + "number", [""])[0],
        iri,
        first["digest"],
        SR + "reasonForSilence" in facts,
    )


def _carrier(iri: str, facts: Mapping[str, list[str]], units: Mapping[str, Unit], known: Prefixes) -> Carrier | None:
    types = set(facts.get(_A, ()))
    fragments = tuple((account, value) for name, account in _PRINTED.items() for value in facts.get(SR + name, ()))
    quotes = tuple(facts.get(SR + "quote", ()))
    if not (types & _STATEMENTS or fragments or quotes):
        return None
    where = [iri] if iri in units else facts.get(SR + "isStatedIn") or facts.get(SR + "isPartOf", ())
    return Carrier(
        iri,
        known.shorten(iri),
        Path(facts[""][0]),
        is_statement=bool(types & _STATEMENTS),
        units=tuple(units[unit] for unit in where if unit in units),
        strangers=tuple(known.shorten(unit) for unit in where if unit not in units),
        quotes=quotes,
        printed=tuple(facts.get(SR + "asPrinted", ())),
        account="legal-quantity" if SR + "LegalQuantity" in types else "figure",
        fragments=fragments,
    )


def _locate(evidence: Evidence, carrier: Carrier, words: str) -> Located:
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
            else "It says not where it stands."
        )
        nowhere = FragmentAbsent(where(), what, "name the passage, part or theme: sr:isStatedIn")
        return Located(carrier, problems=(nowhere,))
    for fragment in (*carrier.quotes, *(fragment for _, fragment in carrier.fragments)):
        if len(fragment) > LONGEST:
            problems.append(
                FragmentTooLong(
                    where(), f"“{fragment[:40]}…” has {len(fragment)} characters.", f"shorten it to at most {LONGEST}"
                )
            )
    for quote in carrier.quotes:
        for unit, span in attempt(_in_units, words, quote, carrier.units, where) or ():
            place = attempt(_narrow, words, carrier, unit, span, where)
            if place:
                meant, numbers = place
                places.append(Place(meant.start, meant.end, unit, span))
                accounts += [(carrier.account, number) for number in numbers]
    for account, fragment in carrier.fragments:
        accounts += [(account, span) for _, span in attempt(_in_units, words, fragment, carrier.units, where) or ()]
    if carrier.is_statement and not problems:
        quoted = {place.unit for place in places}
        problems += [
            FragmentAbsent(
                where([unit]),
                "No quote of this statement stands here.",
                "add a quote from this passage, or take the passage away",
            )
            for unit in carrier.units
            if unit not in quoted
        ]
    places.sort(key=lambda place: (place.start, place.end))
    return Located(carrier, tuple(places), tuple(accounts), tuple(problems))


def _in_units(words: str, fragment: str, units: tuple[Unit, ...], where) -> list[tuple[Unit, Span]]:
    """The places of a fragment in the units: at least one, and not two in any."""
    found = []
    for unit in units:
        places = occurrences(words, fragment, unit)
        if len(places) > 1:
            find(words, fragment, unit, where([unit]))  # says how to lengthen it
        found += [(unit, place) for place in places]
    if not found:
        find(words, fragment, units[0], where())  # says what is near
    return found


def _narrow(words: str, carrier: Carrier, unit: Unit, quote: Span, where) -> tuple[Span, list[Span]]:
    """The printed number inside a quote (from the first to the last, of several), or the whole quote."""
    if not carrier.printed:
        return quote, []
    numbers, said = [], words[quote.start : quote.end]
    for printed in carrier.printed:
        places = printed_in(words, printed, quote)
        if len(places) > 1:
            raise FragmentAmbiguous(
                where([unit]),
                f"“{printed}” occurs {len(places)} times in the quote “{said}”.",
                "shorten the quote until the number occurs once",
            )
        numbers += places
    if not numbers:
        raise FragmentAbsent(
            where([unit]),
            f"No sr:asPrinted stands as a whole number in the quote “{said}”.",
            "let the quote hold the number as printed",
        )
    start, end = min(n.start for n in numbers), max(n.end for n in numbers)
    if words[start:end].count("(") > words[start:end].count(")") and words[end : end + 1] == ")":
        end += 1  # fifteen (15)
    return Span(start, min(end, quote.end)), numbers
