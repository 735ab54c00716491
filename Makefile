# cmtel: everything a checkout needs. `make help` lists it.
#
# Nothing here depends on an activated environment: the folder .venv is made with the system's
# Python (3.11 or newer; another one: make PYTHON=/path/to/python3 ...) and used by its path.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory

# What would point Python or pip at some other place than .venv.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP VIRTUAL_ENV CONDA_PREFIX
unexport PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_REQUIRE_VIRTUALENV
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

VENV := .venv
PY := $(VENV)/bin/python
PYTEST := $(PY) -m pytest
MADE := $(VENV)/made
INSTALLED := $(VENV)/installed
INSTALLED_DEV := $(VENV)/installed-dev

# What boots systems of its own waits most of the time, so it runs beside the rest.
SYSTEM_TESTS := $(wildcard tests/systemd/ tests/windows/)
OTHER_TESTS := $(filter-out tests/unit/ tests/data/ tests/__pycache__/ $(SYSTEM_TESTS),$(wildcard tests/test_*.py tests/*/))

.PHONY: help demo test other.tests unit lint types docs translations bench packages clean

help: ## list what there is
	@sed -n 's/^\([a-z]*\):.*## /  make \1|/p' Makefile | while IFS='|' read -r name text; do \
		printf '%-16s %s\n' "$$name" "$$text"; done

demo: $(INSTALLED) ## see the whole job done, with nothing to configure
	@$(PY) -m cmtel demo

test: packages $(INSTALLED_DEV) ## everything: set-up, lint, types, unit tests, all other tests
	@$(MAKE) lint types
	$(PYTEST) tests/unit # first: what is quick to find is found first
	@$(MAKE) --jobs --output-sync=target $(SYSTEM_TESTS:/=.tests) other.tests
	@.ci/packages --missing

%.tests: # one folder of tests, as a part of `make test`
	$(PYTEST) $*/

other.tests:
	$(PYTEST) $(OTHER_TESTS)

unit: $(INSTALLED_DEV) ## the quick tests: no disk, no network, no database
	$(PYTEST) -m "not slow" tests/unit

lint: $(INSTALLED_DEV) ## ruff: rules and layout
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(INSTALLED_DEV) ## mypy, strict
	$(PY) -m mypy

docs: $(INSTALLED) ## write the pages and samples that are made from the program anew
	$(PY) -m docs.generate_commands
	$(PY) -m docs.generate_configuration
	$(PY) -m docs.generate_switches

translations: $(INSTALLED) ## bring new texts into the catalogues, and compile them
	$(PY) -m docs.generate_translations

bench: $(INSTALLED_DEV) ## list the measurements, or run one: make bench NAME=startup
	@$(PY) -m bench $(NAME)

packages: # the system's packages that the tests need; only as root on Debian, only missing ones
	@.ci/packages

clean: ## remove all that was made here
	rm -rf $(VENV) build dist .demo *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE):
	@rm -rf $(VENV)
	@python="$(PYTHON)"; [ -n "$$python" ] || python=$$(.ci/find-python) || exit 1; \
		echo "$$python -m venv $(VENV)"; "$$python" -m venv $(VENV)
	@touch $@

# Installed in place: a change of the code needs no new installation, one of pyproject.toml does.
$(INSTALLED): $(MADE) pyproject.toml
	$(PY) -m pip install --quiet --editable .
	@touch $@

$(INSTALLED_DEV): $(MADE) pyproject.toml
	$(PY) -m pip install --quiet --editable '.[dev]'
	@touch $(INSTALLED) $@
