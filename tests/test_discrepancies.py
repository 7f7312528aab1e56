"""What does not agree in the report is found, all and nothing else; derived figures are kept apart from stated ones."""

import csv
import io
import random
import re
from decimal import Decimal

import pyoxigraph as ox
import pytest
import real
from loops import some
from real import PREFIXES, examined
from sampling import sample

from statereport.cli import commands
from statereport.graph import discrepancies
from statereport.project import find_project
from statereport.rdf import namespaces, writers
from statereport.rdf.namespaces import SHAPE, SR
from statereport.reasoning.findings import FINDINGS, notes
from statereport.reasoning.rules import load_rules
from statereport.reasoning.validation import Finding, Validator

COLUMNS = ("kind", "found_by", "passages", "stated", "computed", "message")
# What the arithmetic of the report comes to: where a relation fails. Everything else that a shape looks at holds.
FAILING = {
    "breakdown/13-pupils-by-language",
    "breakdown/13-schools-by-language",
    "breakdown/16-regulated-status-by-document",
    "claim/16-extortions-fall",
    "quantity/4-medium-staff-up-to",
}
ARITHMETIC = (
    "TotalsAddUp",
    "PartsDoNotExceedTheirTotal",
    "SharesMakeAHundred",
    "PercentagesFitTheirCounts",
    "ComparisonsOverTimeHold",
    "TheLargestIsLargest",
    "YearsFitTheirDays",
    "LimitsRunUpwards",
    "StepsMeet",
    "SeriesFillTheirPeriod",
)


@pytest.fixture(scope="module")
def graph():
    return real.graph()


@pytest.fixture(scope="module")
def entries(graph):
    return discrepancies.entries(graph)


# --- what is found ---------------------------------------------------------------------------------------------------


def test_the_discrepancies_are_the_golden_ones(graph, golden):
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in graph.ask("tables/discrepancies"):
        writer.writerow([row[column] if row[column] is not None else "" for column in COLUMNS])
    golden.check("findings.csv", out.getvalue().encode("utf-8"))


def test_the_arithmetic_fails_where_it_does_and_nowhere_else():
    focused = {f.focus for f in examined().warnings if f.shape.removeprefix(SHAPE) in ARITHMETIC}
    assert {"/".join(focus.split("/")[-2:]) for focus in focused} == FAILING


def test_a_failing_sum_quotes_both_figures_as_they_are_printed():
    said = {f.focus.rpartition("/")[2]: f.message for f in examined().warnings if f.shape == SHAPE + "TotalsAddUp"}
    assert "7,393" in said["13-schools-by-language"] and "7391" in said["13-schools-by-language"]
    assert "3,186,234" in said["13-pupils-by-language"] and "3.3 million" in said["13-pupils-by-language"]
    assert "403,892" in said["16-regulated-status-by-document"] and "460,000" in said["16-regulated-status-by-document"]


def test_every_request_without_an_answer_is_noted(graph):
    asked = {row["request"] for row in graph.ask("tables/requests") if row["answered"] == "no"}
    assert asked and asked == {f.focus for f in examined().warnings if f.shape == SHAPE + "RequestsAreAnswered"}


def test_every_number_that_is_missing_among_the_themes_is_noted():
    missing = [
        re.search(r"none has the number (\d+)", f.message)[1]
        for f in examined().warnings
        if f.shape == SHAPE + "ThemesAreNumberedThrough"
    ]
    assert missing == ["1", "14", "17"]


# --- how it is printed -----------------------------------------------------------------------------------------------


def test_a_finding_becomes_a_note_with_its_statements_and_passages():
    said: dict[str, set[str]] = {}
    for t in examined().derived[FINDINGS]:
        if t.subject.value.endswith("/note/found-totals-add-up.breakdown.13-schools-by-language"):
            said.setdefault(re.split("[/#]", t.predicate.value)[-1], set()).add(t.object.value.rpartition("/")[2])
    parts = ("", "-kazakh", "-mixed", "-russian", "-tajik", "-uighur", "-uzbek")
    assert said == {
        "type": {"Discrepancy"},
        "prefLabel": {"schools by language of instruction, 2020-2021: parts and total disagree"},
        "hasKind": {"parts-and-total"},
        "isAbout": {"13-schools-by-language", *(f"13-schools{part}" for part in parts)},
        "isFoundBy": {"TotalsAddUp"},
        "isSeenIn": {f"13.{number}" for number in range(5, 12)},
        "message": {"The parts add up to 7,393, but the total is stated as 7391."},
        "statedValue": {"7391"},
        "computedValue": {"7393"},
    }


def test_a_breakdown_that_adds_up_has_no_note_of_the_arithmetic():
    breakdown = f"{namespaces.BASE}id/kaz-cerd-8-10-addendum/breakdown/11-persons-tried-by-outcome"
    assert any(t.subject.value == breakdown for part in examined().dataset.data.values() for t in part)
    assert not [t for t in examined().derived[FINDINGS] if t.object.value == breakdown]


def test_two_findings_of_one_shape_on_one_thing_have_two_notes():
    finding = Finding("Warning", SR + "id/x", "", "", "It differs.", SHAPE + "TotalsAddUp")
    subjects = {t.subject.value for t in notes([finding, finding])}
    assert len(subjects) == 2 and {name.rpartition(".")[2] for name in subjects} >= {"2"}


def test_each_entry_says_what_where_and_how(entries):
    cited = re.compile(r"\d+(\.\d+)?( \([a-z]\))?|theme \d+|section [IVX]+(\.[A-Z])?")
    assert len({entry.iri for entry in entries}) == len(entries)
    for entry in some(entries):
        assert entry.message.endswith((".", "!")) and entry.units and entry.label and entry.kind, entry.iri
        assert (entry.shape == "") == (entry.rule == "") == (entry.found == "By reading."), entry.iri
        assert all(cited.fullmatch(unit) for unit in entry.units), entry.iri


def test_a_number_in_a_message_of_a_reader_is_printed_so_in_the_report(entries, report_text):
    printed = re.compile(r"(?<![\d.-])\d{1,3}(?:,\d{3})+(?![\d.])")
    known = [it for it in entries if not it.rule and "/kaz-cerd-8-10-addendum/" in it.iri]
    numbers = [(entry.iri, number) for entry in known for number in printed.findall(entry.message)]
    for iri, number in some(numbers):
        assert number in report_text.content, (iri, number)


def test_the_page_numbers_and_quotes_each_entry(entries):
    page = discrepancies.page(entries)
    assert page.count("\n## ") == len(entries) and f"{len(entries)} entries" in page
    assert "“7391”: schools, 2020-2021 (13.5)" in page
    assert all(f"<{entry.iri}>" in page for entry in entries)


def test_html_says_the_same_and_is_escaped(entries):
    page = discrepancies.html_page(entries)
    assert page.count("<h2>") == len(entries) and page.startswith("<!DOCTYPE html>")
    assert "<script" not in page
    odd = discrepancies.Entry("https://example.org/a", "a", "names differ", "<b>", "x & y.", ("1.1",), (), "", "")
    assert "&lt;b&gt;" in discrepancies.html_page([odd]) and "x &amp; y." in discrepancies.html_page([odd])


def test_each_note_is_a_quality_annotation(graph, entries):
    data = graph.serialise(graph.question(discrepancies.ANNOTATIONS).text, "ttl")
    typed = {
        t.subject.value
        for t in ox.parse(data, format=ox.RdfFormat.TURTLE)
        if t.predicate.value == namespaces.RDF + "type" and t.object.value == PREFIXES.expand("dqv:QualityAnnotation")
    }
    assert typed == {entry.iri for entry in entries}


def test_the_command_offers_each_format():
    offered = next(p for p in commands.discrepancies.params if p.name == "form").type.choices
    assert tuple(offered) == ("page", "html", "table", "csv", "json", "ttl")


# --- what we work out ------------------------------------------------------------------------------------------------


def derived():
    said: dict[str, dict[str, list]] = {}
    for t in examined().inference.triples:
        if "/derived/" in t.subject.value:
            said.setdefault(t.subject.value.rpartition("/")[2], {}).setdefault(t.predicate.value, []).append(
                t.object.value
            )
    return said


def test_derived_figures_are_never_figures_of_the_state(graph):
    for name, facts in some(derived().items()):
        assert facts[namespaces.RDF + "type"] == [SR + "DerivedFigure"] or set(facts[namespaces.RDF + "type"]) == {
            SR + "DerivedFigure"
        }, name
        assert SR + "value" not in facts, name
    assert not [row for row in graph.ask("tables/figures") if "/derived/" in row["figure"]]


def test_a_derived_figure_has_one_value_one_unit_and_its_sources():
    for name, facts in some(derived().items()):
        assert (
            len(facts[SR + "derivedValue"]) == len(facts[SR + "isInUnit"]) == len(facts[SR + "hasDerivation"]) == 1
        ), name
        assert len(facts[SR + "isDerivedFrom"]) >= 2, name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("total.2-prison-population-by-ethnicity", 26193),
        ("total.11-convicted.kazakhs", 36),
        ("total.11-convicted.dungans", 13),
        ("total-of-years.8-article-174-cases-2015", 1241),
        ("total-of-years.16-labour-immigrant-permits-2017", 2354111),
        ("total-of-years.16-extortions-2015-cis", 93),
        ("total-of-years.20-admitted-2014", 162251),
        ("share.8-article-174-sent-to-court-2015", Decimal("3.61")),
        ("share.11-imprisoned", 38),
        ("change.16-extortions-2018", 5),
        ("change.20-renounced-2020", -685),
        ("relative-change.16-crimes-against-foreigners-2015", Decimal("304.48")),
        ("whole.12-ethnic-group-share", 83293),
    ],
)
def test_a_derived_figure_is_worked_out(name, value):
    assert [Decimal(v) for v in derived()[name][SR + "derivedValue"]] == [value]


@pytest.mark.parametrize(
    "name",
    [
        "total-of-years.16-trafficking-victims-2014",  # its total is printed
        "total-of-years.20-registered-stateless-2016",  # the number at some day is not added up over years
        "share.13-schools-kazakh",  # its share is printed
        "share.4-grants-engineering",  # its total is no exact number
        "change.12-civil-servants-2020",  # the figure before is of four years earlier
        "total.13-school-shares-by-language",  # shares make a hundred
    ],
)
def test_what_is_printed_or_not_comparable_is_not_derived(name):
    assert name not in derived()


def test_a_derived_figure_is_explained_by_the_figures_that_it_comes_from():
    inference = examined().inference
    triple = next(
        t
        for t in inference.triples
        if t.subject.value.endswith("/share.11-imprisoned") and t.predicate.value == SR + "derivedValue"
    )
    explanation = inference.explain(triple)
    assert explanation.rule == "rule derived-shares"
    assert {"19", "50"} <= {t.object.value for t in explanation.premises if t.predicate.value == SR + "value"}


def test_nothing_is_made_twice_by_running_again():
    rules = load_rules(find_project().ontology / "rules")
    assert {rule.name for rule in rules if rule.makes_things} == {
        "rule time-instants",
        *(rule.name for rule in rules if rule.name.startswith("rule derived-")),
    }


# --- figures altered at random ---------------------------------------------------------------------------------------


class Copy:
    """The figures of the report and what ties them together, to be altered."""

    KINDS = ("figure", "quantity", "breakdown", "claim", "measure", "period", "bound", "unit", "indicator")

    def __init__(self) -> None:
        dataset = real.dataset()
        every = [t for parts in (dataset.ontology, dataset.data) for triples in parts.values() for t in triples]
        kept = tuple(f"/{kind}/" for kind in self.KINDS)
        self.triples = [
            t
            for t in every
            if any(kind in t.subject.value for kind in kept)
            or not t.subject.value.startswith("http")
            or t.subject.value.startswith(SR)
        ]
        tables = (SHAPE + "prefixes", SHAPE + "prefix/")
        ours = {SHAPE + name + ending for name in ARITHMETIC for ending in ("", "-query")}
        self.validator = Validator(
            [
                t
                for triples in dataset.shapes.values()
                for t in triples
                if t.subject.value in ours or t.subject.value.startswith(tables)
            ]
        )
        self.said: dict[tuple[str, str], list] = {}
        for t in self.triples:
            self.said.setdefault((t.subject.value, t.predicate.value.removeprefix(SR)), []).append(t.object.value)
            self.said.setdefault((t.object.value, "^" + t.predicate.value.removeprefix(SR)), []).append(t.subject.value)
        self.before = self.findings({})

    def of(self, subject: str, name: str) -> list[str]:
        return self.said.get((subject, name), [])

    def value(self, figure: str) -> Decimal:
        return Decimal(self.of(figure, "value")[0])

    def is_exact(self, figure: str) -> bool:
        return self.of(figure, "hasBound")[0].endswith("/exact")

    def findings(self, altered: dict[str, Decimal]) -> set[tuple[str, str, str]]:
        """What the arithmetic says when these figures have these values, printed with a comma between thousands."""
        given = [self._as_altered(t, altered) for t in self.triples]
        return {(f.shape, f.focus, f.message) for f in self.validator.check(given)}

    @staticmethod
    def _as_altered(t, altered):
        if t.subject.value not in altered:
            return t
        value = altered[t.subject.value]
        kind = "integer" if value == value.to_integral_value() else "decimal"
        if t.predicate.value == SR + "value":
            return writers.triple(
                t.subject.value, t.predicate.value, writers.literal(f"{value:f}", f"{namespaces.XSD}{kind}")
            )
        if t.predicate.value == SR + "asPrinted":
            return writers.triple(
                t.subject.value, t.predicate.value, writers.literal(f"{value:,f}" + "%" * t.object.value.endswith("%"))
            )
        return t

    def relations(self, chance: random.Random) -> list[tuple[str, str, Decimal]]:
        """For each relation: what a finding on it is about, a figure that it covers, and a value that breaks it."""
        return [*self._sums(chance), *self._shares(chance), *self._comparisons(chance)]

    def _sums(self, chance):
        for breakdown, coverage in [(s, values[0]) for (s, name), values in self.said.items() if name == "hasCoverage"]:
            parts, totals = self.of(breakdown, "^isPartIn"), self.of(breakdown, "breaksDown")
            if not totals and not self.of(parts[0], "hasUnit")[0].endswith("/percent"):
                continue
            far = 1 + abs(int(sum(map(self.value, (*parts, *totals)))))
            if coverage.endswith("/complete"):
                one = chance.choice([*filter(self.is_exact, parts), *filter(self.is_exact, totals)])
                rough = not all(map(self.is_exact, totals)) or not totals
                yield (
                    breakdown,
                    one,
                    self.value(one) + (far if rough else chance.choice([-1, 1]) * chance.randint(1, far)),
                )
            elif totals and not self.of(totals[0], "hasBound")[0].endswith(("/more-than", "/at-least")):
                one = chance.choice(parts)
                yield breakdown, one, self.value(one) + chance.randint(far, 2 * far)

    def _shares(self, chance):
        # A share whose whole is not printed has nothing to be held against.
        for share in [s for (s, name) in self.said if name == "hasShareCount" and (s, "isShareOf") in self.said]:
            yield share, share, self.value(share) + chance.randint(2, 30)

    def _comparisons(self, chance):
        for claim, comparison in [
            (s, values[0]) for (s, name), values in self.said.items() if name == "statesComparison"
        ]:
            compared = [one for one in self.of(claim, "compares") if one not in self.of(claim, "singlesOut")]
            one = chance.choice(compared)
            top = max(map(self.value, self.of(claim, "compares")))
            years = sorted(compared, key=lambda one: ("/quantity/" in one, one[-4:]))
            if comparison.endswith("/decrease"):
                one = years[-1]
            elif comparison.endswith("/increase"):
                one = years[0]
            yield claim, one, top + chance.randint(1, 1000)


@pytest.mark.slow
@pytest.mark.parametrize("seed", sample(range(8), 2))
def test_a_figure_altered_at_random_is_caught_wherever_a_relation_covers_it(seed, copy):
    chance = random.Random(seed)
    relations = copy.relations(chance)
    chance.shuffle(relations)
    caught = 0
    while relations:
        # One alteration for each relation, several at once where none touches what another is about.
        altered, expected, later, touched = {}, {}, [], set()
        for focus, figure, value in relations:
            around = {
                figure,
                focus,
                *copy.of(figure, "isPartIn"),
                *copy.of(figure, "^breaksDown"),
                *copy.of(figure, "^compares"),
                *copy.of(figure, "^hasShareCount"),
                *copy.of(figure, "^isShareOf"),
            }
            if touched & around:
                later.append((focus, figure, value))
            else:
                touched |= around
                altered[figure], expected[focus] = value, figure
        # A finding of the report's own may also vanish: the figures then agree.
        new = {focus for _, focus, _ in copy.findings(altered) ^ copy.before}
        missed = {focus: (figure, altered[figure]) for focus, figure in expected.items() if focus not in new}
        assert missed == {}
        caught += len(expected)
        relations = later
    assert caught > 60


@pytest.fixture(scope="module")
def copy():
    return Copy()


def test_a_copy_that_is_not_altered_finds_what_the_report_has(copy):
    assert {"/".join(focus.split("/")[-2:]) for _, focus, _ in copy.before} == FAILING
