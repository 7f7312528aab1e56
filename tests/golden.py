"""Golden answers: files that tests compare with, rewritten only by `pytest --write-golden`, reviewed line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --write-golden."""
    parser.addoption(
        "--write-golden", action="store_true", help="write the golden answers instead of comparing with them"
    )


class Golden:
    """Compares bytes with a file under tests/golden, or writes that file."""

    def __init__(self, write: bool) -> None:
        self.write = write

    def check(self, name: str, data: bytes) -> None:
        """Fail where the file is missing or holds something else; a test that writes does not fail."""
        path = GOLDEN / name
        if self.write:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            return
        assert path.is_file(), f"{name} is missing: look at the answer, then run pytest --write-golden"
        have = path.read_bytes().decode("utf-8").splitlines()
        assert data.decode("utf-8").splitlines() == have, (
            f"{name} is another answer: if it is right, run pytest --write-golden"
        )


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> Golden:
    """The golden answers."""
    return Golden(request.config.getoption("--write-golden"))
