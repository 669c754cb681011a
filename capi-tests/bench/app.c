/* An application around the library: its event loop, by hooks or by beforepoll; what it uses. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <libxl_event.h>
#include "bench.h"

struct tally hooks;
__thread int hypercalls;

/* libxencall's way into Xen leads through here, since a program's own function comes before libc's. */
int ioctl(int fd, unsigned long request, ...)
{
    va_list al;
    void *argument;

    va_start(al, request);
    argument = va_arg(al, void *);
    va_end(al);
    hypercalls += request == 0x305000; /* IOCTL_PRIVCMD_HYPERCALL */
    return syscall(SYS_ioctl, fd, request, argument);
}

double process_cpu(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double median(double *values, int count)
{
    qsort(values, count, sizeof(*values), ascending);
    return values[count / 2];
}

/* ---- hooks ---- */

struct reg {
    struct reg *next, **back;
    int fd; /* -1: a time-out */
    short events;
    struct timeval when;
    void *for_libxl;
};
static struct reg *fds, *timeouts;

static void add(struct reg **list, void **out, struct reg values)
{
    struct reg *reg = malloc(sizeof(*reg));

    *reg = values;
    reg->next = *list;
    reg->back = list;
    if (reg->next)
        reg->next->back = &reg->next;
    *list = *out = reg;
    hooks.calls++;
}

static void drop(struct reg *reg)
{
    *reg->back = reg->next;
    if (reg->next)
        reg->next->back = reg->back;
    free(reg);
}

static int fd_register(void *user, int fd, void **out, short events, void *for_libxl)
{
    hooks.fds++;
    add(&fds, out, (struct reg){ .fd = fd, .events = events, .for_libxl = for_libxl });
    return 0;
}

static int fd_modify(void *user, int fd, void **reg, short events)
{
    hooks.calls++;
    ((struct reg *)*reg)->events = events;
    return 0;
}

static void fd_deregister(void *user, int fd, void *reg)
{
    hooks.calls++;
    hooks.fds--;
    drop(reg);
}

static int timeout_register(void *user, void **out, struct timeval when, void *for_libxl)
{
    hooks.timeouts++;
    add(&timeouts, out, (struct reg){ .fd = -1, .when = when, .for_libxl = for_libxl });
    return 0;
}

static int timeout_modify(void *user, void **reg, struct timeval when)
{
    hooks.calls++;
    ((struct reg *)*reg)->when = when;
    return 0;
}

static void timeout_deregister(void *user, void *reg)
{
    refused("timeout_deregister, which is never called,");
}

void use_hooks(libxl_ctx *ctx)
{
    static const libxl_osevent_hooks all = { fd_register,      fd_modify,      fd_deregister,
                                             timeout_register, timeout_modify, timeout_deregister };

    libxl_osevent_register_hooks(ctx, &all, NULL);
}

/* The next time-out that is due, or how long there is none: ms. */
static struct reg *due(int *wait)
{
    struct reg *reg;
    struct timeval time;

    gettimeofday(&time, NULL);
    for (reg = timeouts; reg; reg = reg->next) {
        double left = (reg->when.tv_sec - time.tv_sec) * 1e3 + (reg->when.tv_usec - time.tv_usec) / 1e3;

        if (left <= 0)
            return reg;
        if (left < *wait)
            *wait = left + 1;
    }
    return NULL;
}

/* With one thread no hook is called between poll and what follows from it but by that itself: one fd at a time. */
void turn_of_hooks(libxl_ctx *ctx)
{
    struct pollfd ready[16];
    void *for_libxl[16];
    struct reg *reg;
    int i, wait = 60000, n = 0;

    while ((reg = due(&wait))) {
        void *of = reg->for_libxl;

        drop(reg);
        hooks.timeouts--;
        hooks.occurred++;
        libxl_osevent_occurred_timeout(ctx, of);
        wait = 0;
    }
    for (reg = fds; reg && n < 16; reg = reg->next, n++) {
        ready[n] = (struct pollfd){ reg->fd, reg->events, 0 };
        for_libxl[n] = reg->for_libxl;
    }
    if (poll(ready, n, wait) < 0 && errno != EINTR)
        refused("poll");
    for (i = 0; i < n; i++)
        if (ready[i].revents) {
            hooks.occurred++;
            libxl_osevent_occurred_fd(ctx, for_libxl[i], ready[i].fd, ready[i].events, ready[i].revents);
            break;
        }
}

/* ---- beforepoll ---- */

static int bell(void)
{
    static int fd = -1;

    if (fd < 0)
        fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return fd;
}

void wake_poll(void)
{
    eventfd_write(bell(), 1);
}

void turn_of_poll(libxl_ctx *ctx)
{
    static struct pollfd set[64];
    struct timeval time;
    libxl_event *event;
    eventfd_t rung;
    int wait = 60000, n = 63;

    gettimeofday(&time, NULL);
    set[0] = (struct pollfd){ bell(), POLLIN, 0 };
    check(libxl_osevent_beforepoll(ctx, &n, set + 1, &wait, time), "libxl_osevent_beforepoll");
    if (poll(set, n + 1, wait) < 0 && errno != EINTR)
        refused("poll");
    if (set[0].revents)
        eventfd_read(bell(), &rung);
    gettimeofday(&time, NULL);
    libxl_osevent_afterpoll(ctx, n, set + 1, time);
    while (!libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL))
        libxl_event_free(ctx, event);
}
