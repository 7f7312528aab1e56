"""Attackers and a good client at once, against any SPARQL endpoint; and what both saw.

Used by the tests (a little of it) and by hostile.py (all of it).
"""

from __future__ import annotations

import http.client
import random
import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from urllib.parse import urlencode, urlsplit

import corpus

# What a good client asks: small, and with an answer in any of the servers.
GOOD = "SELECT ?s ?o { ?s <https://w3id.org/statereport/def/value> ?o } ORDER BY ?s LIMIT 5"


def get(
    endpoint: str,
    path: str,
    source: str = "127.0.0.1",
    timeout: float = 30,
    accept: str = "*/*",
    body: bytes | None = None,
) -> int:
    """The status of a GET, or of a POST of a query where there is a body; 0 where no whole answer came."""
    parts = urlsplit(endpoint)
    try:
        with closing(
            http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout, source_address=(source, 0))
        ) as connection:
            headers = {
                "Accept": accept,
                **({"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}),
            }
            # As a form: not every server reads a query that is sent as it is.
            form = None if body is None else urlencode({"query": body}).encode()
            connection.request("GET" if body is None else "POST", path, form, headers)
            reply = connection.getresponse()
            reply.read()
            return reply.status
    except (OSError, http.client.HTTPException):
        return 0


def good_client(endpoint: str, pages: tuple[str, ...], done: Callable[[], bool], pause: float = 0.02) -> dict:
    """Ask one small thing after another until `done`; → how many were answered well, and how long they took."""
    query = f"{urlsplit(endpoint).path}?{urlencode({'query': GOOD})}"
    paths, times, statuses = (query, *pages), [], Counter()
    i = 0
    while not done():
        start = time.perf_counter()
        statuses[get(endpoint, paths[i % len(paths)])] += 1
        times.append(1000 * (time.perf_counter() - start))
        i += 1
        time.sleep(pause)
    return {
        "asked": sum(statuses.values()),
        "lost": sum(statuses.values()) - statuses[200],
        "statuses": numbered(statuses),
        **spread(times),
    }


def spread(times: list[float]) -> dict:
    """The middle, the 99th percentile and the longest of some times."""
    if len(times) < 2:
        return {}
    ordered = sorted(times)
    return {
        "p50_ms": round(statistics.median(ordered), 1),
        "p99_ms": round(ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], 1),
        "max_ms": round(ordered[-1], 1),
    }


def numbered(statuses: Counter[int]) -> dict[str, int]:
    """Statuses with their numbers, sorted; `none` for answers that did not come."""
    return {str(status or "none"): count for status, count in sorted(statuses.items())}


def attack(
    endpoint: str,
    attackers: int,
    queries: list[tuple[str, str]],
    source: Callable[[int], str] = lambda attacker: "127.0.0.2",
    pages: tuple[str, ...] = (),
    timeout: float = 30,
    seconds: float = 3_600,
    after: Callable[[], None] = lambda: None,
) -> dict:
    """Send the queries, shared among the attackers, while a good client asks. `after` is called after each query."""
    statuses: Counter[int] = Counter()
    left, lock, end = list(queries), threading.Lock(), time.monotonic() + seconds

    def one(attacker: int) -> None:
        while time.monotonic() < end:
            with lock:
                if not left:
                    return
                _, text = left.pop()
            status = get(
                endpoint, urlsplit(endpoint).path, source(attacker), timeout, body=text.encode("utf-8", "surrogatepass")
            )
            with lock:
                statuses[status] += 1
            after()

    over = threading.Event()
    with ThreadPoolExecutor(attackers + 1) as threads:
        good = threads.submit(good_client, endpoint, pages, over.is_set)
        start = time.monotonic()
        for attacker in [threads.submit(one, i) for i in range(attackers)]:
            attacker.result()
        taken = time.monotonic() - start
        over.set()
    return {
        "attackers": attackers,
        "sent": sum(statuses.values()),
        "seconds": round(taken, 1),
        "answers": numbered(statuses),
        "good_client": good.result(),
    }


def malformed(port: int, count: int, source: str = "127.0.0.3", threads: int = 8) -> Counter[int]:
    """Send broken requests; → the statuses of the first answers (0: none came, the connection was closed)."""
    requests = corpus.broken(count, f"127.0.0.1:{port}")
    lock, statuses = threading.Lock(), Counter()

    def work() -> None:
        while True:
            with lock:
                data = next(requests, None)
            if data is None:
                return
            status = first_status(port, data, source)
            with lock:
                statuses[status] += 1

    with ThreadPoolExecutor(threads) as pool:
        for job in [pool.submit(work) for _ in range(threads)]:
            job.result()
    return statuses


def first_status(port: int, data: bytes, source: str, timeout: float = 15) -> int:
    """Send bytes and read to the end; where nothing comes for a moment, end the sending half. -1: nothing came."""
    said = b""
    try:
        with closing(socket.create_connection(("127.0.0.1", port), 0.3, (source, 0))) as link:
            with suppress(OSError):
                link.sendall(data)
            try:
                said = link.recv(65_536)
            except TimeoutError:
                link.shutdown(socket.SHUT_WR)
                link.settimeout(timeout)
                said = link.recv(65_536)
    except TimeoutError:
        return -1
    except OSError:
        pass
    words = said.split(b" ", 2)
    return int(words[1]) if said.startswith(b"HTTP/1.1 ") and words[1].isdigit() else 0


def half_open(port: int, count: int, addresses: int, body: Callable[[int], bytes]) -> list[socket.socket]:
    """So many connections that begin a request and never end it, from several addresses."""
    links = []
    for i in range(count):
        with suppress(OSError):
            link = socket.create_connection(("127.0.0.1", port), 5, (f"127.0.1.{1 + i % addresses}", 0))
            link.sendall(body(i))
            links.append(link)
    return links


def closed(links: list[socket.socket], seconds: float) -> tuple[int, float]:
    """How many of the connections the server closes within that time, and when the last one was."""
    start, open_links, last = time.monotonic(), list(links), 0.0
    while open_links and time.monotonic() - start < seconds:
        for link in list(open_links):
            link.setblocking(False)
            try:
                if not link.recv(4_096):
                    raise ConnectionError
            except BlockingIOError:
                continue
            except OSError:
                open_links.remove(link)
                link.close()
                last = time.monotonic() - start
        time.sleep(0.1)
    for link in open_links:
        link.close()
    return len(links) - len(open_links), round(last, 1)


def sample(count: int, seed: int = 7) -> list[tuple[str, str]]:
    """Some of the hostile queries, one of each template at least where the number allows."""
    every, chance = corpus.queries(), random.Random(seed)
    kinds: dict[str, list[tuple[str, str]]] = {}
    for name, text in every:
        kinds.setdefault(name.partition(",")[0], []).append((name, text))
    chosen = [chance.choice(kind) for kind in kinds.values()]
    rest = [item for item in every if item not in chosen]
    return (chosen + chance.sample(rest, max(0, min(len(rest), count - len(chosen)))))[:count]
