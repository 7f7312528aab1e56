"""The process that draws: it draws our own specifications only, and whatever becomes of it costs one picture."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest
import serving

from statereport.questions import chart, picture
from statereport.web.serving import frames
from statereport.web.wire import headers
from statereport.web.wire.http import Request

CHART = "/query/figures/all"
SPEC = {
    "$schema": chart.SCHEMA, "name": "theirs", "title": {"text": ["theirs"]}, "description": "",
    "data": {"values": [{}]}, "mark": {"type": "text", "text": "theirs"},
}  # fmt: skip


@pytest.fixture(scope="module")
def served():
    """The small project."""
    with serving.small(quick=1, slow=1, own=1) as running:
        yield running


def drawing(served) -> int:
    """The process that draws."""
    return next(
        process
        for process in served.tree()
        if b"statereport.web.serving.drawing" in Path(f"/proc/{process}/cmdline").read_bytes()
    )


def has_engine(process: int) -> bool:
    """Whether a process has loaded what draws."""
    return "vl_convert" in Path(f"/proc/{process}/maps").read_text()


def test_nothing_that_a_client_writes_is_drawn(served):
    spec = json.dumps(SPEC)
    words = f'SELECT ("{chart.MEDIA_TYPE}" AS ?a) {{}}'
    for reply in (
        served.ask("/picture.svg", "POST", spec.encode(), Content_Type=chart.MEDIA_TYPE),
        served.ask(f"{CHART}.svg", "POST", spec.encode(), Content_Type=chart.MEDIA_TYPE),
        served.ask(f"{CHART}.svg", "PUT", spec.encode()),
        served.ask(f"{CHART}.svg?least={quote(spec)}"),
        served.ask(f"{CHART}.svg?spec={quote(spec)}"),
        served.ask(f"/picture.svg?{quote(spec)}"),
        served.query(words, Accept=chart.MEDIA_TYPE),
        served.query(words, Accept="image/svg+xml"),
        served.query(words, path="/sparql.svg"),
        served.ask(f"/editor?query={quote(words)}", Accept="image/svg+xml"),
    ):
        assert not reply.headers["content-type"].startswith("image/"), reply.body[:200]
    assert not has_engine(drawing(served)), "something was drawn"
    drawn = served.ask(f"{CHART}.svg?least=5000")
    assert drawn.status == 200 and has_engine(drawing(served))


def test_a_chart_has_the_same_bytes_as_in_a_build_in_each_form(served):
    reply = served.ask(f"{CHART}.vl.json")
    made = picture.Picture(reply.json)
    assert reply.headers["content-type"] == chart.MEDIA_TYPE
    drawn = {ending: served.ask(f"{CHART}.{ending}") for ending in ("svg", "png")}
    assert (drawn["svg"].body.decode(), drawn["png"].body) == (made.svg, made.png())
    assert [drawn[ending].headers["content-type"] for ending in drawn] == ["image/svg+xml", "image/png"]
    assert f"{CHART}.vl.json" in drawn["svg"].headers["link"]
    assert len({reply.headers["etag"], *(it.headers["etag"] for it in drawn.values())}) == 3
    assert served.ask(f"{CHART}.svg", If_None_Match=drawn["svg"].headers["etag"]).status == 304
    assert served.ask(CHART, Accept="image/png").headers["location"] == f"{CHART}.png"


def test_a_chart_that_was_drawn_is_kept_whatever_address_it_has(served):
    first = served.ask(f"{CHART}.svg?least=-1")
    os.kill(drawing(served), signal.SIGSTOP)
    try:
        assert served.ask(f"{CHART}.svg?least=-2", timeout=5).body == first.body
    finally:
        os.kill(drawing(served), signal.SIGCONT)


def test_only_the_process_that_draws_has_the_engine_that_draws(served):
    served.ask(f"{CHART}.svg")
    assert [process for process in served.tree() if has_engine(process)] == [drawing(served)]


def test_the_sheet_of_a_chart_is_the_only_one_that_its_policy_lets_in(served):
    reply = served.ask(f"{CHART}.svg")
    assert reply.body.decode().count("<style>") == 1 and f"<style>{picture.STYLE}</style>" in reply.body.decode()
    policy = reply.headers["content-security-policy"]
    assert policy == headers.POLICIES["image/svg"] and "unsafe" not in policy


def test_when_the_process_that_draws_dies_it_costs_one_picture(served):
    before, address = drawing(served), f"{CHART}.png?least=5000"
    os.kill(before, signal.SIGSTOP)  # so that the picture is under way, and not drawn, when the process dies
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(served.ask, address)
        assert serving.until(lambda: served.health()["pools"]["drawing"]["busy"] == 1)
        os.kill(before, signal.SIGKILL)
        reply = asked.result()
    assert reply.status == 503 and reply.json["code"] == "drawing-failed" and reply.headers["retry-after"]
    assert served.ask(address).status == 200 and drawing(served) != before
    assert served.health()["status"] == "ok"


def test_a_process_that_died_with_nothing_to_draw_costs_no_picture(served):
    before = drawing(served)
    os.kill(before, signal.SIGKILL)
    assert serving.until(lambda: before not in served.tree())
    assert served.ask(f"{CHART}.png?least=5001").status == 200 and drawing(served) != before
    assert served.health()["status"] == "ok"


def test_a_picture_that_takes_too_long_is_given_up_and_everything_else_is_there():
    # Less than it takes to load what draws.
    with serving.small(quick=1, slow=1, own=1, drawing_seconds=0.01) as served:
        reply = served.ask(f"{CHART}.svg", Accept="image/svg+xml")
        assert (reply.status, reply.json["code"]) == (503, "time-limit")
        assert "0.01 s" in reply.json["detail"] and ".vl.json" in reply.json["hint"]
        assert (
            served.ask(f"{CHART}.vl.json").status
            == served.ask(f"{CHART}.html").status
            == served.ask(f"{CHART}.csv").status
            == 200
        )
        assert serving.until(lambda: served.health()["pools"]["drawing"]["free"] == 1)
        assert served.health()["replaced"]["drawing"] == {"time": 1}


def test_without_anything_to_draw_the_process_gives_its_memory_back():
    here, there = socket.socketpair()
    script = (
        "import socket; from statereport.web.serving import drawing; drawing.IDLE = 0; "
        f"drawing.serve(socket.socket(fileno={there.fileno()}))"
    )
    with subprocess.Popen([sys.executable, "-c", script], pass_fds=[there.fileno()]) as process, here:
        there.close()
        for _ in range(2):  # as it begins, and when it has begun anew
            here.sendall(frames.of_request(Request("GET", "/picture.svg", body=json.dumps(SPEC).encode())))
            words, body = (
                frames.read(here, length) for length in frames.LENGTHS.unpack(frames.read(here, frames.LENGTHS.size))
            )
            assert frames.to_response(words, body).response.status == 200
            if process.poll() is None and b"-c" in Path(f"/proc/{process.pid}/cmdline").read_bytes():
                assert serving.until(lambda: not has_engine(process.pid))
        here.close()
        assert process.wait(10) == 0


def test_a_specification_that_cannot_be_drawn_is_a_fault_in_the_log_and_a_problem_for_who_asks():
    from statereport.web.serving import drawing as drawer

    outcome = drawer.drawn(Request("GET", "/picture.svg", body=b'{"mark": 1}'))
    assert outcome.response.status == 500 and json.loads(outcome.response.body)["code"] == "server-fault"
    assert outcome.kind and "Traceback" in outcome.fault and not outcome.retire
