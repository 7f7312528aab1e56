"""Any RDF 1.2 term: a list of those that broke something once, and a strategy that makes others."""

from __future__ import annotations

import pyoxigraph as ox
from hypothesis import strategies as st

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def literal(value: str, kind: str) -> ox.Literal:
    """A literal of that datatype, well-typed or not."""
    return ox.Literal(value, datatype=ox.NamedNode(kind))


_A, _B = ox.NamedNode("http://example.org/a"), ox.NamedNode("http://example.org/b")
KNOWN = {
    "a word where a number is promised": literal("abc", XSD + "integer"),
    "a decimal where an integer is promised": literal("5.0", XSD + "integer"),
    "an integer with a sign and zeros": literal("+05", XSD + "integer"),
    "an integer in other digits": literal("٣", XSD + "integer"),
    "an integer with an underscore": literal("1_000", XSD + "integer"),
    "no digits": literal("", XSD + "integer"),
    "5,000 digits": literal("7" * 5_000, XSD + "integer"),
    "a negative byte": literal("-5", XSD + "byte"),
    "a decimal of many digits": literal("0.1234567890123456789", XSD + "decimal"),
    "a decimal with an exponent": literal("1e3", XSD + "decimal"),
    "an infinite double": literal("INF", XSD + "double"),
    "a double beyond Python's": literal("1e400", XSD + "double"),
    "a double in words": literal("infinity", XSD + "double"),
    "a truth of one": literal("1", XSD + "boolean"),
    "no truth": literal("maybe", XSD + "boolean"),
    "no date": literal("2020-13-45", XSD + "date"),
    "an unknown datatype": literal("x", "http://example.org/type"),
    "a language that is promised and not there": literal("x", RDF + "langString"),
    "HTML": literal('<script>alert("1")</script>', RDF + "HTML"),
    "nothing": ox.Literal(""),
    "blanks": ox.Literal("  a  b "),
    "line ends of every kind": ox.Literal("a\rb\r\nc\nd\u2028e\u0085f"),
    "control characters": ox.Literal("a\x01\x0b\x1b[31m\x7f\x9bb"),
    "a zero": ox.Literal("a\0b"),
    "characters that XML has not": ox.Literal("\ufffe\uffff"),
    "signs of every syntax": ox.Literal("\\`*_{}[]()<>#+-.!|~$&\"',;:=@^%"),
    "a formula": ox.Literal("=1+1"),
    "a mark of byte order": ox.Literal("\ufeffa"),
    "a sign beyond the first plane": ox.Literal("😀𐐀"),
    "a long text": ox.Literal("word " * 4_000 + "w" * 4_000),
    "text with a language": ox.Literal("қазақ", language="kk"),
    "text with a direction": ox.Literal("עברית", language="he", direction=ox.BaseDirection.RTL),
    "a blank node": ox.BlankNode("b1"),
    "a blank node that begins with a digit": ox.BlankNode("1a"),
    "an IRI with odd signs": ox.NamedNode("http://example.org/ә-%20_'()!$&*+,;=:@/?x=1&copy;#y"),
    "an IRI that is a program": ox.NamedNode("javascript:alert(1)"),
    "an IRI that looks like a short name": ox.NamedNode("ex:a"),
    "an IRI with a line separator": ox.NamedNode("urn:x:a\u2028b\u00a0"),
    "a triple": ox.Triple(_A, _B, ox.Literal('x, "y"', language="en")),
    "a triple of blank nodes in a triple": ox.Triple(
        ox.BlankNode("q"), _B, ox.Triple(ox.BlankNode("q"), _B, literal("1", XSD + "integer"))
    ),
}  # fmt: skip

# Half of a surrogate pair is no character of RDF: pyoxigraph refuses it, so no term has one.
_characters = st.characters(exclude_categories=("Cs",))
texts = st.one_of(st.text(_characters, max_size=12), st.text("ab \t\r\n\"'\\,;|<>&\0\x01\x1b\u2028\uffff", max_size=8))
_iri_characters = "abcXYZ019-._~:/?#@!$&'()*+,;=%éәқ中😀\u2028"


def _iri(text: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(text)
    except ValueError:
        return None


def _of_valid(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[ox.NamedNode]:
    return strategy.map(_iri).filter(lambda term: term is not None)


iris = _of_valid(
    st.builds(
        str.__add__,
        st.sampled_from(["http://example.org/", "http://example.org/a#", "urn:x:", "ex:", "javascript:", "mailto:"]),
        st.text(_iri_characters, max_size=8),
    )
)
_numbers = st.from_regex(r"[+-]?[0-9]{0,12}\.?[0-9]{0,4}([eE][+-]?[0-9]{1,3})?", fullmatch=True)
_kinds = "string integer decimal double float boolean byte nonNegativeInteger date gYear dateTime anyURI".split()
_typed = st.builds(lambda value, kind: literal(value, XSD + kind), st.one_of(texts, _numbers), st.sampled_from(_kinds))
_tagged = st.builds(
    lambda value, language, direction: ox.Literal(value, language=language, direction=direction),
    texts,
    st.sampled_from(["en", "kk", "he", "zh-hant"]),
    st.sampled_from([None, ox.BaseDirection.LTR, ox.BaseDirection.RTL]),
)
literals = st.one_of(st.builds(ox.Literal, texts), _typed, _tagged)
blanks = st.from_regex(r"[a-z0-9_][a-z0-9_.-]{0,4}[a-z0-9]", fullmatch=True).map(ox.BlankNode)
subjects = st.one_of(iris, blanks)
terms = st.recursive(
    st.one_of(iris, blanks, literals),
    lambda inner: st.builds(ox.Triple, subjects, iris, inner),
    max_leaves=3,
)
