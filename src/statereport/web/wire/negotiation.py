"""Which form an answer takes: the Accept header weighed against what there is, or the ending of the address.

RFC 9110, 12.5.1: the most specific range that fits a media type gives its weight, weight 0 refuses it, and where two
weigh the same, the server's order decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from statereport.errors import NotAcceptable
from statereport.pages.page import LANGUAGES
from statereport.questions import chart, spreadsheet

# Ending → media type, in the server's order of preference.
DOCUMENTS = {
    "html": "text/html",
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
}
GRAPHS = {ending: kind for ending, kind in DOCUMENTS.items() if ending != "html"}
RESULTS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
WORKBOOK = {"xlsx": spreadsheet.MEDIA_TYPE}
# A chart: drawn, and as the specification from which it is drawn.
PICTURES = {"svg": "image/svg+xml", "png": "image/png", "vl.json": chart.MEDIA_TYPE}
# The forms of a saved question's answer; `rq` is its own text.
QUESTIONS = {**DOCUMENTS, **RESULTS, **WORKBOOK, **PICTURES, "rq": "application/sparql-query"}
# Other names under which clients ask for the same form.
ALIASES = {
    "application/json": ("json", "jsonld"),
    "application/xml": ("xml", "rdf"),
    "text/xml": ("xml", "rdf"),
    "application/xhtml+xml": ("html",),
    "application/x-turtle": ("ttl",),
    "text/n3": ("ttl",),
    "text/plain": ("nt", "tsv"),
}
# A weight as RFC 9110 has it, and as clients also write it: `q=.1`, more than three digits.
_WEIGHT = re.compile(r"q\s*=\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.IGNORECASE)
_RANGE = re.compile(r"(?:\*/\*|[\w!#$&^.+-]+/(?:\*|[\w!#$&^.+-]+))")


def weights(accept: str) -> dict[str, float]:
    """Return media range → weight of at most 64 ranges. What cannot be read is passed over, as are other parameters."""
    found: dict[str, float] = {}
    for part in accept.lower().split(",")[:64]:
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        if _RANGE.fullmatch(kind):
            matches = (match for match in map(_WEIGHT.fullmatch, parameters) if match)
            found[kind] = next((min(float(match[1]), 1.0) for match in matches), 1.0)
    return found


def language(accepted: str) -> str:
    """Return the language of names that an Accept-Language header prefers, English where it names none that there is.

    RFC 9110, 12.5.4, with the lookup of RFC 4647, 3.4: `pt-BR` is answered in `pt`.
    """
    best, most = "en", 0.0
    for part in accepted.lower().split(",")[:64]:
        tag, *parameters = (piece.strip() for piece in part.split(";"))
        matches = (match for match in map(_WEIGHT.fullmatch, parameters) if match)
        weight = next((min(float(match[1]), 1.0) for match in matches), 1.0)
        if tag.partition("-")[0] in LANGUAGES and weight > most:
            best, most = tag.partition("-")[0], weight
    return best


def weight_of(kind: str, ranges: Mapping[str, float]) -> float:
    """Return the weight that an Accept header gives to a media type: that of the most specific range that fits."""
    for candidate in (kind, kind.partition("/")[0] + "/*", "*/*"):
        if candidate in ranges:
            return ranges[candidate]
    return 0.0


def choose(accept: str, forms: Mapping[str, str]) -> str:
    """Return the ending of the form to give, of those there are (ending → media type, the preferred first).

    An empty header takes anything. Raises NotAcceptable with the list.
    """
    ranges = weights(accept)
    if not accept.strip():
        return next(iter(forms))
    best, ending = 0.0, ""
    for candidate, kind in forms.items():
        weight = weight_of(kind, ranges)
        # Another name counts where the form's own is not asked for; just below it, so that the own name wins.
        if kind not in ranges:
            named = (ranges.get(alias, 0.0) for alias, endings in ALIASES.items() if candidate in endings)
            weight = max(weight, max(named, default=0.0) - 0.0001)
        if weight > best:
            best, ending = weight, candidate
    if not ending:
        raise NotAcceptable(
            where=accept[:200],
            what="None of the media types that the request accepts is among those there are.",
            hint=f"ask for one of: {', '.join(dict.fromkeys(forms.values()))}",
        )
    return ending


def split_ending(path: str, endings: Iterable[str]) -> tuple[str, str]:
    """Split a path and its ending, where it is one of those; any other dot is part of the name."""
    for ending in sorted(endings, key=len, reverse=True):  # .vl.json before .json
        stem = path.removesuffix(f".{ending}")
        if stem != path and stem and not stem.endswith("/"):
            return stem, ending
    return path, ""
