"""The command that writes a static site: what the server answers, as files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from statereport.graph.knowledge import open_build
from statereport.pages import context
from statereport.project import find_project, find_texts
from statereport.publish import release
from statereport.site import redirects, static_site
from statereport.web.answers import router
from statereport.web.answers.site import Site
from statereport.web.wire import negotiation
from statereport.web.wire.http import Request, Response

ACCEPT = (("accept", "text/html, */*;q=0.5"),)
TABLES = redirects.Tables(negotiation.DOCUMENTS, negotiation.GRAPHS, negotiation.RESULTS, negotiation.ALIASES)


def publish(
    folder: Path, built: Path | None, base: str, texts: tuple[Path, ...], feedback: str, say: Callable[[str], None]
) -> static_site.Summary:
    """Write the site of a build into a folder. Raises NotABuild, TextDiffers, BuildDamaged, BuildLocked, DiskFull."""
    project = find_project()
    shown = find_texts(project, texts) if texts else None
    build = open_build(built, project, say, in_memory=True)
    static_site.require_files(build.listed if build else {})
    found = release.load(project, build, say)
    given = (found.graph, found.explanations, found.files, shown, static_site.base_of(base), feedback)
    site = Site.of(context.make(*given))
    return static_site.publish(site, folder, fetching(site), TABLES, say, os.cpu_count() or 1)


def fetching(site: Site) -> static_site.Fetch:
    """What the server answers to an address of this site, as a function."""

    def fetch(address: str) -> Response:
        parts = urlsplit(address)
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        return router.answer(site, Request("GET", unquote(parts.path), query, ACCEPT))

    return fetch
