// binds: what bind(2) of a UDP port costs, and what a release by portrelease costs until the port is
// free, in nanoseconds; the median.
//   binds bind PORT ROUNDS                  a socket each, bound and closed; bind alone is timed
//   binds release PORT ROUNDS PROGRAM ARG   PROGRAM ARG until a bind works; then `portreservectl hold`
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_MAX = 1000000, STATUS_USAGE = 64 };
static double times[ROUNDS_MAX];
extern char **environ;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int is_more(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static int made(void) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) err(1, "socket");
    return fd;
}

static int bound(int fd, int port) {
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    return bind(fd, (struct sockaddr *)&name, sizeof name);
}

static void run(char *const words[]) {
    pid_t pid;
    int status;
    if (posix_spawn(&pid, words[0], NULL, NULL, words, environ)) err(1, "%s", words[0]);
    if (waitpid(pid, &status, 0) < 0 || status) errx(1, "%s: status %d", words[0], status);
}

int main(int count, char **words) {
    if (count < 4) errx(STATUS_USAGE, "usage: binds bind|release PORT ROUNDS [PROGRAM ARG HOLD...]");
    int port = atoi(words[2]), rounds = atoi(words[3]);
    if (rounds < 1 || rounds > ROUNDS_MAX) errx(STATUS_USAGE, "rounds");
    for (int round = 0; round < rounds; round++) {
        int fd = made();
        double began = now();
        if (strcmp(words[1], "bind")) {
            char *release[] = {words[4], words[5], NULL};
            run(release);
        }
        if (bound(fd, port)) err(1, "bind");
        times[round] = now() - began;
        close(fd);
        if (strcmp(words[1], "bind")) run(words + 6);
    }
    qsort(times, (size_t)rounds, sizeof *times, is_more);
    printf("%.0f\n", times[rounds / 2]);
}
