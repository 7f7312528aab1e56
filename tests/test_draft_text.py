"""From a document to its normalised text, its passages and what page 1 says; odd files are refused with a reason."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import small_documents as small
from skipping import skip_with_reason

from statereport.cli import commands, console
from statereport.draft import folder, lines
from statereport.draft.document import Document, document
from statereport.draft.front import iso_date
from statereport.draft.normalised import plain
from statereport.errors import DocumentUnreadable, RunBroken
from statereport.project import find_project

BODY = [
    [
        small.SYMBOL,
        "I. General",
        "1. The land has 12 schools.1 It also has a well-",
        "known law of the Inter-",
        "Ministerial Board and many govern-",
        "ment offices, as the well-known decree says:",
        "(a) Law No. 4 of 3 May 2001;",
        "(b) The rules on fishing, which",
        "1 A/HRC/1/2, para. 3.",
        "2 GE.24-00001",
    ],
    [
        small.SYMBOL,
        "3",
        "were changed in 2014 2 and in 2016.",
        "Other matters",
        "2. The Board, its 7 members and the law meet in 2020.",
        "A. Work",
        "3. Nothing more is said (art.",
        "5).",
        "2 Ibid.",
    ],
]


def made(pages: list[list[str]], **options) -> Document:
    """The document of invented pages."""
    found = lines.lines_of_pages(["\n".join(page) for page in pages])
    return document(lines.Source(tuple(found), len(pages), "0" * 64, "pdf", "test"), "invented", **options)


def units(found: Document) -> list[tuple[str, str, str]]:
    return [(unit.number, unit.under, found.at(unit)) for unit in found.units]


WANT = [
    ("I", "", "I. General"),
    (
        "1",
        "I",
        "1. The land has 12 schools. It also has a well-known law of the Inter-Ministerial Board and many government "
        "offices, as the well-known decree says:",
    ),
    ("1 (a)", "1", "(a) Law No. 4 of 3 May 2001;"),
    ("1 (b)", "1", "(b) The rules on fishing, which were changed in 2014 and in 2016."),
    ("I.1", "I", "Other matters"),
    ("2", "I.1", "2. The Board, its 7 members and the law meet in 2020."),
    ("I.A", "I", "A. Work"),
    ("3", "I.A", "3. Nothing more is said (art. 5)."),
    ("note 1", "", "1 A/HRC/1/2, para. 3."),
    ("note 2", "", "2 Ibid."),
]


def test_the_text_has_paragraphs_joined_over_pages_and_nothing_of_heads_feet_and_hyphens():
    found = made([list(small.FRONT), *BODY])
    assert units(found) == WANT
    assert found.content == "".join(f"{text}\n" for _, _, text in WANT)
    assert found.summary() == "paragraphs 1 to 3, no gap; 3 sections; 2 items; 2 notes"


def test_the_places_of_notes_are_kept_and_their_digits_are_not_in_the_text():
    found = made([list(small.FRONT), *BODY])
    places = {unit.number: [found.content[at - 8 : at] for at in unit.refers] for unit in found.units if unit.refers}
    assert places == {"1": ["schools."], "1 (b)": [" in 2014"]}
    assert not found.remarks


def test_a_note_without_a_reference_is_listed():
    pages = [["1. One thing.", "2. Two things.", "3. Three things.", "Notes", "1 A note."]]
    assert made(pages).remarks == ("no reference to note 1 was found in the text",)


def test_page_1_says_what_the_document_is():
    front = made([list(small.FRONT), *BODY]).front
    assert (front.symbol, front.state, front.treaty, front.language) == (small.SYMBOL, "XYZ", "ICERD", "en")
    assert (front.date, front.received) == ("2024-05-03", "2024-04-02")
    assert front.committee == "Committee on the Elimination of Racial Discrimination"
    assert front.title == "Reports of Ruritania due in 2023"


@pytest.mark.parametrize(
    ("printed", "iso"),
    [
        ("14 January 2026", "2026-01-14"),
        ("1er août 2019", "2019-08-01"),
        ("3 de mayo de 2020", "2020-05-03"),
        ("May", ""),
    ],
)
def test_dates_of_page_1_are_read_in_three_languages(printed, iso):
    assert iso_date(printed) == iso


def test_a_break_in_the_run_of_numbers_is_refused_or_listed():
    pages = [["1. One.", "2. Two.", "4. Four.", "5. Five."]]
    with pytest.raises(RunBroken, match="3 not found before 4"):
        made(pages, allow_gaps=False)
    assert made(pages).summary() == "paragraphs 1 to 5, 3 not found before 4 (page 1)"
    again = [["1. One.", "2. Two.", "3. Three."], ["1. Annex.", "2. More.", "3. End."]]
    assert made(again).summary() == "paragraphs 1 to 3, after 3, 1 again (page 2)"
    assert [unit.number for unit in made(again).units][3:] == ["annex 1", "annex 2", "annex 3"]


def test_a_sentence_that_stands_at_the_foot_of_every_page_is_no_running_head():
    pages = [["Report of the State", f"{n}. One of the rules holds (art. {n}).", "It holds."] for n in range(1, 7)]
    found = made(pages)
    assert found.summary() == "paragraphs 1 to 6, no gap"
    assert found.content == "".join(f"{n}. One of the rules holds (art. {n}). It holds.\n" for n in range(1, 7))


def test_a_list_inside_a_paragraph_is_no_break():
    pages = [["1. One.", "2. These:", "1. Apples.", "2. Pears.", "3. Three.", "4. Four.", "5. Five."]]
    assert made(pages).summary() == "paragraphs 1 to 5, no gap"


def test_a_document_without_numbers_gets_sections_and_ordinals():
    found = made(
        [["A. Work", "The first of these paragraphs is longer than the", "second.", "Nothing more follows here."]]
    )
    assert [unit.number for unit in found.units] == ["A", "A.1", "A.2"]


def test_a_line_is_made_plain():
    assert plain("\u00a0the \ufb01rst\u00ad \u2009no\u2011one\u200b ") == "the first no-one"


def written(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_a_pdf_is_read_by_pdfium(tmp_path):
    source = lines.read(written(tmp_path, "a.pdf", small.pdf([list(small.FRONT), *BODY])))
    assert source.reader.startswith("pypdfium2 ") and source.pages == 3
    assert units(document(source)) == WANT


def test_a_word_document_keeps_its_automatic_numbers(tmp_path):
    parts = [("heading", "General"), ("numbered", "One, with:"), ("lettered", "alpha;"), ("lettered", "beta."),
             ("heading", "More"), ("numbered", "Two."), ("numbered", "Three.")]  # fmt: skip
    found = document(lines.read(written(tmp_path, "a.docx", small.docx(parts))))
    assert units(found) == [
        ("s1", "", "General"),
        ("1", "s1", "1. One, with:"),
        ("1 (a)", "1", "(a) alpha;"),
        ("1 (b)", "1", "(b) beta."),
        ("s2", "", "More"),
        ("2", "s2", "2. Two."),
        ("3", "s2", "3. Three."),
    ]


def test_further_paragraphs_under_a_number_are_passages_of_their_own_where_the_document_keeps_them_apart(tmp_path):
    parts = [
        ("numbered", "One."),
        ("plain", "And more."),
        ("plain", "And yet more."),
        ("numbered", "Two."),
        ("numbered", "Three."),
    ]
    found = document(lines.read(written(tmp_path, "a.docx", small.docx(parts))))
    assert [unit.number for unit in found.units] == ["1", "1.1", "1.2", "2", "3"]


def test_html_and_plain_text_give_the_same_passages(tmp_path):
    html = (
        "<html><head><title>x</title></head><body><h1>General</h1><p>1. One &amp; more<sup>1</sup>.</p>"
        "<p>2. Two.</p><p>3. Three.</p></body></html>"
    )
    want = [("s1", "", "General"), ("1", "s1", "1. One & more."), ("2", "s1", "2. Two."), ("3", "s1", "3. Three.")]
    assert units(document(lines.read(written(tmp_path, "a.html", html.encode())))) == want
    text = "General\n1. One & more.\n2. Two.\n3. Three.\n"
    assert units(document(lines.read(written(tmp_path, "a.txt", text.encode())))) == want


def test_the_encoding_of_a_text_is_found(tmp_path):
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "latin-1"):
        path = written(tmp_path, f"{encoding}.txt", "1. Café.\r\n2. Zoë.\r\n3. Été.\r\n".encode(encoding))
        assert document(lines.read(path)).content == "1. Café.\n2. Zoë.\n3. Été.\n"


def locked() -> bytes:
    pypdf = pytest.importorskip("pypdf")
    import io

    writer = pypdf.PdfWriter(io.BytesIO(small.pdf([["1. One."]])))
    writer.encrypt("secret", algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


ODD = {
    "empty.pdf": (lambda: b"", "is empty"),
    "scan.pdf": (lambda: small.pdf([[], []]), "it is a scan"),
    "locked.pdf": (locked, "password"),
    "page.pdf": (lambda: b"<p>Not found</p>", "no PDF"),
    "cut.pdf": (lambda: b"%PDF-1.4\n1 0 obj", "damaged"),
    "old.doc": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Word"),
    "broken.docx": (lambda: small.docx([("plain", "x")])[:300], "damaged"),
    "sheet.docx": (lambda: _zip("xl/workbook.xml"), "no Word document"),
    "bad.docx": (lambda: _zip("word/document.xml"), "damaged"),
    "a.rtf": (lambda: b"{\\rtf1 text}", "RTF"),
    "a.bin": (lambda: b"\0\1\2" * 50, "neither"),
    "blank.txt": (lambda: b"\xc2\xa0", "no text"),
    "blank.html": (lambda: b"<html><script>x</script></html>", "no text"),
}


def _zip(name: str) -> bytes:
    import io
    import zipfile

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, "<x")
    return made.getvalue()


def test_what_is_no_document_is_refused_with_a_reason_and_a_fix(tmp_path):
    wrong = {}
    for name, (data, reason) in ODD.items():
        try:
            lines.read(written(tmp_path, name, data()))
            wrong[name] = "was read"
        except DocumentUnreadable as problem:
            if reason not in problem.what or not problem.hint:
                wrong[name] = str(problem)
    assert not wrong


def test_the_command_writes_a_folder_and_says_what_it_found(tmp_path, capsys):
    path = written(tmp_path, "a.pdf", small.pdf([list(small.FRONT), *BODY]))
    out = tmp_path / "draft"
    assert console.run(commands.cli, ["draft", str(path), "--out", str(out)]) == 0
    assert "paragraphs 1 to 3, no gap" in capsys.readouterr().out
    about = json.loads((out / "document.json").read_text(encoding="utf-8"))
    text = (out / "text.txt").read_bytes()
    assert about["text"]["sha256"] == hashlib.sha256(text).hexdigest()
    assert about["file"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    content, rows = folder.read(out)
    assert [content[int(row["start"]) : int(row["end"])] for row in rows] == [text for _, _, text in WANT]
    assert sorted(it.name for it in out.iterdir()) == sorted(folder.FILES)


def test_anchors_of_another_text_are_found_again_by_fragment_and_paragraph():
    new = made([["1. One law.", "2. Two laws and one law.", "3. Three."]])
    at = new.content.index("Two laws")
    old = [("Two laws", "2", at, at + 8), ("One law", "2", 99, 106), ("Three", "3", 5, 10), ("Four", "1", 0, 4)]
    start, third = new.content.index("One law"), new.content.index("Three")
    assert [(it.fragment, it.after) for it in folder.moved(old, new.content, {it.number: it for it in new.units})] == [
        ("One law", ("1", start, start + 7)),
        ("Three", ("3", third, third + 5)),
        ("Four", None),
    ]


# --- the reports beside the project ----------------------------------------------------------------------------------

REPORTS = find_project().root.resolve().parent / "shared" / "reports"
DIGESTS = {
    "bra-cerd-fco-18-20/CERD-C-BRA-FCO-18-20.pdf": "bb921f04130e7f1ee613936617c7a67e61419decc6eabd6472a82b71becacc0f",
    "bra-cerd-fco-18-20/CERD-C-BRA-CO-18-20.pdf": "8c1af2134950bf560de1e339e8ba8c2bb3ea6b4abd050247a02ec53baa068ed3",
}
FOUND = {
    "bra-cerd-fco-18-20/CERD-C-BRA-FCO-18-20.pdf": "paragraphs 1 to 44, no gap; 8 sections",
    "bra-cerd-fco-18-20/CERD-C-BRA-CO-18-20.pdf": "paragraphs 1 to 70, no gap; 39 sections; 102 items; 12 notes",
    "svn-upr-2019/A-HRC-WG.6-34-SVN-1.pdf": "paragraphs 1 to 116, no gap; 39 sections; 34 notes",
}


def report(name: str) -> Path:
    path = REPORTS / name
    if not path.is_file():
        skip_with_reason(f"{name} is not beside the project (../shared/reports)")
    return path


def by_pypdf(path: Path) -> list[str]:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    return [page.extract_text() for page in pypdf.PdfReader(path).pages]


def by_pdftotext(path: Path) -> list[str]:
    if not shutil.which("pdftotext"):
        skip_with_reason("pdftotext (poppler-utils) is not installed")
    run = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, timeout=60, check=True)
    return run.stdout.decode("utf-8").split("\f")


@pytest.mark.parametrize("name", FOUND)
def test_the_reports_have_their_paragraphs(name):
    found = document(lines.read(report(name)))
    assert found.summary() == FOUND[name] and not found.breaks and not found.remarks
    assert found.digest == DIGESTS.get(name, found.digest)


@pytest.mark.slow
@pytest.mark.parametrize("reader", [by_pypdf, by_pdftotext])
@pytest.mark.parametrize("name", FOUND)
def test_three_readers_give_the_same_text(name, reader):
    source = lines.read(report(name))
    other = replace(source, lines=tuple(lines.lines_of_pages(reader(report(name)))))
    assert document(other).content == document(source).content
