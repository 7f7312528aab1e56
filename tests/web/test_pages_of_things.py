"""Things, terms, search and the editor: every IRI has a page, inferences and errors are explained."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
import sampling
from loops import some

from statereport.pages import names as naming
from statereport.questions import chart
from statereport.rdf import namespaces
from statereport.rdf.terms import is_iri
from statereport.sparql.query import Query

SPACES = tuple(namespaces.BASE + space for space in naming.SPACES)


def addresses(read) -> list[str]:
    """The IRIs of the graph that a statement names."""
    found = {quad.graph_name.value for quad in _quads(read)}
    for quad in _quads(read):
        found |= {term.value for term in (quad.subject, quad.predicate, quad.object) if is_iri(term)}
    return sorted(iri for iri in found if iri.startswith(SPACES) and iri != namespaces.SR)


def _quads(read):
    rows = read.site.graph.ask("pages/graphs")
    return [quad for row in rows for quad in read.site.graph.engine.quads(row["graph"])]


def check_page(read, iri: str) -> None:
    """The page of an IRI has its name and its documents; that of one that was withdrawn leads to its successor's."""
    moved = read.response(read.site.names.path(iri))
    if moved.status == 301:
        rows = read.site.graph.engine.query(f"SELECT ?new {{ <{iri}> <{namespaces.DCTERMS}isReplacedBy> ?new }}").rows
        assert len(rows) == 1, f"{iri} is redirected, and the graph says no successor"
        iri = rows[0][0].value
        assert dict(moved.headers)["Location"] == read.site.names.path(iri), iri
    page = read(read.site.names.path(iri))
    assert page.one("h1").text and iri in page.text, iri
    links = {e["href"] for e in page.all("a")}
    path = read.site.names.path(iri).removesuffix(".html")
    assert {f"{path}.{ending}" for ending in ("ttl", "jsonld", "nt", "rdf")} <= links, iri
    assert page.all("section", class_="origin") or "/graph/" in iri, iri


def test_some_things_of_every_kind_have_a_page(read):
    for iri in some(sampling.sample(addresses(read), 1, sampling.folder, whole=False), 50):
        check_page(read, iri)


@pytest.mark.slow
def test_every_address_in_the_graph_has_a_page(read):
    found = addresses(read)
    assert len(found) > 7_000
    for iri in sampling.sample(found, 4, sampling.folder):
        check_page(read, iri)


def test_a_statement_leads_to_its_passage_and_fragment(read):
    page = read("/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh.html")
    assert "3,797" in page.one("p", class_="printed").text
    assert "/report/kaz-cerd-8-10-addendum/13#13.6" in {e["href"] for e in page.all("a")}
    assert "3,797" in page.one("section", aria_labelledby="places").text


def test_a_figure_stands_among_its_neighbours(read):
    page = read("/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh.html")
    section = next(e for e in page.all("section") if e.all("table"))
    for number in ("1,312", "2,260", "7,391", "this one"):
        assert number in section.one("table").text
    spec = json.loads(read.response(section.one("img")["src"].replace(".svg", ".vl.json")).body)
    assert [value["said"] for value in spec["data"]["values"]].count("3,797") == 1


def test_every_chart_of_a_figure_is_at_its_address(read):
    pages = [read(read.site.names.path(cube.rows[0][0])) for cube in read.site.cubes]
    for image in some(image for page in pages for image in page.all("img")):
        assert read.response(image["src"]).media_type == chart.MEDIA_TYPE, image["src"]


def test_an_instrument_shows_its_provisions_in_their_order(read):
    page = read("/id/instrument/kaz-constitution.html")
    rows = [e.text for e in page.one("section", aria_labelledby="section-1").one("tbody").all("tr")]
    numbers = [
        next((i for i, row in enumerate(rows) if row.startswith(f"Article {n} of")), -1)
        for n in (5, 7, 10, 14, 20, 30, 33)
    ]
    assert numbers == sorted(numbers) and -1 not in numbers


def test_a_class_shows_its_rules_examples_and_questions(read):
    page = read("/def/Figure.html")
    titles = [e.text for e in page.all("h2")]
    assert {"Rules for the data (SHACL)", "Examples", "Questions that use it"} <= set(titles)
    assert "A figure has exactly one value" in page.text and "/query/tables/figures.html" in {
        e["href"] for e in page.all("a")
    }


def test_a_property_shows_which_classes_must_have_it(read):
    words = read("/def/isStatedIn.html").text
    assert "Rules for the data (SHACL)" in words and "Questions that use it" in words


def test_a_long_list_is_folded(read):
    page = read("/id/place/kaz.html")
    assert any("more" in e.one("summary").text for e in page.all("details") if e.all("summary"))


def test_what_follows_is_explained_whatever_rule_it_follows_by(read):
    of_rules = {rule: number for number, (rule, _) in read.site.explanations.sources.items()}
    assert len(of_rules) > 40
    without = []
    for rule, number in of_rules.items():
        triple = read.site.explanations.explain(read.site.explanations.statements[number]).triple
        parts = {"subject": triple.subject.value, "predicate": triple.predicate.value, "object": str(triple.object)}
        if not read(f"/why?{urlencode(parts)}").one("ol", class_="premises").all("li"):
            without.append(rule)
    assert not without


def test_each_inferred_statement_of_a_thing_has_its_reason_behind_a_link(read):
    page = read("/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh.html")
    reasons = page.one("section", aria_labelledby="inferred").all("a", class_="why")
    assert len(reasons) >= 7
    for reason in reasons:
        assert read(reason["href"]).one("ol", class_="premises").all("li")
    assert not page.one("section", aria_labelledby="asserted").all("a", class_="why")


def test_what_speaks_of_a_body_stands_under_its_kind_read_from_the_body_with_law_and_passage(read):
    page = read("/id/body/kaz-supreme-court.html")
    titles = [e.text for e in page.all("h2")]
    wanted = ["In short", "What law provides 2", "Measures 13", "Questions to ask", "Every statement as data"]
    assert [title for title in titles if title in wanted] == wanted
    assert page.one("p", class_="what").text == "This is a court (body)."
    assert {e["lang"] for e in page.one("dl", class_="names").all("dd") if "lang" in e.attributes} == {"kk", "ru"}
    rows = [[cell.text for cell in row.all("td")] for row in page.one("table", id="of-4-table").all("tr")[1:]]
    assert [
        row
        for row in rows
        if row[1:] == ["is addressed by", "Law on the Human Rights Commissioner", "Republic of Kazakhstan", "5.13"]
    ]
    # What only follows is said where no source says more, and is marked.
    measures = [row.text for row in page.one("table", id="of-6-table").all("tr")]
    assert len([row for row in measures if "is responsible for" in row]) >= 8
    assert any("is ultimately responsible for inferred" in row for row in measures)
    asks = {e["href"] for e in page.one("section", aria_labelledby="ask").all("a")}
    assert "/query/bodies/what-is-said-of-a-body.html?body=body%3Akaz-supreme-court" in asks
    for path in some(asks):
        assert read(path).all("table", id="table")


def test_numbers_and_dates_stand_in_the_rows_and_identifiers_only_under_the_last_heading(read):
    for address in ("/id/ethnic-group/roma.html", "/id/instrument/kaz-criminal-code.html", "/id/place/kaz.html"):
        page = read(address)
        before = [section for section in page.one("main").all("section") if section.attributes.get("aria-labelledby")]
        triples = next(i for i, e in enumerate(before) if e["aria-labelledby"] == "triples")
        assert not [e.text for e in before[:triples] if "sh:" in e.text or "w3id.org" in e.text], address
        assert any(e.text == "Number" for e in page.all("th")) == (address != "/id/instrument/kaz-criminal-code.html")


def test_a_statement_says_what_it_is_and_in_which_report(read):
    page = read("/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh.html")
    words = page.one("p", class_="what").text
    assert words.startswith("This is a figure that counts schools") and "Kazakhstan's addendum" in words
    assert "kaz" not in words


# --- search ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("citizenship", "/id/instrument/kaz-law-on-citizenship.html"),
        ("roma", "/id/ethnic-group/roma.html"),
        ("Commissioner", "/id/office/kaz-commissioner-for-human-rights.html"),
    ],
)
def test_search_finds_things_by_their_names(read, words, wanted):
    links = [e["href"] for e in read(f"/search?q={words}").one("ol", class_="results").all("a")]
    assert wanted in links


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("Верховный суд", "/id/body/kaz-supreme-court.html"),
        ("верховного суда", "/id/body/kaz-supreme-court.html"),
        ("Әділет министрлігі", "/id/body/kaz-ministry-of-justice.html"),
        ("21.10", "/report/kaz-cerd-8-10-addendum/21#21.10"),
        ("7391", "/id/kaz-cerd-8-10-addendum/figure/13-schools.html"),
        ("7,391", "/id/kaz-cerd-8-10-addendum/figure/13-schools.html"),
        ("article 174", "/id/provision/kaz-criminal-code.art-174.html"),
        ("CERD", "/id/body/cerd.html"),
        ("YouTube", "/id/body/youtube.html"),
        ("What is said of Roma?", "/id/ethnic-group/roma.html"),
    ],
)
def test_search_has_the_thing_itself_first(read, words, wanted):
    page = read("/search?" + urlencode({"q": words}))
    assert page.one("ol", class_="results").all("a")[0]["href"] == wanted


def test_search_is_narrowed_by_kind_and_theme_with_counts_and_has_more_pages(read):
    page = read("/search?q=schools")
    facets = page.one("nav", class_="facets")
    links = {e.text: e["href"] for e in facets.all("a")}
    count = int(next(e.parent for e in facets.all("a") if e.text == "figure").one("span", class_="count").text)
    narrow = read(links["figure"])
    assert narrow.one("p", role="status").text.startswith(f"{count} found")
    assert {e.text for e in narrow.one("ol", class_="results").all("span", class_="kind")} == {"figure"}
    total = int(page.one("p", role="status").text.split()[0])
    seen, address = [], "/search?q=schools"
    while address:
        page = read(address)
        seen += [e.all("a")[0]["href"] for e in page.one("ol", class_="results").all("li")]
        address = next((e["href"] for e in page.all("a", rel="next")), "")
    assert len(seen) == total > 40


def test_search_counts_by_state_and_by_sections_of_each_report(read):
    facets = read("/search?q=schools").one("nav", class_="facets")
    links = {e.text: e["href"] for e in facets.all("a")}
    assert "report=bra-cerd-fco-18-20" in links["Federative Republic of Brazil"]
    section = links["II.B Information on paragraph 19 (c)"]
    assert "section=bra-cerd-fco-18-20%2FII.B" in section
    found = [read(it).one("p", role="status").text for it in (section, "/search?q=schools&section=II.B")]
    assert found[0] == found[1] and found[0].startswith("21 found")


def test_search_that_finds_nothing_says_what_else_to_do(read):
    page = read("/search?q=zzzzqqq")
    assert "Nothing found" in page.one(role="status").text and page.one("input", id="find")["value"] == "zzzzqqq"


# --- the editor ------------------------------------------------------------------------------------------------------

BROKEN = (
    (
        "SELECT ?s\nWHERE {\n  ?s a sr:Claim\n  ?s sr:quote ?q\n}",
        4,
    ),  # where the dot is missing; one line was added: PREFIX
    ("PREFIX sr: <https://w3id.org/statereport/def/>\nSELECT ?s WHERE {\n  ?s a sr:Claim .\n", 3),
    ("SELCT ?s\nWHERE { ?s ?p ?o }", 1),
    ("SELECT ?s\nWHER { ?s ?p ?o }", 2),
    ("SELECT ?s\nWHERE {\n  ?s nowhere:name ?o\n}", 3),
    ('SELECT ?s\nWHERE {\n  ?s ?p "open\n}', 3),
    ("SELECT (COUNT(?s))\nWHERE { ?s ?p ?o }", 1),
    ("SELECT ?s\nWHERE { ?s ?p ?o }\nORDER ?s", 3),
    ("SELECT ?s\nWHERE { ?s ?p ?o }\nLIMIT many", 3),
    ("SELECT ?s\nWHERE {\n  FILTER(?s = )\n  ?s ?p ?o\n}", 3),
    ("SELECT ?s\nWHERE {\n  ?s ?p <not an iri>\n}", 3),
    ("SELECT ?s ?o\nWHERE { ?s ?p ?o }\nGROUP BY ?s", 1),
)


@pytest.mark.parametrize(("query", "line"), BROKEN)
def test_a_broken_query_is_explained_at_its_line(read, query, line):
    page = read("/editor?" + urlencode({"query": query}), 400)
    fault = page.one(id="editor-error", role="alert")
    assert len(fault.text) > 30 and "expected" not in fault.text.lower()
    assert int(fault["data-line"]) == line and page.one("li", class_="wrong")
    assert not page.all("table") and page.one("textarea").raw.strip().endswith(query.strip())


@pytest.mark.parametrize(
    "query",
    [
        "INSERT DATA { <a:b> <a:b> <a:b> }",
        "LOAD <http://a.example/>",
        "SELECT * { SERVICE <http://a.example/> { ?s ?p ?o } }",
        "SELECT * FROM <http://a.example/> { ?s ?p ?o }",
    ],
)
def test_what_is_not_allowed_is_refused_in_a_sentence(read, query):
    page = read("/editor?" + urlencode({"query": query}), 400)
    assert page.one(id="editor-error").text.count(".") >= 1


def test_prefixes_that_are_used_are_added_where_they_can_be_seen(read):
    page = read("/editor?" + urlencode({"query": "SELECT ?s { ?s a sr:Claim ; sr:isStatedIn kaz-passage:13.1 }"}))
    text = page.one("textarea").raw
    assert "PREFIX sr: <https://w3id.org/statereport/def/>" in text and "PREFIX kaz-passage:" in text
    assert Query(text, prefixes=read.site.names.prefixes).whole == text
    quiet = (
        "PREFIX sr: <https://w3id.org/statereport/def/>\n"
        'SELECT ?s { ?s a sr:Claim FILTER(?s != "place:kaz") } # body:cerd'
    )
    assert Query(quiet, prefixes=read.site.names.prefixes).whole == quiet


def test_the_answer_in_the_editor_has_labels_and_files(read):
    page = read("/editor?" + urlencode({"query": "SELECT ?law { ?law a sr:LegalInstrument } ORDER BY ?law LIMIT 5"}))
    assert len(page.one("table").one("tbody").all("tr")) == 5 and "https://" not in page.one("table").text
    csv = next(e["href"] for e in page.all("a") if "format=csv" in e["href"])
    response = read.response(csv)
    assert response.status == 200 and response.body.decode().count("\r\n") == 6


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("SELECT ?m ?l { ?m a sr:Measure ; skos:prefLabel ?l } LIMIT 3", ["m", "l"]),
        ("SELECT ?l ?m { ?m a sr:Measure ; skos:prefLabel ?l } LIMIT 3", ["l", "m"]),
        (
            "SELECT * { ?zebra a sr:Measure ; skos:prefLabel ?apple ; sr:hasStatus ?middle } LIMIT 3",
            ["zebra", "apple", "middle"],
        ),
        ("SELECT ?kind (COUNT(?m) AS ?all) { ?m a sr:Measure ; sr:hasKind ?kind } GROUP BY ?kind", ["kind", "all"]),
    ],
)
def test_the_answer_in_the_editor_has_the_columns_as_they_were_asked_for(read, query, titles):
    page = read("/editor?" + urlencode({"query": query}))
    assert [e.text for e in page.one("table").all("th")] == titles
    assert all(cell.text for row in page.one("table").one("tbody").all("tr") for cell in row.all("td"))


def test_yes_no_and_an_empty_answer_are_sentences(read):
    assert read("/editor?" + urlencode({"query": "ASK { ?s a sr:Claim }"})).one(class_="truth").text == "Yes."
    assert "No rows" in read("/editor?" + urlencode({"query": "SELECT ?s { ?s a sr:Clam }"})).one(role="status").text


def test_without_a_query_the_editor_has_one_that_runs(read):
    text = read("/editor").one("textarea").raw.strip()
    assert read("/editor?" + urlencode({"query": text})).one("table").one("tbody").all("tr")


def test_completion_knows_what_a_class_inherits_and_from_which_list_values_are(read):
    listed = json.loads(read.response("/editor/words.json").body)["words"]
    terms = {term["name"]: term for term in listed}
    assert "sr:Measure" in terms["sr:isResponsibilityOf"]["of"] and "sr:Measure" in terms["sr:isStatedIn"]["of"]
    assert "sr:Percentage" in terms["sr:value"]["of"]
    assert terms["sr:hasStatus"]["values"] == ["measure-status"]


def test_the_terms_for_completion_are_those_of_the_graph_and_its_shapes(read):
    body = json.loads(read.response("/editor/words.json").body)
    words = {word["name"]: word for word in body["words"]}
    assert words["sr:Figure"]["kind"] == "class" and words["sr:value"]["kind"] == "property"
    assert words["sr:value"]["of"]["sr:Figure"] is True and words["sr:hasEthnicGroup"]["of"]["sr:Figure"] is False
    assert words["ethnic-group:roma"]["label"] == "Roma"
    known = {read.site.names.short(iri) for iri in addresses(read)}
    assert not [name for name, word in words.items() if word["kind"] == "thing" and name not in known]
    assert all(name.partition(":")[0] in body["prefixes"] for name in words)
