"""The header of a saved query or rule: lines of YAML that begin with `#+`, above plain SPARQL.

SPARQL reads the header as comments, so that the file runs unchanged in any engine. Values are texts, lists and
mappings of texts; nothing is turned into numbers, dates or truths.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from statereport.errors import QuerySyntax

DEEPEST = 50
_HEADER_LINE = re.compile(r"#\+(?P<yaml>[^\r\n]*)(?:\r\n?|\n|\Z)")


@dataclass(frozen=True)
class Header:
    """The `values` of a header, its lines as YAML (without `#+`), and the offset at which the SPARQL begins.

    `source` is the file's name in messages. A file without a header has no lines, no values and the offset 0.
    """

    values: Mapping[str, Any]
    lines: tuple[str, ...]
    end: int
    source: str

    @property
    def yaml(self) -> str:
        """Its lines as one text."""
        return "\n".join(self.lines)

    def line_of(self, key: str, under: str = "") -> int:
        """The line on which a key stands, at whatever depth; 1 where none does.

        With `under`, a key of the header, it is the first such line below that key's own, else that key's own line.
        """
        first = self.line_of(under) if under else 1
        pattern = re.compile(rf"\s*(?:-\s+)?{re.escape(key)}\s*:(?:\s|$)")
        found = (number for number, line in enumerate(self.lines, 1) if number >= first and pattern.match(line))
        return next(found, first)

    def problem(self, line: int, what: str, hint: str) -> QuerySyntax:
        """The problem that the header is not as it should be, with file and line."""
        return QuerySyntax(where=f"{self.source}:{line}", what=what, hint=hint)


def read(text: str, source: str, known: Callable[[str], Any] = lambda yaml: None) -> Header:
    """The header of a query's text; a byte order mark before it is passed over.

    `known` returns the values of a header, given its YAML, where they have been read before, and else None.
    Raises QuerySyntax with the line where the header is not YAML, or not names with values.
    """
    lines, end = [], len(text) - len(text.removeprefix("\ufeff"))
    while line := _HEADER_LINE.match(text, end):
        lines.append(line["yaml"].removeprefix(" "))
        end = line.end()
    header = Header({}, tuple(lines), end, source)
    if not lines:
        return header
    values = known(header.yaml)
    return Header(_mapping(header) if values is None else values, tuple(lines), end, source)


def _mapping(header: Header) -> dict[str, Any]:
    import yaml  # what a query on standard input never needs

    text, kind = header.yaml, getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        _refuse_deep(header, yaml.parse(text, Loader=kind))
        loader = kind(text)
        node = loader.get_single_node()
        values = loader.construct_document(node) if node else None
    except yaml.YAMLError as fault:
        raise header.problem(
            _line(fault, header),
            f"The header is not YAML: {_reason(fault)}.",
            'indent with blanks; a text that holds ": " or " #", or begins with a sign, may need quotes.',
        ) from None
    except UnicodeEncodeError:
        raise header.problem(1, "The header holds half of a character.", "save the file as UTF-8.") from None
    if not isinstance(values, dict):
        raise header.problem(1, "The header is no list of names with values.", "begin it with: #+ summary: Which …?")
    names = [key.value for key, _ in node.value]
    for place, (key, _) in enumerate(node.value):
        if key.value in names[:place]:
            line = key.start_mark.line + 1
            raise header.problem(line, f"The header has {key.value!r} a second time.", "keep one of the two.")
    return values


def _refuse_deep(header: Header, events: Iterable[Any]) -> None:
    """Raise for values inside values deeper than any header needs: YAML is read by recursion."""
    depth = 0
    for event in events:
        kind = type(event).__name__
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if depth > DEEPEST:
            line = event.start_mark.line + 1
            raise header.problem(line, "The header is nested too deeply.", "write values of a few levels.")


def _line(fault: Exception, header: Header) -> int:
    """The line that YAML complains about."""
    mark = getattr(fault, "problem_mark", None)
    if mark is not None:
        return min(mark.line + 1, len(header.lines))
    position = getattr(fault, "position", 0)  # of a character that YAML does not allow
    return header.yaml.count("\n", 0, position) + 1


def _reason(fault: Exception) -> str:
    problem = getattr(fault, "problem", None)
    if problem:
        return str(problem)
    character = getattr(fault, "character", None)
    return f"the character U+{character:04X} is not allowed" if isinstance(character, int) else "it cannot be read"
