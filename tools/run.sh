#!/usr/bin/env bash
# Runs the built daemon in the foreground, on this machine's configuration or on the examples.
#   tools/run.sh PORTRESERVE [OPTION...]
set -euo pipefail
cd "$(dirname "$0")/.."
program=$1
shift
options=(-d "$@")
if [ -z "$(ls -A /etc/portreserve 2>/dev/null)" ]; then
    echo "run: nothing in /etc/portreserve, so on examples/portreserve; Ctrl-C ends it" >&2
    options+=(-c "$PWD/examples/portreserve")
else
    echo "run: on /etc/portreserve; Ctrl-C ends it" >&2
fi
exec tools/root.sh "$program" "${options[@]}"
