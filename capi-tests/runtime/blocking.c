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

/* Something the driver must always care for: a death watch on a domain that lives on. */
static libxl_evgen_domain_death *keep_driving(libxl_ctx *ctx, struct driver *driver, uint32_t domid)
{
    libxl_evgen_domain_death *evgen = NULL;
    int rc;

    enter(driver);
    rc = libxl_evenable_domain_death(ctx, domid, 1, &evgen);
    leave(driver);
    check(!rc && evgen, "libxl_evenable_domain_death: %d", rc);
    return evgen;
}

static void end(libxl_ctx *ctx, struct driver *driver, libxl_evgen_domain_death *evgen)
{
    enter(driver);
    libxl_evdisable_domain_death(ctx, evgen);
    leave(driver);
    check(all_given_back(driver, 5), "%d registrations of an idle ctx", registered(driver));
    stop_driving(driver);
    libxl_ctx_free(ctx);
    check(!registered(driver), "%d registrations after ctx_free", registered(driver));
    forget_driver(driver);
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

static void with_hooks(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    libxl_evgen_domain_death *evgen = keep_driving(ctx, driver, new_domain(NO_ACK));

    workers(ctx, driver, 2);
    end(ctx, driver, evgen);
}

static void with_hooks_locked(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS_LOCKED);
    libxl_evgen_domain_death *evgen = keep_driving(ctx, driver, new_domain(NO_ACK));

    workers(ctx, driver, 2);
    end(ctx, driver, evgen);
}

static void with_poll(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_POLL);
    libxl_evgen_domain_death *evgen = keep_driving(ctx, driver, new_domain(NO_ACK));

    workers(ctx, driver, 2);
    end(ctx, driver, evgen);
}

/* Hooks and a beforepoll loop on one ctx. */
static void with_both(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *hooks = drive(ctx, BY_HOOKS), *polling = drive(ctx, BY_POLL);
    libxl_evgen_domain_death *evgen = keep_driving(ctx, hooks, new_domain(NO_ACK));

    workers(ctx, hooks, 3);
    stop_driving(polling);
    forget_driver(polling);
    end(ctx, hooks, evgen);
}

const struct testcase blocking_cases[] = {
    { "blocking-alone", alone, 0, "a synchronous operation ends when its guest has answered" },
    { "blocking-several", several, 0, "so do those of several threads on one ctx" },
    { "blocking-hooks", with_hooks, 0, "and while an event loop calls occurred_*; an idle ctx has nothing registered" },
    { "blocking-hooks-locked", with_hooks_locked, 0, "the same with the application's lock around every call" },
    { "blocking-poll", with_poll, 0, "and while an event loop uses beforepoll and afterpoll" },
    { "blocking-both", with_both, 0, "and with both styles mixed" },
    { 0 }
};
