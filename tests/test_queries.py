"""Every saved query: a complete header, one answer on two engines, in one order, the same as the golden one."""

from __future__ import annotations

import csv
import io
import random
import signal
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
import real
from golden import GOLDEN
from loops import some
from real import PREFIXES
from sampling import folder, sample

from statereport.errors import BadParameter, Problem, QuerySyntax, UnknownName
from statereport.project import find_project
from statereport.questions import lint
from statereport.questions import saved as saved_queries
from statereport.questions.parameters import VOCABULARY, Parameter
from statereport.rdf import rdflib_bridge, terms
from statereport.sparql import engine, tokens

QUERIES = saved_queries.SavedQueries.of(find_project())
STRING = "http://www.w3.org/2001/XMLSchema#string"


# No query of this corpus needs this long on either engine; one that does has its parts in an unlucky order.
LONGEST = 60


@contextmanager
def _limit(seconds: int) -> Iterator[None]:
    """Stop a query that takes too long, where the system has alarms."""

    def stop(*_: object) -> None:
        raise TimeoutError(
            f"rdflib takes more than {seconds} s: put what binds most first, and do not join sub-selects"
        )

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@dataclass(frozen=True)
class Engines:
    """The same statements in Oxigraph and in rdflib: as one graph, and as named graphs for queries that say GRAPH."""

    oxigraph: engine.Store
    graph: Any
    dataset: Any

    def rdflib(self, text: str) -> Any:
        """rdflib's answer, in terms of plain tuples."""
        says_graph = any(token.is_keyword("GRAPH") for token in tokens.tokens(text))
        with (
            warnings.catch_warnings(action="ignore"),
            _limit(LONGEST),
        ):  # the warnings are rdflib's own, about its Dataset
            result = (self.dataset if says_graph else self.graph).query(text)
            return self._rows(result)

    @staticmethod
    def _rows(result: Any) -> Any:
        if result.type == "ASK":
            return result.askAnswer
        if result.type == "CONSTRUCT":
            return sorted(str(tuple(map(_plain, triple))) for triple in result.graph)
        return [tuple(map(_plain, row)) for row in result]

    def ours(self, text: str) -> Any:
        """Oxigraph's answer, likewise."""
        answer = self.oxigraph.query(text)
        if answer.form == "ask":
            return answer.truth
        rows = [tuple(map(_plain, row)) for row in answer.rows]
        return sorted(map(str, rows)) if answer.form == "construct" else rows


@pytest.fixture(scope="session")
def oxigraph() -> engine.Store:
    """The whole project, with what follows from it."""
    return real.graph().engine


@pytest.fixture(scope="session")
def engines() -> Engines:
    """The whole project, with what follows from it, in both engines."""
    import rdflib

    oxigraph = real.graph().engine
    dataset = rdflib.Dataset(default_union=True)
    names = {row[0].value for row in oxigraph.query("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }").rows}
    for name in sorted(names):
        target = dataset.graph(rdflib.URIRef(name))
        for triple in rdflib_bridge.to_rdflib(quad.triple for quad in oxigraph.quads(name)):
            target.add(triple)
    return Engines(oxigraph, rdflib_bridge.to_rdflib(quad.triple for quad in oxigraph.quads()), dataset)


def _plain(term: Any) -> Any:
    """A term of either engine as a tuple."""
    if term is None:
        return None
    if hasattr(term, "toPython"):
        if hasattr(term, "datatype"):
            return str(term), None if term.language else str(term.datatype or STRING), term.language
        return str(term)
    if hasattr(term, "datatype"):
        return term.value, None if term.language else term.datatype.value, term.language
    return term.value


each = pytest.mark.parametrize("name", QUERIES.names)
answered = pytest.mark.parametrize(
    "name", [name for name in QUERIES.names if not name.startswith(("pages/", "checks/"))]
)


@each
def test_a_saved_query_keeps_the_rules(name: str) -> None:
    assert not [str(problem) for problem in lint.lint(QUERIES.get(name), PREFIXES)]


# rdflib takes minutes for all: the quick tests ask it one question of each topic that people ask, the slow ones five
# more of every topic, and the whole run all of them.
SAMPLE = {
    topic: random.Random(topic).choice([name for name in QUERIES.names if name.startswith(f"{topic}/")])
    for topic in sorted({name.partition("/")[0] for name in QUERIES.names} - {"pages", "checks", "tables"})
}


def _differ(names: Iterable[str], engines: Engines) -> list[str]:
    """The queries to which the two engines give other rows or another order, or that rdflib cannot answer."""
    wrong = []
    for name in names:
        text = QUERIES.get(name).text
        try:
            same = engines.ours(text) == engines.rdflib(text)
        except Exception as error:
            wrong.append(f"{name}: {error!r}")
        else:
            wrong += [] if same else [name]
    return wrong


def test_two_engines_give_the_same_rows_in_the_same_order_for_one_question_of_each_topic(engines: Engines) -> None:
    assert not _differ(some(SAMPLE.values(), 5), engines)


@pytest.mark.slow
@pytest.mark.parametrize("topic", sorted({name.partition("/")[0] for name in QUERIES.names}))
def test_two_engines_give_the_same_rows_in_the_same_order(topic: str, engines: Engines) -> None:
    others = [name for name in QUERIES.names if name.startswith(f"{topic}/") and name not in SAMPLE.values()]
    assert not _differ(sample(others, 5), engines)


@answered
def test_the_answer_is_the_golden_one(name: str, oxigraph: engine.Store, golden) -> None:
    query = QUERIES.get(name)
    form = "ttl" if query.form == "construct" else "csv"
    data = engine.answer_bytes(query.answer(oxigraph), form, PREFIXES)
    names = query.topic == "tables" or "names_as_printed" in query.columns
    golden.check(f"queries/{name}.{form}", _without_names(data) if names else data.replace(b"\r\n", b"\n"))


def _without_names(table: bytes) -> bytes:
    """A table without its columns of names and labels: they repeat what the graph has beside each address."""
    head, *rows = csv.reader(io.StringIO(table.decode("utf-8"), newline=""))
    kept = [
        i
        for i, column in enumerate(head)
        if not column.endswith("label") and column not in ("names_as_printed", "title")
    ]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([row[i] for i in kept] for row in [head, *rows])
    return out.getvalue().encode("utf-8")


@answered
def test_a_question_is_answered_and_as_long_as_its_header_says(name: str, oxigraph: engine.Store) -> None:
    query = QUERIES.get(name)
    answer = query.answer(oxigraph)
    assert answer.form == "ask" or answer.rows, "a question that nothing answers is no question"
    if "rows" in query.expect:
        assert len(answer) == int(query.expect["rows"])


def _with_other_values() -> list[str]:
    """The questions whose header has other values to try; one that cannot be read fails its own test."""
    found = []
    for name in QUERIES.names:
        with suppress(Problem):
            found += [name] if QUERIES.get(name).expect.get("other") else []
    return found


def test_other_values_give_another_answer(oxigraph: engine.Store) -> None:
    queries = [QUERIES.get(name) for name in some(_with_other_values(), 20)]
    same = [
        query.name
        for query in queries
        if oxigraph.query(query.bind(query.expect["other"])).rows == oxigraph.query(query.text).rows
    ]
    assert not same


@pytest.mark.slow
@pytest.mark.parametrize("name", sample(_with_other_values(), 1, folder))
def test_with_other_values_both_engines_give_the_same_answer(name: str, engines: Engines) -> None:
    query = QUERIES.get(name)
    text = query.bind(query.expect["other"])
    assert engines.ours(text) == engines.rdflib(text)


def _choosing() -> list[tuple[str, str]]:
    """Each question's parameters with choices."""
    found = []
    for name in QUERIES.names:
        with suppress(Problem):
            found += [(name, p.name) for p in QUERIES.get(name).parameters if p.pattern or p.choices]
    return found


@pytest.mark.parametrize(("name", "parameter"), _choosing())
def test_the_choices_are_of_the_graph_have_labels_and_each_has_an_answer(
    name: str, parameter: str, oxigraph: engine.Store
) -> None:
    query = QUERIES.get(name)
    left_open = query.parameter(parameter)
    choices = saved_queries.choices(query, left_open, oxigraph)
    others = query.expect["other"]
    assert len(choices) > 1 and left_open.value in choices and str(others.get(parameter, left_open.value)) in choices
    assert not [label for label in choices.values() if not label or label.startswith("http")]
    assert len({label.casefold() for label in choices.values()}) == len(choices), "two choices of one label"
    # That a report says nothing of what is asked is an answer too.
    if [each for each in query.parameters if not each.optional] == [left_open]:
        assert not [v for v in sample(choices, 40) if not oxigraph.query(query.bind({parameter: v})).rows], (
            "a choice without an answer"
        )


DEFAULTS = {
    "iri": ("language:kazakh", "<https://example.org/a>"),
    "string": ('"a"', "'a'", '"a"@en', '"""a"""', "'''a'''", '"a^^b"', '"a"^^xsd:string'),
    "integer": ("5", "-1", "+5"),
    "year": ("2020", '"2020"', '"2020"^^xsd:gYear'),
    "date": ('"2020-01-01"', '"2020-01-01"^^xsd:date'),
}
SIGNS = [
    '"',
    "'",
    "\\",
    "}",
    "{",
    "\n",
    "\r",
    "#",
    "<",
    ">",
    "^^",
    "@en",
    "\\u0022",
    "?x",
    "2020",
    "a",
    " ",
    "\x00",
    "é",
]


def _with_default(kind: str, default: str) -> str:
    return (
        f"#+ summary: Which?\n#+ params: {{p: {{label: P, type: {kind}}}}}\n"
        "PREFIX language: <https://w3id.org/statereport/id/language/>\n"
        "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
        f"SELECT ?p WHERE {{ VALUES ?p {{ {default} }} }} ORDER BY ?p\n"
    )


@pytest.mark.parametrize(("kind", "default"), [(kind, each) for kind in DEFAULTS for each in DEFAULTS[kind]])
def test_no_value_breaks_out_of_its_term(saved, kind: str, default: str) -> None:
    """Values made of signs that end a term: each is refused, or comes back from the engine as one term, unchanged."""
    query, chance, taken = saved(_with_default(kind, default)), random.Random(f"{kind}{default}"), 0
    values = ["".join(chance.choices(SIGNS, k=chance.randint(0, 8))) for _ in range(300)]
    for value in [*values, "language:uzbek", "7", "2021", "2021-12-31", "\ud800"]:
        try:
            bound = query.bind({"p": value})
        except BadParameter:
            continue
        ((term,),) = engine.Store.memory().query(bound, prefixes=PREFIXES).rows
        taken += 1
        if kind == "string":
            assert term.value == value, (value, bound)
    assert taken


@pytest.mark.parametrize(
    ("kind", "default"),
    [(kind, each) for kind in DEFAULTS for other in DEFAULTS if other != kind for each in DEFAULTS[other]
     if not (kind == "string" and each in ('"2020"', '"2020-01-01"')) and not (kind == "integer" and each == "2020")]
    + [(kind, each) for kind in DEFAULTS for each in ("true", "1.5")]
    + [(kind, "UNDEF") for kind in ("integer", "year", "date")],
)  # fmt: skip
def test_a_default_of_another_form_than_its_type_is_refused_when_the_query_is_read(saved, kind, default) -> None:
    with pytest.raises(QuerySyntax):
        saved(_with_default(kind, default))


def test_a_label_of_two_choices_is_refused_with_both() -> None:
    which = Parameter(
        "which", "Place", "iri", "place:kaz", {"place:kaz": "Hill", "place:korday-district": "hill"}, prefixes=PREFIXES
    )
    with pytest.raises(BadParameter, match="more than one choice") as refused:
        which.term("HILL", "here")
    assert refused.value.hint == "use one of: place:kaz (Hill), place:korday-district (hill)."


# Pages fill in their own parameters, and statistics count things of many kinds.
def test_a_parameter_has_a_name_of_the_vocabulary_in_every_question() -> None:
    others = [
        f"{query.name}: {parameter.name}"
        for query in QUERIES
        if query.topic not in ("pages", "statistics")
        for parameter in query.parameters
        if parameter.name not in VOCABULARY
    ]
    assert not others, f"use one of {', '.join(VOCABULARY)}: {', '.join(others)}"


def test_a_former_name_of_a_parameter_is_accepted_and_reported() -> None:
    query = QUERIES.get("groups/norms-for-a-group")
    assert query.bind({"wanted": "legal-status:refugee"}) == query.bind({"group": "legal-status:refugee"})
    assert query.parameter("wanted") == query.parameter("group")
    (sentence,) = query.renamings(["wanted", "since"])
    assert "wanted is called group now" in sentence and not query.renamings(["group"])
    with pytest.raises(BadParameter, match="group is given twice, also under its former name"):
        query.bind({"wanted": "legal-status:refugee", "group": "legal-status:refugee"})
    with pytest.warns(DeprecationWarning, match="wanted is called group now"):
        former = real.graph().ask("norms-for-a-group", wanted="refugees")
    assert former.rows == real.graph().ask("norms-for-a-group", group="refugees").rows != ()


def test_a_former_name_of_a_parameter_leads_to_its_successor() -> None:
    space = "https://w3id.org/statereport/query/groups/norms-for-a-group"
    text = f"SELECT ?new {{ <{space}/wanted> owl:deprecated true ; dcterms:isReplacedBy ?new }}"
    assert [row["new"] for row in real.graph().sparql(text)] == [f"{space}/group"]


# Ten names of bodies, offices, acts, groups and places that stand in the text or are other labels, and what they mean.
NAMED = (
    ("what-is-said-of-a-group", "Gypsies", "ethnic-group:roma"),
    ("what-is-said-of-a-group", "Roma", "ethnic-group:roma"),
    ("what-is-said-of-a-body", "UNHCR", "body:unhcr"),
    ("what-is-said-of-a-body", "the Supreme Court", "body:kaz-supreme-court"),
    ("what-is-said-of-a-body", "Ombudsman", "office:kaz-commissioner-for-human-rights"),
    ("what-is-said-of-a-body", " Ministry of  Internal Affairs", "body:kaz-ministry-of-internal-affairs"),
    ("passages-citing-an-instrument", "ICERD", "instrument:icerd"),
    ("passages-citing-an-instrument", "Law on Refugees", "instrument:kaz-law-on-refugees"),
    ("passages-citing-an-instrument", "Constitution of the Republic of Kazakhstan", "instrument:kaz-constitution"),
    ("what-is-said-of-a-group", "https://w3id.org/statereport/id/ethnic-group/roma", "ethnic-group:roma"),
)


def test_a_printed_name_is_a_value(oxigraph: engine.Store) -> None:
    wrong = []
    for name, given, meant in NAMED:
        query = QUERIES.get(name)
        parameter = query.parameters[0].name
        found = saved_queries.chosen(query, {parameter: given}, oxigraph)[parameter]
        wrong += [f"{name} {given}: {found}"] if found != meant else []
    assert wrong == []


def test_a_name_that_fits_two_choices_is_refused_with_both_and_one_that_fits_none_with_the_nearest_five() -> None:
    places = {f"place:p{n}": f"village {n}" for n in range(9)}
    which = Parameter("which", "Place", "iri", "place:p0", places, prefixes=PREFIXES)
    with pytest.raises(BadParameter) as refused:
        which.among("Old Town", places, "here", lambda: {"old town": {"place:p1", "place:p2"}})
    assert refused.value.hint == "use one of: place:p1 (village 1), place:p2 (village 2)."
    with pytest.raises(BadParameter) as refused:
        which.among("vilage", places, "here")
    assert refused.value.hint.count("village") == 5


def test_every_parameter_for_people_has_choices() -> None:
    free = [
        f"{q.name} {p.name}"
        for q in QUERIES
        if q.topic != "pages"
        for p in q.parameters
        if not (p.choices or p.pattern)
    ]
    assert not free


def test_every_answer_leads_to_its_passages(oxigraph: engine.Store) -> None:
    """A row names passages or a heading, or says in words that there is none."""
    without = set()
    for query in QUERIES:
        if query.topic not in ("pages", "checks", "tables") and query.form == "select":
            places = [i for i, column in enumerate(query.columns) if query.heads[column].of == "passage"]
            rows = query.answer(oxigraph).rows
            without |= {query.name for row in rows if not any(row[i] for i in places)}
    assert not without


def test_a_column_of_passages_or_themes_is_described_as_one(oxigraph: engine.Store) -> None:
    rows = oxigraph.query(
        "PREFIX sr: <https://w3id.org/statereport/def/> SELECT ?reference { ?unit sr:reference ?reference }"
    ).rows
    references = {row[0].value for row in rows}
    wrong = []
    for query in QUERIES:
        answer = query.answer(oxigraph) if query.form == "select" and query.topic != "checks" else None
        for i, column in enumerate(answer.columns if answer else ()):
            head = query.heads[column]
            texts = [row[i] for row in answer.rows if row[i] is not None and not terms.is_iri(row[i])]
            parts = [part for text in texts for part in head.parts(text)]
            if parts and head.of == "passage" and not references.issuperset(parts):
                wrong.append(f"{query.name}: {column} holds other things than passages and headings")
            if (
                parts
                and head.of == "theme"
                and not all({part, f"section {part}", f"theme {part}"} & references for part in parts)
            ):
                wrong.append(f"{query.name}: {column} holds other things than themes")
            strings = all(text.datatype.value == STRING for text in texts)
            if parts and not head.of and strings and references.issuperset(parts) and any("." in p for p in parts):
                wrong.append(f"{query.name}: {column} holds passages, and the header does not say so")
    assert len(references) > 300 and not wrong


@pytest.mark.parametrize("name", [name for name in QUERIES.names if name.startswith("checks/")])
def test_a_check_answers_no_rows(name: str, oxigraph: engine.Store) -> None:
    assert list(oxigraph.query(QUERIES.get(name).text)) == []


def test_every_golden_answer_has_its_question() -> None:
    kept = {
        path.relative_to(GOLDEN / "queries").with_suffix("").as_posix() for path in (GOLDEN / "queries").rglob("*.*")
    }
    assert kept <= set(QUERIES.names)


COLUMNS = """
passages passage number part theme start end sha256 gist
requests request theme label answered passages
figures figure passages start end printed value bound unit indicator breakdown period area source part_of complete
legal_quantities quantity passages start end printed value bound unit what provision_or_measure
instruments instrument label names_as_printed kind jurisdiction number date issuer approves amends ratifies passages
provisions provision instrument path gist passages
citations citation passage start end instrument provision function form printed
bodies body label kind parent names_as_printed passages
measures measure label kind status start end bodies instruments groups convention_articles passages
norms norm label provision passages
claims claim label about passages
events event label kind start end place passages
groups group label scheme names_as_printed passages
places place label kind names_as_printed passages
convention article label passages parts
recommendations reference label passages
numerals start end passage token account statement
discrepancies discrepancy kind found_by passages stated computed message
"""


@pytest.mark.parametrize("line", COLUMNS.split("\n")[1:-1], ids=lambda line: line.split()[0])
def test_a_table_begins_with_the_columns_that_were_promised(line: str) -> None:
    name, *columns = line.split()
    assert list(QUERIES.get(f"tables/{name}").columns)[: len(columns)] == columns


# --- the machinery, on queries of our own ----------------------------------------------------------------------------

GOOD = """#+ summary: Which schools teach in a language?
#+ description: Every school.
#+ params:
#+   language: {label: "Language", type: iri}
#+   word: {label: "Word", type: string}
#+   least: {label: "At least", type: integer}
#+   year: {label: "Year", type: year, choices: {"2019": "last year", "2020": "this year"}}
#+   since: {label: "Since", type: date}
#+   plain: {label: "Year without type", type: year}
#+ columns: {x: "Thing"}
#+ expect: {rows: 0, other: {least: 5}}
PREFIX language: <https://w3id.org/statereport/id/language/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

SELECT ?x
WHERE {
  VALUES ?language { language:kazakh }
  VALUES ?word { "school }"@en }
  VALUES ?least { -1 }
  VALUES ?year { "2020"^^xsd:gYear }
  VALUES ?since { "2020-01-01"^^xsd:date }
  VALUES ?plain { 2020 }
  VALUES (?a ?b) { (1 2) }
  ?x ?language ?word , ?least , ?year , ?since , ?plain . # VALUES ?language { "in a comment" }
}
ORDER BY ?x
"""


@pytest.fixture
def saved(tmp_path):
    """A function that saves a query and reads it again."""

    def save(text: str, name: str = "schools/by-language") -> saved_queries.SavedQuery:
        path = tmp_path / f"{name}.rq"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return saved_queries.SavedQueries(tmp_path, PREFIXES).get(name)

    return save


def test_a_good_query_is_read_whole(saved) -> None:
    query = saved(GOOD)
    assert query.iri == "https://w3id.org/statereport/query/schools/by-language"
    assert (query.topic, query.slug, query.form, query.columns) == ("schools", "by-language", "select", {"x": "Thing"})
    assert [parameter.default for parameter in query.parameters] == [
        "language:kazakh", '"school }"@en', "-1", '"2020"^^xsd:gYear', '"2020-01-01"^^xsd:date', "2020",
    ]  # fmt: skip
    assert not lint.lint(query, PREFIXES)
    assert query.bind() == query.text


@pytest.mark.parametrize(
    ("name", "value", "term"),
    [
        ("language", "language:russian", "<https://w3id.org/statereport/id/language/russian>"),
        ("language", "<https://example.org/a#b>", "<https://example.org/a#b>"),
        ("word", 'x" } # ?y \\ \n', '"x\\" } # ?y \\\\ \\n"@en'),
        ("word", "} UNION { ?x ?y ?z }", '"} UNION { ?x ?y ?z }"@en'),
        ("least", "12", "12"),
        ("least", 12, "12"),
        ("year", 2019, '"2019"^^xsd:gYear'),
        ("since", "2021-12-31", '"2021-12-31"^^xsd:date'),
        ("plain", "1999", "1999"),
    ],
)
def test_binding_changes_one_term_and_nothing_else(saved, name: str, value: Any, term: str) -> None:
    query = saved(GOOD)
    bound = query.bind({name: value})
    default = next(parameter.default for parameter in query.parameters if parameter.name == name)
    assert bound == query.text.replace(f"VALUES ?{name} {{ {default} }}", f"VALUES ?{name} {{ {term} }}", 1)
    assert engine.form_of(bound).form == "select"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "kazakh"), ("language", "nonsense:kazakh"), ("language", "https://example.org/a b"),
        ("language", "https://example.org/>x"), ("langage", "language:kazakh"), ("a", "1"), ("plain", "2020 }"),
        ("least", "1.5"), ("least", "1 }"), ("least", ""), ("year", "2021"), ("year", "20"), ("since", "2020-13-01"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused(saved, name: str, value: str) -> None:
    with pytest.raises(BadParameter):
        saved(GOOD).bind({name: value})


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('{x: "Thing"}', '{x: {title: "Thing", off: passage}}', 10),
        ('{x: "Thing"}', '{x: {title: "Thing", of: passages}}', 10),
        ('{x: "Thing"}', "{x: {of: passage}}", 10),
        ('{x: "Thing"}', '{x: {title: "Thing", join: [a]}}', 10),
        ("#+ summary: Which", "#+ summary: Which: is", 1),
        ("#+ summary: Which schools teach in a language?", "#+ tags: [x]", 1),
        ("#+ description: Every", "#+ descripton: Every", 2),
        ('#+   word: {label: "Word", type: string}', '#+   word: {label: "Word", type: text}', 5),
        ('#+   word: {label: "Word", type: string}', "#+   word: [1, 2", 6),
        ('"Language", type: iri}', '"Language", type: iri, default: language:russian}', 4),
        ("VALUES ?language {", "VALUES ?tongue {", 4),
        ('#+ columns: {x: "Thing"}', "#+ columns: [x]", 10),
    ],
)
def test_a_malformed_header_is_refused_with_its_line(saved, old: str, new: str, line: int) -> None:
    assert old in GOOD
    with pytest.raises(QuerySyntax) as caught:
        saved(GOOD.replace(old, new, 1))
    assert caught.value.where.endswith(f"by-language.rq:{line}")


JOINED = """#+ summary: Which schools stand where?
#+ description: Every school, with its passages and its names.
#+ columns:
#+   school: "School"
#+   passages: {title: "Passages", of: passage, join: "; ", empty: "in no passage"}
#+   names: {title: "Names", join: " / "}
SELECT ?school ?passages ?names
WHERE {
  VALUES (?school ?passages ?names ?order) {
    ("b" "9" "X" 1) ("a" "10.1" "Z" 2) ("b" "10" "Y" 3) ("b" "9" "Y" 4) ("c" UNDEF UNDEF 5) ("a" "10.1" "Z" 6)
  }
}
ORDER BY ?order
"""


def test_rows_that_differ_in_nothing_but_joined_columns_are_one_row(saved) -> None:
    query = saved(JOINED)
    answer = query.answer(engine.Store.memory())
    assert answer.to_dicts() == [
        {"school": "b", "passages": "9; 10", "names": "X / Y"},
        {"school": "a", "passages": "10.1", "names": "Z"},
        {"school": "c", "passages": "in no passage", "names": None},
    ]
    assert answer.passages() == ["9", "10", "10.1"]
    assert answer.to_text().split()[:3] == ["School", "Passages", "Names"]
    assert engine.answer_bytes(answer, "csv").decode().splitlines()[1] == "b,9; 10,X / Y"
    assert len(engine.Store.memory().query(query.text)) == 6, "in any other tool there is a row for each"


def test_a_row_that_stands_twice_stands_twice_where_nothing_is_joined(saved) -> None:
    query = saved(JOINED.replace(', join: "; "', "").replace(', join: " / "', ""))
    assert len(query.answer(engine.Store.memory())) == 6


def test_the_headers_default_may_repeat_that_of_the_query(saved) -> None:
    saved(GOOD.replace('"Language", type: iri}', '"Language", type: iri, default: language:kazakh}'))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("SELECT ?x", "SELECT *", "SELECT *"),
        ("ORDER BY ?x\n", "", "ORDER BY"),
        ("?x ?language", "FILTER NOT EXISTS { ?x xsd:a+ ?z }\n  ?x ?language", "NOT EXISTS"),
        ("?x ?language", "FILTER NOT EXISTS { ?x ?y ?z FILTER(?z > 1) }\n  ?x ?language", "NOT EXISTS"),
        ("#+ description: Every school.\n", "", "description"),
        ("in a language?", "in a language", "not a question"),
        ('{x: "Thing"}', '{y: "Thing"}', "no title"),
        ("PREFIX xsd", "PREFIX owl: <http://www.w3.org/2002/07/owl#>\nPREFIX xsd", "not used"),
        ("id/language/>", "id/languages/>", "means something else"),
        ("VALUES (?a ?b) { (1 2) }", "VALUES ?other { 1 }", "looks like a parameter"),
        ("#+ expect: {rows: 0, other: {least: 5}}\n", "", "other values"),
        ("Every school.", "Every school. rows are schools.", "small letter"),
        ("Every school.", "Every school", "full stop"),
        ("?x ?language ?word", "# " + "x" * 120 + "\n  ?x ?language ?word", "Line 24 has 124 characters"),
        ('{x: "Thing"}', '{x: {title: "Thing", empty: "none"}}', "only a joined column"),
        ("ORDER BY ?x", "ORDER BY ?language", "no fixed order"),
    ],
)
def test_the_lint_finds(saved, old: str, new: str, says: str) -> None:
    good = GOOD.replace('{x: "Thing"}', '{x: {title: "Thing", join: "; "}}') if "ORDER BY ?x" in old else GOOD
    assert old in good
    found = lint.lint(saved(good.replace(old, new, 1)), PREFIXES)
    assert any(says in problem.what for problem in found), [problem.what for problem in found]


CHOOSING = GOOD.replace(
    '#+   language: {label: "Language", type: iri}\n',
    """#+   language:
#+     label: "Language"
#+     type: iri
#+     choices: "?school sr:hasLanguageOfInstruction ?language ."
""",
).replace("PREFIX xsd", "PREFIX sr: <https://w3id.org/statereport/def/>\nPREFIX xsd")


def test_a_column_that_the_query_joins_itself_needs_no_order(saved) -> None:
    text = GOOD.replace("SELECT ?x\n", 'SELECT ?x (GROUP_CONCAT(STR(?a); SEPARATOR="; ") AS ?all)\n').replace(
        '{x: "Thing"}', '{x: "Thing", all: {title: "All", join: "; "}}'
    )
    assert not [
        str(problem) for problem in lint.lint(saved(text.replace("ORDER BY", "GROUP BY ?x\nORDER BY")), PREFIXES)
    ]


def test_choices_come_from_the_graph_by_value_and_label(saved, oxigraph: engine.Store) -> None:
    query = saved(CHOOSING)
    found = saved_queries.choices(query, query.parameter("language"), oxigraph)
    assert found["language:kazakh"] == "Kazakh" and list(found.values()) == sorted(found.values(), key=str.casefold)
    assert saved_queries.choices(query, query.parameter("year"), oxigraph) == {
        "2019": "last year",
        "2020": "this year",
    }
    assert saved_queries.choices(query, query.parameter("word"), oxigraph) == {}


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("language", "language:uzbek", "language:uzbek"),
        ("language", "https://w3id.org/statereport/id/language/uzbek", "language:uzbek"),
        ("language", "uzbek", "language:uzbek"),
        ("year", "last year", "2019"),
        ("year", 2020, "2020"),
        ("word", "anything", "anything"),
    ],
)
def test_a_value_or_its_label_is_chosen(saved, oxigraph: engine.Store, name: str, given: Any, value: str) -> None:
    query = saved(CHOOSING)
    meant = saved_queries.chosen(query, {name: given}, oxigraph)
    assert meant == {name: value}
    assert engine.form_of(query.bind(meant)).form == "select"


@pytest.mark.parametrize(
    ("name", "given", "near"),
    [
        ("language", "language:uzbk", "language:uzbek"),
        ("language", "Kazak", "language:kazakh (Kazakh)"),
        ("year", "2021", "2019 (last year)"),
        ("language", "%%", "use one of"),
    ],
)
def test_what_is_no_choice_proposes_the_nearest(
    saved, oxigraph: engine.Store, name: str, given: str, near: str
) -> None:
    with pytest.raises(BadParameter) as caught:
        saved_queries.chosen(saved(CHOOSING), {name: given}, oxigraph)
    assert near in caught.value.hint and given in caught.value.what


def test_a_short_name_serves_where_it_is_unique_and_the_nearest_is_proposed(saved, tmp_path) -> None:
    saved(GOOD)
    saved(GOOD, "law/acts")
    saved(GOOD, "schools/acts")
    found = saved_queries.SavedQueries(tmp_path, PREFIXES)
    assert found.names == ("law/acts", "schools/acts", "schools/by-language")
    assert found.get("by-language").name == found.get(found.get("by-language").iri).name == "schools/by-language"
    with pytest.raises(UnknownName, match="Several topics"):
        found.get("acts")
    for wrong in ("schools/by-langage", "by-languge"):
        with pytest.raises(UnknownName) as caught:
            found.get(wrong)
        assert "schools/by-language" in caught.value.hint or "by-language" in caught.value.hint


def test_one_broken_query_does_not_hide_the_others(saved, tmp_path) -> None:
    with pytest.raises(Problem):
        saved("SELECT ?x { ?x ?y ?z } ORDER BY ?x", "a/broken")
    saved(GOOD.replace("ORDER BY ?x", ""), "b/unordered")
    found = saved_queries.SavedQueries(tmp_path, PREFIXES)
    codes = [problem.code for problem in lint.problems(found.names, found.get, PREFIXES)]
    assert codes == ["query-syntax", "query-untidy"]


# What the labels of a table's columns of IRIs are called where the name is not <column>_label.
LABELS = {
    **dict.fromkeys(("body", "group", "place", "norm", "claim", "event", "figure", "measure"), "label"),
    **dict.fromkeys(("article", "instrument", "provision", "reference", "request"), "label"),
    "quantity": "what",
    "reading": "sentence",
    "discrepancy": "message",
    "citation": "printed",
    "mention": "printed",
    "numeral": "token",
    "passage": "number",
    "found_by": "kind",
}


def test_each_row_of_a_table_names_its_report_and_each_column_of_iris_has_labels(oxigraph: engine.Store) -> None:
    wrong = []
    for name in some(name for name in QUERIES.names if name.startswith("tables/")):
        query = QUERIES.get(name)
        answer = query.answer(oxigraph)
        rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        wrong += [f"{name}: a row without report" for row in rows if not row["report"]]
        wrong += [
            f"{name}: {row['cite']}" for row in rows if row["cite"] and row["report"].value not in str(row["cite"])
        ]
        for column in answer.columns:
            iris = any(terms.text(row[column]).startswith("https://w3id.org/statereport/id/") for row in rows)
            if iris and not {f"{column}_label", LABELS.get(column)} & set(answer.columns):
                wrong.append(f"{name}: {column} has no labels")
    assert wrong == []
