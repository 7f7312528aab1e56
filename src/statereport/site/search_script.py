"""Search without a server: one index and one script, in a static site and in the single file.

The index is the server's own by its parts, so both find the same things in the same order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from statereport.rdf import namespaces

if TYPE_CHECKING:
    from statereport.graph.search import Contents, Hit
    from statereport.pages.names import Names

SCRIPT = Path(__file__).parent / "scripts/search.js"
# As many columns as an index has: a place is one number, that of the word times this and that of its column.
COLUMNS = 3


def index(contents: Contents, names: Names, link: Callable[[str], str]) -> str:
    """The index as a script. `link` makes the link that stands in a result of the path of a page."""
    return written(contents, [_row(hit, names, link) for hit in contents.rows])


def written(contents: Contents, rows: Sequence[list[Any]]) -> str:
    """The index as a script, with the rows as results show them: IRI, label, language, kind, link, passages."""
    places: dict[str, list[int]] = {}
    for stem, found in contents.places.items():
        flat, before = places.setdefault(stem, []), 0
        for row, column, offset in found:
            flat += (row - before, offset * COLUMNS + column)
            before = row
    # Said once, not in every row: the beginning of all IRIs, and a label that is also the text of the result.
    called = [
        [0 if label == row[1] else label, *names] for row, (label, names) in zip(rows, contents.called, strict=True)
    ]
    value = {
        "base": namespaces.BASE,
        "rows": [[iri.removeprefix(namespaces.BASE), *more] for iri, *more in rows],
        "called": called,
        "named": contents.named,
        "sizes": contents.sizes,
        "terms": places,
        "weights": contents.weights,
        "words": list(contents.words),
    }
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # It may stand inside of a script element, in which no other may begin or end.
    return f"globalThis.statereportIndex = {text.replace('<', chr(92) + 'u003c')};\n"


def script() -> str:
    """The script that searches in the index."""
    return SCRIPT.read_text(encoding="utf-8")


def _row(hit: Hit, names: Names, link: Callable[[str], str]) -> list[Any]:
    """A row as the page of results shows it: IRI, label, language, kind, link, passages with their links."""
    from statereport.pages import cells  # which the single file, a part of builds, does not depend on

    unit = names.by_iri.get(hit.iri)
    thing = cells.Thing(unit.label, "en", unit.path) if unit else cells.thing(hit.iri, names)
    passages = cells.passages((unit.reference,) if unit else hit.passages, names)
    return [
        hit.iri,
        thing.text,
        thing.language,
        hit.kind,
        link(thing.path),
        [[passage.text, link(passage.path)] for passage in passages],
    ]
