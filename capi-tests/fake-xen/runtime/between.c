/*
 * What the library asks for, counted: hypercalls on its way to libxenctrl, requests on its way to xenstored. And an
 * xenstored that can go.
 */
#include "harness.h"
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

static atomic_uint lists;
static atomic_uint *requests; /* shared with the process between */
static pid_t proxy;
static const char *before;

unsigned lists_asked_for(void) { return lists; }
unsigned requests_made(void) { return *requests; }

int xc_domain_getinfolist(xc_interface *xch, uint32_t first, unsigned most, xc_domaininfo_t *info)
{
    static int (*_Atomic real)(xc_interface *, uint32_t, unsigned, xc_domaininfo_t *);

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "xc_domain_getinfolist");
    lists++;
    return real(xch, first, most, info);
}

/* One connection of the library's. */
struct connection {
    int ours, real;
    unsigned left; /* of the present request, behind its head */
    unsigned have; /* of its head */
    unsigned char head[16]; /* type, id, transaction, length: four little-endian words */
};

static size_t relay(int from, int to, unsigned char *buffer, size_t size)
{
    ssize_t n = read(from, buffer, size), sent;

    if (n <= 0)
        _exit(0); /* one connection lost, all lost: enough here */
    for (sent = 0; sent < n;) {
        ssize_t w = write(to, buffer + sent, n - sent);

        if (w <= 0)
            _exit(0);
        sent += w;
    }
    return n;
}

static void count_requests(struct connection *c, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (c->left) {
            c->left--;
            continue;
        }
        c->head[c->have++] = bytes[i];
        if (c->have == sizeof(c->head)) {
            c->have = 0;
            memcpy(&c->left, c->head + 12, 4);
            ++*requests;
        }
    }
}

static _Noreturn void serve(int listening, const char *path)
{
    struct connection c[30];
    int n = 0;

    for (;;) {
        struct pollfd fds[61] = { { listening, POLLIN, 0 } };
        unsigned char buffer[4096];

        for (int i = 0; i < n; i++) {
            fds[1 + 2 * i] = (struct pollfd){ c[i].ours, POLLIN, 0 };
            fds[2 + 2 * i] = (struct pollfd){ c[i].real, POLLIN, 0 };
        }
        if (poll(fds, 1 + 2 * n, -1) < 0)
            _exit(1);
        for (int i = 0; i < n; i++) {
            if (fds[1 + 2 * i].revents)
                count_requests(&c[i], buffer, relay(c[i].ours, c[i].real, buffer, sizeof(buffer)));
            if (fds[2 + 2 * i].revents)
                relay(c[i].real, c[i].ours, buffer, sizeof(buffer));
        }
        if (fds[0].revents && n < 30) {
            struct sockaddr_un to = { .sun_family = AF_UNIX };

            c[n] = (struct connection){ accept(listening, NULL, NULL), socket(AF_UNIX, SOCK_STREAM, 0), .left = 0 };
            snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
            if (c[n].ours < 0 || c[n].real < 0 || connect(c[n].real, (void *)&to, sizeof(to)))
                _exit(1);
            n++;
        }
    }
}

void go_between(void)
{
    struct sockaddr_un here = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(here.sun_path, sizeof(here.sun_path), "/tmp/harness-between-%d", getpid());
    check(fd >= 0 && !bind(fd, (void *)&here, sizeof(here)) && !listen(fd, 10), "a socket: %s", strerror(errno));
    requests = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check(requests != MAP_FAILED, "mmap");
    proxy = fork();
    check(proxy >= 0, "fork: %s", strerror(errno));
    if (!proxy) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(fd, xs_daemon_socket());
    }
    close(fd);
    before = getenv("XENSTORED_PATH") ? strdup(getenv("XENSTORED_PATH")) : NULL;
    setenv("XENSTORED_PATH", here.sun_path, 1);
}

void end_of_xenstore(void)
{
    kill(proxy, SIGKILL);
    while (waitpid(proxy, NULL, 0) < 0 && errno == EINTR)
        ;
    unlink(getenv("XENSTORED_PATH"));
}

void xenstore_sleeps(void)
{
    kill(proxy, SIGSTOP);
}

void silent_xenstore(void)
{
    struct sockaddr_un here = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(here.sun_path, sizeof(here.sun_path), "%s.next", getenv("XENSTORED_PATH"));
    check(fd >= 0 && !bind(fd, (void *)&here, sizeof(here)) && !listen(fd, 10), "a socket: %s", strerror(errno));
    /* The first step finds it, the second does not. */
    check(!rename(here.sun_path, getenv("XENSTORED_PATH")), "rename: %s", strerror(errno));
    kill(proxy, SIGKILL);
    while (waitpid(proxy, NULL, 0) < 0 && errno == EINTR)
        ;
}

void xenstore_is_back(void)
{
    if (before)
        setenv("XENSTORED_PATH", before, 1);
    else
        unsetenv("XENSTORED_PATH");
}
