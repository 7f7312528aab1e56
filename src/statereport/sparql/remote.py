"""A SPARQL endpoint elsewhere behind the same interface as the embedded engine (SPARQL 1.1 Protocol, over urllib)."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from statereport.errors import EndpointFailed
from statereport.sparql import engine, tokens
from statereport.sparql.answers import Answer

_LARGEST = 256 * 1024 * 1024


@dataclass(frozen=True)
class RemoteStore:
    """An endpoint's address and how many seconds it may take. Its default graph should be the union of its graphs."""

    endpoint: str
    timeout: float = 30.0

    def __post_init__(self) -> None:
        if urllib.parse.urlsplit(self.endpoint).scheme not in ("http", "https"):
            raise EndpointFailed(
                where=self.endpoint, what="This is not an address of a SPARQL endpoint.", hint="begin it with https://"
            )

    def query(self, text: str, source: str = "query", prefixes: Mapping[str, str] | None = None) -> Answer:
        """See `Engine.query`. What the endpoint says wrong is EndpointFailed; the query is checked before it is sent."""
        graph = engine.form_of(text, source, prefixes).form == "construct"
        accept = "application/n-triples, text/turtle;q=0.9" if graph else "application/sparql-results+json"
        data, kind = self._ask(tokens.with_prefixes(text, prefixes or {}), accept)
        try:
            return engine.read_results(data, kind)
        except (ValueError, SyntaxError) as error:
            raise EndpointFailed(
                where=self.endpoint,
                what=f"The answer cannot be read: {error}.",
                hint="look at the address in a browser.",
            ) from None

    def serialise(
        self, text: str, form: str, source: str = "query", prefixes: Mapping[str, str] | None = None
    ) -> bytes:
        """See `Engine.serialise`; the endpoint writes the bytes itself, with prefixes of its own."""
        graph = engine.form_of(text, source, prefixes).form == "construct"
        return self._ask(tokens.with_prefixes(text, prefixes or {}), engine.format_of(form, graph).media_type)[0]

    def _ask(self, text: str, accept: str) -> tuple[bytes, str]:
        tokens.screen(text)
        body = urllib.parse.urlencode({"query": text}).encode("ascii")
        request = urllib.request.Request(
            self.endpoint,
            data=body,
            headers={
                "Accept": accept,
                "Content-Type": "application/x-www-form-urlencoded",
                "User-Agent": "statereport",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as response:
                data = response.read(_LARGEST + 1)
                kind = response.headers.get("Content-Type", "")
        except urllib.error.HTTPError as error:
            said = " ".join(error.read(300).decode("utf-8", "replace").split())
            raise EndpointFailed(
                where=self.endpoint,
                what=f"The endpoint answered {error.code} {error.reason}: {said}",
                hint="correct the query, or ask later.",
            ) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise EndpointFailed(
                where=self.endpoint,
                what=f"The endpoint did not answer: {reason}.",
                hint="see that the address is right and the server runs.",
            ) from None
        if len(data) > _LARGEST:
            raise EndpointFailed(
                where=self.endpoint, what="The answer has more than 256 MB.", hint="ask for less, with LIMIT."
            )
        return data, kind
