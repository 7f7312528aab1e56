"""README.md and docs/: their commands run, their links lead somewhere, and what is generated is up to date."""

from __future__ import annotations

import html
import re
import shlex
from pathlib import Path

import pytest
import real
from loops import some

from statereport.cli import commands, console
from statereport.graph import knowledge

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = (
    "README.md",
    "CHANGELOG.md",
    "docs/model.md",
    "docs/encoding-a-report.md",
    "docs/THREATS.md",
    "docs/checks.md",
    "docs/deploy/README.md",
    "docs/deploy/stores.md",
    "queries/README.md",
)
# Commands that are slow or do not end: only their options are read.
NOT_RUN = ("build", "serve", "anchors", "push")


def blocks(language: str) -> list[str]:
    """The fenced blocks of README.md in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def typed() -> list[str]:
    """The commands of README.md that one is to type, without comments."""
    lines = [line for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]
    inline = re.findall(r"`(statereport [^`]+)`", README)
    return [shlex.join(shlex.split(line.removeprefix("$ "), comments=True)) for line in some([*lines, *inline], 10)]


def own(commands_: list[str]) -> list[list[str]]:
    """The arguments of the commands of this package."""
    words = (shlex.split(line) for line in commands_)
    return some((rest for first, *rest in words if first.endswith("statereport")), 6)


@pytest.fixture
def graph(monkeypatch, tmp_path):
    """The real graph for everything that opens one, and a folder without a build."""
    monkeypatch.setattr(knowledge, "from_sources", lambda project: real.graph().engine)
    monkeypatch.chdir(tmp_path)


def test_the_readme_is_short_and_shows_two_pictures():
    assert len(README.splitlines()) <= 150
    pictures = re.findall(r"!\[[^\]]+\]\((docs/pictures/[^)]+)\)", README)
    assert len(pictures) == 2 and all((ROOT / picture).stat().st_size < 400_000 for picture in pictures)


def test_its_first_two_commands_are_those_that_ci_runs():
    first = [line.removeprefix("$ ") for line in blocks("console")[0].splitlines()]
    ran = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert len(first) == 2 and [line for line in ran if line in first] == first


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"\bmake ([a-z-]+)`", (ROOT / page).read_text("utf-8"))}
    named |= {words[1] for words in map(shlex.split, typed()) if words[0] == "make" and len(words) > 1}
    assert {"test", "test-all", "test-whole", "lint", "diagram", "questions"} <= named <= targets


def test_the_guide_to_encoding_names_commands_that_there_are():
    guide = (ROOT / "docs/encoding-a-report.md").read_text(encoding="utf-8")
    named = {tuple(line.split()) for line in some(re.findall(r"statereport ([a-z]+(?: [a-z]+\b)?)", guide), 8)}
    draft = commands.cli.commands["draft"]
    missing = {
        " ".join(words)
        for words in named
        if words[0] not in commands.cli.commands
        or (words[0] == "draft" and len(words) > 1 and words[1] not in {*draft.commands, "report"})
    }
    assert not missing


def test_the_commands_of_the_readme_run(graph, capsys):
    failed = {}
    for words in own(typed()):
        command = commands.cli.commands[words[0]]
        if words[0] in NOT_RUN:
            command.make_context(words[0], words[1:])
            continue
        if words[0] in ("check", "fmt"):
            words = [*words, "--help"]
        code = console.run(commands.cli, words)
        printed = capsys.readouterr()
        if code or not printed.out.strip() or "Traceback" in printed.err:
            failed[shlex.join(words)] = (code, printed.err)
    assert not failed


def test_the_python_of_the_readme_runs(graph):
    (block,) = blocks("python")
    *lines, picture = block.strip().splitlines()
    names: dict = {}
    exec("\n".join(lines), names)
    assert len(names["answer"].to_dicts()) > 3
    assert eval(picture, names).lstrip().startswith("<svg")
    assert eval(lines[-1], names)[0]["figures"] > 200


def test_every_link_to_a_file_leads_to_one():
    wrong = []
    for page in PAGES:
        links = re.findall(r"\]\(([^)\s]+)\)", (ROOT / page).read_text(encoding="utf-8"))
        here = [link.partition("#")[0] for link in links if not re.match(r"[a-z]+:|#", link)]
        wrong += [f"{page}: {link}" for link in here if not ((ROOT / page).parent / link).exists()]
    assert not wrong


def test_what_is_generated_is_up_to_date(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import model_diagram
    import questions

    ontology = model_diagram.read(ROOT / "ontology")
    for target in some(model_diagram.TARGETS):
        assert model_diagram.draw(ontology) == target.read_text(encoding="utf-8"), "run: make diagram"
    assert questions.listing() == questions.TARGET.read_text(encoding="utf-8"), "run: make questions"
    listed = re.findall(r"\]\((\S+)\.rq\)", questions.listing())
    asked = [q.name for q in real.graph().every_query() if q.topic not in ("pages", "checks")]
    assert sorted(listed) == sorted(asked) and len(listed) > 100


def test_a_class_that_the_diagram_does_not_show_is_an_error(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import model_diagram

    ontology = model_diagram.read(ROOT / "ontology")
    new = "https://w3id.org/statereport/def/Novelty"
    ontology.classes.add(new)
    ontology.labels[new] = "novelty"
    with pytest.raises(ValueError, match="novelty"):
        model_diagram.draw(ontology)


@pytest.mark.slow
def test_the_pictures_are_of_pages_that_there_are(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import pictures

    site = real.site()
    for name, (address, _, _) in some(pictures.PICTURES.items()):
        page = pictures.page_at(site, address)
        assert page.status == 200 and (pictures.FOLDER / name).is_file()
        assert b"report-text" not in page.body, "never with the report's text"
        charts = [html.unescape(src.decode()) for src in re.findall(rb'<img src="([^"]+)"', page.body)]
        assert all(b"<svg" in pictures.page_at(site, chart).body for chart in charts)
