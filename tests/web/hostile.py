"""Everything that this project tries on a server, on ours and on others beside it; the figures as one JSON on stdout.

    make hostile                                          some minutes
    .venv/bin/python tests/web/hostile.py --no-peers      only ours

Seeded, and on this machine only. What it does to each server: the hostile queries by 1 and by 8 attackers from another
address than the good client's; on ours also by 8 from 8 addresses and by 8 from the good client's own, 10,000 broken
requests, 900 requests that never end, and 200 that want to reach another server. The others do not look at addresses.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "bench")]

import attack  # noqa: E402
import corpus  # noqa: E402
import peers  # noqa: E402
import serving  # noqa: E402
import web  # noqa: E402

# How many attackers, and where each is. The good client is at 127.0.0.1.
SIEGES: dict[str, tuple[int, Callable[[int], str]]] = {
    "under 1": (1, lambda i: "127.0.0.2"),
    "under 8 behind one address": (8, lambda i: "127.0.0.2"),
    "under 8 at 8 addresses": (8, lambda i: f"127.0.0.{10 + i}"),
    "under 8 at the good client's address": (8, lambda i: "127.0.0.1"),
}
PAGES = ("/id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh.ttl", "/query/law/laws-cited-most.json")


def main() -> None:
    """Run it all and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-peers", action="store_true", help="only our own server")
    parser.add_argument("--malformed", type=int, default=10_000, help="how many broken requests")
    parser.add_argument("--seconds", type=float, default=2, help="the time that a query may take, on our server")
    parser.add_argument("--rounds", type=int, default=1, help="how often every hostile query is sent")
    parser.add_argument("--peer-seconds", type=float, default=240, help="how long a peer is attacked")
    options = parser.parse_args()
    every = corpus.queries() * options.rounds
    figures: dict = {
        "what": {
            "queries": len(corpus.queries()),
            "templates": len(corpus.TEMPLATES),
            "seed": 42,
            "rounds": options.rounds,
            "seconds": options.seconds,
        },
        "where": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.platform(),
            "on": datetime.now(UTC).date().isoformat(),
        },
    }
    figures["statereport"] = ours(every, options.malformed, options.seconds)
    if not options.no_peers:
        figures |= others(every, options.peer_seconds)
    print(json.dumps(figures, indent=1))


def say(words: str) -> None:
    """Progress, on stderr."""
    print(words, file=sys.stderr, flush=True)


def ours(every: list[tuple[str, str]], malformed: int, seconds: float) -> dict:
    """Our server, as a person starts it."""
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
        figures["malformed"] = {"sent": malformed, "answers": attack.told(attack.malformed(served.port, malformed))}
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
    """The most megabytes that a process and all that it started take during the block, each shared page counted once."""
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
    """The good client while nobody attacks."""
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
