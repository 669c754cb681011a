/* Locks of an application like libvirt's driver: callbacks take the domains' locks, and workers call with them held. */
#include "daemon.h"

/* ---- workers ---- */

struct work { struct daemon *daemon; char *script; unsigned seed; atomic_int *counts; };
enum { HELD, WAITED, DESTROYED, ENDED, KINDS };

/* The domain's lock is held: calls that do not wait call nobody back. */
static void with_lock(struct daemon *daemon, struct guest *guest, unsigned which)
{
    libxl_dominfo info;
    int rc = 0;

    switch (which % 3) {
    case 0:
        rc = which % 2 ? libxl_domain_pause(daemon->ctx, guest->domid, NULL)
                       : libxl_domain_unpause(daemon->ctx, guest->domid, NULL);
        break;
    case 1:
        libxl_dominfo_init(&info);
        rc = libxl_domain_info(daemon->ctx, &info, guest->domid);
        libxl_dominfo_dispose(&info);
        break;
    case 2:
        libxl_evdisable_domain_death(daemon->ctx, guest->evgen);
        boot_as(guest, guest->domid);
    }
    /* It may have ended by itself. */
    check(!rc || rc == ERROR_DOMAIN_NOTFOUND || rc == ERROR_FAIL, "call %u: %d", which % 3, rc);
}

static void *worker(void *argument)
{
    struct work *work = argument;
    struct daemon *daemon = work->daemon;
    unsigned seed = work->seed;

    for (struct rounds r = rounds(10, 400); another(&r);) {
        struct guest *guest = &daemon->guests[rand_r(&seed) % 12];
        int kind, rc;

        pthread_mutex_lock(&guest->lock);
        begin_job(guest);
        kind = guest->domid ? rand_r(&seed) % 8 : -1;
        if (kind < 0) {
            boot(guest, 0);
            if (seed % 2)
                add_disk(guest->domid, 51712, work->script);
        } else if (kind < 4) {
            with_lock(daemon, guest, rand_r(&seed));
            work->counts[HELD]++;
        } else if (kind < 6) {
            uint32_t domid = guest->domid;

            pthread_mutex_unlock(&guest->lock);
            rc = libxl_domain_shutdown(daemon->ctx, domid, NULL);
            /* It may have ended. */
            check(!rc || rc == ERROR_FAIL || rc == ERROR_TIMEDOUT, "libxl_domain_shutdown: %d", rc);
            pthread_mutex_lock(&guest->lock);
            work->counts[WAITED]++;
        } else if (kind == 6) {
            rc = destroy_guest(guest);
            check(!rc || rc == ERROR_DOMAIN_NOTFOUND, "libxl_domain_destroy: %d", rc);
            work->counts[DESTROYED]++;
        } else {
            /* Its kernel shuts down, while others wait for the job, or it is destroyed by another toolstack. */
            if (!domain_exists(guest->domid))
                ; /* it has already */
            else if (rand_r(&seed) % 3)
                stop_domain(guest->domid, rand_r(&seed) % 2);
            else
                end_domain(guest->domid);
            work->counts[ENDED]++;
        }
        end_job(guest);
        pthread_mutex_unlock(&guest->lock);
    }
    return NULL;
}

static void locks(void)
{
    enum { WORKERS = 8 };
    atomic_int counts[KINDS] = { 0 };
    struct daemon *daemon = begin_daemon();
    struct work work[WORKERS];
    pthread_t threads[WORKERS];
    char *script = new_script("exit 0");

    dawdle(daemon->loop, 300);
    for (int i = 0; i < WORKERS; i++) {
        work[i] = (struct work){ daemon, script, i * 77 + 1, counts };
        threads[i] = start(worker, &work[i]);
    }
    for (int i = 0; i < WORKERS; i++)
        finish(threads[i]);
    note("%d calls with the lock, %d that wait, %d destroys, %d ends; %d shutdowns and %d deaths told, %d of former domains",
         counts[HELD], counts[WAITED], counts[DESTROYED], counts[ENDED], hits(&daemon->shutdowns), hits(&daemon->deaths),
         daemon->stale);
    check(handlers_are_done(daemon, 20), "%d threads of events do not end", daemon->handlers);
    end_daemon(daemon);
}

/* ---- a generator ends while its event is told ---- */

static struct { struct tally began, other; atomic_bool go_on; libxl_ctx *ctx; } told = { .began = TALLY, .other = TALLY };

static void occurs_long(void *user, libxl_event *event)
{
    check(user == &told, "another user pointer");
    if (event->for_user == 1) {
        check(event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, "an event of a generator that has ended");
        hit(&told.began, 0);
        while (!told.go_on)
            nap(1000);
    } else
        hit(&told.other, 0);
    libxl_event_free(told.ctx, event);
}

static void *shut_down(void *domid)
{
    int rc = libxl_domain_shutdown(told.ctx, *(uint32_t *)domid, NULL);

    check(!rc, "libxl_domain_shutdown: %d", rc);
    return NULL;
}

/* The loop's thread is in the callback; the generator ends in another, and others' events go on. */
static void disabled(void)
{
    static const libxl_event_hooks hooks = { .event_occurs_mask = LIBXL_EVENTMASK_ALL, .event_occurs = occurs_long };
    struct loop *loop = begin_loop();
    uint32_t first = new_domain(NO_ACK), second = new_domain(NO_ACK), third = new_domain(NO_ACK);
    libxl_evgen_domain_death *evgens[2];
    pthread_t worker_thread;
    double began;

    told.ctx = new_ctx();
    loop_drives(loop, told.ctx);
    libxl_event_register_callbacks(told.ctx, &hooks, &told);
    evgens[0] = enable(told.ctx, first, 1);
    evgens[1] = enable(told.ctx, second, 2);
    stop_domain(first, 0);
    check(reached(&told.began, 1, 10), "no event");
    /* The application holds the lock that the callback wants: this must not wait for that. */
    began = now();
    libxl_evdisable_domain_death(told.ctx, evgens[0]);
    check(now() - began < 5, "evdisable waits for the callback");
    end_domain(first);
    /* A worker that waits in a call takes the loop's part meanwhile. */
    worker_thread = start(shut_down, &third);
    nap(50000);
    end_domain(second);
    check(reached(&told.other, 1, 10), "the other domain's death is held up by the callback");
    store("", "/local/domain/%u/control/shutdown", third);
    finish(worker_thread);
    told.go_on = true;
    libxl_evdisable_domain_death(told.ctx, evgens[1]);
    check(none_in_use(loop, 10), "%u registrations of an idle ctx", in_use(loop));
    check(hits(&told.began) == 1 && hits(&told.other) == 1, "%d and %d events", hits(&told.began), hits(&told.other));
    pause_loop(loop);
    libxl_ctx_free(told.ctx);
    loop_forgets(loop, told.ctx);
    loop_goes_on(loop);
    check(objects_are(loop, 0, 10), "%u objects are never freed", objects(loop));
    end_loop(loop);
}

/* ---- other functions for events, while there are events ---- */

struct listener { libxl_ctx *ctx; int number; atomic_int events; };
static struct listener listeners[2];

static void heard(struct listener *listener, int number, libxl_event *event)
{
    check(listener->number == number, "function %d is called with the pointer of function %d", number, listener->number);
    listener->events++;
    libxl_event_free(listener->ctx, event);
}
static void hears_first(void *user, libxl_event *event) { heard(user, 0, event); }
static void hears_second(void *user, libxl_event *event) { heard(user, 1, event); }

static void *replace(void *argument)
{
    static const libxl_event_hooks hooks[] = {
        { .event_occurs_mask = LIBXL_EVENTMASK_ALL, .event_occurs = hears_first },
        { .event_occurs_mask = LIBXL_EVENTMASK_ALL, .event_occurs = hears_second },
    };
    libxl_ctx *ctx = listeners[0].ctx;

    for (int k = 0; !*(atomic_bool *)argument; k++)
        libxl_event_register_callbacks(ctx, k % 3 == 2 ? NULL : &hooks[k % 3], k % 3 == 2 ? NULL : &listeners[k % 3]);
    libxl_event_register_callbacks(ctx, NULL, NULL);
    return NULL;
}

/* The header forbids it. With ours it is harmless: a function gets its own pointer, and no event is lost. */
static void replaced(void)
{
    enum { NUMBER = 60 };
    libxl_evgen_domain_death *evgens[NUMBER];
    struct loop *loop = begin_loop();
    libxl_ctx *ctx = new_ctx();
    uint32_t domids[NUMBER];
    int collected = 0, all = 0;
    atomic_bool stop = false;
    pthread_t thread;

    loop_drives(loop, ctx);
    for (int i = 0; i < 2; i++) {
        listeners[i].ctx = ctx;
        listeners[i].number = i;
    }
    for (int i = 0; i < NUMBER; i++)
        evgens[i] = enable(ctx, domids[i] = new_domain(NO_ACK), i);
    thread = start(replace, &stop);
    for (int i = 0; i < NUMBER; i++) {
        end_domain(domids[i]);
        nap(2000);
    }
    stop = true;
    finish(thread);
    for (double until = now() + 10; all < NUMBER && now() < until; nap(1000)) {
        libxl_event *event;

        while (!libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL)) {
            collected++;
            libxl_event_free(ctx, event);
        }
        all = collected + listeners[0].events + listeners[1].events;
    }
    check(all == NUMBER, "%d of %d events: %d collected, %d and %d told", all, NUMBER, collected, listeners[0].events,
          listeners[1].events);
    note("%d and %d told, %d collected", listeners[0].events, listeners[1].events, collected);
    for (int i = 0; i < NUMBER; i++)
        libxl_evdisable_domain_death(ctx, evgens[i]);
    check(none_in_use(loop, 10), "%u registrations of an idle ctx", in_use(loop));
    pause_loop(loop);
    libxl_ctx_free(ctx);
    loop_goes_on(loop);
    end_loop(loop);
}

/* ---- children of the application's own ---- */

static atomic_bool stop_forking;
static atomic_int forked;

static void *fork_and_wait(void *argument)
{
    unsigned seed = (uintptr_t)argument;

    while (!stop_forking) {
        int status, want = rand_r(&seed) % 100;
        pid_t pid = fork();

        check(pid >= 0, "fork: %s", strerror(errno));
        if (!pid) {
            /* As libvirt's commands: a program, at once. */
            char text[40];

            snprintf(text, sizeof(text), "exit %d", want);
            execl("/bin/sh", "sh", "-c", text, (char *)NULL);
            _exit(127);
        }
        nap(rand_r(&seed) % 5000);
        status = status_of(pid);
        check(WIFEXITED(status) && WEXITSTATUS(status) == want, "our own child's status: %#x, and not %d", status, want);
        forked++;
    }
    return NULL;
}

static void *destroy_many(void *argument)
{
    struct work *work = argument;

    for (struct rounds r = rounds(3, 60); another(&r);) {
        uint32_t domid = new_domain(NO_ACK);
        int rc;

        add_disk(domid, 51712, work->script);
        rc = libxl_domain_destroy(work->daemon->ctx, domid, NULL);
        check(!rc && !domain_exists(domid), "libxl_domain_destroy: %d", rc);
        work->counts[0]++;
    }
    return NULL;
}

/* 8 workers on one ctx start children and reap these only; three threads fork and wait for theirs. */
static void own_children(void)
{
    enum { WORKERS = 8, FORKERS = 3 };
    atomic_int counts[KINDS] = { 0 };
    struct daemon *daemon = begin_daemon();
    struct work work[WORKERS];
    pthread_t threads[WORKERS + FORKERS];
    char ran[64], *text, *script;
    int runs = 0, c;
    FILE *file;

    snprintf(ran, sizeof(ran), "/tmp/harness-ran-%d", getpid());
    check(asprintf(&text, "echo >> %s", ran) > 0, "memory");
    script = new_script(text);
    free(text);
    for (int i = 0; i < FORKERS; i++)
        threads[WORKERS + i] = start(fork_and_wait, (void *)(uintptr_t)(i + 1));
    for (int i = 0; i < WORKERS; i++) {
        work[i] = (struct work){ daemon, script, i, counts };
        threads[i] = start(destroy_many, &work[i]);
    }
    for (int i = 0; i < WORKERS; i++)
        finish(threads[i]);
    stop_forking = true;
    for (int i = 0; i < FORKERS; i++)
        finish(threads[WORKERS + i]);
    file = fopen(ran, "r");
    while (file && (c = getc(file)) != EOF)
        runs += c == '\n';
    check(file && runs == counts[0], "%d scripts have run, and not %d", runs, counts[0]);
    fclose(file);
    note("%d destroys with scripts, %d children of our own", counts[0], forked);
    end_daemon(daemon);
}

const struct testcase daemon_lock_cases[] = {
    { "daemon-locks", locks, 0, "8 workers and event_occurs take the domains' locks, in either order with the library" },
    { "daemon-disabled", disabled, 0, "evdisable while the generator's event is told does not wait, and no other event comes" },
    { "daemon-replaced", replaced, OURS_ONLY, "other functions for events while events are told: none is lost or mixed up" },
    { "daemon-children", own_children, 0, "the application forks and waits while 8 workers have the library reap its own" },
    { 0 }
};
