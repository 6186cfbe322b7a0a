#!/bin/sh
# Puts the program and the pinned packages of one lock file into .venv/; run again, it only changes what differs.
set -eu

lock="${1:?a lock file}"
python="${PYTHON:-python3}"

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "mailbot needs Python 3.11 or newer; $python is $("$python" -V). Try: make PYTHON=python3.11 …" >&2
    exit 2
}
[ -x .venv/bin/python ] && .venv/bin/python -c 'import pip' 2>/dev/null || {
    rm -rf .venv
    "$python" -m venv .venv
}
pip=".venv/bin/python -m pip --disable-pip-version-check"
$pip install --quiet --require-hashes --requirement "$lock"
$pip install --quiet --no-deps --no-build-isolation --editable .
