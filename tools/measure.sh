#!/usr/bin/env bash
# Prints what the lean programs weigh and how they are hardened, beside the goals; a miss fails.
#   tools/measure.sh PROGRAMS     PROGRAMS: the folder with the stripped programs (build). Root
# The daemon runs in namespaces of its own. The figures of the style guide are Tests/Tidy's.
set -euo pipefail
cd "$(dirname "$0")/.."
programs=$(realpath "$1")
if [ "${MEASURE_INSIDE:-}" != yes ]; then
    MEASURE_INSIDE=yes exec unshare --net --mount --pid --fork --mount-proc --kill-child \
        bash tools/measure.sh "$programs"
fi
mount -t tmpfs -o mode=755 tmpfs /run
failed=0

# verdict WHAT FIGURE GOAL WORD: WORD is PASS or FAIL.
verdict() {
    printf '  %-46s %-28s %-22s %s\n' "$1" "$2" "$3" "$4"
    [ "$4" = PASS ] || failed=1
}

# below WHAT FIGURE GOAL UNIT, and same WHAT FIGURE GOAL.
below() { if [ "$2" -lt "$3" ]; then verdict "$1" "$2 $4" "< $3 $4" PASS; else
    verdict "$1" "$2 $4" "< $3 $4" FAIL; fi; }
same() { if [ "$2" = "$3" ]; then verdict "$1" "$2" "$3" PASS; else
    verdict "$1" "$2" "$3" FAIL; fi; }

artefact() {
    local file=$programs/$1 dynamic headers
    echo "$1"
    dynamic=$(readelf -dW "$file")
    headers=$(readelf -hlW "$file")
    below "stripped file" "$(stat -c %s "$file")" "$2" bytes
    # Of libm only ceil is wanted, by Dictionary; a program without one does not need it.
    same "libraries needed beside libm" \
        "$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$dynamic" | grep -vx libm.so.6 | xargs)" \
        libc.so.6
    same "position independent" "$(grep -c '(FLAGS_1).*PIE' <<<"$dynamic" || true)" 1
    same "all symbols bound at start" \
        "$(grep -cE '\((FLAGS_1\).*NOW|BIND_NOW\))' <<<"$dynamic" | sed 's/[1-9].*/yes/')" yes
    same "relocations read-only" "$(grep -c GNU_RELRO <<<"$headers" || true)" 1
    same "flags of the stack" "$(awk '/GNU_STACK/ { print $(NF - 1) }' <<<"$headers")" RW
    same "run paths" "$(grep -cE '\((RPATH|RUNPATH)\)' <<<"$dynamic" || true)" 0
    same "symbols left in the file" "$(readelf -SW "$file" | grep -c ' \.symtab ' || true)" 0
    same "values that Embedded Swift cannot print" \
        "$(grep -c 'cannot print value in embedded Swift' "$file" || true)" 0
}

status() { awk -v key="$1:" '$1 == key { print $2 }' "/proc/$daemon/status"; }

# running WHAT RESIDENT OPTION...: RESIDENT is the goal for resident memory, in kB.
running() {
    local line='' before what=$1 resident=$2
    shift 2
    echo "$what"
    rm -rf /run/holds /run/said
    mkdir /run/holds
    printf '%s\n' 20000/tcp 20001/tcp 20002/tcp 20003/tcp 20004/tcp \
        20000/udp 20001/udp 20002/udp 20003/udp 20004/udp >/run/holds/measured
    mkfifo /run/said
    # Pages of a file that is not on the disk yet would count as dirty memory of who runs it.
    sync "$programs/portreserve"
    "$programs/portreserve" -f "$@" -c /run/holds 2>/run/said &
    daemon=$!
    exec 3</run/said
    while read -r -t 10 -u 3 line && [[ $line != *holding* ]]; do echo "  it says: $line"; done
    same "says" "${line:-nothing in ten seconds}" "portreserve: holding 10 ports of 1 service"
    # It may still have to fall asleep; its state tells when it has.
    timeout 10 sh -c "until grep -q '^State:.S' /proc/$daemon/status; do :; done"
    before=$(status voluntary_ctxt_switches)
    sleep 10
    same "wake-ups in ten idle seconds" $(($(status voluntary_ctxt_switches) - before)) 0
    below "resident memory" "$(status VmRSS)" "$resident" kB
    below "private dirty memory" "$(awk '/^Private_Dirty:/ { print $2 }' \
        "/proc/$daemon/smaps_rollup")" 250 kB
    same "threads" "$(status Threads)" 1
    kill "$daemon"
    wait "$daemon" && line=0 || line=$?
    same "exit status after SIGTERM" "$line" 0
}

printf '  %-46s %-28s %-22s\n' figure here goal
artefact portreserve 300000
artefact portrelease 200000
artefact portreserve-generator 100000
running "portreserve with ten holds" 2500
running "portreserve with ten holds and the guard" 2700 --stay
exit $failed
