#!/usr/bin/env bash
# Times the lean programs against C programs that make the same system calls, side by side in one
# run, and says PASS or FAIL against the goals; then what the guard costs. Root; in namespaces of its
# own.
#   Benchmarks/run.sh [PROGRAMS]     PROGRAMS: the folder with portreserve and portrelease (build)
. "$(dirname "$0")/common.sh"
ulimit -Hn | awk '$1 != "unlimited" && $1 < 10100 {
    print "bench: at most " $1 " open files here, 10,000 holds do not fit"; exit 1 }'

# Ten thousand endpoints on tcp; and on both, where each udp socket has a filter as well.
mkdir /run/range /run/lines /run/files /run/both /run/names /run/empty
echo 20000-29999/tcp >/run/range/bench
seq -f '%.0f/tcp' 20000 29999 >/run/lines/bench
for file in $(seq 0 999); do
    seq -f '%.0f/tcp' $((20000 + 10 * file)) $((20009 + 10 * file)) >"/run/files/service$file"
done
echo 20000-24999 >/run/both/bench
# Each name and alias of /etc/services once, and each endpoint that they stand for once.
read -r -d '' listed <<'AWK' || true
{ sub(/#.*/, "") }
$2 ~ /^[0-9]+\/(tcp|udp)$/ {
    if (what == "endpoints") print $2
    else { print $1; for (field = 3; field <= NF; field++) print $field }
}
AWK
awk -v what=names "$listed" /etc/services | sort -u >/run/names/bench
mapfile -t endpoints < <(awk -v what=endpoints "$listed" /etc/services | sort -u)

echo "Spawn to the ready line, daemon against a C loop that binds the same sockets, or spawn to exit;"
echo "each line is a program, turns taken, times in ms.          fastest   median"
labels="holdloop, 10,000 tcp endpoints|portreserve, one file, one range"
labels+="|portreserve, one file, 10,000 lines|portreserve, 1,000 files of ten"
race "$labels" \
    31 ready "$tools/holdloop" 20000-29999/tcp -- "${holding[@]}" /run/range \
    -- "${holding[@]}" /run/lines -- "${holding[@]}" /run/files
verdict "one file, one range: times the C loop" "$(ratio "${median[2]}" "${median[1]}")" 1.15 ""
verdict "one file, 10,000 lines: times the C loop" "$(ratio "${median[3]}" "${median[1]}")" 1.15 ""
verdict "1,000 files of ten: times the C loop" "$(ratio "${median[4]}" "${median[1]}")" 1.4 ""

race "holdloop, 5,000 ports of tcp and udp|portreserve, one file, one range" \
    21 ready "$tools/holdloop" 20000-24999/tcp 20000-24999/udp -- "${holding[@]}" /run/both
verdict "tcp and udp, one range: times the C loop" "$(ratio "${median[2]}" "${median[1]}")" 1.15 ""

labels="portreserve, nothing to hold|portreserve, all names of /etc/services"
labels+="|holdloop, the same ${#endpoints[@]} endpoints"
race "$labels" \
    101 ready "${holding[@]}" /run/empty -- "${holding[@]}" /run/names \
    -- "$tools/holdloop" "${endpoints[@]}"
verdict "all names of /etc/services: over nothing to hold" \
    "$(awk -v a="${median[2]}" -v b="${median[1]}" 'BEGIN { printf "%.2f", (a - b) / 1000 }')" 5 ms

# The daemon that answers; the name that is released is nobody's, so that each round is the same.
mkfifo /run/said
"${holding[@]}" /run/lines --stay 2>/run/said &
daemon_pid=$!
exec 3</run/said
while read -r -t 10 -u 3 line; do [[ $line == *holding* ]] && break; done
cat <&3 >/dev/null &
race "send1, one datagram to a running portreserve|portrelease, a release that is answered" \
    1001 exit "$tools/send1" /run/portreserve/socket spare -- "$programs/portrelease" spare
verdict "portrelease: times the C program" "$(ratio "${median[2]}" "${median[1]}")" 1.5 ""

# calls LABEL KIND SOCKET ...: leaves the times in middle and slowest, in us, and prints a line.
calls() {
    local label=$1
    shift
    read -r middle slowest < <("$tools/calls" "$@")
    printf '  %-52s %8.2f %8.2f\n' "$label" "$(scaled "$middle")" "$(scaled "$slowest")"
}

control=/run/portreserve/control
"$tools/calls" echo /run/echo &
until [ -S /run/echo ]; do sleep 0.01; done
echo
echo "Calls on the control socket, times in ms.                              median  slowest"
calls "a bare echo in C over the same kind of socket" time /run/echo 20000
calls "GetInfo, on one connection" time "$control" 20000
verdict "one call, median" "$middle" 100 us
calls "GetInfo, a connection for each" fresh "$control" 2000
calls "List of 10,000 endpoints" list "$control" 31 10000
verdict "List of 10,000 endpoints, median" "$(scaled "$middle")" 50 ms
for user in 65532 65533; do "$tools/calls" flood "$control" "$user" & done
"$tools/calls" hold "$control" 65534 64 &
calls "root's, two users flooding, one holding 64" fresh "$control" 101
verdict "root's call under a flood, slowest of 101" "$(scaled "$slowest")" 100 ms
kill "$daemon_pid"
wait "$daemon_pid" || true

# What a stranger has is taken when he closes; and beside an open hold nobody else ever gets in.
mkdir /run/kept
"${holding[@]}" /run/kept --stay 2>/dev/null &
daemon_pid=$!
until [ -S "$control" ]; do sleep 0.01; done
read -r middle slowest < <("$tools/retake" busy /run/kept 500)
echo
echo "From a stranger's close(2) to Watch's word that his port is held, in ms.  median  99th of 100"
printf '  %-52s %8.2f %8.2f\n' "500 rounds" "$(scaled "$middle")" "$(scaled "$slowest")"
verdict "a busy port is taken, median" "$(scaled "$middle")" 1 ms
verdict "a busy port is taken, 99th of 100" "$(scaled "$slowest")" 1 ms
read -r tries thefts < <("$tools/retake" share /run/kept 2000)
echo "  a thief tried $tries times while 2,000 servers came and went beside an open hold"
verdict "share: times the thief got in" "$thefts" 0 ""
kill "$daemon_pid"
wait "$daemon_pid" || true

# The machine's /etc with writes kept in memory: the generator reads no other.
mkdir /run/changed /run/work
mount -t overlay -o lowerdir=/etc,upperdir=/run/changed,workdir=/run/work overlay /etc
mkdir -p /etc/portreserve
mount -t tmpfs tmpfs /etc/portreserve
for file in $(seq 1000); do echo $((20000 + file)) >"/etc/portreserve/service$file"; done
read -r same ours < <("$tools/generate" 31 /etc/portreserve /run/out \
    "$programs/portreserve-generator")
echo
echo "Drop-ins for 1,000 files, times in ms.                                   median"
printf '  %-61s %8.2f\n' "the same system calls in C" "$(scaled "$same")" \
    "portreserve-generator" "$(scaled "$ours")"
verdict "drop-ins: times the C program" "$(ratio "$ours" "$same")" 2 ""

bash Benchmarks/guard.sh "$programs" || failed=1
exit $failed
