"""The single HTML file is the same whenever it is made, and is not made where its page was not bundled."""

import os
import subprocess
import sys

import pytest
from real import PREFIXES
from skipping import skip_with_reason

from statereport.project import find_project
from statereport.questions.saved import SavedQueries
from statereport.site import single_file
from statereport.sparql import engine


@pytest.fixture
def saved():
    return SavedQueries.of(find_project())


def write(folder, saved) -> None:
    asked = [saved.get("measures/measures-of-a-year"), saved.get("law/laws-cited-most")]
    single_file.write(folder, asked, [], engine.Store.memory([]), "0" * 64, PREFIXES)


def test_without_its_page_no_file_is_written(tmp_path, saved, monkeypatch):
    monkeypatch.setattr(single_file, "PAGE", tmp_path / "nowhere")
    write(tmp_path, saved)
    assert list(tmp_path.iterdir()) == []


def test_nothing_that_is_held_can_end_the_script_that_holds_it(tmp_path, saved, monkeypatch):
    page = tmp_path / "page.html"
    page.write_text("<script>{{held}}</script>", encoding="utf-8")
    monkeypatch.setattr(single_file, "PAGE", page)
    write(tmp_path, saved)
    text = (tmp_path / single_file.NAME).read_text(encoding="utf-8")
    assert text.count("<") == 2 and "{{" not in text and "VALUES ?year" in text


@pytest.mark.slow
def test_two_builds_write_the_same_file(tmp_path):
    if not single_file.PAGE.is_file():
        skip_with_reason("the single HTML file: its page is not bundled here (make .venv/editor)")
    made = []
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "statereport", "build", "--out", str(tmp_path / seed)]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed})
        made.append((tmp_path / seed / single_file.NAME).read_bytes())
    assert made[0] == made[1] and len(made[0]) < 8_000_000
