/* beforepoll and afterpoll: how much space, which time-outs, and an application asleep on an old set. */
#include "harness.h"

static struct timeval wall(void)
{
    struct timeval tv;

    gettimeofday(&tv, NULL);
    return tv;
}

/* What beforepoll wants, found with NULL and 0. */
static int space_wanted(libxl_ctx *ctx)
{
    int n = 0, timeout = -1, rc = libxl_osevent_beforepoll(ctx, &n, NULL, &timeout, wall());

    if (n == 0)
        check(!rc, "no space wanted, and yet %d", rc);
    else
        check(rc == ERROR_BUFFERFULL && n > 0, "NULL and 0: %d, %d fds", rc, n);
    return n;
}

static void space(void)
{
    libxl_ctx *ctx = new_ctx();
    struct tally tally = TALLY;
    struct pollfd fds[64];
    uint32_t domid = new_domain(NO_ACK);
    int wanted, n, timeout, rc;

    space_wanted(ctx);
    rc = libxl_domain_shutdown(ctx, domid, INTO(&tally));
    check(!rc, "libxl_domain_shutdown: %d", rc);
    wanted = space_wanted(ctx);
    check(wanted > 0, "an operation waits, and there is nothing to poll");
    check(wanted < 60, "%d fds", wanted);
    for (int room = 0; room < wanted; room++) {
        n = room;
        timeout = -1;
        rc = libxl_osevent_beforepoll(ctx, &n, fds, &timeout, wall());
        check(rc == ERROR_BUFFERFULL && n > room, "room for %d: %d, %d wanted", room, rc, n);
    }
    for (int room = wanted; room < wanted + 3; room++) {
        memset(fds, 0x55, sizeof(fds));
        n = room;
        timeout = -1;
        rc = libxl_osevent_beforepoll(ctx, &n, fds, &timeout, wall());
        check(!rc && n <= room && n >= 0, "room for %d: %d, %d used", room, rc, n);
        for (int i = 0; i < n; i++)
            check(fcntl(fds[i].fd, F_GETFD) >= 0 && fds[i].events, "fd %d for events %x", fds[i].fd, fds[i].events);
        check(fds[room].fd == 0x55555555, "written beyond the space");
    }
    libxl_ao_abort(ctx, INTO(&tally));
    for (double until = now() + 10; !hits(&tally) && now() < until;)
        turn(ctx, 500);
    check(hits(&tally) == 1, "the aborted operation did not end");
    libxl_ctx_free(ctx);
}

static void timeouts(void)
{
    static const int given[] = { -1, 0, 1, 1000, 1000000, 2147483647, -7 };
    libxl_ctx *ctx = new_ctx();
    struct driver *driver;
    struct tally tally = TALLY;
    uint32_t domid = new_domain(NO_ACK);
    struct pollfd fds[64];

    for (int busy = 0; busy < 2; busy++) {
        for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++) {
            int n = 64, timeout = given[i], rc = libxl_osevent_beforepoll(ctx, &n, fds, &timeout, wall());

            check(!rc, "beforepoll: %d", rc);
            check(given[i] < 0 || (timeout >= 0 && timeout <= given[i]), "time-out %d became %d", given[i], timeout);
            check(busy || timeout == given[i] || (timeout < 0 && given[i] < 0),
                  "an idle ctx made time-out %d of %d", timeout, given[i]);
        }
        if (!busy) {
            int rc = libxl_domain_shutdown(ctx, domid, INTO(&tally));

            check(!rc, "libxl_domain_shutdown: %d", rc);
        }
    }
    libxl_ao_abort(ctx, INTO(&tally));
    driver = drive(ctx, BY_POLL);
    check(reached(&tally, 1, 10), "the aborted operation did not end");
    stop_driving(driver);
    forget_driver(driver);
    libxl_ctx_free(ctx);
}

/* afterpoll with nothing ready, no fds, or none of what is in the set ready. */
static void nothing_ready(void)
{
    libxl_ctx *ctx = new_ctx();
    struct tally tally = TALLY;
    uint32_t domid = new_domain(NO_ACK);
    struct pollfd fds[64];
    struct driver *driver;
    libxl_event *event;
    int n, timeout, rc;

    rc = libxl_domain_shutdown(ctx, domid, INTO(&tally));
    check(!rc, "libxl_domain_shutdown: %d", rc);
    for (struct rounds r = rounds(100, 3000); another(&r);) {
        n = 64;
        timeout = 0;
        rc = libxl_osevent_beforepoll(ctx, &n, fds, &timeout, wall());
        check(!rc, "beforepoll: %d", rc);
        for (int i = 0; i < n; i++)
            fds[i].revents = r.done % 3 == 1 ? fds[i].events & POLLIN : 0;
        libxl_osevent_afterpoll(ctx, r.done % 3 ? n : 0, fds, wall());
        check(!hits(&tally), "an operation ended by itself: %d", tally.last);
        rc = libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
        check(rc == ERROR_NOT_READY, "libxl_event_check: %d", rc);
    }
    set_ack(domid, 0);
    driver = drive(ctx, BY_POLL);
    check(reached(&tally, 1, 10) && !tally.failures, "%d ends, rc %d", hits(&tally), tally.last);
    stop_driving(driver);
    forget_driver(driver);
    libxl_ctx_free(ctx);
}

/*
 * One thread takes a set and goes to sleep on it; only then does another start an operation. Nobody
 * else calls the library, so the sleeper must wake up and find that there is more to it than it knew.
 */
struct sleeper {
    libxl_ctx *ctx;
    struct tally asleep, *ends;
    atomic_bool stop;
    atomic_int events, until;
    uint64_t user;
};

static void *sleep_in_poll(void *argument)
{
    struct sleeper *s = argument;
    struct pollfd fds[64];

    while (!s->stop || hits(s->ends) < s->until) {
        int n = 64, timeout = -1, r, rc = libxl_osevent_beforepoll(s->ctx, &n, fds, &timeout, wall());
        libxl_event *event;

        check(!rc, "beforepoll: %d", rc);
        hit(&s->asleep, 0);
        r = poll(fds, n, timeout < 0 || timeout > 15000 ? 15000 : timeout);
        check(r || timeout >= 0, "asleep for 15 s");
        libxl_osevent_afterpoll(s->ctx, n, fds, wall());
        while (!(rc = libxl_event_check(s->ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL))) {
            s->events++;
            s->user = event->for_user;
            hit(s->ends, 0);
            libxl_event_free(s->ctx, event);
        }
        check(rc == ERROR_NOT_READY, "libxl_event_check: %d", rc);
    }
    return NULL;
}

static void asleep(void)
{
    struct tally ends = TALLY;
    struct sleeper s = { .ctx = new_ctx(), .asleep = TALLY, .ends = &ends };
    uint32_t domid = new_domain(0);
    pthread_t thread = start(sleep_in_poll, &s);
    int rc, expected = 0;

    for (struct rounds r = rounds(10, 1000); another(&r);) {
        double began;

        nap(rand() % 3000); /* sometimes asleep, sometimes on the way */
        began = now();
        rc = libxl_domain_shutdown(s.ctx, domid, r.done % 2 ? INTO(&ends) : AS_EVENT(r.done));
        check(!rc, "libxl_domain_shutdown: %d", rc);
        check(reached(&ends, ++expected, 10), "round %d: no end within 10 s", r.done);
        check(!ends.failures, "round %d: rc %d", r.done, ends.last);
        check(r.done % 2 || s.user == (uint64_t)r.done, "for_user %d", (int)s.user);
        check(now() - began < 8, "an end after %.1f s", now() - began);
    }
    s.until = expected + 1;
    s.stop = true;
    libxl_domain_shutdown(s.ctx, domid, AS_EVENT(1)); /* wakes the sleeper */
    finish(thread);
    note("%d rounds", expected);
    libxl_ctx_free(s.ctx);
}

static void asleep_deaths(void)
{
    struct tally ends = TALLY;
    struct sleeper s = { .ctx = new_ctx(), .asleep = TALLY, .ends = &ends };
    uint32_t last = new_domain(0);
    pthread_t thread = start(sleep_in_poll, &s);
    int expected = 0;

    for (struct rounds r = rounds(3, 60); another(&r);) {
        libxl_evgen_domain_death *evgen = NULL;
        uint32_t domid = new_domain(NO_ACK);

        nap(rand() % 3000);
        evgen = enable(s.ctx, domid, domid);
        if (r.done % 2)
            nap(rand() % 3000);
        end_domain(domid);
        check(reached(&ends, ++expected, 10), "round %d: no event within 10 s", r.done);
        check(s.user == domid, "for_user %d instead of %u", (int)s.user, domid);
        libxl_evdisable_domain_death(s.ctx, evgen);
    }
    s.until = expected + 1;
    s.stop = true;
    libxl_domain_shutdown(s.ctx, last, AS_EVENT(1));
    finish(thread);
    note("%d rounds", expected);
    libxl_ctx_free(s.ctx);
}

const struct testcase poll_cases[] = {
    { "poll-space", space, 0, "beforepoll says how much space it wants, and keeps within what it gets" },
    { "poll-timeouts", timeouts, 0, "beforepoll only lowers a time-out; an idle ctx has none" },
    { "poll-nothing-ready", nothing_ready, 0, "afterpoll with nothing ready, or none of the set, does no harm" },
    { "poll-asleep", asleep, 0, "an application asleep in poll sees the end of what is started meanwhile" },
    { "poll-asleep-deaths", asleep_deaths, 0, "and the events enabled meanwhile" },
    { 0 }
};
