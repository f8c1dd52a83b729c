#!/bin/sh
# Every check that needs no test run. All of them run, so that one look shows all that is wrong.
cd "$(dirname "$0")/.." || exit 1
failed=""
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export DEMO=1 DATA_DIR="$folder" LOG_LEVEL=WARNING

step() {
    name=$1
    shift
    if "$@"; then
        echo "ok      $name"
    else
        echo "FAILED  $name"
        failed="$failed $name"
    fi
}

templates() {
    find templates -name '*.html' -print0 | xargs -0 .venv/bin/djade --check --target-version 5.2
}

step ruff .venv/bin/python -m ruff check --quiet .
step format .venv/bin/python -m ruff format --quiet --check .
step mypy .venv/bin/python -m mypy --no-error-summary .
step imports .venv/bin/lint-imports --no-cache
step djade templates
step migrations .venv/bin/python manage.py makemigrations --check --dry-run
step bandit .venv/bin/python -m bandit -q -r . -c pyproject.toml
[ -z "$failed" ] || {
    echo "Failed:$failed" >&2
    exit 1
}
