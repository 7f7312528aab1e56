"""How much of a report the draft finds: recall and precision of candidates, per kind.

    .venv/bin/python bench/draft.py            every encoded report whose text is at hand, and the labelled paragraphs
    .venv/bin/python bench/draft.py --rules    the precision of each rule too

A report is measured with its own graphs withheld: the vocabulary comes from the shared reference data alone
("without"), or with those of its State ("with"). What is compared: the citations, figures and printed fragments that
people encoded, the ledger of numerals, and the names of bodies where they stand in the text. A candidate counts where
its range meets the encoded one; a figure only with the same value and bound, a period only with the same years. Groups
and places of the labelled paragraphs are labelled once per paragraph, so that only their recall is printed; bodies
named by a common noun are not labelled there. A paragraph of concluding observations is a recommendation, no provision.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from statereport.draft import document, lines
from statereport.draft.candidates import Candidate, Passage, candidates
from statereport.draft.vocabulary import Vocabulary, vocabulary
from statereport.errors import Problem
from statereport.project import Project, find_project
from statereport.rdf.dataset import Graphs, load
from statereport.rdf.namespaces import ID, SR
from statereport.source import evidence, ledger
from statereport.source import text as reading

LABELS = Path(__file__).parent / "drafts"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_A = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
GOALS = {
    "passages": (100, None), "numerals": (100, None), "account": (90, None), "provision": (95, 95),
    "instrument": (90, 90),
    "short-form": (80, None), "body": (85, 80), "value and bound": (98, None), "period": (85, None),
}  # fmt: skip


@dataclass
class Score:
    """What was found of what should be: counts, and the rules of candidates that are right and wrong."""

    right: int = 0
    wanted: int = 0
    good: int = 0
    made: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    rules: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def row(self, name: str) -> str:
        """The score as a line: recall, precision, goals."""
        recall = f"{100 * self.right / self.wanted:5.1f}" if self.wanted else "    –"
        precision = f"{100 * self.good / self.made:5.1f}" if self.made else "    –"
        goal = "/".join("–" if it is None else str(it) for it in GOALS.get(name, (None, None)))
        return (
            f"  {name:<16}{recall} ({self.right}/{self.wanted})".ljust(34)
            + f"{precision} ({self.good}/{self.made})".ljust(20)
            + goal
        )


@dataclass(frozen=True)
class Wanted:
    """What people say stands at a range; `also` are ranges that make a candidate right without being asked for."""

    start: int
    end: int
    what: str
    value: str = ""


def compare(
    wanted: Iterable[Wanted], made: Iterable[Candidate], also: Iterable[Wanted] = (), precise: bool = True
) -> Score:
    """Recall of what is wanted and precision of what was made, by ranges that meet."""
    wanted, made = list(wanted), list(made)
    score = Score(wanted=len(wanted), made=len(made) if precise else 0)
    right = sorted([*wanted, *also], key=lambda it: it.start)
    for it in wanted:
        if any(c.start < it.end and it.start < c.end for c in made):
            score.right += 1
        else:
            score.missed.append(it.what)
    for c in made if precise else ():
        hit = any(c.start < it.end and it.start < c.end for it in right)
        score.good += hit
        score.rules[f"{c.kind}: {c.rule}"][0] += hit
        score.rules[f"{c.kind}: {c.rule}"][1] += 1
        if not hit:
            score.wrong.append(f"{c.passage} [{c.rule}] {c.text}")
    return score


def of_numerals(wanted: list[Wanted], made: list[Candidate]) -> tuple[Score, Score]:
    """Numerals found, and their account."""
    by_start = {c.start: c for c in made if c.kind == "numeral"}
    found, account = Score(wanted=len(wanted)), Score(wanted=len(wanted))
    for it in wanted:
        c = by_start.get(it.start)
        found.right += c is not None
        same = c is not None and (c.value == it.value or {c.value, it.value} <= {"date", "period"})
        account.right += same
        if c:
            account.rules[f"numeral: {c.rule}"][0] += same
            account.rules[f"numeral: {c.rule}"][1] += 1
        if not same:
            account.missed.append(f"{it.what}: {it.value}, found as {c.value if c else 'nothing'}")
    return found, account


# --- what people encoded ---------------------------------------------------------------------------------------------


def facts_of(graphs: Graphs) -> dict[str, dict[str, list[str]]]:
    """IRI → property → values."""
    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for triples in graphs.values():
        for t in triples:
            if getattr(t.object, "language", None) in (None, "en"):
                facts[t.subject.value][t.predicate.value].append(getattr(t.object, "value", str(t.object)))
    return facts


def names_in(text: str, names: Iterable[str]) -> list[Wanted]:
    """The places of names in a text as whole words, the longest first."""
    usable = sorted({it for it in names if len(it) > 2}, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, usable))})(?![\w-])")
    return [Wanted(*m.span(), m[0]) for m in pattern.finditer(text)] if usable else []


def labels(facts: dict, kinds: set[str]) -> set[str]:
    """Every English name of the things of these classes."""
    found = set()
    for about in facts.values():
        if kinds & set(about.get(_A, ())) and f"{ID}body-kind/collective" not in about.get(SR + "hasKind", ()):
            for name in (_SKOS + "prefLabel", _SKOS + "altLabel", SR + "nameAsPrinted"):
                found |= {it for it in about.get(name, ()) if not it.startswith("[")}
    return found


def years(text: str) -> set[str]:
    """The years in a text; 2020-21 is two, 2025-08 is a month of one."""
    found = set(re.findall(r"(?:19|20)[0-9]{2}", text))
    for century, first, last in re.findall(r"\b(19|20)([0-9]{2})[-–]([0-9]{2})\b(?!-)", text):
        found |= {century + last} if last > first else set()
    return found


def encoded(project: Project, graphs: Graphs, text: reading.Text, words: Vocabulary) -> dict[str, Score]:
    """The scores of an encoded report."""
    known = evidence.read(project, graphs, text)
    units = [it for it in known.units if it.kind != "part"]
    made = candidates(
        text.content, [Passage(it.start, it.end, it.number, it.under or it.number) for it in units], words
    )
    by_kind = defaultdict(list)
    for c in made:
        by_kind[c.kind].append(c)
    facts = facts_of(graphs)

    def places(kind: str, form: str = "") -> list[Wanted]:  # in passages and their headings only
        found = []
        for located in known.located:
            about = facts[located.carrier.iri]
            if SR + kind in about[_A] and (not form or f"{ID}citation-form/{form}" in about[SR + "hasForm"]):
                target = next(iter(about.get(SR + "cites", [""])), "")
                if "/provision/" in target and _in_concluding_observations(located.carrier.iri, facts):
                    continue  # a recommendation, measured as such
                found += [Wanted(it.start, it.end, text.at(it), target) for it in located.places if _holds(units, it)]
        return found

    scores = {"passages": Score(right=len(units), wanted=len(units))}
    scores["numerals"], scores["account"] = of_numerals(
        [
            Wanted(it.numeral.start, it.numeral.end, _near(text.content, it.numeral), it.account)
            for it in ledger.entries(known)
            if it.unit and it.unit.kind != "part"
        ],
        made,
    )
    printed: dict[str, list[Wanted]] = {"provision": [], "recommendation": []}
    for it in known.located:
        kind = "recommendation" if _in_concluding_observations(it.carrier.iri, facts) else "provision"
        printed[kind] += [
            Wanted(span.start, span.end, text.at(span))
            for account, span in it.accounts
            if account == "provision" and _holds(units, span)
        ]
    scores["provision"] = compare(printed["provision"], by_kind["provision"], printed["recommendation"])
    references = [*by_kind["recommendation"], *by_kind["provision"]]
    scores["recommendation"] = compare(printed["recommendation"], references, precise=False)
    names = names_in(text.content, labels(facts, {SR + "LegalInstrument", SR + "InstrumentSeries"}))
    scores["instrument"] = compare(places("Citation", "named"), by_kind["instrument"], [*places("Citation"), *names])
    forms = [*by_kind["short-form"], *by_kind["provision"], *by_kind["instrument"]]
    scores["short-form"] = compare(places("Citation", "short-form"), forms, precise=False)
    scores["short-form"].made, scores["short-form"].good = _resolved(places("Citation", "short-form"), forms, facts)
    bodies = names_in(text.content, labels(facts, {SR + "Body", SR + "Office"}))
    bodies = [it for it in bodies if any(u.start <= it.start < u.end for u in units)]
    scores["body"] = compare(bodies, by_kind["body"])
    figures = {c.start: c for c in by_kind["figure"]}
    scores["value and bound"], scores["period"] = Score(), Score()
    for located in known.located:
        about = facts[located.carrier.iri]
        if not {SR + "Figure", SR + "LegalQuantity"} & set(about[_A]) or len(located.carrier.printed) != 1:
            continue
        value, bound = about[SR + "value"][0], about.get(SR + "hasBound", [f"{ID}bound/exact"])[0].rpartition("/")[2]
        for place in located.places[:1]:
            c = next((c for s, c in figures.items() if place.start <= s < place.end or s <= place.start < c.end), None)
            same = c is not None and float(c.value or "nan") == float(value) and c.bound == bound
            scores["value and bound"].wanted += 1
            scores["value and bound"].right += same
            if not same:
                scores["value and bound"].missed.append(
                    f"{_near(text.content, place)}: {value} {bound}, found {(c.value, c.bound) if c else 'nothing'}"
                )
            when = years(about.get(SR + "isForPeriod", [""])[0].rpartition("/")[2])
            if when and SR + "Figure" in about[_A]:
                scores["period"].wanted += 1
                scores["period"].right += c is not None and years(c.period) == when
                if c is None or years(c.period) != when:
                    scores["period"].missed.append(
                        f"{_near(text.content, place)}: {sorted(when)}, found {c.period if c else 'nothing'}"
                    )
    return scores


def _in_concluding_observations(citation: str, facts: dict) -> bool:
    """True for a citation of a paragraph of concluding observations: a recommendation, no provision of law."""
    cited = next(iter(facts[citation].get(SR + "cites", [""])), "")
    while "/provision/" in cited:
        cited = next(iter(facts[cited].get(SR + "isPartOf", [""])), "")
    return f"{ID}instrument-kind/concluding-observations" in facts[cited].get(SR + "hasKind", ())


def _holds(units: Iterable[reading.Span], span: reading.Span) -> bool:
    return any(it.holds(span) for it in units)


def _resolved(wanted: list[Wanted], made: list[Candidate], facts: dict) -> tuple[int, int]:
    """(short forms that were found, those whose instrument is the right one)."""
    found = right = 0
    for it in wanted:
        c = next((c for c in made if c.start < it.end and it.start < c.end), None)
        if c is None:
            continue
        found += 1
        target = it.value if it.value in facts else ""
        above = next(iter(facts[target].get(SR + "isPartOf", [""])), "") if "/provision/" in target else target
        while "/provision/" in above:
            above = next(iter(facts[above].get(SR + "isPartOf", [""])), "")
        known = {
            n.lower()
            for p in (_SKOS + "prefLabel", _SKOS + "altLabel", SR + "nameAsPrinted")
            for n in facts[above].get(p, ())
        }
        name = re.sub(r"^the\s", "", (c.refers or c.text).lower())
        right += any(n in name or name in n for n in known if len(n) > 3)
    return found, right


def _near(content: str, span: reading.Span) -> str:
    return f"…{content[max(0, span.start - 28) : span.end + 22]}…".replace("\n", " ")


def labelled(path: Path, words: Vocabulary, content: str, units: Iterable[document.Unit]) -> dict[str, Score]:
    """The scores on labelled paragraphs: a table of kind, passage, start, end, text, value."""
    rows = list(
        csv.DictReader((it for it in path.read_text(encoding="utf-8").splitlines() if it[0] != "#"), delimiter="\t")
    )
    numbers = {row["passage"] for row in rows}
    made = candidates(content, [Passage(it.start, it.end, it.number, it.under) for it in units], words)
    made = [c for c in made if c.passage in numbers]
    wanted = defaultdict(list)
    for row in rows:
        wanted[row["kind"]].append(
            Wanted(int(row["start"]), int(row["end"]), f"{row['passage']} {row['text']}", row["value"] or "")
        )
    scores = {}
    scores["numerals"], scores["account"] = of_numerals(wanted["numeral"], made)
    by_kind = defaultdict(list)
    for c in made:
        by_kind[c.kind].append(c)
    scores["provision"] = compare(wanted["provision"], [c for c in by_kind["provision"] if "section" not in c.text])
    scores["instrument"] = compare(wanted["instrument"], by_kind["instrument"], wanted["short-form"])
    scores["short-form"] = compare(
        wanted["short-form"], [*by_kind["short-form"], *by_kind["instrument"]], precise=False
    )
    scores["body"] = compare(wanted["body"], [c for c in by_kind["body"] if c.rule != "common-noun"])
    scores["time"] = compare(wanted["time"], by_kind["time"])
    for kind in ("group", "place", "recommendation"):
        scores[kind] = compare(wanted[kind], by_kind[kind], precise=False)
    values = Score(wanted=len(wanted["figure"]))
    for it in wanted["figure"]:
        value, bound, _ = it.value.split(" ", 2)
        same = any(it.start <= c.start < it.end and c.value == value and c.bound == bound for c in by_kind["figure"])
        values.right += same
        values.missed += [] if same else [it.what]
    scores["value and bound"] = values
    return scores


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, action="append", default=[], help="the text of an encoded report")
    parser.add_argument("--labelled", type=Path, default=None, help="the PDF of the labelled paragraphs")
    parser.add_argument("--rules", action="store_true", help="print the precision of each rule")
    parser.add_argument("--missed", metavar="KIND", help="print what was missed and what is wrong of a kind")
    options = parser.parse_args()
    project = find_project()
    graphs = load(project).graphs
    beside = project.root.resolve().parent / "shared"
    texts = options.text or sorted((beside / "report").glob("*.txt"))
    rules: dict[str, Counter] = defaultdict(Counter)
    for path in texts:
        try:
            text = reading.load(path)
            state = re.match("[a-z]+", evidence.read(project, graphs, text).folder.name)[0]
        except Problem as problem:
            print(problem, file=sys.stderr)
            continue
        for name, left_out in (("without", (f"{state}/",)), ("with", ())):
            print(f"\n{path.name}, {name} the reference data of {state}        recall       precision      goal")
            show(
                encoded(project, graphs, text, vocabulary(graphs, left_out)),
                options,
                rules if name == "without" else None,
            )
    for path in sorted(LABELS.glob("*.tsv")):
        pdf = options.labelled or next((beside / "reports").glob(f"{path.stem.rsplit('-', 2)[0]}/*.pdf"), None)
        if pdf is None:
            print(f"{path.name}: its PDF is not beside the project", file=sys.stderr)
            continue
        found = document.document(lines.read(pdf))
        if found.digest not in path.read_text(encoding="utf-8"):
            print(f"{path.name}: its text has another digest now ({found.digest})", file=sys.stderr)
            continue
        print(f"\n{path.name}, labelled by reading                           recall       precision      goal")
        show(labelled(path, vocabulary(graphs, ("kaz/", "bra/")), found.content, found.units), options, rules)
    if options.rules:
        print("\nrule                                    right of all")
        for rule, count in sorted(rules.items()):
            print(f"  {rule:<38}{100 * count['right'] / count['all']:5.1f} ({count['right']}/{count['all']})")


def show(scores: dict[str, Score], options: argparse.Namespace, rules: dict[str, Counter] | None) -> None:
    """Print scores, and add up the rules."""
    for name, score in scores.items():
        if name == "short-form" and score.made:
            print(score.row(name) + "  (second figure: resolved to the right instrument)")
        else:
            print(score.row(name))
        if options.missed == name:
            print("    missed:", *score.missed, sep="\n      ")
            print("    wrong:", *score.wrong, sep="\n      ")
        for rule, (good, made) in score.rules.items():
            if rules is not None:
                rules[rule]["right"] += good
                rules[rule]["all"] += made


if __name__ == "__main__":
    main()
