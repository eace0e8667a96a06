/// Programs, sockets and locks of a room.
#define _GNU_SOURCE
#include "CRig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RIG_WORDS_MAX = 4096 };

/// Splits `bytes` at its NULs into `words`, which ends in NULL.
static int split(const char *bytes, size_t count, char *words[RIG_WORDS_MAX])
{
    int found = 0;
    for (const char *word = bytes; word < bytes + count; word += strlen(word) + 1) {
        if (found == RIG_WORDS_MAX - 1) return -E2BIG;
        words[found++] = (char *)word;
    }
    words[found] = NULL;
    return found;
}

static void give_stream(posix_spawn_file_actions_t *actions, int number, int stream)
{
    int flags = number == 0 ? O_RDONLY : O_WRONLY;
    switch (stream) {
    case RIG_CLOSED: posix_spawn_file_actions_addclose(actions, number); break;
    case RIG_NULL: posix_spawn_file_actions_addopen(actions, number, "/dev/null", flags, 0); break;
    case RIG_FULL: posix_spawn_file_actions_addopen(actions, number, "/dev/full", flags, 0); break;
    default: posix_spawn_file_actions_adddup2(actions, stream, number); break;
    }
}

int rig_spawn(struct rig_program program)
{
    char *words[RIG_WORDS_MAX], *environment[RIG_WORDS_MAX];
    if (split(program.words, program.words_bytes, words) < 1) return -EINVAL;
    if (split(program.environment, program.environment_bytes, environment) < 0) return -E2BIG;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    for (int number = 0; number < 3; number++) give_stream(&actions, number, program.streams[number]);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t pid;
    int refused = posix_spawnp(&pid, words[0], &actions, &attributes, words, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return refused ? -refused : pid;
}

static int set(int fd, int level, int option)
{
    int on = 1;
    return setsockopt(fd, level, option, &on, sizeof on);
}

static int bind_there(int fd, struct rig_endpoint endpoint, bool six)
{
    if (endpoint.reuse_address && set(fd, SOL_SOCKET, SO_REUSEADDR)) return -1;
    if (endpoint.reuse_port && set(fd, SOL_SOCKET, SO_REUSEPORT)) return -1;
    if (set(fd, IPPROTO_IP, IP_FREEBIND)) return -1;
    if (!six) {
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(endpoint.port)};
        inet_pton(AF_INET, endpoint.address, &to.sin_addr);
        return bind(fd, (struct sockaddr *)&to, sizeof to);
    }
    int v6only = endpoint.v6only;
    if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof v6only)) return -1;
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(endpoint.port)};
    inet_pton(AF_INET6, endpoint.address, &to.sin6_addr);
    return bind(fd, (struct sockaddr *)&to, sizeof to);
}

int rig_bind(struct rig_endpoint endpoint)
{
    bool six = strchr(endpoint.address, ':') != NULL;
    int type = (endpoint.udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC;
    int fd = socket(six ? AF_INET6 : AF_INET, type, 0);
    if (fd < 0) return -errno;
    if (bind_there(fd, endpoint, six) == 0) return fd;
    int refused = -errno;
    close(fd);
    return refused;
}

static int unix_socket(const char *path, struct sockaddr_un *to)
{
    *to = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof to->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(to->sun_path, path);
    return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

int rig_send(const char *path, const void *bytes, size_t count)
{
    struct sockaddr_un to;
    int fd = unix_socket(path, &to);
    if (fd < 0) return -errno;
    int answer = 0;
    if (connect(fd, (struct sockaddr *)&to, sizeof to)) answer = -errno;
    else if (send(fd, bytes, count, MSG_NOSIGNAL) < 0) answer = -errno;
    close(fd);
    return answer;
}

int rig_listen_datagram(const char *path)
{
    struct sockaddr_un at;
    int fd = unix_socket(path, &at);
    if (fd < 0) return -errno;
    if (bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && chmod(path, 0755) == 0) return fd;
    int refused = -errno;
    close(fd);
    return refused;
}

int rig_lock_holder(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return -errno;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int answer = fcntl(fd, F_GETLK, &lock) ? -errno : lock.l_type == F_UNLCK ? 0 : lock.l_pid;
    close(fd);
    return answer;
}

int rig_lock_old(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return -errno;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_SETLK, &lock) == 0) return fd;
    int refused = -errno;
    close(fd);
    return refused;
}

int rig_pidfd(int pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    return fd < 0 ? -errno : fd;
}

int rig_status(int raw)
{
    return WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
}
