# What can be done here: `make` lists it. Each target sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# More than the cores of a small machine: many tests wait for a process or a second to pass.
PYTEST_WORKERS ?= 3
export PREFECT_SERVER_ANALYTICS_ENABLED := false

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format bench soak browser clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/.runtime ## make .venv with the command `danvan` in it

demo: $(VENV)/.runtime ## the whole road on replica sites: harvest, alerts, archive page (DEMO_ARGS=--no-serve to stop before the page)
	@$(BIN)/danvan demo $(DEMO_ARGS)

test: $(VENV)/.dev browser ## all tests (about fifteen minutes on two cores)
	@$(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadgroup -m "not soak"

lint: $(VENV)/.dev ## ruff, mypy --strict and the one-way rule of imports
	@echo "ruff …" && $(BIN)/ruff check --no-cache . && $(BIN)/ruff format --check .
	@echo "mypy …" && $(BIN)/mypy
	@echo "imports …" && $(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## put the code into shape
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

bench: $(VENV)/.dev ## measure: harvest, reading, citations, search (figures on the screen; minutes)
	@$(BIN)/python -m benchmarks $(BENCH_ARGS)

soak: $(VENV)/.dev ## the long proofs: a thousand kills, the full outbox, large archives (an hour or more)
	@$(BIN)/pytest -n $(PYTEST_WORKERS) -m soak

# Debian's chromium for the tests of the pages; without it those tests say that they were skipped.
browser:
	@command -v chromium >/dev/null 2>&1 || { \
	  if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	    echo "Installing chromium for the tests of the pages …"; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	      chromium fonts-noto-core; } >/dev/null 2>&1 || echo "No chromium could be installed: its tests will be skipped."; \
	  else echo "No chromium here: the tests of the pages in a browser will be skipped."; fi; }

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3.12 setup"; exit 2; }
	@echo "Making the virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "python3-venv is missing; trying virtualenv …"; \
	  { $(PYTHON) -m pip install --quiet --user --break-system-packages virtualenv || $(PYTHON) -m pip install --quiet --user virtualenv; } \
	  && $(PYTHON) -m virtualenv --quiet $(VENV); }

# Bytecode of everything would be another 150 MB: only that of what most commands load is made here, Python adds the
# rest as it loads it.
QUICK := sqlalchemy alembic mako pydantic pydantic_settings annotated_types typing_inspection typing_extensions.py \
  typer rich dotenv platformdirs yaml scrapy trafilatura fastapi starlette
OURS := foundation analysis crawlers models notifications flows danvan
$(VENV)/.runtime: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing Dân vận Monitor and what it needs (one or two minutes, 450 MB) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt -e '.[office]'
	@# Python 3.11 puts it into every environment (10 MB); nothing that runs here asks for it.
	@$(BIN)/python -m pip uninstall -qq --yes setuptools
	@$(BIN)/python -m compileall -q $(OURS) $$(for one in $(QUICK); do ls -d $(VENV)/lib/python3*/site-packages/$$one; done)
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt -e '.[dev]'
	@# The tests start hundreds of processes: each would compile every library anew where Python may not write bytecode.
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null || true
	@touch $@

constraints: ## (for engineers) refresh constraints.txt: names and versions only
	@$(BIN)/python -m pip install --quiet uv && $(BIN)/uv pip compile --universal --python-version 3.11 --no-header \
	  --no-emit-index-url --no-annotate --extra dev --upgrade pyproject.toml -o constraints.txt

clean: ## remove the virtual environment and caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
