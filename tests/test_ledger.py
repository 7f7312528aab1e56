"""The ledger: every numeral has an account, and the ledger says whose."""

from collections import Counter

import pytest
from tinyproject import change, generated, read

from statereport.errors import GeneratedDiffers, NumeralUnaccounted
from statereport.rdf import turtle
from statereport.rdf.namespaces import ID, SR
from statereport.source import evidence, ledger


def accounts(project, text):
    """(token, account, carriers' local names) for each numeral in order."""
    entries = ledger.entries(read(project, text))
    return [(e.numeral.token, e.account, [iri.rpartition("/")[2] for iri in e.carriers]) for e in entries]


def test_every_numeral_of_the_small_project_has_its_account(tiny, tiny_text):
    assert accounts(tiny, tiny_text) == [
        ("two", "figure", ["0-duties"]),
        ("5", "provision", ["1"]),
        ("7", "provision", ["1"]),
        ("1", "list-number", []),
        ("2020", "period", ["1-schools"]),
        ("2020", "period", ["1-schools"]),
        ("1,448", "figure", ["1-schools"]),
        ("1", "figure", ["1-seminaries"]),
        ("four", "figure", ["1-new-schools"]),
        ("51.4", "figure", ["1-share-new"]),
        ("7", "conversion-mark", []),
        ("8", "conversion-mark", []),
        ("9", "conversion-mark", []),
        ("12", "instrument-number", ["1-2-law-12"]),
        ("3", "date", ["1-2-law-12"]),
        ("2019", "date", ["1-2-law-12"]),
        ("1", "list-number", []),
        ("fifteen", "legal-quantity", ["1-hearing"]),
        ("15", "legal-quantity", ["1-hearing"]),
        ("6", "provision", ["2"]),
        ("3", "list-number", []),
        ("Four", "figure", ["1-new-schools"]),
    ]
    assert generated(ledger.generate, tiny, tiny_text).check() == ()


def test_a_heading_is_searched_for_what_its_request_names(tiny, tiny_text):
    ledger_of_heading = accounts(tiny, tiny_text)[4]
    assert ledger_of_heading == ("2020", "period", ["1-schools"])
    change(tiny, 'sr:printedPeriod "in 2020"', 'sr:printedPeriod "on schools"')
    assert accounts(tiny, tiny_text)[4] == ("2020", "", [])


@pytest.mark.parametrize(
    ("fragment", "account", "carriers"),
    [
        ('sr:printedName "Law No. 12 of March 3"', "instrument-number", ["1-2-law-12"]),
        ('sr:printedSymbol "12 of"', "instrument-number", ["1-2-law-12"]),
    ],
)
def test_the_account_that_comes_first_is_kept(tiny, tiny_text, fragment, account, carriers):
    change(tiny, 'sr:printedNumber "No. 12" ;', f'sr:printedNumber "No. 12" ;\n    {fragment} ;')
    assert accounts(tiny, tiny_text)[13] == ("12", account, carriers)


def test_a_figure_comes_before_a_printed_fragment_and_both_are_carriers(tiny, tiny_text):
    change(
        tiny,
        "sr:isStatedIn passage:1.2 ;\n    sr:printedDate",
        "sr:isStatedIn\n        passage:1.1 ,\n        passage:1.2 ;\n    sr:printedDate",
    )
    change(
        tiny,
        'sr:quote "Law No. 12"',
        'sr:printedIdentifier "four schools" ;\n    sr:quote\n        "Law No. 12" ,\n        "1,448 schools"',
    )
    assert accounts(tiny, tiny_text)[8] == ("four", "figure", ["1-new-schools", "1-2-law-12"])


def test_half_a_numeral_is_not_accounted_for(tiny, tiny_text):
    change(tiny, 'sr:asPrinted "51.4%"', 'sr:asPrinted "1.4"')
    assert accounts(tiny, tiny_text)[9] == ("51.4", "", [])


def test_a_numeral_without_account_says_where_it_stands_and_what_it_may_be(tiny, tiny_text):
    change(tiny, '    sr:printedDate "March 3, 2019" ;\n', "")
    change(tiny, '    sr:printedNumber "No. 12" ;\n', "")
    missing = generated(ledger.generate, tiny, tiny_text).problems
    assert [(type(p), p.where, p.what) for p in missing] == [
        (NumeralUnaccounted, "passage 1.2, 291-293", "“12” has no account."),
        (NumeralUnaccounted, "passage 1.2, 303-304", "“3” has no account."),
        (NumeralUnaccounted, "passage 1.2, 306-310", "“2019” has no account."),
    ]
    assert "year" in missing[2].hint and "sr:printedNumber" in missing[0].hint


def test_a_ledger_written_by_hand_differs(tiny, tiny_text):
    change(tiny, "account:date", "account:period", "ledger.ttl")
    (problem,) = generated(ledger.generate, tiny, tiny_text).check()
    assert isinstance(problem, GeneratedDiffers)
    assert (
        generated(ledger.generate, tiny, tiny_text).write() == () == generated(ledger.generate, tiny, tiny_text).check()
    )


def test_the_accounts_are_those_of_the_scheme(project):
    concepts = {
        t.subject.value.rpartition("/")[2]
        for t in turtle.read(project.ontology / "schemes.ttl")
        if t.subject.value.startswith(ID + "account/")
    }
    assert concepts == {*evidence.ACCOUNTS, "list-number", "conversion-mark"}


def test_the_printed_properties_are_those_of_the_ontology(project):
    terms = {t.subject.value for t in turtle.read(project.ontology / "statements.ttl")}
    assert {SR + name for name in evidence._PRINTED} | {SR + "printedFragment"} == {
        term for term in terms if term.startswith(SR + "printed")
    }


def test_every_numeral_of_the_report_has_an_account(project, report_text):
    assert [str(problem) for problem in generated(ledger.generate, project, report_text).check()] == []


def test_the_ledger_of_the_report_has_every_numeral_once(project, report_text):
    (file,) = project.graphs.glob("reports/kaz-cerd-8-10-addendum/ledger.ttl")
    kept = Counter(t.object.value for t in turtle.read(file) if t.predicate.value == SR + "token")
    assert kept == Counter(numeral.token for numeral in report_text.numerals)
