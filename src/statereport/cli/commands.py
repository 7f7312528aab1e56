"""The commands, one function each. Data go to stdout, messages to stderr.

Exit codes: 0 good, 1 findings, 2 misuse or breakage.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from statereport import __version__
from statereport.cli import console, groups, plain, push, serve

_text = click.option(
    "--text",
    "texts",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE|FOLDER",
    help="The text of a report, or a folder of texts, for what compares with them; may be given several times.",
)
_store = click.option(
    "--store",
    envvar="STATEREPORT_STORE",
    metavar="FOLDER|URL",
    help="A build's folder, or the address of a SPARQL endpoint. Without it: ./build if fresh, else the sources.",
)


@click.group(cls=groups.Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
def cli() -> None:
    """A State's report to a treaty body as a knowledge graph.

    \b
    Example:
      statereport build
      statereport query schools-by-language
    """


@cli.command(short_help="Make everything from the sources.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("build"), show_default=True, help="The folder to write."
)
@_text
@click.option("--with-drafts", is_flag=True, help="Add what nobody confirmed yet (drafts/), marked as a draft.")
def build(out: Path, texts: tuple[Path, ...], with_drafts: bool) -> None:
    """Load, infer, validate and export everything into one folder, which appears whole or not at all.

    \b
    Example:
      statereport build --out build
    """
    from statereport.project import find_project, find_texts
    from statereport.publish import build as building
    from statereport.site import single_file

    project = find_project()
    found = find_texts(project, texts) if texts else None
    summary = None if texts or with_drafts else building.kept(project, out, single_file.is_whole)
    if summary:
        console.say("Nothing has changed since this build was made.")
    else:
        summary = building.build(
            project, out, found, console.say, [partial(single_file.write, project=project)], with_drafts
        )
    if single_file.missing():
        console.say(single_file.missing())
    console.write(f"{summary}\n")


@cli.command(short_help="Check the sources.")
@_text
def check(texts: tuple[Path, ...]) -> None:
    """Check the sources: format, shapes, the checks under queries/, and that generated graphs are up to date.

    \b
    Example:
      statereport check
    """
    from statereport.cli import check as checking
    from statereport.project import find_project

    console.findings(checking.check(find_project(), texts, say=console.say), "Nothing is wrong.")


@cli.command(short_help="Write Turtle files in the project's Turtle format.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; list the files that differ.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def fmt(only_check: bool, paths: tuple[Path, ...]) -> None:
    """Write Turtle files in the project's format: the given files and folders, else all of ontology/ and graphs/.

    \b
    Example:
      statereport fmt --check graphs
    """
    from statereport.project import find_project
    from statereport.rdf import turtle

    project = find_project()
    changed = turtle.fmt(paths or (project.ontology, project.graphs), project, only_check)
    if only_check:
        console.findings(
            [turtle.not_formatted(project.name(path)) for path in changed],
            "Every file is in the project's Turtle format.",
        )
    for path in changed:
        console.write(f"{project.name(path)}\n")


@cli.command(add_help_option=False, short_help="Ask a question; without a name, list them.")
@click.argument("name", required=False)
@click.option(
    "--sparql",
    metavar="FILE|-",
    help="Ask the SPARQL query in a file, or on standard input (-); the project's prefixes need not be declared.",
)
@click.option(
    "-p",
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="Put a value, or its label, in the place of a default.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(plain.FORMATS),
    help="Without it: a table on a terminal, else CSV; graphs in Turtle.",
)
@click.option("--cite", is_flag=True, help="Print how the answer is cited, as text and in BibTeX.")
@_store
@click.option(
    "-h",
    "--help",
    "wants_help",
    is_flag=True,
    help="Show this message; with NAME, what the question means and may be given.",
)
@click.pass_context
def query(
    context: click.Context,
    name: str | None,
    sparql: str | None,
    params: tuple[str, ...],
    form: str | None,
    cite: bool,
    store: str | None,
    wants_help: bool,
) -> None:
    """Ask a saved question by its NAME, or SPARQL of your own.

    Without either, on a terminal: find a question by its words; elsewhere: list the questions.

    \b
    Example:
      statereport query tables/figures --format csv
      statereport query what-is-said-of-a-group -p group=refugees
      echo 'SELECT ?x { ?x a sr:Event }' | statereport query --sparql -
    """
    from statereport.cli import query as queries

    if name and sparql:
        raise click.UsageError("Give either the NAME of a question or --sparql FILE, not both.", context)
    if wants_help and not name:
        console.write(f"{context.get_help()}\n")
    elif wants_help:
        console.write(queries.help_of(str(name), store, console.say))
    elif not name and not sparql and console.is_dialogue():
        console.write(queries.pick(console.ask, queries.reader(form), store))
    elif not name and not sparql:
        console.write(queries.listing())
    elif cite:
        console.write(queries.citation(name, sparql, params, store, console.say))
    elif sparql:
        console.write(queries.answer_to_sparql(sparql, params, store, queries.reader(form)))
    else:
        console.write(queries.answer(str(name), params, store, queries.reader(form)))


@cli.command(short_help="Find things and passages by words.")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many at most.")
@_store
def search(words: tuple[str, ...], limit: int, store: str | None) -> None:
    """Find things and passages by WORDS in labels, names as printed, gists and definitions, the best first.

    All words must occur, in any form (school finds schools). AND, OR and NOT in capitals join words, brackets group
    them, quotation marks make a phrase, and a star stands for a word's end.

    \b
    Example:
      statereport search statelessness
      statereport search '"Criminal Code" AND (hatred OR discriminat*) NOT torture'
    """
    from statereport.cli import query as queries

    console.write(queries.search(" ".join(words), limit, store, queries.reader(None)))


@cli.command(short_help="Show where the report does not agree with itself.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("page", "html", "table", "csv", "json", "ttl")),
    default="page",
    show_default=True,
    help="A page is in Markdown; ttl is in the terms of DQV.",
)
@_store
def discrepancies(form: str, store: str | None) -> None:
    """Show where the report does not agree with itself: what it says here and there, and how that was found.

    \b
    Example:
      statereport discrepancies --format table
    """
    from statereport.cli import query as queries
    from statereport.graph import discrepancies as showing
    from statereport.graph.knowledge import open_graph

    if form in ("page", "html"):
        found = showing.entries(open_graph(store, say=console.say))
        console.write(showing.page(found) if form == "page" else showing.html_page(found))
    else:
        name = showing.ANNOTATIONS if form == "ttl" else showing.TABLE
        console.write(queries.answer(name, (), store, queries.reader(form)))


@cli.command(short_help="Show all statements about one thing.")
@click.argument("thing")
@_text
@_store
def show(thing: str, texts: tuple[Path, ...], store: str | None) -> None:
    """Show what the report says about one THING, then its names, then every statement: asserted, inferred, noted.

    THING is a name in any language (label, printed name, acronym), the number of a passage, or an IRI.

    \b
    Example:
      statereport show 13.6
      statereport show "Law on Refugees"
      statereport show kaz-figure:13-schools-kazakh
    """
    from statereport.cli import query as queries

    console.write(queries.show(thing, texts, store, console.say))


@cli.command(short_help="Read a passage beside what the graph states in it.")
@click.argument("passage")
@_text
def review(passage: str, texts: tuple[Path, ...]) -> None:
    """Print the text of a PASSAGE, or of all passages of a theme, with everything that the graphs state in it.

    \b
    Example:
      statereport review 13.6 --text report.txt
    """
    from statereport.cli import check as checking
    from statereport.project import find_project

    console.write(checking.review(find_project(), passage, texts))


cli.add_command(serve.serve)
cli.add_command(push.push)


@cli.command(short_help="Write a static site of everything.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--build", "built", type=click.Path(path_type=Path), help="A build's folder.  [default: build]")
@click.option(
    "--base",
    default="https://w3id.org/statereport",
    show_default=True,
    metavar="URL",
    help="The address that the site will have, for what names it: the site map, metadata, redirects.",
)
@click.option(
    "--with-text",
    "texts",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE|FOLDER",
    help="A report's text, or a folder of texts, to publish them in the report reader: only for those who may.",
)
@serve.feedback_option
def publish(folder: Path, built: Path | None, base: str, texts: tuple[Path, ...], feedback: str) -> None:
    """Write everything that the server shows into FOLDER as files: for any plain file host, or to open from a disk.

    The folder appears whole or not at all, and nothing but an earlier site is replaced.

    \b
    Example:
      statereport publish site --base https://example.org/kg
    """
    from statereport.cli import publish as publishing

    serve.check_feedback(feedback)
    console.write(f"{publishing.publish(folder, built, base, texts, feedback, console.say)}\n")


@cli.command(short_help="Answer assistants by the Model Context Protocol.")
@_store
def mcp(store: str | None) -> None:
    """Answer an assistant over standard input and output, by the Model Context Protocol: questions, search, SPARQL.

    It needs the extra: pip install "statereport[mcp]".

    \b
    Example:
      statereport mcp --store build
    """
    from statereport.cli import serve as serving

    serving.assist(store)


def _generated(name: str, short: str, what: str) -> Callable[..., Any]:
    """A command for a graph that a module of the same name generates from the statements and the text."""

    @click.option("--check", "only_check", is_flag=True, help="Write nothing; report whether the file is up to date.")
    @_text
    def generate(only_check: bool, texts: tuple[Path, ...]) -> None:
        from statereport.cli import check as checking
        from statereport.project import find_project

        graphs = checking.generated(name, find_project(), texts)
        if only_check:
            problems = tuple(problem for made in graphs for problem in made.check())
            console.findings(problems, "\n".join(f"{made.name} is up to date." for made in graphs))
        else:
            problems = tuple(problem for made in graphs for problem in made.write())
            console.say("\n".join(f"{made.name} is written." for made in graphs))
            console.findings(problems, "Nothing is missing in it.")

    generate.__doc__ = f"{what}\n\n\b\nExample:\n  statereport {name} --check --text report.txt\n"
    return cli.command(name, short_help=short)(generate)


anchors = _generated(
    "anchors",
    "Place each statement in the text of its report.",
    "Find each statement's fragment in the text of its report and write its range of characters.",
)
ledger = _generated(
    "ledger",
    "Account for each number of the texts.",
    "Account for each number of each report's text, and write the ledger.",
)
mentions = _generated(
    "mentions",
    "Find the printed names in the text.",
    "Find each name of a body, office, instrument, group or place in the report's text and write its place.",
)


@cli.group(cls=groups.Drafting, short_help="Make the draft of a report from its file.")
def draft() -> None:
    """Make the first draft of a report from its file (PDF, .docx, HTML, text), and follow it until it is done.

    \b
    Example:
      statereport draft report.pdf --out draft
    """


@draft.command("file", short_help="Read a file: its text, passages and candidates.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("draft"), show_default=True,
    help="The folder to write.",
)  # fmt: skip
@click.option(
    "--allow-gaps", is_flag=True, help="List breaks in the run of paragraph numbers instead of refusing them."
)
def draft_file(file: Path, out: Path, allow_gaps: bool) -> None:
    """Read a file: write its normalised text, its passages and the candidates into a folder.

    \b
    Example:
      statereport draft report.pdf --out draft
    """
    from statereport.cli import draft as drafting

    console.write(drafting.file(file, out, allow_gaps))


_draft = click.option(
    "--draft", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of the report's draft: its text, passages and candidates.",
)  # fmt: skip


@draft.command("sheet", short_help="Write the work-sheet of a report (.xlsx).")
@click.argument("report")
@_draft
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.  [default: REPORT.xlsx]"
)
def draft_sheet(report: str, folder: Path | None, out: Path | None) -> None:
    """Write the work-sheet of a report (by its short name): what is encoded, what is a draft, and the candidates.

    \b
    Example:
      statereport draft sheet svn-upr-2019 --draft draft
    """
    from statereport.cli import draft as drafting

    console.write(drafting.sheet(report, folder, out or Path(f"{report}.xlsx")))


@draft.command("read", short_help="Read a work-sheet into the project's Turtle.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_draft
def draft_read(file: Path, folder: Path | None) -> None:
    """Read a work-sheet: what a person confirmed goes to graphs/, the rest to drafts/. A wrong cell is named, and then
    nothing is written. With the draft's folder, every quote is looked for in its passage.

    \b
    Example:
      statereport draft read svn-upr-2019.xlsx --draft draft
    """
    from statereport.cli import draft as drafting

    said, wrong = drafting.read(file, folder)
    console.findings(wrong, said.rstrip("\n"))


@draft.command("moved", short_help="Find the anchors of a report in another text of it.")
@click.argument("report")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def draft_moved(report: str, folder: Path) -> None:
    """Find the anchors of an encoded report again, by fragment and paragraph, in the text of another draft of it (of a
    corrected file, or made by a later reader), and list what moved.

    \b
    Example:
      statereport draft moved kaz-cerd-8-10-addendum draft
    """
    from statereport.cli import draft as drafting

    console.write(drafting.moved(report, folder))


@draft.command("status", short_help="Show how far a report is encoded.")
@click.argument("report")
@_text
def draft_status(report: str, texts: tuple[Path, ...]) -> None:
    """Show how far a report is encoded: passages, numerals, citations and requests done, and what is open.

    \b
    Example:
      statereport draft status kaz-cerd-8-10-addendum
    """
    from statereport.cli import draft as drafting

    console.write(drafting.progress(report, texts))


@cli.command(short_help="Compare a download with what was published.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--hash", "digest", default="", metavar="HASH", help="The hash of the data in a citation (RDFC-1.0).")
def verify(path: Path, digest: str) -> None:
    """Say whether PATH (a site, a build, or one file of these) is what was published; name each changed file.

    \b
    Example:
      statereport verify site
    """
    from statereport.site import verify as verifying

    verdict = verifying.verify(path, digest)
    console.findings(verdict.problems, str(verdict))


@cli.command(short_help="Show what changed between two releases.")
@click.argument("old", type=click.Path(exists=True, path_type=Path))
@click.argument("new", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(("text", "html", "ttl")), default="text", show_default=True,
    help="A page is in HTML; ttl has a change set for each thing.",
)  # fmt: skip
def diff(old: Path, new: Path, form: str) -> None:
    """Show which stated things came, went, were withdrawn or changed from OLD to NEW (builds, sites or files), by kind.

    \b
    Example:
      statereport diff build-0.1.0 build --format html
    """
    from statereport.project import find_project
    from statereport.publish import difference
    from statereport.rdf import prefixes, writers

    table = prefixes.read(find_project())
    found = difference.between(old, new, table)
    made = {
        "text": lambda: str(found),
        "html": found.page,
        "ttl": lambda: writers.turtle(found.triples(), table).decode(),
    }
    console.write(made[form]())


@cli.command(short_help="Explain a problem by its code.")
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Explain a problem by its CODE: what it means, why it arises, how to fix it. Without CODE: list the codes.

    \b
    Example:
      statereport explain query-refused
    """
    from statereport import errors

    if code:
        return console.write(f"{errors.explain(code)}\n")
    wide = max(map(len, errors.codes()))
    lines = (f"{it.ljust(wide)}  {errors.explain(it).split(chr(10))[2]}\n" for it in errors.codes())
    return console.write("".join(lines))
