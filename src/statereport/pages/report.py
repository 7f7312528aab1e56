"""The reports for reading: an overview of each, and a page for each section and for each passage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from statereport.errors import AddressUnknown, did_you_mean
from statereport.pages import cells, citations, passages
from statereport.pages.context import Context
from statereport.pages.names import OPENING, Unit
from statereport.pages.page import Address, Page, render

ANSWERS = ("yes", "partly", "no")
OPENING_TITLE = "Opening paragraphs"
# Class, or several → what its number is called on the first page, and where the things are listed.
_COUNTED = (
    ("Passage", "passages", "/report"),
    ("Figure", "figures", "/query/tables/figures.html"),
    ("Measure", "measures", "/query/tables/measures.html"),
    ("Norm", "norms", "/query/tables/norms.html"),
    ("Claim", "claims", "/query/tables/claims.html"),
    ("Citation", "citations of law", "/query/tables/citations.html"),
    ("LegalInstrument InstrumentSeries", "legal instruments", "/law"),
    ("Request", "requests", "/query/committee/requests-and-answers.html"),
)


@dataclass(frozen=True)
class CommitteeRequest:
    """What the Committee asks in a text unit.

    thing      a summary of the request in our own words, with its link
    whole      the IRI of the theme or passage that makes it
    answer     whether the report answers it: yes, partly or no
    answered   the same in words
    units      the passages that answer it
    """

    thing: cells.Thing
    whole: str
    answer: str
    answered: str
    units: tuple[Unit, ...]

    @property
    def passages(self) -> tuple[cells.Thing, ...]:
        """Links to the passages that answer it."""
        return tuple(cells.Thing(unit.reference, "", unit.path, unit.label) for unit in self.units)


@dataclass(frozen=True)
class Section:
    """A section in a list: its title, the number of its passages, and answer → number of its requests.

    depth   how many sections and parts it stands within
    """

    number: str
    label: str
    unit: Unit
    answers: tuple[tuple[str, int], ...]
    passages: int
    depth: int = 0


@dataclass(frozen=True)
class ReportHeader:
    """Which document this is: labels of its State, committee, treaty and period, "" for those that it has not.

    state    the State that submits a report; "" for the documents that reports answer
    symbol   the document symbol of the United Nations
    date     its date, as YYYY-MM-DD
    answers  the IRIs of the documents that a report answers
    answered_by   links to the reports that answer this document
    """

    iri: str
    label: str
    state: str
    committee: str
    treaty: str
    period: str
    symbol: str
    date: str
    thing: cells.Thing
    answers: tuple[str, ...] = ()
    answered_by: tuple[cells.Thing, ...] = ()

    @property
    def short(self) -> str:
        """The short name of the report."""
        return self.iri.rpartition("/")[2]

    @property
    def path(self) -> str:
        """Its page in the reader."""
        return f"/report/{self.short}"


def report_headers(context: Context) -> tuple[ReportHeader, ...]:
    """Every report of the graph: which State reports to which committee, and when."""
    answered: dict[str, list[str]] = {}
    for row in context.graph.ask("pages/documents"):
        answered.setdefault(row["report"], []).append(row["document"])
    return tuple(
        ReportHeader(
            iri=row["report"],
            label=row["label"],
            state=row["state"],
            committee=row["committee"],
            treaty=row["treaty"],
            period=row["period"] or "",
            symbol=row.get("symbol") or "",
            date=row.get("date") or "",
            thing=cells.thing(row["report"], context.names),
            answers=tuple(answered.get(row["report"], ())),
        )
        for row in context.graph.ask("pages/reports")
    )


def document_headers(context: Context) -> tuple[ReportHeader, ...]:
    """Every document that reports answer, such as concluding observations, of which there are paragraphs here."""
    known = {unit.report for unit in context.names.units}
    found: dict[str, list[dict[str, Any]]] = {}
    for row in context.graph.ask("pages/documents"):
        found.setdefault(row["document"], []).append(row)
    return tuple(
        ReportHeader(
            iri=iri,
            label=rows[0]["label"],
            state="",
            committee="",
            treaty="",
            period="",
            symbol=rows[0]["symbol"] or "",
            date=rows[0]["date"] or "",
            thing=cells.thing(iri, context.names),
            answered_by=tuple(_front(context, row["report"]) for row in rows if row["report"]),
        )
        for iri, rows in found.items()
        if iri in known
    )


def counts(context: Context) -> list[tuple[int, str, str]]:
    """How much there is in the graph: a number, what is counted, and where it is listed."""
    numbers = {found["class"].rpartition("/")[2]: found["number"] for found in context.graph.ask("pages/classes")}
    return [(sum(numbers.get(name, 0) for name in of.split()), what, path) for of, what, path in _COUNTED]


def committee_requests(context: Context) -> tuple[CommitteeRequest, ...]:
    """Every request of the Committee, in the order of the units that make them."""
    by_request: dict[str, list[dict[str, Any]]] = {}
    for row in context.graph.ask("pages/requests"):
        by_request.setdefault(row["request"], []).append(row)
    known = context.names.by_iri
    return tuple(
        CommitteeRequest(
            thing=cells.thing(iri, context.names),
            whole=rows[0]["whole"],
            answer=rows[0]["answer"].rpartition("/")[2],
            answered=rows[0]["answered"],
            units=tuple(known[row["unit"]] for row in rows if row["unit"] in known),
        )
        for iri, rows in by_request.items()
    )


def themes(context: Context, report: str = "") -> tuple[Section, ...]:
    """Every section of a report, or of all, in the order of the text."""
    answers: dict[str, Counter[str]] = {}
    for request in committee_requests(context):
        for iri in _sections_of(context, request):
            answers.setdefault(iri, Counter())[request.answer] += 1
    inside = Counter(unit.whole for unit in context.names.units if unit.kind == "Passage")
    return tuple(
        Section(
            unit.number,
            unit.label,
            unit,
            tuple((answer, found[answer]) for answer in ANSWERS if found[answer]),
            inside[unit.iri],
            _depth(context, unit),
        )
        for unit in context.names.units
        if unit.kind in ("Theme", "Section") and report in ("", unit.report)
        for found in [answers.get(unit.iri, Counter())]
    )


def reports_page(context: Context, address: Address) -> Page:
    """Every report; where there is one only, that report."""
    headers = report_headers(context)
    if len(headers) == 1:
        return _overview(context, address, headers[0])
    counted = Counter(unit.report for unit in context.names.units if unit.kind == "Passage")
    return render(
        context,
        address,
        "reports.html",
        reports=[(it, counted[it.iri]) for it in headers],
        documents=[(it, counted[it.iri]) for it in document_headers(context)],
    )


def report_page(context: Context, address: Address, name: str) -> Page:
    """A report by its short name. An address without a report leads to the first that has such a section or passage.

    Raises AddressUnknown.
    """
    header = _header(context, name)
    if header:
        return _overview(context, address, header) if header.state else _section_page(context, address, name, None)
    units = sorted(_with_pages(context), key=lambda unit: unit.kind == "Passage")
    found = next((unit.own_path for unit in units if unit.slug == name), "")
    reports = {it.iri for it in report_headers(context)}
    opened = next((unit for unit in units if unit.section == OPENING == name and unit.report in reports), None)
    moved = found or (f"/report/{opened.short}/{OPENING}" if opened else "")
    if not moved:
        known = [*(it.short for it in report_headers(context)), *dict.fromkeys(unit.slug for unit in units)]
        raise AddressUnknown(
            where=address.path,
            what=f"There is no report, section or passage {name}.",
            hint=did_you_mean(name, known, "all are listed at /report"),
        )
    return Page(b"", "text/plain; charset=utf-8", 301, (("Location", moved),))


def unit_page(context: Context, address: Address, name: str, number: str) -> Page:
    """A section with its passages, or a passage alone; ?kind= chooses kinds of statements. Raises AddressUnknown."""
    units = [unit for unit in _with_pages(context) if unit.short == name]
    unit = next((unit for unit in units if unit.slug == number), None)
    if unit and unit.kind == "Passage":
        return _passage_page(context, address, unit)
    if not unit and not (number == OPENING and any(it.section == OPENING for it in units)):
        raise AddressUnknown(
            where=address.path,
            what=f"The report has no section or passage {number}." if units else f"There is no report {name}.",
            hint=did_you_mean(number, [it.slug for it in units], f"all are listed at /report/{quote(name)}")
            if units
            else f"the reports are: {', '.join(it.short for it in report_headers(context))}.",
        )
    return _section_page(context, address, name, unit)


def _overview(context: Context, address: Address, header: ReportHeader) -> Page:
    """The parts and sections of a report, and the requests that it does not answer, or answers in part."""
    units = [unit for unit in context.names.units if unit.report == header.iri]
    parts = [unit for unit in units if unit.kind == "Part"]
    listed = themes(context, header.iri)
    groups = [(part, [it for it in listed if it.unit.whole == part.iri]) for part in parts]
    rest = [it for it in listed if it.unit.whole not in {part.iri for part in parts}]
    return render(
        context,
        address,
        "report.html",
        header=header,
        answered=[it for it in document_headers(context) if it.iri in header.answers],
        parts_of_report=[*([(None, rest)] if rest else []), *groups],
        unanswered=[
            (request, context.names.by_iri[request.whole])
            for request in committee_requests(context)
            if request.answer != "yes" and request.whole in context.names.by_iri and _is_of(context, request, header)
        ],
        articles=passages.articles_of_parts(context),
        opening=sum(unit.section == OPENING for unit in units),
        opening_title=OPENING_TITLE,
        missing=_missing(listed),
        cite=citations.cite(context, header.label, header.iri),
    )


def _section_page(context: Context, address: Address, name: str, unit: Unit | None) -> Page:
    header = _header(context, name)
    document = next(it.report for it in context.names.units if it.short == name)
    steps = [OPENING] if any(it.short == name and it.section == OPENING for it in context.names.units) else []
    steps += [it.unit.slug for it in themes(context, document)]
    steps = list(dict.fromkeys([*steps, *([unit.slug] if unit else [])]))
    here = steps.index(unit.slug if unit else OPENING)
    kinds = [kind for kind in address.values("kind") if kind in passages.KINDS]
    every = passages.passages_of(context, unit.iri if unit else document)
    every = tuple(it for it in every if it.unit.kind == "Passage" or it.marks)
    counted = Counter(mark.kind for passage in every for mark in passage.marks)
    shown = [it.only(kinds) for it in every]
    shown = [it for it in shown if it.marks] if kinds else shown
    requests = _requests_of(context, unit.iri) if unit else []
    return render(
        context,
        address,
        "section.html",
        header=header,
        unit=unit,
        label=unit.label if unit else OPENING_TITLE if not header or header.state else header.label,
        part=context.names.by_iri.get(unit.whole) if unit else None,
        articles=passages.articles_of_parts(context).get(unit.whole, ()) if unit else (),
        below=[it for it in themes(context, document) if unit and it.unit.whole == unit.iri],
        requests=requests,
        passages=shown,
        total=sum(it.unit.kind == "Passage" for it in every),
        answers=_answers(context, (it.unit for it in every)),
        asked=_asked(context, (it.unit for it in every)),
        kinds=[(kind, passages.KINDS[kind], counted[kind], kind in kinds) for kind in passages.KINDS if counted[kind]],
        chosen=kinds,
        heading=passages.text_of(context, unit) if unit else None,
        has_text=_has_text(context, name),
        before=_step(context, name, steps[here - 1]) if here else None,
        after=_step(context, name, steps[here + 1]) if here + 1 < len(steps) else None,
    )


def _passage_page(context: Context, address: Address, unit: Unit) -> Page:
    units = [it for it in context.names.units if it.report == unit.report and it.kind == "Passage"]
    here = units.index(unit)
    passage = passages.passages_of(context, unit.iri)[0]
    header = _header(context, unit.short)
    return render(
        context,
        address,
        "passage.html",
        header=header,
        unit=unit,
        passage=passage,
        section=context.names.by_iri.get(unit.whole),
        answers=_answers(context, [unit]),
        asked=_asked(context, [unit]),
        has_text=_has_text(context, unit.short),
        text=passages.text_of(context, unit),
        cite=citations.cite_passage(context, unit, header),
        before=units[here - 1] if here else None,
        after=units[here + 1] if here + 1 < len(units) else None,
    )


def _header(context: Context, name: str) -> ReportHeader | None:
    """The header of the report or document of that short name; None where there is none."""
    return next((it for it in (*report_headers(context), *document_headers(context)) if it.short == name), None)


def _has_text(context: Context, name: str) -> bool:
    return any(iri.rpartition("/")[2] == name for iri in context.texts)


def _with_pages(context: Context) -> list[Unit]:
    """The units that have a page of their own: all but parts without passages of their own."""
    full = {unit.whole for unit in context.names.units if unit.kind == "Passage"}
    return [unit for unit in context.names.units if unit.kind != "Part" or unit.iri in full]


def _sections_of(context: Context, request: CommitteeRequest) -> list[str]:
    """The sections that a request belongs to: the one that makes it, or else those with passages that answer it."""
    whole = context.names.by_iri.get(request.whole)
    if whole and whole.kind != "Passage":
        return [whole.iri]
    return list(dict.fromkeys(unit.whole for unit in request.units))


def _requests_of(context: Context, section: str) -> list[CommitteeRequest]:
    """The requests that belong to a section, those that are not answered first."""
    found = [request for request in committee_requests(context) if section in _sections_of(context, request)]
    return sorted(found, key=lambda request: -ANSWERS.index(request.answer))


def _is_of(context: Context, request: CommitteeRequest, header: ReportHeader) -> bool:
    """Whether a report, or a document that it answers, makes a request, or the report answers it."""
    whole = context.names.by_iri.get(request.whole)
    made = whole is not None and whole.report in (header.iri, *header.answers)
    return made or any(unit.report == header.iri for unit in request.units)


def _front(context: Context, iri: str) -> cells.Thing:
    """A link to the first page of a report or document."""
    return cells.Thing(context.names.label(iri).text, "en", f"/report/{iri.rpartition('/')[2]}")


def _answers(context: Context, units: Iterable[Unit]) -> dict[str, list[CommitteeRequest]]:
    """IRI of each of these passages that answers requests → the requests."""
    wanted = {unit.iri for unit in units}
    found: dict[str, list[CommitteeRequest]] = {}
    for request in committee_requests(context):
        for unit in request.units:
            if unit.iri in wanted:
                found.setdefault(unit.iri, []).append(request)
    return found


def _asked(context: Context, units: Iterable[Unit]) -> dict[str, list[CommitteeRequest]]:
    """IRI of each of these passages that makes requests → the requests; those of a section stand at its beginning."""
    wanted = {unit.iri for unit in units if unit.kind == "Passage"}
    found: dict[str, list[CommitteeRequest]] = {}
    for request in committee_requests(context):
        if request.whole in wanted:
            found.setdefault(request.whole, []).append(request)
    return found


def _step(context: Context, name: str, slug: str) -> cells.Thing:
    """A link to the section before or after."""
    unit = next((it for it in context.names.units if it.short == name and it.slug == slug), None)
    return cells.Thing(f"{unit.kind} {unit.number}" if unit else "Opening", "", f"/report/{name}/{quote(slug)}")


def _depth(context: Context, unit: Unit) -> int:
    depth = 0
    while unit.whole in context.names.by_iri:
        unit, depth = context.names.by_iri[unit.whole], depth + 1
    return depth


def _missing(listed: tuple[Section, ...]) -> list[str]:
    """The numbers between the first and the last section that no section has, where all have whole numbers."""
    if not all(it.number.isdecimal() for it in listed):
        return []
    numbers = [int(it.number) for it in listed]
    return [str(number) for number in range(min(numbers, default=0), max(numbers, default=0)) if number not in numbers]
