"""The server as other programs meet it: over the wire, by the standards, with their own clients only."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from skipping import skip_with_reason

COUNT = "PREFIX sr: <https://w3id.org/statereport/def/> SELECT (COUNT(?x) AS ?n) WHERE { ?x a sr:LegalInstrument }"
ACCEPTED = {
    "": ".html",
    "*/*": ".html",
    "text/html": ".html",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": ".html",
    "text/turtle": ".ttl",
    "application/x-turtle": ".ttl",
    "application/ld+json": ".jsonld",
    "application/json": ".jsonld",
    "application/n-triples": ".nt",
    "application/rdf+xml": ".rdf",
    "text/turtle;q=0.5, application/ld+json;q=0.9": ".jsonld",
    "text/html;q=0, */*": ".ttl",
}


@pytest.mark.parametrize("accept", ACCEPTED)
def test_a_name_leads_to_the_document_that_is_accepted(server, sample, accept):
    path = sample["LegalInstrument"]
    reply = server.ask(path, Accept=accept)
    assert reply.status == 303 and reply.headers["location"] == path + ACCEPTED[accept]
    assert "accept" in reply.headers["vary"].lower() and reply.headers["access-control-allow-origin"] == "*"
    whole, head = server.ask(reply.headers["location"]), server.ask(reply.headers["location"], "HEAD")
    assert whole.status == head.status == 200 and head.body == b""
    assert {**whole.headers, "date": ""} == {**head.headers, "date": ""}


def test_what_is_not_there_in_an_accepted_form_is_listed(server, sample):
    reply = server.ask(sample["LegalInstrument"], Accept="image/png")
    assert reply.status == 406 and all(kind in reply.body.decode() for kind in ("text/turtle", "application/ld+json"))


def test_rdflib_reads_the_endpoint(server):
    graph = rdflib.Graph(SPARQLStore(f"{server.address}/sparql"))
    [(count,)] = graph.query(COUNT)
    assert int(count) > 50


def test_rdflib_reads_a_thing_by_its_address(server, sample):
    graph = rdflib.Graph().parse(server.address + sample["LegalInstrument"], format="turtle")
    assert (rdflib.URIRef("https://w3id.org/statereport" + sample["LegalInstrument"]), rdflib.RDF.type, None) in graph


@pytest.mark.parametrize(
    "how",
    [
        ["--get", "--data-urlencode", "query@-"],
        ["--data-urlencode", "query@-"],
        ["--data-binary", "@-", "--header", "Content-Type: application/sparql-query"],
    ],
)
def test_curl_asks_in_each_of_the_three_ways(server, how):
    if shutil.which("curl") is None:
        skip_with_reason("curl is not installed")
    command = [
        "curl",
        "--silent",
        "--fail",
        "--header",
        "Accept: application/sparql-results+json",
        *how,
        f"{server.address}/sparql",
    ]
    done = subprocess.run(command, input=COUNT, capture_output=True, text=True, check=True, timeout=30)
    assert int(json.loads(done.stdout)["results"]["bindings"][0]["n"]["value"]) > 50
