"""The project's Turtle format: what it is (cases in turtle/), that it loses nothing, and what it refuses.

turtle/<case>.ttl becomes <case>.expected.ttl; turtle/refused/<case>.ttl ends with the problem in <case>.txt.
"""

import random
from pathlib import Path

import pytest
from real import PREFIXES

from statereport.errors import Problem, TurtleSyntax, UnknownName
from statereport.rdf import turtle
from statereport.rdf.namespaces import SR
from statereport.rdf.turtle import BlankNode, Literal, NamedNode, Triple, format_turtle, parse_turtle, same_triples

CASES = Path(__file__).parent / "turtle"
WRITTEN = sorted(path for path in CASES.glob("*.ttl") if not path.name.endswith(".expected.ttl"))
REFUSED = sorted((CASES / "refused").glob("*.ttl"))


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case.stem)
def test_a_file_is_written_in_the_project_format(case):
    expected = case.with_suffix(".expected.ttl").read_text(encoding="utf-8")
    assert format_turtle(case.read_text(encoding="utf-8"), PREFIXES) == expected
    assert format_turtle(expected, PREFIXES) == expected


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.stem)
def test_what_cannot_be_written_is_refused_with_a_place_and_a_cure(case):
    with pytest.raises(Problem) as refusal:
        format_turtle(case.read_text(encoding="utf-8"), PREFIXES, case.name)
    assert str(refusal.value) + "\n" == case.with_suffix(".txt").read_text(encoding="utf-8")


def test_every_case_has_its_counterpart():
    assert {p.name.replace(".expected.ttl", ".ttl") for p in CASES.glob("*.expected.ttl")} == {p.name for p in WRITTEN}
    assert {p.stem for p in (CASES / "refused").glob("*.txt")} == {p.stem for p in REFUSED}


def test_every_file_of_the_project_is_in_the_project_format(project):
    assert turtle.fmt([project.ontology, project.graphs], project, check=True) == []


def test_check_names_the_files_and_writes_nothing(tiny):
    file = tiny.graphs / "reports" / "tiny" / "01-schools.ttl"
    before = file.read_text().replace(" ;\n .", " .")
    file.write_text(before)
    assert turtle.fmt([tiny.graphs], tiny, check=True) == [file]
    assert file.read_text() == before
    assert turtle.fmt([file], tiny) == [file]
    assert turtle.fmt([tiny.root], tiny, check=True) == []


def test_a_file_that_is_not_there_is_a_problem(tmp_path, tiny):
    with pytest.raises(UnknownName, match="none"):
        turtle.fmt([tmp_path / "none.ttl"], tiny)


def test_triples_are_read_in_their_order_with_their_lexical_forms(tmp_path):
    file = tmp_path / "a.ttl"
    file.write_text(f"<{SR}b> <{SR}value> 007, 12.50, 1.0E3 .\n<{SR}a> <{SR}value> '1'^^<{SR}own> .")
    triples = turtle.read(file)
    assert [t.object.value for t in triples] == ["007", "12.50", "1.0E3", "1"]
    assert [t.subject.value[-1] for t in triples] == ["b", "b", "b", "a"]


def test_a_syntax_fault_says_file_line_and_column(tmp_path):
    file = tmp_path / "a.ttl"
    file.write_text(f"<{SR}a> <{SR}b>\n  nonsense .")
    with pytest.raises(TurtleSyntax) as fault:
        turtle.read(file, "graphs/a.ttl")
    assert fault.value.where == "graphs/a.ttl:2:3"


def test_a_file_that_is_not_utf_8_says_where(tmp_path):
    file = tmp_path / "a.ttl"
    file.write_bytes(b"# one\n# caf\xe9\n")
    with pytest.raises(TurtleSyntax) as fault:
        turtle.read(file)
    assert fault.value.where == f"{file}:2:6"


def test_a_block_is_found_by_its_name(project):
    text = (project.ontology / "statements.ttl").read_text(encoding="utf-8")
    assert text.splitlines()[turtle.line_of(text, "sr:quote") - 1] == "sr:quote"
    assert turtle.line_of(text, "sr:quot") is None


def test_a_written_graph_reads_back():
    triples = [Triple(NamedNode(SR + "a"), NamedNode(SR + "value"), Literal("1"))]
    text = turtle.write_turtle(triples, ["What it is.", "Generated."], PREFIXES)
    assert text.startswith("# What it is.\n# Generated.\n\nPREFIX sr:")
    assert parse_turtle(text) == triples


STRINGS = [
    "",
    " ",
    '"',
    '""',
    '"""',
    "\\",
    '\\"',
    "a\nb",
    'a\n"',
    'a\n"""b""""',
    "\n",
    "\r\n",
    "\t",
    "\x00\x1f\x7f",
    "\u00a0",
    "\u2028",
    "𝄞",
    "#",
    "<x>",
    "'",
    "ends with \\",
    "a\n\\",
    "PREFIX x: <y>",
]


@pytest.mark.parametrize("seed", range(60))
def test_no_graph_loses_a_triple(seed):
    """Random graphs with hard strings, nested blank nodes and lists: same triples, and a second time the same text."""
    dice = random.Random(seed)
    xsd = PREFIXES["xsd"]
    rdf = PREFIXES["rdf"]
    triples: list[Triple] = []

    def iri() -> NamedNode:
        return NamedNode(
            dice.choice([SR, "http://example.org/", PREFIXES["passage"]])
            + dice.choice("abc")
            + dice.choice(["", "1", ".2", "-", ".", "~", "%20", "é"])
        )

    def literal() -> Literal:
        value = dice.choice(STRINGS) + dice.choice(STRINGS)
        kind = dice.choice(["integer", "decimal", "boolean", "double", "date", "string", "own"])
        number = dice.choice(["1", "-01", "+2", "1.50", ".5", "1e3", "true", "0", "x"])
        return dice.choice(
            [Literal(value), Literal(value, language="en"), Literal(number, datatype=NamedNode(xsd + kind))]
        )

    def thing(depth: int):
        roll = dice.random()
        if depth and roll < 0.2:
            node = BlankNode()
            describe(node, depth - 1)
            return node
        if depth and roll < 0.4:
            head = NamedNode(rdf + "nil")
            for _ in range(dice.randrange(4)):
                node = BlankNode()
                triples.append(Triple(node, NamedNode(rdf + "first"), thing(depth - 1)))
                triples.append(Triple(node, NamedNode(rdf + "rest"), head))
                head = node
            return head
        return iri() if roll < 0.6 else literal()

    def describe(subject, depth: int) -> None:
        for _ in range(dice.randrange(5)):
            triples.append(Triple(subject, iri(), thing(depth)))

    for _ in range(6):
        describe(dice.choice([iri(), iri(), BlankNode()]), 3)
    dice.shuffle(triples)
    text = turtle.write_turtle(triples, ["A random graph."], PREFIXES)
    assert same_triples(parse_turtle(text), triples)
    assert format_turtle(text, PREFIXES) == text
