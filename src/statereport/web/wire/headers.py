"""The headers of a response: its own, and those that say what a browser and a cache may do with it."""

from __future__ import annotations

import base64
import hashlib

from statereport.questions import picture
from statereport.web.wire.http import Response

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
# Of a picture, the one sheet that charts have, known by its digest.
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
    """Return every header of a response but those of the connection."""
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


def unchanged(response: Response, tags: str) -> bool:
    """Return whether a client that has what these tags name (If-None-Match) has the response already."""
    tag = next((value for name, value in response.headers if name == "ETag"), None)
    given = [part.strip().removeprefix("W/") for part in tags.split(",")]
    return response.status == 200 and tag is not None and (tag in given or tags.strip() == "*")
