"""What a term is, and how people and Python read one: the place that knows pyoxigraph's kinds of terms."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from statereport.rdf.namespaces import XSD

_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(rf"{_DECIMAL.pattern}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN")
_INTEGERS = (
    "integer long int short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger "
    "unsignedLong unsignedInt unsignedShort unsignedByte"
)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def is_iri(term: Any) -> bool:
    """True for an IRI; false for other terms, and for None."""
    return isinstance(term, NamedNode)


def is_blank(term: Any) -> bool:
    """True for a blank node."""
    return isinstance(term, BlankNode)


def is_literal(term: Any) -> bool:
    """True for a literal."""
    return isinstance(term, Literal)


def is_triple(term: Any) -> bool:
    """True for a triple, which RDF 1.2 also has as a term."""
    return isinstance(term, Triple)


def parts(term: Any) -> tuple[Any, ...]:
    """The subject, predicate and object of a triple; none for any other term."""
    return (term.subject, term.predicate, term.object) if is_triple(term) else ()


def is_deeper(term: Any, levels: int) -> bool:
    """True for a triple term with more than `levels` triples nested in it, as no honest data have."""
    while is_triple(term):
        if not levels:
            return True
        term, levels = term.object, levels - 1
    return False


def text(term: Any) -> str:
    """The characters of a term: an IRI's or literal's own, `_:name`, `<<( s p o )>>`; nothing for None."""
    if term is None:
        return ""
    if is_triple(term):
        return f"<<( {term} )>>"
    return str(term) if is_blank(term) else term.value


def plain(term: Any) -> Any:
    """A term as a plain Python value: int, Decimal, float or bool for numbers and truth values, else its text.

    Text it stays where its characters are no value of its type, or too many for Python to read as a whole number.
    Dates stay text too, because the report's dates have their own precision (`2017`, `--02-07`).
    """
    if not is_literal(term):
        return None if term is None else text(term)
    value, kind = term.value, term.datatype.value
    return _PLAIN[kind](value) if kind in _PLAIN else value


def _integer(value: str) -> int | str:
    try:
        return int(value) if _INTEGER.fullmatch(value) else value
    except ValueError:  # more digits than this Python reads
        return value


def _decimal(value: str) -> Decimal | str:
    return Decimal(value) if _DECIMAL.fullmatch(value) else value


def _double(value: str) -> float | str:
    return float(value) if _DOUBLE.fullmatch(value) else value


def _boolean(value: str) -> bool | str:
    return _BOOLEANS.get(value, value)


_PLAIN = {
    **{XSD + kind: _integer for kind in _INTEGERS.split()},
    XSD + "decimal": _decimal,
    XSD + "double": _double,
    XSD + "float": _double,
    XSD + "boolean": _boolean,
}
