/// A monotonic clock that runs sixty times as fast for one program: ten minutes are ten seconds.
///
///     let daemon = try room.startDaemon("-f", "--stay", with: try room.fastClock())
///
/// The program is the shipped one; its calls of libc's clock and timers are met by a library that
/// is loaded before libc, and reckon from the moment at which it was loaded.

import Testing

/// How many times as fast.
let fastClockRate = 60

private let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <sys/timerfd.h>
    #include <time.h>
    static long long base;
    static int (*gettime)(clockid_t, struct timespec *);
    static int (*settime)(int, int, const struct itimerspec *, struct itimerspec *);
    static long long ns(struct timespec t) { return t.tv_sec * 1000000000ll + t.tv_nsec; }
    static struct timespec ts(long long n) {
        return (struct timespec){n / 1000000000, n % 1000000000};
    }
    __attribute__((constructor)) static void begin(void) {
        struct timespec now;
        gettime = dlsym(RTLD_NEXT, "clock_gettime");
        settime = dlsym(RTLD_NEXT, "timerfd_settime");
        gettime(CLOCK_MONOTONIC, &now);
        base = ns(now);
    }
    int clock_gettime(clockid_t clock, struct timespec *now) {
        int answer = gettime(clock, now);
        if (clock == CLOCK_MONOTONIC) *now = ts(base + (ns(*now) - base) * RATE);
        return answer;
    }
    int timerfd_settime(int fd, int flags, const struct itimerspec *new, struct itimerspec *old) {
        struct itimerspec real = *new;
        if (ns(new->it_value)) real.it_value = ts(base + (ns(new->it_value) - base) / RATE);
        return settime(fd, flags, &real, old);
    }

    """

extension Room {
    /// Makes the clock, and gives the setting for a program that is to live by it.
    func fastClock() throws -> Setting {
        write("/run/fastclock.c", source)
        let words = [
            "cc", "-shared", "-fPIC", "-DRATE=\(fastClockRate)ll", "-o", "/run/fastclock.so",
            "/run/fastclock.c", "-ldl",
        ]
        let compiler = try start(words)
        guard try compiler.wait() == 0 else { throw Trouble("no clock: \(compiler.story)") }
        var setting = Setting()
        setting.environment.append("LD_PRELOAD=/run/fastclock.so")
        return setting
    }
}
