"""The names that the graph already has: of bodies, instruments, groups and places, with the IRIs they stand for."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from statereport.draft.grammar import Found
from statereport.rdf.dataset import Graphs
from statereport.rdf.namespaces import GRAPH, RDF, SKOS, SR
from statereport.rdf.turtle import Literal, NamedNode

_A = RDF + "type"
_NAMES = {f"{SKOS}prefLabel", f"{SKOS}altLabel", f"{SR}nameAsPrinted", f"{SR}title"}
_KINDS = {
    f"{SR}Body": "body", f"{SR}Office": "body", f"{SR}LegalInstrument": "instrument", f"{SR}Place": "place",
    f"{SR}InstrumentSeries": "instrument",
}  # fmt: skip
_GROUPS = ("ethnic-group", "legal-status", "social-group", "citizenship")
# Names that mean different things in each report; a grammar rule finds them.
_GENERAL = re.compile(
    r"(?i)(?:the\s)?(?:law|act|code|convention|covenant|plan|program(?:me)?|report|constitution|"
    r"rules|committee|commission|commissioner|"
    r"government|parliament|ministry|court|council|state|president|agency|office|center|centre|"
    r"country|citizens?|previous report|"
    r"minister|department|fund|police|center|foundation|association|persons?|people|population|others?)"
)


@dataclass(frozen=True)
class Vocabulary:
    """Names by kind (body, instrument, group, place) with their IRIs."""

    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def iri(self, kind: str, name: str) -> str:
        """The IRI of a name, "" where the graph has none; an article before the name does not count."""
        known = self.names.get(kind, {})
        return known.get(name) or known.get(re.sub(r"^[Tt]he\s", "", name), "")

    def found(self, kind: str, text: str) -> Iterator[Found]:
        """The places in a text of all names of a kind, as whole words."""
        pattern = self._patterns.get(kind)
        for match in pattern.finditer(text) if pattern else ():
            yield Found(*match.span(), "known")

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern]:
        made = {}
        for kind, names in self.names.items():
            usable = sorted(
                (it for it in names if (len(it) > 3 or it.isupper()) and not _GENERAL.fullmatch(it)),
                key=len,
                reverse=True,
            )
            if usable:
                made[kind] = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, usable))})(?![\w-])")
        return made


def vocabulary(graphs: Graphs, without: Iterable[str] = ()) -> Vocabulary:
    """The names in the reference graphs; `without` are beginnings of graphs' names below `reference/` to leave out."""
    base = f"{GRAPH}reference/"
    left_out = tuple(base + it for it in without)
    names: dict[str, dict[str, str]] = {"body": {}, "instrument": {}, "group": {}, "place": {}}
    kinds: dict[str, str] = {}
    labels: list[tuple[str, str]] = []
    collective: set[str] = set()  # a State as a whole is no body that a passage names
    for name in sorted(graphs):
        if not name.startswith(base) or name.startswith(left_out or ("\0",)):
            continue
        for triple in graphs[name]:
            if not isinstance(triple.subject, NamedNode):
                continue
            subject, predicate = triple.subject.value, triple.predicate.value
            if predicate == _A and getattr(triple.object, "value", "") in _KINDS:
                kinds[subject] = _KINDS[triple.object.value]
            elif predicate == f"{SR}hasKind" and getattr(triple.object, "value", "").endswith("/body-kind/collective"):
                collective.add(subject)
            elif predicate == _A and any(f"/id/{scheme}/" in subject for scheme in _GROUPS):
                kinds.setdefault(subject, "group")
            elif (
                predicate in _NAMES and isinstance(triple.object, Literal) and (triple.object.language or "en") == "en"
            ):
                labels.append((subject, triple.object.value))
    for subject, label in labels:
        if subject in kinds and subject not in collective and not label.startswith("["):
            names[kinds[subject]].setdefault(label, subject)
            if kinds[subject] == "group":
                names["group"].setdefault(label[:1].upper() + label[1:], subject)
    return Vocabulary(names)
