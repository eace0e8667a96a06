// emptyguard: attaches to a cgroup, where the guard's programs for IPv4 go, two that do nothing, and
// runs a command under them: what a bind(2) then costs more is the kernel's part of a guard.
//   emptyguard CGROUP COMMAND [ARG...]      the links, and so the programs, end with the command
#include <err.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STATUS_USAGE = 64 };

static int bpf(int command, union bpf_attr *words, const char *what) {
    int fd = (int)syscall(SYS_bpf, command, words, sizeof *words);
    if (fd < 0) err(1, "%s", what);
    return fd;
}

static void attach(int cgroup, uint32_t type, uint32_t place) {
    // r0 = 1: allowed.
    const struct bpf_insn words[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1},
                                     {.code = BPF_JMP | BPF_EXIT}};
    union bpf_attr program = {.prog_type = type, .expected_attach_type = place, .insn_cnt = 2};
    program.insns = (uintptr_t)words;
    program.license = (uintptr_t) "MIT";
    union bpf_attr link = {0};
    link.link_create.prog_fd = (uint32_t)bpf(BPF_PROG_LOAD, &program, "a program that does nothing");
    link.link_create.target_fd = (uint32_t)cgroup;
    link.link_create.attach_type = place;
    // It is to end with the command, which therefore gets it.
    int fd = bpf(BPF_LINK_CREATE, &link, "its link");
    if (fcntl(fd, F_SETFD, 0)) err(1, "fcntl");
}

int main(int count, char **words) {
    if (count < 3) errx(STATUS_USAGE, "usage: emptyguard CGROUP COMMAND [ARG...]");
    int cgroup = open(words[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (cgroup < 0) err(1, "%s", words[1]);
    attach(cgroup, BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND);
    attach(cgroup, BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND);
    execv(words[2], words + 2);
    err(1, "%s", words[2]);
}
