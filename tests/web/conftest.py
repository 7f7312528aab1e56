"""The site of the real project, read once for all tests of pages."""

from __future__ import annotations

import pytest
import real
import texts
from reading import Reader
from skipping import skip_with_reason

from statereport.web.answers.site import Site


@pytest.fixture(scope="session")
def site() -> Site:
    """The site without the report's text, as it is for most."""
    return real.site()


@pytest.fixture(scope="session")
def read(site: Site) -> Reader:
    """What a reader is given for an address."""
    return Reader(site)


@pytest.fixture(scope="session")
def read_text(site: Site) -> Reader:
    """The same where the report's text is at hand; else the test is skipped with a reason."""
    from dataclasses import replace

    from statereport.source import text

    path = texts.path()
    if path is None:
        skip_with_reason("the report's text is not at hand (set STATEREPORT_TEXT)")
    return Reader(replace(site, texts={texts.FIRST: text.load(path)}))
