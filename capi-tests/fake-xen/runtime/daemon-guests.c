/* The domains of an application like libvirt's driver: locks, jobs, threads for events; what a host does for them. */
#include "daemon.h"

enum { GENERATIONS = 1000 };
#define LOAD_NAME "harness-load-" /* of domains whose kernel suspends when it is asked to */

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
    /* Who suspends a domain goes on with it himself. */
    if (shutdown && event->u.domain_shutdown.shutdown_reason == LIBXL_SHUTDOWN_REASON_SUSPEND) {
        libxl_event_free(daemon->ctx, event);
        free(news);
        return;
    }
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

/* ---- operations ---- */

void use_helper(const char *how)
{
    setenv("LIBXL_SAVE_HELPER", "/tmp/helper", 1);
    setenv("HELPER", how, 1);
}

void store_config(libxl_ctx *ctx, uint32_t domid)
{
    static const char config[] = "{\"c_info\": {\"type\": \"pv\", \"name\": \"guest\"}, \"b_info\": {\"type.pv\": {}}}";
    int rc = libxl_userdata_store(ctx, domid, "libxl-json", (const uint8_t *)config, sizeof(config));

    check(!rc, "libxl_userdata_store: %d", rc);
}

static void the_card(libxl_device_nic *nic, const char *script)
{
    static const uint8_t mac[] = { 0, 0x16, 0x3e, 0, 0, 1 };

    libxl_device_nic_init(nic);
    memcpy(nic->mac, mac, sizeof(mac));
    nic->devid = 0;
    nic->script = script ? strdup(script) : NULL;
}

int attach_card(libxl_ctx *ctx, uint32_t domid, const char *script)
{
    libxl_device_nic nic;
    int rc;

    the_card(&nic, script);
    rc = libxl_device_nic_add(ctx, domid, &nic, NULL);
    libxl_device_nic_dispose(&nic);
    return rc;
}

int detach_card(libxl_ctx *ctx, uint32_t domid)
{
    libxl_device_nic nic;
    int rc;

    the_card(&nic, NULL);
    rc = libxl_device_nic_remove(ctx, domid, &nic, NULL);
    libxl_device_nic_dispose(&nic);
    return rc;
}

int save_domain(libxl_ctx *ctx, uint32_t domid)
{
    int pair[2], rc;

    check(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "socketpair: %s", strerror(errno));
    rc = libxl_domain_suspend(ctx, domid, pair[0], LIBXL_SUSPEND_LIVE, NULL);
    close(pair[0]);
    close(pair[1]);
    return rc;
}

int restore_domain(libxl_ctx *ctx, unsigned number, uint32_t *domid)
{
    libxl_domain_restore_params params;
    libxl_domain_config config;
    char stream[96] = "LibxlFmt\0\0\0\2\0\0\0\0\1", *json;
    int pair[2], rc;

    memset(stream + 24, 'i', 64);
    check(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) && write(pair[1], stream, sizeof(stream)) == sizeof(stream),
          "socketpair: %s", strerror(errno));
    rc = asprintf(&json,
                  "{\"c_info\":{\"type\":\"pv\",\"name\":\"" LOAD_NAME "%u\",\"uuid\":\"01112131-4151-6171-8191-a1b1c1d1%04x\"},"
                  "\"b_info\":{\"max_vcpus\":1,\"avail_vcpus\":[0],\"numa_placement\":\"False\",\"max_memkb\":4096,"
                  "\"target_memkb\":4096,\"kernel\":\"/no\",\"type.pv\":{}}}", number, number & 0xffff);
    check(rc > 0, "memory");
    libxl_domain_config_init(&config);
    libxl_domain_restore_params_init(&params);
    params.stream_version = 2;
    rc = libxl_domain_config_from_json(ctx, &config, json);
    check(!rc, "libxl_domain_config_from_json: %d", rc);
    rc = libxl_domain_create_restore(ctx, &config, domid, pair[0], -1, &params, NULL, NULL);
    libxl_domain_config_dispose(&config);
    libxl_domain_restore_params_dispose(&params);
    free(json);
    close(pair[0]);
    close(pair[1]);
    return rc;
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

static void serve_kernel(struct xs_handle *xs, const char *domain)
{
    char path[200], *name, *request;

    snprintf(path, sizeof(path), "/local/domain/%s/name", domain);
    name = xs_read(xs, XBT_NULL, path, NULL);
    snprintf(path, sizeof(path), "/local/domain/%s/control/shutdown", domain);
    request = xs_read(xs, XBT_NULL, path, NULL);
    if (name && !strncmp(name, LOAD_NAME, strlen(LOAD_NAME)) && request && !strcmp(request, "suspend")) {
        xs_write(xs, XBT_NULL, path, "", 0);
        stop_domain(atoi(domain), SHUTDOWN_suspend);
    }
    free(name);
    free(request);
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
        each(xs, "/local/domain", serve_kernel);
    }
    return unused;
}

void serve_host(void) { pthread_detach(start(serve, NULL)); }
