#!/bin/sh
# Make .venv with the hashed packages of a lock file: scripts/install.sh requirements.lock
#
# Nothing is installed while the lock file is the one that was installed last. requirements-dev.lock holds everything of
# requirements.lock too, so one install for development also serves `make run`.
set -eu
cd "$(dirname "$0")/.."
lock=$1
venv=${VENV:-.venv}
stamp=$venv/installed-locks

fail() {
    echo "$1" >&2
    exit 1
}

is_311() {
    "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in "${PYTHON:-}" python3.11 python3 python; do
        if [ -n "$candidate" ] && is_311 "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    if command -v uv >/dev/null 2>&1; then
        uv python find --no-python-downloads 3.11 2>/dev/null || true
    fi
}

fingerprint() {
    cksum <"$1" | tr -d '\n'
    echo " $1"
}

if is_311 "$venv/bin/python" && grep -qxF "$(fingerprint "$lock")" "$stamp" 2>/dev/null; then
    exit 0
fi

if ! is_311 "$venv/bin/python"; then
    python=$(find_python)
    [ -n "$python" ] || fail "Python 3.11 was not found. Install it (on Debian 12: apt-get install python3.11 python3.11-venv) or name it: make PYTHON=/path/to/python3.11"
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
        fail "Python 3.11 is here without its venv module. On Debian or Ubuntu: apt-get install python3.11-venv"
    echo "Making $venv with $("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv" >/dev/null 2>&1 || fail "The folder $PWD/$venv could not be made. Is the disk full or the folder read-only?"
fi

"$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >/dev/null 2>&1 ||
    fail "There is no pip in $venv. Delete that folder and repeat."
echo "Installing the packages of $lock (a minute or two, once)"
log=$venv/install.log
if ! "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-deps --require-hashes -r "$lock" >"$log" 2>&1; then
    if grep -qiE 'hashes do not match|do not match the hashes' "$log"; then
        fail "A package differs from the hash in $lock and was not installed. See $log"
    fi
    if grep -qiE 'NewConnectionError|Connection(Error|ResetError|TimeoutError)|name resolution|timed out|ProxyError|No matching distribution|SSLError' "$log"; then
        fail "The packages could not be downloaded. Is this machine on the network, and does pip know its package index? See $log"
    fi
    fail "The packages could not be installed. See $log"
fi
fingerprint "$lock" >"$stamp"
if [ "$lock" = requirements-dev.lock ]; then
    fingerprint requirements.lock >>"$stamp"
fi
