"""The ledger: every numeral of the text with what accounts for it, kept in the generated graph ledger.ttl."""

import re
from bisect import bisect_left
from dataclasses import dataclass

from statereport.errors import NumeralUnaccounted, Problem
from statereport.project import Project
from statereport.rdf import turtle
from statereport.rdf.namespaces import ID, SR
from statereport.rdf.turtle import Literal, NamedNode, Triple
from statereport.source import evidence as ev
from statereport.source.generated import Generated
from statereport.source.text import Numeral, Text

FILE = "ledger.ttl"
COMMAND = "statereport ledger"
HEADER = (
    "The ledger: every numeral of the text, with what accounts for it. Offsets count code points, end exclusive.",
    "Generated from the statements and the report's text by: " + COMMAND,
)

_A = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_OFFSET = NamedNode("http://www.w3.org/2001/XMLSchema#nonNegativeInteger")


@dataclass(frozen=True)
class Entry:
    """A numeral, the text unit in which it stands, its account ("" where there is none) and who carries it."""

    numeral: Numeral
    unit: ev.Unit | None
    account: str
    carriers: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """How far a theme ("0" before the first) has been encoded."""

    theme: str
    numerals: int
    accounted: int
    passages: int
    spoken: int  # passages with a statement
    silent: int  # passages that say why they have none


def entries(evidence: ev.Evidence, text: Text) -> list[Entry]:
    """The ledger in the order of the text.

    Where several things account for a numeral, a figure comes before a legal quantity and that before the printed
    fragments in the order of `evidence.ACCOUNTS`; all of them are its carriers.
    """
    starts = [numeral.start for numeral in text.numerals]
    claims: dict[int, set[tuple[int, str]]] = {}
    for located in ev.locate(evidence, text):
        for account, span in located.accounts:
            first = bisect_left(starts, span.start)
            for index in range(first, bisect_left(starts, span.end)):
                if span.holds(text.numerals[index]):
                    claims.setdefault(index, set()).add((ev.ACCOUNTS.index(account), located.carrier.iri))
    ledger = []
    for index, numeral in enumerate(text.numerals):
        ranked = sorted(claims.get(index, ()))
        account = numeral.account or (ev.ACCOUNTS[ranked[0][0]] if ranked else "")
        ledger.append(Entry(numeral, _unit(evidence, numeral), account, tuple(dict.fromkeys(iri for _, iri in ranked))))
    return ledger


def generate(project: Project, text: Text) -> Generated:
    """ledger.ttl as it follows today; its problems are a `NumeralUnaccounted` for each numeral without account.

    `TextDiffers` where the text is not that of a report of this project.
    """
    evidence = ev.read(project, text)
    ledger = entries(evidence, text)
    path = evidence.folder / FILE
    triples = [triple for entry in ledger for triple in _triples(evidence, entry, project)]
    content = turtle.write_turtle(triples, HEADER, evidence.prefixes)
    return Generated(path, project.name(path), content, tuple(_problem(e) for e in ledger if not e.account), COMMAND)


def write(project: Project, text: Text) -> tuple[Problem, ...]:
    """Write ledger.ttl; the numerals without account."""
    return generate(project, text).write()


def check(project: Project, text: Text) -> tuple[Problem, ...]:
    """The numerals without account, and whether ledger.ttl is what `write` would write."""
    return generate(project, text).check()


def coverage(project: Project, text: Text) -> tuple[Coverage, ...]:
    """For each theme, in the order of the text: numerals and passages, and how many of them are accounted for."""
    evidence = ev.read(project, text)
    stated = {unit.iri for carrier in evidence.carriers if carrier.is_statement for unit in carrier.units}
    ledger = [(entry, _theme(entry.unit)) for entry in entries(evidence, text)]
    passages = [unit for unit in evidence.units if unit.kind == "passage"]
    rows = []
    for theme in dict.fromkeys(_theme(unit) for unit in passages):
        mine = [unit for unit in passages if _theme(unit) == theme]
        here = [entry for entry, where in ledger if where == theme]
        rows.append(
            Coverage(
                theme,
                len(here),
                sum(bool(entry.account) for entry in here),
                len(mine),
                sum(unit.iri in stated for unit in mine),
                sum(unit.silent for unit in mine),
            )
        )
    return tuple(rows)


def _theme(unit: ev.Unit | None) -> str:
    return "0" if unit is None or unit.kind == "part" else unit.number.partition(".")[0]


def _unit(evidence: ev.Evidence, numeral: Numeral) -> ev.Unit | None:
    """The unit that holds the numeral; for a conversion mark between passages, the theme that was opened last."""
    holding = next((unit for unit in evidence.units if unit.holds(numeral)), None)
    themes = [unit for unit in evidence.units if unit.kind == "theme" and unit.start <= numeral.start]
    return holding or (themes[-1] if themes else None)


def _problem(entry: Entry) -> NumeralUnaccounted:
    numeral, unit = entry.numeral, entry.unit
    where = f"{unit.kind} {unit.number}" if unit else "outside the passages"
    return NumeralUnaccounted(
        f"{where}, {numeral.start}-{numeral.end}", f"“{numeral.token}” has no account.", _hint(numeral.token)
    )


def _hint(token: str) -> str:
    if re.fullmatch(r"(?:19|20)[0-9]{2}", token):
        return "it looks like a year: sr:printedDate or sr:printedPeriod, or sr:printedName inside a name"
    if re.fullmatch(r"[0-9]+", token):
        return "a figure or legal quantity (sr:asPrinted), or sr:printedNumber, sr:printedProvision, sr:printedDate …"
    return "it looks like a quantity: sr:asPrinted of a figure or legal quantity"


def _triples(evidence: ev.Evidence, entry: Entry, project: Project) -> list[Triple]:
    numeral = NamedNode(evidence.iri("numeral", str(entry.numeral.start)))
    account = NamedNode(f"{ID}account/{entry.account}") if entry.account else None
    facts = [
        (_A, NamedNode(SR + "Numeral")),
        (NamedNode(SR + "endOffset"), Literal(str(entry.numeral.end), datatype=_OFFSET)),
        (NamedNode(SR + "hasAccount"), account) if account else None,
        *((NamedNode(SR + "isCarriedBy"), NamedNode(iri)) for iri in entry.carriers),
        (NamedNode(SR + "isLocatedIn"), NamedNode(entry.unit.iri)) if entry.unit else None,
        (NamedNode(SR + "startOffset"), Literal(str(entry.numeral.start), datatype=_OFFSET)),
        (NamedNode(SR + "token"), Literal(entry.numeral.token)),
    ]
    return [Triple(numeral, *fact) for fact in facts if fact]
