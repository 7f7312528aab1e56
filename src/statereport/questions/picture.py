"""A chart as people use it: its Vega-Lite specification, and drawn from it SVG for pages and PNG for text processors.

Vega runs in vl-convert, without a browser; it is loaded when something is drawn first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from statereport.questions import chart, plots

if TYPE_CHECKING:
    from statereport.questions.saved import SavedQuery
    from statereport.sparql.answers import Answer

SVG = "http://www.w3.org/2000/svg"
# The version of Vega-Lite, of those that vl-convert holds, that the specification is written for.
VERSION = "6.4"
# What stands for a colour of the picture on dark paper.
_DARK = {
    **dict(zip(plots.COLOURS, ("#56b4e9", "#f08a3c", "#2fb58c", "#d991c2", "#d8b13a", "#b9bec7"), strict=True)),
    plots.INK: "#e7e4dd",
    plots.SOFT: "#a6abb5",
    plots.GRID: "#383e48",
    plots.PAPER: "#14171c",
}
_RULES = "".join(f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}' for light, dark in _DARK.items())
STYLE = f"@media (prefers-color-scheme: dark){{{_RULES}}}"
# The widths of Liberation Sans, by which Vega places texts, in thousandths of the size: width → characters. Others are
# as wide as a digit.
_WIDTHS = {
    191: "'",
    222: "ijl",
    260: "|",
    278: " !,./:;I[]\\ft",
    333: "()-`r{}",
    355: '"',
    389: "*",
    469: "^",
    500: "Jcksvxyz",
    584: "+<=>~",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1000: "—…",
}
_WIDTH = {character: width for width, characters in _WIDTHS.items() for character in characters}
_BOLD = 1.06


@dataclass(frozen=True)
class Picture:
    """A chart that can be drawn: its Vega-Lite specification; its SVG, which notebooks show; and the same as PNG."""

    spec: dict[str, Any]

    @classmethod
    def of(cls, query: SavedQuery, answer: Answer, background: chart.Background | None = None) -> Picture:
        """The picture of a question that has a chart."""
        return cls(chart.specification(chart.of(query, answer, background)))

    @cached_property
    def svg(self) -> str:
        """The picture in lines and letters, light or dark as the reader's pages are; always the same bytes."""
        return _finished(self._drawn, self.spec)

    def png(self) -> bytes:
        """The picture in pixels, twice as fine as its size says; always the same bytes."""
        import vl_convert

        return vl_convert.svg_to_png(self._drawn, scale=2)

    @cached_property
    def _drawn(self) -> str:
        import vl_convert

        # No address is allowed from which data may be fetched.
        return vl_convert.vegalite_to_svg(self.spec, vl_version=VERSION, allowed_base_urls=[])

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"image/svg+xml": self.svg}


def _finished(svg: str, spec: dict[str, Any]) -> str:
    """The SVG as one image with a title and a description in words, and its colours on dark paper."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(svg)
    name, words = spec["name"], {"title": " ".join(spec["title"]["text"]), "desc": spec["description"]}
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    for place, (tag, said) in enumerate(words.items()):
        part = ElementTree.Element(f"{{{SVG}}}{tag}", {"id": f"{name}-{tag}"})
        part.text = said
        root.insert(place, part)
    style = ElementTree.Element(f"{{{SVG}}}style")
    style.text = STYLE
    root.insert(2, style)
    _fit_texts(root)
    # To a screen reader it is one image: what Vega says of each mark would be heard beside it.
    for node in root.iter():
        for attribute in [
            key for key in node.attrib if node is not root and (key == "role" or key.startswith("aria-"))
        ]:
            del node.attrib[attribute]
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _fit_texts(root: ElementTree.Element) -> None:
    """Give every line of text the length that it was measured to have, so that no font of a reader's machine cuts it.

    A text of several lines becomes several texts, since not every browser knows the length of a part of a text.
    """
    for parent in list(root.iter()):
        for text in [text for text in parent.findall(f"{{{SVG}}}text") if len(text)]:
            lines, down = ElementTree.Element(f"{{{SVG}}}g"), 0.0
            for line in text:
                down += float(line.get("dy", 0))
                one = ElementTree.SubElement(lines, text.tag, {**text.attrib, "y": f"{down:g}"})
                one.text = line.text
            parent[list(parent).index(text)] = lines
    for text in root.iter(f"{{{SVG}}}text"):
        size = float(text.get("font-size", "13px").removesuffix("px"))
        wide = sum(_WIDTH.get(character, 556) for character in text.text or "") / 1000 * size
        text.set("textLength", f"{wide * (_BOLD if text.get('font-weight') == 'bold' else 1):.1f}")
        text.set("lengthAdjust", "spacingAndGlyphs")
