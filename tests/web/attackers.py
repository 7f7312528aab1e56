"""Seven attackers, and one that does nothing, each a process of its own against a server on this machine.

    python tests/web/attackers.py half-open 8000 20     this attack on port 8000, for 20 seconds

Each prints one line of JSON at its end: how often it did what. They come from 127.0.0.2 to 127.0.0.21, and send nothing
anywhere but to 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import random
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlencode

HOST = "127.0.0.1"
# A product without a common variable: it runs as long as it may.
LONG = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?a{i} ?b{i} ?c{i}" for i in range(8)) + " }"


class Attack:
    """The port that is attacked, the moment at which that ends, and what came of it."""

    def __init__(self, port: int, seconds: float) -> None:
        self.port, self.end = port, time.monotonic() + seconds
        self.came: Counter[str] = Counter()
        self.chance = random.Random(42)

    def over(self) -> bool:
        """Whether it has ended."""
        return time.monotonic() > self.end

    def word(self) -> str:
        """A word that was not sent before."""
        return f"{self.chance.getrandbits(60):x}"

    def together(self, clients: int, work: Callable[[int], None]) -> None:
        """Do the work of each client in a thread, until the end."""

        def until_over(client: int) -> None:
            while not self.over():
                try:
                    work(client)
                except (OSError, http.client.HTTPException):
                    self.came["none"] += 1
                    time.sleep(0.01)

        threads = [threading.Thread(target=until_over, args=(i,), daemon=True) for i in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, self.end - time.monotonic()) + 2)

    def asks(self, address: str) -> Callable[[str, str, bytes | None], int]:
        """A client at an address, on one connection while that lasts: a function that asks and returns the status."""
        held: list[http.client.HTTPConnection] = []

        def ask(path: str, accept: str = "*/*", query: str | None = None) -> int:
            if not held:
                held.append(http.client.HTTPConnection(HOST, self.port, timeout=40, source_address=(address, 0)))
            try:
                kind = {"Content-Type": "application/sparql-query"} if query is not None else {}
                body = query.encode() if query is not None else None
                held[0].request("GET" if body is None else "POST", path, body, {"Accept": accept, **kind})
                reply = held[0].getresponse()
                reply.read()
            except (OSError, http.client.HTTPException):
                held.pop().close()
                raise
            self.came[str(reply.status)] += 1
            return reply.status

        return ask


def downloads(attack: Attack) -> None:
    """40 connections of one address, each of which asks for the largest file and does not read it."""
    links: list[socket.socket] = []
    while not attack.over():
        for link in list(links):
            if _closed(link):
                links.remove(link)
                link.close()
                attack.came["closed"] += 1
        while len(links) < 40 and not attack.over():
            link = socket.socket()
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            with contextlib.suppress(OSError):
                link.bind(("127.0.0.2", 0))
                link.settimeout(2)
                link.connect((HOST, attack.port))
                link.sendall(b"GET /data/statereport.nq HTTP/1.1\r\nHost: localhost\r\n\r\n")
                links.append(link)
                attack.came["asked"] += 1
        time.sleep(0.2)


def questions(attack: Attack) -> None:
    """8 clients at the slowest saved questions, with values of every kind, sorts, filters, languages and junk."""
    ask = attack.asks("127.0.0.2")
    connection = http.client.HTTPConnection(HOST, attack.port, timeout=40, source_address=("127.0.0.2", 0))
    connection.request("GET", "/openapi.json", headers={"Host": "localhost"})
    paths = json.loads(connection.getresponse().read())["paths"]
    known = {
        path.removesuffix(".json"): operation["get"]["parameters"]
        for path, operation in paths.items()
        if path.startswith("/query/") and path.endswith(".json") and operation["get"]["parameters"]
    }
    taken = {}
    for path in known:
        start = time.perf_counter()
        ask(f"{path}.html?identifiers=1")
        taken[path] = time.perf_counter() - start
        if time.monotonic() > attack.end - 0.6 * (attack.end - START):
            break
    slowest = sorted(taken, key=taken.get, reverse=True)[:6]
    asks = [attack.asks(f"127.0.0.{2 + i}") for i in range(8)]

    def value(parameter: dict) -> str:
        choices = parameter["schema"].get("enum")
        if choices:
            return attack.chance.choice(choices)
        return str(attack.chance.randrange(1_950, 2_030)) if "pattern" in parameter["schema"] else attack.word()

    def work(client: int) -> None:
        path = attack.chance.choice(slowest)
        given = {parameter["name"]: value(parameter) for parameter in known[path]}
        ending = attack.chance.choice(("html", "csv", "json"))
        switches = {
            "identifiers": attack.word(),
            "sort-by": attack.chance.choice(("label", "-passage", attack.word())),
            "rows-with": attack.word(),
            "hide-columns": attack.chance.choice(("label", attack.word())),
            "rows-from": str(attack.chance.randrange(1, 500)),
            "lang": attack.chance.choice(("en", "kk", "pt", "ru", attack.word())),
        }
        chosen = attack.chance.sample(sorted(switches), attack.chance.randrange(4)) if ending == "html" else ()
        switch = {name: switches[name] for name in chosen}
        junk = {attack.word(): "1"} if attack.chance.random() < 0.2 else {}
        asks[client](f"{path}.{ending}?{urlencode({**given, **switch, **junk})}")

    attack.together(8, work)


def lines(attack: Attack) -> None:
    """5 addresses with 40 connections each, all of which ask for pages that were not asked for before."""
    asks = [attack.asks(f"127.0.0.{2 + i // 40}") for i in range(200)]
    attack.together(200, lambda client: asks[client](f"/search?q={attack.word()}", "text/html"))


def half_open(attack: Attack, count: int = 1_200) -> None:
    """20 addresses that keep 1,200 half-open connections, and open another for each that is closed."""

    async def one(i: int) -> None:
        while not attack.over():
            try:
                _, writer = await asyncio.wait_for(
                    asyncio.open_connection(HOST, attack.port, local_addr=(f"127.0.0.{2 + i % 20}", 0)), 5
                )
            except (OSError, TimeoutError):
                attack.came["refused"] += 1
                await asyncio.sleep(0.05)
                continue
            attack.came["opened"] += 1
            with contextlib.suppress(OSError, TimeoutError):
                writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ")
                await asyncio.wait_for(_end(_), max(0.1, attack.end - time.monotonic()))
                attack.came["closed"] += 1
            writer.transport.abort()

    async def every() -> None:
        await asyncio.gather(*(one(i) for i in range(count)))

    asyncio.run(every())


def files(attack: Attack) -> None:
    """1,000 half-open connections of 20 addresses, and 32 long queries: for a server that may open 1,024 files."""
    asks = [attack.asks(f"127.0.0.{2 + i % 20}") for i in range(32)]
    queries = threading.Thread(
        target=lambda: attack.together(32, lambda i: asks[i]("/sparql", "*/*", f"# {attack.word()}\n{LONG}"))
    )
    queries.start()
    half_open(attack, 1_000)
    queries.join()


def functions(attack: Attack) -> None:
    """8 clients that call functions that there are not, as fast as they are refused."""
    asks = [attack.asks(f"127.0.0.{2 + i}") for i in range(8)]
    casts = "SELECT (<http://www.w3.org/2001/XMLSchema#{}>('x') AS ?x) {{}}", "SELECT (<bif:f{}>('x') AS ?x) {{}}"
    attack.together(8, lambda i: asks[i]("/sparql", "*/*", attack.chance.choice(casts).format(attack.word())))


def missing(attack: Attack) -> None:
    """8 clients that ask for addresses at which there is nothing, as fast as they are refused."""
    asks = [attack.asks(f"127.0.0.{2 + i}") for i in range(8)]
    places = ("/{}", "/id/{}.html", "/id/kaz-cerd-8-10-addendum/figure/{}.html", "/query/law/{}.html", "/def/{}.ttl")
    attack.together(8, lambda i: asks[i](attack.chance.choice(places).format(attack.word()), "text/html"))


def none(attack: Attack) -> None:
    """No attack: what the good client sees then."""
    time.sleep(attack.end - time.monotonic())


ATTACKS: dict[str, Callable[[Attack], None]] = {
    "none": none,
    "downloads": downloads,
    "questions": questions,
    "lines": lines,
    "half-open": half_open,
    "files": files,
    "functions": functions,
    "missing": missing,
}
START = time.monotonic()


async def _end(reader: asyncio.StreamReader) -> None:
    """Read until the server closes."""
    while await reader.read(4_096):
        pass


def _closed(link: socket.socket) -> bool:
    """Whether the server has closed a connection from which nothing is read."""
    # TCP_INFO begins with the state: 1 is established; one that was closed is in another, whatever waits to be read.
    return link.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != 1


def main() -> None:
    """Run one attack."""
    name, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    attack = Attack(port, seconds)
    ATTACKS[name](attack)
    print(json.dumps(dict(sorted(attack.came.items()))), flush=True)


if __name__ == "__main__":
    main()
