"""The Python face: open, ask, sparql, describe, queries; and all statements about one thing."""

from __future__ import annotations

import copy
import importlib.util
import pickle
import subprocess
import sys

import pytest
import small

import statereport
from statereport.errors import NotABuild, Problem, QueryRefused, UnknownName, UnknownPrefix
from statereport.graph import describe, knowledge
from statereport.sparql import engine


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The small project, as the one that is found, and the current folder beside it."""
    made = small.make(tmp_path)
    monkeypatch.setenv("STATEREPORT_PROJECT", str(made.root))
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def graph(project, tmp_path):
    """Its build in ./build, opened as a user does."""
    small.build(project, tmp_path / "build")
    return statereport.open()


def test_the_fresh_build_of_this_folder_is_opened_and_says_nothing(graph, capsys) -> None:
    assert [row["value"] for row in graph.ask("all")] == [3797, 7391]
    assert capsys.readouterr() == ("", "")


def test_a_build_from_older_sources_is_not_used(graph, project, monkeypatch, capsys) -> None:
    monkeypatch.setattr(knowledge, "from_sources", lambda project: engine.Store.memory(small.quads(project)))
    notes = project.graphs / "reports/kaz-cerd-8-10-addendum/notes.ttl"
    notes.write_text(notes.read_text(encoding="utf-8").replace("13-schools", "13-other"), encoding="utf-8")
    found = statereport.open().sparql(
        "SELECT ?note { ?note a <https://w3id.org/statereport/def/Discrepancy> } ORDER BY ?note"
    )
    assert found.to_dicts()[0]["note"].endswith("13-other")
    assert "The build in build/ is out of date: it was built from other sources" in capsys.readouterr().err
    assert statereport.open("build").ask("any-note").truth
    assert "answers as it was built" in capsys.readouterr().err


def test_a_folder_without_a_build_is_reported(project, tmp_path) -> None:
    with pytest.raises(NotABuild, match="no built graph"):
        statereport.open(tmp_path / "nothing")


def test_an_answer_is_rows_for_programs_and_a_table_for_people(graph) -> None:
    answer = graph.ask("figures/all", least=5000)
    assert answer.columns == ("figure", "label", "value")
    assert len(answer) == 1
    assert answer.to_dicts() == [
        {
            "figure": "https://w3id.org/statereport/id/kaz-cerd-8-10-addendum/figure/13-schools",
            "label": "schools",
            "value": 7391,
        }
    ]
    text = graph.ask("all").to_text()
    assert text.splitlines()[0].split() == ["Figure", "Label", "Value"]
    assert "figure:13-schools-kazakh" in text and text.endswith("2 rows\n")
    html = graph.ask("all")._repr_html_()
    assert '<th scope="col">Figure</th>' in html and "&quot;Kazakh&quot;" in html
    assert all(len(line) <= 40 for line in graph.ask("all").to_text(40).splitlines())


def test_an_answer_is_a_value_that_holds_nothing_of_the_graph(graph) -> None:
    for answer in (graph.ask("all"), graph.ask("any-note"), graph.sparql("CONSTRUCT WHERE { ?s ?p ?o }")):
        data = pickle.dumps(answer)
        for other in (pickle.loads(data), copy.deepcopy(answer), copy.copy(answer)):
            assert other == answer and hash(other) == hash(answer)
            assert (other.to_text(), other.to_html()) == (answer.to_text(), answer.to_html())
        assert len(data) < 100_000, "the graph is not in it"
    read = subprocess.run(
        [sys.executable, "-c", "import pickle, sys; print(pickle.load(sys.stdin.buffer).to_text(), end='')"],
        input=pickle.dumps(graph.ask("all")), capture_output=True, check=True,
    )  # fmt: skip
    assert read.stdout.decode() == graph.ask("all").to_text()


@pytest.mark.skipif(importlib.util.find_spec("pandas") is None, reason="NOT TESTED: pandas is not installed")
def test_an_answer_is_a_data_frame(graph) -> None:
    frame = graph.ask("all").to_pandas()
    assert list(frame["value"]) == [3797, 7391]


def test_without_pandas_only_the_data_frame_is_missing(graph, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError):
        graph.ask("all").to_pandas()
    assert graph.ask("all").to_dicts()


def test_a_table_fits_into_any_terminal(graph) -> None:
    whole = graph.ask("all").to_text()
    assert 'Kazakh schools, "Kazakh"' in whole
    for width in (30, 40, 50, 60, 80, 120):
        text = graph.ask("all").to_text(width)
        assert all(len(line) <= width for line in text.splitlines()), (width, text)
        words = {word for line in text.splitlines() for word in line.split()}
        assert {"7391", "3797"} <= words and "…" not in text, "nothing is cut"


def test_numbers_stand_under_each_other(graph) -> None:
    lines = [line.rstrip() for line in graph.ask("all").to_text().splitlines()]
    assert lines[2].endswith("3797") and lines[3].endswith("7391") and len(lines[2]) == len(lines[3])


def test_an_answer_knows_its_passages(graph) -> None:
    assert graph.ask("of-one").passages() == ["13.6"] and graph.ask("all").passages() == []


def test_a_question_with_a_chart_draws_it(graph) -> None:
    drawn = graph.chart("all", least=5000)
    assert drawn._repr_svg_().startswith("<svg") and "7,391" in drawn.svg and "3,797" not in drawn.svg
    with pytest.raises(UnknownName, match="no chart"):
        graph.chart("of-one")


def test_a_question_is_cited_and_its_choices_listed(graph) -> None:
    assert graph.choices("of-one", "which") == {
        "figure:13-schools-kazakh": 'Kazakh schools, "Kazakh"',
        "figure:13-schools": "schools",
    }
    cited = graph.cite("of-one", which="schools")
    assert cited.values == {"which": "figure:13-schools"} and cited.address.endswith("/query/figures/of-one")
    assert cited.bibtex().startswith("@misc{statereport-figures-of-one-")


def test_a_parameter_may_be_called_name(project, tmp_path) -> None:
    """As what Python calls the question's own name."""
    text = (project.queries / "figures/of-one.rq").read_text(encoding="utf-8")
    named = text.replace("?which", "?name").replace("  which:", "  name:").replace("which:", "name:")
    (project.queries / "figures/of-name.rq").write_text(named, encoding="utf-8", newline="\n")
    small.build(project, tmp_path / "build")
    graph = statereport.open()
    assert [row["value"] for row in graph.ask("of-name", name="figure:13-schools-kazakh")] == [3797]
    assert graph.cite("of-name", name="schools").values == {"name": "figure:13-schools"}


def test_sparql_of_ones_own_is_screened(graph) -> None:
    assert graph.sparql("ASK { ?x ?y 7391 }").truth
    with pytest.raises(QueryRefused):
        graph.sparql("SELECT ?x FROM <a:a> { ?x ?y ?z }")


def test_the_questions_can_be_listed(graph) -> None:
    assert [query.name for query in graph.queries()] == [
        "figures/all",
        "figures/any-note",
        "figures/of-one",
        "figures/values",
    ]
    assert graph.queries()[0].summary == "Which figures are there?"
    with pytest.raises(UnknownName, match="figures/all"):
        graph.ask("figures/al")


def test_a_description_keeps_apart_what_is_asserted_inferred_and_noted(graph) -> None:
    found = graph.describe("figure:13-schools")
    assert found.name == "figure:13-schools" and found.label == "schools"
    assert found.classes == ("https://w3id.org/statereport/def/Figure",)
    assert [fact.value.value.rpartition("/")[2] for fact in found.of(describe.INFERRED)] == ["Quantity"]
    assert [(fact.property, fact.value.value) for fact in found.of(describe.ASSERTED) if fact.property == "value"] == [
        ("value", "7391")
    ]
    assert [(fact.origin, fact.predicate.rpartition("/")[2]) for fact in found.mentions] == [("noted", "isAbout")]
    assert found.places == ()
    text = str(found)
    assert text.index("Asserted") < text.index("Inferred") < text.index("Noted, from other things")


def test_a_description_opens_the_text_at_the_statement(graph) -> None:
    found = graph.describe("https://w3id.org/statereport/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh")
    assert [(place.passage, place.start, place.end, place.fragment) for place in found.places] == [
        ("13.6", 20, 25, "3,797")
    ]
    place = graph.describe("place:kaz")
    assert [(p.statement.rpartition("/")[2], p.passage) for p in place.places] == [("13-schools-kazakh", "13.6")]
    assert len(place.mentions) == 2
    passage = graph.describe("passage:13.6")
    assert [(p.start, p.end, p.passage) for p in passage.places] == [(10, 90, "13.6"), (20, 25, "13.6")]


def test_an_unknown_thing_proposes_the_nearest(graph) -> None:
    with pytest.raises(UnknownName, match="figure:13-schools-kazakh"):
        graph.describe("figure:13-schols-kazakh")
    with pytest.raises(UnknownPrefix, match="figure"):
        graph.describe("figur:13-schools")
    with pytest.raises(Problem, match="not an IRI"):
        graph.describe("https://example.org/a b")


def test_the_package_names_its_public_face_and_loads_it_late() -> None:
    assert statereport.KnowledgeGraph is knowledge.KnowledgeGraph
    assert issubclass(statereport.Problem, Exception)
    with pytest.raises(AttributeError):
        statereport.nothing  # noqa: B018
    script = (
        "import sys, statereport; print([m for m in ('pyoxigraph', 'rdflib', 'click', 'yaml') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_map_of_the_modules_is_complete() -> None:
    from pathlib import Path

    modules = {path.stem for path in Path(statereport.__file__).parent.glob("*.py")} - {"__init__", "__main__"}
    missing = {name for name in modules if name.partition("_")[0] not in statereport.__doc__}
    assert not missing, f"not in the map: {missing}"
