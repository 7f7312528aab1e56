"""Sections of a thing's page for its class: related figures, the provisions of an instrument, the rules of a term."""

from __future__ import annotations

from dataclasses import dataclass, replace

from statereport.graph.describe import Description
from statereport.pages import cells, charts, pivot
from statereport.pages.context import Context
from statereport.pages.questions import names_in
from statereport.publish.cubes import Cube
from statereport.rdf import namespaces
from statereport.rdf.natural_order import natural

_LAW = ("LegalInstrument", "InstrumentSeries", "Provision")


@dataclass(frozen=True)
class Section:
    """A section of a page: its title, a sentence, charts, a table, and links."""

    title: str
    intro: str = ""
    charts: tuple[charts.ChartImage, ...] = ()
    table: cells.Table | None = None
    links: tuple[cells.Thing, ...] = ()


def sections(context: Context, description: Description) -> list[Section]:
    """The sections for the classes of a thing, in order."""
    classes = {name.removeprefix(namespaces.SR) for name in description.classes}
    found: list[Section] = []
    if description.iri.startswith(namespaces.SR):
        found += _term(context, description.iri)
    if classes & set(_LAW):
        found += _law(context, description.iri)
    found += [section for cube in context.cubes for section in _cube(context, cube, description.iri)]
    return found


def _cube(context: Context, cube: Cube, iri: str) -> list[Section]:
    """For a figure of the cube, the figures related to it; for the cube itself, a link to its table."""
    if cube.iri == iri:
        return [Section("The table", links=(cells.Thing(cube.title, "en", f"/statistics/{cube.slug}"),))]
    figures = pivot.figures_of(context, cube)
    related = pivot.related_figures(figures, iri)
    if not related:
        return []
    every = pivot.dimensions_of(context, cube)
    dimensions = {dimension.name: dimension for dimension in every}
    codes = next(figure.codes for figure in figures if figure.iri == iri)
    drawn: list[charts.ChartImage] = []
    rows = []
    for name, along in related.items():
        fixed = {other.name: codes[other.name] for other in every if other.name in codes and other.name != name}
        drawn += pivot.charts_of(context, cube, every, figures, pivot.Pivot(dimensions[name], None, fixed))
        order = list(dimensions[name].codes)
        for figure in sorted(along, key=lambda it: order.index(it.codes[name])):
            number = cells.Thing(figure.text, "", figure.thing.path, figure.thing.text)
            if figure.iri == iri:
                number = cells.Thing(f"{figure.text} (this one)", "", "", figure.thing.text)
            title, code = cells.Thing(dimensions[name].title), dimensions[name].codes[figure.codes[name]]
            rows.append(((title,), (code,), (number,), figure.passages))
    columns = (
        cells.Column("by", "Dimension"),
        cells.Column("code", "Value"),
        cells.Column("value", "Number", True),
        cells.Column("passages", "In the report"),
    )
    link = cells.Thing(f"{cube.title}: the whole table", "en", f"/statistics/{cube.slug}")
    intro = "Figures of the report that differ from this one in a single dimension."
    return [Section("Related figures", intro, tuple(drawn), cells.Table(columns, tuple(rows)), (link,))]


def _law(context: Context, iri: str) -> list[Section]:
    answer = context.graph.ask("pages/provisions", thing=iri)
    answer = replace(answer, rows=tuple(sorted(answer.rows, key=lambda row: natural(row[0].value))))
    table = cells.table(answer, context.names)
    short = context.names.short(iri)
    links: tuple[cells.Thing, ...] = ()
    if short.startswith("instrument:"):
        norms = cells.address("/query/law/norms-of-an-instrument.html", instrument=short)
        measures = cells.address("/query/measures/measures-on-an-instrument.html", instrument=short)
        links = (
            cells.Thing("What does it provide, according to the report?", "en", norms),
            cells.Thing("Which measures rest on it?", "en", measures),
            cells.Thing("Show it on the map of the law", "en", f"/law#{short.partition(':')[2]}"),
        )
    title = "Provisions, and where they are cited" if len(table.rows) > 1 else "Where it is cited"
    return [Section(title, table=table, links=links)]


def _term(context: Context, iri: str) -> list[Section]:
    """The rules, examples and questions of a class or property."""
    found = []
    rules = context.graph.ask("pages/rules-of-term", term=iri)
    if rules.rows:
        found.append(
            Section(
                "Rules for the data (SHACL)",
                "Data that break one of these rules are not published, or are noted as a discrepancy of the report.",
                table=cells.table(rules, context.names),
            )
        )
    examples = context.graph.ask("pages/examples", term=iri)
    if any(row[1] is not None for row in examples.rows):
        found.append(Section("Examples", table=cells.table(examples, context.names)))
    elif examples.rows:
        links = tuple(cells.thing(row[0].value, context.names) for row in examples.rows)
        found.append(Section("Examples", links=links))
    used = tuple(
        cells.Thing(question.summary, "en", f"/query/{question.name}.html")
        for question in context.questions
        if context.names.short(iri) in names_in(question.text)
    )
    if used:
        found.append(Section("Questions that use it", links=used))
    return found
