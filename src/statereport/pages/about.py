"""What there is to fetch, under which terms, how fresh, and how to cite it; each problem explained; the page of a fault."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from statereport import errors
from statereport.errors import Problem
from statereport.pages import citations, report
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, data, html
from statereport.publish.void import DATASET, LICENCE, MEDIA_TYPES
from statereport.rdf import namespaces

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


def dataset(context: Context) -> Markup:
    """The dataset as schema.org has it, for search engines of data."""
    return data(
        {
            "@context": "https://schema.org/",
            "@type": "Dataset",
            "@id": DATASET,
            "name": context.title,
            "description": "Figures, measures, norms, claims, events and citations of a State's report to a United Nations treaty body, each "
            "anchored to its place in the text, with an ontology, shapes and saved questions.",
            "url": f"{context.base}/",
            "identifier": f"sha256:{context.digest}",
            "version": context.version,
            "dateModified": context.issued,
            "license": LICENCE,
            "isAccessibleForFree": True,
            "inLanguage": "en",
            "keywords": ["human rights", "ICERD", "Kazakhstan", "knowledge graph", "RDF"],
            "creator": {"@type": "Organization", "name": "statereport"},
            "distribution": [
                {
                    "@type": "DataDownload",
                    "contentUrl": f"{context.base}/data/{path}",
                    "encodingFormat": file.media_type,
                    "name": path,
                }
                for path, file in context.exports.items()
                if path.startswith("statereport")
            ]
            or [
                {
                    "@type": "DataDownload",
                    "contentUrl": f"{context.base}/sparql",
                    "encodingFormat": "application/sparql-results+json",
                    "name": "SPARQL",
                }
            ],
        }
    )


def page(context: Context, address: Address) -> Page:
    """Files, formats, licences, freshness, version, how to cite."""
    return html(
        context,
        address,
        "about.html",
        frame=report.frame(context),
        groups=_groups(context),
        cite=citations.citation(context, context.title, DATASET),
        graphs=[
            (context.names.path(row["graph"]), row["graph"].removeprefix(namespaces.GRAPH), row["triples"])
            for row in context.graph.ask("pages/graphs")
        ],
        codes=errors.codes(),
    )


def problem(context: Context, address: Address, code: str) -> Page:
    """The long explanation of a problem code. Raises UnknownCode."""
    explanation = errors.explain(code).split("\n\n", 1)[1]
    first, _, rest = explanation.partition("\n")
    return html(
        context,
        address,
        "problem.html",
        code=code,
        first=first,
        paragraphs=[p for p in rest.strip().split("\n\n") if p],
    )


def fault(
    context: Context,
    address: Address,
    told: Problem,
    status: int,
    title: str,
    headers: tuple[tuple[str, str], ...] = (),
) -> Page:
    """A problem as a page, for who reads pages."""
    return html(context, address, "fault.html", status, headers, told=told, fault_title=title)


def _groups(context: Context) -> list[tuple[str, list[Export]]]:
    found: dict[str, list[Export]] = {title: [] for _, title in GROUPS}
    for path, file in context.exports.items():
        title = next(title for beginning, title in GROUPS if path.startswith(beginning))
        kind = MEDIA_TYPES.get(path.rpartition(".")[2], file.media_type)
        found[title].append(Export(path, _size(len(file.body)), kind, file.digest))
    return [(title, files) for title, files in found.items() if files]


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB" if count >= 1_000_000 else f"{max(1, count // 1000):,} kB"
