"""The redirects of a persistent address (w3id.org), for Apache: from each IRI to the file of a static site.

They are made from the tables by which the server negotiates, so both lead to the same form. Apache cannot weigh: a
media type without a weight goes before one with a weight, and of several the first of the table is taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FILE = "w3id/.htaccess"


@dataclass(frozen=True)
class Tables:
    """Ending → media type, the preferred first: of documents, of graphs, of rows; and other names of media types."""

    documents: Mapping[str, str]
    graphs: Mapping[str, str]
    rows: Mapping[str, str]
    aliases: Mapping[str, Sequence[str]]


def htaccess(base: str, tables: Tables, constructs: Sequence[str]) -> str:
    """The file `.htaccess` for the folder of the persistent address.

    base        the public address of the site, without a slash at its end
    constructs  the names of the questions whose answer is a graph
    """
    things = {ending: tables.documents[ending] for ending in ("html", "ttl", "jsonld")}
    rows = {"html": tables.documents["html"], **tables.rows}
    endings = "|".join(re.escape(it) for it in sorted({*tables.documents, *tables.rows, "rq", "svg", "png", "vl.json"}))
    graphs = "|".join(constructs)
    spaces = "id|def|shape|parameter|graph|query|data|statistics"
    lines = [
        "# Redirects of https://w3id.org/statereport/ to the files of the site. Generated: see statereport publish.",
        "Options +FollowSymLinks",
        "RewriteEngine On",
        "",
        "# A document by its own address, and the places of the whole.",
        f"RewriteRule ^((?:{spaces})/.+\\.(?:{endings}|gz))$ {base}/$1 [R=303,L]",
        f"RewriteRule ^$ {base}/ [R=303,L]",
        "",
    ]
    lines += ["# Things, terms and shapes.", *_rules("(id|def|shape|parameter)/(.+)", things, tables, f"{base}/$1/$2")]
    lines += ["# Named graphs.", *_rules("(graph)/(.+)", tables.documents, tables, f"{base}/$1/$2")]
    if graphs:
        lines += [
            "# Questions that a graph answers, and those that rows answer.",
            *_rules(f"(query)/({graphs})", tables.documents, tables, f"{base}/$1/$2"),
        ]
    lines += _rules("(query)/(.+/.+)", rows, tables, f"{base}/$1/$2")
    lines += [
        "# The vocabulary, and the description of the data.",
        *_rules("def/?", tables.documents, tables, f"{base}/def"),
    ]
    lines += _rules("dataset(?:/.*)?", tables.graphs, tables, f"{base}/dataset", page=f"{base}/about.html")
    lines += ["# Everything else has the same address.", f"RewriteRule ^(.+)$ {base}/$1 [R=303,L]"]
    return "\n".join(lines) + "\n"


def _rules(pattern: str, forms: Mapping[str, str], tables: Tables, target: str, page: str = "") -> list[str]:
    """The rules of one kind of address, from the most to the least certain wish; the last takes what nobody names."""
    first = page or f"{target}.{next(iter(forms))}"
    known = {ending: [kind, *_aliases(ending, forms, tables)] for ending, kind in forms.items()}
    rules = [("text/html", page)] if page else []
    found: list[str] = []
    for weight in ("", r"\s*;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[0-9.]+"):
        for kind, place in [*rules, *((kind, f"{target}.{it}") for it, kinds in known.items() for kind in kinds)]:
            accept = rf"(?:^|,)\s*{re.escape(kind)}{weight}\s*(?:,|$)"
            found += [f'RewriteCond %{{HTTP_ACCEPT}} "{accept}" [NC]', f"RewriteRule ^{pattern}$ {place} [R=303,L]"]
    return [*found, f"RewriteRule ^{pattern}$ {first} [R=303,L]", ""]


def _aliases(ending: str, forms: Mapping[str, str], tables: Tables) -> list[str]:
    return [
        kind for kind, endings in tables.aliases.items() if next((it for it in endings if it in forms), "") == ending
    ]
