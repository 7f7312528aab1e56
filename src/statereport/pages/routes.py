"""The table of pages: which addresses a function answers, and which parameters it reads.

The functions take the context and an address, and return a page; a path's named groups are their keywords. They raise
Problems, of which `problems.problem_page` makes a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from statereport.pages import (
    about,
    discrepancies,
    editor,
    home,
    law,
    ontology,
    places,
    problems,
    questions,
    report,
    search,
    static_files,
    statistics,
    things,
    timeline,
    vocabulary,
)


def nothing(context: Any, **groups: Any) -> tuple[()]:
    """Return no names and no tables: the answer depends on the path alone."""
    return ()


def always(*known: Any) -> Callable[..., Collection[Any]]:
    """Return a function that returns these names or tables, whatever the path."""
    return lambda context, **groups: known


@dataclass(frozen=True)
class Route:
    """The addresses of one kind.

    `answer` makes what stands there. `reads` is given the context and the path's groups and returns the names of the
    parameters on which the answer depends. Other parameters change nothing, or are refused where the route is `strict`.
    `forms` is given the same and returns the tables of forms (ending → media type) from which the Accept header
    chooses, none where it decides nothing.
    """

    pattern: re.Pattern[str]
    answer: Callable[..., Any]
    reads: Callable[..., Collection[str]] = nothing
    strict: bool = False
    forms: Callable[..., Collection[Mapping[str, str]]] = nothing

    @classmethod
    def of(cls, pattern: str, answer: Callable[..., Any], *more: Any, **named: Any) -> Route:
        """A route from a pattern's text."""
        return cls(re.compile(pattern), answer, *more, **named)


ROUTES: tuple[Route, ...] = (
    Route.of(r"/", home.home_page),
    Route.of(r"/static/(?P<name>[\w.-]+)", static_files.static_file),
    Route.of(r"/query", questions.questions_page, always(questions.WORDS)),
    Route.of(r"/query/(?P<name>[\w/-]+)\.html", questions.question_page, questions.parameters_of, strict=True),
    Route.of(r"/report", report.reports_page),
    Route.of(r"/report/(?P<name>[^/]+)", report.report_page),
    Route.of(r"/report/(?P<name>[^/]+)/(?P<number>[^/]+)", report.unit_page, always("kind")),
    Route.of(r"/statistics", statistics.statistics_page),
    Route.of(r"/statistics/(?P<slug>[\w-]+)", statistics.cube_page, statistics.parameters_of, strict=True),
    Route.of(
        r"/statistics/(?P<slug>[\w-]+)\.(?P<ending>csv|xlsx)",
        statistics.cube_file,
        statistics.parameters_of,
        strict=True,
    ),
    Route.of(
        r"/statistics/(?P<slug>[\w-]+)\.(?:svg|png|vl\.json)",
        statistics.cube_chart,
        statistics.parameters_of,
        strict=True,
    ),
    Route.of(r"/discrepancies", discrepancies.discrepancies_page, always("kind", "found", "report", "section")),
    Route.of(r"/law", law.law_page, always("report")),
    Route.of(r"/timeline", timeline.timeline_page, always(*timeline.FIELDS)),
    Route.of(r"/timeline\.(?:svg|png|vl\.json)", timeline.timeline_chart, always(*timeline.FIELDS)),
    Route.of(r"/places", places.places_page),
    Route.of(r"/def", vocabulary.vocabulary_page),
    Route.of(r"/ontology", ontology.ontology_page),
    Route.of(r"/(?P<space>id|def|shape|graph|parameter)/(?P<name>.+)\.html", things.thing_page),
    Route.of(r"/why", things.why_page, always("subject", "predicate", "object")),
    Route.of(r"/editor", editor.editor_page, always("query", questions.IDENTIFIERS)),
    Route.of(r"/editor/words\.json", editor.editor_terms),
    Route.of(r"/search", search.search_page, always("q", *search.FACETS, "page")),
    Route.of(r"/about", about.about_page),
    Route.of(r"/problem/(?P<code>[\w-]+)", problems.explanation_page),
)
