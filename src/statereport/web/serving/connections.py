"""What stands between the wire and the application: deadlines, counts of connections, and requests that mean two things.

uvicorn has no deadline for a request to arrive nor for an answer to be fetched, and its parser takes a request with both
Content-Length and Transfer-Encoding. What is refused here costs no worker.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from statereport.errors import HostUnknown, MediaTypeRefused, Problem, RequestBroken, RequestTooLarge
from statereport.questions import picture
from statereport.web.wire import problems, protocol
from statereport.web.wire.http import Request, Response
from statereport.web.wire.limits import Limits

# Bytes of a path that have no use here, and another meaning to somebody else's parser.
_ODD = ("%00", "%2f", "%5c", "\\", "//", "/../", "/./", ";")


def connections(limits: Limits, log: Callable[[dict], None], exempt: frozenset[str] = frozenset()) -> type[H11Protocol]:
    """The class of a connection: it ends when a request does not arrive or an answer is not fetched in time.

    `exempt` holds addresses that may have any number of connections: that of a proxy.
    """
    open_by: Counter[str] = Counter()

    class Connection(H11Protocol):
        """One connection, with its deadlines."""

        _arriving: asyncio.TimerHandle | None = None
        _fetching: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._peer = self.client[0] if self.client else ""
            open_by[self._peer] += 1
            many = open_by[self._peer] > limits.connections_of_one and self._peer not in exempt
            if many or open_by.total() > limits.connections:
                transport.abort()
                return
            self._expect()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            open_by[self._peer] -= 1
            if not open_by[self._peer]:
                del open_by[self._peer]
            for timer in (self._arriving, self._fetching):
                if timer:
                    timer.cancel()

        def handle_events(self) -> None:
            super().handle_events()
            if (
                self._arriving
                and self.cycle is not None
                and not self.cycle.more_body
                and not self.cycle.response_complete
            ):
                self._arriving.cancel()
                self._arriving = None

        def on_response_complete(self) -> None:
            self._expect()
            super().on_response_complete()

        def pause_writing(self) -> None:
            super().pause_writing()
            if not self._fetching:
                self._fetching = self.loop.call_later(limits.seconds_to_send, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            if self._fetching and (self.cycle is None or self.cycle.response_complete):
                self._fetching.cancel()
                self._fetching = None

        def shutdown(self) -> None:
            with contextlib.suppress(h11.LocalProtocolError):
                return super().shutdown()
            return self.transport.close()

        def timeout_keep_alive_handler(self) -> None:
            with contextlib.suppress(h11.LocalProtocolError):
                return super().timeout_keep_alive_handler()
            return self.transport.close()

        def send_400_response(self, msg: str) -> None:
            log({"event": "malformed", "client": self._peer})
            if self.cycle is not None and not self.cycle.response_complete:
                # The fault is in a body: whoever reads it must not answer too.
                self.cycle.disconnected = True
                self.cycle.message_event.set()
            problem = RequestBroken(
                where="", what="The request is not HTTP/1.1, or its head is too large.", hint="see RFC 9112."
            )
            response = problems.response(problem)
            headers = [(b"content-type", response.media_type.encode()), (b"connection", b"close")]
            # Garbage after a last request: nothing may be said any more.
            with contextlib.suppress(h11.LocalProtocolError):
                for event in (
                    h11.Response(status_code=400, headers=headers),
                    h11.Data(data=response.body),
                    h11.EndOfMessage(),
                ):
                    self.transport.write(self.conn.send(event) or b"")
            self.transport.close()

        def _expect(self) -> None:
            """From now on the next request has its time to arrive."""
            if self._arriving:
                self._arriving.cancel()
            self._arriving = self.loop.call_later(limits.seconds_to_receive, self._late)

        def _late(self) -> None:
            self._arriving = None
            if self.cycle is None or self.cycle.response_complete or self.cycle.more_body:
                log({"event": "late", "client": self._peer})
                self.transport.close()

    return Connection


def request_of(scope: dict[str, Any], body: bytes, limits: Limits) -> Request:
    """The request that the application is asked, all its characters read as they are meant. Raises RequestBroken."""
    raw, text = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    if any(odd in raw.lower() for odd in _ODD) or not raw.startswith("/"):
        raise RequestBroken(
            where=raw[:200],
            what="The path holds characters that no address here has.",
            hint="write the address plainly.",
        )
    try:
        path = unquote(raw, errors="strict")
    except UnicodeDecodeError:
        raise RequestBroken(
            where=raw[:200], what="The path is not UTF-8.", hint="percent-encode it as UTF-8."
        ) from None
    if not path.isprintable():
        raise RequestBroken(
            where=raw[:200], what="The path holds characters that cannot be seen.", hint="write the address plainly."
        )
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    kept = tuple((name, headers[name]) for name in ("accept", "content-type") if name in headers)
    pairs = tuple(protocol.form(text, limits))
    return Request(scope["method"], path, pairs, kept, body)


def check_head(scope: dict[str, Any], hosts: frozenset[str], limits: Limits) -> None:
    """Refuse a request by its head alone. Raises its Problem."""
    headers = scope["headers"]
    if scope["http_version"] not in ("1.0", "1.1"):
        raise RequestBroken(where="", what="Only HTTP/1.1 is spoken here.", hint="see RFC 9112.")
    names = Counter(name for name, _ in headers)
    if len(headers) > limits.head_fields:
        raise RequestTooLarge(
            where="head",
            what=f"The head has {len(headers)} fields. {limits.sentence('head_fields')}.",
            hint="send fewer.",
        )
    size = (
        len(scope["raw_path"]) + len(scope["query_string"]) + sum(len(name) + len(value) + 4 for name, value in headers)
    )
    if size > limits.head_bytes:
        raise RequestTooLarge(
            where="head",
            what=f"The head is too long. {limits.sentence('head_bytes')}.",
            hint="send a long query by POST.",
        )
    if b"content-length" in names and b"transfer-encoding" in names:
        what = "The request says its length in two ways, which two readers may understand in two ways."
        raise RequestBroken(where="content-length, transfer-encoding", what=what, hint="send one of the two.")
    values = {name: value.decode("latin-1").strip().lower() for name, value in headers}
    host = values.get(b"host", "")
    if names[b"host"] > 1 or (host not in hosts and "*" not in hosts):
        raise HostUnknown(
            where=host[:200],
            what="This server does not answer for the host that the request names.",
            hint="use the address that the server printed, or start it with --base.",
        )
    if values.get(b"content-encoding", "identity") != "identity":
        raise MediaTypeRefused(
            where="content-encoding", what="A compressed body is not read.", hint="send it as it is."
        )
    length = values.get(b"content-length", "0")
    if length.isdecimal() and int(length) > limits.body_bytes:
        raise too_long(limits)


def too_long(limits: Limits) -> Problem:
    """What is told of a body that is too long."""
    return RequestTooLarge(
        where="body", what=f"The body is too long. {limits.sentence('body_bytes')}.", hint="send less."
    )


SECURITY = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)
POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
NOTHING = "default-src 'none'; frame-ancestors 'none'"
# Of a picture, the one sheet that our charts have, known by its digest.
_SHEET = base64.b64encode(hashlib.sha256(picture.STYLE.encode()).digest()).decode("ascii")
POLICIES = {"text/html": POLICY, "image/svg": f"{NOTHING}; style-src 'sha256-{_SHEET}'"}
OPEN = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Content-Location, ETag, Link, Location, Retry-After"),
)
PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Accept, Content-Type"),
    ("Access-Control-Max-Age", "86400"),
)


def headers_of(response: Response) -> list[tuple[str, str]]:
    """Every header of a response: its own, and those that say what a browser may do with it."""
    plain = "charset=" in response.media_type or not response.media_type.startswith("text/")
    kind = response.media_type if plain else f"{response.media_type}; charset=utf-8"
    policy = next((policy for kind, policy in POLICIES.items() if response.media_type.startswith(kind)), NOTHING)
    # What is kept is asked for again by its tag: after a new build nobody sees the old one.
    kept = () if any(name == "Cache-Control" for name, _ in response.headers) else (("Cache-Control", "no-cache"),)
    return [
        ("Content-Type", kind),
        ("Content-Length", str(len(response.body))),
        *SECURITY,
        ("Content-Security-Policy", policy),
        *OPEN,
        *kept,
        *response.headers,
    ]
