# Two commands do everything on a fresh machine with Python 3.11 and make: `make run` and `make test`.
PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALLED := $(VENV)/.installed

# Compiled modules are kept, whatever the caller is used to: tests start slamon hundreds of times.
export PYTHONDONTWRITEBYTECODE :=

.DELETE_ON_ERROR:
.PHONY: help install run test check soak mutants lock clean system-packages

help: ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 16

install: $(INSTALLED) ## create .venv and install the locked versions

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "slamon needs Python 3.11 or newer as $(PYTHON); name another with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot create environments: install its venv module (on Debian: apt-get install python3-venv)" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "creating $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing the versions of requirements.lock"
	@$(PIP) install --require-hashes --no-deps --no-compile -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --no-compile -e .
	@touch $@

run: install ## start the demonstration on http://127.0.0.1:8000
	@$(BIN)/slamon demo

test: install system-packages ## run all tests (lint, types and imports are among them)
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal

check: install ## format, then run all tests
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(MAKE) --no-print-directory test

# A thread ends a test that hangs: from within, hypothesis would take the end of an example for a finding and try again.
soak: install system-packages ## run the proofs of which `make test` runs a short form, whole (an hour)
	@$(BIN)/python -m pytest -v --durations=20 -m "soak or hypothesis" --hypothesis-profile=soak \
	  --timeout=1800 --timeout-method=thread -n $(WORKERS) --dist worksteal

mutants: install ## put typical mistakes into a copy of the source, one at a time, and see each one caught
	@$(BIN)/python tests/mutants/run.py --workers $(WORKERS)

system-packages:
	@.ci/system-packages system-packages.txt

.venv-lock/bin/uv:
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python -m pip --disable-pip-version-check --quiet install uv

lock: .venv-lock/bin/uv ## renew requirements.lock after a change of dependencies (UPGRADE=--upgrade takes newer versions)
	@.venv-lock/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --all-extras --group dev $(UPGRADE) -o requirements.lock pyproject.toml

clean: ## remove what can be made again (the data in var/ stays)
	@rm -rf $(VENV) .venv-lock dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find slamon catalogue probes benchmarks tests -name __pycache__ -prune -exec rm -rf {} +
