"""Every limit of the server in one value: printed where one is met, and in the description of the service."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from statereport.sparql.query import LONGEST
from statereport.sparql.tokens import DEEPEST

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What a request may cost, in bytes, seconds and counts.

    `own` is for pages, documents and saved questions: what the site asks itself, as opposed to queries of clients. A
    client is an IPv4 address, or an IPv6 network of 64 bits.
    """

    seconds: float = 10
    trial_seconds: float = 0.1
    own_seconds: float = 30
    own_trial_seconds: float = 0.3
    drawing_seconds: float = 10
    memory: int = 192 * MIB
    answer_bytes: int = 8 * MIB
    own_answer_bytes: int = 32 * MIB
    query_characters: int = LONGEST
    nesting: int = DEEPEST
    light_seconds: float = 3
    waiting_for_one: int = 32
    waiting: int = 128
    seconds_in_line: float = 20
    jobs: int = 1_000
    head_bytes: int = 65_536
    head_fields: int = 64
    body_bytes: int = 262_144
    parameters: int = 24
    seconds_to_receive: float = 10
    seconds_idle: float = 5
    least_rate: int = 4_096
    sending: int = 256 * MIB
    connections_of_one: int = 64
    connections: int = 1_024
    cache_bytes: int = 96 * MIB

    def words(self) -> tuple[str, ...]:
        """Return each limit in a sentence, in the order above."""
        return tuple(self.sentence(each.name) for each in fields(self))

    def sentence(self, name: str) -> str:
        """Return one limit in a sentence."""
        return f"{_MEANINGS[name]}: {_amount(name, getattr(self, name))}"


@dataclass(frozen=True)
class Setting:
    """How a server runs.

    hosts     the names it answers for, beside IP addresses; "*" stands for any
    proxies   the addresses whose X-Forwarded-For is believed
    quick     processes that try the queries of clients
    slow      processes that go on with those that prove to be long
    own       processes for pages, documents and saved questions, so that these are answered whatever clients ask
    own_slow  processes that go on with those of them that prove to be long
    prepare   whether pages are made before anybody asks for them, when the machine has nothing else to do
    """

    hosts: frozenset[str] = frozenset()
    proxies: frozenset[str] = frozenset()
    quick: int = 4
    slow: int = 3
    own: int = 2
    own_slow: int = 2
    prepare: bool = False
    limits: Limits = field(default_factory=Limits)

    @property
    def workers(self) -> int:
        """How many worker processes there are, with the one that draws."""
        return self.quick + self.slow + self.own + self.own_slow + 1


_MEANINGS = {
    "seconds": "time for a query of the client's",
    "trial_seconds": "processor time after which a query is a long one, which waits for others and gives way to them",
    "own_seconds": "time for a page, a document or a saved question",
    "own_trial_seconds": "processor time after which a page, a document or a saved question is a long one",
    "drawing_seconds": "time for a picture to be drawn",
    "memory": "memory that one answer may take",
    "answer_bytes": "size of the answer to a query",
    "own_answer_bytes": "size of a page, a document or the answer to a saved question",
    "query_characters": "length of a query",
    "nesting": "depth of brackets in a query",
    "light_seconds": "recent use after which a client comes after others, and leaves them the last free process",
    "waiting_for_one": "requests of one client that wait in line",
    "waiting": "requests of all clients that wait in line",
    "seconds_in_line": "time in line",
    "jobs": "answers that one process gives before a fresh one takes its place",
    "head_bytes": "size of a request's head",
    "head_fields": "fields in a request's head",
    "body_bytes": "size of a request's body",
    "parameters": "parameters of a request",
    "seconds_to_receive": "time for a request to arrive",
    "seconds_idle": "time for which a connection is kept open without a request",
    "least_rate": "bytes of an answer that a client must take in a second",
    "sending": "answers that clients are fetching, those apart that are kept",
    "connections_of_one": "connections of one client",
    "connections": "connections of all clients",
    "cache_bytes": "answers kept to be given again",
}


def _amount(name: str, value: float) -> str:
    if "seconds" in name:
        return f"{value:g} s"
    if name in ("memory", "sending", "least_rate") or name.endswith("bytes"):
        return f"{value / MIB:g} MiB" if value >= MIB else f"{value / 1024:g} KiB"
    return f"{value:,}"
