// calls: what a Varlink call costs, from its first byte sent to its last reply's NUL.
//   calls time SOCKET ROUNDS      one connection, GetInfo again and again
//   calls list SOCKET ROUNDS ENTRIES   List with more, until ENTRIES replies have come
//   calls fresh SOCKET ROUNDS     a connection for each GetInfo, its connect in the time
//   calls echo SOCKET             a server that sends back what comes, one client at a time
//   calls flood SOCKET UID        connects without pause as UID; each connection lives one turn
//   calls hold SOCKET UID COUNT   keeps COUNT connections as UID, each with half a message
// The first three print the median and the slowest round in microseconds; the others run until
// they are killed.
#define _GNU_SOURCE
#include <err.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_MAX = 100000, BUFFER = 1 << 18, STATUS_USAGE = 64 };

static struct sockaddr_un place = {.sun_family = AF_UNIX};
static const char info[] = "{\"method\":\"org.varlink.service.GetInfo\"}";
static const char list[] = "{\"method\":\"io.portreserve.Reservations.List\",\"more\":true}";
static double times[ROUNDS_MAX];
static char buffer[BUFFER];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int made(void) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) err(1, "socket");
    return fd;
}

static int connected(void) {
    int fd = made();
    if (connect(fd, (struct sockaddr *)&place, sizeof place) < 0) err(1, "connect");
    return fd;
}

// Sends a call and waits for as many replies.
static void called(int fd, const char *call, size_t size, int replies) {
    if (send(fd, call, size, MSG_NOSIGNAL) != (ssize_t)size) err(1, "send");
    while (replies > 0) {
        ssize_t count = recv(fd, buffer, sizeof buffer, 0);
        if (count <= 0) errx(1, "closed, %d replies too early", replies);
        for (char *byte = buffer; (byte = memchr(byte, 0, (size_t)(buffer + count - byte))); byte++)
            replies--;
    }
}

static int ascending(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static void timed(const char *how, int rounds, int entries) {
    int is_list = strcmp(how, "list") == 0, is_fresh = strcmp(how, "fresh") == 0;
    int fd = is_fresh ? -1 : connected();
    for (int round = -1; round < rounds; round++) {
        double start = now();
        if (is_fresh) fd = connected();
        if (is_list) called(fd, list, sizeof list, entries);
        else called(fd, info, sizeof info, 1);
        if (round >= 0) times[round] = now() - start;
        if (is_fresh) close(fd);
    }
    qsort(times, (size_t)rounds, sizeof *times, ascending);
    printf("%.1f %.1f\n", times[rounds / 2], times[rounds - 1]);
}

static void echo(void) {
    int listener = made();
    if (bind(listener, (struct sockaddr *)&place, sizeof place) < 0) err(1, "bind");
    if (listen(listener, 8) < 0) err(1, "listen");
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) err(1, "accept");
        ssize_t count;
        while ((count = recv(fd, buffer, sizeof buffer, 0)) > 0)
            if (send(fd, buffer, (size_t)count, MSG_NOSIGNAL) != count) break;
        close(fd);
    }
}

static void become(uid_t user) {
    if (setgroups(0, NULL) < 0 || setresgid(user, user, user) < 0 || setresuid(user, user, user) < 0)
        err(1, "uid %u", user);
}

static void hold(int count) {
    for (int i = 0; i < count; i++) send(connected(), info, 10, MSG_NOSIGNAL);
    for (;;) pause();
}

int main(int count, char **words) {
    if (count < 3 || strlen(words[2]) >= sizeof place.sun_path)
        errx(STATUS_USAGE, "usage: calls time|list|fresh|echo|flood|hold SOCKET ...");
    strcpy(place.sun_path, words[2]);
    int number = count > 3 ? atoi(words[3]) : 0, more = count > 4 ? atoi(words[4]) : 0;
    if (strcmp(words[1], "echo") == 0) echo();
    if (number < 1 || number > ROUNDS_MAX) errx(STATUS_USAGE, "a number is wanted");
    if (strcmp(words[1], "flood") == 0) {
        become((uid_t)number);
        for (;;) close(connected());
    }
    if (strcmp(words[1], "hold") == 0) {
        become((uid_t)number);
        hold(more);
    }
    timed(words[1], number, more);
    return 0;
}
