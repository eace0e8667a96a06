// generate: times portreserve-generator against the same system calls made in C, in turns.
//   generate ROUNDS FILES OUT PROGRAM
// FILES is /etc/portreserve or what stands there; OUT is made anew for each turn, on a tmpfs. Each
// turn is a process, from its birth to its end. Prints the median of both in microseconds.
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_MAX = 1000, TEXT_BYTES = 245 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int removed(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status, (void)kind, (void)place;
    return remove(path);
}

// Reads each file and writes a drop-in for it, as the generator does.
static void generate(const char *files, const char *out) {
    char text[4096], name[600];
    memset(text, 'x', sizeof text);
    DIR *from = opendir(files);
    int to = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (from == NULL || to < 0) err(1, "%s or %s", files, out);
    for (struct dirent *entry; (entry = readdir(from)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        int file = openat(dirfd(from), entry->d_name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        while (read(file, text, sizeof text) > 0) {}
        close(file);
        snprintf(name, sizeof name, "%s.service.d", entry->d_name);
        mkdirat(to, name, 0755);
        strcat(name, "/50-portreserve.conf");
        file = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
        if (write(file, text, TEXT_BYTES) != TEXT_BYTES) err(1, "%s", name);
        close(file);
    }
}

static double turn(const char *files, char *out, char *program) {
    nftw(out, removed, 16, FTW_DEPTH | FTW_PHYS);
    if (mkdir(out, 0755) != 0) err(1, "%s", out);
    double start = now();
    pid_t pid = fork();
    if (pid < 0) err(1, "fork");
    if (pid == 0) {
        if (program != NULL) execl(program, program, out, out, out, (char *)NULL);
        else generate(files, out);
        _exit(program != NULL);
    }
    int status;
    if (waitpid(pid, &status, 0) != pid || status != 0) errx(1, "a turn has failed");
    return now() - start;
}

static int rising(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

int main(int count, char **arguments) {
    static double times[2][ROUNDS_MAX];
    int rounds = count == 5 ? atoi(arguments[1]) : 0;
    if (rounds < 1 || rounds > ROUNDS_MAX) errx(64, "usage: generate ROUNDS FILES OUT PROGRAM");
    for (int round = 0; round < rounds; round++) {
        times[0][round] = turn(arguments[2], arguments[3], NULL);
        times[1][round] = turn(arguments[2], arguments[3], arguments[4]);
    }
    for (int who = 0; who < 2; who++) qsort(times[who], rounds, sizeof(double), rising);
    printf("%.0f %.0f\n", times[0][rounds / 2], times[1][rounds / 2]);
}
