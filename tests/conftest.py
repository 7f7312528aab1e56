"""What every test may use: the project, the report's text where it is at hand, and a small invented project."""

import shutil
from pathlib import Path

import miniproject
import pytest
import texts
from skipping import skip_with_reason

from statereport.project import Project, find_project
from statereport.publish import build
from statereport.source import text as reading

TESTS = Path(__file__).parent
pytest_plugins = ["golden"]


def pytest_report_header() -> str:
    return f"report's text: {'at hand' if texts.path() else 'NOT AT HAND, so nothing is compared with it'}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a browser, and modules that start servers: `-m "not browser and not server"`."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "chromium" in fixtures:
            item.add_marker("browser")
        if "server" in fixtures or {"serving", "peers"} & set(vars(item.module)):
            item.add_marker("server")


@pytest.fixture(scope="session")
def project() -> Project:
    """The project of this checkout."""
    return find_project()


@pytest.fixture(scope="session")
def text_path() -> Path:
    """The file of the report's text; without it the test is skipped with a reason."""
    path = texts.path()
    if path is None:
        skip_with_reason("the report's text is not at hand (set STATEREPORT_TEXT)")
    return path


@pytest.fixture(scope="session")
def report_text(text_path: Path) -> reading.Text:
    """The report's text, read."""
    return reading.load(text_path)


@pytest.fixture
def tiny(tmp_path: Path) -> Project:
    """A copy of the small invented project in tests/tiny, to be broken at will; its text is `tiny_text`."""
    shutil.copytree(TESTS / "tiny", tmp_path / "tiny")
    return Project.at(tmp_path / "tiny")


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> tuple[Project, Path]:
    """The project of a few lines (tests/miniproject.py) and a build of it, which are only read."""
    root = tmp_path_factory.mktemp("made")
    project = miniproject.make(root / "project")
    build.build(project, root / "build")
    return project, root / "build"


@pytest.fixture
def out(tmp_path: Path, made: tuple[Project, Path]) -> Path:
    """A copy of that build, to be damaged."""
    return Path(shutil.copytree(made[1], tmp_path / "build"))


@pytest.fixture
def tiny_text() -> reading.Text:
    """The text of the invented project."""
    return reading.load(TESTS / "tiny" / "report.txt")
