"""What an attacker sends does not end the server, lose a good request, leave the machine, or show its insides."""

from __future__ import annotations

import json
import time

import attack
import corpus
import pytest
import serving
from sampling import WHOLE

PAGES = ("/id/kaz-cerd-8-10-addendum/figure/13-schools.ttl", "/query/figures/all.json")


@pytest.fixture(scope="module")
def served():
    """A server with little patience, so that hostile queries are over soon."""
    with serving.small(
        seconds=1, seconds_to_receive=1, memory=200 << 20, answer_bytes=1 << 20, waiting_for_one=16
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def unharmed(served):
    """Whatever a test sent: the same server, the same zygote, every worker, nothing unforeseen in the log."""
    before = served.tree()[:2]
    yield
    end = time.monotonic() + 10
    while any(state["free"] != state["size"] for state in served.health()["pools"].values()):
        assert time.monotonic() < end, served.health()
        time.sleep(0.1)
    assert served.tree()[:2] == before
    assert not [entry for entry in served.entries if "Traceback" in json.dumps(entry)]
    assert not [line for line in served.other if "Traceback" in line or "rror" in line]


def test_the_corpus_is_as_large_as_it_is_said_to_be():
    assert len(corpus.queries()) >= 200 and len(corpus.TEMPLATES) >= 30
    assert corpus.queries() == corpus.queries()
    assert list(corpus.broken(50, "h")) == list(corpus.broken(50, "h"))


def test_hostile_queries_cost_their_own_answers_only(served):
    figures = attack.attack(f"{served.address}/sparql", 4, attack.sample(60), pages=PAGES)
    assert figures["sent"] == 60 and set(figures["answers"]) <= {"200", "400", "413", "429", "503"}, figures
    assert figures["good_client"]["lost"] == 0 and figures["good_client"]["asked"] > 20, figures
    print(json.dumps(figures))


def test_broken_requests_are_answered_or_closed_and_leave_no_trace(served):
    statuses = attack.malformed(served.port, 400)
    assert sum(statuses.values()) == 400 and not [status for status in statuses if status >= 500 or status < 0], (
        statuses
    )
    assert statuses[400] > 100
    print(attack.numbered(statuses))


def test_requests_that_never_end_keep_no_client_waiting(served):
    links = attack.half_open(
        served.port, 200, 8, lambda i: (b"GET / HTTP/1.1\r\nHost: x", b"POST /sparql HTTP/1.1\r\n")[i % 2]
    )
    end = time.monotonic() + 1
    good = attack.good_client(f"{served.address}/sparql", PAGES, lambda: time.monotonic() > end)
    count, last = attack.closed(links, 5)
    assert good["lost"] == 0 and count == len(links) == 200 and last < 4, (good, count, last)


def test_refusals_at_full_speed_cost_no_worker_and_little_of_the_log(served):
    """Missing addresses, unknown functions and casts, broken queries, each another one."""
    replaced = served.health()["replaced"]
    lines = len(served.entries)
    for i in range(60):
        for query in (
            f"SELECT ?x {{ ?x nothing-{i}",
            f"SELECT (<http://example.org/function-{i}>(1) AS ?x) {{}}",
            f"SELECT (<http://www.w3.org/2001/XMLSchema#cast{i}>('1') AS ?x) {{}}",
        ):
            reply = served.query(query, source="127.0.0.6")
            assert reply.status == 400 and ("<http" not in query or str(i) in reply.json["detail"]), reply.body
        assert served.ask(f"/id/nothing-{i}.html", source="127.0.0.6", Accept="text/html").status == 404
    assert served.health()["replaced"] == replaced
    assert serving.until(lambda: served.entries[-1]["event"] == "request")
    assert len(served.entries) - lines < 200


@pytest.mark.slow
def test_thousands_of_broken_requests_leave_no_trace(served):
    number = 10_000 if WHOLE else 3_000
    statuses = attack.malformed(served.port, number)
    assert sum(statuses.values()) == number and not [status for status in statuses if status >= 500 or status < 0], (
        statuses
    )
    print(attack.numbered(statuses))


@pytest.mark.slow
@pytest.mark.parametrize("attackers", [1, 8])
def test_every_hostile_query_costs_its_own_answer_only(served, attackers):
    every = corpus.queries()
    figures = attack.attack(f"{served.address}/sparql", attackers, every, pages=PAGES)
    assert figures["sent"] == len(every) and set(figures["answers"]) <= {"200", "400", "413", "429", "503"}, figures
    assert figures["good_client"]["lost"] == 0, figures
    print(json.dumps(figures))
