"""Search without a server, in a page that is opened from a disk: the same things in the same order as on the server."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
import real

from statereport.site import search_script

PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Search</title><main id="content"></main>
<script src="index.js"></script><script src="search.js"></script></html>"""
EXPRESSIONS = (
    "schools",
    "kazakh schools",
    "Kazakh-language schools",
    "statelessness",
    '"Criminal Code"',
    '"Criminal Code" AND (hatred OR discriminat*) NOT torture',
    "educat*",
    "citizenship OR refugees",
    "schools NOT pupils",
    "law on migration",
    "2020",
    "13.6",
    "Article 5",
    "roma",
    "Uzbek*",
    "quota disabilities",
    "Конституция",
    "Қазақстан",
    "commissioner human rights",
    "monitoring the trainings of judges",
    "zzzzqqq",
    "Brazil",
    "indigenous peoples health",
    "Korday",
    "7391",
    "7 391",
    "1,448 schools",
    "Ministry of Justice",
    "CERD",
    "закон",
    "1 million 139 thousand",
    "(women OR girls) AND labour",
)


@pytest.fixture(scope="module")
def page(chromium, tmp_path_factory):
    """A page with the real index, opened from a disk."""
    folder: Path = tmp_path_factory.mktemp("search")
    graph = real.graph()
    index = search_script.index(graph.index.contents(), real.site().names, lambda path: path)
    (folder / "index.js").write_text(index, encoding="utf-8")
    (folder / "search.js").write_text(search_script.script(), encoding="utf-8")
    (folder / "search.html").write_text(PAGE, encoding="utf-8")
    profile = chromium.new_context(offline=True)
    opened = profile.new_page()
    opened.goto((folder / "search.html").as_uri())
    yield opened
    profile.close()


@pytest.mark.slow
def test_the_first_ten_hits_are_those_of_the_server(page):
    index, different = real.graph().index, {}
    for text in EXPRESSIONS:
        wanted = [hit.iri for hit in index.find(text, 10)]
        found = page.evaluate("text => statereportSearch.find(text, 10).map(([iri]) => iri)", text)
        if found != wanted:
            different[text] = (wanted, found)
    assert different == {}


@pytest.mark.slow
def test_every_word_of_the_graph_has_the_stem_that_the_server_gives_it(page):
    words = list(real.graph().index.contents().words)
    base = sqlite3.connect(":memory:")
    base.execute('CREATE VIRTUAL TABLE w USING fts5(t, tokenize = "porter unicode61 remove_diacritics 2")')
    base.executemany("INSERT INTO w (rowid, t) VALUES (?, ?)", enumerate(words))
    base.execute("CREATE VIRTUAL TABLE temp.v USING fts5vocab(main, w, instance)")
    stems: dict[int, list[str]] = {}
    for stem, row in base.execute("SELECT term, doc FROM temp.v ORDER BY doc, offset"):
        stems.setdefault(row, []).append(stem)
    found = page.evaluate("words => words.map((word) => statereportSearch.tokens(word))", words)
    wrong = {word: (stems.get(row), found[row]) for row, word in enumerate(words) if stems.get(row, []) != found[row]}
    assert len(words) > 3_000 and wrong == {}, json.dumps(wrong, ensure_ascii=False)[:2000]


@pytest.mark.slow
def test_an_expression_that_cannot_be_read_is_explained(page):
    said = page.evaluate(
        "texts => texts.map((text) => statereportSearch.shown(text, (path) => path)[0].textContent)",
        ['"open', "schools AND", "(a", "a)", "zzzzqqq"],
    )
    assert all("Try:" in it for it in said[:4]) and said[4].startswith("Nothing found")
