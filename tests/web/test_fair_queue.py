"""Whose request is next, without a server and without a clock to wait for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from statereport.errors import ServerBusy, TooManyRequests
from statereport.web.serving.fair_queue import FairQueue
from statereport.web.wire.limits import Limits

LIMITS = Limits(light_seconds=1, waiting_for_one=2, waiting=3)


def run(story: Callable[[FairQueue], Awaitable[None]], size: int = 2, limits: Limits = LIMITS) -> None:
    """Play a story with a queue for some processes; at its end each of them is free."""

    async def played() -> None:
        queue = FairQueue(size, limits)
        await story(queue)
        assert (queue.free, queue.waiting()) == (size, 0)

    # On a thread of its own: where a browser was driven before in this process, its loop still runs on this one.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, played()).result()


async def asks(queue: FairQueue, client: str) -> asyncio.Task[None]:
    """A client that stands in line, or whose turn it is already."""
    task = asyncio.create_task(queue.take(client))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


@contextlib.contextmanager
def both_taken(queue: FairQueue) -> Iterator[None]:
    """Two other clients have both processes meanwhile."""
    for client in ("x", "y"):
        queue.take_now(client)
    yield
    for client in ("x", "y"):
        queue.give(client, 0)


def test_a_client_holds_all_processes_but_one():
    async def story(queue: FairQueue) -> None:
        first, second, other = [await asks(queue, client) for client in ("one", "one", "other")]
        assert (first.done(), second.done(), other.done()) == (True, False, True)
        queue.give("one", 0)
        await second
        queue.give("one", 0)
        queue.give("other", 0)

    run(story)


def test_an_only_process_is_for_everybody():
    async def story(queue: FairQueue) -> None:
        await queue.take("one")
        queue.give("one", 99)
        await queue.take("one")
        queue.give("one", 0)

    run(story, 1)


def test_a_client_that_used_little_comes_first_and_others_in_turn():
    async def story(queue: FairQueue) -> None:
        queue.take_now("much")
        queue.give("much", 99)
        queue.take_now("x")
        much, little, again = [await asks(queue, client) for client in ("much", "little", "little")]
        assert (much.done(), little.done(), again.done()) == (False, True, False)
        queue.give("x", 0)
        await asyncio.sleep(0)
        # The last process is not for one who used much, and the other one's share is used.
        assert (much.done(), again.done(), queue.free) == (False, False, 1)
        queue.give("little", 0)
        await again
        assert not much.done()
        queue.give("little", 0)
        await much
        queue.give("much", 0)

    run(story)


def test_much_is_little_beside_a_client_that_used_four_times_as_much():
    async def story(queue: FairQueue) -> None:
        for client, seconds in (("some", 20), ("much", 99), ("also", 60)):
            queue.take_now(client)
            queue.give(client, seconds)
        assert not queue.take_now("much") or queue.free == 1
        # The last process is for a client that used little beside the one that holds the other.
        assert not queue.take_now("also") and queue.take_now("some")
        queue.give("much", 0)
        queue.give("some", 0)

    run(story)


def test_lines_are_served_in_turn_whatever_each_request_costs():
    """One that uses more than others, and yet little, does not wait for all of theirs."""

    async def story(queue: FairQueue) -> None:
        queue.take_now("costly")
        queue.give("costly", 0.9)
        queue.take_now("x")
        queue.take_now("y")
        cheap = [await asks(queue, "cheap") for _ in range(2)]
        costly = await asks(queue, "costly")
        queue.give("x", 0)
        await asyncio.sleep(0)
        queue.give("cheap", 0)
        await asyncio.sleep(0)
        assert cheap[0].done() and costly.done() and not cheap[1].done()
        queue.give("costly", 0)
        queue.give("y", 0)
        await cheap[1]
        queue.give("cheap", 0)

    run(story)


def test_a_process_without_waiting_keeps_to_the_same_rules():
    async def story(queue: FairQueue) -> None:
        assert queue.take_now("one") and not queue.take_now("one")
        queue.give("one", 99)
        assert queue.take_now("other") and not queue.take_now("one")
        queue.give("other", 0)

    run(story)


def test_the_line_of_a_client_is_bounded():
    async def story(queue: FairQueue) -> None:
        queue.take_now("one")
        queue.take_now("other")
        waiting = [await asks(queue, client) for client in ("one", "one")]
        with pytest.raises(TooManyRequests, match="2 requests from this address"):
            await queue.take("one")
        await leave(waiting)
        queue.give("one", 0)
        queue.give("other", 0)

    run(story)


async def leave(tasks: list[asyncio.Task[None]]) -> None:
    """Go away while waiting."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_when_too_many_wait_the_last_of_the_longest_line_is_refused():
    async def story(queue: FairQueue) -> None:
        with both_taken(queue):
            first, second, third = [await asks(queue, client) for client in ("many", "many", "few")]
            newcomer = await asks(queue, "new")
            with pytest.raises(TooManyRequests, match="2 requests from this address"):
                await second
            assert queue.waiting() == 3 and not any(task.done() for task in (first, third, newcomer))
            # No line is longer than the next newcomer's would be.
            with pytest.raises(ServerBusy, match="No process came free"):
                await queue.take("newest")
            with pytest.raises(TooManyRequests):
                await queue.take("few")
            await leave([first, third, newcomer])

    run(story)


def test_when_too_many_wait_a_client_that_used_much_is_refused_before_one_that_used_little():
    async def story(queue: FairQueue) -> None:
        queue.take_now("much")
        queue.give("much", 99)
        with both_taken(queue):
            little, also, much = [await asks(queue, client) for client in ("little", "little", "much")]
            newcomer = await asks(queue, "new")
            with pytest.raises(TooManyRequests):
                await much
            assert not any(task.done() for task in (little, also, newcomer))
            await leave([little, also, newcomer])

    run(story)


def test_no_client_gets_a_process_that_has_ended_until_another_is_there():
    async def story(queue: FairQueue) -> None:
        queue.remove()
        queue.take_now("one")
        waiting = await asks(queue, "other")
        assert not waiting.done()
        queue.add()
        await waiting
        queue.give("one", 0)
        queue.give("other", 0)

    run(story)


def test_a_request_that_waits_too_long_is_refused():
    async def story(queue: FairQueue) -> None:
        queue.take_now("one")
        with pytest.raises(ServerBusy, match="time in line: 0 s"):
            await queue.take("one")
        queue.give("one", 0)

    run(story, limits=Limits(seconds_in_line=0))


def test_a_client_that_leaves_when_its_turn_comes_gives_the_process_back():
    async def story(queue: FairQueue) -> None:
        queue.take_now("one")
        task = await asks(queue, "one")
        queue.give("one", 0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(story)
