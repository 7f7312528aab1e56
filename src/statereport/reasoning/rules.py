"""Rule files: one CONSTRUCT query each, under a `#+` header that says what follows and why no axiom can say it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from statereport import files
from statereport.errors import RuleBroken
from statereport.reasoning.axioms import Pattern, Rule
from statereport.sparql import header, tokens
from statereport.sparql.engine import form_of


def load_rules(folder: Path, name: Callable[[Path], str] = str) -> tuple[Rule, ...]:
    """The rules of a folder, in the order of their files; a rule for each triple that a query constructs.

    `name(path)` is what a file is called in messages. Raises RuleBroken where a file is not one CONSTRUCT query with
    `summary` and `description`, QuerySyntax where its header or query cannot be read.
    """
    return tuple(rule for path in files.below(folder, ".rq") for rule in _read(path, name(path)))


def _read(path: Path, name: str) -> list[Rule]:
    text = files.read_text(path, name)
    head = header.read(text, name)
    if not all(isinstance(head.values.get(key), str) and head.values[key] for key in ("summary", "description")):
        raise RuleBroken(
            name, "The rule does not say what it does.", "begin with `#+ summary: …` and `#+ description: …`."
        )
    tags = head.values.get("tags") or []
    if not isinstance(tags, list):
        raise RuleBroken(name, "The tags of the rule are not a list.", "write: #+ tags: [shapes]")
    query = form_of(text, name)  # the engine's parser gives the better place of a mistake
    words = query.tokens
    if query.form != "construct" or not any(word.is_keyword("WHERE") for word in words) or words[-1].text != "}":
        raise RuleBroken(
            name, "The rule is not of the form CONSTRUCT { … } WHERE { … }.", "write it so, and nothing after it."
        )
    heads, body = _patterns(text, name)
    if any(part.startswith("_:") for head in heads for part in head):
        what = "The rule makes a thing without a name, a new one in every round."
        raise RuleBroken(name, what, "give it an IRI, or leave it out.")
    condition = _condition(words, query.declared)
    return [Rule(f"rule {path.stem}", head, body, condition, frozenset(tags)) for head in heads]


def _patterns(text: str, name: str) -> tuple[list[Pattern], tuple[Pattern, ...]]:
    """The triples that a query constructs, and the patterns of its WHERE, as rdflib reads them."""
    from rdflib.plugins.sparql import prepareQuery  # what no other command needs

    try:
        algebra = prepareQuery(re.sub(r"\r\n?", "\n", text)).algebra  # for it, a comment ends with LF only
        return [_pattern(triple) for triple in algebra.template], tuple(map(_pattern, _triples(algebra.p)))
    except Exception as fault:  # whatever its parser stops at
        raise RuleBroken(name, f"rdflib cannot read the rule: {fault}", "write it in plain SPARQL 1.1.") from fault


def _triples(node: Any) -> list:
    """The triple patterns of a query's WHERE, but for those under NOT EXISTS and MINUS, and for paths."""
    if getattr(node, "name", "") == "BGP":
        return [t for t in node.triples if hasattr(t[1], "n3") and not type(t[1]).__module__.endswith("paths")]
    if not isinstance(node, dict):
        return []
    inner = [node[name] for name in ("p", "p1", "p2") if name in node and not (node.name == "Minus" and name == "p2")]
    return [triple for part in inner for triple in _triples(part)]


def _pattern(triple: Any) -> Pattern:
    return tuple(term.n3() for term in triple)


def _condition(words: Sequence[tokens.Token], prefixes: Mapping[str, str]) -> str:
    """The inside of a query's WHERE, with every prefixed name written out."""
    start = next(i for i, word in enumerate(words) if word.is_keyword("WHERE")) + 2
    parts = []
    for word in words[start:-1]:
        prefix, _, local = word.text.partition(":")
        if word.kind == "name" and prefix in prefixes:
            unescaped = re.sub(r"\\(.)", r"\1", local)
            parts.append(f"<{prefixes[prefix]}{unescaped}>")
        else:
            parts.append(word.text)
    # Oxigraph 0.5.13 reads COALESCE and CONCAT only where the bracket follows at once.
    return "".join(part if part == "(" else f" {part}" for part in parts).strip()
