"""The ontology's own quality: labels, header, foreign terms, the pitfalls of OOPS! that can be computed, and OWL 2 DL.

Shapes over the ontology stand in ontology/shapes/project.ttl; here is what shapes cannot say or what needs other files.
Sources: OOPS! catalogue of pitfalls (P…), FOOPS! checks in file mode, ROBOT report, OWL 2 Structural Specification §11.
"""

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import real
from loops import some
from real import PREFIXES

from statereport.rdf.namespaces import BASE, GRAPH, ID, SR
from statereport.rdf.terms import is_iri, is_literal

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SH = "http://www.w3.org/ns/shacl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
VANN = "http://purl.org/vocab/vann/"
TERMS = Path(__file__).parent / "terms"
PROPERTY_KINDS = ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
# Vocabularies that RDF, OWL and SHACL themselves are: OWL forbids declaring their terms.
BUILT_IN = ("rdf", "rdfs", "owl", "xsd", "sh")


class Ontology:
    """The ontology's triples, by subject and predicate, with the file that each stands in."""

    def __init__(self, modules):
        self.modules = modules
        self.said = defaultdict(lambda: defaultdict(list))
        for triples in modules.values():
            for t in triples:
                self.said[name(t.subject)][t.predicate.value].append(t.object)

    def values(self, subject, predicate):
        return [name(value) for value in self.said[subject][predicate]] if subject in self.said else []

    def pairs(self, subjects, *predicates):
        """Each subject with each of its values of the properties."""
        return ((s, value) for s in subjects for predicate in predicates for value in self.values(s, predicate))

    def of_type(self, *kinds):
        return sorted(
            s
            for s in list(self.said)
            if s.startswith(SR) and s != SR and any(OWL + kind in self.values(s, f"{RDF}type") for kind in kinds)
        )

    def list(self, head):
        found = []
        while head != f"{RDF}nil":
            found += self.values(head, f"{RDF}first")
            head = self.values(head, f"{RDF}rest")[0]
        return found

    def members(self, node):
        """Every name inside an expression."""
        found, todo = set(), [node]
        while todo:
            for values in self.said.get(todo.pop(), {}).values():
                inner = [name(value) for value in values]
                found.update(n for n in inner if not n.startswith("_:"))
                todo += [n for n in inner if n.startswith("_:")]
        return found


def name(term):
    return term.value if is_iri(term) or is_literal(term) else str(term)


@pytest.fixture(scope="module")
def dataset():
    return real.dataset()


@pytest.fixture(scope="module")
def onto(dataset):
    return Ontology(dataset.ontology)


@pytest.fixture(scope="module")
def classes(onto):
    return some(onto.of_type("Class"), 40)


@pytest.fixture(scope="module")
def properties(onto):
    return some(onto.of_type(*PROPERTY_KINDS), 80)


@pytest.fixture(scope="module")
def terms(classes, properties):
    return [*classes, *properties]


# --- words -----------------------------------------------------------------------------------------------------------


def test_every_term_has_one_english_label_and_one_definition(onto, terms):
    for term in some(terms):
        for predicate in (f"{RDFS}label", f"{SKOS}definition"):
            languages = Counter(value.language for value in onto.said[term][predicate])
            assert languages["en"] == 1 and None not in languages and set(languages.values()) == {1}, (term, predicate)


def test_every_class_has_a_russian_and_a_kazakh_label(onto, classes):
    for term in some(classes):
        assert {value.language for value in onto.said[term][f"{RDFS}label"]} == {"en", "kk", "ru"}, term


def test_labels_are_clean_and_in_lower_case(onto, terms):
    for _, label in some(onto.pairs(terms, f"{RDFS}label")):
        assert label == label.strip() and "  " not in label and label[0].islower() and label[-1] != ".", label


def test_an_english_label_is_the_name_spelt_out(onto, properties):
    for term in some(properties):
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", term.removeprefix(SR)).lower()
        label = next(v.value for v in onto.said[term][f"{RDFS}label"] if v.language == "en")
        assert label == words, (term, label)


def test_no_two_terms_of_a_kind_share_a_label_or_a_definition(onto, classes, properties):
    for group in (classes, properties):  # P32; ROBOT duplicate_label, duplicate_definition
        for predicate in (f"{RDFS}label", f"{SKOS}definition"):
            seen = Counter((v.language, v.value.lower()) for term in group for v in onto.said[term][predicate])
            assert not [what for what, times in seen.items() if times > 1]


def test_a_definition_is_a_sentence_and_not_the_label(onto, terms):
    for term, text in some(onto.pairs(terms, f"{SKOS}definition")):
        is_sentence = text[0].isupper() and text.endswith(".") and text == text.strip()
        assert is_sentence and len(text.split()) >= 4, (term, text)


def test_names_are_built_in_one_way(onto, classes, properties):  # P22, P36, P03, P07, P21
    for term in some(classes):
        assert re.fullmatch(r"[A-Z][A-Za-z]*", term.removeprefix(SR)), term
        assert not re.search(r"And[A-Z]|Or[A-Z]|^(Other|Misc|Unknown)", term.removeprefix(SR)), term
    for term in some(properties):
        assert re.fullmatch(r"[a-z][A-Za-z]*", term.removeprefix(SR)) and term.removeprefix(SR) != "is", term


def test_every_term_has_one_home(dataset, terms):
    homes = defaultdict(set)
    for graph, triples in dataset.ontology.items():
        for t in triples:
            if graph != f"{GRAPH}ontology/alignments":
                homes[name(t.subject)].add(graph)
    for term in some(terms):
        assert len(homes[term]) == 1, (term, homes[term])


def test_every_term_says_where_it_is_defined(onto, terms):
    for term in some(terms):
        assert onto.values(term, f"{RDFS}isDefinedBy") == [SR], term


# --- header ----------------------------------------------------------------------------------------------------------

HEADER = {
    "P38, RDF1": f"{RDF}type",
    "VER1 version IRI": f"{OWL}versionIRI",
    "OM2 version": f"{OWL}versionInfo",
    "OM1 title": f"{DCTERMS}title",
    "OM1 abstract": f"{DCTERMS}abstract",
    "OM1 description": f"{DCTERMS}description",
    "OM1, OM4.1, P41 licence": f"{DCTERMS}license",
    "OM4.1 rights": f"{DCTERMS}rights",
    "OM1, OM5.1 creator": f"{DCTERMS}creator",
    "OM2, OM5.1 created": f"{DCTERMS}created",
    "OM2 citation": f"{DCTERMS}bibliographicCitation",
    "OM3, OM5.2 publisher": f"{DCTERMS}publisher",
    "OM3, OM5.2 issued": f"{DCTERMS}issued",
    "OM3 status": "http://purl.org/ontology/bibo/status",
    "FIND1 prefix": f"{VANN}preferredNamespacePrefix",
    "OM1 namespace": f"{VANN}preferredNamespaceUri",
    "language": f"{DCTERMS}language",
}


@pytest.mark.parametrize("check", HEADER)
def test_the_header_is_complete(onto, check):
    assert onto.values(SR, HEADER[check]), check


def test_the_header_says_what_is_true(onto):
    assert onto.values(SR, f"{RDF}type") == [f"{OWL}Ontology"]
    version = onto.values(SR, f"{OWL}versionInfo")[0]
    assert onto.values(SR, f"{OWL}versionIRI") == [SR + version] and SR.startswith("https://w3id.org/")
    assert onto.values(SR, f"{VANN}preferredNamespaceUri") == [SR]
    assert PREFIXES[onto.values(SR, f"{VANN}preferredNamespacePrefix")[0]] == SR
    assert version in onto.values(SR, f"{DCTERMS}bibliographicCitation")[0]
    assert len([s for s in onto.said if f"{OWL}Ontology" in onto.values(s, f"{RDF}type")]) == 1


def test_nothing_is_imported(dataset):
    assert not [t for triples in dataset.graphs.values() for t in triples if t.predicate.value == f"{OWL}imports"]


# --- other people's terms --------------------------------------------------------------------------------------------


def known_terms():
    """prefix → the names that the vocabulary has (tests/terms)."""
    return {
        path.stem: {line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")}
        for path in TERMS.glob("*.txt")
    }


def foreign(dataset):
    """Every IRI of a vocabulary of ours that is not our own, with a place where it stands."""
    spaces = {space: prefix for prefix, space in PREFIXES.items() if not space.startswith(BASE)}
    for graph, triples in dataset.graphs.items():
        for t in triples:
            for term in (t.subject, t.predicate, t.object):
                if is_iri(term) and not term.value.startswith(BASE):
                    space = max((s for s in spaces if term.value.startswith(s)), key=len, default=None)
                    if space:
                        yield spaces[space], term.value.removeprefix(space), term.value, graph


def test_every_foreign_term_exists_in_its_vocabulary(dataset):  # P40
    known = known_terms()
    unlisted = {
        (prefix, local, graph)
        for prefix, local, _iri, graph in foreign(dataset)
        if prefix in known and local and local not in known[prefix]
    }
    assert not unlisted


def test_every_vocabulary_in_use_has_a_list_of_its_terms(dataset):
    without = {(prefix, graph) for prefix, _local, _iri, graph in foreign(dataset)} - {
        (prefix, graph) for prefix in known_terms() for graph in dataset.graphs
    }
    assert {prefix for prefix, _graph in without} <= {"xsd", "sh"}


def test_the_lists_name_their_vocabulary_and_its_namespace():
    for path in some(TERMS.glob("*.txt"), 10):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[1] == f"# namespace: {PREFIXES[path.stem]}" and lines[2].startswith("# source: "), path
        names = [line for line in lines if not line.startswith("#")]
        assert names == sorted(set(names), key=lambda n: (n.lower(), n)) and not lines[0].endswith(" "), path


def test_every_foreign_term_that_is_used_is_declared_in_the_alignments(dataset):
    declared = {
        name(t.subject) for t in dataset.ontology[f"{GRAPH}ontology/alignments"] if t.predicate.value == f"{RDF}type"
    }
    built_in = tuple(PREFIXES[prefix] for prefix in BUILT_IN)
    used = {
        t.predicate.value: graph for graph, triples in {**dataset.ontology, **dataset.data}.items() for t in triples
    }
    used |= {
        t.object.value: graph
        for graph, triples in {**dataset.ontology, **dataset.data}.items()
        for t in triples
        if t.predicate.value == f"{RDF}type"
    }
    missing = {
        (PREFIXES.shorten(iri), graph)
        for iri, graph in used.items()
        if not iri.startswith((BASE, *built_in)) and iri not in declared
    }
    assert not missing


def test_every_declared_foreign_term_is_of_one_kind(onto):  # P34, P35
    declared = {s: onto.values(s, f"{RDF}type") for s in list(onto.said) if not s.startswith((BASE, "_:"))}
    for subject, kinds in some(declared.items(), 50):
        assert len([k for k in kinds if k.startswith(OWL)]) == 1, (subject, kinds)


def test_only_the_alignments_speak_of_foreign_models(dataset):
    axioms = {RDFS + p for p in ("subClassOf", "subPropertyOf", "domain", "range")}
    axioms |= {OWL + p for p in ("equivalentClass", "equivalentProperty", "disjointWith")}
    parts = {graph: part for graph, part in dataset.ontology.items() if graph != f"{GRAPH}ontology/alignments"}
    for t in some(t for part in parts.values() for t in part if t.predicate.value in axioms):
        for term in (t.subject, t.object):
            assert name(term).startswith((SR, XSD, OWL, "_:")), str(t)


def test_the_alignments_hold_nothing_else(dataset):
    ties = (f"{RDFS}subClassOf", f"{RDFS}subPropertyOf", f"{RDF}type")
    for t in some(dataset.ontology[f"{GRAPH}ontology/alignments"]):
        if t.predicate.value == PREFIXES["qb"] + "codeList":
            assert t.object.value.startswith(ID + "scheme/"), str(t)
        elif name(t.subject).startswith(SR):
            assert t.predicate.value in ties and not t.object.value.startswith((BASE, OWL)), str(t)
        else:
            assert t.predicate.value == f"{RDF}type", str(t)


# --- pitfalls --------------------------------------------------------------------------------------------------------


def above(onto, start, predicate):
    found, todo = set(), [start]
    while todo:
        todo = [up for node in todo for up in onto.values(node, predicate) if up not in found]
        found.update(todo)
    return found


@pytest.mark.parametrize("predicate", [f"{RDFS}subClassOf", f"{RDFS}subPropertyOf"])
def test_no_hierarchy_has_a_circle(onto, terms, predicate):  # P06
    assert not [term for term in terms if term in above(onto, term, predicate)]


def test_no_property_has_two_domains_or_ranges(onto, properties):  # P19
    for term in some(properties):
        for predicate in (f"{RDFS}domain", f"{RDFS}range"):
            assert len(onto.values(term, predicate)) <= 1, (term, predicate)


# Left open on purpose: things of several kinds have them, and the shapes say of which (P11).
WITHOUT_DOMAIN_AND_RANGE = {
    "hasDimension",
    "isPartOf",
    "isWithin",
    "hasKind",
    "hasSubject",
    "inverseLabel",
    "gist",
    "title",
    "startDate",
    "endDate",
    # xsd:date is no datatype of OWL 2 (OWL 2 Structural Specification, section 4).
    "firstDay",
    "lastDay",
    "isCarriedBy",
}


def test_a_property_without_domain_and_range_is_one_of_the_few(onto, properties):  # P11
    for term in some(properties):
        has_either = onto.values(term, f"{RDFS}domain") or onto.values(term, f"{RDFS}range")
        assert has_either or term.removeprefix(SR) in WITHOUT_DOMAIN_AND_RANGE, term


def test_every_object_property_can_be_read_backwards(onto):
    objects = [
        s for s in list(onto.said) if f"{OWL}ObjectProperty" in onto.values(s, f"{RDF}type") and s.startswith(SR)
    ]
    labels = {term: onto.values(term, f"{SR}inverseLabel") for term in objects}
    assert len(objects) > 80
    assert not [term for term, label in labels.items() if len(label) != 1], "exactly one inverse label each"


def test_every_term_has_labels_in_three_languages(onto, classes, properties):
    assert len(properties) > 120
    short = [term for term in (*classes, *properties) if len(onto.values(term, f"{RDFS}label")) != 3]
    assert not short


def test_domains_and_ranges_are_declared(onto, classes, properties):  # P34
    for term, value in some(onto.pairs(properties, f"{RDFS}domain", f"{RDFS}range")):
        assert value in classes or value.startswith(XSD) or value == f"{OWL}Thing", (term, value)


def test_classes_at_the_top_are_disjoint(onto, classes):  # P10
    disjoint = [set(onto.list(head)) for s in list(onto.said) for head in onto.values(s, f"{OWL}members")]
    disjoint += [{s, other} for s in list(onto.said) for other in onto.values(s, f"{OWL}disjointWith")]
    top = {c for c in classes if not [up for up in onto.values(c, f"{RDFS}subClassOf") if up.startswith(SR)]}
    assert any(top == group for group in disjoint), "the classes at the top must be one list of disjoint classes"


def test_every_class_is_connected(onto, classes, properties):  # P04
    for term in some(classes):
        as_value = [
            s for s in list(onto.said) for values in onto.said[s].values() if any(name(v) == term for v in values)
        ]
        assert as_value or onto.values(term, f"{RDFS}subClassOf"), term


def test_no_class_is_told_by_itself(onto, classes):  # P24, P25 of classes
    for term, value in some(onto.pairs(classes, f"{OWL}equivalentClass")):
        assert term != value and term not in onto.members(value), term


def test_characteristics_fit_domains_and_ranges(onto, properties):  # P28, P29
    kinds = {f"{OWL}TransitiveProperty", f"{OWL}SymmetricProperty"}
    for term in some(t for t in properties if kinds & set(onto.values(t, f"{RDF}type"))):
        assert onto.values(term, f"{RDFS}domain") == onto.values(term, f"{RDFS}range"), term


def test_there_are_no_inverses(onto, properties):  # P05, P25, P26: a property is walked backwards with ^ instead
    assert not [t for t in properties if onto.values(t, f"{OWL}inverseOf")]


def test_a_chain_has_at_least_two_steps(onto, properties):  # P33
    for term, chain in some(onto.pairs(properties, f"{OWL}propertyChainAxiom")):
        assert len(onto.list(chain)) >= 2, term


def test_every_name_of_ours_is_a_term(
    dataset, onto, terms
):  # P34, P35: nothing is used that the ontology does not define
    known = {*terms, SR, *(iri for tie in ("versionIRI", "priorVersion") for iri in onto.values(SR, f"{OWL}{tie}"))}
    used = {
        (name(term), graph)
        for graph, triples in dataset.graphs.items()
        for t in triples
        for term in (t.subject, t.predicate, t.object)
        if is_iri(term) and term.value.startswith(SR)
    }
    assert not {(PREFIXES.shorten(iri), graph) for iri, graph in used if iri not in known}


# --- OWL 2 DL --------------------------------------------------------------------------------------------------------


def test_every_property_is_of_one_kind(onto, properties):
    for term in some(properties):
        kinds = [kind for kind in PROPERTY_KINDS if OWL + kind in onto.values(term, f"{RDF}type")]
        assert len(kinds) == 1, (term, kinds)


def test_a_property_stands_under_properties_of_its_kind(onto, properties):
    kind_of = {
        s: next((k for k in PROPERTY_KINDS if OWL + k in onto.values(s, f"{RDF}type")), None) for s in list(onto.said)
    }
    for term, up in some(onto.pairs(properties, f"{RDFS}subPropertyOf")):
        assert kind_of.get(up) == kind_of[term], (term, up)


def test_nothing_is_class_and_property(onto, classes, properties):
    assert not set(classes) & set(properties)


def test_ranges_fit_the_kind_of_property(onto, properties):
    for term, value in some(onto.pairs(properties, f"{RDFS}range")):
        is_data = f"{OWL}DatatypeProperty" in onto.values(term, f"{RDF}type")
        assert value.startswith(XSD) == is_data, (term, value)


def composite(onto, properties):
    """Properties that follow from several others: transitive ones, those with a chain, and those above either."""
    start = [
        t
        for t in properties
        if f"{OWL}TransitiveProperty" in onto.values(t, f"{RDF}type") or onto.values(t, f"{OWL}propertyChainAxiom")
    ]
    return set(start) | {up for term in start for up in above(onto, term, f"{RDFS}subPropertyOf")}


def test_composite_properties_are_in_no_axiom_that_counts_or_forbids(onto, properties):  # OWL 2 §11.2
    hidden = composite(onto, properties)
    counting = {
        OWL + k
        for k in ("FunctionalProperty", "InverseFunctionalProperty", "IrreflexiveProperty", "AsymmetricProperty")
    }
    cardinalities = {
        OWL + p
        for p in (
            "minCardinality",
            "maxCardinality",
            "cardinality",
            "minQualifiedCardinality",
            "maxQualifiedCardinality",
            "qualifiedCardinality",
            "hasSelf",
        )
    }
    for term in some(hidden):
        assert not counting & set(onto.values(term, f"{RDF}type")), term
        assert not onto.values(term, f"{OWL}propertyDisjointWith"), term
    for node in some(list(onto.said)):
        if cardinalities & set(onto.said[node]):
            assert not hidden & set(onto.values(node, f"{OWL}onProperty"))


def test_chains_are_regular(
    onto, properties
):  # OWL 2 §11.2: there is an order in which each chain's steps come before it
    below = defaultdict(set)  # property → those that must come strictly before it
    equal = defaultdict(set)  # property → those that may come with it
    for term in some(properties):
        for up in onto.values(term, f"{RDFS}subPropertyOf"):
            equal[up].add(term)
        for chain in onto.values(term, f"{OWL}propertyChainAxiom"):
            steps = [onto.values(s, f"{OWL}inverseOf")[0] if s.startswith("_:") else s for s in onto.list(chain)]
            if steps == [term, term]:
                continue
            below[term].update(steps[1:] if steps[0] == term else steps[:-1] if steps[-1] == term else steps)
    for term in some(properties):
        reached, todo = set(), list(below[term])
        while todo:
            node = todo.pop()
            if node not in reached:
                reached.add(node)
                todo += [*below[node], *equal[node]]
        assert term not in reached, term


def test_chains_hold_object_properties(onto, properties):
    for _, chain in some(onto.pairs(properties, f"{OWL}propertyChainAxiom")):
        for step in some(onto.list(chain), 2):
            named = onto.values(step, f"{OWL}inverseOf")[0] if step.startswith("_:") else step
            assert f"{OWL}ObjectProperty" in onto.values(named, f"{RDF}type"), step


def test_lists_of_disjoint_classes_have_no_name(onto):  # OWL 2 Mapping to RDF, table 16
    lists = {OWL + name for name in ("AllDisjointClasses", "AllDifferent", "AllDisjointProperties")}
    for subject in some(s for s in list(onto.said) if lists & set(onto.values(s, f"{RDF}type"))):
        assert subject.startswith("_:"), subject


# --- the data, as far as the ontology's own axioms are concerned -----------------------------------------------------


def test_object_properties_point_to_things_and_datatype_properties_to_values(dataset, onto):
    kind_of = {
        s: next((k for k in PROPERTY_KINDS[:2] if OWL + k in onto.values(s, f"{RDF}type")), None)
        for s in list(onto.said)
    }
    wrong = {
        (PREFIXES.shorten(t.predicate.value), str(t.object)[:60], graph)
        for graph, triples in dataset.data.items()
        for t in triples
        if (kind := kind_of.get(t.predicate.value)) and is_literal(t.object) != (kind == "DatatypeProperty")
    }
    assert not wrong


def test_values_are_of_the_datatype_that_the_ontology_says(dataset, onto):
    whole = {XSD + k for k in ("integer", "nonNegativeInteger")}
    allowed = {
        XSD + "decimal": whole | {XSD + "decimal"},
        XSD + "nonNegativeInteger": whole,
        XSD + "string": {XSD + "string"},
    }
    wrong = set()
    for graph, triples in dataset.data.items():
        for t in triples:
            for kind in onto.values(t.predicate.value, f"{RDFS}range") if t.predicate.value in onto.said else ():
                if kind in allowed and is_literal(t.object) and t.object.datatype.value not in allowed[kind]:
                    wrong.add((PREFIXES.shorten(t.predicate.value), str(t.object)[:60], graph))
    assert not wrong


def test_individuals_stand_where_the_table_of_prefixes_puts_them(dataset):
    spaces = {space for space in PREFIXES.values() if space.startswith(BASE)}
    subjects = {name(t.subject) for triples in dataset.data.values() for t in triples}
    for subject in some((s for s in subjects if s.startswith(ID)), 1000):
        assert subject[: subject.rfind("/") + 1] in spaces, subject
