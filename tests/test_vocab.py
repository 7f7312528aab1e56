"""Names: one table, short names to IRIs and back."""
import subprocess
import sys

import pytest

from statereport import turtle, vocab
from statereport.errors import UnknownPrefix

SH = "http://www.w3.org/ns/shacl#"


def test_the_table_reads_as_the_turtle_parser_reads_it(house):
    said: dict[str, dict[str, str]] = {}
    declared = set()
    for triple in turtle.read(house.prefixes):
        said.setdefault(triple.subject.value, {})[triple.predicate.value] = triple.object.value
        if triple.predicate.value == SH + "declare":
            declared.add(triple.object.value)
    table = {facts[SH + "prefix"]: facts[SH + "namespace"] for iri, facts in said.items() if iri in declared}
    assert dict(vocab.prefixes(house.prefixes)) == table
    assert declared == said.keys() - {vocab.SHAPE + "prefixes"}
    assert len(set(table.values())) == len(table), "two prefixes for one namespace"


@pytest.mark.parametrize(("iri", "name"), [
    (vocab.SR + "isStatedIn", "sr:isStatedIn"),
    (vocab.ID + "provision/kaz-criminal-code.art-107.par-2.pt-6", "provision:kaz-criminal-code.art-107.par-2.pt-6"),
    (vocab.ID + "kaz-cerd-8-10-addendum/passage/13.6", "passage:13.6"),
    ("http://www.w3.org/2004/02/skos/core#prefLabel", "skos:prefLabel"),
])
def test_a_name_and_its_iri_are_each_other(iri, name):
    assert vocab.shorten(iri) == name
    assert vocab.expand(name) == vocab.expand(f"<{iri}>") == vocab.expand(iri) == iri


@pytest.mark.parametrize("iri", [vocab.SR, vocab.GRAPH + "reports/x", "urn:x:y", vocab.SR + "ends-with.",
                                 vocab.SR + "with space"])
def test_what_has_no_plain_short_name_stays_an_iri(iri):
    assert vocab.shorten(iri) == iri


def test_an_unknown_prefix_proposes_the_nearest():
    with pytest.raises(UnknownPrefix, match="figure"):
        vocab.expand("figur:13-schools")
    with pytest.raises(UnknownPrefix):
        vocab.expand("schools by language")


def test_another_house_has_its_own_table(tiny):
    assert vocab.expand("passage:1.1", tiny.prefixes) == vocab.ID + "tiny/passage/1.1"


def test_words_are_imported_without_parsers():
    code = ("import sys, statereport.errors, statereport.paths, statereport.vocab, statereport.text\n"
            "statereport.vocab.shorten('x:y')\n"
            "assert not {'pyoxigraph', 'rdflib', 'click', 'difflib'} & set(sys.modules), sys.modules")
    subprocess.run([sys.executable, "-c", code], check=True)
