"""Full-text search: what is found by which words, in which order, and that an index needs no file once it is made."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest
import real

from statereport.errors import BadSearch
from statereport.graph import build_folder, knowledge, search
from statereport.sparql import engine

ROWS = (
    ("a:label", "measure", "schools for refugees", "", "", "13.1; 13.2"),
    ("a:name", "body", "ministry", "Ministry of Schools", "", ""),
    ("a:gist", "passage", "", "", "A sentence that speaks of a school among other things.", "13.1"),
    ("a:other", "norm", "right of refugees to education", "", "", "16.2"),
    ("a:accent", "place", "Қызылорда", "Kyzylorda", "", ""),
)


@pytest.fixture(scope="module")
def index() -> search.Index:
    return search.Index(ROWS)


def found(index: search.Index, text: str) -> list[str]:
    return [hit.iri for hit in index.find(text)]


def test_stems_meet_and_labels_come_before_names_before_gists(index) -> None:
    assert found(index, "school") == found(index, "SCHOOLS") == ["a:label", "a:name", "a:gist"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("schools refugees", {"a:label"}),
        ("schools AND refugee", {"a:label"}),
        ("ministry OR education", {"a:name", "a:other"}),
        ("refugees NOT schools", {"a:other"}),
        ("(ministry OR right) NOT schools", {"a:other"}),
        ('"schools for refugees"', {"a:label"}),
        ('"refugees for schools"', set()),
        ("educat*", {"a:other"}),
        ("Қызылорда", {"a:accent"}),
        ("of:refugees", {"a:other"}),
        ("label:schools", set()),
        ("NEAR", set()),
        ("school's", set()),
    ],
)
def test_an_expression_finds(index, text: str, wanted: set[str]) -> None:
    assert set(found(index, text)) == wanted


@pytest.mark.parametrize("written", ["7391", "7,391", "7 391", "7\u202f391", "7.391", "7’391"])
def test_a_number_is_found_in_any_writing(written: str) -> None:
    rows = [("a:figure", "figure", "schools", "7391 · 7,391", "", ""), ("a:other", "figure", "pupils", "7392", "", "")]
    assert found(search.Index(rows), written) == ["a:figure"]


def test_numbers_beside_each_other_are_also_several_numbers() -> None:
    index = search.Index([("a:articles", "norm", "articles 174 and 205", "", "", "")])
    assert found(index, "174 205") == ["a:articles"] and not found(index, "174205")


def test_what_is_called_so_comes_before_what_speaks_of_it_and_the_shorter_name_first() -> None:
    rows = [
        ("a:citation", "citation", "article 174 cited", "", "article 174 article 174", "8.1"),
        ("a:part", "provision", "Article 174 (1) of the Criminal Code", "", "", ""),
        ("a:whole", "provision", "Article 174 of the Criminal Code", "", "", ""),
        ("a:passage", "passage", "", "17.4", "Article 174 is applied.", "17.4"),
    ]
    assert found(search.Index(rows), "article 174")[:2] == ["a:whole", "a:part"]
    assert found(search.Index(rows), "17.4") == ["a:passage"]


def test_words_of_scripts_without_stems_are_found_in_other_forms() -> None:
    index = search.Index([("a:court", "body", "Supreme Court", "Верховный Суд Республики Казахстан", "", "")])
    for words in ("верховного суд", "республика", "КАЗАХСТАНА"):
        assert found(index, words) == ["a:court"], words


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "AND",
        "schools OR",
        "NOT schools",
        "(schools",
        "schools)",
        '"schools',
        "()",
        "a AND OR b",
        "-",
        '""',
        "x" * 600,
        "\x00",
        "(" * 200 + "a" + ")" * 200,
    ],
)
def test_a_bad_expression_is_refused_with_a_hint(index, text: str) -> None:
    with pytest.raises(BadSearch) as caught:
        index.find(text)
    assert caught.value.what and caught.value.hint


def test_signs_of_the_engine_and_broken_characters_do_no_harm(index) -> None:
    for text in ("sch{ools}", "schools; DROP TABLE things", "a^2", "schools\udcff", "iri:a", "+school", "school:*"):
        index.find(text)
    assert found(index, "school")


def test_a_hit_tells_all(index) -> None:
    (hit,) = index.find("schools refugees")
    assert hit == search.Hit("a:label", "schools for refugees", "measure", ("13.1", "13.2"), "[schools] for [refugees]")
    assert index.find("sentence")[0].label.startswith("A sentence")
    assert len(index.find("school", 2)) == 2


def test_an_index_opens_no_file_once_it_is_made() -> None:
    script = """
import resource
from statereport.graph import search
index = search.Index([(f"a:{i}", "kind", f"school number {i}", "", "words " * 200, "1.1") for i in range(3000)])
resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
print(len(index.find("school OR word*", 1000)), len(index.find('"number 17"')))
try:
    index.find("(")
except search.BadSearch:
    print("found")
"""
    seen = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert seen.stdout == "1000 1\nfound\n", seen.stderr
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 0


@pytest.fixture(scope="module")
def graph() -> knowledge.KnowledgeGraph:
    return real.graph()


def test_the_project_is_found_by_its_words(graph) -> None:
    kinds = {hit.kind for hit in graph.search("statelessness", 200)}
    assert {"theme", "figure", "passage", "legal instrument"} <= kinds
    assert graph.search("Gypsies")[0].iri.endswith("/ethnic-group/roma")
    assert graph.search("ministry of health")[0].passages


def test_everything_with_a_label_or_gist_can_be_found(graph) -> None:
    labelled = graph.sparql(
        "SELECT DISTINCT ?x { { ?x skos:prefLabel ?l } UNION { ?x sr:gist ?l } FILTER(LANG(?l) = 'en') "
        "GRAPH ?g { ?x a ?c } FILTER(!STRENDS(STR(?g), '/inferred')) ?c rdfs:label ?k } ORDER BY ?x"
    )
    kept = {row[0] for row in search.rows(graph.engine, graph.question)}
    assert {row["x"] for row in labelled} <= kept and len(kept) > 1000


def test_a_build_keeps_what_an_index_needs_so_that_the_graph_is_not_asked(graph, project, tmp_path) -> None:
    build_folder.write_store([], tmp_path)
    search.write(graph.engine, graph.question, tmp_path)
    build_folder.write_about(tmp_path, build_folder.made_from(project), 0, {})
    build_folder.write_manifest(tmp_path)
    kept = knowledge.KnowledgeGraph(engine.Store.memory(), project, build_folder.open_build(tmp_path))
    assert kept.search("statelessness", 50) == graph.search("statelessness", 50)


def test_a_star_stands_for_every_word_that_begins_so() -> None:
    made = search.Index([(f"a:{i:04}", "kind", f"c{i:04}", "", "", "") for i in range(1500)])
    assert len(made.find("c*", 5000)) == 1500


def test_a_star_needs_no_accents() -> None:
    made = search.Index([("a:one", "kind", "Café", "", "", ""), ("a:two", "kind", "CAFETERIA", "", "", "")])
    assert {hit.iri for hit in made.find("cafe*")} == {hit.iri for hit in made.find("CAFÉ*")} == {"a:one", "a:two"}


def test_stars_that_stand_for_too_many_words_are_refused_and_not_cut_short() -> None:
    made = search.Index([(f"a:{i:04}", "kind", f"c{i:04}", "", "", "") for i in range(1500)])
    with pytest.raises(BadSearch, match="10,000 words"):
        made.find(" OR ".join(["c*"] * 8), 5)
