#!/usr/bin/env bash
# What the guard costs: turns are taken with it and without. Root; in namespaces of its own, and in a
# cgroup of the releasing service's.
#   Benchmarks/guard.sh [PROGRAMS]     PROGRAMS: the folder with the three programs (build)
. "$(dirname "$0")/common.sh"
turns=31

cgroups=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
unit=$cgroups/portreserve-bench.service
mkdir -p "$unit"
trap 'rmdir "$unit"' EXIT
in_unit() { bash -c 'echo 0 >"$0/cgroup.procs"; exec "$@"' "$unit" "$@"; }

# Waits until the daemon holds whose words go to /run/story. That has to be emptied before it is
# started, or what the last one said would count.
ready() { until grep -q holding /run/story; do sleep 0.01; done; }

mkdir /run/guarded
printf '%s\n' "unit ${unit##*/}" 20000/udp >/run/guarded/bench
# with OPTION...: leaves medians in ns: of a bind that nobody guards, and of a release.
with() {
    : >/run/story
    "${holding[@]}" /run/guarded --stay "$@" 2>/run/story &
    local daemon_pid=$!
    ready
    beside=$("$tools/binds" bind 21000 20000)
    freed=$(in_unit "$tools/binds" release 20000 40 "$programs/portrelease" bench \
        /bin/sh -c "$programs/portreservectl hold bench >/dev/null")
    kill "$daemon_pid"
    wait "$daemon_pid" || true
}
for turn in $(seq $turns); do
    with --no-guard
    echo "$beside" >>/run/beside.without
    echo "$freed" >>/run/freed.without
    "$tools/emptyguard" "$cgroups" "$tools/binds" bind 21000 20000 >>/run/beside.empty
    with
    if grep 'no guard' /run/story; then exit 1; fi
    echo "$beside" >>/run/beside.with
    echo "$freed" >>/run/freed.with
done

# against WHAT LABEL: a line with both medians, in microseconds.
middle() { sort -n "/run/$1" | sed -n "$(((turns + 1) / 2))p"; }
against() {
    printf '  %-52s %8.2f %8.2f\n' "$2" "$(scaled "$(middle "$1.without")")" \
        "$(scaled "$(middle "$1.with")")"
}
# paired WHAT FORMULA: the median over turns of a formula of $1 (without) and $2, since the machine's
# own speed changes from turn to turn.
paired() {
    paste "/run/${1%.*}.without" "/run/$1" | awk "{ printf \"%.3f\\n\", $2 }" | sort -n |
        sed -n "$(((turns + 1) / 2))p"
}

echo
echo "The guard, medians of $turns turns, in microseconds.                    without     with"
against beside "bind(2) of a port that nobody guards"
verdict "the guard's part of a bind" "$(paired beside.with '($2 - $1) / 1000')" 0.35 us
printf '  %-52s %8s\n' "the same of two programs that do nothing" \
    "$(paired beside.empty '($2 - $1) / 1000')us"
against freed "a release by portrelease, until its unit has bound"
verdict "a release with the guard: times one without" "$(paired freed.with '$2 / $1')" 1.2 ""

# A band needs no socket: the numbers of its rule are written into the table, which is mapped for it.
mkdir /run/single /run/band
echo '2000/tcp permanent' >/run/single/bench
echo '2000-38000 permanent' >/run/band/bench
# written: from the call that maps the table to the one that unmaps it, in ns, by strace.
written() {
    : >/run/story
    strace -qq -ttt -e trace=mmap,munmap -o /run/trace "${holding[@]}" /run/band --stay 2>/run/story &
    local tracer_pid=$!
    ready
    pkill -TERM -P "$tracer_pid"
    wait "$tracer_pid" || true
    awk '/MAP_SHARED.*, 0x20000\)/ { place = $NF; began = $1 }
        place != "" && index($0, "munmap(" place) { printf "%.0f\n", ($1 - began) * 1e9; exit }' \
        /run/trace
}
for turn in $(seq 11); do written >>/run/written; done
[ "$(wc -l </run/written)" -eq 11 ] || { echo "bench: the table is not seen in a trace"; exit 1; }
echo
verdict "72,002 endpoints become permanent: rules written" \
    "$(sort -n /run/written | awk 'NR == 6 { printf "%.2f", $1 / 1e6 }')" 2 ms
echo
echo "Spawn to the ready line, times in ms.                      fastest   median"
race "one port is permanent|72,002 endpoints are permanent" \
    31 ready "${holding[@]}" /run/single --stay -- "${holding[@]}" /run/band --stay
exit $failed
