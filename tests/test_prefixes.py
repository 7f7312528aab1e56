"""The table of prefixes: short names to IRIs and back, the project's own prefixes and those that reports bind."""

import shutil
import subprocess
import sys

import pytest
from loops import some
from real import PREFIXES

from statereport.errors import UnknownPrefix
from statereport.rdf import dataset, namespaces, prefixes
from statereport.rdf.namespaces import SH, SHAPE


def test_the_files_of_prefixes_are_formatted(project):
    for path in (project.prefixes, *map(project.report_prefixes, project.reports)):
        assert prefixes.format_table(path.read_text(encoding="utf-8")) == path.read_text(encoding="utf-8"), path


def test_no_two_prefixes_mean_one_namespace():
    assert len(PREFIXES) > 90
    assert len(set(PREFIXES.values())) == len(PREFIXES)


def test_the_prefixes_of_a_report_stand_under_the_address_of_the_report(project):
    assert project.reports
    for report in some(project.reports):
        spaces = prefixes.format_table(project.report_prefixes(report).read_text(encoding="utf-8"))
        lines = [line for line in spaces.splitlines() if line.startswith("PREFIX")]
        assert lines and all(f"<{namespaces.ID}{report}/" in line for line in lines), report
    own = [line for line in project.prefixes.read_text(encoding="utf-8").splitlines() if line.startswith("PREFIX")]
    assert own and not [line for line in own if any(f"/{report}/" in line for report in project.reports)]


def test_the_declarations_for_shacl_are_the_table():
    said: dict[str, dict[str, str]] = {}
    declared = set()
    for triple in dataset.declarations(PREFIXES):
        said.setdefault(triple.subject.value, {})[triple.predicate.value] = triple.object.value
        if triple.predicate.value == SH + "declare":
            declared.add(triple.object.value)
    assert {facts[SH + "prefix"]: facts[SH + "namespace"] for iri, facts in said.items() if iri in declared} == dict(
        PREFIXES
    )
    assert declared == said.keys() - {SHAPE + "prefixes"}


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        (namespaces.SR + "isStatedIn", "sr:isStatedIn"),
        (
            namespaces.ID + "provision/kaz-criminal-code.art-107.par-2.pt-6",
            "provision:kaz-criminal-code.art-107.par-2.pt-6",
        ),
        (namespaces.ID + "kaz-cerd-8-10-addendum/passage/13.6", "kaz-passage:13.6"),
        ("http://www.w3.org/2004/02/skos/core#prefLabel", "skos:prefLabel"),
    ],
)
def test_a_name_and_its_iri_are_each_other(iri, name):
    assert PREFIXES.shorten(iri) == name
    assert PREFIXES.expand(name) == PREFIXES.expand(f"<{iri}>") == PREFIXES.expand(iri) == iri


@pytest.mark.parametrize(
    "iri",
    [
        namespaces.SR,
        namespaces.GRAPH + "reports/x",
        "urn:x:y",
        namespaces.SR + "ends-with.",
        namespaces.SR + "with space",
    ],
)
def test_what_has_no_plain_short_name_stays_an_iri(iri):
    assert PREFIXES.shorten(iri) == iri


def test_an_unknown_prefix_proposes_the_nearest():
    with pytest.raises(UnknownPrefix, match="figure"):
        PREFIXES.expand("figur:13-schools")
    with pytest.raises(UnknownPrefix):
        PREFIXES.expand("schools by language")


def test_another_project_has_its_own_table(tiny):
    assert prefixes.read(tiny).expand("passage:1.1") == namespaces.ID + "tiny/passage/1.1"


def test_where_reports_meet_their_prefixes_are_told_apart(tiny):
    second = tiny.graphs / "reports/bra-second"
    shutil.copytree(tiny.graphs / "reports/tiny", second)
    table = second / prefixes.FILE
    table.write_text(table.read_text(encoding="utf-8").replace("/tiny/", "/bra-second/"), encoding="utf-8")
    together = prefixes.read(tiny)
    assert together.expand("bra-passage:1") == namespaces.ID + "bra-second/passage/1"
    assert together.shorten(namespaces.ID + "tiny/passage/1.1") == "tiny-passage:1.1"
    assert "passage" not in together
    shutil.copytree(second, tiny.graphs / "reports/bra-third")
    assert {"bra-second-passage", "bra-third-passage"} <= set(prefixes.read(tiny))
    assert prefixes.of_file(tiny, second / "01-schools.ttl").expand("passage:1") == (
        namespaces.ID + "bra-second/passage/1"
    )


@pytest.mark.parametrize(
    "text",
    ["PREFIX a: <http://a/>\na:b a a:c .\n", "PREFIX a: <http://a/>\nPREFIX b: <http://a/>\n"],
    ids=["a triple", "one namespace twice"],
)
def test_a_file_of_prefixes_that_holds_more_is_refused(text):
    with pytest.raises(ValueError, match="prefix"):
        prefixes.format_table(text)


def test_prefixes_are_read_without_parsers():
    code = (
        "import sys, statereport.errors, statereport.rdf.prefixes, statereport.source.text\n"
        "from statereport.project import find_project\n"
        "statereport.rdf.prefixes.read(find_project()).shorten('x:y')\n"
        "assert not {'pyoxigraph', 'rdflib', 'click', 'difflib'} & set(sys.modules), sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
