/*
 * Takes the part of a guest's QEMU on its monitor: one client at a time, as QEMU has it. The drive ide-5632 starts with
 * the medium that the table tells. A medium is known by the descriptor that comes with add-fd; cd9.iso is one that cannot
 * be used.
 *
 *   qemu DOMID
 */
#define _GNU_SOURCE
#include "cdrom.h"
#include <sys/socket.h>
#include <sys/un.h>

static struct table *t;
static int media[16], next_set;

static const char *find(const char *line, const char *key)
{
    const char *at = strstr(line, key);

    return at ? at + strlen(key) : NULL;
}

/* The number of the command: arguments may have an "id" too, which is a text. */
static long number(const char *line)
{
    const char *at = line;

    while ((at = find(at, "\"id\":"))) {
        at += strspn(at, " ");
        if (*at >= '0' && *at <= '9')
            return atol(at);
    }
    return -1;
}

static void point(int fd)
{
    int delay = t->delay, wanted = t->kill_point;
    struct ucred peer;
    socklen_t size = sizeof(peer);

    if (delay)
        usleep(rand() % delay);
    if (++t->points != wanted || !wanted)
        return;
    t->kill_point = 0;
    if (t->kill_delay)
        usleep(t->kill_delay);
    if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
        kill(peer.pid, SIGKILL);
}

/* What the command gives: a return or an error. */
static const char *act(const char *line, int passed)
{
    static char text[200];
    const char *set;

    if (strstr(line, "\"add-fd\"")) {
        char link[64], path[4096] = "";

        if (passed < 0)
            return "\"error\": {\"class\": \"GenericError\", \"desc\": \"No file descriptor supplied via SCM_RIGHTS\"}";
        snprintf(link, sizeof(link), "/proc/self/fd/%d", passed);
        if (readlink(link, path, sizeof(path) - 1) < 0)
            path[0] = 0;
        next_set = (next_set + 1) % 16;
        media[next_set] = medium_in(path);
        snprintf(text, sizeof(text), "\"return\": {\"fdset-id\": %d, \"fd\": %d}", next_set, passed);
        return text;
    }
    if (strstr(line, "\"eject\"")) {
        if (t->locked)
            return "\"error\": {\"class\": \"GenericError\", \"desc\": \"Device 'ide-5632' is locked\"}";
        t->medium = 0;
    }
    if (strstr(line, "\"blockdev-change-medium\"")) {
        set = find(line, "/dev/fdset/");
        if (!set || media[atoi(set) % 16] < 1 || media[atoi(set) % 16] == 9)
            return "\"error\": {\"class\": \"GenericError\", \"desc\": \"Image is not in that format\"}";
        t->medium = media[atoi(set) % 16];
    }
    if (strstr(line, "\"query-cpus-fast\""))
        return "\"return\": [{\"cpu-index\": 0}]";
    if (strstr(line, "\"query-version\""))
        return "\"return\": {\"qemu\": {\"micro\": 0, \"minor\": 2, \"major\": 7}, \"package\": \"\"}";
    return "\"return\": {}";
}

static void serve(int fd)
{
    char line[65536], answer[512];
    size_t have = 0;
    int passed = -1;

    snprintf(answer, sizeof(answer), "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 2, \"major\": 7},"
             " \"package\": \"\"}, \"capabilities\": []}}\r\n");
    t->points = 0;
    for (;;) {
        char *end, control[CMSG_SPACE(sizeof(int) * 4)];
        struct iovec vec;
        struct msghdr message = { .msg_iov = &vec, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
        struct cmsghdr *c;
        ssize_t n;

        if (send(fd, answer, strlen(answer), MSG_NOSIGNAL) < 0)
            break;
        while (!(end = memchr(line, '\n', have))) {
            if (have == sizeof(line) - 1)
                goto out;
            vec = (struct iovec){ line + have, sizeof(line) - 1 - have };
            message.msg_controllen = sizeof(control);
            n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
            if (n <= 0)
                goto out;
            for (c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
                if (c->cmsg_type == SCM_RIGHTS)
                    memcpy(&passed, CMSG_DATA(c), sizeof(int));
            have += n;
        }
        *end = 0;
        point(fd);
        snprintf(answer, sizeof(answer), "{\"event\": \"NOTHING\"}\r\n{%s, \"id\": %ld}\r\n", act(line, passed), number(line));
        if (passed >= 0)
            close(passed);
        passed = -1;
        point(fd);
        have -= end + 1 - line;
        memmove(line, end + 1, have);
    }
out:
    close(fd);
}

int main(int argc, char **argv)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), client;

    if (argc != 2)
        return 2;
    t = table();
    srand(getpid());
    snprintf(address.sun_path, sizeof(address.sun_path), "/var/run/xen/qmp-libxl-%s", argv[1]);
    unlink(address.sun_path);
    if (bind(fd, (void *)&address, sizeof(address)) || listen(fd, 1))
        return 2;
    while ((client = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0 || errno == EINTR) {
        t->connections++;
        if (client >= 0)
            serve(client);
    }
    return 2;
}
