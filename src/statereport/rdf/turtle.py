"""Turtle in and out: read a file in its order, with its lexical forms; write the project's Turtle format.

The project's Turtle format keeps the author's order of subjects and the `#` header, writes exactly the prefixes used, one predicate
to a line and a lone full stop, so that adding a statement is a one-line change. It is a fixed point, and
`format_turtle` proves on each file that the triples are the same before and after (RDFC-1.0).
"""

import re
from collections.abc import Iterable
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
    | " (?: [^"\\\n] | \\. )* "  |  ' (?: [^'\\\n] | \\. )* '
    | < [^<>\s]* >  |  \\.  |  (?P<comment> [#] [^\n]* )  |  (?P<word> [^\s"'<\\#]+ )''',
    re.S | re.X,
)
_PREFIX_LINE = re.compile(r"^[ \t]*@?prefix[ \t]+(?P<prefix>[^\s:]*):[ \t]*<(?P<namespace>[^>]*)>", re.I | re.M)


def read(path: Path | str, name: str | None = None) -> list[Triple]:
    """The triples of a Turtle file in the order in which they are written, lexical forms kept.

    A fault in the syntax raises `TurtleSyntax` with `name` (or the path), line and column.
    """
    return parse_turtle(_decode(Path(path), name), name or str(path))


def parse_turtle(text: str, name: str = "") -> list[Triple]:
    """The triples of a Turtle text in order; `name` says in a `TurtleSyntax` where the text comes from."""
    return _parse(text, name, prelude="")


def format_turtle(text: str, known: Prefixes, name: str = "") -> str:
    """The text in the project's Turtle format. PREFIX lines may be missing: the `known` ones need not be declared.

    Raises `TurtleSyntax`; `TurtleComment` for a comment below the header; `UnknownPrefix` for a PREFIX line that says
    otherwise than the table; `TurtleBlank` for a blank node that cannot be written as `[ … ]`.
    """
    _refuse_foreign_prefixes(text, name, known)
    prelude = " ".join(f"PREFIX {prefix}: <{namespace}>" for prefix, namespace in known.items()) + " "
    triples = _parse(text, name, prelude, known)
    header = _header(text, name)
    written = turtle_writer.document(triples, header, known, name)
    if written != text and not same_triples(triples, _parse(written, name, "")):
        raise AssertionError(
            f"the project's Turtle format of {name or 'this text'} would change its triples: nothing was written"
        )
    return written


def write_turtle(triples: Iterable[Triple], header: Iterable[str], known: Prefixes) -> str:
    """A file in the project's Turtle format from triples, in their order; `header` lines become `# …` lines at its top."""
    return turtle_writer.document(list(triples), [f"# {line}" for line in header], known, "")


def fmt(paths: Iterable[Path | str], project: Project, check: bool = False) -> list[Path]:
    """Write the Turtle files (folders: every .ttl below) in the project's Turtle format; return those that differed.

    With `check` nothing is written. Raises the problems of `format_turtle`, with the file's name in the project.
    """
    changed = []
    for path in _turtle_files(paths):
        name = project.name(path)
        text = _decode(path, name)
        if path.name == prefixes.FILE:
            written = _format_table(text, name)
        else:
            written = format_turtle(text, prefixes.of_file(project, path), name)
        if written != text:
            changed.append(path)
            if not check:
                write_whole(path, written)
    return changed


def _format_table(text: str, name: str) -> str:
    try:
        return prefixes.format_table(text)
    except ValueError as fault:
        raise TurtleSyntax(name, f"{fault}.", "keep PREFIX lines and the `#` lines at the top only") from None


def not_formatted(path: Path | str) -> NotFormatted:
    """The problem that says a file (as `Project.name` names it) is not in the project's Turtle format."""
    return NotFormatted(str(path), "The file is not in the project's Turtle format.", f"statereport fmt {path}")


def same_triples(one: Iterable[Triple], other: Iterable[Triple]) -> bool:
    """Whether two sets of triples are the same up to the names of blank nodes (RDFC-1.0)."""
    return _canonical(one) == _canonical(other)


def line_of(text: str, subject: str) -> int | None:
    """The line on which a subject's block begins in a text in the project's Turtle format; `subject` is a prefixed name or a whole IRI."""
    match = re.search(rf"^<?{re.escape(subject)}>?$", text, re.M)
    return text.count("\n", 0, match.start()) + 1 if match else None


def _parse(text: str, name: str, prelude: str, known: Iterable[str] = ()) -> list[Triple]:
    try:
        return [quad.triple for quad in parse(prelude + text, RdfFormat.TURTLE)]
    except SyntaxError as fault:
        line, column = fault.lineno or 1, fault.offset or 1
        column -= len(prelude) if line == 1 else 0
        what = re.sub(r"^Parser error [^:]*: ", "", fault.msg)
        undeclared = re.search(r"[Pp]refix (\S+?):? has not been declared", what)
        cure = did_you_mean(undeclared[1], known) if undeclared else ""
        raise TurtleSyntax(
            f"{name}:{line}:{max(column, 1)}",
            what.strip().rstrip(".") + ".",
            cure or "look here and at the line above: a ` ;` or ` .` may be missing",
        ) from None


def _decode(path: Path, name: str | None) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        before = data[: fault.start].decode("utf-8")
        place = f"{name or path}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
        raise TurtleSyntax(place, "The file is not UTF-8.", "save it as UTF-8") from None


def _header(text: str, name: str) -> list[str]:
    """The comment lines at the top; any other comment is refused."""
    header, body = [], False
    for lexeme in _LEXEME.finditer(text):
        if lexeme["comment"] is None:
            body = True
        elif not body:
            header.append(lexeme["comment"].rstrip())
        else:
            line = text.count("\n", 0, lexeme.start()) + 1
            column = lexeme.start() - text.rfind("\n", 0, lexeme.start())
            raise TurtleComment(
                f"{name}:{line}:{column}",
                f"A comment stands below the header: {lexeme['comment'][:60]}",
                "say it as a triple, move it to the lines at the top, or delete it",
            )
    return header


def _refuse_foreign_prefixes(text: str, name: str, known) -> None:
    bare = _LEXEME.sub(lambda m: m[0] if m["word"] or m[0].startswith("<") else re.sub(r"[^\n]", " ", m[0]), text)
    for match in _PREFIX_LINE.finditer(bare):  # not inside strings and comments
        prefix, namespace = match["prefix"], match["namespace"]
        if known.get(prefix) != namespace:
            line = text.count("\n", 0, match.start()) + 1
            right = next((p for p, n in known.items() if n == namespace), None)
            said = f"the table binds it to <{known[prefix]}>" if prefix in known else "the table does not have it"
            raise UnknownPrefix(
                f"{name}:{line}:1",
                f"The prefix {prefix}: is bound to <{namespace}>, and {said}.",
                f"this namespace has the prefix {right}: in ontology/prefixes.ttl"
                if right
                else "declare it in ontology/prefixes.ttl, or write whole IRIs",
            )


def _canonical(triples: Iterable[Triple]) -> set[str]:
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def _turtle_files(paths: Iterable[Path | str]) -> list[Path]:
    files = []
    for path in map(Path, paths):
        if not path.exists():
            raise UnknownName(str(path), "There is no such file or folder.", "give Turtle files, or folders of them")
        files += sorted(path.rglob("*.ttl")) if path.is_dir() else [path]
    return files
