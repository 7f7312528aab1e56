"""A project of a few lines: two figures, a total, one class of each kind of finding. Builds in a moment."""

import shutil
from pathlib import Path

from statereport.project import Project, find_project

BASE = "https://w3id.org/statereport"
HEAD = f"""PREFIX figure: <{BASE}/id/kaz-cerd-8-10-addendum/figure/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX passage: <{BASE}/id/kaz-cerd-8-10-addendum/passage/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX shape: <{BASE}/shape/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sr: <{BASE}/def/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
FILES = {
    "ontology/things.ttl": """
<https://w3id.org/statereport/def/> a owl:Ontology ; owl:versionInfo "0.0.1" .
sr:Figure a owl:Class ; rdfs:label "figure"@en ; rdfs:subClassOf sr:Statement .
sr:Statement a owl:Class .
sr:value a owl:DatatypeProperty .
sr:isStatedIn a owl:ObjectProperty .
sr:either a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:unionOf ( sr:Figure sr:Statement ) ] .
""",
    "ontology/shapes/things.ttl": """
shape:Figure a sh:NodeShape ; sh:targetClass sr:Figure ; sh:property shape:Figure-value .
shape:Figure-value a sh:PropertyShape ; sh:path sr:value ; sh:minCount 1 ; sh:message "A figure has a value."@en .
shape:SmallFigure a sh:NodeShape ; sh:targetClass sr:Figure ; sh:severity sh:Warning ;
    sh:property shape:SmallFigure-value .
shape:SmallFigure-value a sh:PropertyShape ; sh:path sr:value ; sh:maxInclusive 5000 ; sh:severity sh:Warning ;
    sh:message "A figure above five thousand is odd here."@en .
""",
    "graphs/reports/kaz-cerd-8-10-addendum/13-schools.ttl": """
figure:13-schools a sr:Figure ; skos:prefLabel "schools"@en ; sr:isStatedIn passage:13.5 ; sr:value 7391 .
figure:13-schools-kazakh a sr:Figure ; skos:prefLabel "schools, \\"Kazakh\\""@en ; sr:isStatedIn passage:13.6 ;
    sr:value 3797 .
figure:13-schools-share a sr:Figure ; skos:prefLabel "қазақ; мектеп"@kk ; sr:isStatedIn passage:13.6 ; sr:value 51.4 .
""",
}
QUERIES = {
    "tables/figures": """#+ summary: Which figures are there?
#+ description: Every figure.
#+ tags: [tables]
#+ columns: {figure: Figure, label: Label, value: Value, passages: {title: Passages, of: passage, join: "; "}}
SELECT ?figure ?label ?value ?passages WHERE {
    ?figure a sr:Figure ; skos:prefLabel ?label ; sr:value ?value .
    BIND("13.5; 13.6" AS ?passages)
} ORDER BY ?figure
""",
    "numbers/largest": """#+ summary: Which is the largest figure?
#+ description: The figure with the largest value.
#+ tags: [numbers]
SELECT ?figure ?value WHERE { ?figure sr:value ?value } ORDER BY DESC(?value) ?figure LIMIT 1
""",
    "numbers/graph": """#+ summary: Which figures follow from their class?
#+ description: A graph.
#+ tags: [numbers]
CONSTRUCT { ?figure a sr:Statement } WHERE { ?figure a sr:Statement } ORDER BY ?figure
""",
    "checks/nothing-negative": """#+ summary: No figure is below zero.
#+ description: Must answer no rows.
#+ tags: [checks]
SELECT ?figure WHERE { ?figure sr:value ?value FILTER(?value < 0) } ORDER BY ?figure
""",
}


def make(root: Path) -> Project:
    """Write the project into a folder."""
    for name, body in FILES.items():
        _write(root / name, f"# A small project for tests.\n\n{HEAD}{body}")
    for name, body in QUERIES.items():
        head = [line for line in body.splitlines() if line.startswith("#+")]
        rest = body.splitlines()[len(head) :]
        _write(root / "queries" / f"{name}.rq", "\n".join([*head, "", HEAD, *rest]) + "\n")
    shutil.copytree(find_project().queries / "pages", root / "queries/pages")
    project, real = Project.at(root), find_project()
    shutil.copy(real.prefixes, project.prefixes)
    for folder in (project.graphs / "reports").iterdir():
        shutil.copy(real.report_prefixes(folder.name), project.report_prefixes(folder.name))
    return project


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
