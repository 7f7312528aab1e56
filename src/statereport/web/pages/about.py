"""What there is to fetch, under which terms, how fresh, and how to cite it; each problem explained; the page of a fault."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from statereport import errors, vocab
from statereport.errors import Problem
from statereport.void import DATASET, LICENCE, MEDIA_TYPES
from statereport.web import citing
from statereport.web import page as pages
from statereport.web.http import Request, Response
from statereport.web.pages import report
from statereport.web.site import Site

# The files of a build by what they are; what is not named here is listed with the rest.
GROUPS = (
    ("statereport.", "What is stated: the ontology and every graph"),
    ("statereport-inferred.", "What follows from it"),
    ("statereport-findings.", "What the shapes find"),
    ("ontology.", "The vocabulary"),
    ("shapes.", "The shapes"),
    ("tables/", "Whole tables"),
    ("cubes/", "Statistics, for statistical tools"),
    ("answers/", "Every question answered with its defaults"),
    ("", "About the files"),
)


@dataclass(frozen=True)
class Export:
    """A file to fetch: its path, size in words, media type and digest."""

    path: str
    size: str
    media_type: str
    digest: str


def dataset(site: Site) -> Markup:
    """The dataset as schema.org has it, for search engines of data."""
    return pages.data({
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": DATASET,
        "name": site.title,
        "description": "Figures, measures, norms, claims, events and citations of a State's report to a United Nations treaty body, each "
        "anchored to its place in the text, with an ontology, shapes and saved questions.",
        "url": f"{site.base}/",
        "identifier": f"sha256:{site.digest}",
        "version": site.version,
        "dateModified": site.issued,
        "license": LICENCE,
        "isAccessibleForFree": True,
        "inLanguage": "en",
        "keywords": ["human rights", "ICERD", "Kazakhstan", "knowledge graph", "RDF"],
        "creator": {"@type": "Organization", "name": "statereport"},
        "distribution": [
            {"@type": "DataDownload", "contentUrl": f"{site.base}/data/{path}", "encodingFormat": file.media_type, "name": path}
            for path, file in site.exports.items() if path.startswith("statereport")
        ] or [{"@type": "DataDownload", "contentUrl": f"{site.base}/sparql", "encodingFormat": "application/sparql-results+json", "name": "SPARQL"}],
    })


def page(site: Site, request: Request) -> Response:
    """Files, formats, licences, freshness, version, how to cite."""
    return pages.html(
        site, request, "about.html",
        frame=report.frame(site),
        groups=_groups(site),
        cite=citing.citation(site, site.title, DATASET),
        graphs=[(site.names.path(row["graph"]), row["graph"].removeprefix(vocab.GRAPH), row["triples"]) for row in site.graph.ask("pages/graphs")],
        codes=errors.codes(),
    )


def problem(site: Site, request: Request, code: str) -> Response:
    """The long explanation of a problem code. Raises UnknownCode."""
    explanation = errors.explain(code).split("\n\n", 1)[1]
    first, _, rest = explanation.partition("\n")
    return pages.html(site, request, "problem.html", code=code, first=first, paragraphs=[p for p in rest.strip().split("\n\n") if p])


def fault(site: Site, request: Request, told: Problem, status: int, title: str, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """A problem as a page, for who reads pages."""
    return pages.html(site, request, "fault.html", status, headers, told=told, fault_title=title)


def _groups(site: Site) -> list[tuple[str, list[Export]]]:
    found: dict[str, list[Export]] = {title: [] for _, title in GROUPS}
    for path, file in site.exports.items():
        title = next(title for beginning, title in GROUPS if path.startswith(beginning))
        kind = MEDIA_TYPES.get(path.rpartition(".")[2], file.media_type)
        found[title].append(Export(path, _size(len(file.body)), kind, file.digest))
    return [(title, files) for title, files in found.items() if files]


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB" if count >= 1_000_000 else f"{max(1, count // 1000):,} kB"
