"""Run docs/first-questions.ipynb from top to bottom and store what its cells show, so that a reader sees it at once.

Run: make notebook. Needs Jupyter's nbclient and ipykernel, and pandas, as the tests do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("first-questions.ipynb")
SECONDS = 180


def executed(path: Path = PATH) -> Any:
    """The notebook as nbformat reads it, with the outputs of a run now; without what is printed to stderr.

    Tables and pictures have no plain text beside them.
    """
    import nbclient
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    root = {"metadata": {"path": str(path.parents[1])}}
    nbclient.NotebookClient(notebook, timeout=SECONDS, resources=root).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [it for it in cell.outputs if it.output_type != "stream" or it.name == "stdout"]
            for output in cell.outputs:
                if len(output.get("data", {})) > 1:
                    output.data.pop("text/plain", None)
    notebook.metadata.pop("language_info", None)
    return notebook


def main() -> None:
    """Run the notebook and write it back."""
    import nbformat

    notebook = executed()
    PATH.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
