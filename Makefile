# Everything people and tools do with Fieldlight. `make run` on a fresh clone needs Python 3.11 and nothing else.
PORT ?= 8000
DATA_DIR ?= $(CURDIR)/var
PY := .venv/bin/python
export DATA_DIR

.PHONY: run test test-postgres test-browser check bench install install-dev lock clean

run: ## Start the demo: web, worker, scheduler and partner sandbox
	@sh scripts/install.sh requirements.lock
	@DEMO=1 PORT=$(PORT) $(PY) manage.py run_demo --port $(PORT)

install:
	@sh scripts/install.sh requirements.lock

install-dev:
	@sh scripts/install.sh requirements-dev.lock

test: install-dev ## The whole suite on SQLite; no server needed
	$(PY) -m pytest -n auto

test-postgres: install-dev ## The same suite on PostgreSQL and Redis
	DATABASE_URL=$${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/test} REDIS_URL=$${REDIS_URL:-redis://127.0.0.1:6379/1} $(PY) -m pytest -n auto

test-browser: install-dev ## Pages in the system's Chromium
	@command -v chromium >/dev/null || { echo "Chromium is not installed. On Debian: apt-get install chromium"; exit 1; }
	$(PY) -m pytest -m browser

check: install-dev ## Lint, types, import law, templates, migrations, security
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .
	.venv/bin/lint-imports
	find templates -name '*.html' | xargs .venv/bin/djade --check --target-version 5.2
	DEMO=1 $(PY) manage.py makemigrations --check --dry-run
	$(PY) -m bandit -q -r . -c pyproject.toml

bench: install-dev ## Measure ourselves beside peers and limits
	$(PY) -m benchmarks

lock: ## Renew both lock files
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group dev -o requirements-dev.lock
