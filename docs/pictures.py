"""Take the pictures of README.md and of ten kinds of pages, without the report's text.

Run: make pictures. Needs Chromium and Playwright. The pages are made from the sources and given to the browser without
a server; the report's text is never read.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from statereport.pages import context, routes
from statereport.pages.context import Context
from statereport.pages.page import Address, Page
from statereport.project import find_project
from statereport.publish import release
from statereport.questions import chart
from statereport.questions.picture import Picture

FOLDER = Path(__file__).with_name("pictures")
BASE = "http://statereport.test"
# Picture → the page, and its width and height in pixels.
PICTURES = {
    "home.png": ("/", 1100, 960),
    "question.png": ("/query/statistics/article-174-cases.html", 1100, 1080),
    "reader.png": ("/report/kaz-cerd-8-10-addendum/13", 1280, 960),
    "passage.png": ("/report/kaz-cerd-8-10-addendum/13.6", 1100, 1100),
    "discrepancies.png": ("/discrepancies", 1280, 1100),
    "statistics.png": ("/statistics/schools-by-language", 1100, 1000),
    "law.png": ("/law", 1280, 1100),
    "thing.png": ("/id/instrument/kaz-constitution.html", 1100, 960),
    "search.png": ("/search?q=roma", 1100, 960),
    "phone.png": ("/report/kaz-cerd-8-10-addendum/21.10", 390, 844),
}


def page_at(site: Context, address: str) -> Page:
    """The page at an address, or the chart's picture at an address that ends in .svg."""
    parts = urlsplit(address)
    path = unquote(parts.path)
    name = path.removesuffix(".svg")
    if path.startswith("/query/") and path != name:
        question = site.graph.question(name.removeprefix("/query/"))
        values = dict(parse_qsl(parts.query))
        return Page(
            Picture.of(question, site.graph.ask(question.name, **values), site.graph.charting).svg.encode(),
            "image/svg+xml",
        )
    for route in routes.ROUTES:
        match = route.pattern.fullmatch(path)
        if match:
            page = route.answer(site, Address(path, tuple(parse_qsl(parts.query))), **match.groupdict())
            if page.media_type == chart.MEDIA_TYPE:
                return Page(Picture(json.loads(page.body)).svg.encode(), "image/svg+xml")
            return page
    raise LookupError(f"docs/pictures.py: there is no page at {address}")


def main() -> None:
    """Take every picture and write it into docs/pictures/."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    if program is None:
        sys.exit("Chromium is not installed. On Debian: apt-get install chromium")
    found = release.load(find_project())
    site = context.make(found.graph, found.explanations, base=BASE)
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for name, (address, width, height) in PICTURES.items():
            tab = browser.new_page(viewport={"width": width, "height": height})

            def serve(route) -> None:
                page = page_at(site, route.request.url.removeprefix(BASE))
                route.fulfill(status=page.status, content_type=page.media_type, body=page.body)

            tab.route("**/*", serve)
            tab.goto(BASE + address, wait_until="networkidle")
            tab.screenshot(path=FOLDER / name)
            tab.close()
        browser.close()


if __name__ == "__main__":
    main()
