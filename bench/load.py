"""A load on an HTTP server: some connections, each of which asks again as soon as it has its answer.

    python bench/load.py 127.0.0.1 8000 /sparql?query=ASK%20%7B%7D 4 5      four connections, five seconds → JSON

It runs as a process of its own, so that it shares no interpreter with what it measures. Of a response it reads the
status and where it ends: by its length, its last chunk, or the end of the connection.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import sys
import time
from dataclasses import dataclass

ACCEPT = "application/sparql-results+json, */*;q=0.1"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
WARM_UP = 1.0


@dataclass
class Connection:
    """A connection, what of its response has come, and when it asked; `end` is the length of the whole response."""

    link: socket.socket
    asked: float
    got: bytearray
    end: int | None = None
    chunked: bool = False

    def is_whole(self) -> bool:
        """True when the response that has come is complete."""
        if self.end is None and not self.chunked:
            head = self.got.find(b"\r\n\r\n")
            if head < 0:
                return False
            fields = bytes(self.got[: head + 2])
            length = LENGTH.search(fields)
            self.chunked = bool(CHUNKED.search(fields))
            self.end = head + 4 + int(length[1]) if length else None
        return (
            self.got.endswith(b"\r\n0\r\n\r\n") if self.chunked else self.end is not None and len(self.got) >= self.end
        )


def run(host: str, port: int, target: str, connections: int, seconds: float) -> dict[str, float]:
    """Load the server. → good answers a second, the median and the 99th percentile of their times, and the failures"""
    request = f"GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: {ACCEPT}\r\n\r\n".encode()
    waiting = selectors.DefaultSelector()

    def ask(link: socket.socket | None = None) -> None:
        link = link or socket.create_connection((host, port), 30)
        link.settimeout(30)
        waiting.register(link, selectors.EVENT_READ, Connection(link, time.perf_counter(), bytearray()))
        link.sendall(request)

    def again(connection: Connection, closed: bool) -> None:
        waiting.unregister(connection.link)
        if closed:
            connection.link.close()
        ask(None if closed else connection.link)

    for _ in range(connections):
        ask()
    start = time.perf_counter() + min(WARM_UP, seconds)
    end = start + seconds
    times: list[float] = []
    failures = 0
    while (now := time.perf_counter()) < end:
        for key, _ in waiting.select(end - now):
            connection: Connection = key.data
            try:
                piece = connection.link.recv(1 << 18)
            except OSError:
                piece = b""
            connection.got += piece
            if piece and not connection.is_whole():
                continue
            now = time.perf_counter()
            good = connection.got.startswith(b"HTTP/1.1 200") and (
                piece or (connection.end, connection.chunked) == (None, False)
            )
            if now >= start:
                failures += not good
                if good:
                    times.append(now - connection.asked)
            again(connection, not piece or b"\r\nconnection: close" in bytes(connection.got[:2_000]).lower())
    times.sort()
    place = {
        name: times[min(len(times) - 1, int(part * len(times)))] if times else 0.0
        for name, part in (("p50", 0.5), ("p99", 0.99))
    }
    return {"rate": len(times) / seconds, **place, "failures": failures}


if __name__ == "__main__":
    name, number, path, count, lasting = sys.argv[1:]
    print(json.dumps(run(name, int(number), path, int(count), float(lasting))))
