#!/usr/bin/env python3
"""Runs a command, and fails where it has left eBPF programs in the kernel.

  tools/leftovers.py COMMAND [ARG...]     as root

The kernel is asked before and after: for every attach type of cgroups at the root of cgroup2, and
for all programs and links that there are. What others have and load meanwhile is theirs: told are
programs with our name or at that root which nobody holds, or a process that the command has left.
"""
import ctypes
import errno
import os
import signal
import struct
import sys
import time

PROG_NEXT, PROG_FD, INFO, QUERY, LINK_FD, LINK_NEXT = 11, 13, 15, 16, 30, 31
SYS_BPF = {"x86_64": 321, "aarch64": 280}.get(os.uname().machine)
PR_SET_CHILD_SUBREAPER = 36
OURS = "portreserve"
# The kernel takes a program out a moment after its last descriptor is closed.
WAIT_SECONDS = 10
# Those of enum bpf_attach_type that cgroups have.
ATTACH_TYPES = {
    0: "inet_ingress", 1: "inet_egress", 2: "inet_sock_create", 3: "sock_ops", 6: "device",
    8: "inet4_bind", 9: "inet6_bind", 10: "inet4_connect", 11: "inet6_connect",
    12: "inet4_post_bind", 13: "inet6_post_bind", 14: "udp4_sendmsg", 15: "udp6_sendmsg",
    18: "sysctl", 19: "udp4_recvmsg", 20: "udp6_recvmsg", 21: "getsockopt", 22: "setsockopt",
    29: "inet4_getpeername", 30: "inet6_getpeername", 31: "inet4_getsockname",
    32: "inet6_getsockname", 34: "inet_sock_release", 43: "lsm_cgroup", 49: "unix_connect",
    50: "unix_sendmsg", 51: "unix_recvmsg", 52: "unix_getpeername", 53: "unix_getsockname",
}
CURE = ("a link goes with the last process that has it; what nobody has, `bpftool link`,"
        " `bpftool cgroup tree` and the files below /sys/fs/bpf show")
libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, request):
    """The answer, and the request as the kernel leaves it; OSError where it refuses."""
    room = ctypes.create_string_buffer(request, 128)
    answer = libc.syscall(SYS_BPF, command, room, len(room))
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer, room.raw


def numbers(next_command):
    """Of all programs, or links, that there are."""
    last = 0
    while True:
        try:
            _, room = bpf(next_command, struct.pack("=I", last))
        except FileNotFoundError:
            return
        last = struct.unpack_from("=4xI", room)[0]
        yield last


def facts(fd_command, number):
    """What the kernel tells of a program or a link; None where it comes or goes at this moment."""
    try:
        fd, _ = bpf(fd_command, struct.pack("=I", number))
    except (FileNotFoundError, BlockingIOError):
        return None
    told = ctypes.create_string_buffer(256)
    bpf(INFO, struct.pack("=IIQ", fd, len(told), ctypes.addressof(told)))
    os.close(fd)
    return told.raw


def programs():
    """The names of all programs, by number."""
    told = {number: facts(PROG_FD, number) for number in numbers(PROG_NEXT)}
    return {n: it[64:80].split(b"\0")[0].decode() for n, it in told.items() if it}


def attachments():
    """How programs are attached by links, and at the root of cgroup2 in every other way too."""
    found = {}
    for number in numbers(LINK_NEXT):
        if told := facts(LINK_FD, number):
            program, kind = struct.unpack_from("=8xI12xI", told)
            found.setdefault(program, []).append(f"{ATTACH_TYPES.get(kind, kind)} by link {number}")
    for kind, program in at_root():
        found.setdefault(program, []).append(f"{kind} at the root of cgroup2")
    return found


def at_root():
    """Attach types and programs."""
    root = root_of_cgroup2()
    if root is None:
        return
    fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    for kind, name in ATTACH_TYPES.items():
        room = (ctypes.c_uint32 * 64)()
        try:
            _, told = bpf(QUERY, struct.pack("=IIIIQI", fd, kind, 0, 0, ctypes.addressof(room), 64))
        except OSError:
            continue  # this kernel has no such type
        for program in room[: struct.unpack_from("=24xI", told)[0]]:
            yield name, program
    os.close(fd)


def root_of_cgroup2():
    for line in open("/proc/self/mountinfo"):
        left, right = line.split(" - ")
        if right.split()[0] == "cgroup2":
            return left.split()[4]
    return None


def holders():
    """The processes that have a descriptor of a program or of its link, by its number."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            numbers = os.listdir(f"/proc/{pid}/fdinfo")
        except OSError:
            continue  # it has ended
        for number in numbers:
            try:
                lines = open(f"/proc/{pid}/fdinfo/{number}").readlines()
            except OSError:
                continue  # it is closed
            for line in lines:
                if line.startswith("prog_id:"):
                    found.setdefault(int(line.split()[1]), set()).add(int(pid))
    return found


def is_ours(pid):
    """Whether it descends from this process, which adopts what the command has left."""
    while pid > 1:
        try:
            pid = int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
        except OSError:
            return False
        if pid == os.getpid():
            return True
    return False


def left(before):
    """A line for each program that the command has left."""
    known, attached, held, top = programs(), attachments(), holders(), {n for _, n in at_root()}
    for number in sorted(known.keys() - before.keys()):
        pids = held.get(number, set())
        if known[number] != OURS and number not in top or pids and not any(map(is_ours, pids)):
            continue
        ways = ", ".join(attached.get(number, ["attached nowhere"]))
        yield f"program {number} '{known[number]}': {ways}; {told_of(pids)}"


def told_of(pids):
    if not pids:
        return "no process has it: it is pinned, or attached without a link"
    return "; ".join(f"pid {pid} has it ({command(pid)})" for pid in sorted(pids))


def command(pid):
    try:
        return open(f"/proc/{pid}/cmdline").read().replace("\0", " ").strip()[:100]
    except OSError:
        return "has ended"


def run(words):
    """The exit status of the command; whom it leaves, this process adopts and reaps."""
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execvp(words[0], words)
    while True:
        pid, status = os.wait()
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: tools/leftovers.py COMMAND [ARG...]")
    if SYS_BPF is None:
        sys.exit("leftovers: the number of bpf(2) is not known for this machine")
    try:
        before = programs()
    except OSError as error:
        # Who may not ask may yet load.
        if error.errno != errno.ENOSYS:
            sys.exit(f"leftovers: bpf(2): {error}; start it as root")
        print(f"leftovers: bpf(2): {error}, nothing can be left in the kernel", file=sys.stderr)
        sys.exit(run(sys.argv[1:]))
    status = run(sys.argv[1:])
    deadline = time.monotonic() + WAIT_SECONDS
    while lines := list(left(before)):
        if time.monotonic() > deadline:
            for line in lines:
                print(f"leftovers: {line}", file=sys.stderr)
            print(f"leftovers: {CURE}", file=sys.stderr)
            sys.exit(status or 1)
        time.sleep(0.05)
    sys.exit(status)


main()
