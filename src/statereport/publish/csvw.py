"""The description of a CSV file for CSV on the Web, of which every table and cube has one beside it."""

from __future__ import annotations

import json

from statereport.publish import void


def document(slug: str, title: str, description: str, iri: str, schema: dict) -> str:
    """The metadata of `slug`.csv in JSON, with a line end: what it holds, under which licence, made from which thing.

    Source: Metadata Vocabulary for Tabular Data, 5.3 (table) and 5.5 (schema).
    """
    body = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": f"{slug}.csv",
        "dc:title": title,
        "dc:description": description,
        "dc:license": {"@id": void.LICENCE},
        "dc:source": {"@id": iri},
        "tableSchema": schema,
    }
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"
