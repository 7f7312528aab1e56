"""A real browser and the real server.

In every test, a request to another host and an error in a page are failures.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import real
import texts
from skipping import skip_with_reason

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/web"))

import serving  # noqa: E402

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
EDITOR = ROOT / "src/statereport/pages/vendor/editor.js"
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder of a fresh build."""
    return real.built()


@pytest.fixture(scope="session")
def server(built) -> Iterator[serving.Served]:
    """`statereport serve` on a build, with the report's text where it is at hand."""
    options = ["--build", str(built), "--seconds", "4"]
    text = texts.path()
    options += ["--text", str(text)] if text else []
    with serving.real(*options) as served:
        yield served
    faults = [entry for entry in served.entries if entry.get("status", 0) >= 500 and entry["status"] != 503]
    assert not faults and not [line for line in served.other if "Traceback" in line], (faults, served.other)


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    """One browser for all tests; each test has its own fresh profile in it."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        skip_with_reason("pages in a browser: Playwright is not installed")
    program = shutil.which("chromium")
    if program is None:
        skip_with_reason("pages in a browser: Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


class Reader:
    """Someone who reads pages: opens them in a profile of their own, and notes what goes wrong."""

    def __init__(self, browser, server: serving.Served) -> None:
        self.browser, self.server = browser, server
        self.profiles: dict[tuple, object] = {}
        self.faults: list[str] = []
        self.refusals: set[int] = set()

    def page(self, width: int = 1280, dark: bool = False, scripts: bool = True, fresh: bool = False):
        """An empty page, in a profile that is shared with the pages like it unless it is to be fresh."""
        key = (width, dark, scripts, len(self.profiles) if fresh else 0)
        if key not in self.profiles:
            self.profiles[key] = self.browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme="dark" if dark else "light",
                java_script_enabled=scripts,
                base_url=self.server.address,
                accept_downloads=True,
            )
            self.profiles[key].set_default_timeout(8_000)
            self.profiles[key].on("weberror", lambda fault: self.faults.append(f"{fault.page.url}: {fault.error}"))
        page = self.profiles[key].new_page()
        page.on("request", self._asked)
        page.on("console", self._said)
        return page

    def open(self, path: str, status: int = 200, **how):
        """A page at a path. A status of 400 or more must be announced, since the browser complains of it."""
        page = self.page(**how)
        if status >= 400:
            self.refusals.add(status)
        response = page.goto(path)
        assert response.status == status, f"{path} answers {response.status}"
        return page

    def editor(self, query: str = "", **how):
        """The editor's page, its script ready."""
        needs_editor()
        page = self.open(f"/editor?{urlencode({'query': query})}" if query else "/editor", **how)
        page.wait_for_selector("#editor-form[data-ready]")
        return page

    def _asked(self, request) -> None:
        if not request.url.startswith((self.server.address + "/", "data:", "blob:")):
            self.faults.append(f"{request.frame.url} asks {request.url}")

    def _said(self, message) -> None:
        refused = REFUSED.match(message.text)
        if message.type == "error" and not (refused and int(refused[1]) in self.refusals):
            self.faults.append(f"{message.location.get('url')}: {message.text}")


def needs_editor() -> None:
    """Skip where the editor could not be bundled."""
    if not EDITOR.is_file():
        skip_with_reason("the query editor: it is not bundled here (make .venv/editor)")


@pytest.fixture
def reader(chromium, server) -> Iterator[Reader]:
    """A reader; at the end nothing has been asked of another host, and no page has complained."""
    reader = Reader(chromium, server)
    yield reader
    for profile in reader.profiles.values():
        profile.close()
    assert not reader.faults


@pytest.fixture(scope="session")
def sample(server) -> dict[str, str]:
    """One thing of each kind: its local address without an ending."""
    kinds = (
        "LegalInstrument",
        "Provision",
        "Body",
        "Measure",
        "Figure",
        "Norm",
        "Claim",
        "Event",
        "Passage",
        "Citation",
        "Group",
        "Place",
        "Discrepancy",
    )
    parts = [f"{{ SELECT ('{kind}' AS ?kind) (MIN(STR(?x)) AS ?thing) {{ ?x a sr:{kind} }} }}" for kind in kinds]
    reply = server.query(
        f"PREFIX sr: <https://w3id.org/statereport/def/> SELECT * {{ {' UNION '.join(parts)} }}", Accept="text/csv"
    )
    assert reply.status == 200, reply.body
    rows = [line.split(",", 1) for line in reply.body.decode().splitlines()[1:]]
    found = {kind: thing.removeprefix("https://w3id.org/statereport") for kind, thing in rows if thing}
    return {**found, "class": "/def/Figure", "property": "/def/value"}
