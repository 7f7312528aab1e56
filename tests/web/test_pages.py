"""Every question, theme, cube and thing has a page, which is complete, escaped, and names its sources."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import sampling
from loops import some
from reading import Element, Reader

from statereport import errors
from statereport.pages import report, views
from statereport.project import find_project
from statereport.questions.saved import SavedQueries
from statereport.rdf import namespaces

QUESTIONS = [name for name in SavedQueries.of(find_project()).names if not name.startswith(("pages/", "checks/"))]
# The first question of each topic, for quick tests; several of each, or all of them in the whole run, for slow ones.
MORE = sampling.sample(QUESTIONS, 4, sampling.folder)
FIRSTS = list({name.partition("/")[0]: name for name in reversed(QUESTIONS)}.values())
ONE_OF_EACH = (
    "/",
    "/query",
    "/query/law/laws-cited-most.html",
    "/query/groups/what-is-said-of-a-group.html",
    "/query/measures/measures-of-a-year.html?year=x",
    "/report",
    "/report/kaz-cerd-8-10-addendum/0",
    "/report/kaz-cerd-8-10-addendum/13",
    "/report/kaz-cerd-8-10-addendum/13.6",
    "/report/kaz-cerd-8-10-addendum/13?kind=Norm&kind=Figure",
    "/statistics",
    "/statistics/schools-by-language",
    "/statistics/key-figures?rows=period",
    "/discrepancies",
    "/law",
    "/law?report=bra-cerd-fco-18-20",
    "/timeline",
    "/timeline?report=kaz-cerd-8-10-addendum&since=2020&until=2020",
    "/timeline?kind=of-no-sort",
    "/places",
    "/report/bra-cerd-fco-18-20",
    "/report/bra-cerd-fco-18-20/II.D.1",
    "/report/bra-cerd-co-18-20",
    "/report/bra-cerd-co-18-20/23 (a)",
    "/def",
    "/ontology",
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


def faults_of_policy(page: Element) -> list[str]:
    """What the content security policy of the site would block in a page, or what would be fetched from elsewhere."""
    wrong = [f"<{e.name}> has a style" for e in page.all() if e.name == "style" or "style" in e.attributes]
    wrong += [f"{name} on <{e.name}>" for e in page.all() for name in e.attributes if name.startswith("on")]
    for script in page.all("script"):
        if not (script.attributes.get("src", "").startswith("/static/") or script["type"] == "application/ld+json"):
            wrong.append(f"script {script.attributes}")
    charts = [image["src"] for image in page.all("img")]
    wrong += [f"image {path}" for path in charts if not re.match(r"/[^/?]\S*\.svg(\?|$)", path)]
    loaded = [e[name] for e in page.all() for name in ("src", "srcset", "poster", "data") if name in e.attributes]
    loaded += [e["href"] for e in page.all("link") if e["rel"] in ("stylesheet", "icon")]
    wrong += [f"loads {path}" for path in loaded if path not in charts and not path.startswith("/static/")]
    return wrong


def faults_of_structure(page: Element) -> list[str]:
    """Missing or doubled headings and ids, links in links, fields without labels, references to nothing."""
    wrong = [] if page.one("html")["lang"] == "en" and page.one("head").one("title").text else ["no language or title"]
    wrong += [] if len(page.all("h1")) == 1 and page.one("main", id="content") else ["not one heading"]
    ids = Counter(e["id"] for e in page.all() if "id" in e.attributes)
    wrong += [f"id {name} {count} times" for name, count in ids.items() if count > 1]
    wrong += ["a link in a link" for link in page.all("a") if link.all("a")]
    labelled = {e["for"] for e in page.all("label")}
    fields = [e for name in ("input", "select", "textarea") for e in page.all(name)]
    visible = [field for field in fields if field.attributes.get("type") != "hidden"]
    wrong += [f"field {field['id']} without a label" for field in visible if field["id"] not in labelled]
    for name in ("aria-labelledby", "aria-describedby"):
        words = [word for e in page.all() for word in e.attributes.get(name, "").split()]
        wrong += [f"{name}={word}" for word in words if word not in ids]
    return wrong


@pytest.mark.parametrize("faults", [faults_of_policy, faults_of_structure])
def test_pages_of_every_kind_obey_the_policy_and_are_well_structured(read, faults):
    wrong = {address: faults(read(address, status_of(address))) for address in some(ONE_OF_EACH, 25)}
    assert not {address: found for address, found in wrong.items() if found}


def test_a_page_is_the_same_each_time(read):
    assert not [address for address in some(ONE_OF_EACH, 25) if read.anew(address).body != read.anew(address).body]


def test_the_first_page_links_every_question_and_every_theme(read):
    links = {e["href"] for e in read("/").all("a")}
    assert not [name for name in QUESTIONS if f"/query/{name}.html" not in links]
    assert not [unit.number for unit in read.site.names.units if unit.kind == "Theme" and unit.path not in links]


def test_the_number_of_instruments_is_the_same_wherever_it_stands(read):
    home = next(e.text for e in read("/").one("section", class_="counts").all("a") if "instruments" in e.text)
    table = read("/query/tables/instruments.html").one("p", class_="result").text
    assert home.split()[0] == table.split()[0] and f"{home.split()[0]} instruments" in read("/law").text


def test_questions_are_found_by_their_words(read):
    page = read("/query?words=roma")
    links = [e["href"] for e in page.one("main").all("a") if e["href"].startswith("/query/")]
    assert "/query/statistics/roma-cases.html" in links and len(links) < 20
    assert "No question has these words" in read("/query?words=zzz").one("p", role="status").text


def test_the_first_page_has_eight_questions_a_chart_and_doors_by_report_subject_group_law_and_place(read):
    page = read("/")
    assert len(page.one("ul", class_="cards").all("a")) == 8 and len(page.all("img")) == 1
    doors = [e.text for e in page.one("div", class_="doors").all("h3")]
    assert doors == ["Reports", "Subjects", "Groups of people", "Laws", "Places"]
    for link in some(page.one("div", class_="doors").all("a"), 5):
        assert read(link["href"]).one("h1").text
    assert page.one("input", id="search-home") and len(page.one("main").text) > 300


def faults_of_answer(read: Reader, name: str) -> list[str]:
    """How the page of a question differs from its answer: rows left out, IRIs of the graph, datatypes."""
    page, answer = read(f"/query/{name}.html"), read.site.graph.ask(name)
    if answer.truth is not None:
        return [] if page.one(class_="truth").text == ("Yes." if answer.truth else "No.") else ["yes or no"]
    rows = page.one("table", id="table").one("tbody").all("tr")
    cells = [cell.text for row in rows for cell in row.all("td")]
    wrong = [] if len(rows) == min(len(answer.rows), views.AT_A_TIME) else [f"{len(rows)} of {len(answer.rows)} rows"]
    count = page.one("p", class_="result").text.replace(",", "").split()[0]
    wrong += [] if count == str(len(answer.rows)) else [f"{count} rows announced"]
    # An IRI elsewhere, or one that the report prints, is a value; things of the graph have labels.
    wrong += [f"IRI {cell}" for cell in cells if cell.startswith(namespaces.BASE)]
    return wrong + [f"datatype in {cell}" for cell in cells if "^^" in cell or cell.endswith("@en")]


def faults_of_downloads(read: Reader, name: str) -> list[str]:
    """What the page of a question lacks of its downloads, its query and how to cite it."""
    page, form = read(f"/query/{name}.html"), read.site.graph.question(name).form
    endings = {e["href"].partition("?")[0].rpartition(".")[2] for e in page.all("a") if "download" in e.attributes}
    wanted = {"select": {"csv", "json"}, "construct": {"ttl"}, "ask": set()}[form]
    wrong = [f".{ending}" for ending in wanted - endings]
    editor = [e["href"] for e in page.all("a") if e["href"].startswith("/editor?")]
    wrong += [] if len(editor) == 1 and form.upper() in editor[0] else ["the editor"]
    cite = page.one("details", class_="cite").text
    parts = (namespaces.QUERY + name, read.site.digest, read.site.version, "@misc{")
    return wrong + [part for part in parts if part not in cite]


@pytest.mark.parametrize("names", [FIRSTS, pytest.param(MORE, marks=pytest.mark.slow)], ids=["some", "more"])
@pytest.mark.parametrize("faults", [faults_of_answer, faults_of_downloads])
def test_a_question_has_a_page_with_its_whole_answer_and_its_downloads(read, faults, names):
    wrong = {name: faults(read, name) for name in some(names, 10)}
    assert not {name: found for name, found in wrong.items() if found}


def test_rows_about_statements_lead_to_their_passages(read):
    page = read("/query/groups/what-is-said-of-a-group.html")
    for row in some(page.one("table", id="table").one("tbody").all("tr")):
        assert [e for e in row.all("a") if re.match(r"/report/[\w-]+/\d+#\d+\.\d+$", e["href"])]


def test_numbers_stand_at_the_right_and_other_languages_are_marked(read):
    page = read("/query/law/laws-cited-most.html")
    column = [e for e in page.one("table", id="table").all("th") if "number" in e.attributes.get("class", "")]
    assert column
    page = read("/id/instrument/kaz-constitution.html")
    assert {"kk", "ru"} <= {e["lang"] for e in page.all() if "lang" in e.attributes}


def test_identifiers_can_be_shown_instead(read):
    page = read("/query/law/laws-cited-most.html?identifiers=yes")
    assert "instrument:kaz-constitution" in page.one("table", id="table").text
    assert "instrument:kaz-constitution" not in read("/query/law/laws-cited-most.html").one("table", id="table").text


def faults_of_form(read: Reader, name: str) -> list[str]:
    """What is wrong in the form of a question: identifiers as choices, no default, another answer to the default."""
    page, wrong = read(f"/query/{name}.html"), []
    for parameter in read.site.graph.question(name).parameters:
        field = page.one(id=f"f-{parameter.name}")
        if field.name != "select":
            wrong += [] if field["value"] else [f"{parameter.name} has no value"]
            continue
        options = field.all("option")
        chosen = [option for option in options if "selected" in option.attributes]
        if len(chosen) != 1 or len(options) < 2:
            wrong.append(f"{parameter.name}: {len(chosen)} chosen of {len(options)}")
        if parameter.type == "iri":
            wrong += [option.text for option in options if ":" in option.text and option.text == option["value"]]
        again = read(f"/query/{name}.html?{urlencode({parameter.name: chosen[0]['value']})}")
        if again.one("table", id="table").text != page.one("table", id="table").text:
            wrong.append(f"{parameter.name}: another answer to its default")
    return wrong


@pytest.mark.parametrize("number", [1, pytest.param(3, marks=pytest.mark.slow)], ids=["some", "more"])
def test_a_form_has_its_choices_by_their_labels_and_the_default_chosen(read, number):
    names = [name for name in QUESTIONS if read.site.graph.question(name).parameters]
    sample = sampling.sample(names, number, sampling.folder, whole=sampling.WHOLE and number > 1)
    wrong = {name: faults_of_form(read, name) for name in some(sample, 3)}
    assert not {name: found for name, found in wrong.items() if found}


CITED = "/query/law/laws-cited-most.html"


def rows_of(page: Element) -> list[list[str]]:
    return [[cell.text for cell in row.all("td")] for row in page.one("table", id="table").one("tbody").all("tr")]


def test_an_answer_is_sorted_by_its_address_up_and_down_and_as_it_was(read):
    page = read(CITED)
    names = [e.text for e in page.one("table", id="table").all("th")]
    number = names.index("Citations") if "Citations" in names else 1
    link = page.one("table", id="table").all("th")[number].one("a")
    up = read(link["href"])
    head = up.one("table", id="table").all("th")[number]
    values = [int(row[number].replace(",", "")) for row in rows_of(up)]
    assert head["aria-sort"] == "ascending" and values == sorted(values) and len(values) == 100
    down = read(head.one("a")["href"])
    fallen = [int(row[number].replace(",", "")) for row in rows_of(down)]
    assert fallen == sorted(fallen, reverse=True) and fallen[0] > values[-1]
    again = read(down.one("table", id="table").all("th")[number].one("a")["href"])
    assert rows_of(again) == rows_of(page)


def test_an_answer_is_filtered_its_columns_hidden_and_its_rows_come_a_hundred_at_a_time(read):
    every = rows_of(read(CITED)) + rows_of(read(f"{CITED}?rows-from=101"))
    page = read(f"{CITED}?rows-with=criminal+code")
    assert rows_of(page) == [row for row in every if {"criminal", "code"} <= set(" ".join(row).lower().split())]
    assert page.one("p", class_="result").text == f"{len(rows_of(page))} rows of 146."
    assert "No row has" in read(f"{CITED}?rows-with=zzz").one("p", class_="empty").text
    names = [e["value"] for e in read(CITED).one("form", class_="view").all("input", type="checkbox")]
    fewer = read(f"{CITED}?{urlencode([('hide-columns', name) for name in names[1:3]])}")
    assert len(fewer.one("table", id="table").all("th")) == len(names) - 2
    assert rows_of(read(read(CITED).one("a", rel="next")["href"])) and len(every) == 146
    assert rows_of(read(f"{CITED}?rows-from=101")) == rows_of(read(read(CITED).one("a", rel="next")["href"]))


def test_a_column_with_one_value_is_a_line_above_and_stands_in_every_download(read):
    page = read("/query/groups/what-is-said-of-a-group.html")
    assert page.one("p", class_="same").text == "In every row: Group named Roma; Report kaz-cerd-8-10-addendum."
    assert "Group named" not in [e.text for e in page.one("table", id="table").all("th")]
    csv = read.response("/query/groups/what-is-said-of-a-group.csv").body.decode()
    assert "which" in csv.splitlines()[0].split(",") and csv.count("Roma") >= 15


@pytest.mark.parametrize(
    "odd", ["rows-from=-1", "rows-from=9e9", "rows-from=99999", "sort-by=nothing", "hide-columns=,"]
)
def test_an_odd_view_shows_the_answer(read, odd):
    assert rows_of(read(f"{CITED}?{odd}"))


def test_a_question_leads_to_related_ones_to_its_things_and_to_its_table(read):
    links = {
        e["href"]
        for e in read("/query/groups/what-is-said-of-a-group.html").one("section", aria_labelledby="related").all("a")
    }
    assert "/id/ethnic-group/roma.html" in links and "/query/groups/norms-for-a-group.html" in links
    links = {e["href"] for e in read("/query/statistics/schools-by-language.html").all("a")}
    assert "/statistics/schools-by-language" in links


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/query/measures/measures-of-a-year.html?year=twenty", "year"),
        ("/query/groups/what-is-said-of-a-group.html?group=not+an+iri", "group"),
        ("/query/groups/what-is-said-of-a-group.html?wanted=not+an+iri", "group"),
        ("/query/law/cited-under-a-theme.html?section=99", "section"),
        (f"/query/law/norms-of-an-instrument.html?instrument={quote(HOSTILE)}", "instrument"),
    ],
)
def test_a_value_that_does_not_fit_is_explained_at_its_field(read, address, field):
    page = read(address, 400)
    control = page.one(id=f"f-{field}")
    assert control["aria-invalid"] == "true" and f"fault-{field}" in control["aria-describedby"]
    assert page.one(id=f"fault-{field}", role="alert").text
    assert not page.all("table")


def test_an_unknown_parameter_is_named(read):
    assert "colour" in read("/query/measures/measures-of-a-year.html?colour=red", 400).one(role="alert").text


def test_years_in_the_wrong_order_are_explained_in_words(read):
    years = list(read.site.graph.choices("statistics/figures-of-years", "since"))
    page = read(f"/query/statistics/figures-of-years.html?since={years[-1]}&until={years[0]}")
    words = page.one("div", class_="empty").all("p")[0].text
    assert words.startswith(f"No rows. {years[-1]} is after {years[0]}") and "?" not in words


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("/id/instrument/criminal-code.html", "/id/instrument/kaz-criminal-code.html"),
        ("/roma", "/id/ethnic-group/roma.html"),
        ("/report/21.1000", ""),
        ("/id/x/%22%3E%3Cb%3E.html", ""),
    ],
)
def test_a_missing_address_has_a_search_and_the_nearest_names(read, address, near):
    page = read(address, 404)
    alert = page.one("div", role="alert")
    assert page.one("h1").text.rstrip(".") not in alert.text
    assert page.one("input", id="again") or not near
    assert not near or near in {e["href"] for e in page.one("main").all("a")}


def test_an_answer_without_rows_says_so(read):
    years = list(read.site.graph.choices("statistics/figures-of-years", "since"))
    page = read(f"/query/statistics/figures-of-years.html?since={years[-1]}&until={years[0]}")
    assert "No rows" in page.one(role="status").text and not page.all("table")
    assert page.one("div", class_="empty").one("pre").text, "and the part of the query that nothing matches"


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

    text = making.json_script({"name": "</script><script>alert(1)</script>&"})
    assert "<" not in text and json.loads(text)["name"].startswith("</script>")
    for address in ("/", "/statistics", "/statistics/schools-by-language"):
        data = json.loads(read(address).one("script", type="application/ld+json").raw)
        assert data["@context"] == "https://schema.org/" and data["@type"] in ("Dataset", "DataCatalog")


def test_the_footer_says_which_data_these_are(read):
    words = read("/").one("footer").text
    number = next(
        t.object.value
        for t in read.site.description
        if t.subject.value.endswith("/dataset") and t.predicate.value.endswith("#triples")
    )
    assert f"{int(number):,} triples" in words and read.site.version in words and read.site.issued in words


def test_every_problem_is_explained(read):
    codes = some(errors.codes(), 40)
    assert [code for code in codes if code in read(f"/problem/{code}").one("h1").text] == codes


def test_a_missing_address_has_a_page_of_the_site(read):
    page = read("/id/instrument/kaz-constitutio.html", 404)
    assert "kaz-constitution" in page.one(role="alert").text and page.all("nav")
    for address in (
        "/query/law/nothing.html",
        "/report/99",
        "/statistics/nothing",
        "/problem/nothing",
        "/graph/nothing.html",
        "/static/nothing.css",
        "/why",
    ):
        assert read.response(address).status == 404, address


def test_the_same_question_as_json_is_a_problem_in_json(read):
    response = read.response("/report/99", accept="application/json")
    assert response.status == 404 and json.loads(response.body)["code"] == "address-unknown"


def test_nothing_in_the_code_of_pages_belongs_to_one_report(read):
    headers = report.report_headers(read.site)
    names = {
        name
        for it in headers
        for name in (it.label, it.committee, it.treaty, it.state, it.state.split()[-1], it.period, it.short)
    }
    folder = Path(report.__file__).parent
    files = [path for path in folder.rglob("*.*") if path.suffix in (".py", ".html", ".svg", ".js", ".css")]
    code = {path: path.read_text(encoding="utf-8") for path in files if "vendor" not in path.parts}
    found = {(path.name, name) for path, text in code.items() for name in names if name and name in text}
    assert len(code) > 50 and len(names) >= 6 and not found
    words = read("/").text
    assert all(name in words for it in headers for name in (it.label, it.committee, it.state))


def test_a_row_leads_to_the_report_that_it_is_of(read):
    page = read("/query/committee/requests-not-answered.html")
    links = {link["href"] for row in page.all("tr")[1:] for link in row.all("td")[-1].all("a")}
    assert links == {"/report/bra-cerd-fco-18-20", "/report/kaz-cerd-8-10-addendum"}
