"""Parses pages as a browser does: elements with their attributes and text. Badly nested elements are errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from statereport.web.answers.router import answer
from statereport.web.wire.http import Request, Response

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Element:
    """An element: its name, attributes and children."""

    name: str
    attributes: dict[str, str]
    parent: Element | None
    children: list[Element | str] = field(default_factory=list)

    def all(self, name: str = "", **wanted: str) -> list[Element]:
        """The elements inside, of that name and with those attributes; `class_` is one of its classes."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if child._is(name, wanted):
                    found.append(child)
                found += child.all(name, **wanted)
        return found

    def one(self, name: str = "", **wanted: str) -> Element:
        """The only element of that name and with those attributes."""
        found = self.all(name, **wanted)
        assert len(found) == 1, f"{len(found)} of {name} {wanted}"
        return found[0]

    def _is(self, name: str, wanted: dict[str, str]) -> bool:
        classes = self.attributes.get("class", "").split()
        others = {**wanted}
        cls = others.pop("class_", None)
        return (
            name in ("", self.name)
            and (cls is None or cls in classes)
            and all(self.attributes.get(k.replace("_", "-")) == v for k, v in others.items())
        )

    @property
    def text(self) -> str:
        """The text inside, with single spaces."""
        return " ".join(self.raw.split())

    @property
    def raw(self) -> str:
        """The text inside, as it is."""
        return "".join(child if isinstance(child, str) else child.raw for child in self.children)

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]


class Page(HTMLParser):
    """A page as a tree; elements that are not closed in their order are errors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = self._here = Element("", {}, None)
        self.feed(text)
        self.close()
        assert self._here is self.root, f"not closed: {self._here.name}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        element = Element(tag, {name: value or "" for name, value in attrs}, self._here)
        self._here.children.append(element)
        if tag not in VOID:
            self._here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that ends as it begins, as in SVG."""
        self._here.children.append(Element(tag, {name: value or "" for name, value in attrs}, self._here))

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        assert self._here.name == tag, f"<{self._here.name}> is closed by </{tag}> at {self.getpos()}"
        self._here = self._here.parent

    def handle_data(self, data: str) -> None:
        """Text."""
        self._here.children.append(data)


class Reader:
    """Asks for addresses as a browser does, and parses the pages."""

    def __init__(self, site: Any) -> None:
        self.site = site
        self._kept: dict[tuple[str, str], Response] = {}

    def response(self, address: str, accept: str = "text/html") -> Response:
        """The answer to a GET; asked again, the answer is the kept one."""
        if (address, accept) not in self._kept:
            self._kept[address, accept] = self.anew(address, accept)
        return self._kept[address, accept]

    def anew(self, address: str, accept: str = "text/html") -> Response:
        """The answer to a GET, made now."""
        parts = urlsplit(address)
        return answer(
            self.site,
            Request(
                "GET", unquote(parts.path), tuple(parse_qsl(parts.query, keep_blank_values=True)), (("accept", accept),)
            ),
        )

    def __call__(self, address: str, status: int = 200) -> Element:
        response = self.response(address)
        assert response.status == status, f"{address}: {response.status} {response.body[:300]!r}"
        return Page(response.body.decode("utf-8")).root
