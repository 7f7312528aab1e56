"""Every IRI and address that a version published still answers.

It answers as itself; or as deprecated (owl:deprecated) with a successor (dcterms:isReplacedBy) that answers; or by a
redirect of the server to an address that answers. What each version published stands in tests/published/VERSION.txt:
IRIs without their base, and addresses, which begin with a slash. Lines that begin with `# ` are headings, and with
`## ` remarks. A list is never shortened.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pyoxigraph as ox
import pytest
import real
from skipping import skip_with_reason

from statereport.rdf.namespaces import BASE
from statereport.site import single_file
from statereport.sparql.engine import Engine, Store
from statereport.web.answers.router import answer
from statereport.web.wire.http import Request, Response

LISTS = sorted((Path(__file__).parent / "published").glob("*.txt"))
# Whatever has one of these headings has a document with each of these endings.
DESCRIBED = ("things", "terms", "shapes", "graphs")
ENDINGS = ("", ".html", ".ttl", ".jsonld", ".nt", ".rdf")
FILES = "/data/"
# The server's own process answers it, so it takes a running server to ask.
FRONT = "/health"
REDIRECTS = (301, 302, 303, 307, 308)
# As a browser asks, and as a program does that reads data.
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PROGRAM = "text/turtle,application/json;q=0.9,*/*;q=0.1"
SHOWN = 20

# What stands only as a successor is not yet there; a graph's IRI leads somewhere where the graph says something.
PRESENT = f"""PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT DISTINCT ?iri WHERE {{
  {{ ?iri ?property ?value }}
  UNION {{ ?thing ?property ?iri FILTER(isIRI(?iri) && ?property != dcterms:isReplacedBy) }}
  FILTER(STRSTARTS(STR(?iri), "{BASE}") && !STRSTARTS(STR(?iri), "{BASE}graph/"))
}}"""
GRAPHS = "SELECT DISTINCT ?iri WHERE { GRAPH ?iri { ?thing ?property ?value } }"
DEPRECATED = """PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
SELECT ?iri ?successor WHERE { ?iri owl:deprecated true OPTIONAL { ?iri dcterms:isReplacedBy ?successor } }"""


def read(path: Path) -> dict[str, list[str]]:
    """The entries of a list, under their headings."""
    groups: dict[str, list[str]] = {}
    heading = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            heading = line[2:]
            groups[heading] = []
        elif line and not line.startswith("#"):
            groups.setdefault(heading, []).append(line)
    return groups


def iris(groups: dict[str, list[str]]) -> list[str]:
    """The IRIs of a list, without their base."""
    return [entry for entries in groups.values() for entry in entries if not entry.startswith("/")]


def addresses(groups: dict[str, list[str]]) -> list[str]:
    """The addresses of a list that a page or an answer stands at."""
    found = (entry for entries in groups.values() for entry in entries if entry.startswith("/"))
    return [entry for entry in found if entry != FRONT and not entry.startswith(FILES)]


def files(groups: dict[str, list[str]]) -> list[str]:
    """The addresses of a list that a file of the build stands at."""
    return [entry for entries in groups.values() for entry in entries if entry.startswith(FILES)]


class Published:
    """What answers: the IRIs that an engine knows, and what `get` gives for an address and an Accept header."""

    def __init__(self, engine: Engine, get: Callable[[str, str], Response]) -> None:
        self._get = cache(get)
        self._present = {row[0].value for query in (PRESENT, GRAPHS) for row in engine.query(query).rows}
        self._successors: dict[str, list[str]] = {}
        for iri, successor in engine.query(DEPRECATED).rows:
            self._successors.setdefault(iri.value, []).extend([successor.value] if successor else [])

    def refuse_silent(self, entries: Iterable[str]) -> None:
        """Fail with the first entries that do not answer, and why."""
        entries = list(entries)
        silent = [f"{entry} {fault}" for entry in entries if (fault := self.fault(entry))]
        if silent:
            head = f"{len(silent)} of {len(entries)} published do not answer: keep, deprecate or redirect them."
            more = [f"and {len(silent) - SHOWN} more"] if len(silent) > SHOWN else []
            pytest.fail("\n".join([head, *silent[:SHOWN], *more]), pytrace=False)

    def fault(self, entry: str) -> str:
        """Why an IRI (without its base) or an address does not answer; nothing where it does."""
        return self._address(entry, BROWSER) if entry.startswith("/") else self._iri(BASE + entry, ())

    def _iri(self, iri: str, before: tuple[str, ...]) -> str:
        if iri in before:
            return "is deprecated, and its successors lead back to it"
        if iri in self._successors:
            following = self._successors[iri]
            faults = [fault for it in following if it.startswith(BASE) and (fault := self._iri(it, (*before, iri)))]
            if not following:
                return "is deprecated and has no successor"
            return f"is deprecated, and of its successors: {'; '.join(faults)}" if faults else ""
        if iri in self._present:
            return ""
        # Some have a document for programs only.
        address = f"/{iri.removeprefix(BASE)}"
        return self._address(address, PROGRAM) and self._address(address, BROWSER)

    def _address(self, address: str, accept: str) -> str:
        passed = []
        while address not in passed:
            passed.append(address)
            response = self._get(address, accept)
            if response.status == 200:
                return ""
            if response.status not in REDIRECTS:
                return f"is answered with {response.status}" + (f" at {address}" if passed[1:] else "")
            address = dict(response.headers)["Location"].removeprefix(BASE.rstrip("/"))
            if not address.startswith("/"):
                return f"leads away to {address}"
        return f"leads round in a circle by {address}"


def of(site: Any) -> Published:
    """What answers on a site."""

    def get(address: str, accept: str) -> Response:
        parts = urlsplit(address)
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        return answer(site, Request("GET", unquote(parts.path), query, (("accept", accept),)))

    return Published(site.graph.engine, get)


@cache
def published() -> Published:
    """What answers on the site of the sources as they are."""
    return of(real.site())


each_list = pytest.mark.parametrize("groups", [pytest.param(read(path), id=path.stem) for path in LISTS])


def test_no_list_is_empty_unsorted_or_has_an_entry_twice():
    assert LISTS, "tests/published/ holds no list"
    for path in LISTS:
        groups = read(path)
        entries = [entry for group in groups.values() for entry in group]
        assert groups and all(groups.values()), f"{path.name} or a heading of it is empty"
        assert "" not in groups, f"{path.name} has an entry above its first heading"
        assert len(entries) == len(set(entries)), f"{path.name} has an entry twice"
        assert all(group == sorted(group) for group in groups.values()), f"{path.name} is not sorted"


@each_list
def test_each_published_iri_answers(groups):
    published().refuse_silent(iris(groups))


@each_list
def test_some_published_things_have_their_documents(groups):
    # The IRI of the vocabulary ends in a slash; its documents are among the pages.
    described = [entry for heading in DESCRIBED for entry in groups.get(heading, ()) if not entry.endswith("/")]
    some = random.Random(1).sample(described, min(20, len(described)))
    published().refuse_silent(f"/{entry}{ending}" for entry in some for ending in ENDINGS)


@each_list
def test_some_published_addresses_answer(groups):
    every = addresses(groups)
    published().refuse_silent(random.Random(2).sample(every, min(60, len(every))))


@each_list
def test_each_published_file_is_in_the_build_at_hand(groups):
    if not real.site().exports:
        skip_with_reason("the files that were published: there is no fresh build in ./build")
    published().refuse_silent(files(groups))


def test_a_chart_of_a_code_that_was_replaced_leads_to_the_chart_of_its_successor():
    """Theme 21's figures were read again: they count cases of all categories, not criminal ones."""
    site = real.site()
    query = (("rows", "case_stage"), ("columns", "indicator"), ("indicator", "indicator:criminal-cases"))
    new = "rows=case_stage&columns=indicator&indicator=indicator%3Acases-of-all-categories"
    for ending in ("", ".svg", ".png", ".vl.json", ".csv"):
        path = f"/statistics/roma-cases{ending}"
        moved = answer(site, Request("GET", path, query, (("accept", BROWSER),)))
        assert (moved.status, dict(moved.headers)["Location"]) == (301, f"{path}?{new}")
        there = answer(site, Request("GET", path, tuple(parse_qsl(new)), (("accept", BROWSER),)))
        assert there.status == 200, path
    # Of another cube, and of a code that no one withdrew, nothing came after.
    for path, code in (("/statistics/roma-cases.svg", "indicator:nothing"), ("/statistics/nothing.svg", query[2][1])):
        reply = answer(site, Request("GET", path, (*query[:2], ("indicator", code)), (("accept", BROWSER),)))
        assert reply.status == 404, (path, code)


@pytest.mark.slow
def test_each_published_address_and_file_answers():
    every = {entry for path in LISTS for entry in (*addresses(read(path)), *files(read(path)))}
    made = of(real.site_of_build())
    made.refuse_silent(sorted(every - {FILES + single_file.NAME}))
    if not single_file.PAGE.is_file():
        skip_with_reason("the single HTML file: its page is not bundled here (make .venv/editor)")
    made.refuse_silent([FILES + single_file.NAME])


@pytest.mark.slow
def test_the_running_server_answers_health(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parent / "web")
    import serving

    with serving.real() as served:
        assert served.ask(FRONT).status == 200


# --- the test itself -------------------------------------------------------------------------------------------------

EXAMPLE = """PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX graph: <https://w3id.org/statereport/graph/>
PREFIX id: <https://w3id.org/statereport/id/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX sr: <https://w3id.org/statereport/def/>

graph:named {
  id:here a sr:Figure ; sr:isAbout id:spoken-of ; sr:isStatedIn graph:unsaid .
  id:old owl:deprecated true ; dcterms:isReplacedBy id:older .
  id:older owl:deprecated true ; dcterms:isReplacedBy id:here .
  id:moved-out owl:deprecated true ; dcterms:isReplacedBy <https://example.org/elsewhere> .
  id:left owl:deprecated true .
  id:lost owl:deprecated true ; dcterms:isReplacedBy id:never-said .
  id:half-lost owl:deprecated true ; dcterms:isReplacedBy id:here , id:left .
  id:round owl:deprecated true ; dcterms:isReplacedBy id:about .
  id:about owl:deprecated true ; dcterms:isReplacedBy id:round .
}
"""
LEADS = {
    "/id/renamed": "/id/here.html",
    "/graph/renamed": "/id/here.html",
    "/based": f"{BASE}page",
    "/twice": "/based",
    "/dead": "/nowhere",
    "/far": "https://example.org/",
    "/loop": "/loop",
}
ANSWERING = (
    *("id/here", "id/spoken-of", "id/old", "id/older", "id/moved-out", "id/renamed", "graph/named", "graph/renamed"),
    *("query/for-programs", "/page", "/based", "/twice", "/id/renamed"),
)
SILENT = {
    "id/nothing": "is answered with 404",
    "id/never-said": "is answered with 404",
    "graph/unsaid": "is answered with 404",
    "/query/for-programs": "is answered with 404",
    "id/left": "is deprecated and has no successor",
    "id/lost": "is deprecated, and of its successors: is answered with 404",
    "id/half-lost": "is deprecated, and of its successors: is deprecated and has no successor",
    "id/round": "lead back to it",
    "/nowhere": "is answered with 404",
    "/dead": "is answered with 404 at /nowhere",
    "/far": "leads away to https://example.org/",
    "/loop": "leads round in a circle by /loop",
}


@pytest.fixture
def example() -> Published:
    """A few IRIs and addresses, of which some answer."""

    def get(address: str, accept: str) -> Response:
        if address in LEADS:
            return Response(303, "text/plain", b"", (("Location", LEADS[address]),))
        there = address in ("/page", "/id/here.html") or (address, accept) == ("/query/for-programs", PROGRAM)
        return Response(200 if there else 404, "text/plain", b"")

    return Published(Store.memory(ox.parse(EXAMPLE, format=ox.RdfFormat.TRIG)), get)


def test_what_answers_is_known_from_what_does_not(example):
    example.refuse_silent(ANSWERING)
    for entry, why in SILENT.items():
        assert example.fault(entry).endswith(why), (entry, example.fault(entry))


def test_the_first_twenty_that_do_not_answer_are_listed(example):
    with pytest.raises(pytest.fail.Exception) as caught:
        example.refuse_silent([*ANSWERING, *(f"id/gone-{number:02}" for number in range(30))])
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("30 of 43 published do not answer") and "and 10 more" in lines
    assert "id/gone-19 is answered with 404" in lines and "id/gone-20 is answered with 404" not in lines
