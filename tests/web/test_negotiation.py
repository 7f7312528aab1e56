"""Which form an answer takes: the Accept header against what there is."""

from __future__ import annotations

import pytest

from statereport.errors import NotAcceptable
from statereport.web.wire import negotiation
from statereport.web.wire.negotiation import DOCUMENTS, GRAPHS, RESULTS, choose, split_ending

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
# Accept header → the ending chosen among documents, graphs and results; None is 406.
TABLE = [
    ("", "html", "ttl", "json"),
    ("*/*", "html", "ttl", "json"),
    (BROWSER, "html", "rdf", "xml"),
    ("text/turtle", "ttl", "ttl", None),
    ("application/ld+json, text/turtle;q=0.5", "jsonld", "jsonld", None),
    ("application/rdf+xml;q=0.3, application/n-triples;q=0.7", "nt", "nt", None),
    ("text/*;q=0.2, application/n-triples;q=0.1", "html", "ttl", "csv"),
    ("text/html;q=0, */*", "ttl", "ttl", "json"),
    ("TEXT/TURTLE ; Q=1.0", "ttl", "ttl", None),
    ("application/json", "jsonld", "jsonld", "json"),
    ("application/sparql-results+xml, application/sparql-results+json;q=0.9", None, None, "xml"),
    ("text/tab-separated-values;q=0.9, text/csv;q=0.8", None, None, "tsv"),
    ("image/png", None, None, None),
    ("*/*;q=0", None, None, None),
    ("text/turtlesssss", None, None, None),
    ("text/turtle;q=0.1, */*;q=0.2", "html", "jsonld", "json"),
    ("text/turtle; charset=utf-8; q=0.4, application/rdf+xml;q=0.4", "ttl", "ttl", None),
    ("nonsense, ;;;, text/csv", None, None, "csv"),
    # As clients also write weights: without the nought, with more digits, above one.
    ("application/n-triples;q=.9, text/turtle;q=.1", "nt", "nt", None),
    ("text/turtle;q=0.33333, application/rdf+xml;q=0.33334", "rdf", "rdf", None),
    ("text/csv;q=2, application/sparql-results+xml;q=.99", None, None, "csv"),
    ("text/csv;q=., application/sparql-results+xml;q=.99", None, None, "csv"),
]


@pytest.mark.parametrize(("accept", *("document graph result".split())), TABLE, ids=[row[0] or "none" for row in TABLE])
def test_the_table_of_headers(accept, document, graph, result):
    for forms, expected in ((DOCUMENTS, document), (GRAPHS, graph), (RESULTS, result)):
        if expected is None:
            with pytest.raises(NotAcceptable) as caught:
                choose(accept, forms)
            assert all(kind in caught.value.hint for kind in forms.values())
        else:
            assert choose(accept, forms) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("x.ttl", ("x", "ttl")), ("passage/13.6", ("passage/13.6", "")), ("passage/13.6.nt", ("passage/13.6", "nt")),
     ("a.ttl.html", ("a.ttl", "html")), ("x.", ("x.", "")), ("a/.ttl", ("a/.ttl", "")), ("x.TTL", ("x.TTL", ""))],
)  # fmt: skip
def test_only_the_known_endings_are_endings(path, expected):
    assert split_ending(path, negotiation.DOCUMENTS) == expected


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", "en"),
        ("*", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en-US;q=0.8", "ru"),
        ("en;q=0.5, kk;q=0.8", "kk"),
        ("de, fr;q=0.9", "en"),
        ("de, pt-BR;q=0.3", "pt"),
        ("kk;q=0", "en"),
        ("kk;q=x, ru;q=0.2", "kk"),
        (";;,,q=1", "en"),
    ],
)
def test_the_language_of_names_is_the_one_that_a_client_prefers(header, wanted):
    assert negotiation.language(header) == wanted
