"""What the tests of the web may use: the site of the real house, loaded once."""

from __future__ import annotations

import pytest

from statereport.paths import House
from statereport.web import site as loading


@pytest.fixture(scope="session")
def site(house: House) -> loading.Site:
    """The site of this project, made from its sources; a fresh build makes it quicker."""
    return loading.load(house, house.root / "build", base="https://example.org/statereport")
