"""The generated graphs of a report, each with the function that makes it from the statements and the text."""

from collections.abc import Callable, Mapping

from statereport.source import anchors, ledger, mentions
from statereport.source.evidence import Evidence
from statereport.source.generated import Generated

GENERATORS: Mapping[str, Callable[[Evidence], Generated]] = {
    "anchors": anchors.generate,
    "ledger": ledger.generate,
    "mentions": mentions.generate,
}
# Of concluding observations only some paragraphs are passages: their numerals have no ledger.
OF_REPORTS = "ledger"


def every(evidence: Evidence) -> tuple[Generated, ...]:
    """Every generated graph of a report, or of another document."""
    return tuple(GENERATORS[name](evidence) for name in GENERATORS if evidence.is_report or name != OF_REPORTS)
