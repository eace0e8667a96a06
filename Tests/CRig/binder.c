/// Processes that bind in cgroups and networks of their own, and what the kernel has of programs.
#define _GNU_SOURCE
#include "CRig.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int rig_loopback_up(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int answer = fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &lo);
    int reason = errno;
    if (fd >= 0) close(fd);
    errno = reason;
    return answer;
}

int rig_own_network(void)
{
    return unshare(CLONE_NEWNET) || rig_loopback_up() ? -errno : 0;
}

int rig_hide_cgroups(void) { return unshare(CLONE_NEWCGROUP) ? -errno : 0; }

struct rig_tally *rig_new_tally(void)
{
    int access = PROT_READ | PROT_WRITE;
    void *made = mmap(NULL, sizeof(struct rig_tally), access, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return made == MAP_FAILED ? NULL : made;
}

/// In a child with one thread, which may only make system calls.
static int become(struct rig_binder who)
{
    char procs[4096];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (who.cgroup) {
        snprintf(procs, sizeof procs, "%s/cgroup.procs", who.cgroup);
        int fd = open(procs, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, "0", 1) != 1) return errno;
        close(fd);
    }
    if (who.elsewhere && rig_own_network()) return errno;
    if (who.user && setresuid(who.user, who.user, who.user)) return errno;
    return 0;
}

int rig_bind_as(struct rig_binder who, struct rig_endpoint there, int *pid)
{
    int status;
    *pid = fork();
    if (*pid < 0) return -errno;
    if (*pid == 0) {
        // A reason that no bind has tells that it did not come so far.
        if (become(who)) _exit(ENOTRECOVERABLE);
        int bound = rig_bind(there);
        _exit(bound < 0 ? -bound : 0);
    }
    if (waitpid(*pid, &status, 0) < 0) return -errno;
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -ENOTRECOVERABLE;
}

int rig_bind_on_and_on(struct rig_binder who, struct rig_endpoint there, struct rig_tally *tally)
{
    int pid = fork();
    if (pid) return pid < 0 ? -errno : pid;
    if (become(who)) _exit(ENOTRECOVERABLE);
    for (;;) {
        int bound = rig_bind(there);
        if (bound >= 0) {
            tally->bound++;
            close(bound);
        } else if (bound == -EADDRINUSE) {
            tally->in_use++;
        } else {
            tally->other++;
        }
    }
}

int rig_keep_capabilities(uint64_t bits)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    uint32_t low = (uint32_t)bits, high = (uint32_t)(bits >> 32);
    struct __user_cap_data_struct data[2] = {{low, low, 0}, {high, high, 0}};
    return syscall(SYS_capset, &header, data) ? -errno : 0;
}

int rig_program_of(int link)
{
    struct bpf_link_info info = {0};
    union bpf_attr request = {
        .info = {.bpf_fd = link, .info_len = sizeof info, .info = (uintptr_t)&info}};
    if (syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &request, sizeof request)) return -errno;
    return (int)info.prog_id;
}

bool rig_has_program(int number)
{
    union bpf_attr request = {.prog_id = (unsigned)number};
    int fd = (int)syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &request, sizeof request);
    if (fd < 0) return errno != ENOENT;
    close(fd);
    return true;
}

int rig_programs_in(int cgroup)
{
    int count = 0;
    for (unsigned type = 0; type < __MAX_BPF_ATTACH_TYPE; type++) {
        union bpf_attr request = {.query = {.target_fd = (unsigned)cgroup, .attach_type = type}};
        // Refused for what no cgroup has.
        if (syscall(SYS_bpf, BPF_PROG_QUERY, &request, sizeof request) == 0)
            count += (int)request.query.prog_cnt;
    }
    return count;
}
