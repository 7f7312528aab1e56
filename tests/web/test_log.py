"""The log: a bounded number of lines however much happens, and each kind of fault once an hour."""

from __future__ import annotations

import json

from statereport.web.serving import log
from statereport.web.serving.log import Log


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def request(i: int, client: str = "192.0.2.1") -> dict:
    return {"event": "request", "client": client, "status": 404, "path": f"/{i}"}


def test_a_client_that_asks_without_end_writes_few_lines_and_the_rest_is_counted():
    lines, clock = [], Clock()
    written = Log(lines.append, now=clock)
    for i in range(60_000):
        clock.now = i / 1_000  # for a minute, a thousand a second
        written(request(i))
    requests = [line for line in lines if line["event"] == "request"]
    counted = [line for line in lines if line["event"] == "not written"]
    assert abs(len(requests) - log.OF_ONE * (10 + 60)) <= 2
    assert 5 <= len(counted) <= 6 and len(requests) + sum(line["request"] for line in counted) > 49_000


def test_many_clients_together_write_a_bounded_number_and_one_that_asks_seldom_is_written():
    lines, clock = [], Clock()
    written = Log(lines.append, now=clock)
    for i in range(20_000):
        clock.now = i / 1_000
        written(request(i, f"198.51.100.{i % 200}"))
    assert len(lines) <= log.OF_ALL * (10 + 20) + 5
    clock.now += 60
    written(request(0, "192.0.2.9"))
    assert "192.0.2.9" in [line.get("client") for line in lines[-2:]]


def test_a_kind_of_fault_is_written_once_an_hour_with_how_often_it_came():
    lines, clock = [], Clock()
    written = Log(lines.append, requests=False, now=clock)
    for i in range(5_000):
        written.fault(f"ValueError at a.py:{i % 2}", "Traceback …", path=f"/{i}")
    assert [line["path"] for line in lines] == ["/0", "/1"]
    clock.now += log.REPEATED
    written.fault("ValueError at a.py:0", "Traceback …", path="/again")
    assert lines[2:] == [
        {"event": "fault", "kind": "ValueError at a.py:0", "path": "/again", "times": 2_500, "fault": "Traceback …"}
    ]


def test_quietly_only_what_goes_wrong_is_written():
    lines = []
    written = Log(lines.append, requests=False)
    written(request(1))
    written({"event": "worker", "kind": "public", "process": 1, "ended": -9})
    assert [line["event"] for line in lines] == ["worker"]


def test_the_same_exception_at_the_same_line_is_one_kind():
    def kind(number: int) -> str:
        try:
            return str(1 / number)
        except ZeroDivisionError as fault:
            return log.kind_of(fault)

    assert kind(0) == kind(0) and "ZeroDivisionError at test_log.py:" in kind(0)


def test_a_line_is_json_with_its_time_whatever_a_client_sends():
    line = log.line({"event": "request", "path": "/\x1b[31m\x85\u2028\n"})
    assert json.loads(line)["path"] == "/\x1b[31m\x85\u2028\n" and line.isascii() and line.count("\n") == 1
    assert json.loads(line)["time"].endswith("Z")
