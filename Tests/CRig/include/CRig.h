/// What the tests need in C: entering namespaces, starting programs in them, binding.
///
/// Everything acts on the calling thread, which must be one of its own: its namespaces are never
/// given back. A function answers 0 or a descriptor; -errno is the kernel's refusal.
#ifndef CRIG_H
#define CRIG_H

#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>

/// A room: the first process of its pid namespace, and what is needed outside of it.
struct rig_room {
    int first;       ///< Pid, seen from outside, of the room's process 1.
    int leash;       ///< The write end of a pipe: process 1 ends when it is closed.
    int outer_proc;  ///< The /proc that shows the test process itself.
    int outer_pids;  ///< The pid namespace to go back to.
    char step[64];   ///< What was refused, when rig_room_enter fails.
};

/// Puts the calling thread into a room of its own: network (lo up), mounts, ipc, uts, pids.
int rig_room_enter(struct rig_room *room);

/// Kills process 1, and with it all that runs in the room; the caller has then to reap its own
/// children and after them `first`.
void rig_room_leave(struct rig_room *room);

/// The pid by which the room itself knows the child `pid`.
int rig_inner_pid(const struct rig_room *room, int pid);

/// Instead of a descriptor: a stream that is closed, or /dev/null, or /dev/full.
enum { RIG_CLOSED = -1, RIG_NULL = -2, RIG_FULL = -3 };

/// A program to start: words end in NUL each, one after the other.
struct rig_program {
    const char *words;
    size_t words_bytes;
    const char *environment;
    size_t environment_bytes;
    int streams[3];
};

/// Starts a program with no other descriptors than its three streams; answers its pid.
int rig_spawn(struct rig_program program);

/// Where to bind: an address as text, a port, and the options set before.
struct rig_endpoint {
    const char *address;
    uint16_t port;
    bool udp;
    bool v6only;
    bool reuse_address;
    bool reuse_port;
};

/// A socket bound there; addresses that the machine lacks are let through (IP_FREEBIND).
int rig_bind(struct rig_endpoint endpoint);

/// A datagram of `bytes` to the socket at `path`, connected first, without blocking.
int rig_send(const char *path, const void *bytes, size_t count);

/// A bound datagram socket at `path`, mode 0755, as 0.0.5's daemon has it.
int rig_listen_datagram(const char *path);

/// The process that holds a write lock of the fcntl kind on the file, 0 for none; -1 where the
/// lock is an open file description's, whose holder has no pid.
int rig_lock_holder(const char *path);

/// Takes 0.0.5's lock: F_SETLK, the whole file, made where it is missing; answers its descriptor.
int rig_lock_old(const char *path);

/// A pidfd of `pid`; poll(2) reads it as ready when the process has ended.
int rig_pidfd(int pid);

/// The exit status that waitpid(2) gave, 128 + n for a signal.
int rig_status(int raw);

/// Who binds: a process of its own.
struct rig_binder {
    const char *cgroup;  ///< The directory of the cgroup that it moves to; NULL: it stays.
    bool elsewhere;      ///< Whether it makes a network of its own before.
    unsigned user;       ///< Its uid.
};

/// What has become of binds, in memory that processes share.
struct rig_tally {
    volatile uint64_t bound;
    volatile uint64_t in_use;
    volatile uint64_t other;
};

/// A tally at 0, which its processes and this one see.
struct rig_tally *rig_new_tally(void);

/// Has it bind there once; answers 0, and its pid in `pid`.
int rig_bind_as(struct rig_binder who, struct rig_endpoint there, int *pid);

/// Has it bind and close there until it is killed; answers its pid. It dies with this process.
int rig_bind_on_and_on(struct rig_binder who, struct rig_endpoint there, struct rig_tally *tally);

/// Moves the calling thread into a network of its own, its lo up.
int rig_own_network(void);

/// Makes this process's cgroup the root of what it sees.
int rig_hide_cgroups(void);

/// Brings lo up; -1 and errno where that is refused.
int rig_loopback_up(void);

/// Keeps of this process's capabilities those of the bits, and no other.
int rig_keep_capabilities(uint64_t bits);

/// The number of the program that a link has attached.
int rig_program_of(int link);

/// Whether the kernel has a program of that number.
bool rig_has_program(int number);

/// How many programs are asked in the cgroup of this directory itself, of all kinds.
int rig_programs_in(int cgroup);

#endif
