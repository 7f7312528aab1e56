"""The threat model names tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

from loops import some

from statereport.project import find_project

HERE = Path(__file__).parent
ENTRY = re.compile(r"`(?P<module>test_\w+)` (?P<words>[^`]+)")


def test_each_property_names_tests_that_there_are():
    text = (find_project().root / "docs" / "THREATS.md").read_text(encoding="utf-8")
    rows = [
        line.split("|")[1:-1]
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith("| Property")
    ]
    assert len(rows) >= 25
    for row in rows:
        entries = [ENTRY.fullmatch(entry.strip()) for entry in row[2].split(";")]
        assert len(row) == 3 and all(entries), row
        for entry in some(entries):
            paths = [HERE / f"{entry['module']}.py", HERE.parent / f"{entry['module']}.py"]
            source = next(path for path in paths if path.is_file()).read_text(encoding="utf-8")
            functions = [name.replace("_", " ") for name in re.findall(r"^def test_(\w+)", source, re.MULTILINE)]
            words = re.sub(r"\W+", " ", entry["words"].replace("'", "")).strip().lower()
            assert any(words in function for function in functions), entry[0]
