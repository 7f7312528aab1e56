"""Candidates: what each rule of the grammar finds in invented sentences, and how short forms are resolved."""

from __future__ import annotations

import pytest

from statereport.draft.candidates import Candidate, Passage, candidates, counts, value_of
from statereport.draft.vocabulary import Vocabulary, vocabulary
from statereport.rdf.dataset import load

NAMES = Vocabulary({"body": {"Sea Guild": "urn:guild"}, "group": {}, "place": {"Ruri": "urn:ruri"}, "instrument": {}})


def found(*texts: str, names: Vocabulary = NAMES) -> list[Candidate]:
    """The candidates of invented paragraphs 1, 2 …"""
    content, passages = "", []
    for number, text in enumerate(texts, 1):
        passages.append(Passage(len(content), len(content) + len(text), str(number), "I"))
        content += text + "\n"
    made = candidates(content, passages, names)
    assert all(content[it.start : it.end] == it.text for it in made)
    return made


def texts(kind: str, *of: str) -> list[str]:
    return [it.text for it in found(*of) if it.kind == kind]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("It follows Law No. 14,723/23, as amended.", ["Law No. 14,723/23"]),
        ("Decree No. 1,341 of 2024; Ordinance MX No. 5/2025.", ["Decree No. 1,341 of 2024", "Ordinance MX No. 5/2025"]),
        ("Order No. 498 of June 13, 2016 applies.", ["Order No. 498 of June 13, 2016"]),
        ("The Fishing Rights Act and the Penal Code of Ruri.", ["Fishing Rights Act", "Penal Code of Ruri"]),
        ("In 2001 it joined the Convention on the Rights of Sailors.", ["Convention on the Rights of Sailors"]),
        ("The National Policy for Boats (Ordinance No. 4).", ["National Policy for Boats", "Ordinance No. 4"]),
        ("See document A/HRC/28/15 and Bill 191/2020.", ["A/HRC/28/15", "Bill 191/2020"]),
        ("The Court decided ADPX 635 in May.", ["ADPX 635"]),
        ("La Loi n° 2003-12 du 3 mai 2003 et la Ley núm. 20.609.", ["Loi n° 2003-12 du 3 mai 2003", "Ley núm. 20.609"]),
        ("COVID-19 and 12 Boats came in January.", []),
    ],
)  # fmt: skip
def test_instruments_are_found_in_the_styles_of_several_states(text, want):
    assert texts("instrument", text) == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("Article 107 (2) (6) of the Penal Code", ["Article 107 (2) (6)"]),
        ("articles 1 (4) and 2 (2) of the Convention", ["articles 1 (4) and 2 (2)"]),
        ("Article 3, §§ 2 and 3, and Art. 4, VI and VII", ["Article 3, §§ 2 and 3", "Art. 4, VI and VII"]),
        ("part 2 of article 174 and Art. 8, items I to XVI", ["part 2 of article 174", "Art. 8, items I to XVI"]),
        ("a part of the town, and section of it", []),
        ("l’article 5 et el artículo 7", ["article 5", "artículo 7"]),
    ],
)
def test_provisions_are_found(text, want):
    assert texts("provision", text) == want


def test_short_forms_and_provisions_are_resolved_by_what_was_named_before():
    made = found(
        "The Fishing Rights Act (FRA) of 2001 came first. Then came Decree No. 5 of 2002.",
        "The said Act and the decree differ; Article 3 of the Act too. FRA is old.",
    )
    short = [(it.text, it.refers) for it in made if it.kind == "short-form"]
    assert ("The said Act", "Fishing Rights Act") in short and ("the decree", "Decree No. 5 of 2002") in short
    assert ("FRA", "Fishing Rights Act") in short
    assert [(it.text, it.refers) for it in made if it.kind == "provision"] == [("Article 3", "Fishing Rights Act")]


def test_a_bare_article_belongs_to_the_act_of_its_sentence_or_of_the_article_before():
    made = found(
        "Decree No. 5 of 2002 changed Act No. 4 and set in its Article 2 a rule. Article 3 names the Boat Project. "
        "Article 6 too.",
    )
    provisions = [(it.text, it.refers) for it in made if it.kind == "provision"]
    assert provisions == [(f"Article {n}", "Decree No. 5 of 2002") for n in (2, 3, 6)]


def test_a_body_named_by_its_head_noun_alone_is_the_one_named_before():
    made = found("The Ministry of Sea Trade (MST) met.", "The Ministry and MST agreed.")
    assert [(it.text, it.refers) for it in made if it.kind == "body"] == [
        ("Ministry of Sea Trade", ""),
        ("MST", "Ministry of Sea Trade"),
        ("Ministry", "Ministry of Sea Trade"),
        ("MST", "Ministry of Sea Trade"),
    ]


def test_names_in_small_letters_are_found_in_french_and_spanish():
    made = found(
        "La loi no 2017-86 du 27 janvier 2017, le Code pénal et le Plan national de lutte contre le racisme.",
        "Le Ministère de l’intérieur, el Ministerio de salud y la Asamblea Nacional.",
    )
    assert [it.text for it in made if it.kind == "instrument"] == [
        "loi no 2017-86 du 27 janvier 2017",
        "Code pénal",
        "Plan national de lutte contre le racisme",
    ]
    assert [it.text for it in made if it.kind == "body"][:2] == ["Ministère de l’intérieur", "Ministerio de salud"]


def test_what_was_named_by_nobody_is_no_short_form():
    assert texts("short-form", "All are equal before the law.") == []


def test_bodies_are_found_by_head_noun_acronym_and_the_graph():
    made = found(
        "The Ministry of Sea Trade (MST), the Sea Guild and the Federal Court in Ruri met.",
        "MST and local executive bodies agreed with the Minister of Health and the Board’s head.",
    )
    assert [it.text for it in made if it.kind == "body"] == [
        "Ministry of Sea Trade", "MST", "Sea Guild", "Federal Court", "MST", "local executive bodies",
        "Minister of Health", "Board",
    ]  # fmt: skip
    assert [it.value for it in made if it.text == "Sea Guild"] == ["urn:guild"]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("on 20 June 2019 and in 2017", [("on 20 June 2019", "date"), ("in 2017", "period")]),
        ("from 2015 to 2020, since March 2020", [("from 2015 to 2020", "period"), ("since March 2020", "date")]),
        (
            "March 19, 2010; 2020-2021 academic year",
            [("March 19, 2010", "date"), ("2020-2021 academic year", "period")],
        ),
        ("on 15 and 16 March 2016", [("on 15 and 16 March 2016", "date")]),
        ("le 3 mai 2003, en 2004", [("3 mai 2003", "date"), ("en 2004", "period")]),
        ("2,019 boats and 2019 boats", [("2019", "period")]),
    ],
)
def test_dates_and_periods_are_found(text, want):
    assert [(it.text, it.value) for it in found(text) if it.kind == "time"] == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("more than 3.3 million people in 2020", ("3300000", "more-than", "people", "in 2020")),
        ("exceeding R$166 million", ("166000000", "more-than", "R$", "")),
        ("a fall of up to 60% in 2021", ("60", "up-to", "%", "in 2021")),
        ("at least twenty nine boats", ("29", "at-least", "boats", "")),
        ("about 5,000 of them", ("5000", "about", "", "")),
        ("four or more boats", ("4", "at-least", "", "")),
        ("organized around four pillars", ("4", "exact", "pillars", "")),
        ("There were no complaints of it in 2019.", ("0", "exact", "", "in 2019")),
    ],
)
def test_figures_have_value_bound_unit_and_period(text, want):
    (figure,) = [it for it in found(text) if it.kind == "figure"]
    assert (figure.value, figure.bound, figure.unit, figure.period) == want


def test_each_figure_of_a_series_has_its_own_period():
    made = found("There were 6 boats in 2014; 2 boats in 2015, 15 boats in 2016.", "Of these 3 were sunk.")
    figures = [(it.value, it.period) for it in made if it.kind == "figure"]
    assert figures == [("6", "in 2014"), ("2", "in 2015"), ("15", "in 2016"), ("3", "in 2016")]


def test_every_numeral_has_an_account():
    made = found(
        "1. Law No. 5 of 3 May 2001, Article 7 (2), says in A/HRC/28/15 that 12 boats shall pay within 30 days; "
        "recommendation 43, https://a.example/9, the 17th Fair and ADPX 635."
    )
    assert [(it.text, it.value) for it in made if it.kind == "numeral"] == [
        ("1", "list-number"), ("5", "instrument-number"), ("3", "date"), ("2001", "date"), ("7", "provision"),
        ("2", "provision"), ("28", "document-symbol"), ("15", "document-symbol"), ("12", "figure"),
        ("30", "legal-quantity"), ("43", "other-identifier"), ("9", "other-identifier"), ("17", "part-of-name"),
        ("635", "other-identifier"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("token", "value"),
    [("19 million 126 thousand", "19126000"), ("two hundred and fifty-one", "251"), ("51.4", "51.4"), ("seven", "7")],
)
def test_values_of_numbers_in_digits_and_words(token, value):
    assert value_of(token) == value


def test_items_with_roman_numbers_and_goals_are_provisions():
    assert texts("provision", "In its item VI and items I to IV it follows SDGs 10 and 16; part of it stays.") == [
        "item VI",
        "items I to IV",
        "SDGs 10 and 16",
    ]


def test_a_paragraph_of_concluding_observations_is_a_provision_and_a_recommendation_by_number_is_not():
    made = found(
        "It follows the recommendations contained in paragraphs 17 (a) (health) and 19 (c), and recommendation 43."
    )
    accounts = [(it.text, it.value) for it in made if it.kind == "numeral"]
    assert accounts == [("17", "provision"), ("19", "provision"), ("43", "other-identifier")]


def test_groups_places_and_recommendations_are_found():
    made = found("In Ruri women, refugees and persons with disabilities met under recommendations 1–5, 14 and 16.")
    assert [it.text for it in made if it.kind == "group"] == ["women", "refugees", "persons with disabilities"]
    assert [it.text for it in made if it.kind == "place"] == ["Ruri"]
    assert [it.text for it in made if it.kind == "recommendation"] == ["recommendations 1–5, 14 and 16"]
    assert counts(made)["group"] == 3


@pytest.mark.parametrize(
    "text", ["", " ", "(", "No.", "No. ", "Article", "§", "of the of the", "A" * 3000, "1" * 500, "((((", "№ 𝄞"]
)
def test_odd_text_gives_candidates_or_none_but_no_fault(text):
    assert all(it.text for it in found(text))


def test_the_vocabulary_comes_from_the_reference_graphs(project):
    graphs = load(project).graphs
    everything, withheld = vocabulary(graphs), vocabulary(graphs, ("kaz/",))
    assert everything.iri("body", "Committee on the Elimination of Racial Discrimination").endswith("/body/cerd")
    assert 0 < len(withheld.names["body"]) < len(everything.names["body"])
    assert not any("/body/kaz-" in iri for iri in withheld.names["body"].values())
