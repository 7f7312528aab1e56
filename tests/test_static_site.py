"""A static site: what the server shows as files, whose links lead to files, from any place; always the same bytes."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import pytest
import site_cases
from loops import some

from statereport.cli import publish as publishing
from statereport.errors import NotABuild, NotAcceptable
from statereport.graph import build_folder, search
from statereport.pages import cells, context
from statereport.pages.names import Label, Names
from statereport.project import TextFiles
from statereport.publish import release
from statereport.reasoning import explanations
from statereport.site import addresses, manifest, reasons, redirects, search_script, static_site
from statereport.web.answers.site import Site
from statereport.web.wire import negotiation

BASE, BASE_OF_IRIS = "https://example.org/kg", "https://w3id.org/statereport/"


class Links(HTMLParser):
    """The links of a page, the places that it has, and the scripts that it loads as modules."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.modules: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        given = {name: value or "" for name, value in attrs}
        self.links += [given[name] for name in ("href", "src", "action") if name in given]
        self.places |= {given[name] for name in ("id",) if name in given}
        if tag == "script" and given.get("type") == "module":
            self.modules.append(given.get("src", ""))


def published(folder: Path, out: Path, text: Path | None = None) -> static_site.Summary:
    """Publish a build of the tiny project, in this process."""
    found = release.load(
        site_cases.Project.at(folder / "project"), build_folder.open_build(folder / "build", in_memory=True)
    )
    texts = TextFiles((text,)) if text else None
    site = Site.of(context.make(found.graph, found.explanations, found.files, texts, static_site.base_of(BASE)))
    return static_site.publish(site, out, publishing.fetching(site), publishing.TABLES)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder with the tiny project, its build and its site."""
    root = tmp_path_factory.mktemp("site")
    site_cases.built(root)
    (root / "summary").write_text("\n".join(published(root, root / "site").broken))
    return root


def faults(site: Path) -> tuple[list[str], int]:
    """The links of all pages that lead to no file or place, and how many links were followed."""
    pages = {path: Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    wrong, count = [], 0
    for page, found in pages.items():
        for link in found.links:
            parts = urlsplit(link)
            if parts.scheme or page.name == "statereport.html":
                continue
            count += 1
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page.resolve()
            place = unquote(parts.fragment)
            own = target in pages and target.name != "statereport.html"
            if not target.is_file() or link.startswith("/") or (place and own and place not in pages[target].places):
                wrong.append(f"{page.relative_to(site)}: {link}")
    return wrong, count


@pytest.mark.slow
def test_every_link_of_every_page_leads_to_a_file_and_a_place_in_it(made):
    wrong, count = faults(made / "site")
    assert count > 3_000 and wrong == []
    assert (made / "summary").read_text() == ""


@pytest.mark.slow
def test_two_sites_have_the_same_bytes(made, tmp_path):
    published(made, tmp_path / "again")
    first, second = (
        {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}
        for site in (made / "site", tmp_path / "again")
    )
    assert len(first) > 300 and first == second


@pytest.mark.slow
def test_every_thing_is_there_as_a_page_and_in_turtle_and_json_ld(made):
    graph = release.load(
        site_cases.Project.at(made / "project"), build_folder.open_build(made / "build", in_memory=True)
    ).graph
    rows = graph.engine.query("SELECT DISTINCT ?s { GRAPH ?g { ?s ?p ?o FILTER(isIRI(?s)) } } ORDER BY ?s").rows
    names = [row[0].value.removeprefix(BASE_OF_IRIS) for row in rows]
    things = [name for name in names if name.startswith(("id/", "query/"))]
    missing = [
        f"{name}.{form}"
        for name in some(things)
        for form in ("html", "ttl", "jsonld")
        if not (made / "site" / f"{name}.{form}").is_file() and not re.fullmatch(r"query/\w+/[\w-]+/\w+", name)
    ]
    assert len(things) > 60 and missing == []


@pytest.mark.slow
def test_pages_work_from_a_disk_and_name_the_public_address_only_where_it_is_meant(made):
    site = made / "site"
    marked = [path for path in site.rglob("*") if path.is_file() and addresses.MARK.encode() in path.read_bytes()]
    modules = [
        path for path in site.rglob("*.html") if Links(path.read_text()).modules if path.name != "statereport.html"
    ]
    assert marked == [] and modules == []
    assert f"<loc>{BASE}/</loc>" in (site / "sitemap.xml").read_text()
    assert f"{BASE}/data/statereport.nq" in (site / "dataset.ttl").read_text()
    assert 'action="search.html"' in (site / "index.html").read_text()
    assert "search-index.js" in (site / "search.html").read_text()
    assert "search-index.js" not in (site / "index.html").read_text()


@pytest.mark.slow
def test_the_text_is_published_only_where_that_was_asked_for(made, tmp_path):
    given = set(re.findall(r"[a-z]{5,}", (site_cases.TINY / "report.txt").read_text(encoding="utf-8")))

    def absent(site: Path) -> set[str]:
        pages = [path.read_text(encoding="utf-8") for path in site.rglob("*.html") if path.name != "statereport.html"]
        return given - set(re.findall(r"[a-z]{5,}", " ".join(pages)))

    hidden = absent(made / "site")
    published(made, tmp_path / "site", site_cases.TINY / "report.txt")
    assert "sends" in hidden and "sends" not in absent(tmp_path / "site")
    assert json.loads((tmp_path / "site/publication.json").read_text())["with_text"] is True


@pytest.mark.slow
def test_only_a_site_is_replaced(made, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("Dear")
    with pytest.raises(NotABuild, match=r"letter\.txt"):
        published(made, tmp_path / "mine")
    assert [path.name for path in tmp_path.joinpath("mine").iterdir()] == ["letter.txt"]
    (made / "site/added.txt").write_text("Mine")
    try:
        assert manifest.foreign(made / "site") == ["added.txt"]
    finally:
        (made / "site/added.txt").unlink()
    assert manifest.foreign(made / "site") == []


# --- addresses -------------------------------------------------------------------------------------------------------


def test_the_file_of_an_address():
    where = addresses.Addresses(BASE, single=True)
    wanted = {
        "/": ("index.html", ""),
        "/report/x/13#13.6": ("report/x/13.html", "#13.6"),
        "/report/x/13.6": ("report/x/13.6.html", ""),
        "/id/x/passage/13.6.html": ("id/x/passage/13.6.html", ""),
        "/id/x/passage/13.6": ("id/x/passage/13.6.html", ""),
        "/query/law/a.html": ("query/law/a.html", ""),
        "/query/law/a/since.html": ("query/law/a.html", ""),
        "/query/law/a.html?since=2020": ("statereport.html", "#question=law%2Fa&since=2020"),
        "/query/law/a.vl.json": ("query/law/a.vl.json", ""),
        "/editor?query=ASK+%7B%7D": ("statereport.html", "#sparql=ASK+%7B%7D"),
        "/search?q=schools": ("search.html", "?q=schools"),
        "/static/statereport.css?v=1": ("static/statereport.css", ""),
        "/data/tables/a.csv": ("data/tables/a.csv", ""),
        "/.well-known/void": ("dataset.ttl", ""),
        "/def/": ("def.html", ""),
        "/id/%C3%A9.html": ("id/é.html", ""),
    }
    assert {address: where.file(address) for address in wanted} == wanted
    without = addresses.Addresses(BASE, single=False)
    assert without.file("/editor?query=ASK") == ("about.html", "")
    one, other = (where.file(f"/statistics/a.svg?rows={it}")[0] for it in ("year", "sex"))
    assert one != other and one.startswith("statistics/a~") and one.endswith(".svg")


def test_links_are_relative_to_their_page():
    where = addresses.Addresses(BASE, single=False)
    page = f'<a href="/kg{addresses.MARK}/id/a.html#b">A</a> <a href="https://example.org/x">X</a> <a href="#c">C</a>'
    assert where.page(page, "report/13.html") == (
        '<a href="../id/a.html#b">A</a> <a href="https://example.org/x">X</a> <a href="#c">C</a>'
    )
    assert where.wanted == {"id/a.html": "/id/a.html"}
    assert where.data(f'"{BASE}{addresses.MARK}/report/13"') == f'"{BASE}/report/13.html"'


def test_what_needs_a_server_is_left_out_of_a_page():
    root = f"/kg{addresses.MARK}"
    page = (
        f'<p class="languages">Names in <a href="{root}/?lang=ru">R</a></p>'
        f'<form class="view" action="{root}/query/law/a.html"><button>Filter</button></form>'
        f'<th><a href="{root}/query/law/a.html?sort-by=x">Column</a></th>'
        f'<a href="{root}/query/law/a.html?rows-from=101">Next</a> <a class="why" href="{root}/why?subject=x">why</a>'
        f'<form role="search" action="{root}/search"></form><li><a href="{root}/sparql">Endpoint</a></li>'
        f'<form class="ask" action="{root}/query/law/a.html"></form><form class="ask" action="{root}/law"></form>'
    )
    where = addresses.Addresses(BASE, single=True)
    next_rows = where.file("/query/law/a.html?rows-from=101")[0]
    assert next_rows.startswith("query/law/a~")
    assert where.page(page, "index.html") == (
        f'<th><span>Column</span></th><a href="{next_rows}">Next</a>'
        '<form role="search" action="search.html"></form>'
        '<form class="ask" action="statereport.html" data-question="law/a"></form>'
    )
    assert "data-question" not in addresses.Addresses(BASE, single=False).page(page, "index.html")


def test_a_reason_is_unfolded_in_the_page_and_one_that_is_not_known_stays_a_link():
    iri, kind, value = f"{BASE_OF_IRIS}id/a", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"{BASE_OF_IRIS}def/B"
    statements = [f"<{iri}> <{kind}> <{value}>", f'<{iri}> <{kind}> "x < y"']
    premises = json.dumps({"statements": statements, "sources": {"0": ["rule r", [1]]}})
    held = SimpleNamespace(
        explanations=explanations.Explanations.read(premises.encode()),
        rules={"r": SimpleNamespace(summary="Each A is a B.")},
        names=Names({iri: (Label("an A"),)}, (), {}, {}),
        base=f"{BASE}{addresses.MARK}",
    )
    link = cells.address("/why", subject=iri, predicate=kind, object=f"<{value}>").replace("&", "&amp;")
    page = f'<a class="why" href="/kg{addresses.MARK}{link}" aria-label="Why?">why</a>'
    found = reasons.unfolded(held, page)
    assert found.startswith(
        '<details class="why"><summary aria-label="Why?">why</summary><p>Rule r: Each A is a B.</p>'
    )
    assert f'<a href="/kg{addresses.MARK}/id/a.html"' in found and ">an A</a>" in found and "x &lt; y" in found
    assert '<span class="tag asserted">asserted</span>' in found and addresses.Addresses(BASE, True).page(
        found, "x.html"
    )
    unknown = page.replace("def%2FB", "def%2FC")
    assert unknown != page and reasons.unfolded(held, unknown) == unknown


def test_names_in_other_languages_are_a_script_that_nothing_can_end():
    names = Names(
        {f"{BASE_OF_IRIS}def/A": (Label("a"), Label("</script>", "ru")), "x:b": (Label("b"),)},
        (),
        {},
        {"sr": f"{BASE_OF_IRIS}def/"},
    )
    assert static_site._translations(SimpleNamespace(names=names)) == {
        "ru": '(globalThis.statereportNames ??= {}).ru = {"sr:A":"\\u003c/script>"};\n'
    }


def test_links_to_what_is_not_there_are_taken_out():
    page = '<link href="x.ttl" rel="alternate">\n<p><a class="it" href="x.html#p">Text</a> <a href="y.html">Y</a></p>'
    assert addresses.unlinked(page, ["x.ttl", "x.html"]) == '<p><span>Text</span> <a href="y.html">Y</a></p>'


def test_a_module_is_a_classic_script_where_it_imports_nothing():
    assert addresses.classic("const a = 1;\n") == "(() => {\nconst a = 1;\n})();\n"
    assert addresses.classic('import "b";\n') == 'import "b";\n'


# --- redirects -------------------------------------------------------------------------------------------------------

ACCEPTS = (
    "",
    "*/*",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "text/turtle",
    "TEXT/TURTLE",
    "application/ld+json",
    "application/ld+json, application/json;q=0.5",
    "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3",
    "text/turtle;q=1.0, text/html;q=0",
    "application/x-turtle",
    "application/json",
    "text/html",
)


def redirected(rules: str, path: str, accept: str) -> str:
    """Where Apache's mod_rewrite leads with these rules: the part of its language that they use."""
    conditions: list[re.Pattern[str]] = []
    for line in some(rules.splitlines()):
        word, *rest = line.split(" ", 1)
        if word == "RewriteCond":
            pattern = re.fullmatch(r'%\{HTTP_ACCEPT\} "(.*)" \[NC\]', rest[0])[1]
            conditions.append(re.compile(pattern, re.IGNORECASE))
        elif word == "RewriteRule":
            pattern, target, flags = rest[0].rsplit(" ", 2)
            match = re.search(pattern, path)
            if match and all(condition.search(accept) for condition in conditions):
                assert flags == "[R=303,L]"
                return re.sub(r"\$(\d)", lambda number, found=match: found[int(number[1])], target)
            conditions = []
    return ""


def test_the_redirects_lead_to_the_form_that_the_server_would_give():
    rules = redirects.htaccess(BASE, publishing.TABLES, ["quality/graph"])
    things = {ending: negotiation.DOCUMENTS[ending] for ending in ("html", "ttl", "jsonld")}
    rows = {"html": "text/html", **negotiation.RESULTS}
    places = {
        "id/x/passage/13.6": things,
        "def/Figure": things,
        "graph/ontology/law": negotiation.DOCUMENTS,
        "query/quality/graph": negotiation.DOCUMENTS,
        "query/law/laws-cited-most": rows,
    }
    wrong = []
    for path, forms in places.items():
        for accept in ACCEPTS:
            try:
                ending = negotiation.choose(accept, forms)
            except NotAcceptable:
                ending = "html"  # a redirect cannot refuse; the page says which forms there are
            if redirected(rules, path, accept) != f"{BASE}/{path}.{ending}":
                wrong.append((path, accept, redirected(rules, path, accept), ending))
    assert wrong == []
    assert redirected(rules, "def/", "text/turtle") == f"{BASE}/def.ttl"
    assert redirected(rules, "id/x.ttl", "text/html") == f"{BASE}/id/x.ttl"
    assert redirected(rules, "dataset", "text/html") == f"{BASE}/about.html"
    assert redirected(rules, "dataset", "application/ld+json") == f"{BASE}/dataset.jsonld"
    assert redirected(rules, "", "") == f"{BASE}/"
    assert "/.." not in rules and all(len(line) < 4_000 for line in rules.splitlines())


ROWS = (
    ("https://w3id.org/statereport/id/b", "Figure", "Kazakh schools", "école", "Schools that teach.", "13.6; 13.7"),
    ("https://w3id.org/statereport/id/a", "Figure", "pupils </script>", "", "Pupils of Kazakh-language schools.", ""),
)


def test_the_index_holds_every_row_by_iri_and_no_script_can_end_in_it():
    names = context.Names({}, (), {}, {})
    text = search_script.index(search.Index(ROWS).contents(), names, lambda path: path.upper())
    value = json.loads(text.removeprefix("globalThis.statereportIndex = ").rstrip(";\n"))
    assert [row[0][-1] for row in value["rows"]] == ["a", "b"] and value["rows"][1][3:5] == ["Figure", "/ID/B.HTML"]
    assert value["sizes"] == [7, 6] and value["terms"]["kazakh"] == [0, 8, 1, 0]
    assert value["called"] == [["pupils </script>"], ["Kazakh schools", "école"]]
    assert "ecol" in value["terms"] and "école" in value["words"]
    assert "<" not in text


# --- the real project, in samples ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_pages_of_the_real_project_link_to_what_is_there_and_hold_no_address_of_a_server(tmp_path):
    import random
    from dataclasses import replace

    import real

    site = replace(real.site(), base=static_site.base_of(BASE))
    where = addresses.Addresses(BASE, single=True)
    writer = static_site._Writer(site, tmp_path, publishing.fetching(site), where)
    wanted, broken = {}, []
    pages = ("/", "/search", "/query/law/laws-cited-most.html", "/statistics/schools-by-language", "/ontology", "/law")
    things = [it for it in static_site.seeds(site) if it.endswith(".html")]
    for address in (*pages, *random.Random(12).sample(things, 12)):
        name, fault, links = writer.write(address)
        broken += [address] if fault else []
        wanted |= {
            file: it for file, it in links.items() if not file.startswith(("data/", "static/", "statereport.html"))
        }
        body = (tmp_path / name).read_text(encoding="utf-8")
        if addresses.MARK in body or 'type="module"' in body or re.search(r'(?:href|src|action)="/', body):
            broken.append(f"{address} holds an address of a server")
    assert len(wanted) > 500
    for file, address in random.Random(7).sample(sorted(wanted.items()), 60):
        answer = writer.fetch(address)
        if answer.status not in (200, 301, 303) and not address.endswith(("search.html",)):
            broken.append(f"{file}: {address} {answer.status}")
    assert broken == []
