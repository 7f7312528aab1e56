"""Whatever filters, sorts and languages an address has: an answer or an explanation, and no fault."""

from __future__ import annotations

import random
from collections import Counter
from urllib.parse import urlencode

from loops import some

REPORTS = ("bra-cerd-fco-18-20", "kaz-cerd-8-10-addendum", "bra-cerd-co-18-20")
ODD = ("", "0", "-1", "9" * 40, "é", "\u202e", "<script>", "a/../b", "%00", "'\"", "x" * 2_000, "2020", "kind", "13.6")
FILTERS = {
    "/law": ("report",),
    "/timeline": ("report", "kind", "since", "until"),
    "/timeline.vl.json": ("report", "kind", "since", "until"),
    "/places": ("report",),
    "/discrepancies": ("kind", "found", "report", "section"),
    "/report": ("kind",),
    "/report/bra-cerd-co-18-20": ("kind",),
    "/report/kaz-cerd-8-10-addendum/13": ("kind",),
    "/report/bra-cerd-fco-18-20/II.C": ("kind",),
    "/search": ("q", "kind", "report", "section", "page"),
    "/statistics/schools-by-language": ("rows", "columns", "period"),
    "/query/events/timeline.html": ("report", "sort-by", "rows-with", "hide-columns", "rows-from", "identifiers"),
    "/query/law/laws-cited-most.html": ("report", "sort-by", "rows-with", "hide-columns", "rows-from"),
    "/query/committee/requests-not-answered.html": ("report", "sort-by", "rows-with", "hide-columns"),
}
TRIES = 24


def some_address(chance: random.Random) -> str:
    path = chance.choice(sorted(FILTERS))
    fitting = (
        *REPORTS,
        "Figure",
        "event",
        "measure",
        "2019",
        "2021",
        "figures differ",
        "label",
        "-label",
        "schools",
        "2",
    )
    names = [name for name in FILTERS[path] for _ in range(chance.choice((0, 1, 1, 2)))]
    values = [(name, chance.choice(fitting if chance.random() < 0.6 else ODD)) for name in names]
    if chance.random() < 0.3:
        values.append(("lang", chance.choice(("en", "kk", "pt", "ru", "xx", ""))))
    return f"{path}?{urlencode(values)}"


def test_random_filters_sorts_and_languages_are_answered_or_explained(read):
    chance, statuses = random.Random(14), Counter()
    for _ in some(range(TRIES)):
        address = some_address(chance)
        reply = read.anew(address)
        statuses[reply.status] += 1
        fits = (200, 400, 404) if address.startswith("/timeline.") else (200, 400)
        assert reply.status in fits, f"{address[:200]}: {reply.status} {reply.body[:200]!r}"
        assert b"<script>" not in reply.body.replace(b'<script type="application/ld+json">', b""), address[:200]
    assert statuses[200] > TRIES / 3
