/* Events of domains: SHUTDOWN, then DEATH, exactly once each; ejected disks. */
#include "harness.h"

enum { MOST = 40000 };
static atomic_int shutdowns[MOST], died[MOST], reasons[MOST];
static struct tally all_deaths = TALLY, all_shutdowns = TALLY;

static void count(libxl_ctx *ctx, libxl_event *event, void *user)
{
    uint32_t id = event->domid;

    (void)user;
    check(id < MOST, "domain %u", id);
    check(event->for_user % 100000 == id, "domain %u with the number of %u", id, (unsigned)event->for_user);
    if (event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN) {
        check(!died[id], "domain %u is shut down after its death", id);
        reasons[id] = event->u.domain_shutdown.shutdown_reason;
        shutdowns[id]++;
        libxl_event_free(ctx, event);
        hit(&all_shutdowns, 0);
    } else {
        check(event->type == LIBXL_EVENT_TYPE_DOMAIN_DEATH, "type %d", event->type);
        died[id]++;
        libxl_event_free(ctx, event);
        hit(&all_deaths, 0);
    }
}

static void many(enum style style, int number)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, style);
    libxl_evgen_domain_death *evgens[200];
    uint32_t domids[200];
    double began = now();

    on_event(driver, count, NULL);
    for (int i = 0; i < number; i++)
        domids[i] = new_domain(NO_ACK);
    for (int i = 0; i < number; i++)
        evgens[i] = enable(ctx, domids[i * 7 % number], domids[i * 7 % number]);
    note("%d domains in %.1f s", number, now() - began);
    began = now();
    for (int i = 0; i < number; i++)
        stop_domain(domids[i], i % 4);
    check(reached(&all_shutdowns, number, 20), "%d shutdowns of %d", hits(&all_shutdowns), number);
    check(!hits(&all_deaths), "%d deaths before any", hits(&all_deaths));
    for (int i = 0; i < number; i++) {
        check(shutdowns[domids[i]] == 1, "domain %u: %d shutdowns", domids[i], shutdowns[domids[i]]);
        check(reasons[domids[i]] == i % 4, "reason %d instead of %d", reasons[domids[i]], i % 4);
    }
    for (int i = 0; i < number; i++)
        end_domain(domids[i]);
    check(reached(&all_deaths, number, 20), "%d deaths of %d", hits(&all_deaths), number);
    note("%d shutdowns and deaths in %.1f s", number, now() - began);
    nap(300000);
    for (int i = 0; i < number; i++)
        check(shutdowns[domids[i]] == 1 && died[domids[i]] == 1, "domain %u: %d shutdowns, %d deaths", domids[i],
              shutdowns[domids[i]], died[domids[i]]);
    for (int i = 0; i < number; i++)
        libxl_evdisable_domain_death(ctx, evgens[i]);
    end_driven(ctx, driver);
}

static void many_hooks(void) { many(BY_HOOKS, 120); }
static void many_poll(void) { many(BY_POLL, 120); }

/* Each generator has its own events. */
static void several_generators(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_POLL);
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_domain_death *evgens[3];

    on_event(driver, count, NULL);
    for (int i = 0; i < 3; i++)
        evgens[i] = enable(ctx, domid, i * 100000ull + domid);
    stop_domain(domid, 3);
    check(reached(&all_shutdowns, 3, 10), "%d shutdowns of 3", hits(&all_shutdowns));
    libxl_evdisable_domain_death(ctx, evgens[1]);
    end_domain(domid);
    check(reached(&all_deaths, 2, 10), "%d deaths of 2", hits(&all_deaths));
    nap(300000);
    check(hits(&all_deaths) == 2 && hits(&all_shutdowns) == 3, "%d deaths, %d shutdowns", hits(&all_deaths),
          hits(&all_shutdowns));
    libxl_evdisable_domain_death(ctx, evgens[0]);
    libxl_evdisable_domain_death(ctx, evgens[2]);
    stop_driving(driver);
    libxl_ctx_free(ctx);
    forget_driver(driver);
}

/* What was over before: a domain shut down, one dead, one that never was. */
static void too_late(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    uint32_t down = new_domain(NO_ACK), gone = new_domain(NO_ACK);
    libxl_evgen_domain_death *evgens[3];

    on_event(driver, count, NULL);
    stop_domain(down, 2);
    end_domain(gone);
    nap(200000);
    evgens[0] = enable(ctx, down, down);
    evgens[1] = enable(ctx, gone, gone);
    evgens[2] = enable(ctx, 31000, 31000);
    check(reached(&all_shutdowns, 1, 10) && shutdowns[down] == 1 && reasons[down] == 2, "shut down before: no event");
    check(reached(&all_deaths, 2, 10) && died[gone] == 1 && died[31000] == 1, "dead before: no event");
    end_domain(down);
    check(reached(&all_deaths, 3, 10) && died[down] == 1, "no death");
    for (int i = 0; i < 3; i++)
        libxl_evdisable_domain_death(ctx, evgens[i]);
    end_driven(ctx, driver);
}

/* Destroyed by the library, on another thread; a domain destroyed at once may have no SHUTDOWN. */
static void destroyed(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    int n = 0;

    on_event(driver, count, NULL);
    for (struct rounds r = rounds(5, 60); another(&r);) {
        uint32_t domid = new_domain(NO_ACK);
        libxl_evgen_domain_death *evgen = enable(ctx, domid, domid);
        int rc = libxl_domain_destroy(ctx, domid, NULL);

        check(!rc, "libxl_domain_destroy: %d", rc);
        check(reached(&all_deaths, ++n, 10), "no death of domain %u", domid);
        check(died[domid] == 1 && shutdowns[domid] <= 1, "%d deaths, %d shutdowns", died[domid], shutdowns[domid]);
        libxl_evdisable_domain_death(ctx, evgen);
    }
    check(hits(&all_deaths) == n, "%d deaths of %d", hits(&all_deaths), n);
    end_driven(ctx, driver);
}

/* Generators are enabled and disabled on several threads while domains die. */
struct changer { libxl_ctx *ctx; struct driver *driver; uint32_t *domids; int number; atomic_bool stop; };

static void *change(void *argument)
{
    struct changer *c = argument;
    unsigned seed = (uintptr_t)&seed;

    while (!c->stop) {
        uint32_t domid = c->domids[rand_r(&seed) % c->number];
        libxl_evgen_domain_death *evgen = enable(c->ctx, domid, 100000 * 9ull + domid);

        nap(rand_r(&seed) % 500);
        libxl_evdisable_domain_death(c->ctx, evgen);
    }
    return NULL;
}

static atomic_int mine[MOST];

static void count_mine(libxl_ctx *ctx, libxl_event *event, void *user)
{
    struct tally *tally = user;
    bool is_mine = event->for_user < 100000 && event->type == LIBXL_EVENT_TYPE_DOMAIN_DEATH;

    if (is_mine)
        mine[event->domid]++;
    libxl_event_free(ctx, event);
    if (is_mine)
        hit(tally, 0);
}

static void changing(void)
{
    enum { NUMBER = 40 };
    uint32_t domids[NUMBER];
    struct changer c = { .ctx = new_ctx(), .domids = domids, .number = NUMBER };
    struct tally tally = TALLY;
    libxl_evgen_domain_death *evgens[NUMBER];
    pthread_t threads[2];

    c.driver = drive(c.ctx, BY_HOOKS);
    on_event(c.driver, count_mine, &tally);
    for (int i = 0; i < NUMBER; i++) {
        domids[i] = new_domain(NO_ACK);
        evgens[i] = enable(c.ctx, domids[i], domids[i]);
    }
    for (int i = 0; i < 2; i++)
        threads[i] = start(change, &c);
    for (int i = 0; i < NUMBER; i++) {
        end_domain(domids[i]);
        nap(5000);
    }
    check(reached(&tally, NUMBER, 20), "%d deaths of %d", hits(&tally), NUMBER);
    c.stop = true;
    for (int i = 0; i < 2; i++)
        finish(threads[i]);
    nap(300000);
    for (int i = 0; i < NUMBER; i++) {
        check(mine[domids[i]] == 1, "domain %u: %d deaths", domids[i], mine[domids[i]]);
        libxl_evdisable_domain_death(c.ctx, evgens[i]);
    }
    check(all_given_back(c.driver, 5), "%d registrations of an idle ctx", registered(c.driver));
    stop_driving(c.driver);
    libxl_ctx_free(c.ctx);
    forget_driver(c.driver);
}

/* ---- disks ---- */

static void ejected(void)
{
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_disk_eject *evgen = NULL;
    libxl_event *event;
    char vdev[8] = "xvda", *value;
    int rc;

    add_disk(domid, 51712, "");
    store("", "/local/domain/%u/device/vbd/51712/eject", domid);
    store("xvda", "/local/domain/%u/device/vbd/51712/dev", domid);
    rc = libxl_evenable_disk_eject(ctx, domid, vdev, 42, &evgen);
    check(!rc && evgen, "libxl_evenable_disk_eject: %d", rc);
    memset(vdev, 'x', 4); /* it has its own copy */
    rc = libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
    check(rc == ERROR_NOT_READY, "an event before any ejection: %d", rc);
    for (int i = 0; i < 5; i++) {
        store("eject", "/local/domain/%u/device/vbd/51712/eject", domid);
        rc = libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
        check(!rc, "libxl_event_wait: %d", rc);
        check(event->type == LIBXL_EVENT_TYPE_DISK_EJECT, "type %d", event->type);
        check(event->domid == domid && event->for_user == 42, "domain %u, number %d", event->domid, (int)event->for_user);
        check(event->u.disk_eject.disk.vdev && !strcmp(event->u.disk_eject.disk.vdev, "xvda"), "disk %s",
              event->u.disk_eject.disk.vdev);
        check(event->u.disk_eject.disk.removable && event->u.disk_eject.disk.is_cdrom, "no removable cdrom");
        check(event->u.disk_eject.disk.format == LIBXL_DISK_FORMAT_EMPTY, "format %d", event->u.disk_eject.disk.format);
        check(event->u.disk_eject.disk.backend_domid == 0, "back end %u", event->u.disk_eject.disk.backend_domid);
        libxl_event_free(ctx, event);
        value = stored("/local/domain/%u/device/vbd/51712/eject", domid);
        check(value && !*value, "the request is not acknowledged: %s", value);
        free(value);
    }
    libxl_evdisable_disk_eject(ctx, evgen);
    store("eject", "/local/domain/%u/device/vbd/51712/eject", domid);
    nap(300000);
    rc = libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
    check(rc == ERROR_NOT_READY, "an event after evdisable: %d", rc);
    libxl_ctx_free(ctx);
}

const struct testcase death_cases[] = {
    { "deaths-120", many_hooks, 0, "120 domains: SHUTDOWN with its reason, then DEATH, once each; hooks driving" },
    { "deaths-120-poll", many_poll, 0, "the same, poll driving" },
    { "deaths-generators", several_generators, 0, "several generators on a domain have events of their own" },
    { "deaths-too-late", too_late, 0, "what happened before evenable is told too" },
    { "deaths-destroyed", destroyed, 0, "domains that the library destroys" },
    { "deaths-changing", changing, 0, "generators that come and go meanwhile change nothing" },
    { "deaths-eject", ejected, 0, "an ejected disk: event, acknowledgement, each time" },
    { 0 }
};
