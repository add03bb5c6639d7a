# Everything here needs Python >= 3.11, git and make; nothing else is assumed.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
ARGS ?=

# Else each of the hundred processes that a run of the tests starts would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-long check bench chaos clean install install-dev lock docs

run: install            ## run everything on this machine: http://127.0.0.1:8080
	@exec $(BIN)/petitions up $(ARGS)

test: install-dev       ## unit, property and end-to-end tests on a real broker and database
	@$(BIN)/python -m tests.system_packages
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder $(ARGS)

test-long: install-dev  ## what `make test` leaves out: more paths through the pages, all engines, training
	@$(BIN)/python -m tests.system_packages
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m long $(ARGS)

check: install-dev      ## what CI checks besides the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/petitions export all --check

bench: install-dev      ## engines compared, the whole pipeline, latency: a table and JSON
	$(BIN)/python -m tests.bench $(ARGS)

chaos: install-dev      ## 100,000 petitions while faults of all kinds strike: with one broker, then with three
	$(BIN)/python -m tests.chaos --brokers 1 $(ARGS)
	$(BIN)/python -m tests.chaos --brokers 3 $(ARGS)
	HISTORIES=20000 $(BIN)/python -m pytest -q tests/simulation/test_histories.py -k any_history
	$(BIN)/python -m pytest -m chaos

docs: install-dev       ## write what is generated: schemas, AsyncAPI, reference pages
	$(BIN)/petitions export all
	$(BIN)/python -m deploy.observe.grafana

clean:                  ## remove the environment and the data
	rm -rf $(VENV) .data .mypy_cache .ruff_cache .pytest_cache .hypothesis

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found." >&2; exit 1; }
	@echo "making the environment in $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV) || { echo "python3 needs its venv module (on Debian: the package python3-venv)." >&2; exit 1; }

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	@echo "installing the packages of requirements.lock (about a minute the first time)"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml $(VENV)/.installed
	@echo "installing the packages of requirements-dev.lock"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

lock:                   ## pin again what pyproject.toml asks for
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra build --extra dev pyproject.toml -o requirements-dev.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -c requirements-dev.lock --extra build pyproject.toml -o requirements.lock
