"""Anchors: where each statement stands in the text, and what is said when it does not stand there.

The small invented project is whole (tests/tiny); each case breaks one thing in a copy of it.
"""

from collections import Counter

import pytest
from loops import some
from tinyproject import change, generated, read

from statereport.errors import (
    FragmentAbsent,
    FragmentAmbiguous,
    FragmentTooLong,
    GeneratedDiffers,
    ProjectNotFound,
    TextDiffers,
)
from statereport.graph import examine
from statereport.project import TextFiles
from statereport.rdf import turtle
from statereport.rdf.dataset import load
from statereport.rdf.namespaces import SR
from statereport.source import anchors, evidence
from statereport.source.text import Text, digest

OA = "http://www.w3.org/ns/oa#"


def problems(project, text):
    return [
        (type(problem), problem.where, problem.what + " " + problem.hint)
        for problem in generated(anchors.generate, project, text).problems
    ]


def quotes(path):
    """anchor → (statement, exact, prefix, suffix, start, end), read from a file."""
    facts: dict[str, dict[str, str]] = {}
    for triple in turtle.read(path):
        facts.setdefault(triple.subject.value, {})[triple.predicate.value] = triple.object.value
    found = {}
    for iri, about in facts.items():
        if SR + "anchors" in about:
            quote, position = facts[iri + ".quote"], facts[iri + ".position"]
            found[iri] = (
                about[SR + "anchors"],
                quote[OA + "exact"],
                quote.get(OA + "prefix", ""),
                quote.get(OA + "suffix", ""),
                int(position[OA + "start"]),
                int(position[OA + "end"]),
            )
    return found


def test_the_anchors_of_the_small_project_are_those_kept(tiny, tiny_text):
    assert generated(anchors.generate, tiny, tiny_text).check() == ()
    assert turtle.fmt([tiny.root], tiny, check=True) == []


def test_an_anchor_is_the_printed_number_with_the_quote_around_it(tiny, tiny_text):
    found = {iri.rpartition("/")[2]: row[1:] for iri, row in quotes(tiny.graphs / "reports/tiny/anchors.ttl").items()}
    assert found["figure.1-schools.1-1"] == ("1,448", "there were ", " schools", 151, 156)
    assert found["quantity.1-hearing.1-3"][:3] == ("fifteen (15)", "takes ", " minutes"), "in words and in digits"
    assert found["citation.1-2-law-12.1-2"][:3] == ("Law No. 12", "", ""), "without a number, the whole quote"


def test_one_statement_has_an_anchor_for_each_unit_and_quote(tiny):
    names = [iri.rpartition("/")[2] for iri in quotes(tiny.graphs / "reports/tiny/anchors.ttl")]
    assert [name for name in names if "schools-and-courts" in name] == [
        "claim.1-schools-and-courts.part-1",
        "claim.1-schools-and-courts.theme-3",
        "claim.1-schools-and-courts.3-1",
        "claim.1-schools-and-courts.3-1.2",
    ]
    assert [name for name in names if "new-schools" in name] == ["figure.1-new-schools.1-1", "figure.1-new-schools.3-1"]


def test_anchors_are_in_the_order_of_the_text_and_point_at_their_words(tiny, tiny_text):
    rows = list(quotes(tiny.graphs / "reports/tiny/anchors.ttl").values())
    assert [row[4] for row in rows] == sorted(row[4] for row in rows)
    for _, exact, prefix, suffix, start, end in some(rows):
        assert tiny_text.content[start - len(prefix) : end + len(suffix)] == prefix + exact + suffix


@pytest.mark.parametrize(
    ("old", "new", "kind", "says"),
    [
        ('"there were 1,448 schools"', '"there were 1,449 schools"', FragmentAbsent, "nearest words"),
        ('"No school was closed"', '"No school"@en', None, ""),
        ('"takes fifteen (15) minutes"', '"f"', FragmentAmbiguous, "lengthen"),
        (
            '"1,448 schools and 1 seminary"',
            '"1,448 schools"',
            FragmentAbsent,
            "No sr:asPrinted stands as a whole number",
        ),
        ('sr:asPrinted "51.4%"', 'sr:asPrinted "51.4"', None, ""),
        ('sr:asPrinted "51.4%"', 'sr:asPrinted "4"', FragmentAbsent, "whole number"),
        ('        "Four new schools" ,\n', "", FragmentAbsent, "No quote of this statement stands here"),
        ("sr:isStatedIn passage:0.1", "sr:isStatedIn passage:9.9", FragmentAbsent, "no passage:9.9"),
        ("sr:isStatedIn passage:0.1 ;", "", FragmentAbsent, "does not say where"),
        ("        passage:3.1 ,", "        passage:3.1 ,\n        passage:3.9 ,", FragmentAbsent, "no passage:3.9"),
        ('sr:printedNumber "No. 12"', 'sr:printedNumber "No. 13"', FragmentAbsent, "No. 13"),
        ('sr:printedDate "March 3, 2019"', 'sr:printedDate "a"', FragmentAmbiguous, "occurs"),
        ('sr:quote "Law No. 12"', f'sr:quote "{"x" * 81}"', FragmentTooLong, "81 characters"),
    ],
)
def test_a_fragment_that_does_not_pin_its_statement_is_a_problem(tiny, tiny_text, old, new, kind, says):
    change(tiny, old, new)
    found = problems(tiny, tiny_text)
    if kind is None:
        assert found == []
    else:
        assert found[0][0] is kind and says in found[0][2]
        assert found[0][1].startswith("graphs/reports/tiny/01-schools.ttl:"), "file and line"


def test_a_number_that_stands_twice_in_its_quote_is_ambiguous(tiny, tiny_text):
    change(tiny, '"1,448 schools and 1 seminary"', '"schools and 1 seminary; four schools"')
    change(tiny, 'sr:asPrinted "1" ;', 'sr:asPrinted "schools" ;')
    assert problems(tiny, tiny_text)[0][0] is FragmentAmbiguous


def test_a_bad_statement_does_not_hide_the_others(tiny, tiny_text):
    change(tiny, '"there were 1,448 schools"', '"there were none"')
    made = generated(anchors.generate, tiny, tiny_text)
    assert len(made.problems) == 1
    assert "1-seminaries" in made.content and "figure.1-schools" not in made.content


def test_another_text_is_refused(tiny, tiny_text):
    words = tiny_text.content.replace("1,448", "1,449")
    with pytest.raises(TextDiffers, match="report:tiny"):
        read(tiny, Text(words, digest(words)))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('sr:startOffset "54"', 'sr:startOffset "55"', "part 1 stands at 54-93 and not at 55-93"),
        ('sr:number "1.1"', 'sr:number "1.7"', "passage 1.1 is in the text and not in the graph"),
    ],
)
def test_a_text_unit_that_is_not_that_of_the_text_is_a_problem(tiny, tiny_text, old, new, says):
    change(tiny, old, new, "report.ttl")
    assert any(kind is TextDiffers and says in what for kind, _, what in problems(tiny, tiny_text))


def test_a_unit_with_another_digest_is_a_problem(tiny, tiny_text):
    change(tiny, tiny_text.digest_of(tiny_text.segments[0]), "0" * 64, "report.ttl")
    assert ["passage 0.1 has the digest" in what for _, _, what in problems(tiny, tiny_text)] == [True]


def test_a_file_written_by_hand_or_missing_differs(tiny, tiny_text):
    file = tiny.graphs / "reports" / "tiny" / "anchors.ttl"
    change(tiny, '"151"', '"150"', "anchors.ttl")
    (problem,) = generated(anchors.generate, tiny, tiny_text).check()
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if '"150"' in text)
    assert (type(problem), problem.where) == (GeneratedDiffers, f"graphs/reports/tiny/anchors.ttl:{line}")
    file.unlink()
    assert "missing" in generated(anchors.generate, tiny, tiny_text).check()[0].what
    assert (
        generated(anchors.generate, tiny, tiny_text).write()
        == ()
        == generated(anchors.generate, tiny, tiny_text).check()
    )


def test_a_project_without_a_report_says_so(tiny, tiny_text):
    (tiny.graphs / "reports" / "tiny" / "report.ttl").unlink()
    with pytest.raises(ProjectNotFound, match=r"report\.ttl"):
        generated(anchors.generate, tiny, tiny_text).check()


def test_the_anchors_of_the_report_are_those_kept(project, report_text):
    assert [str(problem) for problem in generated(anchors.generate, project, report_text).check()] == []


def test_every_anchor_of_the_report_points_at_its_words(project, report_text):
    (file,) = project.graphs.glob("reports/kaz-cerd-8-10-addendum/anchors.ttl")
    for iri, (_, exact, prefix, suffix, start, end) in some(quotes(file).items(), 500):
        assert report_text.content[start - len(prefix) : end + len(suffix)] == prefix + exact + suffix, iri
        assert len(prefix + exact + suffix) <= 80, iri


# --- odd input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", ["abc", "-1", "1.5", "", "９", "1" * 5000], ids=lambda text: text[:9] or "nothing")
def test_an_offset_that_is_no_number_is_a_problem(tiny, tiny_text, offset):
    change(tiny, 'sr:startOffset "54"', f'sr:startOffset "{offset}"', "report.ttl")
    with pytest.raises(TextDiffers, match="number of characters before it") as problem:
        read(tiny, tiny_text)
    assert problem.value.where == "graphs/reports/tiny/report.ttl" and len(str(problem.value)) < 500


ODD = {
    "an address of another form": "<urn:x> a sr:Figure ; sr:isStatedIn passage:1.1 ; sr:quote 'schools and' .",
    "an address with odd characters": (
        "<http://e.org/é%20/b?c=d> a sr:Claim ; sr:isStatedIn passage:1.1 ; sr:quote 'and' ."
    ),
    "a fragment in a language": "figure:x a sr:Figure ; sr:isStatedIn passage:1.1 ; sr:quote 'schools and'@en--ltr .",
    "a blank node": "[] a sr:Figure ; sr:isStatedIn passage:1.1 ; sr:quote 'schools and' .",
    "a triple term": "figure:x sr:isAbout <<( figure:x sr:isAbout figure:x )>> .",
    "a unit without anything": "passage:7.7 a sr:Passage .",
    "a unit with an odd number": "<http://e.org/u> a sr:Passage ; sr:number 'a b/{c}' .",
}


@pytest.mark.parametrize("case", ODD)
def test_odd_statements_are_read_or_named(tiny, tiny_text, case):
    file = tiny.graphs / "reports/tiny/02-odd.ttl"
    head = (tiny.ontology / "prefixes.ttl").read_text() + (tiny.graphs / "reports/tiny/prefixes.ttl").read_text()
    file.write_text(head + ODD[case], encoding="utf-8")
    made = generated(anchors.generate, tiny, tiny_text)
    assert turtle.parse_turtle(made.content)
    assert all(problem.where and problem.hint for problem in made.problems)


def test_a_fragment_that_is_empty_or_very_long_is_a_problem_and_is_not_looked_for(tiny, tiny_text, monkeypatch):
    change(tiny, 'sr:quote "Law No. 12"', f'sr:quote "" , "{"ab" * 500_000}"')
    looked_for = []
    monkeypatch.setattr(evidence, "occurrences", lambda content, text, unit: looked_for.append(text) or [])
    found = generated(anchors.generate, tiny, tiny_text).problems
    assert {FragmentTooLong, FragmentAbsent} <= {type(problem) for problem in found}
    assert max(map(len, looked_for)) <= evidence.LONGEST
    assert all(len(str(problem)) < 1000 for problem in found)


def test_a_build_reads_each_file_once_and_looks_for_each_fragment_once(project, text_path, monkeypatch):
    parsed, located = Counter(), Counter()
    parse, locate = turtle._parse, evidence._locate

    def counted_parse(text, name, known):
        parsed[name] += 1
        return parse(text, name, known)

    def counted_locate(read, carrier):
        located[carrier.iri] += 1
        return locate(read, carrier)

    monkeypatch.setattr(turtle, "_parse", counted_parse)
    monkeypatch.setattr(evidence, "_locate", counted_locate)
    loaded = load(project)
    examine._compare(project, loaded, TextFiles((text_path,)))
    report = [name for name in parsed if name.startswith("graphs/reports/")]
    assert len(report) > 20 and len(located) > 500
    assert set(parsed.values()) == set(located.values()) == {1}


@pytest.mark.parametrize(
    ("condition", "is_printed"), [("before the courts met", True), ("after the courts met", False)]
)
def test_a_condition_stands_in_a_passage_of_its_statement(tiny, tiny_text, condition, is_printed):
    change(
        tiny, '    sr:quote\n        "Remedies"', f'    sr:condition "{condition}" ;\n    sr:quote\n        "Remedies"'
    )
    found = generated(anchors.generate, tiny, tiny_text).problems
    assert [type(problem) for problem in found] == ([] if is_printed else [FragmentAbsent])
