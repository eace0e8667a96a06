#!/usr/bin/env bash
# Gives each fuzzer in the build folder $1 FUZZ_SECONDS (20), from the kept corpus. What it finds
# stays in that folder: new inputs in corpus/, and in crashes/ the one that ended it.
# The kept corpus is written by hand, an input for each thing that can be said; an input that ended
# a fuzzer is kept there too, once it no longer does.
set -eu
cd "$(dirname "$0")/.."
folder=$1
seconds=${FUZZ_SECONDS:-20}
# A crash would end in the backtracer, which AddressSanitizer takes for the crash.
export SWIFT_BACKTRACE=enable=no

for name in Calls Plans Names; do
    fuzzer=$folder/release/fuzz$name
    kept=Tests/Fuzz/corpus/$name
    found=$folder/corpus/$name
    said=$folder/fuzz$name.txt
    mkdir -p "$found" "$folder/crashes"
    if ! timeout --kill-after=5 $((seconds + 60)) "$fuzzer" -max_total_time="$seconds" \
        -timeout=10 -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 \
        -artifact_prefix="$folder/crashes/$name-" "$found" "$kept" >"$said" 2>&1; then
        grep -v '^#[0-9]' "$said" | tail -n 60 >&2
        echo "fuzz $name: failed; run $fuzzer with a file of $folder/crashes" >&2
        exit 1
    fi
    echo "fuzz $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$said") runs"
done
