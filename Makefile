# Everything an operator or a developer types. Set-up happens by itself, from hash-locked files.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run test soak bench check sbom words clean

run: .venv/run-ready
	@exec $$(sed -n 's/^web: //p' Procfile)

# Four workers for two cores, since many tests wait: for time-outs, for a browser, for an end.
# Each worker reads every test: what one run has compiled serves the next.
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/dev-ready
	@CHROMIUM="$$($(BIN)/python -m tests.chromium)" && export CHROMIUM && exec $(BIN)/python -m pytest -n 4 --dist loadscope --no-loadscope-reorder -m "not soak"

soak: .venv/dev-ready
	@CHROMIUM="$$($(BIN)/python -m tests.chromium)" && export CHROMIUM && exec $(BIN)/python -m pytest -m soak

bench: .venv/dev-ready
	@exec $(BIN)/python -m tests.bench

check: .venv/dev-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@# What it warns of are lines whose argued finding one of its other checks does not share.
	$(BIN)/bandit -q -r app -c pyproject.toml 2>/dev/null

# What is installed to run the desk, as CycloneDX with licences: var/sbom.json.
sbom: .venv/dev-ready
	@exec $(BIN)/python -m tests.sbom

# After a text has changed: bring the catalogues up to date, then fill in what is missing.
words: .venv/dev-ready
	@exec $(BIN)/python -m tests.catalogues

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "NET CASH Desk needs Python 3.11 or newer; set PYTHON=… to one.")'
	@echo "Setting up, once: a Python environment in .venv"
	@$(PYTHON) -m venv .venv

.venv/run-ready: requirements.txt | .venv/bin/python
	@echo "Setting up, once: the locked packages ($$(grep -c '==' requirements.txt) of them; about a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev-ready: requirements-dev.txt | .venv/bin/python
	@echo "Setting up, once: the locked packages for tests ($$(grep -c '==' requirements-dev.txt) of them; about two minutes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ .venv/run-ready

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
