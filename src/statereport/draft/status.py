"""How far a report is encoded: passages done, numerals without account, citations not resolved, requests unanswered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from statereport.draft.rows import Workspace
from statereport.draft.tables import STATEMENTS
from statereport.project import TextFiles
from statereport.rdf.dataset import read_folder
from statereport.rdf.namespaces import RDF, SR
from statereport.source import evidence, ledger

_LISTED = 12  # names of what is open that a line shows


@dataclass(frozen=True)
class Progress:
    """One line of the status: what is counted, how much of it is done, all of it, and what is open."""

    what: str
    done: int
    all: int
    open: tuple[str, ...] = ()
    remark: str = ""

    def __str__(self) -> str:
        line = f"{self.what:<28}{self.done:>6} of {self.all}"
        if self.remark:
            return f"{self.what:<28}{self.remark}"
        more = f", … {len(self.open) - _LISTED} more" if len(self.open) > _LISTED else ""
        return f"{line}   open: {', '.join(self.open[:_LISTED])}{more}" if self.open else line


def status(here: Workspace, texts: TextFiles | None = None) -> list[Progress]:
    """The progress of a report, drafts counted as not done; numerals only where the report's text is at hand."""
    about: dict[str, dict[str, list[str]]] = {}
    for triples in here.curated.values():
        for t in triples:
            facts = about.setdefault(t.subject.value, {})
            facts.setdefault(t.predicate.value, []).append(getattr(t.object, "value", str(t.object)))
    own = {iri: facts for iri, facts in about.items() if iri.startswith(here.prefixes["passage"].rsplit("/", 2)[0])}
    said = {it for facts in own.values() for it in facts.get(f"{SR}isStatedIn", ())}
    passages = _of(own, f"{SR}Passage")
    made = [
        _progress("passages with a gist", passages, lambda iri, it: f"{SR}gist" in it),
        _progress("passages with statements", passages, lambda iri, it: iri in said or f"{SR}reasonForSilence" in it),
        _numerals(here, texts or TextFiles()),
        _progress("citations resolved", _of(own, f"{SR}Citation"), lambda iri, it: f"{SR}cites" in it),
        _progress("requests with an answer", _of(own, f"{SR}Request"), lambda iri, it: f"{SR}hasAnswer" in it),
    ]
    for table in STATEMENTS:
        drafts = {t.subject.value for t in here.drafts if getattr(t.object, "value", "") in table.classes}
        confirmed = [iri for name in table.classes for iri in _of(own, name)]
        if drafts or confirmed:
            label = f"{table.name.replace('_', ' ')} confirmed"
            made.append(Progress(label, len(confirmed), len(confirmed) + len(drafts)))
    return made


def _of(about: Mapping[str, Mapping[str, list[str]]], name: str) -> dict[str, Mapping[str, list[str]]]:
    return {iri: facts for iri, facts in about.items() if name in facts.get(f"{RDF}type", ())}


def _progress(what: str, things: Mapping[str, Mapping[str, list[str]]], is_done) -> Progress:
    missing = [iri for iri, facts in things.items() if not is_done(iri, facts)]
    return Progress(what, len(things) - len(missing), len(things), tuple(_short(it) for it in missing))


def _short(iri: str) -> str:
    return iri.rpartition("/")[2]


def _numerals(here: Workspace, texts: TextFiles) -> Progress:
    what = "numerals with an account"
    graphs = read_folder(here.project, here.project.graphs, evidence.GENERATED)
    known = [it for it in evidence.read_all(here.project, graphs, texts)[0] if it.folder.name == here.report]
    if not known:
        return Progress(what, 0, 0, remark="not counted: give the text of the report with --text")
    entries = ledger.entries(known[0])
    missing = _names(it for it in entries if not it.account)
    return Progress(what, len(entries) - len(missing), len(entries), missing)


def _names(entries: Iterable[ledger.Entry]) -> tuple[str, ...]:
    return tuple(f"{it.unit.number if it.unit else '?'} “{it.numeral.token}”" for it in entries)
