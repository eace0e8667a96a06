/// Plays a kernel that lets no program of a bind call set_retval, as kernels before 6.1 are, to a
/// program that is started with it preloaded.
///
/// The call becomes one that this kernel has and does not allow there, so that its verifier says
/// what those say; the program's own memory stays as it is.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

/// libc's own; found when it is wanted, since other libraries may begin before this one.
static long next(long number, const long words[6]) {
    static long (*own)(long number, ...);
    if (!own) own = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    if (!own) abort();
    return own(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

static long load(const union bpf_attr *wanted, size_t size) {
    union bpf_attr request = {0};
    if (size > sizeof request) abort();
    memcpy(&request, wanted, size);
    size_t bytes = request.insn_cnt * sizeof(struct bpf_insn);
    struct bpf_insn *code = malloc(bytes);
    if (!code) abort();
    memcpy(code, (const void *)(uintptr_t)request.insns, bytes);
    for (uint32_t slot = 0; slot < request.insn_cnt; slot++)
        if (code[slot].code == (BPF_JMP | BPF_CALL) && code[slot].imm == BPF_FUNC_set_retval)
            code[slot].imm = BPF_FUNC_sk_cgroup_id;
    request.insns = (uintptr_t)code;
    long answer = next(SYS_bpf, (long[6]){BPF_PROG_LOAD, (long)&request, (long)size});
    int reason = errno;
    free(code);
    errno = reason;
    return answer;
}

long syscall(long number, ...) {
    long words[6];
    va_list list;
    va_start(list, number);
    for (int word = 0; word < 6; word++) words[word] = va_arg(list, long);
    va_end(list);
    if (number == SYS_bpf && (int)words[0] == BPF_PROG_LOAD)
        return load((const union bpf_attr *)words[1], (size_t)words[2]);
    return next(number, words);
}
