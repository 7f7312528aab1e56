"""The pages for people, each a function of the context and an address; ROUTES says which path has which.

A path's named groups are given to its function as keywords. The functions raise Problems; `about.fault` makes a page of one.
"""

from __future__ import annotations

import re
from collections.abc import Callable

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
from statereport.pages.page import Page

ROUTES: tuple[tuple[re.Pattern[str], Callable[..., Page]], ...] = tuple(
    (re.compile(path), page)
    for path, page in (
        (r"/", home.page),
        (r"/static/(?P<name>[\w.-]+)", home.static),
        (r"/query", questions.overview),
        (r"/query/(?P<name>[\w/-]+)\.html", questions.page),
        (r"/report", report.overview),
        (r"/report/(?P<number>\d+)", report.theme),
        (r"/statistics", statistics.overview),
        (r"/statistics/(?P<slug>[\w-]+)", statistics.page),
        (r"/statistics/(?P<slug>[\w-]+)\.csv", statistics.table),
        (r"/statistics/(?P<slug>[\w-]+)\.(?:svg|png|vl\.json)", statistics.picture),
        (r"/discrepancies", discrepancies.page),
        (r"/law", law.page),
        (r"/def", terms.page),
        (r"/(?P<space>id|def|shape|graph|parameter)/(?P<name>.+)\.html", things.page),
        (r"/why", things.why),
        (r"/editor", editor.page),
        (r"/editor/words\.json", editor.words),
        (r"/search", search.page),
        (r"/about", about.page),
        (r"/problem/(?P<code>[\w-]+)", about.problem),
    )
)
