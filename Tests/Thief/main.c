// thief: takes one port by the route that a real program would take.
//   thief HOW PORT tcp|udp [hold]      prints the port it got, or `none: reason`
//   thief exec PORT PROGRAM ARG...     any program, born so that it asks for PORT first
// bindresvport begins its search at pid % 424 + 600, so the thief gives birth to itself
// with a pid that makes PORT the first candidate (clone3 with set_tid; needs
// CAP_SYS_ADMIN). A program that goes to the background by itself changes its pid.
// The automatic routes (connect, sendto, bind0) take what ip_local_port_range offers.
// Exit status: 0 a port was got, 1 none, 2 the thief itself is at fault, 64 usage.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <linux/sched.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STATUS_NONE = 1, STATUS_FAULT = 2, STATUS_USAGE = 64 };
enum { FIRST_PORT = 600, PORT_COUNT = 424, LOWEST_RRESVPORT = 512, END_OF_LOW_PORTS = 1024 };
enum { DISCARD_PORT = 9, PID_ROUNDS_MAX = 70 };

struct job {
    int family;
    int type;
    int port;
};

// A function out of a library by name: none of these belong to what the thief is linked with.
static void *borrowed(const char *library, const char *name) {
    void *handle = dlopen(library, RTLD_NOW);
    void *function = handle ? dlsym(handle, name) : NULL;
    if (!function) errx(STATUS_FAULT, "%s", dlerror());
    return function;
}

static int new_socket(const struct job *job) {
    int fd = socket(job->family, job->type, 0);
    if (fd < 0) err(STATUS_FAULT, "socket");
    int one = 1;
    if (job->family == AF_INET6
        && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) < 0)
        err(STATUS_FAULT, "IPV6_V6ONLY");
    return fd;
}

// The wildcard or loopback address of the job's family.
static socklen_t address(const struct job *job, int loopback, int port, struct sockaddr_storage *at) {
    memset(at, 0, sizeof *at);
    if (job->family == AF_INET6) {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)at;
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        if (loopback) six->sin6_addr = in6addr_loopback;
        return sizeof *six;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)at;
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    if (loopback) four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof *four;
}

// The routes: each answers with a bound socket, or -1 and errno.

static int by_bindresvport(const struct job *job) {
    int (*bind_low)(int, struct sockaddr_in *) = borrowed("libc.so.6", "bindresvport");
    int fd = new_socket(job);
    return bind_low(fd, NULL) < 0 ? -1 : fd;
}

static int by_bindresvport_sa(const struct job *job) {
    int (*bind_low)(int, struct sockaddr *) = borrowed("libtirpc.so.3", "bindresvport_sa");
    struct sockaddr_storage at;
    address(job, 0, 0, &at);
    int fd = new_socket(job);
    return bind_low(fd, (struct sockaddr *)&at) < 0 ? -1 : fd;
}

static int by_rresvport(const struct job *job) {
    int port = job->port;
    return rresvport(&port);
}

static int by_connect(const struct job *job) {
    struct sockaddr_storage to;
    socklen_t size = address(job, 1, DISCARD_PORT, &to);
    int fd = new_socket(job);
    int answer = connect(fd, (struct sockaddr *)&to, size);
    return answer == 0 || errno == ECONNREFUSED ? fd : -1;     // refused by the peer: has a port
}

static int by_sendto(const struct job *job) {
    struct sockaddr_storage to;
    socklen_t size = address(job, 1, DISCARD_PORT, &to);
    int fd = new_socket(job);
    return sendto(fd, "x", 1, 0, (struct sockaddr *)&to, size) < 0 ? -1 : fd;
}

static int by_bind0(const struct job *job) {
    struct sockaddr_storage at;
    socklen_t size = address(job, 0, 0, &at);
    int fd = new_socket(job);
    return bind(fd, (struct sockaddr *)&at, size) < 0 ? -1 : fd;
}

static const struct route {
    const char *name;
    int family;
    int only_type;      // 0: tcp and udp
    int lowest_port;    // 0: the port comes from ip_local_port_range
    int (*take)(const struct job *);
} routes[] = {
    {"glibc", AF_INET, 0, FIRST_PORT, by_bindresvport},
    {"tirpc4", AF_INET, 0, FIRST_PORT, by_bindresvport_sa},
    {"tirpc6", AF_INET6, 0, FIRST_PORT, by_bindresvport_sa},
    {"rresvport", AF_INET, SOCK_STREAM, LOWEST_RRESVPORT, by_rresvport},
    {"connect", AF_INET, 0, 0, by_connect},
    {"connect6", AF_INET6, 0, 0, by_connect},
    {"sendto", AF_INET, SOCK_DGRAM, 0, by_sendto},
    {"sendto6", AF_INET6, SOCK_DGRAM, 0, by_sendto},
    {"bind0", AF_INET, 0, 0, by_bind0},
    {"bind06", AF_INET6, 0, 0, by_bind0},
};

static void usage(const char *wrong) {
    fprintf(stderr, "thief: '%s': not understood\nusage: thief HOW PORT tcp|udp [hold] |"
                    " thief exec PORT PROGRAM ARG...\nHOW:", wrong);
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) fprintf(stderr, " %s", routes[i].name);
    fputc('\n', stderr);
    exit(STATUS_USAGE);
}

static int port_named(const char *text) {
    char *end;
    long port = strtol(text, &end, 10);
    if (*end || end == text || port < 1 || port > 65535) usage(text);
    return port;
}

static int is_low(int port, int lowest) { return lowest <= port && port < END_OF_LOW_PORTS; }

static const struct route *route_named(const char *name, const struct job *job) {
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        const struct route *route = &routes[i];
        if (strcmp(route->name, name)) continue;
        int type_fits = !route->only_type || route->only_type == job->type;
        int port_fits = !route->lowest_port || is_low(job->port, route->lowest_port);
        if (!type_fits || !port_fits) errx(STATUS_USAGE, "%s cannot do that", name);
        return route;
    }
    usage(name);
    return NULL;
}

// Runs in the child; leaves with the status that the parent passes on.
static void steal(const struct route *route, struct job *job, int hold) {
    job->family = route->family;
    int fd = route->take(job);
    if (fd < 0) {
        printf("none: %s\n", strerror(errno));
        fflush(stdout);
        _exit(STATUS_NONE);
    }
    struct sockaddr_in6 got;    // the port is at the same place in sockaddr_in
    socklen_t size = sizeof got;
    if (getsockname(fd, (struct sockaddr *)&got, &size) < 0) err(STATUS_FAULT, "getsockname");
    printf("%d\n", ntohs(got.sin6_port));
    fflush(stdout);
    while (hold) pause();
    _exit(0);
}

// fork with a pid whose first candidate is `port`; pids that are taken are passed over.
static pid_t born_for(int port) {
    for (int round = 1; round < PID_ROUNDS_MAX; round++) {
        int rest = (port - FIRST_PORT) % PORT_COUNT;
        pid_t wanted = (rest < 0 ? rest + PORT_COUNT : rest) + PORT_COUNT * round;
        struct clone_args how = {
            .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&wanted, .set_tid_size = 1};
        pid_t pid = syscall(SYS_clone3, &how, sizeof how);
        if (pid >= 0) return pid;
        if (errno != EEXIST) err(STATUS_FAULT, "clone3 with pid %d", wanted);
    }
    errx(STATUS_FAULT, "no pid is free for port %d", port);
}

// Waits for the child; a signal that asks the parent to end goes to the child.
static int outlived(pid_t child, const sigset_t *signals) {
    for (;;) {
        int status;
        pid_t gone = waitpid(child, &status, WNOHANG);
        if (gone < 0) err(STATUS_FAULT, "waitpid");
        if (gone == child) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        int caught = sigwaitinfo(signals, NULL);
        if (caught == SIGTERM || caught == SIGINT) kill(child, caught);
    }
}

int main(int argc, char **argv) {
    if (argc < 4) usage(argc > 1 ? argv[1] : "");
    int is_exec = !strcmp(argv[1], "exec");
    struct job job = {.port = port_named(argv[2])};
    const struct route *route = NULL;
    if (!is_exec) {
        if (strcmp(argv[3], "tcp") && strcmp(argv[3], "udp")) usage(argv[3]);
        if (argc > 5 || (argc == 5 && strcmp(argv[4], "hold"))) usage(argv[argc - 1]);
        job.type = strcmp(argv[3], "udp") ? SOCK_STREAM : SOCK_DGRAM;
        route = route_named(argv[1], &job);
    } else if (!is_low(job.port, FIRST_PORT)) {
        errx(STATUS_USAGE, "bindresvport never tries port %d", job.port);
    }

    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, &before);
    pid_t child = born_for(job.port);
    if (child > 0) return outlived(child, &signals);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (!is_exec) steal(route, &job, argc == 5);
    execvp(argv[3], argv + 3);
    err(STATUS_FAULT, "%s", argv[3]);
}
