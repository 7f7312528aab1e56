"""The tables of a work-sheet: which classes and properties each has, and where what it describes is kept."""

from dataclasses import dataclass

from statereport.rdf.namespaces import SKOS, SR

DCTERMS = "http://purl.org/dc/terms/"
CREATOR = f"{DCTERMS}creator"  # who confirmed a row


@dataclass(frozen=True)
class Column:
    """A column: a property, what its cells hold, and the prefixes of the things to choose from.

    kind   `iri` (names, joined by "; "), `en` and `text` (English and unmarked text, a line each), `number`, `date`
           (ISO with its own precision) or `offset`; values of other kinds are no business of the sheet and stay
    """

    name: str
    predicate: str
    kind: str = "iri"
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table: the classes of its rows (the first is that of new ones), the prefixes of their IRIs, its columns.

    home   the file that new rows go to, once confirmed: below the report's folder, or that of the State's reference
    """

    name: str
    classes: tuple[str, ...]
    prefixes: tuple[str, ...]
    columns: tuple[Column, ...]
    home: str


def _column(name: str, local: str, kind: str = "iri", required: bool = False, *choices: str) -> Column:
    return Column(name, local if "://" in local else SR + local, kind, required, choices)


_LABEL = _column("label", f"{SKOS}prefLabel", "en", True)
_ALSO = _column("also", f"{SKOS}altLabel", "en")
_PRINTED_NAME = _column("printed_name", "nameAsPrinted", "text")
_PASSAGES = _column("passages", "isStatedIn", "iri", True, "passage")
_QUOTE = _column("quote", "quote", "text", True)
_KIND = "hasKind"
_SUBJECT = _column("subject", "hasSubject", "iri", False, "subject")
_GROUPS = _column("groups", "isFor", "iri", False, "ethnic-group", "legal-status", "social-group", "citizenship")
_CONCERNS = _column("concerns", "concerns")
_INVOLVES = _column("involves", "involves", "iri", False, "body", "office")
_CONDITION = _column("condition", "condition", "text")
_DATED = (_column("printed_date", "printedDate", "text"), _column("printed_period", "printedPeriod", "text"))
_RANGE = (
    _column("start", "startOffset", "offset", True),
    _column("end", "endOffset", "offset", True),
    _column("sha256", "digest", "text", True),
)
_NUMBER = (
    _column("printed", "asPrinted", "text", True),
    _column("value", "value", "number", True),
    _column("bound", "hasBound", "iri", True, "bound"),
    _column("unit", "hasUnit", "iri", True, "unit"),
    _column("written", "isWrittenAs", "iri", True, "writing"),
)

TABLES = (
    Table(
        "report",
        (f"{SR}Report",),
        ("report",),
        (
            _LABEL,
            _column("treaty", "isReportUnder", "iri", True, "instrument"),
            _column("State", "isSubmittedBy", "iri", True, "body"),
            _column("committee", "isSubmittedTo", "iri", True, "body"),
            _column("period", "isForPeriod", "iri", False, "period"),
            _column("sha256", "digest", "text", True),
            _column("length", "length", "offset", True),
        ),
        "report.ttl",
    ),
    Table(
        "sections",
        (f"{SR}Part", f"{SR}Theme"),
        ("part", "theme"),
        (_column("number", "number", "text", True), _LABEL, _column("part_of", "isPartOf", "iri", True), *_RANGE),
        "report.ttl",
    ),
    Table(
        "passages",
        (f"{SR}Passage",),
        ("passage",),
        (
            _column("number", "number", "text", True),
            _column("gist", "gist", "en", True),
            _column("names", "names", "iri", False, "body", "office"),
            _column("silent_because", "reasonForSilence", "en"),
            _column("part_of", "isPartOf", "iri", True),
            *_RANGE,
        ),
        "report.ttl",
    ),
    Table(
        "figures",
        (f"{SR}Figure",),
        ("figure",),
        (
            _LABEL,
            _PASSAGES,
            _QUOTE,
            *_NUMBER,
            _column("indicator", "measures", "iri", True, "indicator"),
            _column("period", "isForPeriod", "iri", True, "period"),
            _column("area", "isForArea", "iri", True, "place"),
            _column("source", "isSuppliedBy", "iri", False, "body", "office"),
            _column("part_in", "isPartIn"),
            _CONCERNS,
            *_DATED,
        ),
        "statements.ttl",
    ),
    Table(
        "legal_quantities",
        (f"{SR}LegalQuantity",),
        ("quantity",),
        (
            _LABEL,
            _PASSAGES,
            _QUOTE,
            *_NUMBER,
            _column("kind", _KIND, "iri", True, "quantity-kind"),
            _column("provision_or_measure", "isSetBy", "iri", True),
            _GROUPS,
            _CONDITION,
        ),
        "statements.ttl",
    ),
    Table(
        "citations",
        (f"{SR}Citation",),
        ("citation",),
        (
            _LABEL,
            _PASSAGES,
            _QUOTE,
            _column("cites", "cites", "iri", True, "instrument", "provision"),
            _column("form", "hasForm", "iri", True, "citation-form"),
            _column("function", "hasFunction", "iri", True, "citation-function"),
            _column("printed_provision", "printedProvision", "text"),
            _column("printed_number", "printedNumber", "text"),
            _DATED[0],
            _column("printed_part_of_name", "printedName", "text"),
        ),
        "statements.ttl",
    ),
    Table(
        "measures",
        (f"{SR}Measure",),
        ("measure",),
        (
            _LABEL,
            _PASSAGES,
            _QUOTE,
            _column("kind", _KIND, "iri", True, "measure-kind"),
            _column("status", "hasStatus", "iri", True, "measure-status"),
            _SUBJECT,
            _column("start", "startDate", "date"),
            _column("end", "endDate", "date"),
            _column("bodies", "isResponsibilityOf", "iri", False, "body", "office"),
            _INVOLVES,
            _column("instruments", "restsOn", "iri", False, "instrument", "provision"),
            _GROUPS,
            _CONCERNS,
            _CONDITION,
            *_DATED,
        ),
        "statements.ttl",
    ),
    Table(
        "norms",
        (f"{SR}Norm",),
        ("norm",),
        (
            _LABEL,
            _PASSAGES,
            _QUOTE,
            _column("provision", "isLaidDownIn", "iri", False, "provision", "instrument"),
            _SUBJECT,
            _GROUPS,
            _column("binds", "binds", "iri", False, "body", "office"),
            _column("grounds", "hasGround", "iri", False, "ground"),
            _CONCERNS,
            _CONDITION,
        ),
        "statements.ttl",
    ),
    Table(
        "claims",
        (f"{SR}Claim",),
        ("claim",),
        (
            _LABEL,
            _PASSAGES,
            _QUOTE,
            _SUBJECT,
            _CONCERNS,
            _column("grounds", "hasGround", "iri", False, "ground"),
            _column("polarity", "hasPolarity", "iri", False, "polarity"),
            _CONDITION,
        ),
        "statements.ttl",
    ),
    Table(
        "events",
        (f"{SR}Event", f"{SR}Proceeding"),
        ("event",),
        (
            _LABEL,
            _PASSAGES,
            _QUOTE,
            _column("kind", _KIND, "iri", True, "event-kind"),
            _SUBJECT,
            _column("start", "startDate", "date"),
            _column("end", "endDate", "date"),
            _column("place", "takesPlaceIn", "iri", False, "place"),
            _INVOLVES,
            _CONCERNS,
            *_DATED,
        ),
        "statements.ttl",
    ),
    Table(
        "requests",
        (f"{SR}Request",),
        ("request",),
        (
            _LABEL,
            _column("part_of", "isPartOf", "iri", True),
            _column("answered", "hasAnswer", "iri", True, "answer"),
            _column("answers", "isAnsweredIn", "iri", False, "passage"),
            _SUBJECT,
            _GROUPS,
        ),
        "report.ttl",
    ),
    Table(
        "instruments",
        (f"{SR}LegalInstrument", f"{SR}InstrumentSeries"),
        ("instrument",),
        (
            _LABEL,
            _ALSO,
            _PRINTED_NAME,
            _column("title", "title", "en"),
            _column("kind", _KIND, "iri", True, "instrument-kind"),
            _column("jurisdiction", "hasJurisdiction", "iri", True, "jurisdiction"),
            _column("number", "number", "text"),
            _column("date", "dated", "date"),
            _column("issuer", "isIssuedBy", "iri", False, "body", "office"),
            _column("approves", "approves", "iri", False, "instrument"),
            _column("amends", "amends", "iri", False, "instrument"),
            _column("ratifies", "ratifies", "iri", False, "instrument"),
        ),
        "reference/instruments.ttl",
    ),
    Table(
        "provisions",
        (f"{SR}Provision",),
        ("provision",),
        (
            _LABEL,
            _column("part_of", "isPartOf", "iri", True, "instrument", "provision"),
            _column("path", "path", "text", True),
            _column("gist", "gist", "en"),
        ),
        "reference/instruments.ttl",
    ),
    Table(
        "bodies",
        (f"{SR}Body", f"{SR}Office"),
        ("body", "office"),
        (
            _LABEL,
            _ALSO,
            _PRINTED_NAME,
            _column("kind", _KIND, "iri", True, "body-kind"),
            _column("parent", "hasParentBody", "iri", False, "body"),
        ),
        "reference/bodies.ttl",
    ),
    Table(
        "places",
        (f"{SR}Place",),
        ("place",),
        (
            _LABEL,
            _ALSO,
            _PRINTED_NAME,
            _column("kind", _KIND, "iri", True, "place-kind"),
            _column("part_of", "isPartOf", "iri", False, "place"),
        ),
        "reference/places.ttl",
    ),
)
BY_NAME = {table.name: table for table in TABLES}
BY_CLASS = {name: table for table in TABLES for name in table.classes}
STATEMENTS = tuple(table for table in TABLES if _PASSAGES in table.columns)
CONFIRMED, STATE, RULE, ID = "confirmed by", "state", "rule", "id"
