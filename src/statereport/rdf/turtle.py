"""Turtle in and out: read a file in its order, with its lexical forms; write the project's Turtle format.

The format keeps the author's order of subjects and the `#` header, writes exactly the prefixes used, one predicate to a
line and a lone full stop, so that adding a statement is a one-line change. It is a fixed point, and `format_turtle`
compares the triples before and after.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from statereport import files
from statereport.atomic import write_whole
from statereport.errors import NotFormatted, TurtleComment, TurtleSyntax, UnknownName, UnknownPrefix, did_you_mean
from statereport.project import Project
from statereport.rdf import prefixes, turtle_writer
from statereport.rdf.prefixes import Prefixes

__all__ = [
    "BlankNode",
    "Literal",
    "NamedNode",
    "Triple",
    "fmt",
    "format_turtle",
    "line_of",
    "not_formatted",
    "parse_turtle",
    "read",
    "same_triples",
    "write_turtle",
]

# What may hold a `#` without being a comment comes before the comment: strings, IRIs, escaped characters.
_LEXEME = re.compile(
    r'''
    """ (?: [^\\] | \\. )*? """  |  \'\'\' (?: [^\\] | \\. )*? \'\'\'
    | " (?: [^"\\\n\r] | \\. )* "  |  ' (?: [^'\\\n\r] | \\. )* '
    | < [^<>\s]* >  |  \\.  |  (?P<comment> [#] [^\n\r]* )  |  (?P<word> [^\s"'<\\#]+ )''',
    re.S | re.X,
)
_CONFLICT = re.compile(r"^(?:<{7} |={7}\r?$|>{7} )", re.M)
# What the parser complains about, and how to fix it. Where a message has several causes, the hint says "may".
_CAUSES = (
    (r"\x00", "the file may be UTF-16: save it as UTF-8"),
    (r"No scheme found", "write the whole IRI with its scheme (https://…), or a prefixed name"),
    (r"IRI code point|IRI percent", "write the character as % and two hexadecimal digits, or take it out of the IRI"),
    (r"Unexpected end of file", "what begins here does not end: close the quotation marks or the angle bracket"),
    (r"Unexpected end$", "the last statement does not end: a ` .` may be missing"),
    (r"Line jumps", "close the string on its line, or begin and end it with three quotation marks"),
    (r"escape character", "write a backslash in a string as two"),
    (r"^'[“”„«»‘’]'", "write straight quotation marks"),
    (r"^'[\xa0\u2000-\u200b\u202f\u3000]'", "write an ordinary blank"),
    (r"^\. is not a valid subject", "take this full stop away"),
    (r"^\{ is not", "Turtle has no braces: the text may be TriG or JSON"),
    (r"is not a valid subject", "a ` ;` or ` ,` may be missing before it"),
    (r"is not a valid predicate", "a predicate is an IRI, a prefixed name or `a`"),
    (
        r"is not a valid RDF object",
        "write an IRI, a prefixed name, a string in quotation marks, a number, true, false, [ … ] or ( … )",
    ),
    (r"dot is expected", "the statement above may lack a ` ;` or its ` .`, or end with ` ;` in place of ` .`"),
    (r"should end with a '\]'", "a ` ;` may be missing before it, or the closing ]"),
)
_LONGEST_MESSAGE = 200


def read(path: Path | str, name: str | None = None) -> list[Triple]:
    """The triples of a Turtle file in the order in which they are written, lexical forms kept.

    Raises `FileUnreadable`, and `TurtleSyntax` with `name` (or the path), line and column.
    """
    name = name or str(path)
    return parse_turtle(files.read_text(Path(path), name), name)


def parse_turtle(text: str, name: str = "") -> list[Triple]:
    """The triples of a Turtle text in order; `name` says in a `TurtleSyntax` where the text comes from."""
    return _parse(text, name, {})[0]


def format_turtle(text: str, known: Prefixes, name: str = "") -> str:
    """The text in the project's Turtle format. PREFIX lines may be missing: the `known` ones need not be declared.

    Raises `TurtleSyntax`; `TurtleComment` for a comment below the header; `UnknownPrefix` for a PREFIX line that says
    otherwise than the table; `TurtleBlank` for a blank node that cannot be written as `[ … ]`.
    """
    text = text.removeprefix("\ufeff")
    triples, bound = _parse(text, name, known)
    _refuse_foreign_prefixes(text, name, known, bound)
    written = turtle_writer.document(triples, _header(text, name), known, name)
    if written != text and not same_triples(triples, parse_turtle(written, name)):
        raise AssertionError(
            f"the project's Turtle format of {name or 'this text'} would change its triples: nothing was written"
        )
    return written


def write_turtle(triples: Iterable[Triple], header: Iterable[str], known: Prefixes) -> str:
    """A file in the project's format from triples, in their order; `header` lines become `# …` lines at its top."""
    return turtle_writer.document(list(triples), [f"# {line}" for line in header], known, "")


def fmt(paths: Iterable[Path | str], project: Project, check: bool = False) -> list[Path]:
    """Write the Turtle files (folders: every .ttl below) in the project's Turtle format; return those that differed.

    With `check` nothing is written. Where a path is a link, the file that it leads to is written. Raises
    `FileUnreadable` and the problems of `format_turtle`, with the file's name in the project.
    """
    changed = []
    for path in _turtle_files(paths):
        name = project.name(path)
        data = files.read(path, name)
        text = files.decode(data, name)
        if path.name == prefixes.FILE:
            written = _format_table(text, name)
        else:
            written = format_turtle(text, prefixes.of_file(project, path), name)
        if written.encode("utf-8") != data:
            changed.append(path)
            if not check:
                write_whole(path.resolve(), written)
    return changed


def not_formatted(path: Path | str) -> NotFormatted:
    """The problem that says a file (as `Project.name` names it) is not in the project's Turtle format."""
    return NotFormatted(str(path), "The file is not in the project's Turtle format.", f"statereport fmt {path}")


def same_triples(one: Iterable[Triple], other: Iterable[Triple]) -> bool:
    """Whether two sets of triples are the same up to the names of blank nodes."""
    one, other = set(one), set(other)
    numbers: dict = {}
    first, second = _as_trees(one, numbers), _as_trees(other, numbers)
    if first is None or second is None:
        return len(one) == len(other) and _canonical(one) == _canonical(other)
    return first == second


def line_of(text: str, subject: str) -> int | None:
    """The line on which a subject's block begins in a text in the project's format.

    `subject` is a prefixed name or a whole IRI.
    """
    match = re.search(rf"^<?{re.escape(subject)}>?$", text, re.M)
    return text.count("\n", 0, match.start()) + 1 if match else None


def _parse(text: str, name: str, known: Mapping[str, str]) -> tuple[list[Triple], dict[str, str]]:
    """The triples, and the prefixes as they are bound at the end; the `known` ones are bound from the beginning."""
    text = text.removeprefix("\ufeff")
    prelude = "".join(f"PREFIX {prefix}: <{namespace}> " for prefix, namespace in known.items())
    try:
        found = parse((prelude + text).encode("utf-8"), RdfFormat.TURTLE)
        return [quad.triple for quad in found], found.prefixes
    except UnicodeEncodeError as fault:
        where = files.place(text, fault.start - len(prelude), name)
        what = f"Half of a character (U+{ord(fault.object[fault.start]):04X}) stands here."
        raise TurtleSyntax(where, what, "write the whole character") from None
    except SyntaxError as fault:
        line, column = fault.lineno or 1, fault.offset or 1
        column -= len(prelude) if line == 1 else 0
        what = re.sub(r"^Parser error [^:]*: ", "", fault.msg).strip().rstrip(".")
        hint = _cause(what, text, known)
        raise TurtleSyntax(f"{name}:{line}:{max(column, 1)}", f"{_printable(what)}.", hint) from None


def _cause(what: str, text: str, known: Iterable[str]) -> str:
    """How to fix what the parser complains about, as far as its message says so."""
    if _CONFLICT.search(text):
        return "the marks of a merge that was not finished (<<<<<<<, =======, >>>>>>>) may be left in the file"
    undeclared = re.search(r"prefix (\S*): has not been declared", what)
    if undeclared and re.search(rf"(?<!<)\b{re.escape(undeclared[1])}://", text):
        return "write the address in angle brackets: <…>"
    if undeclared:
        return did_you_mean(undeclared[1], known, "declare it in ontology/prefixes.ttl, or write the whole IRI")
    return next((cause for sign, cause in _CAUSES if re.search(sign, what)), "correct it as the message says")


def _printable(what: str) -> str:
    """A message that may quote the file: on one line, not long, and with the characters that nobody sees as escapes."""
    seen = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in what)
    half = _LONGEST_MESSAGE // 2
    return seen if len(seen) <= _LONGEST_MESSAGE else f"{seen[:half]} … {seen[-half:]}"


def _format_table(text: str, name: str) -> str:
    try:
        return prefixes.format_table(text)
    except ValueError as fault:
        raise TurtleSyntax(name, f"{fault}.", "keep PREFIX lines and the `#` lines at the top only") from None


def _header(text: str, name: str) -> list[str]:
    """The comment lines at the top; any other comment is refused."""
    header, body = [], False
    for lexeme in _LEXEME.finditer(text):
        if lexeme["comment"] is None:
            body = True
        elif not body:
            header.append(lexeme["comment"].rstrip())
        else:
            raise TurtleComment(
                files.place(text, lexeme.start(), name),
                f"A comment stands below the header: {_printable(lexeme['comment'][:60])}",
                "say it as a triple, move it to the lines at the top, or delete it",
            )
    return header


def _refuse_foreign_prefixes(text: str, name: str, known: Mapping[str, str], bound: Mapping[str, str]) -> None:
    """Raise for a prefix that the text binds to another namespace than the table does."""
    for prefix, namespace in bound.items():
        if known.get(prefix) == namespace:
            continue
        # Not inside of strings and comments.
        bare = _LEXEME.sub(lambda m: m[0] if m["word"] or m[0][0] == "<" else re.sub(r"[^\r\n]", " ", m[0]), text)
        line = re.search(rf"@?prefix\s+{re.escape(prefix)}:\s*<", bare, re.I)
        right = next((p for p, n in known.items() if n == namespace), None)
        table = f"the table binds it to <{known[prefix]}>" if prefix in known else "the table does not have it"
        raise UnknownPrefix(
            files.place(text, line.start() if line else 0, name),
            f"The prefix {prefix}: is bound to <{namespace}>, and {table}.",
            f"this namespace has the prefix {right}: in ontology/prefixes.ttl"
            if right
            else "declare it in ontology/prefixes.ttl, or write whole IRIs",
        )


def _as_trees(triples: Iterable[Triple], numbers: dict) -> Counter | None:
    """What the triples say, with each blank node replaced by a number that stands for all statements about it.

    `numbers` gives out the numbers: equal descriptions have equal ones. None where a blank node is used in several
    places, stands below itself or in a triple term, so that it is more than the statements about it.
    """
    about: dict = {}
    parent: dict = {}
    inner: Counter = Counter()
    for triple in triples:
        if isinstance(triple.object, Triple):
            return None
        about.setdefault(triple.subject, []).append((triple.predicate, triple.object))
        if isinstance(triple.object, BlankNode):
            if triple.object in parent:
                return None
            parent[triple.object] = triple.subject
            inner[triple.subject] += 1
    nodes = {node for node in (*about, *parent) if isinstance(node, BlankNode)}
    ready = [node for node in nodes if not inner[node]]
    number: dict = {}
    for node in ready:  # grows while it is read, from the innermost nodes outwards
        said = Counter((predicate, number.get(term, term)) for predicate, term in about.get(node, ()))
        number[node] = numbers.setdefault(frozenset(said.items()), len(numbers))
        above = parent.get(node)
        inner[above] -= 1
        if above in nodes and not inner[above]:
            ready.append(above)
    if len(number) < len(nodes):
        return None
    roots = Counter(number[node] for node in nodes if node not in parent)
    roots.update(
        (subject, predicate, number.get(term, term))
        for subject, said in about.items()
        if subject not in nodes
        for predicate, term in said
    )
    return roots


def _canonical(triples: Iterable[Triple]) -> set[str]:
    """The triples with the names that RDFC-1.0 gives to blank nodes."""
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def _turtle_files(paths: Iterable[Path | str]) -> list[Path]:
    found = []
    for path in map(Path, paths):
        if not os.path.lexists(path):
            raise UnknownName(str(path), "There is no such file or folder.", "give Turtle files, or folders of them")
        found += files.below(path, ".ttl") if path.is_dir() else [path]
    return found
