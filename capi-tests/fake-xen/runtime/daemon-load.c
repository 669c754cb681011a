/* What libvirtd does all day: workers make, change, save and destroy domains on one ctx, with all their events. */
#include "daemon.h"

struct load { struct daemon *daemon; unsigned seed; atomic_uint *number; char *script; };

enum { OPERATIONS = 8 };
static const char *const names[OPERATIONS] = {
    "restore", "attach", "detach", "pause", "save", "destroy", "shutdown", "info",
};
static atomic_uint done[OPERATIONS];

static void succeeds(int operation, int rc)
{
    check(!rc, "%s: %d", names[operation], rc);
    done[operation]++;
}

/* With the job, without the lock. */
static void change(struct load *load, uint32_t domid, bool *has_card)
{
    libxl_ctx *ctx = load->daemon->ctx;

    switch (rand_r(&load->seed) % 5) {
    case 0:
    case 1:
        succeeds(*has_card ? 2 : 1, *has_card ? detach_card(ctx, domid) : attach_card(ctx, domid, load->script));
        *has_card = !*has_card;
        break;
    case 2:
        succeeds(3, libxl_domain_pause(ctx, domid, NULL));
        succeeds(3, libxl_domain_unpause(ctx, domid, NULL));
        break;
    default: {
        libxl_domain_config config;

        libxl_domain_config_init(&config);
        succeeds(7, libxl_retrieve_domain_configuration(ctx, domid, &config, NULL));
        check(config.num_nics == *has_card, "%d cards", config.num_nics);
        libxl_domain_config_dispose(&config);
    }
    }
}

/* The whole life of a domain; the lock is held except in calls that take long. */
static void live(struct load *load, struct guest *guest)
{
    struct daemon *daemon = load->daemon;
    uint32_t domid = 0;
    bool has_card = false;
    unsigned number = ++*load->number;

    pthread_mutex_unlock(&guest->lock);
    succeeds(0, restore_domain(daemon->ctx, number, &domid));
    pthread_mutex_lock(&guest->lock);
    boot_as(guest, domid);
    pthread_mutex_unlock(&guest->lock);
    for (unsigned i = rand_r(&load->seed) % 6; i; i--)
        change(load, domid, &has_card);
    pthread_mutex_lock(&guest->lock);
    switch (rand_r(&load->seed) % 4) {
    case 0: /* its kernel shuts down: the event's thread destroys it */
        done[6]++;
        stop_domain(domid, SHUTDOWN_poweroff);
        return;
    case 1: /* saved, as libvirt does: then destroyed */
        pthread_mutex_unlock(&guest->lock);
        succeeds(4, save_domain(daemon->ctx, domid));
        pthread_mutex_lock(&guest->lock);
        break;
    }
    succeeds(5, destroy_guest(guest));
}

static void turn_of(struct load *load, struct guest *guest)
{
    pthread_mutex_lock(&guest->lock);
    begin_job(guest);
    /* One that has shut down waits for the job in the event's thread. */
    if (!guest->domid)
        live(load, guest);
    end_job(guest);
    pthread_mutex_unlock(&guest->lock);
}

static void *worker(void *argument)
{
    struct load *load = argument;

    for (struct rounds r = rounds(2, 100); another(&r);)
        turn_of(load, &load->daemon->guests[rand_r(&load->seed) % 10]);
    return NULL;
}

static void day(void)
{
    enum { WORKERS = 8 };
    struct daemon *daemon = begin_daemon();
    struct load load[WORKERS];
    pthread_t threads[WORKERS];
    char *script = new_script("exit 0");
    atomic_uint number = 0;
    unsigned fds;

    use_helper("fine");
    serve_host();
    dawdle(daemon->loop, 300);
    for (int i = 0; i < WORKERS; i++) {
        load[i] = (struct load){ daemon, i * 31 + 7, &number, script };
        threads[i] = start(worker, &load[i]);
    }
    for (int i = 0; i < WORKERS; i++)
        finish(threads[i]);
    check(reached(&daemon->shutdowns, done[6], 20), "%d shutdowns told of %u", hits(&daemon->shutdowns), done[6]);
    check(handlers_are_done(daemon, 20), "%d threads of events do not end", daemon->handlers);
    for (int i = 0; i < MOST_GUESTS; i++)
        check(!daemon->guests[i].domid || domain_exists(daemon->guests[i].domid), "domain %u is gone, and its guest runs",
              daemon->guests[i].domid);
    check(hits(&daemon->shutdowns) == (int)done[6], "%d shutdowns told of %u", hits(&daemon->shutdowns), done[6]);
    fds = open_fds();
    /* One after the other, when all is quiet: nothing has grown. */
    turn_of(&load[0], &daemon->guests[11]);
    check(handlers_are_done(daemon, 20), "%d threads of events do not end", daemon->handlers);
    check(open_fds() <= fds, "%u descriptors, then %u", fds, open_fds());
    note("%u domains: %u attached, %u detached, %u saved, %u destroyed, %u shut down", done[0], done[1], done[2], done[4],
         done[5], done[6]);
    end_daemon(daemon);
}

/* The host is shut down: all guests end at once, and as many threads destroy them. */
static void all_at_once(void)
{
    struct daemon *daemon = begin_daemon();
    char *script = new_script("sleep 0.05");
    uint32_t domids[MOST_GUESTS];
    unsigned fds = 0, tasks = 0;
    double began;

    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MOST_GUESTS; i++) {
            boot(&daemon->guests[i], NO_ACK);
            domids[i] = daemon->guests[i].domid;
            add_disk(domids[i], 51712, script);
        }
        began = now();
        for (int i = 0; i < MOST_GUESTS; i++)
            stop_domain(domids[i], i % 2 ? SHUTDOWN_poweroff : SHUTDOWN_crash);
        check(reached(&daemon->shutdowns, (round + 1) * MOST_GUESTS, 120), "%d shutdowns of %d are told",
              hits(&daemon->shutdowns), (round + 1) * MOST_GUESTS);
        check(handlers_are_done(daemon, 120), "%d threads of events do not end", daemon->handlers);
        note("%d guests destroyed in %.1f s", MOST_GUESTS, now() - began);
        for (int i = 0; i < MOST_GUESTS; i++)
            check(!domain_exists(domids[i]) && !daemon->guests[i].domid, "domain %u is still there", domids[i]);
        check(none_in_use(daemon->loop, 10), "%u registrations of an idle ctx", in_use(daemon->loop));
        check(objects_are(daemon->loop, 0, 10), "%u objects are never freed", objects(daemon->loop));
        check(!children(), "%u children, %u of them zombies", children(), zombies());
        if (!round)
            nap(100000), fds = open_fds(), tasks = threads();
    }
    /* The C library keeps a pipe for each thread that has ever waited at the same time. */
    check(!is_ours() || open_fds() <= fds, "%u descriptors, then %u", fds, open_fds());
    check(threads_are(tasks), "%u threads, then %u", tasks, threads());
    check(hits(&daemon->shutdowns) == 2 * MOST_GUESTS, "%d shutdowns told", hits(&daemon->shutdowns));
    end_daemon(daemon);
}

const struct testcase daemon_load_cases[] = {
    { "daemon-all-at-once", all_at_once, FAKE_ONLY, "64 guests shut down together: as many threads destroy them, and nothing is left" },
    { "daemon-load", day, FAKE_ONLY, "8 workers on one ctx make, change, save and destroy domains; each end is told" },
    { 0 }
};
