#!/bin/sh
# Every check that needs no test run. All of them run, so that one look shows all that is wrong.
cd "$(dirname "$0")/.." || exit 1
failed=""
folder=$(mktemp -d)
trap 'kill "$mypy" 2>/dev/null; rm -rf "$folder"' EXIT
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

types() {
    wait "$mypy"
    code=$?
    mypy=
    cat "$folder/mypy"
    return "$code"
}

# Types take longer than all the rest, which another core can do meanwhile.
.venv/bin/python -m mypy --no-error-summary . >"$folder/mypy" 2>&1 &
mypy=$!
step ruff .venv/bin/python -m ruff check --quiet .
step format .venv/bin/python -m ruff format --quiet --check .
step imports .venv/bin/lint-imports --no-cache
step djade templates
step migrations .venv/bin/python manage.py makemigrations --check --dry-run
step bandit .venv/bin/python -m bandit -q -r . -c pyproject.toml
step mypy types
[ -z "$failed" ] || {
    echo "Failed:$failed" >&2
    exit 1
}
