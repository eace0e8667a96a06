/// A room: namespaces of a test's own. Nothing of it has a name, so nothing of it can be left.
#define _GNU_SOURCE
#include "CRig.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static int refused(struct rig_room *room, const char *step)
{
    int answer = -errno;
    snprintf(room->step, sizeof room->step, "%s", step);
    return answer;
}

static int tmpfs(const char *place, const char *options)
{
    return mount("tmpfs", place, "tmpfs", MS_NOSUID, options);
}

/// Lets the room write below `place`, into a tmpfs that is mounted on /run at this moment.
static int writable(const char *place, const char *name)
{
    char upper[64], work[64], options[256];
    snprintf(upper, sizeof upper, "/run/%s", name);
    snprintf(work, sizeof work, "/run/%s-work", name);
    snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s", place, upper, work);
    if (mkdir(upper, 0755) || mkdir(work, 0755)) return -1;
    return mount("overlay", place, "overlay", MS_NOSUID, options);
}

static int device(const char *path, unsigned minor_number)
{
    return mknod(path, S_IFCHR | 0666, makedev(1, minor_number)) || chmod(path, 0666) ? -1 : 0;
}

/// A /dev of the room's own, so that a test can put its own log socket there.
static int devices(void)
{
    if (tmpfs("/dev", "mode=0755")) return -1;
    if (device("/dev/null", 3) || device("/dev/zero", 5) || device("/dev/full", 7)) return -1;
    if (device("/dev/random", 8) || device("/dev/urandom", 9)) return -1;
    if (mkdir("/dev/shm", 01777)) return -1;
    return symlink("/proc/self/fd", "/dev/fd");
}

static int folder(const char *path)
{
    if (mkdir(path, 0755) && errno != EEXIST) return -1;
    return tmpfs(path, "mode=0755");
}

static int mounts(struct rig_room *room)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) return refused(room, "private mounts");
    // The overlays' upper layers; /run is covered once more below, so that no one meets them.
    if (tmpfs("/run", "mode=0755")) return refused(room, "tmpfs");
    if (writable("/etc", "etc")) return refused(room, "overlay on /etc");
    if (writable("/usr", "usr")) return refused(room, "overlay on /usr");
    if (writable("/var", "var")) return refused(room, "overlay on /var");
    if (tmpfs("/run", "mode=0755")) return refused(room, "tmpfs on /run");
    if (devices()) return refused(room, "tmpfs on /dev");
    if (folder("/etc/portreserve")) return refused(room, "/etc/portreserve");
    if (folder("/usr/lib/portreserve")) return refused(room, "/usr/lib/portreserve");
    // Whatever else a test or a program writes to is the machine's own.
    if (mount(NULL, "/", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL)) return refused(room, "/");
    return 0;
}

/// Process 1: mounts /proc, answers 0 or an errno, waits for the leash; only system calls.
static void be_init(int leash, int answer)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "room");
    signal(SIGCHLD, SIG_IGN);  // The kernel reaps the orphans.
    dup3(leash, 3, O_CLOEXEC);
    dup3(answer, 4, O_CLOEXEC);
    close_range(5, ~0U, 0);
    int mounted = mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    char result = mounted ? (char)errno : 0;
    if (write(4, &result, 1) != 1) _exit(1);
    close(4);
    while (read(3, &result, 1) < 0 && errno == EINTR) {}
    _exit(0);
}

static int start_init(struct rig_room *room)
{
    int leash[2], answer[2];
    if (pipe2(leash, O_CLOEXEC)) return refused(room, "pipe");
    if (pipe2(answer, O_CLOEXEC)) return refused(room, "pipe");
    // Moved up, so that process 1 can have 3 and 4 without losing one of them.
    int low_leash = fcntl(leash[0], F_DUPFD_CLOEXEC, 10);
    int low_answer = fcntl(answer[1], F_DUPFD_CLOEXEC, 10);
    close(leash[0]);
    close(answer[1]);
    room->leash = leash[1];
    room->first = fork();
    if (room->first == 0) be_init(low_leash, low_answer);
    int failed = room->first < 0 ? refused(room, "fork") : 0;
    close(low_leash);
    close(low_answer);
    char result = EIO;
    if (!failed && (read(answer[0], &result, 1) != 1 || result)) {
        errno = result;
        failed = refused(room, "/proc");
    }
    close(answer[0]);
    return failed;
}

int rig_room_enter(struct rig_room *room)
{
    *room = (struct rig_room){.leash = -1, .outer_proc = -1, .outer_pids = -1};
    room->outer_proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    room->outer_pids = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
    if (room->outer_proc < 0 || room->outer_pids < 0) return refused(room, "/proc");
    if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWPID))
        return refused(room, "unshare");
    int failed = mounts(room);
    if (!failed && rig_loopback_up()) failed = refused(room, "lo up");
    if (!failed) failed = start_init(room);
    return failed;
}

void rig_room_leave(struct rig_room *room)
{
    if (room->first > 0) kill(room->first, SIGKILL);
    // Whoever makes a thread for us from here on must get it in the old pid namespace.
    if (room->outer_pids >= 0) setns(room->outer_pids, CLONE_NEWPID);
    int fds[] = {room->leash, room->outer_proc, room->outer_pids};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0) close(fds[i]);
}

int rig_inner_pid(const struct rig_room *room, int pid)
{
    char text[4096], name[32];
    snprintf(name, sizeof name, "%d/status", pid);
    int fd = openat(room->outer_proc, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    ssize_t count = read(fd, text, sizeof text - 1);
    close(fd);
    if (count < 0) return -EIO;
    text[count] = 0;
    char *line = strstr(text, "\nNSpid:");
    if (!line) return -EIO;
    line[1 + strcspn(line + 1, "\n")] = 0;
    return atoi(strrchr(line, '\t') + 1);
}
