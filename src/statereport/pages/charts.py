"""Charts on pages: at the address of each is its Vega-Lite specification, from which the server draws pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from statereport.pages.page import Page
from statereport.questions import chart
from statereport.questions.chart import Chart


@dataclass(frozen=True)
class ChartImage:
    """A chart as a page shows it.

    path          the chart's address without an ending
    query         the parameters of that address, encoded
    title         the chart's title
    alternative   a short text for readers who do not see the chart
    width, height in pixels
    """

    path: str
    query: str
    title: str
    alternative: str
    width: int
    height: int

    def address(self, ending: str) -> str:
        """The address of the chart in the format of the ending: svg, png or vl.json."""
        return f"{self.path}.{ending}{'?' if self.query else ''}{self.query}"


def chart_image(it: Chart, path: str, query: Iterable[tuple[str, str]] = ()) -> ChartImage:
    """A chart at an address. Its alternative text has its numbers."""
    spec = chart.specification(it)
    title = it.title if it.title.endswith(("?", ".")) else f"{it.title}."
    alternative = f"{title} {it.words}"
    return ChartImage(path, urlencode(list(query)), it.title, alternative, spec["width"], spec["height"])


def specification_page(it: Chart, headers: tuple[tuple[str, str], ...] = ()) -> Page:
    """The specification of a chart, whichever format was asked for: the server draws the picture from it."""
    return Page(chart.written(chart.specification(it)).encode(), chart.MEDIA_TYPE, headers=headers)
