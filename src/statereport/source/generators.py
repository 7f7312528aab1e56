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
