/*
 * What generates events: threads asleep meanwhile, domain numbers used twice, refusals, a ctx that goes. And what a
 * death costs with 200 generators.
 */
#include "harness.h"
#include <xencall.h>

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
    end_domain(new_domain(NO_ACK)); /* xenstored does not know the second domain, and reports this one */
    expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, domid, 2);
    expect_nothing(ctx);
    libxl_evdisable_domain_death(ctx, new);
    libxl_evdisable_domain_death(ctx, old);
    xc_interface_close(xch);
    libxl_ctx_free(ctx);
}

/* By the hypercall alone: on real Xen libxenctrl's function wants to change a register of the guest, and a domain that never
 * ran has no cpu. */
static bool resume(uint32_t domid)
{
    xencall_handle *call = xencall_open(NULL, 0);
    struct xen_domctl *request = call ? xencall_alloc_buffer(call, sizeof(*request)) : NULL;
    bool done;

    check(request, "no hypercalls: %s", strerror(errno));
    memset(request, 0, sizeof(*request));
    request->cmd = XEN_DOMCTL_resumedomain;
    request->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    request->domain = domid;
    done = xencall1(call, __HYPERVISOR_domctl, (uintptr_t)request) == 0;
    xencall_free_buffer(call, request);
    xencall_close(call);
    return done;
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
    check(!xc_domain_resume(xch, domid, 1) || resume(domid), "cannot resume domain %u: %s", domid, strerror(errno));
    check(xs_resume_domain(xs, domid), "xs_resume_domain: %s", strerror(errno));
    stop_domain(domid, LIBXL_SHUTDOWN_REASON_POWEROFF);
    expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, domid, 5);
    end_domain(domid);
    expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, domid, 5);
    libxl_evdisable_domain_death(ctx, evgen);
    xs_close(xs);
    xc_interface_close(xch);
    libxl_ctx_free(ctx);
}

/* As xl 4.20 after each event of a suspended domain: another generator, then the end of the first. */
static void suspended(void)
{
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_domain_death *first = enable(ctx, domid, 1), *second;

    expect_nothing(ctx); /* the watch fires once when it is set */
    stop_domain(domid, LIBXL_SHUTDOWN_REASON_SUSPEND);
    expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, domid, 1);
    second = enable(ctx, domid, 2);
    libxl_evdisable_domain_death(ctx, first);
    expect_nothing(ctx);
    end_domain(new_domain(NO_ACK));
    expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, domid, 2);
    end_domain(domid);
    expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, domid, 2);
    libxl_evdisable_domain_death(ctx, second);
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
    end_driven(ctx, driver);
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
    requests = requests_made(), asked = lists_asked_for(), began = now();
    evgens[0] = enable(ctx, domids[0], 0);
    note("the first enabled: %.1f us, %u hypercalls, %u requests", (now() - began) * 1e6, lists_asked_for() - asked,
         requests_made() - requests);
    requests = requests_made(), asked = lists_asked_for(), began = now();
    for (int i = 1; i < NUMBER; i++)
        evgens[i] = enable(ctx, domids[i], i);
    note("another: %.1f us, %.2f hypercalls, %.2f requests each", (now() - began) * 1e6 / (NUMBER - 1),
         (lists_asked_for() - asked) / (double)(NUMBER - 1), (requests_made() - requests) / (double)(NUMBER - 1));
    expect_nothing(ctx);
    requests = requests_made(), asked = lists_asked_for();
    for (int i = 0; i < SINGLY; i++) {
        began = now();
        end_domain(domids[i]);
        expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, domids[i], i);
        times[i] = now() - began;
    }
    qsort(times, SINGLY, sizeof(*times), by_number);
    note("one death after another: %.0f us (median), %.2f hypercalls, %.2f requests each", times[SINGLY / 2] * 1e6,
         (lists_asked_for() - asked) / (double)SINGLY, (requests_made() - requests) / (double)SINGLY);
    check(lists_asked_for() - asked <= 3 * SINGLY, "%u hypercalls for %d deaths", lists_asked_for() - asked, SINGLY);
    check(requests_made() - requests < SINGLY / 10, "%u requests for %d deaths", requests_made() - requests, SINGLY);
    requests = requests_made(), asked = lists_asked_for();
    for (int i = SINGLY; i < NUMBER; i++)
        end_domain(domids[i]);
    nap(500000);
    began = now();
    for (int i = SINGLY; i < NUMBER; i++) {
        libxl_event *event = next_event(ctx, 10);

        check(event && event->type == LIBXL_EVENT_TYPE_DOMAIN_DEATH, "a death of %d", i);
        libxl_event_free(ctx, event);
    }
    check(lists_asked_for() - asked <= 5, "%u hypercalls for deaths that all had happened", lists_asked_for() - asked);
    note("%d deaths at once: %.1f ms, %u hypercalls, %u requests", NUMBER - SINGLY, (now() - began) * 1e3,
         lists_asked_for() - asked, requests_made() - requests);
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
    { "generators-suspended", suspended, 0, "a suspension that was told is not told at once to a new generator" },
    { "generators-freed", freed, 0, "ctx_free ends generators and gives the registration back" },
    { "generators-refused", refused, 0, "evenable returns what the hook refuses with" },
    { "generators-cost", cost, 0, "200 generators: hypercalls, xenstore requests, time" },
    { 0 }
};
