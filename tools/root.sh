#!/usr/bin/env bash
# Runs a command as root: as it is, or through sudo, or says what is missing.
#   tools/root.sh COMMAND [ARG...]
set -euo pipefail
[ "$(id -u)" -ne 0 ] || exec "$@"
command -v sudo >/dev/null || {
    echo "this needs root, and there is no sudo; as root: $*" >&2
    exit 1
}
exec sudo env "PATH=$PATH" "$@"
