"""Write tests/published/VERSION.txt, every IRI and address that this version publishes: make published.

Everything is read from the sources and a fresh build in build/, and an address is listed only where the server answers
it. The list of a version is written once, when it is published, and never shortened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from statereport import __version__, errors
from statereport.graph import build_folder
from statereport.pages import cells, context
from statereport.project import find_project
from statereport.publish import release
from statereport.rdf import writers
from statereport.rdf.namespaces import BASE, GRAPH, ID, RDF, SR
from statereport.web.answers import descriptions, questions
from statereport.web.answers.router import answer
from statereport.web.answers.site import Site
from statereport.web.wire.http import Request, Response
from statereport.web.wire.negotiation import DOCUMENTS, GRAPHS, PICTURES

TARGET = Path(__file__).resolve().parents[1] / f"tests/published/{__version__}.txt"
# As a browser asks, and as a program does that reads data.
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PROGRAM = "text/turtle,application/json;q=0.9,*/*;q=0.1"
# The server's own process answers it, not the function that answers all else.
FRONT = "/health"
HEAD = """## What version {version} of statereport published: IRIs and addresses, one a line, sorted under headings.
## A line that does not begin with a slash is an IRI without its base, {base}
## A line that begins with a slash is the path of an address on the server, as it is below that base.
## Each thing, term, shape and graph also has its documents at its own path with an ending: {endings}
"""
NOTES = {
    "things": "what is described: stated, inferred, found by the shapes, anchors, mentions and the ledger of numerals",
    "terms": "the vocabulary, its own address and those of its versions",
    "shapes": "the shapes and their parts, and the table of prefixes",
    "graphs": "the named graphs",
    "questions": "the saved questions and their parameters",
    "dataset": "the dataset, its partitions and files",
    "pages": "what the server answers to people and to programs, one example where values may be given",
    "answers": "the saved questions, answered in each form that they have",
    "downloads": "the files of a build; what follows /data/ is the name of the file in the folder of the build",
}


def main() -> None:
    """Write the list, and print how many entries each heading has."""
    build = find_project().root / "build"
    found = release.load(find_project(), build_folder.open_build(build, in_memory=True))
    site = Site.of(context.make(found.graph, found.explanations, found.files))
    if not site.exports:
        raise SystemExit("build/ is not of these sources; run: make")
    groups = {**iris(site, build), "pages": pages(site), "answers": answers(site), "downloads": downloads(site, build)}
    head = HEAD.format(version=__version__, base=BASE, endings=" ".join(f".{ending}" for ending in DOCUMENTS))
    parts = ["\n".join([f"# {name}", f"## {NOTES[name]}", *sorted(found), ""]) for name, found in groups.items()]
    TARGET.write_text("\n".join([head, *parts]), encoding="utf-8", newline="\n")
    for name, entries in groups.items():
        print(f"{len(entries):6,} {name}")
    print(f"{sum(map(len, groups.values())):6,} in all")


# --- IRIs ------------------------------------------------------------------------------------------------------------


def iris(site: Site, build: Path) -> dict[str, set[str]]:
    """The IRIs of the project by their groups, without the base."""
    ask = site.graph.engine.query
    subjects = {row[0].value for row in ask("SELECT DISTINCT ?it { ?it ?p ?o FILTER(isIRI(?it)) }").rows}
    objects = {row[0].value for row in ask("SELECT DISTINCT ?it { ?s ?p ?it FILTER(isIRI(?it)) }").rows}
    # The build describes the graph of saved questions too, which the server's description does not.
    described = {quad.subject.value for quad in writers.read(build / "void.ttl")}
    # The checks are questions that the graph does not describe; programs are answered at the IRI of some of them.
    asked_for = {it.iri for it in site.graph.queries() if answers_at(site, f"/query/{it.name}", PROGRAM)}
    return {
        "things": below("id/", subjects),
        "terms": below("def/", subjects | objects),
        "shapes": below("shape/", subjects),
        "graphs": below("graph/", set(descriptions.graphs(site))),
        "questions": below("query/", subjects | asked_for) | below("parameter/", subjects | objects),
        "dataset": below("dataset", subjects | described),
    }


def below(space: str, found: Iterable[str]) -> set[str]:
    """Those of a space, without the base."""
    return {iri.removeprefix(BASE) for iri in found if iri.startswith(BASE + space)}


# --- addresses -------------------------------------------------------------------------------------------------------


def pages(site: Site) -> set[str]:
    """Every page, and what the server says of itself; where values may be given, an example."""
    always = [
        *descriptions.PAGES, "/def/", "/search", "/search?q=school", "/editor/words.json", "/editor?query=ASK%7B%7D",
        "/sparql", "/sparql/", "/sparql?query=ASK%7B%7D", "/openapi.json", "/sitemap.xml", "/robots.txt",
        "/.well-known/void", "/.well-known/dcat", "/dataset", "/graph?default",
        f"/graph?graph={quote(GRAPH, safe='')}reference%2Fplaces", why(site),
    ]  # fmt: skip
    found = [
        *always,
        *(address for address in descriptions.pages(site) if not address.startswith("/query/")),  # among the answers
        *(f"{path}.{ending}" for path in ("/def", "/dataset") for ending in GRAPHS),
        *(address for cube in site.cubes for address in of_table(site, f"/statistics/{cube.slug}")),
        *(f"/problem/{code}" for code in errors.codes()),
    ]
    answered = {address for address in found if answers_at(site, address)}
    assert answered >= set(always), set(always) - answered
    return {*answered, FRONT}


def of_table(site: Site, path: str) -> set[str]:
    """A table of the statistics: its page, its file, and its charts, by its own address and as its page links them."""
    page = asked(site, path).body.decode("utf-8")
    linked = (unescape(link) for link in re.findall(r'(?:href|src)="([^"]+)"', page))
    files = {f"{path}.{ending}" for ending in ("csv", *PICTURES)}
    return {path, *files, *(link for link in linked if link.startswith(f"{path}."))}


def why(site: Site) -> str:
    """The explanation of one inferred statement: the Committee is an agent, being a body."""
    return cells.address("/why", subject=f"{ID}body/cerd", predicate=f"{RDF}type", object=f"<{SR}Agent>")


def answers(site: Site) -> set[str]:
    """Each saved question with each ending that it is answered under."""
    forms = {question.name: questions.forms_of(question) for question in site.graph.queries()}
    every = (f"/query/{name}.{ending}" for name, endings in forms.items() for ending in endings)
    return {address for address in every if answers_at(site, address)}


def downloads(site: Site, build: Path) -> set[str]:
    """The files of the build, each of which the server gives."""
    names = {path.relative_to(build) for path in build.rglob("*") if path.is_file()}
    written = {name.as_posix() for name in names if name.parts[0] != "store"}
    assert written == set(site.exports), written ^ set(site.exports)
    return {f"/data/{quote(name)}" for name in written}


def answers_at(site: Site, address: str, accept: str = BROWSER) -> bool:
    """Whether an address gives something, or leads to one that does."""
    response = asked(site, address, accept)
    if 300 <= response.status < 400:
        return answers_at(site, dict(response.headers)["Location"], accept)
    return response.status == 200


def asked(site: Site, address: str, accept: str = BROWSER) -> Response:
    """What is answered at an address."""
    parts = urlsplit(address)
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    return answer(site, Request("GET", unquote(parts.path), query, (("accept", accept),)))


if __name__ == "__main__":
    main()
