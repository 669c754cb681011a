/* occurred_fd late, early, for nothing, for what no longer exists, from many threads. */
#include "harness.h"

struct nuisance {
    libxl_ctx *ctx;
    struct driver *driver;
    atomic_bool stop;
    atomic_uint calls;
};

/* The last registration there was, whether or not it still is: the header lets late calls happen. */
static void *call_for_nothing(void *argument)
{
    struct nuisance *n = argument;
    unsigned seed = (uintptr_t)&seed;

    while (!n->stop) {
        void *for_libxl;
        int fd;

        if (last_fd(n->driver, &for_libxl, &fd)) {
            short revents = rand_r(&seed) % 3 ? POLLIN : 0;

            libxl_osevent_occurred_fd(n->ctx, for_libxl, fd, POLLIN, revents);
            n->calls++;
        }
        if (rand_r(&seed) % 4 == 0)
            nap(rand_r(&seed) % 500);
    }
    return NULL;
}

static void nuisances(int number, bool waiting)
{
    struct tally tally = TALLY;
    struct nuisance n = { .ctx = new_ctx() };
    pthread_t threads[4];
    uint32_t domid = new_domain(0);
    int expected = 0, rc;

    n.driver = drive(n.ctx, BY_HOOKS);
    for (int i = 0; i < number; i++)
        threads[i] = start(call_for_nothing, &n);
    for (struct rounds r = rounds(20, 1000); another(&r); expected++) {
        rc = libxl_domain_shutdown(n.ctx, domid, waiting ? NULL : INTO(&tally));
        check(!rc, "round %d: %d", r.done, rc);
        if (!waiting) {
            check(reached(&tally, r.done, 10), "round %d: no end", r.done);
            check(!tally.failures, "round %d: ended with %d", r.done, tally.last);
        }
    }
    n.stop = true;
    for (int i = 0; i < number; i++)
        finish(threads[i]);
    check(all_given_back(n.driver, 5), "%d registrations of an idle ctx", registered(n.driver));
    note("%d operations, %u calls for nothing", expected, n.calls);
    stop_driving(n.driver);
    libxl_ctx_free(n.ctx);
    forget_driver(n.driver);
}

static void spurious(void) { nuisances(1, false); }
static void spurious_many(void) { nuisances(4, false); }
static void spurious_blocking(void) { nuisances(2, true); }

/* After evdisable the fd is deregistered; calls for it come late, from an event loop that had them in hand. */
static void late(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    struct tally tally = TALLY;
    libxl_evgen_domain_death *evgen;
    uint32_t domid = new_domain(0);
    void *for_libxl;
    int fd, rc, expected = 0;

    for (struct rounds r = rounds(20, 1000); another(&r);) {
        evgen = enable(ctx, domid, 1);
        check(last_fd(driver, &for_libxl, &fd), "nothing registered");
        libxl_evdisable_domain_death(ctx, evgen);
        for (int i = 0; i < 5; i++)
            libxl_osevent_occurred_fd(ctx, for_libxl, fd, POLLIN, i % 2 ? POLLIN : POLLIN | POLLHUP);
        if (r.done % 20 == 0) {
            rc = libxl_domain_shutdown(ctx, domid, INTO(&tally));
            check(!rc, "libxl_domain_shutdown: %d", rc);
            libxl_osevent_occurred_fd(ctx, for_libxl, fd, POLLIN, POLLIN);
            check(reached(&tally, ++expected, 10) && !tally.last, "an operation afterwards: %d", tally.last);
        }
    }
    end_driven(ctx, driver);
}

/* Two loops hand in the same readiness; each registration may be reported by either, or by both. */
static void twice(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS), *polling[3];
    struct tally tally = TALLY;
    uint32_t domid = new_domain(0);
    int expected = 0;

    polling[0] = drive(ctx, BY_POLL);
    for (struct rounds r = rounds(20, 1500); another(&r);) {
        int rc = libxl_domain_shutdown(ctx, domid, INTO(&tally));

        check(!rc, "libxl_domain_shutdown: %d", rc);
        expected++;
        if (r.done % 4 == 0)
            check(reached(&tally, expected, 10), "%d of %d ends", hits(&tally), expected);
    }
    check(reached(&tally, expected, 10), "%d of %d ends", hits(&tally), expected);
    check(hits(&tally) == expected && !tally.failures, "%d ends of %d, %d failed", hits(&tally), expected, tally.failures);
    stop_driving(polling[0]);
    check(all_given_back(driver, 5), "%d registrations of an idle ctx", registered(driver));
    note("%d operations", expected);
    stop_driving(driver);
    libxl_ctx_free(ctx);
    forget_driver(polling[0]);
    forget_driver(driver);
}

const struct testcase occurred_cases[] = {
    { "occurred-spurious", spurious, 0, "occurred_fd for nothing, or for what is no more, does no harm" },
    { "occurred-spurious-many", spurious_many, 0, "the same from four threads" },
    { "occurred-blocking", spurious_blocking, 0, "and while a thread waits for its own operation" },
    { "occurred-late", late, 0, "occurred_fd after deregistration does no harm" },
    { "occurred-twice", twice, 0, "readiness that two loops report ends every operation once" },
    { 0 }
};
