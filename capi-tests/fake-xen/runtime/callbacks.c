/*
 * The application's functions are called at the worst moment: generators that end and begin inside, calls that wait
 * or last, a predicate that collects too.
 */
#include "harness.h"

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

const struct testcase callback_cases[] = {
    { "generators-in-callbacks", from_callbacks, 0, "generators that end and begin inside event_occurs" },
    { "generators-nested", nested, 0, "event_occurs destroys the domain and waits for its death" },
    { "generators-slow-call", slow_call, 0, "event_occurs that lasts holds up no other thread" },
    { "generators-masked", masked, 0, "event_occurs gets the types of its mask, the queue the others" },
    { "generators-predicates", predicates, 0, "a predicate that collects an event itself" },
    { 0 }
};
