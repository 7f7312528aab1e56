"""What a build publishes: each file read back by another implementation, and each table as its description says."""

import csv
import gzip
import hashlib
import io
import json
import re

import odd_terms
import openpyxl
import pyoxigraph as ox
import pytest
import rdflib
import real
from loops import some
from rdflib.compare import to_canonical_graph
from real import PREFIXES
from sampling import sample

from statereport.errors import NotWritable
from statereport.project import find_project
from statereport.publish import export
from statereport.questions import chart
from statereport.rdf import namespaces, rdflib_bridge, writers
from statereport.rdf.dataset import load
from statereport.sparql.answers import Answer, Column

PARSERS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}


@pytest.fixture(autouse=True)
def exact_literals(monkeypatch):
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


def asserted(project) -> dict:
    dataset = load(project)
    return {**dataset.ontology, **dataset.data}


def same(one: rdflib.Graph, other: rdflib.Graph) -> bool:
    return set(to_canonical_graph(one)) == set(to_canonical_graph(other))


@pytest.mark.parametrize("ending", PARSERS)
def test_each_graph_format_is_read_back_by_rdflib_as_it_was(made, ending):
    project, out = made
    stated = rdflib_bridge.to_rdflib(t for part in asserted(project).values() for t in part)
    read = rdflib.Graph().parse(out / f"statereport.{ending}", format=PARSERS[ending])
    assert len(stated) > 20 and same(stated, read)


@pytest.mark.parametrize(("ending", "parser"), [("trig", "trig"), ("nq", "nquads")])
def test_each_dataset_format_keeps_the_named_graphs(made, ending, parser):
    project, out = made
    read = rdflib.Dataset()
    read.parse(out / f"statereport.{ending}", format=parser)
    for name, triples in some(asserted(project).items()):
        assert same(rdflib_bridge.to_rdflib(triples), rdflib.Graph() + read.graph(rdflib.URIRef(name))), name


@pytest.mark.slow
@pytest.mark.parametrize("ending", PARSERS)
def test_each_format_of_the_real_graph_is_read_back_as_it_was(tmp_path, ending):
    dataset = real.dataset()
    graphs = {**dataset.ontology, **dataset.data}
    items = writers.canonical(writers.quads({name: graphs[name] for name in sample(graphs, 20)}))
    writers.write(items, tmp_path, "all", [ending], PREFIXES)
    read = rdflib.Graph().parse(tmp_path / f"all.{ending}", format=PARSERS[ending])
    assert same(rdflib_bridge.to_rdflib(writers.merged(items)), read)


def test_jsonld_needs_no_other_document(made):
    _, out = made
    document = json.loads((out / "statereport.jsonld").read_text(encoding="utf-8"))
    assert isinstance(document["@context"], dict)
    assert writers.canonical(writers.read(out / "statereport.jsonld")) == writers.canonical(
        writers.read(out / "statereport.ttl")
    )


def test_the_sum_of_the_nquads_is_the_hash_of_rdfc(made):
    from pyoxigraph import CanonicalizationAlgorithm, Dataset

    _, out = made
    dataset = Dataset(writers.read(out / "statereport.nq"))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    lines = sorted(f"{quad} .\n" for quad in dataset)
    digest = hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()
    assert f"{digest}  statereport.nq" in (out / "RDFC10SUM").read_text().splitlines()


def test_blank_nodes_have_the_same_names_in_every_order(made):
    project, _ = made
    items = writers.quads(asserted(project))
    assert writers.canonical(items) == writers.canonical(reversed(items)) == writers.canonical([*items, *items])


def test_what_is_inferred_stands_apart(made):
    _, out = made
    inferred = set(rdflib.Graph().parse(out / "statereport-inferred.ttl"))
    stated = set(rdflib.Graph().parse(out / "statereport.ttl"))
    assert inferred and not inferred & stated


def test_one_file_holds_everything_that_is_said_and_is_there_compressed_too(made):
    _, out = made
    whole = (out / "statereport-all.ttl").read_bytes()
    every = set(rdflib.Graph().parse(data=whole))
    parts = [rdflib.Graph().parse(path) for path in sorted(out.glob("statereport*.ttl")) if "-all" not in path.name]
    ground = {
        triple for part in some(parts, 3) for triple in part if not any(isinstance(t, rdflib.BNode) for t in triple)
    }
    assert ground == {triple for triple in every if not any(isinstance(t, rdflib.BNode) for t in triple)}
    figure = rdflib.URIRef(namespaces.SR + "Figure")
    assert list(every_of(every, figure)) and gzip.decompress((out / "statereport-all.ttl.gz").read_bytes()) == whole


def every_of(triples, kind):
    """The subjects of a class among the triples: with the file alone, no other is needed to find them."""
    return (s for s, p, o in triples if p == rdflib.RDF.type and o == kind)


def tables(out):
    return sorted(out.glob("tables/*.csv"))


def test_each_table_is_as_its_description_says(made):
    check_tables(made[1])


def test_each_table_of_the_real_graph_is_as_its_description_says(project, tmp_path):
    from statereport.questions.saved import SavedQueries

    engine = real.graph().engine
    for query in (q for q in SavedQueries.of(project) if q.topic == "tables"):
        export.write_answer(tmp_path, query, engine, chart.Background())
    check_tables(tmp_path)


def check_tables(out):
    assert tables(out)
    for path in some(tables(out)):
        about = json.loads(path.with_name(f"{path.name}-metadata.json").read_text(encoding="utf-8"))
        head, *rows = csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline=""))
        columns = about["tableSchema"]["columns"]
        assert about["url"] == path.name and about["@context"][0] == "http://www.w3.org/ns/csvw"
        assert head == [column["name"] for column in columns] == [column["titles"] for column in columns]
        for i, column in some(enumerate(columns)):
            cells = [row[i] for row in rows]
            assert all(cells) or not column.get("required"), (path.name, column["name"])
            values = [
                part for cell in cells if cell for part in (cell.split("; ") if "separator" in column else [cell])
            ]
            assert all(fits(value, column["datatype"]) for value in values), (path.name, column["name"])
        key = about["tableSchema"].get("primaryKey")
        if key:
            keys = [row[head.index(key)] for row in rows]
            assert len(set(keys)) == len(keys)


def fits(value: str, datatype: str) -> bool:
    forms = {
        "anyURI": r"https?://\S+",
        "integer": r"-?\d+",
        "decimal": r"-?\d+(\.\d+)?",
        "boolean": "true|false",
        "date": r"\d{4}-\d\d-\d\d",
    }
    return bool(re.fullmatch(forms.get(datatype, r"[\s\S]*"), value))


def test_a_column_of_mixed_values_is_a_string_and_text_is_never_split():
    assert export._datatype({"integer", "decimal"}) == "decimal"
    assert export._datatype({"integer", "nonNegativeInteger"}) == "integer"
    assert export._datatype({"gYear", "date"}) == "string"
    assert export._datatype({None, "string"}) == "string"
    assert export._datatype(set()) == "string"
    text = [writers.literal("one; two")]
    assert "separator" not in export._column("passages", Column("Passages"), text)
    assert export._column("label", Column("Labels", join="; "), text)["separator"] == "; "


def test_a_table_without_rows_is_described_all_the_same(made):
    project, _ = made
    from statereport.questions.saved import SavedQueries

    query = SavedQueries.of(project).get("tables/figures")
    schema = export.table_schema(query, Answer("select", ("figure", "label"), ()))
    assert [column["name"] for column in schema["columns"]] == ["figure", "label"]


def test_a_column_of_passages_is_text_though_each_could_be_a_number():
    numbers = [writers.literal("13", "http://www.w3.org/2001/XMLSchema#integer")]
    assert export._column("number", Column("Number"), numbers)["datatype"] == "integer"
    assert export._column("number", Column("Number", of="passage"), numbers)["datatype"] == "string"
    assert export._column("theme", Column("Theme", of="theme"), numbers)["datatype"] == "string"


def test_a_data_package_describes_every_column_of_every_table_with_the_types_of_csvw(made):
    files = tables(made[1])
    package = json.loads(files[0].with_name("datapackage.json").read_text())
    assert [resource["path"] for resource in package["resources"]] == [path.name for path in files]
    for path, resource in some(list(zip(files, package["resources"], strict=True))):
        head = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        about = json.loads(path.with_name(f"{path.stem}.csv-metadata.json").read_text())
        fields, columns = resource["schema"]["fields"], about["tableSchema"]["columns"]
        assert [field["name"] for field in fields] == head == [column["name"] for column in columns]
        kinds = {"integer": "integer", "decimal": "number", "boolean": "boolean", "date": "date"}
        for field, column in some(zip(fields, columns, strict=True)):
            wanted = "string" if "separator" in column else kinds.get(column["datatype"], "string")
            assert field["type"] == wanted, (path.name, field["name"])
        assert re.fullmatch(r"[a-z0-9._/-]+", resource["name"]) and resource["encoding"] == "utf-8"


def test_a_table_has_a_workbook_beside_it(made):
    assert tables(made[1])
    for path in some(tables(made[1])):
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        sheet = openpyxl.load_workbook(path.with_suffix(".xlsx")).active
        assert sheet.max_row == len(rows) and sheet.max_column == len(rows[0])


def test_answers_stand_under_their_topic(made):
    _, out = made
    assert (out / "answers/numbers/largest.csv").read_bytes().decode().split("\r\n")[1].endswith(",7391")
    assert json.loads((out / "answers/numbers/largest.json").read_text())["head"]["vars"] == ["figure", "value"]
    assert len(rdflib.Graph().parse(out / "answers/numbers/graph.ttl")) == 3
    assert not (out / "answers/checks").exists()
    books = {path.with_suffix("") for path in out.glob("answers/**/*.xlsx")}
    assert books and books == {path.with_suffix("") for path in out.glob("answers/**/*.csv")}


def test_each_property_shape_has_a_name_and_a_description(tmp_path):
    dataset = real.dataset()
    export.write_shapes(tmp_path, dataset.shapes, dataset.ontology, find_project())
    sh = rdflib.Namespace(namespaces.SH)
    for name in ("shapes.ttl", "shapes-core.ttl"):
        shapes = rdflib.Graph().parse(tmp_path / name)
        every = {it for it in shapes.subjects(sh.path) if isinstance(it, rdflib.URIRef)}
        assert len(every) > 100 and every <= set(shapes.subjects(sh.description)), name
        own = {it for it in every if str(shapes.value(it, sh.path)).startswith(namespaces.SR)}
        assert len(own) > 100 and own <= set(shapes.subjects(sh.name)), name


@pytest.mark.slow
def test_plain_pyshacl_finds_nothing_wrong_in_the_published_file_with_everything():
    """With the shapes in SHACL Core, as they are published; no axiom, no rule and no validator of the project helps."""
    import pyshacl

    build = real.built()
    conforms, _, report = pyshacl.validate(
        rdflib.Graph().parse(build / "statereport-all.ttl"),
        shacl_graph=rdflib.Graph().parse(build / "shapes-core.ttl"),
        inference="none",
        allow_warnings=True,
    )
    assert conforms, report[:2000]


def test_the_description_counts_what_is_published(made):
    _, out = made
    about = rdflib.Graph().parse(out / "void.ttl")
    void = rdflib.Namespace("http://rdfs.org/ns/void#")
    dataset = rdflib.URIRef(namespaces.BASE + "dataset")
    every = rdflib.Graph()
    for stem in ("statereport", "statereport-inferred", "statereport-findings", "queries"):
        every.parse(out / f"{stem}.ttl")
    figures = rdflib.URIRef(f"{dataset}/sr-Figure")
    assert about.value(figures, void["entities"]).toPython() == 3
    assert about.value(dataset, void.triples).toPython() == len(every)
    assert not [term for triple in about for term in triple if isinstance(term, rdflib.BNode)]
    sums = dict(line.split("  ")[::-1] for line in (out / "SHA256SUMS").read_text().splitlines())
    checksum = about.value(
        rdflib.URIRef(f"{dataset}/file/statereport.ttl/sha256"),
        rdflib.URIRef("http://spdx.org/rdf/terms#checksumValue"),
    )
    assert str(checksum) == sums["statereport.ttl"]


def test_two_partitions_never_share_an_address(made):
    _, out = made
    about = rdflib.Graph().parse(out / "void.ttl")
    void = rdflib.Namespace("http://rdfs.org/ns/void#")
    for predicate in (void["class"], void.property, void.triples, void.entities):
        for subject in some(set(about.subjects(predicate))):
            assert len(list(about.objects(subject, predicate))) == 1, subject


def test_literals_reach_rdflib_with_their_characters(made):
    terms = [
        writers.literal("51.40", namespaces.XSD + "decimal"),
        writers.literal("қазақ", language="kk"),
        writers.literal("x"),
    ]
    made = rdflib_bridge.to_rdflib(writers.triple("x:s", f"x:p{i}", term) for i, term in enumerate(terms))
    assert {o.n3() for o in made.objects()} == {
        '"51.40"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        '"қазақ"@kk',
        '"x"',
    }


# --- the writers -----------------------------------------------------------------------------------------------------


ODD = [term for name, term in odd_terms.KNOWN.items() if "promised and not there" not in name]


@pytest.mark.parametrize(("ending", "kind"), [("nq", ox.RdfFormat.N_QUADS), ("trig", ox.RdfFormat.TRIG)])
def test_a_dataset_of_every_odd_term_is_read_back_as_it_was(tmp_path, ending, kind):
    graph = ox.NamedNode("http://example.org/graph")
    s, p = ox.NamedNode("http://example.org/s"), ox.NamedNode("http://example.org/p")
    items = writers.canonical(ox.Quad(s, p, term, graph) for term in ODD)
    writers.write(items, tmp_path, "odd", [ending], {"ex": "http://example.org/"})
    assert writers.canonical(ox.parse((tmp_path / f"odd.{ending}").read_bytes(), format=kind)) == items
    assert len(items) == len(set(ODD)) > 30


def test_a_line_of_nquads_is_not_cut_within_a_literal():
    odd = ox.Literal("a\u0085b\u2028c\x0bd\x1ce")
    items = [ox.Quad(ox.NamedNode("a:a"), ox.NamedNode("a:b"), odd)]
    assert writers.canonical_nquads(items).count(b"\n") == 1 and writers.canonical_nquads([]) == b""


def test_only_canonical_nquads_have_the_names_that_rdfc_gives_to_blank_nodes(made):
    _, out = made
    named = {p.name for p in out.iterdir() if p.is_file() and b"_:c14n" in p.read_bytes()}
    assert named == {"statereport.nq"}
    inner = ox.Triple(ox.BlankNode("x"), ox.NamedNode("a:p"), ox.BlankNode("y"))
    written = writers.document([ox.Triple(ox.BlankNode("z"), ox.NamedNode("a:p"), inner)], "ttl", {})
    assert b"_:c14n" not in written and written.count(b"_:b") == 3


def test_no_local_name_has_a_backslash():
    prefixes = {"x": "http://example.org/", "y": "http://example.org/y/", "z": "http://example.org/z#"}
    names = ("y/plain", "z#a.b-c:d", "y/a/b", "z#a,b", "y/.a", "y/a.", "y/a%20b")
    triples = [ox.Triple(*(ox.NamedNode(f"http://example.org/{it}") for it in (name, "p", "1a"))) for name in names]
    for part in (triples[:2], triples, *([it] for it in triples)):
        written = writers.document(part, "ttl", prefixes)
        assert b"\\" not in written
        assert {quad.triple for quad in ox.parse(written, format=ox.RdfFormat.TURTLE)} == set(part)
    assert b"y:plain" in writers.document(triples[:2], "ttl", prefixes)


def test_blank_nodes_in_triple_terms_have_the_same_names_in_every_order():
    def quads(*names: str) -> list[ox.Quad]:
        s, p, (x, y) = ox.NamedNode("a:s"), ox.NamedNode("a:p"), map(ox.BlankNode, names)
        return [ox.Quad(s, p, ox.Triple(x, p, y)), ox.Quad(s, p, ox.Triple(x, p, ox.Literal("1")))]

    assert writers.canonical(quads("a", "b")) == writers.canonical(reversed(quads("z", "c")))


def test_a_prefix_of_jsonld_never_takes_an_address_for_a_short_name():
    names = ("http://example.org/x", "ex:x", "urn:x:y", "mailto:a@b", "http://example.org/a:b")
    prefixes = {"ex": "http://example.org/", "urn": "http://example.org/", "other": "http://example.org/other/"}
    for name in names:
        s, p = ox.NamedNode("http://example.org/s"), ox.NamedNode(name)
        triples = [ox.Triple(s, p, ox.NamedNode(other)) for other in names]
        triples += [ox.Triple(s, p, ox.Literal("x", datatype=ox.NamedNode(other))) for other in names]
        triples.append(ox.Triple(s, ox.NamedNode(namespaces.RDF + "type"), ox.Literal("no class")))
        document = writers.jsonld(triples, prefixes)
        assert {q.triple for q in ox.parse(document, format=ox.RdfFormat.JSON_LD)} == set(triples), name
        assert set(json.loads(document)["@context"]) <= {"urn"} or "ex:x" not in document.decode()


def test_a_column_is_of_a_type_only_where_every_cell_is():
    def typed(*cells: ox.Literal) -> str:
        return export._column("x", None, list(cells))["datatype"]

    def literal(value: str, kind: str) -> ox.Literal:
        return odd_terms.literal(value, odd_terms.XSD + kind)

    assert typed(literal("5", "integer"), literal("6.5", "decimal")) == "decimal"
    assert typed(literal("5", "integer"), literal("5.0", "integer")) == "string"
    assert typed(literal("true", "boolean")) == "boolean" and typed(literal("maybe", "boolean")) == "string"
    assert typed(literal("2020-02-03", "date")) == "date" and typed(literal("2020", "date")) == "string"
    assert typed(ox.NamedNode("a:a")) == "anyURI" and typed(ox.NamedNode("a:a"), ox.BlankNode("b")) == "string"
    assert typed(odd_terms.KNOWN["a triple"]) == "string"


def test_rdflib_is_given_no_term_that_it_would_change():
    odd = ("a triple", "text with a direction")
    for name in odd:
        with pytest.raises(NotWritable, match=r"RDF 1\.2"):
            rdflib_bridge.to_rdflib([writers.triple("a:a", "a:b", odd_terms.KNOWN[name])])
    before = rdflib.NORMALIZE_LITERALS
    kept = [odd_terms.KNOWN[name] for name in ("a word where a number is promised", "an integer with a sign and zeros")]
    made = rdflib_bridge.to_rdflib(writers.triple("a:a", "a:b", term) for term in kept)
    assert {str(term) for term in made.objects()} == {"abc", "+05"} and before == rdflib.NORMALIZE_LITERALS
