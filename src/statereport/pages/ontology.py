"""The ontology as one page to read and to print: every term with all that is known of it, the rules and the diagram."""

from __future__ import annotations

import re
from dataclasses import dataclass

from statereport.pages import cells, vocabulary
from statereport.pages.context import Context
from statereport.pages.page import Address, Page, render
from statereport.pages.questions import names_in
from statereport.rdf import namespaces
from statereport.rdf.terms import is_literal

DIAGRAM = "model.svg"
# How many questions that use a term are named.
FEW = 5


@dataclass(frozen=True)
class Rule:
    """A rule for the data: its property or class (None: the thing as a whole), in words, and how often it stands."""

    property: cells.Thing | None
    text: cells.Thing
    count: str


@dataclass(frozen=True)
class Entry:
    """A term: what the vocabulary says of it, where it stands among others, and how the data and questions use it.

    place       the name of its place on the page
    labels      in the other languages
    backwards   the labels for reading a property from its value
    ties        what kind of tie → the terms: broader, narrower, domain, range, and those of other vocabularies
    """

    term: vocabulary.Term
    place: str
    labels: tuple[cells.Thing, ...]
    backwards: tuple[cells.Thing, ...]
    notes: tuple[cells.Thing, ...]
    narrower: tuple[cells.Thing, ...]
    aligned: tuple[cells.Thing, ...]
    rules: tuple[Rule, ...]
    example: cells.Thing | None
    questions: tuple[cells.Thing, ...]


def ontology_page(context: Context, address: Address) -> Page:
    """Every term of the vocabulary by module and kind, and what was withdrawn."""
    said: dict[tuple[str, str], list] = {}
    for term, prop, value in context.graph.ask("pages/term-facts").rows:
        said.setdefault((term.value, prop.value.rpartition("#")[2].rpartition("/")[2]), []).append(value)
    narrower: dict[str, list[cells.Thing]] = {}
    for row in context.graph.ask("pages/term-ties"):
        if row["tie"].endswith(("subClassOf", "subPropertyOf")):
            narrower.setdefault(row["other"], []).append(cells.thing(row["term"], context.names))
    rules = _rules(context)
    examples = {row["term"]: row["first"] for row in context.graph.ask("pages/term-examples")}
    using: dict[str, list[cells.Thing]] = {}
    for question in context.questions:
        for name in sorted(names_in(question.text)):
            using.setdefault(name, []).append(cells.Thing(question.summary, "en", f"/query/{question.name}.html"))

    def entry(iri: str, term: vocabulary.Term) -> Entry:
        labels = [cells.term(value, context.names) for value in said.get((iri, "label"), ())]
        own = [it for it in term.broader if it.path.startswith("/")]
        return Entry(
            term=term,
            place=_place(iri),
            labels=tuple(it for it in labels if it.language not in ("en", "")),
            backwards=tuple(cells.term(value, context.names) for value in said.get((iri, "inverseLabel"), ())),
            notes=tuple(cells.term(value, context.names) for value in said.get((iri, "scopeNote"), ())),
            narrower=tuple(narrower.get(iri, ())),
            aligned=tuple(it for it in term.broader if it not in own),
            rules=tuple(rules.get(iri, ())),
            example=cells.thing(examples[iri], context.names) if iri in examples else None,
            questions=tuple(using.get(context.names.short(iri), ())),
        )

    modules = {
        module: {kind: [entry(iri, term) for iri, term in terms] for kind, terms in kinds.items()}
        for module, kinds in vocabulary.modules(context).items()
    }
    withdrawn = [
        (cells.thing(iri, context.names), [cells.term(it, context.names) for it in said.get((iri, "isReplacedBy"), ())])
        for (iri, name) in said
        if name == "deprecated"
    ]
    header = {
        _in_words(fact.property): cells.term(fact.value, context.names)
        for fact in context.graph.describe(namespaces.SR).facts
    }
    return render(
        context,
        address,
        "ontology.html",
        iri=namespaces.SR,
        modules=modules,
        withdrawn=withdrawn,
        header=header,
        diagram=DIAGRAM if DIAGRAM in context.static else "",
        few=FEW,
    )


def _rules(context: Context) -> dict[str, list[Rule]]:
    """The rules by the class that they are about, and by the property."""
    found: dict[str, list[Rule]] = {}
    for cls, prop, text, least, most in context.graph.ask("pages/term-rules").rows:
        low, high = (int(it.value) if is_literal(it) else None for it in (least, most))
        count = {(1, 1): "exactly one", (1, None): "at least one", (None, 1): "at most one"}.get((low, high), "")
        of_class = Rule(
            cells.thing(prop.value, context.names) if prop else None, cells.term(text, context.names), count
        )
        found.setdefault(cls.value, []).append(of_class)
        if prop:
            of_property = Rule(cells.thing(cls.value, context.names), cells.term(text, context.names), count)
            found.setdefault(prop.value, []).append(of_property)
    return found


def _in_words(name: str) -> str:
    """A prefixed name as words: `dcterms:bibliographicCitation` is a bibliographic citation."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.rpartition(":")[2]).lower()


def _place(iri: str) -> str:
    return iri.removeprefix(namespaces.SR).replace("/", "-")
