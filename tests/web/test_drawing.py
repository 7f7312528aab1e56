"""The process that draws charts: what it gives, what ends it, and that nothing a client writes comes to it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
import serving

from statereport import chart

CHARTED = "/query/figures/all"


def drawing(served) -> int:
    """The process that draws; it has one when it has become an interpreter of its own."""
    found: list[int] = []

    def there() -> bool:
        found[:] = [process for process in served.tree()[2:] if b"statereport.web.drawing" in Path(f"/proc/{process}/cmdline").read_bytes()]
        return bool(found)

    assert serving.until(there, 20)
    return found[0]


@pytest.fixture(scope="module")
def served():
    """A server that waits six seconds for a picture."""
    with serving.small(drawing_seconds=6) as running:
        # The engine for drawing is slow to begin; the first picture may be late.
        assert serving.until(lambda: running.ask(f"{CHARTED}.svg").status == 200, 60)
        yield running


@pytest.mark.parametrize(("ending", "kind", "beginning"), [("svg", "image/svg+xml", b"<svg"), ("png", "image/png", b"\x89PNG"), ("vl.json", chart.MEDIA_TYPE, b"{")])
def test_a_chart_comes_in_three_forms(served, ending, kind, beginning):
    reply = served.ask(f"{CHARTED}.{ending}")
    assert (reply.status, reply.headers["content-type"]) == (200, kind) and reply.body.startswith(beginning)
    again = served.ask(f"{CHARTED}.{ending}", If_None_Match=reply.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_a_picture_that_is_late_is_given_up_and_says_which_limit(served):
    os.kill(drawing(served), signal.SIGSTOP)
    reply = served.ask(f"{CHARTED}.svg?least=5000")
    assert (reply.status, reply.json["code"], reply.headers["content-type"]) == (503, "time-limit", "application/problem+json")
    assert ".vl.json" in reply.body.decode() and served.ask(f"{CHARTED}.vl.json?least=5000").status == 200
    assert serving.until(lambda: served.ask(f"{CHARTED}.svg?least=5000").status == 200, 60)


def test_the_process_that_draws_is_replaced_when_it_dies(served):
    os.kill(drawing(served), signal.SIGKILL)
    assert serving.until(lambda: served.ask(f"{CHARTED}.png?least=5000").status == 200, 60)
    assert serving.until(lambda: served.health()["status"] == "ok" and served.health()["pools"]["drawing"]["free"] == 1)


@pytest.mark.parametrize(("method", "path"), [("GET", "/picture.svg"), ("POST", "/picture.svg"), ("POST", f"{CHARTED}.svg")])
def test_no_specification_of_a_client_is_drawn(served, method, path):
    reply = served.ask(path, method, b'{"mark": "bar"}' if method == "POST" else None, Content_Type=chart.MEDIA_TYPE)
    assert reply.status in (404, 405)
