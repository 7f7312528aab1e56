"""Who gets a place next, without a server and without a clock to wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from statereport.errors import ServerBusy, TooManyRequests
from statereport.web.serving.fair_queue import Places
from statereport.web.wire.limits import Limits

LIMITS = Limits(light_seconds=1, waiting_for_one=2, waiting=3)


def run(story: Callable[[Places], Awaitable[None]], size: int = 2, limits: Limits = LIMITS) -> None:
    """Tell a story of some places; at its end every one of them is free."""

    async def told() -> None:
        places = Places(size, limits)
        await story(places)
        assert (places.free, places.waiting()) == (size, 0)

    # On a thread of its own: where a browser was driven before in this process, its loop still runs on this one.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, told()).result()


async def asks(places: Places, client: str) -> asyncio.Task[None]:
    """A client that stands in the line, or has its place already."""
    task = asyncio.create_task(places.take(client))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


def test_a_client_holds_all_places_but_one():
    async def story(places: Places) -> None:
        first, second, other = [await asks(places, client) for client in ("one", "one", "other")]
        assert (first.done(), second.done(), other.done()) == (True, False, True)
        places.give("one", 0)
        await second
        places.give("one", 0)
        places.give("other", 0)

    run(story)


def test_an_only_place_is_for_everybody():
    async def story(places: Places) -> None:
        await places.take("one")
        places.give("one", 99)
        await places.take("one")
        places.give("one", 0)

    run(story, 1)


def test_who_used_little_comes_first_and_others_in_turn():
    async def story(places: Places) -> None:
        places.take_now("much")
        places.give("much", 99)
        places.take_now("x")
        much, little, again = [await asks(places, client) for client in ("much", "little", "little")]
        assert (much.done(), little.done(), again.done()) == (False, True, False)
        places.give("x", 0)
        await asyncio.sleep(0)
        # The last place is not for one who used much, and the other one's share is used.
        assert (much.done(), again.done(), places.free) == (False, False, 1)
        places.give("little", 0)
        await again
        assert not much.done()
        places.give("little", 0)
        await much
        places.give("much", 0)

    run(story)


def test_a_place_without_waiting_keeps_to_the_same_rules():
    async def story(places: Places) -> None:
        assert places.take_now("one") and not places.take_now("one")
        places.give("one", 99)
        assert places.take_now("other") and not places.take_now("one")
        places.give("other", 0)

    run(story)


def test_lines_are_bounded():
    async def story(places: Places) -> None:
        places.take_now("one")
        places.take_now("other")
        waiting = [await asks(places, client) for client in ("one", "one", "third")]
        with pytest.raises(ServerBusy, match="line is full"):
            await places.take("fourth")
        with pytest.raises(TooManyRequests, match="2 requests from this address"):
            await places.take("one")
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        places.give("one", 0)
        places.give("other", 0)

    run(story)


def test_who_waits_too_long_is_told_so():
    async def story(places: Places) -> None:
        places.take_now("one")
        with pytest.raises(ServerBusy, match="No process came free"):
            await places.take("one")
        places.give("one", 0)

    run(story, limits=Limits(seconds_in_line=0))


def test_one_who_leaves_when_the_turn_comes_gives_the_place_back():
    async def story(places: Places) -> None:
        places.take_now("one")
        task = await asks(places, "one")
        places.give("one", 0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(story)
