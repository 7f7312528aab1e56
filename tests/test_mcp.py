"""`statereport mcp`: what its tools answer, and the server over stdio as the client of the package mcp meets it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import small

from statereport.graph.knowledge import KnowledgeGraph
from statereport.mcp import tools
from statereport.sparql.engine import Store
from statereport.web.wire.http import Request

TOOLS = {"list_questions", "explain_question", "ask", "describe", "search", "sparql"}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    project = small.make(tmp_path_factory.mktemp("small"))
    return KnowledgeGraph(Store.memory(small.quads(project)), project, digest="abc")


def called(graph: KnowledgeGraph, tool: str, **given: Any) -> tuple[int, dict]:
    response = tools.answer(graph, Request("POST", f"/{tool}", body=json.dumps(given).encode()))
    return response.status, json.loads(response.body)


def test_every_tool_answers_with_its_passages_and_a_citation(graph: KnowledgeGraph) -> None:
    names = [question["name"] for question in called(graph, "list_questions")[1]["questions"]]
    assert names
    calls = {
        "list_questions": {},
        "explain_question": {"name": names[0]},
        "ask": {"name": names[0], "parameters": {}, "limit": 5},
        "describe": {"thing": "sr:Figure"},
        "search": {"words": "school", "limit": 3},
        "sparql": {"query": "SELECT ?s { ?s sr:isStatedIn ?passage } ORDER BY ?s", "limit": 5},
    }
    assert set(calls) == TOOLS == set(tools._TOOLS)
    wrong = []
    for tool, given in calls.items():
        status, found = called(graph, tool, **given)
        right = status == 200 and isinstance(found.get("passages"), list) and "SHA-256" in found.get("citation", "")
        wrong += [] if right else [(tool, found)]
    assert not wrong


def test_an_answer_that_names_statements_has_the_passages_they_are_stated_in(graph: KnowledgeGraph) -> None:
    found = called(graph, "sparql", query="SELECT ?s { ?s sr:isStatedIn ?p } ORDER BY ?s", limit=100)[1]
    there = called(graph, "sparql", query="SELECT DISTINCT ?p { ?s sr:isStatedIn ?p }", limit=100)[1]
    assert found["rows"] and sorted(found["passages"]) == sorted(there["passages"]) != []
    assert found["rows_shown"] == found["rows_in_all"] == len(found["rows"])


def test_an_answer_has_no_more_rows_than_are_wanted_and_says_how_many_there_are(graph: KnowledgeGraph) -> None:
    found = called(graph, "sparql", query="SELECT * { ?s ?p ?o }", limit=2)[1]
    assert len(found["rows"]) == found["rows_shown"] == 2 < found["rows_in_all"]
    found = called(graph, "sparql", query="CONSTRUCT WHERE { ?s ?p ?o }", limit=2)[1]
    assert found["turtle"] and found["rows_shown"] == 2 < found["rows_in_all"]
    assert called(graph, "sparql", query="ASK { ?s ?p ?o }", limit=2)[1]["answer"] is True


@pytest.mark.parametrize(
    ("tool", "given", "code"),
    [
        ("ask", {"name": "no-such", "parameters": {}, "limit": 1}, "unknown-name"),
        ("sparql", {"query": "SELEC", "limit": 1}, "query-syntax"),
        ("sparql", {"query": "INSERT DATA { <a:a> <a:a> <a:a> }", "limit": 1}, "query-refused"),
        ("sparql", {"query": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "limit": 1}, "query-refused"),
        ("describe", {"thing": "sr:Figur"}, "unknown-name"),
        ("search", {"words": "(", "limit": 1}, "bad-search"),
        ("nothing", {}, "address-unknown"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_in_words(
    graph: KnowledgeGraph, tool: str, given: dict[str, Any], code: str
) -> None:
    status, found = called(graph, tool, **given)
    assert 400 <= status < 500 and found["code"] == code and found["hint"]


@pytest.mark.slow
@pytest.mark.server
def test_the_client_of_the_package_lists_calls_and_is_refused_over_stdio() -> None:
    mcp = pytest.importorskip("mcp")
    command = [str(Path(__file__)), "serve"]
    server = mcp.StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ))

    async def talk() -> None:
        async with mcp.Client(server) as client:
            listed = await client.list_tools()
            assert {tool.name for tool in listed.tools} == TOOLS
            assert all(tool.description for tool in listed.tools)
            listed = await client.call_tool("list_questions", {})
            name = listed.structured_content["questions"][0]["name"]
            calls = {
                "list_questions": {"topic": name.partition("/")[0]},
                "explain_question": {"name": name},
                "ask": {"name": name, "limit": 2},
                "describe": {"thing": "sr:Figure"},
                "search": {"words": "school"},
                "sparql": {"query": "ASK { ?s ?p ?o }"},
            }
            assert set(calls) == TOOLS
            for tool, given in calls.items():
                found = await client.call_tool(tool, given)
                assert not found.is_error, (tool, found.content)
                assert "SHA-256" in found.structured_content["citation"] and "passages" in found.structured_content
            query = "SELECT ?s { ?s sr:isStatedIn ?passage }"
            found = await client.call_tool("sparql", {"query": query, "limit": 3})
            assert not found.is_error and found.structured_content["passages"]
            refused = await client.call_tool("sparql", {"query": "DELETE WHERE { ?s ?p ?o }"})
            assert refused.is_error and "query-refused" in refused.content[0].text
            # One that would not end, in the time of this server; the next is answered.
            endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
            refused = await client.call_tool("sparql", {"query": endless})
            assert refused.is_error and "time-limit" in refused.content[0].text
            found = await client.call_tool("sparql", {"query": "ASK { ?s ?p ?o }"})
            assert found.structured_content["answer"] is True

    # In a thread of its own: where a browser was driven before, this thread has a loop that runs already.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(talk())).result()


def main() -> None:
    """Serve the small project over stdio."""
    import tempfile

    from statereport.mcp import server
    from statereport.web.wire.limits import Limits

    with tempfile.TemporaryDirectory() as folder:
        project = small.make(Path(folder))
        server.serve(KnowledgeGraph(Store.memory(small.quads(project)), project), Limits(seconds=1.0))


if __name__ == "__main__":
    main()
