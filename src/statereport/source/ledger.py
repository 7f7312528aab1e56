"""The ledger: every numeral of the text with what accounts for it, kept in the generated graph ledger.ttl."""

import re
from bisect import bisect_left
from dataclasses import dataclass

from statereport.errors import NumeralUnaccounted
from statereport.rdf import turtle
from statereport.rdf.namespaces import ID, RDF, SR, XSD
from statereport.rdf.turtle import Literal, NamedNode, Triple
from statereport.source.evidence import ACCOUNTS, Evidence, Unit
from statereport.source.generated import Generated
from statereport.source.text import Numeral

FILE = "ledger.ttl"
COMMAND = "statereport ledger"
HEADER = (
    "The ledger: every numeral of the text, with what accounts for it. Offsets count code points, end exclusive.",
    "Generated from the statements and the report's text by: " + COMMAND,
)

_A = NamedNode(RDF + "type")
_OFFSET = NamedNode(XSD + "nonNegativeInteger")


@dataclass(frozen=True)
class Entry:
    """A numeral, the text unit in which it stands, its account ("" where there is none) and who carries it."""

    numeral: Numeral
    unit: Unit | None
    account: str
    carriers: tuple[str, ...]


def generate(evidence: Evidence) -> Generated:
    """ledger.ttl as the statements and the text give it today; its problems are the numerals without account."""
    ledger = entries(evidence)
    path = evidence.folder / FILE
    triples = [triple for entry in ledger for triple in _triples(evidence, entry)]
    content = turtle.write_turtle(triples, HEADER, evidence.prefixes)
    missing = tuple(_problem(entry) for entry in ledger if not entry.account)
    return Generated(path, evidence.project.name(path), content, missing, COMMAND)


def entries(evidence: Evidence) -> list[Entry]:
    """The ledger in the order of the text.

    Where several things account for a numeral, a figure comes before a legal quantity and that before the printed
    fragments in the order of `evidence.ACCOUNTS`; all of them are its carriers.
    """
    numerals = evidence.text.numerals
    starts = [numeral.start for numeral in numerals]
    claims: dict[int, set[tuple[int, str]]] = {}
    for located in evidence.located:
        for account, span in located.accounts:
            first = bisect_left(starts, span.start)
            for index in range(first, bisect_left(starts, span.end)):
                if span.holds(numerals[index]):
                    claims.setdefault(index, set()).add((ACCOUNTS.index(account), located.carrier.iri))
    ledger = []
    for index, numeral in enumerate(numerals):
        ranked = sorted(claims.get(index, ()))
        account = numeral.account or (ACCOUNTS[ranked[0][0]] if ranked else "")
        ledger.append(Entry(numeral, _unit(evidence, numeral), account, tuple(dict.fromkeys(iri for _, iri in ranked))))
    return ledger


def _unit(evidence: Evidence, numeral: Numeral) -> Unit | None:
    """The unit that holds the numeral; for a conversion mark between passages, the heading that was opened last."""
    holding = next((unit for unit in evidence.units if unit.holds(numeral)), None)
    kinds = ("theme", "section")
    headings = [unit for unit in evidence.units if unit.kind in kinds and unit.start <= numeral.start]
    return holding or (headings[-1] if headings else None)


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


def _triples(evidence: Evidence, entry: Entry) -> list[Triple]:
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
