"""The project's Turtle format: what it is (cases in turtle/), that it loses nothing, and what it refuses.

turtle/<case>.ttl becomes <case>.expected.ttl; turtle/refused/<case>.ttl ends with the problem in <case>.txt.
"""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from loops import some
from real import PREFIXES

from statereport.errors import FileUnreadable, Problem, TurtleBlank, TurtleComment, TurtleSyntax, UnknownName
from statereport.rdf import turtle, turtle_writer
from statereport.rdf.dataset import load
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


# --- files as editors write them -------------------------------------------------------------------------------------

BY_HAND = '# A header.\n\nsr:a sr:b """one\ntwo""", "é" .\n'
# A line break inside a string is kept as it is; those between the words are not.
ONE_AND_TWO = {"\n": '"""one\ntwo"""', "\r\n": '"""one\\r\ntwo"""', "\r": '"one\\rtwo"'}


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["no mark", "a byte order mark"])
@pytest.mark.parametrize("end", ONE_AND_TWO, ids=["LF", "CRLF", "CR"])
def test_a_file_is_read_and_written_whatever_its_line_ends_and_mark(tiny, mark, end):
    file = tiny.graphs / "a.ttl"
    file.write_bytes((mark + BY_HAND.replace("\n", end)).encode())
    assert turtle.fmt([file], tiny) == [file]
    block = f'sr:a\n    sr:b\n        {ONE_AND_TWO[end]} ,\n        "é" ;\n .\n'
    assert file.read_bytes().decode() == f"# A header.\n\nPREFIX sr: <{SR}>\n\n{block}"
    assert [t.object.value for t in turtle.read(file)] == [f"one{end}two", "é"]
    file.write_bytes(mark.encode() + file.read_bytes())
    assert turtle.fmt([file], tiny, check=True) == ([file] if mark else [])


def test_a_fault_has_its_line_whatever_the_line_ends():
    for end in some(ONE_AND_TWO):
        with pytest.raises(TurtleSyntax) as fault:
            parse_turtle(f"\ufeff<{SR}a> <{SR}b>{end}{end}  nonsense .", "a.ttl")
        assert fault.value.where == "a.ttl:3:3"
        with pytest.raises(TurtleComment) as comment:
            format_turtle(f"# é{end}{end}sr:a sr:b 1 . # é", PREFIXES, "a.ttl")
        assert comment.value.where == "a.ttl:3:15"


def test_another_encoding_is_refused_with_its_place(tmp_path):
    file = tmp_path / "a.ttl"
    for encoding, where in some([("latin-1", f"{file}:2:6"), ("utf-16", str(file))]):
        file.write_bytes("# one\n# café\n".encode(encoding))
        with pytest.raises(FileUnreadable, match=r"not UTF-8") as fault:
            turtle.read(file)
        assert fault.value.where == where
    file.write_bytes("<http://a/b> <http://a/c> 1 .".encode("utf-16-le"))
    with pytest.raises(TurtleSyntax, match="save it as UTF-8") as fault:
        turtle.read(file)
    assert "\\x00" in fault.value.what and "\0" not in str(fault.value)


def test_half_of_a_character_is_refused():
    with pytest.raises(TurtleSyntax, match=r"Half of a character \(U\+D800\)") as fault:
        format_turtle('sr:a sr:b "\ud800" .', PREFIXES, "a.ttl")
    assert fault.value.where == "a.ttl:1:12"


def test_a_message_that_quotes_the_file_is_short_and_printable():
    with pytest.raises(TurtleSyntax) as fault:
        parse_turtle('"' + "x\u202e" * 10_000 + f'" <{SR}a> 1 .')
    assert len(str(fault.value)) < 1000 and "\u202e" not in str(fault.value)


def test_folders_links_and_odd_names_are_looked_at_like_files(tiny):
    real = tiny.root / "else"
    real.mkdir()
    inside = real / "one.ttl"
    inside.write_text("sr:a sr:b 1 .")
    (tiny.graphs / "a folder.ttl").symlink_to(real)
    (tiny.graphs / "қазақ.ttl").write_text("sr:a sr:b 2 .")
    (tiny.graphs / ".hidden.ttl").write_text("nonsense")
    link = tiny.graphs / "link.ttl"
    link.symlink_to(inside)
    found = turtle.fmt([tiny.graphs], tiny, check=True)
    assert {path.relative_to(tiny.graphs).as_posix() for path in found} == {
        "a folder.ttl/one.ttl",
        "link.ttl",
        "қазақ.ttl",
    }
    assert turtle.fmt([link], tiny) == [link]
    assert link.is_symlink() and inside.read_text().endswith(" .\n"), "the file is written, the link stays"
    (tiny.graphs / "loop").symlink_to(tiny.graphs)
    with pytest.raises(FileUnreadable, match="leads back to"):
        turtle.fmt([tiny.graphs], tiny, check=True)


def test_a_link_to_nothing_is_no_missing_file(tiny):
    link = tiny.graphs / "a.ttl"
    link.symlink_to("gone.ttl")
    with pytest.raises(FileUnreadable, match="nothing is there"):
        turtle.fmt([link], tiny)
    with pytest.raises(FileUnreadable, match="nothing is there"):
        load(tiny)


# --- what a fault is caused by ---------------------------------------------------------------------------------------

CAUSES = {
    "<a> e:b e:c .": "whole IRI with its scheme",
    "e:a e:b <#c> .": "whole IRI with its scheme",
    "e:a e:b <> .": "whole IRI with its scheme",
    'e:a e:b "x"^^<int> .': "whole IRI with its scheme",
    "e:a e:b http://example.org/c .": "angle brackets",
    "figur:a e:b e:c .": "did you mean kaz-figure",
    "qqq:a e:b e:c .": "declare it in ontology/prefixes.ttl",
    'e:a e:b "x .\ne:c e:d e:e .': "what begins here does not end",
    'e:a e:b """x"" .': "what begins here does not end",
    "e:a e:b <http://example.org/": "what begins here does not end",
    "e:a e:b 'x\ny' .": "close the string on its line",
    r'e:a e:b "\a" .': "a backslash in a string as two",
    "e:a e:b <http://example.org/a b> .": "as % and two hexadecimal digits",
    "e:a e:b <http://example.org/%zz> .": "as % and two hexadecimal digits",
    "e:a e:b “x” .": "straight quotation marks",
    "e:a\u00a0e:b e:c .": "an ordinary blank",
    "e:a e:b e:c": "the last statement does not end",
    "e:a e:b e:c .\n.": "take this full stop away",
    "@prefix x: <http://example.org/> .\n.": "take this full stop away",
    "e:a e:b e:c .\ne:d e:e e:f\ne:g e:h e:i .": "may lack a ` ;` or its ` .`",
    "e:a e:b e:c ;\ne:d e:e e:f .": "or end with ` ;`",
    "e:a e:b e:c\n    e:d e:f .": "may lack a ` ;` or its ` .`",
    "e:a e:b 2020-01-01 .": "may be missing before it",
    "e:a e:b x .": "a string in quotation marks",
    "e:a e:b ( 1 2 .": "( … )",
    "e:a e:b TRUE .": "true, false",
    "e:a e:b [ e:c 1 e:d 2 ] .": "may be missing before it",
    "e:a is e:b .": "a predicate is an IRI",
    "e:a [] e:b .": "a predicate is an IRI",
    "e:a . e:b .": "a predicate is an IRI",
    '{ "a": 1 }': "TriG or JSON",
    "e:g { e:a e:b e:c }": "TriG or JSON",
    "<<<<<<< HEAD\ne:a e:b e:c .\n=======\n>>>>>>> theirs\n": "a merge that was not finished",
    "PREFIX x <http://example.org/>": "as the message says",
    'e:a e:b "x"@1 .': "as the message says",
}


def test_a_syntax_fault_says_its_true_cause_or_what_it_may_be():
    wrong = []
    for text, cause in some(CAUSES.items(), 30):
        with pytest.raises(TurtleSyntax) as fault:
            format_turtle(f"PREFIX e: <http://example.org/>\n{text}", PREFIXES)
        if cause not in fault.value.hint:
            wrong.append(f"{text}: {fault.value.what} {fault.value.hint}")
    assert not wrong, "\n".join(wrong)


def test_a_guess_is_not_given_for_knowledge():
    for sign, cause in some(turtle._CAUSES, 10):
        assert "may" in cause or "missing" not in cause, sign


# --- nested blank nodes, long lists and texts ------------------------------------------------------------------------


class Calls:
    """How often the methods of the layout are called."""

    def __init__(self, monkeypatch) -> None:
        self.count = 0
        for name in ("_term", "_flat", "_flat_list", "_flat_node", "_objects", "_items", "_predicates", "_key"):
            monkeypatch.setattr(turtle_writer._Layout, name, self._counted(getattr(turtle_writer._Layout, name)))

    def _counted(self, method):
        def counted(*args):
            self.count += 1
            return method(*args)

        return counted

    def of(self, text: str) -> int:
        """The calls that it takes to write a text in the project's format; a second time it stays as it is."""
        self.count = 0
        written = format_turtle(text, PREFIXES)
        count = self.count
        assert format_turtle(written, PREFIXES) == written
        return count


GROWING = {
    "blank nodes inside of each other": (lambda n: f"sr:a sr:b {'[ sr:b ' * n}1{' ]' * n} .", 49),
    "with two objects each": (lambda n: f"sr:a sr:b {'[ sr:b 1, ' * n}1{' ]' * n} .", 49),
    "with two predicates each": (lambda n: f"sr:a sr:b {'[ a sr:B ; sr:b ' * n}1{' ]' * n} .", 49),
    "lists inside of each other": (lambda n: f"sr:a sr:b {'( ' * n}{')' * n} .", 49),
    "lists of two inside of each other": (lambda n: f"sr:a sr:b {'( 1 ' * n}{')' * n} .", 49),
    "a long list": (lambda n: f"sr:a sr:b ( {'1 ' * n}) .", 1000),
    "a long list of blank nodes": (lambda n: f"sr:a sr:b ( {'[ a sr:B ] ' * n}) .", 1000),
    "equal blank nodes": (lambda n: "[] a sr:B . " * n, 1000),
    "equal blank nodes of one thing": (lambda n: f"sr:a sr:b {', '.join(['[]'] * n)} .", 1000),
}


@pytest.mark.parametrize("case", GROWING)
def test_what_is_twice_as_large_takes_twice_as_many_calls(monkeypatch, case):
    make, size = GROWING[case]
    calls = Calls(monkeypatch)
    once, twice = calls.of(make(size)), calls.of(make(2 * size))
    assert size < once <= 20 * size and twice <= 2.2 * once


@pytest.mark.parametrize("levels", [turtle_writer.DEEPEST + 1, 500, 5_000])
def test_what_is_nested_too_deeply_is_refused_in_words(levels):
    for opening, closing in some([("[ sr:b ", " ]"), ("( ", " )"), ("[ sr:b ( 1 ", ") ]")]):
        with pytest.raises(TurtleBlank, match="more than 100 levels deep"):
            format_turtle(f"sr:a sr:b {opening * levels}1{closing * levels} .", PREFIXES)


def test_a_chain_that_is_no_list_is_nested():
    chain = f"sr:a sr:b {'[ rdf:first 1 ; rdf:rest ' * 300}sr:end{' ]' * 300} ."
    with pytest.raises(TurtleBlank, match="levels deep"):
        format_turtle(chain, PREFIXES)
    assert "[ rdf:rest sr:end ]" in format_turtle("sr:a sr:b [ rdf:rest sr:end ] .", PREFIXES)


def test_a_long_text_and_a_long_number_are_written_as_they_are():
    for value in some(["x" * 1_000_000, "\n" * 100_000, '"' * 100_000, "\\" * 100_000, "é\u200b" * 100_000]):
        triples = [Triple(NamedNode(SR + "a"), NamedNode(SR + "b"), Literal(value)) for _ in range(2)]
        assert parse_turtle(turtle.write_turtle(triples, [], PREFIXES)) == triples[:1]
    numbers = f'sr:a sr:b {"9" * 5000}, {"1" * 5000}, 7, "{"2" * 5000}" .'
    text = format_turtle(numbers, PREFIXES)
    assert [len(t.object.value) for t in parse_turtle(text)] == [1, 5000, 5000, 5000]


def test_a_direction_of_text_and_unseen_characters_are_kept():
    text = 'sr:a sr:b "a"@ar--rtl, "a"@ar--ltr, "a"@ar, "\u202e\U000e0041\u061c", <http://example.org/\u202e> .'
    written = format_turtle(text, PREFIXES)
    assert same_triples(parse_turtle(written), parse_turtle(f"PREFIX sr: <{SR}>\n{text}"))
    assert '"a"@ar--rtl' in written and not any(char in written for char in "\u202e\U000e0041\u061c")


def test_triples_are_the_same_up_to_the_names_of_blank_nodes():
    pairs = {
        ("_:a sr:b _:c . _:c sr:b 1 .", "_:x sr:b _:a . _:a sr:b 1 ."): True,
        ("[] sr:b 1 . [] sr:b 1 .", "[] sr:b 1 ."): False,
        ("sr:a sr:b [], [] .", "sr:a sr:b [] ."): False,
        ("sr:a sr:b [ sr:c 1 ], [ sr:c 2 ] .", "sr:a sr:b [ sr:c 2 ], [ sr:c 1 ] ."): True,
        ("sr:a sr:b [ sr:c 1 ], [ sr:c 2 ] .", "sr:a sr:b [ sr:c 1 , 2 ], [] ."): False,
        ("sr:a sr:b _:x . sr:c sr:b _:x .", "sr:a sr:b _:x . sr:c sr:b _:x ."): True,
        ("sr:a sr:b _:x . sr:c sr:b _:x .", "sr:a sr:b [] . sr:c sr:b [] ."): False,
        ("_:x sr:b _:x .", "_:y sr:b _:y ."): True,
        ("_:x sr:b _:y . _:y sr:b _:x .", "_:x sr:b _:x . _:y sr:b _:y ."): False,
        ("sr:a sr:b <<( sr:a sr:b 1 )>> .", "sr:a sr:b <<( sr:a sr:b 1 )>> ."): True,
        ("sr:a sr:b 1 .", "sr:a sr:b 01 ."): False,
        ("", ""): True,
    }
    for (one, other), same in some(pairs.items()):
        first, second = (parse_turtle(f"PREFIX sr: <{SR}> {text}") for text in (one, other))
        assert same_triples(first, second) is same_triples(second, first) is same, (one, other)


def test_a_block_is_found_by_its_name(project):
    text = (project.ontology / "statements.ttl").read_text(encoding="utf-8")
    assert text.splitlines()[turtle.line_of(text, "sr:quote") - 1] == "sr:quote"
    assert turtle.line_of(text, "sr:quot") is None


def test_a_written_graph_reads_back():
    triples = [Triple(NamedNode(SR + "a"), NamedNode(SR + "value"), Literal("1"))]
    text = turtle.write_turtle(triples, ["What it is.", "Generated."], PREFIXES)
    assert text.startswith("# What it is.\n# Generated.\n\nPREFIX sr:")
    assert parse_turtle(text) == triples


# --- properties ------------------------------------------------------------------------------------------------------

XSD, RDF = PREFIXES["xsd"], PREFIXES["rdf"]
STEADY = settings(derandomize=True, deadline=None, database=None)  # the same examples each time
WORDS = st.one_of(
    st.text(),
    st.text(alphabet="\"\\\n\r\t '#<>@^.;{}[]()\0\x1f\x7f\u00a0\u2028\ufeff𝄞é"),
    st.sampled_from(["PREFIX x: <y>", "ends with \\", 'a\n"""b""""', "# no comment", "\r\n"]),
)
IRIS = st.builds(
    lambda space, local: NamedNode(space + (local.replace("#", "/") if "#" in space else local)),
    st.sampled_from([SR, "http://example.org/", PREFIXES["kaz-passage"], "urn:x:", RDF]),
    st.one_of(
        st.from_regex(r"[A-Za-z0-9_.~%é-]{1,6}", fullmatch=True).map(lambda text: text.replace("%", "%20")),
        st.sampled_from(["type", "nil", "first", "rest", "13.6", "a.", ".a", "-a", "a/b", "a#b", "a'b", "a,b", "a:b"]),
    ),
)
LITERALS = st.one_of(
    WORDS.map(Literal),
    st.builds(lambda text, tag: Literal(text, language=tag), WORDS, st.sampled_from(["en", "kk-cyrl", "x-a"])),
    st.builds(
        lambda text, kind: Literal(text, datatype=NamedNode(kind)),
        st.one_of(WORDS, st.sampled_from(["1", "-01", "+2", "1.50", ".5", "1.", "1e3", "true", "0", "x", "9" * 5000])),
        st.sampled_from([XSD + name for name in ("integer", "decimal", "boolean", "double", "date")] + [SR + "own"]),
    ),
)
# A node is the statements about it (a list of pairs), or a list of members.
NODES = st.recursive(
    st.one_of(IRIS, LITERALS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(tuple), st.lists(st.tuples(IRIS, inner), max_size=4).map(list)
    ),
    max_leaves=12,
)


@st.composite
def graphs(draw) -> list[Triple]:
    """Triples in any order: hard strings, ill-typed literals, nested blank nodes and lists."""
    triples: list[Triple] = []

    def written(node):
        if isinstance(node, tuple):
            head = NamedNode(RDF + "nil")
            for member in reversed(node):
                cell = BlankNode()
                triples.append(Triple(cell, NamedNode(RDF + "first"), written(member)))
                triples.append(Triple(cell, NamedNode(RDF + "rest"), head))
                head = cell
            return head
        if isinstance(node, list):
            blank = BlankNode()
            triples.extend([Triple(blank, predicate, written(value)) for predicate, value in node])
            return blank
        return node

    for subject, predicate, value in draw(st.lists(st.tuples(st.one_of(IRIS, st.none()), IRIS, NODES), max_size=8)):
        triples.append(Triple(subject or BlankNode(), predicate, written(value)))
    return draw(st.permutations(triples))


@STEADY
@given(graphs(), st.lists(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"])), max_size=2))
def test_no_graph_loses_a_triple(triples, header):
    text = turtle.write_turtle(triples, header, PREFIXES)
    assert same_triples(parse_turtle(text), triples)
    assert format_turtle(text, PREFIXES) == text


@STEADY
@given(graphs(), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_another_layout_of_a_graph_comes_to_the_same_text(triples, end, mark):
    text = turtle.write_turtle(triples, ["A header."], PREFIXES)
    unfolded = "\n".join(line.strip() for line in text.split("\n")) if '"""' not in text else text
    if '"""' not in text:
        unfolded = unfolded.replace("\n", end)
    assert format_turtle("\ufeff" * mark + unfolded, PREFIXES) == text


PIECES = st.sampled_from(
    [
        *("sr:a", "a", "sr:b", "1", "1.5", "true", '"x"', "'y'", '"""z\n"""', "@en", "@ar--rtl", "^^sr:c"),
        *(
            "<http://e/x>",
            "<x>",
            "[",
            "]",
            "(",
            ")",
            ";",
            ",",
            ".",
            " .",
            "\n",
            "\r",
            "\r\n",
            "# c",
            "_:x",
            "<<(",
            ")>>",
        ),
        *("{|", "|}", "\0", "PREFIX sr:", "@prefix", "BASE", "\ufeff", "é", "\u202e", "\\", '"', "'", "nope:x", "sr:"),
        *(":", "-", "%", "<<", ">>"),
    ]
)


def assert_written_or_refused(text: str) -> None:
    """A text is written in the format, which is a fixed point, or refused by a Problem with its place and a hint."""
    try:
        written = format_turtle(text, PREFIXES, "a.ttl")
    except Problem as problem:
        assert problem.where.startswith("a.ttl") and problem.what and problem.hint
    else:
        assert format_turtle(written, PREFIXES) == written


@STEADY
@example(["sr:a", "sr:b", "[", "]", "."])
@given(st.lists(PIECES, max_size=14))
def test_any_text_is_written_or_refused_in_words(pieces):
    assert_written_or_refused(" ".join(pieces))


@STEADY
@given(st.data())
def test_a_damaged_file_is_written_or_refused_in_words(data):
    text = data.draw(st.sampled_from([path.read_text(encoding="utf-8") for path in some(WRITTEN)]))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    assert_written_or_refused(text[:start] + data.draw(WORDS) + text[end:])
