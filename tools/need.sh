#!/usr/bin/env bash
# Installs the Debian packages that are named and missing, and says which.
#   tools/need.sh PACKAGE...
# Quiet and fast when all are there. Elsewhere than on Debian it says what is wanted and goes on.
set -euo pipefail
here=$(dirname "$0")
if ! command -v dpkg-query apt-get >/dev/null; then
    echo "need: no apt-get here; what Debian calls $* is taken to be there" >&2
    exit 0
fi
installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
    awk '$2 == "installed" { print $1 }' || true)
missing=()
for package in "$@"; do
    grep -qx "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "need: installing ${missing[*]}" >&2
# Daemons that come along (rpcbind, cups) are wanted as programs; they must not start here.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    "$here/root.sh" sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy"
    trap '"$here/root.sh" rm -f "$policy"' EXIT
fi
apt() {
    "$here/root.sh" env DEBIAN_FRONTEND=noninteractive apt-get -qq \
        -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" >/dev/null
}
install() { apt install -y --no-install-recommends "${missing[@]}" </dev/null; }
# A list that is old names packages that are gone, so a failure is worth one fresh list.
known=$(apt-cache policy "${missing[@]}" 2>/dev/null | grep -c '^  Candidate: [^(]' || true)
if [ "$known" -lt ${#missing[@]} ] || ! install; then
    apt update
    install
fi
