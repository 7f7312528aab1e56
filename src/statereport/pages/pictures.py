"""Charts on the web: each has an address, at which a worker answers its specification, and from which the server draws it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from statereport.pages.page import Page
from statereport.questions import chart
from statereport.questions.chart import Chart


@dataclass(frozen=True)
class Shown:
    """A chart as a page shows it: its address without ending, the parameters of that, its title, a short text, and its pixels."""

    path: str
    query: str
    title: str
    alternative: str
    width: int
    height: int

    def address(self, ending: str) -> str:
        """Where it is, in the form that the ending says."""
        return f"{self.path}.{ending}{'?' if self.query else ''}{self.query}"


def shown(it: Chart, path: str, query: Iterable[tuple[str, str]] = ()) -> Shown:
    """A chart at an address; the text that stands for it leaves the numbers to the table that every page has below it."""
    spec = chart.specification(it)
    title = it.title if it.title.endswith(("?", ".")) else f"{it.title}."
    alternative = f"{it.called}: {title} The table below has its numbers."
    return Shown(path, urlencode(list(query)), it.title, alternative, spec["width"], spec["height"])


def response(it: Chart, headers: tuple[tuple[str, str], ...] = ()) -> Page:
    """The specification of a chart, whichever form of it is asked for: who sends it on draws it (see `app`)."""
    return Page(chart.written(chart.specification(it)).encode(), chart.MEDIA_TYPE, headers=headers)
