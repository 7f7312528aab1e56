"""The command `push`: its options, and what it prints."""

from __future__ import annotations

from pathlib import Path

import click

from statereport.cli import console


@click.command(short_help="Put the graph into a SPARQL store.")
@click.argument("url")
@click.option("--update", default="", metavar="URL", help="Where the store takes SPARQL updates.")
@click.option("--graph-store", default="", metavar="URL", help="Where it reads and writes single graphs.")
@click.option(
    "--build",
    "built",
    type=click.Path(path_type=Path),
    help="The build to push. Without it: ./build if fresh, else the sources.",
)
@click.option(
    "--seconds",
    default=120.0,
    show_default=True,
    type=click.FloatRange(0.1, 3_600),
    help="The time that one request may take.",
)
@click.option("--undo", is_flag=True, help="Put back what was there before a push that was not finished.")
def push(url: str, update: str, graph_store: str, built: Path | None, seconds: float, undo: bool) -> None:
    """Put the graph into the store whose SPARQL queries URL answers, by the Graph Store Protocol or by updates.

    Without --update and --graph-store the updates go to URL too. Every graph is written beside its place, read back and
    compared before it takes its place; what is equal is not sent. A push that was stopped is continued by the next one.
    A name and password are read from STATEREPORT_STORE_USER and STATEREPORT_STORE_PASSWORD, or a token from
    STATEREPORT_STORE_TOKEN.

    \b
    Example:
      statereport push http://127.0.0.1:7878/query --graph-store http://127.0.0.1:7878/store \\
          --update http://127.0.0.1:7878/update
    """
    from statereport.graph.knowledge import open_build
    from statereport.project import find_project
    from statereport.publish import push as pushing
    from statereport.publish import release
    from statereport.sparql.exchange import Credentials, Exchange
    from statereport.sparql.graph_store import Addresses, GraphStore

    addresses = Addresses(url, update or ("" if graph_store else url), graph_store)
    store = GraphStore(addresses, Exchange(seconds, Credentials.of_environment(), follow=False))
    if undo:
        is_undone = pushing.undo(store, console.say)
        console.say("The store is as it was before." if is_undone else "No push is unfinished here.")
        return
    project = find_project()
    build = open_build(built, project, console.say, in_memory=True)
    engine = release.load(project, build, console.say).graph.engine
    graphs = {name: (lambda name=name: (quad.triple for quad in engine.quads(name))) for name in engine.graphs()}
    done = pushing.push(graphs, store, console.say)
    console.write(f"{done}\n")
    if not done.is_union:
        console.say(
            "Questions find nothing there yet: they name no graph, and this store answers such queries from its "
            "default graph alone. Let that be the union of all graphs; docs/deploy has the setting of each store."
        )
