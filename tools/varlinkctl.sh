#!/usr/bin/env bash
# Puts Debian 13's varlinkctl into a folder, with the libraries that it wants: Debian 12 has none.
#   tools/varlinkctl.sh FOLDER      afterwards FOLDER/varlinkctl runs on this machine. Root
# Made once; a folder that has one is left alone.
set -euo pipefail
folder=$(realpath -m "$1")
[ ! -x "$folder/varlinkctl" ] || exit 0
echo "varlinkctl: fetching Debian 13's into $(basename "$folder")" >&2
rm -rf "$folder"
mkdir -p "$folder"
mmdebstrap --quiet --variant=extract --include=systemd,libsystemd-shared trixie "$folder/debian13"
loader=$(find "$folder/debian13/usr/lib" "$folder/debian13/usr/lib64" -name 'ld-linux*.so.*' 2>/dev/null | head -n 1)
libraries=$(dirname "$(find "$folder/debian13/usr/lib" -name 'libc.so.6' | head -n 1)")
# The loader of Debian 13 finds the libraries of Debian 13; nothing has to be entered for that.
cat >"$folder/varlinkctl.new" <<END
#!/bin/sh
exec "$loader" --library-path "$libraries:$libraries/systemd" "$folder/debian13/usr/bin/varlinkctl" "\$@"
END
chmod 755 "$folder/varlinkctl.new"
mv "$folder/varlinkctl.new" "$folder/varlinkctl"
