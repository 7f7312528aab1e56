"""Rows of a work-sheet: from the graph, from drafts that nobody confirmed, and from candidates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from statereport.draft.tables import BY_CLASS, CREATOR, TABLES, Column
from statereport.project import Project
from statereport.rdf import prefixes, turtle
from statereport.rdf.dataset import Dataset, load
from statereport.rdf.namespaces import GRAPH, ID, RDF, SR, XSD
from statereport.rdf.prefixes import Prefixes
from statereport.rdf.turtle import Literal, NamedNode, Triple
from statereport.source.evidence import GENERATED, LONGEST

A = NamedNode(f"{RDF}type")
_OA = "http://www.w3.org/ns/oa#"
_NUMBERS = {f"{XSD}integer", f"{XSD}decimal"}
_DATES = {f"{XSD}date", f"{XSD}gYear", f"{XSD}gYearMonth", f"{XSD}gMonthDay"}
# What a report binds, where no other report is there to take the list from.
_OWN = "breakdown citation claim event figure measure norm note part passage quantity reading request theme".split()


@dataclass(frozen=True)
class Row:
    """A row: its table, the short name of its thing, the cells by column, who confirmed it, its state and rule.

    state   `encoded` (in the graph), `draft` (nobody confirmed it) or `candidate` (found by a rule)
    """

    table: str
    id: str
    cells: Mapping[str, str]
    confirmed: str = ""
    state: str = "encoded"
    rule: str = ""


@dataclass(frozen=True)
class Workspace:
    """A report being encoded: the project's triples, those of its drafts, and the prefixes of its short names."""

    project: Project
    dataset: Dataset
    report: str
    prefixes: Prefixes
    drafts: tuple[Triple, ...] = field(repr=False)

    @property
    def folder(self) -> Path:
        """The report's folder of curated graphs."""
        return self.project.graphs / "reports" / self.report

    @property
    def state(self) -> str:
        """The short name of the report's State, which begins the report's."""
        return self.report.partition("-")[0]

    @cached_property
    def things(self) -> Mapping[str, None]:
        """The IRIs that the project describes, those of drafts too."""
        triples = (t for part in (*self.dataset.graphs.values(), self.drafts) for t in part)
        return dict.fromkeys(t.subject.value for t in triples if isinstance(t.subject, NamedNode))

    @cached_property
    def curated(self) -> dict[str, tuple[Triple, ...]]:
        """The graphs that people write: those of this report, and the reference data."""
        own, generated = f"{GRAPH}reports/{self.report}/", {it.removesuffix(".ttl") for it in GENERATED}
        return {
            name: triples
            for name, triples in self.dataset.data.items()
            if name.startswith(f"{GRAPH}reference/")
            or (name.startswith(own) and name.removeprefix(own) not in {*generated, "mentions"})
        }


def drafts_of(project: Project, report: str) -> Path:
    """The file of what nobody confirmed yet: drafts/<report>.ttl, beside graphs/ and no part of it."""
    return project.root / "drafts" / f"{report}.ttl"


def report_prefixes(project: Project, report: str) -> Prefixes:
    """The prefixes that a report's files may use: those that it binds, and those that other reports have too."""
    space = f"{ID}{report}/"
    kinds = set(_OWN)
    for other in project.reports:
        text = project.report_prefixes(other).read_text(encoding="utf-8")
        kinds |= set(re.findall(rf"<{re.escape(ID + other)}/([a-z-]+)/>", text))
    own = prefixes.of_file(project, project.graphs / "reports" / report / "report.ttl")
    return Prefixes({**{kind: f"{space}{kind}/" for kind in sorted(kinds)}, **own})


def workspace(project: Project, report: str) -> Workspace:
    """The report as it is now, encoded or not."""
    path = drafts_of(project, report)
    drafts = tuple(turtle.read(path, project.name(path))) if path.is_file() else ()
    return Workspace(project, load(project), report, report_prefixes(project, report), drafts)


def cell_of(objects: Iterable, column: Column, known: Prefixes) -> str:
    """The cell of a column for the objects of its property: those of its kind, in their order."""
    items = [text for it in objects if (text := text_of(it, column, known)) is not None]
    return ("; " if column.kind == "iri" else "\n").join(items)


def text_of(value: object, column: Column, known: Prefixes) -> str | None:
    """An object as a cell of the column shows it; None for what the column does not show."""
    if isinstance(value, NamedNode):
        return known.shorten(value.value) if column.kind == "iri" else None
    if not isinstance(value, Literal) or column.kind == "iri":
        return None
    kind = value.datatype.value
    shown = {
        "en": value.language == "en",
        "text": value.language is None and kind == f"{XSD}string",
        "number": kind in _NUMBERS,
        "date": kind in _DATES,
        "offset": kind == f"{XSD}nonNegativeInteger",
    }[column.kind]
    return value.value if shown else None


def rows(here: Workspace, draft: Draft | None = None) -> dict[str, list[Row]]:
    """The rows of every table: what the graph has of this report and of its State, drafts, then candidates."""
    found: dict[str, list[Row]] = {table.name: [] for table in TABLES}
    seen: set[str] = set()
    shared = (f"{GRAPH}reference/{here.state}/", f"{GRAPH}reports/{here.report}/")
    for name, triples in here.curated.items():
        if name.startswith(shared):
            _add(found, seen, _rows_of(triples, here.prefixes, "encoded"))
    _add(found, seen, _rows_of(here.drafts, here.prefixes, "draft"))
    if draft:
        quoted = {
            (row.cells.get("passages", ""), row.cells.get("quote", "")) for rows in found.values() for row in rows
        }
        fresh = [
            row
            for row in draft.rows(here)
            if (row.cells.get("passages", ""), row.cells.get("quote", "")) not in quoted or not row.cells.get("quote")
        ]
        _add(found, seen, fresh)
    return found


def _add(found: dict[str, list[Row]], seen: set[str], more: Iterable[Row]) -> None:
    for row in more:
        if row.id not in seen:
            seen.add(row.id)
            found[row.table].append(row)


def _rows_of(triples: Sequence[Triple], known: Prefixes, state: str) -> list[Row]:
    about: dict[NamedNode, dict[str, list]] = {}
    for triple in triples:
        if isinstance(triple.subject, NamedNode):
            about.setdefault(triple.subject, {}).setdefault(triple.predicate.value, []).append(triple.object)
    made = []
    for subject, facts in about.items():
        table = next(
            (BY_CLASS[it.value] for it in facts.get(A.value, ()) if getattr(it, "value", "") in BY_CLASS), None
        )
        if table:
            cells = {it.name: cell_of(facts.get(it.predicate, ()), it, known) for it in table.columns}
            by = "\n".join(it.value for it in facts.get(CREATOR, ()) if isinstance(it, Literal))
            made.append(Row(table.name, known.shorten(subject.value), cells, by, state))
    return made


def anchors(here: Workspace) -> list[tuple[str, str, int, int]]:
    """(fragment, number of its passage, start, end) of each anchor of the report, in the order of anchors.ttl."""
    facts: dict[str, dict[str, str]] = {}
    for name in (f"{GRAPH}reports/{here.report}/anchors", f"{GRAPH}reports/{here.report}/report"):
        for t in here.dataset.data.get(name, ()):
            facts.setdefault(t.subject.value, {})[t.predicate.value] = getattr(t.object, "value", "")
    found = []
    for iri, about in facts.items():
        quote, place = facts.get(f"{iri}.quote"), facts.get(f"{iri}.position")
        if quote and place:
            number = facts.get(about.get(f"{SR}isLocatedIn", ""), {}).get(f"{SR}number", "")
            start, end = int(place.get(f"{_OA}start", "0")), int(place.get(f"{_OA}end", "0"))
            found.append((quote.get(f"{_OA}exact", ""), number, start, end))
    return found


# --- candidates ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Draft:
    """The folder of a draft: the text, its passages and candidates as read from it, and what document.json says."""

    content: str = field(repr=False)
    units: tuple[Mapping[str, str], ...]
    candidates: tuple[Mapping[str, str], ...]
    about: Mapping

    def rows(self, here: Workspace) -> list[Row]:
        """The report, its sections and passages, and the candidates, as rows of nobody's confirmation."""
        made = [self._report(here), *self._state(here), *self._units(here)]
        names: dict[tuple[str, str], str] = {}
        things = [it for it in self.candidates if it["kind"] in ("instrument", "body", "place")]
        for it in things:
            made += _thing(it, here, names)
        for it in self.candidates:
            made += self._statement(it, here, names)
        return made

    def _report(self, here: Workspace) -> Row:
        page1 = self.about["page1"]
        cells = {
            "label": page1["title"],
            "sha256": self.about["text"]["sha256"],
            "length": str(self.about["text"]["length"]),
            "treaty": _if_known(here, f"instrument:{page1['treaty'].lower()}"),
            "State": f"body:{here.state}-state",
            "committee": _if_known(here, f"body:{page1['symbol'].partition('/')[0].lower()}"),
        }
        return Row("report", f"report:{here.report}", cells, state="candidate", rule="page 1")

    def _state(self, here: Workspace) -> list[Row]:
        """The State itself, where the graph does not have it yet."""
        name = f"body:{here.state}-state"
        if _is_known(here, name):
            return []
        whole = re.search(r"\b(?:[A-Z][a-z]+\s){0,2}(?:Republic|Kingdom|Federation|State)\sof\s[A-Z]\w+", self.content)
        kind = "body-kind:collective" if _is_known(here, "body-kind:collective") else ""
        return [
            Row("bodies", name, {"label": whole[0] if whole else "", "kind": kind}, state="candidate", rule="page 1")
        ]

    def _units(self, here: Workspace) -> list[Row]:
        made, sections, above = [], {}, {}
        for unit in self.units:
            above[unit["number"]] = (
                unit["under"] if unit["kind"] in ("paragraph", "section") else above.get(unit["under"], "")
            )
            parent = sections.get(above[unit["number"]], f"report:{here.report}")
            cells = {
                "number": unit["number"],
                "part_of": parent,
                "start": unit["start"],
                "end": unit["end"],
                "sha256": unit["sha256"],
            }
            if unit["kind"] == "section":
                heading = self.content[int(unit["start"]) : int(unit["end"])]
                cells["label"] = re.sub(r"^(?:[IVXL]+|[A-Z])\.\s", "", heading)[:LONGEST]
                name = (
                    f"{'theme' if parent.startswith(('part:', 'theme:')) else 'part'}:{slug(unit['number'], keep=True)}"
                )
                sections[unit["number"]] = name
                made.append(Row("sections", name, cells, state="candidate", rule="heading"))
            else:
                made.append(Row("passages", passage_id(unit["number"]), cells, state="candidate", rule=unit["kind"]))
        return made

    def _statement(self, it: Mapping[str, str], here: Workspace, names: dict[tuple[str, str], str]) -> list[Row]:
        kind, number = it["kind"], it["passage"]
        unit = next((u for u in self.units if u["number"] == number), None)
        if unit is None or kind not in ("figure", "instrument", "short-form", "provision"):
            return []
        if kind == "instrument" and it["rule"] in ("symbol",):
            return []
        cells = {
            "passages": passage_id(number),
            "quote": fragment(self.content, int(unit["start"]), int(unit["end"]), int(it["start"]), int(it["end"])),
        }
        slugged = slug(number, keep=True)
        if kind == "figure":
            words = (
                "digits" if re.fullmatch(r"[0-9.,]+", it["text"]) else "mixed" if it["text"][:1].isdigit() else "words"
            )
            written = next((n for n in (f"writing:{words}", "writing:in-words") if _is_known(here, n)), "")
            cells |= {
                "printed": it["text"], "value": it["value"], "bound": f"bound:{it['bound']}", "written": written,
                "unit": _unit(here, it["unit"]),
            }  # fmt: skip
            name = slug(f"{it['unit'] if it['unit'].isalpha() else 'number'} {it['value']}")
            when = it["period"] if it["period"] and it["period"] in self.content else ""
            cells["label"] = ", ".join(filter(None, (it["unit"] if it["unit"].isalpha() else "", when)))
            if it["rule"] == "legal-quantity":
                return [
                    Row("legal_quantities", f"quantity:{slugged}-{name}", cells, state="candidate", rule=it["rule"])
                ]
            year = re.search(r"(?:19|20)[0-9]{2}", when)
            cells["area"] = _if_known(here, f"place:{here.state}")
            cells["period"] = (
                _if_known(here, f"period:{year[0]}") if year and re.fullmatch(r"(?i)(?:in |of )?[0-9]{4}", when) else ""
            )
            period = it["period"]
            if period and period in self.content[int(unit["start"]) : int(unit["end"])]:
                cells["printed_period"] = period
            return [Row("figures", f"figure:{slugged}-{name}", cells, state="candidate", rule=it["rule"])]
        target = names.get(("instrument", it["text"] if kind == "instrument" else it["refers to"]), "")
        form = {"instrument": "named", "short-form": "short-form", "provision": "named"}[kind]
        cells |= {"cites": target, "form": f"citation-form:{form}", "label": f"passage {number} on {it['text']}"[:160]}
        extra = []
        if kind == "provision":
            cells["printed_provision"] = it["text"]
            steps = provision_steps(it["text"])
            if target and steps:
                of = target.partition(":")[2]
                extra = [
                    Row(
                        "provisions",
                        f"provision:{of}.{step}",
                        {"part_of": target, "path": path, "label": f"{_spelled(path)} of {it['refers to']}"[:160]},
                        state="candidate",
                        rule=it["rule"],
                    )
                    for step, path in steps
                ]
                cells["cites"] = "; ".join(row.id for row in extra)
        name = f"citation:{slugged}-{slug(it['text'])[:50].strip('-')}-{it['start']}"
        return [*extra, Row("citations", name, cells, state="candidate", rule=it["rule"])]


def _thing(it: Mapping[str, str], here: Workspace, names: dict[tuple[str, str], str]) -> list[Row]:
    """An instrument, body or place as a row, once; `names` learns which short name its text has."""
    text, kind = it["text"], it["kind"]
    if (kind, text) in names or it["rule"] in ("symbol", "common-noun", "head-noun-alone", "introduced", "acronym"):
        return []
    if it["value"]:
        names[kind, text] = here.prefixes.shorten(it["value"])
        return []
    name = f"{kind}:{here.state}-{slug(text)[:60].strip('-')}"
    names[kind, text] = name
    cells = {"label": text, "printed_name": text}
    if kind == "instrument":
        number = re.search(r"(?:No\.?|n[º°o]\.?|núm\.|Bill)\s?([0-9][0-9A-Z.,/-]*)", text)
        cells |= {"number": number[1].rstrip(".,") if number else "", "kind": _kind_of(here, kind, text)}
    elif kind == "body":
        cells["kind"] = _kind_of(here, kind, text)
    return [Row({"body": "bodies"}.get(kind, f"{kind}s"), name, cells, state="candidate", rule=it["rule"])]


def _spelled(path: str) -> str:
    """A path in words: "art. 8" is "Article 8"."""
    return path.replace("art. ", "Article ").replace("par. ", "Paragraph ").capitalize()


# Words of a name, the surest first, with the kind that they say; what depends on the State (a decree) is not decided.
_BODY_KINDS = (
    ("ministry ministerio ministère", "ministry"), ("court tribunal corte", "court"),
    ("prosecutor fiscalía", "prosecutor"),
    ("ombudsman commissioner defensoría", "nhri"), ("committee commission council board", "committee"),
    ("agency", "agency"), ("parliament assembly congress", "parliament"), ("chamber senate", "parliament-chamber"),
    ("police", "law-enforcement"), ("department directorate office coordination", "department"),
    ("government", "government"), ("foundation", "foundation"),
)  # fmt: skip
_ACT_KINDS = (
    ("constitution", "constitution"), ("code", "code"), ("law act ley loi", "law"), ("rules regulation", "rules"),
    ("convention covenant treaty protocol", "treaty"), ("observations", "concluding-observations"),
    ("report", "report"), ("memorandum", "memorandum"),
    ("plan program programme policy strategy project roadmap", "policy-document"),
)  # fmt: skip


def _kind_of(here: Workspace, kind: str, text: str) -> str:
    """The kind of a body or instrument by a word of its name, where the scheme has that kind; else ""."""
    words = {re.sub(r"s$", "", it) for it in re.findall(r"[^\W\d_]+", text.lower())}
    prefix, table = ("body-kind", _BODY_KINDS) if kind == "body" else ("instrument-kind", _ACT_KINDS)
    if "working group" in text.lower() and kind == "body":
        return _if_known(here, "body-kind:working-group")
    for names, code in table:
        if words & {re.sub(r"s$", "", it) for it in names.split()}:
            return _if_known(here, f"{prefix}:{code}")
    return ""


def _unit(here: Workspace, printed: str) -> str:
    """The unit of a printed noun, where the scheme has one of its name."""
    named = {"%": "percent", "people": "person", "persons": "person"}.get(printed, printed)
    forms = (named, re.sub("ies$", "y", named), re.sub("s$", "", named))
    return next((f"unit:{it}" for it in forms if it and _is_known(here, f"unit:{it}")), "")


def _if_known(here: Workspace, name: str) -> str:
    return name if _is_known(here, name) else ""


def _is_known(here: Workspace, name: str) -> bool:
    prefix, _, local = name.partition(":")
    return here.prefixes.get(prefix, "") + local in here.things


def slug(text: str, keep: bool = False) -> str:
    """A text as the last step of an address: small letters and digits joined by hyphens; `keep` keeps case and dots."""
    text = re.sub(r"[()]", " ", text.replace("ç", "c").replace("ã", "a").replace("á", "a").replace("í", "i"))
    made = re.sub(r"[^A-Za-z0-9.]+" if keep else r"[^A-Za-z0-9]+", "-", text).strip("-.")
    return made if keep else made.lower()


def passage_id(number: str) -> str:
    """The short name of a passage: `passage:17`, `passage:17-a`, `passage:note-3`."""
    return f"passage:{slug(number, keep=True)}"


def provision_steps(text: str) -> list[tuple[str, str]]:
    """(step of the address, path) of each provision that a text names at its top level: "Arts. 8 and 10" has two."""
    match = re.match(r"(?i)(art|par|rule|section|chapter|part|point|item)", text)
    if not match or re.search(r"\bof\b", text):
        return []
    word = {"art": "art", "par": "par" if text[:4].lower() == "para" else "part"}.get(
        match[1].lower(), match[1].lower()
    )
    first = re.split(r",\s(?=[a-z§])|;", text)[0]
    numbers = re.findall(r"(?<![\w(])([0-9]+(?:-[0-9]+)?)(?![\w)])", first)
    return [(f"{word}-{it}", f"{word}. {it}" if word in ("art", "par") else f"{word} {it}") for it in numbers]


def fragment(content: str, begin: int, stop: int, start: int, end: int) -> str:
    """A fragment of a passage that holds a range and occurs once there: widened by words, up to the length allowed."""
    end = min(end, start + LONGEST)
    passage = content[begin:stop]
    while passage.count(content[start:end]) > 1:
        wider = content.find(" ", end + 1, stop)
        wider = stop if wider < 0 else wider
        before = content.rfind(" ", begin, max(begin, start - 1))
        before = begin if before < 0 else before + 1
        if wider - start <= LONGEST and wider > end:
            end = wider
        elif end - before <= LONGEST and before < start:
            start = before
        else:
            break
    return (
        content[start:end].rstrip(" ,;.")
        if passage.count(content[start:end].rstrip(" ,;.")) == 1
        else content[start:end]
    )
