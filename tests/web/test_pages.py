"""Every question, theme, cube and thing has a page, which is complete, escaped, and names its sources."""

from __future__ import annotations

import json
import re
from collections import Counter
from urllib.parse import quote, urlencode

import pytest

from statereport import errors
from statereport.project import find_project
from statereport.questions.saved import SavedQueries
from statereport.rdf import namespaces

QUESTIONS = [name for name in SavedQueries.of(find_project()).names if not name.startswith(("pages/", "checks/"))]
ONE_OF_EACH = (
    "/",
    "/query",
    "/query/law/laws-cited-most.html",
    "/query/groups/what-is-said-of-a-group.html",
    "/query/measures/measures-of-a-year.html?year=x",
    "/report",
    "/report/0",
    "/report/13",
    "/statistics",
    "/statistics/schools-by-language",
    "/statistics/key-figures?rows=period",
    "/discrepancies",
    "/law",
    "/def",
    "/def/Figure.html",
    "/def/isStatedIn.html",
    "/shape/Figure-value.html",
    "/graph/reference/places.html",
    "/editor",
    "/editor?query=SELECT+*+%7B+%3Fs+a+sr%3AClaim+%7D",
    "/editor?query=SELCT",
    "/search?q=roma",
    "/search?q=",
    "/about",
    "/problem/bad-parameter",
    "/id/instrument/kaz-constitution.html",
    "/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh.html",
    "/id/nothing/there.html",
)
HOSTILE = "\"'><script>alert(1)</script>&{{7*7}}\u202e"


def status_of(address: str) -> int:
    if "year=x" in address or "SELCT" in address:
        return 400
    return 404 if "nothing" in address else 200


@pytest.mark.parametrize("address", ONE_OF_EACH)
def test_a_page_obeys_the_policy_and_has_one_heading_and_a_language(read, address):
    page = read(address, status_of(address))
    assert page.one("html")["lang"] == "en" and page.one("head").one("title").words
    assert len(page.all("h1")) == 1 and page.one("main", id="content")
    assert not page.all("style") and not [
        e for e in page.all() if "style" in e.attributes or any(name.startswith("on") for name in e.attributes)
    ]
    for script in page.all("script"):
        assert script.attributes.get("src", "").startswith("/static/") or script["type"] == "application/ld+json"
    loaded = [e[name] for e in page.all() for name in ("src", "srcset", "poster", "data") if name in e.attributes]
    loaded += [e["href"] for e in page.all("link") if e["rel"] in ("stylesheet", "icon")]
    # Beside scripts, sheets and icons a page loads the charts of this site.
    charts = [image["src"] for image in page.all("img")]
    assert all(re.match(r"/[^/?]\S*\.svg(\?|$)", path) for path in charts)
    assert all(path.startswith("/static/") for path in loaded if path not in charts)


@pytest.mark.parametrize("address", ONE_OF_EACH)
def test_a_page_has_no_name_twice_no_link_in_a_link_and_a_label_for_each_field(read, address):
    page = read(address, status_of(address))
    ids = Counter(e["id"] for e in page.all() if "id" in e.attributes)
    assert not [name for name, count in ids.items() if count > 1]
    assert not [inner for link in page.all("a") for inner in link.all("a")]
    labelled = {e["for"] for e in page.all("label")}
    fields = [
        e for name in ("input", "select", "textarea") for e in page.all(name) if e.attributes.get("type") != "hidden"
    ]
    assert {e["id"] for e in fields} <= labelled
    referred = [
        word
        for e in page.all()
        for name in ("aria-labelledby", "aria-describedby")
        for word in e.attributes.get(name, "").split()
    ]
    assert set(referred) <= set(ids)


@pytest.mark.parametrize("address", ONE_OF_EACH)
def test_a_page_is_the_same_each_time(read, address):
    assert read.anew(address).body == read.anew(address).body


def test_the_first_page_links_every_question_and_every_theme(read):
    links = {e["href"] for e in read("/").all("a")}
    assert not [name for name in QUESTIONS if f"/query/{name}.html" not in links]
    assert not [
        unit.number for unit in read.site.names.units if unit.kind == "Theme" and f"/report/{unit.number}" not in links
    ]


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_has_its_answer_in_words_with_every_row(read, name):
    page = read(f"/query/{name}.html")
    answer = read.site.graph.ask(name)
    if answer.truth is not None:
        assert page.one(class_="truth").words == ("Yes." if answer.truth else "No.")
        return
    rows = page.one("table", id="table").one("tbody").all("tr")
    assert len(rows) == len(answer.rows)
    cells = [cell.words for row in rows for cell in row.all("td")]
    bare = [cell for cell in cells if re.match(r"https?://", cell)]
    ours = {label.text for labels in read.site.names.labels.values() for label in labels}
    # An address that the report itself prints, or that leads elsewhere, is a value; ours are told by their labels.
    assert not [cell for cell in bare if cell.startswith(namespaces.BASE) or cell in ours]
    assert not [cell for cell in cells if "^^" in cell or cell.endswith("@en")]


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_offers_files_its_query_and_how_to_cite_it(read, name):
    page = read(f"/query/{name}.html")
    endings = {e["href"].partition("?")[0].rpartition(".")[2] for e in page.all("a") if "download" in e.attributes}
    assert endings >= (
        {"ttl"}
        if read.site.graph.question(name).form == "construct"
        else set()
        if not page.all("table", id="table")
        else {"csv", "json"}
    )
    editor = next(e["href"] for e in page.all("a") if e["href"].startswith("/editor?"))
    assert "SELECT" in editor or "CONSTRUCT" in editor or "ASK" in editor
    cite = page.one("details", class_="cite").words
    assert (
        namespaces.QUERY + name in cite and read.site.digest in cite and read.site.version in cite and "@misc{" in cite
    )


def test_rows_about_statements_lead_to_their_passages(read):
    page = read("/query/groups/what-is-said-of-a-group.html")
    for row in page.one("table", id="table").one("tbody").all("tr"):
        assert [e for e in row.all("a") if re.match(r"/report/\d+#\d+\.\d+$", e["href"])]


def test_numbers_stand_at_the_right_and_other_languages_are_marked(read):
    page = read("/query/law/laws-cited-most.html")
    column = [e for e in page.one("table", id="table").all("th") if "number" in e.attributes.get("class", "")]
    assert column
    page = read("/id/instrument/kaz-constitution.html")
    assert {"kk", "ru"} <= {e["lang"] for e in page.all() if "lang" in e.attributes}


def test_identifiers_can_be_shown_instead(read):
    page = read("/query/law/laws-cited-most.html?identifiers=yes")
    assert "instrument:kaz-constitution" in page.one("table", id="table").words
    assert "instrument:kaz-constitution" not in read("/query/law/laws-cited-most.html").one("table", id="table").words


@pytest.mark.parametrize("name", [n for n in QUESTIONS if SavedQueries.of(find_project()).get(n).parameters])
def test_a_form_has_its_choices_by_their_labels_and_the_default_chosen(read, name):
    page = read(f"/query/{name}.html")
    query = read.site.graph.question(name)
    for parameter in query.parameters:
        field = page.one(id=f"f-{parameter.name}")
        if field.name == "select":
            chosen = [e for e in field.all("option") if "selected" in e.attributes]
            assert len(chosen) == 1 and len(field.all("option")) > 1
            assert not [
                e.words
                for e in field.all("option")
                if ":" in e.words and parameter.type == "iri" and e.words == e["value"]
            ]
            again = read(f"/query/{name}.html?{urlencode({parameter.name: chosen[0]['value']})}")
            assert again.one("table", id="table").words == page.one("table", id="table").words
        else:
            assert field["value"]


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/query/measures/measures-of-a-year.html?year=twenty", "year"),
        ("/query/groups/what-is-said-of-a-group.html?wanted=not+an+iri", "wanted"),
        ("/query/law/cited-under-a-theme.html?theme=99", "theme"),
        (f"/query/law/norms-of-an-instrument.html?instrument={quote(HOSTILE)}", "instrument"),
    ],
)
def test_a_value_that_does_not_fit_is_told_at_its_field(read, address, field):
    page = read(address, 400)
    control = page.one(id=f"f-{field}")
    assert control["aria-invalid"] == "true" and f"fault-{field}" in control["aria-describedby"]
    assert page.one(id=f"fault-{field}", role="alert").words
    assert not page.all("table")


def test_a_parameter_that_there_is_not_is_told(read):
    assert "colour" in read("/query/measures/measures-of-a-year.html?colour=red", 400).one(role="alert").words


def test_an_answer_without_rows_says_so(read):
    years = list(read.site.graph.choices("statistics/figures-of-years", "since"))
    page = read(f"/query/statistics/figures-of-years.html?since={years[-1]}&until={years[0]}")
    assert "No rows" in page.one(role="status").words and not page.all("table")
    assert page.one("div", class_="empty").one("pre").words, "and the part of the query that nothing matches"


@pytest.mark.parametrize(
    "address",
    [
        "/search?q=",
        "/query/measures/measures-of-a-year.html?year=",
        "/editor?query=",
        "/discrepancies?kind=",
        "/why?subject=",
        "/statistics/schools-by-language?rows=",
        "/query/groups/what-is-said-of-a-group.html?",
        "/statistics/schools-by-language?",
    ],
)
def test_what_a_reader_types_is_shown_as_it_is(read, address):
    body = read.response(address + quote(HOSTILE)).body.decode()
    assert "<script>alert" not in body and "49" not in re.findall(r"&amp;(\d+)", body)


def test_data_in_a_page_cannot_end_its_script(read):
    from statereport.pages import page as making

    told = making.json_script({"name": "</script><script>alert(1)</script>&"})
    assert "<" not in told and json.loads(told)["name"].startswith("</script>")
    for address in ("/", "/statistics", "/statistics/schools-by-language"):
        data = json.loads(read(address).one("script", type="application/ld+json").raw)
        assert data["@context"] == "https://schema.org/" and data["@type"] in ("Dataset", "DataCatalog")


def test_the_footer_says_which_data_these_are(read):
    words = read("/").one("footer").words
    number = next(
        t.object.value
        for t in read.site.description
        if t.subject.value.endswith("/dataset") and t.predicate.value.endswith("#triples")
    )
    assert f"{int(number):,} triples" in words and read.site.version in words and read.site.issued in words


@pytest.mark.parametrize("code", errors.codes())
def test_every_problem_is_explained(read, code):
    assert code in read(f"/problem/{code}").one("h1").words


def test_what_is_not_there_is_told_in_the_site_s_own_page(read):
    page = read("/id/instrument/kaz-constitutio.html", 404)
    assert "kaz-constitution" in page.one(role="alert").words and page.all("nav")
    for address in (
        "/query/law/nothing.html",
        "/report/14",
        "/statistics/nothing",
        "/problem/nothing",
        "/graph/nothing.html",
        "/static/nothing.css",
        "/why",
    ):
        assert read.response(address).status == 404, address


def test_the_same_question_as_json_is_a_problem_in_json(read):
    response = read.response("/report/14", accept="application/json")
    assert response.status == 404 and json.loads(response.body)["code"] == "address-unknown"
