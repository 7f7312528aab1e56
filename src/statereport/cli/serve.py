"""The command `serve`: its options, and nothing else."""

from __future__ import annotations

from pathlib import Path

import click

from statereport.cli import console
from statereport.errors import ExtraMissing

# Files that a worker may have open where it asks a store elsewhere: connections, names of hosts, certificates.
_FILES = 64

feedback_option = click.option(
    "--feedback",
    envvar="STATEREPORT_FEEDBACK",
    default="",
    metavar="ADDRESS",
    help="Where readers report errors, on every page: https://… or mailto:….",
)


@click.command(short_help="Serve the graph on the web.")
@click.option(
    "--build",
    "built",
    type=click.Path(path_type=Path),
    help="A build's folder, which also gives the files to fetch. Without it: ./build if fresh, else the sources.",
)
@click.option(
    "--store",
    envvar="STATEREPORT_STORE",
    metavar="FOLDER|URL",
    help="A SPARQL endpoint that answers all queries; it holds the build, put there by statereport push. A folder is "
    "that of a build, as with --build.",
)
@click.option(
    "--text",
    "texts",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE|FOLDER",
    help="The text of a report, which is then shown in the reader, or a folder of texts; may be given several times.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen at; 0.0.0.0 or :: is every address of this machine.",
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65_535), help="0 takes any free one.")
@click.option(
    "--base",
    default="",
    metavar="URL",
    help="The public address, which may have a path, where a proxy stands before the server.",
)
@click.option(
    "--allow-host",
    "allowed",
    multiple=True,
    metavar="NAME",
    help="Another name of this host that is answered for; * is any. IP addresses, localhost and --base always are.",
)
@click.option("--proxy", "proxies", multiple=True, metavar="ADDRESS", help="Whose X-Forwarded-For is believed.")
@click.option(
    "--workers",
    default=4,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes for the queries of clients; one fewer are added for long ones, and four for pages.",
)
@click.option(
    "--seconds",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0.1, 3_600),
    help="The time that a client's query may take.",
)
@feedback_option
@click.option("--quiet", is_flag=True, help="No line in the log for each request.")
def serve(
    built: Path | None,
    store: str | None,
    texts: tuple[Path, ...],
    host: str,
    port: int,
    base: str,
    allowed: tuple[str, ...],
    proxies: tuple[str, ...],
    workers: int,
    seconds: float,
    feedback: str,
    quiet: bool,
) -> None:
    """Serve the graph on the web: pages, linked data, and a SPARQL endpoint whose queries cannot end the server.

    The log goes to stderr, a line of JSON for each request.

    \b
    Examples:
      statereport serve --port 8000
      statereport serve --host :: --allow-host graph.example.org
      statereport serve --store http://127.0.0.1:7878/query
    """
    from statereport.graph.knowledge import open_build
    from statereport.pages import context
    from statereport.project import find_project, find_texts
    from statereport.publish import release
    from statereport.site import single_file
    from statereport.sparql.exchange import Credentials
    from statereport.sparql.remote import RemoteStore
    from statereport.web.answers.site import Site
    from statereport.web.serving import server
    from statereport.web.serving.clients import plain_address
    from statereport.web.serving.log import Log
    from statereport.web.wire import requests
    from statereport.web.wire.limits import Limits, Setting

    names = frozenset(name if name == "*" else requests.host_name(name) for name in allowed)
    if "" in names:
        raise click.BadParameter("give names of hosts, without http:// and path", param_hint="--allow-host")
    try:
        trusted = frozenset(map(plain_address, proxies))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--proxy") from None
    try:
        server.public_address(base, host, port)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--base") from None
    check_feedback(feedback)
    if store and not store.startswith(("http://", "https://")):
        built, store = built or Path(store), None
    project, limits = find_project(), Limits(seconds=seconds)
    shown = find_texts(project, texts) if texts else None
    setting = Setting(
        names,
        trusted,
        quick=workers,
        slow=max(1, workers - 1),
        prepare=True,
        limits=limits,
        files=_FILES if store else 0,
    )
    elsewhere = RemoteStore(store, limits.own_seconds, Credentials.of_environment()) if store else None

    def load(address: str) -> Site:
        if single_file.missing():
            console.say(single_file.missing())
        found = release.load(project, open_build(built, project, console.say, in_memory=True), console.say)
        found = release.elsewhere(found, elsewhere) if elsewhere else found
        return Site.of(context.make(found.graph, found.explanations, found.files, shown, address, feedback), limits)

    server.serve(load, setting, host, port, base, console.say, Log(requests=not quiet))


def check_feedback(address: str) -> None:
    """Raise BadParameter for an address at which nobody can report an error."""
    if address and not address.startswith(("https://", "http://", "mailto:")):
        raise click.BadParameter("begin it with https:// or mailto:", param_hint="--feedback")


def assist(store: str | None) -> None:
    """Serve the tools of `statereport mcp`. Raises ExtraMissing."""
    try:
        from statereport.mcp import server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "mcp":
            raise
        raise ExtraMissing(
            "mcp", "The package mcp is not installed.", 'install it: pip install "statereport[mcp]"'
        ) from None
    from statereport.graph.knowledge import KnowledgeGraph, from_sources, open_build, open_graph
    from statereport.project import find_project
    from statereport.web.wire.limits import Limits

    project, remote = find_project(), (store or "").startswith(("http://", "https://"))
    build = None if remote else open_build(store, project, console.say, in_memory=True)
    if remote:
        graph = open_graph(store, project, console.say)
    else:
        graph = KnowledgeGraph(build.engine if build else from_sources(project), project, build)
    server.serve(graph, Limits(), _FILES if remote else 0)
