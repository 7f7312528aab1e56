"""`statereport diff`: what came, went, was withdrawn or changed between two releases, as text, page and RDF."""

from __future__ import annotations

import gzip
from html.parser import HTMLParser
from pathlib import Path

import pytest
import rdflib
from real import PREFIXES

from statereport.cli import commands, console
from statereport.errors import NotABuild
from statereport.publish import difference
from statereport.rdf import turtle, writers
from statereport.rdf.namespaces import DCTERMS, ID, RDFS, SKOS, SR

HEAD = f"PREFIX sr: <{SR}> PREFIX skos: <{SKOS}> PREFIX rdfs: <{RDFS}> PREFIX dcterms: <{DCTERMS}> PREFIX x: <{ID}>\n"
OLD = """sr:Figure rdfs:label "figure"@en .
x:same a sr:Figure ; skos:prefLabel "same"@en ; sr:value 1 .
x:changed a sr:Figure ; skos:prefLabel "changed <it>"@en ; sr:value 2 .
x:gone a sr:Figure ; sr:value 3 .
x:old a sr:Place ; skos:prefLabel "old"@en .
[] sr:value 5 ."""
NEW = """sr:Figure rdfs:label "figure"@en .
x:same sr:value 1 ; a sr:Figure ; skos:prefLabel "same"@en .
x:changed a sr:Figure ; skos:prefLabel "changed <it>"@en ; sr:value 22 .
x:new a sr:Figure ; sr:value 4 .
x:old a sr:Place ; skos:prefLabel "old"@en ; dcterms:isReplacedBy x:new .
[] sr:value 6 ."""


def read(text: str) -> list:
    """The triples of some Turtle."""
    return list(turtle.parse_turtle(HEAD + text))


@pytest.fixture
def found() -> difference.Difference:
    """What differs between the two."""
    return difference.compare(read(OLD), read(NEW), PREFIXES)


def test_each_thing_changed_in_one_way(found):
    ways = {it.iri.removeprefix(ID): (it.kind, it.way) for it in found.changes}
    assert ways == {
        "changed": ("figure", "changed"),
        "gone": ("figure", "removed"),
        "new": ("figure", "added"),
        "old": ("sr:Place", "withdrawn"),
    }
    assert found.counts()["figure"] == {"changed": 1, "removed": 1, "added": 1}
    assert difference.compare(read(OLD), read(OLD), PREFIXES).changes == ()


def test_the_text_names_what_went_and_what_came(found):
    text = str(found)
    assert "changed <it>\n  - sr:value " in text and "\n  + sr:value " in text
    assert text.splitlines()[1].split() == ["figure", "1", "·", "1", "1"]
    assert str(difference.compare([], [], PREFIXES)) == "Nothing that is stated differs.\n"


def test_the_page_is_well_formed_and_escapes_what_it_shows(found):
    page = found.page()
    HTMLParser().feed(page)
    assert "changed: changed &lt;it&gt;" in page and "<it>" not in page
    assert page.count("<section>") == 4 and page.count("<del>") == 1 and page.count("<ins>") == 2


def test_the_rdf_gives_the_changes_back(found):
    graph = rdflib.Graph().parse(data=writers.turtle(found.triples(), PREFIXES), format="turtle")
    cs = rdflib.Namespace(difference.CS)
    old = {(str(t.subject), str(t.predicate), str(t.object)) for t in read(OLD)}
    sets = list(graph.subjects(rdflib.RDF.type, cs.ChangeSet))
    removed = {
        tuple(f"<{graph.value(it, name)}>" for name in (rdflib.RDF.subject, rdflib.RDF.predicate))
        for it in graph.objects(None, cs.removal)
    }
    assert len(sets) == 4 and removed and removed <= {row[:2] for row in old}
    assert found.triples() == difference.compare(read(OLD), read(NEW), PREFIXES).triples()


def test_builds_sites_and_files_are_compared(tmp_path, capsys):
    for name, text in (("old", OLD), ("new", NEW)):
        folder = tmp_path / name / ("data" if name == "new" else "")
        folder.mkdir(parents=True)
        lines = "".join(f"{t} .\n" for t in read(text) if "_:" not in str(t))
        (folder / difference.STATED).write_text(lines, encoding="utf-8")
        (tmp_path / f"{name}.nq.gz").write_bytes(gzip.compress(lines.encode()))
    folders = difference.between(tmp_path / "old", tmp_path / "new", PREFIXES)
    files = difference.between(tmp_path / "old.nq.gz", tmp_path / "new.nq.gz", PREFIXES)
    assert len(folders.changes) == 4 and folders == files
    for form, word in (("text", "withdrawn  "), ("html", "<h1>What changed</h1>"), ("ttl", "ChangeSet")):
        assert console.run(commands.cli, ["diff", str(tmp_path / "old"), str(tmp_path / "new"), "--format", form]) == 0
        assert word in capsys.readouterr().out
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.nq").write_text("no quads")
    for wrong in (tmp_path / "empty", tmp_path / "bad.nq"):
        with pytest.raises(NotABuild):
            difference.between(tmp_path / "old", wrong, PREFIXES)
    assert Path(tmp_path / "old").is_dir()
