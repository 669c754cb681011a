/* An event loop of libvirt's kind: callbacks after the registration was removed, many of both, and time-outs. */
#include "daemon.h"

/* A callback was chosen, then another thread has the library give the registration back; a new one takes its place. */
static void late(void)
{
    struct daemon *daemon = begin_daemon();
    struct guest *first = &daemon->guests[0], *second = &daemon->guests[1];
    int handled = 0;

    daemon->leaves_them = true;
    for (int i = 0; i < 6; i++) {
        boot(first, NO_ACK);
        /* No earlier callback takes the event. */
        pause_loop(daemon->loop);
        hold_next(daemon->loop);
        end_domain(first->domid);
        loop_goes_on(daemon->loop);
        check(is_held(daemon->loop, 10), "no callback for the end of a domain");
        libxl_evdisable_domain_death(daemon->ctx, first->evgen);
        first->domid = 0;
        check(none_in_use(daemon->loop, 5), "%u registrations after evdisable", in_use(daemon->loop));
        if (i % 3)
            boot(second, NO_ACK);
        /* What the late call finds: nothing, another's registration, or an event of it. */
        if (i % 3 == 2)
            end_domain(second->domid);
        let_go(daemon->loop);
        if (i % 3 == 1)
            end_domain(second->domid);
        if (i % 3) {
            check(reached(&daemon->deaths, ++handled, 10), "round %d: the new registration's event does not come", i);
            libxl_evdisable_domain_death(daemon->ctx, second->evgen);
            second->domid = 0;
        }
        check(none_in_use(daemon->loop, 5), "%u registrations of an idle ctx", in_use(daemon->loop));
        check(objects_are(daemon->loop, 0, 10), "round %d: %u objects are never freed", i, objects(daemon->loop));
    }
    check(late_calls(daemon->loop) == 6, "%u late calls", late_calls(daemon->loop));
    check(hits(&daemon->deaths) == handled, "%d deaths of %d", hits(&daemon->deaths), handled);
    end_daemon(daemon);
}

/* ---- many ---- */

struct storm { struct daemon *daemon; struct tally ends; atomic_int begun; char *script; };

static void *storm_worker(void *argument)
{
    struct storm *storm = argument;
    libxl_ctx *ctx = storm->daemon->ctx;
    uint32_t domid = new_domain(0), other = new_domain(NO_ACK);

    for (struct rounds r = rounds(4, 200); another(&r);) {
        libxl_evgen_domain_death *evgen = NULL;
        int rc = 0;

        switch (r.done % 4) {
        case 0:
            rc = libxl_domain_shutdown(ctx, domid, NULL);
            break;
        case 1:
            /* Ends on the loop's thread, or within the call. */
            storm->begun++;
            rc = libxl_domain_shutdown(ctx, domid, INTO(&storm->ends));
            break;
        case 2:
            rc = libxl_evenable_domain_death(ctx, other, MOST_GUESTS - 1, &evgen);
            nap(rand() % 300);
            libxl_evdisable_domain_death(ctx, evgen);
            break;
        case 3: {
            uint32_t victim = new_domain(NO_ACK);

            add_disk(victim, 51712, storm->script);
            storm->begun++;
            rc = libxl_domain_destroy(ctx, victim, INTO(&storm->ends));
        }
        }
        check(!rc, "operation %d: %d", r.done % 4, rc);
    }
    return NULL;
}

/* The loop is late with each callback, so that many find their registration removed or replaced. */
static void storm(void)
{
    enum { WORKERS = 8 };
    struct storm storm = { begin_daemon(), TALLY, 0, new_script("exit 0") };
    pthread_t threads[WORKERS];
    unsigned turns;

    dawdle(storm.daemon->loop, 500);
    for (int i = 0; i < WORKERS; i++)
        threads[i] = start(storm_worker, &storm);
    for (int i = 0; i < WORKERS; i++)
        finish(threads[i]);
    check(reached(&storm.ends, storm.begun, 20), "%d of %d operations ended", hits(&storm.ends), storm.begun);
    check(!storm.ends.failures && storm.ends.count == storm.begun, "%d ends, %d failures", storm.ends.count, storm.ends.failures);
    check(none_in_use(storm.daemon->loop, 10), "%u registrations of an idle ctx", in_use(storm.daemon->loop));
    check(objects_are(storm.daemon->loop, 0, 10), "%u objects are never freed", objects(storm.daemon->loop));
    note("%d operations; %u calls of hooks, %u of the library after the registration was removed", storm.begun,
         hooks_called(storm.daemon->loop), late_calls(storm.daemon->loop));
    /* Nothing is ready that nobody takes: the loop sleeps. */
    turns = loop_turns(storm.daemon->loop);
    nap(300000);
    turns = loop_turns(storm.daemon->loop) - turns;
    check(turns < 20, "the loop of an idle ctx turns %u times", turns);
    end_daemon(storm.daemon);
}

/* ---- time-outs ---- */

/* Only time goes by: no other event wakes the loop, which must hear of the time-out through a hook. */
static void timeouts(void)
{
    struct daemon *daemon = begin_daemon();
    uint32_t domid = new_domain(NO_ACK);
    pid_t model = model_of(domid, true);
    struct tally ends = TALLY;
    double began = now(), took;
    int rc = libxl_domain_destroy(daemon->ctx, domid, INTO(&ends));

    check(!rc, "libxl_domain_destroy: %d", rc);
    check(reached(&ends, 1, 30), "a time-out does not occur");
    took = now() - began;
    check(!domain_exists(domid), "domain %u is still there: %d", domid, ends.last);
    check(took > 1.5, "it has waited for %.1f s only", took);
    note("%.1f s", took);
    kill(model, SIGKILL);
    status_of(model);
    end_daemon(daemon);
}

const struct testcase daemon_registration_cases[] = {
    { "daemon-late", late, 0, "a loop like libvirt's may report what is deregistered while it does so" },
    { "daemon-storm", storm, 0, "8 workers and a loop that is late: each registration is given back, and freed once" },
    { "daemon-timeouts", timeouts, 0, "a time-out reaches a loop like libvirt's when nothing else happens" },
    { 0 }
};
