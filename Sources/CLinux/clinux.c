#define _GNU_SOURCE
#include "clinux.h"

#include <linux/membarrier.h>
#include <linux/capability.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/syscall.h>

int clinux_errno(void) { return errno; }

int clinux_openat(int place, const char *path, int flags, mode_t mode) {
    return openat(place, path, flags, mode);
}

ssize_t clinux_getdents64(int place, void *to, size_t size) { return getdents64(place, to, size); }

_Static_assert(offsetof(struct dirent64, d_reclen) == clinux_dirent_size_offset, "d_reclen");
_Static_assert(offsetof(struct dirent64, d_type) == clinux_dirent_type_offset, "d_type");
_Static_assert(offsetof(struct dirent64, d_name) == clinux_dirent_name_offset, "d_name");

void clinux_close_range(unsigned first, unsigned last, int flags) {
    syscall(SYS_close_range, first, last, flags);
}

void clinux_ignore_sigpipe(void) { signal(SIGPIPE, SIG_IGN); }

int clinux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int clinux_lock(int file, int asks, pid_t *owner) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(file, asks ? F_OFD_GETLK : F_OFD_SETLK, &lock) < 0) return -1;
    *owner = lock.l_type == F_UNLCK ? 0 : lock.l_pid;
    return 0;
}

// What came along: of descriptors the kernel's own tells the cgroup of a sender who may be gone
// (Linux 6.13; 6.15 where he is reaped), and none is kept.
static void take(struct cmsghdr *c, struct clinux_sender *sender) {
    if (c->cmsg_type == SCM_CREDENTIALS) {
        struct ucred *who = (struct ucred *)CMSG_DATA(c);
        *sender = (struct clinux_sender){who->pid, who->uid, 1, sender->truncated, sender->cgroup};
        return;
    }
    struct { uint64_t mask, cgroup; uint32_t rest[12]; } info = {.mask = 12 /* CGROUPID, EXIT */};
    int isPidfd = c->cmsg_type == 4 /* SCM_PIDFD */;
    if (!isPidfd && c->cmsg_type != SCM_RIGHTS) return;
    for (int *came = (int *)CMSG_DATA(c); (char *)(came + 1) <= (char *)c + c->cmsg_len; came++) {
        if (isPidfd && ioctl(*came, _IOWR(0xff, 11, info), &info) == 0 && info.mask & 4)
            sender->cgroup = info.cgroup;
        close(*came);
    }
}

ssize_t clinux_receive(int socket, void *buffer, size_t size, struct clinux_sender *sender) {
    struct iovec part = {.iov_base = buffer, .iov_len = size};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(struct ucred)) + 2 * CMSG_SPACE(253 * sizeof(int))];
    } control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1,
                             .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t count = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0) return count;
    *sender = (struct clinux_sender){.truncated = (message.msg_flags & MSG_TRUNC) != 0};
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
        if (c->cmsg_level == SOL_SOCKET) take(c, sender);
    return count;
}

int clinux_accept(int socket, struct clinux_sender *peer) {
    int connection = accept4(socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct ucred who;
    socklen_t size = sizeof who;
    if (connection < 0) return connection;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0) {
        close(connection);
        return -1;
    }
    *peer = (struct clinux_sender){.pid = who.pid, .uid = who.uid, .known = 1};
    return connection;
}

int clinux_drop_datagrams(int socket) {
    struct sock_filter drop[] = {{.code = BPF_RET | BPF_K, .k = 0}};
    struct sock_fprog program = {.len = 1, .filter = drop};
    return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

int clinux_open_cgroup(int mount, uint64_t id) {
    union {
        struct file_handle handle;
        char space[sizeof(struct file_handle) + sizeof id];
    } cgroup = {.handle = {.handle_bytes = sizeof id, .handle_type = 0xfe /* FILEID_KERNFS */}};
    memcpy(cgroup.space + offsetof(struct file_handle, f_handle), &id, sizeof id);
    return open_by_handle_at(mount, &cgroup.handle, O_PATH | O_CLOEXEC);
}

int clinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int clinux_bpf(enum bpf_cmd command, union bpf_attr *request) {
    return (int)syscall(SYS_bpf, command, request, sizeof *request);
}

int clinux_barrier(void) { return (int)syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0); }

int clinux_terminal_columns(int file) {
    struct winsize size;
    return ioctl(file, TIOCGWINSZ, &size) ? 0 : size.ws_col;
}

int clinux_drop_capabilities(uint64_t bits) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[2];
    if (syscall(SYS_capget, &header, sets) < 0) return -1;
    for (int word = 0; word < 2; word++) {
        sets[word].effective &= ~(uint32_t)(bits >> (32 * word));
        sets[word].permitted = sets[word].effective;
    }
    return (int)syscall(SYS_capset, &header, sets);
}

static int argument_count;
static char **argument_words;

__attribute__((constructor)) static void remember(int count, char **words) {
    argument_count = count;
    argument_words = words;
}

int clinux_argument_count(void) { return argument_count; }
const char *clinux_argument(int index) { return argument_words[index]; }

// Swift seeds its hashes with arc4random_buf, which waits for the kernel's pool at early boot and
// is missing from glibc before 2.36. GRND_INSECURE never waits (Linux 5.6); seeds keep no secret.
void arc4random_buf(void *buffer, size_t size) {
    while (size > 0) {
        ssize_t count = getrandom(buffer, size, GRND_INSECURE);
        if (count < 0) return;
        buffer = (char *)buffer + count;
        size -= (size_t)count;
    }
}
