"""Every RDF 1.2 term through every face: it comes out as it went in, or is refused in words."""

from __future__ import annotations

import copy
import csv
import html.parser
import io
import json
import pickle
import re
from collections.abc import Callable
from decimal import Decimal
from xml.etree import ElementTree

import odd_terms
import pyoxigraph as ox
import pytest
from hypothesis import given, settings

from statereport.errors import NotWritable
from statereport.rdf import terms, writers
from statereport.sparql.answers import Answer
from statereport.sparql.engine import answer_bytes
from statereport.sparql.remote import read_results

S, P = ox.NamedNode("http://example.org/s"), ox.NamedNode("http://example.org/p")
PREFIXES = {"ex": "http://example.org/", "xsd": odd_terms.XSD, "mailto": "http://example.org/a#"}
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
RESULTS = "{http://www.w3.org/2005/sparql-results#}"


def rows_of(*cells: object) -> Answer:
    """An answer of one row, with a column for each cell."""
    columns = tuple(f"c{i}" for i in range(len(cells)))
    return Answer("select", columns, (cells,))


def characters(term: object) -> str:
    """All the characters that a term has anywhere."""
    return "".join(map(characters, terms.parts(term))) if terms.is_triple(term) else term.value


def untagged(term: object) -> bool:
    """Whether a literal lacks the language that its datatype promises, so that it is no term of RDF."""
    return terms.is_literal(term) and term.language is None and term.datatype.value == odd_terms.RDF + "langString"


def on_one_line(text: str) -> str:
    """The text as a table shows it: white space as one blank, control characters as escapes."""
    line = re.sub("[ \t\r\n\u2028\u2029]+", " ", text).strip(" ")
    return "".join(f"\\u{ord(c):04X}" if re.match("[\x00-\x1f\x7f-\x9f\ufffe\uffff]", c) else c for c in line)


# --- faces: each takes one term there and back, and fails where another comes back -----------------------------------


def python(term: object) -> None:
    """As a plain value: a number that is the same, else the text."""
    (row,) = rows_of(term, None).to_dicts()
    assert row["c1"] is None
    if isinstance(row["c0"], str):
        assert row["c0"] == terms.text(term)
    elif isinstance(row["c0"], bool):
        assert term.value in (("true", "1") if row["c0"] else ("false", "0"))
    elif isinstance(row["c0"], float):
        assert re.fullmatch(r"[+-]?(INF|[0-9.]+([eE][+-]?[0-9]+)?)|NaN", term.value)
        assert repr(row["c0"]) == repr(float(term.value))
    else:
        assert row["c0"] == Decimal(term.value) and re.fullmatch(r"[+-]?[0-9.]+", term.value)


def pandas_frame(term: object) -> None:
    """In a DataFrame, alone and beside an unbound cell: what it is in Python, with every digit."""
    answer = Answer("select", ("x", "y"), ((term, term), (term, None)))
    frame = answer.to_pandas()
    (value, _), plain = frame["x"], terms.plain(term)
    assert len(frame) == 2 and frame["y"].isna()[1]
    for seen in (value, frame["y"][0]):
        same = str(seen) == str(plain) if isinstance(plain, float) else seen == plain
        assert same or (isinstance(plain, Decimal) and Decimal(repr(float(seen))) == plain), (seen, plain)


def text_table(term: object) -> None:
    """In a table without width, and in ones too narrow for anything."""
    answer = rows_of(term, ox.Literal("next"))
    expected = on_one_line(terms.text(term))
    line = answer.to_text().splitlines()[2] if "\x0b" not in expected else ""
    assert line.rpartition("next")[0].strip(" ") == expected
    for width in (1, 2, 3, 13, 40, 80):
        text = answer.to_text(width)
        assert all(len(each) <= max(width, 4) for each in text.split("\n")[:-2]), (width, text)
        assert expected.replace(" ", "")[-1:] in text
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def markdown(term: object) -> None:
    """As a cell of Markdown: taking the escapes away gives the text back, and only web addresses are links."""
    line = rows_of(term, ox.Literal("next")).to_markdown().split("\n")[2]
    cell = re.fullmatch(r"\| (.*) \| next \|", line)[1]
    link = re.fullmatch(r"\[((?:[^\\\]]|\\.)*)\]\((?:<((?:[^\\>]|\\.)*)>|([^()<>\s]*))\)", cell)
    if terms.is_iri(term):
        assert bool(link) == term.value.startswith(("http://", "https://"))
    shown = [link[1], link[2] or link[3]] if link else [cell]
    assert {re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", each) for each in shown} == {on_one_line(terms.text(term))}
    assert not re.search(r"(?<!\\)(?:\\\\)*\|", cell)


def html_table(term: object) -> None:
    """As a cell of HTML: a browser reads the text, and only web addresses are links."""
    seen, links = [], []

    class Cells(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            links.extend(value for name, value in attrs if name == "href")
            seen.extend([""] if tag == "td" else [])
            assert tag in ("table", "thead", "tbody", "tr", "th", "td", "a")
            if tag == "td" and terms.is_literal(term) and term.direction and len(seen) == 1:
                assert dict(attrs) == {"lang": term.language, "dir": term.direction.value}

        def handle_data(self, data: str) -> None:
            if seen:
                seen[-1] += data

    Cells().feed(rows_of(term, ox.Literal("next")).to_html())
    assert (seen[0], seen[1].strip()) == (on_one_line(terms.text(term)), "next")
    assert links == ([term.value] if terms.is_iri(term) and term.value.startswith(("http://", "https://")) else [])


def csv_rows(term: object) -> None:
    """In CSV, alone and beside others; an empty cell alone is no empty line."""
    for answer in (rows_of(term), rows_of(term, None, term)):
        head, *rows = csv.reader(io.StringIO(answer_bytes(answer, "csv").decode(), newline=""))
        assert head == list(answer.columns)
        assert rows == [["" if cell is None else terms.text(cell) for cell in answer.rows[0]]]


def tsv_rows(term: object) -> None:
    """In TSV, whose cells are terms of Turtle."""
    if untagged(term):
        with pytest.raises(NotWritable, match="language"):
            answer_bytes(rows_of(term), "tsv")
        return
    head, row, rest = answer_bytes(rows_of(term, None, term), "tsv").decode().split("\n")
    assert (head, rest) == ("?c0\t?c1\t?c2", "")
    first, unbound, last = row.split("\t")
    (quad,) = ox.parse(f"<a:a> <a:b> {first} .", format=ox.RdfFormat.TURTLE)
    assert unbound == "" and first == last and quad.object == term


def json_rows(term: object) -> None:
    """In JSON: read as from an endpoint, and its characters as any reader of JSON has them."""
    answer = rows_of(term, None)
    if untagged(term):
        with pytest.raises(NotWritable, match="language"):
            answer_bytes(answer, "json")
        return
    data = answer_bytes(answer, "json")
    assert read_results(data, "application/sparql-results+json") == answer
    if not terms.is_triple(term):
        (binding,) = json.loads(data)["results"]["bindings"]
        assert binding["c0"]["value"] == term.value and "c1" not in binding


def xml_rows(term: object) -> None:
    """In XML: the characters that any parser reads; XML has no control characters."""
    answer = rows_of(term, None)
    if NO_XML.search(characters(term)) or untagged(term):
        with pytest.raises(NotWritable, match=r"U\+|language"):
            answer_bytes(answer, "xml")
        return
    root = ElementTree.fromstring(answer_bytes(answer, "xml"))
    (binding,) = root.iter(f"{RESULTS}binding")
    assert "".join(binding.itertext()) == characters(term) and binding.get("name") == "c0"
    if terms.is_literal(term):
        (element,) = binding
        assert element.get("{http://www.w3.org/XML/1998/namespace}lang") == term.language
        assert element.get("{http://www.w3.org/2005/11/its}dir") == (term.direction and term.direction.value)
        plain = term.language or term.datatype.value == odd_terms.XSD + "string"
        assert element.get("datatype") == (None if plain else term.datatype.value)


def graph(form: str, kind: ox.RdfFormat) -> Callable[[object], None]:
    """In a graph, as the object of a statement; in `form`, which pyoxigraph reads."""

    def there_and_back(term: object) -> None:
        answer = Answer("construct", ("subject", "predicate", "object"), ((S, P, term),))
        try:
            data = answer_bytes(answer, form, PREFIXES)
        except NotWritable as problem:
            no_xml = form == "rdf" and (terms.is_triple(term) or NO_XML.search(characters(term)))
            assert problem.hint and (no_xml or untagged(term) or (form == "jsonld" and terms.is_triple(term)))
            return
        assert canonical(ox.parse(data, format=kind)) == canonical([ox.Quad(S, P, term)])
        if form == "rdf":
            assert "".join(ElementTree.fromstring(data).itertext()).replace("\n", "").replace("\t", "") == (
                "" if not terms.is_literal(term) else term.value.replace("\n", "").replace("\t", "")
            ) or terms.is_triple(term)

    return there_and_back


def canonical(quads: object) -> list[str]:
    """Statements with blank nodes named alike."""
    return [str(quad) for quad in writers.canonical(ox.Quad(q.subject, q.predicate, q.object) for q in quads)]


def value(term: object) -> None:
    """An answer can be pickled, copied, compared and hashed."""
    answer = rows_of(term, None)
    for other in (pickle.loads(pickle.dumps(answer)), copy.deepcopy(answer), copy.copy(answer)):
        assert other == answer and hash(other) == hash(answer)


FACES = {
    "python": python,
    "pandas": pandas_frame,
    "text": text_table,
    "markdown": markdown,
    "html": html_table,
    "csv": csv_rows,
    "tsv": tsv_rows,
    "json": json_rows,
    "xml": xml_rows,
    "turtle": graph("ttl", ox.RdfFormat.TURTLE),
    "n-triples": graph("nt", ox.RdfFormat.N_TRIPLES),
    "rdf/xml": graph("rdf", ox.RdfFormat.RDF_XML),
    "json-ld": graph("jsonld", ox.RdfFormat.JSON_LD),
    "pickle": value,
}


@pytest.mark.parametrize("face", FACES)
def test_every_term_that_broke_something_once_goes_through_every_face(face: str) -> None:
    wrong = {}
    for name, term in odd_terms.KNOWN.items():
        try:
            FACES[face](term)
        except Exception as error:
            wrong[name] = f"{type(error).__name__}: {error}"[:300]
    assert not wrong


@pytest.mark.parametrize("face", FACES)
@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(term=odd_terms.terms)
def test_any_term_goes_through_every_face(face: str, term: object) -> None:
    FACES[face](term)


@pytest.mark.slow
@pytest.mark.parametrize("face", FACES)
@settings(max_examples=2_000, deadline=None, derandomize=True, database=None)
@given(term=odd_terms.terms)
def test_any_of_many_terms_goes_through_every_face(face: str, term: object) -> None:
    FACES[face](term)
