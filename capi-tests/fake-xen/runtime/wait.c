/* event_wait and event_check: several threads, masks, predicates; no event lost, none seen twice. */
#include "harness.h"

static void no_event(void)
{
    libxl_ctx *ctx = new_ctx();
    libxl_event *event = (void *)1;
    int rc = libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);

    check(rc == ERROR_NOT_READY, "libxl_event_check with no event: %d", rc);
    libxl_ctx_free(ctx);
}

static int wants(const libxl_event *event, void *user)
{
    return event->for_user == *(uint64_t *)user;
}

static void what_it_says(void)
{
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    libxl_event *event;
    uint64_t second = 0xfedcba9876543210;
    int rc;

    rc = libxl_domain_pause(ctx, domid, AS_EVENT(1));
    check(!rc, "libxl_domain_pause: %d", rc);
    rc = libxl_domain_unpause(ctx, domid, AS_EVENT(second));
    check(!rc, "libxl_domain_unpause: %d", rc);
    rc = libxl_domain_unpause(ctx, 30000, AS_EVENT(3));
    check(!rc, "libxl_domain_unpause of no domain: %d", rc);
    rc = libxl_event_check(ctx, &event, ~(1UL << LIBXL_EVENT_TYPE_OPERATION_COMPLETE), NULL, NULL);
    check(rc == ERROR_NOT_READY, "an event of another type than asked for: %d", rc);
    rc = libxl_event_check(ctx, &event, 0, NULL, NULL);
    check(rc == ERROR_NOT_READY, "an event with an empty mask: %d", rc);
    rc = libxl_event_check(ctx, &event, 1UL << LIBXL_EVENT_TYPE_OPERATION_COMPLETE, wants, &second);
    check(!rc && event->for_user == second, "the second first: %d", rc);
    check(event->type == LIBXL_EVENT_TYPE_OPERATION_COMPLETE && event->domid == domid,
          "type %d, domain %u", event->type, event->domid);
    check(event->u.operation_complete.rc == 0, "rc %d", event->u.operation_complete.rc);
    libxl_event_free(ctx, event);
    rc = libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
    check(!rc && event->for_user == 1, "the first then: %d", rc);
    libxl_event_free(ctx, event);
    rc = libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
    check(!rc && event->for_user == 3 && event->u.operation_complete.rc < 0, "the failure last: %d", rc);
    libxl_event_free(ctx, event);
    rc = libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
    check(rc == ERROR_NOT_READY, "one event more: %d", rc);
    libxl_ctx_free(ctx);
}

/* Four threads take what is theirs; which is what another thread's operations end with. */
enum { WAITERS = 4, STOP = 1 << 30 };
struct waiter {
    libxl_ctx *ctx;
    unsigned number;
    atomic_uint *seen;
    struct tally *all;
    bool any;
};

static int mine(const libxl_event *event, void *user)
{
    struct waiter *w = user;

    return event->for_user % WAITERS == w->number;
}

static void *wait_for_mine(void *argument)
{
    struct waiter *w = argument;

    for (;;) {
        libxl_event *event = NULL;
        int rc = libxl_event_wait(w->ctx, &event, LIBXL_EVENTMASK_ALL, w->any ? NULL : mine, w);
        uint64_t user;

        check(!rc, "libxl_event_wait: %d", rc);
        check(w->any || mine(event, w), "thread %u got event %u", w->number, (unsigned)event->for_user);
        user = event->for_user;
        libxl_event_free(w->ctx, event);
        if (user & STOP)
            return NULL;
        check(w->seen[user]++ == 0, "event %u comes twice", (unsigned)user);
        hit(w->all, 0);
    }
}

static void waiters(bool any, bool slow)
{
    enum { MOST = 4000 };
    static atomic_uint seen[MOST];
    struct tally all = TALLY;
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(0);
    struct waiter w[WAITERS];
    pthread_t thread[WAITERS];
    int sent = 0, rc;

    for (unsigned i = 0; i < WAITERS; i++) {
        w[i] = (struct waiter){ ctx, i, seen, &all, any };
        thread[i] = start(wait_for_mine, &w[i]);
    }
    for (struct rounds r = rounds(40, slow ? 500 : MOST); another(&r); sent++) {
        /* Ends at once, or when the guest answers, seen by whichever waiter drives. */
        rc = slow ? libxl_domain_shutdown(ctx, domid, AS_EVENT(sent))
             : sent % 2 ? libxl_domain_unpause(ctx, domid, AS_EVENT(sent)) : libxl_domain_pause(ctx, domid, AS_EVENT(sent));
        check(!rc, "operation %d: %d", sent, rc);
        if (sent % 16 == 15)
            check(reached(&all, sent + 1, 10), "%d events of %d within 10 s", hits(&all), sent + 1);
    }
    check(reached(&all, sent, 10), "%d events of %d within 10 s", hits(&all), sent);
    for (unsigned i = 0; i < WAITERS; i++) {
        rc = libxl_domain_unpause(ctx, domid, AS_EVENT(STOP + i));
        check(!rc, "libxl_domain_unpause: %d", rc);
    }
    for (unsigned i = 0; i < WAITERS; i++)
        finish(thread[i]);
    note("%d events", sent);
    libxl_ctx_free(ctx);
}

static void masks(void) { waiters(false, false); }
static void anyone(void) { waiters(true, false); }
static void from_the_guest(void) { waiters(false, true); }

/* The mask of registered callbacks says which events go where. */
static libxl_ctx *callbacks_ctx;

static void occurs(void *user, libxl_event *event)
{
    struct tally *tally = user;

    check(event->type == LIBXL_EVENT_TYPE_OPERATION_COMPLETE, "event_occurs got type %d", event->type);
    hit(tally, event->u.operation_complete.rc);
    libxl_event_free(callbacks_ctx, event);
}

static void event_hooks(void)
{
    struct tally tally = TALLY;
    const libxl_event_hooks hooks = { 1UL << LIBXL_EVENT_TYPE_OPERATION_COMPLETE, occurs, NULL };
    const libxl_event_hooks none = { 0, NULL, NULL };
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(0), other = new_domain(NO_ACK);
    libxl_evgen_domain_death *evgen;
    libxl_event *event;
    int rc;

    callbacks_ctx = ctx;
    libxl_event_register_callbacks(ctx, &hooks, &tally);
    rc = libxl_domain_pause(ctx, domid, AS_EVENT(7));
    check(!rc, "libxl_domain_pause: %d", rc);
    check(reached(&tally, 1, 0) && !tally.failures, "the event of an ended operation");
    rc = libxl_domain_shutdown(ctx, domid, AS_EVENT(8));
    check(!rc, "libxl_domain_shutdown: %d", rc);
    evgen = enable(ctx, other, 9);
    end_domain(other);
    rc = libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
    check(!rc && event->type == LIBXL_EVENT_TYPE_DOMAIN_DEATH, "a type that is not in the mask is queued: %d", rc);
    libxl_event_free(ctx, event);
    libxl_evdisable_domain_death(ctx, evgen);
    for (double until = now() + 10; hits(&tally) < 2 && now() < until;)
        turn(ctx, 100);
    check(hits(&tally) == 2 && !tally.failures, "%d events of operations", hits(&tally));
    libxl_event_register_callbacks(ctx, &none, NULL);
    rc = libxl_domain_pause(ctx, domid, AS_EVENT(10));
    check(!rc, "libxl_domain_pause: %d", rc);
    rc = libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
    check(!rc && event->for_user == 10, "without callbacks events are queued again: %d", rc);
    libxl_event_free(ctx, event);
    libxl_ctx_free(ctx);
}

const struct testcase wait_cases[] = {
    { "wait-no-event", no_event, 0, "no event: ERROR_NOT_READY" },
    { "wait-fields", what_it_says, 0, "masks, predicates, order, and what an event says" },
    { "wait-predicates", masks, 0, "each event goes to the thread that wants it, once, and wakes it" },
    { "wait-anyone", anyone, 0, "each event goes to one of several threads" },
    { "wait-guest", from_the_guest, 0, "the same when it is a waiting thread that makes the operation end" },
    { "wait-callbacks", event_hooks, 0, "registered callbacks get the events of their mask, the queue the others" },
    { 0 }
};
