/*
 * An event loop like libvirt's: descriptors and timers have numbers and are removed lazily, on the loop's thread, and a
 * callback that was chosen may be made after another thread has asked for the removal.
 */
#include "daemon.h"
#include <math.h>

#define MAGIC 0x6c617a79u
enum { MOST_WATCHED = 512 };

/* A descriptor, a timer or a call. The loop's list, the library, and a turn that looks at it have a reference each. */
struct watched {
    struct watched *next;
    unsigned magic;
    int number, refs;
    int fd;           /* -1: a timer */
    short events;
    double due;       /* HUGE_VAL: never */
    bool removed, done; /* done: a timer that the library does not need any more */
    libxl_ctx *ctx;   /* NULL: a call of the application's own */
    void *for_libxl;
    void (*call)(void *);
    void *argument;
};

struct loop {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t change;
    struct watched *all;
    int wake[2], last_number;
    unsigned objects, always; /* always: registrations of an idle ctx */
    bool stop, paused, in_call, holds_next, held;
    unsigned dawdles;
    atomic_uint turns, hooks_called, late;
};
static struct loop *the_loop; /* one per process, as libvirt's */

static void wake(struct loop *loop)
{
    if (write(loop->wake[1], "", 1) < 0)
        check(errno == EAGAIN, "wake: %s", strerror(errno));
}

/* With the lock. */
static void unref(struct loop *loop, struct watched *w)
{
    check(w->magic == MAGIC && w->refs > 0, "an object that is freed already");
    if (--w->refs)
        return;
    memset(w, 0xdb, sizeof(*w));
    free(w);
    loop->objects--;
}

/* With the lock. */
static void removed(struct loop *loop, struct watched *w)
{
    check(!w->removed, "registration %d is removed twice", w->number);
    w->removed = true;
    wake(loop);
}

/* With the lock; two references. */
static struct watched *add(struct loop *loop, int fd, libxl_ctx *ctx, void *for_libxl)
{
    struct watched *w = calloc(1, sizeof(*w));

    *w = (struct watched){ .next = loop->all, .magic = MAGIC, .number = ++loop->last_number, .refs = 2, .fd = fd,
                           .due = HUGE_VAL, .ctx = ctx, .for_libxl = for_libxl };
    loop->all = w;
    loop->objects++;
    return w;
}

/* The registration that a hook is called for, which the library must not have given back. */
static struct watched *known(struct loop *loop, void *registration, int fd)
{
    struct watched *w = loop->all;

    while (w && w != registration)
        w = w->next;
    check(w && !w->removed, "a hook gets a registration that there is not (%p)", registration);
    check(w->fd == fd, "the registration of descriptor %d is used for %d", w->fd, fd);
    return w;
}

/* ---- hooks: `user` is the ctx, as in libvirt ---- */

static struct loop *hooked(void)
{
    the_loop->hooks_called++;
    pthread_mutex_lock(&the_loop->lock);
    return the_loop;
}

static int fd_register(void *user, int fd, void **out, short events, void *for_libxl)
{
    struct loop *loop = hooked();
    struct watched *w = add(loop, fd, user, for_libxl);

    check(fcntl(fd, F_GETFD) >= 0, "fd_register of a closed descriptor %d", fd);
    w->events = events;
    *out = w;
    wake(loop);
    pthread_mutex_unlock(&loop->lock);
    return 0;
}

static int fd_modify(void *user, int fd, void **registration, short events)
{
    struct loop *loop = hooked();

    (void)user;
    known(loop, *registration, fd)->events = events;
    wake(loop);
    pthread_mutex_unlock(&loop->lock);
    return 0;
}

static void fd_deregister(void *user, int fd, void *registration)
{
    struct loop *loop = hooked();
    struct watched *w = known(loop, registration, fd);

    (void)user;
    check(fcntl(fd, F_GETFD) >= 0, "fd_deregister of a closed descriptor %d", fd);
    removed(loop, w);
    unref(loop, w);
    pthread_mutex_unlock(&loop->lock);
}

static int timeout_register(void *user, void **out, struct timeval abs, void *for_libxl)
{
    struct loop *loop = hooked();
    struct watched *w = add(loop, -1, user, for_libxl);
    struct timeval wall;
    double left;

    gettimeofday(&wall, NULL);
    left = abs.tv_sec - wall.tv_sec + (abs.tv_usec - wall.tv_usec) / 1e6;
    w->due = now() + (left > 0 ? left : 0);
    *out = w;
    wake(loop);
    pthread_mutex_unlock(&loop->lock);
    return 0;
}

static int timeout_modify(void *user, void **registration, struct timeval abs)
{
    struct loop *loop = hooked();
    struct watched *w = known(loop, *registration, -1);

    (void)user;
    check(!abs.tv_sec && !abs.tv_usec, "timeout_modify to another time than now");
    /* It may be occurring: then it is disabled, and must occur only once. */
    if (!w->done)
        w->due = 0;
    w->done = true;
    wake(loop);
    pthread_mutex_unlock(&loop->lock);
    return 0;
}

static void timeout_deregister(void *user, void *registration)
{
    (void)user, (void)registration;
    fail("timeout_deregister is never called");
}

void loop_drives(struct loop *loop, libxl_ctx *ctx)
{
    static const libxl_osevent_hooks hooks = { fd_register, fd_modify, fd_deregister,
                                               timeout_register, timeout_modify, timeout_deregister };

    check(loop == the_loop, "another loop");
    libxl_osevent_register_hooks(ctx, &hooks, ctx);
}

/* ---- the thread ---- */

/* Between the choice of a callback and the callback: it cannot be taken back any more. */
static void chosen(struct loop *loop, struct watched *w)
{
    unsigned most;

    pthread_mutex_lock(&loop->lock);
    if (loop->holds_next) {
        loop->holds_next = false;
        loop->held = true;
        pthread_cond_broadcast(&loop->change);
        while (loop->held)
            pthread_cond_wait(&loop->change, &loop->lock);
    }
    most = loop->dawdles;
    pthread_mutex_unlock(&loop->lock);
    if (most)
        nap(rand() % most);
    pthread_mutex_lock(&loop->lock);
    loop->late += w->removed;
    pthread_mutex_unlock(&loop->lock);
}

static void occurred(struct loop *loop, struct watched *w, short revents)
{
    if (!w->ctx) {
        w->call(w->argument);
    } else if (w->fd >= 0) {
        chosen(loop, w);
        /* libvirt passes no events. */
        libxl_osevent_occurred_fd(w->ctx, w->for_libxl, w->fd, 0, revents);
        return;
    } else {
        /* No time-out while the library hears of it, and none afterwards. */
        pthread_mutex_lock(&loop->lock);
        w->due = HUGE_VAL;
        w->done = true;
        pthread_mutex_unlock(&loop->lock);
        chosen(loop, w);
        libxl_osevent_occurred_timeout(w->ctx, w->for_libxl);
    }
    pthread_mutex_lock(&loop->lock);
    removed(loop, w);
    unref(loop, w);
    pthread_mutex_unlock(&loop->lock);
}

static void turn_once(struct loop *loop)
{
    struct pollfd fds[MOST_WATCHED + 1] = { { loop->wake[0], POLLIN, 0 } };
    struct watched *seen[MOST_WATCHED];
    double then = now() + 300;
    int n = 0, of[MOST_WATCHED];
    unsigned polled = 1;
    char drain[256];

    pthread_mutex_lock(&loop->lock);
    for (struct watched *w = loop->all; w; w = w->next) {
        if (w->removed)
            continue;
        check(n < MOST_WATCHED, "more than %d registrations", MOST_WATCHED);
        of[n] = w->fd >= 0 ? (int)polled : 0;
        if (w->fd >= 0)
            fds[polled++] = (struct pollfd){ w->fd, w->events, 0 };
        else if (w->due < then)
            then = w->due;
        w->refs++;
        seen[n++] = w;
    }
    pthread_mutex_unlock(&loop->lock);
    then -= now();
    if (poll(fds, polled, then > 0 ? then * 1000 + 1 : 0) < 0)
        check(errno == EINTR, "poll: %s", strerror(errno));
    while (read(loop->wake[0], drain, sizeof(drain)) > 0)
        ;
    for (int i = 0; i < n; i++) {
        struct watched *w = seen[i];
        bool calls;

        pthread_mutex_lock(&loop->lock);
        while (loop->paused)
            pthread_cond_wait(&loop->change, &loop->lock);
        calls = !w->removed && !loop->stop && (of[i] ? fds[of[i]].revents : w->due <= now());
        check(!calls || !of[i] || !(fds[of[i]].revents & POLLNVAL), "descriptor %d was closed, and not given back", w->fd);
        loop->in_call = calls;
        pthread_mutex_unlock(&loop->lock);
        if (calls)
            occurred(loop, w, of[i] ? fds[of[i]].revents : 0);
        pthread_mutex_lock(&loop->lock);
        loop->in_call = false;
        pthread_cond_broadcast(&loop->change);
        unref(loop, w);
        pthread_mutex_unlock(&loop->lock);
    }
    pthread_mutex_lock(&loop->lock);
    for (struct watched **w = &loop->all; *w;)
        if ((*w)->removed) {
            struct watched *gone = *w;

            *w = gone->next;
            unref(loop, gone);
        } else
            w = &(*w)->next;
    pthread_cond_broadcast(&loop->change);
    pthread_mutex_unlock(&loop->lock);
}

static void *thread_of_loop(void *argument)
{
    struct loop *loop = argument;
    bool stop = false;

    while (!stop) {
        loop->turns++;
        turn_once(loop);
        pthread_mutex_lock(&loop->lock);
        stop = loop->stop;
        pthread_mutex_unlock(&loop->lock);
    }
    return NULL;
}

struct loop *begin_loop(void)
{
    struct loop *loop = calloc(1, sizeof(*loop));

    check(!the_loop, "a second loop");
    pthread_mutex_init(&loop->lock, NULL);
    pthread_cond_init(&loop->change, NULL);
    check(!pipe2(loop->wake, O_CLOEXEC | O_NONBLOCK), "pipe: %s", strerror(errno));
    the_loop = loop;
    loop->thread = start(thread_of_loop, loop);
    return loop;
}

void end_loop(struct loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    loop->stop = true;
    wake(loop);
    pthread_mutex_unlock(&loop->lock);
    finish(loop->thread);
    while (loop->all) {
        struct watched *w = loop->all;

        loop->all = w->next;
        free(w);
    }
    close(loop->wake[0]);
    close(loop->wake[1]);
    free(loop);
    the_loop = NULL;
}

/* ---- what cases do with it ---- */

struct once { void (*call)(void *); void *argument; struct tally done; };

static void call_once(void *argument)
{
    struct once *once = argument;

    once->call(once->argument);
    hit(&once->done, 0);
}

void on_loop(struct loop *loop, void (*call)(void *), void *argument)
{
    struct once once = { call, argument, TALLY };
    struct watched *w;

    pthread_mutex_lock(&loop->lock);
    w = add(loop, -1, NULL, NULL);
    w->call = call_once;
    w->argument = &once;
    w->due = 0;
    wake(loop);
    pthread_mutex_unlock(&loop->lock);
    check(reached(&once.done, 1, 30), "the loop does not turn");
}

void pause_loop(struct loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    loop->paused = true;
    while (loop->in_call)
        pthread_cond_wait(&loop->change, &loop->lock);
    pthread_mutex_unlock(&loop->lock);
}

void loop_goes_on(struct loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    loop->paused = false;
    pthread_cond_broadcast(&loop->change);
    pthread_mutex_unlock(&loop->lock);
}

void loop_forgets(struct loop *loop, libxl_ctx *ctx)
{
    pthread_mutex_lock(&loop->lock);
    loop->always = 0;
    for (struct watched *w = loop->all; w; w = w->next)
        if (w->ctx == ctx && !w->removed) {
            check(w->fd < 0 && w->done, "%s is registered after ctx_free", w->fd < 0 ? "a time-out" : "a descriptor");
            removed(loop, w);
            unref(loop, w);
        }
    pthread_mutex_unlock(&loop->lock);
}

void hold_next(struct loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    loop->holds_next = true;
    pthread_mutex_unlock(&loop->lock);
}

/* Waits for what another thread changes under the loop's lock. */
static bool comes(struct loop *loop, bool (*has)(struct loop *, unsigned), unsigned number, double seconds)
{
    bool is_so;

    for (double until = now() + seconds;; nap(1000)) {
        pthread_mutex_lock(&loop->lock);
        is_so = has(loop, number);
        pthread_mutex_unlock(&loop->lock);
        if (is_so || now() > until)
            return is_so;
    }
}

static bool holds(struct loop *loop, unsigned unused)
{
    (void)unused;
    return loop->held;
}

bool is_held(struct loop *loop, double seconds) { return comes(loop, holds, 0, seconds); }

void let_go(struct loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    loop->held = loop->holds_next = false;
    pthread_cond_broadcast(&loop->change);
    pthread_mutex_unlock(&loop->lock);
}

void dawdle(struct loop *loop, unsigned microseconds)
{
    pthread_mutex_lock(&loop->lock);
    loop->dawdles = microseconds;
    pthread_mutex_unlock(&loop->lock);
}

static unsigned used(struct loop *loop)
{
    unsigned n = 0;

    for (struct watched *w = loop->all; w; w = w->next)
        n += !w->removed && !w->done && w->ctx;
    return n - (n < loop->always ? n : loop->always);
}

void count_from_now(struct loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    loop->always = 0;
    loop->always = used(loop);
    pthread_mutex_unlock(&loop->lock);
}

unsigned in_use(struct loop *loop)
{
    unsigned n;

    pthread_mutex_lock(&loop->lock);
    n = used(loop);
    pthread_mutex_unlock(&loop->lock);
    return n;
}

static bool uses_none(struct loop *loop, unsigned unused)
{
    (void)unused;
    return !used(loop);
}

bool none_in_use(struct loop *loop, double seconds) { return comes(loop, uses_none, 0, seconds); }

unsigned objects(struct loop *loop)
{
    unsigned n;

    pthread_mutex_lock(&loop->lock);
    n = loop->objects - loop->always;
    pthread_mutex_unlock(&loop->lock);
    return n;
}

static bool has_objects(struct loop *loop, unsigned number) { return loop->objects == number + loop->always; }
bool objects_are(struct loop *loop, unsigned number, double seconds) { return comes(loop, has_objects, number, seconds); }
unsigned loop_turns(struct loop *loop) { return loop->turns; }
unsigned hooks_called(struct loop *loop) { return loop->hooks_called; }
unsigned late_calls(struct loop *loop) { return loop->late; }
