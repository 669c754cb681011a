/* The domains of an application as libvirt's driver is: locks, jobs, threads for events; and what a host does for them. */
#include "daemon.h"

enum { GENERATIONS = 1000 };

/* ---- events ---- */

struct news { struct guest *guest; libxl_event *event; };

/* With lock and job. The C library does not take NULL. */
static void quiet_guest(struct guest *guest)
{
    if (guest->evgen)
        libxl_evdisable_domain_death(guest->daemon->ctx, guest->evgen);
    guest->evgen = NULL;
}

static void *handle(void *argument)
{
    struct news *news = argument;
    struct guest *guest = news->guest;
    struct daemon *daemon = guest->daemon;
    libxl_event *event = news->event;

    pthread_mutex_lock(&guest->lock);
    begin_job(guest);
    if (guest->domid == event->domid && guest->generation == event->for_user % GENERATIONS && !daemon->leaves_them) {
        int rc = 0;

        if (event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN)
            rc = destroy_guest(guest);
        else
            quiet_guest(guest);
        guest->domid = 0;
        check(!rc || rc == ERROR_DOMAIN_NOTFOUND, "a domain that has shut down is destroyed: %d", rc);
    }
    end_job(guest);
    pthread_mutex_unlock(&guest->lock);
    libxl_event_free(daemon->ctx, event);
    free(news);
    daemon->handlers--;
    return NULL;
}

static void occurs(void *user, libxl_event *event)
{
    struct daemon *daemon = user;
    struct guest *guest = &daemon->guests[event->for_user / GENERATIONS % MOST_GUESTS];
    struct news *news = malloc(sizeof(*news));
    bool shutdown = event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, stale;
    pthread_t thread;

    check(shutdown || event->type == LIBXL_EVENT_TYPE_DOMAIN_DEATH, "event %d", event->type);
    pthread_mutex_lock(&guest->lock);
    stale = guest->domid != event->domid || guest->generation != event->for_user % GENERATIONS;
    daemon->stale += stale;
    pthread_mutex_unlock(&guest->lock);
    *news = (struct news){ guest, event };
    daemon->handlers++;
    thread = start(handle, news);
    pthread_detach(thread);
    if (!stale)
        hit(shutdown ? &daemon->shutdowns : &daemon->deaths, 0);
}

/* ---- guests ---- */

void begin_job(struct guest *guest)
{
    while (guest->job)
        pthread_cond_wait(&guest->idle, &guest->lock);
    guest->job = true;
}

void end_job(struct guest *guest)
{
    guest->job = false;
    pthread_cond_broadcast(&guest->idle);
}

void boot_as(struct guest *guest, uint32_t domid)
{
    guest->generation = (guest->generation + 1) % GENERATIONS;
    guest->domid = domid;
    guest->evgen = enable(guest->daemon->ctx, domid, (guest - guest->daemon->guests) * GENERATIONS + guest->generation);
}

void boot(struct guest *guest, int ack_ms) { boot_as(guest, new_domain(ack_ms)); }

int destroy_guest(struct guest *guest)
{
    uint32_t domid = guest->domid;
    int rc;

    quiet_guest(guest);
    pthread_mutex_unlock(&guest->lock);
    rc = libxl_domain_destroy(guest->daemon->ctx, domid, NULL);
    pthread_mutex_lock(&guest->lock);
    guest->domid = 0;
    return rc;
}

struct daemon *begin_daemon(void)
{
    static const libxl_event_hooks hooks = { .event_occurs_mask = LIBXL_EVENTMASK_ALL, .event_occurs = occurs };
    static const libxl_childproc_hooks reaping = { .chldowner = libxl_sigchld_owner_libxl_always_selective_reap };
    struct daemon *daemon = calloc(1, sizeof(*daemon));

    daemon->shutdowns = daemon->deaths = (struct tally)TALLY;
    for (int i = 0; i < MOST_GUESTS; i++) {
        daemon->guests[i].daemon = daemon;
        pthread_mutex_init(&daemon->guests[i].lock, NULL);
        pthread_cond_init(&daemon->guests[i].idle, NULL);
    }
    daemon->loop = begin_loop();
    daemon->ctx = new_ctx();
    loop_drives(daemon->loop, daemon->ctx);
    libxl_childproc_setmode(daemon->ctx, &reaping, daemon->ctx);
    libxl_event_register_callbacks(daemon->ctx, &hooks, daemon);
    count_from_now(daemon->loop);
    return daemon;
}

bool handlers_are_done(struct daemon *daemon, double seconds)
{
    for (double until = now() + seconds; daemon->handlers && now() < until;)
        nap(1000);
    return !daemon->handlers;
}

void end_daemon(struct daemon *daemon)
{
    check(handlers_are_done(daemon, 20), "%d threads of events do not end", daemon->handlers);
    for (int i = 0; i < MOST_GUESTS; i++) {
        struct guest *guest = &daemon->guests[i];

        pthread_mutex_lock(&guest->lock);
        begin_job(guest);
        if (guest->domid)
            destroy_guest(guest);
        end_job(guest);
        pthread_mutex_unlock(&guest->lock);
    }
    check(handlers_are_done(daemon, 20), "%d threads of events do not end", daemon->handlers);
    check(none_in_use(daemon->loop, 10), "%u registrations of an idle ctx", in_use(daemon->loop));
    pause_loop(daemon->loop);
    libxl_ctx_free(daemon->ctx);
    loop_forgets(daemon->loop, daemon->ctx);
    loop_goes_on(daemon->loop);
    check(objects_are(daemon->loop, 0, 10), "%u registrations are never freed", objects(daemon->loop));
    check(!children(), "%u children, %u of them zombies", children(), zombies());
    end_loop(daemon->loop);
    free(daemon);
}

/* ---- the host ---- */

atomic_bool back_ends_answer = true;

static void serve_cards(struct xs_handle *xs, const char *domain)
{
    char path[200], **cards;
    unsigned n = 0;

    snprintf(path, sizeof(path), "/local/domain/0/backend/vif/%s", domain);
    cards = xs_directory(xs, XBT_NULL, path, &n);
    for (unsigned i = 0; cards && i < n; i++) {
        char *state;

        snprintf(path, sizeof(path), "/local/domain/0/backend/vif/%s/%s/state", domain, cards[i]);
        state = xs_read(xs, XBT_NULL, path, NULL);
        if (state && (*state == '1' || *state == '5'))
            xs_write(xs, XBT_NULL, path, *state == '1' ? "2" : "6", 1);
        free(state);
    }
    free(cards);
}

static void serve_console(struct xs_handle *xs, const char *domain)
{
    char path[200], *port, *tty;

    snprintf(path, sizeof(path), "/local/domain/%s/console/port", domain);
    port = xs_read(xs, XBT_NULL, path, NULL);
    snprintf(path, sizeof(path), "/local/domain/%s/console/tty", domain);
    tty = xs_read(xs, XBT_NULL, path, NULL);
    if (port && (!tty || !*tty))
        xs_write(xs, XBT_NULL, path, "/dev/pts/0", 10);
    free(port);
    free(tty);
}

static void each(struct xs_handle *xs, const char *folder, void (*serve)(struct xs_handle *, const char *))
{
    unsigned n = 0;
    char **all = xs_directory(xs, XBT_NULL, folder, &n);

    for (unsigned i = 0; all && i < n; i++)
        serve(xs, all[i]);
    free(all);
}

static void *serve(void *unused)
{
    struct xs_handle *xs = xs_open(0);

    check(xs, "no xenstore: %s", strerror(errno));
    for (;; nap(5000)) {
        if (back_ends_answer)
            each(xs, "/local/domain/0/backend/vif", serve_cards);
        each(xs, "/local/domain", serve_console);
    }
    return unused;
}

void serve_host(void) { pthread_detach(start(serve, NULL)); }
