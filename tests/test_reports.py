"""Several reports: a second State's with paragraph numbers of its own, and the observations that it answers."""

import pytest

from statereport.errors import NumeralUnaccounted, TextMissing
from statereport.project import Project, TextFiles
from statereport.rdf import dataset, prefixes
from statereport.source import anchors, evidence, generators, ledger
from statereport.source.text import digest, paragraphs

ID = "https://w3id.org/statereport/id/"
OWN = """I. Introduction
1. Graustark answers paragraph 17 (a).
II. Follow-up
A. Schools
2. There were 12 schools,
of which 3. are new.1
1 Without evening schools.
"""
ASKED = "17. The Committee is concerned.\n(a) Open schools, at least 2.\n(b) Close none.\n"
# kind, address, what is in the text, what it is part of
UNITS = [
    ("Section", "section/I", "I", "I. Introduction", "report/gra-cerd-1"),
    ("Passage", "passage/1", "1", "1. Graustark answers paragraph 17 (a).", "gra-cerd-1/section/I"),
    ("Section", "section/II", "II", "II. Follow-up", "report/gra-cerd-1"),
    ("Section", "section/II.A", "II.A", "A. Schools", "gra-cerd-1/section/II"),
    ("Passage", "passage/2", "2", "2. There were 12 schools,\nof which 3. are new.1", "gra-cerd-1/section/II.A"),
    ("Passage", "passage/note-1", "note 1", "1 Without evening schools.", "gra-cerd-1/section/II.A"),
]


def unit(text, short, kind, address, number, printed, whole):
    start = text.index(printed)
    return f"""<{ID}{short}/{address}> a sr:{kind} ; sr:number "{number}" ; sr:isPartOf <{ID}{whole}> ;
    sr:digest "{digest(printed)}" ; sr:startOffset {start} ; sr:endOffset {start + len(printed)} .
"""


def write(project: Project, short: str, name: str, content: str) -> None:
    folder = project.graphs / "reports" / short
    folder.mkdir(parents=True, exist_ok=True)
    kinds = ("anchor", "claim", "figure", "numeral", "passage", "quantity", "section")
    table = "".join(f"PREFIX {kind}: <{ID}{short}/{kind}/>\n" for kind in kinds)
    (folder / "prefixes.ttl").write_text(table, encoding="utf-8")
    head = f"PREFIX sr: <https://w3id.org/statereport/def/>\n{table}"
    (folder / f"{name}.ttl").write_text(head + content, encoding="utf-8")


@pytest.fixture
def two(tiny) -> Project:
    """The small project with a second report, and concluding observations of which one paragraph is a passage."""
    report = f'<{ID}report/gra-cerd-1> a sr:Report ; sr:digest "{digest(OWN)}" .\n'
    report += "".join(unit(OWN, "gra-cerd-1", *row) for row in UNITS)
    report += """figure:2-schools a sr:Figure ; sr:isStatedIn passage:2 ; sr:quote "12 schools" ; sr:asPrinted "12" .
figure:2-new a sr:Figure ; sr:isStatedIn passage:2 ; sr:quote "which 3" ; sr:asPrinted "3" .
claim:note-1-evening a sr:Claim ; sr:isStatedIn passage:note-1 ; sr:quote "evening schools" .
claim:2-heading a sr:Claim ; sr:isStatedIn section:II.A ; sr:quote "Schools" .
"""
    write(tiny, "gra-cerd-1", "report", report)
    asked = f'<{ID}document/gra-cerd-co-1> a sr:ConcludingObservations ; sr:digest "{digest(ASKED)}" .\n'
    row = ("Passage", "passage/17-a", "17 (a)", "(a) Open schools, at least 2.", "document/gra-cerd-co-1")
    asked += unit(ASKED, "gra-cerd-co-1", *row)
    asked += "quantity:17-a-schools a sr:LegalQuantity ; sr:isStatedIn passage:17-a ;\n"
    asked += '    sr:quote "at least 2" ; sr:asPrinted "2" .\n'
    write(tiny, "gra-cerd-co-1", "document", asked)
    (tiny.root / "texts").mkdir()
    for name, text in (("own", OWN), ("asked", ASKED)):
        (tiny.root / "texts" / f"{name}.txt").write_text(text, encoding="utf-8")
    return tiny


def read(project: Project) -> dict[str, evidence.Evidence]:
    """Short name → evidence, of what a text is there for."""
    files = TextFiles((project.root / "report.txt",), tuple(sorted((project.root / "texts").iterdir())))
    graphs = dataset.read_folder(project, project.graphs, evidence.GENERATED)
    found, missing = evidence.read_all(project, graphs, files)
    assert missing == ()
    return {one.folder.name: one for one in found}


def test_each_text_is_read_for_the_document_that_has_its_digest(two):
    assert {name: one.has_own_numbers for name, one in read(two).items()} == {
        "gra-cerd-1": True,
        "gra-cerd-co-1": True,
        "tiny": False,
    }


def test_a_text_that_is_not_at_hand_is_named(two):
    graphs = dataset.read_folder(two, two.graphs, evidence.GENERATED)
    found, missing = evidence.read_all(two, graphs, TextFiles(among=(two.root / "texts" / "own.txt",)))
    assert ([one.folder.name for one in found], missing) == (["gra-cerd-1"], ("gra-cerd-co-1", "tiny"))


def test_anchors_are_named_by_the_numbers_that_the_paragraphs_have(two):
    made = anchors.generate(read(two)["gra-cerd-1"])
    assert made.problems == ()
    for name in ("claim.2-heading.section-ii-a", "figure.2-schools.2", "figure.2-new.2", "claim.note-1-evening.note-1"):
        assert f"anchor:{name}\n" in made.content, name


def test_concluding_observations_have_anchors_and_no_ledger(two):
    made = generators.every(read(two)["gra-cerd-co-1"])
    assert [graph.path.name for graph in made if graph.problems == ()] == ["anchors.ttl", "mentions.ttl"]
    assert "anchor:quantity.17-a-schools.17-a\n" in made[0].content


def test_the_number_of_a_paragraph_is_the_number_of_a_list(two):
    entries = ledger.entries(read(two)["gra-cerd-1"])
    assert [(it.numeral.token, it.account) for it in entries] == [
        ("1", "list-number"),
        ("17", ""),
        ("2", "list-number"),
        ("12", "figure"),
        ("3", "figure"),
        ("1", ""),
        ("1", ""),
    ]
    assert {type(problem) for problem in ledger.generate(read(two)["gra-cerd-1"]).problems} == {NumeralUnaccounted}


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('sr:number "2"', 'sr:number "3"', "The passage 2 is in the text and not in the graph."),
        (f"sr:startOffset {OWN.index('A. Schools')}", "sr:startOffset 0", "has the digest"),
        (f"sr:endOffset {OWN.index('A. Schools') - 1}", "sr:endOffset 80", "has the digest"),
    ],
)
def test_units_that_are_not_those_of_the_text_are_named(two, old, new, what):
    file = two.graphs / "reports" / "gra-cerd-1" / "report.ttl"
    content = file.read_text(encoding="utf-8")
    file.write_text(content.replace(old, new, 1), encoding="utf-8")
    found = [problem.what for problem in anchors.generate(read(two)["gra-cerd-1"]).problems]
    assert any(what in it for it in found)


def test_paragraphs_count_from_one_and_other_numbers_open_none():
    text = "1. One.\n 2. Two.\n4. No.\n1. No.\n3. Three, of 4. No.\n"
    assert {number: text[start : start + 2] for number, start in paragraphs(text).items()} == {
        1: "1.",
        2: "2.",
        3: "3.",
    }


def test_prefixes_of_a_report_have_its_state_and_those_of_another_document_its_whole_name(two):
    table = prefixes.read(two)
    assert table.shorten(f"{ID}gra-cerd-1/figure/2-schools") == "gra-figure:2-schools"
    assert table.shorten(f"{ID}tiny/figure/1-schools") == "tiny-figure:1-schools"
    assert table.shorten(f"{ID}gra-cerd-co-1/passage/17-a") == "gra-cerd-co-1-passage:17-a"


def test_no_text_at_all_is_said(two, monkeypatch):
    from statereport.cli import check

    monkeypatch.delenv("STATEREPORT_TEXT", raising=False)
    with pytest.raises(TextMissing, match="gra-cerd-1, gra-cerd-co-1, tiny"):
        check.generated("anchors", two)
