# Everything runs in .venv, which is made here: all it takes is Python >= 3.11 and a package index.
# PYTHON names the interpreter to make it from, JOBS the number of test processes.

PYTHON ?=
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp

# Tools that would keep a cache in the home folder keep it here.
export BLACK_CACHE_DIR := $(CURDIR)/$(VENV)/cache/black
export ORGEN_CACHE_DIR := $(CURDIR)/$(VENV)/cache/orgen
export PYRIGHT_PYTHON_CACHE_DIR := $(CURDIR)/$(VENV)/cache/pyright
export PYRIGHT_PYTHON_GLOBAL_NODE := off
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
# The tests decide on colours themselves.
unexport PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help setup generate validate python test test-full check format update-golden bench bench-client bench-peers bench-guard bench-docs clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' Makefile | column -t -s @ 2>/dev/null || \
	  sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1: \2/p' Makefile

setup: $(STAMP) ## Make .venv with everything that development needs

$(STAMP): pyproject.toml constraints.txt .ci/find-python
	@python=$$(sh .ci/find-python $(PYTHON)) && set -x && \
	  { test -x $(BIN)/python && $(BIN)/python -c '' 2>/dev/null || \
	    "$$python" -m venv --clear $(VENV); } && \
	  $(BIN)/python -m pip install --quiet --no-warn-script-location -e '.[dev]'
	@touch $@

generate: $(STAMP) ## Generate everything below generated/ from spec/
	$(BIN)/orgen generate

validate: $(STAMP) ## Check the spec
	$(BIN)/orgen validate

python: $(STAMP) ## Start a Python that finds the generated package
	@PYTHONPATH=generated/python $(BIN)/python

test: $(STAMP) ## Run the tests
	$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

test-full: $(STAMP) ## Run the tests with ten times as many generated values
	$(BIN)/python -m pytest -n $(JOBS) --full $(ARGS)

check: $(STAMP) ## Format, lint, strict types of generator and generated code, and drift
	$(BIN)/black --quiet --check generator tests benchmarks examples templates/python/runtime templates/python/client
	$(BIN)/ruff check generator tests benchmarks examples
	$(BIN)/mypy generator benchmarks
	$(BIN)/black --quiet --check --line-length 100 generated/python
	cd generated/python && ../../$(BIN)/mypy --strict --cache-dir ../../.mypy_cache/generated openresponses
	$(BIN)/pyright
	$(BIN)/orgen generate --check --quiet

format: $(STAMP) ## Format the code and fix what the linter can fix
	$(BIN)/ruff check --fix generator tests benchmarks examples
	$(BIN)/black --quiet generator tests benchmarks examples templates/python/runtime templates/python/client

update-golden: $(STAMP) ## Rewrite the expected outputs of the golden tests; review the diff
	$(BIN)/python -m pytest --update-golden tests/golden $(ARGS)

bench: $(STAMP) ## Measure against the goals (ARGS=--full: longer; --only KEY, --list)
	$(BIN)/python -m benchmarks $(ARGS)

bench-client: $(STAMP) ## Measure 200 streams at once through one client (ARGS=--streams=1000)
	$(BIN)/python -m benchmarks.concurrency $(ARGS)

bench-peers: $(STAMP) ## Install the libraries that we are measured beside
	$(BIN)/python -m pip install --quiet --no-warn-script-location -e '.[bench]'

bench-guard: $(STAMP) ## Compare with the checked-in ratios (ARGS=--update-baseline: keep these)
	$(BIN)/python -m benchmarks --guard $(ARGS)

bench-docs: bench-peers ## Measure at length and write docs/benchmarks.md
	$(BIN)/python -m benchmarks --full --docs $(ARGS)

clean: ## Remove .venv and all caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
