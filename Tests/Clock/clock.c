/// A monotonic clock that a test sets forward, for a program that is started with it preloaded.
///
/// PORTRESERVE_CLOCK names a file with two numbers of eight bytes, of the machine's order: the
/// seconds by which the clock is ahead, and, written here whenever the program asks for the time,
/// the bytes that it has of malloc. A timer that was armed before the seconds grew comes no sooner
/// for it.

#define _GNU_SOURCE
#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *shared;

__attribute__((constructor)) static void open_clock(void) {
    const char *path = getenv("PORTRESERVE_CLOCK");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) abort();
    void *bytes = mmap(NULL, 2 * sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (bytes == MAP_FAILED) abort();
    shared = bytes;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int answer = (int)syscall(SYS_clock_gettime, clock, now);
    if (answer != 0 || clock != CLOCK_MONOTONIC) return answer;
    now->tv_sec += shared[0];
    // Arrays of many endpoints have mappings of their own.
    struct mallinfo2 memory = mallinfo2();
    shared[1] = (int64_t)(memory.uordblks + memory.hblkhd);
    return 0;
}

/// An absolute moment is the set clock's, and what is to wait for it is the kernel's.
int timerfd_settime(int timer, int flags, const struct itimerspec *wanted,
                    struct itimerspec *old) {
    struct itimerspec moment = *wanted;
    if ((flags & TFD_TIMER_ABSTIME) && moment.it_value.tv_sec > shared[0])
        moment.it_value.tv_sec -= shared[0];
    return (int)syscall(SYS_timerfd_settime, timer, flags, &moment, old);
}
