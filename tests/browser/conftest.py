"""A server of the real house and Debian's Chromium, in which no address but this machine's can be reached.

Every page that a test opens must ask nothing of another host, raise nothing and complain of nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
PATIENCE = 15_000


def _missing() -> str:
    if not CHROMIUM.is_file():
        return f"{CHROMIUM} is not installed"
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "playwright is not installed"
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip these tests, and say what is therefore unproven, where there is no browser."""
    why = _missing()
    for item in items:
        if why and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=f"NOT TESTED in a browser: {why}"))


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a running server of the real house."""
    import serving

    with serving.real() as served:
        yield served.address


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, with an empty folder of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield chromium
        chromium.close()


@dataclass
class Tab:
    """A page of the browser, and what went on in it."""

    page: Any
    address: str
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> Any:
        """Open a path of the server."""
        self.page.goto(self.address + path)
        return self.page


@pytest.fixture
def open_tab(browser: Any, address: str) -> Iterator[Callable[..., Tab]]:
    """Makes tabs, each in a context of its own; at the end none of them may have complained, or asked another host."""
    tabs: list[Tab] = []

    def make(width: int = 1280, **options: Any) -> Tab:
        context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **options)
        context.set_default_timeout(PATIENCE)
        tab = Tab(context.new_page(), address)
        tab.page.on("request", lambda request: None if request.url.startswith((address, "data:", "blob:")) else tab.faults.append(f"asked {request.url}"))
        tab.page.on("pageerror", lambda fault: tab.faults.append(f"raised {fault}"))
        tab.page.on("console", lambda said: tab.faults.append(f"said {said.text}") if said.type == "error" and "status of 4" not in said.text else None)
        tabs.append(tab)
        return tab

    yield make
    for tab in tabs:
        tab.page.context.close()
    assert not [fault for tab in tabs for fault in tab.faults]


@pytest.fixture
def tab(open_tab: Callable[..., Tab]) -> Tab:
    """A tab as most readers have it."""
    return open_tab()
