#!/usr/bin/env bash
# Finds a Python that fits (PYTHON names another), then lets tools/setup.py prepare the rest.
set -euo pipefail
cd "$(dirname "$0")/.."

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }
has_venv() { "$1" -c 'import venv, ensurepip' 2>/dev/null; }
find_python() {
  local name
  for name in python3 python3.13 python3.12 python3.11; do
    if fits "$name" && { [ $# -eq 0 ] || has_venv "$name"; }; then command -v "$name"; return; fi
  done
  return 1
}
install() {  # only where it needs no question: root, or sudo without a password
  local sudo=
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" = 0 ] || { sudo -n true 2>/dev/null && sudo="sudo -n"; } || return 1
  echo "installing $* …"
  mkdir -p .cache/log
  { $sudo apt-get -q update && $sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends "$@"; } \
    >.cache/log/apt-python.log 2>&1 </dev/null
}
stop() { echo "error: $*" >&2; exit 1; }

if [ -n "${PYTHON:-}" ]; then
  command -v "$PYTHON" >/dev/null || stop "PYTHON=$PYTHON is not a program"
  fits "$PYTHON" || stop "PYTHON=$PYTHON is $("$PYTHON" --version 2>&1); Python 3.11, 3.12 or 3.13 is needed"
  python=$PYTHON
else
  python=$(find_python with-venv || find_python) ||
    { install python3 python3-venv && python=$(find_python); } ||
    stop "Python 3.11, 3.12 or 3.13 is needed, here is $(python3 --version 2>&1 || true): apt-get install python3 python3-venv (Debian 12/13, Ubuntu 24.04), or PYTHON=/path/to/python3.12 make …"
fi
if [ ! -x .venv/bin/python ] && ! has_venv "$python"; then
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  { install "python$version-venv" || install python3-venv; } && has_venv "$python" ||
    stop "Python's venv module is missing: sudo apt-get install python$version-venv"
fi
exec "$python" tools/setup.py "$@"
