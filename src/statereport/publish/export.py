"""What a build publishes: the graph in five formats, the tables with their descriptions, the answers, and the sums.

Every file has the same bytes whenever it is written from the same sources: nothing here looks at a clock, a locale, the
folder's name or an order that Python does not promise.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from statereport import __version__
from statereport.graph.before import NOTHING, Before, digest
from statereport.graph.build_folder import SUMS
from statereport.project import Project
from statereport.publish import catalog, void
from statereport.publish.csvw import document, package
from statereport.questions import chart
from statereport.questions.picture import Picture
from statereport.rdf import prefixes as tables
from statereport.rdf import writers
from statereport.rdf.namespaces import DCTERMS, ID, OWL, RDF, RDFS, SH, SHAPE, SKOS, SR, XSD
from statereport.rdf.terms import is_iri, is_literal, plain
from statereport.source.evidence import GENERATED
from statereport.sparql.engine import answer_bytes
from statereport.sparql.query import Query

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from statereport.graph.examine import Examined
    from statereport.questions.saved import SavedQuery
    from statereport.rdf.dataset import Graphs
    from statereport.rdf.prefixes import Prefixes
    from statereport.reasoning.validation import Finding
    from statereport.sparql.answers import Answer, Column
    from statereport.sparql.engine import Engine

# What files were made from: their name, a digest, and what is noted (`graph.before`).
Input = tuple[str, str, dict[str, Any]]
DESCRIPTION = "void.ttl"
ENDINGS = ("ttl", "trig", "nq", "jsonld", "rdf")
# What SHACL has beyond its core, by which shapes ask in SPARQL.
_BY_SPARQL = (f"{SH}sparql", f"{SH}target")
_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_OTHER = "application/octet-stream"
_DATE = re.compile(r"-?\d{4,}-\d\d-\d\d(Z|[+-]\d\d:\d\d)?", re.ASCII)
# Left out of the sums: the store is a cache whose bytes depend on the engine, the single file is there only where its
# page was bundled, and the sums cannot hold themselves.
UNSUMMED = ("store", "statereport.html", SUMS)


def write_part(folder: Path, stem: str, graphs: Graphs, project: Project, before: Before = NOTHING) -> Input:
    """Write a part (`statereport`, `statereport-inferred` …) in every format.

    N-Quads are in canonical form, so that the SHA-256 of the .nq file is the RDFC-1.0 hash of the part.
    → its name, the digest of the names of its graphs, and the files as what is noted
    """
    key, note = digest(sorted(graphs)), {"files": [f"{stem}.{ending}" for ending in ENDINGS]}
    if not (before.noted(stem, key) and before.same_graphs(graphs) and before.take(folder, note["files"])):
        items = writers.canonical(writers.quads(graphs))
        writers.write(items, folder, stem, ENDINGS, tables.read(project))
    return stem, key, note


def write_hashes(folder: Path, stems: Iterable[str]) -> dict[str, str]:
    """Write the RDFC-1.0 hash of each part. → the hashes"""
    hashes = {stem: hashlib.sha256((folder / f"{stem}.nq").read_bytes()).hexdigest() for stem in stems}
    _write(folder / "RDFC10SUM", "".join(f"{found}  {stem}.nq\n" for stem, found in sorted(hashes.items())))
    return hashes


def write_ontology(folder: Path, ontology: Graphs, project: Project) -> None:
    """Write ontology.ttl and code-lists.ttl: the terms with their axioms, and the concepts that they are used with.

    A definition is also an rdfs:comment, which document tools read.
    """
    every = [t for part in ontology.values() for t in part]
    comments = [
        writers.triple(t.subject.value, f"{RDFS}comment", t.object)
        for t in every
        if t.predicate.value == f"{SKOS}definition" and is_iri(t.subject)
    ]
    of_terms = [t for t in (*every, *comments) if not (is_iri(t.subject) and t.subject.value.startswith(ID))]
    write_turtle(folder, "ontology", {"terms": tuple(of_terms)}, project)
    schemes = {name: triples for name, triples in ontology.items() if name.endswith("/schemes")}
    write_turtle(folder, "code-lists", schemes, project)


def write_turtle(folder: Path, stem: str, graphs: Graphs, project: Project) -> None:
    """Write some graphs as one Turtle file, for those who want only them."""
    triples = (t for part in graphs.values() for t in part)
    (folder / f"{stem}.ttl").write_bytes(writers.turtle(triples, tables.read(project)))


def shapes_apart(shapes: Graphs) -> tuple[Graphs, Graphs]:
    """The shapes about data, and those about the project's own terms, which foreign terms need not keep.

    Any SHACL engine finds no violation of the first in the published file with everything.
    """
    of_terms = {name: triples for name, triples in shapes.items() if name.endswith("/project")}
    return {name: triples for name, triples in shapes.items() if name not in of_terms}, of_terms


def write_shapes(folder: Path, shapes: Graphs, ontology: Graphs, project: Project) -> None:
    """Write shapes.ttl, shapes-core.ttl and shapes-terms.ttl, each with its title, licence and version.

    A property shape is named as its property is, and its message describes it, for tools that make forms of shapes.
    """
    labels = [t for part in ontology.values() for t in part if t.predicate.value == f"{RDFS}label"]
    parts = (("shapes", "Shapes of the data"), ("shapes-terms", "Shapes of the vocabulary's own terms"))
    for (stem, title), part in zip(parts, shapes_apart(shapes), strict=True):
        about = SHAPE.rstrip("/") if stem == "shapes" else f"{SHAPE}terms"
        header = (
            writers.triple(about, f"{RDF}type", writers.iri(f"{OWL}Ontology")),
            writers.triple(about, f"{DCTERMS}title", writers.literal(title)),
            writers.triple(about, f"{DCTERMS}license", writers.iri(void.LICENCE)),
            writers.triple(about, f"{OWL}versionInfo", writers.literal(__version__)),
        )
        part = {**part, "header": header, "names": tuple(_names_of_shapes(part, labels))}
        write_turtle(folder, stem, part, project)
        if stem == "shapes":
            write_turtle(folder, "shapes-core", {"core": without_sparql(part)}, project)


def _names_of_shapes(shapes: Graphs, labels: Iterable[Triple]) -> Iterable[Triple]:
    """sh:name and sh:description of each property shape (SHACL, section 2.3.2.1)."""
    named: dict[str, list[Any]] = {}
    for t in labels:
        named.setdefault(t.subject.value, []).append(t.object)
    every = [t for part in shapes.values() for t in part if is_iri(t.subject)]
    paths = {t.subject.value: t.object for t in every if t.predicate.value == f"{SH}path"}
    for shape, path in paths.items():
        yield from (writers.triple(shape, f"{SH}name", label) for label in named.get(getattr(path, "value", ""), ()))
    for t in every:
        if t.predicate.value == f"{SH}message" and t.subject.value in paths:
            yield writers.triple(t.subject.value, f"{SH}description", t.object)


def without_sparql(shapes: Graphs) -> list[Triple]:
    """The shapes in SHACL Core, for engines without SPARQL constraints: without what such constraints are made of."""
    every = list(dict.fromkeys(t for part in shapes.values() for t in part))
    constraints = {t.object for t in every if t.predicate.value in _BY_SPARQL}
    return [t for t in every if t.predicate.value not in _BY_SPARQL and t.subject not in constraints]


def write_validation(folder: Path, warnings: Iterable[Finding], project: Project) -> None:
    """Write validation.ttl: the report of the shapes on this release, in the terms of SHACL; it has no violation."""
    here = f"{void.DATASET}/validation"
    found = sorted(warnings, key=lambda finding: finding.order())
    conforms = writers.literal("false" if found else "true", f"{XSD}boolean")
    triples = [
        writers.triple(here, f"{RDF}type", writers.iri(f"{SH}ValidationReport")),
        writers.triple(here, f"{SH}conforms", conforms),
        writers.triple(here, f"{DCTERMS}subject", writers.iri(void.DATASET)),
        writers.triple(here, f"{DCTERMS}license", writers.iri(void.LICENCE)),
    ]
    for number, finding in enumerate(found, 1):
        result = f"{here}/{number}"
        triples += [
            writers.triple(here, f"{SH}result", writers.iri(result)),
            writers.triple(result, f"{RDF}type", writers.iri(f"{SH}ValidationResult")),
            writers.triple(result, f"{SH}resultMessage", writers.literal(finding.message, language="en")),
            writers.triple(result, f"{SH}resultSeverity", writers.iri(f"{SH}{finding.severity}")),
        ]
        said = (("focusNode", finding.focus), ("sourceShape", finding.shape), ("resultPath", finding.path))
        said += (("sourceConstraintComponent", finding.component),)
        triples += [
            writers.triple(result, f"{SH}{name}", writers.iri(value)) for name, value in said if _IRI.fullmatch(value)
        ]
    (folder / "validation.ttl").write_bytes(writers.turtle(triples, tables.read(project)))


def write_crate(folder: Path, graphs: Graphs) -> None:
    """Write ro-crate-metadata.json about the files that the folder now holds."""
    header = {t.predicate.value: t.object for part in graphs.values() for t in part if t.subject.value == SR}
    issued = header.get(f"{DCTERMS}issued")
    title = void.title(t for part in graphs.values() for t in part)
    files = [
        (file.path, void.MEDIA_TYPES.get(Path(file.path).suffix[1:], _OTHER), file.size, file.sha256)
        for file in _files(folder)
    ]
    _write(folder / "ro-crate-metadata.json", catalog.ro_crate(title, issued.value if issued else "", files))


def write_all(folder: Path, parts: Mapping[str, Graphs], project: Project) -> None:
    """Write one Turtle file with all that is stated, inferred, aligned and found, also compressed, for every tool.

    The places in the text (anchors, ledger, mentions), which are nearly half of what is stated, stand apart besides.
    """
    every = {f"{stem} {name}": triples for stem, graphs in parts.items() for name, triples in graphs.items()}
    write_turtle(folder, "statereport-all", every, project)
    packed = gzip.compress((folder / "statereport-all.ttl").read_bytes(), mtime=0)
    (folder / "statereport-all.ttl.gz").write_bytes(packed)
    generated = tuple("/" + name.removesuffix(".ttl") for name in GENERATED)
    places = {name: triples for name, triples in every.items() if name.endswith(generated)}
    write_turtle(folder, "statereport-places", places, project)


def write_answer(
    folder: Path, query: SavedQuery, engine: Engine, background: chart.Background, before: Before = NOTHING
) -> Input:
    """Answer a saved query with its defaults: tables in tables/ with CSVW metadata, others in answers/<topic>/.

    Yes-or-no questions are answered in JSON, graphs in Turtle, rows in JSON, CSV and as a workbook (.xlsx), and a
    chart, where there is one, as Vega-Lite, SVG and PNG.
    → the path of its files without their endings, the digest of what it was asked with, and what is noted: the files,
    the schema of a table, and what the picture and the workbook were made from
    """
    drawn = (sorted(background.states.items()), sorted(background.totals)) if query.chart else ()
    table = query.topic == "tables"
    stem = f"tables/{query.slug}" if table else f"answers/{query.topic}/{query.slug}"
    key = digest(query.text, sorted(query.prefixes.items()), drawn)
    asked = Query(query.text, query.source, query.prefixes)
    note = before.noted(stem, key)
    if note and before.same_answer(asked) and before.take(folder, note["files"]):
        return stem, key, note
    path, note = folder / stem, {}
    path.parent.mkdir(parents=True, exist_ok=True)
    answer = query.answer(engine)
    endings = {"construct": ("ttl",), "ask": ("json",)}.get(answer.form, ("csv",) if table else ("csv", "json"))
    note["files"] = [f"{stem}.{ending}" for ending in endings]
    for ending in endings:
        path.with_name(f"{query.slug}.{ending}").write_bytes(answer_bytes(answer, ending, query.prefixes))
    if query.chart:
        picture = Picture.of(query, answer, background)
        spec = chart.written(picture.spec)
        _write(path.with_name(f"{query.slug}.vl.json"), spec)
        names, note["picture"] = [f"{stem}.svg", f"{stem}.png"], digest(spec)
        if before.noted(stem).get("picture") != note["picture"] or not before.take(folder, names):
            _write(path.with_name(f"{query.slug}.svg"), picture.svg)
            path.with_name(f"{query.slug}.png").write_bytes(picture.png())
        note["files"] += [f"{stem}.vl.json", *names]
    if table:
        note["schema"] = table_schema(query, answer)
        _write(path.with_name(f"{query.slug}.csv-metadata.json"), document(*_about(query, note)))
        note["files"].append(f"{stem}.csv-metadata.json")
    if "csv" in endings:
        rows = [[term if term is None else str(term) for term in row] for row in answer.rows]
        note["workbook"] = digest(query.text, rows)
        if before.noted(stem).get("workbook") != note["workbook"] or not before.take(folder, [f"{stem}.xlsx"]):
            path.with_name(f"{query.slug}.xlsx").write_bytes(query.workbook(answer))
        note["files"].append(f"{stem}.xlsx")
    return stem, key, note


def write_package(folder: Path, queries: Iterable[SavedQuery], notes: Mapping[str, Mapping[str, Any]]) -> None:
    """Write datapackage.json (Data Package), which describes all CSV files of tables, by what is noted with each."""
    described = [_about(query, notes[f"tables/{query.slug}"]) for query in queries if query.topic == "tables"]
    if described:
        _write(folder / "tables/datapackage.json", package(described))


def _about(query: SavedQuery, note: Mapping[str, Any]) -> tuple[str, str, str, str, dict]:
    return query.slug, query.summary, query.description, query.iri, note["schema"]


def table_schema(query: SavedQuery, answer: Answer) -> dict:
    """The schema of a table's CSV file for CSV on the Web: its columns, what they hold, and what identifies a row."""
    columns = [_column(name, query.heads.get(name), values) for name, values in _by_column(answer)]
    first = [row[0] for row in answer.rows]
    schema: dict = {"columns": columns}
    if columns and columns[0]["datatype"] == "anyURI":
        schema["aboutUrl"] = f"{{+{answer.columns[0]}}}"
    if len(set(first)) == len(first) and None not in first:
        schema["primaryKey"] = answer.columns[0]
    return schema


def _by_column(answer: Answer) -> list[tuple[str, list]]:
    return [(name, [row[i] for row in answer.rows]) for i, name in enumerate(answer.columns)]


def _column(name: str, head: Column | None, values: list) -> dict:
    present = [value for value in values if value is not None]
    # A program that guesses would read the passage 13.20 as a number.
    kinds = {"string"} if head and head.of in ("passage", "theme") else {_kind(value) for value in present}
    column: dict = {"name": name, "titles": name, "datatype": _datatype(kinds)}
    if head:
        column["dc:title"] = head.title
    if len(present) == len(values):
        column["required"] = True
    if head and head.join:
        column["separator"] = head.join
    return column


def _kind(term: Any) -> str | None:
    """The local name of a literal's datatype, `string` where its characters are none of that type; None for an IRI."""
    if is_iri(term):
        return None
    kind = term.datatype.value.rpartition("#")[2] if is_literal(term) else "string"
    if kind == "date":
        return kind if _DATE.fullmatch(term.value) else "string"
    return "string" if isinstance(plain(term), str) else kind


def _datatype(kinds: set[str | None]) -> str:
    """The CSVW datatype that every value of a column has; None in `kinds` stands for IRIs."""
    if kinds == {None}:
        return "anyURI"
    if kinds and kinds <= {"integer", "nonNegativeInteger", "positiveInteger"}:
        return "integer"
    if kinds and kinds <= {"integer", "nonNegativeInteger", "positiveInteger", "decimal"}:
        return "decimal"
    return next(iter(kinds)) if len(kinds) == 1 and kinds <= {"boolean", "date"} else "string"


def published(examined: Examined) -> Graphs:
    """Every named graph that is published: stated, inferred, found by the shapes, and the questions."""
    dataset = examined.dataset
    return {**dataset.ontology, **dataset.data, **examined.derived, **examined.questions}


def description(graphs: Graphs, files: list[void.File], prefixes: Prefixes) -> list[Triple]:
    """The description of what is published, for machines."""
    names = {iri: re.sub(r"[^\w.]+", "-", prefixes.shorten(iri)) for iri in void.named(graphs)}
    return void.describe(graphs, files, names)


def write_description(folder: Path, graphs: Graphs, project: Project) -> None:
    """Write void.ttl about the data files that the folder now holds."""
    prefixes = tables.read(project)
    data = ("statereport", "ontology", "code-lists", "shapes", "queries", "validation", "tables/", "cubes/")
    files = [
        file for file in _files(folder) if file.path.startswith(data) and Path(file.path).suffix[1:] in void.MEDIA_TYPES
    ]
    triples = description(graphs, files, prefixes)
    (folder / DESCRIPTION).write_bytes(writers.turtle(triples, {**prefixes, "void-ext": void.VOID_EXT}))


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS over every published file, checked by `sha256sum -c SHA256SUMS`."""
    _write(folder / SUMS, "".join(f"{file.sha256}  {file.path}\n" for file in _files(folder)))


def _files(folder: Path) -> list[void.File]:
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    found = []
    for name, path in sorted(paths.items()):
        if name.partition("/")[0] not in UNSUMMED:
            content = path.read_bytes()
            found.append(void.File(name, len(content), hashlib.sha256(content).hexdigest()))
    return found


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
