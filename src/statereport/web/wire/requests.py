"""From the head and body of an HTTP request to the Request that is answered; what may not pass is refused here.

Refusing costs no worker. What is read: RFC 9112 as the parser checks it, and beyond that one meaning only. The host is
one of the server's, the length is given once, and the path holds nothing that other readers take for something else.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import unquote

from statereport.errors import HostUnknown, MediaTypeRefused, Problem, RequestBroken, RequestTooLarge
from statereport.web.wire import negotiation, protocol
from statereport.web.wire.http import Request
from statereport.web.wire.limits import Limits

# What a path has no use for here, and what means something else to other parsers.
_ODD = ("%00", "%2f", "%5c", "\\", "//", "/../", "/./", ";")
# RFC 9112, 3.2.2: the absolute form, which proxies are sent.
_ABSOLUTE = re.compile(r"https?://(?P<host>[^/?#]*)(?P<rest>[^#]*)", re.IGNORECASE)
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^\[\]:@/\s]+)(?::\d*)?", re.IGNORECASE)
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True)
class Head:
    """The head of a request as it came: method, target, version ("1.1") and fields, whose names are in lower case."""

    method: str
    target: str
    version: str
    fields: tuple[tuple[str, str], ...] = ()

    def values(self, name: str) -> list[str]:
        """Return the value of each field of that name."""
        return [value for key, value in self.fields if key == name]

    def joined(self, name: str) -> str:
        """Return the values of a field that holds a list: several fields are one with commas (RFC 9110, 5.3)."""
        return ", ".join(self.values(name))

    @property
    def host(self) -> str | None:
        """The host that the request names, in its target or else in its field Host; None where it names none."""
        absolute = _ABSOLUTE.fullmatch(self.target)
        return absolute["host"] if absolute else next(iter(self.values("host")), None)

    @property
    def path_and_query(self) -> tuple[str, str]:
        """The path, encoded as it came, and the query."""
        absolute = _ABSOLUTE.fullmatch(self.target)
        rest = absolute["rest"] if absolute else self.target
        path, _, query = rest.partition("?")
        return path or "/", query


# Stands for the head of a request that has none, because it is malformed.
NONE = Head("", "", "1.1")


def encoded(line: bytes) -> bytes:
    """Return a request line whose bytes beyond ASCII are percent-encoded, as other servers also read them."""
    return line if line.isascii() else _NOT_ASCII.sub(lambda match: b"%%%02X" % match[0][0], line)


def check(head: Head, hosts: frozenset[str], limits: Limits) -> None:
    """Refuse a request by its head alone. Raises its Problem."""
    if head.version not in ("1.0", "1.1"):
        raise RequestBroken(where="", what="Only HTTP/1.1 is spoken here.", hint="see RFC 9112.")
    if len(head.fields) > limits.head_fields:
        raise RequestTooLarge(
            where="head",
            what=f"The head has {len(head.fields)} fields. {limits.sentence('head_fields')}.",
            hint="send fewer.",
        )
    if len(head.target) + sum(len(name) + len(value) + 4 for name, value in head.fields) > limits.head_bytes:
        raise head_too_long(limits)
    names = Counter(name for name, _ in head.fields)
    if names["content-length"] and names["transfer-encoding"]:
        what = "The request says its length in two ways, which two readers may understand in two ways."
        raise RequestBroken(where="content-length, transfer-encoding", what=what, hint="send one of the two.")
    if names["host"] > 1 or not _answers_for(head, hosts):
        raise HostUnknown(
            where=(head.host or "")[:200],
            what="This server does not answer for the host that the request names.",
            hint="use the address that the server printed, or start it with --allow-host NAME.",
        )
    if head.joined("content-encoding").strip().lower() not in ("", "identity"):
        raise MediaTypeRefused(
            where="content-encoding", what="A compressed body is not read.", hint="send it as it is."
        )
    length = head.joined("content-length").strip()
    if length.isdecimal() and int(length[:20]) > limits.body_bytes:
        raise body_too_long(limits)


def read(head: Head, body: bytes, limits: Limits, root: str = "") -> Request:
    """Return the request, all its characters read as they are meant, its path without `root`. Raises RequestBroken."""
    raw, query = head.path_and_query
    if head.method == "OPTIONS" and raw == "*":
        return Request("OPTIONS", "*")
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
    if root and f"{path}/".startswith(f"{root}/"):
        path = path.removeprefix(root) or "/"
    kept = (
        ("accept", head.joined("accept")),
        ("accept-language", negotiation.language(head.joined("accept-language"))),
        ("content-type", next(iter(head.values("content-type")), "")),
    )
    pairs = tuple(protocol.form(query, limits))
    return Request(head.method, path, pairs, tuple((name, value) for name, value in kept if value), body)


def body_too_long(limits: Limits) -> Problem:
    """The message about a body that is too long."""
    return RequestTooLarge(
        where="body", what=f"The body is too long. {limits.sentence('body_bytes')}.", hint="send less."
    )


def head_too_long(limits: Limits) -> Problem:
    """The message about a head that is too long."""
    return RequestTooLarge(
        where="head", what=f"The head is too long. {limits.sentence('head_bytes')}.", hint="send a long query by POST."
    )


def host_name(host: str) -> str:
    """Return the name in a host, in lower case, without port, brackets and the dot at its end; "" where it is no host.

    A name in letters of its own is returned in those that the net has for it (`xn--…`).
    """
    match = _HOST.fullmatch(host.strip().lower())
    name = match["name"].strip("[]").rstrip(".") if match else ""
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _answers_for(head: Head, hosts: frozenset[str]) -> bool:
    """Whether the server answers for the host of a request.

    Another site's name must not be pointed at this server and read along, so names are those that the server knows. An
    IP address cannot be pointed elsewhere, and the port decides nothing, so any of them will do.
    """
    if head.host is None:
        return head.version == "1.0"  # as some health checks ask; HTTP/1.1 without a host is malformed
    name = host_name(head.host)
    return name in hosts or "*" in hosts or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
