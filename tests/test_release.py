"""What a server is made from: of a build what it holds, without inferring again; of the sources the same."""

from __future__ import annotations

import re
import shutil

import pytest
from loops import some

from statereport.errors import BuildDamaged, DataViolates
from statereport.graph import build_folder, examine
from statereport.pages import context
from statereport.project import Project
from statereport.publish import release, void

EVERYTHING = "SELECT ?g ?s ?p ?o { { GRAPH ?g { ?s ?p ?o } } UNION { ?s ?p ?o } FILTER(!isBLANK(?s) && !isBLANK(?o)) }"


def rows(found: release.Release) -> set[tuple]:
    """Every quad but those about files and their types, which only a build has."""
    every = found.graph.engine.query(EVERYTHING).rows
    files = "statereport/(dataset/file|data)/|iana.org/assignments/media-types/"
    return {row for row in every if not re.search(files, str(row[1:]))}


def test_a_build_and_its_sources_give_the_same(made, monkeypatch):
    project, out = made
    of_sources = release.load(project)
    opened = build_folder.open_build(out, in_memory=True)
    # Nothing is read from the sources, inferred or validated where there is a build.
    monkeypatch.setattr(examine, "examine", None)
    stages: list[str] = []
    of_build = release.load(project, opened, stages.append)
    assert stages == ["loading the build"]
    assert rows(of_build) == rows(of_sources) and len(rows(of_build)) > 200
    assert of_build.explanations == of_sources.explanations and of_build.explanations
    assert of_build.graph.digest == of_sources.graph.digest == opened.digest != ""
    assert of_build.graph.search("Kazakh") == of_sources.graph.search("Kazakh") != ()


def test_what_is_loaded_needs_no_file_any_more(made, out):
    found = release.load(made[0], build_folder.open_build(out, in_memory=True))
    shutil.rmtree(out)
    assert len(rows(found)) > 200 and found.graph.search("Kazakh")


def test_the_published_files_are_those_of_the_sums(made):
    project, out = made
    found = release.load(project, build_folder.open_build(out, in_memory=True))
    listed = {line.split("  ")[1] for line in (out / "SHA256SUMS").read_text(encoding="utf-8").splitlines()}
    assert set(found.files) == {*listed, "SHA256SUMS"} and "statereport.nq" in listed
    assert all(body == (out / name).read_bytes() for name, body in found.files.items())


def test_each_damaged_file_is_reported_before_anything_is_served(made, out):
    """Those of the store are compared when a build is opened."""
    opened = build_folder.open_build(out, in_memory=True)
    names = [name for name in opened.listed if not name.startswith(f"{build_folder.STORE}/")]
    silent = []
    assert len(names) > 25
    for name in some(names):
        content = (out / name).read_bytes()
        (out / name).write_bytes(content + b" ")
        try:
            release.load(made[0], opened)
            silent.append(name)
        except BuildDamaged as problem:
            assert name in problem.what
        (out / name).write_bytes(content)
    assert silent == []


def test_where_another_build_takes_the_place_meanwhile_all_is_of_that_one(made, out):
    opened = build_folder.open_build(out, in_memory=True)
    (out / "statereport.ttl").write_text("# Another.\n")
    build_folder.write_manifest(out)
    found = release.load(made[0], opened)
    assert found.files["statereport.ttl"] == b"# Another.\n"


def test_sources_that_break_a_shape_are_not_served(made, tmp_path):
    project = Project.at(shutil.copytree(made[0].root, tmp_path / "project"))
    source = project.graphs / "reports/kaz-cerd-8-10-addendum/13-schools.ttl"
    source.write_text(source.read_text(encoding="utf-8").replace(" ; sr:value 7391", ""), encoding="utf-8")
    with pytest.raises(DataViolates):
        release.load(project)


def test_the_context_of_pages_is_made_from_queries_also_where_the_graph_says_little(made):
    project, out = made
    found = release.load(project, build_folder.open_build(out, in_memory=True))
    made_of = context.make(found.graph, found.explanations, found.files)
    assert made_of.triples == found.graph.sparql(f"SELECT ?n {{ <{void.DATASET}> void:triples ?n }}").to_dicts()[0]["n"]
    assert made_of.title == "" and made_of.exports["statereport.ttl"].media_type == "text/turtle"
    assert len(made_of.description) > 100
    # As of an endpoint elsewhere: without a description, explanations and files.
    bare = context.make(type(found.graph)(build_folder.open_build(out, in_memory=True).engine, project))
    assert bare.exports == {} and bare.description == () and not bare.explanations
    assert 0 < bare.triples < made_of.triples + len(made_of.description)


def test_the_description_names_the_reports_and_whom_they_concern():
    from statereport.rdf import turtle
    from statereport.rdf.namespaces import DCAT, DCTERMS, SR

    text = f"""PREFIX sr: <{SR}> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
<x:b> a sr:Report ; skos:prefLabel "Second report"@en , "Второй доклад"@ru ; sr:isSubmittedBy <x:state> .
<x:a> a sr:Report ; skos:prefLabel "First report"@en ; sr:isReportUnder <x:treaty> ; sr:isSubmittedTo <x:body> .
<x:state> skos:prefLabel "Atlantis"@en . <x:treaty> skos:prefLabel "Treaty"@en . <x:body> skos:prefLabel "Тело"@ru ."""
    described = void.describe({"x:g": tuple(turtle.parse_turtle(text))}, [], {})

    def said(name: str) -> list[str]:
        return [t.object.value for t in described if t.subject.value == void.DATASET and t.predicate.value == name]

    assert said(f"{DCTERMS}title") == ["statereport: First report; Second report"]
    assert said(f"{DCAT}keyword") == ["Atlantis", "Treaty", "human rights"]
    nothing = void.describe({}, [], {})
    assert {t.object.value for t in nothing if t.predicate.value == f"{DCTERMS}title"} == {"statereport"}
