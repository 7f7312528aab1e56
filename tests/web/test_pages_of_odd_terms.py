"""The editor shows every RDF 1.2 term, and each of its downloads holds it or is refused in words."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import odd_terms
import pyoxigraph as ox
import pytest
import reading
import serving
import small

from statereport.graph.knowledge import KnowledgeGraph
from statereport.rdf import namespaces, terms
from statereport.sparql.engine import Store
from statereport.web.wire.limits import Limits

SHOWN = {name: term for name, term in odd_terms.KNOWN.items() if "_:" not in str(term)}


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """The pages of the small project."""
    project = small.make(tmp_path_factory.mktemp("odd"))
    engine = Store.memory(small.quads(project))
    return reading.Reader(serving.site_of(engine, project, "http://localhost", Limits()))


def query(term: object) -> str:
    """A query that answers this term and nothing else."""
    written = terms.text(term) if terms.is_triple(term) else str(term)
    return f"SELECT ?x ?y {{ VALUES (?x ?y) {{ ({written} UNDEF) }} }}"


def test_the_editor_shows_every_term(read) -> None:
    wrong = {}
    for name, term in SHOWN.items():
        page = read("/editor?" + urlencode({"query": query(term)}))
        term = Store.memory().query(query(term)).rows[0][0]  # the engine writes numbers anew: 1e400 as INF
        first, second = page.one("table", id="table").one("tbody").all("td")
        plain = terms.plain(term)
        if isinstance(plain, bool):
            same = first.text == ("yes" if plain else "no")
        elif isinstance(plain, str):
            same = first.text == " ".join(reading_of(term).split())
        else:  # digits, with thousands apart
            same = first.text.replace(",", "").lstrip("+0") == term.value.lstrip("+0")
        if not same or second.text:
            wrong[name] = (first.text[:200], terms.text(term)[:200])
        links = [element["href"] for element in first.all("a")]
        if any(not link.startswith(("http://", "https://", "/")) for link in links):
            wrong[name] = links
    assert not wrong and len(SHOWN) > 30


def reading_of(term: object) -> str:
    """The characters of a term, control characters as escapes."""
    control = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]|\r(?!\n)")
    return control.sub(lambda match: f"\\u{ord(match[0]):04X}", terms.text(term)).removeprefix("http://")


def test_text_with_a_direction_has_it_on_the_page(read) -> None:
    term = odd_terms.KNOWN["text with a direction"]
    page = read("/editor?" + urlencode({"query": query(term)}))
    element = page.one("table", id="table").one("tbody").one("span")
    assert (element["lang"], element["dir"]) == ("he", "rtl")


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml"])
def test_a_download_holds_the_term_or_is_refused(read, form: str) -> None:
    wrong = {}
    for name, term in SHOWN.items():
        response = read.response("/editor?" + urlencode({"query": query(term), "format": form}))
        # CSV holds the characters of everything, JSON whatever any parser reads, XML no control characters.
        reasons = {"csv": (), "json": (b"no language",)}.get(form, (b"cannot hold", b"no language"))
        is_refused = response.status == 406 and any(reason in response.body for reason in reasons)
        if response.status != 200 and not is_refused:
            wrong[name] = (response.status, response.body[:300])
    assert not wrong


def test_a_function_that_there_is_not_is_named_in_the_editor(read) -> None:
    page = read("/editor?" + urlencode({"query": "SELECT ?x {\n BIND(<urn:f>(1) AS ?x) }"}), 400)
    assert "<urn:f>" in page.one(id="editor-error").text and "2" in page.one(id="editor-error").text


def test_a_thing_of_which_every_odd_term_is_said_has_its_pages_and_documents(tmp_path) -> None:
    project = small.make(tmp_path)
    thing = ox.NamedNode(f"{namespaces.ID}kaz-cerd-8-10-addendum/figure/13-schools")
    place = ox.NamedNode(f"{namespaces.GRAPH}reports/kaz-cerd-8-10-addendum/13")
    names = [*(namespaces.SR + name for name in ("value", "isStatedIn", "asPrinted", "gist")), namespaces.RDF + "type"]
    names += [namespaces.SKOS + "prefLabel", namespaces.RDFS + "label"]
    odd = [term for name, term in odd_terms.KNOWN.items() if "promised and not there" not in name]
    quads = [ox.Quad(thing, ox.NamedNode(name), term, place) for name in names for term in odd]
    engine = Store.memory([*small.quads(project), *quads])
    text = str(KnowledgeGraph(engine, project).describe(thing.value))
    assert text.count("asPrinted: ") > 30 and not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    read = reading.Reader(serving.site_of(engine, project, "http://localhost", Limits()))
    here = "/id/kaz-cerd-8-10-addendum/figure/13-schools"
    statuses = {
        f".{ending}": read.response(f"{here}.{ending}").status for ending in ("html", "ttl", "nt", "rdf", "jsonld")
    }
    assert statuses == {".html": 200, ".ttl": 200, ".nt": 200, ".rdf": 406, ".jsonld": 406}
    for address in ("/editor/words.json", "/query/figures/all.html", "/query/figures/all.svg", "/search?q=schools"):
        assert read.response(address).status == 200, address
