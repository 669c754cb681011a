/* How asynchronous operations end: by callback or event, once each, sometimes before the call returns. */
#include "harness.h"

static struct seen { libxl_ctx *ctx; int rc; pthread_t thread; } seen;

static void remember(libxl_ctx *ctx, int rc, void *tally)
{
    seen = (struct seen){ ctx, rc, pthread_self() };
    hit(tally, rc);
}

static void during_the_call(void)
{
    libxl_ctx *ctx = new_ctx();
    struct tally tally = TALLY;
    libxl_asyncop_how how = { .callback = remember, .u.for_callback = &tally };
    uint32_t domid = new_domain(NO_ACK);
    libxl_event *event;
    int rc;

    /* No thread drives the ctx: if the call returns 0, a later call may have to deliver the completion. */
    for (int i = 1; i <= 50; i++) {
        rc = i % 2 ? libxl_domain_pause(ctx, domid, &how) : libxl_domain_unpause(ctx, domid, &how);
        check(!rc, "operation %d: %d", i, rc);
        rc = libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
        check(rc == ERROR_NOT_READY, "an event although there is a callback: %d", rc);
        check(hits(&tally) == i, "%d ends of %d operations", hits(&tally), i);
        check(seen.ctx == ctx && !seen.rc && pthread_equal(seen.thread, pthread_self()), "ended with %d", seen.rc);
    }
    libxl_ctx_free(ctx);
}

/* From within a completion callback libxl may be called. */
struct chain { libxl_ctx *ctx; uint32_t domid; atomic_int left; struct tally all; };

static void next_link(libxl_ctx *ctx, int rc, void *user)
{
    struct chain *c = user;
    libxl_asyncop_how how = { .callback = next_link, .u.for_callback = c };
    libxl_dominfo info;

    check(!rc, "a link ended with %d", rc);
    libxl_dominfo_init(&info);
    rc = libxl_domain_info(ctx, &info, c->domid);
    check(!rc, "libxl_domain_info in a callback: %d", rc);
    libxl_dominfo_dispose(&info);
    hit(&c->all, 0);
    if (c->left-- > 0) {
        rc = c->left % 3 ? libxl_domain_shutdown(ctx, c->domid, &how) : libxl_domain_pause(ctx, c->domid, &how);
        check(!rc, "an operation in a callback: %d", rc);
    }
}

static void from_callbacks(enum style style)
{
    struct chain c = { new_ctx(), new_domain(0), 40, TALLY };
    struct driver *driver = drive(c.ctx, style);

    enter(driver);
    next_link(c.ctx, 0, &c);
    leave(driver);
    check(reached(&c.all, 41, 20), "%d links of 41", hits(&c.all));
    end_driven(c.ctx, driver);
}

static void from_callbacks_hooks(void) { from_callbacks(BY_HOOKS); }
static void from_callbacks_poll(void) { from_callbacks(BY_POLL); }

/* A synchronous operation inside a callback: the thread drives others' operations while it waits. */
static struct tally nested = TALLY;
static uint32_t nested_domid;

static void wait_inside(libxl_ctx *ctx, int rc, void *user)
{
    (void)user;
    check(!rc, "ended with %d", rc);
    rc = libxl_domain_shutdown(ctx, nested_domid, NULL);
    check(!rc, "a synchronous operation in a callback: %d", rc);
    hit(&nested, 0);
}

static void nested_blocking(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_POLL);
    uint32_t domid = new_domain(0);

    nested_domid = new_domain(0);
    for (int i = 0; i < 10; i++) {
        libxl_asyncop_how how = { .callback = wait_inside };
        int rc = libxl_domain_shutdown(ctx, domid, &how);

        check(!rc, "libxl_domain_shutdown: %d", rc);
    }
    check(reached(&nested, 10, 20), "%d ends of 10", hits(&nested));
    stop_driving(driver);
    libxl_ctx_free(ctx);
    forget_driver(driver);
}

/* Many at a time, on few domains, ended by few answers. */
static void many(enum style style, int most)
{
    enum { DOMAINS = 10 };
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, style);
    struct tally tally = TALLY;
    uint32_t domids[DOMAINS];
    double began, middle;
    int number = 0, rc;

    for (int i = 0; i < DOMAINS; i++)
        domids[i] = new_domain(NO_ACK);
    began = now();
    for (struct rounds r = rounds(100, most); another(&r); number++) {
        enter(driver);
        rc = libxl_domain_shutdown(ctx, domids[number % DOMAINS], INTO(&tally));
        leave(driver);
        check(!rc, "operation %d: %d", number, rc);
    }
    check(!hits(&tally), "%d ended before any guest answered, rc %d", hits(&tally), tally.last);
    middle = now();
    for (int i = 0; i < DOMAINS; i++)
        set_ack(domids[i], 0);
    check(reached(&tally, number, 40), "%d of %d ended", hits(&tally), number);
    check(tally.count == number && !tally.failures, "%d ends, %d failed, last %d", tally.count, tally.failures, tally.last);
    note("%d operations: begun in %.1f s, ended in %.1f s; %d hook calls", number, middle - began, now() - middle,
         hook_calls(driver));
    check(all_given_back(driver, 10), "%d registrations of an idle ctx", registered(driver));
    stop_driving(driver);
    libxl_ctx_free(ctx);
    check(!registered(driver), "%d registrations after ctx_free", registered(driver));
    forget_driver(driver);
}

static void thousand_hooks(void) { many(BY_HOOKS, 1000); }
static void thousand_poll(void) { many(BY_POLL, 1000); }

/* A small operation is not kept waiting by one that waits for a guest. */
static void *long_one(void *argument)
{
    struct chain *c = argument;
    int rc = libxl_domain_shutdown(c->ctx, c->domid, NULL);

    hit(&c->all, rc);
    return NULL;
}

static void not_delayed(void)
{
    struct chain c = { new_ctx(), new_domain(NO_ACK), 0, TALLY };
    uint32_t domid = new_domain(NO_ACK);
    pthread_t thread = start(long_one, &c);
    double worst = 0;

    nap(200000);
    for (struct rounds r = rounds(50, 300); another(&r);) {
        double began = now();
        /* In turns: Xen counts pauses, to 255. */
        int rc = r.done % 2 ? libxl_domain_pause(c.ctx, domid, NULL) : libxl_domain_unpause(c.ctx, domid, NULL);
        char *name = libxl_domid_to_name(c.ctx, domid);

        check(!rc && name, "pause: %d", rc);
        free(name);
        worst = now() - began > worst ? now() - began : worst;
    }
    check(!hits(&c.all), "the long one ended: %d", c.all.last);
    set_ack(c.domid, 0);
    check(reached(&c.all, 1, 10) && !c.all.last, "the long one: %d", c.all.last);
    finish(thread);
    check(worst < 5, "a small operation took %.1f s", worst);
    note("the slowest small operation: %.1f ms", worst * 1e3);
    libxl_ctx_free(c.ctx);
}

const struct testcase complete_cases[] = {
    { "complete-during-call", during_the_call, 0, "an operation may end within its call, by callback, once" },
    { "complete-chain", from_callbacks_hooks, 0, "callbacks may call the library, hooks driving" },
    { "complete-chain-poll", from_callbacks_poll, 0, "callbacks may call the library, poll driving" },
    { "complete-nested", nested_blocking, 0, "a callback may run a synchronous operation" },
    { "complete-1000", thousand_hooks, 0, "a thousand operations at once, hooks driving" },
    { "complete-1000-poll", thousand_poll, 0, "a thousand operations at once, poll driving" },
    { "complete-not-delayed", not_delayed, 0, "a small operation is not held up by one that waits" },
    { 0 }
};
