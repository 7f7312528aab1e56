"""Where else to look: the links that go with a document, and the way from a thing to its document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlencode

from statereport.rdf import namespaces
from statereport.web.wire import negotiation
from statereport.web.wire.http import Request, Response

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
VARY = ("Vary", "Accept")


def signposts(
    path: str, iri: str, ending: str, forms: Iterable[str] = tuple(negotiation.DOCUMENTS)
) -> tuple[tuple[str, str], ...]:
    """The headers that say what a document is about, what other forms it has and under which terms it is given."""
    here = quote(path)
    links = [f'<{iri}>; rel="cite-as"', f'<{LICENCE}>; rel="license"', f'<{namespaces.BASE}dataset>; rel="collection"']
    links += [
        f'<{here}.{other}>; rel="alternate"; type="{negotiation.QUESTIONS[other]}"'
        for other in forms
        if other != ending
    ]
    return (VARY, ("Link", ", ".join(links)))


def see(request: Request, path: str, forms: Mapping[str, str]) -> Response:
    """See other: the document of what stands at a path, in the form that the client accepts."""
    ending = negotiation.choose(request.header("accept"), forms)
    given = f"?{urlencode(request.query)}" if request.query else ""
    return to(f"{quote(path)}.{ending}{given}")


def to(path: str) -> Response:
    """See other. Only a path: which host it is on, nobody but the configuration may say."""
    return Response(303, "text/plain", f"{path}\n".encode(), (("Location", path), VARY))
