"""The command line: what each command prints and where, its exit code, and what it does not load."""

from __future__ import annotations

import errno
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import odd_terms
import pytest
import small
from click.testing import CliRunner
from faulty import serving
from loops import some

from statereport import errors
from statereport.cli import check as checking
from statereport.cli import commands, console, plain
from statereport.project import Project
from statereport.rdf import terms, turtle
from statereport.source.generators import GENERATORS
from statereport.sparql import query

COMMANDS = tuple(commands.cli.commands)
# A program that runs a command, and prints which modules were loaded for it.
MODULES_OF = """import atexit, sys
from statereport.cli import main
atexit.register(lambda: print(list(sys.modules), file=sys.stderr))
main()"""


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    """The small project as the one that is found, its build in ./build."""
    made = small.make(tmp_path)
    monkeypatch.setenv("STATEREPORT_PROJECT", str(made.root))
    monkeypatch.delenv("STATEREPORT_TEXT", raising=False)
    monkeypatch.chdir(tmp_path)
    small.build(made, tmp_path / "build")
    return made


@pytest.fixture
def run(capfdbinary, monkeypatch):
    """Run the command as its script does. → exit code, stdout, stderr."""

    def call(*args: str, data: bytes = b"") -> tuple[int, str, str]:
        capfdbinary.readouterr()
        reading, writing = os.pipe()
        os.write(writing, data)
        os.close(writing)
        with os.fdopen(reading) as stream:
            monkeypatch.setattr(sys, "stdin", stream)
            code = console.run(commands.cli, list(args))
        sys.stdout.flush()
        seen = capfdbinary.readouterr()
        return code, seen.out.decode(), seen.err.decode()

    return call


def script(*args: str, **options) -> subprocess.CompletedProcess:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "statereport", *args], capture_output=True, text=True, check=False, **options
    )


# --- help ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_help_has_an_example(command: str) -> None:
    shown = CliRunner().invoke(commands.cli, [*command.split(), "--help"])
    assert shown.exit_code == 0
    examples = re.findall(r"statereport (\S.*)", shown.output.partition("Example")[2].partition("Options")[0])
    assert examples


@pytest.mark.parametrize("command", COMMANDS)
def test_every_example_is_understood(command: str) -> None:
    shown = CliRunner().invoke(commands.cli, [command, "--help"])
    text = re.sub(r"\\\n +", "", shown.output)  # a command on several lines
    for line in some(re.findall(r"statereport (\S.*)", text.partition("Example")[2].partition("Options")[0])):
        name, *args = shlex.split(line)
        assert name == command
        try:
            commands.cli.commands[name].make_context(name, args)
        except click.BadParameter as fault:
            assert "does not exist" in fault.message, line  # a folder of the example that is not here


def test_help_loads_no_library_that_only_other_commands_need() -> None:
    seen = subprocess.run(
        [sys.executable, "-c", MODULES_OF, "--help"], capture_output=True, text=True, check=True
    ).stderr
    for library in ("rdflib", "pyshacl", "owlready2", "pyoxigraph", "yaml", "urllib.request"):
        assert f"'{library}'" not in seen


def test_a_saved_query_on_a_build_loads_only_the_engine(project) -> None:
    """Each module counts: they are most of what a short answer costs."""
    never = {"rdflib", "pyshacl", "owlready2", "urllib.request", "ctypes", "secrets", "html", "shutil", "traceback"}
    never |= {f"statereport.{name}" for name in ("reasoning.inference", "publish.build", "atomic", "sparql.diagnose")}
    saved = {"click", "yaml", "gzip", "statereport.sparql.emptiness", "statereport.graph.describe"}
    Path("own.rq").write_text("SELECT ?figure ?value { ?figure sr:value ?value } ORDER BY ?value", encoding="utf-8")
    for args, without in (
        (["query", "all", "-p", "least=4000"], never | saved),
        (["query", "of-one", "-p", 'which=kazakh schools, "KAZAKH"', "--format", "json"], never | saved),
        (["query", "--sparql", "own.rq"], never | saved),
        (["show", "figure:13-schools"], never),
    ):
        seen = subprocess.run([sys.executable, "-c", MODULES_OF, *args], capture_output=True, text=True, check=True)
        assert "13-schools" in seen.stdout or "13.6" in seen.stdout, args
        loaded = set(re.findall(r"'([\w.]+)'", seen.stderr))
        assert loaded & without == set(), args
        if without != never:
            assert sum(name.partition(".")[0] == "statereport" for name in loaded) <= 30, sorted(loaded)


PLAIN = (
    "query all", "query figures/all -p least=4000", "query all --param least=1 --format json", "query --sparql own.rq",
    "query of-one -p which=figure:13-schools-kazakh --format table", "query values", "query any-note --store build",
    "query nothing", "query all -p least=x", "query all -p most=1", "query all -p least=1 -p least=2",
    "query all -p least", "query --sparql own.rq -p x=1", "query --sparql gone.rq", "query all --store gone",
    "query values --format csv",
)  # fmt: skip
OTHERWISE = (
    "", "query", "query --help", "query all --help", "query all more", "query all --sparql own.rq", "query all --cite",
    "query all --format yaml", "query all --format json --format csv", "query all -pleast=1", "query all --format=csv",
    "query all -p", "query -- all", "query all --store a --store b", "search all", "query all -p --format", "--version",
)  # fmt: skip


def test_a_plain_question_is_answered_as_the_command_answers_it(project, run, capfdbinary) -> None:
    Path("own.rq").write_text("SELECT ?figure ?value { ?figure sr:value ?value } ORDER BY ?value", encoding="utf-8")
    for words in map(str.split, PLAIN):
        code, out, err = run(*words)
        asked = plain.question(words)
        assert asked and console.ended(asked.answer) == code, words
        assert tuple(stream.decode() for stream in capfdbinary.readouterr()) == (out, err), words
        assert bool(out) != bool(code), words


def test_what_is_no_plain_question_is_left_to_the_command() -> None:
    assert [words for words in OTHERWISE if plain.question(words.split())] == []


def test_a_saved_query_runs_one_query_on_a_build(project, run, monkeypatch) -> None:
    """What its parameters may be, and by which names, was worked out when the build was made."""
    asked, run_query = [], query.Query.run
    monkeypatch.setattr(query.Query, "run", lambda self, *given, **more: asked.append(self) or run_query(self, *given))
    iri = "https://w3id.org/statereport/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh"
    for value in ("figure:13-schools-kazakh", 'KAZAKH  schools, "kazakh"', iri):
        asked.clear()
        code, out, _ = run("query", "of-one", "-p", f"which={value}", "--format", "csv")
        assert (code, out.count("3797,13.6"), len(asked)) == (0, 1, 1), value


# --- query -----------------------------------------------------------------------------------------------------------


def test_without_a_name_the_questions_are_listed(project, run) -> None:
    code, out, err = run("query")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split("  ")[0] == "figures/all"
    assert "pages/" not in out


def test_piped_rows_are_csv_and_a_format_may_be_asked_for(project, run) -> None:
    code, out, err = run("query", "all")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "figure,label,value" and "\x1b" not in out
    assert run("query", "figures/all", "--format", "csv")[1] == out
    assert run("query", "all", "--format", "tsv")[1].splitlines()[0] == "?figure\t?label\t?value"
    assert run("query", "all", "--format", "json")[1].startswith('{"head"')
    assert run("query", "all", "--format", "table")[1].splitlines()[0].split() == ["Figure", "Label", "Value"]
    assert run("query", "any-note")[1].strip() == "true"
    assert run("query", "any-note", "--format", "table")[1] == "yes\n"
    assert "sr:value" in run("query", "values")[1]


def test_on_a_terminal_rows_are_a_table(project, run, monkeypatch) -> None:
    monkeypatch.setattr(console, "is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "50")
    out = run("query", "all")[1]
    assert out.splitlines()[1].startswith("-----") and all(len(line) <= 50 for line in out.splitlines())
    assert "\x1b" not in out


def test_on_a_terminal_things_have_their_names_and_hints_come_last(project, run, monkeypatch) -> None:
    monkeypatch.setattr(console, "is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "70")
    _, out, err = run("query", "all")
    head = out.splitlines()[0].split()
    assert head == ["Label", "Value"] and "figure:" not in out and not err
    assert out.splitlines()[-1].endswith("too.") and "rows" in out
    assert "figure:" in run("query", "all", "--format", "table")[1]


def test_a_blank_line_stands_only_after_rows_that_were_wrapped(project, run, monkeypatch) -> None:
    monkeypatch.setattr(console, "is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "200")
    body = run("query", "all")[1].split("rows")[0].splitlines()
    assert len([line for line in body if not line]) == 1


def test_on_a_terminal_a_question_is_found_by_its_words_and_asked_by_its_number(project, run, monkeypatch) -> None:
    typed = iter(["zzz", "figures", "1"])
    monkeypatch.setattr(console, "is_dialogue", lambda: True)
    monkeypatch.setattr(console, "ask", lambda prompt: next(typed))
    code, out, err = run("query")
    assert code == 0 and out and "No question has these words." in err and "  1. " in err
    monkeypatch.setattr(console, "ask", lambda prompt: "")
    assert run("query") == (0, "", "")


def test_a_parameter_takes_the_place_of_the_default(project, run) -> None:
    out = run("query", "all", "-p", "least=5000", "--format", "csv")[1]
    assert len(out.splitlines()) == 2
    for given in ("leats=1", "least", "least=x"):
        code, out, err = run("query", "all", "-p", given)
        assert code == 2 and out == "" and "bad-parameter" in err
    assert run("query", "all", "-p", "least=1", "-p", "least=2")[0] == 2


def test_a_query_of_ones_own_comes_from_a_file_or_standard_input(project, run, tmp_path) -> None:
    own = tmp_path / "own.rq"
    own.write_text("SELECT (1 + 1 AS ?two) {} ORDER BY ?two", encoding="utf-8")
    assert run("query", "--sparql", str(own), "--format", "csv")[1].split() == ["two", "2"]
    assert run("query", "--sparql", "-", "--format", "csv", data=b"SELECT (3 AS ?n) {}")[1].split() == ["n", "3"]
    own.write_text(small.FIGURES, encoding="utf-8")
    assert len(run("query", "--sparql", str(own), "-p", "least=5000", "--format", "csv")[1].splitlines()) == 2
    assert "own.rq:2:5" in _wrong(
        run("query", "--sparql", str(_written(own, "SELECT ?x\n    FROM <a:a> { ?x ?y ?z }"))), "query-refused"
    )
    assert "own.rq:1:" in _wrong(run("query", "--sparql", str(_written(own, "SELECT ?x {"))), "query-syntax")
    own.write_bytes(b"SELECT \xff")
    assert "own.rq:1:8" in _wrong(run("query", "--sparql", str(own)), "file-unreadable")
    _wrong(run("query", "--sparql", "-", data=b"INSERT DATA { <a:a> <a:a> 1 }"), "query-refused")


def test_a_label_serves_as_a_value_and_the_choices_are_in_the_help(project, run) -> None:
    assert (
        run("query", "of-one", "-p", 'which=Kazakh schools, "Kazakh"', "--format", "csv")[1]
        .splitlines()[1]
        .endswith(",3797,13.6")
    )
    assert "figure:13-schools-kazakh" in _wrong(
        run("query", "of-one", "-p", "which=figure:13-schols-kazakh"), "bad-parameter"
    )
    shown = run("query", "of-one", "--help")[1]
    assert re.search(r"figure:13-schools +schools\n", shown) and "-p which=figure:13-schools-kazakh" in shown


def test_help_does_not_wait_for_the_sources(project, run, tmp_path, monkeypatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    code, out, err = run("query", "of-one", "--help")
    assert (code, err) == (0, "") and "once there is a build" in out


def test_an_empty_answer_is_explained_on_stderr(project, run) -> None:
    code, out, err = run("query", "all", "-p", "least=9000", "--format", "csv")
    assert (code, out.split()) == (0, ["figure,label,value"])
    assert "There is no row" in err and "FILTER(?value >= ?least)" in err and "figures/all.rq:" in err
    code, out, err = run("query", "of-one", "-p", "which=figure:13-schools")
    assert "13.5" not in out and "reference" in err


def test_sparql_of_ones_own_needs_no_prefixes_and_is_reported_its_mistakes(project, run) -> None:
    own = ("query", "--sparql", "-", "--format", "csv")
    assert run(*own, data=b"SELECT ?v { figure:13-schools sr:value ?v }")[1].split() == ["v", "7391"]
    assert "stdin:2:15" in _wrong(run(*own, data=b"SELECT ?x {\n  ?x a sr:Norm\n ?x sr:value ?v }"), "query-syntax")
    assert run("query", "all", "--sparql", "-")[0] == 2


def test_an_answer_is_written_for_pages_and_texts(project, run) -> None:
    page = run("query", "of-one", "--format", "html")[1]
    assert (
        page.startswith("<!DOCTYPE html>")
        and '<td class="number">3797</td>' in page
        and 'passage/13.6">13.6</a>' in page
    )
    assert "style" not in page and "&quot;Kazakh&quot;" in page
    table = run("query", "of-one", "--format", "md")[1].splitlines()
    assert (
        table[0] == "| Label | Value | Passage |"
        and table[1] == "| --- | --: | --- |"
        and "[13.6](https://" in table[2]
    )


def test_every_odd_term_is_printed_in_every_format(project, run, tmp_path, monkeypatch) -> None:
    every = (terms.text(term) if terms.is_triple(term) else str(term) for term in odd_terms.KNOWN.values())
    rows = " ".join(f"({row} {row})" for row in every if "_:" not in row)
    own = tmp_path / "odd.rq"
    own.write_text(
        '#+ summary: Which terms?\n#+ columns: {passages: {title: P, of: passage, join: "; "}}\n'
        f'SELECT ?passages ?x {{ VALUES (?passages ?x) {{ ("" 1) (UNDEF 2) ("; " 3) ("13.5; x" 4) {rows} }} }}',
        encoding="utf-8",
    )
    monkeypatch.setattr(console, "is_terminal", lambda: True)
    for columns in ("0", "7", "200"):
        monkeypatch.setenv("COLUMNS", columns)
        code, out, err = run("query", "--sparql", str(own))
        assert code == 0 and re.search("^[0-9]+ rows$", out, re.MULTILINE), err
        assert " ".join(out.split()).endswith("statereport show passage:13.5"), "hints come last"
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", out)
    for form in ("md", "html", "csv", "tsv", "json"):
        code, out, err = run("query", "--sparql", str(own), "--format", form)
        assert code == (0 if form in ("md", "html", "csv") else 2), (form, err)
        assert code == 0 or "langString" in err
    assert "not-writable" in run("query", "--sparql", str(own), "--format", "xml")[2]


def test_an_answer_is_cited_by_what_the_data_say_of_themselves(project, run, tmp_path) -> None:
    shutil.rmtree(tmp_path / "build")
    small.build(project, tmp_path / "build", "beef")
    code, out, err = run("query", "of-one", "-p", "which=figure:13-schools", "--cite")
    assert (code, err) == (0, "")
    for words in (
        "https://w3id.org/statereport/query/figures/of-one",
        "which = figure:13-schools",
        "SHA-256 of the data: beef",
        "@misc{statereport-figures-of-one-figure-13-schools,",
        "not stated",
    ):
        assert words in out, words
    assert "SPARQL query with the SHA-256" in run("query", "--sparql", "-", "--cite", data=b"ASK {}")[1]


def test_search_gives_things_and_passages(project, run, monkeypatch) -> None:
    from statereport.graph import search

    monkeypatch.setattr(
        search,
        "rows",
        lambda *_: [("https://w3id.org/statereport/id/place/kaz", "place", "Kazakhstan", "Republic", "", "13.6; 13.7")],
    )
    code, out, err = run("search", "kazakhstan")
    assert (code, err) == (0, "") and "place:kaz" in out and "Passages: 13.6, 13.7" in out and "(place)" in out
    code, out, err = run("search", "nothing")
    assert (code, out) == (0, "") and "Nothing is found" in err
    _wrong(run("search", "kazakhstan AND"), "bad-search")


def _written(path, text: str):
    path.write_text(text, encoding="utf-8")
    return path


def _wrong(seen: tuple[int, str, str], code: str) -> str:
    """A problem of this code on stderr, nothing on stdout, exit code 2, no traceback. → stderr."""
    assert seen[0] == 2 and seen[1] == ""
    assert f"  {code}\n" in seen[2] and "Fix: " in seen[2] and f"statereport explain {code}" in seen[2]
    assert "Traceback" not in seen[2]
    return seen[2]


def test_a_question_explains_itself(project, run) -> None:
    code, out, _ = run("query", "all", "--help")
    assert code == 0
    for words in (
        "Which figures are there?",
        "least  At least (integer, default 0)",
        "value  Value",
        "statereport query figures/all -p least=0",
    ):
        assert words in out


def test_a_misspelt_word_proposes_the_nearest(project, run) -> None:
    assert "figures/all" in _wrong(run("query", "figures/alll"), "unknown-name")
    assert "figure:13-schools" in _wrong(run("show", "figure:13-school"), "unknown-name")
    for args, near in (
        (("quer",), "query"),
        (("query", "--formt", "csv", "all"), "--format"),
        (("explain", "query-refusd"), "query-refused"),
    ):
        code, out, err = run(*args)
        assert code == 2 and out == "" and near in err
    code, out, err = run("query", "all", "--format", "cvs")
    assert code == 2 and "csv" in err


def test_a_build_that_is_not_there_is_reported(project, run) -> None:
    _wrong(run("query", "all", "--store", "nowhere"), "not-a-build")


def test_show_prints_the_page_of_a_thing(project, run) -> None:
    code, out, err = run("show", "figure:13-schools-kazakh")
    assert (code, err) == (0, "")
    assert "figure:13-schools-kazakh" in out and "20-25  3,797" in out


# --- the other commands ----------------------------------------------------------------------------------------------


def test_fmt_lists_what_differs_and_writes_it(project, run) -> None:
    crooked = project.graphs / "crooked.ttl"
    crooked.write_text(
        "# A file.\n\nPREFIX sr: <https://w3id.org/statereport/def/>\n\nsr:a a sr:b .\n", encoding="utf-8"
    )
    code, out, err = run("fmt", "--check", str(crooked))
    assert code == 1 and "graphs/crooked.ttl  not-formatted" in out and "1 finding." in err
    assert run("fmt", str(crooked))[:2] == (0, "graphs/crooked.ttl\n")
    assert run("fmt", "--check", str(crooked))[:2] == (0, "")
    crooked.write_text("sr:a a .", encoding="utf-8")
    code, out, err = run("fmt", str(crooked))
    assert code == 2 and "turtle-syntax" in err and out == ""
    assert run("fmt", "nothing-here")[0] == 2


@pytest.mark.parametrize("command", sorted(GENERATORS))
def test_generated_graphs_are_checked_and_written_with_the_text_only(
    command: str, tiny, tiny_text, run, monkeypatch
) -> None:
    monkeypatch.setenv("STATEREPORT_PROJECT", str(tiny.root))
    monkeypatch.delenv("STATEREPORT_TEXT", raising=False)
    text = str(tiny.root / "report.txt")
    file = next(tiny.graphs.glob(f"reports/*/{command}.ttl"))
    file.write_text("# Nothing.\n", encoding="utf-8")
    code, out, _ = run(command, "--check", "--text", text)
    assert code == 1 and "generated-differs" in out
    run(command, "--text", text)
    assert "generated-differs" not in run(command, "--check", "--text", text)[1]
    _wrong(run(command, "--check", "--text", "no-such-file.txt"), "text-missing")
    _wrong(run(command), "text-missing")


def test_check_gathers_every_kind_of_finding(project, run, monkeypatch) -> None:
    from statereport.graph import examine

    class Examined:
        dataset, violations, warnings = None, (), ("A total and its parts differ.",)

        def quads(self) -> list:
            return small.quads(project)

    monkeypatch.setattr(examine, "examine", lambda *_: Examined())
    turtle.fmt([project.ontology, project.graphs], project)
    check = project.queries / "checks/no-notes.rq"
    check.parent.mkdir()
    check.write_text(
        small.FIGURES.replace("FILTER(?value >= ?least)", "FILTER(?value < ?least)")
        .replace("#+ expect: {other: {least: 5000}}\n", "")
        .replace("VALUES ?least { 0 }", "BIND(0 AS ?least)")
        .replace('#+ params:\n#+   least: {label: "At least", type: integer}\n', ""),
        encoding="utf-8",
    )
    assert {str(problem) for problem in checking.check(project)} == set()
    code, out, err = run("check")
    assert (code, out) == (0, "")
    assert "A total and its parts differ." in err and "Nothing is wrong." in err
    check.write_text(check.read_text(encoding="utf-8").replace("BIND(0 AS", "BIND(9000 AS"), encoding="utf-8")
    (project.queries / "figures/unordered.rq").write_text("#+ summary: What?\nSELECT ?x { ?x ?y ?z }", encoding="utf-8")
    (project.graphs / "crooked.ttl").write_text(
        "# A file.\n\nPREFIX sr: <https://w3id.org/statereport/def/>\nsr:a a sr:b .\n", encoding="utf-8"
    )
    code, out, err = run("check")
    assert code == 1
    for expected in ("not-formatted", "query-untidy", "data-violates"):
        assert f"  {expected}\n" in out


def test_explain_has_every_code_and_lists_them(run) -> None:
    code, out, _ = run("explain")
    assert code == 0 and [line.split()[0] for line in out.splitlines()] == list(errors.codes())
    assert all(len(line.split(None, 1)[1]) > 20 for line in out.splitlines()), "and says what each means"
    assert run("explain", "query-refused")[1].startswith("query-refused\n\n")


# --- how it ends -----------------------------------------------------------------------------------------------------


class PanicException(BaseException):
    """What a panic of the engine's Rust code is in Python: no Exception."""


class Unspeakable(Exception):
    """An exception that cannot even be printed."""

    def __str__(self) -> str:
        raise ValueError("no words")


FORESEEN = {
    "interrupt": (KeyboardInterrupt(), 2, "Stopped."),
    "abort": (click.Abort(), 2, "Stopped."),
    "full disk": (OSError(errno.ENOSPC, "No space left on device", "out.csv"), 2, "disk-full"),
    "no right": (PermissionError(errno.EACCES, "Permission denied", "/x"), 2, "/x: Permission denied"),
    "memory": (MemoryError(), 2, "memory-limit"),
    "broken pipe": (BrokenPipeError(errno.EPIPE, "Broken pipe"), 0, ""),
    "exit": (SystemExit(1), 1, ""),
    "a problem": (errors.BadParameter("a\x1b[31m", "b\x07", "c\r"), 2, "a\\u001B[31m  bad-parameter"),
}
UNFORESEEN = (
    ZeroDivisionError("division by zero"), KeyError("x"), AssertionError(), RuntimeError("odd"), StopIteration(),
    OverflowError("too large"), RecursionError("maximum recursion depth exceeded"), OSError("no number"),
    UnicodeEncodeError("charmap", "қ", 0, 1, "not there"), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "wrong"),
    PanicException("assertion failed"), GeneratorExit(), Unspeakable(),
    ExceptionGroup("two", [KeyError("a"), ValueError("b")]),
    ValueError("\x1b[2J" + "long " * 1_000 + "\ud800"),
)  # fmt: skip


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder for temporary files, with nothing else in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def faulty(error: BaseException) -> click.Command:
    """A command that raises this."""

    @click.command()
    def fails() -> None:
        raise error

    return fails


@pytest.mark.parametrize("name", FORESEEN)
def test_no_fault_of_the_world_shows_a_traceback(name: str, capsys, temporary) -> None:
    error, code, says = FORESEEN[name]
    assert console.run(faulty(error), []) == code
    seen = capsys.readouterr()
    assert says in seen.err and not seen.out and "\x1b" not in seen.err
    assert not list(temporary.iterdir())


def test_what_nobody_foresaw_is_a_problem_with_its_traceback_in_a_file(capsys, temporary) -> None:
    wrong = {}
    for error in UNFORESEEN:
        name = type(error).__name__
        code, seen = console.run(faulty(error), []), capsys.readouterr()
        path = re.search(r"traceback in (\S+\.txt)", seen.err)
        if code != 2 or seen.out or "Traceback" in seen.err or not path:
            wrong[name] = (code, *seen)
            continue
        kept = Path(path[1])
        text = kept.read_text(encoding="utf-8")
        good = "fault\n" in seen.err and "please report it" in seen.err and f"statereport: {name}" in seen.err
        good = good and len(seen.err) < 900 and seen.err.replace("\n", "").isprintable()
        good = good and stat.S_IMODE(kept.stat().st_mode) == 0o600 and "Traceback" in text and "in fails" in text
        if not good:
            wrong[name] = (seen.err, text)
    assert not wrong
    assert len(list(temporary.iterdir())) == len(UNFORESEEN)


DEPTHS = {
    "in the project": "statereport.cli.query.find_project",
    "in a saved query": "statereport.questions.saved.SavedQueries.get",
    "in the engine": "statereport.sparql.query.Query.run",
    "on the thread with a large stack": "statereport.sparql.engine.shape",
    "in a face": "statereport.sparql.answers.Answer.to_text",
    "in a format": "statereport.rdf.writers.csv_rows",
    "while printing": "statereport.cli.console.write",
    "while preparing": "statereport.cli.console._prepare_streams",
    "while reading the command": "click.Command.make_context",
}


@pytest.mark.parametrize("place", DEPTHS)
def test_a_fault_is_caught_at_any_depth(place: str, project, run, temporary, monkeypatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise PanicException("deep")

    monkeypatch.setattr(DEPTHS[place], fail)
    for form in ("table", "csv"):
        code, out, err = run("query", "all", "--format", form)
        if (place, form) in (("in a face", "csv"), ("in a format", "table")):
            assert code == 0, "it goes another way"
        else:
            assert (code, out) == (2, "") and "PanicException: deep" in err and "Traceback" not in err
    (kept,) = temporary.iterdir()
    assert "in fail\n" in kept.read_text(encoding="utf-8")


def test_endless_recursion_and_no_memory_are_caught(temporary, capsys) -> None:
    def down(level: int) -> int:
        return down(level + 1) + 1

    @click.command()
    def recursive() -> None:
        down(0)

    assert console.run(recursive, []) == 2 and "RecursionError" in capsys.readouterr().err

    @click.command()
    def large() -> None:
        bytearray(2**62)

    assert console.run(large, []) == 2 and "not enough memory" in capsys.readouterr().err


def test_the_file_of_a_fault_is_never_written_through_a_link_nor_in_vain(temporary, capsys, monkeypatch) -> None:
    @click.command()
    def failing() -> None:
        raise KeyError("x")

    assert console.run(failing, []) == 2
    (kept,) = temporary.iterdir()
    first = kept.read_bytes()
    assert console.run(failing, []) == 2 and [*temporary.iterdir()] == [kept], "the same fault has the same file"
    other = temporary / "other"
    kept.unlink()
    kept.symlink_to(other)
    assert console.run(failing, []) == 2
    assert not other.exists() and not kept.is_symlink() and kept.read_bytes() == first
    monkeypatch.setattr(os, "unlink", lambda *_, **__: (_ for _ in ()).throw(PermissionError(errno.EPERM, "not yours")))
    capsys.readouterr()
    assert console.run(failing, []) == 2
    assert kept.read_bytes() == first and len([*temporary.iterdir()]) == 2, "another user's file is left alone"
    monkeypatch.setattr(tempfile, "tempdir", str(temporary / "nowhere"))
    capsys.readouterr()
    assert console.run(failing, []) == 2
    assert "could not be written" in capsys.readouterr().err


STARTS = {
    "click is missing": ("sys.modules['click'] = None", "import of click halted"),
    "a module is broken": ("sys.modules['statereport.cli.commands'] = None", "ModuleNotFoundError"),
    "a thread fails": (
        "import threading, statereport.cli.fault as f; caught = f.caught\n"
        "def later(call):\n"
        "    thread = threading.Thread(target=lambda: 1 / 0); thread.start(); thread.join()\n"
        "    return caught(call)\n"
        "f.caught = later",
        "ZeroDivisionError",
    ),
}


@pytest.mark.parametrize("name", STARTS)
def test_a_fault_before_the_first_command_is_caught_too(name: str, tmp_path) -> None:
    before, says = STARTS[name]
    code = f"import sys; sys.argv = ['statereport', 'explain']\n{before}\nfrom statereport.cli import main; main()"
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env)
    assert says in seen.stderr and "Traceback" not in seen.stderr and "please report it" in seen.stderr
    assert seen.returncode == (0 if name == "a thread fails" else 2)
    (kept,) = tmp_path.glob("statereport-fault-*.txt")
    assert "Traceback" in kept.read_text(encoding="utf-8")


CLOSED = {
    ">&-": (["explain"], 2, "output-closed"),
    ">&- <&-": (["query", "--help"], 2, "output-closed"),
    "<&-": (["query", "--sparql", "-"], 2, "output-closed"),
    "2>&-": (["explain", "nothing"], 2, ""),
    ">&- 2>&- <&-": (["explain"], 2, ""),
}


@pytest.mark.parametrize("streams", CLOSED)
def test_a_closed_stream_is_refused_in_words(streams: str, project) -> None:
    args, code, says = CLOSED[streams]
    command = shlex.join([sys.executable, "-m", "statereport", *args])
    seen = subprocess.run(["sh", "-c", f"{command} {streams}"], capture_output=True, text=True, check=False)
    assert (seen.returncode, seen.stdout) == (code, "") and says in seen.stderr
    assert "Traceback" not in seen.stderr and "Exception ignored" not in seen.stderr


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_kazakh_names_are_printed_in_any_encoding(encoding: str, project, tmp_path) -> None:
    crooked = tmp_path / "қазақ.ttl"
    env = {**os.environ, "PYTHONIOENCODING": encoding}
    for args, code in ((["fmt", "--check"], 1), (["fmt"], 0), (["fmt", "--check"], 0)):
        crooked.write_text(
            crooked.read_text("utf-8")
            if crooked.exists()
            else "PREFIX sr: <https://w3id.org/statereport/def/>\nsr:a a sr:b .",
            "utf-8",
        )
        seen = subprocess.run(
            [sys.executable, "-m", "statereport", *args, str(crooked)], capture_output=True, check=False, env=env
        )
        assert seen.returncode == code, seen.stderr.decode()
        assert (code == 0 and "--check" in args) or "қазақ.ttl".encode() in seen.stdout
    seen = subprocess.run(
        [sys.executable, "-m", "statereport", "show", "қ:қ"], capture_output=True, check=False, env=env
    )
    assert seen.returncode == 2 and b"unknown-prefix" in seen.stderr and b"Traceback" not in seen.stderr


def test_a_reader_that_stops_early_is_no_fault(project) -> None:
    command = f"{shlex.quote(sys.executable)} -m statereport query all; echo $? >&2"
    seen = subprocess.run(["sh", "-c", f"({command}) | head -c 1"], capture_output=True, text=True, check=False)
    assert "Traceback" not in seen.stderr and "Broken pipe" not in seen.stderr
    assert seen.stderr.split()[-1] == "0"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="NOT TESTED: no /dev/full here")
def test_a_full_disk_behind_stdout_is_reported(project) -> None:
    for args in (["query", "all"], ["--help"], ["explain"]):
        with open("/dev/full", "w") as full:
            seen = subprocess.run(
                [sys.executable, "-m", "statereport", *args],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        assert seen.returncode == 2 and "Traceback" not in seen.stderr and "disk-full" in seen.stderr


def test_data_are_utf_8_in_any_locale(project) -> None:
    (project.queries / "figures/any.rq").write_text(
        '#+ summary: Қ?\nSELECT ("қазақ" AS ?word) {} ORDER BY ?word', encoding="utf-8"
    )
    for extra in ({"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}):
        seen = subprocess.run(
            [sys.executable, "-m", "statereport", "query", "any"],
            capture_output=True,
            check=True,
            env={**os.environ, **extra},
        )
        assert "қазақ".encode() in seen.stdout


def test_the_version_is_that_of_the_package(run) -> None:
    import statereport

    assert statereport.__version__ in script("--version").stdout


# --- a store elsewhere -----------------------------------------------------------------------------------------------


def test_push_puts_the_graph_into_a_store_and_the_commands_ask_it_there(project, run, monkeypatch) -> None:
    with serving() as server:
        url = f"{server.address}/query"
        command = ("push", url, "--graph-store", f"{server.address}/store", "--update", f"{server.address}/update")
        code, out, err = run(*command)
        assert code == 0 and re.search(r"written +[1-9]", out) and "writing 1 of" in err, err
        assert run("push", url, "--undo")[2] == "No push is unfinished here.\n"
        assert run(*command)[1].splitlines()[1:] == ["written   0", "removed   0"]
        asked = len(server.asked)
        here = run("query", "of-one", "--format", "csv")
        assert run("query", "of-one", "--format", "csv", "--store", url)[1] == here[1] and len(server.asked) > asked
        server.wanted = "Bearer abc"
        code, out, err = run(*command)
        assert (code, out) == (2, "") and "401" in err and "STATEREPORT_STORE_USER" in err
        monkeypatch.setenv("STATEREPORT_STORE_TOKEN", "abc")
        assert run(*command)[0] == 0
        assert run("query", "of-one", "--format", "csv", "--store", url)[1] == here[1]
