#!/usr/bin/env bash
# Puts the man pages, compressed, into a man folder, or takes them out.
#   tools/install-man.sh [--remove] FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
remove=no
if [ "$1" = --remove ]; then
    remove=yes
    shift
fi
folder=$1
for page in man/*.[1578]; do
    name=$(basename "$page")
    section=$folder/man${name##*.}
    rm -f "$section/$name.gz"
    [ $remove = no ] || continue
    install -d "$section"
    gzip -9nc "$page" >"$section/$name.gz"
    chmod 644 "$section/$name.gz"
done
