"""The report's text: its passages, the places of fragments, and its numerals."""

import csv

import pytest
from loops import some
from skipping import skip_with_reason

from statereport.errors import FileUnreadable, FragmentAbsent, FragmentAmbiguous, TextDiffers
from statereport.source import text as reading
from statereport.source.text import Span, Text, find, numerals, occurrences, printed_in, segments


def tokens(words: str) -> list[str]:
    return [numeral.token for numeral in numerals(words)]


# --- passages --------------------------------------------------------------------------------------------------------

INVENTED = (
    " \n"
    "\t\u00a0 A first paragraph. \u00a0\t\n"
    "\n"
    "Schools (Article 5)\n"
    "[bookmark: z1] [bookmark: VP2]\t\n"
    "1. Numbers of schools\n"
    "[bookmark: z3]\tA paragraph with a mark.\n"
    "1) an item;\n"
    "- an item (Article 4).\n"
    "1.5 million people are no heading.\n"
    "Courts and\u00a0judges \n"
    "(articles 2 and 5)\t\n"
    "12.Remedies\n"
    "Last"
)


def test_a_text_falls_into_parts_themes_and_passages():
    found = [(s.kind, s.number, s.under, INVENTED[s.start : s.end]) for s in segments(INVENTED)]
    assert found == [
        ("passage", "0.1", "", "A first paragraph."),
        ("part", "1", "", "Schools (Article 5)"),
        ("theme", "1", "1", "1. Numbers of schools"),
        ("passage", "1.1", "1", "[bookmark: z3]\tA paragraph with a mark."),
        ("passage", "1.2", "1", "1) an item;"),
        ("passage", "1.3", "1", "- an item (Article 4)."),
        ("passage", "1.4", "1", "1.5 million people are no heading."),
        ("part", "2", "", "Courts and\u00a0judges \n(articles 2 and 5)"),
        ("theme", "12", "2", "12.Remedies"),
        ("passage", "12.1", "12", "Last"),
    ]


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["CRLF", "CR"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["no mark", "a byte order mark"])
def test_units_and_numerals_are_the_same_whatever_the_line_ends_and_mark(end, mark):
    content = mark + INVENTED.replace("\n", end)
    units = [(s.kind, s.number, s.under, content[s.start : s.end].replace(end, "\n")) for s in segments(content)]
    assert units == [(s.kind, s.number, s.under, INVENTED[s.start : s.end]) for s in segments(INVENTED)]
    here, there = numerals(content), numerals(INVENTED)
    assert [(n.token, n.account) for n in here] == [(n.token, n.account) for n in there]
    assert [content[n.start : n.end] for n in here] == tokens(content)


def test_any_text_falls_into_units_and_numerals():
    for content in some(
        ["", "\0", "\ufeff", "\r\r\n", "9" * 10_000, "one " * 10_000, "(Article 1" * 1000, "[bookmark: " * 1000]
    ):
        units = segments(content)
        assert all(0 <= s.start < s.end <= len(content) for s in units) and len(numerals(content)) < 10_001


def test_offsets_count_code_points_and_not_bytes():
    (passage,) = segments("№ 𝄞 ё")
    assert (passage.start, passage.end) == (0, 5)


def test_a_text_knows_the_digest_of_its_file_and_of_each_passage(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes("é\r\nb".encode())
    text = reading.load(file)
    assert text.content == "é\r\nb", "line ends stay as they are"
    assert text.length == 4
    assert text.digest == reading.digest("é\r\nb") != text.digest_of(Span(0, 1)) == reading.digest("é")


def test_a_text_that_is_not_utf_8_is_not_the_one_encoded(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"caf\xe9")
    with pytest.raises(TextDiffers, match="byte 3"):
        reading.load(tmp_path / "a.txt")


def test_a_text_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "link.txt").symlink_to("link.txt")
    for path in some([tmp_path, tmp_path / "link.txt"]):
        with pytest.raises(FileUnreadable):
            reading.load(path)
    (tmp_path / "a.txt").write_bytes("text".encode("utf-16"))
    with pytest.raises(TextDiffers, match="not UTF-8"):
        reading.load(tmp_path / "a.txt")


def test_the_passages_of_the_report_are_those_counted_by_hand(report_text, text_path):
    table = text_path.parent / "paragraphs.tsv"
    if not table.is_file():
        skip_with_reason("no paragraphs.tsv stands beside the report's text")
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    want = [(row["kind"].replace("paragraph", "passage"), int(row["start"]), int(row["end"])) for row in rows]
    # The second part's heading stands on two lines, which the table has as two rows.
    split = [i for i, (kind, _, _) in enumerate(want) if kind == "part" and want[i - 1][0] == "part"]
    for i in reversed(split):
        want[i - 1 : i + 1] = [("part", want[i - 1][1], want[i][2])]
    assert [(s.kind, s.start, s.end) for s in report_text.segments] == want
    numbers = [row["id"] for row in rows if row["kind"] != "part"]
    assert [s.number for s in report_text.segments if s.kind != "part"] == numbers
    assert [sum(s.kind == kind for s in report_text.segments) for kind in ("part", "theme", "passage")] == [4, 18, 318]


# --- fragments -------------------------------------------------------------------------------------------------------


def test_a_fragment_is_found_where_it_stands_once():
    assert find("one school and a school", "a school", Span(0, 23)) == Span(15, 23)
    assert find("a school / a school", "a school", Span(5, 19)) == Span(11, 19), "only inside the scope"


def test_a_fragment_that_occurs_twice_says_how_to_lengthen_it():
    with pytest.raises(FragmentAmbiguous, match="2 times") as problem:
        find("red school and blue school", "school", Span(0, 26), "figure:x in passage 1.1")
    assert "red school" in problem.value.hint and problem.value.where == "figure:x in passage 1.1"


def test_overlapping_places_are_two_places():
    assert occurrences("aaa", "aa", Span(0, 3)) == [Span(0, 2), Span(1, 3)]
    assert occurrences("aaa", "", Span(0, 3)) == []


@pytest.mark.parametrize(
    ("words", "fragment", "cure"),
    [
        ("in\u00a02014 there were", "in 2014", "U+00A0"),
        ("the Commissioner’s office", "Commissioner's", "U+2019"),
        ("1,448 schools – 3 new", "schools - 3", "U+2013"),
        ("there were 1,448 schools", "there were 1,449 schools", "nearest words"),
        ("there were schools", "Qz", "correct sr:isStatedIn"),
        ("there were schools", "", "copy it from the passage"),
    ],
)
def test_a_fragment_that_is_absent_says_what_is_near(words, fragment, cure):
    with pytest.raises(FragmentAbsent) as problem:
        find(words, fragment, Span(0, len(words)))
    assert cure in problem.value.hint


@pytest.mark.parametrize(
    ("printed", "words", "places"),
    [
        ("1", "1,448 admitted, 21 by decree", 0),
        ("448", "1,448 admitted", 0),
        ("4", "51.4%", 0),
        ("51", "51.4%", 0),
        ("51.4", "(51.4%)", 1),
        ("51.4%", "(51.4%)", 1),
        ("7", "7, 8 and 7.", 2),
        ("2014", "in 2014, 23,011 persons", 1),
        ("four", "fourteen", 0),
        ("four", "only four civil suits", 1),
        ("no", "not known", 0),
        ("1 million 139 thousand", "about 1 million 139 thousand foreigners", 1),
        ("(17)", "seventeen (17) days", 1),
        ("", "anything", 0),
    ],
)
def test_a_printed_number_is_found_as_a_whole(printed, words, places):
    assert len(printed_in(words, printed, Span(0, len(words)))) == places


# --- numerals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        # digits
        ("3,797 (51.4%) schools with 1,394,192 pupils", ["3,797", "51.4", "1,394,192"]),
        ("schools: 7391, of which 12", ["7391", "12"]),
        ("in 2014, 23,011 persons", ["2014", "23,011"]),
        ("a full stop ends 10. Not 10.2", ["10", "10.2"]),
        ("February 7 and 8, 2020", ["7", "8", "2020"]),
        ("16 16", ["16", "16"]),
        # what ends a run of digits
        ("2020-2021", ["2020", "2021"]),
        ("Article 434-1(1) (2)", ["434", "1", "1", "2"]),
        ("No. 114-IV and №76", ["114", "76"]),
        ("CERD/C/GC/32, SI-13, COVID-19, DSM-121/2020", ["32", "13", "19", "121", "2020"]),
        ("the 1st quarter", ["1"]),
        # number words
        ("four civil suits", ["four"]),
        ("Seventy percent", ["Seventy"]),
        ("under twenty nine, twenty-nine", ["twenty nine", "twenty-nine"]),
        ("fifty to one hundred people", ["fifty", "one hundred"]),
        ("from one hundred and one to two hundred and fifty people", ["one hundred and one", "two hundred and fifty"]),
        ("over two hundred and fifty-one people", ["two hundred and fifty-one"]),
        ("two thousand to seven thousand indices", ["two thousand", "seven thousand"]),
        ("seventeen (17) business days", ["seventeen", "17"]),
        ("two\u00a0hundred", ["two\u00a0hundred"]),
        ("a two-year plan", ["two"]),
        # a number with its scale is one
        ("19 million 126 thousand people", ["19 million 126 thousand"]),
        ("about 1 million 139 thousand foreigners", ["1 million 139 thousand"]),
        ("3.3 million people in 7391 schools", ["3.3 million", "7391"]),
        ("56 thousand grants", ["56 thousand"]),
        (
            "three million four hundred and five thousand and six",
            ["three million four hundred and five thousand and six"],
        ),
        # "one" counts as a number, and not as a pronoun or determiner
        ("The court acquitted one (man) of 51", ["one", "51"]),
        ("in part one, in the first paragraph", ["one"]),
        ("one of 51 convicts", ["one", "51"]),
        ("One of the novelties; one of its grounds; one of these", []),
        ("no one may; every one; the one; another one; this one", []),
        # what does not count
        ("the eighth to tenth reports, the first, a third, twice, half, both", []),
        ("thousands of people, hundreds, millions", []),
        ("disability group I or II, Law VI", []),
        ("someone, often, attend, weight, height, Seventh, tenant, onethird", []),
    ],
)
def test_what_counts_as_a_numeral(words, found):
    assert tokens(words) == found


def test_list_numbers_and_conversion_marks_are_known_by_their_form():
    words = "[bookmark: z62][bookmark: SUB7]\t1) in 5 days\n\t12. Theme with 3)\n3.4 million\n 2)\tb"
    assert [(n.token, n.account) for n in numerals(words)] == [
        ("62", "conversion-mark"),
        ("7", "conversion-mark"),
        ("1", "list-number"),
        ("5", ""),
        ("12", "list-number"),
        ("3", ""),
        ("3.4 million", ""),
        ("2", "list-number"),
    ]


def test_a_numeral_stands_where_its_token_stands():
    words = "In 2020, twenty nine of 1,448."
    assert [words[n.start : n.end] for n in numerals(words)] == tokens(words)


def test_every_digit_of_the_report_is_in_a_numeral(report_text):
    covered = {place for numeral in report_text.numerals for place in range(numeral.start, numeral.end)}
    assert [i for i, c in enumerate(report_text.content) if c.isdecimal() and i not in covered] == []


def test_the_number_words_of_the_report_are_those_read_by_hand(report_text):
    words = [n.token for n in report_text.numerals if not n.token.isascii() or any(c.isalpha() for c in n.token)]
    assert words == [
        "19 million 126 thousand",
        "fifty",
        "one hundred",
        "two",
        "one hundred and one",
        "two hundred and fifty",
        "three",
        "two hundred and fifty-one",
        "four",
        "Seventy",
        "four",
        "three",
        "56 thousand",
        "three",
        "twenty nine",
        "twenty nine",
        "thirty",
        "three",
        "five",
        "four",
        "1 million",
        "one",
        "two thousand",
        "seven thousand",
        "two",
        "seven",
        "one",
        "3.3 million",
        "1 million 139 thousand",
        "two",
        "two",
        "ten",
        "five",
        "seventeen",
        "seven",
        "fifteen",
        "thirty",
        "two",
    ]


def test_a_text_counts_its_numerals_once():
    text = Text("1 and 2", "")
    assert text.numerals is text.numerals
    assert text.at(text.numerals[1]) == "2"
