"""Draw docs/model.svg, the classes of the ontology and how they are related: make diagram.

Everything in the picture is read from ontology/*.ttl and ontology/shapes/*.ttl: the labels of classes and properties,
the subclasses of each class, and the properties that domains and shapes give it. Only the places of cards are set here.
The same sources give the same bytes. Text is drawn in whatever sans-serif font the reader has, so the cards have room
for wide letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from statereport.project import find_project
from statereport.rdf import turtle
from statereport.rdf.namespaces import RDF, SR

TARGET = Path(__file__).with_name("model.svg")
# The same for the page of the ontology.
TARGETS = (TARGET, TARGET.parents[1] / "src/statereport/pages/static/model.svg")
# The cards, column by column: a class that is below no other of the ontology, with its subclasses.
COLUMNS = (
    (
        "The document",
        ("Document", "TextUnit", "Request", "Anchor", "Numeral", "Mention", "Reading", "Note", "Remark", "Link"),
    ),
    ("What it says", ("Statement", "Breakdown", "Cube", "DerivedFigure")),
    ("What that is about", ("LegalResource", "Agent", "BodyChange", "Indicator", "Code", "Period", "Place")),
)
COLOURS = ("#1f5fa8", "#7a3e9d", "#2b7a4b")
INK, SOFT, PAPER = "#1b2733", "#5b6b7b", "#ffffff"
# Sub-properties of this one are dimensions of figures, and are drawn as one row.
DIMENSION = f"{SR}hasDimension"
MARGIN, GUTTER, PADDING, LINE, GAP, SIZE = 24, 96, 14, 19, 18, 13


@dataclass(frozen=True)
class Row:
    """A property of a class: its label, and the labels and cards of the classes that its values have."""

    label: str
    targets: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Section:
    """A class in a card: its label and prefixed name, its depth below the class of the card, and its properties."""

    label: str
    name: str
    depth: int
    rows: tuple[Row, ...]


@dataclass
class Ontology:
    """What the ontology states about its own classes and properties, by IRI."""

    labels: dict[str, str] = field(default_factory=dict)
    classes: set[str] = field(default_factory=set)
    above: dict[str, list[str]] = field(default_factory=dict)
    domains: dict[str, list[str]] = field(default_factory=dict)
    ranges: dict[str, list[str]] = field(default_factory=dict)
    shaped: dict[str, list[str]] = field(default_factory=dict)

    def below(self, name: str) -> list[str]:
        """The direct subclasses of a class, by label."""
        return sorted((it for it in self.classes if name in self.above.get(it, ())), key=self.labels.__getitem__)

    def top(self, name: str) -> str:
        """The class above all others above a class: that of its card."""
        higher = [it for it in self.above.get(name, ()) if it in self.classes]
        return self.top(higher[0]) if higher else name

    def properties(self, name: str) -> list[str]:
        """The properties that a domain or a shape gives to a class, if their values are of classes of the ontology."""
        found = {it for it, domains in self.domains.items() if name in domains} | set(self.shaped.get(name, ()))
        own = (it for it in found if it in self.labels and any(r in self.classes for r in self.ranges.get(it, ())))
        return sorted(own, key=self.labels.__getitem__)


def read(folder: Path) -> Ontology:
    """The ontology and its shapes."""
    triples = [t for path in sorted([*folder.glob("*.ttl"), *folder.glob("shapes/*.ttl")]) for t in turtle.read(path)]
    values: dict[str, dict[str, list[str]]] = {}
    found = Ontology()
    for t in triples:
        subject, name, value = t.subject.value, t.predicate.value.replace("#", "/").rpartition("/")[2], t.object.value
        values.setdefault(name, {}).setdefault(subject, []).append(value)
        if name == "label" and getattr(t.object, "language", "") == "en":
            found.labels[subject] = value
    kinds = values["type"]
    found.classes = {it for it, kind in kinds.items() if f"{_OWL}Class" in kind and it.startswith(SR)}
    found.above = {it: values["subClassOf"].get(it, []) for it in found.classes}
    members = {it: list(_members(head[0], values)) for it, head in values.get("unionOf", {}).items()}
    for name, into in (("domain", found.domains), ("range", found.ranges)):
        for it, classes in values[name].items():
            into[it] = [each for one in classes for each in members.get(one, [one])]
    for it, above in values["subPropertyOf"].items():
        found.above.setdefault(it, []).extend(above)
    for shape, classes in values["targetClass"].items():
        paths = [path for inner in values["property"].get(shape, ()) for path in values["path"].get(inner, ())]
        for name in classes:
            found.shaped.setdefault(name, []).extend(path for path in paths if path.startswith(SR))
    return found


_OWL = "http://www.w3.org/2002/07/owl#"


def _members(node: str, values: dict[str, dict[str, list[str]]]) -> Iterator[str]:
    """The members of an RDF list."""
    while node != f"{RDF}nil":
        yield values["first"][node][0]
        node = values["rest"][node][0]


def sections(ontology: Ontology, name: str, depth: int = 0) -> Iterator[Section]:
    """A class and its subclasses, each with its own properties."""
    rows: dict[str, dict[tuple[str, str], None]] = {}
    for it in ontology.properties(name):
        label = ontology.labels[DIMENSION if DIMENSION in ontology.above.get(it, ()) else it]
        targets = [each for each in ontology.ranges[it] if each in ontology.classes]
        rows.setdefault(label, {}).update(
            {(ontology.labels[each], ontology.top(each).removeprefix(SR)): None for each in targets}
        )
    made = tuple(Row(label, tuple(sorted(targets))) for label, targets in sorted(rows.items()))
    yield Section(ontology.labels[name], f"sr:{name.removeprefix(SR)}", depth, made)
    for lower in ontology.below(name):
        yield from sections(ontology, lower, depth + 1)


def width_of(text: str, size: float = SIZE) -> float:
    """The width of a text in pixels in a wide sans-serif font."""
    return len(text) * size * 0.61


@dataclass(frozen=True)
class Card:
    """A card in its place, with its sections; `rows` are the heights at which each other card is first named."""

    name: str
    column: int
    x: int
    y: int
    width: int
    height: int
    sections: tuple[Section, ...]

    @property
    def middle(self) -> int:
        """The height at which lines reach the card."""
        return self.y + PADDING + LINE // 2


def cards_of(ontology: Ontology) -> list[Card]:
    """Every card in its place. Raises ValueError where a class of the ontology is on none."""
    found: list[Card] = []
    x = MARGIN
    for column, (_, names) in enumerate(COLUMNS):
        contents = {name: tuple(sections(ontology, SR + name)) for name in names}
        width = round(max(width_of(line) for parts in contents.values() for line in lines_of(parts)) + 2 * PADDING)
        y = MARGIN + 3 * LINE
        for name, parts in contents.items():
            height = 2 * PADDING + LINE * len(list(lines_of(parts)))
            found.append(Card(name, column, x, y, width, height, parts))
            y += height + GAP
        x += width + GUTTER
    drawn = {section.name for card in found for section in card.sections}
    missing = sorted(ontology.labels[it] for it in ontology.classes if f"sr:{it.removeprefix(SR)}" not in drawn)
    if missing:
        raise ValueError(f"docs/model_diagram.py places no card for: {', '.join(missing)}")
    return found


def lines_of(parts: Iterable[Section]) -> Iterator[str]:
    """The lines of text of a card."""
    for part in parts:
        yield f"{'    ' * part.depth}{part.label}  {part.name}"
        for row in part.rows:
            yield f"{'    ' * part.depth}   {row.label} → {', '.join(label for label, _ in row.targets)}"


def draw(ontology: Ontology) -> str:
    """The picture as SVG."""
    cards = cards_of(ontology)
    colours = {card.name: COLOURS[card.column] for card in cards}
    wide = max(card.x + card.width for card in cards) + MARGIN
    tall = max(card.y + card.height for card in cards) + MARGIN
    parts = [f'<rect width="{wide}" height="{tall}" fill="{PAPER}"/>']
    for column, (title, _) in enumerate(COLUMNS):
        left = next(card.x for card in cards if card.column == column)
        parts.append(text(left, MARGIN + LINE, title, 18, COLOURS[column], "bold"))
    parts += [part for card in cards for part in drawn_card(card, colours)]
    parts += lines_between(cards)
    title = "The classes of the ontology, their subclasses, and the properties that relate them"
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" width="{wide}" height="{tall}" '
        f'role="img" aria-labelledby="title" font-family="sans-serif">\n<title id="title">{title}</title>\n'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        f'orient="auto-start-reverse"><path d="M0 0L8 4L0 8Z" fill="{SOFT}"/></marker></defs>\n{body}\n</svg>\n'
    )


def drawn_card(card: Card, colours: dict[str, str]) -> Iterator[str]:
    """A card: its frame, and a line for each class and property. A class that is named has the colour of its card."""
    colour = COLOURS[card.column]
    yield (
        f'<rect class="card" x="{card.x}" y="{card.y}" width="{card.width}" height="{card.height}" rx="8" '
        f'fill="{PAPER}" stroke="{colour}" stroke-width="1.5"/>'
    )
    y = card.y + PADDING
    for part in card.sections:
        left = card.x + PADDING + part.depth * round(width_of("    "))
        y += LINE
        name = f'<tspan fill="{SOFT}" font-weight="normal"> {escape(part.name)}</tspan>'
        yield text(left, y - 5, part.label, SIZE, colour, "bold", name)
        for row in part.rows:
            y += LINE
            targets = ", ".join(
                f'<tspan fill="{colours[card_name]}">{escape(label)}</tspan>' for label, card_name in row.targets
            )
            yield text(left + round(width_of("  ")), y - 5, row.label, SIZE, INK, "normal", f" → {targets}")


def lines_between(cards: list[Card]) -> Iterator[str]:
    """An arrow from a card to each card in the next column that it names, from the first row that names it."""
    places = {card.name: card for card in cards}
    used: dict[int, int] = {}
    for card in cards:
        seen: set[str] = set()
        y = card.y + PADDING - LINE // 2
        for part in card.sections:
            y += LINE
            for row in part.rows:
                y += LINE
                for _, name in row.targets:
                    other = places[name]
                    step = other.column - card.column
                    if name in seen or abs(step) != 1:
                        continue
                    seen.add(name)
                    gutter = min(card.column, other.column)
                    used[gutter] = used.get(gutter, 0) + 1
                    start, end = (card.x + card.width, other.x) if step == 1 else (card.x, other.x + other.width)
                    edge = min(start, end)
                    bend = edge + 12 + (used[gutter] * 11) % (GUTTER - 24)
                    yield (
                        f'<path d="M{start} {y}H{bend}V{other.middle}H{end}" fill="none" stroke="{SOFT}" '
                        'stroke-width="1" marker-end="url(#tip)"/>'
                    )


def text(x: int, y: int, words: str, size: int, colour: str, weight: str, more: str = "") -> str:
    """A line of text; `more` is SVG that stands after the words."""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}">{escape(words)}{more}</text>'
    )


def main() -> None:
    """Write the picture."""
    for target in TARGETS:
        target.write_text(draw(read(find_project().ontology)), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
