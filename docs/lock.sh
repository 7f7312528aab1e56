#!/bin/sh
# Pin every package with its hashes: `make lock`. The files name no package index, so that any can be used.
set -eu
uv=${1:-uv}
compile="$uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url"
$compile pyproject.toml --group install --output-file requirements.lock
$compile --group editor --output-file requirements-editor.lock
$compile pyproject.toml --group install --extra draft --extra reasoner --extra test --extra lint --constraint requirements.lock --output-file requirements-test.lock
