"""The notebook for scholars runs from top to bottom, and the tables and charts stored in it are those of a run."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "docs/first-questions.ipynb"


@pytest.fixture(scope="module")
def notebook():
    nbformat = pytest.importorskip("nbformat", reason="NOT TESTED: nbformat is not installed")
    return nbformat.read(NOTEBOOK, as_version=4)


def outputs(notebook) -> list:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def shown(notebook) -> list[str]:
    """What the cells show, with one sign for each number and each hash, since these change with the data.

    Where there is no build, or an old one, a citation has no hash.
    """
    texts = [
        str(output.get("text", "")) + "".join(str(value) for _, value in sorted(output.get("data", {}).items()))
        for output in outputs(notebook)
    ]
    return [re.sub(r"\b[0-9a-f]{64}\b|(?<=of the data: )not stated|[0-9][0-9.,-]*", "#", text) for text in texts]


def test_it_is_stored_with_what_its_cells_show(notebook):
    found = outputs(notebook)
    kinds = [kind for output in found for kind in output.get("data", {})]
    assert kinds.count("text/html") == 3 and kinds.count("image/svg+xml") == 1 and len(found) == 11
    assert not [output for output in found if output.output_type == "error"]
    assert str(ROOT) not in NOTEBOOK.read_text(encoding="utf-8")


@pytest.mark.slow
def test_it_runs_and_shows_what_is_stored(notebook, tmp_path, monkeypatch):
    pytest.importorskip("nbclient", reason="NOT TESTED: nbclient is not installed")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    spec = importlib.util.spec_from_file_location("notebook", ROOT / "docs/notebook.py")
    running = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(running)
    made = running.executed()
    text = "".join(output.get("text", "") for output in outputs(made))
    assert "groups/norms-for-a-group" in text and "a sign is missing" in text and "SHA-256" in text
    tables = [output["data"]["text/html"] for output in outputs(made) if "text/html" in output.get("data", {})]
    assert len(tables) == 3 and any("refugee" in table for table in tables)
    assert shown(made) == shown(notebook), "the notebook shows something else now: run make notebook"
