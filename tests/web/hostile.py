"""Attacks on a server of this machine, with a good client beside each: what became of that client, and of the server.

    make hostile                                            seven attacks, on the bare server and behind nginx
    .venv/bin/python tests/web/hostile.py half-open files   some of them
    .venv/bin/python tests/web/hostile.py --peers           also the hostile queries, on this server and on others

It prints a line for each attack: how many requests of the good client were lost and how long they took, whether every
worker was back within 30 s, whether what `/health` reports about the processes is true, and how much was logged. The
line says `good` where nothing was lost, 99 of 100 took at most 250 ms, the workers were back, and the log is small
(below 10 MB).
Seeded; nothing is sent anywhere but to this machine (`attackers.py`). With --peers, more figures follow as one JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "bench")]

import attack  # noqa: E402
import attackers  # noqa: E402
import corpus  # noqa: E402
import peers  # noqa: E402
import proxying  # noqa: E402
import serving  # noqa: E402
import web  # noqa: E402

# A good client: how long it waits between two requests, in seconds, and what it may lose and wait for at most.
PAUSE, LOST, P99 = 0.05, 0, 250.0
BACK, LOGGED = 30.0, 10_000_000
# How many attackers, and where each is. The good client is at 127.0.0.1.
SIEGES: dict[str, tuple[int, Callable[[int], str]]] = {
    "under 1": (1, lambda i: "127.0.0.2"),
    "under 8 behind one address": (8, lambda i: "127.0.0.2"),
    "under 8 at 8 addresses": (8, lambda i: f"127.0.0.{10 + i}"),
    "under 8 at the good client's address": (8, lambda i: "127.0.0.1"),
}
PAGES = ("/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh.ttl", "/query/law/laws-cited-most.json")


def main() -> None:
    """Run the attacks that are named, or all, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help=f"one of: {', '.join(attackers.ATTACKS)}")
    parser.add_argument("--seconds", type=float, default=30, help="how long each attack lasts")
    parser.add_argument("--only", choices=("bare", "nginx"), help="only the bare server, or only behind nginx")
    parser.add_argument("--peers", action="store_true", help="also the hostile queries, on this server and on others")
    options = parser.parse_args()
    names = options.attacks or list(attackers.ATTACKS)
    bad = 0
    print(
        f"{'attack':10} {'before':6} {'asked':>5} {'lost':>4} {'p50':>6} {'p99':>6} {'max':>6}  workers  health  logged"
    )
    for before in ("bare", "nginx"):
        if options.only in (None, before):
            for name in names:
                bad += not attacked(name, before, options.seconds)
    if options.peers:
        print(json.dumps(queries(), indent=1))
    sys.exit(1 if bad else 0)


def attacked(name: str, before: str, seconds: float) -> bool:
    """Attack a fresh server; print what came of it, and return whether that was good."""
    with contextlib.ExitStack() as stack:
        proxy = ["--proxy", "127.0.0.1"] if before == "nginx" else []
        build = ["--build", os.environ["STATEREPORT_BUILD"]] if "STATEREPORT_BUILD" in os.environ else []
        served = stack.enter_context(serving.real(*proxy, *build, files=1_024 if name == "files" else 0))
        port = served.port
        if before == "nginx":
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            port, _ = stack.enter_context(proxying.proxied(f"127.0.0.1:{served.port}", folder))
        assert serving.until(lambda: not served.health()["unprepared"], 300)
        logged = served.logged
        command = [sys.executable, str(HERE / "attackers.py"), name, str(port), str(seconds)]
        attacker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        good = good_client(port, lambda: attacker.poll() is not None)
        came = attacker.stdout.read().strip()
        back = workers_back(served)
        true = health_is_true(served)
        logged = served.logged - logged
        fine = good["lost"] <= LOST and good["p99_ms"] <= P99 and back <= BACK and true and logged < LOGGED
        print(
            f"{name:10} {before:6} {good['asked']:5} {good['lost']:4} {good['p50_ms']:6.1f} {good['p99_ms']:6.1f} "
            f"{good['max_ms']:6.1f}  {back:5.1f} s  {'true' if true else 'FALSE':6}  {logged / 1e6:.2f} MB  "
            f"{'good' if fine else 'BAD'}  {came} slowest: {good['slowest']} "
            f"{good['statuses'] if good['lost'] else ''}",
            flush=True,
        )
        return fine


def good_client(port: int, done: Callable[[], bool]) -> dict:
    """Ask for pages that are kept, pages that are not, documents and small queries, until `done`."""
    endpoint = f"http://127.0.0.1:{port}/sparql"
    chance, statuses, times = random.Random(7), Counter(), []
    kinds = (
        lambda: "/query/law/laws-cited-most.html",
        lambda: f"/search?q=school+{chance.randrange(10_000)}",
        lambda: "/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh.ttl",
        lambda: f"/sparql?{urlencode({'query': f'{attack.GOOD} OFFSET {chance.randrange(1_000)}'})}",
        lambda: f"/report/{chance.randrange(2, 14)}",
    )
    asked, slowest = 0, ""
    while not done():
        start, path = time.perf_counter(), kinds[asked % len(kinds)]()
        statuses[attack.get(endpoint, path, accept="*/*")] += 1
        times.append(1000 * (time.perf_counter() - start))
        slowest = path.partition("?")[0] if times[-1] == max(times) else slowest
        asked += 1
        time.sleep(PAUSE)
    return {
        "asked": asked,
        "lost": asked - statuses[200],
        "statuses": attack.numbered(statuses),
        "slowest": slowest,
        **attack.spread(times),
    }


def workers_back(served: serving.Served) -> float:
    """The seconds until every worker is there and has nothing to do; more than BACK where that does not come."""
    start = time.monotonic()
    while time.monotonic() - start <= BACK:
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            pools = served.health()["pools"].values()
            if all(state["alive"] == state["free"] == state["size"] for state in pools):
                return time.monotonic() - start
        time.sleep(0.1)
    return BACK + 1


def health_is_true(served: serving.Served) -> bool:
    """Whether there are as many processes as `/health` says: the workers, the zygote and the server itself."""
    # Several looks: between the two that are compared, a worker may have been replaced.
    return serving.until(
        lambda: sum(state["alive"] for state in served.health()["pools"].values()) == len(served.tree()) - 2
    )


def queries() -> dict:
    """The figures of the hostile queries on this server and on others."""
    every = corpus.queries()
    figures: dict = {
        "what": {"queries": len(every), "templates": len(corpus.TEMPLATES), "seed": 42},
        "where": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.platform(),
            "on": datetime.now(UTC).date().isoformat(),
        },
    }
    figures["statereport"] = this_server(every, 10_000, 2)
    return figures | others(every, 240)


def say(words: str) -> None:
    """Progress, on stderr."""
    print(words, file=sys.stderr, flush=True)


def this_server(every: list[tuple[str, str]], malformed: int, seconds: float) -> dict:
    """This server, as a person starts it."""
    figures: dict = {}
    with serving.real("--seconds", str(seconds)) as served:
        endpoint = f"{served.address}/sparql"
        tree = served.tree()[:2]
        figures["alone"] = quiet(endpoint, PAGES)
        for name, (attackers, source) in SIEGES.items():
            say(f"statereport: {name}")
            with most_memory(served.process.pid) as most:
                # Texts that the server has not seen, since it remembers those that were long.
                fresh = [(what, f"# {name}\n{text}") for what, text in every]
                figures[name] = attack.attack(endpoint, attackers, fresh, source, PAGES, timeout=60)
            figures[name]["most_megabytes"] = round(most[0])
        say(f"statereport: {malformed} broken requests")
        figures["malformed"] = {"sent": malformed, "answers": attack.numbered(attack.malformed(served.port, malformed))}
        say("statereport: 900 requests that never end")
        figures["slow"] = slow(served, endpoint)
        say("statereport: 200 queries that want to reach another server")
        figures["egress"] = egress(endpoint)
        time.sleep(1)
        figures["restarts"] = int(served.tree()[:2] != tree)
        figures["health"] = served.health()
        figures["tracebacks"] = sum("Traceback" in json.dumps(entry) for entry in served.entries) + sum(
            "Traceback" in line for line in served.other
        )
    return figures


@contextlib.contextmanager
def most_memory(process: int) -> Iterator[list[float]]:
    """The most megabytes that a process and all that it started take in the block, each shared page counted once."""
    over, most = threading.Event(), [0.0]

    def watch() -> None:
        while not over.wait(0.2):
            most[0] = max(most[0], web.memory(process)[0])

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield most
    finally:
        over.set()
        watcher.join()


def quiet(endpoint: str, pages: tuple[str, ...], seconds: float = 3) -> dict:
    """The good client without an attack."""
    end = time.monotonic() + seconds
    return attack.good_client(endpoint, pages, lambda: time.monotonic() > end)


def slow(served: serving.Served, endpoint: str) -> dict:
    """Half of the requests stop within the head, half within the body."""
    host = f"127.0.0.1:{served.port}".encode()
    begun = (
        b"GET / HTTP/1.1\r\nHost: " + host,
        b"POST /sparql HTTP/1.1\r\nHost: "
        + host
        + b"\r\nContent-Type: application/sparql-query\r\nContent-Length: 99\r\n\r\nASK",
    )
    links = attack.half_open(served.port, 900, 30, lambda i: begun[i % 2])
    over = threading.Event()
    good: list[dict] = []
    client = threading.Thread(target=lambda: good.append(attack.good_client(endpoint, PAGES, over.is_set)))
    client.start()
    count, last = attack.closed(links, 20)
    over.set()
    client.join()
    return {"opened": len(links), "closed": count, "seconds_to_the_last": last, "good_client": good[0]}


def egress(endpoint: str) -> dict:
    """Queries that name another server, which listens; it counts who comes."""
    import socket

    came = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        def accept() -> None:
            while True:
                try:
                    came.append(listener.accept())
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        wants = (
            "SELECT * {{ SERVICE <{0}> {{ ?a ?b ?c }} }}",
            "SELECT * {{ SERVICE SILENT <{0}> {{ ?a ?b ?c }} }}",
            "SELECT * {{ VALUES ?s {{ <{0}> }} SERVICE ?s {{ ?a ?b ?c }} }}",
            "SELECT * FROM <{0}> {{ ?a ?b ?c }}",
            "SELECT * FROM NAMED <{0}> {{ GRAPH ?g {{ ?a ?b ?c }} }}",
            "LOAD <{0}>",
            "DESCRIBE <{0}>",
            "ASK {{ GRAPH <{0}> {{ ?a ?b ?c }} }}",
        )
        path = urlsplit(endpoint).path
        statuses = [attack.get(endpoint, path, body=wants[i % len(wants)].format(address).encode()) for i in range(200)]
    return {
        "sent": len(statuses),
        "connections": len(came),
        "answers": {str(s): statuses.count(s) for s in sorted(set(statuses))},
    }


def others(every: list[tuple[str, str]], seconds: float) -> dict:
    """The oxigraph server and Virtuoso with the same data, started again each time they die."""
    from statereport.graph import examine
    from statereport.project import find_project

    figures = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain, doubled = peers.data(examine.examine(find_project()).quads(), folder)
        for label, start in (
            ("oxigraph", lambda: peers.oxigraph(doubled, folder, timeout=10)),
            ("virtuoso", lambda: peers.virtuoso(plain, folder)),
        ):
            with start() as peer:
                if peer is None:
                    say(f"NOT TRIED: {label} is not installed")
                    continue
                figures[peer.name] = found = {"alone": quiet(peer.endpoint, ())}
                for attackers in (1, 8):
                    say(f"{label}: {attackers} attackers")
                    found[f"under {attackers}"] = besieged(peer, attackers, every, seconds)
    return figures


def besieged(peer: peers.Peer, attackers: int, every: list[tuple[str, str]], seconds: float) -> dict:
    """Attack a peer; count its deaths, and start it again after each."""
    lock, deaths = threading.Lock(), []

    def look() -> None:
        with lock:
            time.sleep(0.02)  # a process that aborts needs a moment to be seen dead
            if not peer.alive():
                deaths.append(peer.process.returncode)
                peer.restart()

    found = attack.attack(peer.endpoint, attackers, every, timeout=15, seconds=seconds, after=look)
    with lock:
        if not peer.alive():
            peer.restart()
    return {**found, "deaths": len(deaths)}


if __name__ == "__main__":
    main()
