# Everything people and tools do with Fieldlight. `make run` on a fresh clone needs Python 3.11 and nothing else.
PORT ?= 8000
DATA_DIR ?= $(CURDIR)/var
PY := .venv/bin/python
PYTEST := $(PY) -m pytest
CONFORMANCE := $(PYTEST) tests/test_api_conformance.py -m conformance -n auto
ON_SQLITE := env -u DATABASE_URL -u REDIS_URL -u DATA_DIR
ON_POSTGRES := env -u DATA_DIR \
	DATABASE_URL=$${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/test} \
	REDIS_URL=$${REDIS_URL:-redis://127.0.0.1:6379/1}
export DATA_DIR

.PHONY: help run install install-dev test test-postgres test-browser check bench lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: install ## Start the demo: web, worker, scheduler and partner sandbox (PORT=8000)
	@DEMO=1 $(PY) manage.py run_demo --port $(PORT)

install: ## Make .venv with what running needs
	@sh scripts/install.sh requirements.lock

install-dev: ## Make .venv with what developing needs
	@sh scripts/install.sh requirements-dev.lock

test: install-dev ## The whole suite on SQLite; no server needed
	@$(ON_SQLITE) $(PYTEST) -n auto --dist loadgroup $(ARGS)
	@$(if $(ARGS),true,$(ON_SQLITE) $(CONFORMANCE))

test-postgres: install-dev ## The same suite on PostgreSQL and Redis
	@$(ON_POSTGRES) $(PYTEST) -n auto --dist loadgroup $(ARGS)
	@$(if $(ARGS),true,$(ON_POSTGRES) $(CONFORMANCE))

test-browser: install-dev ## Pages in the system's Chromium
	@sh scripts/find_chromium.sh >/dev/null
	@$(ON_SQLITE) CHROMIUM=$$(sh scripts/find_chromium.sh) $(PYTEST) -m browser -n auto --dist loadgroup --timeout=900 $(or $(ARGS),tests/browser)

check: install-dev ## Lint, types, import law, templates, migrations, security
	@sh scripts/check.sh

bench: install-dev ## Measure ourselves beside peers and limits
	@$(PY) -m benchmarks

lock: ## Renew both lock files
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group dev -o requirements-dev.lock

clean: ## Remove what building left; keeps the data in var/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache staticfiles
