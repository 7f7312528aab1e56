"""Every limit of the server in one value: printed where one is met, and in the description of the service."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from statereport.sparql.query import LONGEST
from statereport.sparql.tokens import DEEPEST

MIB = 1 << 20


def _limit(value: Any, meaning: str) -> Any:
    """A limit with its value, and what it means in words."""
    return field(default=value, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Limits:
    """What a request may cost, in bytes, seconds and counts.

    `own` is for pages, documents and saved questions: what the site asks itself, as opposed to queries of clients. A
    client is an IPv4 address, or an IPv6 network of 64 bits.
    """

    seconds: float = _limit(10, "time for a client's query")
    trial_seconds: float = _limit(
        0.1, "processor time after which a query is a long one, which waits for others and gives way to them"
    )
    own_seconds: float = _limit(30, "time for a page, a document or a saved question")
    own_trial_seconds: float = _limit(
        0.3, "processor time after which a page, a document or a saved question is a long one"
    )
    drawing_seconds: float = _limit(10, "time for a picture to be drawn")
    memory: int = _limit(192 * MIB, "memory that one answer may take")
    answer_bytes: int = _limit(8 * MIB, "size of the answer to a query")
    own_answer_bytes: int = _limit(32 * MIB, "size of a page, a document or the answer to a saved question")
    query_characters: int = _limit(LONGEST, "length of a query")
    nesting: int = _limit(DEEPEST, "depth of brackets in a query")
    light_seconds: float = _limit(
        3, "recent use after which a client comes after others, and leaves them the last free process"
    )
    waiting_for_one: int = _limit(32, "requests of one client that wait in line")
    waiting: int = _limit(128, "requests of all clients that wait in line")
    seconds_in_line: float = _limit(20, "time in line")
    jobs: int = _limit(1_000, "answers that one process gives before a fresh one takes its place")
    head_bytes: int = _limit(65_536, "size of a request's head")
    head_fields: int = _limit(64, "fields in a request's head")
    body_bytes: int = _limit(262_144, "size of a request's body")
    parameters: int = _limit(24, "parameters of a request")
    seconds_to_receive: float = _limit(10, "time for a request to arrive")
    seconds_idle: float = _limit(5, "time for which a connection is kept open without a request")
    least_rate: int = _limit(4_096, "bytes of an answer that a client must take in a second")
    sending: int = _limit(256 * MIB, "answers that clients are fetching, those apart that are kept")
    connections_of_one: int = _limit(64, "connections of one client")
    connections: int = _limit(1_024, "connections of all clients")
    cache_bytes: int = _limit(96 * MIB, "answers kept to be given again")

    def words(self) -> tuple[str, ...]:
        """Return each limit in a sentence, in the order above."""
        return tuple(self.sentence(each.name) for each in fields(self))

    def sentence(self, name: str) -> str:
        """Return one limit in a sentence."""
        return f"{type(self).__dataclass_fields__[name].metadata['meaning']}: {_amount(name, getattr(self, name))}"


@dataclass(frozen=True)
class Setting:
    """How a server runs.

    hosts     the names it answers for, beside IP addresses; "*" stands for any
    proxies   the addresses whose X-Forwarded-For is believed
    quick     processes that try the queries of clients
    slow      processes that go on with those that prove to be long
    own       processes for pages, documents and saved questions, so that these are answered whatever clients ask
    own_slow  processes that go on with those of them that prove to be long
    files     files and sockets that such a process may have open: none, unless the graph is on another server
    prepare   whether pages are made before anybody asks for them, when the machine has nothing else to do
    """

    hosts: frozenset[str] = frozenset()
    proxies: frozenset[str] = frozenset()
    quick: int = 4
    slow: int = 3
    own: int = 2
    own_slow: int = 2
    files: int = 0
    prepare: bool = False
    limits: Limits = field(default_factory=Limits)

    @property
    def workers(self) -> int:
        """How many worker processes there are, with the one that draws."""
        return self.quick + self.slow + self.own + self.own_slow + 1


def _amount(name: str, value: float) -> str:
    if "seconds" in name:
        return f"{value:g} s"
    if name in ("memory", "sending", "least_rate") or name.endswith("bytes"):
        return f"{value / MIB:g} MiB" if value >= MIB else f"{value / 1024:g} KiB"
    return f"{value:,}"
