"""The description of CSV files: for CSV on the Web, beside every table and cube, and as one Data Package of tables."""

from __future__ import annotations

import json
from collections.abc import Iterable

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


# The types of CSVW as Table Schema has them; what has several values in a cell is text there.
_FIELDS = {"integer": "integer", "decimal": "number", "boolean": "boolean", "date": "date"}


def package(tables: Iterable[tuple[str, str, str, str, dict]]) -> str:
    """The datapackage.json of several tables, each as `document` takes it: every column has its type, none is guessed.

    Source: Data Package 2.0 (datapackage.org), Table Schema.
    """
    resources = [
        {
            "name": slug.replace("_", "-"),
            "path": f"{slug}.csv",
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "title": title,
            "description": description,
            "schema": _schema(schema),
        }
        for slug, title, description, _, schema in tables
    ]
    licence = {"name": "CC-BY-4.0", "path": void.LICENCE}
    body = {"name": "statereport-tables", "profile": "tabular-data-package", "licenses": [licence]}
    return json.dumps({**body, "resources": resources}, ensure_ascii=False, indent=2) + "\n"


def _schema(schema: dict) -> dict:
    fields = []
    for column in schema["columns"]:
        kind = "string" if "separator" in column else _FIELDS.get(column["datatype"], "string")
        field = {"name": column["name"], "type": kind, "title": column.get("dc:title", column["name"])}
        fields.append(field | ({"constraints": {"required": True}} if column.get("required") else {}))
    key = {"primaryKey": [schema["primaryKey"]]} if "primaryKey" in schema else {}
    return {"fields": fields, **key, "missingValues": [""]}
