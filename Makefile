# make · make test · make test-all · make test-whole · make lint · make bench · make bench-compare · make hostile
# make pictures · make notebook · make diagram · make questions · make published · make lock · make clean
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

build: .venv/installed | .venv/editor ## the graph: check, infer, answer every saved question, write build/
	$(BIN)/python -m compileall -q src && $(BIN)/statereport build

test: .venv/tested ## the quick tests
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow"

test-all: .venv/tested ## every test, as CI runs them: what takes very long is sampled with a fixed seed
	$(BIN)/python -m pytest -n auto --dist worksteal

test-whole: .venv/tested ## every test, with nothing sampled, which takes much longer
	STATEREPORT_WHOLE=1 $(BIN)/python -m pytest -n auto --dist worksteal

lint: .venv/tested ## style of the code, format of the Turtle
	$(BIN)/ruff check src tests bench docs && $(BIN)/ruff format --check -q src tests bench docs && $(BIN)/statereport fmt --check

bench: .venv/tested ## speed and memory, as ratios to named peers
	$(BIN)/python bench/bench.py

bench-compare: .venv/tested ## the last two runs of the benchmark side by side
	$(BIN)/python bench/compare.py

hostile: .venv/tested ## attacks on the server, and on others for comparison: one JSON of figures
	$(BIN)/python tests/web/hostile.py

pictures: .venv/tested ## the pictures of the README (needs Chromium)
	$(BIN)/python docs/pictures.py

notebook: .venv/tested ## what the cells of docs/first-questions.ipynb show
	$(BIN)/python docs/notebook.py

diagram: .venv/installed ## the diagram of docs/model.md
	$(BIN)/python docs/model_diagram.py

questions: .venv/installed ## queries/README.md
	$(BIN)/python docs/questions.py

published: build ## tests/published/VERSION.txt, when a version is published
	$(BIN)/python docs/published.py

lock: .venv/tested ## pin every package with its hashes
	$(BIN)/python -m pip install -q uv && sh docs/lock.sh $(BIN)/uv

clean: ## remove what was built; the environment stays
	rm -rf build dist .pytest_cache .ruff_cache

.PHONY: build test test-all test-whole lint bench bench-compare hostile pictures notebook diagram questions published lock clean

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "statereport needs Python 3.11 or later: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

.venv/installed: .venv/bin/pip requirements.lock pyproject.toml
	$(BIN)/python -m pip install -q --require-hashes -r requirements.lock && $(BIN)/python -m pip install -q --no-deps --no-build-isolation -e . && touch $@

# Where its packages cannot be fetched, the editor is a plain text box; everything else works.
.venv/editor: .venv/installed requirements-editor.lock $(wildcard src/statereport/pages/browser/*.*) src/statereport/pages/static/statereport.css
	-@bundle="$(BIN)/python src/statereport/pages/browser/bundle.py"; $$bundle 2>/dev/null || \
	{ $(BIN)/python -m pip install -q --retries 0 --timeout 10 --require-hashes -r requirements-editor.lock && $$bundle; } && touch $@

.venv/tested: .venv/installed requirements-test.lock | .venv/editor
	$(BIN)/python -m pip install -q --require-hashes -r requirements-test.lock && touch $@
