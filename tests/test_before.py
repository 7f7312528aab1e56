"""A build in the place of an earlier one takes over what has not changed, and has the bytes of a build from nothing."""

import gzip
import json
import re
import shutil

import miniproject
import pytest
from loops import some

from statereport.graph import before, build_folder, examine
from statereport.publish import build
from statereport.questions.picture import Picture
from statereport.questions.saved import SavedQuery
from statereport.rdf import writers

REPORT = "graphs/reports/kaz-cerd-8-10-addendum"
CHARTED = f"""#+ summary: Which labels are there?
#+ description: Every label with a number.
#+ tags: [numbers]
#+ columns: {{label: Label, number: Number}}
#+ chart: {{type: bar, x: label, y: number}}
{miniproject.HEAD}
SELECT ?label ?number WHERE {{ ?figure skos:prefLabel ?label BIND(STRLEN(?label) AS ?number) }} ORDER BY ?label ?number
"""
RULE = """#+ summary: A figure has a number.
#+ description: For the sake of it.
PREFIX sr: <https://w3id.org/statereport/def/>
CONSTRUCT { ?figure sr:value 5 } WHERE { ?figure a sr:Figure }
"""


def edited(name, old, new):
    def change(project):
        path = project.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


def written(name, text):
    def change(project):
        (project.root / name).parent.mkdir(parents=True, exist_ok=True)
        (project.root / name).write_text(text, encoding="utf-8")

    return change


# What is changed → which questions are asked again.
CHANGES = {
    "a figure": (edited(f"{REPORT}/13-schools.ttl", "3797", "3798"), {"tables/figures", "numbers/largest"}),
    "a label": (edited(f"{REPORT}/13-schools.ttl", '"schools"', '"all schools"'), {"tables/figures", "numbers/labels"}),
    "another graph": (
        written("graphs/reference/more.ttl", f"{miniproject.HEAD}\nfigure:x sr:isStatedIn passage:13.7 ."),
        set(),
    ),
    "a removed file": (lambda project: (project.graphs / "reference/other.ttl").unlink(), set()),
    "a question": (
        edited("queries/numbers/largest.rq", "LIMIT 1", "LIMIT 2"),
        {"numbers/largest"},
    ),
    "a removed question": (lambda project: (project.queries / "numbers/largest.rq").unlink(), set()),
    "a shape": (edited("ontology/shapes/things.ttl", "sh:maxInclusive 5000", "sh:maxInclusive 6000"), set()),
    "the ontology": (
        edited("ontology/things.ttl", "sr:Statement a owl:Class .", "sr:Statement a owl:Class ; rdfs:label 'it'@en ."),
        set(),
    ),
    "a rule": (written("ontology/rules/five.rq", RULE), {"tables/figures", "numbers/largest"}),
}


@pytest.fixture
def project(tmp_path):
    made = miniproject.make(tmp_path / "project")
    written("queries/numbers/labels.rq", CHARTED)(made)
    written("graphs/reference/other.ttl", f"{miniproject.HEAD}\nfigure:y sr:isStatedIn passage:13.8 .")(made)
    return made


@pytest.fixture
def asked(monkeypatch):
    """The names of the questions that are asked, and what is drawn and inferred, in this process."""
    monkeypatch.setenv("STATEREPORT_PROCESSES", "1")
    names, answer, png = [], SavedQuery.answer, Picture.png

    def noted(self, *given):
        names.append(self.name)
        return answer(self, *given)

    infer = examine.infer
    monkeypatch.setattr(examine, "infer", lambda *given: names.append("inferred") or infer(*given))
    monkeypatch.setattr(SavedQuery, "answer", noted)
    monkeypatch.setattr(Picture, "png", lambda self: names.append("picture") or png(self))
    return names


def bytes_of(folder):
    """Every file but those of the engine's store, whose bytes depend on the engine, and the list of all."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "db")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.name != "manifest"}


@pytest.mark.parametrize("change", CHANGES)
def test_after_a_change_a_build_has_the_bytes_of_one_from_nothing(change, project, tmp_path, asked):
    build.build(project, tmp_path / "out")
    assert "picture" in asked
    asked.clear()
    make, again = CHANGES[change]
    make(project)
    build.build(project, tmp_path / "out")
    expected = again | ({"picture"} if "numbers/labels" in again else set())
    expected |= set() if "question" in change else {"inferred"}
    assert {name for name in asked if not name.startswith("pages/")} == expected
    build.build(project, tmp_path / "other")
    one, other = bytes_of(tmp_path / "out"), bytes_of(tmp_path / "other")
    assert [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)] == []
    assert len(one) > 40


def test_what_was_made_by_other_code_or_is_damaged_is_not_taken_over(project, tmp_path, asked):
    out = tmp_path / "out"
    build.build(project, out)
    asked.clear()
    csv = out / "answers/numbers/labels.csv"
    csv.write_bytes(csv.read_bytes() + b"more")
    edited(f"{REPORT}/13-schools.ttl", "3797", "3798")(project)
    build.build(project, out)
    assert "numbers/labels" in asked and not csv.read_bytes().endswith(b"more")
    assert "picture" not in asked, "its specification is the same, and the picture is whole"
    asked.clear()
    about = json.loads((out / "build.json").read_text(encoding="utf-8"))["made_from"]
    quads = writers.parsed(gzip.decompress((out / build_folder.QUADS).read_bytes()), "nq")
    assert before.Before.of(out, about).beside(quads).noted("statereport")
    for name in some(sorted(about.keys() - {"sources"})):
        assert not before.Before.of(out, {**about, name: "another"}).beside(quads).noted("statereport")


def test_without_a_build_before_nothing_is_taken_over(tmp_path):
    nothing = before.Before.of(tmp_path, {}).beside([])
    assert not nothing.same_graphs([]) and not nothing.noted("statereport") and not nothing.take(tmp_path, ["a.ttl"])


def test_new_prefixes_change_every_file(project, tmp_path, asked):
    build.build(project, tmp_path / "out")
    asked.clear()
    path = project.prefixes
    path.write_text(f"{path.read_text(encoding='utf-8')}PREFIX more: <https://example.org/more/>\n", encoding="utf-8")
    build.build(project, tmp_path / "out")
    assert {"tables/figures", "numbers/labels", "picture"} <= set(asked)
    shutil.rmtree(tmp_path / "out")
    assert re.match(r"[0-9a-f]{64}", before.digest("a"))
