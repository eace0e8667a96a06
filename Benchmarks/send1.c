// send1: what a release costs in C: one datagram with a service's name to the daemon's socket.
//   send1 SOCKET NAME
#include <err.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { STATUS_FAULT = 1, STATUS_USAGE = 64 };

int main(int count, char **arguments) {
    struct sockaddr_un daemon = {.sun_family = AF_UNIX};
    if (count != 3 || strlen(arguments[1]) >= sizeof daemon.sun_path)
        errx(STATUS_USAGE, "usage: send1 SOCKET NAME");
    strcpy(daemon.sun_path, arguments[1]);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) err(STATUS_FAULT, "socket");
    if (connect(fd, (struct sockaddr *)&daemon, sizeof daemon) < 0) err(STATUS_FAULT, "connect");
    size_t size = strlen(arguments[2]);
    if (send(fd, arguments[2], size, 0) != (ssize_t)size) err(STATUS_FAULT, "send");
    return 0;
}
