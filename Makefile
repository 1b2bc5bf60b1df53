# Patchwork's commands. `make demo` and `make test` set everything up by themselves.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PANGO := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
# Names and versions of what only the policy check needs; its pins are not ours, so it has an environment of its own.
TOOLS := .venv-tools
PYTEST := $(BIN)/python -m pytest
export PYTHONPATH := .:platform

.PHONY: demo demo-regions reset codes test test-slow lint assets bench setup browser pdf servers policy

$(READY): pyproject.toml
	@echo "Setting up: a virtual environment and the dependencies (about a minute the first time)."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip setuptools
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(READY)

setup: $(READY)

# Three councils with invented people, on an embedded database, until Ctrl-C.
demo: $(READY) pdf
	@$(BIN)/python -m infra.local.demo

# A console and two deployments in two regions, each with a database and a broker of its own, until Ctrl-C.
demo-regions: $(READY) pdf
	@$(BIN)/python -m infra.local.regions

# Throws the demo's data away; the next `make demo` starts over.
reset:
	@$(if $(wildcard $(BIN)/python),$(BIN)/python -m infra.local.demo --reset,rm -rf .patchwork)

# The sign-in codes of the demo's people, while it runs in another terminal.
codes: $(READY)
	@$(BIN)/python -m infra.local.$(if $(wildcard .patchwork/regions/console/running.json),regions,demo) --codes

# Debian's Chromium, where there is none yet.
browser:
	@command -v chromium >/dev/null || { echo "Installing Chromium for the browser journeys."; \
	  SUDO=$$(test "$$(id -u)" = 0 || echo sudo); \
	  $$SUDO apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$SUDO apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null; }

# Debian's Pango, which lays out PDFs, where there is none yet. Without it, and without the right to install it,
# everything works but PDFs.
pdf: $(READY)
	@$(BIN)/python -c 'import weasyprint' 2>/dev/null || { echo "Installing Pango, which lays out PDFs."; \
	  SUDO=$$(test "$$(id -u)" = 0 || echo "sudo -n"); \
	  { $$SUDO apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$SUDO apt-get install -y -qq --no-install-recommends $(PANGO); } >/dev/null 2>&1 \
	  || echo "PDF files cannot be made here: install $(PANGO) (sudo apt-get install), then start again. All else works."; }

# Debian's servers, with which the deployment's own files are started, where there are none yet. RUNLEVEL=1:
# they are for the tests to start, not for the machine.
servers:
	@PATH="$$PATH:/usr/sbin" && { command -v nginx && command -v pgbouncer && command -v systemd-analyze && ls -d /usr/lib/postgresql/*/bin; } >/dev/null 2>&1 || { \
	  echo "Installing nginx, PgBouncer and PostgreSQL for the tests of the deployment's files."; \
	  SUDO=$$(test "$$(id -u)" = 0 || echo sudo); \
	  $$SUDO apt-get update -qq && $$SUDO env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx pgbouncer postgresql systemd >/dev/null 2>&1 \
	  || { echo "They can't be installed here: have an administrator run apt-get install nginx pgbouncer postgresql systemd."; exit 1; }; }

# terraform/ and a static policy checker; each exception stands with its reason in terraform/.checkov.yaml.
$(TOOLS)/.ready:
	@echo "Setting up the policy checker in an environment of its own (about a minute, once)."
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check 'checkov>=3.3,<4'
	@touch $@

policy: $(TOOLS)/.ready
	@$(TOOLS)/bin/checkov --config-file terraform/.checkov.yaml

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/djlint --quiet --lint core platform/ui platform/console
	@PATCHWORK_MODE=test DATABASE_URL=postgres:///types BROKER_URL=redis://localhost $(BIN)/mypy
	@PATCHWORK_MODE=test DATABASE_URL=postgres:///types BROKER_URL=redis://localhost $(BIN)/python manage.py check_migrations

test: lint browser pdf servers
	@$(PYTEST) -n 2 --dist worksteal -m 'not slow and not bench'

test-slow: $(READY) browser pdf servers
	@$(PYTEST) -n 2 --dist worksteal -m 'slow and not bench'

# Rebuilds the style sheet and scripts from their sources; the only command that needs Node.
assets: $(READY)
	@$(BIN)/python platform/ui/assets/build.py

bench: $(READY)
	@$(PYTEST) -m bench -s
