#!/usr/bin/env bash
# Boots a real systemd as process 1 of namespaces of its own, and runs one program in it.
#   boot.sh ROOT FILES PROGRAM [ARG...]
# ROOT is what tools/debian.sh has made; it is only read. What is in the folder FILES, such as
# units and the program, stands on top of it. When the boot is over the program is started, as
# booted.service; its output, errors and exit status are boot.sh's, and its end is the system's.
# Nothing is left: mounts and processes go with the namespaces, and the one cgroup, which would
# stay, is removed at the end, by SIGTERM too. Root; Debian packages: util-linux, iproute2.
set -euo pipefail

# In a mount namespace, so that no mount has to be undone.
run() {
    mount -t tmpfs -o mode=755 tmpfs /mnt
    mkdir /mnt/upper /mnt/work /mnt/system
    mount -t overlay -o "lowerdir=$1,upperdir=/mnt/upper,workdir=/mnt/work" overlay /mnt/system
    cp -a "$2/." /mnt/system
    unit "${@:3}" >/mnt/system/etc/systemd/system/booted.service
    ln -s ../booted.service /mnt/system/etc/systemd/system/multi-user.target.wants
    mkfifo /mnt/output /mnt/errors
    cat /mnt/output &
    cat /mnt/errors >&2 &
    # The readers are at their end when nobody has these any more.
    exec 3>/mnt/output 4>/mnt/errors
    trap finish EXIT
    trap 'exit 143' TERM INT HUP
    # Others may have our number, in a pid namespace of theirs.
    cgroup=$(mktemp -d "$(findmnt -rn -t cgroup2 -o TARGET | head -n 1)/portreserve-boot-XXXXXXXX")
    chmod 755 "$cgroup"
    unshare --mount --net --pid --uts --ipc --fork --kill-child "$0" --enter "$cgroup" 3>&- 4>&- &
    machine=$!
    local ended=0
    wait $machine || ended=$?
    # Its number may be another's from now on.
    machine=''
    return $ended
}

finish() {
    local status=$?
    [ -z "${machine:-}" ] || kill -KILL "$machine" 2>/dev/null || true
    exec 3>&- 4>&-
    wait
    # Until the kernel has reaped the last process in it, a cgroup cannot be removed.
    [ -z "${cgroup:-}" ] || timeout 20 sh -c 'while [ -d "$0" ] && ! find "$0" -depth -type d -exec rmdir {} + 2>/dev/null
        do sleep 0.02; done' "$cgroup"
    exit $status
}

unit() {
    cat <<UNIT
[Unit]
After=multi-user.target
SuccessAction=exit-force
FailureAction=exit-force

[Service]
ExecStart=$*
StandardOutput=file:/dev/output
StandardError=file:/dev/errors
UNIT
}

# Process 1 enters its cgroup first, and only then makes that the root which it sees. The unshare
# that has forked it stays outside: controllers are for cgroups without processes of their own.
enter() {
    echo 0 >"$1/cgroup.procs"
    exec unshare --cgroup "$0" --init
}

init() {
    cd /mnt/system
    mount -t proc proc proc
    mount -t sysfs -o ro sysfs sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    # The rest of /proc/sys is the machine's, which systemd would set.
    mount --bind proc/sys proc/sys
    mount --bind proc/sys/net proc/sys/net
    mount -o remount,bind,ro proc/sys
    mount -t tmpfs -o mode=755 tmpfs run
    mount -t tmpfs -o mode=1777 tmpfs tmp
    mount -t tmpfs -o mode=755 tmpfs dev
    devices
    ip link set lo up
    pivot_root . .
    umount -l .
    # Without these it touches nothing that is the machine's: modules, clock, kernel log, debugfs.
    exec env -i container=portreserve PATH=/usr/sbin:/usr/bin:/sbin:/bin setpriv \
        --bounding-set=-sys_module,-sys_time,-syslog,-sys_rawio,-audit_control /sbin/init
}

devices() {
    local name major minor
    while read -r name major minor; do
        mknod -m 666 "dev/$name" c "$major" "$minor"
    done <<<$'null 1 3\nzero 1 5\nfull 1 7\nrandom 1 8\nurandom 1 9\ntty 5 0'
    mkdir dev/pts
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
    ln -s pts/ptmx dev/ptmx
    for name in output errors; do
        touch "dev/$name"
        mount --bind "/mnt/$name" "dev/$name"
    done
}

case $1 in
    --run) run "${@:2}" ;;
    --enter) enter "$2" ;;
    --init) init ;;
    *) exec unshare --mount --propagation private "$0" --run "$(realpath "$1")" "${@:2}" ;;
esac
