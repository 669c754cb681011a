/*
 * An application's event loop in a thread of its own, as the header allows it to be written. The hook
 * styles free an fd's object at its deregistration, as libvirt's driver does, and find the library out if it
 * passes a value that was never given, or one already given back.
 */
#include "harness.h"

#define MAGIC 0x72656769u
#define ASLEEP 300000 /* ms: longer than any case lasts, so that a wake-up that is missing shows */

struct reg {
    struct reg *next;
    unsigned magic;
    int fd;               /* -1: a time-out */
    short events;
    struct timeval when;
    bool dead;            /* a time-out that occurs, or one that the library wants to be rid of ("now") */
    bool asap;
    void *for_libxl;
    unsigned serial;
};

struct driver {
    libxl_ctx *ctx;
    enum style style;
    pthread_t thread;
    pthread_mutex_t lock;  /* the list; the header's "caller register lock" */
    pthread_t owner;
    atomic_bool stop, owned;
    struct reg *regs;
    int wake[2];
    unsigned serial;
    atomic_int fd_answer, timeout_answer, calls;
    atomic_uint turns;
    void *last_for_libxl;
    int last_fd;
    void (*handler)(libxl_ctx *, libxl_event *, void *);
    void *user;
    libxl_osevent_hooks hooks;
};

void (*inside_register)(libxl_ctx *ctx, void *for_libxl, int fd);
atomic_int not_null;

void enter(struct driver *d)
{
    if (d->style != BY_HOOKS_LOCKED)
        return;
    pthread_mutex_lock(&d->lock);
    d->owner = pthread_self();
    d->owned = true;
}

void leave(struct driver *d)
{
    if (d->style != BY_HOOKS_LOCKED)
        return;
    d->owned = false;
    pthread_mutex_unlock(&d->lock);
}

/* Around what a hook does: in (b) the lock is there already, because its caller holds it. */
static void hook_begins(struct driver *d)
{
    d->calls++;
    if (d->style == BY_HOOKS)
        pthread_mutex_lock(&d->lock);
    else
        check(d->owned && pthread_equal(d->owner, pthread_self()),
              "a hook runs on a thread that is not inside the library");
}

static void hook_ends(struct driver *d)
{
    if (d->style == BY_HOOKS)
        pthread_mutex_unlock(&d->lock);
    if (write(d->wake[1], "", 1) < 0)
        check(errno == EAGAIN, "wake: %s", strerror(errno));
}

static struct reg *add(struct driver *d, int fd, void *for_libxl)
{
    struct reg *reg = calloc(1, sizeof(*reg));

    reg->magic = MAGIC;
    reg->fd = fd;
    reg->for_libxl = for_libxl;
    reg->serial = ++d->serial;
    reg->next = d->regs;
    d->regs = reg;
    return reg;
}

static void find(struct driver *d, struct reg *reg, int fd)
{
    struct reg *r;

    for (r = d->regs; r && r != reg; r = r->next)
        ;
    check(r, "a hook got a registration that there is not (%p, fd %d)", (void *)reg, fd);
    check(r->magic == MAGIC && r->fd == fd, "registration of fd %d used for fd %d", r->fd, fd);
}

static void drop(struct driver *d, struct reg *reg)
{
    struct reg **r;

    for (r = &d->regs; *r != reg; r = &(*r)->next)
        ;
    *r = reg->next;
    memset(reg, 0xdb, sizeof(*reg));
    free(reg);
}

static int fd_register(void *user, int fd, void **out, short events, void *for_libxl)
{
    struct driver *d = user;
    struct reg *reg;
    int answer = d->fd_answer;

    not_null += *out != NULL;
    check(fcntl(fd, F_GETFD) >= 0, "fd_register of a closed fd %d", fd);
    hook_begins(d);
    if (!answer) {
        reg = add(d, fd, for_libxl);
        reg->events = events;
        *out = reg;
        d->last_for_libxl = for_libxl;
        d->last_fd = fd;
    } else
        *out = (void *)0xdead;
    hook_ends(d);
    if (inside_register)
        inside_register(d->ctx, for_libxl, fd);
    return answer;
}

static int fd_modify(void *user, int fd, void **update, short events)
{
    struct driver *d = user;
    int answer = d->fd_answer;

    hook_begins(d);
    find(d, *update, fd);
    if (!answer)
        ((struct reg *)*update)->events = events;
    hook_ends(d);
    return answer;
}

static void fd_deregister(void *user, int fd, void *registration)
{
    struct driver *d = user;

    check(fcntl(fd, F_GETFD) >= 0, "fd_deregister of a closed fd %d", fd);
    hook_begins(d);
    find(d, registration, fd);
    drop(d, registration);
    hook_ends(d);
}

static int timeout_register(void *user, void **out, struct timeval abs, void *for_libxl)
{
    struct driver *d = user;
    struct reg *reg;
    int answer = d->timeout_answer;

    not_null += *out != NULL;
    hook_begins(d);
    if (!answer) {
        reg = add(d, -1, for_libxl);
        reg->when = abs;
        *out = reg;
    }
    hook_ends(d);
    return answer;
}

static int timeout_modify(void *user, void **update, struct timeval abs)
{
    struct driver *d = user;
    struct reg *reg = *update;

    check(!abs.tv_sec && !abs.tv_usec, "timeout_modify to another time than now");
    hook_begins(d);
    find(d, reg, -1);
    reg->when = abs;
    reg->asap = true;
    hook_ends(d);
    return 0;
}

static void timeout_deregister(void *user, void *registration)
{
    (void)user, (void)registration;
    fail("timeout_deregister is never called");
}

static struct timeval wall(void)
{
    struct timeval tv;

    gettimeofday(&tv, NULL);
    return tv;
}

/* What was seen ready, by value: the object may be freed before the library is told. */
struct ready { void *for_libxl; int fd; short events, revents; struct reg *timeout; };

static void turn_of_hooks(struct driver *d)
{
    struct pollfd fds[256];
    struct ready ready[256];
    unsigned serials[256], n = 1, i, found = 0;
    int wait = ASLEEP;
    struct timeval tv = wall();
    struct reg *reg;
    char drain[64];

    fds[0] = (struct pollfd){ d->wake[0], POLLIN, 0 };
    pthread_mutex_lock(&d->lock);
    for (reg = d->regs; reg; reg = reg->next)
        if (reg->fd >= 0) {
            check(n < 256, "more than 255 fds registered");
            fds[n] = (struct pollfd){ reg->fd, reg->events, 0 };
            serials[n++] = reg->serial;
        } else if (!reg->dead) {
            double left = (reg->when.tv_sec - tv.tv_sec) * 1e3 + (reg->when.tv_usec - tv.tv_usec) / 1e3;

            if (left < wait)
                wait = left < 0 ? 0 : left + 1;
        }
    pthread_mutex_unlock(&d->lock);
    if (poll(fds, n, wait) < 0)
        check(errno == EINTR, "poll: %s", strerror(errno));
    while (read(d->wake[0], drain, sizeof(drain)) > 0)
        ;
    tv = wall();
    pthread_mutex_lock(&d->lock);
    for (reg = d->regs; reg && found < 256; reg = reg->next) {
        if (reg->fd >= 0) {
            for (i = 1; i < n && serials[i] != reg->serial; i++)
                ;
            if (i < n && fds[i].revents)
                ready[found++] = (struct ready){ reg->for_libxl, reg->fd, fds[i].events, fds[i].revents, NULL };
        } else if (!reg->dead && (reg->asap || timercmp(&reg->when, &tv, <=))) {
            reg->dead = true;
            ready[found++] = (struct ready){ reg->for_libxl, -1, 0, 0, reg };
        }
    }
    pthread_mutex_unlock(&d->lock);
    for (i = 0; i < found && !d->stop; i++) {
        enter(d);
        if (ready[i].fd >= 0)
            libxl_osevent_occurred_fd(d->ctx, ready[i].for_libxl, ready[i].fd, ready[i].events, ready[i].revents);
        else {
            libxl_osevent_occurred_timeout(d->ctx, ready[i].for_libxl);
            if (d->style == BY_HOOKS)
                pthread_mutex_lock(&d->lock);
            drop(d, ready[i].timeout);
            if (d->style == BY_HOOKS)
                pthread_mutex_unlock(&d->lock);
        }
        leave(d);
    }
}

static void turn_of_poll(struct driver *d)
{
    static __thread struct pollfd *fds;
    static __thread int room;
    int n, timeout, rc;

    for (;;) {
        n = room;
        timeout = ASLEEP;
        rc = libxl_osevent_beforepoll(d->ctx, &n, fds ? fds + 1 : NULL, &timeout, wall());
        if (rc != ERROR_BUFFERFULL)
            break;
        check(n > room, "ERROR_BUFFERFULL, and %d fds are as many as there is room for", n);
        room = n;
        fds = realloc(fds, sizeof(*fds) * (room + 1));
    }
    check(!rc, "libxl_osevent_beforepoll: %d", rc);
    check(n <= room && timeout >= 0 && timeout <= ASLEEP, "beforepoll: %d fds, time-out %d", n, timeout);
    if (!fds)
        fds = calloc(1, sizeof(*fds));
    fds[0] = (struct pollfd){ d->wake[0], POLLIN, 0 };
    if (poll(fds, n + 1, timeout) < 0)
        check(errno == EINTR, "poll: %s", strerror(errno));
    libxl_osevent_afterpoll(d->ctx, n, fds + 1, wall());
    if (d->stop) {
        free(fds);
        fds = NULL;
        room = 0;
    }
}

static void *loop(void *user)
{
    struct driver *d = user;

    while (!d->stop) {
        libxl_event *event;

        d->turns++;
        if (d->style == BY_POLL)
            turn_of_poll(d);
        else
            turn_of_hooks(d);
        for (;;) {
            int rc;

            enter(d);
            rc = d->stop ? ERROR_NOT_READY : libxl_event_check(d->ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
            check(!rc || rc == ERROR_NOT_READY, "libxl_event_check: %d", rc);
            if (!rc && d->handler)
                d->handler(d->ctx, event, d->user);
            else if (!rc)
                libxl_event_free(d->ctx, event);
            leave(d);
            if (rc)
                break;
        }
    }
    return NULL;
}

struct driver *drive(libxl_ctx *ctx, enum style style)
{
    struct driver *d = calloc(1, sizeof(*d));

    d->ctx = ctx;
    d->style = style;
    d->last_fd = -1;
    pthread_mutex_init(&d->lock, NULL);
    check(!pipe2(d->wake, O_CLOEXEC | O_NONBLOCK), "pipe: %s", strerror(errno));
    if (style != BY_POLL) {
        d->hooks = (libxl_osevent_hooks){ fd_register, fd_modify, fd_deregister,
                                          timeout_register, timeout_modify, timeout_deregister };
        enter(d);
        libxl_osevent_register_hooks(ctx, &d->hooks, d);
        leave(d);
    }
    d->thread = start(loop, d);
    return d;
}

void stop_driving(struct driver *d)
{
    d->stop = true;
    if (write(d->wake[1], "", 1) < 0)
        check(errno == EAGAIN, "wake: %s", strerror(errno));
    finish(d->thread);
}

void forget_driver(struct driver *d)
{
    while (d->regs)
        drop(d, d->regs);
    close(d->wake[0]);
    close(d->wake[1]);
    free(d);
}

void end_driven(libxl_ctx *ctx, struct driver *d)
{
    check(all_given_back(d, 5), "%d registrations of an idle ctx", registered(d));
    stop_driving(d);
    libxl_ctx_free(ctx);
    check(!registered(d), "%d registrations after ctx_free", registered(d));
    forget_driver(d);
}

int registered(struct driver *d)
{
    struct reg *reg;
    int n = 0;

    pthread_mutex_lock(&d->lock);
    for (reg = d->regs; reg; reg = reg->next)
        n += reg->fd >= 0 || !(reg->asap || reg->dead);
    pthread_mutex_unlock(&d->lock);
    return n;
}

bool all_given_back(struct driver *d, double seconds)
{
    double until = now() + seconds;

    while (registered(d)) {
        if (now() > until)
            return false;
        nap(1000);
    }
    return true;
}

void make_hooks_fail(struct driver *d, int fd_answer, int timeout_answer)
{
    d->fd_answer = fd_answer;
    d->timeout_answer = timeout_answer;
}

int hook_calls(struct driver *d) { return d->calls; }
unsigned turns(struct driver *d) { return d->turns; }

void on_event(struct driver *d, void (*handler)(libxl_ctx *, libxl_event *, void *), void *user)
{
    d->user = user;
    d->handler = handler;
}

bool last_fd(struct driver *d, void **for_libxl, int *fd)
{
    pthread_mutex_lock(&d->lock);
    *for_libxl = d->last_for_libxl;
    *fd = d->last_fd;
    pthread_mutex_unlock(&d->lock);
    return *fd >= 0;
}
