"""What a thing's page tells beyond its statements, by its kind: a figure's neighbours, an instrument's provisions, a term's rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from statereport.graph.describe import Description
from statereport.pages import cells, pictures, tabulation, views
from statereport.pages.context import Context
from statereport.rdf import namespaces

_LAW = ("LegalInstrument", "InstrumentSeries", "Provision")


@dataclass(frozen=True)
class Section:
    """A part of a page: a title, a sentence, pictures, a table, and links with what they are."""

    title: str
    intro: str = ""
    pictures: tuple[pictures.Shown, ...] = ()
    table: cells.Table | None = None
    links: tuple[cells.Thing, ...] = ()


def sections(context: Context, told: Description) -> list[Section]:
    """The sections that the thing's kind calls for, in order."""
    classes = {name.removeprefix(namespaces.SR) for name in told.classes}
    found: list[Section] = []
    if told.iri.startswith(namespaces.SR):
        found += _term(context, told.iri)
    if classes & set(_LAW):
        found += _law(context, told.iri)
    found += [section for cube in context.cubes for section in _cube(context, cube, told.iri)]
    return found


def _cube(context: Context, cube, iri: str) -> list[Section]:
    """Of a figure: its neighbours in the cube; of a cube: where to see it."""
    if cube.iri == iri:
        return [Section("The table", links=(cells.Thing(cube.title, "en", f"/statistics/{cube.slug}"),))]
    numbers = tabulation.numbers(context, cube)
    near = tabulation.neighbours(numbers, iri)
    if not near:
        return []
    every = tabulation.dimensions(context, cube)
    dimensions = {dimension.name: dimension for dimension in every}
    mine = next(number.codes for number in numbers if number.iri == iri)
    charts = []
    for name in near:
        others = {other.name: mine[other.name] for other in every if other.name in mine and other.name != name}
        charts += views.drawn(context, cube, every, numbers, views.View(dimensions[name], None, others))
    rows = []
    for name, along in near.items():
        order = list(dimensions[name].codes)
        for number in sorted(along, key=lambda n: order.index(n.codes[name])):
            this = number.iri == iri
            rows.append(
                (
                    (cells.Thing(dimensions[name].title),),
                    (dimensions[name].codes[number.codes[name]],),
                    (
                        cells.Thing(
                            f"{number.said}{' (this one)' if this else ''}",
                            "",
                            "" if this else number.thing.path,
                            number.thing.text,
                        ),
                    ),
                    number.passages,
                )
            )
    columns = (
        cells.Column("by", "Dimension"),
        cells.Column("code", "Value"),
        cells.Column("value", "Number", True),
        cells.Column("passages", "In the report"),
    )
    link = cells.Thing(f"{cube.title}: the whole table", "en", f"/statistics/{cube.slug}")
    intro = "Figures of the report that differ from this one in a single dimension."
    return [Section("Related figures", intro, tuple(charts), cells.Table(columns, tuple(rows)), (link,))]


def _law(context: Context, iri: str) -> list[Section]:
    answer = context.graph.ask("pages/provisions", thing=iri)
    answer = replace(answer, rows=tuple(sorted(answer.rows, key=lambda row: _natural(row[0].value))))
    table = cells.table(answer, context.names)
    short = context.names.short(iri)
    links = (
        ()
        if not short.startswith("instrument:")
        else (
            cells.Thing(
                "What does it provide, according to the report?",
                "en",
                cells.address("/query/law/norms-of-an-instrument.html", instrument=short),
            ),
            cells.Thing(
                "Which measures rest on it?",
                "en",
                cells.address("/query/measures/measures-on-an-instrument.html", instrument=short),
            ),
            cells.Thing("Show it on the map of the law", "en", f"/law#{short.partition(':')[2]}"),
        )
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
                "Data that break one of these rules are not published, or the break is noted as a discrepancy of the report.",
                table=cells.table(rules, context.names),
            )
        )
    examples = context.graph.ask("pages/examples", term=iri)
    if examples.rows:
        held = examples if any(row[1] is not None for row in examples.rows) else None
        if held:
            found.append(Section("Examples", table=cells.table(held, context.names)))
        else:
            found.append(
                Section("Examples", links=tuple(cells.thing(row[0].value, context.names) for row in examples.rows))
            )
    used = tuple(
        cells.Thing(question.summary, "en", f"/query/{question.name}.html")
        for question in context.questions
        if f"{context.names.short(iri)} " in _words(question.text)
    )
    if used:
        found.append(Section("Questions that use it", links=used))
    return found


def _natural(iri: str) -> list[tuple[int, str]]:
    """What sorts article 5 before article 14."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", iri)]


def _words(text: str) -> str:
    return " ".join(text.replace(";", " ; ").replace("/", " / ").replace("^", " ").replace(")", " ) ").split()) + " "
