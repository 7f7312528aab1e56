"""The page about the data: files, licences, version, how to cite; and the dataset in the terms of schema.org."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from statereport import errors
from statereport.pages import citations, report
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, json_script, render
from statereport.publish.void import DATASET, LICENCE, MEDIA_TYPES
from statereport.rdf import namespaces

# The files of a build by the beginnings of their paths; the last title is that of all other files.
GROUPS = (
    ("statereport-all.", "Everything in one file: stated, inferred, in foreign terms, noted by the shapes"),
    ("statereport.", "Asserted: the ontology and every graph"),
    ("statereport-inferred.", "Inferred"),
    ("statereport-aligned.", "What is stated, in the terms of other vocabularies"),
    ("statereport-places.", "Places in the text only: statements, numbers and names"),
    ("statereport-findings.", "Noted by the SHACL shapes"),
    ("ontology.", "The vocabulary"),
    ("code-lists.", "The code lists that the vocabulary is used with"),
    ("shapes.", "The shapes of the data"),
    ("shapes-core.", "The shapes of the data without SPARQL, for engines of SHACL Core"),
    ("validation.", "What the shapes find in this release"),
    ("shapes-terms.", "The shapes of the vocabulary's own terms"),
    ("tables/", "Whole tables"),
    ("cubes/", "Statistics, for statistical tools"),
    ("answers/", "The answer to every question with its default values"),
    ("", "About the files"),
)


@dataclass(frozen=True)
class Export:
    """A file to download: its path, size in kB or MB, media type and SHA-256."""

    path: str
    size: str
    media_type: str
    digest: str


def about_page(context: Context, address: Address) -> Page:
    """The page about the data."""
    return render(
        context,
        address,
        "about.html",
        reports=report.report_headers(context),
        groups=_groups(context),
        cite=citations.cite(context, context.title, DATASET),
        graphs=[
            (context.names.path(row["graph"]), row["graph"].removeprefix(namespaces.GRAPH), row["triples"])
            for row in context.graph.ask("pages/graphs")
        ],
        codes=errors.codes(),
    )


def dataset(context: Context) -> Markup:
    """The dataset in the terms of schema.org, for search engines of data."""
    headers = report.report_headers(context)
    about = dict.fromkeys(name for it in headers for name in (it.state, it.committee, it.treaty))
    files = [
        _download(f"{context.base}/data/{path}", file.media_type, path)
        for path, file in context.exports.items()
        if path.startswith("statereport")
    ]
    return json_script(
        {
            "@context": "https://schema.org/",
            "@type": "Dataset",
            "@id": DATASET,
            "name": context.title,
            "description": "Figures, measures, norms, claims, events and citations of States' reports to United "
            "Nations treaty bodies, each anchored to its place in the text, with an ontology, shapes and questions.",
            "url": f"{context.base}/",
            "identifier": f"sha256:{context.digest}",
            "version": context.version,
            "dateModified": context.issued,
            "license": LICENCE,
            "isAccessibleForFree": True,
            "inLanguage": "en",
            "keywords": ["human rights", "knowledge graph", "RDF", *about],
            "creator": {"@type": "Organization", "name": context.author},
            "distribution": files or [_download(f"{context.base}/sparql", "application/sparql-results+json", "SPARQL")],
        }
    )


def _download(address: str, media_type: str, name: str) -> dict[str, str]:
    return {"@type": "DataDownload", "contentUrl": address, "encodingFormat": media_type, "name": name}


def _groups(context: Context) -> list[tuple[str, list[Export]]]:
    """The files of the build under the titles of GROUPS; titles without files are left out."""
    found: dict[str, list[Export]] = {title: [] for _, title in GROUPS}
    for path, file in context.exports.items():
        title = next(title for beginning, title in GROUPS if path.startswith(beginning))
        kind = MEDIA_TYPES.get(path.rpartition(".")[2], file.media_type)
        found[title].append(Export(path, _size(len(file.body)), kind, file.digest))
    return [(title, files) for title, files in found.items() if files]


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB" if count >= 1_000_000 else f"{max(1, count // 1000):,} kB"
