#!/usr/bin/env bash
# Makes a Debian root in a folder, for Tests/Boot/boot.sh: systemd, and services that have ports.
#   tools/debian.sh FOLDER [SUITE]      bookworm where no other is named. Root
# Made once; a folder that has the packages named here is left alone.
set -euo pipefail
folder=$(realpath -m "$1")
suite=${2:-bookworm}
packages=systemd,systemd-sysv,dbus,iproute2,netbase,rpcbind,nfs-common,cups-daemon,python3
[ "$(cat "$folder/packages" 2>/dev/null)" != "$suite $packages" ] || exit 0
echo "debian: making a root of $suite" >&2
rm -rf "$folder"
mkdir -p "$folder"
mmdebstrap --quiet --variant=minbase --include=$packages \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' "$suite" "$folder/system"
# A kernel without NFS refuses it, and each boot would be a degraded one.
ln -s /dev/null "$folder/system/etc/systemd/system/run-rpc_pipefs.mount"
echo "$suite $packages" >"$folder/packages"
