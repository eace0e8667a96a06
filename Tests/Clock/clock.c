/// A monotonic clock that a test sets forward, for a program that is started with it preloaded.
///
/// PORTRESERVE_CLOCK names a file with the seconds by which the clock is ahead, eight bytes of the
/// machine's order. A timer that was armed before they grew comes no sooner for it.

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *ahead;

__attribute__((constructor)) static void open_clock(void) {
    const char *path = getenv("PORTRESERVE_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) abort();
    void *bytes = mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
    if (bytes == MAP_FAILED) abort();
    ahead = bytes;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int answer = (int)syscall(SYS_clock_gettime, clock, now);
    if (answer == 0 && clock == CLOCK_MONOTONIC) now->tv_sec += *ahead;
    return answer;
}

/// An absolute moment is the set clock's, and what is to wait for it is the kernel's.
int timerfd_settime(int timer, int flags, const struct itimerspec *wanted,
                    struct itimerspec *old) {
    struct itimerspec moment = *wanted;
    if ((flags & TFD_TIMER_ABSTIME) && moment.it_value.tv_sec > *ahead)
        moment.it_value.tv_sec -= *ahead;
    return (int)syscall(SYS_timerfd_settime, timer, flags, &moment, old);
}
