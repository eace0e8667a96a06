// holdloop: what holding ports costs in C. It makes and binds the same sockets with the same
// options as the daemon (Sources/LinuxIO), says so in one line, and waits for SIGTERM.
//   holdloop PORT[-LAST]/tcp|udp ...
// Of what the daemon does, it has no configuration to read, no lock, no log and no plan.
#include <err.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STATUS_FAULT = 1, STATUS_USAGE = 64 };

struct range {
    int first;
    int last;
    int type;
};

static struct range parsed(const char *text) {
    struct range range;
    char *end;
    range.first = range.last = (int)strtol(text, &end, 10);
    if (*end == '-') range.last = (int)strtol(end + 1, &end, 10);
    range.type = strcmp(end, "/udp") == 0 ? SOCK_DGRAM : SOCK_STREAM;
    int known = range.type == SOCK_DGRAM || strcmp(end, "/tcp") == 0;
    if (!known || range.first < 1 || range.last > 65535)
        errx(STATUS_USAGE, "'%s': PORT[-LAST]/tcp|udp is wanted", text);
    return range;
}

static void raise_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) err(STATUS_FAULT, "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0) err(STATUS_FAULT, "setrlimit");
}

static void set(int fd, int level, int name, int value) {
    if (setsockopt(fd, level, name, &value, sizeof value) < 0) err(STATUS_FAULT, "setsockopt");
}

static void drop_datagrams(int fd) {
    struct sock_filter drop[] = {{.code = BPF_RET | BPF_K, .k = 0}};
    struct sock_fprog program = {.len = 1, .filter = drop};
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0)
        err(STATUS_FAULT, "SO_ATTACH_FILTER");
}

static void hold(int port, int type) {
    int fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0);
    if (fd < 0) err(STATUS_FAULT, "socket");
    set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (type == SOCK_DGRAM) drop_datagrams(fd);
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    if (bind(fd, (struct sockaddr *)&any, sizeof any) < 0) err(STATUS_FAULT, "bind %d", port);
}

int main(int count, char **arguments) {
    raise_limit();
    int ports = 0;
    for (int i = 1; i < count; i++) {
        struct range range = parsed(arguments[i]);
        for (int port = range.first; port <= range.last; port++, ports++) hold(port, range.type);
    }
    char line[64];
    int size = snprintf(line, sizeof line, "holdloop: holding %d ports\n", ports);
    if (write(STDERR_FILENO, line, (size_t)size) != size) return STATUS_FAULT;
    pause();
}
