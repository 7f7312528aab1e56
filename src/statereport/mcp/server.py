"""`statereport mcp`: the tools over standard input and output, each call answered in a worker with the server's limits.

The processes are those of the web server: a query of an assistant ends neither this server nor its own machine.
"""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from statereport import __version__
from statereport.errors import Problem
from statereport.graph.knowledge import KnowledgeGraph
from statereport.mcp import tools
from statereport.web.serving import worker
from statereport.web.serving.log import Log
from statereport.web.serving.processes import Zygote
from statereport.web.serving.slow_queue import QuickAndSlow
from statereport.web.wire.http import Request
from statereport.web.wire.limits import Limits

INSTRUCTIONS = (
    "A knowledge graph of State reports to UN treaty bodies: every statement has its passage. First list_questions and "
    "ask one by its name; search finds things by words; describe says all about one; sparql is for what no question "
    "answers. Cite an answer by its `citation` and name its `passages`. What the graph says is what a report says, "
    "not what is so."
)
# Who asks, for the fair queue: there is one client.
_CLIENT = "stdio"


def serve(graph: KnowledgeGraph, limits: Limits, files: int = 0) -> None:
    """Answer over standard input and output until the client closes them. A worker may have so many files open."""
    tools.warm(graph)
    process, control = worker.start(graph, tools.answer, limits, first_requests(), files)
    asyncio.run(_run(limits, Zygote(process, control)))
    control.close()
    os.waitpid(process, 0)


def first_requests() -> tuple[Request, ...]:
    """A call of each tool, good and bad: what answers them is loaded before files are out of reach."""
    calls = (
        ("list_questions", {}),
        ("ask", {"name": "no-such-question", "parameters": {}, "limit": 1}),
        ("describe", {"thing": "sr:Figure"}),
        ("describe", {"thing": "sr:Figur"}),
        ("search", {"words": "school", "limit": 1}),
        ("sparql", {"query": "SELECT * { ?s ?p ?o } LIMIT 1", "limit": 1}),
        ("sparql", {"query": "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 1", "limit": 1}),
        ("sparql", {"query": "SELEC", "limit": 1}),
    )
    return tuple(_request(name, given) for name, given in calls)


def _request(name: str, given: dict[str, Any]) -> Request:
    return Request("POST", f"/{name}", body=json.dumps(given).encode("utf-8", "replace"))


async def _run(limits: Limits, zygote: Zygote) -> None:
    log = Log(requests=False)
    public = QuickAndSlow(zygote, worker.PUBLIC, 1, 1, limits.seconds, limits.trial_seconds, limits, log)
    own = QuickAndSlow(zygote, worker.OWN, 1, 1, limits.own_seconds, limits.own_trial_seconds, limits, log)
    for pool in (public, own):
        await pool.start()

    async def call(tool: str, /, **given: Any) -> dict[str, Any]:
        pool = public if tool == "sparql" else own
        try:
            response = await pool.answer(_request(tool, given), _CLIENT)
        except Problem as problem:
            raise ToolError(str(problem)) from None
        found = json.loads(response.body)
        if response.status != 200:
            raise ToolError(f"{found['code']}: {found['detail']}\nFix: {found['hint']}")
        return found

    async def watch() -> None:
        while zygote.alive():
            await asyncio.sleep(1)
            for pool in (public.quick, public.slow, own.quick, own.slow):
                pool.look_after()
        zygote.end_server()

    watching = asyncio.create_task(watch())
    await server_of(call).run_stdio_async()
    watching.cancel()


def server_of(call: Any) -> MCPServer:
    """The server with its tools; `call` answers one by its name and arguments, or raises ToolError."""
    server = MCPServer("statereport", instructions=INSTRUCTIONS, version=__version__, log_level="ERROR")

    @server.tool()
    async def list_questions(topic: str = "") -> dict[str, Any]:
        """List the saved questions with their parameters: all, or those of a topic (law, groups, statistics …)."""
        return await call("list_questions", topic=topic)

    @server.tool()
    async def explain_question(name: str) -> dict[str, Any]:
        """What a saved question means, what its parameters may be, its columns, and its SPARQL."""
        return await call("explain_question", name=name)

    @server.tool()
    async def ask(name: str, parameters: dict[str, str] | None = None, limit: int = 100) -> dict[str, Any]:
        """Ask a saved question by its name. A parameter's value may be a label. At most `limit` rows are given."""
        return await call("ask", name=name, parameters=parameters or {}, limit=limit)

    @server.tool()
    async def describe(thing: str) -> dict[str, Any]:
        """All that is said of one thing, by its IRI or short name: asserted, inferred, noted, and where in the text."""
        return await call("describe", thing=thing)

    @server.tool()
    async def search(words: str, limit: int = 20) -> dict[str, Any]:
        """Find things and passages by words. All must occur; AND, OR, NOT, brackets, "a phrase" and star* are known."""
        return await call("search", words=words, limit=limit)

    @server.tool()
    async def sparql(query: str, limit: int = 100) -> dict[str, Any]:
        """Ask a SPARQL query, read-only; the project's prefixes need not be declared. At most `limit` rows."""
        return await call("sparql", query=query, limit=limit)

    return server
