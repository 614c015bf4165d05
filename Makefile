# The private environment lives in .venv; it is made anew when a lock file changes.
PYTHON ?= python3
RUN = .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo run test lint bench lock clean

help:  ## show this
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 16

demo: .venv/ready  ## fill a demo company in data/demo.db and serve it on http://localhost:8080
	$(RUN) run.py demo

run: .venv/ready  ## serve your own portal from data/portal.db (or DATABASE_URL)
	$(RUN) run.py serve

test: .venv/ready-dev lint  ## run every test, on SQLite, on PostgreSQL and in a real browser
	PYTHONDONTWRITEBYTECODE= $(RUN) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

lint: .venv/ready-dev  ## check style and types
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

bench: .venv/ready-dev  ## list the benchmarks; each runs alone
	@ls tests/benchmarks/*.py | sed -E 's|/|.|g; s|\.py$$||; /__init__|filling|list_pages/d; s|^|  $(RUN) -m |'

lock:  ## pin the newest versions of everything (needs uv)
	uv pip compile pyproject.toml -U $(LOCK) -o requirements.lock
	uv pip compile pyproject.toml --group dev -c requirements.lock $(LOCK) -o requirements-dev.lock

LOCK = --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate \
	--custom-compile-command 'make lock' --quiet

clean:  ## remove the environment; data stays
	rm -rf .venv

.venv/ready: requirements.lock
	$(call install,requirements.lock)

.venv/ready-dev: requirements-dev.lock
	$(call install,requirements-dev.lock)
	@touch .venv/ready

# One tool of the tests comes as source only; everything else installs without building.
WHEELS = --only-binary :all: --no-binary localstripe

define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or newer is needed; name one with make PYTHON=python3.12 ...' >&2; exit 1; }
	@test -x $(RUN) || $(PYTHON) -m venv .venv
	@echo 'Installing $(1) into .venv ...'
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes $(WHEELS) -r $(1)
	@touch $@
endef
