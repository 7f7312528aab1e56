"""Style sheets, scripts and pictures of the pages, from memory."""

from __future__ import annotations

from statereport.errors import UnknownName, did_you_mean
from statereport.pages.context import Context
from statereport.pages.page import Address, Page

# A link to a file carries the file's digest, so a browser need never fetch it twice.
KEPT = ("Cache-Control", "public, max-age=31536000, immutable")


def static_file(context: Context, address: Address, name: str) -> Page:
    """A static file. Raises UnknownName."""
    file = context.static.get(name)
    if file is None:
        raise UnknownName(where=name, what="There is no such file.", hint=did_you_mean(name, context.static))
    return Page(file.body, file.media_type, headers=(KEPT,))
