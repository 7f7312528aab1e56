"""The table of pages: which addresses a function answers, and which parameters it reads.

The functions take the context and an address, and return a page; a path's named groups are their keywords. They raise
Problems, of which `about.fault` makes a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from statereport.pages import (
    about,
    discrepancies,
    editor,
    home,
    law,
    questions,
    report,
    search,
    statistics,
    terms,
    things,
)


def nothing(context: Any, **groups: Any) -> Collection[str]:
    """Return no names: the answer depends on the path alone."""
    return ()


def names(*known: str) -> Callable[..., Collection[str]]:
    """Return a function that returns these names, whatever the path."""
    return lambda context, **groups: known


@dataclass(frozen=True)
class Route:
    """The addresses of one kind.

    `answer` makes what stands there. `reads` is given the context and the path's groups and returns the names of the
    parameters on which the answer depends. Other parameters change nothing, or are refused where the route is `strict`.
    """

    pattern: re.Pattern[str]
    answer: Callable[..., Any]
    reads: Callable[..., Collection[str]] = nothing
    strict: bool = False

    @classmethod
    def of(cls, pattern: str, answer: Callable[..., Any], *more: Any, strict: bool = False) -> Route:
        """A route from a pattern's text."""
        return cls(re.compile(pattern), answer, *more, strict=strict)


ROUTES: tuple[Route, ...] = (
    Route.of(r"/", home.page),
    Route.of(r"/static/(?P<name>[\w.-]+)", home.static),
    Route.of(r"/query", questions.overview),
    Route.of(r"/query/(?P<name>[\w/-]+)\.html", questions.page, questions.reads, strict=True),
    Route.of(r"/report", report.overview),
    Route.of(r"/report/(?P<number>\d+)", report.theme),
    Route.of(r"/statistics", statistics.overview),
    Route.of(r"/statistics/(?P<slug>[\w-]+)", statistics.page, statistics.reads, strict=True),
    Route.of(r"/statistics/(?P<slug>[\w-]+)\.csv", statistics.table, statistics.reads, strict=True),
    Route.of(r"/statistics/(?P<slug>[\w-]+)\.(?:svg|png|vl\.json)", statistics.picture, statistics.reads, strict=True),
    Route.of(r"/discrepancies", discrepancies.page, names("kind")),
    Route.of(r"/law", law.page),
    Route.of(r"/def", terms.page),
    Route.of(r"/(?P<space>id|def|shape|graph|parameter)/(?P<name>.+)\.html", things.page),
    Route.of(r"/why", things.why, names("subject", "predicate", "object")),
    Route.of(r"/editor", editor.page, names("query", questions.IDENTIFIERS)),
    Route.of(r"/editor/words\.json", editor.words),
    Route.of(r"/search", search.page, names("q")),
    Route.of(r"/about", about.page),
    Route.of(r"/problem/(?P<code>[\w-]+)", about.problem),
)
