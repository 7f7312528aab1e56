"""A drawn answer as people use it: SVG for pages and notebooks, PNG for text processors, without a browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from statereport import chart

if TYPE_CHECKING:
    from statereport.answers import Answer
    from statereport.queries import SavedQuery


@dataclass(frozen=True)
class Picture:
    """A drawn answer: its SVG, which notebooks show, and the same as PNG."""

    svg: str

    @classmethod
    def of(cls, query: SavedQuery, answer: Answer) -> Picture:
        """The picture of a question that has a chart."""
        return cls(chart.draw(query, answer))

    def _repr_svg_(self) -> str:
        return self.svg

    def png(self) -> bytes:
        """The picture in pixels, twice as fine as its size says; always the same bytes."""
        import vl_convert

        return vl_convert.svg_to_png(self.svg, scale=2)
