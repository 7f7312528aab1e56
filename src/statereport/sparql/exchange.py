"""One exchange with a server elsewhere over HTTP: within a time for the whole, up to a size, with its credentials.

A server may be wrong or hostile. Whatever goes wrong on the way is one EndpointFailed; a status is for the caller.
"""

from __future__ import annotations

import base64
import http.client
import os
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from statereport.errors import EndpointFailed

LARGEST = 256 * 1024 * 1024
_PIECE = 64 * 1024
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")
USER, PASSWORD, TOKEN = "STATEREPORT_STORE_USER", "STATEREPORT_STORE_PASSWORD", "STATEREPORT_STORE_TOKEN"


@dataclass(frozen=True)
class Reply:
    """A response: its status with the reason given, its media type, its body, and where it leads to or which
    authentication it wants."""

    status: int
    reason: str
    media_type: str
    body: bytes = field(repr=False)
    location: str = ""
    challenge: str = ""

    def start(self) -> str:
        """The beginning of the body, on one line: a server's own message about an error."""
        return " ".join(self.body[:300].decode("utf-8", "replace").split())


@dataclass(frozen=True)
class Credentials:
    """A name with its password (Basic or Digest, RFC 7617 and 7616), or a token (Bearer, RFC 6750)."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> Credentials | None:
        """Those in STATEREPORT_STORE_USER and _PASSWORD, or in STATEREPORT_STORE_TOKEN; None where there are none."""
        user, password, token = (environment.get(name, "") for name in (USER, PASSWORD, TOKEN))
        return cls(user, password, token) if user or token else None


class Exchange:
    """How servers are spoken with: so many seconds for each whole exchange, with credentials where there are any.

    Without credentials a redirection is followed; with them it is not, and nothing is sent unprotected to another
    machine.
    """

    def __init__(self, seconds: float, credentials: Credentials | None = None, follow: bool = True) -> None:
        self.seconds = seconds
        self._credentials = credentials
        self._follow = follow and not credentials
        # What each address wants: what answers its last challenge, and that; None for a name and password as they are.
        self._digests: dict[str, tuple[urllib.request.AbstractDigestAuthHandler, Mapping[str, str]] | None] = {}

    def check(self, address: str) -> None:
        """Refuse an address that is none, that holds a password, or that credentials may not be sent to.

        Raises EndpointFailed.
        """
        try:
            parts = urllib.parse.urlsplit(address)
            scheme, host, inside = parts.scheme, parts.hostname or "", parts.username or parts.password
        except ValueError:
            scheme, host, inside = "", "", None
        if scheme not in ("http", "https") or not host:
            raise failed(address, "This is not an address of a SPARQL endpoint.", "begin it with https://")
        if inside:
            shown = urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
            raise failed(
                shown, "The address holds a name or a password, which logs and lists of processes show.",
                f"give them in the environment: {USER} and {PASSWORD}, or {TOKEN}.",
            )  # fmt: skip
        if self._credentials and scheme == "http" and host not in _OWN_MACHINE:
            raise failed(address, "Credentials would be sent without protection.", "use an address with https://")

    def send(self, method: str, address: str, body: bytes | None = None, **fields: str) -> Reply:
        """The response to a request; names of header fields have underscores. Raises EndpointFailed."""
        self.check(address)
        if not self._credentials:
            return self._once(method, address, body, fields)
        key = address.partition("?")[0]
        if body is not None and key not in self._digests and not self._credentials.token:
            # Which scheme it wants is asked first: a server may close the connection before it has read a large body.
            self._learn(key, self._once("GET", address, None, {}))
        reply = self._once(method, address, body, {**fields, **self._authorization(method, address, key)})
        if reply.status == 401 and self._learn(key, reply):
            reply = self._once(method, address, body, {**fields, **self._authorization(method, address, key)})
        return reply

    def _learn(self, key: str, reply: Reply) -> bool:
        """Remember the challenge of a response; return whether there is one that is to be answered anew."""
        scheme, _, rest = reply.challenge.partition(" ")
        if reply.status == 401 and scheme.lower() == "digest":
            passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            passwords.add_password(None, key, self._credentials.user, self._credentials.password)
            known = urllib.request.parse_keqv_list(urllib.request.parse_http_list(rest))
            self._digests[key] = urllib.request.AbstractDigestAuthHandler(passwords), known
            return True
        fresh = key not in self._digests
        self._digests.setdefault(key, None)
        return fresh and reply.status == 401 and scheme.lower() == "basic"

    def _authorization(self, method: str, address: str, key: str) -> dict[str, str]:
        given = self._credentials
        if given is None:
            return {}
        if given.token:
            return {"Authorization": f"Bearer {given.token}"}
        if key not in self._digests:
            return {}
        digest = self._digests[key]
        if digest is None:
            pair = f"{given.user}:{given.password}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}
        handler, challenge = digest
        request = urllib.request.Request(address, method=method)
        try:
            return {"Authorization": f"Digest {handler.get_authorization(request, challenge)}"}
        except ValueError as error:  # an algorithm that the library does not know
            raise failed(address, f"The server wants an authentication that is not known: {error}.", "") from None

    def _once(self, method: str, address: str, body: bytes | None, fields: Mapping[str, str]) -> Reply:
        """See `send`. The limit is for the whole: a response whose head arrives byte by byte is ended too."""
        headers = {"User-Agent": "statereport", **{name.replace("_", "-"): value for name, value in fields.items()}}
        request = urllib.request.Request(address, data=body, headers=headers, method=method)
        end = time.monotonic() + self.seconds
        late = f"its answer took longer than {self.seconds:g} seconds"
        data = bytearray()
        try:
            with self._opened(request) as response:
                if time.monotonic() > end:  # a head that was cut off may look whole
                    raise TimeoutError(late)
                while piece := response.read1(_PIECE):
                    data += piece
                    if len(data) > LARGEST:
                        raise failed(address, "The answer has more than 256 MB.", "ask for less, with LIMIT.")
                    if time.monotonic() > end:
                        raise TimeoutError(late)
                if response.length:  # promised, and not sent
                    raise http.client.IncompleteRead(bytes(data[-1:]), response.length)
                return _reply(response, bytes(data))
        except urllib.error.HTTPError as error:
            start = b""
            with suppress(OSError, http.client.HTTPException):
                start = error.read1(_PIECE)
            return _reply(error, start)
        except http.client.IncompleteRead:
            raise failed(address, "The answer breaks off before its end.", "ask again, or for less.") from None
        except (OSError, ValueError) as error:
            reason = late if time.monotonic() > end else getattr(error, "reason", error)
            what = f"The endpoint did not answer: {str(reason).rstrip('.')}."
            raise failed(address, what, "see that the address is right and the server runs.") from None
        except http.client.HTTPException as error:
            what = f"The endpoint does not answer in HTTP: {error or type(error).__name__}."
            if time.monotonic() > end:
                what = f"The endpoint did not answer: {late}."
            raise failed(address, what, "see that the address is that of a SPARQL endpoint.") from None

    def _opened(self, request: urllib.request.Request) -> Any:
        """The response to a request, as `urlopen` returns it, when its head is there: in time, or OSError.

        The time limit of a socket is for each piece that arrives, so a connection that is late is shut from outside.
        """
        connections: list[http.client.HTTPConnection] = []
        late = threading.Event()

        class Noted(urllib.request.AbstractHTTPHandler):
            def do_open(self, kind: Any, request: urllib.request.Request, **given: Any) -> Any:
                def made(host: str, **more: Any) -> http.client.HTTPConnection:
                    if late.is_set():  # a redirection in a head that was cut off
                        raise TimeoutError
                    connections.append(kind(host, **more))
                    return connections[-1]

                return super().do_open(made, request, **given)

        class Plain(Noted, urllib.request.HTTPHandler):
            pass

        class Secure(Noted, urllib.request.HTTPSHandler):
            pass

        class Unfollowed(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *given: Any) -> None:
                return None

        def shut() -> None:
            late.set()
            for connection in connections:
                with suppress(OSError, AttributeError):  # not connected yet, or closed already
                    connection.sock.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(self.seconds, shut)
        timer.daemon = True
        timer.start()
        try:
            opener = urllib.request.build_opener(Plain, Secure, *(() if self._follow else (Unfollowed,)))
            return opener.open(request, timeout=self.seconds)
        finally:
            timer.cancel()


def failed(where: str, what: str, hint: str) -> EndpointFailed:
    """The problem of a server elsewhere, without control characters, which a terminal would obey."""
    return EndpointFailed(where=where, what="".join(c if c.isprintable() else " " for c in what), hint=hint)


def _reply(response: Any, body: bytes) -> Reply:
    fields = response.headers
    # Of several challenges the safest: a digest.
    challenges = sorted(fields.get_all("WWW-Authenticate") or (), key=lambda it: not it.lower().startswith("digest"))
    return Reply(
        response.status,
        str(response.reason or ""),
        fields.get("Content-Type", ""),
        body,
        fields.get("Location", ""),
        challenges[0] if challenges else "",
    )
