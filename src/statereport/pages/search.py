"""Search by words, numbers and passages, with what was found counted by kind, report and section."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from statereport.errors import BadSearch
from statereport.graph import search
from statereport.pages import cells, portrait
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, render
from statereport.rdf.natural_order import natural

# The results on a page, the most characters of a search that are read, and the choices of a facet that are not folded.
MOST = 20
LONGEST = 200
# Words of questions, by which nothing is found.
_LITTLE = frozenset(
    "a about and are by does for from how in is many much of on or said say the to was what who with".split()
)
FACETS = ("kind", "report", "section")


@dataclass(frozen=True)
class Result:
    """What was found: its label and link, its kind, links to its passages, and the text around the match."""

    thing: cells.Thing
    kind: str
    passages: tuple[cells.Thing, ...]
    around: str = ""
    report: cells.Thing | None = None


@dataclass(frozen=True)
class Choice:
    """A value by which results can be narrowed: its label, how many there are, where it leads, and whether it is on."""

    label: str
    count: int
    path: str
    chosen: bool


def search_page(context: Context, address: Address) -> Page:
    """The results for ?q=, narrowed by ?kind=, ?report= and ?section=; a search that cannot be read is explained."""
    words = " ".join(address.value("q").split())[:LONGEST]
    given = {name: address.value(name) for name in FACETS if address.value(name)}
    some = False
    try:
        asked = words
        hits, fault = context.index.matches(asked) if words else (), None
        if not hits and words and words.replace(" ", "").rstrip("?").isalnum():
            weighty = [word for word in words.rstrip("?").split() if word.lower() not in _LITTLE]
            asked = " OR ".join(weighty)
            hits, some = context.index.matches(asked) if weighty else (), True
    except BadSearch as problem:
        hits, fault = (), problem
    states = portrait.states(context)
    of = {
        "kind": lambda hit: {hit.kind: hit.kind},
        "report": lambda hit: _reports(context, hit, states),
        "section": lambda hit: _sections(context, hit),
    }
    fits = [hit for hit in hits if _fits(hit, given, of)]
    last = max((len(fits) - 1) // MOST + 1, 1)
    page = min(max(int(address.value("page", "1")) if address.value("page", "1").isdecimal() else 1, 1), last)
    shown = fits[(page - 1) * MOST : page * MOST]
    shown = context.index.with_snippets(asked, shown) if shown else ()
    facets = [(name, _choices(hits, name, words, given, of)) for name in FACETS]
    return render(
        context,
        address,
        "search.html",
        400 if fault else 200,
        words=words,
        total=len(fits),
        some=some,
        first=(page - 1) * MOST + 1,
        results=[_result(context, hit, states) for hit in shown],
        facets=[(name, choices) for name, choices in facets if len(choices) > 1 or name in given],
        before=_path(words, given, page - 1) if page > 1 else "",
        after=_path(words, given, page + 1) if page < last else "",
        page=page,
        last=last,
        fault=fault,
    )


def nearest_things(context: Context, address: Address) -> list[cells.Thing]:
    """What may have been meant by an address that there is not: things named like the end of its path."""
    words = words_of(address).split()
    try:
        hits = context.index.find(" ".join(words), 5) or context.index.find(" OR ".join(words), 5)
    except BadSearch:
        return []
    return [_result(context, hit).thing for hit in hits]


def words_of(address: Address) -> str:
    """The words at the end of an address's path."""
    last = address.path.rpartition("/")[2].removesuffix(".html")
    return " ".join(re.findall(r"[^\W_]+", last)[:8]).lower()


def _reports(context: Context, hit: search.Hit, states: Mapping[str, tuple[cells.Thing, ...]]) -> dict[str, str]:
    """The report that a hit is of, by its short name, as the name of its State."""
    iri = context.names.report_of(hit.iri)
    if not iri:
        return {}
    of = states.get(iri)
    return {context.names.short(iri).partition(":")[2]: of[0].text if of else context.names.label(iri).text}


def _sections(context: Context, hit: search.Hit) -> dict[str, str]:
    """The sections of a thing's passages, by report and number, with their titles."""
    found = {}
    for reference in hit.passages:
        unit = context.names.unit(reference, context.names.report_of(hit.iri))
        theme = context.names.by_iri.get(unit.whole) if unit and unit.kind == "Passage" else unit
        if theme and theme.kind != "Part":
            found[f"{theme.short}/{theme.number}"] = f"{theme.number} {theme.label[:1].upper()}{theme.label[1:]}"
    return found


def _fits(hit: search.Hit, given: dict[str, str], of: dict[str, Callable]) -> bool:
    """Whether a hit has every chosen value; a section may be given without its report."""
    return all(
        any(value == key or (name == "section" and key.endswith(f"/{value}")) for key in of[name](hit))
        for name, value in given.items()
    )


def _choices(
    hits: Iterable[search.Hit], name: str, words: str, given: dict[str, str], of: dict[str, Callable]
) -> list[Choice]:
    """The values of a facet among what the other facets leave, most frequent first; sections in their order."""
    others = {key: value for key, value in given.items() if key != name}
    counted: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for hit in hits:
        if _fits(hit, others, of):
            values = of[name](hit)
            labels |= values
            counted.update(values.keys())
    order = sorted(counted, key=natural)
    order = order if name == "section" else sorted(order, key=lambda it: -counted[it])
    chosen = given.get(name)
    return [
        Choice(
            labels[value],
            counted[value],
            _path(
                words,
                others if chosen and (value == chosen or value.endswith(f"/{chosen}")) else {**others, name: value},
            ),
            chosen is not None and (value == chosen or value.endswith(f"/{chosen}")),
        )
        for value in order
    ]


def _path(words: str, given: dict[str, str], page: int = 1) -> str:
    return f"/search?{urlencode({'q': words, **given, **({'page': page} if page > 1 else {})})}"


def _result(context: Context, hit: search.Hit, states: Mapping[str, tuple[cells.Thing, ...]] | None = None) -> Result:
    unit = context.names.by_iri.get(hit.iri)
    thing = cells.Thing(unit.label, "en", unit.path) if unit else cells.thing(hit.iri, context.names)
    around = hit.snippet.replace("[", "").replace("]", "")
    known = thing.text.replace("[", "").replace("]", "")
    return Result(
        thing,
        hit.kind,
        cells.passages(
            (unit.reference,) if unit else hit.passages,
            context.names,
            unit.report if unit else context.names.report_of(hit.iri),
        ),
        "" if around in known or known in around else around,
        next(iter((states or {}).get(context.names.report_of(hit.iri), ())), None),
    )
