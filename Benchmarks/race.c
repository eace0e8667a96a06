// race: times programs against each other, in turns, so that a busy moment hits all of them.
//   race ROUNDS ready|exit PROGRAM ARG... -- PROGRAM ARG... [-- ...]
// The clock runs from the spawn to the first line on standard error that says "holding" or
// "nothing" (ready; the program is then sent SIGTERM and waited for), or to the end (exit).
// Prints for each program: the fastest and the median time, in microseconds.
// A program that fails, or is silent for ten seconds, ends the race with status 1.
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RACERS_MAX = 8, ROUNDS_MAX = 2000, PATIENCE_MS = 10000, STATUS_USAGE = 64 };

struct racer {
    char **arguments;
    double times[ROUNDS_MAX];
};

static struct racer racers[RACERS_MAX];
static posix_spawn_file_actions_t quiet;
extern char **environ;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static pid_t born(char **arguments, posix_spawn_file_actions_t *files) {
    pid_t pid;
    errno = posix_spawn(&pid, arguments[0], files, NULL, arguments, environ);
    if (errno) err(1, "%s", arguments[0]);
    return pid;
}

static void awaited(pid_t pid, const char *name) {
    int status;
    if (waitpid(pid, &status, 0) != pid) err(1, "waitpid");
    int obeyed = WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM;
    int done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!obeyed && !done) errx(1, "%s: ended with status %#x", name, (unsigned)status);
}

// Reads what a program says until it says that it is ready.
static void await_ready(int said, const char *name) {
    char text[4096];
    size_t size = 0;
    for (;;) {
        struct pollfd more = {.fd = said, .events = POLLIN};
        if (poll(&more, 1, PATIENCE_MS) != 1) errx(1, "%s: not ready after ten seconds", name);
        ssize_t count = read(said, text + size, sizeof text - 1 - size);
        size += count > 0 ? (size_t)count : 0;
        text[size] = 0;
        if (count <= 0) errx(1, "%s: ended, saying: %s", name, text);
        if ((strstr(text, "holding") || strstr(text, "nothing")) && text[size - 1] == '\n') return;
        if (size == sizeof text - 1) errx(1, "%s: too much to say: %s", name, text);
    }
}

static double until_ready(char **arguments) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) err(1, "pipe2");
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDERR_FILENO);
    double start = now();
    pid_t pid = born(arguments, &files);
    close(ends[1]);
    await_ready(ends[0], arguments[0]);
    double time = now() - start;
    kill(pid, SIGTERM);
    awaited(pid, arguments[0]);
    close(ends[0]);
    posix_spawn_file_actions_destroy(&files);
    return time;
}

static double until_exit(char **arguments) {
    double start = now();
    awaited(born(arguments, &quiet), arguments[0]);
    return now() - start;
}

static int ascending(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

// Splits the command line into racers at each `--`.
static int entered(char **words) {
    int count = 0;
    while (*words && count < RACERS_MAX) {
        racers[count++].arguments = words;
        while (*words && strcmp(*words, "--") != 0) words++;
        if (*words) *words++ = NULL;
    }
    return count;
}

int main(int count, char **words) {
    if (count < 4) errx(STATUS_USAGE, "usage: race ROUNDS ready|exit PROGRAM ARG... -- ...");
    int rounds = atoi(words[1]);
    if (rounds < 1 || rounds > ROUNDS_MAX) errx(STATUS_USAGE, "1 to %d rounds", ROUNDS_MAX);
    double (*timed)(char **) = strcmp(words[2], "ready") == 0 ? until_ready : until_exit;
    posix_spawn_file_actions_init(&quiet);
    int entrants = entered(words + 3);
    // The first round warms the caches and does not count; each round begins with another racer.
    for (int round = -1; round < rounds; round++)
        for (int turn = 0; turn < entrants; turn++) {
            struct racer *racer = &racers[(turn + round + 1) % entrants];
            double time = timed(racer->arguments);
            if (round >= 0) racer->times[round] = time;
        }
    for (struct racer *racer = racers; racer < racers + entrants; racer++) {
        qsort(racer->times, (size_t)rounds, sizeof *racer->times, ascending);
        printf("%.0f %.0f\n", racer->times[0], racer->times[rounds / 2]);
    }
    return 0;
}
