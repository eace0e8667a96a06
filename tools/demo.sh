#!/bin/bash
# A session with portreserve to follow on the screen, in namespaces of its own.
# usage: tools/demo.sh FOLDER   (FOLDER holds the built portreserve and portrelease)
# Leaves nothing behind. Exit status 0 when every step came out as told, else 1.
# Debian packages: bash, coreutils, perl-base, util-linux (all essential), iproute2; and a
# C compiler, where FOLDER has no `thief`.
set -u
here=$(dirname "$(readlink -f "$0")")
deadline_ms=5000
colour=; plain=
if [ -t 1 ]; then colour=$'\e[1m'; plain=$'\e[0m'; fi

fail() { printf '\ndemo: %s\n' "$*" >&2; exit 1; }
tell() { printf '\n'; printf '# %s\n' "$@"; }

# Outside: looks for what is needed and enters namespaces that end with the last process.
enter() {
    if [ $# != 1 ] || [ ! -d "$1" ]; then
        echo "usage: tools/demo.sh FOLDER" >&2
        exit 64
    fi
    local programs as_root=()
    programs=$(readlink -f "$1")
    for program in portreserve portrelease; do
        [ -x "$programs/$program" ] || fail "no $program in $1: run 'make build' first"
    done
    for need in ip:iproute2 ss:iproute2 perl:perl-base unshare:util-linux; do
        command -v "${need%:*}" >/dev/null ||
            fail "no '${need%:*}' here: apt-get install ${need#*:}"
    done
    [ "$(id -u)" = 0 ] || as_root=(--user --map-root-user)
    exec unshare "${as_root[@]}" --net --mount --uts --ipc --pid --fork --mount-proc \
        --kill-child "$here/demo.sh" --inside "$programs"
}

# Puts private files over /etc and /run; nothing of them is on a disk.
furnish() {
    mount -t tmpfs demo /mnt || fail "mount: a private /etc cannot be had"
    cp -a /etc/passwd /etc/group /etc/ld.so.* /mnt/ 2>/dev/null
    mkdir /mnt/portreserve
    printf 'ipp\t631/tcp\nipp\t631/udp\n' >/mnt/services
    echo ipp >/mnt/portreserve/cups
    mount --bind /mnt /etc || fail "mount: no private /etc"
    mount -t tmpfs demo /run || fail "mount: no private /run"
    ip link set lo up || fail "ip: no loopback"
    mkdir /run/programs
    ln -s "$1/portreserve" "$1/portrelease" /run/programs/
    if [ -x "$1/thief" ]; then
        ln -s "$1/thief" /run/programs/thief
    else
        "$(command -v clang || command -v cc)" -O1 -o /run/programs/thief \
            "$here/../Tests/Thief/main.c" || fail "no thief: it needs a C compiler"
    fi
    PATH=/run/programs:$PATH
}

# Shows a command, runs it, and shows what it says; $said keeps that for `expect`.
said=
show() {
    printf '%s$ %s%s\n' "$colour" "$*" "$plain"
    said=$(eval "$*" 2>&1)
    status=$?
    [ -z "$said" ] || printf '%s\n' "$said"
}
expect() {   # expect PATTERN WHAT: the last command's output looks like this
    [[ $said =~ $1 ]] || fail "$2 was told, this is not it"
}
expect_status() { [ "$status" = "$1" ] || fail "exit status $1 was told, it is $status"; }

# Waits until a command says yes, or the deadline has passed.
wait_for() {
    local until_ms=$(($(date +%s%3N) + deadline_ms))
    until "$@"; do
        [ "$(date +%s%3N)" -lt "$until_ms" ] || return 1
        sleep 0.01
    done
}
is_gone() { [ ! -e "$1" ]; }

serve() {   # a server as small as it gets: tcp and udp on 631, one greeting
    exec perl -MIO::Socket::INET -e '
        my $udp = IO::Socket::INET->new(LocalPort => 631, Proto => "udp") or die "udp: $!\n";
        my $tcp = IO::Socket::INET->new(LocalPort => 631, Proto => "tcp", Listen => 8,
            ReuseAddr => 1) or die "tcp: $!\n";
        open my $ready, ">", "/run/server-ready"; close $ready;
        while (my $peer = $tcp->accept) { print $peer "a server on port 631\n"; close $peer }'
}

act_without() {
    tell "Without portreserve. An RPC program asks libc for a low port, and is born so that" \
        "it asks for 631 first, the printers' port:"
    show thief glibc 631 udp
    expect '^631$' "the thief getting 631"
}

act_held() {
    tell "With it. One file a service, a line for each port that the service will want:"
    show cat /etc/portreserve/cups
    show grep ipp /etc/services
    show portreserve
    expect_status 0
    expect 'holding 2 ports of 1 service' "two ports held"
    show cat /run/portreserve.pid
    pid=$said
    kill -0 "$pid" || fail "a daemon with that pid was told"
    tell "The hold on udp, for IPv4 and IPv6 at once (ss does not show a tcp port on which" \
        "nobody listens):"
    show ss -lun
    expect '\*:631' "a socket on 631"
    tell "The same thief has to take another port, on udp and on tcp:"
    show thief glibc 631 udp
    expect '^632$' "632"
    show thief glibc 631 tcp
    expect '^632$' "632"
}

act_released() {
    tell "The service's start script releases its ports, and the service binds them:"
    show portrelease cups
    expect_status 0
    wait_for is_gone "/proc/$pid" || fail "the daemon's exit was told, its last port released"
    printf '%s$ server &%s\n' "$colour" "$plain"
    serve & server=$!
    wait_for test -e /run/server-ready || fail "a server on 631 was told"
    show ss -ltun
    expect 'tcp .*:631 ' "the server on tcp"
    expect 'udp .*:631 ' "the server on udp"
    show 'cat </dev/tcp/127.0.0.1/631'
    expect '^a server on port 631$' "the server's greeting"
    tell "With its last port released the daemon has gone by itself, and left nothing:"
    show ls -A /run/portreserve
    expect '^$' "nothing left in /run/portreserve"
    [ ! -e /run/portreserve.pid ] || fail "no pid file was told"
    show ls -d "/proc/$pid"
    expect 'No such file' "no such process"
    kill "$server" && wait "$server"
}

if [ "${1-}" != --inside ]; then enter "$@"; fi
furnish "$2"
act_without
act_held
act_released
tell "Each step came out as told."
