"""What stands between the wire and the application: every odd request has its answer, and no slow client keeps a place."""

from __future__ import annotations

import contextlib
import re
import socket
import time

import pytest
import serving

SHORT = "ASK { ?x ?y ?z }"


@pytest.fixture(scope="module")
def served():
    """A server that waits 1 s for a request, 2 s for an answer to be fetched, and takes 12 connections of one client."""
    with serving.small(
        seconds_to_receive=1, seconds_to_send=2, connections_of_one=12, proxies=["127.0.0.9"], quick=1, slow=1, own=1
    ) as running:
        yield running


def raw(served, *lines: str, body: bytes = b"", host: bool = True) -> bytes:
    """What the server says to these lines."""
    given = [lines[0], *([f"Host: 127.0.0.1:{served.port}"] if host else []), *lines[1:]]
    return served.raw("\r\n".join(given).encode("latin-1") + b"\r\n\r\n" + body, timeout=4)


def status(said: bytes) -> int:
    """The status of the first response."""
    return int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/1.1 ") else 0


CLOSE = "Connection: close"
ODD = {
    "not HTTP": (("\x16\x03\x01 hello",), 400),
    "no such version": (("GET / HTTP/9.9", CLOSE), 400),
    "a blank before the colon": (("GET / HTTP/1.1", "Accept : */*", CLOSE), 400),
    "length and chunks": (("POST /sparql HTTP/1.1", "Content-Length: 5", "Transfer-Encoding: chunked"), 400),
    "two lengths": (("POST /sparql HTTP/1.1", "Content-Length: 5", "Content-Length: 6"), 400),
    "a negative length": (("POST /sparql HTTP/1.1", "Content-Length: -5"), 400),
    "an unknown coding": (("POST /sparql HTTP/1.1", "Transfer-Encoding: gzip, chunked"), 400),
    "another host": (("GET / HTTP/1.1", "Host: evil.example", CLOSE), 400),
    "a compressed body": (("POST /sparql HTTP/1.1", "Content-Encoding: gzip", "Content-Length: 0", CLOSE), 415),
    "a body announced too long": (("POST /sparql HTTP/1.1", "Content-Length: 99999999", CLOSE), 413),
    "a head too long": (("GET / HTTP/1.1", f"X-Long: {'a' * 70_000}", CLOSE), 413),
    "too many fields": (("GET / HTTP/1.1", *(f"X-{i}: 1" for i in range(80)), CLOSE), 413),
    "a byte of nothing": (("GET /id/%00 HTTP/1.1", CLOSE), 400),
    "an encoded slash": (("GET /id/a%2fb HTTP/1.1", CLOSE), 400),
    "a step up": (("GET /id/../x HTTP/1.1", CLOSE), 400),
    "a backslash": (("GET /id/a\\b HTTP/1.1", CLOSE), 400),
    "two slashes": (("GET //x HTTP/1.1", CLOSE), 400),
    "a path that is not UTF-8": (("GET /id/%ff HTTP/1.1", CLOSE), 400),
    "a parameter that is not UTF-8": (("GET /sparql?query=%ff HTTP/1.1", CLOSE), 400),
    "too many parameters": ((f"GET /sparql?{'&'.join(f'a{i}=1' for i in range(40))} HTTP/1.1", CLOSE), 400),
    "an absolute target": (("GET http://evil.example/ HTTP/1.1", CLOSE), 400),
    "a method that is none here": (("DELETE /id/x HTTP/1.1", CLOSE), 405),
    "a tunnel": (("CONNECT evil.example:80 HTTP/1.1", CLOSE), 400),
    "a trace": (("TRACE / HTTP/1.1", CLOSE), 405),
    "another protocol": (("GET /health HTTP/1.1", "Connection: Upgrade, close", "Upgrade: websocket"), 200),
}


@pytest.mark.parametrize("name", ODD)
def test_each_odd_request_has_its_answer(served, name):
    lines, expected = ODD[name]
    said = raw(served, *lines)
    assert status(said) == expected, said[:300]
    assert len(re.findall(rb"HTTP/1.1 \d{3} ", said)) == 1
    assert expected == 200 or b"application/problem+json" in said


def test_a_host_that_is_not_this_one_is_refused_and_its_name_is_not_repeated_in_an_address(served):
    said = raw(served, "GET /id/x HTTP/1.1", "Host: evil.example", CLOSE, host=False)
    assert status(said) == 421 and b"\r\nlocation:" not in said.lower()
    assert status(raw(served, "GET / HTTP/1.1", CLOSE, host=False)) == 400


def test_a_request_hidden_in_another_is_not_answered(served):
    hidden = b"0\r\n\r\nGET /health HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % served.port
    said = raw(
        served, "POST /sparql HTTP/1.1", f"Content-Length: {len(hidden)}", "Transfer-Encoding: chunked", body=hidden
    )
    assert (
        len(re.findall(rb"HTTP/1.1 \d{3} ", said)) == 1 and status(said) == 400 and b"connection: close" in said.lower()
    )


def test_a_body_that_grows_too_long_is_refused(served):
    chunk = b"10000\r\n" + b"a" * 65_536 + b"\r\n"
    said = raw(
        served,
        "POST /sparql HTTP/1.1",
        "Content-Type: application/sparql-query",
        "Transfer-Encoding: chunked",
        body=chunk * 5,
    )
    assert status(said) == 413


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: %s\r\nContent-Length: 50\r\n\r\nquery=",
    ],
)
def test_a_request_that_does_not_arrive_in_time_loses_its_connection(served, begun):
    begun = begun.replace(b"%s", f"127.0.0.1:{served.port}".encode())
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as link:
        link.sendall(begun)
        start = time.monotonic()
        with contextlib.suppress(ConnectionError):
            assert link.recv(100) == b""
        assert 0.5 < time.monotonic() - start < 3


def test_a_request_that_arrives_drop_by_drop_loses_its_connection(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as link, contextlib.suppress(ConnectionError):
        start = time.monotonic()
        while time.monotonic() - start < 4:
            link.sendall(b"G")
            time.sleep(0.1)
            if time.monotonic() - start > 2.5:
                pytest.fail("the connection is still open")
    assert time.monotonic() - start < 2.5


def test_an_answer_that_is_not_fetched_loses_its_connection(served):
    query = f"SELECT * {{ VALUES ?x {{ '{'a' * 50_000}' }} VALUES ?y {{ {' '.join(map(str, range(100)))} }} }}"
    body = query.encode()
    head = f"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nContent-Type: application/sparql-query\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.socket() as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        link.connect(("127.0.0.1", served.port))
        link.sendall(head.encode() + body)
        time.sleep(3)
        link.settimeout(3)
        fetched = 0
        with contextlib.suppress(ConnectionError):
            while piece := link.recv(65_536):
                fetched += len(piece)
        assert fetched < 4_000_000


def test_one_client_has_a_number_of_connections_and_others_still_get_theirs(served):
    with contextlib.ExitStack() as links:
        for _ in range(12):
            links.enter_context(socket.create_connection(("127.0.0.1", served.port)))
        time.sleep(0.2)
        with pytest.raises((ConnectionError, OSError)):
            served.ask("/health")
        assert served.ask("/health", source="127.0.0.2").status == 200


def test_the_address_of_a_client_is_taken_from_a_trusted_proxy_only(served):
    time.sleep(0.3)
    served.entries.clear()
    served.ask("/health", X_Forwarded_For="10.0.0.1")
    served.ask("/health", source="127.0.0.9", X_Forwarded_For="10.0.0.1, 10.0.0.2")
    served.ask("/health", source="127.0.0.9", X_Forwarded_For="nonsense")
    time.sleep(0.2)
    assert [entry["client"] for entry in served.entries if entry["event"] == "request"] == [
        "127.0.0.1",
        "10.0.0.2",
        "127.0.0.9",
    ]


def test_every_request_is_one_line_in_the_log(served):
    time.sleep(0.3)
    served.entries.clear()
    served.query(SHORT)
    time.sleep(0.2)
    entry = next(entry for entry in served.entries if entry["event"] == "request")
    assert (
        entry["path"] == "/sparql"
        and entry["status"] == 200
        and entry["pool"] == "public"
        and entry["ms"] >= 0
        and entry["time"].endswith("Z")
    )
    assert SHORT not in str(entry), "what people ask is not written down"


def test_browsers_are_told_what_they_may_do_with_an_answer(served):
    for path in ("/sparql", "/health", "/nothing", "/query/figures/all.json"):
        headers = served.ask(path).headers
        assert headers["x-content-type-options"] == "nosniff" and headers["content-security-policy"].startswith(
            "default-src 'none'"
        )
        assert headers["access-control-allow-origin"] == "*" and "access-control-allow-credentials" not in headers
        assert "unsafe" not in headers["content-security-policy"]
        assert "server" not in headers


def test_a_preflight_is_answered(served):
    reply = served.ask("/sparql", "OPTIONS", Origin="https://example.org", Access_Control_Request_Method="POST")
    assert (
        reply.status == 204
        and "POST" in reply.headers["access-control-allow-methods"]
        and "POST" in reply.headers["allow"]
    )


def test_a_head_is_a_get_without_its_body(served):
    for path in ("/query/figures/all.json", "/sparql?query=ASK%7B%7D", "/id/nothing"):
        got, head = served.ask(path), served.ask(path, "HEAD")
        assert (head.status, head.body) == (got.status, b"")
        assert (
            head.headers["content-length"] == str(len(got.body))
            and head.headers["content-type"] == got.headers["content-type"]
        )


def test_what_a_client_has_already_is_not_sent_again(served):
    first = served.ask("/query/figures/all.json")
    again = served.ask("/query/figures/all.json", If_None_Match=f'"x", {first.headers["etag"]}')
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = served.ask("/query/figures/all.tsv", If_None_Match=first.headers["etag"])
    assert other.status == 200


def test_answers_kept_for_one_form_are_not_given_for_another(served):
    path = "/id/kaz-cerd-8-10-addendum/figure/13-schools"
    seen = {
        accept: served.ask(path, Accept=accept).headers["location"]
        for accept in ("text/turtle", "application/ld+json", "text/turtle", "application/rdf+xml;q=0.1")
    }
    assert [address.rpartition(".")[2] for address in seen.values()] == ["ttl", "jsonld", "rdf"]
    assert (
        served.ask(
            path, Accept="text/turtle", Host=f"127.0.0.1:{served.port}", X_Forwarded_Host="evil.example"
        ).headers["location"]
        == f"{path}.ttl"
    )


def test_a_fault_in_a_body_is_answered_once(served):
    said = raw(
        served,
        "POST /sparql HTTP/1.1",
        "Content-Type: application/sparql-query",
        "Transfer-Encoding: chunked",
        body=b"5\r\nASK {\r\nnonsense\r\n",
    )
    time.sleep(0.3)
    assert status(said) == 400 and len(re.findall(rb"HTTP/1.1 \d{3} ", said)) == 1
    assert not [entry for entry in served.entries if entry["event"] == "error"]
