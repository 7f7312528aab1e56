"""The invented project of tests/tiny as a whole site needs it: with a State, a committee, a header, and questions."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from statereport.project import Project, find_project
from statereport.publish import build
from statereport.site import single_file

TINY = Path(__file__).parent / "tiny"
FRAME = """# The frame of the invented report.

PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sr: <https://w3id.org/statereport/def/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

<https://w3id.org/statereport/id/committee/x>
    a sr:Body ;
    skos:prefLabel "a committee"@en ;
 .

<https://w3id.org/statereport/id/state/x>
    a sr:Body ;
    skos:prefLabel "Ruritania"@en ;
 .

<https://w3id.org/statereport/id/treaty/x>
    a sr:LegalInstrument ;
    skos:prefLabel "a treaty"@en ;
 .
"""
FRAMED = "".join(
    f"    sr:{says} <https://w3id.org/statereport/id/{kind}/x> ;\n"
    for says, kind in (("isReportUnder", "treaty"), ("isSubmittedBy", "state"), ("isSubmittedTo", "committee"))
)
QUESTIONS = (
    "committee/the-report-and-its-frame",
    "committee/requests-and-answers",
    "events/timeline",
    "tables/citations",
    "tables/claims",
    "tables/figures",
    "tables/measures",
    "tables/norms",
    "tables/places",
    "tables/discrepancies",
    "tables/passages",
    "quality/discrepancies-in-dqv",
    "checks/no-blank-node",
)


def project(root: Path) -> Project:
    """The project in a folder, with some of the real questions."""
    shutil.copytree(TINY, root)
    real = find_project()
    shutil.copytree(real.queries / "pages", root / "queries/pages")
    for name in QUESTIONS:
        if (real.queries / f"{name}.rq").is_file():
            (root / "queries" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(real.queries / f"{name}.rq", root / "queries" / f"{name}.rq")
    for path in (*real.ontology.glob("*.ttl"), *real.ontology.glob("rules/*.rq")):
        target = root / path.relative_to(real.root)
        target.parent.mkdir(exist_ok=True)
        if path.stem not in ("prefixes", "withdrawn"):
            shutil.copy(path, target)
    (root / "ontology/frame.ttl").write_text(FRAME, encoding="utf-8")
    report = root / "graphs/reports/tiny/report.ttl"
    text = report.read_text(encoding="utf-8")
    text = text.replace("sr:Report ;\n", f"sr:Report ;\n{FRAMED}", 1)
    report.write_text(text, encoding="utf-8")
    return Project.at(root)


def built(root: Path) -> tuple[Project, Path]:
    """The project and a build of it, below a folder."""
    made = project(root / "project")
    build.build(made, root / "build", also=[partial(single_file.write, project=made)])
    return made, root / "build"
