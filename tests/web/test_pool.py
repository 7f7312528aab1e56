"""The processes that answer: what ends them, whose turn is next, and that none is ever lost."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import serving

# Products without a common variable: on the two dozen statements of the small project, the first runs for hours, the
# second fills memory.
LONG = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?a{i} ?b{i} ?c{i}" for i in range(8)) + " }"
WIDE = "SELECT * { " + " . ".join(f"?a{i} ?b{i} ?c{i}" for i in range(5)) + " } ORDER BY ?c0 ?c1 ?c2"
FLOOD = "SELECT * { " + " . ".join(f"?a{i} ?b{i} ?c{i}" for i in range(5)) + " }"
SHORT = "ASK { ?x ?y ?z }"
OTHER = "127.0.0.2"
# A client that has asked nothing yet.
NEW = "127.0.0.99"


@pytest.fixture(scope="module")
def served():
    """A server with little patience: 1 s, 3 quick and 2 slow workers, and 1 of its own."""
    with serving.small(seconds=1, quick=3, slow=2, own=1, waiting_for_one=2, waiting=5) as running:
        yield running


@pytest.fixture(autouse=True)
def whole(request):
    """After each test the pools are as large as before it, and no worker is held."""
    yield
    if "served" in request.fixturenames:
        rested(request.getfixturevalue("served"))


def rested(served, seconds: float = 5) -> dict:
    """The health of the server when no client asks any more; every worker must be free again."""
    end = time.monotonic() + seconds
    while True:
        health = served.health()
        states = health["pools"].values()
        if all(state["free"] == state["size"] and not state["waiting"] for state in states):
            return health
        assert time.monotonic() < end, health
        time.sleep(0.05)


def left(tree: list[int], seconds: float = 5) -> list[int]:
    """The processes that still run after some seconds."""
    end = time.monotonic() + seconds
    while True:
        found = []
        for process in tree:
            with contextlib.suppress(OSError):
                if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                    found.append(process)
        if not found or time.monotonic() > end:
            return found
        time.sleep(0.05)


def workers(served) -> set[int]:
    """The workers for clients' queries that run: those that are nicer than the server."""
    server, *others = served.tree()
    return {process for process in others[1:] if niceness(process) == min(19, niceness(server) + 10)}


def niceness(process: int) -> int | None:
    """How nice a process is to others; None for one that has ended."""
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return int(words[16]) if words[0] != "Z" else None
    return None


def draws(process: int) -> bool:
    """True for the process that draws charts: an interpreter of its own."""
    return b"statereport.web.serving.drawing" in Path(f"/proc/{process}/cmdline").read_bytes()


def idle(served) -> set[int]:
    """The workers whose every thread runs only when no other process wants to."""
    found = set()
    for process in served.tree()[2:]:
        with contextlib.suppress(OSError):
            if {os.sched_getscheduler(int(thread)) for thread in os.listdir(f"/proc/{process}/task")} == {
                os.SCHED_IDLE
            }:
                found.add(process)
    return found


def pool(served, name: str) -> dict[str, int]:
    """What the workers of a pool do."""
    state = served.health()["pools"][name]
    del state["alive"]
    return state


def test_a_query_that_takes_too_long_is_given_up_and_says_which_limit(served):
    start = time.monotonic()
    reply = served.query(LONG)
    assert (reply.status, reply.json["code"]) == (503, "time-limit")
    assert "1 s" in reply.json["detail"] and int(reply.headers["retry-after"]) > 0
    assert 1 <= time.monotonic() - start < 3
    assert served.query(SHORT).json["boolean"] is True


def test_an_answer_that_fills_memory_ends_its_worker_only():
    with serving.small(seconds=20, memory=64 << 20, quick=2, slow=1, own=1) as served:
        before = served.process.pid, served.tree()[1]
        reply = served.query(WIDE)
        assert (reply.status, reply.json["code"]) == (503, "memory-limit")
        health = rested(served)
        assert sum(sum(counts.values()) for counts in health["replaced"].values()) == 1
        assert (served.process.pid, served.tree()[1]) == before
        assert served.query(SHORT).status == 200


def test_an_answer_that_is_too_long_is_refused_whole_and_its_worker_kept():
    with serving.small(trial_seconds=30, quick=1, slow=1, own=1, answer_bytes=1 << 20) as served:
        before = workers(served)
        reply = served.query(FLOOD)
        assert (reply.status, reply.json["code"]) == (413, "answer-too-large") and "1 MiB" in reply.json["detail"]
        assert workers(served) == before


def test_a_worker_that_dies_costs_one_answer():
    with serving.small(seconds=30, quick=3, slow=2, own=1) as served, ThreadPoolExecutor(1) as one:
        before = {process: spent(process) for process in workers(served)}
        reply = one.submit(served.query, LONG)
        assert serving.until(lambda: any(spent(process) > before[process] + 10 for process in before))
        os.kill(max(before, key=lambda process: spent(process) - before[process]), signal.SIGKILL)
        assert reply.result().status == 503
        assert rested(served)["replaced"]["slow"] == {"ended": 1}
        assert serving.until(lambda: len(workers(served)) == 5)


def spent(process: int) -> int:
    """The processor time of a process, in ticks."""
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11])


def test_one_client_never_holds_all_workers(served):
    with ThreadPoolExecutor(4) as many:
        replies = [many.submit(served.query, LONG, source=OTHER) for _ in range(3)]
        assert serving.until(lambda: pool(served, "slow") == {"size": 2, "free": 1, "busy": 1, "waiting": 2})
        assert served.query(SHORT, source=NEW).status == 200
        replies.append(many.submit(served.query, LONG, source=NEW))
        assert serving.until(lambda: pool(served, "slow")["busy"] == 2)
        assert not all(reply.done() for reply in replies)
        assert {reply.result().status for reply in replies} == {503}


def test_a_long_query_goes_on_in_the_slow_pool_where_it_gives_way_to_all(served):
    assert serving.until(lambda: not idle(served))
    with ThreadPoolExecutor(1) as one:
        reply = one.submit(served.query, LONG)
        assert serving.until(lambda: len(idle(served)) == 1)
        assert pool(served, "quick")["free"] == 3 and pool(served, "slow")["busy"] == 1
        assert reply.result().json["code"] == "time-limit"
    assert serving.until(lambda: not idle(served) and len(workers(served)) == 5)


def test_a_long_page_continues_in_the_slow_pool_too():
    # Without time for a trial every page is a long one; the process gives way to all others, and is replaced after it.
    with serving.small(own_trial_seconds=0, quick=1, slow=1, own=1, own_slow=1) as served:
        assert served.ask("/query/figures/all.json?least=5000").status == 200
        replaced = rested(served)["replaced"]
        assert replaced["own"] == {} and replaced["own slow"] == {"answered": 1}


def test_a_long_query_waits_for_its_turn_and_is_answered_then():
    # Without time for a trial every query is a long one, and the only slow worker is taken.
    with serving.small(seconds=1, trial_seconds=0, slow=1) as served, ThreadPoolExecutor(1) as one:
        first = one.submit(served.query, LONG)
        assert serving.until(lambda: pool(served, "slow")["busy"] == 1)
        assert served.query(SHORT, source=OTHER).json["boolean"] is True
        assert first.result().json["code"] == "time-limit"
        assert rested(served)["replaced"] == {
            "own": {},
            "own slow": {},
            "drawing": {},
            "quick": {"trial": 1},
            "slow": {"time": 1, "answered": 1},
        }


@pytest.mark.slow
def test_a_query_whose_trial_failed_recently_gets_no_other():
    # Time enough for three to come before the first is given up, whatever else the machine does.
    with serving.small(seconds=3, slow=1) as served, ThreadPoolExecutor(3) as many:
        replies = [many.submit(served.query, LONG)]
        assert serving.until(lambda: pool(served, "slow")["busy"] == 1)
        for waiting in (1, 2):
            replies.append(many.submit(served.query, f"{LONG} # again", source=OTHER))
            assert serving.until(lambda n=waiting: pool(served, "slow")["waiting"] == n)
        assert {reply.result().json["code"] for reply in replies} == {"time-limit"}
        assert rested(served)["replaced"]["quick"] == {"trial": 1}


def test_a_client_with_far_too_many_requests_is_asked_to_wait(served):
    with ThreadPoolExecutor(12) as many:
        replies = [reply.result() for reply in [many.submit(served.query, LONG, source=OTHER) for _ in range(12)]]
    refused = [reply for reply in replies if reply.status == 429]
    assert refused and all(
        reply.json["code"] == "too-many-requests" and reply.headers["retry-after"] for reply in refused
    )


def test_when_too_many_wait_every_client_still_has_its_turn(served):
    with ThreadPoolExecutor(20) as many:
        sources = [f"127.0.0.{60 + i % 5}" for i in range(20)]
        codes = list(many.map(lambda source: served.query(LONG, source=source).json["code"], sources))
    assert set(codes) <= {"time-limit", "too-many-requests", "server-busy"} and len(set(codes)) > 1
    assert {source for source, code in zip(sources, codes, strict=True) if code == "time-limit"} == set(sources)


@pytest.mark.slow
def test_pages_and_documents_are_answered_while_every_public_worker_is_busy():
    with serving.small(seconds=12, trial_seconds=1, quick=2, slow=1, own=1) as served, ThreadPoolExecutor(3) as many:
        replies = [many.submit(served.query, LONG, source=OTHER)]
        assert serving.until(lambda: pool(served, "slow")["free"] == 0, 10)
        replies += [many.submit(served.query, f"{LONG} # {i}", source=f"127.0.0.{20 + i}") for i in range(2)]
        assert serving.until(lambda: pool(served, "quick")["free"] == 0)
        assert served.ask("/query/figures/all.json?least=5000").status == 200
        assert not any(reply.done() for reply in replies)
        assert [reply.result().status for reply in replies] == [503] * 3


def test_the_last_free_worker_is_kept_for_those_who_used_little():
    with serving.small(seconds=1, slow=3, light_seconds=0.5) as served, ThreadPoolExecutor(5) as many:
        first = [many.submit(served.query, LONG, source=f"127.0.0.{30 + i}") for i in range(4)]
        assert {reply.result().status for reply in first} == {503}
        replies = [many.submit(served.query, LONG, source=f"127.0.0.{30 + i}") for i in range(4)]
        assert serving.until(lambda: pool(served, "slow") == {"size": 3, "free": 1, "busy": 2, "waiting": 2})
        replies.append(many.submit(served.query, LONG, source=NEW))
        assert serving.until(lambda: pool(served, "slow")["busy"] == 3)
        assert served.query(SHORT, source="127.0.0.30").status == 200
        assert not all(reply.done() for reply in replies)
        assert {reply.result().status for reply in replies} == {503}


@pytest.mark.parametrize(("name", "trial"), [("quick", 30), ("slow", 0)])
def test_a_client_that_goes_away_frees_its_worker(name, trial):
    with serving.small(seconds=30, trial_seconds=trial) as served:
        body = LONG.encode()
        kind = "Content-Type: application/sparql-query"
        head = f"POST /sparql HTTP/1.1\r\nHost: localhost\r\n{kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", served.port)) as link:
            link.sendall(head.encode() + body)
            assert serving.until(lambda: pool(served, name)["busy"] == 1)
        assert rested(served)["replaced"][name] == {"cancelled": 1}


def test_workers_are_replaced_after_a_number_of_answers():
    with serving.small(jobs=3, trial_seconds=30, quick=1, slow=1, own=1) as served:
        for _ in range(7):
            assert served.query(SHORT).status == 200
        assert rested(served)["replaced"]["quick"] == {"retired": 2}


def faults(process: int) -> list[str]:
    """What a worker might open or write, and should not."""
    found = []
    limits = Path(f"/proc/{process}/limits").read_text()
    for what in ("Max open files", "Max file size", "Max core file size"):
        line = next(line for line in limits.splitlines() if line.startswith(what))
        found += [line] if line.split()[3 if what != "Max core file size" else 4] != "0" else []
    files = {os.readlink(f"/proc/{process}/fd/{number}") for number in os.listdir(f"/proc/{process}/fd")}
    return found + [
        file for file in files if file.partition(":")[0] not in ("/dev/null", "socket", f"/proc/{process}/statm")
    ]


def test_a_worker_can_open_nothing_and_gives_way_to_others(served):
    zygote = served.tree()[1]

    def settled() -> bool:
        # One that was forked just now has not given up its files yet; what draws reads programs and fonts.
        with contextlib.suppress(OSError):
            return not [fault for process in served.tree()[2:] if not draws(process) for fault in faults(process)]
        return False

    assert serving.until(settled)
    assert serving.until(lambda: len(workers(served)) == 5)
    assert len(os.listdir(f"/proc/{zygote}/task")) == 1


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:%d/> { ?x ?y ?z } }",
        "SELECT * { SERVICE SILENT <http://127.0.0.1:%d/> { ?x ?y ?z } }",
    ],
)
def test_even_without_the_screen_no_query_reaches_another_server(query):
    listener = socket.create_server(("127.0.0.1", 0))
    came = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            came.append(listener.accept())

    threading.Thread(target=accept, daemon=True).start()
    with serving.small(seconds=2, screen=False) as served, listener:
        reply = served.query(query % listener.getsockname()[1])
        assert reply.status in (200, 500, 503)
        assert not came
    assert not came


def test_killing_the_server_ends_its_workers():
    with contextlib.suppress(AssertionError), serving.small() as served:
        tree = served.tree()
        assert len(tree) == 14
        served.process.kill()
        served.process.wait()
        assert not left(tree)


def test_ending_in_order_lets_answers_finish_and_leaves_nothing():
    with serving.small(seconds=1) as served, ThreadPoolExecutor(1) as one:
        tree = served.tree()
        reply = one.submit(served.query, LONG)
        time.sleep(0.3)
        served.process.send_signal(signal.SIGTERM)
        assert reply.result().json["code"] == "time-limit"
        served.process.wait(5)
    assert not left(tree)


def test_without_its_zygote_the_server_ends():
    with serving.small(seconds=1, quick=1) as served:
        os.kill(served.tree()[1], signal.SIGKILL)
        with contextlib.suppress(OSError):
            served.query(LONG)
        served.process.wait(15)


def test_a_worker_that_dies_while_it_has_nothing_to_do_is_replaced():
    with serving.small(quick=2, slow=1, own=1) as served:
        before = workers(served)
        for process in before:
            os.kill(process, signal.SIGKILL)
        assert serving.until(lambda: len(workers(served)) == len(before) and not workers(served) & before)
        assert served.query(SHORT).json["boolean"] is True
        assert sum(counts.get("ended", 0) for counts in rested(served)["replaced"].values()) == len(before)


def test_health_looks_at_the_processes_not_at_what_they_should_be():
    with serving.small(quick=2, slow=1, own=1) as served:
        zygote, process = served.tree()[1], max(workers(served))
        os.kill(zygote, signal.SIGSTOP)  # so that nothing can be replaced
        os.kill(process, signal.SIGKILL)
        assert serving.until(lambda: served.ask("/health").status == 503, 15)
        pools = served.health()["pools"].values()
        assert sum(state["alive"] for state in pools) == sum(state["size"] for state in pools) - 1
        os.kill(zygote, signal.SIGCONT)
        assert serving.until(lambda: served.ask("/health").status == 200)


def test_without_open_files_workers_are_replaced_as_soon_as_there_are_some():
    """A server that may open no file more tries again until it may."""
    with serving.small(quick=2, slow=1, own=1, seconds=1) as served:
        soft, hard = resource.prlimit(served.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(served.process.pid, resource.RLIMIT_NOFILE, (3, hard))
        os.kill(max(workers(served)), signal.SIGKILL)
        time.sleep(2.5)
        assert len(workers(served)) == 2
        resource.prlimit(served.process.pid, resource.RLIMIT_NOFILE, (soft, hard))
        assert serving.until(lambda: len(workers(served)) == 3, 10)
        assert rested(served)["status"] == "ok"
        assert sum("no worker" in entry.get("kind", "") for entry in served.entries) == 1


def test_an_unforeseen_exception_is_a_problem_and_costs_no_worker():
    """It is in the log once, with its traceback, however often it comes."""
    with serving.small(quick=2, slow=1, own=2, broken=True) as served:
        before = served.tree()
        for i in range(40):
            reply = served.ask(f"/why?subject={i}")
            assert (reply.status, reply.json["code"]) == (500, "server-fault")
            assert "fault of statereport" in reply.json["detail"] and "report it" in reply.json["hint"]
        assert served.ask("/query/figures/all.json").status == 200
        assert served.tree() == before and not any(rested(served)["replaced"].values())
        faults = [entry for entry in served.entries if entry["event"] == "fault"]
        assert len(faults) == 1 and "ZeroDivisionError" in faults[0]["fault"] and faults[0]["path"] == "/why"
