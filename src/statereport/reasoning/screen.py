"""Which focus nodes conform to a shape for certain, worked out without a SHACL engine.

An engine looks at every value of every focus node, and nearly all of them conform. Here the constraints of SHACL Core
are looked at on plain indexes, in three values: true, false, and None for what is not known. Only what is not true for
certain is left for the engine, whose word counts. A constraint, path or term that this module does not know makes the
result None, never true. Source: SHACL, section 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from statereport.rdf import writers
from statereport.rdf.namespaces import RDF, RDFS, SH, XSD
from statereport.rdf.terms import is_blank, is_iri, is_literal, is_triple
from statereport.reasoning.shapes import TARGETS, Shapes

if TYPE_CHECKING:
    from pyoxigraph import Triple

Truth = bool | None
# What a constraint says of a focus node and its value nodes.
Check = Callable[[Any, list[Any]], Truth]
Path = Callable[[Any], list[Any]]

# What says nothing about values: descriptions, and what is read together with another term.
_SILENT = {SH + name for name in (*TARGETS, *"message severity path name description order group flags".split())}
_SILENT |= {SH + f"qualified{name}Count" for name in ("Min", "Max")} | {SH + "deactivated"}
# Lexical forms that are surely well-formed, by datatype; of the rest of XSD nothing is said here.
_FORMS = {
    "boolean": r"true|false",
    "date": r"[1-9][0-9]{3}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)",
    "decimal": r"-?[0-9]{1,15}(\.[0-9]{1,15})?",
    "gMonthDay": r"--(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])",
    "gYear": r"[1-9][0-9]{3}",
    "gYearMonth": r"[1-9][0-9]{3}-(0[1-9]|1[0-2])",
    "integer": r"-?[0-9]{1,15}",
    "nonNegativeInteger": r"[0-9]{1,15}",
    "positiveInteger": r"[1-9][0-9]{0,14}",
    "string": r"(?s:.*)",
}
# Constraints of one's own, and shapes that are classes and so have a target that is not written.
_ELSEWHERE = (f"{SH}parameter", f"{SH}target")
_CLASS = writers.iri(f"{RDFS}Class")
_NUMBERS = ("decimal", "integer", "nonNegativeInteger", "positiveInteger")
_KINDS = {
    "IRI": (True, False, False),
    "BlankNode": (False, True, False),
    "Literal": (False, False, True),
    "BlankNodeOrIRI": (True, True, False),
    "IRIOrLiteral": (True, False, True),
    "BlankNodeOrLiteral": (False, True, True),
}


class Data:
    """Triples by subject and predicate, and by predicate and object."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._objects: dict[Any, dict[str, dict[Any, None]]] = {}
        self._subjects: dict[str, dict[Any, dict[Any, None]]] = {}
        self.is_plain = True
        for t in triples:
            name, value = t.predicate.value, t.object
            self._objects.setdefault(t.subject, {}).setdefault(name, {})[value] = None
            self._subjects.setdefault(name, {}).setdefault(value, {})[t.subject] = None
            if is_triple(value) or (is_literal(value) and value.direction):
                self.is_plain = False  # RDF 1.2, of which SHACL says nothing

    def objects(self, subject: Any, predicate: str) -> list[Any]:
        """The distinct objects of a subject's predicate."""
        return list(self._objects.get(subject, {}).get(predicate, ()))

    def subjects(self, predicate: str, value: Any) -> list[Any]:
        """The distinct subjects with this object of a predicate."""
        return list(self._subjects.get(predicate, {}).get(value, ()))

    def subjects_of(self, predicate: str) -> list[Any]:
        """The subjects of a predicate."""
        return list(dict.fromkeys(s for each in self._subjects.get(predicate, {}).values() for s in each))

    def objects_of(self, predicate: str) -> list[Any]:
        """The objects of a predicate."""
        return list(self._subjects.get(predicate, ()))

    def classes_below(self, one: Any) -> list[Any]:
        """A class and all classes below it."""
        found = [one]
        for each in found:  # grows while it is read
            found += (lower for lower in self.subjects(f"{RDFS}subClassOf", each) if lower not in found)
        return found

    def focus_nodes(self, aim: tuple[str, Any]) -> list[Any]:
        """The focus nodes of a target: the name of its sh: property, and its value. Source: SHACL, 2.1.3."""
        kind, value = aim
        if kind == "targetNode":
            return [value]
        if kind == "targetClass":
            return [node for one in self.classes_below(value) for node in self.subjects(f"{RDF}type", one)]
        return self.subjects_of(value.value) if kind == "targetSubjectsOf" else self.objects_of(value.value)


class Screen:
    """Shapes over some data; `shape` makes the check of one of them."""

    def __init__(self, shapes: Shapes, data: Data) -> None:
        self._shapes, self._data = shapes, data
        self._known: dict[str, Callable[[Any], Truth]] = {}
        self.knows_all = True  # until a constraint, path or value is met that is not known here

    def shape(self, name: str) -> Callable[[Any], Truth]:
        """Whether a node conforms to the shape of this IRI or blank node."""
        if name not in self._known:
            self._known[name] = lambda node: None  # of a shape that refers to itself, SHACL says nothing
            try:
                self._known[name] = self._made(name)
            except (_Unknown, ArithmeticError, AttributeError, LookupError, ValueError, re.error):
                self.knows_all = False  # an engine says what is wrong with the shape, if anything is
        return self._known[name]

    def _made(self, name: str) -> Callable[[Any], Truth]:
        about = self._shapes.about(name)
        if any(value.value == "true" for value in about.get(f"{SH}deactivated", ())):
            return lambda node: True
        checks = list(self._checks(about))
        inner = [self.shape(value.value) for value in about.get(f"{SH}property", ())]
        (path,) = about.get(f"{SH}path") or (None,)
        values = self._path(path) if path is not None else lambda node: [node]

        def conforms(node: Any) -> Truth:
            found = values(node)
            results = [check(node, found) for check in checks]
            return _all([*results, *(shape(value) for shape in inner for value in found)])

        return conforms

    def _checks(self, about: Mapping[str, list[Any]]) -> Iterator[Check]:
        for name, values in about.items():
            local = name.removeprefix(SH)
            if name in _SILENT or name == f"{SH}property" or not name.startswith(SH):
                continue
            if local not in _COMPONENTS:
                raise _Unknown
            yield from (getattr(self, f"_{local}")(value, about) for value in values)

    def _path(self, path: Any) -> Path:
        """The distinct value nodes of a path. Source: SHACL, 2.3.1."""
        if is_iri(path):
            return lambda node: self._data.objects(node, path.value)
        about = self._shapes.about(path.value)
        if f"{SH}inversePath" in about and is_iri(about[f"{SH}inversePath"][0]):
            inverse = about[f"{SH}inversePath"][0].value
            return lambda node: self._data.subjects(inverse, node)
        if f"{SH}alternativePath" in about:
            choices = [self._path(step) for step in self._list(about[f"{SH}alternativePath"][0])]
            return lambda node: list(dict.fromkeys(value for step in choices for value in step(node)))
        steps = [self._path(step) for step in self._list(path)]
        if not steps:  # of a kind that is not known
            raise _Unknown

        def walked(node: Any) -> list[Any]:
            found = [node]
            for step in steps:
                found = list(dict.fromkeys(value for each in found for value in step(each)))
            return found

        return walked

    def _list(self, start: Any) -> list[Any]:
        """The members of an RDF list; none where it is no list."""
        found: list[Any] = []
        seen: set[str] = set()
        while f"{RDF}first" in self._shapes.about(start.value) and start.value not in seen:
            seen.add(start.value)
            found += self._shapes.about(start.value)[f"{RDF}first"][:1]
            start = self._shapes.about(start.value)[f"{RDF}rest"][0]
        return found

    # --- the components; each returns a check ---

    def _minCount(self, value: Any, about: Mapping) -> Check:
        least = int(value.value)
        return lambda node, found: len(found) >= least

    def _maxCount(self, value: Any, about: Mapping) -> Check:
        most = int(value.value)
        return lambda node, found: len(found) <= most

    def _class(self, value: Any, about: Mapping) -> Check:
        members = {node for one in self._data.classes_below(value) for node in self._data.subjects(f"{RDF}type", one)}
        return lambda node, found: all(each in members for each in found)

    def _datatype(self, value: Any, about: Mapping) -> Check:
        local = value.value.removeprefix(XSD)
        form = re.compile(_FORMS[local]) if local in _FORMS and local != value.value else None
        tagged = value.value == f"{RDF}langString"

        def has(term: Any) -> Truth:
            if not is_literal(term) or term.datatype != value:
                return False
            return True if tagged or (form and form.fullmatch(term.value)) else None

        return lambda node, found: _all(map(has, found))

    def _nodeKind(self, value: Any, about: Mapping) -> Check:
        iri, blank, literal = _KINDS[value.value.removeprefix(SH)]
        return lambda node, found: all(
            (iri and is_iri(term)) or (blank and is_blank(term)) or (literal and is_literal(term)) for term in found
        )

    def _in(self, value: Any, about: Mapping) -> Check:
        members = set(self._list(value))
        return lambda node, found: _sure(all(term in members for term in found))

    def _hasValue(self, value: Any, about: Mapping) -> Check:
        return lambda node, found: _sure(value in found)

    def _pattern(self, value: Any, about: Mapping) -> Check:
        if f"{SH}flags" in about:
            raise _Unknown
        pattern = re.compile(value.value)
        return lambda node, found: _all(None if is_blank(term) else bool(pattern.search(term.value)) for term in found)

    def _minLength(self, value: Any, about: Mapping) -> Check:
        least = int(value.value)
        return lambda node, found: all(not is_blank(term) and len(term.value) >= least for term in found)

    def _maxLength(self, value: Any, about: Mapping) -> Check:
        most = int(value.value)
        return lambda node, found: all(not is_blank(term) and len(term.value) <= most for term in found)

    def _languageIn(self, value: Any, about: Mapping) -> Check:
        tags = {term.value.lower() for term in self._list(value)}
        if not all(tag.isalpha() for tag in tags):  # a part of a tag, or any tag
            raise _Unknown
        return lambda node, found: all(
            is_literal(term) and (term.language or "").lower().partition("-")[0] in tags for term in found
        )

    def _uniqueLang(self, value: Any, about: Mapping) -> Check:
        def distinct(node: Any, found: list[Any]) -> Truth:
            tags = [term.language.lower() for term in found if is_literal(term) and term.language]
            return len(tags) == len(set(tags))

        if value.value != "true":
            raise _Unknown
        return distinct

    def _minInclusive(self, value: Any, about: Mapping) -> Check:
        return lambda node, found: _all(_less(value, term, equal=True) for term in found)

    def _maxInclusive(self, value: Any, about: Mapping) -> Check:
        return lambda node, found: _all(_less(term, value, equal=True) for term in found)

    def _lessThan(self, value: Any, about: Mapping) -> Check:
        return lambda node, found: _all(
            _less(term, other) for term in found for other in self._data.objects(node, value.value)
        )

    def _node(self, value: Any, about: Mapping) -> Check:
        shape = self.shape(value.value)
        return lambda node, found: _all(map(shape, found))

    def _or(self, value: Any, about: Mapping) -> Check:
        choices = [self.shape(each.value) for each in self._list(value)]
        return lambda node, found: _all(_any(choice(term) for choice in choices) for term in found)

    def _xone(self, value: Any, about: Mapping) -> Check:
        choices = [self.shape(each.value) for each in self._list(value)]

        def one(term: Any) -> Truth:
            results = [choice(term) for choice in choices]
            return None if None in results else results.count(True) == 1

        return lambda node, found: _all(map(one, found))

    def _qualifiedValueShape(self, value: Any, about: Mapping) -> Check:
        shape = self.shape(value.value)
        (least,) = [int(term.value) for term in about.get(f"{SH}qualifiedMinCount", ())] or [0]
        most = [int(term.value) for term in about.get(f"{SH}qualifiedMaxCount", ())]

        def counted(node: Any, found: list[Any]) -> Truth:
            results = list(map(shape, found))
            surely, perhaps = results.count(True), results.count(True) + results.count(None)
            if perhaps < least or any(surely > number for number in most):
                return False
            return _sure(surely >= least and all(perhaps <= number for number in most))

        return counted


_COMPONENTS = {name[1:] for name in vars(Screen) if name[1:2].islower()} - {"made", "checks", "path", "list"}


class _Unknown(Exception):
    """A path of a kind that is not known here."""


def _all(results: Iterable[Truth]) -> Truth:
    """Whether all are true: false where one is false, else not known where one is not."""
    found: Truth = True
    for result in results:
        if result is False:
            return False
        found = found and result
    return found


def _any(results: Iterable[Truth]) -> Truth:
    found = list(results)
    return True if True in found else None if None in found else False


def _sure(result: bool) -> Truth:
    """True, or not known: terms may be equal though their characters differ."""
    return True if result else None


def _less(one: Any, other: Any, equal: bool = False) -> Truth:
    """Whether a number is less than another; not known of anything else."""
    numbers = [_number(term) for term in (one, other)]
    if None in numbers:
        return None
    return numbers[0] < numbers[1] or (equal and numbers[0] == numbers[1])


def _number(term: Any) -> Decimal | None:
    kind = term.datatype.value.removeprefix(XSD) if is_literal(term) else ""
    return Decimal(term.value) if kind in _NUMBERS and re.fullmatch(_FORMS[kind], term.value) else None


def remaining(triples: Iterable[Triple], data: Data) -> list[Triple] | None:
    """The shapes with their targets made smaller: to the focus nodes that do not conform for certain.

    None where no focus node is left and no shape holds anything that is not known here: an engine would find nothing.
    """
    shapes = Shapes(tuple(triples))
    if not data.is_plain or any(t.predicate.value in _ELSEWHERE or t.object == _CLASS for t in shapes.triples):
        return list(shapes.triples)
    screen = Screen(shapes, data)
    for name in (*shapes.subjects("NodeShape"), *shapes.subjects("PropertyShape")):
        screen.shape(name)
    kept = [t for t in shapes.triples if not _is_target(t)]
    left: dict[Triple, None] = {}
    for t in shapes.triples:
        if _is_target(t):
            check = screen.shape(t.subject.value)
            nodes = data.focus_nodes((t.predicate.value.removeprefix(SH), t.object))
            unsure = (node for node in nodes if check(node) is not True)
            left |= {writers.statement(t.subject, writers.iri(f"{SH}targetNode"), node): None for node in unsure}
    return [*kept, *left] if left or not screen.knows_all else None


def _is_target(triple: Triple) -> bool:
    return triple.predicate.value.removeprefix(SH) in TARGETS and triple.predicate.value.startswith(SH)
