"""What each client holds: connections, and answers that it is being sent; without a server and without a clock."""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from statereport.errors import TooManyRequests
from statereport.web.serving import connections
from statereport.web.serving.clients import Transfers, client_of, plain_address
from statereport.web.serving.connections import Connection, Connections
from statereport.web.serving.log import Log
from statereport.web.wire.limits import Limits

LIMITS = Limits(sending=100, connections_of_one=5, seconds_to_receive=10, seconds_idle=5, least_rate=1_000)


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_a_client_is_an_address_or_of_ipv6_a_network_of_64_bits(address, client):
    assert client_of(plain_address(address)) == client


def test_what_is_no_address_is_none():
    for text in ("", "unknown", "_hidden", "192.0.2.7:80", "localhost"):
        with pytest.raises(ValueError):
            plain_address(text)


# --- answers that are being sent -------------------------------------------------------------------------------------


def test_an_answer_that_is_sent_often_is_held_once_and_a_kept_one_costs_nothing():
    transfers, body = Transfers(LIMITS), b"x" * 60
    with contextlib.ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(transfers.hold("one", body, pytest.fail))
            stack.enter_context(transfers.hold("one", b"", pytest.fail))
        stack.enter_context(transfers.hold("other", body, pytest.fail))
        assert transfers.total() == 60
    assert transfers.total() == 0


def test_when_too_much_is_sent_the_client_with_most_loses_its_oldest():
    transfers, lost = Transfers(LIMITS), []
    with contextlib.ExitStack() as stack:
        for i in range(4):
            stack.enter_context(transfers.hold("much", bytes(20 + i), lambda i=i: lost.append(i)))
        stack.enter_context(transfers.hold("little", bytes(30), pytest.fail))
        assert lost == [0] and transfers.total() == 96
        with pytest.raises(TooManyRequests, match="wait to be fetched"):
            stack.enter_context(transfers.hold("much", bytes(25), pytest.fail))
        assert lost == [0] and transfers.total() == 96
    assert transfers.total() == 0


def test_one_answer_larger_than_all_that_may_be_held_is_sent():
    with Transfers(LIMITS).hold("one", bytes(1_000), pytest.fail):
        pass


# --- connections -----------------------------------------------------------------------------------------------------


class Transport(asyncio.Transport):
    """Takes what is written as slowly as a test wants."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.data, self.unsent, self.ended, self.reading = address, b"", 0, "", True

    def get_extra_info(self, name, default=None):
        return (self.address, 1)

    def write(self, data):
        self.data += data

    def get_write_buffer_size(self):
        return self.unsent

    def can_write_eof(self):
        return True

    def write_eof(self):
        self.ended = "half"

    def is_closing(self):
        return self.ended in ("closed", "aborted")

    def close(self):
        self.ended = "closed"

    def abort(self):
        self.ended = "aborted"

    def pause_reading(self):
        self.reading = False

    def resume_reading(self):
        self.reading = True


async def respond(connection, head, body, problem) -> None:
    """Answer with a million bytes."""
    await connection.send(200 if problem is None else 400, [("Content-Length", "1000000")], bytes(1_000_000), False)


def among(most: int = 100, exempt: frozenset[str] = frozenset(), respond=respond) -> Connections:
    """The connections of a server."""
    return Connections(respond, lambda head: None, LIMITS, Log(lambda entry: None), most, exempt)


def opened(every: Connections, address: str) -> tuple[Connection, Transport]:
    """A connection from an address."""
    connection, transport = every(), Transport(address)
    connection.connection_made(transport)
    return connection, transport


def play(story) -> None:
    """Run a story on a loop of its own."""
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, story()).result()


async def asked(every: Connections, address: str) -> tuple[Connection, Transport]:
    """A connection whose request is whole and being answered."""
    connection, transport = opened(every, address)
    connection.pause_writing()
    connection.data_received(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await rounds()
    return connection, transport


async def rounds(count: int = 4) -> None:
    """Let the loop go round."""
    for _ in range(count):
        await asyncio.sleep(0)


def test_a_client_may_have_a_number_of_connections_and_a_proxy_any():
    async def story() -> None:
        every = among(exempt=frozenset({"10.0.0.1"}))
        own = [opened(every, "10.0.0.2")[1].ended for _ in range(7)]
        assert own == [""] * 5 + ["aborted"] * 2
        assert [opened(every, "10.0.0.1")[1].ended for _ in range(7)] == [""] * 7
        networks = [opened(every, f"2001:db8::{i}")[1].ended for i in range(7)]
        assert networks == [""] * 5 + ["aborted"] * 2 and len(every) == 17

    play(story)


def test_when_all_are_taken_the_client_with_most_loses_the_one_that_waits_longest():
    async def story() -> None:
        every = among(7)
        busy = await asked(every, "10.0.0.1")
        waiting = [opened(every, "10.0.0.1") for _ in range(3)]
        others = [opened(every, address) for address in ("10.0.0.2", "10.0.0.2", "10.0.0.3")]
        newcomers = [opened(every, address) for address in ("10.0.0.4", "10.0.0.1")]
        assert [transport.ended for _, transport in waiting] == ["aborted", "aborted", ""]
        assert not any(transport.ended for _, transport in (busy, *others, *newcomers)) and len(every) == 7
        busy[0].connection_lost(None)

    play(story)


def test_where_every_connection_of_the_largest_client_is_busy_its_newcomer_is_refused_and_others_are_let_in():
    async def story() -> None:
        every = among(3)
        busy = [await asked(every, "10.0.0.1") for _ in range(3)]
        assert opened(every, "10.0.0.1")[1].ended == "aborted"
        assert opened(every, "10.0.0.2")[1].ended == ""
        assert [transport.ended for _, transport in busy] == ["aborted", "", ""]
        for connection, _ in busy:
            connection.connection_lost(None)

    play(story)


def test_a_proxy_gives_way_last():
    async def story() -> None:
        every = among(4, frozenset({"10.0.0.1"}))
        proxy = [opened(every, "10.0.0.1") for _ in range(3)]
        client = opened(every, "10.0.0.2")
        assert opened(every, "10.0.0.3")[1].ended == "" and client[1].ended == "aborted"
        assert not any(transport.ended for _, transport in proxy)

    play(story)


def test_a_request_that_does_not_arrive_and_a_connection_without_one_are_closed():
    async def story() -> None:
        async def short(connection, head, body, problem) -> None:
            await connection.send(200, [("Content-Length", "0")], b"", False)

        every = among(respond=short)
        begun, transport = opened(every, "10.0.0.1")
        begun.data_received(b"GET / HTTP/1.1\r\n")
        assert begun.look(begun.since + 9) == "" and transport.ended == ""
        assert begun.look(begun.since + 11) == "late" and transport.ended == "closed"
        idle, transport = await asked(every, "10.0.0.1")
        assert transport.data.endswith(b"\r\n\r\n") and idle.phase == connections.WAITING
        assert idle.look(idle.since + 4) == "" and transport.ended == ""
        assert idle.look(idle.since + 6) == "" and transport.ended == "closed"

    play(story)


def test_an_answer_that_is_not_taken_at_the_least_rate_loses_its_connection():
    async def story() -> None:
        every = among()
        slow, transport = await asked(every, "10.0.0.1")
        assert slow.phase == connections.SENDING
        transport.unsent = written = len(transport.data)
        start, window = slow.since, connections.WINDOW
        for i in range(1, 5):
            transport.unsent = written - i * 10_500  # a little more than the rate, in each window
            assert slow.look(start + i * (window + 0.1)) == ""
        assert slow.look(start + 5 * (window + 0.1)) == "slow" and transport.ended == "aborted"
        slow.connection_lost(None)

    play(story)


def test_a_last_answer_may_be_read_to_its_end_before_the_connection_goes():
    async def story() -> None:
        every = among()
        refused, transport = opened(every, "10.0.0.1")
        refused.data_received(b"no request\r\n\r\n" + b"x" * 100)
        await rounds()
        assert b" 400 " in transport.data and transport.ended == "half"
        refused.data_received(b"y" * 1_000)
        assert refused.look(refused.since + 1) == "" and transport.ended == "half"
        refused.look(refused.since + connections.LINGER + 1)
        assert transport.ended == "aborted"

    play(story)


def test_in_each_round_every_client_has_one_request_answered():
    async def story() -> None:
        order = []

        async def note(connection, head, body, problem) -> None:
            order.append(connection.peer)
            await connection.send(204, [], b"", False)

        every = among(respond=note)
        many = [opened(every, "10.0.0.1")[0] for _ in range(5)] + [opened(every, "10.0.0.2")[0] for _ in range(5)]
        few = opened(every, "10.0.0.3")[0]
        for connection in [*many, few]:
            connection.data_received(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await rounds(10)
        assert len(order) == 11 and "10.0.0.3" in order[:3] and order[:2] == ["10.0.0.1", "10.0.0.2"]

    play(story)


def test_a_client_that_asks_too_much_is_not_listened_to_for_a_moment(monkeypatch):
    async def story() -> None:
        monkeypatch.setattr(connections, "MOMENT", 0.01)
        answered = []

        async def refuse(connection, head, body, problem) -> None:
            answered.append(head.target)
            await connection.send(429, [("Content-Length", "0")], b"", False)

        connection, transport = opened(among(respond=refuse), "10.0.0.1")
        connection.data_received(b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n")
        await rounds()
        assert answered == ["/1"] and transport.reading is False and connection.phase == connections.SENDING
        await asyncio.sleep(0.02)
        await rounds()
        assert answered == ["/1", "/2"]

    play(story)
