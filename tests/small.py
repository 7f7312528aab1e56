"""A few statements and three saved questions in a project of their own, for tests of engine and command line."""

from __future__ import annotations

import shutil
from pathlib import Path

from statereport.graph import build_folder
from statereport.project import Project, find_project
from statereport.questions import prepared
from statereport.questions.saved import SavedQueries, prepare
from statereport.rdf import dataset, turtle, writers
from statereport.rdf.namespaces import GRAPH
from statereport.sparql.engine import Store

REPORT = """# Two figures.

PREFIX anchor: <https://w3id.org/statereport/id/kaz-cerd-8-10-addendum/anchor/>
PREFIX figure: <https://w3id.org/statereport/id/kaz-cerd-8-10-addendum/figure/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX passage: <https://w3id.org/statereport/id/kaz-cerd-8-10-addendum/passage/>
PREFIX place: <https://w3id.org/statereport/id/place/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sr: <https://w3id.org/statereport/def/>

figure:13-schools
    a sr:Figure ;
    skos:prefLabel "schools"@en ;
    sr:isForArea place:kaz ;
    sr:isStatedIn passage:13.5 ;
    sr:value 7391 ;
 .

figure:13-schools-kazakh
    a sr:Figure ;
    skos:prefLabel "Kazakh schools, \\"Kazakh\\""@en ;
    sr:isForArea place:kaz ;
    sr:isStatedIn passage:13.6 ;
    sr:value 3797 ;
 .

anchor:figure.13-schools-kazakh.13-6
    a sr:Anchor ;
    oa:hasSelector
        anchor:figure.13-schools-kazakh.13-6.position ,
        anchor:figure.13-schools-kazakh.13-6.quote ;
    sr:anchors figure:13-schools-kazakh ;
    sr:isLocatedIn passage:13.6 ;
 .

anchor:figure.13-schools-kazakh.13-6.position
    oa:end 25 ;
    oa:start 20 ;
 .

anchor:figure.13-schools-kazakh.13-6.quote
    oa:exact "3,797" ;
 .

passage:13.6
    a sr:Passage ;
    sr:endOffset 90 ;
    sr:reference "13.6" ;
    sr:startOffset 10 ;
 .

sr:value
    rdfs:label "value"@en ;
 .
"""
NOTE = """# A remark.

PREFIX figure: <https://w3id.org/statereport/id/kaz-cerd-8-10-addendum/figure/>
PREFIX note: <https://w3id.org/statereport/id/kaz-cerd-8-10-addendum/note/>
PREFIX sr: <https://w3id.org/statereport/def/>

note:13-schools
    a sr:Discrepancy ;
    sr:isAbout figure:13-schools ;
 .
"""
FIGURES = """#+ summary: Which figures are there?
#+ description: Every figure that is as large as you say.
#+ params:
#+   least: {label: "At least", type: integer}
#+ columns: {figure: "Figure", label: "Label", value: "Value"}
#+ chart: {type: bar, x: label, y: value}
#+ expect: {other: {least: 5000}}
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sr: <https://w3id.org/statereport/def/>

SELECT ?figure ?label ?value
WHERE {
  VALUES ?least { 0 }
  ?figure
    skos:prefLabel ?label ;
    sr:value ?value .
  FILTER(?value >= ?least)
}
ORDER BY ?value ?figure
"""
OF = """#+ summary: What is stated about a figure?
#+ description: Its value and its passage.
#+ params:
#+   which:
#+     label: "Figure"
#+     type: iri
#+     choices: "?which a sr:Figure"
#+ columns: {label: "Label", value: "Value", passage: {title: "Passage", of: passage}}
#+ expect: {other: {which: figure:13-schools}}
PREFIX figure: <https://w3id.org/statereport/id/kaz-cerd-8-10-addendum/figure/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sr: <https://w3id.org/statereport/def/>

SELECT ?label ?value ?passage
WHERE {
  VALUES ?which { figure:13-schools-kazakh }
  ?which
    skos:prefLabel ?label ;
    sr:isStatedIn/sr:reference ?passage ;
    sr:value ?value .
}
ORDER BY ?label ?value ?passage
"""
ANY = """#+ summary: Is anything noted?
#+ description: Whether there is a discrepancy.
PREFIX sr: <https://w3id.org/statereport/def/>

ASK { ?note a sr:Discrepancy }
"""
GRAPH_OF = """#+ summary: What are the values?
#+ description: A graph of values.
PREFIX sr: <https://w3id.org/statereport/def/>

CONSTRUCT { ?figure sr:value ?value }
WHERE { ?figure sr:value ?value }
ORDER BY ?figure
"""


def make(root: Path) -> Project:
    """The project in a folder, with the project's own queries for pages."""
    project, real = Project.at(root / "project"), find_project()
    files = {
        project.graphs / "reports/kaz-cerd-8-10-addendum/13.ttl": REPORT,
        project.graphs / "reports/kaz-cerd-8-10-addendum/notes.ttl": NOTE,
        project.queries / "figures/all.rq": FIGURES,
        project.queries / "figures/any-note.rq": ANY,
        project.queries / "figures/of-one.rq": OF,
        project.queries / "figures/values.rq": GRAPH_OF,
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    project.ontology.mkdir()
    shutil.copy(real.prefixes, project.prefixes)
    for folder in (project.graphs / "reports").iterdir():
        shutil.copy(real.report_prefixes(folder.name), project.report_prefixes(folder.name))
    shutil.copytree(real.queries / "pages", project.queries / "pages")
    return project


def quads(project: Project) -> list:
    """What the project says, and one inferred statement."""
    inferred = turtle.parse_turtle(
        "PREFIX sr: <https://w3id.org/statereport/def/>\n"
        "<https://w3id.org/statereport/id/kaz-cerd-8-10-addendum/figure/13-schools> a sr:Quantity ."
    )
    return [*dataset.load(project).quads(), *writers.quads({GRAPH + "inferred": inferred})]


def build(project: Project, out: Path, digest: str = "") -> Path:
    """The part of a build that answers questions; `digest` stands for the RDFC-1.0 hash of what is stated."""
    given = quads(project)
    number = build_folder.write_store(given, out)
    (out / prepared.FILE).write_bytes(prepare(SavedQueries.of(project), Store.memory(given)))
    further = {"rdfc10": {"statereport": digest}} if digest else {}
    build_folder.write_about(out, build_folder.made_from(project), number, further)
    build_folder.write_manifest(out)
    return out
