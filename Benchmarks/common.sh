# What the benchmarks have in common; it is sourced. Each runs as root, in namespaces of its own, and
# says PASS or FAIL against the goals. $programs is the folder with portreserve and portrelease.
set -euo pipefail
cd "$(dirname "$0")/.."
programs=$(realpath "${1:-build}")
tools=$PWD/build/bench
if [ "${BENCH_INSIDE:-}" != yes ]; then
    mkdir -p "$tools"
    for name in holdloop send1 race calls retake binds emptyguard generate; do
        ${CC:-cc} -O2 -std=gnu11 -Wall -Wextra -Werror -o "$tools/$name" "Benchmarks/$name.c"
    done
    BENCH_INSIDE=yes exec unshare --net --mount --pid --fork --mount-proc --kill-child \
        bash "Benchmarks/${0##*/}" "$programs"
fi
mount -t tmpfs -o mode=755 tmpfs /run
failed=0

# Runs the race, leaves the medians in median[1], median[2], ... and prints a line for each racer.
race() {
    local labels=$1 minimum time turn=0
    shift
    "$tools/race" "$@" >/run/times
    echo
    while read -r minimum time; do
        turn=$((turn + 1))
        median[turn]=$time
        printf '  %-52s %8.2f %8.2f\n' "$(cut -d'|' -f$turn <<<"$labels")" \
            "$(scaled "$minimum")" "$(scaled "$time")"
    done </run/times
}

scaled() { awk -v us="$1" 'BEGIN { print us / 1000 }'; }

# verdict WHAT FIGURE GOAL UNIT: one line; a miss makes the whole run fail.
verdict() {
    local word=PASS
    awk -v figure="$2" -v goal="$3" 'BEGIN { exit figure > goal }' || { word=FAIL; failed=1; }
    printf '  %-52s %8s %8s   %s\n' "$1" "$2$4" "<=$3$4" "$word"
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

holding=("$programs/portreserve" -f -c)
