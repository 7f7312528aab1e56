# make · make test · make test-all · make lint · make bench · make hostile · make diagram · make questions · make lock · make clean
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

build: .venv/installed | .venv/editor ## the graph: check it, infer, answer every saved query, and write build/
	$(BIN)/statereport build

test: .venv/tested ## the quick tests
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow"

test-all: .venv/tested ## every test, as CI runs them
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: .venv/tested ## style of the code, format of the Turtle
	$(BIN)/ruff check src tests bench docs && $(BIN)/ruff format --check -q src tests bench docs && $(BIN)/statereport fmt --check

bench: .venv/tested ## speed and memory, as ratios to named peers
	$(BIN)/python bench/bench.py

hostile: .venv/tested ## attackers on our server, and on others beside it: one JSON of figures
	$(BIN)/python tests/web/hostile.py

diagram: .venv/installed ## the picture of the README
	$(BIN)/python docs/path_of_a_figure.py

questions: .venv/installed ## the table of questions in the README
	$(BIN)/python docs/questions.py

lock: .venv/tested ## pin every package with its hashes again
	$(BIN)/python -m pip install -q uv && sh docs/lock.sh $(BIN)/uv

clean: ## what was built; the environment stays
	rm -rf build dist .pytest_cache .ruff_cache

.PHONY: build test test-all lint bench hostile diagram questions lock clean

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "statereport needs Python 3.11 or later: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

.venv/installed: .venv/bin/pip requirements.lock pyproject.toml
	$(BIN)/python -m pip install -q --require-hashes -r requirements.lock && $(BIN)/python -m pip install -q --no-deps --no-build-isolation -e . && touch $@

# Without its packages at hand the editor's page is a plain text box, and everything else is as it should be.
.venv/editor: .venv/installed requirements-editor.lock $(wildcard src/statereport/pages/browser/*.*) src/statereport/pages/static/statereport.css
	-@bundle="$(BIN)/python src/statereport/pages/browser/bundle.py"; $$bundle 2>/dev/null || \
	{ $(BIN)/python -m pip install -q --retries 0 --timeout 10 --require-hashes -r requirements-editor.lock && $$bundle; } && touch $@

.venv/tested: .venv/installed requirements-test.lock | .venv/editor
	$(BIN)/python -m pip install -q --require-hashes -r requirements-test.lock && touch $@
