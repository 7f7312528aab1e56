"""Links that go with a document, redirects, and links of a site that stands below a path of its host."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode

from statereport.rdf import namespaces
from statereport.web.wire import negotiation
from statereport.web.wire.http import Request, Response

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
VARY = ("Vary", "Accept")
# An address in a sentence: "see the list at /query".
_IN_SENTENCES = re.compile(r"(?<![\w:/<.])/(?=[a-z.])")


def signposts(
    path: str, iri: str, ending: str, forms: Iterable[str] = tuple(negotiation.DOCUMENTS)
) -> tuple[tuple[str, str], ...]:
    """Return the headers that say what a document is about, what other forms it has, and under which licence it is."""
    here = quote(path)
    links = [f'<{iri}>; rel="cite-as"', f'<{LICENCE}>; rel="license"', f'<{namespaces.BASE}dataset>; rel="collection"']
    links += [
        f'<{here}.{other}>; rel="alternate"; type="{negotiation.QUESTIONS[other]}"'
        for other in forms
        if other != ending
    ]
    return (VARY, ("Link", ", ".join(links)))


def see(request: Request, path: str, forms: Mapping[str, str]) -> Response:
    """See other (303): the document of what stands at a path, in the form that the client accepts."""
    ending = negotiation.choose(request.header("accept"), forms)
    return to(f"{quote(path)}.{ending}{_query(request)}")


def moved(request: Request) -> Response:
    """Moved permanently (301): the same address without the slash at its end."""
    return to(f"{quote(request.path.rstrip('/')) or '/'}{_query(request)}", 301)


def to(path: str, status: int = 303) -> Response:
    """A redirect. It names a path only: the host is the configuration's to name, never a request's."""
    return Response(status, "text/plain", f"{path}\n".encode(), (("Location", path), VARY))


def below(root: str, response: Response) -> Response:
    """Return the response with the paths in its headers below `root`, the path at which the site stands: "" or "/kg".

    Pages write the whole path into their links themselves; headers are written as if the site stood at the top of its
    host.
    """
    if not root:
        return response
    headers = tuple((name, _link(root, name, value)) for name, value in response.headers)
    location = dict(headers).get("Location")
    return replace(response, headers=headers, body=f"{location}\n".encode() if location else response.body)


def sentence(root: str, text: str) -> str:
    """Return a sentence with the addresses in it below `root`."""
    return _IN_SENTENCES.sub(lambda match: f"{root}/", text) if root else text


def _link(root: str, name: str, value: str) -> str:
    if name == "Location" and value.startswith("/"):
        return root + value
    return value.replace("</", f"<{root}/") if name == "Link" else value


def _query(request: Request) -> str:
    return f"?{urlencode(request.query)}" if request.query else ""
