"""The notebook for scholars runs from top to bottom, and keeps no outputs that could grow old."""

from __future__ import annotations

from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs/first-questions.ipynb"


@pytest.fixture(scope="module")
def notebook():
    nbformat = pytest.importorskip("nbformat", reason="NOT TESTED: nbformat is not installed")
    return nbformat.read(NOTEBOOK, as_version=4)


def test_it_keeps_no_outputs(notebook) -> None:
    assert not [cell for cell in notebook.cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)]


@pytest.mark.slow
def test_it_runs_and_shows_what_it_says(notebook, tmp_path, monkeypatch) -> None:
    nbclient = pytest.importorskip("nbclient", reason="NOT TESTED: nbclient is not installed")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    nbclient.NotebookClient(notebook, timeout=180, resources={"metadata": {"path": str(NOTEBOOK.parents[1])}}).execute()
    shown = [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type != "stream" or output.name == "stdout"
    ]
    kinds = {kind for output in shown for kind in output.get("data", {})}
    text = "".join(output.get("text", "") for output in shown)
    assert {"text/html", "image/svg+xml"} <= kinds
    assert "groups/norms-for-a-group" in text and "a sign is missing" in text and "SHA-256" in text
    tables = [output["data"]["text/html"] for output in shown if "text/html" in output.get("data", {})]
    assert len(tables) == 3 and any("refugee" in table for table in tables)
