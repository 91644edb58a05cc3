#!/usr/bin/env bash
# Installs what the tests need (Debian or Ubuntu) into a fresh virtual environment, and runs them all.
set -euo pipefail
cd "$(dirname "$0")/.."

sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -q
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
  chromium espeak-ng orca at-spi2-core xvfb dbus dbus-x11 xdotool openbox fonts-dejavu-core

venv=$(mktemp -d)/venv
trap 'rm -rf "$(dirname "$venv")"' EXIT
python3 -m venv "$venv"
"$venv/bin/pip" install -q '.[training,index,test]'
"$venv/bin/ruff" check
"$venv/bin/ruff" format --check
"$venv/bin/mypy" ekphrasis training
"$venv/bin/python" -m pytest "$@"
