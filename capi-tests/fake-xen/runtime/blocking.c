/*
 * Synchronous operations in some threads while others drive the same ctx: what a blocked thread waits for
 * may come about on another thread, which must not keep it from being seen.
 */
#include "harness.h"

struct worker {
    libxl_ctx *ctx;
    struct driver *driver;
    uint32_t domid;
    int done;
    double worst;
};

static void *shut_down_again_and_again(void *argument)
{
    struct worker *w = argument;

    for (struct rounds r = rounds(10, 1500); another(&r); w->done++) {
        double began = now(), took;
        int rc;

        if (w->driver)
            enter(w->driver);
        rc = w->done % 2 ? libxl_domain_shutdown(w->ctx, w->domid, NULL) : libxl_domain_reboot(w->ctx, w->domid, NULL);
        if (w->driver)
            leave(w->driver);
        took = now() - began;
        check(!rc, "round %d: %d", w->done, rc);
        if (took > w->worst)
            w->worst = took;
    }
    return NULL;
}

/* `workers` threads with a domain each. A lost wake-up would cost the guest's whole time, a minute. */
static void workers(libxl_ctx *ctx, struct driver *driver, int number)
{
    struct worker w[8];
    pthread_t threads[8];
    double worst = 0;
    int done = 0;

    for (int i = 0; i < number; i++)
        w[i] = (struct worker){ ctx, driver, new_domain(0), 0, 0 };
    for (int i = 0; i < number; i++)
        threads[i] = start(shut_down_again_and_again, &w[i]);
    for (int i = 0; i < number; i++) {
        finish(threads[i]);
        done += w[i].done;
        worst = w[i].worst > worst ? w[i].worst : worst;
    }
    check(worst < 8, "a round took %.1f s", worst);
    note("%d threads, %d rounds; the longest %.0f ms", number, done, worst * 1e3);
}

static void alone(void)
{
    libxl_ctx *ctx = new_ctx();

    workers(ctx, NULL, 1);
    libxl_ctx_free(ctx);
}

static void several(void)
{
    libxl_ctx *ctx = new_ctx();

    workers(ctx, NULL, 4);
    libxl_ctx_free(ctx);
}

/* While the driver has something to care for: a death watch on a domain that lives on. */
static void driven(enum style style, bool polled_too, int number)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, style), *polling = polled_too ? drive(ctx, BY_POLL) : NULL;
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_domain_death *evgen;

    enter(driver);
    evgen = enable(ctx, domid, 1);
    leave(driver);
    workers(ctx, driver, number);
    if (polling) {
        stop_driving(polling);
        forget_driver(polling);
    }
    enter(driver);
    libxl_evdisable_domain_death(ctx, evgen);
    leave(driver);
    end_driven(ctx, driver);
}

static void with_hooks(void) { driven(BY_HOOKS, false, 2); }
static void with_hooks_locked(void) { driven(BY_HOOKS_LOCKED, false, 2); }
static void with_poll(void) { driven(BY_POLL, false, 2); }
static void with_both(void) { driven(BY_HOOKS, true, 3); }

const struct testcase blocking_cases[] = {
    { "blocking-alone", alone, 0, "a synchronous operation ends when its guest has answered" },
    { "blocking-several", several, 0, "so do those of several threads on one ctx" },
    { "blocking-hooks", with_hooks, 0, "and while an event loop calls occurred_*; an idle ctx has nothing registered" },
    { "blocking-hooks-locked", with_hooks_locked, 0, "the same with the application's lock around every call" },
    { "blocking-poll", with_poll, 0, "and while an event loop uses beforepoll and afterpoll" },
    { "blocking-both", with_both, 0, "and with both styles mixed" },
    { 0 }
};
