"""How a request and its response cross from one process to another: lengths, a head in JSON, a body.

JSON, because the process that reads must not trust the one that writes.
"""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import dataclass

from statereport.web.wire.http import Request, Response

LENGTHS = struct.Struct(">II")


@dataclass(frozen=True)
class Outcome:
    """What became of a request in another process.

    `retire` says that the process ends now. `kind` and `fault` are the kind and the traceback of a fault of
    statereport, where one arose.
    """

    response: Response
    retire: bool = False
    kind: str = ""
    fault: str = ""


def pack(head: dict, body: bytes) -> bytes:
    """One frame."""
    words = json.dumps(head, ensure_ascii=True).encode("ascii")
    return LENGTHS.pack(len(words), len(body)) + words + body


def of_request(request: Request) -> bytes:
    """A request as a frame."""
    head = {"method": request.method, "path": request.path, "query": request.query, "headers": request.headers}
    return pack(head, request.body)


def to_request(words: bytes, body: bytes) -> Request:
    """The request of a frame."""
    head = json.loads(words)
    return Request(head["method"], head["path"], _pairs(head["query"]), _pairs(head["headers"]), body)


def of_response(outcome: Outcome) -> bytes:
    """An outcome as a frame."""
    response = outcome.response
    head = {"status": response.status, "media_type": response.media_type, "headers": response.headers}
    return pack({**head, "retire": outcome.retire, "kind": outcome.kind, "fault": outcome.fault}, response.body)


def to_response(words: bytes, body: bytes) -> Outcome:
    """The outcome of a frame."""
    head = json.loads(words)
    response = Response(int(head["status"]), str(head["media_type"]), body, _pairs(head["headers"]))
    return Outcome(response, bool(head["retire"]), str(head["kind"]), str(head["fault"]))


def read(link: socket.socket, length: int) -> bytes:
    """That many bytes, or none where the other side has gone."""
    data = bytearray()
    while len(data) < length:
        piece = link.recv(length - len(data))
        if not piece:
            return b""
        data += piece
    return bytes(data)


def _pairs(items: list) -> tuple[tuple[str, str], ...]:
    return tuple((str(key), str(value)) for key, value in items)
