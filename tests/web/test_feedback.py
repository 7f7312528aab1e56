"""Where readers report an error stands on every page: an address of the web or of mail, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
import small

from statereport.cli import console
from statereport.cli.commands import cli
from statereport.graph.knowledge import KnowledgeGraph
from statereport.pages import context
from statereport.pages.context import Context
from statereport.sparql.engine import Store
from statereport.web.answers.router import answer
from statereport.web.answers.site import Site
from statereport.web.wire.http import Request

PATHS = ("/", "/query", "/about", "/def", "/law", "/no-such-page")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Context:
    project = small.make(tmp_path_factory.mktemp("small"))
    return context.make(KnowledgeGraph(Store.memory(small.quads(project)), project))


def page(made: Context, path: str) -> str:
    return answer(Site.of(made), Request("GET", path, (), (("accept", "text/html"),))).body.decode()


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://example.org/issues?new=1&kind=error", 'href="https://example.org/issues?new=1&amp;kind=error"'),
        ("mailto:graph@example.org", 'href="mailto:graph@example.org?subject=statereport%20{version}%20{path}"'),
    ],
)
def test_every_page_has_the_address_at_which_errors_are_reported(made: Context, address: str, link: str) -> None:
    given = replace(made, feedback=address)
    wrong = [path for path in PATHS if link.format(version=made.version, path=path) not in page(given, path)]
    assert not wrong


def test_without_an_address_no_page_has_one_and_what_becomes_of_errors_is_explained(made: Context) -> None:
    assert not [path for path in PATHS if "Report an error" in page(made, path)]
    assert "Errors and corrections" in page(made, "/about")


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("publish", "site")])
def test_what_is_no_address_for_errors_is_refused(command: tuple[str, ...], capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    assert console.run(cli, [*command, "--feedback", "javascript:alert(1)"]) == 2
    assert "--feedback" in capsys.readouterr().err and not list(tmp_path.iterdir())
