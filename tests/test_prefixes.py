"""Names: one table, short names to IRIs and back."""

import subprocess
import sys

import pytest

from statereport.errors import UnknownPrefix
from statereport.rdf import namespaces, prefixes, turtle

SH = "http://www.w3.org/ns/shacl#"


def test_the_table_reads_as_the_turtle_parser_reads_it(project):
    said: dict[str, dict[str, str]] = {}
    declared = set()
    for triple in turtle.read(project.prefixes):
        said.setdefault(triple.subject.value, {})[triple.predicate.value] = triple.object.value
        if triple.predicate.value == SH + "declare":
            declared.add(triple.object.value)
    table = {facts[SH + "prefix"]: facts[SH + "namespace"] for iri, facts in said.items() if iri in declared}
    assert dict(prefixes.prefixes(project.prefixes)) == table
    assert declared == said.keys() - {namespaces.SHAPE + "prefixes"}
    assert len(set(table.values())) == len(table), "two prefixes for one namespace"


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        (namespaces.SR + "isStatedIn", "sr:isStatedIn"),
        (
            namespaces.ID + "provision/kaz-criminal-code.art-107.par-2.pt-6",
            "provision:kaz-criminal-code.art-107.par-2.pt-6",
        ),
        (namespaces.ID + "kaz-cerd-8-10-addendum/passage/13.6", "passage:13.6"),
        ("http://www.w3.org/2004/02/skos/core#prefLabel", "skos:prefLabel"),
    ],
)
def test_a_name_and_its_iri_are_each_other(iri, name):
    assert prefixes.shorten(iri) == name
    assert prefixes.expand(name) == prefixes.expand(f"<{iri}>") == prefixes.expand(iri) == iri


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
    assert prefixes.shorten(iri) == iri


def test_an_unknown_prefix_proposes_the_nearest():
    with pytest.raises(UnknownPrefix, match="figure"):
        prefixes.expand("figur:13-schools")
    with pytest.raises(UnknownPrefix):
        prefixes.expand("schools by language")


def test_another_project_has_its_own_table(tiny):
    assert prefixes.expand("passage:1.1", tiny.prefixes) == namespaces.ID + "tiny/passage/1.1"


def test_words_are_imported_without_parsers():
    code = (
        "import sys, statereport.errors, statereport.project, statereport.rdf.prefixes, statereport.source.text\n"
        "statereport.rdf.prefixes.shorten('x:y')\n"
        "assert not {'pyoxigraph', 'rdflib', 'click', 'difflib'} & set(sys.modules), sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
