"""The work-sheet: rows out, rows back in; what is wrong is named by sheet and cell, and then nothing is written."""

from __future__ import annotations

import datetime
import hashlib
import shutil
from pathlib import Path

import miniproject
import openpyxl
import pytest
import small_documents as small
from loops import some

from statereport.cli import commands, console
from statereport.draft import merge, rows, sheet
from statereport.draft.rows import fragment, provision_steps
from statereport.draft.tables import TABLES
from statereport.errors import DocumentUnreadable
from statereport.graph.describe import origin
from statereport.project import Project
from statereport.publish import build
from statereport.rdf import turtle
from statereport.rdf.dataset import load
from statereport.rdf.namespaces import GRAPH

REPORT = "tiny"
PAGES = [
    list(small.FRONT),
    [
        small.SYMBOL,
        "I. General",
        "1. The Republic of Ruritania adopted Law No. 5 of 3 May 2001.",
        "2. More than 1,200 boats were counted by the Ministry of Sea Trade (MST) in 2020.",
        "3. Article 7 of the law holds.",
        "2 GE.24-00001",
    ],
]


def snapshot(project: Project) -> dict[str, str]:
    files = [it for it in project.root.rglob("*.ttl") if it.is_file()]
    return {str(it.relative_to(project.root)): hashlib.sha256(it.read_bytes()).hexdigest() for it in files}


@pytest.fixture
def tiny(tiny: Project, project: Project) -> Project:
    """The small invented report with the real ontology and reference data, so that there is a choice."""
    shutil.copytree(project.ontology, tiny.ontology, dirs_exist_ok=True)
    shutil.copytree(project.graphs / "reference", tiny.graphs / "reference")
    return tiny


@pytest.fixture
def run(tiny, monkeypatch, tmp_path, capsys):
    """Runs a command on the tiny project; returns exit code, stdout and stderr."""
    monkeypatch.setenv("STATEREPORT_PROJECT", str(tiny.root))
    monkeypatch.chdir(tmp_path)

    def command(*words: str) -> tuple[int, str, str]:
        code = console.run(commands.cli, list(words))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def edited(path: Path, table: str, cells: dict[str, object], row: int | None = None) -> Path:
    """The work-sheet with cells of a row changed; without `row`, of a new one. Columns by name."""
    book = openpyxl.load_workbook(path)
    here = book[table]
    line = row or here.max_row + 1
    head = [cell.value for cell in here[1]]
    for name, value in cells.items():
        here.cell(line, head.index(name) + 1).value = value
    book.save(path)
    return path


def line_of(path: Path, table: str, name: str) -> int:
    here = openpyxl.load_workbook(path)[table]
    return next(cell.row for cell in here["A"] if cell.value == name)


def test_a_sheet_that_is_read_back_changes_nothing(run, tiny):
    before = snapshot(tiny)
    assert run("draft", "sheet", REPORT)[0] == 0
    code, _, said = run("draft", "read", f"{REPORT}.xlsx")
    assert code == 0 and "nothing: the files say this already" in said
    assert snapshot(tiny) == before


@pytest.mark.slow
def test_the_sheet_of_the_real_report_changes_nothing_either(project, tmp_path):
    (report,) = [it for it in project.reports if it.startswith("kaz-")]
    here = rows.workspace(project, report)
    found = rows.rows(here)
    assert len(found["figures"]) > 200 and len(found["bodies"]) > 100
    sheet.write(here, found, tmp_path / "a.xlsx")
    _, read, wrong = sheet.read(tmp_path / "a.xlsx")
    merged = merge.merge(here, read, "a.xlsx")
    assert not wrong and not merged.wrong and not merged.contents and merged.drafts == 0


def test_every_table_has_a_sheet_with_its_columns_and_lists_to_choose_from(run, tiny):
    run("draft", "sheet", REPORT)
    book = openpyxl.load_workbook(f"{REPORT}.xlsx")
    assert book.sheetnames == ["about", *(table.name for table in TABLES), "lists"]
    for table in some(TABLES):
        names = [cell.value for cell in book[table.name][1]]
        assert names == ["id", *(it.name for it in table.columns), "confirmed by", "state", "rule"]
    lists = {cell.value for row in book["lists"].iter_rows() for cell in row}
    assert {"bound:exact", "bound:more-than"} <= lists
    assert len(book["figures"].data_validations.dataValidation) > 3


def a_figure(tiny: Project) -> rows.Row:
    return rows.rows(rows.workspace(tiny, REPORT))["figures"][0]


def test_a_changed_cell_changes_its_triple_and_no_other(run, tiny):
    run("draft", "sheet", REPORT)
    name = a_figure(tiny).id
    line = line_of(Path(f"{REPORT}.xlsx"), "figures", name)
    before = {t for triples in load(tiny).data.values() for t in triples}
    edited(Path(f"{REPORT}.xlsx"), "figures", {"label": "a better label", "value": 77}, line)
    code, _, said = run("draft", "read", f"{REPORT}.xlsx")
    after = {t for triples in load(tiny).data.values() for t in triples}
    assert code == 0 and "written" in said
    assert {t.predicate.value.rpartition("/")[2].rpartition("#")[2] for t in before ^ after} == {"prefLabel", "value"}
    assert {getattr(t.object, "value", "") for t in after - before} == {"a better label", "77"}
    again = snapshot(tiny)
    assert "nothing" in run("draft", "read", f"{REPORT}.xlsx")[2] and snapshot(tiny) == again
    assert not turtle.fmt([tiny.graphs], tiny, check=True)


def test_what_nobody_confirmed_is_a_draft_and_not_in_the_graph(run, tiny):
    run("draft", "sheet", REPORT)
    passage = a_figure(tiny).cells["passages"].partition(";")[0]
    edited(Path(f"{REPORT}.xlsx"), "claims", {"id": "claim:new", "label": "boats are good", "passages": passage})
    code, _, said = run("draft", "read", f"{REPORT}.xlsx")
    assert code == 0 and "1 drafts" in said and (tiny.root / "drafts/tiny.ttl").is_file()
    assert "boats are good" not in str(load(tiny).data)


def test_a_build_has_drafts_only_where_it_is_asked_to_and_shows_them_as_drafts(tmp_path, capsys):
    mini = miniproject.make(tmp_path / "mini")
    (mini.root / "drafts").mkdir()
    draft = f'{miniproject.HEAD}\nfigure:13-new a sr:Figure ; skos:prefLabel "boats"@en ; sr:value 3 .\n'
    (mini.root / "drafts/kaz-cerd-8-10-addendum.ttl").write_text(draft, encoding="utf-8")
    build.build(mini, tmp_path / "without")
    build.build(mini, tmp_path / "with", with_drafts=True)
    texts = {it: (tmp_path / it / "statereport.trig").read_text(encoding="utf-8") for it in ("without", "with")}
    assert "boats" not in texts["without"] and "boats" in texts["with"]
    assert "/graph/drafts/kaz-cerd-8-10-addendum" in texts["with"]
    assert origin(f"{GRAPH}drafts/kaz-cerd-8-10-addendum") == "draft"


def test_a_row_that_is_confirmed_moves_to_the_graph_with_the_name(run, tiny):
    run("draft", "sheet", REPORT)
    one = a_figure(tiny)
    cells = {"id": "claim:new", "label": "boats are good", "passages": one.cells["passages"].partition(";")[0]}
    edited(Path(f"{REPORT}.xlsx"), "claims", cells)
    run("draft", "read", f"{REPORT}.xlsx")
    line = line_of(Path(f"{REPORT}.xlsx"), "claims", "claim:new")
    edited(Path(f"{REPORT}.xlsx"), "claims", {"confirmed by": "Ada"}, line)
    code, out, _ = run("draft", "read", f"{REPORT}.xlsx")
    assert code == 1 and f"sheet claims, cell D{line}" in out and "quote is empty" in out
    edited(Path(f"{REPORT}.xlsx"), "claims", {"quote": one.cells["quote"].partition("\n")[0]}, line)
    assert run("draft", "read", f"{REPORT}.xlsx")[0] == 0
    text = (tiny.graphs / "reports/tiny/statements.ttl").read_text(encoding="utf-8")
    assert "claim:new" in text and 'dcterms:creator "Ada"' in text
    assert "claim:new" not in (tiny.root / "drafts/tiny.ttl").read_text(encoding="utf-8")
    run("draft", "sheet", REPORT, "--out", "again.xlsx")
    assert "nothing" in run("draft", "read", "again.xlsx")[2]


WRONG = [
    ("figures", {"value": "1.200,5"}, "is no number"),
    ("figures", {"bound": "bound:rather"}, "Nothing is called"),
    ("figures", {"bound": "unit:person"}, "Nothing is called|does not belong"),
    ("figures", {"bound": "rather"}, "no short name"),
    ("figures", {"quote": "x" * 81}, "81 characters"),
    ("figures", {"value": "=1+1"}, "formula"),
    ("figures", {"id": "measure:a"}, "does not begin with figure:"),
    ("figures", {"id": "figure:a b"}, "no short name"),
    ("figures", {"id": None}, "has no id"),
    ("measures", {"id": "measure:a", "start": "3.5.2020"}, "is no date"),
    ("measures", {"id": "measure:a", "start": "2020-02-30"}, "is no date"),
    ("measures", {"id": "measure:a", "label": datetime.date(2020, 1, 1)}, "made a date"),
]


@pytest.mark.parametrize(("table", "cells", "what"), WRONG)
def test_a_wrong_cell_is_named_and_nothing_is_written(run, tiny, table, cells, what):
    import re

    run("draft", "sheet", REPORT)
    before = snapshot(tiny)
    row = 2 if table == "figures" else None
    edited(Path(f"{REPORT}.xlsx"), table, {"label": "changed too", **cells}, row)
    code, out, _ = run("draft", "read", f"{REPORT}.xlsx")
    assert code == 1 and re.search(what, out) and "Fix: " in out
    assert re.search(rf"{REPORT}\.xlsx, sheet {table}, cell [A-Z]+[0-9]+", out)
    assert snapshot(tiny) == before


def test_a_thing_that_stands_in_two_rows_is_refused(run, tiny):
    run("draft", "sheet", REPORT)
    edited(Path(f"{REPORT}.xlsx"), "figures", {"id": a_figure(tiny).id})
    code, out, _ = run("draft", "read", f"{REPORT}.xlsx")
    assert code == 1 and "too." in out


def test_what_is_no_work_sheet_is_refused(tmp_path):
    for name, data in (("a.xlsx", b"no"), ("b.xlsx", small.docx([("plain", "x")])), ("c.xlsx", b"")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(DocumentUnreadable):
            sheet.read(tmp_path / name)
    openpyxl.Workbook().save(tmp_path / "d.xlsx")
    with pytest.raises(DocumentUnreadable, match="does not name a report"):
        sheet.read(tmp_path / "d.xlsx")


def test_a_new_report_goes_from_its_file_to_drafts(run, tiny, tmp_path):
    (tmp_path / "new.pdf").write_bytes(small.pdf(PAGES))
    assert run("draft", "new.pdf", "--out", "d")[0] == 0
    code, out, _ = run("draft", "sheet", "xyz-cerd-4-6", "--draft", "d")
    assert code == 0 and "candidate" in out
    code, out, _ = run("draft", "read", "xyz-cerd-4-6.xlsx", "--draft", "d")
    assert code == 0, out
    text = (tiny.root / "drafts/xyz-cerd-4-6.ttl").read_text(encoding="utf-8")
    for want in (
        'sr:number "2"',
        "sr:value 1200",
        "bound:more-than",
        "instrument:xyz-law-no-5",
        "body:xyz-ministry-of-sea-trade",
    ):
        assert want in text, want
    assert "provision:xyz-law-no-5-of-3-may-2001.art-7" in text
    again = snapshot(tiny)
    run("draft", "sheet", "xyz-cerd-4-6", "--draft", "d")
    assert "nothing" in run("draft", "read", "xyz-cerd-4-6.xlsx", "--draft", "d")[2] and snapshot(tiny) == again


def test_a_quote_is_looked_for_in_its_passage_when_the_draft_is_given(run, tiny, tmp_path):
    (tmp_path / "new.pdf").write_bytes(small.pdf(PAGES))
    run("draft", "new.pdf", "--out", "d")
    run("draft", "sheet", "xyz-cerd-4-6", "--draft", "d")
    edited(tmp_path / "xyz-cerd-4-6.xlsx", "figures", {"quote": "1,300 boats"}, 2)
    code, out, _ = run("draft", "read", "xyz-cerd-4-6.xlsx", "--draft", "d")
    assert code == 1 and "does not occur here" in out and "sheet figures" in out


def test_the_status_counts_what_is_done_and_names_what_is_open(run, tiny):
    code, out, _ = run("draft", "status", REPORT)
    assert code == 0 and "passages with statements" in out and "give the text of the report" in out
    code, _, said = run("draft", "status", "nowhere")
    assert code == 2 and "no such report" in said


def test_a_fragment_is_widened_until_it_occurs_once():
    content = "a law is no law, and the old law of 2001 stays"
    start = content.index("law of")
    assert fragment(content, 0, len(content), start, start + 3) == "law of"


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("Article 8", ["art-8"]),
        ("Arts. 8 and 10", ["art-8", "art-10"]),
        ("paragraph 68", ["par-68"]),
        ("Article 3, §§ 2 and 3", ["art-3"]),
        ("part 2 of article 174", []),
    ],
)
def test_provisions_become_steps_of_an_address(text, steps):
    assert [step for step, _ in provision_steps(text)] == steps


def test_the_anchors_of_a_report_are_found_again_in_another_text_of_it(run, tiny, tmp_path):
    text = (Path(__file__).parent / "tiny/report.txt").read_text(encoding="utf-8")
    (tmp_path / "new.txt").write_text(f"A line before.\n{text}", encoding="utf-8")
    assert run("draft", "new.txt", "--out", "d", "--allow-gaps")[0] == 0
    code, out, _ = run("draft", "moved", REPORT, "d")
    assert (code == 0 and "there were 1,448 schools" in out) or "1,448" in out
    assert " moved, " in out.splitlines()[-1] and " 0 of" not in out.splitlines()[-1].partition("anchors")[2]
