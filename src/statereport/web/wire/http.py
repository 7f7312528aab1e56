"""A request and its response as values: what passes between the server and the functions that answer.

The functions that answer are plain: no loop, no socket, no state but the site. So they run in a worker process that can
be ended at any time, and in a test without a server.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from statereport.pages.page import LANGUAGE, LANGUAGES, Address, Page
from statereport.web.wire.negotiation import language


@dataclass(frozen=True)
class Request:
    """What was asked. `path` is decoded and begins with a slash; `query` holds the decoded pairs in their order.

    `headers` are lower-case names, those of the request that answering may depend on (accept, content-type).
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str, otherwise: str = "") -> str:
        """The header of that lower-case name, or what stands for its absence."""
        return next((value for key, value in self.headers if key == name), otherwise)

    @property
    def address(self) -> Address:
        """Where it asks: what the functions that make pages are given, with the language of names."""
        asked = next((value for key, value in self.query if key == LANGUAGE and value in LANGUAGES), "")
        query = tuple((key, value) for key, value in self.query if key != LANGUAGE)
        return Address(self.path, query, asked or language(self.header("accept-language")), bool(asked))

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of a parameter, in their order."""
        return self.address.values(name)

    def value(self, name: str, otherwise: str = "") -> str:
        """The first value of a parameter, or `otherwise` where there is none."""
        return self.address.value(name, otherwise)


@dataclass(frozen=True)
class Response:
    """What is answered: always whole. `headers` are added to the content type and length."""

    status: int
    media_type: str
    body: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, page: Page) -> Response:
        """A page as a response."""
        return cls(page.status, page.media_type, page.body, page.headers)


def tagged(response: Response) -> Response:
    """The response with its digest as its tag, so that who has it already need not fetch it again."""
    if response.status != 200:
        return response
    tag = hashlib.sha256(response.media_type.encode() + b"\0" + response.body).hexdigest()[:32]
    return replace(response, headers=(*(pair for pair in response.headers if pair[0] != "ETag"), ("ETag", f'"{tag}"')))
