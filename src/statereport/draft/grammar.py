"""The rules by which candidates are found in a text: dates, laws, provisions, bodies, groups, places, other numbers.

Each rule has a name and finds ranges; `candidates` decides between them and resolves what they refer to. The measured
precision of each rule stands in docs/encoding-a-report.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|enero|"
    "febrero|marzo|abril|mayo|"
    "junio|julio|agosto|septiembre|octubre|noviembre|diciembre|Jan\\.|Feb\\.|Aug\\.|Sept\\.|Oct\\.|Nov\\.|Dec\\."
)
_DAY = r"(?:[12][0-9]|3[01]|0?[1-9])(?:st|nd|rd|th|er)?"
_YEAR = r"(?:1[89]|20)[0-9]{2}"
_DASH = r"\s?[-–—−/]\s?"
_DMY = rf"{_DAY}(?:\s(?:and|to)\s{_DAY}|{_DASH}{_DAY})?\s(?:of\s|de\s)?(?:{_MONTHS})(?:,?\s(?:of\s|del?\s)?{_YEAR})?"
_MDY = rf"(?:{_MONTHS})\s{_DAY}(?![0-9])(?:(?:\s(?:and|to)\s|{_DASH}){_DAY}(?![0-9]))?(?:,?\s{_YEAR})?"
_MY = rf"(?:{_MONTHS}|[Ss]pring|[Ss]ummer|[Aa]utumn|[Ww]inter)(?:\s(?:of\s|del?\s)?|,\s){_YEAR}"
_DATE = rf"(?:{_DMY}|{_MDY}|{_MY})"
_EDGE = r"(?<![\w.,/$€£-])"
_AFTER = r"(?![\w%]|[.,/][0-9])"

# name → (kind of time, pattern)
TIME = {
    "from-to": (
        rf"(?i:\b(?:from|between)\s)(?:{_DATE}|{_YEAR}|{_DAY}|(?:{_MONTHS}))\s(?:to|and|until|through|"
        rf"till)\s(?:{_DATE}|{_YEAR})"
    ),
    "year-range": (
        rf"(?i:\b(?:in|during|for|over|the\speriod)\s(?:the\s)?)?{_EDGE}{_YEAR}{_DASH}(?:{_YEAR}|"
        rf"[0-9]{{2}})(?![0-9/])"
        r"(?:\s(?:academic|school|financial|fiscal)\syears?)?"
    ),
    "years": rf"{_EDGE}{_YEAR}(?:,\s{_YEAR})*,?\s(?:and|or|to)\s{_YEAR}{_AFTER}",
    "preposition-date": (
        rf"(?i:\b(?:as\sof|since|until|till|by|before|after|from|in|on|of|dated|between|up\sto|the\send\sof)"
        rf"\s(?:the\send\sof\s)?){_DATE}"
    ),
    "date": rf"{_EDGE}{_DATE}",
    "since-year": (
        rf"(?i:\b(?:as\sof|since|until|till|by|before|after|from|depuis|desde|jusqu’en|hasta|beginning\sin|"
        rf"starting(?:\sin)?|up\sto)\s(?:the\send\sof\s|the\sbeginning\sof\s)?){_YEAR}{_AFTER}"
    ),
    "in-year": (
        rf"(?i:\b(?:in|during|throughout|for|of|en|durante)\s(?:the\s)?(?:(?:first|second|third|fourth|"
        rf"1st|2nd|3rd|4th)\s(?:half|quarter)\sof\s|(?:early|late|mid-)\s?)?){_YEAR}{_AFTER}"
    ),
    "year": rf"(?<![\w.,/$€£]){_YEAR}(?![\w%]|[.,][0-9]|/[A-Z])",
    "relative": (
        r"(?i:\b(?:last|past|previous|next|coming|recent)\s(?:[a-z]+|[0-9]+)\s(?:years|months|decades?)"
        r")\b|(?i:\bthe\s(?:reporting|specified|same|given|review)\speriod)\b"
    ),
    "month": rf"(?i:\b(?:in|of|since|from|until|by)\s)(?:{_MONTHS})\b",
}  # fmt: skip
_PERIODS = frozenset(("from-to", "year-range", "years", "since-year", "in-year", "year", "month", "relative"))

# --- names -----------------------------------------------------------------------------------------------------------

_CAP = r"(?:(?!Nos?\b)[A-ZÀ-ÖØ-ÞĀ-Ž][\w’'&-]*(?:/[A-Z][\w’'-]*)*|[12][0-9]{3}(?:[-–−][12][0-9]{3})?(?![\w/]))"
_LINK = (
    r"(?:of|the|on|and|for|in|to|against|with|from|by|between|under|at|within|into|de|da|do|"
    r"dos|das|e|para|all|its|their|or|a|an|du|des|la|le|les|el|los|las|y|et|en|sur|pour|contre|"
    r"à|por|contra|sobre|al|aux|del|relative\sà|relatif\sà|relativa\sa)"
)
_RUN = rf"{_CAP}(?:(?:,?\s)(?:{_LINK}\s){{0,3}}{_CAP})*"
RUN = re.compile(rf"(?<![\w’'/]){_RUN}")

ACTS = (
    "Laws?|Acts?|Codes?|Constitution|Decrees?|Ordinances?|Orders?|Resolutions?|Decisions?|Regulations?|"
    "Rules|Directives?|"
    "Conventions?|Covenants?|Protocols?|Treat(?:y|ies)|Charter|Agreements?|Memorand(?:um|a)|Declarations?|Principles|"
    "Plans?|Program(?:me)?s?|Strateg(?:y|ies)|Polic(?:y|ies)|Concept|Road\\s?[Mm]ap|Guidelines|"
    "Recommendations?|Standards?|Instructions?|Bills?|Agenda|Projects?|Statement|Scheme|Pact|Framework|Initiative|Addendum|"
    "Lois?|Décrets?|Ordonnances?|Arrêtés?|Stratégie|Pacte|Protocole|Charte|Politique|Code|Ley(?:es)?|Decretos?|"
    "Constitución|Códigos?|Convenios?|Convenci(?:ón|ones)|Pacto|Protocolos?|Políticas?|Programas?|"
    "Estrategias?|Reglamentos?|"
    "Gazette|Review|Address|Report|Reports|Judgments?|Ruling|Observations"
)
_ACT = re.compile(rf"\b(?:{ACTS})\b")
_ACT_SMALL = (
    "law|act|code|decree|ordinance|order|resolution|decision|regulation|rules|directive|convention|covenant|protocol|"
    "treaty|plan|program(?:me)?|strategy|policy|bill|amendments?|report|guidelines|agreement|legislation|reform|"
    "loi|décret|ordonnance|arrêté|ley|decreto"
)
_NUM = (
    r"(?:[A-Z]{1,5}[ -]){0,3}[0-9]{1,3}(?:[.,][0-9]{3})+(?:[/-][0-9A-Z-]+)?|"
    r"[0-9]+(?:[/-][0-9A-Z]+(?:-[0-9A-Z]+)*)?(?:-[IVXLC]+)?|"
    r"(?:[A-Z]{1,5}[ -]){1,3}[0-9]+(?:/[0-9]+)*"
)
_NO = r"(?:Nos?\.?|№|[Nn][º°o]s?\.?|[Nn]úms?\.)\s?"
NUMBER = re.compile(rf"{_NO}(?:{_NUM})(?:(?:,\s(?:and\s)?|\sand\s)(?:{_NUM})(?![\w%]))*")
_OF_DATE = rf"(?:,?\s(?:of|dated|from|du|de|del)\s(?:{_DATE}|{_YEAR})|,\s(?:{_DATE})|\s\((?:{_DATE}|{_YEAR})\))"
_ACRO = r"[A-Z]{2,}(?:/[A-Z]{2,})*"
INSTRUMENT = {
    "act-number": (
        rf"\b(?:{ACTS}|{_ACT_SMALL})(?:\s{_ACRO})?\s(?:\([A-Z]{{2,4}}\)\s)?{NUMBER.pattern}(?:\sof\sthe\s(?:{_RUN})"
        rf")?(?:{_OF_DATE})?(?:\s(?:on|concerning)\s(?:the\s)?{_RUN})?"
    ),
    "act-issuer-number": (
        rf"\b(?:{ACTS})\s(?:of|by)\s(?:the\s)?(?:{_RUN})(?:\s\([^()]{{1,60}}\))?,?\s{NUMBER.pattern}(?:{_OF_DATE})?"
    ),
    "act-date": rf"\b(?:{_CAP}\s)?(?:{ACTS})\s(?:of|dated)\s(?:{_DATE})",
    "dated-number": rf"\bdated\s{_DATE},?\s{NUMBER.pattern}",
    "report-of": rf"\breports?\s(?:of|by)\s(?:the\s)?(?=[A-Z])(?:{_RUN})(?:{_OF_DATE})?",
    "bill-number": r"\b(?:Bill|Law|Decree|Act)\s[0-9][0-9.,]*/[0-9]{2,4}",
    "resolution-number": rf"\b(?:{_RUN}\s)?resolutions?\s[0-9]+/[0-9]+(?:\s[A-Z]+)?",
    "general-recommendation": r"(?i:\bgeneral\s(?:recommendation|comment)s?\s)No\.\s?[0-9]+(?:\s\([0-9]{4}\))?",
    "case": r"\b(?!COVID|SDG|ICD|ISO|UTC|GMT|USD|EUR|BRL|SDGs)[A-Z]{3,6}\s(?:No\.\s)?[0-9]{1,5}(?![\w%,.]*[0-9])",
    "concluding-observations": r"\b(?:[Cc]oncluding\s[Oo]bservations)\b",
    "periodic-reports": (
        r"(?i:\b(?:(?:combined|initial|previous|next|national|third|second|fourth|fifth)\s)*(?:[a-z-]+(?:st|"
        r"nd|rd|th)|[0-9]+(?:st|nd|rd|th))\s(?:to|and)\s(?:[a-z-]+(?:st|nd|rd|th)|[0-9]+(?:st|nd|"
        r"rd|th))\speriodic\sreports?)"
    ),
}  # fmt: skip
SYMBOL = re.compile(
    r"(?<![\w/])[A-Z]{1,6}(?:/[A-Z0-9][A-Z0-9.–-]*){2,}(?:-[0-9]+)*\*?|(?<![\w/])(?:A|E|S)/[A-Z0-9]+/[A-Z0-9/]+"
)

_ROMAN = r"[IVXLC]+\b"
_UNIT_NO = (
    rf"(?:(?:one|two|three|four|five)\b|[0-9]+(?:[-–.][0-9]+)*(?:bis|ter|[a-zA-Z])?(?![\w%]|,[0-9]{{3}})"
    rf"|{_ROMAN})(?:\s?\([0-9a-z]{{1,4}}\))*"
)
_REMARKED = rf"{_UNIT_NO}(?:\s\([^()]{{5,120}}\))?"
_LIST = rf"{_UNIT_NO}(?:(?:\s?[–-]\s?|\sto\s|,\s(?:and\s)?|\sand\s|\sor\s|;\s){_UNIT_NO})*"
_LEVEL = (
    r"(?:[Aa]rticles?|[Aa]rtículos?|[Pp]aragraphes?|[Pp]árrafos?|[Aa]linéas?|[Ii]ncisos?|[Aa]rts?\.|"
    r"[Pp]aragraphs?|[Pp]aras?\.|[Pp]arts?|[Pp]oints?|[Ss]ub-?paragraphs?|[Cc]lauses?|[Ii]tems?|"
    r"[Ss]ections?|[Cc]hapters?|[Rr]ules?|[Aa]nnex|§{1,2}|[Ss]ubsections?|[Nn]otes?|[Pp]rinciples?|SDGs?)"
)
_STEP = rf"(?:{_LEVEL}\s?{_LIST})"
PROVISION = {
    "inner-first": rf"\b{_STEP}(?:,?\s(?:of|to|in)\s(?:the\s)?{_STEP})+",
    "outer-first": rf"(?:\b|(?=§)){_STEP}(?:,\s{_STEP})+",
    "provision": rf"(?:\b|(?=§)){_STEP}",
}
_NO_PROVISION = re.compile(
    r"(?i)^(?:(?:parts?|points?|sections?|notes?|rules?|principles?|annex)\s(?:of|i|[ivxlc]+)|items?\s(?:of|i))$"
)
RECOMMENDATION = re.compile(
    rf"\b[Rr]ecommendations?\s(?!No\.){_LIST}(?![0-9])|\b(?:recommendations?|observations?)\s(?:contained\s)?in\s[Pp]aragraphs?\s{_REMARKED}(?:(?:,\s(?:and\s)?|"
    rf"\sand\s|;\s(?:and\s)?|\sto\s|[–-])(?:{_REMARKED}|\([a-z]\)))*"
)
SHORT = re.compile(
    rf"\b(?:(?:[Tt]he|[Tt]his|[Tt]hese|[Tt]hat|[Ii]ts?)\s(?:said\s|same\s|new\s|above(?:-mentioned)?\s|"
    rf"aforementioned\s|adopted\s|previous\s|model\s|Model\s|two\s|systemic\s|latter\s|"
    rf"present\s|amended\s|revised\s|National\s)?(?:{ACTS}|(?:{_ACT_SMALL})s?|[Aa]rticle|document)"
    rf")\b(?!\s(?:of|No|on|for|[A-Z]))"
)

BODY_HEADS = (
    "Minist(?:ère|erio)s?|Comité|Conseil|Commission|Cour|Tribunal|Agence|Institut|Instituto|"
    "Assemblée|Asamblea|Gouvernement|Gobierno|"
    "Comisión|Consejo|Corte|Defensoría|Dirección|Direction|Secretaría|Secrétariat|Fiscalía|Médiateur|Procuraduría|"
    "Ministr(?:y|ies)|Minister|Committees?|Councils?|Commissions?|Courts?|Agenc(?:y|ies)|Offices?|"
    "Departments?|Institutes?|Cent(?:er|re)s?|"
    "Assembly|Parliament|Government|Bureau|Ombudsman|Ombudsperson|Ombudsmen|Commissioner|Prosecutors?|"
    "Directorates?|Secretariat|Secretary|"
    "University|Universities|Academy|Foundation|Federation|Association|Union|Service|Police|"
    "Board|Senate|Mazhilis|Majilis|President|"
    "Working\\sGroup|Inspectorate|Authorit(?:y|ies)|Administration|Organi[sz]ations?|Bank|Company|"
    "Corporation|Society|Forum|"
    "Congress|Chamber|Cabinet|Tribunal|Guard|Fund|Nations|Clinic|Hospital|Network|Advocate|"
    "Rapporteur|Delegation|Conference|"
    "Mechanism|Division|Unit|Branch|Secretariats|Subcommittee|State\\sparty|General\\sCoordination|"
    "Municipality|Akimat|Houses?"
)  # fmt: skip
_BODY = re.compile(rf"\b(?:{BODY_HEADS})\b")
ACRONYM = re.compile(r"(?<![\w/])[A-Z][A-Za-z]*[A-Z]{1,}[A-Za-z]*(?:/[A-Z]{2,})*(?:-[A-Z0-9]+)?(?![\w/])")
# Bodies of all States, by the letters by which reports name them without introducing them.
INTERNATIONAL = re.compile(
    r"(?:UNDP|UNHCR|UNICEF|UNESCO|UNFPA|UNODC|UNAIDS|UNEP|UNCTAD|UNHRC|OHCHR|ILO|WHO|IOM|FAO|WFP|IMF|IDB|OSCE|ODIHR|OAS|"
    r"IACHR|ECOWAS|ASEAN|CIS|ECHR|ECtHR|GRETA|ECRI|FRA|ICRC|OECD|INTERPOL|Interpol|Eurostat|Europol|Frontex|ECLAC|CEPAL|PAHO)"
)
_DEFINED = re.compile(
    rf"(?P<name>{_RUN})\s\((?:hereinafter(?:\sreferred\sto\sas)?\s?[–-]?\s?)?(?:the\s)?[“\"]?(?P<short>[^()"
    rf"“”\"]{{2,60}}?)[”\"]?\)"
)

GROUP = re.compile(
    r"\b(?i:(?:(?:young|older|elderly|disabled|poor|rural|vulnerable|ethnic|national|religious|"
    r"linguistic|foreign|migrant|domestic|indigenous|"
    r"stateless|displaced|retired|homeless|pregnant|single|unemployed|female|black|afro-?\w+|"
    r"quilombola|roma|same-sex|lgbt\w*\+?|minority|labour|"
    r"seasonal|self-employed|internally\sdisplaced|traditional|trafficked|detained|convicted)"
    r"\s(?:and\s(?:girls|boys|indigenous)\s)?)"
    r"(?:people|persons?|peoples|women|men|children|girls|boys|youth|adults|workers|minorit(?:y|"
    r"ies)|groups?|communit(?:y|ies)|couples|families|"
    r"populations?|students|pupils|households|citizens|nationals|mothers|parents|victims|prisoners|migrants)|"
    r"(?:persons?|people|children|women|individuals|youth|students|families)\s(?:with\s(?:disabilities|"
    r"a\sdisability|special\sneeds)|deprived\sof\s(?:their\s)?liberty|of\s\w+\sdescent|"
    r"in\svulnerable\ssituations|without\s(?:citizenship|parental\scare)|belonging\sto\s[a-z]+\sminorities)|"
    r"women|children|girls|refugees|asylum[ -]seekers|migrants|minorities|foreigners|stateless|"
    r"prisoners|detainees|inmates|convicts|orphans|pensioners|"
    r"(?:the\s)?elderly|youth|students|pupils|teachers|graduates|victims|entrepreneurs|unemployed|"
    r"returnees|adolescents|pregnant\swomen|citizens)"
    r"\b"
)
PLACE = {
    "city-of": rf"\b(?:city|town|village|region|district|province|municipality|state)\sof\s(?P<place>{_CAP})",
    "region": (
        rf"\b(?P<place>{_CAP}(?:\s{_CAP})?\s(?:[Rr]egions?|[Dd]istricts?|[Oo]blast|[Pp]rovinces?|"
        rf"[Mm]unicipality|[Vv]illages?|[Cc]ity|[Cc]ounty))\b"
    ),
    "in-place": (
        rf"\b(?:in|from|throughout|within|across|outside)\s(?P<place>{_CAP}(?:\s{_CAP})?)(?:,\s(?P<wider>{_CAP})"
        rf")?"
    ),
}

URL = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w.-]+@[\w.-]+|\+[0-9][0-9\s()-]{6,}|\b[0-9]{2,4}(?:\s[0-9]{2})?(?=\s(?:hotline|"
    r"helpline))|\b[A-Z]{2}-[0-9]{1,3}\b"
)
NAMED_NUMBER = re.compile(
    r"\bCOVID-19|\bSDGs?\s[0-9]+(?:(?:,\s|\sand\s|\sto\s)[0-9]+)*|\b[A-Z]{3,}[- ][0-9]{1,2}(?![\w,.%]*[0-9])|"
    r"\b[0-9]+(?:st|nd|rd|th)\b(?:(?:\s(?:and|to)\s|,\s)[0-9,]+(?:st|nd|rd|th))*|\b[0-9][0-9,]*(?:st|"
    r"nd|rd|th)\b|\bzero\s(?:tolerance|draft)\b|"
    r"\b(?:Category|Group|Grade|Class|Level|Phase|Type|Figure|Table|Channel|Windows)\s[0-9]+\b|"
    r"\bG[0-9]{1,2}\b|[“«](?:[^”»]{0,40}\s)?[0-9]+(?:\s[^”»]{0,40})?[”»]"
)
LISTED = re.compile(r"(?:(?<=\s)|^)\((?:[0-9]{1,2})\)(?=\s)")
CURRENCY = r"(?:EUR|USD|US\$|R\$|BRL|GBP|CHF|KZT|RUB|€|\$|£)"
FIGURE_BOUNDS = {
    "more-than": (
        r"(?:more\sthan|over|exceed(?:ing|ed|s)?|above|upwards\sof|greater\sthan|in\sexcess\sof|"
        r"surpass(?:ing|ed))"
    ),
    "at-least": r"(?:at\sleast|no(?:t)?\s(?:less|fewer)\sthan|a\sminimum\sof|minimum\sof)",
    "up-to": (
        r"(?:up\sto|at\smost|no(?:t)?\s(?:more|later)\sthan|a\smaximum\sof|maximum\sof|not\sexceed(?:ing)?|"
        r"as\s(?:many|much)\sas)"
    ),
    "less-than": r"(?:less\sthan|fewer\sthan|under|below)",
    "about": (
        r"(?:about|(?<!ed )(?<!built )around|approximately|some|nearly|almost|roughly|circa|close\sto|"
        r"an\sestimated|estimated(?:\sat)?)"
    ),
}  # fmt: skip
_BOUNDS = [
    (name, re.compile(rf"(?i)\b{form}\s(?:the\s|an?\s|additional\s|of\s)?(?:{CURRENCY}\s?)?(?:\w+\s\()?$"))
    for name, form in FIGURE_BOUNDS.items()
]
LEGAL_UNIT = re.compile(
    r"(?i)^\s?(?:(?:to|or|and)\s\w+\s)?(?:\([0-9]+\)\s|\)\s)?(?:calendar\s|working\s|business\s)?(?:days?|"
    r"months?|hours?|years?|minutes|weeks?|MCI|monthly)\b"
)


@dataclass(frozen=True)
class Found:
    """A range that a rule found."""

    start: int
    end: int
    rule: str


def times(text: str) -> Iterator[tuple[Found, str]]:
    """Dates and periods with what they are (`date`, `period`); no two overlap, longer and earlier rules first."""
    taken: list[tuple[int, int]] = []
    made = []
    for rule, pattern in _TIME:
        for match in pattern.finditer(text):
            start, end = match.span()
            short = re.search(r"([0-9]{2})[-–—−/]([0-9]{2})$", match[0])
            if rule == "year-range" and short and not 0 < (int(short[2]) - int(short[1])) % 100 < 30:
                continue  # 2017-86 is a number of something
            if not any(start < b and a < end for a, b in taken):
                taken.append((start, end))
                made.append((Found(start, end, rule), "period" if rule in _PERIODS else "date"))
    yield from sorted(made, key=lambda it: it[0].start)


_TIME = [(name, re.compile(pattern)) for name, pattern in TIME.items()]
_INSTRUMENT = [(name, re.compile(pattern)) for name, pattern in INSTRUMENT.items()]
_PROVISION = [(name, re.compile(pattern)) for name, pattern in PROVISION.items()]
_PLACE = [(name, re.compile(pattern)) for name, pattern in PLACE.items()]
_STARTS = re.compile(
    r"(?:The|In|On|By|For|At|As|Since|After|Before|During|From|Under|This|These|That|It|Its|"
    r"Their|Both|Furthermore|Moreover|However|"
    r"According|Pursuant|Within|Among|Also|Additionally|Article|Articles|Paragraph|All|Any|Each|"
    r"No|An?|And|Of|To|With|Currently|Thus|"
    r"Another|Other|One|Two|Three|Measures|Ministerial|Information|Between|Through|When|While|"
    r"Where|If|Such|Our|We|They|He|She|Each|Some|"
    r"Every|Finally|Subsequently|Meanwhile|Still|Parallel|Concerning|Regarding|See|Various|Draft|"
    r"Similarly|Likewise|Le|La|Les|L’|El|Los|Las|En|Dans|Selon|Según|Conformément)(?:,\s|\s)"
)


def runs(text: str) -> Iterator[tuple[int, int]]:
    """Names: runs of capitalised words with small words between them, split where two names meet."""
    for match in RUN.finditer(text):
        start, end = match.span()
        for piece in _pieces(text[start:end]):
            a, b = start + piece[0], start + piece[1]
            while lead := _STARTS.match(text, a, b):
                a = lead.end()
                small = re.match(rf"(?:{_LINK}\s)+", text[a:b])
                a += small.end() if small else 0
            lead = re.match(r"[12][0-9]{3}(?:,\s(?:the\s)?|\sthe\s)", text[a:b])
            a += lead.end() if lead else 0
            b -= 2 if text[a:b].endswith(("’s", "'s")) else 0
            if b - a > 1:
                yield a, b


_JOINT = re.compile(
    r",\s(?:and\s)?(?:the\s)?|\sand\s(?:the\s)?|\s(?:under|in|by|with|from|through|to|at|within|"
    r"between)\sthe\s|\sor\s|,?\sas\s"
)


def _pieces(run: str) -> Iterator[tuple[int, int]]:
    """The names in a run: it is cut where both sides name something, or at "in the", "by the", "with the" …"""
    begin = 0
    for joint in _JOINT.finditer(run):
        left, right = run[begin : joint.start()], run[joint.end() :]
        head = re.split(r"\s(?:and|of)\s|,", right, maxsplit=1)[0]
        names = [bool(_ACT.search(left) or _BODY.search(left)), bool(_ACT.search(head) or _BODY.search(head))]
        cut = all(names) if joint[0].strip() not in ("under the",) else bool(_ACT.search(left))
        if joint[0].strip() in (
            "in the",
            "by the",
            "with the",
            "from the",
            "through the",
            "to the",
            "at the",
            "within the",
            "between the",
        ):
            cut = names[1] and (names[0] or len(left.split()) < 3)
        if joint[0] == ", the ":
            cut = True
        elif joint[0] == " and the ":
            cut = names[1]
        elif re.match(r"[A-Z]{2,}\b", head):
            cut = names[0]
        if cut:
            yield begin, joint.start()
            begin = joint.end()
    yield begin, len(run)


def instruments(text: str) -> Iterator[Found]:
    """Laws, treaties, plans and other documents by number, date or title; `symbol` for document symbols."""
    for rule, pattern in _INSTRUMENT:
        for match in pattern.finditer(text):
            yield Found(*match.span(), rule)
    for match in SYMBOL.finditer(text):
        yield Found(*match.span(), "symbol")
    for match in _LATIN_ACT.finditer(text):
        yield Found(*match.span(), "small-letters")
    for start, end in runs(text):
        name = text[start:end]
        act = _ACT.search(name)
        if not act or (" " not in name and name != "Constitution"):
            continue
        if re.search(r"Periodic Review$|Review Process", name):
            continue
        if re.match(rf"(?:{BODY_HEADS})\s(?:of|for|on)\s", name) and not re.match(
            r"\s(?:on|for|against|concerning)\s", name[act.end() :] if not name[: act.start()].endswith(" of ") else ""
        ):
            continue
        if (
            _BODY.match(name)
            and not _ACT.search(name[-14:])
            and not re.match(r"\s(?:on|for|against|concerning)\s", name[act.end() :])
        ):
            continue
        if re.match(r"[12][0-9]{3}\s", name):  # a year before a title is its date
            start, name = start + 5, name[5:]
            act = _ACT.search(name)
            if not act:
                continue
        first = re.match(r"\w+", name)[0]
        rule = "titled" if act.start() == 0 or re.search(r"\s(?:on|for|against|to)\s", name[act.end() :]) else "named"
        body = _BODY.search(name)
        if rule == "named" and body and body.start() > act.end() and act.start() > 0:
            end, name = start + act.end(), name[: act.end()]
        if re.fullmatch(rf"(?:{ACTS})", first) and name.count(" ") == 1 and not re.search(r"[A-Z]\w+$", name):
            continue
        if re.search(
            r"\b(?:Court|Ministry|Committee|Council|Commission|Office|Centre|Center|Group|Department)$", name
        ) and act.end() < len(name):
            continue
        yield Found(start, end, rule)
    for match in re.finditer(
        rf"\b(?:{ACTS})\s(?:on|for)\s(?:the\s)?[a-z][a-z\s]{{3,70}}?(?=[,.;(]|\sand\s|\swas|\swere|"
        rf"\sis\s|\sthat\s|\sdated)",
        text,
    ):
        yield Found(*match.span(), "titled-small")


# Titles in small letters, as French and Spanish write them.
_SMALL_TAIL = (
    r"(?:de\s|du\s|des\s|d’|del\s|para\s|pour\s|sur\s|sobre\s|contra\s|contre\s)(?:la\s|le\s|l’|los\s|las\s|el\s)?"
)
_SMALL_WORDS = (
    r"[\wà-ÿ’-]+(?:\s(?:(?:de|du|des|del|la|le|les|et|y|e|los|las|contre|contra|d’|l’)\s){0,3}[a-zà-ÿ’-]{3,}){0,6}"
)
_LATIN_ACT = re.compile(
    r"\b(?:Plan|Programme|Programa|Stratégie|Estrategia|Política|Politique|Loi|Ley|Convention|Convención|Convenio|Charte|"
    rf"Pacte|Pacto)(?:\s(?:national|nationale|nacional))?\s{_SMALL_TAIL}{_SMALL_WORDS}|"
    r"\b(?:Code\s(?:pénal|civil|électoral|du\stravail|de\sprocédure\s(?:pénale|civile)|de\sl’[a-zà-ÿ]+)|"
    r"Código\s(?:penal|civil|Penal|Civil|Procesal\sPenal|de\s[A-Za-zà-ÿ]+))"
)
_LATIN_BODY = re.compile(
    r"\b(?:Ministère|Ministerio|Direction|Dirección|Comité|Comisión|Commission|Conseil|Consejo|Cour|Corte|Tribunal|Institut|"
    rf"Instituto|Secretaría|Secrétariat|Défenseur|Defensoría|Assemblée|Asamblea|Fiscalía)\s{_SMALL_TAIL}{_SMALL_WORDS}|"
    r"\b(?:Assemblée|Asamblea)\s(?:nationale|nacional)\b|\b(?:Défenseur\sdes\sdroits)\b"
)


def provisions(text: str) -> Iterator[Found]:
    """Articles, paragraphs, parts, points of something."""
    for rule, pattern in _PROVISION:
        for match in pattern.finditer(text):
            if not _NO_PROVISION.match(match[0]) and re.search(r"[0-9]|\b[IVXLC]+\b", match[0]):
                yield Found(*match.span(), rule)


def bodies(text: str) -> Iterator[Found]:
    """Bodies and offices by their head noun, by "Name (ACRONYM)", and by acronyms that were so introduced."""
    for match in _LATIN_BODY.finditer(text):
        yield Found(*match.span(), "small-letters")
    for start, end in runs(text):
        name = text[start:end]
        head = _BODY.search(name)
        if not head:
            continue
        act = _ACT.search(name)
        if act and act.start() < head.start() and not re.match(r"(?:National|State|Federal|Supreme|Principle)", name):
            inner = re.search(rf"\b(?:of|by)\s(?:the\s)?(?={_CAP})", name[act.end() :])
            if not inner:
                continue
            start += act.end() + inner.end()
            if not _BODY.search(text[start:end]):
                continue
        elif act and act.end() == len(name) and not re.search(r"\b(?:of|for)\s", name):
            continue
        name = text[start:end]
        behind = re.search(r"\s(?:in|with|from|to|by|at|within)\s", name[_BODY.search(name).end() :])
        if behind:
            end = start + _BODY.search(name).end() + behind.start()
        yield Found(start, end, "head-noun" if " " in text[start:end] else "head-noun-alone")


COMMON = re.compile(
    r"\b(?:[Tt]he\s)?(?:(?:(?:law\senforcement|local\sexecutive|local|executive|state|public|"
    r"government(?:al)?|non-governmental|judicial|territorial|"
    r"criminal\sprosecution|national|competent|civil\ssociety|human\srights|international|higher\seducational|"
    r"general\seducational?|secondary|"
    r"educational?|penal|weekend|ethno-cultural|cultural|health|medical|police|central|regional|"
    r"municipal|district|federal|religious|private)\s){1,3}"
    r"(?:agenc(?:y|ies)|bod(?:y|ies)|authorit(?:y|ies)|institutions?|organi[sz]ations?|courts?|"
    r"schools?|cent(?:er|re)s?|services|departments|bailiffs|"
    r"departments|offices|establishments|associations))\b|"
    r"\b(?:[Tt]he\s)?(?:courts|police|schools|mass\smedia|media|NGOs|prosecutors|probation\sservices?|"
    r"working\sgroups?|government|universities|hospitals|"
    r"trade\sunions|private\sbailiffs|national\shuman\srights\sinstitutions?)\b"
)


def common(text: str) -> Iterator[Found]:
    """Bodies that are named by a common noun: the courts, local executive bodies, schools."""
    for match in COMMON.finditer(text):
        yield Found(*match.span(), "common-noun")


NONE = re.compile(
    r"(?i)\b(?:no|neither|not\s(?:registered|received|recorded)\sany|not\sa\ssingle)\s(?:[a-z-]+\s){0,3}?(?:cases?|"
    r"persons?|people|complaints?|applications?|"
    r"proceedings|crimes?|victims?|violations?|convictions?|requests?|appeals?|incidents?|deaths?|"
    r"facts|claims|ombudsman|reports\swere)\b|\bno\spersons\b"
)
COUNTRY = re.compile(
    rf"\b(?:Republic|Kingdom|Federation|Principality|Commonwealth|Sultanate|Grand\sDuchy)\sof\s(?:the\s)?({_CAP}(?:\s[A-Z]\w+)?)"
)


def definitions(text: str) -> Iterator[tuple[str, str, int, int]]:
    """(name, short form, start and end of the short form) for "Name (ABC)" and "Name (hereinafter – the Law)"."""
    for match in _DEFINED.finditer(text):
        short = re.sub(r"^(?:the|hereinafter)\s", "", match["short"].strip())
        first = short.split(" – ")[-1].strip()
        if re.fullmatch(r"[A-Z][\w/ -]{1,60}", first) and not re.search(r"[0-9]{4}|^(?:Article|Art|Articles)\b", first):
            lead = _STARTS.match(match["name"])
            yield match["name"][lead.end() if lead else 0 :], first, *match.span("short")


def places(text: str) -> Iterator[Found]:
    """Places by "city of X", "X Region", "in X"."""
    for rule, pattern in _PLACE:
        for match in pattern.finditer(text):
            name = match["place"]
            if (
                not re.match(rf"(?:{_MONTHS}|{_LEVEL}|[0-9]|The\b|[A-Z]+$)", name)
                and not _ACT.search(name)
                and not _BODY.search(name)
            ):
                yield Found(*match.span("place"), rule)


def bound_before(text: str, start: int) -> str:
    """The bound that the words before a number give it: exact, about, more-than, less-than, at-least, up-to."""
    before = text[max(0, start - 45) : start]
    return next((name for name, pattern in _BOUNDS if pattern.search(before)), "exact")


def bound_around(text: str, start: int, end: int, legal: bool) -> str:
    """The bound of a number by the words before and behind it; of a legal quantity also by "from … to" and "within"."""
    before, after = text[max(0, start - 90) : start], text[end : end + 30]
    if doubled := re.search(r"([\w-]+)\s\($", before):  # fifteen (15)
        start = start - len(doubled[0])
        before = text[max(0, start - 90) : start]
    bound = bound_before(text, start)
    if bound != "exact":
        return bound
    if re.match(r"(?:\s[a-z]+)?\sor\s(?:more|above|over|older)\b|\+", after):
        return "at-least"
    if re.match(r"(?:\s[a-z]+)?\sor\s(?:less|fewer|under|younger)\b", after):
        return "up-to"
    if re.search(r"(?i)\bunder\sthe\sage\sof\s$", before):
        return "less-than"
    if legal:
        if (
            re.match(r"\s(?:[a-z]+\s)?to\s(?:[0-9]|one|two|three|four|five|six|seven|eight|nine|ten)", after)
            and LEGAL_UNIT.search(re.sub(r"^\s(?:[a-z]+\s)?to\s[\w-]+", "", text[end : end + 60]))
        ) or re.search(r"(?i)\bfrom\s$", before):
            return "at-least"
        if re.search(
            r"(?i)\b(?:within|maximum[^.;]{0,70}\sis|permissible[^.;]{0,70}\sis|limit[^.;]{0,50}\sis)\s$", before
        ):
            return "up-to"
        if re.search(r"(?i)(?:[0-9]|one|two|three|four|five|six|hundred|thousand)\sto\s$", before):
            return "up-to"
    return "exact"
