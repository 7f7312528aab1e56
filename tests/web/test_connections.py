"""Connections and heads of requests: every odd request has its answer, and no slow client keeps others out."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import time

import pytest
import serving

SHORT = "ASK { ?x ?y ?z }"


@pytest.fixture(scope="module")
def served():
    """A server that waits 1 s for a request, and takes 12 connections of one client and 40 in all."""
    with serving.small(
        seconds_to_receive=1,
        connections_of_one=12,
        connections=40,
        proxies=["127.0.0.9"],
        quick=1,
        slow=1,
        own=1,
        seconds=3,
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
    "an absolute target of another host": (("GET http://evil.example/health HTTP/1.1", CLOSE), 421),
    "an absolute target without a host": (("GET http:///health HTTP/1.1", CLOSE), 421),
    "another scheme": (("GET ftp://127.0.0.1/health HTTP/1.1", CLOSE), 400),
    "an asterisk that is read": (("GET * HTTP/1.1", CLOSE), 400),
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
        assert time.monotonic() - start < 4


def test_a_request_that_arrives_drop_by_drop_loses_its_connection(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as link, contextlib.suppress(ConnectionError):
        start = time.monotonic()
        while time.monotonic() - start < 4:
            link.sendall(b"G")
            time.sleep(0.1)
            if time.monotonic() - start > 3.5:
                pytest.fail("the connection is still open")


def test_one_client_has_a_number_of_connections_and_others_still_get_theirs(served):
    with contextlib.ExitStack() as links:
        for _ in range(12):
            links.enter_context(socket.create_connection(("127.0.0.1", served.port)))
        time.sleep(0.2)
        with pytest.raises((ConnectionError, OSError)):
            served.ask("/health")
        assert served.ask("/health", source="127.0.0.2").status == 200


def test_when_all_connections_are_taken_the_client_with_most_loses_its_oldest(served):
    with contextlib.ExitStack() as stack:

        def opened(source: str) -> socket.socket:
            link = stack.enter_context(socket.create_connection(("127.0.0.1", served.port), 5, (source, 0)))
            link.sendall(b"GET / HTTP/1.1\r\n")
            return link

        few = [opened("127.0.0.20") for _ in range(2)]
        many = [[opened(f"127.0.0.{21 + i}") for _ in range(9 + (i == 3))] for i in range(4)]
        time.sleep(0.1)  # 39 of 40
        assert [served.ask("/health", source=f"127.0.0.{40 + i}").status for i in range(3)] == [200] * 3
        newcomers = [opened(f"127.0.0.{50 + i}") for i in range(4)]
        assert serving.until(lambda: closed(many[3][0]))
        lost = [[closed(link) for link in links] for links in many]
        # Three too many: the one with ten lost its oldest, then two of those with nine.
        assert sum(map(sum, lost)) == 3 and sum(lost[3]) <= 1 and max(map(sum, lost)) == 1
        assert all(links[0] for links in lost if any(links)) and not any(map(closed, [*few, *newcomers]))


def closed(link: socket.socket) -> bool:
    """Whether the server has closed a connection."""
    link.setblocking(False)
    try:
        return link.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def test_a_client_that_ends_its_sending_half_gets_its_answer(served):
    """Whether it asks for a page, a short query or a long one."""
    slow = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?a{i} ?b{i} ?c{i}" for i in range(8)) + " }"
    for body, expected in ((b"", 200), (SHORT.encode(), 200), (slow.encode(), 503)):
        line = b"POST /sparql" if body else b"GET /query/figures/all.json?least=%d" % random.randrange(10_000)
        head = b"%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/sparql-query\r\nContent-Length: %d\r\n\r\n"
        with socket.create_connection(("127.0.0.1", served.port), 10) as link:
            link.sendall(head % (line, len(body)) + body)
            link.shutdown(socket.SHUT_WR)
            said = b""
            while piece := link.recv(65_536):
                said += piece
        while said.startswith(b"HTTP/1.1 102 "):  # the server asks whether the client is still there
            said = said.partition(b"\r\n\r\n")[2]
        assert status(said) == expected, said[:200]


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        ("GET /sparql?query=ASK{}&x=школа HTTP/1.1", "", 200),
        ("GET /поиск HTTP/1.1", "", 404),
        ("GET http://127.0.0.1/health HTTP/1.1", "", 200),
        ("GET HTTP://LOCALHOST:99/health?x HTTP/1.1", "Host: evil.example", 200),
        ("OPTIONS * HTTP/1.1", "", 204),
        ("GET /health HTTP/1.0", "", 200),
        ("GET /health HTTP/1.1", "Host: LocalHost.", 200),
        ("GET /health HTTP/1.1", "Host: localhost:80", 200),
        ("GET /health HTTP/1.1", "Host: 192.0.2.7:8080", 200),
        ("GET /health HTTP/1.1", "Host: [2001:db8::7]", 200),
        ("GET /health HTTP/1.1", "Host: localhost.evil.example", 421),
        ("GET /health HTTP/1.1", "Host: evil@127.0.0.1", 421),
        ("GET /health HTTP/1.1", "Host: 127.0.0.1.evil.example", 421),
        ("GET /health HTTP/1.1", "Host: ", 421),
    ],
)
def test_what_other_servers_read_is_read(served, line, field, expected):
    fields = [field] if field else ["Host: 127.0.0.1"] if line.endswith("1.1") else []
    said = served.raw("\r\n".join([line, *fields, CLOSE]).encode() + b"\r\n\r\n")
    assert status(said) == expected, said[:300]


def test_a_request_line_beyond_ascii_may_come_in_pieces_and_bodies_are_left_alone(served):
    query = "SELECT ('школа' AS ?x) {}".encode()
    kind = b"Content-Type: application/sparql-query\r\n"
    post = b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\n" + kind + b"Content-Length: %d\r\n\r\n"
    line = "GET /def/школа HTTP/1.1\r\n".encode()
    with socket.create_connection(("127.0.0.1", served.port), 5) as link:
        for i in range(0, len(line), 7):
            link.sendall(line[i : i + 7])
            time.sleep(0.01)
        link.sendall(b"Host: 127.0.0.1\r\n\r\n" + post % len(query) + query)
        said = b""
        while said.count(b"HTTP/1.1 ") < 2 or "школа".encode() not in said.rpartition(b"HTTP/1.1 ")[2]:
            piece = link.recv(65_536)
            assert piece
            said += piece
    assert re.findall(rb"HTTP/1.1 (\d{3})", said) == [b"303" if b" 303 " in said else b"404", b"200"]


def test_several_accept_fields_are_one_with_commas(served):
    one = raw(served, "GET /id/x HTTP/1.1", "Accept: image/png, text/turtle", CLOSE)
    two = raw(served, "GET /id/x HTTP/1.1", "Accept: image/png", "Accept: text/turtle", CLOSE)
    assert status(one) == status(two)
    path = "/id/kaz-cerd-8-10-addendum/figure/13-schools"
    for fields in (["Accept: image/png, text/turtle"], ["Accept: image/png", "Accept: text/turtle"]):
        said = raw(served, f"GET {path} HTTP/1.1", *fields, CLOSE)
        assert status(said) == 303 and f"\r\nLocation: {path}.ttl\r\n".encode() in said


def test_requests_one_after_another_without_waiting_are_answered_in_order(served):
    host = "Host: 127.0.0.1"
    paths = ("/health", "/nothing", "/query/figures/all.json", "/sparql?query=ASK%7B%7D")
    lines = [f"GET {path} HTTP/1.1\r\n{host}\r\n\r\n" for path in paths]
    said = served.raw("".join([*lines, f"GET /x HTTP/1.1\r\n{host}\r\n{CLOSE}\r\n\r\n"]).encode())
    assert re.findall(rb"HTTP/1.1 (\d{3})", said) == [b"200", b"404", b"200", b"200", b"404"]


def test_a_client_that_waits_for_leave_to_send_a_body_gets_it(served):
    with socket.create_connection(("127.0.0.1", served.port), 5) as link:
        link.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: 17\r\nExpect: 100-continue\r\n\r\n"
        )
        assert link.recv(100).startswith(b"HTTP/1.1 100 ")
        link.sendall(b"ASK { ?x ?y ?z }\n")
        assert status(link.recv(65_536)) == 200


def test_the_address_of_a_client_is_taken_from_a_trusted_proxy_only(served):
    path = "/nothing/forwarded"
    served.ask(path, X_Forwarded_For="10.0.0.1")
    served.ask(path, source="127.0.0.9", X_Forwarded_For="10.0.0.1, 10.0.0.2")
    served.ask(path, source="127.0.0.9", X_Forwarded_For="nonsense")
    assert [entry["client"] for entry in served.requests(3, path=path)] == [
        "127.0.0.1",
        "10.0.0.2",
        "127.0.0.9",
    ]


def test_every_request_is_one_line_in_the_log(served):
    served.query(SHORT, source="127.0.0.77")
    (entry,) = served.requests(client="127.0.0.77")
    assert (
        entry["path"] == "/sparql"
        and entry["status"] == 200
        and entry["pool"] == "public"
        and entry["ms"] >= 0
        and entry["time"].endswith("Z")
    )
    assert SHORT not in str(entry), "queries are not written down"


def test_headers_say_what_browsers_may_do_with_an_answer(served):
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
