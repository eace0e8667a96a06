// retake: how soon a port is held again when a stranger that had it has closed.
//   retake busy DIRECTORY ROUNDS    each round: bind the port, have it configured and its holder told,
//                                   close it, and wait until Watch says that it is held
//   retake share DIRECTORY ROUNDS   each round: bind beside the hold as a server may, and close,
//                                   while a thief tries to bind without pause
// DIRECTORY is a running daemon's (--stay) configuration. The first prints the median and the 99th
// percentile in microseconds, Watch's way here in them; the second how often the thief tried, and
// how often it got the port.
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 20000, ROUNDS_MAX = 100000, STATUS_USAGE = 64, BUFFER = 1 << 16 };

static const char call_reload[] = "{\"method\":\"io.portreserve.Reservations.Reload\"}";
static const char call_watch[] = "{\"method\":\"io.portreserve.Reservations.Watch\",\"more\":true}";
static char path[4096], buffer[BUFFER];
static double times[ROUNDS_MAX];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int connected(void) {
    struct sockaddr_un place = {.sun_family = AF_UNIX, .sun_path = "/run/portreserve/control"};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&place, sizeof place) < 0) err(1, "connect");
    return fd;
}

static void say(int fd, const char *call, size_t size) {
    if (send(fd, call, size, MSG_NOSIGNAL) != (ssize_t)size) err(1, "send");
}

// Waits until a message, or one of those that come with it, has the words.
static void await(int fd, const char *words) {
    for (;;) {
        size_t count = 0;
        while (count == 0 || buffer[count - 1] != 0) {
            ssize_t more = recv(fd, buffer + count, sizeof buffer - count, 0);
            if (more <= 0) errx(1, "the daemon has hung up");
            count += (size_t)more;
        }
        if (memmem(buffer, count, words, strlen(words))) return;
    }
}

static void configure(const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) err(1, "%s", path);
    close(fd);
    int control = connected();
    say(control, call_reload, sizeof call_reload);
    await(control, "\"kept\"");
    close(control);
}

// Binds and listens, as a server does; -1 where that is refused.
static int served(int is_open) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &is_open, sizeof is_open) < 0)
        err(1, "socket");
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    if (bind(fd, (struct sockaddr *)&any, sizeof any) == 0 && listen(fd, 8) == 0) return fd;
    close(fd);
    return -1;
}

static int ascending(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static void take_back(int watch, int rounds) {
    for (int round = 0; round < rounds; round++) {
        int fd = served(0);
        if (fd < 0) err(1, "port %d", PORT);
        configure("20000/tcp\n");
        await(watch, "\"holder\"");
        double start = now();
        close(fd);
        await(watch, "\"held\"");
        times[round] = now() - start;
        configure("");
        await(watch, "\"released\"");
    }
    qsort(times, (size_t)rounds, sizeof *times, ascending);
    printf("%.1f %.1f\n", times[rounds / 2], times[rounds * 99 / 100]);
}

static void share(int watch, int rounds) {
    // Shared with the thief: its tries, and its catches.
    long *tries = mmap(NULL, 2 * sizeof *tries, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (tries == MAP_FAILED) err(1, "mmap");
    configure("20000/tcp share\n");
    await(watch, "\"held\"");
    pid_t thief = fork();
    if (thief == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;; tries[0]++) {
            int fd = served(0);
            if (fd < 0) continue;
            tries[1]++;
            close(fd);
        }
    }
    for (int round = 0; round < rounds; round++) {
        int fd = served(1);
        if (fd < 0) err(1, "refused beside an open hold");
        close(fd);
    }
    kill(thief, SIGKILL);
    waitpid(thief, NULL, 0);
    printf("%ld %ld\n", tries[0], tries[1]);
}

int main(int count, char **words) {
    int rounds = count == 4 ? atoi(words[3]) : 0;
    if (rounds < 1 || rounds > ROUNDS_MAX)
        errx(STATUS_USAGE, "usage: retake busy|share DIRECTORY ROUNDS");
    snprintf(path, sizeof path, "%s/stranger", words[2]);
    int watch = connected();
    say(watch, call_watch, sizeof call_watch);
    if (strcmp(words[1], "busy") == 0) take_back(watch, rounds);
    else share(watch, rounds);
    return 0;
}
