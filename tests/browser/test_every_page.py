"""What holds for pages of every kind: nothing from elsewhere, no barrier, no sideways scrolling, no need of scripts."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from sampling import sample

CITED = "SELECT ?law WHERE { ?law a sr:LegalInstrument } LIMIT 5"
PLAIN = {
    "home": "/",
    "questions": "/query",
    "question with a table": "/query/law/acts-and-what-they-approve.html",
    "question with choices": "/query/groups/what-is-said-of-a-group.html",
    "question with a chart": "/query/statistics/admissions-to-citizenship.html",
    "question that makes a graph": "/query/quality/discrepancies-in-dqv.html",
    "reports": "/report",
    "report": "/report/bra-cerd-fco-18-20",
    "document": "/report/bra-cerd-co-18-20",
    "section": "/report/bra-cerd-fco-18-20/II.D.1",
    "passage": "/report/bra-cerd-fco-18-20/20",
    "timeline": "/timeline",
    "places": "/places",
    "theme": "/report/kaz-cerd-8-10-addendum/13",
    "statistics": "/statistics",
    "discrepancies": "/discrepancies",
    "law": "/law",
    "vocabulary": "/def",
    "editor": "/editor",
    "editor with an answer": f"/editor?{urlencode({'query': CITED})}",
    "search": "/search?q=language",
    "about": "/about",
    "problem": "/problem/query-syntax",
    "graph": "/graph/reference/languages.html",
}
REFUSED = {
    "nothing there": ("/nothing-here", 404),
    "bad value": ("/query/measures/measures-of-a-year.html?year=soon", 400),
    "broken query": (f"/editor?{urlencode({'query': 'SELECT * WHERE { ?s ?p }'})}", 400),
}
KINDS = ("LegalInstrument", "Provision", "Body", "Measure", "Figure", "Passage", "Group", "Place", "class", "property")
EVERY = [*PLAIN, *REFUSED, *KINDS, "cube"]


@pytest.fixture(scope="session")
def address(server, sample):
    """Name of a kind of page → its path and status."""
    cube = next(
        part.partition('"')[0]
        for part in server.ask("/statistics").body.decode().split('href="')[1:]
        if part.startswith("/statistics/")
    )

    def of(name: str) -> tuple[str, int]:
        if name in PLAIN:
            return PLAIN[name], 200
        return REFUSED.get(name) or ((cube, 200) if name == "cube" else (sample[name] + ".html", 200))

    return of


def settled(page) -> None:
    """Wait for the editor, where the page has one."""
    if page.locator("script[src*='editor.js']").count():
        page.wait_for_selector("#editor-form[data-ready]")


def barriers(page) -> list[str]:
    """What axe finds that is critical or serious."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{fault['impact']} {fault['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for fault in found
        if fault["impact"] in ("critical", "serious")
        for node in fault["nodes"][:3]
    ]


@pytest.mark.parametrize("name", EVERY)
def test_a_page_of_every_kind_fits_a_telephone_and_asks_nobody(reader, address, name):
    path, status = address(name)
    page = reader.open(path, status, width=390)
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("h1").count() == 1 and page.title()


QUICK = ("home", "question with choices", "editor with an answer", "Figure", "nothing there", "broken query")


# In the dark the quick tests look at a telephone, below.
@pytest.mark.parametrize(
    ("name", "dark"),
    [
        *((name, False) if name in QUICK else pytest.param(name, False, marks=pytest.mark.slow) for name in EVERY),
        *(pytest.param(name, True, marks=pytest.mark.slow) for name in sample(EVERY, 10)),
    ],
)
def test_there_is_no_barrier_in_a_page_of_every_kind(reader, address, name, dark):
    path, status = address(name)
    page = reader.open(path, status, dark=dark)
    settled(page)
    page.evaluate("document.querySelectorAll('main details').forEach(fold => { fold.open = true; })")
    assert not barriers(page)


@pytest.mark.parametrize(
    "name", ["home", "question with choices", "editor with an answer", pytest.param("theme", marks=pytest.mark.slow)]
)
def test_there_is_no_barrier_on_a_telephone(reader, address, name):
    path, status = address(name)
    page = reader.open(path, status, width=390, dark=True)
    settled(page)
    assert not barriers(page)


def test_lists_forms_tables_files_and_things_work_without_scripts(reader, sample):
    page = reader.open("/", scripts=False)
    page.locator("a[href='/query/groups/what-is-said-of-a-group.html']").first.click()
    page.wait_for_selector("table.rows tbody tr")
    choices = page.get_by_label("Group", exact=True)
    other = choices.locator("option:not([selected])").last.get_attribute("value")
    choices.select_option(other)
    page.locator("form.ask button").click()
    page.wait_for_url(f"**{urlencode({'group': other})}*")
    assert page.get_by_label("Group", exact=True).input_value() == other
    with page.expect_download() as fetched:
        page.get_by_role("link", name="CSV").click()
    assert fetched.value.path().read_text(encoding="utf-8-sig").count("\n") > 1
    page.goto(sample["LegalInstrument"] + ".html")
    assert page.locator("dl.facts dt").count() > 2


def test_the_editor_is_a_text_box_without_scripts(reader):
    page = reader.open("/editor", scripts=False)
    box = page.get_by_label("Query")
    assert box.evaluate("box => box.tagName") == "TEXTAREA"
    box.fill(CITED)
    page.get_by_role("button", name="Ask").click()
    page.wait_for_selector("#editor-answer table.rows tbody tr")
    assert page.locator("#editor-answer tbody tr").count() == 5


@pytest.mark.parametrize("name", ["home", "question with choices", "editor"])
def test_every_control_can_be_reached_and_left_by_the_keyboard(reader, address, name):
    page = reader.open(*address(name))
    settled(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    seen = []
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body || document.activeElement.className === 'skip'"):
            break
        seen.append(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))
        assert len(seen) < 3 or len(set(seen[-3:])) > 1, f"the keyboard stays at {seen[-1]}"
    assert (
        seen
        and "Files, formats" in page.evaluate("document.querySelector('footer').textContent")
        and any("/about" in text for text in seen)
    )


def test_what_is_asserted_inferred_and_noted_looks_different(reader):
    page = reader.open("/report/kaz-cerd-8-10-addendum/13")
    looks = {
        kind: page.locator(f"p.around.{kind}").first.evaluate("part => getComputedStyle(part).borderLeftStyle")
        for kind in ("inferred", "noted")
    }
    assert looks == {"inferred": "dashed", "noted": "dotted"}
    assert page.locator(".statement").first.evaluate("part => getComputedStyle(part).borderLeftStyle") == "none"


def test_a_table_on_a_telephone_keeps_its_roles_and_says_the_title_of_each_cell(reader):
    page = reader.open(PLAIN["question with choices"], width=390)
    assert page.get_by_role("table").count() == 1 and page.get_by_role("cell").count() > 10
    assert page.get_by_role("cell").first.evaluate("cell => getComputedStyle(cell, '::before').content") not in (
        "none",
        '""',
    )


def test_a_page_is_fit_for_paper(reader):
    page = reader.open("/report/kaz-cerd-8-10-addendum/13")
    page.emulate_media(media="print")
    assert not page.locator("nav").first.is_visible() and page.locator("h1").is_visible()
    assert len(page.pdf()) > 20_000
