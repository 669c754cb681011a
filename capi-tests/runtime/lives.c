/* Many lives of ctxs: nothing is left of them. */
#include "harness.h"

static void one_life(int kind, uint32_t domid, const char *script)
{
    struct tally tally = TALLY;
    libxl_evgen_domain_death *evgen = NULL;
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = NULL;
    libxl_event *event;
    uint32_t victim;
    int rc = 0;

    switch (kind % 6) {
    case 0:
        break;
    case 1:
        rc = libxl_domain_shutdown(ctx, domid, NULL);
        break;
    case 2:
        driver = drive(ctx, BY_HOOKS);
        rc = libxl_domain_shutdown(ctx, domid, INTO(&tally));
        check(reached(&tally, 1, 10), "no end");
        break;
    case 3: /* left enabled: ctx_free ends it */
        driver = drive(ctx, BY_HOOKS);
        rc = libxl_evenable_domain_death(ctx, domid, 1, &evgen);
        break;
    case 4: /* an event that nobody fetches */
        rc = libxl_domain_pause(ctx, domid, AS_EVENT(1));
        break;
    case 5:
        if (kind % 12 == 5) {
            rc = libxl_domain_shutdown(ctx, domid, AS_EVENT(1));
            check(!rc, "shutdown: %d", rc);
            rc = libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
            libxl_event_free(ctx, event);
        } else {
            victim = new_domain(NO_ACK);
            add_disk(victim, 51712, script);
            rc = libxl_domain_destroy(ctx, victim, NULL);
        }
        break;
    }
    check(!rc, "kind %d: %d", kind % 6, rc);
    if (driver)
        stop_driving(driver);
    libxl_ctx_free(ctx);
    if (driver) {
        check(!registered(driver), "kind %d: %d registrations after ctx_free", kind % 6, registered(driver));
        forget_driver(driver);
    }
}

static void lives(void)
{
    uint32_t domid = new_domain(0);
    char *script = new_script("exit 0");
    unsigned fds, tasks;
    int n = 0;

    for (int i = 0; i < 12; i++)
        one_life(i, domid, script);
    fds = open_fds();
    tasks = threads();
    check(!children(), "%u children", children());
    for (struct rounds r = rounds(60, 300); another(&r); n++)
        one_life(n, domid, script);
    check(open_fds() == fds, "%u fds, then %u", fds, open_fds());
    for (double until = now() + 3; threads() != tasks && now() < until;)
        nap(10000);
    check(threads() == tasks, "%u threads, then %u", tasks, threads());
    check(!children(), "%u children, %u of them zombies", children(), zombies());
    note("%d lives; %u fds, %u threads before and after", n, fds, tasks);
}

static void *some_lives(void *argument)
{
    uint32_t domid = new_domain(0);

    (void)argument;
    for (struct rounds r = rounds(10, 100); another(&r);)
        one_life(r.done % 5, domid, NULL);
    return NULL;
}

static void several(void)
{
    libxl_ctx *ctx = new_ctx();
    pthread_t thread[3];
    unsigned fds, before;

    new_domain(NO_ACK);
    fds = open_fds();
    before = threads();
    for (int i = 0; i < 3; i++)
        thread[i] = start(some_lives, NULL);
    for (int i = 0; i < 3; i++)
        finish(thread[i]);
    check(open_fds() == fds, "%u fds, then %u", fds, open_fds());
    check(threads() == before, "%u threads, then %u", before, threads());
    libxl_ctx_free(ctx);
}

/* ctx_free with operations under way: they are given up; no callback comes afterwards, nothing stays. */
static void outstanding(void)
{
    uint32_t domid = new_domain(NO_ACK), victim;
    char *script = new_script("sleep 0.3");
    unsigned fds = 0;
    int after;

    for (int i = 0; i < 12; i++) {
        static struct tally tallies[12];
        struct tally *tally = &tallies[i];
        libxl_ctx *ctx = new_ctx();
        struct driver *driver = drive(ctx, i % 2 ? BY_HOOKS : BY_POLL);
        int rc;

        *tally = (struct tally)TALLY;
        for (int k = 0; k < 5; k++) {
            rc = libxl_domain_shutdown(ctx, domid, k % 2 ? INTO(tally) : AS_EVENT(k));
            check(!rc, "libxl_domain_shutdown: %d", rc);
        }
        enable(ctx, domid, 1);
        if (i % 3 == 0) {
            victim = new_domain(NO_ACK);
            add_disk(victim, 51712, script);
            rc = libxl_domain_destroy(ctx, victim, INTO(tally));
            check(!rc, "libxl_domain_destroy: %d", rc);
            nap(rand() % 100000);
        }
        stop_driving(driver);
        libxl_ctx_free(ctx);
        after = hits(tally);
        check(!registered(driver), "%d registrations after ctx_free", registered(driver));
        forget_driver(driver);
        nap(20000);
        check(hits(tally) == after, "a callback after ctx_free");
        if (i == 0)
            fds = open_fds();
        check(open_fds() == fds, "%u fds, then %u", fds, open_fds());
    }
    for (double until = now() + 5; children() && now() < until;)
        nap(10000);
    check(!children(), "%u children, %u of them zombies", children(), zombies());
}

const struct testcase life_cases[] = {
    { "lives-300", lives, 0, "300 ctxs: not one fd, thread or zombie more" },
    { "lives-threads", several, 0, "the same from three threads at once" },
    { "lives-outstanding", outstanding, OURS_ONLY, "ctx_free with operations under way" },
    { 0 }
};
