"""The list of a published site's files: their digests, and by them whether a folder is a site and is as published.

`SHA256SUMS` lists every file but itself and `publication.json`, which holds the digest of that list; the command
`sha256sum -c SHA256SUMS` reads it too.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

SUMS, ABOUT = "SHA256SUMS", "publication.json"
FORMAT = 1


def write(folder: Path, version: str, digest: str, with_text: bool) -> None:
    """List every file of a site that is otherwise complete.

    version    of the data
    digest     RDFC-1.0 hash of what is stated
    with_text  whether its pages hold the report's text
    """
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{sha256(folder / name)}  {name}\n" for name in names]
    sums = "".join(lines).encode()
    (folder / SUMS).write_bytes(sums)
    about = {
        "format": FORMAT,
        "made_by": "statereport publish",
        "version": version,
        "rdfc10": digest,
        "with_text": with_text,
        "files": len(lines),
        "sums": hashlib.sha256(sums).hexdigest(),
    }
    (folder / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8", newline="\n")


def about(folder: Path) -> dict[str, Any]:
    """What publication.json says; nothing where it is not that of a site."""
    try:
        found = json.loads((folder / ABOUT).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and found.get("made_by") == "statereport publish" else {}


def listed(sums: Path) -> dict[str, str]:
    """Path → SHA-256 of a list as `sha256sum` writes it; lines that are none are passed over."""
    try:
        lines = sums.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("  ") for line in lines)
    return {name: digest for digest, _, name in pairs if len(digest) == 64 and name}


def foreign(folder: Path) -> list[str]:
    """The names of what a folder holds and no publication put there: everything, where it is no site."""
    own = {*listed(folder / SUMS), SUMS, ABOUT} if about(folder) else set()
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or (path.is_file() and path.relative_to(folder).as_posix() not in own)
    ]


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()
