"""Each hard case that docs/model.md names has its example in the graph, and each term is used or said to wait."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import real

from statereport.rdf.namespaces import OWL, RDF, SR

TEXT = (Path(__file__).parents[1] / "docs/model.md").read_text(encoding="utf-8")
HEADING = "## Hard cases"
# What docs/model.md says of a hard case → a question that holds where the graph has an example of it.
CASES = {
    "One fact in two passages of a report is one statement with two anchors.": """
        kaz-figure:6-civil-suits-on-discrimination sr:isStatedIn kaz-passage:6.2 , kaz-passage:7.12 .
        ?one sr:anchors kaz-figure:6-civil-suits-on-discrimination ; sr:isLocatedIn kaz-passage:6.2 .
        ?two sr:anchors kaz-figure:6-civil-suits-on-discrimination ; sr:isLocatedIn kaz-passage:7.12 .""",
    "A passage that says more of a fact than another has a statement of its own, a detail of the other.": """
        kaz-event:11-mass-riots sr:isDetailOf kaz-event:11-korday-violence .""",
    "An act and what it approves are two things.": """
        instrument:kaz-order-498-2016 sr:approves instrument:kaz-rules-on-job-quotas-for-disabled-persons .""",
    "An act that the text does not name has a name in square brackets.": """
        instrument:kaz-covid-internal-affairs-decision skos:prefLabel ?name . FILTER(STRSTARTS(?name, "["))""",
    "A class of acts that is named only as a class is a series.": """
        instrument:kaz-citizenship-decrees a sr:InstrumentSeries .
        instrument:bra-terms-of-adherence a sr:InstrumentSeries .""",
    "A date may be a year, a month, or a day and month without a year.": """
        instrument:kaz-law-on-citizenship sr:dated ?year ; sr:lastDay "1991-12-31"^^xsd:date .
        instrument:kaz-law-2019-04-commissioner sr:dated ?month ; sr:lastDay "2019-04-30"^^xsd:date .
        ?law sr:dated ?day . FILTER NOT EXISTS { ?law sr:firstDay ?none }
        FILTER(DATATYPE(?year) = xsd:gYear && DATATYPE(?month) = xsd:gYearMonth && DATATYPE(?day) = xsd:gMonthDay)""",
    "A period may be open at one end.": """
        period:from-2023-01 sr:firstDay ?from . period:until-2025-08 sr:lastDay ?until .
        FILTER NOT EXISTS { period:from-2023-01 sr:lastDay ?none }
        FILTER NOT EXISTS { period:until-2025-08 sr:firstDay ?none }""",
    "A point of a paragraph of an article is three provisions, one within the other.": """
        ?point sr:isPartOf/sr:isPartOf/sr:isPartOf ?code . ?code a sr:LegalInstrument .
        FILTER(STRENDS(STR(?point), "/provision/kaz-criminal-code.art-107.par-2.pt-6"))""",
    "Names that may or may not mean one thing are two things, with a doubt about their identity.": """
        kaz-note:3-two-commissioners a sr:IdentityDoubt ; sr:isSeenIn kaz-passage:3.10 .
        kaz-note:6-code-on-proceedings a sr:IdentityDoubt ; sr:isSeenIn kaz-passage:6.6 .""",
    "Spellings and acronyms of a name are names of one thing, each with the places where it is printed.": """
        body:kaz-mazhilis skos:altLabel "Mazhilis"@en . body:bra-ministry-of-racial-equality skos:altLabel "MIR"@en .
        ?mention sr:mentions body:bra-ministry-of-racial-equality ; sr:token "MIR" .""",
    "A body that gains a function need not take it from another that the text names.": """
        kaz-measure:16-migration-functions-transferred sr:givesFunctionTo ?body .
        FILTER NOT EXISTS { kaz-measure:16-migration-functions-transferred sr:takesFunctionFrom ?none }""",
    "An office and its body are two things.": """
        ?office a sr:Office ; sr:isOfficeOf ?body . ?body a sr:Body .""",
    "A number of several words is one value.": """
        kaz-figure:16-foreigners-with-expired-documents sr:value 1139000 ; sr:asPrinted "1 million 139 thousand" .""",
    "None is the value 0 and a denial.": """
        ?figure a sr:Denial ; sr:value 0 .""",
    "A denial without a number is marked too.": """
        ?claim a sr:Claim ; sr:hasPolarity ?polarity .""",
    "A share says what it is a share of, also where the whole has no number.": """
        kaz-figure:21-share-of-cases-sent-to-court sr:isShareOf kaz-figure:21-cases-investigated .
        bra-figure:19-share-black sr:wholeAsPrinted "of the beneficiaries that month" ;
            sr:hasShareCount bra-figure:19-black-beneficiaries .""",
    "Parts may be meant as complete, as examples, or as some of the whole.": """
        ?all sr:hasCoverage coverage:complete . ?some sr:hasCoverage coverage:partial .
        ?examples sr:hasCoverage coverage:examples .""",
    "A source that is no body is kept as printed, and a body named in it is a source too.": """
        kaz-figure:21-roma-population sr:sourceAsPrinted "the 2021 census" .
        bra-figure:38-reduction-in-force sr:sourceAsPrinted "Studies conducted by UNDP and SENASP" ;
            sr:isSuppliedBy body:bra-senasp , body:undp .""",
    "A limit that law sets is a legal quantity, and no statistic.": """
        ?quantity a sr:LegalQuantity ; sr:isSetBy ?norm . FILTER NOT EXISTS { ?quantity a sr:Figure }""",
    "An ethnic group, its language and the citizens of a State are three things; group and language are related.": """
        ethnic-group:uzbeks skos:related language:uzbek ; skos:inScheme scheme:ethnic-group .
        citizenship:uzbekistan skos:inScheme scheme:citizenship .
        FILTER NOT EXISTS { ethnic-group:uzbeks skos:related citizenship:uzbekistan }""",
    "A neutral label stands beside the word of the report.": """
        ethnic-group:roma skos:prefLabel "Roma"@en ; skos:altLabel "Gypsies"@en .""",
    "A condition narrows a norm.": """
        bra-norm:26-firearms-prohibited sr:condition "against an unarmed person in flight" .""",
    "A norm says whom it binds.": """
        bra-norm:27-binding-nature sr:binds body:bra-federal-corporations .""",
    "The grounds of discrimination that a norm lists are codes.": """
        ?norm a sr:Norm ; sr:hasGround ground:race .""",
    "Everything on health is a path over subjects, requests and figures too.": """
        ?field skos:broader* subject:health . ?figure a sr:Figure ; sr:measures/sr:hasSubject ?field .
        ?request a sr:Request ; sr:hasSubject ?other . ?other skos:broader* subject:health .""",
    "What the encoder chose is a reading, with what else could be meant.": """
        ?reading a sr:Reading ; sr:chooses ?this ; sr:leavesOpen ?that ; sr:isAboutProperty ?property .""",
    "A stated total that its parts do not give is a discrepancy with both numbers.": """
        ?note a sr:Discrepancy ; sr:isFoundBy ?shape ; sr:statedValue ?stated ; sr:computedValue ?computed .""",
    "A decision of a court that is cited as law is an instrument of the court.": """
        instrument:bra-adpf-635 a sr:LegalInstrument ; sr:isIssuedBy body:bra-supreme-court .""",
    "A request stands in the paragraph of the concluding observations, its answer in another document.": """
        ?request a sr:Request ; sr:isPartOf ?paragraph ; sr:isAnsweredIn ?passage .
        ?paragraph sr:isInDocument ?asking . ?passage sr:isInDocument ?answering .
        ?answering sr:isFollowUpTo ?asking .""",
    "Sections nest, and each passage keeps its own number.": """
        ?inner a sr:Section ; sr:isPartOf ?outer . ?outer a sr:Section ; sr:isPartOf ?report .
        ?passage sr:isPartOf ?inner ; sr:number "17" .""",
    "Figures of two States share units, and their reports one treaty.": """
        ?kaz sr:isInDocument/sr:shortName "kaz-cerd-8-10-addendum" ; sr:hasUnit ?unit .
        ?bra sr:isInDocument/sr:shortName "bra-cerd-fco-18-20" ; sr:hasUnit ?unit .
        ?one sr:isReportUnder ?treaty . ?two sr:isReportUnder ?treaty . FILTER(?one != ?two)""",
}


def head() -> str:
    used = set(re.findall(r"\b([a-z][a-z-]*):", " ".join(CASES.values())))
    return "".join(f"PREFIX {it}: <{real.PREFIXES[it]}>\n" for it in sorted(used))


def test_the_document_names_just_the_hard_cases_that_are_asked_for():
    section = TEXT.partition(HEADING)[2].partition("\n## ")[0]
    items = re.findall(r"^- (.+(?:\n  .+)*)", section, re.M)
    assert [re.sub(r"\s+", " ", item) for item in items] == list(CASES)


@pytest.mark.parametrize("case", CASES)
def test_a_hard_case_has_its_example(case):
    assert real.graph().engine.query(f"{head()}ASK {{ {CASES[case]} }}").truth is True


def test_each_term_is_used_or_the_document_says_that_it_waits():
    kinds = " ".join(f"<{OWL}{name}>" for name in ("Class", "ObjectProperty", "DatatypeProperty"))
    terms = real.graph().engine.query(
        f"SELECT DISTINCT ?term {{ VALUES ?kind {{ {kinds} }} ?term a ?kind FILTER(STRSTARTS(STR(?term), '{SR}')) "
        f"FILTER NOT EXISTS {{ ?term <{OWL}deprecated> true }} "
        f"FILTER NOT EXISTS {{ ?thing ?term ?value }} FILTER NOT EXISTS {{ ?thing <{RDF}type> ?term }} }}"
    )
    waiting = {row[0].value.removeprefix(SR) for row in terms.rows}
    assert waiting == {"BodyChange", "appliesTreaty", "changesBody", "repeals", "resultsInBody"}
    assert not [name for name in waiting if f"`sr:{name}`" not in TEXT]
