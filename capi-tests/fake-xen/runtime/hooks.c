/*
 * Registered hooks, as libvirt's driver uses them: what is registered when, what happens when a hook
 * refuses, and a storm of operations at the end of which everything has been given back.
 */
#include "harness.h"

/* An operation that ends at once, one that waits, and nothing: the ctx in between is idle. */
static void idle(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    struct tally tally = TALLY;
    libxl_evgen_domain_death *evgen = NULL;
    uint32_t domid = new_domain(0);
    int rc;

    check(!registered(driver), "a new ctx registers %d", registered(driver));
    for (int i = 0; i < 5; i++) {
        rc = libxl_domain_shutdown(ctx, domid, INTO(&tally));
        check(!rc, "libxl_domain_shutdown: %d", rc);
        check(reached(&tally, i + 1, 10) && !tally.failures, "%d ends, rc %d", hits(&tally), tally.last);
        check(all_given_back(driver, 5), "%d registrations of an idle ctx", registered(driver));
    }
    evgen = enable(ctx, domid, 1);
    check(registered(driver) > 0, "nothing registered for an enabled event");
    libxl_evdisable_domain_death(ctx, evgen);
    check(all_given_back(driver, 5), "%d registrations after evdisable", registered(driver));
    for (int i = 0; i < 5; i++) {
        rc = libxl_domain_shutdown(ctx, domid, NULL);
        check(!rc, "libxl_domain_shutdown: %d", rc);
        check(all_given_back(driver, 5), "%d registrations after a synchronous operation", registered(driver));
    }
    note("%d hook calls", hook_calls(driver));
    stop_driving(driver);
    libxl_ctx_free(ctx);
    check(!registered(driver), "%d registrations after ctx_free", registered(driver));
    forget_driver(driver);
}

static void out_is_null(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    struct tally tally = TALLY;
    uint32_t domid = new_domain(0);

    for (int i = 0; i < 10; i++) {
        int rc = libxl_domain_shutdown(ctx, domid, INTO(&tally));

        check(!rc && reached(&tally, i + 1, 10), "an operation with hooks: %d", rc);
    }
    check(!not_null, "*for_app_registration_out was not NULL on entry to register, %d times", not_null);
    stop_driving(driver);
    libxl_ctx_free(ctx);
    forget_driver(driver);
}

/* What libvirt does with one ctx: workers that wait, callbacks, deaths, all at once. */
struct storm {
    libxl_ctx *ctx;
    struct driver *driver;
    struct tally *ends;
    atomic_int *begun;
};

static void *waiting_worker(void *argument)
{
    struct storm *s = argument;
    uint32_t domid = new_domain(0);

    for (struct rounds r = rounds(5, 500); another(&r);) {
        int rc;

        enter(s->driver);
        rc = r.done % 3 ? libxl_domain_shutdown(s->ctx, domid, NULL) : libxl_domain_pause(s->ctx, domid, NULL);
        leave(s->driver);
        check(!rc, "operation %d: %d", r.done, rc);
    }
    return NULL;
}

static void *calling_worker(void *argument)
{
    struct storm *s = argument;
    uint32_t domid = new_domain(0);

    for (struct rounds r = rounds(5, 500); another(&r);) {
        libxl_evgen_domain_death *evgen;
        int rc;

        enter(s->driver);
        evgen = enable(s->ctx, domid, 1);
        for (int i = 0; i < 4; i++) {
            rc = libxl_domain_shutdown(s->ctx, domid, INTO(s->ends));
            check(!rc, "libxl_domain_shutdown: %d", rc);
            ++*s->begun;
        }
        libxl_evdisable_domain_death(s->ctx, evgen);
        leave(s->driver);
        if (r.done % 4 == 0)
            check(reached(s->ends, *s->begun - 8, 20), "%d of %d operations ended", hits(s->ends), *s->begun);
    }
    return NULL;
}

static void storm(enum style style)
{
    struct tally ends = TALLY;
    atomic_int begun = 0;
    struct storm s = { new_ctx(), NULL, &ends, &begun };
    pthread_t threads[4];

    s.driver = drive(s.ctx, style);
    for (int i = 0; i < 4; i++)
        threads[i] = start(i % 2 ? waiting_worker : calling_worker, &s);
    for (int i = 0; i < 4; i++)
        finish(threads[i]);
    check(reached(&ends, begun, 20), "%d of %d operations ended", hits(&ends), begun);
    check(ends.count == begun && !ends.failures, "%d ends for %d operations, %d failed", ends.count, begun, ends.failures);
    check(all_given_back(s.driver, 10), "%d registrations of an idle ctx", registered(s.driver));
    note("%d asynchronous operations, %d hook calls", begun, hook_calls(s.driver));
    stop_driving(s.driver);
    libxl_ctx_free(s.ctx);
    check(!registered(s.driver), "%d registrations after ctx_free", registered(s.driver));
    forget_driver(s.driver);
}

static void storm_a(void) { storm(BY_HOOKS); }
static void storm_b(void) { storm(BY_HOOKS_LOCKED); }

/* Refusals: the value comes up, in the call itself or as the end of the operation, and nothing stays behind. */
static void refusal(int answer)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    struct tally tally = TALLY;
    libxl_evgen_domain_death *evgen = NULL;
    uint32_t domid = new_domain(0);
    int rc, expected = 0;

    for (int i = 0; i < 20; i++) {
        make_hooks_fail(driver, answer, 0);
        rc = libxl_evenable_domain_death(ctx, domid, 1, &evgen);
        check(rc == answer, "evenable with hooks that answer %d: %d", answer, rc);
        check(!registered(driver), "%d registrations after refusal", registered(driver));
        rc = libxl_domain_shutdown(ctx, domid, INTO(&tally));
        if (!rc) {
            check(reached(&tally, ++expected, 5), "neither an error nor an end");
            check(tally.last == answer, "ended with %d, hooks answered %d", tally.last, answer);
        } else
            check(rc == answer, "shutdown with hooks that answer %d: %d", answer, rc);
        check(!registered(driver), "%d registrations after refusal", registered(driver));
        make_hooks_fail(driver, 0, 0);
        rc = libxl_domain_shutdown(ctx, domid, INTO(&tally));
        check(!rc, "libxl_domain_shutdown: %d", rc);
        check(reached(&tally, ++expected, 10) && !tally.last, "after a refusal: %d ends, rc %d", hits(&tally), tally.last);
        check(all_given_back(driver, 5), "%d registrations of an idle ctx", registered(driver));
    }
    check(hits(&tally) == expected, "%d ends, not %d", hits(&tally), expected);
    stop_driving(driver);
    libxl_ctx_free(ctx);
    check(!registered(driver), "%d registrations after ctx_free", registered(driver));
    forget_driver(driver);
}

static void refusal_error(void) { refusal(ERROR_OSEVENT_REG_FAIL); }
static void refusal_positive(void) { refusal(7); }
static void refusal_as_libvirt(void) { refusal(-1); }

/* While hooks refuse, a synchronous operation either does without them or says so; it hangs in no case. */
static void refusal_blocking(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    uint32_t domid = new_domain(0);
    int rc = 0;

    for (int i = 0; i < 10; i++) {
        make_hooks_fail(driver, 7, i % 2 ? 9 : 0);
        rc = libxl_domain_shutdown(ctx, domid, NULL);
        check(rc == 0 || rc == 7 || rc == 9, "shutdown with hooks that refuse: %d", rc);
        make_hooks_fail(driver, 0, 0);
        rc = libxl_domain_shutdown(ctx, domid, NULL);
        check(!rc, "after a refusal: %d", rc);
    }
    end_driven(ctx, driver);
}

/* Calling occurred_fd from a hook is forbidden: ours says so, and neither hangs nor dies. */
static atomic_int reentered;

static void reenter(libxl_ctx *ctx, void *for_libxl, int fd)
{
    reentered++;
    libxl_osevent_occurred_fd(ctx, for_libxl, fd, POLLIN, POLLIN);
}

static void reentry(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    struct tally tally = TALLY;
    uint32_t domid = new_domain(0);
    int rc, before = log_lines();

    inside_register = reenter;
    rc = libxl_domain_shutdown(ctx, domid, INTO(&tally));
    check(!rc, "libxl_domain_shutdown: %d", rc);
    check(reached(&tally, 1, 10), "no end");
    check(reentered, "no hook was called");
    check(log_lines() > before, "not a word in the log");
    inside_register = NULL;
    rc = libxl_domain_shutdown(ctx, domid, INTO(&tally));
    check(!rc && reached(&tally, 2, 10) && !tally.last, "the next operation: %d, %d", rc, tally.last);
    end_driven(ctx, driver);
}

const struct testcase hooks_cases[] = {
    { "hooks-idle", idle, 0, "an idle ctx has nothing registered" },
    { "hooks-out-null", out_is_null, 0, "on entry to register, *for_app_registration_out is NULL" },
    { "hooks-storm", storm_a, 0, "a storm with the application's lock inside; everything is given back" },
    { "hooks-storm-locked", storm_b, 0, "the same with the application's lock outside" },
    { "hooks-refuse", refusal_error, 0, "ERROR_OSEVENT_REG_FAIL from a hook comes up, nothing stays" },
    { "hooks-refuse-positive", refusal_positive, 0, "so does a positive number" },
    { "hooks-refuse-libvirt", refusal_as_libvirt, 0, "so does -1, with which libvirt's hooks refuse" },
    { "hooks-refuse-blocking", refusal_blocking, 0, "a synchronous operation does not hang on a refusal" },
    { "hooks-reentry", reentry, OURS_ONLY, "occurred_fd from within a hook is reported, and harmless" },
    { 0 }
};
