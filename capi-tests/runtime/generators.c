/*
 * What generates events: coming, going and being called at the worst moment; threads asleep; domain numbers used
 * twice; ejected disks as several see them; xenstore gone. And what a death costs with 200 generators.
 */
#include "harness.h"
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

/* ---- what the library asks for, counted ---- */

/* In the library's way to libxenctrl. */
static atomic_uint lists;
int xc_domain_getinfolist(xc_interface *xch, uint32_t first, unsigned most, xc_domaininfo_t *info)
{
    static int (*_Atomic real)(xc_interface *, uint32_t, unsigned, xc_domaininfo_t *);

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "xc_domain_getinfolist");
    lists++;
    return real(xch, first, most, info);
}

/* Between the library and xenstored, a process that counts requests and can be ended. */
static struct { atomic_uint requests; atomic_bool ready; } *between;
static pid_t proxy;

static void relay(int from, int to, bool count, unsigned *left, unsigned *header)
{
    unsigned char buffer[4096];
    ssize_t n = read(from, buffer, sizeof(buffer)), sent;

    if (n <= 0)
        _exit(0); /* one connection lost, all lost: enough here */
    for (sent = 0; sent < n;) {
        ssize_t w = write(to, buffer + sent, n - sent);

        if (w <= 0)
            _exit(0);
        sent += w;
    }
    for (ssize_t i = 0; count && i < n; i++) { /* type, id, transaction, length: four little-endian words */
        static unsigned char heads[64][16];
        unsigned char *head = heads[from % 64];

        if (*left) {
            --*left;
            continue;
        }
        head[(*header)++] = buffer[i];
        if (*header == 16) {
            *header = 0;
            memcpy(left, head + 12, 4);
            between->requests++;
        }
    }
}

static void serve(int listening, const char *real)
{
    struct { int a, b; unsigned left, header; } c[30];
    int n = 0;

    for (;;) {
        struct pollfd fds[61] = { { listening, POLLIN, 0 } };

        for (int i = 0; i < n; i++) {
            fds[1 + 2 * i] = (struct pollfd){ c[i].a, POLLIN, 0 };
            fds[2 + 2 * i] = (struct pollfd){ c[i].b, POLLIN, 0 };
        }
        if (poll(fds, 1 + 2 * n, -1) < 0)
            _exit(1);
        for (int i = 0; i < n; i++) {
            if (fds[1 + 2 * i].revents)
                relay(c[i].a, c[i].b, true, &c[i].left, &c[i].header);
            if (fds[2 + 2 * i].revents)
                relay(c[i].b, c[i].a, false, NULL, NULL);
        }
        if (fds[0].revents && n < 30) {
            struct sockaddr_un to = { .sun_family = AF_UNIX };

            c[n].a = accept(listening, NULL, NULL);
            c[n].b = socket(AF_UNIX, SOCK_STREAM, 0);
            c[n].left = c[n].header = 0;
            snprintf(to.sun_path, sizeof(to.sun_path), "%s", real);
            if (c[n].a < 0 || c[n].b < 0 || connect(c[n].b, (void *)&to, sizeof(to)))
                _exit(1);
            n++;
        }
    }
}

/* From now on, new connections to xenstore go through a process of ours. */
static void go_between(void)
{
    const char *real = xs_daemon_socket();
    struct sockaddr_un here = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(here.sun_path, sizeof(here.sun_path), "/tmp/harness-between-%d", getpid());
    check(fd >= 0 && !bind(fd, (void *)&here, sizeof(here)) && !listen(fd, 10), "a socket: %s", strerror(errno));
    between = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check(between != MAP_FAILED, "mmap");
    proxy = fork();
    check(proxy >= 0, "fork: %s", strerror(errno));
    if (!proxy) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(fd, strdup(real));
    }
    close(fd);
    setenv("XENSTORED_PATH", here.sun_path, 1);
}

static void end_of_xenstore(void)
{
    kill(proxy, SIGKILL);
    while (waitpid(proxy, NULL, 0) < 0 && errno == EINTR)
        ;
    unlink(getenv("XENSTORED_PATH"));
}

/* ---- an application with one thread ---- */

static libxl_evgen_domain_death *enable(libxl_ctx *ctx, uint32_t domid, uint64_t user)
{
    libxl_evgen_domain_death *evgen = NULL;
    int rc = libxl_evenable_domain_death(ctx, domid, user, &evgen);

    check(!rc && evgen, "libxl_evenable_domain_death: %d", rc);
    return evgen;
}

static void turn(libxl_ctx *ctx, int timeout)
{
    struct pollfd fds[64];
    struct timeval tv;
    int n = 64, rc;

    gettimeofday(&tv, NULL);
    rc = libxl_osevent_beforepoll(ctx, &n, fds, &timeout, tv);
    check(!rc, "libxl_osevent_beforepoll: %d", rc);
    poll(fds, n, timeout);
    gettimeofday(&tv, NULL);
    libxl_osevent_afterpoll(ctx, n, fds, tv);
}

/* The next event within so many seconds; NULL: none. */
static libxl_event *next_event(libxl_ctx *ctx, double seconds)
{
    double until = now() + seconds;
    libxl_event *event;
    int rc;

    for (;;) {
        rc = libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
        if (!rc)
            return event;
        check(rc == ERROR_NOT_READY, "libxl_event_check: %d", rc);
        if (now() >= until)
            return NULL;
        turn(ctx, (until - now()) * 1000 + 1);
    }
}

static void expect(libxl_ctx *ctx, libxl_event_type type, uint32_t domid, uint64_t user)
{
    libxl_event *event = next_event(ctx, 10);

    check(event, "no %s of domain %u, number %u", libxl_event_type_to_string(type), domid, (unsigned)user);
    check(event->type == type && event->domid == domid && event->for_user == user,
          "type %d, domain %u, number %u instead of %d, %u, %u", event->type, event->domid, (unsigned)event->for_user,
          type, domid, (unsigned)user);
    libxl_event_free(ctx, event);
}

static void expect_nothing(libxl_ctx *ctx)
{
    libxl_event *event = next_event(ctx, 0.3);

    check(!event, "type %d, domain %u, number %u is too much", event->type, event->domid, (unsigned)event->for_user);
}

/* ---- threads asleep ---- */

static struct tally returned = TALLY;

static void *wait_for_event(void *ctx)
{
    libxl_event *event = NULL;
    int rc = libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);

    check(!rc && event->type == LIBXL_EVENT_TYPE_DOMAIN_DEATH, "libxl_event_wait: %d, type %d", rc, event->type);
    libxl_event_free(ctx, event);
    hit(&returned, 0);
    return NULL;
}

static void asleep_in_wait(void)
{
    libxl_ctx *ctx = new_ctx();

    for (struct rounds r = rounds(3, 100); another(&r);) {
        uint32_t domids[3];
        libxl_evgen_domain_death *evgens[3];
        pthread_t threads[3];
        int before = hits(&returned);

        for (int i = 0; i < 3; i++)
            domids[i] = new_domain(NO_ACK);
        for (int i = 0; i < 3; i++)
            threads[i] = start(wait_for_event, ctx);
        nap(rand() % 30000);
        for (int i = 0; i < 3; i++)
            evgens[i] = enable(ctx, domids[i], i);
        for (int i = 0; i < 3; i++)
            end_domain(domids[i]);
        check(reached(&returned, before + 3, 10), "%d of 3 threads are told", hits(&returned) - before);
        for (int i = 0; i < 3; i++) {
            finish(threads[i]);
            libxl_evdisable_domain_death(ctx, evgens[i]);
        }
    }
    libxl_ctx_free(ctx);
}

/* ---- which domain ---- */

static void used_again(void)
{
    struct xen_domctl_createdomain config = {
        .max_vcpus = 1, .max_evtchn_port = 1023, .max_grant_frames = 4, .max_maptrack_frames = 4,
        .grant_opts = XEN_DOMCTL_GRANT_version(1), .handle = { 1, 2, 3 },
    };
    libxl_ctx *ctx = new_ctx();
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    uint32_t domid = new_domain(NO_ACK), again = domid;
    libxl_evgen_domain_death *old = enable(ctx, domid, 1), *new;

    expect_nothing(ctx);
    end_domain(domid);
    for (int i = 0; i < 200 && domain_exists(domid); i++)
        nap(10000);
    nap(200000); /* xenstored sees it, the application does not */
    for (int i = 0; xc_domain_create(xch, &again, &config); i++) {
        check(errno == EEXIST && i < 200, "domain %u once more: %s", domid, strerror(errno));
        nap(10000);
    }
    check(again == domid, "domain %u instead of %u", again, domid);
    /* The application has not looked since. */
    new = enable(ctx, domid, 2);
    expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, domid, 1);
    expect_nothing(ctx);
    xc_domain_destroy(xch, domid);
    end_domain(new_domain(NO_ACK)); /* xenstored does not know the second domain, and tells of this one */
    expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, domid, 2);
    expect_nothing(ctx);
    libxl_evdisable_domain_death(ctx, new);
    libxl_evdisable_domain_death(ctx, old);
    xc_interface_close(xch);
    libxl_ctx_free(ctx);
}

static void resumed(void)
{
    libxl_ctx *ctx = new_ctx();
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    struct xs_handle *xs = xs_open(0);
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_domain_death *evgen = enable(ctx, domid, 5);

    stop_domain(domid, LIBXL_SHUTDOWN_REASON_SUSPEND);
    expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, domid, 5);
    if (xc_domain_resume(xch, domid, 1)) {
        note("a domain that never ran cannot be resumed here");
        end_domain(domid);
    } else {
        check(xs_resume_domain(xs, domid), "xs_resume_domain: %s", strerror(errno));
        stop_domain(domid, LIBXL_SHUTDOWN_REASON_POWEROFF);
        expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, domid, 5);
        end_domain(domid);
    }
    expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, domid, 5);
    libxl_evdisable_domain_death(ctx, evgen);
    xs_close(xs);
    xc_interface_close(xch);
    libxl_ctx_free(ctx);
}

/* Numbers that no domain can have, some of which are a domain's in their lower 16 bits. */
static void no_numbers(void)
{
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK), numbers[] = { 0x7ff0, 0x7fff, 0x10000, 0x10000 + domid, ~0u };
    libxl_evgen_domain_death *evgens[6];

    evgens[5] = enable(ctx, domid, 9);
    for (int i = 0; i < 5; i++)
        evgens[i] = enable(ctx, numbers[i], i);
    for (int i = 0; i < 5; i++)
        expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, numbers[i], i);
    expect_nothing(ctx);
    end_domain(domid);
    expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, domid, 9);
    for (int i = 0; i < 6; i++)
        libxl_evdisable_domain_death(ctx, evgens[i]);
    for (int i = 0; i < 6; i++)
        libxl_evdisable_domain_death(ctx, evgens[i]);
    libxl_evdisable_domain_death(ctx, NULL);
    libxl_evdisable_disk_eject(ctx, (void *)evgens[0]);
    expect_nothing(ctx);
    libxl_ctx_free(ctx);
}

/* ---- called ---- */

static struct {
    libxl_ctx *ctx;
    libxl_evgen_domain_death *evgens[4];
    uint32_t domids[4];
    atomic_int calls, slow;
    struct tally deaths;
} called = { .deaths = TALLY };

static void remake(libxl_event *event)
{
    unsigned i = event->for_user % 4;

    /* Itself away, and a new one in its place. */
    if (event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN && event->for_user < 4) {
        libxl_evdisable_domain_death(called.ctx, called.evgens[i]);
        called.evgens[i] = enable(called.ctx, called.domids[i], 4 + i);
    } else if (event->type == LIBXL_EVENT_TYPE_DOMAIN_DEATH) {
        check(event->for_user >= 4, "an event of a generator that is no more");
        libxl_evdisable_domain_death(called.ctx, called.evgens[i]);
        hit(&called.deaths, 0);
    } else {
        called.calls++;
    }
}

static void occurs_remake(void *user, libxl_event *event)
{
    check(user == &called, "user");
    remake(event);
    libxl_event_free(called.ctx, event);
}

/* Generators that end and begin inside the callback. */
static void from_callbacks(void)
{
    static const libxl_event_hooks hooks = { .event_occurs_mask = LIBXL_EVENTMASK_ALL, .event_occurs = occurs_remake };
    int rounds_done = 0;

    called.ctx = new_ctx();
    libxl_event_register_callbacks(called.ctx, &hooks, &called);
    for (struct rounds r = rounds(3, 100); another(&r);) {
        double until;

        called.calls = 0;
        for (int i = 0; i < 4; i++) {
            called.domids[i] = new_domain(NO_ACK);
            called.evgens[i] = enable(called.ctx, called.domids[i], i);
        }
        for (int i = 0; i < 4; i++)
            stop_domain(called.domids[i], 0);
        /* The new generators tell of the shutdown once more. */
        for (until = now() + 10; called.calls < 4 && now() < until;) {
            end_domain(new_domain(NO_ACK));
            turn(called.ctx, 200);
        }
        check(called.calls == 4, "%d shutdowns of the new generators instead of 4", called.calls);
        for (int i = 0; i < 4; i++)
            end_domain(called.domids[i]);
        rounds_done++;
        for (until = now() + 10; hits(&called.deaths) < 4 * rounds_done && now() < until;)
            turn(called.ctx, 200);
        check(hits(&called.deaths) == 4 * rounds_done, "%d deaths of %d", hits(&called.deaths), 4 * rounds_done);
    }
    libxl_ctx_free(called.ctx);
}

static void occurs_destroy(void *user, libxl_event *event)
{
    libxl_event *death = NULL;
    uint32_t domid = event->domid;
    int rc;

    check(user == &called && event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, "type %d", event->type);
    libxl_event_free(called.ctx, event);
    rc = libxl_domain_destroy(called.ctx, domid, NULL);
    check(!rc, "libxl_domain_destroy: %d", rc);
    rc = libxl_event_wait(called.ctx, &death, 1UL << LIBXL_EVENT_TYPE_DOMAIN_DEATH, NULL, NULL);
    check(!rc && death->domid == domid, "libxl_event_wait: %d", rc);
    libxl_event_free(called.ctx, death);
    called.calls++;
}

/* The callback of one event waits for the next, which is queued. */
static void nested(void)
{
    static const libxl_event_hooks hooks = { .event_occurs_mask = 1UL << LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN,
                                             .event_occurs = occurs_destroy };

    called.ctx = new_ctx();
    libxl_event_register_callbacks(called.ctx, &hooks, &called);
    for (struct rounds r = rounds(2, 50); another(&r);) {
        uint32_t domid = new_domain(NO_ACK);
        libxl_evgen_domain_death *evgen = enable(called.ctx, domid, 1);
        int before = called.calls;

        stop_domain(domid, 1);
        for (double until = now() + 10; called.calls == before && now() < until;)
            turn(called.ctx, 200);
        check(called.calls == before + 1, "no call");
        libxl_evdisable_domain_death(called.ctx, evgen);
    }
    libxl_ctx_free(called.ctx);
}

static void occurs_slow(void *user, libxl_event *event)
{
    check(user == &called, "user");
    if (event->for_user == 1) {
        called.slow = 1;
        check(reached(&called.deaths, 1, 10), "a call that lasts holds up another thread's");
        called.slow = 2;
    } else {
        hit(&called.deaths, 0);
    }
    libxl_event_free(called.ctx, event);
}

static void *turn_and_turn(void *stop)
{
    while (!*(atomic_bool *)stop)
        turn(called.ctx, 50);
    return NULL;
}

static void slow_call(void)
{
    static const libxl_event_hooks hooks = { .event_occurs_mask = LIBXL_EVENTMASK_ALL, .event_occurs = occurs_slow };
    uint32_t slow = new_domain(NO_ACK), quick = new_domain(NO_ACK);
    libxl_evgen_domain_death *a, *b;
    atomic_bool stop = false;
    pthread_t threads[2];

    called.ctx = new_ctx();
    libxl_event_register_callbacks(called.ctx, &hooks, &called);
    a = enable(called.ctx, slow, 1);
    b = enable(called.ctx, quick, 2);
    for (int i = 0; i < 2; i++)
        threads[i] = start(turn_and_turn, &stop);
    end_domain(slow);
    for (double until = now() + 10; !called.slow && now() < until;)
        nap(1000);
    end_domain(quick);
    for (double until = now() + 10; called.slow < 2 && now() < until;)
        nap(1000);
    check(called.slow == 2, "no call");
    stop = true;
    for (int i = 0; i < 2; i++)
        finish(threads[i]);
    libxl_evdisable_domain_death(called.ctx, a);
    libxl_evdisable_domain_death(called.ctx, b);
    libxl_ctx_free(called.ctx);
}

static void occurs_count(void *user, libxl_event *event)
{
    check(event->type == LIBXL_EVENT_TYPE_DOMAIN_DEATH, "type %d", event->type);
    libxl_event_free(user, event);
    called.calls++;
}

/* Only the types of the mask are called with. */
static void masked(void)
{
    static const libxl_event_hooks hooks = { .event_occurs_mask = 1UL << LIBXL_EVENT_TYPE_DOMAIN_DEATH,
                                             .event_occurs = occurs_count };
    static const libxl_event_hooks none = { .event_occurs_mask = 0 };
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_domain_death *evgen;

    libxl_event_register_callbacks(ctx, &hooks, ctx);
    evgen = enable(ctx, domid, 3);
    stop_domain(domid, 0);
    expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, domid, 3);
    end_domain(domid);
    for (double until = now() + 10; !called.calls && now() < until;)
        turn(ctx, 200);
    expect_nothing(ctx);
    check(called.calls == 1, "%d calls", called.calls);
    libxl_evdisable_domain_death(ctx, evgen);
    for (int i = 0; i < 2; i++) {
        libxl_event_register_callbacks(ctx, i ? &none : NULL, ctx);
        domid = new_domain(NO_ACK);
        evgen = enable(ctx, domid, 4);
        end_domain(domid);
        expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, domid, 4);
        libxl_evdisable_domain_death(ctx, evgen);
    }
    libxl_ctx_free(ctx);
}

struct asked { libxl_ctx *ctx; libxl_event *inner; int calls; };

static int collects_too(const libxl_event *event, void *user)
{
    struct asked *a = user;

    a->calls++;
    check(event->type == LIBXL_EVENT_TYPE_DOMAIN_DEATH, "type %d", event->type);
    if (!a->inner) {
        int rc = libxl_event_check(a->ctx, &a->inner, LIBXL_EVENTMASK_ALL, NULL, NULL);

        check(!rc, "libxl_event_check in a predicate: %d", rc);
    }
    return 1;
}

/* A predicate that calls the library; each event still goes to one collector. */
static void predicates(void)
{
    struct asked a = { .ctx = new_ctx() };
    libxl_evgen_domain_death *evgens[2];
    uint32_t domids[2];
    libxl_event *outer = NULL;
    int rc;

    libxl_event_free(a.ctx, NULL);
    for (int i = 0; i < 2; i++) {
        domids[i] = new_domain(NO_ACK);
        evgens[i] = enable(a.ctx, domids[i], i);
        end_domain(domids[i]);
    }
    nap(100000);
    for (int i = 0; i < 20; i++)
        turn(a.ctx, 10);
    rc = libxl_event_check(a.ctx, &outer, LIBXL_EVENTMASK_ALL, collects_too, &a);
    check(!rc, "libxl_event_check: %d", rc);
    check(outer != a.inner && outer->domid != a.inner->domid, "one event for two");
    libxl_event_free(a.ctx, outer);
    libxl_event_free(a.ctx, a.inner);
    expect_nothing(a.ctx);
    for (int i = 0; i < 2; i++)
        libxl_evdisable_domain_death(a.ctx, evgens[i]);
    libxl_ctx_free(a.ctx);
}

/* ---- ends ---- */

/* The ctx goes with generators enabled and events not collected. */
static void freed(void)
{
    for (struct rounds r = rounds(3, 40); another(&r);) {
        libxl_ctx *ctx = new_ctx();
        struct driver *driver = drive(ctx, r.done % 2 ? BY_HOOKS : BY_HOOKS_LOCKED);
        uint32_t domids[3];
        libxl_evgen_disk_eject *eject;

        for (int i = 0; i < 3; i++) {
            domids[i] = new_domain(NO_ACK);
            enter(driver);
            enable(ctx, domids[i], i);
            if (i == 1)
                check(!libxl_evenable_disk_eject(ctx, domids[i], "hdc", 9, &eject), "libxl_evenable_disk_eject");
            leave(driver);
        }
        check(registered(driver) > 0, "nothing to drive");
        if (r.done % 3)
            end_domain(domids[0]);
        nap(r.done % 3 * 1000);
        stop_driving(driver);
        if (r.done % 3 == 2)
            end_domain(domids[1]);
        enter(driver);
        libxl_ctx_free(ctx);
        leave(driver);
        check(!registered(driver), "%d registrations of a ctx that is no more", registered(driver));
        forget_driver(driver);
    }
}

static void refused(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    libxl_evgen_domain_death *evgen = NULL;
    libxl_evgen_disk_eject *eject = NULL;
    uint32_t domid = new_domain(NO_ACK);
    int rc;

    make_hooks_fail(driver, 77, 0);
    rc = libxl_evenable_domain_death(ctx, domid, 1, &evgen);
    check(rc == 77, "libxl_evenable_domain_death whose registration is refused with 77: %d", rc);
    rc = libxl_evenable_disk_eject(ctx, domid, "hdc", 1, &eject);
    check(rc == 77, "libxl_evenable_disk_eject whose registration is refused with 77: %d", rc);
    make_hooks_fail(driver, 0, 0);
    evgen = enable(ctx, domid, 1);
    libxl_evdisable_domain_death(ctx, evgen);
    check(all_given_back(driver, 5), "%d registrations of an idle ctx", registered(driver));
    stop_driving(driver);
    libxl_ctx_free(ctx);
    forget_driver(driver);
}

static void disastrous(void *user, libxl_event_type type, const char *message, int error)
{
    check(user == &called && !type && message && *message, "type %d, message %s", type, message);
    (void)error;
    called.calls++;
}

/* Xenstore goes: the disaster hook hears of it, and without one the process ends with status 255. */
static void disaster(void)
{
    static const libxl_event_hooks hooks = { .disaster = disastrous };
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_domain_death *evgen;
    int status;
    pid_t pid;

    go_between();
    pid = fork();
    check(pid >= 0, "fork: %s", strerror(errno));
    if (pid == 0) {
        libxl_ctx *ctx = new_ctx();

        libxl_event_register_callbacks(ctx, NULL, NULL);
        enable(ctx, domid, 1);
        turn(ctx, 100);
        between->ready = true;
        for (double until = now() + 20; now() < until;)
            turn(ctx, 200);
        _exit(0);
    }
    for (double until = now() + 10; !between->ready && now() < until;)
        nap(10000);
    called.ctx = new_ctx();
    libxl_event_register_callbacks(called.ctx, &hooks, &called);
    evgen = enable(called.ctx, domid, 1);
    expect_nothing(called.ctx);
    check(!called.calls, "%d disasters already", called.calls);
    end_of_xenstore();
    for (double until = now() + 10; !called.calls && now() < until;)
        turn(called.ctx, 200);
    check(called.calls, "no disaster");
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    check(WIFEXITED(status) && WEXITSTATUS(status) == 255, "status %x without a disaster hook", status);
    (void)evgen;
    /* As libxl_event.h advises. */
    libxl_ctx_free(called.ctx);
}

/* Likewise, and how often it is told; and that xenstore may come back. */
static void disaster_once(void)
{
    static const libxl_event_hooks hooks = { .disaster = disastrous };
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_disk_eject *ejects[2];
    double began;

    go_between();
    called.ctx = new_ctx();
    libxl_event_register_callbacks(called.ctx, &hooks, &called);
    enable(called.ctx, domid, 1);
    for (int i = 0; i < 2; i++)
        check(!libxl_evenable_disk_eject(called.ctx, domid, i ? "hdc" : "hdd", 2, &ejects[i]), "evenable");
    expect_nothing(called.ctx);
    end_of_xenstore();
    for (began = now(); now() < began + 2.5;)
        turn(called.ctx, 500);
    check(called.calls == 1, "%d disasters for one loss", called.calls);
    unsetenv("XENSTORED_PATH");
    if (getenv("PRETEND")) {
        char path[200];

        snprintf(path, sizeof(path), "%s/socket", getenv("PRETEND"));
        setenv("XENSTORED_PATH", path, 1);
    }
    libxl_ctx_free(called.ctx);
}

/* ---- disks ---- */

static void forget(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void forget(const char *format, ...)
{
    struct xs_handle *xs = xs_open(0);
    char path[512];
    va_list al;

    va_start(al, format);
    vsnprintf(path, sizeof(path), format, al);
    va_end(al);
    check(xs && xs_rm(xs, XBT_NULL, path), "removing %s: %s", path, strerror(errno));
    xs_close(xs);
}

enum { HDC = 5632 };

static void both_are_told(void)
{
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_disk_eject *evgens[2];
    uint64_t told = 0;
    int rc;

    add_disk(domid, HDC, "");
    store("hdc", "/libxl/%u/device/vbd/%d/dev", domid, HDC);
    store("", "/local/domain/%u/device/vbd/%d/eject", domid, HDC);
    for (int i = 0; i < 2; i++) {
        rc = libxl_evenable_disk_eject(ctx, domid, i ? "5632" : "hdc", 1 + i, &evgens[i]);
        check(!rc, "libxl_evenable_disk_eject: %d", rc);
    }
    store("eject", "/local/domain/%u/device/vbd/%d/eject", domid, HDC);
    for (int i = 0; i < 2; i++) {
        libxl_event *event = next_event(ctx, 10);

        check(event, "%d of 2 are told", i);
        check(event->type == LIBXL_EVENT_TYPE_DISK_EJECT && event->domid == domid, "type %d", event->type);
        check(event->u.disk_eject.vdev, "no vdev");
        check(!strcmp(event->u.disk_eject.vdev, event->for_user == 1 ? "hdc" : "5632"), "vdev %s",
              event->u.disk_eject.vdev);
        check(!strcmp(event->u.disk_eject.disk.vdev, "hdc"), "disk %s", event->u.disk_eject.disk.vdev);
        check(event->u.disk_eject.disk.pdev_path && !*event->u.disk_eject.disk.pdev_path, "a path");
        told |= event->for_user;
        libxl_event_free(ctx, event);
    }
    check(told == 3, "told: %d", (int)told);
    expect_nothing(ctx);
    libxl_evdisable_disk_eject(ctx, evgens[0]);
    store("eject", "/local/domain/%u/device/vbd/%d/eject", domid, HDC);
    expect(ctx, LIBXL_EVENT_TYPE_DISK_EJECT, domid, 2);
    libxl_evdisable_disk_eject(ctx, evgens[1]);
    libxl_ctx_free(ctx);
}

static void *ask_and_ask(void *domid)
{
    for (double until = now() + 2; now() < until;)
        store("eject", "/local/domain/%u/device/vbd/%d/eject", *(uint32_t *)domid, HDC);
    return NULL;
}

/* A guest that asks without end gets its events, ends nobody, and holds nobody up. */
static void endless_requests(void)
{
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_disk_eject *evgen;
    double longest = 0, began = 0;
    pthread_t threads[2];
    int events = 0;

    add_disk(domid, HDC, "");
    store("", "/local/domain/%u/device/vbd/%d/eject", domid, HDC);
    check(!libxl_evenable_disk_eject(ctx, domid, "hdc", 1, &evgen), "libxl_evenable_disk_eject");
    for (int i = 0; i < 2; i++)
        threads[i] = start(ask_and_ask, &domid);
    for (double until = now() + 2.5; now() < until;) {
        libxl_event *event;

        began = now();
        turn(ctx, 20);
        if (now() - began > longest)
            longest = now() - began;
        while (!libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL)) {
            check(event->type == LIBXL_EVENT_TYPE_DISK_EJECT, "type %d", event->type);
            libxl_event_free(ctx, event);
            events++;
        }
    }
    for (int i = 0; i < 2; i++)
        finish(threads[i]);
    expect_nothing(ctx);
    check(events > 0, "no event");
    check(longest < 1, "held up for %.1f s", longest);
    note("%d events, held up for %.0f ms at most", events, longest * 1e3);
    libxl_evdisable_disk_eject(ctx, evgen);
    libxl_ctx_free(ctx);
}

/* What a guest may write there, and what it may take away. */
static void strange_requests(void)
{
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_disk_eject *evgen;
    char big[4000], *value;
    int rc;

    memset(big, 'e', sizeof(big) - 1);
    big[sizeof(big) - 1] = 0;
    add_disk(domid, HDC, "");
    rc = libxl_evenable_disk_eject(ctx, domid, "hdc", 1, &evgen);
    check(!rc, "libxl_evenable_disk_eject: %d", rc);
    for (int i = 0; i < 6; i++) {
        static const char *const texts[] = { "", "ejected", "EJECT", "ejec", "%s%n\n\x1b[31m", NULL };

        store(texts[i] ?: big, "/local/domain/%u/device/vbd/%d/eject", domid, HDC);
        store("eject", "/local/domain/%u/device/vbd/%d/eject/below", domid, HDC);
        expect_nothing(ctx);
    }
    /* The guest's own half says where the back end is: it is not believed. */
    store("/local/domain/7/backend/qdisk/9/9/../../../../../libxl", "/local/domain/%u/device/vbd/%d/backend", domid, HDC);
    store("eject", "/local/domain/%u/device/vbd/%d/eject", domid, HDC);
    expect(ctx, LIBXL_EVENT_TYPE_DISK_EJECT, domid, 1);
    /* No disk, no ejection. */
    forget("/libxl/%u/device/vbd/%d", domid, HDC);
    forget("/local/domain/%u/device/vbd/%d/backend", domid, HDC);
    store("eject", "/local/domain/%u/device/vbd/%d/eject", domid, HDC);
    expect_nothing(ctx);
    /* The node is not brought back. */
    forget("/local/domain/%u/device/vbd/%d", domid, HDC);
    expect_nothing(ctx);
    value = stored("/local/domain/%u/device/vbd/%d/eject", domid, HDC);
    check(!value, "the node is back");
    libxl_evdisable_disk_eject(ctx, evgen);
    libxl_ctx_free(ctx);
}

/* ---- what it costs ---- */

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void cost(void)
{
    enum { NUMBER = 200, SINGLY = 50 }; /* domains; those that end one after another */
    static libxl_evgen_domain_death *evgens[NUMBER];
    static uint32_t domids[NUMBER];
    static double times[SINGLY];
    libxl_ctx *ctx;
    double began;
    unsigned requests, asked;

    for (int i = 0; i < NUMBER; i++)
        domids[i] = new_domain(NO_ACK);
    go_between();
    ctx = new_ctx();
    requests = between->requests, asked = lists, began = now();
    evgens[0] = enable(ctx, domids[0], 0);
    note("the first enabled: %.1f us, %u hypercalls, %u requests", (now() - began) * 1e6, lists - asked,
         between->requests - requests);
    requests = between->requests, asked = lists, began = now();
    for (int i = 1; i < NUMBER; i++)
        evgens[i] = enable(ctx, domids[i], i);
    note("another: %.1f us, %.2f hypercalls, %.2f requests each", (now() - began) * 1e6 / (NUMBER - 1),
         (lists - asked) / (double)(NUMBER - 1), (between->requests - requests) / (double)(NUMBER - 1));
    expect_nothing(ctx);
    requests = between->requests, asked = lists;
    for (int i = 0; i < SINGLY; i++) {
        began = now();
        end_domain(domids[i]);
        expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, domids[i], i);
        times[i] = now() - began;
    }
    qsort(times, SINGLY, sizeof(*times), by_number);
    note("one death after another: %.0f us (median), %.2f hypercalls, %.2f requests each", times[SINGLY / 2] * 1e6,
         (lists - asked) / (double)SINGLY, (between->requests - requests) / (double)SINGLY);
    check(lists - asked <= 3 * SINGLY, "%u hypercalls for %d deaths", lists - asked, SINGLY);
    check(between->requests - requests < SINGLY / 10, "%u requests for %d deaths", between->requests - requests, SINGLY);
    requests = between->requests, asked = lists;
    for (int i = SINGLY; i < NUMBER; i++)
        end_domain(domids[i]);
    nap(500000);
    began = now();
    for (int i = SINGLY; i < NUMBER; i++) {
        libxl_event *event = next_event(ctx, 10);

        check(event && event->type == LIBXL_EVENT_TYPE_DOMAIN_DEATH, "a death of %d", i);
        libxl_event_free(ctx, event);
    }
    check(lists - asked <= 5, "%u hypercalls for deaths that all had happened", lists - asked);
    note("%d deaths at once: %.1f ms, %u hypercalls, %u requests", NUMBER - SINGLY, (now() - began) * 1e3,
         lists - asked, between->requests - requests);
    for (int i = 0; i < NUMBER; i++)
        libxl_evdisable_domain_death(ctx, evgens[i]);
    libxl_ctx_free(ctx);
    end_of_xenstore();
}

const struct testcase generator_cases[] = {
    { "generators-asleep", asleep_in_wait, 0, "threads in event_wait hear what another thread enables meanwhile" },
    { "generators-used-again", used_again, 0, "a domain number used again: the old domain is dead, the new one is not" },
    { "generators-no-numbers", no_numbers, OURS_ONLY, "numbers that no domain can have are dead; evdisable twice" },
    { "generators-resumed", resumed, 0, "a domain that was suspended, resumed and shut down has two shutdowns" },
    { "generators-in-callbacks", from_callbacks, 0, "generators that end and begin inside event_occurs" },
    { "generators-nested", nested, 0, "event_occurs destroys the domain and waits for its death" },
    { "generators-slow-call", slow_call, 0, "event_occurs that lasts holds up no other thread" },
    { "generators-masked", masked, 0, "event_occurs gets the types of its mask, the queue the others" },
    { "generators-predicates", predicates, 0, "a predicate that collects an event itself" },
    { "generators-freed", freed, 0, "ctx_free ends generators and gives the registration back" },
    { "generators-refused", refused, 0, "evenable returns what the hook refuses with" },
    { "generators-disaster", disaster, 0, "xenstore gone: the disaster hook, or exit status 255" },
    { "generators-disaster-once", disaster_once, OURS_ONLY, "one loss is one disaster" },
    { "generators-eject-both", both_are_told, 0, "two generators of one disk are both told, with its name" },
    { "generators-eject-strange", strange_requests, 0, "only the one word is a request; nothing else is believed" },
    { "generators-eject-endless", endless_requests, 0, "a guest that asks without end harms nobody" },
    { "generators-cost", cost, 0, "200 generators: hypercalls, xenstore requests, time" },
    { 0 }
};
