"""Descriptions of the server and its data: service description, VoID and DCAT, OpenAPI, sitemap, robots."""

from __future__ import annotations

import json
import re
from html import escape
from urllib.parse import quote

from statereport.pages.routes import Route, always
from statereport.publish import void
from statereport.questions.saved import Parameter, SavedQuery
from statereport.rdf import namespaces, writers
from statereport.rdf.namespaces import RDF, SD
from statereport.rdf.writers import iri, literal, triple
from statereport.sparql.answers import plain
from statereport.web.answers.questions import forms_of
from statereport.web.answers.site import Site
from statereport.web.wire import negotiation
from statereport.web.wire.http import Request, Response
from statereport.web.wire.links import VARY, to

FORMATS = "http://www.w3.org/ns/formats/"
# The forms of the endpoint's description; pages lead to the editor.
SERVICE = {**negotiation.GRAPHS, "html": "text/html"}
# The names that the W3C gives to formats, of those that a query can be answered in.
NAMES = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)
PAGES = (
    "/",
    "/query",
    "/report",
    "/statistics",
    "/discrepancies",
    "/law",
    "/timeline",
    "/places",
    "/def",
    "/ontology",
    "/about",
    "/editor",
)
# They have addresses, but nobody looks for them: places in the text, parts of questions and of the dataset.
PARTS = ("/anchor/", "/numeral/", "/parameter/", "/query/", "/dataset")
TYPES = {
    "integer": ("integer", ""),
    "year": ("string", "year"),
    "date": ("string", "date"),
    "iri": ("string", "iri"),
    "string": ("string", ""),
}


def service(site: Site, request: Request) -> Response:
    """The description of the SPARQL service, at /sparql without a query; a browser is sent to the editor."""
    ending = negotiation.choose(request.header("accept"), SERVICE)
    if ending == "html":
        return to("/editor")
    return _graph(site, ending, _service(site))


def _service(site: Site) -> list:
    endpoint = f"{site.base}/sparql"
    here, dataset, default = f"{endpoint}#service", f"{namespaces.BASE}dataset", f"{endpoint}#default-graph"
    said = "Queries only. Limits: " + "; ".join(site.limits.words()) + "."
    rows = [
        triple(here, RDF + "type", iri(SD + "Service")),
        triple(here, RDF + "type", iri(namespaces.DCAT + "DataService")),
        triple(here, namespaces.DCTERMS + "title", literal("SPARQL endpoint", language="en")),
        triple(here, namespaces.DCTERMS + "description", literal(said, language="en")),
        triple(here, namespaces.DCTERMS + "license", iri(void.LICENCE)),
        triple(here, namespaces.DCAT + "endpointURL", iri(endpoint)),
        triple(here, namespaces.DCAT + "endpointDescription", iri(f"{site.base}/openapi.json")),
        triple(here, namespaces.DCAT + "servesDataset", iri(dataset)),
        triple(here, SD + "endpoint", iri(endpoint)),
        triple(here, SD + "supportedLanguage", iri(SD + "SPARQL11Query")),
        triple(here, SD + "feature", iri(SD + "UnionDefaultGraph")),
        triple(here, SD + "defaultEntailmentRegime", iri("http://www.w3.org/ns/entailment/Simple")),
        triple(here, SD + "defaultDataset", iri(dataset)),
        *(triple(here, SD + "resultFormat", iri(FORMATS + name)) for name in NAMES),
        triple(dataset, RDF + "type", iri(SD + "Dataset")),
        triple(dataset, SD + "defaultGraph", iri(default)),
        triple(default, RDF + "type", iri(SD + "Graph")),
    ]
    for name, number in graphs(site).items():
        named = f"{endpoint}#{quote(name.removeprefix(namespaces.GRAPH))}"
        rows += [
            triple(dataset, SD + "namedGraph", iri(named)),
            triple(named, RDF + "type", iri(SD + "NamedGraph")),
            triple(named, SD + "name", iri(name)),
            triple(named, SD + "graph", iri(name)),
            triple(name, RDF + "type", iri(SD + "Graph")),
            triple(
                name,
                namespaces.VOID + "triples",
                literal(str(number), f"{namespaces.XSD}integer"),
            ),
        ]
    return rows


def graphs(site: Site) -> dict[str, int]:
    """Each named graph with the number of its triples."""
    query = site.graph.question("pages/graphs")
    return {name.value: plain(number) for name, number in site.graph.engine.query(query.text, query.source).rows}


def dataset(site: Site, request: Request, ending: str | None) -> Response:
    """The description of the data: VoID and DCAT, with where the files and the endpoint are on this server."""
    forms = negotiation.GRAPHS
    if not ending:
        if request.path.startswith("/.well-known/"):
            ending = negotiation.choose(request.header("accept"), forms)
        else:
            chosen = negotiation.choose(request.header("accept"), negotiation.DOCUMENTS)
            return to("/about" if chosen == "html" else f"/dataset.{chosen}")
    files = [
        triple(
            f"{namespaces.BASE}dataset/file/{name}",
            namespaces.DCAT + "downloadURL",
            iri(f"{site.base}/data/{quote(name)}"),
        )
        for name in site.exports
    ]
    here = [triple(f"{namespaces.BASE}dataset", namespaces.VOID + "sparqlEndpoint", iri(f"{site.base}/sparql"))]
    return _graph(
        site,
        ending,
        [*site.description, *files, *here, *(t for t in _service(site) if t.subject.value.endswith("#service"))],
    )


def _graph(site: Site, ending: str, triples: list) -> Response:
    prefixes = {**site.graph.prefixes, "sd": SD, "void-ext": void.VOID_EXT}
    body = writers.document(triples, ending, prefixes)
    links = (
        f'<{namespaces.BASE}dataset>; rel="describes", <{void.LICENCE}>; rel="license", '
        '</openapi.json>; rel="service-desc"'
    )
    return Response(200, negotiation.GRAPHS[ending], body, (VARY, ("Link", links)))


def openapi(site: Site, request: Request) -> Response:
    """The saved questions as a documented interface (OpenAPI 3.1)."""
    paths = {}
    for query in site.graph.queries():
        forms = {ending: kind for ending, kind in forms_of(query).items() if ending != "html"}
        for ending, kind in forms.items():
            paths[f"/query/{query.name}.{ending}"] = {"get": _operation(query, ending, kind)}
    text = {
        "in": "query",
        "name": "query",
        "required": True,
        "schema": {"type": "string"},
        "description": "A SPARQL 1.1 query.",
    }
    paths["/sparql"] = {
        "get": {
            "operationId": "sparql",
            "summary": "Ask a query of your own",
            "parameters": [text],
            "responses": _responses("The whole answer.", "application/sparql-results+json"),
        }
    }
    body = {
        "openapi": "3.1.0",
        "info": {
            "title": "Saved questions",
            "version": site.version,
            "description": "Each question of the graph as a file. CSV is the same as that of the build; a workbook "
            "(.xlsx) is for spreadsheets: its cells have their types, and no text is a formula.",
            "license": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
        },
        "servers": [{"url": site.base}],
        "paths": dict(sorted(paths.items())),
    }
    return Response(200, "application/json", (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode())


def _operation(query: SavedQuery, ending: str, kind: str) -> dict:
    parameters = [_parameter(parameter) for parameter in query.parameters] if ending != "rq" else []
    if ending == "csv":
        bom = {"type": "string", "enum": ["1"]}
        parameters.append(
            {"in": "query", "name": "bom", "schema": bom, "description": "Begin with a byte order mark, for Excel."}
        )
    return {
        "operationId": re.sub(r"\W", "_", f"{query.name}.{ending}"),
        "summary": query.summary,
        "description": query.description,
        "tags": [query.topic],
        "parameters": parameters,
        "responses": _responses("The whole answer.", kind),
    }


def _parameter(parameter: Parameter) -> dict:
    kind, form = TYPES[parameter.type]
    schema: dict = {"type": kind, **({"format": form} if form in ("date", "iri") else {})}
    if form == "year":
        schema["pattern"] = "^[0-9]{4}$"
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    return {
        "in": "query",
        "name": parameter.name,
        "required": False,
        "description": f"{parameter.label} (default: {parameter.default})",
        "schema": schema,
    }


def _responses(words: str, kind: str) -> dict:
    problem = {"content": {"application/problem+json": {"schema": {"type": "object"}}}}
    return {
        "200": {"description": words, "content": {kind: {}}},
        "400": {"description": "A value does not fit.", **problem},
        "503": {"description": "A limit was met.", **problem},
    }


def pages(site: Site) -> list[str]:
    """Return the paths of all pages but those of single things: what people look for, and what is prepared for them."""
    sections = dict.fromkeys(unit.path.partition("#")[0] for unit in site.names.units)
    return [
        *PAGES,
        *sections,
        *(f"/statistics/{cube.slug}" for cube in site.cubes),
        *(f"/query/{question.name}.html" for question in site.questions),
    ]


def sitemap(site: Site, request: Request) -> Response:
    """Every page that a search engine should know."""
    names = site.graph.question("pages/names")
    things = [
        row[0].value for row in site.graph.engine.query(names.bind({"space": namespaces.BASE}), names.source).rows
    ]
    paths = pages(site)
    paths += [
        f"/{name.removeprefix(namespaces.BASE)}.html"
        for name in things
        if name != namespaces.SR and not any(part in name for part in PARTS)
    ]
    entries = "".join(f"<url><loc>{escape(site.base + quote(path))}</loc></url>\n" for path in paths)
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    return Response(200, "application/xml", body.encode())


def robots(site: Site, request: Request) -> Response:
    """What robots may fetch: everything but queries of their own."""
    return Response(
        200,
        "text/plain",
        "User-agent: *\n{}\nSitemap: {}/sitemap.xml\n".format(
            "".join(f"Disallow: {site.root}/{path}\n" for path in ("sparql", "editor", "search")), site.base
        ).encode(),
    )


ROUTES = (
    Route.of(r"/sparql/?", service, forms=always(SERVICE)),
    Route.of(
        r"/(?:\.well-known/void|\.well-known/dcat|dataset(?:\.(?P<ending>ttl|jsonld|nt|rdf))?|dataset/.*)",
        dataset,
        forms=always(negotiation.DOCUMENTS, negotiation.GRAPHS),
    ),
    Route.of(r"/openapi.json", openapi),
    Route.of(r"/sitemap.xml", sitemap),
    Route.of(r"/robots.txt", robots),
)
