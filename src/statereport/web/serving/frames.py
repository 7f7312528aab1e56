"""How a request and its response cross from one process to another: lengths, a head in JSON, a body.

JSON, because the process that reads must not trust the one that writes.
"""

from __future__ import annotations

import json
import socket
import struct

from statereport.web.wire.http import Request, Response

LENGTHS = struct.Struct(">II")


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


def of_response(response: Response, retire: bool, fault: str = "") -> bytes:
    """A response as a frame; `retire` says that the process ends after it, `fault` what went wrong in it."""
    head = {"status": response.status, "media_type": response.media_type, "headers": response.headers}
    return pack({**head, "retire": retire, "fault": fault}, response.body)


def to_response(words: bytes, body: bytes) -> tuple[Response, bool, str]:
    """The response of a frame, whether its process ends now, and what went wrong in it."""
    head = json.loads(words)
    response = Response(int(head["status"]), str(head["media_type"]), body, _pairs(head["headers"]))
    return response, bool(head["retire"]), str(head["fault"])


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
