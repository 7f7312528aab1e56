"""The pages of the reports for the single file: what stands on each, without the text, and how passages are cited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from statereport.graph.knowledge import KnowledgeGraph
from statereport.pages import citations, discrepancies, report
from statereport.pages import context as contexts
from statereport.pages.page import Address, Page

if TYPE_CHECKING:
    from statereport.project import Project
    from statereport.sparql.engine import Engine

_MAIN = re.compile(r'<main id="content" tabindex="-1">(.*)</main>', re.DOTALL)
# What needs a server: forms, and the advice to start one.
_SERVED = re.compile(
    r'<form\b.*?</form>\n?|<p class="hint">The text of the report is not published here.*?</p>\n?', re.DOTALL
)


def pages(project: Project, engine: Engine, digest: str) -> dict[str, Any]:
    """What the single file needs to show the reports.

    reports   the path and the name of the first page of each report, and of each document that reports answer
    pages     the path of a page → its content as HTML, with links to the addresses of the server
    places    short name of a report or document → reference of a text unit → its path, with the place on that page
    cited     the path of a passage's own page → its citation as text and as BibTeX
    """
    graph = KnowledgeGraph(engine, project, digest=digest)
    context = contexts.for_reading(graph)
    headers = (*report.report_headers(context), *report.document_headers(context))
    units = context.names.units
    paths = dict.fromkeys(
        path
        for it in headers
        for path in (
            it.path,
            *(unit.path.partition("#")[0] for unit in units if unit.report == it.iri and unit.section),
        )
    )
    of = {it.iri: it for it in headers}
    made = {path: _content(_page(context, path)) for path in paths}
    if headers:
        made["/discrepancies"] = _content(discrepancies.discrepancies_page(context, Address("/discrepancies")))
    cited = {}
    for unit in units:
        if unit.kind == "Passage" and unit.report in of:
            how = citations.cite_passage(context, unit, of[unit.report])
            cited[unit.own_path] = [unit.number, how.text, how.entry, unit.path]
    places: dict[str, dict[str, str]] = {}
    for unit in units:
        places.setdefault(unit.short, {})[unit.reference] = unit.path
    return {
        "reports": [[it.path, it.label] for it in headers],
        "pages": made,
        "places": places,
        "cited": cited,
    }


def _page(context: contexts.Context, path: str) -> Page:
    _, _, name, *rest = path.split("/")
    if rest:
        return report.unit_page(context, Address(path), name, rest[0])
    return report.report_page(context, Address(path), name)


def _content(page: Page) -> str:
    """What stands between the head and the foot of a page, without forms and empty lines."""
    content = _SERVED.sub("", _MAIN.search(page.body.decode("utf-8"))[1])
    return re.sub(r"\n\s*", "\n", content).strip()
