"""The whole graph and the saved questions in one HTML file with an engine in it: to send to people who install nothing.

The page comes from the packages of pages/browser, bundled when this package is built; where they could not be fetched
there is none.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from statereport import __version__
from statereport.graph import search
from statereport.questions import prepared, saved
from statereport.questions.catalogue import title_of
from statereport.questions.citation import title_of_reports
from statereport.questions.prepared import Prepared
from statereport.rdf import writers
from statereport.rdf.namespaces import SR
from statereport.site import report_pages, search_script
from statereport.sparql.query import Query

if TYPE_CHECKING:
    from statereport.project import Project
    from statereport.questions.parameters import Parameter
    from statereport.questions.saved import SavedQuery
    from statereport.sparql.engine import Engine

NAME = "statereport.html"
PAGE = Path(__file__).parents[1] / "pages/vendor/single.html"
# What the page calls each thing, and which reports it holds; the queries stand here, and not with the saved questions,
# since a build of any project can write the file.
LABELS = """PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?thing ?label WHERE {
  ?thing ?says ?label .
  FILTER(?says IN (dcterms:title, rdfs:label, skos:prefLabel) && isIRI(?thing))
}
ORDER BY ?thing LANG(?label) ?label"""
REPORTS = f"""PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sr: <{SR}>
SELECT ?name WHERE {{ ?report a sr:Report ; skos:prefLabel ?name FILTER(LANG(?name) = "en") }} ORDER BY ?report ?name"""


def missing() -> str:
    """What is missing where the files for the browser were not bundled, and how to get them; "" where nothing is.

    With STATEREPORT_NO_EDITOR they are not wanted, and nothing is missing.
    """
    if PAGE.is_file() or os.environ.get("STATEREPORT_NO_EDITOR", "") not in ("", "0"):
        return ""
    return (
        "The query editor is a plain text box here, and builds have no single HTML file: when this package was "
        "installed, the packages for the browser could not be fetched.\n"
        "To get both: in a checkout, make .venv/editor; else install again where the npm registry can be reached: "
        "pip install --force-reinstall --no-cache-dir --no-deps PACKAGE.\n"
        "To do without them, and without this line: STATEREPORT_NO_EDITOR=1."
    )


def is_whole(folder: Path) -> bool:
    """Whether the file in a build's folder is of the page that is bundled here and of the script of search.

    Without a page: whether there is no file.
    """
    path = folder / NAME
    if not PAGE.is_file() or not path.is_file():
        return PAGE.is_file() == path.is_file()
    before, *between, after = re.split(r"\{\{(?:held|pages)\}\}", PAGE.read_text(encoding="utf-8"))
    start, mark, end = after.rpartition("</body>")
    parts = [*between, start, *([search_script.script()] if mark and (folder / search.FILE).is_file() else [])]
    text = path.read_text(encoding="utf-8")
    return text.startswith(before) and text.endswith(mark + end) and all(part in text for part in parts)


def write(
    folder: Path,
    asked: Iterable[SavedQuery],
    quads: Iterable[Any],
    engine: Engine,
    digest: str,
    prefixes: Mapping[str, str],
    project: Project | None = None,
) -> None:
    """Write the file into a build's folder, where the page was bundled; charts are those of the folder's answers.

    `quads` are canonical (`writers.canonical`). `digest`, the RDFC-1.0 hash of what is stated, is shown at the foot: it
    identifies the data. With the project, whose queries make them, the file has the pages of its reports, without their
    text.
    """
    if not PAGE.is_file():
        return
    found = folder / prepared.FILE
    kept = prepared.Prepared(found.read_bytes()) if found.is_file() else prepared.NOTHING
    pages = report_pages.pages(project, engine, digest) if project else {}
    held = {
        "title": title_of_reports(name.value for (name,) in engine.query(REPORTS).rows),
        "about": f"Version {__version__}. RDFC-1.0 SHA-256 of what is stated: {digest}. "
        "The reports themselves are the States’; nothing here corrects them.",
        "prefixes": dict(prefixes),
        "labels": LABELS,
        "reports": pages.get("reports", []),
        "places": pages.get("places", {}),
        "questions": [_question(query, engine, folder, kept) for query in asked],
        # The engine writes a line end within a literal as an escape, so that every other white space is layout.
        "graph": re.sub(r"\n\s*", " ", writers.dataset(list(quads), "trig", prefixes).decode("utf-8")),
    }
    page = PAGE.read_text(encoding="utf-8").replace("{{held}}", packed(held))
    page = page.replace("{{pages}}", packed({name: pages.get(name, {}) for name in ("pages", "cited")}))
    start, end = page.rsplit("</body>", 1) if "</body>" in page else (page, "")
    body = f"{start}{_searching(folder)}</body>{end}" if end else page
    (folder / NAME).write_text(body, encoding="utf-8", newline="\n")


def packed(held: Mapping[str, Any]) -> str:
    """What the page holds as JSON, compressed with gzip, in base64: the same bytes at every build."""
    text = json.dumps(held, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("utf-8"), 9, mtime=0)).decode("ascii")


def unpacked(page: str) -> dict[str, Any]:
    """What a single file holds, from its text."""
    text = re.search(r'<script type="text/plain" id="held">([^<]*)</script>', page)[1]
    return json.loads(gzip.decompress(base64.b64decode(text)))


def _searching(folder: Path) -> str:
    """The index and the script of search, as elements; nothing where the folder has no list of what can be found."""
    found = folder / search.FILE
    if not found.is_file():
        return ""
    contents = search.Index(map(tuple, json.loads(found.read_text(encoding="utf-8")))).contents()
    rows = [[it.iri, it.label, "en", it.kind, "", [[name] for name in it.passages]] for it in contents.rows]
    return "".join(f"<script>{it}</script>\n" for it in (search_script.written(contents, rows), search_script.script()))


def _question(query: SavedQuery, engine: Engine, folder: Path, kept: Prepared) -> dict[str, Any]:
    drawn = folder / f"answers/{query.name}.svg"
    return {
        "name": query.name,
        "topic": title_of(query.topic),
        "summary": query.summary,
        "description": query.description,
        "form": query.form,
        "columns": query.columns,
        "joins": {name: [head.join, head.empty] for name, head in query.heads.items() if head.join},
        "passages": [name for name, head in query.heads.items() if head.of in ("passage", "theme")],
        "pieces": _pieces(query),
        "parameters": [_parameter(query, parameter, engine, kept) for parameter in query.parameters],
        "chart": drawn.read_text(encoding="utf-8") if drawn.is_file() else None,
    }


def _pieces(query: SavedQuery) -> list[Any]:
    """The text without its header, cut where a parameter's term stands."""
    pieces, at = [], 0
    for block in Query(query.text, query.source).blocks:
        if any(parameter.name == block.variable for parameter in query.parameters):
            pieces += [query.text[at : block.start], {"parameter": block.variable}]
            at = block.end
    pieces.append(query.text[at:])
    pieces[0] = "".join(line for line in pieces[0].splitlines(keepends=True) if not line.startswith("#+"))
    return pieces


def _parameter(query: SavedQuery, parameter: Parameter, engine: Engine, kept: Prepared) -> dict[str, Any]:
    """What the page needs for a field: each choice with its term; for free values how a literal of theirs ends."""
    found = saved.choices(query, parameter, engine, kept)
    return {
        "name": parameter.name,
        "label": parameter.label,
        "type": parameter.type,
        "default": _default(parameter, found),
        "suffix": parameter.suffix,
        "choices": [[value, label, parameter.term(value, query.name)] for value, label in found.items()],
    }


def _default(parameter: Parameter, choices: dict[str, str]) -> str:
    if parameter.type != "iri" or parameter.optional:
        return parameter.value
    iri = parameter.prefixes.expand(parameter.default)
    return parameter.prefixes.shorten(iri) if choices else iri
