"""The elements of a picture in SVG: texts, rectangles and lines, with looks as attributes, and how wide a text is."""

from __future__ import annotations

from html import escape

# The palette of Okabe and Ito, which colour-blind readers can tell apart, ordered by contrast on white.
COLOURS = ("#0072b2", "#d55e00", "#00795a", "#a4508b", "#7a5c00", "#3d3d3d")
FONT = "system-ui,'Liberation Sans',Arial,sans-serif"
# Attributes and no styles, so that a page whose policy forbids styles shows the same; a page's own sheet may say otherwise by class.
LOOKS = {
    "": "",
    "title": 'font-size="17" font-weight="600"',
    "small": 'font-size="12" fill="#555"',
    "large": 'font-size="16" font-weight="600"',
    "heading": 'font-weight="600" fill="#555"',
}
NARROW, WIDE = frozenset("iljtfrI.,:;|!'()[]- "), frozenset("mwMW%@")


def width(said: str) -> float:
    """About how wide a text is at 13 px; the reader's font is not known."""
    return 13 * sum(0.36 if c in NARROW else 0.95 if c in WIDE else 0.72 if c.isupper() else 0.61 for c in said)


def wrapped(said: str, wide: float, room: float) -> list[str]:
    """The text in lines that fit into the room, a character being about so wide."""
    lines = [""]
    for word in said.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) * wide > room and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def text(x: float, y: float, said: str, look: str = "", anchor: str = "", colour: int | None = None) -> str:
    """A text that begins, ends or has its middle (anchor) at x, on the line y."""
    how = f' class="{look}" {LOOKS[look]}' if look else ""
    how += f' text-anchor="{anchor}"' if anchor else ""
    how += f' class="c{colour}" fill="{COLOURS[colour]}"' if colour is not None else ""
    return f'<text x="{number(x)}" y="{number(y)}"{how}>{escape(said)}</text>'


def rect(x: float, y: float, wide: float, tall: float, colour: int) -> str:
    """A rectangle with its upper left corner at x, y."""
    return f'<rect x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(tall)}" class="c{colour}" fill="{COLOURS[colour]}"/>'


def line(x: float, y: float, to_x: float, to_y: float, stroke: str) -> str:
    """A straight line of the grid, or an axis where it is dark."""
    look = "axis" if stroke == "#222" else "grid"
    return f'<line x1="{number(x)}" y1="{number(y)}" x2="{number(to_x)}" y2="{number(to_y)}" class="{look}" stroke="{stroke}"/>'


def dot(x: float, y: float, radius: float, colour: int, said: str = "") -> str:
    """A dot, with what it says."""
    title = f"<title>{escape(said)}</title>" if said else ""
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" class="c{colour}" fill="{COLOURS[colour]}">{title}</circle>'


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")
