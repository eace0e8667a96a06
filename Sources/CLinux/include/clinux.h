// What only C can say to Linux: errno, variadic calls, macros, hidden structures.
// LinuxIO is the one importer; nothing here decides, logs or keeps a descriptor.
#ifndef CLINUX_H
#define CLINUX_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

int clinux_errno(void);  // errno is a macro

// openat is variadic.
int clinux_openat(int place, const char *path, int flags, mode_t mode);

// getdents64 is GNU's; the record is the kernel's linux_dirent64, whose name begins at this offset.
ssize_t clinux_getdents64(int place, void *buffer, size_t size);
enum { clinux_dirent_size_offset = 16, clinux_dirent_type_offset = 18, clinux_dirent_name_offset = 19 };

// close_range came with glibc 2.34; Linux 5.9 has it.
void clinux_close_range(unsigned first, unsigned last, int flags);

void clinux_ignore_sigpipe(void);  // SIG_IGN is a macro

// pipe2 is GNU's.
int clinux_pipe(int ends[2]);

// fcntl is variadic. Takes a write lock on the whole file for the open file description, or `asks`
// whose pid has one; 0: nobody's; -1: an open file description's.
int clinux_lock(int file, int asks, pid_t *owner);

// The CMSG macros, struct ucred: one datagram and who sent it.
struct clinux_sender {
    pid_t pid;
    uid_t uid;
    int known;      // 1: pid and uid are the kernel's word
    int truncated;  // 1: the datagram was larger than the buffer
    uint64_t cgroup;  // 0: not known
};
ssize_t clinux_receive(int socket, void *buffer, size_t size, struct clinux_sender *sender);

// accept4 and struct ucred are GNU's: a connection that never blocks, and who opened it.
int clinux_accept(int socket, struct clinux_sender *peer);

// A static filter program: every datagram is dropped before it is queued.
int clinux_drop_datagrams(int socket);

// TCP_BOUND_INACTIVE of Linux 6.8, and where in a message of sock_diag the ports are.
enum { clinux_tcp_bound_inactive = 13 };
enum {
    clinux_local_port_offset = NLMSG_HDRLEN + offsetof(struct inet_diag_msg, id.idiag_sport),
    clinux_remote_port_offset = NLMSG_HDRLEN + offsetof(struct inet_diag_msg, id.idiag_dport),
};

// open_by_handle_at is GNU's, and a handle has no fixed size. The directory of a cgroup by its id.
int clinux_open_cgroup(int mount, uint64_t id);

// pidfd_open came with glibc 2.36; Linux 5.3 has it.
int clinux_pidfd_open(pid_t pid);

// bpf(2) and membarrier(2) have no wrappers. The barrier waits for whatever program runs now.
int clinux_bpf(enum bpf_cmd command, union bpf_attr *request);
int clinux_barrier(void);

// ioctl is variadic. The columns of a terminal, 0 where it is none or does not know.
int clinux_terminal_columns(int file);

// libc has no capget and capset. Gives up the capabilities in `bits` for good.
int clinux_drop_capabilities(uint64_t bits);

// There is no CommandLine in Embedded Swift: glibc hands these to ELF constructors.
int clinux_argument_count(void);
const char *clinux_argument(int index);

#endif
