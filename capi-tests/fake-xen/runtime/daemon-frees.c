/* The end of a ctx that a loop like libvirt's drives, with the loop alive: from another thread, with work left. */
#include "daemon.h"

/* Who frees the ctx, which this case's first thread has made. */
enum { A_THREAD, A_THREAD_AT_ONCE, THE_LOOP, WHO };

struct life {
    libxl_ctx *ctx;
    struct loop *loop;
    struct tally ends, events;
    atomic_bool freed;
};

static void ended(libxl_ctx *ctx, int rc, void *user)
{
    struct life *life = user;

    (void)ctx;
    check(!life->freed, "a completion after ctx_free");
    hit(&life->ends, rc);
}

static void occurs(void *user, libxl_event *event)
{
    struct life *life = user;

    check(!life->freed, "an event after ctx_free");
    libxl_event_free(life->ctx, event);
    hit(&life->events, 0);
}

static void *free_ctx(void *argument)
{
    struct life *life = argument;

    libxl_ctx_free(life->ctx);
    life->freed = true;
    return NULL;
}

static void free_on_loop(void *argument)
{
    struct life *life = argument;

    free_ctx(life);
    loop_forgets(life->loop, life->ctx);
}

/* What waits when the ctx is freed. */
struct left {
    bool operations; /* begun, for callbacks and for events; one has a child */
    bool told;       /* events by callback; else they wait to be collected */
};

static void begin(struct life *life, const struct left *left, const char *script)
{
    static const libxl_event_hooks hooks = { .event_occurs_mask = LIBXL_EVENTMASK_ALL, .event_occurs = occurs };
    static const libxl_childproc_hooks reaping = { .chldowner = libxl_sigchld_owner_libxl_always_selective_reap };
    const libxl_asyncop_how how = { .callback = ended, .u.for_callback = life };
    uint32_t domid = new_domain(NO_ACK), victim;
    int rc;

    life->ctx = new_ctx();
    loop_drives(life->loop, life->ctx);
    libxl_childproc_setmode(life->ctx, &reaping, NULL);
    if (left->told)
        libxl_event_register_callbacks(life->ctx, &hooks, life);
    for (int i = 0; i < 3; i++)
        enable(life->ctx, domid, i);
    /* Completed, and not collected. */
    rc = libxl_domain_pause(life->ctx, domid, AS_EVENT(9));
    check(!rc, "libxl_domain_pause: %d", rc);
    if (!left->operations)
        return;
    for (int i = 0; i < 6; i++) {
        rc = libxl_domain_shutdown(life->ctx, domid, i % 2 ? &how : AS_EVENT(i));
        check(!rc, "libxl_domain_shutdown: %d", rc);
    }
    victim = new_domain(NO_ACK);
    add_disk(victim, 51712, script);
    rc = libxl_domain_destroy(life->ctx, victim, &how);
    check(!rc, "libxl_domain_destroy: %d", rc);
    for (double until = now() + 10; !children() && now() < until;)
        nap(1000);
    check(children(), "the script does not run");
}

static void lives(struct left left)
{
    char *script = new_script("sleep 5");
    unsigned fds = 0, tasks = 0;

    for (int i = 0; i < 3 * WHO; i++) {
        struct life *life = calloc(1, sizeof(*life));
        uint32_t dies = new_domain(NO_ACK);
        int who = i % WHO, ends, events;

        *life = (struct life){ .loop = begin_loop(), .ends = TALLY, .events = TALLY };
        begin(life, &left, script);
        enable(life->ctx, dies, 7);
        pause_loop(life->loop);
        if (who != THE_LOOP) {
            /* The loop has seen the descriptor ready, or it becomes ready when it is no more. */
            end_domain(dies);
            if (who == A_THREAD)
                nap(20000);
            finish(start(free_ctx, life));
        } else {
            loop_goes_on(life->loop);
            on_loop(life->loop, free_on_loop, life);
            pause_loop(life->loop);
        }
        check(!in_use(life->loop), "free %d: %u registrations after ctx_free", i, in_use(life->loop));
        loop_forgets(life->loop, life->ctx);
        loop_goes_on(life->loop);
        ends = hits(&life->ends);
        events = hits(&life->events);
        if (who == THE_LOOP)
            end_domain(dies);
        check(objects_are(life->loop, 0, 10), "free %d: %u objects are never freed", i, objects(life->loop));
        nap(20000);
        check(hits(&life->ends) == ends && hits(&life->events) == events, "free %d: a callback after ctx_free", i);
        check(!children(), "free %d: %u children, %u of them zombies", i, children(), zombies());
        end_loop(life->loop);
        keep(life);
        if (i == WHO - 1)
            fds = open_fds(), tasks = threads();
        check(i < WHO || open_fds() == fds, "free %d: %u descriptors, then %u", i, fds, open_fds());
        check(i < WHO || threads_are(tasks), "free %d: %u threads, then %u", i, tasks, threads());
    }
}

static void idle(void)
{
    lives((struct left){ .told = false });
    lives((struct left){ .told = true });
}

static void working(void)
{
    lives((struct left){ .operations = true, .told = false });
    lives((struct left){ .operations = true, .told = true });
}

/* One ctx ends while another works on the same loop, and on the same domains. */
static void *work(void *argument)
{
    struct life *life = argument;
    uint32_t domid = new_domain(0);

    while (!life->freed) {
        int rc = libxl_domain_shutdown(life->ctx, domid, NULL);

        check(!rc, "libxl_domain_shutdown: %d", rc);
        rc = libxl_domain_shutdown(life->ctx, domid, INTO(&life->ends));
        check(!rc, "libxl_domain_shutdown: %d", rc);
        hit(&life->events, 0);
        check(reached(&life->ends, hits(&life->events), 10), "the other ctx's operation does not end");
    }
    return NULL;
}

static void beside(void)
{
    struct life stays = { .loop = begin_loop(), .ends = TALLY, .events = TALLY };
    char *script = new_script("sleep 5");
    libxl_evgen_domain_death *evgen;
    pthread_t thread;
    int calls;

    stays.ctx = new_ctx();
    loop_drives(stays.loop, stays.ctx);
    dawdle(stays.loop, 300);
    evgen = enable(stays.ctx, new_domain(NO_ACK), 1);
    thread = start(work, &stays);
    for (struct rounds r = rounds(4, 100); another(&r);) {
        struct life *life = calloc(1, sizeof(*life));

        *life = (struct life){ .loop = stays.loop, .ends = TALLY, .events = TALLY };
        begin(life, &(struct left){ .operations = is_ours(), .told = r.done % 2 }, script);
        pause_loop(stays.loop);
        finish(start(free_ctx, life));
        loop_forgets(stays.loop, life->ctx);
        loop_goes_on(stays.loop);
        calls = hits(&stays.ends);
        check(reached(&stays.ends, calls + 2, 10), "the other ctx is stuck");
        keep(life);
    }
    stays.freed = true; /* about to be */
    finish(thread);
    libxl_evdisable_domain_death(stays.ctx, evgen);
    check(none_in_use(stays.loop, 10), "%u registrations of an idle ctx", in_use(stays.loop));
    pause_loop(stays.loop);
    libxl_ctx_free(stays.ctx);
    loop_forgets(stays.loop, stays.ctx);
    loop_goes_on(stays.loop);
    check(objects_are(stays.loop, 0, 10), "%u objects are never freed", objects(stays.loop));
    check(!children(), "%u children, %u of them zombies", children(), zombies());
    end_loop(stays.loop);
}

const struct testcase daemon_free_cases[] = {
    { "daemon-free", idle, 0, "ctx_free in another thread than made it, with events enabled, pending and not collected" },
    { "daemon-free-working", working, OURS_ONLY, "likewise with operations under way and a child" },
    { "daemon-free-beside", beside, 0, "likewise while another ctx works on the same loop" },
    { 0 }
};
